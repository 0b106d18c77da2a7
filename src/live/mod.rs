//! Live rooms: joins HTTP and WebSockets to signaling and the SFU.
//!
//! `room` decides, without IO. `actor` is the task of one room, `rooms` all of them, `socket` and `whip` the doors,
//! `media` the way to the SFU, `records` the way to the database. `network_test` is what pages measure bandwidth with.

mod actor;
mod media;
mod metrics;
mod network_test;
mod policy;
mod reach;
mod records;
mod resume;
mod room;
mod rooms;
mod routes;
mod socket;
mod store;
#[cfg(test)]
mod tests;
mod token;
mod turn;
mod whip;

pub(crate) use reach::check_network;
pub use routes::routes;
pub use token::RoomNameInvalid;

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sfu::{IceTcp, NullTap, Pinning, Sfu, SfuConfig};
use signaling::message::{AudioCodec, Encoding, MediaParameters, ScreenParameters, VideoCodec, VideoParameters};

use self::metrics::Metrics;
use self::records::Recorder;
use self::room::RoomSettings;
use self::rooms::Rooms;
use self::token::{Revocations, RoomToken};
use self::turn::IceServers;
use crate::accounts::{Accounts, LoginRevoked};
use crate::booking::{Booking, SessionEnded};
use crate::kernel::Kernel;
use crate::kernel::config::{self, Shards};
use crate::kernel::outbox::{Fact, Handler};
use crate::kernel::rate_limit::RateLimit;

#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error("the media plane cannot start: {0}")]
    Sfu(#[from] std::io::Error),
    #[error("turn.secret_file cannot be read: {0}")]
    TurnSecret(std::io::Error),
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
    #[error("revoked room tokens cannot be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Use cases of live rooms. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    rooms: Rooms,
    drain: Duration,
    sfu: Sfu,
    network_tests: Arc<RateLimit<IpAddr>>,
}

impl Live {
    /// Starts the media plane.
    pub async fn start(kernel: &Kernel, _accounts: &Accounts, booking: &Booking) -> Result<Self, LiveError> {
        let metrics = Metrics::register(&kernel.metrics)?;
        let (sfu, events) = Sfu::start(&sfu_config(&kernel.config.sfu))?;
        sfu.register_metrics(&kernel.metrics)?;
        let now = kernel.clock.now();
        kernel.db.write(|mut tx| Box::pin(async move { store::sweep_revocations(&mut tx, now).await })).await?;
        let revocations = Revocations::new(store::revocations(&mut *kernel.db.read().await?, now).await?);
        let recorder = Recorder::start(kernel, metrics.clone());
        let config = &kernel.config;
        let ice_servers = IceServers::new(&config.live, &config.turn).map_err(LiveError::TurnSecret)?;
        let settings = room_settings(kernel, ice_servers, metrics);
        let rooms = Rooms::new(kernel, booking, sfu.clone(), settings, recorder, revocations);
        tokio::spawn(rooms.clone().dispatch(events));
        let network_tests = Arc::new(RateLimit::new(config.live.network_test_per_ip));
        Ok(Self { rooms, drain: kernel.config.drain(), sfu, network_tests })
    }

    pub fn handlers(&self) -> Vec<Handler> {
        const KINDS: &[&str] = &[SessionEnded::KIND, LoginRevoked::KIND];
        let rooms = self.rooms.clone();
        vec![Handler::new("live.rooms", KINDS, move |event| {
            let rooms = rooms.clone();
            async move {
                if let Some(ended) = event.read::<SessionEnded>()? {
                    rooms.end(ended.session).await;
                } else if let Some(revoked) = event.read::<LoginRevoked>()? {
                    rooms.revoke_login(revoked.login).await;
                }
                Ok(())
            }
        })]
    }

    /// The addresses media comes to, one for each shard.
    pub fn media_addresses(&self) -> Vec<std::net::SocketAddr> {
        self.sfu.local_addresses()
    }

    /// Returns when everything that happened in rooms until now is stored.
    pub async fn recorded(&self) {
        self.rooms.recorded().await;
    }

    /// Tells everyone, waits until they have gone or `config.http.drain_s` has passed, then stops the media plane.
    pub async fn shutdown(&self) {
        self.rooms.shutdown(self.drain).await;
    }
}

/// A room token for tools, as the command line prints it: publishes and subscribes in every room that matches
/// `room_pattern` (`load-*`), which it creates.
///
/// # Errors
/// The pattern is none.
pub fn tool_token(kernel: &Kernel, room_pattern: &str, ttl: Duration) -> Result<String, RoomNameInvalid> {
    Ok(RoomToken::for_tools(kernel, room_pattern.parse()?, ttl).sign(kernel))
}

fn sfu_config(config: &config::SfuConfig) -> SfuConfig {
    SfuConfig {
        bind: config.bind,
        port: config.port,
        shards: match config.shards {
            Shards::Auto => sfu::Shards::Auto,
            Shards::Count(count) => sfu::Shards::Count(NonZeroUsize::new(count.into()).unwrap_or(NonZeroUsize::MIN)),
        },
        announced: config.announced.iter().map(|to| sfu::Announced { ip: to.ip, port: to.port }).collect(),
        tcp: if config.tcp { IceTcp::On } else { IceTcp::Off },
        pinning: if config.pinned { Pinning::On } else { Pinning::Off },
        null_tap: if config.null_tap { NullTap::On } else { NullTap::Off },
    }
}

fn room_settings(kernel: &Kernel, ice_servers: IceServers, metrics: Metrics) -> RoomSettings {
    let live = &kernel.config.live;
    RoomSettings {
        media: media_parameters(live.slots),
        ice_servers,
        grace: Duration::from_secs(live.grace_s),
        idle: Duration::from_secs(live.idle_s),
        random: kernel.random.clone(),
        clock: kernel.clock.clone(),
        metrics,
    }
}

/// What clients are asked to send. 720p in three layers is what mentoring needs; the bitrates are near those libwebrtc
/// aims at for these sizes, and the middle layer fits into 600 kbit/s beside sound.
fn media_parameters(slots: u8) -> MediaParameters {
    let encoding = |rid: &str, scale_resolution_down_by, max_bitrate_bps| Encoding {
        rid: rid.to_owned(),
        scale_resolution_down_by,
        max_bitrate_bps,
    };
    MediaParameters {
        audio_codecs: vec![AudioCodec::Red, AudioCodec::Opus],
        video_codecs: vec![VideoCodec::Vp8, VideoCodec::Vp9, VideoCodec::Av1, VideoCodec::H264],
        camera: VideoParameters {
            width: 1280,
            height: 720,
            frame_rate: 30,
            encodings: vec![encoding("q", 4.0, 150_000), encoding("h", 2.0, 400_000), encoding("f", 1.0, 1_700_000)],
        },
        screen: ScreenParameters { max_bitrate_bps: 2_500_000, frame_rate: 30 },
        slots,
    }
}

//! `facementor check-network`: what a browser will see of this server, and what to set where that is not enough.
//!
//! Facts are gathered by `ports` and `relay` (sockets) and judged by `rules` (pure).

mod address;
mod exchange;
mod ports;
mod relay;
mod report;
mod rules;
mod url;

pub(crate) use report::Report;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use sfu::{ParticipantId, ShardAddresses};
use signaling::message::IceServer;

use self::report::Finding;
use self::rules::{Announced, Candidate, Media, Place};
use super::sfu_config;
use super::turn::IceServers;
use crate::kernel::clock::Clock;
use crate::kernel::config::Config;

/// Looks at everything between a browser and a call that can be seen from here. Binds the media ports for a moment where
/// they are free, and asks each TURN server for a relay with credentials like those of clients.
///
/// # Errors
/// The file with the TURN secret cannot be read.
pub(crate) async fn check_network(config: &Config, clock: &Clock) -> std::io::Result<Report> {
    let planned = sfu::shard_addresses(&sfu_config(&config.sfu));
    let media = media(config, &planned);
    let mut report = Report::default();
    report.section("Pages", rules::pages(config));
    let mut found = rules::addresses(&media);
    found.extend(rules::ports(&media, &ports::look(config, &planned).await));
    report.section("Media", found);
    report.section("TURN", turn(config, clock, &media).await?);
    Ok(report)
}

fn media(config: &Config, planned: &[ShardAddresses]) -> Media {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let interface = |ip: IpAddr| interfaces.iter().find(|at| at.ip() == ip).map(|at| at.name.clone());
    let candidate = |address: &SocketAddr| Candidate { address: *address, interface: interface(address.ip()) };
    let in_container = ["/.dockerenv", "/run/.containerenv"].iter().any(|path| Path::new(path).exists());
    Media {
        bind: config.sfu.bind,
        announced: match config.sfu.announced.is_empty() && config.sfu.bind.is_unspecified() {
            true => Announced::Found,
            false => Announced::Chosen,
        },
        tcp: config.sfu.tcp,
        place: if in_container { Place::Container } else { Place::Machine },
        wanted: sfu_config(&config.sfu).shards.count(),
        shards: planned.iter().map(|shard| shard.candidates.iter().map(candidate).collect()).collect(),
        own: interfaces.iter().map(if_addrs::Interface::ip).collect(),
    }
}

async fn turn(config: &Config, clock: &Clock, media: &Media) -> std::io::Result<Vec<Finding>> {
    let told = IceServers::new(&config.live, &config.turn)?.of(clock.now(), ParticipantId(uuid::Uuid::nil()));
    let peers = media.worth_relaying_to();
    let mut found = Vec::new();
    let mut urls = Vec::new();
    for IceServer { urls: of_one, username, credential } in &told {
        for text in of_one.iter().filter(|text| !text.starts_with("stun")) {
            let credentials = (username.as_deref().unwrap_or_default(), credential.as_deref().unwrap_or_default());
            match text.parse() {
                Ok(url) => {
                    let result = relay::ask(clock, &url, credentials, &peers).await;
                    found.extend(rules::turn_server(text, &url, &result, media));
                    urls.push(url);
                }
                Err(error) => found.push(Finding::trouble(
                    format!("{text}: {error}"),
                    "Write it like turns:turn.example.org:443?transport=tcp.",
                )),
            }
        }
    }
    found.extend(rules::turn_as_a_whole(&urls));
    Ok(found)
}

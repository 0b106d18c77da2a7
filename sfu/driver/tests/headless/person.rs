//! A participant without a screen: `webrtc` sends what the test says and shows every packet that comes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::interceptor::{Attribute, Interceptor, Packet, Registry, Slot, StreamInfo, TaggedPacket};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use sfu::{Grant, JoinOptions, ParticipantId, RoomId, Sfu, Source, SourceState, TrackState, VideoStart, Watch};
use tokio::sync::mpsc;
use uuid::Uuid;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCPeerConnectionState,
};
use webrtc::rtp_transceiver::RtpTransceiver;

/// No wait of a test takes longer on any machine that is not broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A codec as both sides name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Codec {
    pub(crate) mime_type: &'static str,
    pub(crate) payload_type: u8,
    pub(crate) fmtp: &'static str,
}

pub(crate) const OPUS: Codec = Codec { mime_type: "audio/opus", payload_type: 111, fmtp: "minptime=10;useinbandfec=1" };
pub(crate) const RED: Codec = Codec { mime_type: "audio/red", payload_type: 63, fmtp: "111/111" };
pub(crate) const VP8: Codec = Codec { mime_type: "video/VP8", payload_type: 96, fmtp: "" };
pub(crate) const VP9: Codec = Codec { mime_type: "video/VP9", payload_type: 98, fmtp: "profile-id=0" };
pub(crate) const AV1: Codec = Codec { mime_type: "video/AV1", payload_type: 45, fmtp: "" };
pub(crate) const H264: Codec = Codec {
    mime_type: "video/H264",
    payload_type: 125,
    fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
};

impl Codec {
    fn kind(self) -> RtpCodecKind {
        if self.mime_type.starts_with("audio/") { RtpCodecKind::Audio } else { RtpCodecKind::Video }
    }

    fn parameters(self) -> RTCRtpCodecParameters {
        let (clock_rate, channels) = match self.kind() {
            RtpCodecKind::Audio => (48_000, 2),
            _ => (90_000, 0),
        };
        let rtp_codec = RTCRtpCodec {
            mime_type: self.mime_type.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: self.fmtp.to_owned(),
            rtcp_feedback: vec![],
        };
        RTCRtpCodecParameters { rtp_codec, payload_type: self.payload_type }
    }
}

/// What came to a person.
#[derive(Debug)]
pub(crate) enum Came {
    Connected,
    Packet(rtp::Packet),
    Report(SenderReport),
}

/// How a person joins.
pub(crate) struct Joining {
    pub(crate) audio: Option<Codec>,
    pub(crate) video: Option<Codec>,
    pub(crate) slots: u8,
    /// Codecs the person's own media engine knows beyond those published.
    pub(crate) understands: Vec<Codec>,
}

impl Joining {
    /// Sends a codec of each kind and receives everything.
    pub(crate) fn with(audio: Codec, video: Codec) -> Self {
        Self { audio: Some(audio), video: Some(video), slots: 6, understands: vec![RED, OPUS, VP8, VP9, AV1, H264] }
    }

    pub(crate) fn watching(slots: u8) -> Self {
        Self { audio: None, video: None, slots, understands: vec![RED, OPUS, VP8, VP9, AV1, H264] }
    }
}

pub(crate) struct Person {
    pub(crate) id: ParticipantId,
    pub(crate) room: RoomId,
    pub(crate) answer: String,
    pub(crate) sfu: Sfu,
    audio: Option<Sender>,
    video: Option<Sender>,
    came: mpsc::UnboundedReceiver<Came>,
    connection: Arc<dyn PeerConnection>,
}

struct Sender {
    track: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    payload_type: u8,
    sequence: u16,
}

impl Person {
    /// Joins, connects, says `ready` and publishes.
    pub(crate) async fn join(sfu: &Sfu, room: RoomId, joining: Joining) -> Self {
        let id = ParticipantId(Uuid::from_u128(rand::random()));
        let (events, came) = mpsc::unbounded_channel();
        let connection = connection(&joining, events).await;
        let audio = publish(&connection, joining.audio).await;
        let video = publish(&connection, joining.video).await;
        for _ in 0..joining.slots {
            receive(&connection, RtpCodecKind::Audio).await;
            receive(&connection, RtpCodecKind::Video).await;
        }
        let offer = connection.create_offer(None).await.expect("an offer");
        let text = with_opus_beside_red(&offer.sdp);
        connection.set_local_description(offer).await.expect("our own offer");
        let options = JoinOptions {
            publish: Grant::Allowed,
            subscribe: Grant::Allowed,
            start: VideoStart::WhenReady,
            slots: joining.slots,
            watch: Watch::Everyone,
        };
        let answer = sfu.join(room, id, text, options).await.expect("an answer");
        let description = RTCSessionDescription::answer(answer.clone()).expect("SDP");
        connection.set_remote_description(description).await.expect("an acceptable answer");
        let mut person = Self { id, room, answer, sfu: sfu.clone(), audio, video, came, connection };
        person.until("connected", |came| matches!(came, Came::Connected).then_some(())).await;
        sfu.ready(room, id).await.expect("ready");
        let state = |sender: &Option<Sender>| if sender.is_some() { TrackState::On } else { TrackState::Off };
        let state = SourceState { audio: state(&person.audio), video: state(&person.video) };
        sfu.publish(room, id, Source::Camera, state).await.expect("publish");
        person
    }

    /// Sends the next packet of the audio or video track with this payload.
    pub(crate) async fn say(&mut self, payload: &[u8], timestamp: u32) {
        send(self.audio.as_mut().expect("an audio track"), payload, timestamp, false).await;
    }

    pub(crate) async fn show(&mut self, payload: &[u8], timestamp: u32) {
        send(self.video.as_mut().expect("a video track"), payload, timestamp, true).await;
    }

    /// Waits for what `pick` picks, dropping what comes before.
    pub(crate) async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(Came) -> Option<T>) -> T {
        let wait = async {
            loop {
                let came = self.came.recv().await.unwrap_or_else(|| panic!("the connection ended before: {what}"));
                if let Some(picked) = pick(came) {
                    return picked;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("never came: {what}"))
    }

    /// The next packet on the SSRC.
    pub(crate) async fn packet(&mut self, ssrc: u32) -> rtp::Packet {
        self.until("a packet", |came| match came {
            Came::Packet(packet) if packet.header.ssrc == ssrc => Some(packet),
            _ => None,
        })
        .await
    }

    /// SSRCs of the slots as the answer declares them: (audio, video), in slot order.
    pub(crate) fn slots(&self) -> Vec<(u32, u32)> {
        let mut slots = Vec::new();
        for section in self.answer.split("\r\nm=").filter(|section| section.contains("a=sendonly")) {
            let line = section.lines().find_map(|line| line.strip_prefix("a=ssrc:")).expect("a declared SSRC");
            let ssrc: u32 = line.split(' ').next().and_then(|ssrc| ssrc.parse().ok()).expect("a number");
            match section.starts_with("audio") {
                true => slots.push((ssrc, 0)),
                false => slots.last_mut().expect("audio first").1 = ssrc,
            }
        }
        slots
    }

    pub(crate) async fn leave(self) {
        self.sfu.leave(self.room, self.id).await.expect("leave");
        self.connection.close().await.expect("close");
    }
}

/// `webrtc` offers a track's own codec alone; RED is never offered without what it wraps.
fn with_opus_beside_red(offer: &str) -> String {
    let alone = "m=audio 9 UDP/TLS/RTP/SAVPF 63\r\n";
    let sections = offer.split_inclusive("\r\n").map(|line| match line {
        line if line == alone => ("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n", true),
        line => (line, false),
    });
    let mut text = String::new();
    let mut wanted = false;
    for (line, began) in sections {
        wanted |= began;
        text.push_str(line);
        if wanted && line == "a=fmtp:63 111/111\r\n" {
            text.push_str("a=rtpmap:111 opus/48000/2\r\n");
            wanted = false;
        }
    }
    text
}

async fn send(sender: &mut Sender, payload: &[u8], timestamp: u32, marker: bool) {
    sender.sequence = sender.sequence.wrapping_add(1);
    let header = rtp::Header {
        version: 2,
        marker,
        payload_type: sender.payload_type,
        sequence_number: sender.sequence,
        timestamp,
        ssrc: sender.ssrc,
        ..Default::default()
    };
    let packet = rtp::Packet { header, payload: Bytes::copy_from_slice(payload) };
    sender.track.write_rtp(packet).await.expect("a bound track");
}

async fn connection(joining: &Joining, events: mpsc::UnboundedSender<Came>) -> Arc<dyn PeerConnection> {
    let mut engine = MediaEngine::default();
    for codec in &joining.understands {
        engine.register_codec(codec.parameters(), codec.kind()).expect("a codec");
        if codec.kind() == RtpCodecKind::Video {
            let fmtp: &'static str = Box::leak(format!("apt={}", codec.payload_type).into_boxed_str());
            let rtx = Codec { mime_type: "video/rtx", payload_type: codec.payload_type + 1, fmtp };
            engine.register_codec(rtx.parameters(), RtpCodecKind::Video).expect("RTX");
        }
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine).expect("interceptors");
    let registry = registry.with(Slot::from(14_000), ReportsToTest::default());
    let connection = PeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(engine)
        .with_setting_engine(SettingEngineBuilder::new().with_include_loopback_candidate(true).build())
        .with_interceptor_registry(registry)
        .with_handler(Arc::new(Handler { events }) as Arc<dyn PeerConnectionEventHandler>)
        .with_udp_addrs(vec!["127.0.0.1:0"])
        .build()
        .await
        .expect("a peer connection");
    Arc::new(connection)
}

async fn publish(connection: &Arc<dyn PeerConnection>, codec: Option<Codec>) -> Option<Sender> {
    let codec = codec?;
    let ssrc = rand::random();
    let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: coding,
        active: true,
        codec: codec.parameters().rtp_codec,
        ..Default::default()
    };
    let id = format!("{}-{ssrc}", codec.mime_type.replace('/', "-"));
    let track = MediaStreamTrack::new(id.clone(), id.clone(), id, codec.kind(), vec![encoding]);
    let track = Arc::new(TrackLocalStaticRTP::new(track));
    let direction = RTCRtpTransceiverDirection::Sendonly;
    let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
    let local = Arc::clone(&track) as Arc<dyn TrackLocal>;
    connection.add_transceiver_from_track(local, Some(init)).await.expect("a transceiver");
    Some(Sender { track, ssrc, payload_type: codec.payload_type, sequence: rand::random() })
}

async fn receive(connection: &Arc<dyn PeerConnection>, kind: RtpCodecKind) -> Arc<dyn RtpTransceiver> {
    let direction = RTCRtpTransceiverDirection::Recvonly;
    let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
    connection.add_transceiver_from_kind(kind, Some(init)).await.expect("a transceiver")
}

struct Handler {
    events: mpsc::UnboundedSender<Came>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        if state == RTCPeerConnectionState::Connected {
            let _ = self.events.send(Came::Connected);
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let events = self.events.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                match event {
                    TrackRemoteEvent::OnRtpPacket(packet) => drop(events.send(Came::Packet(packet))),
                    TrackRemoteEvent::OnRtcpPacket(packets) => {
                        for packet in packets {
                            if let Some(report) = packet.as_any().downcast_ref::<SenderReport>() {
                                let _ = events.send(Came::Report(report.clone()));
                            }
                        }
                    }
                    _ => {}
                }
            }
        });
    }
}

/// Lets sender reports through to the test; `webrtc` keeps RTCP to itself otherwise.
#[derive(Default)]
struct ReportsToTest {
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for ReportsToTest {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        if matches!(message.message.packet, Packet::Rtcp(_)) {
            message.message.add(Attribute::DeliverToApplication);
        }
        self.read.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for ReportsToTest {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

//! Plays a transcript: one client on its sockets against a room that decides as the transcript says.
//!
//! A transcript is a text file. Lines that start with `#` are remarks. What goes in:
//! `> …` a text frame, `>> N` a frame of N bytes, `>binary`, `open` a new socket, `lost` the socket is gone,
//! `~ N` N seconds pass, `= verdict …` what the server decides, `repeat N > …` a frame N times.
//! What came out stands below each: `< …` a frame, `x N` the socket is closed with N, `! …` an ask or news to the room.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sfu_core::{MediaKind, ParticipantId, RoomId, Source};
use signaling::message::{
    AudioCodec, Credential, Encoding, Grant, Grants, MediaParameters, Person, Resume, Role, Room, RoomState,
    ScreenParameters, Snapshot, VideoCodec, VideoParameters,
};
use signaling::{
    Ask, Connection, ConnectionOutput, Effect, EndReason, ErrorCode, Greeting, Identity, MediaState, Participant,
    Refusal, SocketId, limits,
};
use uuid::Uuid;

pub(crate) const SERVER_TIME_MS: u64 = 1_764_000_000_000;

pub(crate) fn participant_id(number: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number))
}

/// Plays `script` and returns it with what came out.
pub(crate) fn play(script: &str) -> String {
    let mut stage = Stage::new();
    for line in script.lines() {
        if line.starts_with("< ") || line.starts_with("x ") || line.starts_with("! ") {
            continue;
        }
        let _ = writeln!(stage.out, "{line}");
        stage.line(line);
    }
    stage.out
}

struct Stage {
    now: Instant,
    elapsed: Duration,
    sockets: u64,
    connection: Connection,
    cut: bool,
    participant: Option<Participant>,
    locked: bool,
    out: String,
}

impl Stage {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            now,
            elapsed: Duration::ZERO,
            sockets: 1,
            connection: Connection::new(now),
            cut: false,
            participant: None,
            locked: false,
            out: String::new(),
        }
    }

    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            ">" => self.connection.text(self.now, rest),
            ">>" => {
                let size: usize = rest.parse().expect("a size");
                let padding = "x".repeat(size - r#"{"type":"ping","nonce":1,"padding":""}"#.len());
                self.connection.text(self.now, &format!(r#"{{"type":"ping","nonce":1,"padding":"{padding}"}}"#));
            }
            ">binary" => self.connection.binary(self.now),
            "repeat" => {
                let (times, frame) = rest.split_once(" > ").expect("repeat N > frame");
                for _ in 0..times.parse::<u32>().expect("a number") {
                    self.connection.text(self.now, frame);
                    self.drain();
                }
            }
            "open" => {
                self.sockets += 1;
                self.connection = Connection::new(self.now);
                self.cut = false;
            }
            "lost" => {
                self.cut = true;
                let socket = self.socket();
                if let Some(participant) = &mut self.participant {
                    participant.lost(self.now, socket);
                }
            }
            "~" => self.advance(Duration::from_secs(rest.parse().expect("seconds"))),
            "=" => self.verdict(rest),
            "#" | "" => {}
            other => panic!("a transcript has no line {other:?}"),
        }
        self.drain();
    }

    fn socket(&self) -> SocketId {
        SocketId(self.sockets)
    }

    fn advance(&mut self, by: Duration) {
        let until = self.now + by;
        self.elapsed += by;
        loop {
            let participant = self.participant.as_ref().and_then(Participant::poll_timeout);
            let socket = self.connection.poll_timeout().filter(|_| !self.cut);
            let Some(next) = socket.into_iter().chain(participant).min().filter(|at| *at <= until) else {
                break;
            };
            self.now = next;
            if !self.cut {
                self.connection.handle_timeout(next);
            }
            if let Some(participant) = &mut self.participant {
                participant.handle_timeout(next);
            }
            self.drain();
        }
        self.now = until;
    }

    fn verdict(&mut self, verdict: &str) {
        let (word, rest) = verdict.split_once(' ').unwrap_or((verdict, ""));
        let now_ms = SERVER_TIME_MS + u64::try_from(self.elapsed.as_millis()).expect("a short transcript");
        let socket = self.socket();
        if word == "token" {
            let (role, name) = rest.split_once(' ').unwrap_or((rest, ""));
            let (role, grants) = match role {
                "host" => (Role::Host, vec![Grant::Publish, Grant::Subscribe, Grant::Admit, Grant::Moderate]),
                "member" => (Role::Member, vec![Grant::Publish, Grant::Subscribe]),
                "watcher" => (Role::Guest, vec![Grant::Subscribe]),
                _ => (Role::Guest, vec![Grant::Publish, Grant::Subscribe]),
            };
            let name = (!name.is_empty()).then(|| name.to_owned());
            let identity = Identity { participant: participant_id(1), name, role, grants: Grants::from_iter(grants) };
            let mut participant = Participant::new(identity, socket, limits::GRACE);
            participant.greet(Some("1".to_owned().try_into().expect("short")), self.greeting());
            self.connection.bound();
            self.participant = Some(participant);
            return;
        }
        if word == "no" {
            return self.connection.refuse(Some("1".to_owned().try_into().expect("short")), refusal(rest));
        }
        let participant = self.participant.as_mut().expect("a token first");
        let outcome = match word {
            "resume" => {
                self.connection.bound();
                participant.resume(socket, Some("1".to_owned().try_into().expect("short")))
            }
            "admit" => participant.admit(now_ms),
            "wait" => participant.wait(now_ms),
            "deny" => participant.deny(refusal(rest)),
            "answer" => participant.answered(now_ms, Ok(rest.to_owned())),
            "offer-invalid" => participant.answered(now_ms, Err(Refusal::new(ErrorCode::OfferInvalid, rest))),
            "done" => {
                participant.reply(Some(rest.to_owned().try_into().expect("short")), Ok(()));
                Ok(())
            }
            "not-done" => {
                let (re, code) = rest.split_once(' ').expect("not-done re code");
                participant.reply(Some(re.to_owned().try_into().expect("short")), Err(refusal(code)));
                Ok(())
            }
            "end" => {
                participant.end(serde_json::from_value::<EndReason>(rest.into()).expect("a reason"));
                Ok(())
            }
            "mute" => {
                participant.mute(Source::Camera, MediaKind::Audio, participant_id(9));
                Ok(())
            }
            "media" => {
                participant.media(match rest {
                    "connected" => MediaState::Connected,
                    "stalled" => MediaState::Stalled,
                    _ => MediaState::Gone { since: self.now },
                });
                Ok(())
            }
            other => panic!("a transcript has no verdict {other:?}"),
        };
        if outcome.is_err() {
            let _ = writeln!(self.out, "! wrong state");
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.connection.poll_output() {
            match output {
                ConnectionOutput::Send(message) => self.print('<', &message.to_text()),
                ConnectionOutput::Close(code) => {
                    self.print('x', &code.number().to_string());
                    let socket = self.socket();
                    if let Some(participant) = &mut self.participant {
                        participant.lost(self.now, socket);
                    }
                }
                ConnectionOutput::Hello(_, hello) => match hello.credential {
                    Credential::RoomToken(token) => self.print('!', &format!("verify {token}")),
                    Credential::ResumeToken(token) => self.print('!', &format!("find {token}")),
                },
                ConnectionOutput::Message(frame) => {
                    let socket = self.socket();
                    self.participant.as_mut().expect("bound sockets have one").receive(socket, frame);
                }
            }
        }
        let current = self.socket();
        while let Some(effect) = self.participant.as_mut().and_then(Participant::poll_effect) {
            match effect {
                Effect::Send(socket, message) => self.print_for(socket, current, '<', &message.to_text()),
                Effect::Close(socket, code) => self.print_for(socket, current, 'x', &code.number().to_string()),
                Effect::Ask(Ask::Snapshot) => {
                    let snapshot = self.snapshot();
                    self.participant.as_mut().expect("it just asked").show(snapshot).expect("it just asked");
                }
                Effect::Ask(ask) => self.print('!', &format!("ask {ask:?}")),
                news => self.print('!', &format!("{news:?}")),
            }
        }
    }

    fn print_for(&mut self, socket: SocketId, current: SocketId, mark: char, text: &str) {
        let former = if socket == current { "" } else { "(former socket) " };
        self.print(mark, &format!("{former}{text}"));
    }

    fn print(&mut self, mark: char, text: &str) {
        let _ = writeln!(self.out, "{mark} {text}");
    }

    fn room(&self) -> Room {
        let present = self.participant.as_ref().and_then(Participant::person).into_iter().count();
        Room {
            room: RoomId(Uuid::from_u128(0xA0)),
            title: "Rust mentoring".to_owned(),
            state: RoomState::Open,
            locked: self.locked,
            waiting_room: true,
            end_to_end: false,
            capacity: 25,
            present,
        }
    }

    fn greeting(&self) -> Greeting {
        Greeting {
            room: self.room(),
            media: MediaParameters {
                audio_codecs: vec![AudioCodec::Red, AudioCodec::Opus],
                video_codecs: vec![VideoCodec::Vp8],
                camera: VideoParameters {
                    width: 1280,
                    height: 720,
                    frame_rate: 30,
                    encodings: vec![Encoding {
                        rid: "f".to_owned(),
                        scale_resolution_down_by: 1.0,
                        max_bitrate_bps: 1_700_000,
                    }],
                },
                screen: ScreenParameters { max_bitrate_bps: 2_500_000, frame_rate: 30 },
                slots: 8,
            },
            ice_servers: Vec::new(),
            resume: Resume { token: "resume-1".to_owned(), grace_ms: 60_000 },
            server_time_ms: SERVER_TIME_MS,
        }
    }

    fn snapshot(&self) -> Snapshot {
        let participants: Vec<Person> = self.participant.as_ref().and_then(Participant::person).into_iter().collect();
        Snapshot { room: self.room(), participants, slots: Vec::new(), waiting_people: Vec::new(), chat: Vec::new() }
    }
}

fn refusal(code: &str) -> Refusal {
    let code: ErrorCode = serde_json::from_value(code.into()).expect("an error code");
    Refusal::new(code, "as the room decided")
}

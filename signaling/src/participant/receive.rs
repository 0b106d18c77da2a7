//! What a participant may say, and when (PROTOCOL.md §3).

use sfu_core::{MediaKind, Source};

use super::state::{PendingJoin, Preparation};
use super::{Ask, Effect, Participant, SocketId, State};
use crate::code::{EndReason, ErrorCode};
use crate::frame::Frame;
use crate::limits;
use crate::message::{ClientMessage, Grant, Join, MessageId, Moderation, SourceState, Sources, TrackState};

pub(super) const UNANSWERED: &str = "the offer before this one has no answer yet";

impl Participant {
    /// A message came on `socket`. Not heard when that socket is no longer theirs.
    pub fn receive(&mut self, socket: SocketId, frame: Frame) {
        if self.socket() != Some(socket) || matches!(self.state, State::Left(_)) {
            return;
        }
        let Frame { id: re, message } = frame;
        match message {
            ClientMessage::Join(join) => self.join(re, join),
            ClientMessage::Prepare { offer } => self.prepare(re, offer),
            ClientMessage::Leave => self.end_with_reply(re, EndReason::Left),
            // Sockets answer these themselves; said again here they do no harm.
            ClientMessage::Hello(_) | ClientMessage::Ping { .. } | ClientMessage::Pong { .. } => self.ok(re),
            ClientMessage::Ready if self.preparation == Preparation::Prepared => self.ask(re, Ask::Ready),
            message if !matches!(self.state, State::Joined { .. }) => {
                drop(message);
                self.error(re, ErrorCode::NotJoined, "this needs a joined participant");
            }
            ClientMessage::Offer { offer, peer_connection } => self.open_offer(re, offer, peer_connection),
            ClientMessage::Ready => {
                self.unconfirmed_answer = None;
                self.ask(re, Ask::Ready);
            }
            ClientMessage::Publish { source, audio, video } => self.publish(re, source, SourceState { audio, video }),
            ClientMessage::Unpublish { source } => self.publish(re, source, SourceState::OFF),
            ClientMessage::Mute { source, kind, muted } => {
                self.mute_self(re, source, kind, if muted { TrackState::Muted } else { TrackState::On });
            }
            ClientMessage::Subscribe { wants } => {
                if self.is_granted(re.as_ref(), Grant::Subscribe) {
                    self.ask(re, Ask::Subscribe { wants });
                }
            }
            ClientMessage::Chat { text } => self.chat(re, text),
            ClientMessage::Hand { raised } => {
                if self.hand_raised != raised {
                    self.hand_raised = raised;
                    self.changed();
                }
                self.ok(re);
            }
            ClientMessage::Moderate(moderation) => {
                let needed = match moderation {
                    Moderation::Admit(_) | Moderation::Refuse(_) => Grant::Admit,
                    Moderation::Remove(_)
                    | Moderation::Mute(..)
                    | Moderation::Lock
                    | Moderation::Unlock
                    | Moderation::End => Grant::Moderate,
                };
                if self.is_granted(re.as_ref(), needed) {
                    self.effects.push_back(Effect::Ask(Ask::Moderate { re, moderation }));
                }
            }
        }
    }

    /// Also somebody waiting may, whose connection went.
    fn prepare(&mut self, re: Option<MessageId>, offer: String) {
        if !matches!(self.state, State::Previewing | State::Waiting { .. }) {
            return self.error(re, ErrorCode::AlreadyJoined, "`join` was said before");
        }
        if matches!(self.preparation, Preparation::Asked { .. }) {
            return self.error(re, ErrorCode::OfferInvalid, UNANSWERED);
        }
        self.preparation = Preparation::Asked { re };
        self.effects.push_back(Effect::Ask(Ask::Prepare { offer }));
    }

    fn join(&mut self, re: Option<MessageId>, join: Join) {
        if !matches!(self.state, State::Previewing) {
            return self.error(re, ErrorCode::AlreadyJoined, "`join` was said before");
        }
        match (&self.preparation, &join.offer) {
            (Preparation::Asked { .. }, _) => return self.error(re, ErrorCode::OfferInvalid, UNANSWERED),
            (Preparation::None, None) => {
                return self.error(re, ErrorCode::OfferInvalid, "there is neither an offer nor a prepared connection");
            }
            (Preparation::Prepared, _) | (Preparation::None, Some(_)) => {}
        }
        if self.identity.name.is_none() {
            let Some(name) = join.name.as_deref().and_then(accepted_name) else {
                return self.error(
                    re,
                    ErrorCode::NameInvalid,
                    "a name has 1 to 60 characters and no control characters",
                );
            };
            self.identity.name = Some(name);
        }
        let sources = join.sources.normalized();
        if sources != Sources::default() && !self.is_granted(re.as_ref(), Grant::Publish) {
            return;
        }
        self.state = State::Asking(PendingJoin { re, offer: join.offer, sources });
        self.effects.push_back(Effect::Ask(Ask::Enter));
    }

    fn publish(&mut self, re: Option<MessageId>, source: Source, state: SourceState) {
        if self.is_granted(re.as_ref(), Grant::Publish) {
            self.put_source(source, state);
            self.ok(re);
        }
    }

    fn mute_self(&mut self, re: Option<MessageId>, source: Source, kind: MediaKind, wanted: TrackState) {
        let Some(mut state) = self.sources.state(source) else {
            return self.error(re, ErrorCode::NotPublished, "that source is not published");
        };
        let track = match kind {
            MediaKind::Audio => &mut state.audio,
            MediaKind::Video => &mut state.video,
        };
        if *track == TrackState::Off {
            return self.error(re, ErrorCode::NotPublished, "that source has no such track");
        }
        *track = wanted;
        self.publish(re, source, state);
    }

    fn chat(&mut self, re: Option<MessageId>, text: String) {
        let length = text.chars().count();
        let unprintable = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        if text.trim().is_empty() || length > limits::MAX_CHAT_TEXT || text.contains(unprintable) {
            return self.error(
                re,
                ErrorCode::TextInvalid,
                "a message has 1 to 4,000 characters and no control characters",
            );
        }
        self.effects.push_back(Effect::Ask(Ask::Chat { re, text }));
    }

    fn ask(&mut self, re: Option<MessageId>, ask: Ask) {
        self.effects.push_back(Effect::Ask(ask));
        self.ok(re);
    }

    /// Whether the token allows it; if not, says so.
    fn is_granted(&mut self, re: Option<&MessageId>, grant: Grant) -> bool {
        let granted = self.identity.grants.contain(grant);
        if !granted {
            self.error(re.cloned(), ErrorCode::NotPermitted, "the room token does not allow this");
        }
        granted
    }
}

/// A name people can be shown by, trimmed; `None` when it is empty, too long, or would disturb the text around it.
pub fn accepted_name(name: &str) -> Option<String> {
    /// Embeddings, overrides and isolates: a name with these could turn the text around it.
    fn turns_text(character: char) -> bool {
        matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    }
    let name = name.trim();
    let accepted = !name.is_empty()
        && name.chars().count() <= limits::MAX_NAME
        && !name.chars().any(|character| character.is_control() || turns_text(character));
    accepted.then(|| name.to_owned())
}

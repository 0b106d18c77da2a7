//! The ICE-lite side (RFC 8445 §2.5): it answers checks, follows the client's nomination and watches consent (RFC 7675).
//!
//! Nothing moves to an address that has not sent an integrity-checked Binding request, or answered one of ours. Those go only to
//! where authentic media came from: a client whose address changed sends on, and does not know it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use rtc_crypto::RTCCryptoProvider;

use super::IceCredentials;
use super::stun::{BindingAnswer, BindingRequest, Nomination, Role, Transaction, question};
use crate::Remote;

/// RFC 7675 §5.1: consent expires 30 s after the last valid request.
const CONSENT: Duration = Duration::from_secs(30);
/// After a restart the former credentials count for this long, or until a path is nominated with the new ones: media goes on where it was,
/// and its path may itself be of an address that has just changed.
const FORMER_CREDENTIALS: Duration = Duration::from_secs(10);
/// So long nothing authentic has come from the client: an address it checks from is its new one, nominated or not. Towards ICE-lite Chromium
/// nominates seconds later. Product decision.
const ABANDONED: Duration = Duration::from_millis(250);
/// So long nothing has come from the nominated address where something comes from another: three packets of sound. Product decision.
const QUIET: Duration = Duration::from_millis(60);
/// A question to one address is asked again after this, for as long as media comes from there, and is another one after that.
const ASK_EVERY: Duration = Duration::from_millis(50);
const QUESTION_LASTS: Duration = Duration::from_secs(5);
/// Paths of one client kept at a time: its interfaces, times our addresses where it comes by TCP. The nominated one is never
/// given up for others.
const MAX_PATHS: usize = 32;

pub(super) struct IceLite {
    provider: Arc<dyn RTCCryptoProvider>,
    current: Session,
    former: Option<(Session, Instant)>,
    question: Option<Question>,
    /// Authenticated paths, the latest to be heard first.
    paths: Vec<Path>,
    selected: Option<Remote>,
    /// Consent has run out, and no check came since.
    expired: bool,
    consent_until: Instant,
}

/// What both sides know until the next restart (RFC 8445 §4, "ICE session").
struct Session {
    local: IceCredentials,
    /// Of the local password.
    key: hmac::Key,
    remote: IceCredentials,
}

/// Whether the client is where its media came from, as it was asked.
struct Question {
    remote: Remote,
    transaction: Transaction,
    request: Vec<u8>,
    /// Of the client's password.
    key: hmac::Key,
    asked: Instant,
    again: Instant,
}

struct Path {
    remote: Remote,
    heard: Instant,
}

/// Whether nothing authentic has come for so long that another path is a new address, and not a second one.
fn is_abandoned(now: Instant, heard: Instant) -> bool {
    now.saturating_duration_since(heard) >= ABANDONED
}

/// Whether the nominated address is so quiet that media from another one, or a change of path, means that something was lost.
pub(crate) fn is_quiet(now: Instant, heard: Instant) -> bool {
    now.saturating_duration_since(heard) >= QUIET
}

/// What became of a STUN packet.
pub(super) enum Checked {
    /// Send `response` back to where the request came from.
    Answered { response: Vec<u8>, path: PathChange },
    /// It answers what we asked.
    Told(PathChange),
    /// Not ours, not authentic, or not a request: dropped.
    Rejected,
}

/// Whether the address media goes to has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PathChange {
    None,
    Selected(Remote),
}

impl IceLite {
    pub(super) fn new(
        now: Instant,
        local: IceCredentials,
        remote: IceCredentials,
        provider: Arc<dyn RTCCryptoProvider>,
    ) -> Self {
        Self {
            provider,
            current: Session::new(local, remote),
            former: None,
            question: None,
            paths: Vec::new(),
            selected: None,
            expired: false,
            consent_until: now + CONSENT,
        }
    }

    /// Takes new credentials (RFC 8445 §2.4). Media keeps its path until the client nominates one with them.
    pub(super) fn restart(&mut self, now: Instant, local: IceCredentials, remote: IceCredentials) {
        let former = std::mem::replace(&mut self.current, Session::new(local, remote));
        self.former = Some((former, now + FORMER_CREDENTIALS));
        self.consent_until = now + CONSENT;
    }

    /// `heard`: when something authentic of the client came last.
    pub(super) fn handle(&mut self, now: Instant, heard: Instant, from: Remote, packet: &[u8]) -> Checked {
        let Some(request) = BindingRequest::parse(packet) else { return self.handle_answer(now, heard, from, packet) };
        let Some((session, credentials)) = self.session(now, &request) else { return Checked::Rejected };
        if !request.is_authentic(&session.key) {
            return Checked::Rejected;
        }
        let pwd = session.local.pwd.clone();
        let response = match request.role {
            Role::Controlling => request.success(from, &pwd, &*self.provider),
            Role::Controlled => request.role_conflict(&pwd, &*self.provider),
        };
        let Some(response) = response else { return Checked::Rejected };
        if request.role == Role::Controlled {
            return Checked::Answered { response, path: PathChange::None };
        }
        self.heard(now, from);
        let nominated = request.nomination == Nomination::UseCandidate;
        if nominated && credentials == Credentials::Current {
            self.former = None;
        }
        let abandoned = self.selected.is_some() && is_abandoned(now, heard);
        let change = if nominated || abandoned || self.expired { self.select(from) } else { PathChange::None };
        if self.selected.is_none_or(|selected| selected == from) {
            self.consent_until = now + CONSENT;
        }
        Checked::Answered { response, path: change }
    }

    /// Asks whether the client is at an address its media came from: the request to send there, unless it was sent just now.
    /// `transaction` is for a new question.
    pub(super) fn ask(&mut self, now: Instant, remote: Remote, transaction: Transaction) -> Option<&[u8]> {
        let asked = self.question.as_ref().filter(|question| now < question.asked + QUESTION_LASTS);
        if asked.is_some_and(|question| now < question.again) {
            return None;
        }
        if asked.is_none_or(|question| question.remote != remote) {
            // Until a path is nominated with the new credentials of a restart, media comes by a path of the former.
            let former = self.former.as_ref().filter(|(_, until)| now < *until).map(|(former, _)| former);
            let Session { local, remote: theirs, .. } = former.unwrap_or(&self.current);
            let request = question(transaction, local, theirs, &*self.provider)?;
            let key = Session::key(theirs);
            self.question = Some(Question { remote, transaction, request, key, asked: now, again: now });
        }
        let question = self.question.as_mut()?;
        question.again = now + ASK_EVERY;
        Some(&question.request)
    }

    /// The transaction of what was asked last.
    pub(super) fn asked(&self) -> Option<Transaction> {
        self.question.as_ref().map(|question| question.transaction)
    }

    /// An authentic answer from where it was asked for is consent to send there (RFC 7675 §5.1).
    fn handle_answer(&mut self, now: Instant, heard: Instant, from: Remote, packet: &[u8]) -> Checked {
        let answer = BindingAnswer::parse(packet).zip(self.question.as_ref()).filter(|(answer, question)| {
            question.remote == from && question.transaction == answer.transaction && answer.is_authentic(&question.key)
        });
        let Some((_, question)) = answer else { return Checked::Rejected };
        // Who was heard by the path of before meanwhile has both.
        let has_moved = heard <= question.asked;
        self.question = None;
        self.heard(now, from);
        let change = if has_moved || self.selected.is_none() { self.select(from) } else { PathChange::None };
        if self.selected == Some(from) {
            self.consent_until = now + CONSENT;
        }
        Checked::Told(change)
    }

    /// Where to send: the nominated path, or before that the latest to be heard (Chromium starts DTLS before it nominates).
    pub(super) fn remote(&self) -> Option<Remote> {
        self.selected.or_else(|| self.paths.first().map(|path| path.remote))
    }

    pub(super) fn selected(&self) -> Option<Remote> {
        self.selected
    }

    /// Whether the address has proved, within the consent time, to be the client's.
    pub(super) fn is_authenticated(&self, now: Instant, remote: Remote) -> bool {
        self.paths.iter().any(|path| path.remote == remote && now < path.heard + CONSENT)
    }

    /// Consent has run out: no address is the client's any more, until another check comes. That one is enough, from wherever:
    /// towards ICE-lite Chromium nominates only what it can write to already, seconds later.
    pub(super) fn expire(&mut self) {
        self.expired = self.selected.take().is_some();
        self.paths.clear();
    }

    /// When consent runs out unless another check comes.
    pub(super) fn consent_until(&self) -> Instant {
        self.consent_until
    }

    fn session(&self, now: Instant, request: &BindingRequest<'_>) -> Option<(&Session, Credentials)> {
        let ufrag = request.server_ufrag();
        if ufrag == self.current.local.ufrag.as_bytes() {
            return Some((&self.current, Credentials::Current));
        }
        let (former, until) = self.former.as_ref()?;
        (now < *until && ufrag == former.local.ufrag.as_bytes()).then_some((former, Credentials::Former))
    }

    fn heard(&mut self, now: Instant, remote: Remote) {
        self.paths.retain(|path| path.remote != remote && now < path.heard + CONSENT);
        if self.paths.len() >= MAX_PATHS {
            let oldest = self.paths.iter().rposition(|path| Some(path.remote) != self.selected);
            oldest.map(|place| self.paths.remove(place));
        }
        self.paths.insert(0, Path { remote, heard: now });
    }

    fn select(&mut self, from: Remote) -> PathChange {
        if self.selected == Some(from) {
            return PathChange::None;
        }
        self.selected = Some(from);
        self.expired = false;
        PathChange::Selected(from)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Current,
    Former,
}

impl Session {
    fn new(local: IceCredentials, remote: IceCredentials) -> Self {
        Self { key: Self::key(&local), local, remote }
    }

    fn key(credentials: &IceCredentials) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, credentials.pwd.as_bytes())
    }
}

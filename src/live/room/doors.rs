//! WHIP and WHEP: the other doors into a room. A publisher is shown like anyone; a viewer only watches.

use sfu::{IceFragment, ParticipantId, Watch, answer_fragment};
use sha2::{Digest, Sha256};
use signaling::message::{Grant, IceServer, SourceState, Sources, TrackState};
use signaling::{EndReason, Identity, Participant, Refusal};

use super::super::media::{self, Asker, Order};
use super::super::policy::Entry;
use super::super::token::{RoomName, RoomToken};
use super::member::{Member, Viewer};
use super::{Now, Output, RequestId, Room};

/// Whom a WHEP session watches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Watched {
    Everyone,
    /// The id in a WHIP URL, or the UUID of a participant. Need not be there yet.
    One(String),
}

/// What a WHIP or WHEP client gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    /// Last part of the resource's URL.
    pub resource: String,
    /// SDP answer, or for a restart an SDP fragment.
    pub body: String,
    /// Names the ICE session (RFC 9725 §4.3.1).
    pub entity_tag: String,
    /// For the client's own `Link` headers (RFC 9725 §4.6); none after a restart.
    pub ice_servers: Vec<IceServer>,
}

/// Why a WHIP or WHEP request was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DoorError {
    #[error("the token does not allow this")]
    NotPermitted,
    #[error("a host must admit people here; join with a browser")]
    AdmissionRequired,
    #[error("{}", .0.message)]
    Refused(Refusal),
    #[error("the room is over")]
    RoomEnded,
    #[error("there is no such resource")]
    ResourceUnknown,
    #[error("the entity tag is not that of the ICE session")]
    EntityTagStale,
    #[error("the fragment names no ICE credentials")]
    FragmentInvalid,
}

/// A PATCH of a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Restart {
    pub resource: String,
    /// `If-Match`; `None` for `*`, which asks for an ICE restart whatever the session.
    pub entity_tag: Option<String>,
    pub fragment: String,
}

/// A WHIP or WHEP resource.
pub(super) struct Door {
    pub(super) participant: ParticipantId,
    jti: String,
    /// The offer as last answered: an ICE restart is the same with other credentials.
    offer: String,
    generation: u32,
}

/// A resource whose connection ended by itself. Its client may not have noticed, or closes the connection first and
/// deletes the resource then: that DELETE is to succeed.
pub(super) struct ClosedDoor {
    resource: String,
    jti: String,
}

/// Closed resources remembered.
const CLOSED_DOORS: usize = 2_048;

/// A request whose offer is with the media plane.
pub(super) struct PendingDoor {
    participant: ParticipantId,
    token: RoomToken,
    offer: String,
    purpose: Purpose,
}

enum Purpose {
    Publish { name: String, sources: Sources },
    View { watched: Option<ParticipantId> },
    Restart { resource: String },
}

impl Room {
    /// Somebody publishes by WHIP as `id`; whoever did so before under that name is replaced.
    pub(crate) fn publish(&mut self, now: Now, request: RequestId, token: RoomToken, id: &str, offer: String) {
        if let Err(error) = self.may_pass(&token, Grant::Publish, self.present()) {
            return self.outputs.push_back(Output::Door(request, Err(error)));
        }
        let participant = publisher_id(&self.info.name, id);
        if let Some(former) = self.members.get_mut(&participant) {
            former.participant.end(EndReason::Replaced);
            self.settle(now, participant);
        }
        let sources = published_by(&offer);
        let purpose = Purpose::Publish { name: token.name.clone().unwrap_or_else(|| id.to_owned()), sources };
        self.open(now, request, PendingDoor { participant, token, offer, purpose });
    }

    /// Somebody watches by WHEP.
    pub(crate) fn view(&mut self, now: Now, request: RequestId, token: RoomToken, watched: Watched, offer: String) {
        if let Err(error) = self.may_pass(&token, Grant::Subscribe, self.viewers.len()) {
            return self.outputs.push_back(Output::Door(request, Err(error)));
        }
        let watched = match watched {
            Watched::Everyone => None,
            Watched::One(id) => Some(id.parse().unwrap_or_else(|_| publisher_id(&self.info.name, &id))),
        };
        let participant = ParticipantId(self.uuid());
        self.open(now, request, PendingDoor { participant, token, offer, purpose: Purpose::View { watched } });
    }

    /// Ends a WHIP or WHEP session.
    ///
    /// # Errors
    /// There is none of that name, or it was opened with another token.
    pub(crate) fn close_door(&mut self, now: Now, token: &RoomToken, resource: &str) -> Result<(), DoorError> {
        if let Some(place) =
            self.closed_doors.iter().position(|closed| closed.resource == resource && closed.jti == token.jti)
        {
            self.closed_doors.remove(place);
            return Ok(());
        }
        let id = self.door(token, resource)?.participant;
        self.doors.remove(resource);
        self.close_viewer(now, id);
        if let Some(member) = self.members.get_mut(&id) {
            member.participant.end(EndReason::Left);
            self.settle(now, id);
        }
        Ok(())
    }

    /// A PATCH: candidates, which an ICE-lite server has no use for (`Ok(None)`), or an ICE restart that is answered by
    /// [`Output::Door`].
    ///
    /// # Errors
    /// The resource, its entity tag or the fragment is not right.
    pub(crate) fn restart(
        &mut self,
        now: Now,
        request: RequestId,
        token: RoomToken,
        restart: Restart,
    ) -> Result<Option<RequestId>, DoorError> {
        let door = self.door(&token, &restart.resource)?;
        if restart.entity_tag.is_some_and(|tag| tag != entity_tag(door.generation)) {
            return Err(DoorError::EntityTagStale);
        }
        let fragment = IceFragment::parse(&restart.fragment).ok_or(DoorError::FragmentInvalid)?;
        if fragment.is_of(&door.offer) {
            return Ok(None);
        }
        let offer = fragment.renewed(&door.offer);
        let pending = PendingDoor {
            participant: door.participant,
            token,
            offer,
            purpose: Purpose::Restart { resource: restart.resource },
        };
        self.open(now, request, pending);
        Ok(Some(request))
    }

    /// The media plane's answer to a WHIP or WHEP request.
    pub(super) fn door_answered(&mut self, now: Now, request: RequestId, answer: Result<String, Refusal>) {
        let Some(pending) = self.pending_doors.remove(&request) else { return };
        let outcome = answer.map_err(DoorError::Refused).and_then(|answer| self.opened(now, pending, answer));
        self.outputs.push_back(Output::Door(request, outcome));
        self.check_idle(now);
    }

    /// Ends a WHEP session, if `id` is one.
    pub(super) fn close_viewer(&mut self, now: Now, id: ParticipantId) {
        if self.viewers.remove(&id).is_some() {
            self.settings.metrics.viewers.dec();
            self.close_doors_of(id);
            self.order(Order::Leave(id));
            self.check_idle(now);
        }
    }

    /// Forgets the resources of a connection that is over, but for their names.
    pub(super) fn close_doors_of(&mut self, id: ParticipantId) {
        for (resource, door) in self.doors.extract_if(|_, door| door.participant == id) {
            if self.closed_doors.len() == CLOSED_DOORS {
                self.closed_doors.pop_front();
            }
            self.closed_doors.push_back(ClosedDoor { resource, jti: door.jti });
        }
    }

    /// Ends the WHEP sessions that `token` opened.
    pub(super) fn close_viewers_of(&mut self, now: Now, token: &RoomToken) {
        let theirs: Vec<_> =
            self.viewers.iter().filter(|(_, viewer)| viewer.token.jti == token.jti).map(|(id, _)| *id).collect();
        theirs.into_iter().for_each(|id| self.close_viewer(now, id));
    }

    fn may_pass(&self, token: &RoomToken, grant: Grant, present: usize) -> Result<(), DoorError> {
        if self.over.is_some() {
            return Err(DoorError::RoomEnded);
        }
        if !token.grants.contain(grant) {
            return Err(DoorError::NotPermitted);
        }
        match self.info.policy.entry(token, present) {
            Entry::Direct => Ok(()),
            Entry::Wait => Err(DoorError::AdmissionRequired),
            Entry::Denied(refusal) => Err(DoorError::Refused(refusal)),
        }
    }

    fn open(&mut self, now: Now, request: RequestId, pending: PendingDoor) {
        let (participant, offer, asker) = (pending.participant, pending.offer.clone(), Asker::Door(request));
        let connect = |options, sources| Order::Connect { participant, offer: offer.clone(), options, sources, asker };
        let order = match &pending.purpose {
            Purpose::Publish { sources, .. } => connect(media::publisher_options(), *sources),
            Purpose::View { watched } => {
                let watch = watched.map_or(Watch::Everyone, Watch::Only);
                connect(media::viewer_options(watch), Sources::default())
            }
            Purpose::Restart { .. } => Order::Reoffer { participant, offer: offer.clone(), asker },
        };
        self.pending_doors.insert(request, pending);
        self.order(order);
        self.check_idle(now);
    }

    fn opened(&mut self, now: Now, pending: PendingDoor, answer: String) -> Result<Answer, DoorError> {
        let PendingDoor { participant: id, token, offer, purpose } = pending;
        if let Purpose::Restart { resource } = purpose {
            let door = self.doors.get_mut(&resource).ok_or(DoorError::ResourceUnknown)?;
            door.offer = offer;
            door.generation += 1;
            let entity_tag = entity_tag(door.generation);
            return Ok(Answer { resource, body: answer_fragment(&answer), entity_tag, ice_servers: Vec::new() });
        }
        let resource = self.settings.random.text::<16>();
        let door = Door { participant: id, jti: token.jti.clone(), offer, generation: 0 };
        let entity_tag = entity_tag(door.generation);
        self.doors.insert(resource.clone(), door);
        match purpose {
            Purpose::Publish { name, sources } => {
                let identity =
                    Identity { participant: id, name: Some(name), role: token.role, grants: token.grants.clone() };
                let participant = Participant::without_socket(identity, sources, now.wall_ms());
                self.members.insert(id, Member::new(participant, token, None));
                self.settle(now, id);
            }
            Purpose::View { .. } | Purpose::Restart { .. } => {
                self.settings.metrics.viewers.inc();
                self.viewers.insert(id, Viewer { token });
            }
        }
        let ice_servers = self.settings.ice_servers.of(now.wall, id);
        Ok(Answer { resource, body: answer, entity_tag, ice_servers })
    }

    fn door(&self, token: &RoomToken, resource: &str) -> Result<&Door, DoorError> {
        let door = self.doors.get(resource).ok_or(DoorError::ResourceUnknown)?;
        if door.jti == token.jti { Ok(door) } else { Err(DoorError::NotPermitted) }
    }
}

/// Who a WHIP publisher is: the same each time it comes, so that viewers may come first and survive its reconnects.
fn publisher_id(room: &RoomName, id: &str) -> ParticipantId {
    let digest = Sha256::digest(format!("{room}/{id}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
    ParticipantId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A publisher's m-lines are its camera source.
fn published_by(offer: &str) -> Sources {
    let has = |kind: &str| offer.lines().any(|line| line.starts_with(kind));
    let state = |present| if present { TrackState::On } else { TrackState::Off };
    let mut sources = Sources::default();
    let camera = SourceState { audio: state(has("m=audio")), video: state(has("m=video")) };
    sources.put(sfu::Source::Camera, camera);
    sources
}

fn entity_tag(generation: u32) -> String {
    format!("\"{generation}\"")
}

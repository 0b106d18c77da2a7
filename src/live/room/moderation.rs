//! What hosts may do to a room and to the people in it.

use sfu::{MediaKind, ParticipantId, Source};
use signaling::message::{Audience, Moderation};
use signaling::{EndReason, ErrorCode, MessageId, Presence, Refusal, ServerMessage};

use super::super::policy::Lock;
use super::super::token::Revocation;
use super::{Now, Output, Room};

impl Room {
    /// The grant was checked; `by` learns what came of it.
    pub(super) fn moderate(&mut self, now: Now, by: ParticipantId, re: Option<MessageId>, moderation: Moderation) {
        let outcome = match moderation {
            Moderation::Admit(audience) => self.admit(now, audience),
            Moderation::Refuse(audience) => self.refuse(audience),
            Moderation::Remove(id) => self.remove(now, id),
            Moderation::Mute(id, kind) => self.mute(id, kind, by),
            Moderation::Lock => self.lock(Lock::Locked),
            Moderation::Unlock => self.lock(Lock::Unlocked),
            Moderation::End => Ok(()),
        };
        if let Some(member) = self.members.get_mut(&by) {
            member.participant.reply(re, outcome);
        }
        self.touch(by);
        if moderation == Moderation::End {
            self.end(now, EndReason::RoomEnded);
        }
    }

    fn admit(&mut self, now: Now, audience: Audience) -> Result<(), Refusal> {
        let outcome = self.waiting(audience)?.into_iter().try_for_each(|id| {
            self.info.policy.admission(self.present())?;
            let admitted = self.members.get_mut(&id).map(|member| member.participant.admit(now.wall_ms()));
            debug_assert_eq!(admitted, Some(Ok(())), "they were waiting");
            self.touch(id);
            Ok(())
        });
        self.tell_of_waiting();
        outcome
    }

    fn refuse(&mut self, audience: Audience) -> Result<(), Refusal> {
        for id in self.waiting(audience)? {
            if let Some(member) = self.members.get_mut(&id) {
                member.participant.end(EndReason::Refused);
                self.touch(id);
            }
        }
        Ok(())
    }

    fn remove(&mut self, now: Now, id: ParticipantId) -> Result<(), Refusal> {
        let member = self.members.get_mut(&id).filter(|member| member.participant.presence() != Presence::Outside);
        let member = member.ok_or_else(unknown)?;
        let token = member.token.clone();
        self.info.policy.removed(&token);
        let revocation = Revocation { key: member.token.jti.clone(), until: member.token.until };
        member.participant.end(EndReason::Removed);
        self.outputs.push_back(Output::Revoke(revocation));
        self.touch(id);
        self.close_viewers_of(now, &token);
        Ok(())
    }

    fn mute(&mut self, id: ParticipantId, kind: MediaKind, by: ParticipantId) -> Result<(), Refusal> {
        let member = self.members.get_mut(&id).filter(|member| member.participant.presence() == Presence::Here);
        member.ok_or_else(unknown)?.participant.mute(Source::Camera, kind, by);
        self.touch(id);
        Ok(())
    }

    fn lock(&mut self, lock: Lock) -> Result<(), Refusal> {
        if self.info.policy.lock != lock {
            self.info.policy.lock = lock;
            let message = ServerMessage::Room { room: self.room() };
            self.broadcast(&message);
            self.tell_outside();
        }
        Ok(())
    }

    /// Whom an admission is about, longest waiting first.
    fn waiting(&self, audience: Audience) -> Result<Vec<ParticipantId>, Refusal> {
        let waiting = self.waiting_people().into_iter().map(|person| person.participant);
        match audience {
            Audience::EveryoneWaiting => Ok(waiting.collect()),
            Audience::One(id) => {
                waiting.into_iter().find(|waiting| *waiting == id).map(|id| vec![id]).ok_or_else(unknown)
            }
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(ErrorCode::ParticipantUnknown, "Nobody here has that id.")
}

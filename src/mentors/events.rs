//! Facts of mentors.

use serde::{Deserialize, Serialize};

use crate::kernel::ids::UserId;
use crate::kernel::outbox::Fact;

/// Someone asks to be a mentor, for the first time or again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorApplied {
    pub mentor: UserId,
}

/// Someone became a mentor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorApproved {
    pub mentor: UserId,
}

/// Someone did not become a mentor, for this reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorDeclined {
    pub mentor: UserId,
    pub reason: String,
}

/// A mentor's public page says something else now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorProfileChanged {
    pub mentor: UserId,
}

/// Somebody is no mentor any more, for this reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorWithdrawn {
    pub mentor: UserId,
    pub reason: String,
}

macro_rules! facts_of_mentors {
    ($($fact:ident: $kind:literal),+ $(,)?) => {$(
        impl Fact for $fact {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.mentor.to_string()
            }
        }
    )+};
}
facts_of_mentors!(
    MentorApplied: "mentors.applied",
    MentorApproved: "mentors.approved",
    MentorDeclined: "mentors.declined",
    MentorProfileChanged: "mentors.profile_changed",
    MentorWithdrawn: "mentors.withdrawn",
);

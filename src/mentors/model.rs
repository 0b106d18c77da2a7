//! Mentors.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Someone who applied to be a mentor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mentor {
    pub status: MentorStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MentorStatus {
    Applied,
    /// May open sessions.
    Approved,
    Declined,
}

impl MentorStatus {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "applied" => Some(Self::Applied),
            "approved" => Some(Self::Approved),
            "declined" => Some(Self::Declined),
            _ => None,
        }
    }
}

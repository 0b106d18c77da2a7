//! Mentors and what they say about themselves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

/// Someone who applied to be a mentor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mentor {
    pub status: MentorStatus,
    /// Where their public page is, `/mentors/{slug}`, once they are approved; null until there is a profile.
    #[schema(required)]
    pub slug: Option<String>,
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

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}

/// What a mentor says about themselves, as everyone may read it. Checked by [`super::rules::profile`] on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// One line, 1 to 120 characters.
    #[schema(max_length = 120)]
    pub headline: String,
    /// 1 to 4000 characters; lines may break.
    #[schema(max_length = 4000)]
    pub about: String,
    /// Where they have worked and on what, up to 2000 characters; lines may break.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub experience: String,
    /// 1 to 12, each up to 40 characters.
    #[schema(max_items = 12)]
    pub skills: Vec<String>,
    /// 1 to 8 ISO 639-1 codes they mentor in: `en`.
    #[schema(max_items = 8)]
    pub languages: Vec<String>,
    /// Up to 5 https addresses.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub links: Vec<String>,
    /// The https address of a video that introduces them.
    #[serde(default)]
    #[schema(required)]
    pub intro_video_url: Option<String>,
}

/// A mentor's row as they and administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub user: UserId,
    pub display_name: String,
    pub email: String,
    pub status: MentorStatus,
    pub slug: Option<String>,
    pub profile: Profile,
    pub applied_at: Option<Timestamp>,
    /// Why they were declined, or no longer are a mentor.
    pub decline_reason: Option<String>,
    /// Counts what they saved.
    pub version: i64,
}

/// A mentor as everyone sees them: approved, with a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicMentor {
    pub id: UserId,
    pub slug: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    pub profile: Profile,
}

/// What an administrator decides about an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The version that was read.
    Approve(i64),
    /// With a reason the applicant reads.
    Decline(String),
}

//! Calendars, and what becomes of reading them.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{CalendarId, UserId};

/// Where busy times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarSource)]
pub(super) enum Source {
    /// An iCalendar file on the web.
    Feed,
    /// Google Calendar's free/busy.
    Google,
}

impl Source {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Google => "google",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Feed, Self::Google].into_iter().find(|source| source.as_str() == text)
    }
}

/// What a calendar is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarKind)]
pub(super) enum Kind {
    /// The mentor's own events; those marked as free do not count.
    Own,
    /// Public holidays: whole days count although their publishers mark them as free.
    Holidays,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Holidays => "holidays",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Own, Self::Holidays].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A calendar and how it is doing.
#[derive(Debug, Clone)]
pub(super) struct BusyCalendar {
    pub(super) id: CalendarId,
    pub(super) mentor: UserId,
    pub(super) source: Source,
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Of a feed; all that people see of its address.
    pub(super) host: Option<String>,
    pub(super) sealed: String,
    pub(super) checked_at: Timestamp,
    pub(super) read_at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) failures: i32,
    pub(super) trouble: Option<Trouble>,
    pub(super) tags: Tags,
    pub(super) whole_at: Timestamp,
    pub(super) events: i32,
    pub(super) left_out: i32,
}

/// What is needed to read a calendar.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) id: CalendarId,
    pub(super) mentor: UserId,
    pub(super) source: Source,
    pub(super) kind: Kind,
    /// A feed's address, or a refresh token of Google's.
    pub(super) secret: String,
}

/// Validators of a feed (RFC 9110 §8.8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tags {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// What a calendar said.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// In order; none touch.
    pub(super) times: Vec<(Timestamp, Timestamp)>,
    pub(super) tags: Tags,
    pub(super) events: i32,
    /// Events whose times nobody could tell.
    pub(super) left_out: i32,
}

macro_rules! troubles {
    ($($(#[$doc:meta])* $trouble:ident = $code:literal, $detail:literal;)+) => {
        /// Why a calendar could not be read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[schema(as = CalendarTrouble)]
        pub enum Trouble {
            $($(#[$doc])* #[serde(rename = $code)] $trouble,)+
        }

        impl Trouble {
            pub(super) const ALL: &[Self] = &[$(Self::$trouble),+];

            /// Stable: it is stored, and the code of a problem.
            pub(in crate::availability) fn code(self) -> &'static str {
                match self {
                    $(Self::$trouble => $code,)+
                }
            }

            /// What it is and what to do.
            pub(in crate::availability) fn detail(self) -> &'static str {
                match self {
                    $(Self::$trouble => $detail,)+
                }
            }
        }
    };
}
troubles! {
    /// Not public, and not a network the operator allows.
    NotPublic = "calendar_not_public", "This server reads calendars from public https addresses only.";
    /// No connection.
    Unreachable = "calendar_unreachable", "Nothing answers at this address. Check it, or try again later.";
    /// It takes too long.
    Slow = "calendar_slow", "The calendar did not arrive in time. Try again later.";
    /// 404 or 410.
    Gone = "calendar_gone", "There is no calendar at this address any more. Copy its address again.";
    /// 401 or 403.
    Forbidden = "calendar_forbidden", "This calendar is not public. Copy its secret address (iCal) instead.";
    /// Another status, or a redirect without end.
    Failed = "calendar_failed", "The other server did not give the calendar. Try again later.";
    /// More than is read.
    TooLarge = "calendar_too_large", "This calendar is too large: at most 20 MB and 50,000 events are read.";
    /// A page to sign in, for instance.
    NotCalendar = "calendar_not_one", "This is no calendar. Copy the address that ends in .ics.";
    /// It ended early.
    Truncated = "calendar_not_whole", "The calendar arrived in part only. Try again later.";
    /// The other side takes no token of ours any more.
    Revoked = "calendar_revoked", "The permission has ended. Remove it and connect it again.";
    /// The operator has turned it off.
    Off = "calendar_off", "This server asks Google no more. Remove it, or ask who runs this server.";
    /// What was kept cannot be opened: the server's secrets have changed.
    Lost = "calendar_lost", "Its address was lost with this server's keys. Remove it and subscribe again.";
}

impl Trouble {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|trouble| trouble.code() == text)
    }

    /// By the status of an answer that is none.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::Gone,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::Forbidden,
            _ => Self::Failed,
        }
    }
}

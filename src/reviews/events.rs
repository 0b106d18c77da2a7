//! Facts of reviews.

use serde::{Deserialize, Serialize};

use crate::booking::Party;
use crate::kernel::ids::{BookingId, UserId};
use crate::kernel::outbox::Fact;

/// A mentor's public reviews are others than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingChanged {
    pub mentor: UserId,
}

impl Fact for RatingChanged {
    const KIND: &'static str = "reviews.rating_changed";

    fn subject(&self) -> String {
        self.mentor.to_string()
    }
}

/// One of the two is to be asked what they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewWanted {
    pub booking: BookingId,
    pub of: Party,
}

impl Fact for ReviewWanted {
    const KIND: &'static str = "reviews.wanted";

    fn subject(&self) -> String {
        self.booking.to_string()
    }
}

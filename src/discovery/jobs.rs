//! Keeps search up to date with what mentors say about themselves.

use super::Discovery;
use crate::accounts::DisplayNameChanged;
use crate::kernel::outbox::{Event, Fact, Handler};
use crate::mentors::{MentorApproved, MentorProfileChanged, MentorWithdrawn};
use crate::reviews::RatingChanged;

/// Reads the mentor anew, so that hearing twice, or late, gives the same.
pub(super) fn index(discovery: &Discovery) -> Handler {
    let discovery = discovery.clone();
    let kinds = &[
        MentorApproved::KIND,
        MentorProfileChanged::KIND,
        MentorWithdrawn::KIND,
        DisplayNameChanged::KIND,
        RatingChanged::KIND,
    ];
    Handler::new("discovery.index", kinds, move |event: Event| {
        let discovery = discovery.clone();
        async move {
            let approved = event.read::<MentorApproved>()?.map(|fact| fact.mentor);
            let changed = event.read::<MentorProfileChanged>()?.map(|fact| fact.mentor);
            // Who is no mentor is not found under the new name either.
            let renamed = event.read::<DisplayNameChanged>()?.map(|fact| fact.user);
            let rated = event.read::<RatingChanged>()?.map(|fact| fact.mentor);
            let withdrawn = event.read::<MentorWithdrawn>()?.map(|fact| fact.mentor);
            match approved.or(changed).or(renamed).or(rated).or(withdrawn) {
                Some(mentor) => Ok(discovery.index(&[mentor]).await?),
                None => Ok(()),
            }
        }
    })
}

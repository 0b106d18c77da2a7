//! Keeps search up to date with what mentors say about themselves.

use super::Discovery;
use crate::kernel::outbox::{Event, Fact, Handler};
use crate::mentors::{MentorApproved, MentorProfileChanged};

/// Reads the mentor anew, so that hearing twice, or late, gives the same.
pub(super) fn index(discovery: &Discovery) -> Handler {
    let discovery = discovery.clone();
    let kinds = &[MentorApproved::KIND, MentorProfileChanged::KIND];
    Handler::new("discovery.index", kinds, move |event: Event| {
        let discovery = discovery.clone();
        async move {
            let approved = event.read::<MentorApproved>()?.map(|fact| fact.mentor);
            let changed = event.read::<MentorProfileChanged>()?.map(|fact| fact.mentor);
            match approved.or(changed) {
                Some(mentor) => Ok(discovery.index(&[mentor]).await?),
                None => Ok(()),
            }
        }
    })
}

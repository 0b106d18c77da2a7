//! The letter that asks for a review.

use super::events::ReviewWanted;
use super::store::{self, Addressee};
use crate::booking::Party;
use crate::kernel::Kernel;
use crate::kernel::mail::{Action, Letter, Mailer};
use crate::kernel::outbox::{Event, Fact, Handler, HandlerError};

pub(super) fn letters(kernel: &Kernel, mailer: &Mailer) -> Handler {
    let (kernel, mailer) = (kernel.clone(), mailer.clone());
    let work = move |event| {
        let (kernel, mailer) = (kernel.clone(), mailer.clone());
        async move { write(&kernel, &mailer, event).await }
    };
    Handler::new("reviews.letters", &[ReviewWanted::KIND], work).talks_to_others()
}

async fn write(kernel: &Kernel, mailer: &Mailer, event: Event) -> Result<(), HandlerError> {
    let Some(wanted) = event.read::<ReviewWanted>()? else { return Ok(()) };
    // Whoever has said something meanwhile need not be asked.
    let Some(to) = store::addressee(&mut *kernel.db.read().await?, wanted.booking, wanted.of).await? else {
        return Ok(());
    };
    let origin = &kernel.config.http.public_url;
    let url = (!origin.is_empty()).then(|| format!("{origin}/bookings/{}", wanted.booking));
    mailer.deliver(event.id, &to.email, &letter(&kernel.config.name, &to, wanted.of, url)).await
}

/// Pure.
fn letter(site: &str, to: &Addressee, of: Party, url: Option<String>) -> Letter {
    let (other, title) = (&to.other, &to.title);
    let ask = match of {
        Party::Mentee => {
            format!("how was \"{title}\" with {other}? A few words help {other}, and others who look for a mentor.")
        }
        Party::Mentor => {
            format!("how was \"{title}\" with {other}? Only you and the administrators of {site} read what you note.")
        }
    };
    let place = url.is_none().then(|| format!("You find the session among your bookings at {site}."));
    Letter {
        subject: format!("How was your session with {other}?"),
        paragraphs: [format!("Hello {},", to.display_name), ask].into_iter().chain(place).collect(),
        action: url.map(|url| Action { label: "Say how it was".to_owned(), url }),
        closing: vec!["This is the only letter about it.".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentors_are_told_that_their_note_is_private() {
        let to = Addressee {
            email: "ada@example.test".to_owned(),
            display_name: "Ada".to_owned(),
            other: "Bo".to_owned(),
            title: "Rust".to_owned(),
        };
        let mentor = letter("Meet", &to, Party::Mentor, None).text();
        assert!(mentor.contains("Only you and the administrators of Meet") && mentor.contains("among your bookings"));
        let url = Some("https://meet.example/bookings/1".to_owned());
        let mentee = letter("Meet", &to, Party::Mentee, url).text();
        assert!(mentee.contains("https://meet.example/bookings/1") && !mentee.contains("administrators"));
    }
}

//! What a letter says, as text and as HTML, and the message it becomes (RFC 5322).

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::MailError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::EventId;
use crate::kernel::text::escape_html;

/// A letter to one person: a few paragraphs and at most one thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    /// Before the action. Plain text; whatever people typed is escaped where it stands.
    pub paragraphs: Vec<String>,
    pub action: Option<Action>,
    /// After it, in small print.
    pub closing: Vec<String>,
}

/// The thing to do: a link that is a button in HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub label: String,
    pub url: String,
}

/// What comes with a letter for the calendar (RFC 6047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The object's METHOD: `REQUEST`, `CANCEL`.
    pub method: &'static str,
    /// The iCalendar object.
    pub object: String,
}

/// A letter with everything around it.
pub struct Parcel<'a> {
    pub event: EventId,
    pub from: &'a str,
    pub to: &'a str,
    pub sent_at: Timestamp,
    pub letter: &'a Letter,
    pub invitation: Option<&'a Invitation>,
}

impl Letter {
    /// The plain text.
    pub fn text(&self) -> String {
        let action = self.action.iter().map(|action| format!("{}:\n{}", action.label, action.url));
        let parts = self.paragraphs.iter().cloned().chain(action).chain(self.closing.iter().cloned());
        parts.collect::<Vec<_>>().join("\n\n") + "\n"
    }

    /// The same as HTML: one column, no pictures, nothing loaded from anywhere.
    pub fn html(&self) -> String {
        let mut html = String::from(
            "<!doctype html><html lang=\"en\"><body style=\"margin:0;padding:24px;font:16px/1.5 sans-serif;color:#222\">\
             <div style=\"max-width:480px;margin:0 auto\">",
        );
        for paragraph in &self.paragraphs {
            html.push_str(&format!("<p>{}</p>", lines(paragraph)));
        }
        if let Some(Action { label, url }) = &self.action {
            let (label, url) = (escape_html(label), escape_html(url));
            html.push_str(&format!(
                "<p><a href=\"{url}\" style=\"display:inline-block;padding:12px 20px;border-radius:10px;\
                 background:#0f5c5c;color:#fff;text-decoration:none\">{label}</a></p>\
                 <p style=\"font-size:14px;color:#555;word-break:break-all\">{url}</p>"
            ));
        }
        for paragraph in &self.closing {
            html.push_str(&format!("<p style=\"font-size:14px;color:#555\">{}</p>", lines(paragraph)));
        }
        html.push_str("</div></body></html>\n");
        html
    }
}

fn lines(text: &str) -> String {
    escape_html(text).replace('\n', "<br>")
}

impl Parcel<'_> {
    /// The message as it goes over the wire. The same parcel is the same bytes.
    ///
    /// # Errors
    /// [`MailError::Unsound`] when an address is none.
    pub fn message(&self) -> Result<Message, MailError> {
        let mailbox = |text: &str, which: &str| {
            text.parse::<Mailbox>().map_err(|_| MailError::Unsound(format!("the {which} is no address")))
        };
        let from = mailbox(self.from, "sender (mail.from)")?;
        let id = format!("<{}@{}>", self.event, from.email.domain());
        let sent_at = UNIX_EPOCH + Duration::from_millis(u64::try_from(self.sent_at.0).unwrap_or(0));
        let boundary = format!("part-{}", self.event);
        let mut body = MultiPart::alternative()
            .boundary(boundary)
            .singlepart(SinglePart::plain(self.letter.text()))
            .singlepart(SinglePart::html(self.letter.html()));
        if let Some(Invitation { method, object }) = self.invitation {
            let kind = ContentType::parse(&format!("text/calendar; method={method}; charset=utf-8"));
            let kind = kind.map_err(|error| MailError::Unsound(error.to_string()))?;
            body = body.singlepart(SinglePart::builder().header(kind).body(object.clone()));
        }
        Message::builder()
            .message_id(Some(id))
            .date(sent_at)
            .from(from)
            .to(mailbox(self.to, "recipient")?)
            .subject(&self.letter.subject)
            .multipart(body)
            .map_err(|error| MailError::Unsound(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            subject: "Confirm your address, Zoë".to_owned(),
            paragraphs: vec!["Hello <b>Zoë</b>,\nwelcome.".to_owned()],
            action: Some(Action {
                label: "Confirm".to_owned(),
                url: "https://meet.example/verify-email?a=1&b=2#token".to_owned(),
            }),
            closing: vec!["Not you? Ignore this.".to_owned()],
        }
    }

    #[test]
    fn a_letter_says_the_same_in_text_and_in_html() {
        let letter = letter();
        assert_eq!(
            letter.text(),
            "Hello <b>Zoë</b>,\nwelcome.\n\nConfirm:\nhttps://meet.example/verify-email?a=1&b=2#token\n\n\
             Not you? Ignore this.\n"
        );
        let html = letter.html();
        assert!(html.contains("<p>Hello &lt;b&gt;Zoë&lt;/b&gt;,<br>welcome.</p>"), "{html}");
        assert!(html.contains("<a href=\"https://meet.example/verify-email?a=1&amp;b=2#token\""), "{html}");
        assert!(html.contains("Not you? Ignore this.</p>"), "{html}");
    }

    #[test]
    fn a_parcel_is_always_the_same_bytes_and_names_its_event() {
        let letter = letter();
        let event = EventId(uuid::Uuid::from_u128(7));
        let parcel = Parcel {
            event,
            from: "\"Face Mentor\" <noreply@meet.example>",
            to: "zoe@example.test",
            sent_at: Timestamp(1_764_000_000_000),
            letter: &letter,
            invitation: None,
        };
        let bytes = parcel.message().expect("sound").formatted();
        assert_eq!(bytes, parcel.message().expect("sound").formatted());
        let text = String::from_utf8(bytes).expect("ASCII");
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998), "{text}");
        for line in [
            "Message-ID: <00000000-0000-0000-0000-000000000007@meet.example>",
            "From: \"Face Mentor\" <noreply@meet.example>",
            "To: zoe@example.test",
            "Date: Mon, 24 Nov 2025 16:00:00 +0000",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn an_address_that_is_none_sends_nothing() {
        let letter = letter();
        let event = EventId(uuid::Uuid::nil());
        let at = Timestamp(0);
        for (from, to) in
            [("nobody", "zoe@example.test"), ("a@example.test", "zoe@example.test\r\nBcc: x@example.test")]
        {
            let parcel = Parcel { event, from, to, sent_at: at, letter: &letter, invitation: None };
            assert!(matches!(parcel.message(), Err(MailError::Unsound(_))), "{from} to {to:?}");
        }
    }
}

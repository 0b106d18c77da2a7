//! Fetching a feed. Mentors type its address, so it may lead anywhere: every address on the way is checked, a redirect's
//! too, and everything is bounded.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use url::Url;

use super::model::{Tags, Trouble};
use crate::kernel::config::Network;
use crate::kernel::https::{self, Bounds, HttpsError, Reach};

/// For one answer; whoever publishes twenty megabytes has them ready.
const TIMEOUT: Duration = Duration::from_secs(20);
const REDIRECTS_MAX: usize = 5;
/// Validators longer than this are not worth keeping.
const TAG_MAX: usize = 256;

/// A feed's bytes, and the validators that came with them.
pub(super) struct Feed {
    pub(super) bytes: Vec<u8>,
    pub(super) tags: Tags,
}

/// None: nothing has changed since `known`.
pub(super) async fn fetch(address: &Url, known: Option<&Tags>, networks: &[Network]) -> Result<Option<Feed>, Trouble> {
    let mut address = address.clone();
    for _ in 0..=REDIRECTS_MAX {
        let answer = https::ask_within(request(&address, known)?, &bounds(networks)).await.map_err(trouble)?;
        let (status, headers) = (answer.status(), answer.headers());
        if status == StatusCode::NOT_MODIFIED && known.is_some() {
            return Ok(None);
        }
        if status.is_redirection() {
            address = redirected(&address, headers).ok_or(Trouble::Failed)?;
            continue;
        }
        if status != StatusCode::OK {
            return Err(Trouble::of_status(status));
        }
        let tags = Tags { etag: tag(headers, header::ETAG), last_modified: tag(headers, header::LAST_MODIFIED) };
        return Ok(Some(Feed { bytes: answer.into_body(), tags }));
    }
    Err(Trouble::Failed)
}

fn bounds(networks: &[Network]) -> Bounds<'_> {
    Bounds { timeout: TIMEOUT, max_bytes: ical::MAX_BYTES, reach: Reach::Public { besides: networks } }
}

fn request(address: &Url, known: Option<&Tags>) -> Result<hyper::Request<Vec<u8>>, Trouble> {
    let mut request = hyper::Request::get(address.as_str())
        .header(header::ACCEPT, "text/calendar, */*;q=0.5")
        // What is sent packed may be anything when unpacked.
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::USER_AGENT, "FaceMentor");
    if let Some(etag) = known.and_then(|tags| tags.etag.as_ref()) {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(at) = known.and_then(|tags| tags.last_modified.as_ref()) {
        request = request.header(header::IF_MODIFIED_SINCE, at);
    }
    request.body(Vec::new()).map_err(|_| Trouble::Failed)
}

/// Never from https to http.
fn redirected(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let mut to = from.join(headers.get(header::LOCATION)?.to_str().ok()?).ok()?;
    to.set_fragment(None);
    let fine = to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http");
    (fine && to.username().is_empty() && to.password().is_none()).then_some(to)
}

fn tag(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().filter(|tag| tag.len() <= TAG_MAX).map(str::to_owned)
}

pub(super) fn trouble(error: HttpsError) -> Trouble {
    match error {
        HttpsError::Refused => Trouble::NotPublic,
        HttpsError::Timeout => Trouble::Slow,
        HttpsError::TooLarge => Trouble::TooLarge,
        HttpsError::Address(_) | HttpsError::Connection(_) => Trouble::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_does_not_leave_tls() {
        let to = |from: &str, to: &str| {
            let headers = HeaderMap::from_iter([(header::LOCATION, to.parse().expect("a header"))]);
            redirected(&from.parse().expect("an address"), &headers).map(String::from)
        };
        assert_eq!(to("https://a.example/b", "/c#d").as_deref(), Some("https://a.example/c"));
        assert_eq!(to("https://a.example/b", "https://c.example").as_deref(), Some("https://c.example/"));
        assert_eq!(to("http://a.example/b", "c").as_deref(), Some("http://a.example/c"));
        for bad in ["http://a.example/", "file:///etc/passwd", "https://u:p@a.example/", "//"] {
            assert_eq!(to("https://a.example/b", bad), None, "{bad}");
        }
    }
}

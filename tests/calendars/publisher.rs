//! Somebody who publishes a calendar on the web.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(Clone)]
pub(crate) struct Publisher {
    pub(crate) address: String,
    said: Arc<Mutex<Said>>,
}

struct Said {
    status: u16,
    body: String,
    etag: Option<String>,
    location: Option<String>,
    /// How often it was asked, and how often it said that nothing has changed.
    asked: usize,
    unchanged: usize,
}

impl Publisher {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/private-1/basic.ics", listener.local_addr().expect("bound"));
        let said = Said { status: 200, body: String::new(), etag: None, location: None, asked: 0, unchanged: 0 };
        let publisher = Self { address, said: Arc::new(Mutex::new(said)) };
        let app = Router::new().fallback(answer).with_state(publisher.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        publisher
    }

    /// From now on there are these events.
    pub(crate) fn publishes(&self, events: &str) {
        self.says(200, &format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"));
    }

    pub(crate) fn says(&self, status: u16, body: &str) {
        let mut said = self.said.lock().expect("unpoisoned");
        (said.status, said.body, said.location) = (status, body.to_owned(), None);
    }

    pub(crate) fn tags(&self, etag: &str) {
        self.said.lock().expect("unpoisoned").etag = Some(etag.to_owned());
    }

    pub(crate) fn redirects(&self, to: &str) {
        let mut said = self.said.lock().expect("unpoisoned");
        (said.status, said.location) = (302, Some(to.to_owned()));
    }

    pub(crate) fn asked(&self) -> usize {
        self.said.lock().expect("unpoisoned").asked
    }

    pub(crate) fn unchanged(&self) -> usize {
        self.said.lock().expect("unpoisoned").unchanged
    }
}

async fn answer(State(publisher): State<Publisher>, headers: HeaderMap) -> Response {
    let mut said = publisher.said.lock().expect("unpoisoned");
    said.asked += 1;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    if said.status == 200 && known.is_some() && known == said.etag.as_deref() {
        said.unchanged += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = (StatusCode::from_u16(said.status).expect("a status"), said.body.clone()).into_response();
    let more = [(header::ETAG, &said.etag), (header::LOCATION, &said.location)];
    for (name, value) in more.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        response.headers_mut().insert(name, value.parse().expect("a header"));
    }
    response
}

/// One event that lasts half an hour.
pub(crate) fn event(uid: &str, starts_at_ms: i64, more: &str) -> String {
    let start = utc(starts_at_ms);
    format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{start}\r\nDURATION:PT30M\r\n{more}END:VEVENT\r\n")
}

pub(crate) fn utc(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).expect("an instant");
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

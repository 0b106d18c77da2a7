//! /dev/mail: letters of a server that sends none, for whoever tries it on their own machine.
//!
//! Links in letters are as good as passwords, so the page exists in demos without a mail server alone, and answers only
//! this machine under a name of its own: neither a proxy's public name nor a page of another site gets to it.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::app::AppState;
use crate::kernel::client::Client;
use crate::kernel::config::Config;
use crate::kernel::error::Problem;
use crate::kernel::mail::{FiledLetter, Folder};
use crate::kernel::text::escape_html;

/// The page, where it may exist.
pub(crate) fn routes(config: &Config) -> Router<AppState> {
    if config.demo && !config.mail.is_smtp() { Router::new().route("/dev/mail", get(letters)) } else { Router::new() }
}

async fn letters(State(state): State<AppState>, client: Client) -> Response {
    if !is_local(&client) {
        return Problem::not_found().into_response();
    }
    let folder = Folder::of(&state.kernel.config);
    let Ok(letters) = tokio::task::spawn_blocking(move || folder.letters()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    ([(header::CACHE_CONTROL, "no-store")], Html(page(&letters))).into_response()
}

fn is_local(client: &Client) -> bool {
    let authority = client.asked_origin.split("://").nth(1).unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    client.ip.is_loopback() && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn page(letters: &[FiledLetter]) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mail</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>body{font:16px/1.5 sans-serif;max-width:720px;\
         margin:2rem auto;padding:0 1rem;color-scheme:light dark}pre{white-space:pre-wrap;overflow-wrap:anywhere}\
         article{border-top:1px solid;padding:1rem 0}</style></head><body><main><h1>Mail</h1>\
         <p>This server sends no mail: letters end here. Load the page again for newer ones.</p>",
    );
    if letters.is_empty() {
        html.push_str("<p>No letters yet. Sign up, or say that you forgot your password.</p>");
    }
    for letter in letters {
        let (to, subject) = (escape_html(&letter.to), escape_html(&letter.subject));
        html.push_str(&format!("<article><h2>{subject}</h2><p>To {to}</p><pre>"));
        for line in letter.text.lines() {
            let line = escape_html(line);
            // Our own letters put a link on a line of its own.
            let link = line.starts_with("http://") || line.starts_with("https://");
            html.push_str(&if link { format!("<a href=\"{line}\">{line}</a>\n") } else { format!("{line}\n") });
        }
        html.push_str("</pre></article>");
    }
    html.push_str("</main></body></html>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_under_its_own_name_reads_mail() {
        let client = |ip: &str, origin: &str| Client {
            ip: ip.parse().expect("an address"),
            origin: origin.to_owned(),
            asked_origin: origin.to_owned(),
        };
        for (ip, origin, expected) in [
            ("127.0.0.1", "http://localhost:8080", true),
            ("127.0.0.1", "http://127.0.0.1:8080", true),
            ("::1", "http://[::1]:8080", true),
            ("127.0.0.1", "https://meet.example", false),
            ("127.0.0.1", "http://evil.test:8080", false),
            ("192.0.2.1", "http://localhost:8080", false),
        ] {
            assert_eq!(is_local(&client(ip, origin)), expected, "{ip} asks for {origin}");
        }
    }
}

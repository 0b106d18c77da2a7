//! Public pages: index.html with what search engines, link previews and the first paint need already in it.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::app::AppState;
use crate::availability::{NEXT_OPENINGS, NextOpenings, Offerings};
use crate::discovery::{DEFAULT_LIMIT, Search, SearchQuery};
use crate::kernel::client::Client;
use crate::kernel::error::Problem;
use crate::kernel::extract::{Path, Query};
use crate::kernel::text::escape_html as escape;
use crate::mentors::{MentorPage, MentorsError};
use crate::web;

/// Addresses of one sitemap (sitemaps.org allows 50,000).
const SITEMAP_MAX: i64 = 49_000;
/// The parameters of a search, in order of their names, which the web's request has too.
const SEARCH: [&str; 9] =
    ["free_this_week", "language", "price_max", "price_min", "q", "rating_min", "skill", "sort", "time_zone"];
/// Search engines show about as much.
const DESCRIPTION_CHARS: usize = 160;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/mentors", get(search))
        .route("/mentors/{slug}", get(mentor))
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
        .route("/sitemap-mentors.xml", get(sitemap_part))
}

/// What a page says about itself to those who do not run it.
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) description: String,
    /// The page's one address.
    pub(crate) canonical: String,
    /// Open Graph's word for what it is.
    pub(crate) kind: &'static str,
}

impl Head {
    fn html(&self, site: &str) -> String {
        let Self { title, description, canonical, kind } = self;
        let mut html = format!(
            "<title>{}</title>\n<link rel=\"canonical\" href=\"{}\" />",
            escape(&format!("{title} · {site}")),
            escape(canonical)
        );
        let metas = [
            ("name", "description", description.as_str()),
            ("name", "twitter:card", "summary"),
            ("property", "og:type", kind),
            ("property", "og:site_name", site),
            ("property", "og:title", title),
            ("property", "og:description", description),
            ("property", "og:url", canonical),
        ];
        for (attribute, name, content) in metas {
            write!(html, "\n<meta {attribute}=\"{name}\" content=\"{}\" />", escape(content))
                .expect("writing to a String cannot fail");
        }
        html
    }
}

async fn search(State(state): State<AppState>, client: Client, uri: Uri) -> Response {
    let head = Head {
        title: "Find a mentor".to_owned(),
        description: "Search mentors by skill, topic, name and language, and meet them face to face in the browser."
            .to_owned(),
        // Searches are one page to search engines.
        canonical: format!("{}/mentors", client.origin),
        kind: "website",
    };
    let (search, key) = asked(&uri);
    let Some(search) = search else { return page(&state, &head, StatusCode::OK, &[]) };
    match state.discovery.search(&search, None, DEFAULT_LIMIT).await {
        Ok(found) => page(&state, &head, StatusCode::OK, &[(key, json!(found))]),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// What the address asks for (None: the API would not take it), and the address under which the page asks the API for the
/// same: its parameters by name. Whatever else stands there is none of our business.
fn asked(uri: &Uri) -> (Option<Search>, String) {
    let pairs: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
    let value = |name: &str| {
        let found = pairs.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.to_string()).unwrap_or_default()
    };
    let said = SEARCH.into_iter().map(|name| (name, value(name))).filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    let key = if query.is_empty() { "/mentors".to_owned() } else { format!("/mentors?{query}") };
    let uri = key.parse::<Uri>().ok();
    let search = uri.and_then(|uri| axum::extract::Query::<SearchQuery>::try_from_uri(&uri).ok());
    (search.map(|query| query.0.into()), key)
}

async fn mentor(State(state): State<AppState>, client: Client, Path(slug): Path<String>) -> Response {
    let mentor = match state.mentors.public_mentor(&slug).await {
        Ok(mentor) => mentor,
        Err(MentorsError::MentorUnknown) => {
            let head = Head {
                title: "Mentor not found".to_owned(),
                description: "There is no such mentor here.".to_owned(),
                canonical: format!("{}/mentors", client.origin),
                kind: "website",
            };
            return page(&state, &head, StatusCode::NOT_FOUND, &[]);
        }
        Err(error) => return Problem::from(error).into_response(),
    };
    let about = format!("{}. {}", mentor.profile.headline, mentor.profile.about);
    let head = Head {
        title: mentor.display_name.clone(),
        description: shortened(&about),
        canonical: format!("{}/mentors/{}", client.origin, mentor.slug),
        kind: "profile",
    };
    let key = format!("/mentors/{}", mentor.slug);
    let offerings = match state.availability.offerings(&mentor.slug).await {
        Ok(offerings) => json!(Offerings::from(offerings)),
        Err(error) => return Problem::from(error).into_response(),
    };
    let next = match state.availability.next_openings(&mentor.slug, NEXT_OPENINGS).await {
        Ok(next) => json!(NextOpenings::from(next)),
        Err(error) => return Problem::from(error).into_response(),
    };
    let reviews = match state.reviews.first_page(&mentor.slug).await {
        Ok(reviews) => json!(reviews),
        Err(error) => return Problem::from(error).into_response(),
    };
    let first = [
        (format!("{key}/offerings"), offerings),
        (format!("{key}/next-openings"), next),
        (format!("{key}/reviews"), reviews),
        (key, json!(MentorPage::from(mentor))),
    ];
    page(&state, &head, StatusCode::OK, &first)
}

/// One line, cut at a word.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        if short.chars().count() + word.chars().count() >= DESCRIPTION_CHARS {
            short.push('…');
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

/// index.html with `head` in place of its own, and an answer of the API by its address.
pub(crate) fn page(state: &AppState, head: &Head, status: StatusCode, first: &[(String, Value)]) -> Response {
    let Some(index) = web::index_html() else { return web::not_built().into_response() };
    let mut html = head.html(&state.kernel.config.name);
    if !first.is_empty() {
        // No script but data: the content security policy stays as it is.
        let data = escape_json(&Value::Object(first.iter().cloned().collect()).to_string());
        write!(html, "\n<script type=\"application/json\" id=\"first-data\">{data}</script>")
            .expect("writing to a String cannot fail");
    }
    let html = with_head(&index, &html);
    (status, [(header::CACHE_CONTROL, "no-cache")], Html(html)).into_response()
}

/// Takes out the page's own title and description, which must not be there twice.
fn with_head(index: &str, head: &str) -> String {
    let mut html = index.to_owned();
    for (start, end) in
        [("<title>", "</title>"), ("<meta\n      name=\"description\"", "/>"), ("<meta name=\"description\"", "/>")]
    {
        let Some(from) = html.find(start) else { continue };
        let Some(length) = html.get(from..).and_then(|rest| rest.find(end)) else { continue };
        html.replace_range(from..from + length + end.len(), "");
    }
    html.replacen("</head>", &format!("{head}\n</head>"), 1)
}

/// JSON inside a script element: nothing in it can end the element or open a comment.
fn escape_json(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

async fn robots(client: Client) -> impl IntoResponse {
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /join/\nDisallow: /left/\n\nSitemap: {}/sitemap.xml\n",
        client.origin
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// One list of addresses, or where its parts are when it is longer than such a list may be.
async fn sitemap(State(state): State<AppState>, client: Client) -> Response {
    let ends = match state.mentors.slug_parts(SITEMAP_MAX).await {
        Ok(ends) => ends,
        Err(error) => return Problem::from(error).into_response(),
    };
    if ends.is_empty() {
        return addresses(&state, &client, "").await;
    }
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for after in [""].into_iter().chain(ends.iter().map(String::as_str)) {
        let part = format!("{}/sitemap-mentors.xml?after={after}", client.origin);
        xml.push_str(&format!("<sitemap><loc>{}</loc></sitemap>\n", escape(&part)));
    }
    xml.push_str("</sitemapindex>\n");
    xml_answer(xml)
}

#[derive(Deserialize)]
struct Part {
    /// The last mentor of the part before.
    #[serde(default)]
    after: String,
}

async fn sitemap_part(State(state): State<AppState>, client: Client, Query(part): Query<Part>) -> Response {
    // Nothing else is an address; the database need not see it.
    if !part.after.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-') {
        return Problem::not_found().into_response();
    }
    addresses(&state, &client, &part.after).await
}

/// The addresses of pages: of everything but mentors first, unless some came before.
async fn addresses(state: &AppState, client: &Client, after: &str) -> Response {
    let slugs = match state.mentors.public_slugs(after, SITEMAP_MAX).await {
        Ok(slugs) => slugs,
        Err(error) => return Problem::from(error).into_response(),
    };
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let origin = escape(&client.origin);
    let others = ["/", "/mentors"].into_iter().filter(|_| after.is_empty()).map(str::to_owned);
    for path in others.chain(slugs.iter().map(|slug| format!("/mentors/{slug}"))) {
        xml.push_str(&format!("<url><loc>{origin}{path}</loc></url>\n"));
    }
    xml.push_str("</urlset>\n");
    xml_answer(xml)
}

fn xml_answer(xml: String) -> Response {
    let kind = (header::CONTENT_TYPE, "application/xml; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "public, max-age=3600")], xml).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Sort;

    #[test]
    fn nothing_typed_ends_its_place_in_the_page() {
        assert_eq!(escape("\"'><script>&"), "&quot;&#39;&gt;&lt;script&gt;&amp;");
        assert_eq!(escape_json("</script><!--&"), "\\u003c/script\\u003e\\u003c!--\\u0026");
    }

    #[test]
    fn the_head_is_written_once() {
        let index =
            "<head><meta\n      name=\"description\"\n content=\"Old\"\n/><title>Old</title></head><body></body>";
        let html = with_head(index, "<title>New</title>");
        assert_eq!(html, "<head><title>New</title>\n</head><body></body>");
    }

    #[test]
    fn descriptions_are_short_and_whole_words() {
        assert_eq!(shortened("Rust.\n I  help"), "Rust. I help");
        let long = shortened(&"word ".repeat(100));
        assert!(long.ends_with("word…") && long.chars().count() <= DESCRIPTION_CHARS, "{long}");
    }

    #[test]
    fn a_search_has_one_key_whatever_its_order() {
        for (uri, key) in [
            ("/mentors", "/mentors"),
            ("/mentors?q=&x=1", "/mentors"),
            ("/mentors?skill=c%2B%2B&q=a%20b&language=en&q=c", "/mentors?language=en&q=a+b&skill=c%2B%2B"),
            ("/mentors?sort=price&price_max=0&q=", "/mentors?price_max=0&sort=price"),
        ] {
            assert_eq!(asked(&uri.parse().expect("a URI")).1, key);
        }
        let search = |uri: &str| asked(&uri.parse().expect("a URI")).0;
        let cheap = search("/mentors?price_max=500&sort=soonest&free_this_week=1").expect("sound");
        assert_eq!((cheap.bounds.price_max, cheap.sort), (Some(500), Sort::Soonest));
        assert!(search("/mentors?sort=odd").is_none() && search("/mentors?price_max=cheap").is_none());
    }
}

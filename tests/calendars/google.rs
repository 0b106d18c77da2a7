//! Google, as far as free/busy goes: OAuth's token endpoint and `freeBusy.query`, as strict as their documents say.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

const CLIENT: &str = "client.apps.googleusercontent.com";
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/calendar.freebusy";

#[derive(Clone)]
pub(crate) struct Google {
    base: String,
    state: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    /// What was asked of a person: redirect URI and challenge, for the code they gave.
    code: Option<(String, String, String)>,
    granted: String,
    refresh_token: Option<String>,
    access_token: Option<String>,
    issued: u32,
    busy: Vec<(i64, i64)>,
    failing: bool,
    queries: u32,
}

impl Google {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let google = Self { base, state: Arc::default() };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/token", post(token))
            .route("/calendar/v3/freeBusy", post(free_busy))
            .with_state(google.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        google
    }

    pub(crate) fn settings(&self) -> String {
        let base = &self.base;
        format!(
            "[google]\nissuer = '{base}'\nclient_id = '{CLIENT}'\nclient_secret = 's'\n\
             [calendars]\ngoogle = true\ngoogle_api = '{base}/calendar/v3'\n"
        )
    }

    /// The person reads what is asked of them and agrees to `granted`; the answer is what their browser brings back: state
    /// and code.
    pub(crate) fn consent(&self, url: &str, granted: &str) -> (String, String) {
        let url = Url::parse(url).expect("an address");
        assert_eq!(url.path(), "/auth");
        let value = |name: &str| {
            url.query_pairs().find(|(key, _)| key == name).unwrap_or_else(|| panic!("{name} is missing")).1.to_string()
        };
        assert_eq!((value("client_id").as_str(), value("response_type").as_str()), (CLIENT, "code"));
        assert_eq!((value("scope").as_str(), value("code_challenge_method").as_str()), (SCOPE, "S256"));
        assert_eq!((value("access_type").as_str(), value("prompt").as_str()), ("offline", "consent"));
        let mut inside = self.state.lock().expect("unpoisoned");
        inside.issued += 1;
        let code = format!("code-{}", inside.issued);
        inside.code = Some((code.clone(), value("redirect_uri"), value("code_challenge")));
        inside.granted = granted.to_owned();
        (value("state"), code)
    }

    pub(crate) fn is_busy(&self, times: &[(i64, i64)]) {
        self.state.lock().expect("unpoisoned").busy = times.to_vec();
    }

    pub(crate) fn fails(&self, failing: bool) {
        self.state.lock().expect("unpoisoned").failing = failing;
    }

    /// The person takes the permission back.
    pub(crate) fn revoke(&self) {
        self.state.lock().expect("unpoisoned").refresh_token = None;
    }

    pub(crate) fn refresh_token(&self) -> Option<String> {
        self.state.lock().expect("unpoisoned").refresh_token.clone()
    }

    pub(crate) fn queries(&self) -> u32 {
        self.state.lock().expect("unpoisoned").queries
    }
}

async fn metadata(State(Google { base, .. }): State<Google>) -> Json<Value> {
    Json(
        json!({"issuer": base, "authorization_endpoint": format!("{base}/auth"), "token_endpoint": format!("{base}/token")}),
    )
}

type Refusal = (StatusCode, Json<Value>);

fn oauth_error(code: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, Json(json!({"error": code, "error_description": "Bad Request"})))
}

/// RFC 6749 §4.1.3, §6; RFC 7636 §4.6.
async fn token(State(google): State<Google>, headers: HeaderMap, body: String) -> Result<Json<Value>, Refusal> {
    let is_form = headers.get("content-type").is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    assert!(is_form, "a form");
    let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let value =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    if (value("client_id").as_str(), value("client_secret").as_str()) != (CLIENT, "s") {
        return Err(oauth_error("invalid_client"));
    }
    let mut inside = google.state.lock().expect("unpoisoned");
    inside.issued += 1;
    let number = inside.issued;
    let access = format!("ya29.{number}");
    match value("grant_type").as_str() {
        "authorization_code" => {
            // A code works once.
            let Some((code, redirect, challenge)) = inside.code.take() else {
                return Err(oauth_error("invalid_grant"));
            };
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
            if (code, redirect, challenge) != (value("code"), value("redirect_uri"), proof) {
                return Err(oauth_error("invalid_grant"));
            }
            let refresh = format!("1//refresh-{number}");
            inside.refresh_token = Some(refresh.clone());
            inside.access_token = Some(access.clone());
            let granted = inside.granted.clone();
            Ok(Json(json!({"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": granted,
                "refresh_token": refresh})))
        }
        "refresh_token" => {
            if inside.refresh_token.as_deref() != Some(value("refresh_token").as_str()) {
                return Err(oauth_error("invalid_grant"));
            }
            inside.access_token = Some(access.clone());
            let granted = inside.granted.clone();
            Ok(Json(json!({"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": granted})))
        }
        _ => Err(oauth_error("unsupported_grant_type")),
    }
}

fn api_error(status: StatusCode, reason: &str) -> Refusal {
    let errors = json!([{"domain": "global", "reason": reason, "message": reason}]);
    (status, Json(json!({"error": {"code": status.as_u16(), "message": reason, "errors": errors}})))
}

/// `freeBusy.query`: times are RFC 3339, in the calendar's zone; what reaches out of the range is not cut.
async fn free_busy(State(google): State<Google>, headers: HeaderMap, body: String) -> Result<Json<Value>, Refusal> {
    let mut inside = google.state.lock().expect("unpoisoned");
    inside.queries += 1;
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if bearer.is_none() || bearer != inside.access_token.as_deref() {
        return Err(api_error(StatusCode::UNAUTHORIZED, "authError"));
    }
    if inside.failing {
        return Err(api_error(StatusCode::FORBIDDEN, "rateLimitExceeded"));
    }
    assert_eq!(headers.get("content-type").expect("a type"), "application/json");
    let query: Value = serde_json::from_str(&body).map_err(|_| api_error(StatusCode::BAD_REQUEST, "parseError"))?;
    let at = |name: &str| {
        let text = query[name].as_str().ok_or_else(|| api_error(StatusCode::BAD_REQUEST, "required"))?;
        let at: jiff::Timestamp = text.parse().map_err(|_| api_error(StatusCode::BAD_REQUEST, "invalid"))?;
        Ok::<_, Refusal>(at.as_millisecond())
    };
    let (from, until) = (at("timeMin")?, at("timeMax")?);
    if until <= from {
        return Err(api_error(StatusCode::BAD_REQUEST, "timeRangeEmpty"));
    }
    if until - from > 62 * 86_400_000 {
        return Err(api_error(StatusCode::BAD_REQUEST, "timeRangeTooLong"));
    }
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Asia/Kolkata").expect("a zone");
    let text = |ms: i64| {
        let at = jiff::Timestamp::from_millisecond(ms).expect("an instant").to_zoned(zone.clone());
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let mut calendars = serde_json::Map::new();
    for item in query["items"].as_array().into_iter().flatten() {
        let id = item["id"].as_str().unwrap_or_default();
        let busy = inside.busy.iter().filter(|(start, end)| *end > from && *start < until);
        let busy: Vec<_> = busy.map(|(start, end)| json!({"start": text(*start), "end": text(*end)})).collect();
        let known = json!({"busy": busy});
        let unknown = json!({"errors": [{"domain": "global", "reason": "notFound"}], "busy": []});
        calendars.insert(id.to_owned(), if id == "primary" { known } else { unknown });
    }
    Ok(Json(json!({"kind": "calendar#freeBusy", "timeMin": query["timeMin"], "timeMax": query["timeMax"],
        "calendars": calendars})))
}

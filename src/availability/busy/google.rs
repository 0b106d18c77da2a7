//! Google Calendar's free/busy: when somebody is busy, and nothing else of their calendar (scope `calendar.freebusy`).
//!
//! OAuth 2.0 with PKCE. What remains is a refresh token, sealed; access tokens live as long as one read.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::{StatusCode, header};
use oauth2::basic::{BasicClient, BasicErrorResponseType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;

use super::feed::trouble;
use super::model::{Kind, Read, Source, Trouble};
use super::{BusyCalendar, store};
use crate::availability::{Availability, AvailabilityError};
use crate::kernel::Kernel;
use crate::kernel::clock::{Clock, Timestamp};
use crate::kernel::config::{Config, Secret};
use crate::kernel::https;
use crate::kernel::ids::UserId;
use crate::kernel::secrets::Audience;

const SCOPE: &str = "https://www.googleapis.com/auth/calendar.freebusy";
/// What Google says of its endpoints is asked again after this long.
const FRESH: Duration = Duration::from_secs(3_600);
/// How long people may take at Google.
const ATTEMPT: Duration = Duration::from_secs(600);
/// Google answers no range of more than some two months (`timeRangeTooLong`).
const SPAN: Duration = Duration::from_secs(42 * 86_400);

type OauthClient = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Google, as it is configured.
pub(super) struct Google {
    issuer: String,
    client_id: String,
    client_secret: Secret,
    api: String,
    known: Mutex<Option<(Timestamp, Endpoints)>>,
}

#[derive(Clone, Deserialize)]
struct Endpoints {
    authorization_endpoint: String,
    token_endpoint: String,
}

/// A connection that somebody has begun: their page keeps it, signed, and brings it back.
#[derive(Serialize, Deserialize)]
struct Attempt {
    user: UserId,
    state: String,
    verifier: String,
}

/// Where to send the browser, and what its page must bring back.
pub(super) struct Begun {
    pub(super) url: String,
    pub(super) attempt: String,
}

/// What Google sent the browser back with.
pub(super) struct Returned {
    pub(super) attempt: String,
    pub(super) state: String,
    /// None when the person or Google said no.
    pub(super) code: Option<String>,
}

impl Google {
    /// None when it is not offered.
    pub(super) fn of(config: &Config) -> Option<Self> {
        config.calendars.google.then(|| Self {
            issuer: config.google.issuer.clone(),
            client_id: config.google.client_id.clone(),
            client_secret: config.google.client_secret.clone(),
            api: config.calendars.google_api.trim_end_matches('/').to_owned(),
            known: Mutex::default(),
        })
    }

    async fn authorization_url(&self, clock: &Clock, attempt: &Attempt, redirect: &str) -> Result<String, Trouble> {
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (url, _) = self
            .client(clock, redirect)
            .await?
            .authorize_url(|| CsrfToken::new(attempt.state.clone()))
            .add_scope(Scope::new(SCOPE.to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            // A refresh token, also for those who connect again.
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent")
            .url();
        Ok(url.to_string())
    }

    /// The refresh token that a code is worth.
    async fn redeem(
        &self,
        clock: &Clock,
        attempt: &Attempt,
        redirect: &str,
        code: String,
    ) -> Result<String, AvailabilityError> {
        let client = self.client(clock, redirect).await.map_err(AvailabilityError::GoogleTrouble)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&https::ask)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => AvailabilityError::CalendarDenied,
                _ => AvailabilityError::GoogleTrouble(Trouble::Unreachable),
            })?;
        // People may leave a permission out.
        let granted = answer.scopes().is_none_or(|scopes| scopes.iter().any(|scope| scope.as_str() == SCOPE));
        let token = answer.refresh_token().filter(|_| granted).ok_or(AvailabilityError::CalendarDenied)?;
        Ok(token.secret().clone())
    }

    /// When the owner of a refresh token is busy.
    pub(super) async fn read(
        &self,
        clock: &Clock,
        token: &str,
        range: (Timestamp, Timestamp),
    ) -> Result<Read, Trouble> {
        let answer = self
            .client(clock, "https://unused.invalid")
            .await?
            .exchange_refresh_token(&RefreshToken::new(token.to_owned()))
            .request_async(&https::ask)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(error) if *error.error() == BasicErrorResponseType::InvalidGrant => {
                    Trouble::Revoked
                }
                RequestTokenError::ServerResponse(_) => Trouble::Failed,
                _ => Trouble::Unreachable,
            })?;
        let access = answer.access_token().secret();
        let mut times = Vec::new();
        let mut from = range.0;
        while from < range.1 {
            let until = from.plus(SPAN).min(range.1);
            times.extend(self.query(access, (from, until)).await?);
            from = until;
        }
        let events = i32::try_from(times.len()).unwrap_or(i32::MAX);
        Ok(Read { times: merged(times), events, ..Read::default() })
    }

    /// `freeBusy.query` of the person's main calendar.
    async fn query(
        &self,
        access: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, Timestamp)>, Trouble> {
        #[derive(Deserialize)]
        struct Answer {
            calendars: HashMap<String, Calendar>,
        }
        #[derive(Deserialize)]
        struct Calendar {
            #[serde(default)]
            busy: Vec<Period>,
            #[serde(default)]
            errors: Vec<serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct Period {
            start: String,
            end: String,
        }
        let instant = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string());
        let (Ok(time_min), Ok(time_max)) = (instant(from), instant(until)) else { return Err(Trouble::Failed) };
        let body = json!({"timeMin": time_min, "timeMax": time_max, "items": [{"id": "primary"}]});
        let request = hyper::Request::post(format!("{}/freeBusy", self.api))
            .header(header::AUTHORIZATION, format!("Bearer {access}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into_bytes())
            .map_err(|_| Trouble::Failed)?;
        let answer = https::ask(request).await.map_err(trouble)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(Trouble::Revoked),
            _ => return Err(Trouble::Failed),
        }
        let answer: Answer = serde_json::from_slice(answer.body()).map_err(|_| Trouble::Failed)?;
        let primary = answer.calendars.into_iter().find(|(id, _)| id == "primary").ok_or(Trouble::Failed)?.1;
        if !primary.errors.is_empty() {
            return Err(Trouble::Failed);
        }
        let at = |text: &str| {
            text.parse::<jiff::Timestamp>().map(|at| Timestamp(at.as_millisecond())).map_err(|_| Trouble::Failed)
        };
        primary.busy.iter().map(|period| Ok((at(&period.start)?, at(&period.end)?))).collect()
    }

    async fn client(&self, clock: &Clock, redirect: &str) -> Result<OauthClient, Trouble> {
        let endpoints = self.endpoints(clock).await?;
        let unsound = |_| Trouble::Failed;
        Ok(BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(endpoints.authorization_endpoint).map_err(unsound)?)
            .set_token_uri(TokenUrl::new(endpoints.token_endpoint).map_err(unsound)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(unsound)?))
    }

    async fn endpoints(&self, clock: &Clock) -> Result<Endpoints, Trouble> {
        let mut slot = self.known.lock().await;
        let now = clock.now();
        if let Some((_, endpoints)) = slot.as_ref().filter(|(read_at, _)| now.since(*read_at) < FRESH) {
            return Ok(endpoints.clone());
        }
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let endpoints: Endpoints = fetch(&url).await?;
        *slot = Some((now, endpoints.clone()));
        Ok(endpoints)
    }
}

impl Availability {
    pub(super) fn offers_google(&self) -> bool {
        self.busy.google.is_some()
    }

    /// Begins to connect a mentor's calendar at Google.
    pub(super) async fn begin_google(&self, me: UserId, origin: &str) -> Result<Begun, AvailabilityError> {
        let google = self.busy.google.as_ref().ok_or(AvailabilityError::CalendarUnknown)?;
        self.require_mentor(me).await?;
        self.limit_calendars(me)?;
        let Kernel { random, clock, secrets, .. } = &self.kernel;
        let attempt = Attempt { user: me, state: random.text::<32>(), verifier: random.text::<32>() };
        let url = google.authorization_url(clock, &attempt, &redirect(origin)).await;
        let url = url.map_err(AvailabilityError::GoogleTrouble)?;
        Ok(Begun { url, attempt: secrets.sign(Audience::Calendar, clock, clock.now().plus(ATTEMPT), attempt) })
    }

    /// Ends what [`begin_google`](Self::begin_google) began: the calendar keeps the mentor busy from now on, in place of one
    /// that was connected before.
    pub(super) async fn finish_google(
        &self,
        me: UserId,
        origin: &str,
        returned: Returned,
    ) -> Result<BusyCalendar, AvailabilityError> {
        let google = self.busy.google.as_ref().ok_or(AvailabilityError::CalendarUnknown)?;
        self.require_mentor(me).await?;
        let Kernel { clock, secrets, db, .. } = &self.kernel;
        let attempt = secrets.verify::<Attempt>(Audience::Calendar, clock, &returned.attempt).ok();
        // Another's account must not end up in this one by a link.
        let attempt = attempt.filter(|attempt| attempt.user == me && attempt.state == returned.state);
        let attempt = attempt.ok_or(AvailabilityError::CalendarAttempt)?;
        let code = returned.code.ok_or(AvailabilityError::CalendarDenied)?;
        let token = google.redeem(clock, &attempt, &redirect(origin), code).await?;
        let calendar = self.add_calendar(me, Source::Google, Kind::Own, "Google Calendar", &token).await;
        let calendar = calendar.map_err(|error| match error {
            AvailabilityError::CalendarTrouble(trouble) => AvailabilityError::GoogleTrouble(trouble),
            error => error,
        })?;
        let kept = calendar.id;
        db.write(|mut tx| Box::pin(async move { store::delete_other_google(&mut tx, me, kept).await })).await?;
        Ok(calendar)
    }
}

fn redirect(origin: &str) -> String {
    format!("{origin}/availability/google")
}

async fn fetch<T: DeserializeOwned>(url: &str) -> Result<T, Trouble> {
    let request = hyper::Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
    let answer = https::ask(request.map_err(|_| Trouble::Failed)?).await.map_err(trouble)?;
    if answer.status() != StatusCode::OK {
        return Err(Trouble::Failed);
    }
    serde_json::from_slice(answer.body()).map_err(|_| Trouble::Failed)
}

/// In order; those that touch are one.
fn merged(mut times: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    times.retain(|(from, until)| from < until);
    times.sort_unstable();
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(times.len());
    for (from, until) in times {
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => found.push((from, until)),
        }
    }
    found
}

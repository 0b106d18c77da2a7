//! Composition: every domain's state, routes and handlers in one place.

use std::sync::Arc;

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;

use crate::accounts::{self, Accounts};
use crate::booking::{self, Booking};
use crate::kernel::Kernel;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::config::Config;
use crate::kernel::db::{Db, DbError};
use crate::kernel::outbox::{Dispatcher, Handler, Wake};
use crate::kernel::secrets::{Secrets, SecretsError};
use crate::live::{self, Live, LiveError};
use crate::mentors::{self, Mentors};

/// What a server is made of and tests may choose.
pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    pub random: Random,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// State of all routes; each takes its domain's part of it.
#[derive(Clone)]
pub struct AppState {
    pub kernel: Kernel,
    pub accounts: Accounts,
    pub mentors: Mentors,
    pub booking: Booking,
    pub live: Live,
}

macro_rules! parts_of_state {
    ($($field:ident: $part:ty),+ $(,)?) => {$(
        impl FromRef<AppState> for $part {
            fn from_ref(state: &AppState) -> Self {
                state.$field.clone()
            }
        }
    )+};
}
parts_of_state!(kernel: Kernel, accounts: Accounts, mentors: Mentors, booking: Booking, live: Live);

/// A server ready to listen.
pub struct App {
    pub state: AppState,
    pub router: axum::Router,
    pub openapi: utoipa::openapi::OpenApi,
}

impl App {
    /// Opens the database, brings its schema up to date, starts the media plane and the outbox.
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let Parts { config, clock, random } = parts;
        let secrets = Secrets::load_or_create(&config.data_dir, &random)?;
        let db = Db::open(&config.database_url(), config.database.max_connections).await?;
        db.migrate().await?;
        let kernel = Kernel {
            clock,
            random,
            config: Arc::new(config),
            db,
            secrets: Arc::new(secrets),
            metrics: prometheus::Registry::new(),
            outbox: Wake::default(),
        };
        let accounts = Accounts::new(&kernel);
        let mentors = Mentors::new(&kernel);
        let booking = Booking::new(&kernel, &mentors);
        let live = Live::start(&kernel, &accounts, &booking).await?;
        let state = AppState { kernel, accounts, mentors, booking, live };
        let dispatcher = Dispatcher {
            db: state.kernel.db.clone(),
            clock: state.kernel.clock.clone(),
            wake: state.kernel.outbox.clone(),
            handlers: handlers(&state),
        };
        tokio::spawn(dispatcher.run());
        let (router, openapi) = routes().split_for_parts();
        Ok(Self { router: router.with_state(state.clone()), state, openapi })
    }
}

fn handlers(state: &AppState) -> Vec<Handler> {
    [state.booking.handlers(), state.live.handlers()].concat()
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(mentors::routes())
        .merge(booking::routes())
        .merge(live::routes())
}

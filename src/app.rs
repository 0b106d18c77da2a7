//! Composition: every domain's state, routes and handlers in one place.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use tokio::task::JoinHandle;

use crate::accounts::Accounts;
use crate::availability::Availability;
use crate::booking::{Booking, BookingError};
use crate::demo::{self, DemoError};
use crate::discovery::Discovery;
use crate::kernel::Kernel;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::config::Config;
use crate::kernel::db::{Db, DbError};
use crate::kernel::mail::{MailError, MailMetrics, Mailer};
use crate::kernel::outbox::{Dispatcher, OutboxMetrics, Wake};
use crate::kernel::secrets::{Secrets, SecretsError};
use crate::live::{Live, LiveError};
use crate::mentors::Mentors;
use crate::notes::Notes;
use crate::ops::{self, Readiness, ServeError, Server};
use crate::privacy::Privacy;
use crate::reviews::Reviews;
use crate::routes;

/// What the outbox still holds at the end gets this long; the rest waits for the next start.
const LAST_DELIVERIES: Duration = Duration::from_secs(2);

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
    Booking(#[from] BookingError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("the media plane cannot start: {0}")]
    Live(#[from] LiveError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("mail cannot be sent: {0}")]
    Mail(#[from] MailError),
    #[error("a metric is registered twice: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// State of all routes; each takes its domain's part of it.
#[derive(Clone)]
pub struct AppState {
    pub kernel: Kernel,
    pub accounts: Accounts,
    pub mentors: Mentors,
    pub availability: Availability,
    pub booking: Booking,
    pub notes: Notes,
    pub live: Live,
    pub reviews: Reviews,
    pub discovery: Discovery,
    pub privacy: Privacy,
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
parts_of_state!(kernel: Kernel, accounts: Accounts, mentors: Mentors, availability: Availability, booking: Booking, notes: Notes, live: Live, reviews: Reviews, discovery: Discovery, privacy: Privacy);

/// A server that listens.
pub struct App {
    pub state: AppState,
    server: Server,
    readiness: Readiness,
    dispatcher: JoinHandle<()>,
    settling: JoinHandle<()>,
    sweeping: JoinHandle<()>,
    calendars: JoinHandle<()>,
    indexing: JoinHandle<()>,
}

/// Opens secrets and database, which the server and the administrator's commands share, and brings the schema up to
/// date.
pub async fn open_kernel(parts: Parts) -> Result<Kernel, StartError> {
    let Parts { config, clock, random } = parts;
    let secrets = Secrets::load_or_create(&config.data_dir, &random)?;
    let db = Db::open(&config.database_url(), config.database.max_connections).await?;
    db.migrate().await?;
    Ok(Kernel {
        clock,
        random,
        config: Arc::new(config),
        db,
        secrets: Arc::new(secrets),
        metrics: prometheus::Registry::new(),
        outbox: Wake::default(),
    })
}

impl App {
    /// Starts everything and listens.
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let kernel = open_kernel(parts).await?;
        let accounts = Accounts::new(&kernel);
        let mentors = Mentors::new(&kernel);
        let availability = Availability::new(&kernel, &mentors);
        let booking = Booking::new(&kernel, &mentors);
        booking.forget_presence().await?;
        let live = Live::start(&kernel, &accounts, &booking).await?;
        let notes = Notes::new(&kernel, &booking);
        let reviews = Reviews::new(&kernel, &mentors);
        let discovery = Discovery::new(&kernel, &mentors, &availability, &reviews);
        let privacy = Privacy::new(&kernel, &accounts, &mentors, &booking);
        let state =
            AppState { kernel, accounts, mentors, availability, booking, notes, live, reviews, discovery, privacy };
        let kernel = &state.kernel;
        if kernel.config.demo {
            demo::prepare(&state).await?;
        }
        let readiness = Readiness::new(&kernel.db);
        let app = ops::surround(routes::router(&state), kernel, readiness.clone())?;
        let ops = ops::ops_router(kernel, readiness.clone());
        let server = Server::listen(&kernel.config, app, ops).await?;
        let mailer = Mailer::new(&kernel.config, &kernel.clock, MailMetrics::register(&kernel.metrics)?)?;
        let dispatcher = Dispatcher {
            db: kernel.db.clone(),
            clock: kernel.clock.clone(),
            wake: kernel.outbox.clone(),
            metrics: OutboxMetrics::register(&kernel.metrics)?,
            handlers: [
                state.accounts.handlers(&mailer),
                state.booking.handlers(&mailer),
                state.live.handlers(),
                state.reviews.handlers(&mailer),
                state.discovery.handlers(),
                state.privacy.handlers(),
            ]
            .concat(),
        };
        let dispatcher = tokio::spawn(dispatcher.run());
        let settling = tokio::spawn(state.booking.clone().settle_forever());
        let sweeping = tokio::spawn(state.accounts.clone().sweep_forever());
        let calendars = tokio::spawn(state.availability.clone().refresh_forever());
        let indexing = tokio::spawn(state.discovery.clone().refresh_forever());
        Ok(Self { state, server, readiness, dispatcher, settling, sweeping, calendars, indexing })
    }

    /// Where the API and the pages are.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    /// Where metrics and health are.
    pub fn ops_address(&self) -> std::net::SocketAddr {
        self.server.ops_address()
    }

    /// Tells people in calls, lets them and running requests finish for a while, then stops. What the outbox had not
    /// delivered is delivered after the next start.
    pub async fn shut_down(self) {
        self.readiness.drain();
        self.state.live.shutdown().await;
        self.server.shut_down().await;
        // So that who was present is on record before the end.
        let _ = tokio::time::timeout(LAST_DELIVERIES, self.state.kernel.outbox.settled()).await;
        for task in [self.calendars, self.indexing, self.settling, self.sweeping] {
            task.abort();
            let _ = task.await;
        }
        self.dispatcher.abort();
        let _ = self.dispatcher.await;
        self.state.kernel.db.close().await;
    }
}

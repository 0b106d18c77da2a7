//! Calendars that keep a mentor busy: feeds (iCalendar) and Google's free/busy, behind one interface.
//!
//! A calendar is asked every fifteen minutes; what was last read well stays in force while it does not answer. Of events
//! only the times are kept. Nothing waits for another server inside a transaction.

mod feed;
mod google;
mod model;
mod refresh;
mod routes;
mod rules;
mod store;

use tokio::sync::{Mutex, Semaphore};

pub use model::Trouble;
pub(super) use routes::routes;
pub(super) use store::{busy_times, busy_times_among, read_again};

use std::sync::Arc;

use super::{Availability, AvailabilityError};
use crate::kernel::Kernel;
use crate::kernel::digest::sha256_hex;
use crate::kernel::ids::{CalendarId, UserId};
use crate::kernel::rate_limit::RateLimit;
use google::Google;
use model::{BusyCalendar, Kind, Source, Subscription};

const CALENDARS_MAX: i64 = 10;
/// Calendars worked through at once: each may take twenty megabytes.
const AT_ONCE: usize = 4;

/// What reading calendars needs beside the kernel.
pub(super) struct Busy {
    subscribe_per_user: RateLimit<UserId>,
    readers: Semaphore,
    google: Option<Google>,
    /// One round of refreshing at a time.
    round: Mutex<()>,
}

impl Busy {
    pub(super) fn new(kernel: &Kernel) -> Arc<Self> {
        Arc::new(Self {
            subscribe_per_user: RateLimit::new(kernel.config.calendars.subscribe_per_user),
            readers: Semaphore::new(AT_ONCE),
            google: Google::of(&kernel.config),
            round: Mutex::default(),
        })
    }
}

impl Availability {
    /// A mentor's calendars, oldest first.
    async fn calendars(&self, me: UserId) -> Result<Vec<BusyCalendar>, AvailabilityError> {
        self.require_mentor(me).await?;
        let found = store::calendars_of(&mut *self.kernel.db.read().await?, me).await?;
        Ok(found.into_iter().map(|calendar| self.named(calendar)).collect())
    }

    /// Subscribes to a feed, which must be readable now.
    async fn subscribe(
        &self,
        me: UserId,
        address: &str,
        kind: Kind,
        name: &str,
    ) -> Result<BusyCalendar, AvailabilityError> {
        let address = rules::address(address);
        let name = rules::name(name);
        let (address, name) = match (address, name) {
            (Ok(address), Ok(name)) => (address, name),
            (address, name) => {
                return Err(AvailabilityError::Invalid(address.err().into_iter().chain(name.err()).collect()));
            }
        };
        self.require_mentor(me).await?;
        self.limit_calendars(me)?;
        let name = if name.is_empty() { address.host_str().unwrap_or_default().to_owned() } else { name };
        self.add_calendar(me, Source::Feed, kind, &name, address.as_str()).await
    }

    /// Reads one of my calendars now.
    async fn refresh_calendar(&self, me: UserId, id: CalendarId) -> Result<BusyCalendar, AvailabilityError> {
        let mine = |all: Vec<BusyCalendar>| all.into_iter().find(|calendar| calendar.id == id);
        let calendar = mine(self.calendars(me).await?).ok_or(AvailabilityError::CalendarUnknown)?;
        self.limit_calendars(me)?;
        self.refresh(&calendar).await?;
        mine(self.calendars(me).await?).ok_or(AvailabilityError::CalendarUnknown)
    }

    /// Forgets one of my calendars, and what it kept busy.
    async fn remove_calendar(&self, me: UserId, id: CalendarId) -> Result<(), AvailabilityError> {
        self.require_mentor(me).await?;
        let gone = self.kernel.db.write(|mut tx| Box::pin(async move { store::delete(&mut tx, me, id).await })).await?;
        if gone { Ok(()) } else { Err(AvailabilityError::CalendarUnknown) }
    }

    /// Reads a calendar for the first time and keeps it.
    async fn add_calendar(
        &self,
        me: UserId,
        source: Source,
        kind: Kind,
        name: &str,
        secret: &str,
    ) -> Result<BusyCalendar, AvailabilityError> {
        let kernel = &self.kernel;
        let id = CalendarId::generate(&kernel.random, &kernel.clock);
        let fingerprint = &sha256_hex(secret);
        let mut conn = kernel.db.read().await?;
        if store::is_known(&mut conn, me, fingerprint).await? {
            return Err(AvailabilityError::CalendarKnown);
        }
        let subscription = &Subscription { id, mentor: me, source, kind, secret: secret.to_owned() };
        let zone = store::zone_of(&mut conn, me).await?;
        let ours = store::booking_ids_of(&mut conn, me).await?;
        drop(conn);
        let read = self.read(subscription, &zone, ours, None).await.map_err(AvailabilityError::CalendarTrouble)?;
        let read = &read.ok_or(AvailabilityError::CalendarTrouble(Trouble::Failed))?;
        let sealed = &kernel.secrets.seal(&kernel.random, &purpose(id), secret.as_bytes());
        let now = kernel.clock.now();
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::count(&mut tx, me).await? >= CALENDARS_MAX {
                        return Err(AvailabilityError::CalendarsFull);
                    }
                    if !store::insert(&mut tx, subscription, name, sealed, fingerprint, now).await? {
                        return Err(AvailabilityError::CalendarKnown);
                    }
                    store::succeeded(&mut tx, id, Some(read), now, rules::due_after(now, 0)).await?;
                    Ok(())
                })
            })
            .await?;
        let mine = self.calendars(me).await?;
        mine.into_iter().find(|calendar| calendar.id == id).ok_or(AvailabilityError::CalendarUnknown)
    }

    fn limit_calendars(&self, me: UserId) -> Result<(), AvailabilityError> {
        let now = self.kernel.clock.now();
        self.busy.subscribe_per_user.take(now, me).map_err(AvailabilityError::RateLimited)
    }

    /// With where its feed is, of which people see the host alone.
    fn named(&self, calendar: BusyCalendar) -> BusyCalendar {
        let host = match calendar.source {
            Source::Feed => self.secret_of(&calendar).and_then(|secret| {
                url::Url::parse(&secret).ok().and_then(|address| address.host_str().map(str::to_owned))
            }),
            Source::Google => None,
        };
        BusyCalendar { host, ..calendar }
    }

    fn secret_of(&self, calendar: &BusyCalendar) -> Option<String> {
        self.kernel.secrets.open(&purpose(calendar.id), &calendar.sealed).and_then(|text| String::from_utf8(text).ok())
    }
}

fn purpose(id: CalendarId) -> String {
    format!("busy_calendars {id}")
}

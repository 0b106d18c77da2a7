//! Reading calendars, again and again.

use std::collections::HashSet;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::model::{BusyCalendar, Kind, Read, Source, Subscription, Tags, Trouble};
use super::{feed, rules, store};
use crate::availability::{Availability, AvailabilityError, document};
use crate::kernel::clock::Timestamp;

/// How often is looked for calendars that are due.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Who reads a calendar has so long before another may try.
const LEASE: Duration = Duration::from_secs(300);
const BATCH: i64 = 50;
/// Stretches kept of one calendar: one every half an hour for a year.
const TIMES_MAX: usize = 20_000;

impl Availability {
    /// Reads what is due, again and again. Ends when it is dropped.
    pub async fn refresh_forever(self) {
        loop {
            if let Err(error) = self.refresh_due().await {
                tracing::error!(%error, "calendars could not be refreshed");
            }
            self.kernel.clock.sleep(LOOK_EVERY).await;
        }
    }

    /// Reads the calendars that are due now.
    pub async fn refresh_due(&self) -> Result<(), AvailabilityError> {
        let _round = self.busy.round.lock().await;
        loop {
            let now = self.kernel.clock.now();
            let due = store::due(&mut *self.kernel.db.read().await?, now, BATCH).await?;
            if due.is_empty() {
                return Ok(());
            }
            let reading = due.iter().map(|calendar| async move {
                let (id, seen) = (calendar.id, calendar.due_at);
                let lease = now.plus(LEASE);
                let db = &self.kernel.db;
                // Another node may have seen it, too.
                let mine = db.write(|mut tx| Box::pin(async move { store::lease(&mut tx, id, seen, lease).await }));
                if mine.await? { self.refresh(calendar).await } else { Ok(()) }
            });
            for outcome in futures_util::future::join_all(reading).await {
                outcome?;
            }
        }
    }

    /// Reads a calendar and keeps what it says, or why it did not.
    pub(super) async fn refresh(&self, calendar: &BusyCalendar) -> Result<(), AvailabilityError> {
        let kernel = &self.kernel;
        let mut conn = kernel.db.read().await?;
        let zone = store::zone_of(&mut conn, calendar.mentor).await?;
        let ours = store::booking_ids_of(&mut conn, calendar.mentor).await?;
        drop(conn);
        let outcome = match self.secret_of(calendar) {
            None => Err(Trouble::Lost),
            Some(secret) => {
                let BusyCalendar { id, mentor, source, kind, .. } = *calendar;
                let fresh = kernel.clock.now().since(calendar.whole_at) < rules::WHOLE_EVERY;
                let known = Some(&calendar.tags).filter(|tags| fresh && **tags != Tags::default());
                self.read(&Subscription { id, mentor, source, kind, secret }, &zone, ours, known).await
            }
        };
        let (id, now) = (calendar.id, kernel.clock.now());
        let outcome = &outcome;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    match outcome {
                        Ok(read) => store::succeeded(&mut tx, id, read.as_ref(), now, rules::due_after(now, 0)).await,
                        Err(trouble) => {
                            let failures = calendar.failures.saturating_add(1);
                            store::failed(&mut tx, id, *trouble, failures, now, rules::due_after(now, failures)).await
                        }
                    }
                })
            })
            .await?;
        Ok(())
    }

    /// None: nothing has changed since `known`.
    pub(super) async fn read(
        &self,
        subscription: &Subscription,
        zone: &str,
        ours: HashSet<String>,
        known: Option<&Tags>,
    ) -> Result<Option<Read>, Trouble> {
        let range = rules::range(self.kernel.clock.now());
        let read = match subscription.source {
            Source::Feed => self.read_feed(subscription, zone, ours, known, range).await?,
            Source::Google => {
                let google = self.busy.google.as_ref().ok_or(Trouble::Off)?;
                Some(google.read(&self.kernel.clock, &subscription.secret, range).await?)
            }
        };
        if read.as_ref().is_some_and(|read| read.times.len() > TIMES_MAX) {
            return Err(Trouble::TooLarge);
        }
        Ok(read)
    }

    async fn read_feed(
        &self,
        subscription: &Subscription,
        zone: &str,
        ours: HashSet<String>,
        known: Option<&Tags>,
        range: (Timestamp, Timestamp),
    ) -> Result<Option<Read>, Trouble> {
        let _permit = self.busy.readers.acquire().await.expect("the semaphore is never closed");
        let address = subscription.secret.parse::<url::Url>().map_err(|_| Trouble::Lost)?;
        let networks = &self.kernel.config.calendars.private_networks;
        let Some(feed) = feed::fetch(&address, known, networks).await? else { return Ok(None) };
        let zone = document::zone(zone).unwrap_or(TimeZone::UTC);
        let kind = match subscription.kind {
            Kind::Own => ical::Kind::Own,
            Kind::Holidays => ical::Kind::Holidays,
        };
        let work = move || {
            let instant = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).map_err(|_| Trouble::Failed);
            let range = (instant(range.0)?, instant(range.1)?);
            let is_ours = |uid: &str| uid.strip_suffix("@facementor").is_some_and(|id| ours.contains(id));
            let reading = ical::Reading { zone, range, kind, is_ours: &is_ours };
            let busy = ical::busy(&feed.bytes, &reading).map_err(|error| match error {
                ical::CalendarError::NotCalendar => Trouble::NotCalendar,
                ical::CalendarError::Truncated => Trouble::Truncated,
                ical::CalendarError::TooLarge => Trouble::TooLarge,
            })?;
            let at = |at: jiff::Timestamp| Timestamp(at.as_millisecond());
            let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
            Ok(Some(Read {
                times: busy.times.into_iter().map(|(from, until)| (at(from), at(until))).collect(),
                tags: feed.tags,
                events: count(busy.events),
                left_out: count(busy.left_out),
            }))
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Trouble::Failed)?
    }
}

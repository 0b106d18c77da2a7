//! Remembers for a moment which logins are good, so that a request costs no query.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::model::User;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, UserId};

/// How long another node may accept a login revoked here.
const FRESH: Duration = Duration::from_secs(15);
/// Beyond this many entries, the stale ones are forgotten.
const SWEEP_AT: usize = 10_000;

#[derive(Clone, Default)]
pub(super) struct LoginCache {
    entries: Arc<Mutex<HashMap<LoginId, Entry>>>,
}

struct Entry {
    user: User,
    read_at: Timestamp,
}

impl LoginCache {
    pub(super) fn find(&self, login: LoginId, now: Timestamp) -> Option<User> {
        let entries = self.entries.lock().expect("no code panics while it holds this lock");
        entries.get(&login).filter(|entry| now.since(entry.read_at) < FRESH).map(|entry| entry.user.clone())
    }

    pub(super) fn remember(&self, login: LoginId, user: User, now: Timestamp) {
        let mut entries = self.entries.lock().expect("no code panics while it holds this lock");
        if entries.len() >= SWEEP_AT {
            entries.retain(|_, entry| now.since(entry.read_at) < FRESH);
        }
        entries.insert(login, Entry { user, read_at: now });
    }

    pub(super) fn forget(&self, login: LoginId) {
        self.entries.lock().expect("no code panics while it holds this lock").remove(&login);
    }

    /// What is known of `user` has changed.
    pub(super) fn forget_user(&self, user: UserId) {
        let mut entries = self.entries.lock().expect("no code panics while it holds this lock");
        entries.retain(|_, entry| entry.user.id != user);
    }
}

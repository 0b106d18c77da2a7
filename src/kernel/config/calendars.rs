//! Whose calendars are read, and how.

use serde::Deserialize;

use super::{Network, ProviderConfig, list};
use crate::kernel::rate_limit::Rate;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarsConfig {
    /// Networks that may be asked although they are not public.
    #[serde(deserialize_with = "list")]
    pub private_networks: Vec<Network>,
    pub subscribe_per_user: Rate,
    /// Whether Google's free/busy is offered.
    pub google: bool,
    pub google_api: String,
}

impl CalendarsConfig {
    pub(super) fn mistakes(&self, google: &ProviderConfig) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.google && !google.is_on() {
            mistakes.push("calendars.google: give google.client_id and its secret, too".to_owned());
        }
        let local = ["http://localhost:", "http://127.0.0.1:"].iter().any(|start| self.google_api.starts_with(start));
        if !self.google_api.starts_with("https://") && !local {
            mistakes.push("calendars.google_api: must start with https://".to_owned());
        }
        mistakes
    }
}

//! Another provider people may sign in by.

use serde::Deserialize;

use super::Secret;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// What people call it.
    pub name: String,
    pub issuer: String,
    /// Empty: not offered.
    pub client_id: String,
    pub client_secret: Secret,
}

impl ProviderConfig {
    pub fn is_on(&self) -> bool {
        !self.client_id.is_empty()
    }

    pub(super) fn mistakes(&self, section: &str) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !self.is_on() {
            return mistakes;
        }
        // Whoever is on the way to an issuer without TLS may sign in as anybody.
        let local = ["http://localhost:", "http://127.0.0.1:"].iter().any(|start| self.issuer.starts_with(start));
        if !self.issuer.starts_with("https://") && !local {
            mistakes.push(format!("{section}.issuer: {:?} is not like https://login.example.org", self.issuer));
        }
        if self.client_secret.is_empty() {
            let variable = format!("FACEMENTOR_{}__CLIENT_SECRET", section.to_uppercase());
            mistakes.push(format!("{section}: give the client_secret too, best as {variable}"));
        }
        mistakes
    }
}

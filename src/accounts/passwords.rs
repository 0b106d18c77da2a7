//! Password hashes: argon2id, off the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::error::AccountsError;
use super::model::Password;
use crate::kernel::clock::Random;

/// OWASP's password storage cheat sheet: argon2id with 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at once; each takes 19 MiB.
const AT_ONCE: usize = 4;

/// Verified when the e-mail is unknown, so that the answer takes as long. Hash of nothing anyone knows.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIDE2Yg$dGhpcyBpcyB0aGUgaGFzaCBvZiBubyBwYXNzd29yZCE";

#[derive(Clone)]
pub(super) struct Passwords {
    permits: Arc<Semaphore>,
    random: Random,
}

impl Passwords {
    pub(super) fn new(random: &Random) -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), random: random.clone() }
    }

    /// A PHC string with a salt of its own.
    pub(super) async fn hash(&self, password: Password) -> Result<String, AccountsError> {
        let salt = self.random.bytes::<16>();
        self.off_thread(move || {
            let hash = argon2()?.hash_password_with_salt(password.0.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|error| AccountsError::Hashing(error.to_string()))
        })
        .await
    }

    /// Whether `password` is the one behind `hash`. Without a hash it never is, after as long a time.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AccountsError> {
        self.off_thread(move || {
            let text = hash.as_deref().unwrap_or(NOBODY);
            let parsed = PasswordHash::new(text).map_err(|error| AccountsError::Hashing(error.to_string()))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some())
        })
        .await
    }

    /// Hashes of codes that share a salt, so that one hash finds a code among them.
    pub(super) async fn hash_codes(&self, codes: Vec<String>) -> Result<Vec<String>, AccountsError> {
        let salt = self.random.bytes::<16>();
        let hash = move |code: String| {
            let hash = argon2()?.hash_password_with_salt(code.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|error| AccountsError::Hashing(error.to_string()))
        };
        self.off_thread(move || codes.into_iter().map(hash).collect()).await
    }

    /// The hash of `code` with the salt of `other`, a hash of [`Self::hash_codes`].
    pub(super) async fn hash_like(&self, code: String, other: String) -> Result<String, AccountsError> {
        self.off_thread(move || {
            let failed = |error: argon2::password_hash::Error| AccountsError::Hashing(error.to_string());
            let other = PasswordHash::new(&other).map_err(|error| AccountsError::Hashing(error.to_string()))?;
            let salt = other.salt.ok_or_else(|| AccountsError::Hashing("no salt".to_owned()))?;
            argon2()?
                .hash_password_with_salt(code.as_bytes(), salt.as_ref())
                .map(|hash| hash.to_string())
                .map_err(failed)
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountsError> + Send + 'static,
    ) -> Result<T, AccountsError> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.map_err(|error| AccountsError::Hashing(error.to_string()))?
    }
}

fn argon2() -> Result<Argon2<'static>, AccountsError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| AccountsError::Hashing(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_hash_finds_a_code_among_others() {
        let passwords = Passwords::new(&Random::default());
        let codes = ["abcde00000", "abcde11111"].map(str::to_owned);
        let hashes = passwords.hash_codes(codes.to_vec()).await.expect("hashes");
        let again = passwords.hash_like("abcde11111".to_owned(), hashes[0].clone()).await.expect("hashes");
        assert_eq!(again, hashes[1]);
        assert!(hashes[0] != hashes[1] && hashes[0].starts_with("$argon2id$"));
    }

    #[tokio::test]
    async fn a_hash_knows_its_password() {
        let passwords = Passwords::new(&Random::default());
        let hash = passwords.hash(Password("correct horse".to_owned())).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse".to_owned(), Some(hash.clone())).await.expect("verifies"));
        assert!(!passwords.verify("battery staple".to_owned(), Some(hash)).await.expect("verifies"));
        assert!(!passwords.verify("correct horse".to_owned(), None).await.expect("the stand-in hash is sound"));
    }
}

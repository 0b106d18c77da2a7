//! The certificate the SFU shows in every DTLS handshake.

use std::sync::Arc;

use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::crypto::Certificate;

use super::Fingerprint;

/// A self-signed ECDSA P-256 certificate, made once per process. Clone it freely.
#[derive(Clone)]
pub struct DtlsCertificate {
    pub(crate) certificate: Certificate,
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    fingerprint: Fingerprint,
}

/// The crypto library could not make a key or sign with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot make a DTLS certificate: {0}")]
pub struct CertificateError(String);

impl DtlsCertificate {
    /// Draws a key (from the crypto library's own randomness, outside the determinism of the rest) and signs it.
    ///
    /// # Errors
    /// The crypto library refuses, for instance for lack of randomness.
    pub fn generate() -> Result<Self, CertificateError> {
        let provider = rtc_crypto::default_provider().map_err(|error| CertificateError(error.to_string()))?;
        let certificate = Certificate::generate_self_signed(vec!["facementor".to_owned()], provider.crypto())
            .map_err(|error| CertificateError(error.to_string()))?;
        let der = certificate.certificate.first().ok_or_else(|| CertificateError("no certificate made".to_owned()))?;
        let fingerprint = Fingerprint::of(der);
        Ok(Self { certificate, provider, fingerprint })
    }

    /// For the answer's `a=fingerprint:sha-256`.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl std::fmt::Debug for DtlsCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DtlsCertificate").field("fingerprint", &self.fingerprint.to_string()).finish_non_exhaustive()
    }
}

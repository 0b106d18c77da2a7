//! Certificate fingerprints (RFC 8122): SDP says whose certificate DTLS must show.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;

/// SHA-256 of a DER certificate; written `AA:BB:…` in SDP.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fingerprint(pub [u8; 32]);

/// Not 32 colon-separated hexadecimal bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a SHA-256 fingerprint is 32 hexadecimal bytes with colons between them")]
pub struct FingerprintError;

impl Fingerprint {
    pub fn of(der: &[u8]) -> Self {
        let hash = digest::digest(&digest::SHA256, der);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2).ok_or(FingerprintError)?;
            *byte = u8::from_str_radix(part, 16).map_err(|_| FingerprintError)?;
        }
        if parts.next().is_some() { Err(FingerprintError) } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back_as_written_in_either_case() {
        let fingerprint = Fingerprint::of(b"a certificate");
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        assert_eq!(fingerprint.to_string().to_lowercase().parse(), Ok(fingerprint));
    }

    #[test]
    fn anything_but_32_bytes_is_refused() {
        let good = Fingerprint::of(b"x").to_string();
        for bad in ["", "AA", &good[1..], &format!("{good}:00"), &good.replace(':', "-"), &good.replacen("A", "G", 1)] {
            if bad != good {
                assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintError), "{bad}");
            }
        }
    }
}

//! Offers answered for one connection over its life.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use super::{JoinError, JoinOptions, ShardConfig};
use crate::{Answer, AnswerParams, IceCredentials, MediaPlan, Offer, Origin, Ssrc, answer};

/// What later offers of a connection are measured against.
#[derive(Clone, Debug)]
pub(super) struct Negotiation {
    pub(super) local: IceCredentials,
    pub(super) remote: IceCredentials,
    origin: Origin,
    /// SSRCs this connection has ever used: none may come back for another stream under the same keys.
    ssrcs: BTreeSet<u32>,
}

/// Whether a later offer asks for new ICE credentials (RFC 8839 §4.4.1.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ice {
    Kept,
    Restarted,
}

impl Negotiation {
    /// Answers the first offer.
    pub(super) fn begin(
        config: &ShardConfig,
        rng: &mut StdRng,
        offer: &Offer,
        options: &JoinOptions,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<(Self, Answer), JoinError> {
        let origin = Origin { session_id: u64::from(rng.random::<u32>()), version: 1 };
        let negotiation = Self {
            local: draw_credentials(rng, is_taken),
            remote: offer.ice().clone(),
            origin,
            ssrcs: BTreeSet::new(),
        };
        negotiation.answer(config, rng, offer, options, None)
    }

    /// Answers a later offer; `self` stays valid if that fails.
    pub(super) fn resume(
        &self,
        config: &ShardConfig,
        rng: &mut StdRng,
        offer: &Offer,
        options: &JoinOptions,
        previous: &MediaPlan,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<(Self, Answer, Ice), JoinError> {
        let mut next = self.clone();
        next.origin.version += 1;
        let ice = if offer.ice() == &self.remote { Ice::Kept } else { Ice::Restarted };
        if ice == Ice::Restarted {
            next.local = draw_credentials(rng, is_taken);
            next.remote = offer.ice().clone();
        }
        let (next, answer) = next.answer(config, rng, offer, options, Some(previous))?;
        Ok((next, answer, ice))
    }

    fn answer(
        mut self,
        config: &ShardConfig,
        rng: &mut StdRng,
        offer: &Offer,
        options: &JoinOptions,
        previous: Option<&MediaPlan>,
    ) -> Result<(Self, Answer), JoinError> {
        let params = AnswerParams {
            local: &self.local,
            fingerprint: config.certificate.fingerprint(),
            candidates: &config.candidates,
            tcp_candidates: &config.tcp_candidates,
            publish: options.publish,
            subscribe: options.subscribe,
            slots: options.slots,
            origin: self.origin,
            previous,
        };
        let ssrcs = &mut self.ssrcs;
        let answer = answer(offer, &params, &mut || draw_ssrc(rng, ssrcs))
            .map_err(|error| JoinError::OfferInvalid(error.to_string()))?;
        Ok((self, answer))
    }
}

fn draw_credentials(rng: &mut impl Rng, is_taken: impl Fn(&str) -> bool) -> IceCredentials {
    loop {
        let credentials = IceCredentials::generate(rng);
        if !is_taken(&credentials.ufrag) {
            return credentials;
        }
    }
}

fn draw_ssrc(rng: &mut impl Rng, used: &mut BTreeSet<u32>) -> Ssrc {
    loop {
        let ssrc = rng.random();
        if ssrc != 0 && used.insert(ssrc) {
            return Ssrc(ssrc);
        }
    }
}

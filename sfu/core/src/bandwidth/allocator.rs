//! Which layers fit into what a connection carries. A pure decision.

/// What stands out is served before the rest, each as well as it can be; the rest gets something each before any gets more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Prominence {
    /// By lines of its tile.
    Other(u16),
    /// Who speaks, or spoke last.
    Speaker,
    /// By the viewer's own priority.
    Pinned(u8),
    /// People read on it.
    Screen,
}

impl Prominence {
    fn stands_out(self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

/// What one slot could show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Offer {
    pub(crate) prominence: Prominence,
    /// Bits a second of its layers, lowest first, up to the one its tile wants.
    pub(crate) rates: Vec<u64>,
}

impl Offer {
    /// Bits a second with so many layers granted.
    pub(crate) fn cost(&self, granted: usize) -> u64 {
        granted.checked_sub(1).and_then(|layer| self.rates.get(layer)).copied().unwrap_or_default()
    }
}

/// Bits a second of all slots with what they are granted.
pub(crate) fn cost(offers: &[Offer], granted: &[usize]) -> u64 {
    offers.iter().zip(granted).map(|(offer, granted)| offer.cost(*granted)).sum()
}

/// Places of the offers, the first to be served first. Among equals the earlier slot.
pub(crate) fn order(offers: &[Offer]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..offers.len()).collect();
    order.sort_by_key(|place| offers.get(*place).map(|offer| std::cmp::Reverse(offer.prominence)));
    order
}

/// How many layers of each offer fit into `budget` bits a second, counted from the lowest; 0 shows nothing.
pub(crate) fn allocate(budget: u64, offers: &[Offer]) -> Vec<usize> {
    let order = order(offers);
    let mut granted = vec![0; offers.len()];
    let mut left = budget;
    let mut raise = |place: usize, to: fn(&Offer) -> usize| {
        let Some((offer, granted)) = offers.get(place).zip(granted.get_mut(place)) else { return };
        let has = offer.cost(*granted);
        let fits = |layers: &usize| offer.cost(*layers) <= left + has;
        if let Some(more) = (*granted + 1..=to(offer)).rev().find(fits) {
            left = left + has - offer.cost(more);
            *granted = more;
        }
    };
    let (first, rest) = order.split_at(order.iter().take_while(|place| stands_out(offers, **place)).count());
    first.iter().for_each(|place| raise(*place, |offer| offer.rates.len()));
    rest.iter().for_each(|place| raise(*place, |offer| offer.rates.len().min(1)));
    rest.iter().for_each(|place| raise(*place, |offer| offer.rates.len()));
    granted
}

/// Bits a second that show the first to be served at its least.
pub(crate) fn least(offers: &[Offer]) -> u64 {
    order(offers).first().and_then(|place| offers.get(*place)).map_or(0, |offer| offer.cost(1))
}

fn stands_out(offers: &[Offer], place: usize) -> bool {
    offers.get(place).is_some_and(|offer| offer.prominence.stands_out())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAMERA: [u64; 3] = [150, 500, 1_700];

    fn offer(prominence: Prominence, rates: &[u64]) -> Offer {
        Offer { prominence, rates: rates.to_vec() }
    }

    #[test]
    fn what_matters_most_is_served_first_and_the_rest_shares() {
        use Prominence::{Other, Pinned, Screen, Speaker};
        let camera = |prominence| offer(prominence, &CAMERA);
        let thumbnail = |prominence| offer(prominence, &CAMERA[..1]);
        let table = [
            ("all fits", 10_000, vec![camera(Other(720)), camera(Speaker)], vec![3, 3]),
            ("the speaker first", 2_000, vec![camera(Other(720)), camera(Speaker)], vec![1, 3]),
            ("the rest shares", 1_200, vec![camera(Other(360)), camera(Other(720))], vec![2, 2]),
            ("the larger tile gets more", 700, vec![camera(Other(360)), camera(Other(720))], vec![1, 2]),
            ("a pin before who speaks", 1_800, vec![camera(Speaker), camera(Pinned(1))], vec![0, 3]),
            ("a screen before all", 2_100, vec![camera(Pinned(9)), offer(Screen, &[1_500])], vec![2, 1]),
            ("a screen too large leaves room", 1_000, vec![camera(Speaker), offer(Screen, &[1_500])], vec![2, 0]),
            ("a tile takes no more than it wants", 9_999, vec![thumbnail(Other(180)), thumbnail(Speaker)], vec![1, 1]),
            ("the earlier slot among equals", 200, vec![thumbnail(Other(180)), thumbnail(Other(180))], vec![1, 0]),
            ("sound alone", 100, vec![camera(Speaker), camera(Other(180))], vec![0, 0]),
            ("nobody", 100, vec![], vec![]),
        ];
        for (case, budget, offers, expected) in table {
            assert_eq!(allocate(budget, &offers), expected, "{case}");
        }
    }

    fn offers() -> impl Strategy<Value = Vec<Offer>> {
        let prominence = prop_oneof![
            any::<u16>().prop_map(Prominence::Other),
            Just(Prominence::Speaker),
            any::<u8>().prop_map(Prominence::Pinned),
            Just(Prominence::Screen),
        ];
        let rates = prop::collection::vec(1u64..2_000, 0..4).prop_map(|mut rates| {
            rates.sort_unstable();
            rates
        });
        prop::collection::vec((prominence, rates).prop_map(|(prominence, rates)| Offer { prominence, rates }), 0..12)
    }

    proptest! {
        #[test]
        fn what_is_granted_fits_and_leaves_no_room_for_more(budget in 0u64..20_000, offers in offers()) {
            let granted = allocate(budget, &offers);
            let spent = cost(&offers, &granted);
            prop_assert!(spent <= budget);
            for (offer, granted) in offers.iter().zip(&granted) {
                prop_assert!(*granted <= offer.rates.len());
                if *granted < offer.rates.len() {
                    prop_assert!(spent - offer.cost(*granted) + offer.cost(granted + 1) > budget, "room was left");
                }
            }
        }

        #[test]
        fn the_first_gets_no_less_when_there_is_more(budget in 0u64..20_000, more in 0u64..5_000, offers in offers()) {
            let Some(first) = order(&offers).first().copied() else { return Ok(()) };
            if stands_out(&offers, first) {
                prop_assert!(allocate(budget, &offers)[first] <= allocate(budget + more, &offers)[first]);
            }
        }
    }
}

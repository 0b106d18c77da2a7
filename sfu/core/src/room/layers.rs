//! Which simulcast layer a slot plays. A pure decision.

/// What is known of one layer, lowest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LayerView {
    /// Packets of it came lately.
    pub(crate) flow: LayerFlow,
    /// Lines of its picture, where the codec tells.
    pub(crate) height: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LayerFlow {
    Alive,
    Silent,
    /// Never seen.
    Absent,
}

/// What a slot should show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    Nothing,
    /// A picture of so many lines.
    Height(u16),
    Full,
}

/// Lines of the highest layer where the codec does not tell: what `welcome` asks cameras for.
const DEFAULT_TOP_HEIGHT: u16 = 720;

/// Lines of a layer's picture, told or supposed.
pub(crate) fn height(layers: &[LayerView], layer: usize) -> u16 {
    let above = layers.len().saturating_sub(layer + 1).min(4);
    layers.get(layer).and_then(|view| view.height).unwrap_or(DEFAULT_TOP_HEIGHT >> above)
}

/// The lowest layer that fills the tile, whether it flows or not. `None` when nothing is wanted.
pub(crate) fn ideal(layers: &[LayerView], wanted: Wanted) -> Option<usize> {
    let top = layers.len().checked_sub(1)?;
    match wanted {
        Wanted::Nothing => None,
        Wanted::Full => Some(top),
        // A tile a little larger than a layer is not worth four times its bits.
        Wanted::Height(lines) => {
            let fills = |layer: &usize| u32::from(height(layers, *layer)) * 5 >= u32::from(lines) * 4;
            let least = (0..=top).find(fills).unwrap_or(top);
            // Of layers of one size the higher ones are more pictures a second.
            let is_as_large = |layer: &usize| height(layers, *layer) == height(layers, least);
            Some((least..=top).take_while(is_as_large).last().unwrap_or(least))
        }
    }
}

/// The best of the lowest `playable` layers: the ideal one, or what comes nearest among those that flow. `None` when nothing is wanted or has
/// ever come.
pub(crate) fn choose(layers: &[LayerView], wanted: Wanted, playable: usize) -> Option<usize> {
    let (ideal, top) = (ideal(layers, wanted)?, layers.len().checked_sub(1)?);
    let offered = layers.get(..playable.min(layers.len())).unwrap_or_default();
    let flowing = |wanted: LayerFlow| move |layer: &usize| offered.get(*layer).is_some_and(|view| view.flow == wanted);
    let nearest = |flow| (0..=ideal).rev().find(flowing(flow)).or_else(|| (ideal..=top).find(flowing(flow)));
    nearest(LayerFlow::Alive).or_else(|| nearest(LayerFlow::Silent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_layer_that_fills_the_tile_is_played() {
        use LayerFlow::{Absent as N, Alive as A, Silent as S};
        let table = [
            ([A, A, A], Wanted::Full, Some(2)),
            ([A, A, A], Wanted::Height(180), Some(0)),
            ([A, A, A], Wanted::Height(200), Some(0)),
            ([A, A, A], Wanted::Height(360), Some(1)),
            ([A, A, A], Wanted::Height(1080), Some(2)),
            ([A, A, S], Wanted::Full, Some(1)),
            ([S, S, A], Wanted::Height(180), Some(2)),
            ([S, S, N], Wanted::Full, Some(1)),
            ([N, N, N], Wanted::Full, None),
            ([A, A, A], Wanted::Nothing, None),
        ];
        for (flows, wanted, expected) in table {
            let layers = flows.map(|flow| LayerView { flow, height: None });
            assert_eq!(choose(&layers, wanted, 3), expected, "{flows:?} {wanted:?}");
        }
    }

    #[test]
    fn of_layers_of_one_size_the_smoothest_fills_the_tile() {
        let layers = [180, 180, 180, 360].map(|lines| LayerView { flow: LayerFlow::Alive, height: Some(lines) });
        assert_eq!([90, 180, 360].map(|lines| ideal(&layers, Wanted::Height(lines))), [Some(2), Some(2), Some(3)]);
        assert_eq!(choose(&layers, Wanted::Height(180), 1), Some(0), "less where less is granted");
    }

    #[test]
    fn what_is_shed_is_not_played() {
        let view = |flow| LayerView { flow, height: None };
        let layers = [LayerFlow::Alive, LayerFlow::Silent, LayerFlow::Alive].map(view);
        let chosen = |playable| choose(&layers, Wanted::Full, playable);
        assert_eq!([3, 2, 1, 0].map(chosen), [Some(2), Some(0), Some(0), None]);
    }
}

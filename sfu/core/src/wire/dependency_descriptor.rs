//! The dependency descriptor of AV1 streams (RTP Payload Format for AV1, appendix A): which layer a frame is of and where one may change.
//!
//! A keyframe carries the structure: templates of frames, each with its layer and what it is to every decode target. Later frames name a
//! template. Of all that a slot needs little, and only that is kept.

use super::Layers;

const MAX_TEMPLATES: usize = 64;
const MAX_TARGETS: usize = 32;
/// Decode target indication "switch" (A.2, table A.1).
const SWITCH: u32 = 2;

/// What a packet says of its frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Av1Frame {
    pub(crate) layers: Layers,
    /// Counts the frames of all layers.
    pub(crate) number: u16,
    pub(crate) starts: bool,
    pub(crate) ends: bool,
    /// It refers to frames of its own picture at most.
    pub(crate) is_intra: bool,
    /// Temporal layers of its size that may be taken up after it: a bit each.
    pub(crate) opens: u8,
}

/// The structure of a stream, as its newest keyframe told it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Structure {
    template_id_offset: u8,
    templates: [Template; MAX_TEMPLATES],
    template_count: usize,
    /// The highest layers each decode target takes in.
    targets: [Layers; MAX_TARGETS],
    target_count: usize,
    sizes: [Option<(u16, u16)>; 4],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Template {
    layers: Layers,
    opens: u8,
    /// How many frames back the farthest one it refers to is.
    reach: u16,
}

impl Av1Frame {
    /// Of a layer beyond all there are.
    pub(crate) const UNKNOWN: Self = Self {
        layers: Layers { spatial: u8::MAX, temporal: u8::MAX },
        number: 0,
        starts: false,
        ends: false,
        is_intra: false,
        opens: 0,
    };
}

impl Default for Structure {
    fn default() -> Self {
        let template = Template { layers: Layers::ALL, opens: 0, reach: 0 };
        Self {
            template_id_offset: 0,
            templates: [template; MAX_TEMPLATES],
            template_count: 0,
            targets: [Layers::ALL; MAX_TARGETS],
            target_count: 0,
            sizes: [None; 4],
        }
    }
}

impl Structure {
    /// Reads a packet's descriptor, and with a keyframe the structure from then on. `None` where it is cut, contradicts itself, or names a
    /// template that is not known; the structure then stays as it is.
    pub(crate) fn read(&mut self, descriptor: &[u8]) -> Option<Av1Frame> {
        let mut bits = Bits { bytes: descriptor, at: 0 };
        let (starts, ends) = (bits.flag()?, bits.flag()?);
        let (template_id, number) = (bits.take(6)? as u8, bits.take(16)? as u16);
        let (mut has_targets, mut has_references) = (false, false);
        let mut fresh = None;
        if descriptor.len() > 3 {
            let (has_structure, has_active) = (bits.flag()?, bits.flag()?);
            (has_targets, has_references) = (bits.flag()?, bits.flag()?);
            let _has_chains = bits.flag()?;
            if has_structure {
                fresh = Some(Self::parse(&mut bits)?);
            }
            if has_active {
                bits.take(fresh.as_ref().unwrap_or(self).target_count as u32)?;
            }
        }
        let known = fresh.as_ref().unwrap_or(self);
        let place = usize::from(template_id.wrapping_sub(known.template_id_offset) & 0x3f);
        let Template { layers, mut opens, mut reach } = *known.templates.get(..known.template_count)?.get(place)?;
        if has_targets {
            opens = 0;
            for target in known.targets.iter().take(known.target_count) {
                opens |= opened(layers, *target, bits.take(2)?);
            }
        }
        if has_references {
            reach = 0;
            loop {
                let size = bits.take(2)?;
                if size == 0 {
                    break;
                }
                reach = reach.max(bits.take(4 * size)? as u16 + 1);
            }
        }
        if let Some(fresh) = fresh {
            *self = fresh;
        }
        let is_intra = reach <= u16::from(layers.spatial);
        Some(Av1Frame { layers, number, starts, ends, is_intra, opens })
    }

    /// Picture sizes of the spatial layers, lowest first, as far as told.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (u16, u16)> {
        self.sizes.iter().copied().map_while(|size| size)
    }

    fn parse(bits: &mut Bits<'_>) -> Option<Self> {
        let mut structure = Self { template_id_offset: bits.take(6)? as u8, ..Self::default() };
        structure.target_count = bits.take(5)? as usize + 1;
        structure.parse_layers(bits)?;
        structure.parse_targets(bits)?;
        let count = structure.template_count;
        for template in structure.templates.iter_mut().take(count) {
            while bits.flag()? {
                template.reach = template.reach.max(bits.take(4)? as u16 + 1);
            }
        }
        // Chains say what must not be lost. A slot is sent all frames up to its layers, and with them every chain.
        let chains = bits.up_to(structure.target_count as u32 + 1)?;
        if chains > 0 {
            for _ in 0..structure.target_count {
                bits.up_to(chains)?;
            }
            for _ in 0..count {
                bits.skip(4 * chains)?;
            }
        }
        if bits.flag()? {
            let highest = structure.templates.iter().take(count).map(|template| template.layers.spatial).max()?;
            for size in structure.sizes.iter_mut().take(usize::from(highest) + 1) {
                *size = Some((bits.take(16)? as u16, bits.take(16)? as u16))
                    .map(|(width, height)| (width.saturating_add(1), height.saturating_add(1)));
            }
        }
        Some(structure)
    }

    fn parse_layers(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let mut layers = Layers { spatial: 0, temporal: 0 };
        loop {
            let template = self.templates.get_mut(self.template_count)?;
            template.layers = layers;
            self.template_count += 1;
            match bits.take(2)? {
                0 => {}
                1 => layers.temporal += 1,
                2 => layers = Layers { spatial: layers.spatial + 1, temporal: 0 },
                _ => return Some(()),
            }
            // Two bits and three bits in AV1 itself.
            if layers.spatial > 3 || layers.temporal > 7 {
                return None;
            }
        }
    }

    /// Reads what every template is to every decode target twice: first for the layers of the targets, then for where they open.
    fn parse_targets(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let mut again = Bits { ..*bits };
        let templates = self.templates.get_mut(..self.template_count)?;
        let targets = self.targets.get_mut(..self.target_count)?;
        targets.fill(Layers { spatial: 0, temporal: 0 });
        for template in templates.iter() {
            for target in targets.iter_mut() {
                if bits.take(2)? != 0 {
                    target.spatial = target.spatial.max(template.layers.spatial);
                    target.temporal = target.temporal.max(template.layers.temporal);
                }
            }
        }
        for template in templates {
            for target in targets.iter() {
                template.opens |= opened(template.layers, *target, again.take(2)?);
            }
        }
        Some(())
    }
}

/// The temporal layer a frame opens by what it is to a decode target, as a bit.
fn opened(frame: Layers, target: Layers, indication: u32) -> u8 {
    if indication == SWITCH && target.spatial == frame.spatial { 1 << (target.temporal & 7) } else { 0 }
}

/// Frame numbers run on from source to source: writes one `offset` further into a copy of the descriptor.
pub(crate) fn renumber(descriptor: &mut [u8], offset: u16) {
    if let Some(number) = descriptor.get_mut(1..3)
        && let Ok(value) = <[u8; 2]>::try_from(&*number)
    {
        number.copy_from_slice(&u16::from_be_bytes(value).wrapping_add(offset).to_be_bytes());
    }
}

/// Bits from the highest of the first byte on.
#[derive(Clone, Copy)]
struct Bits<'p> {
    bytes: &'p [u8],
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    /// The next `count` bits, at most 32.
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: u32) -> Option<()> {
        self.at += count as usize;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number below `end` as `ns(n)` of A.8.1 codes it.
    fn up_to(&mut self, end: u32) -> Option<u32> {
        let width = end.checked_ilog2()? + 1;
        let short = (1 << width) - end;
        let value = self.take(width - 1)?;
        if value < short {
            return Some(value);
        }
        Some((value << 1) - short + self.take(1)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at))).collect()
    }

    /// L1T2 of 640 × 360: templates from 5 on, of a keyframe, of the base, and of what lies above and only the second target takes in; one
    /// chain. Next layer, indications, references, chains.
    fn keyframe() -> Vec<u8> {
        let structure = "000101 00001 00 01 11 1010 1010 0001 0 1 0001 0 1 0000 0 10 0000 0010 0001 1";
        let sizes = format!("{:016b} {:016b}", 639, 359);
        bytes(&format!("1 1 000101 0000000100000010 1 0 0 0 0 {structure} {sizes}"))
    }

    #[test]
    fn a_structure_is_read_and_later_frames_are_told_by_it() {
        let mut structure = Structure::default();
        assert_eq!(structure.read(&[0xc5, 0, 1]), None, "no structure has come");
        let frame = structure.read(&keyframe()).expect("whole");
        let layers = |temporal| Layers { spatial: 0, temporal };
        let expected =
            Av1Frame { layers: layers(0), number: 0x102, starts: true, ends: true, is_intra: true, opens: 0b11 };
        assert_eq!(frame, expected);
        assert_eq!(structure.sizes().collect::<Vec<_>>(), [(640, 360)]);
        let later = structure.read(&bytes("1 0 000110 0000000100000011")).expect("known");
        assert_eq!((later.layers, later.is_intra, later.opens, later.ends), (layers(0), false, 0b11, false));
        let upper = structure.read(&bytes("0 1 000111 0000000100000100")).expect("known");
        assert_eq!((upper.layers, upper.is_intra, upper.opens, upper.starts), (layers(1), false, 0, false));
        assert_eq!(structure.read(&bytes("1 1 001000 0000000100000101")), None, "no such template");
    }

    #[test]
    fn a_frame_may_differ_from_its_template() {
        let mut structure = Structure::default();
        structure.read(&keyframe()).expect("whole");
        // The first target only, indications of its own, and no reference: the base may be changed to, nothing above.
        let custom = structure.read(&bytes("1 1 000110 0000000000000001 0 1 1 1 0 10 1000 00")).expect("whole");
        assert_eq!((custom.opens, custom.is_intra), (0b01, true));
        // Two references, one 17 frames back.
        let far =
            structure.read(&bytes("1 1 000101 0000000000000001 0 0 0 1 0 01 0000 10 00010000 00")).expect("whole");
        assert!(!far.is_intra);
    }

    #[test]
    fn a_cut_descriptor_changes_nothing() {
        let whole = keyframe();
        let mut structure = Structure::default();
        structure.read(&whole).expect("whole");
        for len in 0..whole.len() {
            let read = structure.clone().read(&whole[..len]);
            assert_eq!(read.is_some(), len == 3, "{len}: the mandatory fields stand alone");
        }
        let before = format!("{structure:?}");
        assert_eq!(structure.read(&whole[..8]), None);
        assert_eq!(format!("{structure:?}"), before);
    }

    #[test]
    fn numbers_below_a_bound_are_read() {
        // n = 5 (A.8.1): 0 to 2 in two bits, 3 and 4 in three.
        let read = |bits: &str| Bits { bytes: &bytes(bits), at: 0 }.up_to(5);
        assert_eq!(["00", "01", "10", "110", "111"].map(read), [Some(0), Some(1), Some(2), Some(3), Some(4)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_not_but_never_panic(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..4)) {
            let mut structure = Structure::default();
            for packet in packets {
                if let Some(frame) = structure.read(&packet) {
                    prop_assert!(frame.layers.spatial <= 3 && frame.layers.temporal <= 7);
                }
            }
        }

        #[test]
        fn renumbering_changes_the_number_alone(number: u16, offset: u16) {
            let mut structure = Structure::default();
            structure.read(&keyframe()).expect("whole");
            let [high, low] = number.to_be_bytes();
            let mut descriptor = [0xc6, high, low];
            let before = structure.read(&descriptor).expect("known");
            renumber(&mut descriptor, offset);
            let after = structure.read(&descriptor).expect("known");
            prop_assert_eq!(after, Av1Frame { number: number.wrapping_add(offset), ..before });
        }
    }
}

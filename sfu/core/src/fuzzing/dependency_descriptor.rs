//! Dependency descriptors of one AV1 stream: each behind its length, and read by the structure those before it left.

use super::input::Input;
use crate::wire::{Structure, renumber};

/// What is read lies within what the format can say, is read the same way again, and a new frame number changes nothing else. What is refused
/// leaves the structure as it was.
pub fn dependency_descriptor(data: &[u8]) {
    let mut input = Input::new(data);
    let mut structure = Structure::default();
    while let Some(descriptor) = input.block() {
        let before = structure.clone();
        let Some(frame) = structure.read(descriptor) else {
            assert_eq!(structure, before, "a refused descriptor changed the structure");
            continue;
        };
        assert!(frame.layers.spatial <= 3 && frame.layers.temporal <= 7, "{:?}", frame.layers);
        assert_eq!(structure.clone().read(descriptor), Some(frame), "read otherwise a second time");
        assert!(structure.sizes().count() <= 4);
        let number = frame.number.to_be_bytes();
        assert_eq!(descriptor.get(1..3), Some(&number[..]));
        let mut renumbered = descriptor.to_vec();
        renumber(&mut renumbered, 0x1234);
        let again = structure.clone().read(&renumbered).expect("still a descriptor");
        assert_eq!(again.number, frame.number.wrapping_add(0x1234));
        assert_eq!((again.layers, again.is_intra, again.opens), (frame.layers, frame.is_intra, frame.opens));
        renumber(&mut renumbered, 0x1234_u16.wrapping_neg());
        assert_eq!(renumbered, descriptor, "back again is where it began");
    }
}

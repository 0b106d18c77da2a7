//! Bytes of outside origin: parsers that never panic and never index, and writers of what we send.

mod demux;
mod dependency_descriptor;
mod extensions;
mod keyframe;
mod layers;
mod red;
mod rtp;
mod vp8;
mod vp9;

pub(crate) use demux::Protocol;
pub(crate) use dependency_descriptor::{Av1Frame, Structure, renumber};
pub(crate) use extensions::{ExtensionWriter, Extensions};
pub(crate) use keyframe::starts_keyframe;
pub(crate) use layers::Layers;
pub(crate) use red::RedHeader;
pub(crate) use rtp::{RtpHeader, write_header};
pub(crate) use vp8::{Vp8Descriptor, keyframe_size};
pub(crate) use vp9::{Vp9Descriptor, layer_sizes};

//! Which stream an SSRC is: by what was declared, or by the MID and RID that come with its first packets (RFC 8843 §9.2, RFC 8852).

use crate::wire::{Extensions, RtpHeader};
use crate::{Codec, PublishPlan};

/// Where a stream belongs: m-line (index into the plan's publications), encoding, and what it carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StreamPlace {
    pub(crate) publication: usize,
    /// 0 is the lowest; always 0 without simulcast.
    pub(crate) layer: usize,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Media,
    /// Retransmissions of the layer's media (RFC 4588).
    Rtx,
}

/// Meaning of the 128 payload types on one m-line.
#[derive(Clone, Debug)]
pub(crate) struct PayloadTable([Option<(Codec, Role)>; 128]);

impl PayloadTable {
    pub(crate) fn new(plan: &PublishPlan) -> Self {
        let mut table = [None; 128];
        for payload in &plan.payloads {
            if let Some(entry) = table.get_mut(usize::from(payload.payload_type)) {
                *entry = Some((payload.codec, Role::Media));
            }
            if let Some(entry) = payload.rtx.and_then(|rtx| table.get_mut(usize::from(rtx))) {
                *entry = Some((payload.codec, Role::Rtx));
            }
        }
        Self(table)
    }

    /// For RTX the codec is that of the repaired payload type.
    pub(crate) fn get(&self, payload_type: u8) -> Option<(Codec, Role)> {
        self.0.get(usize::from(payload_type)).copied().flatten()
    }
}

/// The SSRCs a connection has shown so far.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    streams: Vec<(u32, StreamPlace)>,
}

impl Latch {
    /// The place of a known SSRC.
    pub(crate) fn get(&self, ssrc: u32) -> Option<StreamPlace> {
        self.streams.iter().find(|(known, _)| *known == ssrc).map(|(_, place)| *place)
    }

    /// Finds the place of a new SSRC and remembers it; an older SSRC of the same place is forgotten.
    pub(crate) fn resolve(
        &mut self,
        plans: &[(PublishPlan, PayloadTable)],
        header: &RtpHeader,
        packet: &[u8],
    ) -> Option<StreamPlace> {
        let place = find(plans, header, packet)?;
        self.streams.retain(|(_, known)| *known != place);
        self.streams.push((header.ssrc, place));
        Some(place)
    }

    /// Forgets everything: the plan changed.
    pub(crate) fn clear(&mut self) {
        self.streams.clear();
    }

    pub(crate) fn forget(&mut self, ssrc: u32) {
        self.streams.retain(|(known, _)| *known != ssrc);
    }
}

fn find(plans: &[(PublishPlan, PayloadTable)], header: &RtpHeader, packet: &[u8]) -> Option<StreamPlace> {
    let (publication, (plan, table)) = by_mid(plans, header, packet)
        .or_else(|| plans.iter().enumerate().find(|(_, (plan, _))| declared_layer(plan, header.ssrc).is_some()))
        .or_else(|| by_payload_type(plans, header.payload_type))?;
    let (_, role) = table.get(header.payload_type)?;
    let layer = if plan.rids.is_empty() {
        0
    } else {
        by_rid(plan, header, packet)
            .or_else(|| declared_layer(plan, header.ssrc).filter(|_| plan.declared_ssrcs.len() == plan.rids.len()))?
    };
    Some(StreamPlace { publication, layer, role })
}

type Found<'p> = (usize, &'p (PublishPlan, PayloadTable));

fn by_mid<'p>(plans: &'p [(PublishPlan, PayloadTable)], header: &RtpHeader, packet: &[u8]) -> Option<Found<'p>> {
    plans.iter().enumerate().find(|(_, (plan, _))| {
        Extensions::of(header, packet)
            .any(|(id, data)| plan.extensions.mid == Some(id) && data == plan.mid.0.as_bytes())
    })
}

/// Only where one m-line alone uses the payload type.
fn by_payload_type(plans: &[(PublishPlan, PayloadTable)], payload_type: u8) -> Option<Found<'_>> {
    let mut users = plans.iter().enumerate().filter(|(_, (_, table))| table.get(payload_type).is_some());
    let only = users.next()?;
    users.next().is_none().then_some(only)
}

fn by_rid(plan: &PublishPlan, header: &RtpHeader, packet: &[u8]) -> Option<usize> {
    let ids = &plan.extensions;
    Extensions::of(header, packet)
        .filter(|(id, _)| ids.rid == Some(*id) || ids.repaired_rid == Some(*id))
        .find_map(|(_, data)| plan.rids.iter().position(|rid| rid.0.as_bytes() == data))
}

fn declared_layer(plan: &PublishPlan, ssrc: u32) -> Option<usize> {
    plan.declared_ssrcs.iter().position(|(media, rtx)| media.0 == ssrc || rtx.is_some_and(|rtx| rtx.0 == ssrc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{ExtensionWriter, write_header};
    use crate::{ExtensionIds, MediaKind, Mid, PayloadMapping, Rid, Source, Ssrc};

    fn plan(mid: &str, source: Source, rids: &[&str], declared: &[(u32, u32)]) -> (PublishPlan, PayloadTable) {
        let plan = PublishPlan {
            mid: Mid(mid.into()),
            kind: MediaKind::Video,
            source,
            payloads: vec![PayloadMapping { codec: Codec::Vp8, payload_type: 96, rtx: Some(97) }],
            extensions: ExtensionIds { mid: Some(4), rid: Some(10), repaired_rid: Some(11), ..Default::default() },
            rids: rids.iter().map(|rid| Rid((*rid).into())).collect(),
            declared_ssrcs: declared.iter().map(|(media, rtx)| (Ssrc(*media), Some(Ssrc(*rtx)))).collect(),
        };
        let table = PayloadTable::new(&plan);
        (plan, table)
    }

    fn resolve(
        plans: &[(PublishPlan, PayloadTable)],
        ssrc: u32,
        payload_type: u8,
        elements: &[(u8, &str)],
    ) -> Option<(usize, usize, Role)> {
        let mut writer = ExtensionWriter::<48>::for_ids(elements.iter().map(|(id, _)| *id));
        elements.iter().for_each(|(id, text)| writer.push(*id, text.as_bytes()));
        let mut packet = [0; 128];
        let len = write_header(&mut packet, false, payload_type, 1, 0, ssrc, writer.finish()).expect("fits");
        let header = RtpHeader::parse(&packet[..len]).expect("whole");
        Latch::default()
            .resolve(plans, &header, &packet[..len])
            .map(|place| (place.publication, place.layer, place.role))
    }

    #[test]
    fn simulcast_layers_are_told_by_mid_and_rid() {
        let plans = [plan("1", Source::Camera, &["q", "h", "f"], &[]), plan("2", Source::Screen, &[], &[])];
        assert_eq!(resolve(&plans, 7, 96, &[(4, "1"), (10, "h")]), Some((0, 1, Role::Media)));
        assert_eq!(resolve(&plans, 7, 96, &[(4, "2")]), Some((1, 0, Role::Media)));
        assert_eq!(resolve(&plans, 7, 96, &[(4, "1")]), None, "a simulcast packet without RID could be any layer");
    }

    #[test]
    fn padding_on_rtx_before_any_media_finds_its_layer() {
        let plans = [plan("1", Source::Camera, &["q", "h", "f"], &[])];
        assert_eq!(resolve(&plans, 7, 97, &[(4, "1"), (11, "f")]), Some((0, 2, Role::Rtx)));
    }

    #[test]
    fn declared_ssrcs_need_no_extension() {
        let plans = [plan("1", Source::Camera, &[], &[(7, 8)]), plan("2", Source::Screen, &[], &[(9, 10)])];
        assert_eq!(resolve(&plans, 10, 97, &[]), Some((1, 0, Role::Rtx)));
        assert_eq!(resolve(&plans, 99, 96, &[]), None, "both m-lines use the payload type");
    }

    #[test]
    fn a_payload_type_of_one_m_line_is_enough() {
        let plans = [plan("1", Source::Camera, &[], &[])];
        assert_eq!(resolve(&plans, 99, 96, &[]), Some((0, 0, Role::Media)));
        assert_eq!(resolve(&plans, 99, 98, &[]), None);
    }
}

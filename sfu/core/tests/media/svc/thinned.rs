//! A stream some layers of which are left out, on a network that loses and reorders.

use rtc_rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};

use super::*;

#[test]
fn an_overloaded_shard_leaves_out_layers_of_a_stream_too() {
    [Coding::Vp9Key, Coding::Vp9Full, Coding::Av1Key, Coding::Av1Full].into_iter().for_each(sheds);
}

fn sheds(coding: Coding) {
    let mut film = Film::new(coding);
    (0..60).for_each(|_| film.roll());
    let shown = |film: &mut Film, shedding| {
        film.world.shard.shed(film.world.now, shedding);
        (0..60).for_each(|_| film.roll());
        let before = film.decoder.pictures;
        (0..60).for_each(|_| film.roll());
        (film.decoder.pictures - before, film.decoder.shown_height())
    };
    assert_eq!(shown(&mut film, Shedding::Nothing), (60, Some(720)));
    assert_eq!(shown(&mut film, Shedding::TopLayer), (60, Some(360)));
    assert_eq!(shown(&mut film, Shedding::AllButLowest), (15, Some(180)), "every fourth picture, the smallest");
    assert_eq!(shown(&mut film, Shedding::Nothing), (60, Some(720)), "and all comes back");
}

#[test]
fn a_late_packet_that_is_left_out_leaves_its_number_behind() {
    let mut film = Film::new(Coding::Vp9Full);
    film.want(180);
    (0..60).for_each(|_| film.roll());
    let before = film.world.video(1, 0).len();
    for _ in 0..40 {
        // The smallest frame's packet, then those of the larger ones: the last but one comes after the next picture's.
        let mut packets = film.film();
        let late = packets.remove(packets.len() - 2);
        packets.into_iter().for_each(|packet| film.world.send(0, &packet));
        let next = film.film();
        next.into_iter().for_each(|packet| film.world.send(0, &packet));
        film.world.send(0, &late);
        film.world.deliver();
    }
    let mut got = film.world.video(1, 0).split_off(before);
    let first = got[0].sequence;
    got.sort_by_key(|got| got.sequence.wrapping_sub(first));
    got.iter().for_each(|got| film.decoder.take(got));
    assert_eq!(film.decoder.blanks, 40);
    assert_eq!(film.decoder.shown_height(), Some(180));
}

#[test]
fn a_repeat_is_the_packet_that_had_the_number() {
    for (coding, takes_rtx) in [Coding::Vp9Full, Coding::Av1Full].into_iter().flat_map(|it| [(it, true), (it, false)]) {
        let mut film = Film::with(coding, Habits { takes_rtx, ..USUAL });
        (0..60).for_each(|_| film.roll());
        film.want(360);
        (0..20).for_each(|_| film.roll());
        let sent = film.world.video(1, 0);
        let last = &sent[sent.len() - 30..];
        for lost in last {
            let before = film.world.clients[1].got.len();
            let nacks = vec![NackPair { packet_id: lost.sequence, lost_packets: 0 }];
            let nack = TransportLayerNack { sender_ssrc: 1, media_ssrc: lost.ssrc, nacks };
            film.world.send_rtcp(1, &nack);
            let again = &film.world.clients[1].got[before..];
            assert_eq!(again.len(), 1, "one packet comes");
            if takes_rtx {
                assert_eq!(again[0].payload[..2], lost.sequence.to_be_bytes());
                assert_eq!((&again[0].payload[2..], again[0].marker), (&lost.payload[..], lost.marker));
                assert_eq!(again[0].descriptor, lost.descriptor);
            } else {
                assert_eq!(again[0].sealed, lost.sealed, "the same bytes");
            }
        }
    }
}

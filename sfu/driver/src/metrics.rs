//! The shards' numbers for Prometheus, gathered when it scrapes. docs/METRICS.md explains each to operators.

use std::collections::HashMap;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};
use sfu_core::{LATENCY_BOUNDS_MICROS, LatencyHistogram};

use crate::snapshot::{Shown, Snapshot};

/// Exports the snapshots of every shard, labelled `shard`. Rooms and people are never labels.
pub(crate) struct Exporter {
    shown: Vec<Shown>,
    descriptions: Vec<Desc>,
}

impl Exporter {
    pub(crate) fn new(shown: Vec<Shown>) -> prometheus::Result<Self> {
        let families = families(&[Snapshot::default()]);
        let describe = |family: &MetricFamily| {
            let labels = vec!["shard".to_owned()];
            Desc::new(family.name().to_owned(), family.help().to_owned(), labels, HashMap::new())
        };
        let descriptions = families.iter().map(describe).collect::<prometheus::Result<_>>()?;
        Ok(Self { shown, descriptions })
    }
}

impl Collector for Exporter {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        families(&self.shown.iter().map(Shown::read).collect::<Vec<_>>())
    }
}

fn families(shards: &[Snapshot]) -> Vec<MetricFamily> {
    let mut families = Vec::new();
    // Every shard has the same counters in the same order.
    let names: Vec<_> =
        shards.first().map(|shard| shard.counters.each().map(|(name, _)| name).collect()).unwrap_or_default();
    for (index, name) in names.into_iter().enumerate() {
        let value = |shard: &Snapshot| shard.counters.each().nth(index).map_or(0, |(_, value)| value);
        families.push(counter(&format!("facementor_sfu_{name}_total"), name, shards, |shard| value(shard) as f64));
    }
    families.push(counter("facementor_sfu_busy_seconds_total", "time spent working, not waiting", shards, |shard| {
        shard.busy.as_secs_f64()
    }));
    families.push(counter("facementor_sfu_send_dropped_total", "datagrams the kernel did not take", shards, |shard| {
        shard.send_dropped as f64
    }));
    families.push(counter("facementor_sfu_receive_dropped_total", "datagrams not read in time", shards, |shard| {
        shard.receive_dropped as f64
    }));
    families.push(gauge("facementor_sfu_load", "share of the last second spent working", shards, |shard| shard.load));
    families.push(gauge("facementor_sfu_shedding", "steps of quality left out for want of time", shards, |shard| {
        f64::from(shard.shedding as u8)
    }));
    families.push(gauge("facementor_sfu_rooms", "rooms held", shards, |shard| shard.held.rooms as f64));
    families.push(gauge("facementor_sfu_connections", "peer connections held", shards, |shard| {
        shard.held.participants as f64
    }));
    families.push(counter("facementor_sfu_panics_total", "panics caught; each closed one room", shards, |shard| {
        shard.panics as f64
    }));
    families.push(gauge("facementor_sfu_events_waiting", "events the server has yet to take", shards, |shard| {
        shard.events_waiting as f64
    }));
    families.push(latency(shards));
    families
}

fn counter(name: &str, help: &str, shards: &[Snapshot], value: impl Fn(&Snapshot) -> f64) -> MetricFamily {
    family(name, help, MetricType::COUNTER, shards, |shard, metric| {
        let mut counter = Counter::default();
        counter.set_value(value(shard));
        metric.set_counter(counter);
    })
}

fn gauge(name: &str, help: &str, shards: &[Snapshot], value: impl Fn(&Snapshot) -> f64) -> MetricFamily {
    family(name, help, MetricType::GAUGE, shards, |shard, metric| {
        let mut gauge = Gauge::default();
        gauge.set_value(value(shard));
        metric.set_gauge(gauge);
    })
}

fn latency(shards: &[Snapshot]) -> MetricFamily {
    let help = "time a forwarded packet spent in the server, from its arrival to the send batch";
    family("facementor_sfu_forward_latency_seconds", help, MetricType::HISTOGRAM, shards, |shard, metric| {
        metric.set_histogram(histogram(&shard.counters.forward_latency));
    })
}

fn histogram(latency: &LatencyHistogram) -> Histogram {
    let mut cumulative = 0;
    let mut buckets = Vec::new();
    for (bound, count) in LATENCY_BOUNDS_MICROS.iter().zip(latency.buckets) {
        cumulative += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound as f64 / 1e6);
        bucket.set_cumulative_count(cumulative);
        buckets.push(bucket);
    }
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets);
    histogram.set_sample_count(latency.buckets.iter().sum());
    histogram.set_sample_sum(latency.sum_micros as f64 / 1e6);
    histogram
}

fn family(
    name: &str,
    help: &str,
    kind: MetricType,
    shards: &[Snapshot],
    fill: impl Fn(&Snapshot, &mut Metric),
) -> MetricFamily {
    let metrics = shards.iter().enumerate().map(|(index, shard)| {
        let mut label = LabelPair::default();
        label.set_name("shard".to_owned());
        label.set_value(index.to_string());
        let mut metric = Metric::default();
        metric.set_label(vec![label]);
        fill(shard, &mut metric);
        metric
    });
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics.collect());
    family
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus::{Encoder, Registry, TextEncoder};

    use super::*;

    #[test]
    fn a_scrape_shows_every_shard_with_cumulative_latency_buckets() {
        let shown = vec![Shown::default(), Shown::default()];
        let registry = Registry::new();
        registry.register(Box::new(Exporter::new(shown.clone()).expect("descriptions"))).expect("registration");
        let mut snapshot = Snapshot { busy: Duration::from_millis(1500), panics: 1, ..Snapshot::default() };
        snapshot.counters.rtp_out = 7;
        snapshot.counters.forward_latency.buckets[0] = 2;
        snapshot.counters.forward_latency.buckets[2] = 3;
        snapshot.counters.forward_latency.sum_micros = 250;
        shown[1].write(snapshot);

        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text).expect("encoding");
        let text = String::from_utf8(text).expect("text");
        for line in [
            "facementor_sfu_rtp_out_total{shard=\"0\"} 0",
            "facementor_sfu_rtp_out_total{shard=\"1\"} 7",
            "facementor_sfu_busy_seconds_total{shard=\"1\"} 1.5",
            "facementor_sfu_panics_total{shard=\"1\"} 1",
            "facementor_sfu_forward_latency_seconds_bucket{shard=\"1\",le=\"0.00002\"} 2",
            "facementor_sfu_forward_latency_seconds_bucket{shard=\"1\",le=\"0.0001\"} 5",
            "facementor_sfu_forward_latency_seconds_bucket{shard=\"1\",le=\"+Inf\"} 5",
            "facementor_sfu_forward_latency_seconds_count{shard=\"1\"} 5",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}

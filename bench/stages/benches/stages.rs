//! Nanoseconds a packet spends in each stage of forwarding, by criterion; `make bench-stages` prints them as JSON lines.

use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sfu_core::stages::stages;

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stages");
    for mut stage in stages(Instant::now()) {
        group.throughput(Throughput::Elements(stage.packets));
        group.bench_function(stage.name, |bencher| bencher.iter(|| (stage.run)()));
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);

//! Joining and leaving, over and over: what does a server keep of those who left?

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::Run;
use crate::cli::Args;
use crate::media::wall_ns;

/// How long everybody of a round stays once all are connected, so that media flows.
const STAY: Duration = Duration::from_millis(100);

/// The result, printed as one line of JSON.
#[derive(Serialize)]
pub struct ChurnReport {
    pub label: String,
    pub server: String,
    /// Peer connections that were made, connected (DTLS handshake included), and ended.
    pub joins: usize,
    pub rooms: usize,
    pub seconds: f64,
    /// Packets that reached subscribers meanwhile.
    pub received: u64,
    pub disconnects: u64,
}

/// Rounds of `args`' rooms and peers, each in new rooms, until `args.churn` peers have come and gone.
pub fn run(args: &Args) -> Result<ChurnReport> {
    let start = Instant::now();
    let mut report = ChurnReport {
        label: args.label.clone(),
        server: args.server_name(),
        joins: 0,
        rooms: 0,
        seconds: 0.0,
        received: 0,
        disconnects: 0,
    };
    while report.joins < args.churn {
        let mut run = Run::new(args, report.rooms)?;
        let now = wall_ns();
        run.shared
            .window
            .set(now, now + Duration::from_secs(3600).as_nanos() as u64);
        let connected = run.connect(Duration::ZERO);
        thread::sleep(STAY);
        report.joins += run.peers;
        report.rooms += args.rooms;
        let counters = run.stop()?;
        connected?;
        report.received += counters.total().received;
        report.disconnects += counters.disconnects;
        eprint!("\r{} joined and left", report.joins);
    }
    eprintln!();
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

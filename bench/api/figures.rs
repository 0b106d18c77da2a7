//! Requests at a steady rate, and what their times say.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};

/// Asks for `paths` in turn, `rate` a second for `seconds`: see [`paced`]. Every answer must be a 200.
pub(crate) async fn steady(base: &str, paths: &[String], rate: u32, seconds: u32) -> Vec<f64> {
    let http = Client::new();
    let count = usize::try_from(rate * seconds).expect("a small number");
    let requests = paths.iter().cycle().take(count).map(|path| http.get(format!("{base}{path}")));
    paced(requests, rate, 200).await
}

/// Sends `requests`, `rate` a second; milliseconds from when each should have left to the end of its answer, sorted.
/// Every answer must have this status.
pub(crate) async fn paced(requests: impl Iterator<Item = RequestBuilder>, rate: u32, status: u16) -> Vec<f64> {
    let start = Instant::now() + Duration::from_millis(50);
    let requests = (0..).zip(requests).map(|(number, request)| {
        let due = start + Duration::from_secs(1) * number / rate;
        tokio::spawn(async move {
            tokio::time::sleep_until(due.into()).await;
            let answer = request.send().await.expect("the server answers");
            let said = answer.status();
            let body = answer.bytes().await.expect("the whole answer");
            assert_eq!(said, status, "{}", String::from_utf8_lossy(&body));
            due.elapsed().as_secs_f64() * 1_000.0
        })
    });
    let mut times = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        times.push(request.await.expect("no request panics"));
    }
    times.sort_by(f64::total_cmp);
    times
}

/// The time that `share` of the requests stayed within.
pub(crate) fn percentile(times: &[f64], share: f64) -> f64 {
    let index = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len()) - 1;
    times[index]
}

/// One line: a case, its value, and whether it is within its target.
pub(crate) fn line(case: &str, value: f64, target: f64) {
    let value = (value * 10.0).round() / 10.0;
    println!(r#"{{"case":"{case}","value":{value},"unit":"ms","target":"<= {target}","ok":{}}}"#, value <= target);
}

//! How long the emulator takes for one page of clusters, at the beginning and at the end of a listing of 10,000.
//!
//! `cargo run --release -p emulator --example page_time`

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a tool of this repository, which no user runs: it may stop with a panic, and it prints"
)]

use std::time::{Duration, Instant};

use emulator::{Emulator, Fleet};
use ureq::Agent;

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/rds/aws4_request, SignedHeaders=host, Signature=0";
const ROUNDS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), ureq::Error> {
    let started = Instant::now();
    let emulator = Emulator::start(Fleet::healthy(10_000)).await;
    println!("a fleet of 10,000 clusters is ready after {:?}", started.elapsed());

    let client = Agent::new_with_defaults();
    let page = |marker: &str| -> Result<(String, usize), ureq::Error> {
        let query = format!(
            "Action=DescribeDBClusters&Version=2014-10-31&Filters.Filter.1.Name=engine&\
             Filters.Filter.1.Values.Value.1=neptune&Marker={marker}"
        );
        let mut answer = client
            .post(emulator.endpoint())
            .header("Authorization", AUTHORIZATION)
            .content_type("application/x-www-form-urlencoded")
            .send(query)?;
        let body = answer.body_mut().read_to_string()?;
        let marker = body.split_once("<Marker>").and_then(|(_, rest)| rest.split_once("</Marker>"));
        Ok((marker.map(|(marker, _)| marker.to_owned()).unwrap_or_default(), body.len()))
    };
    let mut markers = vec![String::new()];
    loop {
        let (marker, _) = page(markers.last().map_or("", String::as_str))?;
        if marker.is_empty() {
            break;
        }
        markers.push(marker);
    }
    for (name, marker) in [("first", &markers[0]), ("last", &markers[markers.len() - 1])] {
        let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
        let mut size = 0;
        emulator.reset_calls();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            size = page(marker)?.1;
            times.push(started.elapsed());
        }
        times.sort();
        let mut served: Vec<f64> = emulator.calls().iter().filter_map(|call| Some(call.ended_ms? - call.started_ms)).collect();
        served.sort_by(f64::total_cmp);
        println!(
            "{name} of {} pages, {size} bytes: median {:?}, 95 % below {:?}; of that in the emulator {:.3} ms",
            markers.len(),
            times[ROUNDS / 2],
            times[ROUNDS * 95 / 100],
            served[ROUNDS / 2]
        );
    }
    Ok(())
}

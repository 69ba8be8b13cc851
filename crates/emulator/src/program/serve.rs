//! `serve`: the emulator until it is interrupted.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use emulator::Emulator;

use super::files::{Failure, fleet};

pub async fn run(path: Option<PathBuf>, port: u16, latency_ms: u64, tls_authority: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let emulator =
        Emulator::start_on(address, fleet(path.as_deref())?).await.map_err(|error| format!("cannot serve on {address}: {error}"))?;
    emulator.set_latency(Duration::from_millis(latency_ms));
    // The endpoint stands alone on the first line, that of TLS on the second, for programs.
    println!("{}", emulator.endpoint());
    if let Some(path) = tls_authority {
        let tls = emulator.start_tls().await?;
        std::fs::write(&path, tls.certificate_authority).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("{}", tls.endpoint);
    }
    eprintln!(
        "AWS endpoint and Lambda Runtime API in one; stop with Ctrl-C. Any credentials do:\n\n  \
         AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \\\n    \
         aws neptune describe-db-clusters --endpoint-url {} --region {}\n\n\
         control: {}/_emulator/calls (also puts, evaluations, fleet, faults, steps, invoke)",
        emulator.endpoint(),
        emulator.region(),
        emulator.endpoint(),
    );
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}

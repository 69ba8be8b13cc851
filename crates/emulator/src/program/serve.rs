//! `serve`: the emulator until it is interrupted, with a function where one is given.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use emulator::{Cluster, Emulator, interruption};

use super::attached;
use super::files::{Failure, fleet};

/// What to serve, and how.
pub struct Settings {
    pub fleet: Option<PathBuf>,
    pub port: u16,
    pub latency: Duration,
    pub tls_authority: Option<PathBuf>,
    pub function: Option<PathBuf>,
}

pub async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
    let fleet = fleet(settings.fleet.as_deref())?;
    let emulator = Emulator::start_on(address, fleet).await.map_err(|error| format!("cannot serve on {address}: {error}"))?;
    emulator.set_latency(settings.latency);
    // Before anything is printed: whoever reads the first line may stop this program the moment after.
    let interrupted = interruption()?;
    let function = settings.function.as_deref().map(|path| attached::start(path, &emulator)).transpose()?;
    // The endpoint stands alone on the first line, that of TLS on the second, for programs.
    println!("{}", emulator.endpoint());
    if let Some(path) = settings.tls_authority {
        let tls = emulator.start_tls().await?;
        std::fs::write(&path, tls.certificate_authority).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("{}", tls.endpoint);
    }
    eprintln!("{}", introduction(&emulator, settings.function.is_some()));
    match function {
        None => {
            interrupted.await;
        }
        Some(function) => tokio::select! {
            _ = interrupted => {}
            failure = attached::keep(function, &emulator) => return Err(failure),
        },
    }
    Ok(ExitCode::SUCCESS)
}

fn introduction(emulator: &Emulator, has_function: bool) -> String {
    let (endpoint, region) = (emulator.endpoint(), emulator.region());
    let general = format!(
        "AWS endpoint and Lambda Runtime API in one; stop with Ctrl-C. Any credentials do:\n\n  \
         AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \\\n    \
         aws neptune describe-db-clusters --endpoint-url {endpoint} --region {region}\n\n\
         control: {endpoint}/_emulator/calls (also puts, evaluations, fleet, faults, steps, invoke, judge)"
    );
    match cluster_to_break(emulator) {
        Some(cluster) if has_function => format!("{general}\n\n{}", to_try(&endpoint, &region, &cluster)),
        _ if has_function => general,
        _ => format!("{general}\n\nNo function is attached: with `--function target/debug/neptune-audit-rule` the clusters can be judged."),
    }
}

/// One whose trail can be broken and mended by a single call.
fn cluster_to_break(emulator: &Emulator) -> Option<String> {
    let exports_audit = |cluster: &&Cluster| cluster.engine == "neptune" && cluster.exports.iter().any(|export| export == "audit");
    emulator.fleet().home().clusters.iter().find(exports_audit).map(|cluster| cluster.identifier.clone())
}

/// Three lines for a shell.
fn to_try(endpoint: &str, region: &str, cluster: &str) -> String {
    let modify = |change: &str| {
        format!(
            "curl -s -o /dev/null --aws-sigv4 aws:amz:{region}:rds -u any:any {endpoint} -d Version=2014-10-31 -d Action=ModifyDBCluster \
             -d DBClusterIdentifier={cluster} -d CloudwatchLogsExportConfiguration.{change}LogTypes.member.1=audit"
        )
    };
    format!(
        "break a cluster:  {}\njudge them all:   curl -s -X POST {endpoint}/_emulator/judge\nrepair it:        {}",
        modify("Disable"),
        modify("Enable")
    )
}

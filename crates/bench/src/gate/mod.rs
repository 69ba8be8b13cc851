//! The gate beside others: `neptune-audit plan`, checkov, and Rego in regorus on the same Terraform plans, how often each is right and what
//! it costs.
//!
//! In reading order: [`truth`] is what is known of the plans of the tests, [`estate`] makes large ones, both are a [`workload`]. The
//! [`engines`] are run ([`watch`]) and asked in turn ([`asking`]), and the [`page`] says how it went.

mod asking;
mod engines;
mod estate;
mod page;
mod truth;
mod watch;
mod workload;

use anyhow::{Result, ensure};

use self::asking::{Comparison, ask};
use self::engines::{Engine, Kind};
use self::workload::workloads;
use crate::figures::Report;
use crate::lab::Lab;

/// An engine that is not installed is left out, and the page says so.
pub fn measure(lab: &Lab) -> Result<Report> {
    let (mut engines, mut missing) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        match find(lab, kind) {
            Some(engine) => engines.push(engine),
            None => missing.push(kind),
        }
    }
    ensure!(!missing.contains(&Kind::Command), "no {}: cargo build --release --package neptune-audit", lab.neptune_audit.display());
    let mut comparisons = Vec::new();
    for workload in workloads(&lab.root)? {
        let workload = workload?;
        let asked: Vec<&Engine> = engines.iter().filter(|engine| workload.kinds.contains(&engine.kind)).collect();
        let outcomes = ask(lab, &workload, &asked)?;
        comparisons.push(Comparison { workload, outcomes });
    }
    Ok(page::report(&comparisons, &missing))
}

fn find(lab: &Lab, kind: Kind) -> Option<Engine> {
    let program = match kind {
        Kind::Command => &lab.neptune_audit,
        Kind::Rego => &lab.rego,
        Kind::Checkov => &lab.checkov,
    };
    program.exists().then(|| Engine { kind, program: program.clone(), policies: lab.root.join("policies") })
}

//! Measures the release build of `neptune-audit-rule` beside a Python rule on rdklib and beside a function that does nothing, on the
//! same emulator with the same events, and holds the figures against the goals.
//!
//! In reading order: [`process`] starts and asks a function, [`lab`] sends it an event, [`share`] gives it a share of a CPU, [`PARTS`]
//! measure, [`figures`] is what comes out, [`tables`] and [`charts`] show it. [`soak`] is for itself: it measures nothing, it breaks things.

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

mod billed;
mod chain;
mod charts;
mod cold;
mod events;
mod figures;
mod gate;
mod growth;
mod instructions;
mod lab;
mod organization;
mod process;
mod schedule;
mod share;
mod size;
mod soak;
mod start;
mod statistics;
mod tables;
mod thrift;
mod warm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::events::Events;
use crate::figures::{Block, Report, Section};
use crate::lab::Lab;
use crate::process::Subject;
use crate::share::Means;

/// The parts of the page in its order. To add one: a module with `measure(&Lab) -> Result<Report>`, its name here, its line in [`part`].
const PARTS: [&str; 10] = ["cold", "start", "warm", "schedule", "thrift", "growth", "size", "instructions", "organization", "gate"];

async fn part(name: &str, lab: &Lab) -> Result<Report> {
    match name {
        "cold" => cold::measure(lab).await,
        "start" => start::measure(lab).await,
        "warm" => warm::measure(lab).await,
        "schedule" => schedule::measure(lab).await,
        "thrift" => thrift::measure(lab).await,
        "growth" => growth::measure(lab).await,
        "size" => size::measure(lab),
        "instructions" => instructions::measure(lab).await,
        "organization" => organization::measure(lab).await,
        "gate" => gate::measure(lab),
        _ => anyhow::bail!("no part is called `{name}`: there are {}", PARTS.join(", ")),
    }
}

/// Measure the function, and write docs/benchmarks.md and its charts.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// The release build of the function.
    #[arg(long, global = true, default_value = "target/release/neptune-audit-rule")]
    function: PathBuf,
    /// The release build of the function that prepares late.
    #[arg(long, default_value = "target/release/late")]
    late: PathBuf,
    /// The release build of the function that does nothing.
    #[arg(long, default_value = "target/release/floor")]
    floor: PathBuf,
    /// The release build of the command.
    #[arg(long, default_value = "target/release/neptune-audit")]
    neptune_audit: PathBuf,
    /// The build of crates/bench/rego.
    #[arg(long, default_value = "target/rego/release/rego")]
    rego: PathBuf,
    /// Checkov, in an environment with tests/requirements-checkov.txt.
    #[arg(long, default_value = ".venv/checkov/bin/checkov")]
    checkov: PathBuf,
    /// The Python of an environment with crates/bench/requirements.txt.
    #[arg(long, default_value = ".venv/bench/bin/python")]
    python: PathBuf,
    /// A tenth of the runs, for working on the benchmark; writes nothing.
    #[arg(long)]
    quick: bool,
    /// Measure only what is named: cold, start, warm, schedule, thrift, growth, size, instructions, organization, gate. Writes nothing.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Fail where a goal is missed.
    #[arg(long)]
    strict: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Send one process mixed events for a long time, good and bad, through faults, and look for a wrong answer and for memory that grows.
    Soak {
        /// How long.
        #[arg(long, default_value_t = 60.0)]
        minutes: f64,
        /// Of the order of the events: the same number gives the same order.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("this crate is in a folder of the workspace")?;
    if let Some(Command::Soak { minutes, seed }) = options.command {
        return soak::run(&Subject::binary(&root.join(&options.function)), &root.join("events"), minutes, seed).await;
    }
    let began = Instant::now();
    let load = load_average();
    let mut report = measure(&options, root).await?;
    report.blocks.push(Block::Text(machine(load, began)));
    println!("{}", body(&report, |_| String::new()));
    println!("{}", tables::goals(&report.goals));
    if !options.quick && options.only.is_empty() {
        write(&report, root)?;
    }
    let missed = report.goals.iter().filter(|goal| !goal.met()).count();
    println!("{} of {} goals are met.", report.goals.len() - missed, report.goals.len());
    Ok(if options.strict && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn measure(options: &Options, root: &Path) -> Result<Report> {
    let python = Subject {
        program: root.join(&options.python),
        arguments: vec!["-m".into(), "awslambdaric".into(), "neptune_audit_rule.lambda_handler".into()],
        folder: root.join("crates/bench/rdklib"),
    };
    let lab = Lab {
        subjects: [Subject::binary(&root.join(&options.function)), python, Subject::binary(&root.join(&options.floor))],
        late: Subject::binary(&root.join(&options.late)),
        events: Events::read(&root.join("events"))?,
        means: Means::find(),
        neptune_audit: root.join(&options.neptune_audit),
        rego: root.join(&options.rego),
        checkov: root.join(&options.checkov),
        root: root.to_owned(),
        quick: options.quick,
    };
    let mut report = Report::default();
    let asked: Vec<_> = if options.only.is_empty() { PARTS.map(str::to_owned).to_vec() } else { options.only.clone() };
    for name in asked {
        let began = Instant::now();
        report.append(part(&name, &lab).await?);
        eprintln!("{name}: {:.0} s", began.elapsed().as_secs_f64());
    }
    Ok(report)
}

fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").ok().and_then(|text| text.split(' ').next().map(str::to_owned)).unwrap_or_default()
}

/// Where all this was measured.
fn machine(load: String, began: Instant) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).map_or("", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "Measured in one run of {:.0} minutes on {cores} cores of {model}, Linux {}, load {load} before it.\n",
        (began.elapsed().as_secs_f64() / 60.0).max(1.0),
        kernel.trim()
    )
}

/// Every block, a section with a picture of it.
fn body(report: &Report, picture: impl Fn(&Section) -> String) -> String {
    let blocks = report.blocks.iter().map(|block| match block {
        Block::Section(section) => format!("{}\n{}", tables::section(section), picture(section)),
        Block::Text(text) => text.clone(),
    });
    blocks.collect::<Vec<_>>().join("\n")
}

fn write(report: &Report, root: &Path) -> Result<()> {
    let docs = root.join("docs");
    std::fs::create_dir_all(&docs)?;
    for section in report.sections() {
        std::fs::write(docs.join(format!("{}.svg", section.name)), charts::svg(section))?;
    }
    let picture = |section: &Section| format!("![{}]({}.svg)\n", section.title, section.name);
    let page = format!(
        "# Benchmarks\n\nWritten by `make bench`: do not edit. `crates/bench/README.md` says what is compared and how.\n\n## Goals\n\n{}\n## Figures\n\n{}",
        tables::goals(&report.goals),
        body(report, picture)
    );
    Ok(std::fs::write(docs.join("benchmarks.md"), page)?)
}

//! Measures the release build of `neptune-audit-rule` beside a Python rule on rdklib and beside a function that does nothing, on the
//! same emulator with the same events, and holds the figures against the goals.
//!
//! In reading order: [`process`] starts and asks a function, [`lab`] sends it an event, [`start`], [`warm`], [`schedule`], [`size`],
//! [`instructions`] and [`organization`] measure, [`figures`] is what comes out, [`tables`] and [`charts`] show it.

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

mod chain;
mod charts;
mod events;
mod figures;
mod instructions;
mod lab;
mod organization;
mod process;
mod schedule;
mod size;
mod start;
mod statistics;
mod tables;
mod warm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;

use crate::events::Events;
use crate::figures::{FLOOR, Goal, RDKLIB, RULE, Section};
use crate::lab::Lab;
use crate::process::Subject;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Measure the function, and write docs/benchmarks.md, its charts, and the block of README.md.
#[derive(Parser)]
struct Options {
    /// The release build of the function.
    #[arg(long, default_value = "target/release/neptune-audit-rule")]
    function: PathBuf,
    /// The release build of the function that does nothing.
    #[arg(long, default_value = "target/release/floor")]
    floor: PathBuf,
    /// The Python of an environment with crates/bench/requirements.txt.
    #[arg(long, default_value = ".venv/bench/bin/python")]
    python: PathBuf,
    /// A tenth of the runs, for working on the benchmark; writes nothing.
    #[arg(long)]
    quick: bool,
    /// Measure only what is named: start, warm, schedule, size, instructions, organization. Writes nothing.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Fail where a goal is missed.
    #[arg(long)]
    strict: bool,
}

/// All that was measured.
#[derive(Default)]
struct Report {
    sections: Vec<Section>,
    goals: Vec<Goal>,
    /// Ready Markdown that is not a comparison.
    texts: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("this crate is in a folder of the workspace")?;
    let began = Instant::now();
    let load = load_average();
    let mut report = measure(&options, root).await?;
    report.texts.push(machine(load, began));
    print(&report);
    if !options.quick && options.only.is_empty() {
        write(&report, root)?;
    }
    let missed = report.goals.iter().filter(|goal| !goal.met()).count();
    println!("{} of {} goals are met.", report.goals.len() - missed, report.goals.len());
    Ok(if options.strict && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn measure(options: &Options, root: &Path) -> Result<Report> {
    let events = Events::read(&root.join("events"))?;
    let (function, floor, python) = (root.join(&options.function), root.join(&options.floor), root.join(&options.python));
    let rule = root.join("crates/bench/rdklib");
    let lab = Lab {
        subjects: [
            Subject::binary(&function),
            Subject {
                program: python.clone(),
                arguments: vec!["-m".into(), "awslambdaric".into(), "neptune_audit_rule.lambda_handler".into()],
                folder: rule.clone(),
            },
            Subject::binary(&floor),
        ],
    };
    let asked = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let runs = |full: usize| if options.quick { full.div_ceil(10) } else { full };
    let mut report = Report::default();

    if asked("start") {
        eprintln!("cold starts …");
        for section in start::measure(&lab, &events, runs(31)).await? {
            if section.name == "start-tls" {
                let of = |figure: usize, subject, to| section.figures[figure].ratio(subject, to).unwrap_or(f64::NAN);
                report.goals.extend([
                    Goal::new("cold start ÷ floor", 1.5, of(0, RULE, FLOOR)),
                    Goal::new("cold start ÷ rdklib", 1.0 / 60.0, of(0, RULE, RDKLIB)),
                    Goal::new("CPU until the first event is answered over TLS ÷ rdklib", 1.0 / 60.0, of(2, RULE, RDKLIB)),
                    Goal::new("peak memory after it ÷ rdklib", 1.0 / 6.0, of(3, RULE, RDKLIB)),
                ]);
            }
            report.sections.push(section);
        }
    }
    if asked("warm") {
        eprintln!("warm change events …");
        let (section, to_chain) = warm::measure(&lab, &events, runs(5)).await?;
        report.sections.push(section);
        for (latency, ratio) in to_chain.into_iter().filter(|&(latency, _)| latency > 0) {
            report.goals.push(Goal::new(format!("warm change event ÷ its own round trips, at {latency} ms per call"), 1.15, ratio));
        }
    }
    if asked("schedule") {
        eprintln!("schedules …");
        let (sections, to_pages) = schedule::measure(&lab, &events, runs(3)).await?;
        let memory = |name: &str| {
            let section = sections.iter().find(|section| section.name == name)?;
            section.figures.iter().find(|figure| figure.what == "peak memory")?.median(RULE)
        };
        let (small, large) = (memory("schedule-40").unwrap_or(f64::NAN), memory("schedule-10000").unwrap_or(f64::NAN));
        report.sections.extend(sections);
        for (clusters, latency, ratio) in to_pages {
            if clusters == 10_000 && latency > 0 {
                let what = format!("schedule over 10,000 clusters ÷ its chain of pages, at {latency} ms per call");
                report.goals.push(Goal::new(what, 1.2, ratio));
            }
        }
        report.goals.push(Goal::new("peak memory for 10,000 clusters ÷ for 40", 1.2, large / small));
    }
    if asked("size") {
        let library = site_packages(&python)?.join("rdklib");
        let section = size::measure(&function, &[rule, library], &floor)?;
        let zip = section.figures[1].median(RULE).unwrap_or(f64::NAN);
        report.goals.push(Goal { unit: "MB", ..Goal::new("zip", 2.5, zip) });
        report.sections.push(section);
    }
    if asked("instructions") {
        eprintln!("instructions …");
        match instructions::measure(&lab, &events).await? {
            Some(section) => report.sections.push(section),
            None => report.texts.push("Instructions were not counted: valgrind is not installed.\n".into()),
        }
    }
    if asked("organization") {
        eprintln!("an organization …");
        report.texts.push(organization::simulate(&lab.subjects[RULE], &events, options.quick).await?);
    }
    Ok(report)
}

/// Where the packages of a Python environment are.
fn site_packages(python: &Path) -> Result<PathBuf> {
    let printed = std::process::Command::new(python).args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).output()?;
    Ok(String::from_utf8(printed.stdout)?.trim().into())
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

fn print(report: &Report) {
    println!("{}", body(report, |_| String::new()));
    println!("{}", tables::goals(&report.goals));
}

/// Every section, with a picture of it.
fn body(report: &Report, picture: impl Fn(&Section) -> String) -> String {
    let sections = report.sections.iter().map(|section| format!("{}\n{}", tables::section(section), picture(section)));
    sections.chain(report.texts.iter().cloned()).collect::<Vec<_>>().join("\n")
}

fn write(report: &Report, root: &Path) -> Result<()> {
    let docs = root.join("docs");
    std::fs::create_dir_all(&docs)?;
    for section in &report.sections {
        std::fs::write(docs.join(format!("{}.svg", section.name)), charts::svg(section))?;
    }
    let picture = |section: &Section| format!("![{}]({}.svg)\n", section.title, section.name);
    let page = format!(
        "# Benchmarks\n\nWritten by `make bench`: do not edit. `crates/bench/README.md` says what is compared and how.\n\n## Goals\n\n{}\n## Figures\n\n{}",
        tables::goals(&report.goals),
        body(report, picture)
    );
    std::fs::write(docs.join("benchmarks.md"), page)?;
    let readme = root.join("README.md");
    if let Ok(text) = std::fs::read_to_string(&readme)
        && let Some(rewritten) = replace_block(&text, &summary(report))
    {
        std::fs::write(readme, rewritten)?;
    }
    Ok(())
}

/// The block of the README: the goals, a cold function, the organization, and where it was measured.
fn summary(report: &Report) -> String {
    let start = report.sections.iter().find(|section| section.name == "start-tls").map(tables::section).unwrap_or_default();
    format!(
        "\n### Goals\n\n{}\n{start}\n![A cold function and one change event](docs/start-tls.svg)\n\n{}",
        tables::goals(&report.goals),
        report.texts.join("\n")
    )
}

/// The text with what is between the markers replaced, where it has them.
fn replace_block(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{block}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let text = "a <!-- bench:begin -->\nold\n<!-- bench:end --> b";
        assert_eq!(replace_block(text, "new\n").as_deref(), Some("a <!-- bench:begin -->\nnew\n<!-- bench:end --> b"));
        assert_eq!(replace_block("no markers", "new"), None);
    }
}

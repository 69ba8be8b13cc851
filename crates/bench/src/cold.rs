//! A cold change event as it is billed, from the smallest memory size to a whole CPU.

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};
use std::time::Duration;

use crate::billed::{Bench, Billed, Function, per_million};
use crate::figures::{Block, FLOOR, Figure, Goal, RDKLIB, RULE, Report, Section, Unit};
use crate::lab::Lab;
use crate::prices::SOURCES;
use crate::process::Endpoint;
use crate::share::Means;
use crate::statistics::Sample;
use crate::tables;

const SIZES: [u64; 5] = [128, 256, 512, 1_024, 1_769];
/// For what it costs: about what a call takes within a Region.
const LATENCY: Duration = Duration::from_millis(20);
/// This function with the first event asked for before anything is made ready, beside the three that are compared.
const LATE: usize = 3;
/// The two orders of work differ by less than two runs of one do, since the kernel looks at a quota only now and then: so they run so
/// many times where others run once.
const ORDERS: [usize; 2] = [RULE, LATE];
const OFTEN: usize = 10;

/// What was measured with one memory size.
struct Size {
    megabytes: u64,
    /// By subject, the late one last.
    boosted: [Vec<Billed>; 4],
    from_the_start: [Vec<Billed>; 4],
    /// Boosted, where AWS takes its time.
    waiting: [Vec<Billed>; 4],
}

/// All subjects in turn, with and without a whole CPU until the first poll.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let runs = lab.runs(7);
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let event = lab.events.change(HOME_ACCOUNT, "c-0001")?;
    let bench = Bench { means: &lab.means, emulator: &emulator, endpoint: &endpoint, clusters: 1 };
    let subjects = [&lab.subjects[RULE], &lab.subjects[RDKLIB], &lab.subjects[FLOOR], &lab.late];
    let mut sizes = Vec::new();
    for megabytes in SIZES {
        let mut size = Size { megabytes, boosted: Default::default(), from_the_start: Default::default(), waiting: Default::default() };
        for round in 0..=runs {
            for turn in 0..subjects.len() {
                let subject = (turn + round) % subjects.len();
                for boosted in [true, false] {
                    let values = if boosted { &mut size.boosted } else { &mut size.from_the_start };
                    for _ in 0..if boosted && ORDERS.contains(&subject) { OFTEN } else { 1 } {
                        let billed = bench.cold(subjects[subject], Function { megabytes, boosted }, &event, subject != FLOOR).await?;
                        // The first round fills the caches of the machine.
                        if round > 0 {
                            values[subject].push(billed);
                        }
                    }
                }
            }
        }
        emulator.set_latency(LATENCY);
        for _ in 0..runs {
            for subject in Lab::RULES {
                size.waiting[subject].push(bench.cold(subjects[subject], Function { megabytes, boosted: true }, &event, true).await?);
            }
        }
        emulator.set_latency(Duration::ZERO);
        sizes.push(size);
    }
    let blocks = vec![Block::Section(section(&sizes, &lab.means, runs)), Block::Text(text(&sizes))];
    Ok(Report { blocks, goals: goals(&sizes) })
}

fn section(sizes: &[Size], means: &Means, runs: usize) -> Section {
    let figures = sizes.iter().flat_map(|size| {
        let figure = |what: &str, values: &[Vec<Billed>; 4]| {
            let what = format!("{} MB, {what}", size.megabytes);
            Figure::new(what, Unit::Milliseconds, [RULE, RDKLIB, FLOOR].map(|subject| sample(&values[subject], Billed::total)))
        };
        [figure("a whole CPU for init", &size.boosted), figure("its share from the start", &size.from_the_start)]
    });
    Section {
        name: "cold",
        title: "A cold event, as billed".into(),
        note: format!(
            "Init and one change event over TLS, {runs} runs of each in turn; of this function with a whole CPU for init {OFTEN} times as many. \
             Latency of AWS: none. {} Lambda gives the init phase more CPU \
             than the function's share; nobody publishes how much, so both ends are measured.",
            means.describe()
        ),
        figures: figures.collect(),
    }
}

fn text(sizes: &[Size]) -> String {
    let header = [
        "memory",
        "init + event",
        "prepared after the first poll",
        "rdklib",
        "init + event at 20 ms a call",
        "rdklib",
        "$ a million",
        "rdklib",
    ];
    let rows = sizes.iter().map(|size| {
        let pair = |values: &[Billed]| format!("{:.1} + {:.1} ms", median(values, |b| b.init), median(values, |b| b.event));
        let dollars = |subject: usize| format!("{:.2}", per_million(median(&size.waiting[subject], Billed::total), size.megabytes));
        vec![
            format!("{} MB", size.megabytes),
            pair(&size.boosted[RULE]),
            pair(&size.boosted[LATE]),
            pair(&size.boosted[RDKLIB]),
            pair(&size.waiting[RULE]),
            pair(&size.waiting[RDKLIB]),
            dollars(RULE),
            dollars(RDKLIB),
        ]
    });
    format!(
        "A whole CPU for init, medians. Dollars for a million cold events at {} ms a call, Lambda alone. {SOURCES}\n\n{}\n{}",
        LATENCY.as_millis(),
        tables::table(&header.map(str::to_owned), rows),
        recommendation(sizes)
    )
}

/// The size with which a cold event costs least.
fn recommendation(sizes: &[Size]) -> String {
    let waiting = |size: &Size| median(&size.waiting[RULE], Billed::total);
    let cost = |size: &&Size| per_million(waiting(size), size.megabytes);
    let Some(cheapest) = sizes.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))) else { return String::new() };
    format!(
        "The cheapest is **{} MB**: {:.2} $ a million cold events of {:.0} ms. Nobody waits for an event of AWS Config, so time alone is worth nothing here.\n",
        cheapest.megabytes,
        cost(&cheapest),
        waiting(cheapest)
    )
}

fn goals(sizes: &[Size]) -> Vec<Goal> {
    let boosted = |megabytes: u64, subject: usize| {
        let size = sizes.iter().find(|size| size.megabytes == megabytes);
        size.map_or(f64::NAN, |size| median(&size.boosted[subject], Billed::total))
    };
    vec![
        Goal::new("cold event as billed at 128 MB ÷ rdklib", 1.0 / 40.0, boosted(128, RULE) / boosted(128, RDKLIB)),
        Goal::new("cold event as billed at 128 MB ÷ prepared after the first poll", 0.75, boosted(128, RULE) / boosted(128, LATE)),
        Goal::new("cold event as billed at 1,769 MB ÷ rdklib", 1.0 / 25.0, boosted(1_769, RULE) / boosted(1_769, RDKLIB)),
    ]
}

fn sample(values: &[Billed], of: impl Fn(Billed) -> f64) -> Option<Sample> {
    (!values.is_empty()).then(|| values.iter().copied().map(of).collect())
}

fn median(values: &[Billed], of: impl Fn(Billed) -> f64) -> f64 {
    sample(values, of).map_or(f64::NAN, |sample| sample.median())
}

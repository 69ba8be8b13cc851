//! What comes out: figures by subject, in sections, and the goals that they are held against.

use crate::statistics::Sample;

/// The three that are compared, in the order of the tables.
pub const SUBJECTS: [&str; 3] = ["this function", "rdklib", "empty function"];
pub const RULE: usize = 0;
pub const RDKLIB: usize = 1;
pub const FLOOR: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    Milliseconds,
    Megabytes,
    Count,
    MillionInstructions,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::Count => "",
            Self::MillionInstructions => "million instructions",
        }
    }

    /// With as many digits as mean something.
    pub fn show(self, value: f64) -> String {
        match value {
            _ if self == Self::Count => format!("{value:.0}"),
            _ if value >= 100.0 => format!("{value:.0}"),
            _ if value >= 10.0 => format!("{value:.1}"),
            _ => format!("{value:.2}"),
        }
    }
}

/// One thing that was measured of some of the subjects.
#[derive(Clone, Debug)]
pub struct Figure {
    pub what: String,
    pub unit: Unit,
    pub samples: [Option<Sample>; 3],
}

impl Figure {
    pub fn new(what: impl Into<String>, unit: Unit, samples: [Option<Sample>; 3]) -> Self {
        Self { what: what.into(), unit, samples }
    }

    pub fn median(&self, subject: usize) -> Option<f64> {
        self.samples[subject].as_ref().map(Sample::median)
    }

    /// How many times as much the one is as the other.
    pub fn ratio(&self, of: usize, to: usize) -> Option<f64> {
        Some(self.median(of)? / self.median(to)?)
    }
}

/// Figures that belong together: a table and a chart.
#[derive(Clone, Debug)]
pub struct Section {
    /// Of its chart's file.
    pub name: &'static str,
    pub title: String,
    pub note: String,
    pub figures: Vec<Figure>,
}

/// What a part of the benchmark brings, in the order of the page.
#[derive(Default)]
pub struct Report {
    pub blocks: Vec<Block>,
    pub goals: Vec<Goal>,
}

/// A piece of the page.
pub enum Block {
    Section(Section),
    /// Ready Markdown that is not a comparison of the three.
    Text(String),
}

impl Report {
    /// What another part brings comes after this.
    pub fn append(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        self.goals.extend(other.goals);
    }

    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Section(section) => Some(section),
            Block::Text(_) => None,
        })
    }
}

/// A bound that was set before measuring.
#[derive(Clone, Debug)]
pub struct Goal {
    pub what: String,
    /// At most this.
    pub limit: f64,
    pub measured: f64,
    pub unit: &'static str,
}

impl Goal {
    pub fn new(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        Self { what: what.into(), limit, measured, unit: "×" }
    }

    pub fn met(&self) -> bool {
        self.measured <= self.limit
    }
}

//! What a judging command found, as plain data: every output format renders this, and its JSON is a promise (version 1).

use std::collections::BTreeMap;

use serde::Serialize;

/// The version of the JSON: it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// What one run of a command found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// This program.
    pub tool: Tool,
    /// Which command ran.
    pub command: Command,
    /// When it began, as in RFC 3339.
    pub started_at: String,
    /// The rule parameters that were asked, defaults included, unset ones left out: what `ruleParameters` would be.
    pub parameters: BTreeMap<&'static str, String>,
    /// One a cluster that was judged.
    pub results: Vec<Judged>,
    /// What could not be looked at: none of it is in `results`.
    pub errors: Vec<NotLooked>,
    /// How many there are of each.
    pub summary: Summary,
    /// What only people want to know.
    #[serde(skip)]
    pub context: Context,
}

/// The program that wrote a report.
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// `neptune-audit`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Default for Tool {
    fn default() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    }
}

/// The judging commands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Live clusters.
    Scan,
    /// Terraform plans.
    Plan,
    /// CloudFormation templates.
    Template,
}

/// What the run was like: shown to people, not part of the JSON.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Who asked: the caller's ARN, as STS tells it.
    pub principal: Option<String>,
    /// The accounts that were to be looked at.
    pub accounts: Vec<String>,
    /// The Regions that were to be looked at.
    pub regions: Vec<String>,
    /// Whether the run was stopped before its end.
    pub incomplete: bool,
    /// What else a reader should know, a sentence each.
    pub notes: Vec<String>,
}

/// One cluster that was judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The certain codes, each once, in the order of the links. Empty unless the verdict is NON_COMPLIANT or FAIL.
    pub codes: Vec<&'static str>,
    /// The verdict in words.
    pub message: String,
    /// The links of each log type.
    pub links: Vec<LinkState>,
    /// The codes that an ignore file suppresses.
    pub suppressed: Option<Vec<Suppressed>>,
    /// Which cluster.
    #[serde(flatten)]
    pub place: Place,
}

/// The words for a cluster. A forecast must not read like evidence, so it has words of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// `scan`: a link is broken.
    NonCompliant,
    /// `plan`, `template`: a link will be broken.
    Fail,
    /// `plan`, `template`: it depends on what is not known yet.
    Undecided,
    /// `scan`: every link holds.
    Compliant,
    /// `plan`, `template`: every link will hold.
    Pass,
    /// Not judged: exempt, or being deleted.
    NotApplicable,
}

impl Verdict {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NonCompliant => "NON_COMPLIANT",
            Self::Fail => "FAIL",
            Self::Undecided => "UNDECIDED",
            Self::Compliant => "COMPLIANT",
            Self::Pass => "PASS",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }

    /// Whether a link is broken for certain.
    pub fn is_broken(self) -> bool {
        matches!(self, Self::NonCompliant | Self::Fail)
    }
}

/// Where a cluster is.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// A cluster of an account.
    #[serde(rename_all = "camelCase")]
    Live {
        /// The account's number.
        account: String,
        /// The Region.
        region: String,
        /// The cluster's identifier.
        cluster: String,
        /// Its resource id (`cluster-…`).
        resource_id: String,
        /// Its ARN, where Neptune said it.
        #[serde(skip)]
        arn: Option<String>,
    },
    /// A cluster that a file declares.
    #[serde(rename_all = "camelCase")]
    Declared {
        /// The file, as it was named.
        file: String,
        /// Terraform's address, or the logical id in a template.
        address: String,
        /// The line, where the format has lines.
        line: Option<u32>,
        /// The column, where the format has columns.
        #[serde(skip)]
        column: Option<u32>,
        /// What the verdict rests on.
        basis: Basis,
        /// What else a reader should know.
        notes: Vec<String>,
    },
}

impl Place {
    /// The name to show for the cluster.
    pub fn name(&self) -> &str {
        match self {
            Self::Live { cluster, .. } => cluster,
            Self::Declared { address, .. } => address,
        }
    }
}

/// What a forecast rests on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Values that are known.
    Value,
    /// A reference to another resource.
    Reference,
}

impl Basis {
    /// What both together are: a reference, if one of them is.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Value { other } else { self }
    }
}

/// One link of a trail, for one log type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkState {
    /// `audit` or `slowquery`.
    pub log_type: &'static str,
    /// The link, as [`LINKS`] names it.
    pub link: &'static str,
    /// How it is.
    pub state: State,
    /// The code, where it is broken, or may be.
    pub code: Option<&'static str>,
    /// What was found.
    pub detail: Option<String>,
    /// What to do.
    pub remedy: Option<String>,
}

impl LinkState {
    /// Whether both are the same finding about the same log.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let said = |link: &Self| (link.log_type, link.code, link.detail.clone(), link.remedy.clone());
        self.code.is_some() && said(self) == said(other)
    }
}

/// How a link is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Holds,
    /// It is broken.
    Broken,
    /// It may be broken.
    Undecided,
    /// Nothing asks for it.
    NotAsked,
}

impl State {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Undecided => "undecided",
            Self::NotAsked => "not_asked",
        }
    }

    /// Whether a code stands for it.
    pub fn is_finding(self) -> bool {
        matches!(self, Self::Broken | Self::Undecided)
    }
}

/// A code that somebody chose to live with.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Suppressed {
    /// The code; nothing where it is a verdict without codes (UNDECIDED).
    pub code: Option<&'static str>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: String,
}

impl Suppressed {
    /// In words.
    pub fn sentence(&self) -> String {
        format!("suppressed until {}: {}", self.until, self.reason)
    }
}

/// A Region, account, cluster or file that could not be looked at.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NotLooked {
    /// The account, where known.
    pub account: Option<String>,
    /// The Region, where known.
    pub region: Option<String>,
    /// The cluster, where known.
    pub cluster: Option<String>,
    /// The permission of the call that failed, where it was a call.
    pub permission: Option<String>,
    /// What went wrong.
    pub message: String,
}

impl NotLooked {
    /// What went wrong, with the permission, said once.
    pub fn sentence(&self) -> String {
        match &self.permission {
            Some(permission) if !self.message.contains(permission.as_str()) => format!("{permission}: {}", self.message),
            _ => self.message.clone(),
        }
    }
}

/// How many there are of each. A cluster counts once; one with nothing left but what is suppressed counts as suppressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Summary {
    /// Of a scan.
    #[serde(rename_all = "camelCase")]
    Scan {
        /// COMPLIANT.
        compliant: usize,
        /// NON_COMPLIANT.
        non_compliant: usize,
        /// NOT_APPLICABLE.
        not_applicable: usize,
        /// Suppressed.
        suppressed: usize,
        /// Not looked at.
        errors: usize,
    },
    /// Of a plan or template.
    #[serde(rename_all = "camelCase")]
    Forecast {
        /// PASS.
        pass: usize,
        /// FAIL.
        fail: usize,
        /// UNDECIDED.
        undecided: usize,
        /// NOT_APPLICABLE.
        not_applicable: usize,
        /// Suppressed.
        suppressed: usize,
        /// Not looked at.
        errors: usize,
    },
}

impl Summary {
    /// Counts.
    pub fn of(command: Command, results: &[Judged], errors: &[NotLooked]) -> Self {
        let of = |standing| results.iter().filter(|judged| judged.standing() == standing).count();
        let (fine, broken, undecided) = (of(Standing::Fine), of(Standing::Broken), of(Standing::Undecided));
        let (not_applicable, suppressed, errors) = (of(Standing::NotApplicable), of(Standing::Suppressed), errors.len());
        match command {
            Command::Scan => Self::Scan { compliant: fine, non_compliant: broken, not_applicable, suppressed, errors },
            Command::Plan | Command::Template => Self::Forecast { pass: fine, fail: broken, undecided, not_applicable, suppressed, errors },
        }
    }
}

/// What is left of a verdict once what somebody chose to live with is taken out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Something is broken.
    Broken,
    /// Nothing is broken, something is undecided.
    Undecided,
    /// Nothing is left but what is suppressed.
    Suppressed,
    /// Every link holds.
    Fine,
    /// Not judged.
    NotApplicable,
}

impl Judged {
    /// What is broken or may be: each code once. `None` stands for something undecided that has no code.
    pub fn findings(&self) -> Vec<Option<&'static str>> {
        if !matches!(self.verdict, Verdict::NonCompliant | Verdict::Fail | Verdict::Undecided) {
            return Vec::new();
        }
        let mut findings = Vec::new();
        let of_links = self.links.iter().filter(|link| link.state.is_finding()).map(|link| link.code);
        for code in self.codes.iter().copied().map(Some).chain(of_links) {
            if !findings.contains(&code) {
                findings.push(code);
            }
        }
        if findings.is_empty() { vec![None] } else { findings }
    }

    /// The links that are broken or may be, without those that say what another of the same log has said: one missing log group breaks
    /// several links in the same way.
    pub fn broken_links(&self) -> Vec<&LinkState> {
        let mut broken: Vec<&LinkState> = Vec::new();
        for link in self.links.iter().filter(|link| link.state.is_finding()) {
            if !broken.iter().any(|said| said.says_the_same_as(link)) {
                broken.push(link);
            }
        }
        broken
    }

    /// What else a reader should know: the notes, and what a verdict rests on where that is no value.
    pub fn remarks(&self) -> Vec<String> {
        let Place::Declared { basis, notes, .. } = &self.place else {
            return Vec::new();
        };
        let is_certain = matches!(self.verdict, Verdict::Pass | Verdict::Fail);
        let by_reference = (*basis == Basis::Reference && is_certain).then(|| "it rests on a reference, not on a value".to_owned());
        by_reference.into_iter().chain(notes.iter().cloned()).collect()
    }

    /// The suppression of a finding, if there is one.
    pub fn suppression(&self, code: Option<&'static str>) -> Option<&Suppressed> {
        self.suppressed.iter().flatten().find(|suppressed| suppressed.code == code)
    }

    /// What counts for the exit code and the summary.
    pub fn standing(&self) -> Standing {
        let findings = self.findings();
        let mut left = findings.iter().filter(|code| self.suppression(**code).is_none()).peekable();
        match self.verdict {
            Verdict::NotApplicable => Standing::NotApplicable,
            Verdict::Compliant | Verdict::Pass => Standing::Fine,
            _ if left.peek().is_none() => Standing::Suppressed,
            _ if left.any(|code| code.is_some_and(|code| self.codes.contains(&code))) => Standing::Broken,
            _ => Standing::Undecided,
        }
    }
}

impl Report {
    /// A report of what was found, counted; the order is the caller's.
    pub fn new(
        command: Command,
        started_at: String,
        parameters: BTreeMap<&'static str, String>,
        results: Vec<Judged>,
        errors: Vec<NotLooked>,
        context: Context,
    ) -> Self {
        let summary = Summary::of(command, &results, &errors);
        Self { version: VERSION, tool: Tool::default(), command, started_at, parameters, results, errors, summary, context }
    }

    /// Counts again, after something changed.
    pub fn count(&mut self) {
        self.summary = Summary::of(self.command, &self.results, &self.errors);
    }
}

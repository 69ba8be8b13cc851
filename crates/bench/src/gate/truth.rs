//! Plans of which it is known whether each cluster will have its trail, and what an answer is worth beside that.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Pass,
    Undecided,
    Fail,
}

impl Verdict {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "PASS" | "holds" => Some(Self::Pass),
            "FAIL" | "broken" => Some(Self::Fail),
            "UNDECIDED" | "undecided" | "unknown" => Some(Self::Undecided),
            _ => None,
        }
    }
}

/// Of each cluster, by the name of the plan's file and Terraform's address.
pub type Verdicts = BTreeMap<(String, String), Verdict>;

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    Right,
    /// It fails what a plan cannot tell: all that an engine without a third answer can do.
    Careful,
    /// It cannot tell what the plan tells.
    Vague,
    Unseen,
    WrongFail,
    /// A cluster that will not log, or of which nobody can know, passes.
    WrongPass,
}

impl Worth {
    pub const ALL: [Self; 6] = [Self::Right, Self::Careful, Self::Vague, Self::Unseen, Self::WrongFail, Self::WrongPass];

    pub fn of(truth: Verdict, answer: Option<Verdict>) -> Self {
        match (truth, answer) {
            (_, None) => Self::Unseen,
            (truth, Some(answer)) if truth == answer => Self::Right,
            (_, Some(Verdict::Pass)) => Self::WrongPass,
            (_, Some(Verdict::Undecided)) => Self::Vague,
            (Verdict::Undecided, Some(Verdict::Fail)) => Self::Careful,
            (_, Some(Verdict::Fail)) => Self::WrongFail,
        }
    }
}

/// How many answers are worth what, and the clusters that pass and must not.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<Worth, usize>,
    pub wrong_passes: Vec<(String, String)>,
}

impl Tally {
    pub fn new(truth: &Verdicts, answers: &Verdicts) -> Self {
        let mut tally = Self::default();
        for (cluster, verdict) in truth {
            let worth = Worth::of(*verdict, answers.get(cluster).copied());
            *tally.counts.entry(worth).or_default() += 1;
            if worth == Worth::WrongPass {
                tally.wrong_passes.push(cluster.clone());
            }
        }
        tally
    }

    pub fn count(&self, worth: Worth) -> usize {
        self.counts.get(&worth).copied().unwrap_or_default()
    }
}

/// The worst of what is said of a cluster's links.
pub fn worst(links: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    links.into_iter().max()
}

/// Where a plan is, and the name that it gets beside the others.
pub struct Plan {
    pub name: String,
    pub document: Value,
}

/// Every plan of the tests whose verdicts are written down, and those.
pub fn known(root: &Path) -> Result<(Vec<Plan>, Verdicts)> {
    let (mut plans, mut truth) = (Vec::new(), Verdicts::new());
    let fixtures = root.join("crates/cli/tests/fixtures/plans");
    for (name, verdicts) in object(&read(&fixtures.join("verdicts.json"))?)? {
        plans.push(Plan { name: format!("{name}.json"), document: read(&fixtures.join(name).join("plan.json"))? });
        for (address, verdict) in object(verdicts)? {
            let verdict = verdict.as_str().and_then(Verdict::parse).context("no verdict")?;
            truth.insert((format!("{name}.json"), address.clone()), verdict);
        }
    }
    for name in ["terraform", "changes"] {
        let folder = root.join("tests/policies").join(name);
        plans.push(Plan { name: format!("{name}.json"), document: read(&folder.join("plan.json"))? });
        for (address, links) in object(&read(&folder.join("expected.json"))?)? {
            if let Some(verdict) = worst(["generated", "exported"].iter().filter_map(|link| Verdict::parse(links[*link].as_str()?))) {
                truth.insert((format!("{name}.json"), address.clone()), verdict);
            }
        }
    }
    Ok((plans, truth))
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("no {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

fn object(value: &Value) -> Result<&serde_json::Map<String, Value>> {
    value.as_object().context("no JSON object")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_worth_what_the_truth_makes_of_it() {
        use Verdict::{Fail, Pass, Undecided};
        for (truth, answer, worth) in [
            (Pass, Some(Pass), Worth::Right),
            (Undecided, Some(Undecided), Worth::Right),
            (Fail, Some(Pass), Worth::WrongPass),
            (Undecided, Some(Pass), Worth::WrongPass),
            (Undecided, Some(Fail), Worth::Careful),
            (Pass, Some(Fail), Worth::WrongFail),
            (Fail, Some(Undecided), Worth::Vague),
            (Fail, None, Worth::Unseen),
        ] {
            assert_eq!(Worth::of(truth, answer), worth, "{truth:?} {answer:?}");
        }
    }

    #[test]
    fn every_cluster_of_the_truth_is_counted_once() {
        let key = |name: &str| ("plan.json".to_owned(), name.to_owned());
        let truth = Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Fail), (key("c"), Verdict::Fail)]);
        let answers = Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Pass), (key("d"), Verdict::Pass)]);
        let tally = Tally::new(&truth, &answers);
        assert_eq!(Worth::ALL.map(|worth| tally.count(worth)), [1, 0, 0, 1, 0, 1]);
        assert_eq!(tally.wrong_passes, [key("b")]);
    }

    #[test]
    fn the_worst_link_decides() {
        use Verdict::{Fail, Pass, Undecided};
        assert_eq!(worst([Pass, Undecided]), Some(Undecided));
        assert_eq!(worst([Fail, Undecided, Pass]), Some(Fail));
        assert_eq!(worst([]), None);
    }

    #[test]
    fn the_plans_of_the_tests_are_there_with_their_verdicts() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let (plans, truth) = known(root).unwrap();
        assert!(plans.len() > 10 && truth.len() > 100, "{} {}", plans.len(), truth.len());
        for plan in &plans {
            assert!(truth.keys().any(|(name, _)| *name == plan.name), "{}", plan.name);
        }
    }
}

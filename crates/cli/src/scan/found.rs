//! What a scan knows so far: all that there is to print when somebody stops it.

use std::collections::BTreeSet;

use neptune_audit_scan::error::CallError;

use super::wording;
use crate::args::ScanArgs;
use crate::report::{Command, Context, Judged, NotLooked, Place, Report};

/// What is known so far: all that there is to print when somebody stops the scan.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) results: Vec<Judged>,
    pub(super) errors: Vec<NotLooked>,
    pub(super) context: Context,
    /// What was not looked at to its end: an account, or one of its Regions.
    pub(super) open: BTreeSet<(String, Option<String>)>,
}

impl Found {
    /// Says of everything that was still being looked at that it was not.
    pub(super) fn interrupt(&mut self) {
        self.context.incomplete = true;
        let interrupted = |account, region| NotLooked {
            account,
            region,
            message: "interrupted before everything there was looked at".to_owned(),
            ..NotLooked::default()
        };
        let open = std::mem::take(&mut self.open);
        if open.is_empty() {
            self.errors.push(interrupted(None, None));
        }
        self.errors.extend(open.into_iter().map(|(account, region)| interrupted(Some(account), region)));
    }

    /// Says of each cluster that was named and is nowhere that it is nowhere: a misspelt name must not pass.
    pub(super) fn miss(&mut self, named: &[String]) {
        let is = |place: &Place, name: &str| place.name().eq_ignore_ascii_case(name);
        let found = |name: &str| {
            self.results.iter().any(|judged| is(&judged.place, name))
                || self.errors.iter().any(|error| error.cluster.as_deref().is_some_and(|cluster| cluster.eq_ignore_ascii_case(name)))
        };
        let missing: Vec<_> = named.iter().filter(|name| !found(name)).cloned().collect();
        self.errors.extend(missing.into_iter().map(|name| NotLooked {
            message: format!("no Neptune cluster `{name}` was found where the scan looked"),
            cluster: Some(name),
            ..NotLooked::default()
        }));
    }

    pub(super) fn report(mut self, args: &ScanArgs, started: String) -> Report {
        self.results.sort_by(|one, other| wording::order(&one.place).cmp(&wording::order(&other.place)));
        self.errors.sort_by(|one, other| (&one.account, &one.region, &one.cluster).cmp(&(&other.account, &other.region, &other.cluster)));
        self.context.regions.sort();
        Report::new(Command::Scan, started, args.common.parameters.asked(), self.results, self.errors, self.context)
    }
}

/// A call that failed, as a row.
pub(super) fn not_looked_call(account: Option<&str>, region: Option<&str>, cluster: Option<&str>, error: &CallError) -> NotLooked {
    let text = |part: Option<&str>| part.map(str::to_owned);
    NotLooked {
        account: text(account),
        region: text(region),
        cluster: text(cluster),
        permission: Some(error.action.to_owned()),
        message: error.to_string(),
    }
}

//! `neptune-audit scan`: judges live clusters, in several accounts and Regions, and writes nothing anywhere.
//!
//! In reading order: [`caller`] finds out who asks, [`organization`] and [`account`] where to look, [`look`] judges one account and Region,
//! [`wording`] says what was found.

mod account;
mod caller;
mod found;
mod look;
mod organization;
mod pair;
mod progress;
mod wording;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::SystemTime;

use aws_types::region::Region;
use futures_util::stream::{self, StreamExt};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::Calls;

use self::caller::Caller;
use self::found::{Found, not_looked_call};
use self::look::Look;
use self::pair::Pair;
use self::progress::Progress;
use crate::args::ScanArgs;
use crate::error::Failure;
use crate::judging;
use crate::report::{NotLooked, Report};
use crate::suppressions::Suppressions;

/// Pairs of account and Region that are looked at together: enough that one slow Region is waited for by nobody, and few enough for one
/// process.
const PAIRS_AT_ONCE: usize = 8;

/// One scan.
struct Scan<'a> {
    args: &'a ScanArgs,
    found: &'a RefCell<Found>,
    progress: &'a Progress,
    calls: Calls,
    look: Look<'a>,
}

/// Scans and reports.
///
/// # Errors
/// When something else has to be typed.
pub fn run(args: &ScanArgs) -> Result<u8, Failure> {
    let required = args.common.parameters.requirements()?;
    let suppressions = Suppressions::read(args.common.ignore_file.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::not_looked(format!("cannot start: {error}")))?;
    let report = runtime.block_on(scan(args, &required))?;
    judging::conclude(report, &suppressions, &args.common)
}

async fn scan(args: &ScanArgs, required: &Requirements) -> Result<Report, Failure> {
    let started = judging::written(SystemTime::now());
    let (found, progress) = (RefCell::default(), Progress::new(args.common.quiet));
    let calls = Calls::default();
    let mut named = args.cluster.clone();
    // Names of clusters have no case.
    named.sort_by_key(|name| name.to_ascii_lowercase());
    named.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    let look = Look { required, named: &named, calls: calls.clone(), found: &found, progress: &progress };
    let scan = Scan { args, found: &found, progress: &progress, calls, look };
    let stopped = tokio::select! {
        ended = scan.look_everywhere() => { ended?; false }
        _ = tokio::signal::ctrl_c() => true,
    };
    progress.finish();
    if args.common.verbose {
        crate::say("note", &format!("{} calls to AWS", scan.calls.count()));
    }
    let mut found = found.take();
    if stopped {
        found.interrupt()
    } else {
        found.miss(&named)
    }
    Ok(found.report(args, started))
}

impl Scan<'_> {
    async fn look_everywhere(&self) -> Result<(), Failure> {
        self.progress.finding_out("finding out who asks");
        let args = self.args;
        let sdk = caller::settings(args.profile.as_deref(), &args.region, args.all_regions).await?;
        let caller = match caller::identify(sdk, args.profile.as_deref(), &self.calls).await {
            Ok(caller) => caller,
            Err(error) => {
                // Whoever sees the table on a terminal reads it there.
                if !std::io::stdout().is_terminal() {
                    crate::say("error", &error.message);
                }
                self.found.borrow_mut().errors.push(error);
                return Ok(());
            }
        };
        self.found.borrow_mut().context.principal = Some(caller.arn.clone());
        let accounts = self.accounts(&caller).await?;
        self.progress.finding_out("finding out where to look");
        let pairs = stream::iter(&accounts).map(|account| self.open(&caller, account)).buffer_unordered(PAIRS_AT_ONCE);
        let mut pairs: Vec<Pair> = pairs.concat().await;
        pairs.sort_by(|one, other| (&one.account, &one.region).cmp(&(&other.account, &other.region)));
        self.progress.pairs(pairs.len());
        stream::iter(&pairs).map(|pair| self.look_at(pair)).buffer_unordered(PAIRS_AT_ONCE).collect::<()>().await;
        Ok(())
    }

    /// The accounts to look at.
    async fn accounts(&self, caller: &Caller) -> Result<Vec<String>, Failure> {
        let mut accounts = if self.args.organization {
            self.progress.finding_out("listing the accounts of the organization");
            let organization = organization::list(&caller.sdk, &self.calls).await;
            let mut found = self.found.borrow_mut();
            for (account, state) in &organization.left_out {
                let note = format!("Account {account} of the organization was left out: it is {state}.");
                if !self.args.common.quiet {
                    crate::say("note", &note);
                }
                found.context.notes.push(note);
            }
            found.errors.extend(organization.incomplete.iter().map(|error| not_looked_call(None, None, None, error)));
            organization.active
        } else if self.args.account.is_empty() {
            vec![caller.account.clone()]
        } else {
            self.args.account.clone()
        };
        accounts.sort();
        accounts.dedup();
        if self.args.role_name.is_none()
            && let Some(other) = accounts.iter().find(|account| **account != caller.account)
        {
            let own = &caller.account;
            return Err(Failure::usage(format!(
                "account {other} is not the caller's own, which is {own}: name the role to assume there with `--role-name`"
            )));
        }
        let mut found = self.found.borrow_mut();
        found.context.accounts.clone_from(&accounts);
        found.open = accounts.iter().map(|account| (account.clone(), None)).collect();
        Ok(accounts)
    }

    /// The pairs of an account.
    async fn open(&self, caller: &Caller, account: &str) -> Vec<Pair> {
        let pairs = self.pairs(caller, account).await;
        let mut found = self.found.borrow_mut();
        found.open.remove(&(account.to_owned(), None));
        match pairs {
            Ok(pairs) => {
                for pair in &pairs {
                    found.open.insert((pair.account.clone(), Some(pair.region.clone())));
                    if !found.context.regions.contains(&pair.region) {
                        found.context.regions.push(pair.region.clone());
                    }
                }
                pairs
            }
            Err(error) => {
                found.errors.push(error);
                Vec::new()
            }
        }
    }

    async fn pairs(&self, caller: &Caller, account: &str) -> Result<Vec<Pair>, NotLooked> {
        let of_account = |error: CallError| not_looked_call(Some(account), None, None, &error);
        let sdk = account::enter(caller, account, self.args.role_name.as_deref(), &self.calls).await.map_err(of_account)?;
        let regions = if self.args.all_regions {
            let regions = account::enabled_regions(&sdk, account, &self.calls).await;
            regions.map_err(|error| {
                let mut row = of_account(error);
                row.message.push_str("; allow it, or name the Regions with `--region`");
                row
            })?
        } else if self.args.region.is_empty() {
            sdk.region().map(|region| region.as_ref().to_owned()).into_iter().collect()
        } else {
            self.args.region.clone()
        };
        let regions: BTreeSet<String> = regions.into_iter().collect();
        let in_region = |region: String| {
            let sdk = sdk.to_builder().region(Region::new(region.clone())).build();
            Pair { account: account.to_owned(), region, sdk }
        };
        Ok(regions.into_iter().map(in_region).collect())
    }

    async fn look_at(&self, pair: &Pair) {
        self.progress.begins(pair);
        self.look.at(pair).await;
        self.found.borrow_mut().open.remove(&(pair.account.clone(), Some(pair.region.clone())));
        self.progress.ends(pair);
    }
}

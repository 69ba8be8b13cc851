//! What people see while a scan runs: how far it is, and what it waits for. Only on a terminal.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::pair::Pair;
use crate::output::one_line;

const TICK: Duration = Duration::from_millis(120);

/// The line on the terminal.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    pairs: usize,
    done: usize,
    clusters: usize,
    open: BTreeSet<(String, String)>,
}

impl Progress {
    /// Shows nothing where nobody watches, or where nobody wants it.
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet || !std::io::stderr().is_terminal() { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {wide_msg}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Self { bar, state: RefCell::default() }
    }

    /// Before there are pairs of account and Region: what is being found out.
    pub(super) fn finding_out(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// How many pairs there are.
    pub(super) fn pairs(&self, count: usize) {
        self.state.borrow_mut().pairs = count;
        self.show();
    }

    /// A pair is being looked at.
    pub(super) fn begins(&self, pair: &Pair) {
        self.state.borrow_mut().open.insert((pair.account.clone(), pair.region.clone()));
        self.show();
    }

    /// A cluster was judged.
    pub(super) fn judged(&self) {
        self.state.borrow_mut().clusters += 1;
        self.show();
    }

    /// A pair was looked at.
    pub(super) fn ends(&self, pair: &Pair) {
        let mut state = self.state.borrow_mut();
        state.done += 1;
        state.open.remove(&(pair.account.clone(), pair.region.clone()));
        drop(state);
        self.show();
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self) {
        if !self.bar.is_hidden() {
            self.bar.set_message(self.state.borrow().to_string());
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {} accounts and Regions, {} clusters so far", self.done, self.pairs, self.clusters)?;
        match (self.open.first(), self.open.len()) {
            (Some((account, region)), 1) => write!(formatter, "; waiting for {} {}", one_line(account), one_line(region)),
            (Some((account, region)), count) => {
                write!(formatter, "; waiting for {} {} and {} more", one_line(account), one_line(region), count - 1)
            }
            (None, _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_it_is_and_what_it_waits_for() {
        let place = |region: &str| ("111122223333".to_owned(), region.to_owned());
        let open = BTreeSet::from([place("eu-west-1"), place("eu-central-1"), place("us-east-1")]);
        let state = State { pairs: 16, done: 3, clusters: 120, open };
        let line = "3 of 16 accounts and Regions, 120 clusters so far; waiting for 111122223333 eu-central-1 and 2 more";
        assert_eq!(state.to_string(), line);
    }

    #[test]
    fn nothing_is_shown_where_stderr_is_no_terminal() {
        assert!(Progress::new(true).bar.is_hidden());
    }
}

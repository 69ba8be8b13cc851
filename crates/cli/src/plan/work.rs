//! Counts what is done for a plan, in tests only: how the work grows must be known, and a clock knows it only roughly.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Something was looked at, compared, or followed.
pub(super) fn step() {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// How often, since this was last asked.
#[cfg(test)]
pub(super) fn steps() -> usize {
    STEPS.with(|steps| steps.replace(0))
}

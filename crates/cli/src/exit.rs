//! The exit codes of the command, in one place: `--help`, the documents and the tests read them from here.

/// Everything holds.
pub const OK: u8 = 0;
/// A link of a trail is broken.
pub const BROKEN: u8 = 1;
/// Wrong usage, or input that cannot be read.
pub const USAGE: u8 = 2;
/// Something could not be looked at. What was found is printed all the same.
pub const NOT_LOOKED: u8 = 3;
/// Nothing is broken, and something is undecided.
pub const UNDECIDED: u8 = 4;
/// There was nothing to judge: an empty answer is not a pass.
pub const EMPTY: u8 = 5;
/// Stopped by Ctrl-C; 128 and the number of the signal, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// What each code means, as `--help` and the documents say it.
pub const MEANINGS: [(u8, &str); 7] = [
    (OK, "everything holds (or --soft-fail, for 1 and 4)"),
    (BROKEN, "a link of a trail is broken"),
    (USAGE, "wrong usage, or input that cannot be read"),
    (NOT_LOOKED, "could not look somewhere; what was found is still printed"),
    (UNDECIDED, "nothing broken, something undecided (--allow-undecided: 0)"),
    (EMPTY, "nothing to judge, or all of it NOT_APPLICABLE (--allow-empty: 0)"),
    (INTERRUPTED, "interrupted; what was known is printed, marked incomplete"),
];

/// The table of exit codes at the end of `--help`.
pub fn help() -> String {
    let lines = MEANINGS.map(|(code, meaning)| format!("  {code:>3}  {meaning}"));
    format!("Exit codes, the first that applies of 2, 3, 1, 4, 5, 0:\n{}", lines.join("\n"))
}

//! Lines that end between words, never inside one.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, wrap};

/// The lines of a text, with an indent before each. A word that is longer than a line has one of its own.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(indent)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
}

/// How wide the longest word of a text is.
pub(crate) fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(display_width).max().unwrap_or_default()
}

/// How wide the longest line of a text is.
pub(crate) fn longest_line(text: &str) -> usize {
    text.lines().map(display_width).max().unwrap_or_default()
}

//! `neptune-audit explain`: what a code means, why it matters, how to mend it. The text is the page that the documents show.

use neptune_audit_core::finding::Code;

use crate::error::Failure;

/// A section for each code, headed by it.
const LINKS: &str = include_str!("../../../docs/links.md");

/// Prints a code's section, or without a code one line for each.
///
/// # Errors
/// When there is no such code.
pub fn run(code: Option<&str>) -> Result<u8, Failure> {
    let text = match code {
        None => every_code(),
        Some(name) => section(name).ok_or_else(|| {
            let known = Code::ALL.map(Code::as_str).join(", ");
            Failure::usage(format!("there is no code `{name}`: the codes are {known}"))
        })?,
    };
    crate::print(&text)?;
    Ok(crate::exit::OK)
}

fn every_code() -> String {
    let widest = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    let line = |code: Code| format!("{:widest$}  {}\n", code.as_str(), first_sentence(code.as_str()).unwrap_or_default());
    Code::ALL.map(line).concat() + "\nneptune-audit explain CODE says how to mend it.\n"
}

/// The section of a code, whatever the case it is typed in.
pub(crate) fn section(name: &str) -> Option<String> {
    let code = Code::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(name))?;
    let heading = format!("## {code}");
    let mut lines = LINKS.lines().skip_while(|line| line.trim_end() != heading);
    let first = lines.next()?.trim_start_matches("## ");
    let rest: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    Some(format!("{first}\n{}\n", rest.join("\n").trim_end()))
}

fn first_sentence(name: &str) -> Option<String> {
    let section = section(name)?;
    section.lines().skip(1).find(|line| !line.trim().is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_section_that_says_how_to_mend_it() {
        for code in Code::ALL {
            let section = section(code.as_str()).unwrap_or_else(|| panic!("docs/links.md has no section `## {code}`"));
            for part in ["### Risk", "### Fix", "https://docs.aws.amazon.com/"] {
                assert!(section.contains(part), "{code}: no `{part}`");
            }
        }
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let section = section("parameter_off").unwrap();
        assert!(section.starts_with("PARAMETER_OFF\n") && !section.contains("NOT_IN_EFFECT\n"), "{section}");
    }

    #[test]
    fn the_list_has_a_sentence_for_every_code() {
        for line in every_code().lines().take(Code::ALL.len()) {
            assert!(line.ends_with('.') && line.split_whitespace().count() > 4, "{line}");
        }
    }
}

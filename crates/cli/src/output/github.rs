//! Workflow commands, which show findings beside the lines of a change.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use super::finding::findings;
use super::{one_line, printable};
use crate::report::{Place, Report};

/// The report as workflow commands, one a line.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for judged in &report.results {
        let Place::Declared { file, address, line, column, .. } = &judged.place else {
            continue;
        };
        let mut command = |level: &str, title: &str, message: &str| {
            let _ = write!(text, "::{level} file={}", property(file));
            for (name, number) in [("line", line), ("col", column)] {
                let _ = number.map(|number| write!(text, ",{name}={number}"));
            }
            let _ = writeln!(text, ",title={}::{}", property(title), data(message));
        };
        let findings = findings(judged);
        for finding in &findings {
            let title = format!("{} {address}", finding.code.unwrap_or("UNDECIDED"));
            match (finding.suppressed, finding.is_certain) {
                (Some(suppressed), _) => {
                    command("notice", &format!("suppressed: {title}"), &format!("{}\n{}", suppressed.sentence(), finding.message));
                }
                (None, true) => command("error", &title, &finding.message),
                (None, false) => command("warning", &title, &finding.message),
            }
        }
        // Whoever has a finding reads them there.
        let remarks = judged.remarks();
        if findings.is_empty() && !remarks.is_empty() {
            command("notice", &format!("{} {address}", judged.verdict.as_str()), &remarks.join("\n"));
        }
    }
    for error in &report.errors {
        let _ = writeln!(text, "::error title=could not look::{}", data(&error.message));
    }
    text
}

/// What may stand behind the `::`. A line break would begin another command.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What may stand as a property, where commas and colons have a meaning too.
fn property(text: &str) -> String {
    data(&one_line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn no_name_can_begin_a_command_of_its_own() {
        let text = render(&sample::forecast());
        for line in text.lines() {
            assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{line}");
            assert_eq!(line.matches("::").count(), 2, "{line}");
        }
    }

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(data("100%\r\n::error::x"), "100%25\u{fffd}%0A::error::x");
        assert_eq!(property("a,b:c\nd"), "a%2Cb%3Ac d");
    }

    #[test]
    fn a_broken_link_is_an_error_and_a_doubt_a_warning() {
        let text = render(&sample::forecast());
        assert!(text.contains("::error file=plan.json,title=PARAMETER_OFF aws_neptune_cluster.broken::"), "{text}");
        assert!(text.contains("::warning file=template.yaml,line=7,col=3,title=PARAMETER_OFF Doubtful::"), "{text}");
        assert!(text.contains("::warning file=plan.json,title=UNDECIDED aws_neptune_cluster.deferred::"), "{text}");
        assert!(
            text.contains(
                "::notice file=plan.json,title=suppressed%3A EXPORT_OFF aws_neptune_cluster.old::suppressed until 2099-03-31: goes away"
            ),
            "{text}"
        );
        assert!(text.contains("::error title=could not look::"), "{text}");
    }
}

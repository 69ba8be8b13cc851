//! What the pages say of the code is what the code says: `BLESS=1 cargo test --test documents` writes it anew.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::path::Path;

use neptune_audit_core::examples::{BREAKS, healthy, strictest};
use neptune_audit_core::finding::Code;
use neptune_audit_core::requirements::{PARAMETERS, Parameter};
use neptune_audit_core::verdict::decide;
use neptune_audit_rule::annotation::broken;
use neptune_audit_rule::parameters::OWN;

/// Compares a page with what it should be, or makes it so.
fn is(page: &str, make: impl FnOnce(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).expect("a page");
    let made = make(&text);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &made).expect("the page can be written");
    } else {
        assert_eq!(text, made, "{page}: BLESS=1 cargo test --test documents writes it anew");
    }
}

/// A text in which what stands between two others is replaced.
fn replaced(text: &str, before: &str, after: &str, new: &str) -> String {
    let (head, rest) = text.split_once(before).unwrap_or_else(|| panic!("`{before}` is missing"));
    let (_, tail) = rest.split_once(after).unwrap_or_else(|| panic!("`{after}` is missing after `{before}`"));
    format!("{head}{before}{new}{after}{tail}")
}

fn row<T>(parameter: &Parameter<T>) -> String {
    let default = match parameter.default {
        "" => String::new(),
        default => format!("`{default}` "),
    };
    format!("| `{}` | {default}| {} |\n", parameter.name, parameter.meaning)
}

#[test]
fn the_readme_has_the_table_of_parameters() {
    is("README.md", |text| {
        let rows = PARAMETERS.iter().map(row).chain(OWN.iter().map(row)).collect::<String>();
        replaced(text, "## Rule parameters\n", "**A strict set**", &{
            let (_, section) = text.split_once("## Rule parameters\n").expect("a section");
            let (introduction, _) = section.split_once("| name | default | meaning |\n| --- | --- | --- |\n").expect("a table");
            format!("{introduction}| name | default | meaning |\n| --- | --- | --- |\n{rows}\n")
        })
    });
}

#[test]
fn every_code_has_its_section_with_the_annotation_that_people_see() {
    is("docs/links.md", |text| {
        let sections: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).chain(["Sources"]).collect();
        assert_eq!(sections, codes);
        BREAKS.iter().fold(text.to_owned(), |text, (code, change)| {
            let mut facts = healthy();
            change(&mut facts);
            let verdict = decide(&facts, &strictest()).expect("every fact is known");
            let (before, section) = text.split_once(&format!("## {code}\n")).expect("a section");
            let section = replaced(section, "### Annotation\n\n```text\n", "\n```", &broken(verdict.trails()).short);
            format!("{before}## {code}\n{section}")
        })
    });
}

//! The house: no files that import each other in circles, and a function that carries what its list says and no more.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test may fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders with source files of their own: `src`, and that of each crate.
fn sources() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path().join("src"));
    let mut sources: Vec<_> = crates.filter(|path| path.is_dir()).collect();
    sources.push(root().join("src"));
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

/// A file's place in its crate: `src/aws/config.rs` is `aws::config`, `src/aws/mod.rs` is `aws`, `lib.rs` and `main.rs` are the top.
fn module(folder: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(folder).expect("a file of the folder").with_extension("");
    let mut path: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        path.pop();
    }
    path
}

/// Every path that a `use` of this text names, with its groups in braces spelt out. What only tests use does not count.
fn used(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut paths = Vec::new();
    let mut statement = String::new();
    for line in text.lines().map(str::trim_start) {
        if statement.is_empty() && !["use ", "pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|start| line.starts_with(start)) {
            continue;
        }
        statement += line;
        if let Some((whole, _)) = statement.split_once(';') {
            let (_, tree) = whole.split_once("use ").expect("a use");
            spell_out("", tree, &mut paths);
            statement.clear();
        }
    }
    paths
}

fn spell_out(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((before, group)) = tree.split_once('{') else {
        paths.push(format!("{prefix}{tree}").split(" as ").next().unwrap_or_default().trim().to_owned());
        return;
    };
    let group = group.trim_end().strip_suffix('}').expect("a whole group");
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        spell_out(&format!("{prefix}{before}"), part, paths);
    }
}

/// The file of this crate that a path leads to: the longest beginning of it that is a module.
fn target(path: &str, from: &[String], modules: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let parts: Vec<_> = path.split("::").map(str::to_owned).collect();
    let absolute: Vec<String> = match parts.first()?.as_str() {
        "crate" => parts[1..].to_vec(),
        "self" => [from, &parts[1..]].concat(),
        "super" => {
            let ups = parts.iter().take_while(|part| *part == "super").count();
            [&from[..from.len().checked_sub(ups)?], &parts[ups..]].concat()
        }
        // A child of this module, named without a prefix.
        _ => [from, &parts[..]].concat(),
    };
    let relative = !["crate", "self", "super"].contains(&parts[0].as_str());
    let mut end = absolute.len();
    while end > 0 && !modules.contains(&absolute[..end]) {
        end -= 1;
    }
    let found = absolute[..end].to_vec();
    (found != from && !(relative && found.len() <= from.len())).then_some(found)
}

fn imports(folder: &Path) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let files = files(folder);
    let modules: BTreeSet<_> = files.iter().map(|file| module(folder, file)).collect();
    let mut imports: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for file in &files {
        let from = module(folder, file);
        let text = fs::read_to_string(file).expect("a source file");
        let targets = used(&text).into_iter().filter_map(|path| target(&path, &from, &modules));
        imports.entry(from.clone()).or_default().extend(targets);
    }
    imports
}

/// A circle, if there is one: walks every path and looks whether it comes back.
fn circle(imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Option<Vec<String>> {
    fn walk<'a>(
        at: &'a Vec<String>,
        imports: &'a BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
        path: &mut Vec<&'a Vec<String>>,
        done: &mut BTreeSet<&'a Vec<String>>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|known| *known == at) {
            return Some(path[start..].iter().chain([&at]).map(|module| module.join("::")).collect());
        }
        if !done.insert(at) {
            return None;
        }
        path.push(at);
        let found = imports.get(at).into_iter().flatten().find_map(|next| walk(next, imports, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    imports.keys().find_map(|start| walk(start, imports, &mut Vec::new(), &mut done))
}

#[test]
fn no_file_imports_another_in_a_circle() {
    for folder in sources() {
        let imports = imports(&folder);
        assert!(
            imports.values().map(BTreeSet::len).sum::<usize>() > 0 || imports.len() == 1,
            "{}: nothing was understood",
            folder.display()
        );
        if let Some(circle) = circle(&imports) {
            panic!("{}: {}", folder.display(), circle.join(" → "));
        }
    }
}

#[test]
fn a_circle_would_be_noticed() {
    let path = |name: &str| vec![name.to_owned()];
    let imports = |pairs: &[(&str, &str)]| {
        let mut imports: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (from, to) in pairs {
            imports.entry(path(from)).or_default().insert(path(to));
        }
        imports
    };
    assert_eq!(circle(&imports(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(circle(&imports(&[("a", "b"), ("b", "c"), ("c", "b")])), Some(["b", "c", "b"].map(str::to_owned).to_vec()));
    let text = "use crate::a::{self, b::{C, D}};\npub use super::e;\n#[cfg(test)]\nmod tests {\n    use crate::f;\n}\n";
    assert_eq!(used(text), ["crate::a::self", "crate::a::b::C", "crate::a::b::D", "super::e"]);
}

/// What every crate may know of the others of this house.
#[test]
fn both_callers_rest_on_core_and_scan_and_neither_on_the_other() {
    let tree = |package: &str| {
        let arguments = ["tree", "--offline", "-p", package, "-e", "normal", "--prefix", "none", "--format", "{p}"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let names = String::from_utf8(output.stdout).expect("names");
        names.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let function = tree("neptune-audit-rule");
    for ordered in ["lambda_runtime", "aws-config", "aws-sdk-neptune", "aws-sdk-config", "serde", "serde_json", "tokio"] {
        assert!(function.contains(ordered), "{ordered} was ordered by name");
    }
    for others in ["neptune-audit", "clap", "indicatif", "aws-sdk-sso", "aws-sdk-organizations", "emulator"] {
        assert!(!function.contains(others), "{others} is none of the function's");
    }
    assert_eq!(tree("neptune-audit-core"), BTreeSet::from(["neptune-audit-core".to_owned()]));
    assert!(!tree("neptune-audit").contains("neptune-audit-rule"));

    let list = root().join("tests/dependencies.txt");
    let said = function.iter().fold(String::new(), |said, name| said + name + "\n");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&list, &said).expect("the list can be written");
    }
    let known = fs::read_to_string(list).expect("tests/dependencies.txt");
    assert_eq!(said, known, "the function carries something else: BLESS=1 cargo test --test house writes the new list");
}

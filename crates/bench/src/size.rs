//! What is deployed.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::figures::{Block, FLOOR, Figure, Goal, RDKLIB, RULE, Report, Section, Unit};
use crate::lab::{Lab, megabytes};
use crate::statistics::Sample;

/// The sizes, and the zip's bound.
pub fn measure(lab: &Lab) -> Result<Report> {
    let [function, python, floor] = [RULE, RDKLIB, FLOOR].map(|subject| &lab.subjects[subject]);
    // What the Python rule needs beside Lambda's runtime: the rule and rdklib.
    let needed = [python.folder.clone(), site_packages(&python.program)?.join("rdklib")];
    let (function, floor) = (&function.program, &floor.program);
    let one = |bytes: u64| Some(Sample::new(vec![megabytes(bytes)]));
    let size = |path: &Path| -> Result<u64> { Ok(std::fs::metadata(path).with_context(|| format!("no {}", path.display()))?.len()) };
    let binaries = [one(size(function)?), None, one(size(floor)?)];
    let zips = [
        one(zipped(&[("bootstrap".into(), function.clone())])?),
        one(zipped(&files(&needed)?)?),
        one(zipped(&[("bootstrap".into(), floor.clone())])?),
    ];
    let [binaries, zips] = [Figure::new("binary", Unit::Megabytes, binaries), Figure::new("zip", Unit::Megabytes, zips)];
    let goal = Goal { unit: "MB", ..Goal::new("zip", 2.5, zips.median(RULE).unwrap_or(f64::NAN)) };
    let section = Section {
        name: "size",
        title: "What is deployed".into(),
        note: "The zip of the Python rule holds the rule and rdklib; Python and boto3 are Lambda's.".into(),
        figures: vec![binaries, zips],
    };
    Ok(Report { blocks: vec![Block::Section(section)], goals: vec![goal] })
}

/// Where the packages of a Python environment are.
fn site_packages(python: &Path) -> Result<PathBuf> {
    let printed = std::process::Command::new(python).args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).output()?;
    Ok(String::from_utf8(printed.stdout)?.trim().into())
}

fn zipped(files: &[(String, PathBuf)]) -> Result<u64> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(9));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(&std::fs::read(path)?)?;
    }
    Ok(archive.finish()?.into_inner().len() as u64)
}

/// The Python files in and under these.
fn files(roots: &[PathBuf]) -> Result<Vec<(String, PathBuf)>> {
    let mut left = roots.to_vec();
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                left.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push((path.display().to_string(), path));
        }
    }
    Ok(found)
}

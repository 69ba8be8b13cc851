//! The root certificates that this machine trusts, each read once.
//!
//! The library that reads them otherwise follows OpenSSL: it takes a bundle, and every file of some folders beside it, which mostly hold
//! the same certificates again. Decoding one takes 60,000 instructions, and a function has few of those.

use std::env::{split_paths, var_os};
use std::fs::{read, read_dir};
use std::path::PathBuf;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// In PEM; nothing where none are found.
pub(crate) fn pem() -> Option<Vec<u8>> {
    let file = var_os("SSL_CERT_FILE").map(PathBuf::from);
    let folders: Vec<_> = var_os("SSL_CERT_DIR").map(|folders| split_paths(&folders).collect()).unwrap_or_default();
    if file.is_some() || !folders.is_empty() {
        return certificates(file, &folders);
    }
    let usual = openssl_probe::probe();
    // A machine's bundle holds what its folders hold.
    if usual.cert_file.is_some() { certificates(usual.cert_file, &[]) } else { certificates(None, &usual.cert_dir) }
}

/// Those of a file and of all files in some folders.
fn certificates(file: Option<PathBuf>, folders: &[PathBuf]) -> Option<Vec<u8>> {
    if let (Some(file), []) = (&file, folders) {
        return read(file).ok();
    }
    let listed = folders.iter().filter_map(|folder| read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path());
    // What is a folder, or a link to nowhere, cannot be read.
    let texts = file.into_iter().chain(listed).filter_map(|path| read(path).ok()).map(text);
    let mut found = Vec::new();
    for body in texts.flat_map(|text| bodies(&text)) {
        // Folders name each certificate several times.
        if !found.contains(&body) {
            found.push(body);
        }
    }
    (!found.is_empty()).then(|| found.iter().map(|body| format!("{BEGIN}\n{body}{END}\n")).collect::<String>().into_bytes())
}

/// A comment beside certificates may be in any encoding.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|other| String::from_utf8_lossy(other.as_bytes()).into_owned())
}

/// What is between the markers, line by line: searching for them in the whole text takes as long as decoding it.
fn bodies(text: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut current = None::<String>;
    for line in text.lines() {
        if line.starts_with(BEGIN) {
            current = Some(String::new());
        } else if line.starts_with(END) {
            bodies.extend(current.take());
        } else if let Some(body) = &mut current {
            body.push_str(line);
            body.push('\n');
        }
    }
    bodies
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A folder with these files, removed afterwards.
    fn in_folder(name: &str, files: &[(&str, &[u8])], test: impl FnOnce(&Path)) {
        let folder = std::env::temp_dir().join(format!("neptune-audit-roots-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
        test(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    fn one(body: &str) -> String {
        format!("{BEGIN}\n{body}\n{END}\n")
    }

    #[test]
    fn a_certificate_of_a_bundle_and_of_a_folder_is_given_once() {
        let (a, b, c) = (one("AAAA"), one("BBBB"), one("CCCC"));
        let bundle = [b"# Espa\xf1a\n", a.as_bytes(), b.as_bytes()].concat();
        let files: [(&str, &[u8]); 4] = [("bundle", &bundle), ("a", a.as_bytes()), ("c", c.as_bytes()), ("README", b"no certificate")];
        in_folder("both", &files, |folder| {
            let found = certificates(Some(folder.join("bundle")), &[folder.to_owned(), "/nowhere".into()]).unwrap();
            assert_eq!(text(found), [a.as_str(), &b, &c].concat());
        });
    }

    #[test]
    fn a_bundle_alone_is_given_as_it_is() {
        let bundle = format!("# One\n{}", one("AAAA"));
        in_folder("alone", &[("bundle", bundle.as_bytes())], |folder| {
            assert_eq!(text(certificates(Some(folder.join("bundle")), &[]).unwrap()), bundle);
        });
    }

    #[test]
    fn without_certificates_there_is_nothing() {
        assert_eq!(certificates(Some("/nowhere".into()), &["/nowhere/else".into()]), None);
    }
}

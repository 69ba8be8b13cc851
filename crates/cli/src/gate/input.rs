//! Reads a file or standard input as a text, in whatever encoding a shell wrote it.

use std::io::Read;
use std::path::Path;

use crate::error::Failure;

/// Whether a name means standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, or is no text.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let done = if is_standard_input(path) {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    let name = super::shown(path);
    done.map_err(|error| Failure::usage(format!("cannot read `{name}`: {error}")))?;
    text(bytes).ok_or_else(|| Failure::usage(format!("`{name}` is no text in UTF-8")))
}

/// UTF-8 with or without its mark, or UTF-16 with one: Windows PowerShell's `>` writes that.
fn text(bytes: Vec<u8>) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| pair.try_into().map(unit).ok()).collect::<Option<Vec<_>>>()?;
        String::from_utf16(&units).ok()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_whatever_encoding_a_shell_writes() {
        let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| [mark.to_vec(), "{\"é\"}".encode_utf16().flat_map(bytes).collect()].concat();
        for bytes in [
            "{\"é\"}".as_bytes().to_vec(),
            "\u{feff}{\"é\"}".as_bytes().to_vec(),
            wide([0xff, 0xfe], u16::to_le_bytes),
            wide([0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(text(bytes).as_deref(), Some("{\"é\"}"));
        }
        for bytes in [vec![0xff], vec![0xff, 0xfe, 0x00], vec![b'a', 0xe9]] {
            assert_eq!(text(bytes), None);
        }
    }
}

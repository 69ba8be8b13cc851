//! Markers and tokens of listings: opaque to the caller, and refused when they were not given out.

use data_encoding::BASE64URL_NOPAD;

/// Hides where a listing goes on, as AWS does.
pub(crate) fn seal(listing: &str, position: &str) -> String {
    BASE64URL_NOPAD.encode(format!("{listing}\n{position}").as_bytes())
}

/// Where the listing goes on; none where the marker is not one of this listing.
pub(crate) fn open(listing: &str, marker: &str) -> Option<String> {
    let plain = String::from_utf8(BASE64URL_NOPAD.decode(marker.as_bytes()).ok()?).ok()?;
    plain.strip_prefix(listing)?.strip_prefix('\n').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

    #[test]
    fn a_marker_opens_only_its_own_listing() {
        let marker = seal("clusters", "c-0001");
        assert_eq!(open("clusters", &marker).as_deref(), Some("c-0001"));
        assert_eq!(open("parameters", &marker), None);
        assert_eq!(open("clusters", "nonsense!"), None);
    }
}

//! Writes the XML of the query protocol.

use std::fmt::{Display, Write};

/// A document under construction. Names are given by the code and need no escaping; text does.
#[derive(Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// `<name>…</name>` around what `content` writes.
    pub(crate) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(name);
        content(self);
        self.close(name);
    }

    /// `<name>value</name>`.
    pub(crate) fn text(&mut self, name: &str, value: impl Display) {
        self.open(name);
        // Writing to a String cannot fail.
        let _ = write!(Escaping(&mut self.0), "{value}");
        self.close(name);
    }

    /// `<name>value</name>`, or nothing at all.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// `<name><member>…</member>…</name>`; AWS writes an empty list as an empty element.
    pub(crate) fn list<T>(&mut self, name: &str, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.element(name, |xml| items.into_iter().for_each(|each| item(xml, each)));
    }

    pub(crate) fn raw(&mut self, xml: &str) {
        self.0.push_str(xml);
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
}

struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        // Almost all text is like this, and there is a lot of it on a page of clusters.
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,:;-_/+=@#*()[]{}".contains(&byte)) {
            self.0.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&apos;"),
                '\t' | '\n' | '\r' => write!(self.0, "&#{};", u32::from(character))?,
                // XML 1.0 has no way to write the other control characters.
                control if control.is_control() => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn text_cannot_break_out_of_its_element() {
        let mut xml = Xml::default();
        xml.text("Name", "</Name><&\"'\u{0}\n");
        assert_eq!(xml.into_string(), "<Name>&lt;/Name&gt;&lt;&amp;&quot;&apos;\u{fffd}&#10;</Name>");
    }
}

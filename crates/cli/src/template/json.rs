//! Templates in JSON. The JSON parser says whether it is JSON; this walks through what it accepted, to know where each part stands.

use std::rc::Rc;

use serde::de::IgnoredAny;

use super::document::{Content, Entry, MOST_LEVELS, Node, Place, Unreadable, map};

/// Reads JSON.
///
/// # Errors
/// [`Unreadable`] says where and why.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, Unreadable> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        // The parser's own sentence ends with the place, which is said in front.
        let sentence = error.to_string();
        let problem = sentence.split(" at line ").next().unwrap_or_default().to_owned();
        Unreadable { place: Place { line: number(error.line()), column: number(error.column()) }, problem }
    })?;
    Cursor { rest: text, place: Place { line: 1, column: 1 } }.node(0)
}

/// Where the reading is.
struct Cursor<'a> {
    rest: &'a str,
    place: Place,
}

impl<'a> Cursor<'a> {
    fn node(&mut self, level: usize) -> Result<Rc<Node>, Unreadable> {
        let next = self.next_sign();
        let place = self.place;
        if level > MOST_LEVELS {
            return Err(Unreadable { place, problem: "nested too deep".to_owned() });
        }
        let content = match next {
            '{' => {
                let mut entries = Vec::new();
                self.advance(1);
                while self.next_sign() == '"' {
                    let place = self.place;
                    let key = self.string();
                    self.skip(':');
                    entries.push(Entry { key, place, value: self.node(level + 1)? });
                    self.skip(',');
                }
                self.skip('}');
                map(entries)?
            }
            '[' => {
                let mut elements = Vec::new();
                self.advance(1);
                while !matches!(self.next_sign(), ']' | '\0') {
                    elements.push(self.node(level + 1)?);
                    self.skip(',');
                }
                self.skip(']');
                Content::List(elements)
            }
            '"' => Content::Scalar(self.string()),
            _ => {
                let end = self.rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(self.rest.len());
                match self.advance(end) {
                    "null" => Content::Null,
                    word => Content::Scalar(word.to_owned()),
                }
            }
        };
        Ok(Rc::new(Node { place, content }))
    }

    /// Past white space: the sign that follows.
    fn next_sign(&mut self) -> char {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.advance(blank);
        self.rest.chars().next().unwrap_or('\0')
    }

    fn skip(&mut self, sign: char) {
        if self.next_sign() == sign {
            self.advance(sign.len_utf8());
        }
    }

    /// The string that begins here, which ends at the first quote without a backslash before it.
    fn string(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let written = self.advance(end.map_or(self.rest.len(), |(at, _)| at + 1));
        serde_json::from_str(written).unwrap_or_default()
    }

    /// Over so many bytes.
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        for letter in passed.chars() {
            if letter == '\n' {
                self.place = Place { line: self.place.line.saturating_add(1), column: 1 };
            } else {
                self.place.column = self.place.column.saturating_add(1);
            }
        }
        self.rest = rest;
        passed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_json(node: &Node) -> serde_json::Value {
        match &node.content {
            Content::Null => serde_json::Value::Null,
            Content::Scalar(text) => serde_json::Value::String(text.clone()),
            Content::List(elements) => elements.iter().map(|element| as_json(element)).collect(),
            Content::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), as_json(&entry.value))).collect(),
        }
    }

    #[test]
    fn tabs_escapes_and_numbers_are_read_as_json_has_them() {
        let text = "{\n\t\"a\\\"b\": [1, 1.50, true, null, \"\\ud83d\\ude00\\/\\\\\"],\n\t\"c\": {}\n}";
        let node = parse(text).unwrap();
        assert_eq!(as_json(&node), serde_json::json!({"a\"b": ["1", "1.50", "true", null, "😀/\\"], "c": {}}));
        assert_eq!(node.entries()[1].place, Place { line: 3, column: 2 });
        assert_eq!(node.entries()[1].value.place, Place { line: 3, column: 7 });
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let problem = parse("{\"a\": 1,\n \"b\" 2}").unwrap_err();
        assert_eq!((problem.place.line, problem.problem.as_str()), (2, "expected `:`"));
    }

    #[test]
    fn a_key_that_stands_there_twice_is_refused() {
        let problem = parse(r#"{"a": {"b": 1, "b": 2}}"#).unwrap_err();
        assert_eq!(problem.to_string(), "line 1, column 16: the key `b` stands here for the second time");
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(parse(&"[".repeat(50_000)).is_err());
        assert!(parse(&format!("{}{}", "[".repeat(120), "]".repeat(120))).unwrap_err().problem.contains("deep"));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![Just(serde_json::Value::Null), "[\\PC\"\\\\\n]{0,8}".prop_map(serde_json::Value::String)];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
                proptest::collection::btree_map("[a-z\"\\\\é]{0,4}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_json_is_read_as_it_is(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(as_json(&parse(&text).unwrap()), value);
        }
    }
}

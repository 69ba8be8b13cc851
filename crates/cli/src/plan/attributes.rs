//! The attributes of one object of a plan: what is known after the apply, what is not, and what must not be shown.

use serde_json::Value as Json;

use crate::resources::Value;

/// The attributes of one object.
#[derive(Debug)]
pub(super) struct Attributes {
    /// The object's address, to speak of what is unknown.
    pub(super) address: String,
    /// Known values; what is not known is left out, or `null` within a set.
    pub(super) after: Json,
    /// `true` in the place of what is not known.
    pub(super) unknown: Json,
    /// `true` in the place of what must not be shown.
    pub(super) sensitive: Json,
}

impl Attributes {
    /// Any attribute, `null` where it is not set.
    pub(super) fn get(&self, name: &str) -> Value<&Json> {
        let unknown = self.unknown == Json::Bool(true) || self.unknown.get(name) == Some(&Json::Bool(true));
        match self.after.get(name) {
            _ if unknown => Value::Unknown(self.name(name)),
            Some(value) if self.is_sensitive(name) => Value::Sensitive(value),
            Some(value) => Value::Known(value),
            None => Value::Known(&Json::Null),
        }
    }

    /// How to speak of an attribute.
    pub(super) fn name(&self, name: &str) -> String {
        format!("`{}.{name}`", self.address)
    }

    /// A text; a blank one is as good as none. Numbers and switches are texts too: a provider may declare either.
    pub(super) fn text(&self, name: &str) -> Value<Option<String>> {
        self.get(name).try_map(
            || self.name(name),
            |value| match value {
                Json::Null => Some(None),
                Json::String(text) => Some(Some(text.clone()).filter(|text| !text.is_empty())),
                Json::Number(number) => Some(Some(number.to_string())),
                Json::Bool(truth) => Some(Some(truth.to_string())),
                Json::Array(_) | Json::Object(_) => None,
            },
        )
    }

    /// A switch that is off where it is not set.
    pub(super) fn switch(&self, name: &str) -> Value<bool> {
        self.text(name).try_map(
            || self.name(name),
            |text| match text.as_deref() {
                Some("true") => Some(true),
                Some("false") | None => Some(false),
                Some(_) => None,
            },
        )
    }

    /// The elements of a list or set. An element that is not known is unknown under the name of the whole.
    pub(super) fn elements(&self, name: &str) -> Value<Vec<Value<&Json>>> {
        let later = self.unknown.get(name);
        let unknown = |at: usize| later.and_then(|list| list.get(at)).is_some_and(|element| *element == Json::Bool(true));
        let more = |known: usize| {
            let more = later.and_then(Json::as_array).into_iter().flatten().skip(known);
            more.filter(|element| **element == Json::Bool(true)).map(|_| Value::Unknown(self.name(name)))
        };
        self.get(name).try_map(
            || self.name(name),
            |value| match value {
                Json::Null => Some(more(0).collect()),
                // In a set, `null` stands for an element that is not known; a set of texts has no other use for it.
                Json::Array(list) => Some(
                    list.iter()
                        .enumerate()
                        .map(|(at, element)| match element {
                            Json::Null => Value::Unknown(self.name(name)),
                            _ if unknown(at) => Value::Unknown(self.name(name)),
                            _ => Value::Known(element),
                        })
                        .chain(more(list.len()))
                        .collect(),
                ),
                _ => None,
            },
        )
    }

    /// A map of texts, such as tags.
    pub(super) fn map(&self, name: &str) -> Value<Vec<(String, Value<String>)>> {
        let unknown = self.unknown.get(name);
        // A key of a map that must not be shown is not shown either.
        let hidden = self.is_sensitive(name);
        let entry = |key: &str| if hidden { self.name(name) } else { format!("`{}.{name}[{key:?}]`", self.address) };
        self.get(name).try_map(
            || self.name(name),
            |value| {
                let entries = match value {
                    Json::Null => return Some(Vec::new()),
                    Json::Object(entries) => entries,
                    _ => return None,
                };
                let known = entries.iter().map(|(key, value)| {
                    let is_later = unknown.and_then(|unknown| unknown.get(key)) == Some(&Json::Bool(true));
                    let value = match value {
                        Json::String(text) if !is_later => Value::Known(text.clone()),
                        _ => Value::Unknown(entry(key)),
                    };
                    (key.clone(), value)
                });
                let later = unknown.and_then(Json::as_object).into_iter().flatten();
                let later = later.filter(|(key, flag)| **flag == Json::Bool(true) && !entries.contains_key(*key));
                let later = later.map(|(key, _)| (key.clone(), Value::Unknown(entry(key))));
                Some(known.chain(later).collect())
            },
        )
    }

    fn is_sensitive(&self, name: &str) -> bool {
        self.sensitive == Json::Bool(true) || self.sensitive.get(name).is_some_and(holds_true)
    }
}

/// Whether `true` stands anywhere in it. The parser bounds how deep it can be.
pub(super) fn holds_true(value: &Json) -> bool {
    match value {
        Json::Bool(truth) => *truth,
        Json::Array(list) => list.iter().any(holds_true),
        Json::Object(fields) => fields.values().any(holds_true),
        Json::Null | Json::Number(_) | Json::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(after: Json, unknown: Json, sensitive: Json) -> Attributes {
        Attributes { address: "aws_x.y".to_owned(), after, unknown, sensitive }
    }

    #[test]
    fn what_is_left_out_is_not_set_unless_it_is_said_to_be_unknown() {
        let object = attributes(json!({"a": "1", "blank": ""}), json!({"b": true}), json!({}));
        assert_eq!(object.text("a"), Value::Known(Some("1".to_owned())));
        assert_eq!(object.text("blank"), Value::Known(None));
        assert_eq!(object.text("c"), Value::Known(None));
        assert_eq!(object.text("b"), Value::Unknown("`aws_x.y.b`".to_owned()));
    }

    #[test]
    fn everything_of_an_object_may_be_unknown_or_sensitive() {
        assert_eq!(attributes(json!({}), json!(true), json!({})).text("a"), Value::Unknown("`aws_x.y.a`".to_owned()));
        assert_eq!(attributes(json!({"a": "1"}), json!({}), json!(true)).text("a"), Value::Sensitive(Some("1".to_owned())));
    }

    #[test]
    fn one_element_of_a_set_may_be_unknown() {
        let object = attributes(json!({"logs": ["audit", null]}), json!({"logs": [false, true]}), json!({}));
        let Value::Known(elements) = object.elements("logs") else { panic!("the set is known") };
        assert_eq!(elements[0].get(), Some(&&json!("audit")));
        assert_eq!(elements[1], Value::Unknown("`aws_x.y.logs`".to_owned()));
    }

    #[test]
    fn what_is_said_to_be_unknown_is_so_whatever_stands_beside_it() {
        let object =
            attributes(json!({"logs": [], "tags": {"a": "1"}}), json!({"logs": [true], "more": [true], "tags": {"a": true}}), json!({}));
        for name in ["logs", "more"] {
            let Value::Known(elements) = object.elements(name) else { panic!("the list is known") };
            assert_eq!(elements, [Value::Unknown(format!("`aws_x.y.{name}`"))]);
        }
        assert_eq!(object.map("tags").get().unwrap()[0].1, Value::Unknown("`aws_x.y.tags[\"a\"]`".to_owned()));
    }

    #[test]
    fn one_element_that_is_sensitive_makes_the_whole_so() {
        let object = attributes(json!({"logs": ["audit"]}), json!({}), json!({"logs": [true]}));
        assert!(object.elements("logs").is_sensitive());
    }

    #[test]
    fn one_entry_of_a_map_may_be_unknown() {
        let object = attributes(json!({"tags": {"a": "1"}}), json!({"tags": {"b": true}}), json!({}));
        let tags = object.map("tags");
        let tags = tags.get().unwrap();
        assert_eq!(tags[0], ("a".to_owned(), Value::Known("1".to_owned())));
        assert_eq!(tags[1], ("b".to_owned(), Value::Unknown("`aws_x.y.tags[\"b\"]`".to_owned())));
    }

    #[test]
    fn a_switch_may_be_written_as_a_text() {
        let object = attributes(json!({"a": "true", "b": false, "c": "maybe"}), json!({}), json!({}));
        assert_eq!(object.switch("a"), Value::Known(true));
        assert_eq!(object.switch("b"), Value::Known(false));
        assert_eq!(object.switch("c"), Value::Unknown("`aws_x.y.c`".to_owned()));
    }
}

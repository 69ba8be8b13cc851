//! Reads the form of the query protocol into the shape that the JSON protocols have from the start.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A parameter whose name is split at its dots.
#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

/// `Filters.Filter.1.Name=engine` becomes `{"Filters": [{"Name": "engine"}]}`. Scalars stay strings.
pub(crate) fn parse(form: &[u8]) -> Map<String, Value> {
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(form) {
        let node = name.split('.').fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
        node.value = Some(value.into_owned());
    }
    root.children.into_iter().map(|(name, node)| (name, node.into_value())).collect()
}

impl Node {
    /// Members of a list are numbered, below a name of their own (`Filter`, `member`).
    fn is_numbered(&self) -> bool {
        !self.children.is_empty() && self.children.keys().all(|name| name.parse::<u32>().is_ok())
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.value.unwrap_or_default());
        }
        if self.is_numbered() {
            let mut members: Vec<_> = self.children.into_iter().collect();
            members.sort_by_key(|(number, _)| number.parse::<u32>().unwrap_or(u32::MAX));
            return members.into_iter().map(|(_, member)| member.into_value()).collect();
        }
        if self.children.len() == 1 && self.children.values().all(Self::is_numbered) {
            return self.children.into_values().map(Self::into_value).next().unwrap_or_default();
        }
        Value::Object(self.children.into_iter().map(|(name, node)| (name, node.into_value())).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parse;

    #[test]
    fn lists_and_structures_get_their_shape_back() {
        let form = b"Action=X&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=neptune\
            &Filters.Filter.1.Values.Value.2=a%26b&Config.EnableLogTypes.member.1=audit&Marker=";
        assert_eq!(
            Value::Object(parse(form)),
            json!({
                "Action": "X",
                "Filters": [{"Name": "engine", "Values": ["neptune", "a&b"]}],
                "Config": {"EnableLogTypes": ["audit"]},
                "Marker": "",
            })
        );
    }

    #[test]
    fn members_are_ordered_by_number() {
        let form = b"L.member.10=j&L.member.2=b";
        assert_eq!(Value::Object(parse(form)), json!({"L": ["b", "j"]}));
    }
}

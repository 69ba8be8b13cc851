//! Parts of a template as texts: the name of what is not known, and JSON of what is.

use std::fmt::Write;
use std::rc::Rc;

use super::document::{Content, Node};
use super::evaluated::Evaluated;
use super::text::{Text, Token};

/// Something of which nothing is known. It is told from others by how it is written; what a macro makes differs from place to place.
pub(super) fn unknown(node: &Rc<Node>) -> Evaluated {
    let mut text = written(node);
    if text.contains("Transform") {
        let _ = write!(text, " (line {})", node.place.line);
    }
    Evaluated::Text(Text::token(Token::Other(text.into())))
}

/// A part of a template on one line.
pub(super) fn written(node: &Node) -> String {
    fn write(node: &Node, text: &mut String) {
        match &node.content {
            Content::Null => text.push_str("null"),
            Content::Scalar(scalar) => text.push_str(scalar),
            Content::List(elements) => {
                text.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    write(element, text);
                }
                text.push(']');
            }
            Content::Map(entries) => {
                for (at, entry) in entries.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    text.push_str(&entry.key);
                    text.push_str(": ");
                    write(&entry.value, text);
                }
            }
        }
    }
    let mut text = String::new();
    write(node, &mut text);
    text
}

/// What is wholly known, as JSON.
pub(super) fn json(evaluated: &Evaluated) -> Option<serde_json::Value> {
    Some(match evaluated {
        Evaluated::Absent => serde_json::Value::Null,
        Evaluated::Text(text) => serde_json::Value::String(text.get().filter(|_| !text.sensitive)?.to_owned()),
        Evaluated::List(elements) => elements.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Evaluated::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), json(value)?)));
            serde_json::Value::Object(entries.collect::<Option<_>>()?)
        }
    })
}

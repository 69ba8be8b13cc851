//! Templates in YAML, with CloudFormation's short forms: `!Sub x` is read as the object `{"Fn::Sub": x}`.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::document::{Content, Entry, MOST_LEVELS, MOST_NODES, Node, Place, Unreadable, map};

/// Reads YAML.
///
/// # Errors
/// [`Unreadable`] says where and why.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, Unreadable> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Unreadable { place: place(error.marker()), problem: error.info().to_owned() })?;
        builder.take(event, place(&span.start))?;
    }
    builder.root.ok_or_else(|| Unreadable { place: Place { line: 1, column: 1 }, problem: "the template is empty".to_owned() })
}

fn place(marker: &Marker) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
}

/// A list or map that is not whole yet.
struct Open {
    place: Place,
    anchor: usize,
    tag: Option<String>,
    inside: Inside,
}

enum Inside {
    List(Vec<Rc<Node>>),
    Map { entries: Vec<Entry>, key: Option<(String, Place)> },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// Anchored parts, with how many nodes each has.
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    root: Option<Rc<Node>>,
    nodes: usize,
    started: Vec<usize>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Unreadable> {
        let wrong = |problem: &str| Err(Unreadable { place, problem: problem.to_owned() });
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MOST_NODES {
            return wrong("more parts than a template can have, aliases counted");
        }
        match event {
            Event::DocumentStart(_) if self.root.is_some() => wrong("a second document"),
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let is_key = matches!(self.open.last(), Some(Open { inside: Inside::Map { key: None, .. }, .. }));
                let content = match switch(&text) {
                    _ if is_plain && is_null(&text) => Content::Null,
                    Some(switch) if is_plain && !is_key => Content::Scalar(switch.to_owned()),
                    _ => Content::Scalar(text.into_owned()),
                };
                self.nodes_of(anchor, Rc::new(Node { place, content }), short(tag.as_deref()), self.nodes)
            }
            Event::SequenceStart(anchor, tag) => self.begin(place, anchor, short(tag.as_deref()), Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.begin(place, anchor, short(tag.as_deref()), Inside::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (Some(open), Some(started)) = (self.open.pop(), self.started.pop()) else {
                    return wrong("an end without a beginning");
                };
                let content = match open.inside {
                    Inside::List(elements) => Content::List(elements),
                    Inside::Map { entries, .. } => merged(entries)?,
                };
                self.nodes_of(open.anchor, Rc::new(Node { place: open.place, content }), open.tag, started)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some((node, size)) => {
                    let (node, size) = (Rc::clone(node), *size);
                    // Each use counts as if it were written out: a few aliases of aliases are millions of nodes.
                    self.nodes = self.nodes.saturating_add(size);
                    if self.nodes > MOST_NODES {
                        return wrong("more parts than a template can have, aliases counted");
                    }
                    self.put(node)
                }
                None => wrong("an alias of something that contains it, or of nothing"),
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, place: Place, anchor: usize, tag: Option<String>, inside: Inside) -> Result<(), Unreadable> {
        // A key that is a list or map has no use in a template, and would be taken for an entry.
        if let Some(Open { inside: Inside::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(Unreadable { place, problem: "a key that is no text".to_owned() });
        }
        if self.open.len() >= MOST_LEVELS {
            return Err(Unreadable { place, problem: "nested too deep".to_owned() });
        }
        self.open.push(Open { place, anchor, tag, inside });
        self.started.push(self.nodes);
        Ok(())
    }

    /// A part that is whole: its short form is written out, and it is kept where it has an anchor.
    fn nodes_of(&mut self, anchor: usize, node: Rc<Node>, tag: Option<String>, started: usize) -> Result<(), Unreadable> {
        let node = match tag {
            Some(function) => {
                let entry = Entry { place: node.place, value: argument(&function, &node), key: function };
                Rc::new(Node { place: node.place, content: Content::Map(vec![entry]) })
            }
            None => node,
        };
        // The parser numbers anchors from 1.
        if anchor > 0 {
            self.anchors.insert(anchor, (Rc::clone(&node), self.nodes.saturating_sub(started).saturating_add(1)));
        }
        self.put(node)
    }

    fn put(&mut self, node: Rc<Node>) -> Result<(), Unreadable> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(elements)) => elements.push(node),
            Some(Inside::Map { entries, key }) => match key.take() {
                Some((name, place)) => entries.push(Entry { key: name, place, value: node }),
                None => match &node.content {
                    Content::Scalar(text) => *key = Some((text.clone(), node.place)),
                    _ => return Err(Unreadable { place: node.place, problem: "a key that is no text".to_owned() }),
                },
            },
        }
        Ok(())
    }
}

/// `~`, `null`, or nothing at all.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// A switch, which is `true` or `false` however it is written: CloudFormation reads YAML 1.1. Of its words `y` and `n` are texts.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>, <https://yaml.org/type/bool.html>
pub(super) fn switch(text: &str) -> Option<&'static str> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some("true"),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some("false"),
        _ => None,
    }
}

/// The function of a short form. Tags of YAML itself say no more than the text does.
fn short(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| tag.handle == "!")?;
    Some(match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

/// `!GetAtt a.b` is `[a, b]`.
fn argument(function: &str, node: &Rc<Node>) -> Rc<Node> {
    match (function, node.text().and_then(|text| text.split_once('.'))) {
        ("Fn::GetAtt", Some((resource, attribute))) => {
            let part = |text: &str| Rc::new(Node { place: node.place, content: Content::Scalar(text.to_owned()) });
            Rc::new(Node { place: node.place, content: Content::List(vec![part(resource), part(attribute)]) })
        }
        _ => Rc::clone(node),
    }
}

/// A map with what `<<` brings into it; its own keys win, then the first that brings one.
fn merged(entries: Vec<Entry>) -> Result<Content, Unreadable> {
    if entries.iter().all(|entry| entry.key != "<<") {
        return map(entries);
    }
    let (brought, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    let mut known: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    let Content::Map(mut all) = map(own)? else {
        return Ok(Content::Null);
    };
    for entry in &brought {
        let one = std::slice::from_ref(&entry.value);
        for source in entry.value.list().unwrap_or(one) {
            let Content::Map(entries) = &source.content else {
                return Err(Unreadable { place: entry.place, problem: "`<<` needs a map, or a list of maps".to_owned() });
            };
            for entry in entries {
                if known.insert(entry.key.clone()) {
                    all.push(entry.clone());
                }
            }
        }
    }
    Ok(Content::Map(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn short_forms_are_read_as_long_ones() {
        let node = parse("a: !Sub x\nb: !GetAtt [c, d]\ne: !GetAtt c.d.f\ng: !If [h, !Ref i, ~]\n").unwrap();
        assert_eq!(node.get("a").unwrap().call().unwrap().0, "Fn::Sub");
        let parts = |key: &str| -> Vec<String> {
            let (_, argument) = node.get(key).unwrap().call().unwrap();
            argument.list().unwrap().iter().map(|part| part.text().unwrap().to_owned()).collect()
        };
        assert_eq!(parts("b"), ["c", "d"]);
        assert_eq!(parts("e"), ["c", "d.f"]);
        let (function, argument) = node.get("g").unwrap().call().unwrap();
        assert_eq!((function, argument.list().unwrap()[1].call().unwrap().0), ("Fn::If", "Ref"));
        assert!(matches!(argument.list().unwrap()[2].content, Content::Null));
    }

    #[test]
    fn every_part_knows_where_it_stands() {
        let node = parse("a:\n  b: &x\n    - 'c'\n  d: *x\n").unwrap();
        let entries = node.get("a").unwrap().entries();
        assert_eq!(entries[0].place, Place { line: 2, column: 3 });
        assert_eq!(entries[1].place, Place { line: 4, column: 3 });
        assert_eq!(entries[1].value.list().unwrap()[0].text(), Some("c"));
    }

    #[test]
    fn a_switch_is_one_however_it_is_written_and_a_key_or_a_text_in_quotes_is_none() {
        let node = parse("a: [yes, On, FALSE, no, 'yes', \"On\", !!str on, y, N, yEs]\non: 1\n").unwrap();
        let texts: Vec<_> = node.get("a").unwrap().list().unwrap().iter().map(|part| part.text().unwrap().to_owned()).collect();
        assert_eq!(texts, ["true", "true", "false", "false", "yes", "On", "on", "y", "N", "yEs"]);
        assert_eq!(node.get("on").unwrap().text(), Some("1"));
    }

    #[test]
    fn a_merge_brings_what_is_not_there() {
        let node = parse("a: &a {x: 1, y: 2}\nb:\n  <<: [*a, {y: 3, z: 4}]\n  x: 5\n").unwrap();
        let b = node.get("b").unwrap();
        let of = |key: &str| b.get(key).unwrap().text().unwrap().to_owned();
        assert_eq!([of("x"), of("y"), of("z")], ["5", "2", "4"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        assert!(problem("a: [1, 2\nb: 3\n").starts_with("line 2, column"), "{}", problem("a: [1, 2\nb: 3\n"));
        assert_eq!(problem("a: 1\nb:\n  c: 1\n  c: 2\n"), "line 4, column 3: the key `c` stands here for the second time");
        assert_eq!(problem("a: 1\n---\nb: 2\n"), "line 2, column 1: a second document");
        assert_eq!(problem(""), "line 1, column 1: the template is empty");
        assert_eq!(problem("? [a]\n: b\n"), "line 1, column 3: a key that is no text");
    }

    #[test]
    fn aliases_of_aliases_are_counted_as_if_written_out() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(", ")));
        }
        assert!(problem(&text).contains("aliases counted"), "{}", problem(&text));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(problem(&"[".repeat(200)).contains("nested too deep"));
        assert!(problem(&(0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>()).contains("nested too deep"));
    }

    #[test]
    fn an_anchor_that_holds_itself_is_refused() {
        assert!(parse("a: &a [*a]\n").is_err());
    }
}

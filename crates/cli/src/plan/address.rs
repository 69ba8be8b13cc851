//! Terraform's addresses, taken apart: names, keys that may hold dots and quotes, modules within modules.

use std::fmt;

/// A key of `count` or `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
}

/// One step of an address or a reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// `.name`, or the first name.
    Name(String),
    /// `[0]` or `["key"]`.
    Key(Key),
}

impl Step {
    /// The name, where it is one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Key(_) => None,
        }
    }
}

/// Which instance of which module, from the root: empty for the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleInstance(pub Vec<(String, Option<Key>)>);

impl ModuleInstance {
    /// The names of the calls that lead to it, without keys.
    pub(super) fn path(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The module that calls it.
    pub(super) fn parent(&self) -> Self {
        Self(self.0.iter().take(self.0.len().saturating_sub(1)).cloned().collect())
    }

    /// The instance of a module that it calls.
    pub(super) fn child(&self, name: &str, key: Option<Key>) -> Self {
        let mut steps = self.0.clone();
        steps.push((name.to_owned(), key));
        Self(steps)
    }

    /// The key of the instance itself.
    pub(super) fn key(&self) -> Option<&Key> {
        self.0.last().and_then(|(_, key)| key.as_ref())
    }
}

/// One instance of a managed resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Address {
    /// The module instance that it is in.
    pub(super) module: ModuleInstance,
    /// `aws_neptune_cluster`.
    pub(super) kind: String,
    /// The name in the configuration.
    pub(super) name: String,
    /// The key, with `count` or `for_each`.
    pub(super) key: Option<Key>,
}

impl Address {
    /// Understands `module.a["k"].aws_neptune_cluster.this[0]`; nothing for data sources and what is no address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let steps = parse(text)?;
        let mut rest = steps.as_slice();
        let mut module = ModuleInstance::default();
        while let [Step::Name(word), Step::Name(name), after @ ..] = rest
            && word == "module"
        {
            let key = match after.first() {
                Some(Step::Key(key)) => Some(key.clone()),
                _ => None,
            };
            rest = if key.is_some() { after.get(1..)? } else { after };
            module.0.push((name.clone(), key));
        }
        match rest {
            [Step::Name(kind), Step::Name(name)] if kind != "data" => {
                Some(Self { module, kind: kind.clone(), name: name.clone(), key: None })
            }
            [Step::Name(kind), Step::Name(name), Step::Key(key)] if kind != "data" => {
                Some(Self { module, kind: kind.clone(), name: name.clone(), key: Some(key.clone()) })
            }
            _ => None,
        }
    }
}

/// The steps of an address or a reference; nothing where it is neither.
pub(super) fn parse(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() || name.contains([']', '"']) {
            return None;
        }
        steps.push(Step::Name(name.to_owned()));
        rest = after;
        while let Some(after) = rest.strip_prefix('[') {
            let (key, after) = key(after)?;
            steps.push(Step::Key(key));
            rest = after.strip_prefix(']')?;
        }
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
        // An attribute of the old form `list.0` is an index.
        while let Some((index, after)) = legacy_index(rest) {
            steps.push(Step::Key(Key::Number(index)));
            match after.strip_prefix('.') {
                Some(after) => rest = after,
                None if after.is_empty() => return Some(steps),
                None => return None,
            }
        }
    }
}

fn legacy_index(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, after) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, after)).filter(|(_, after)| after.is_empty() || after.starts_with('.'))
}

fn key(text: &str) -> Option<(Key, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return unquote(quoted).map(|(key, rest)| (Key::Text(key), rest));
    }
    let end = text.find(']')?;
    let (digits, rest) = text.split_at_checked(end)?;
    digits.parse().ok().map(|number| (Key::Number(number), rest))
}

/// A quoted text from behind its first quote: what it says, and what follows its last one. Terraform writes keys as its own language
/// does: `$${` for `${`, and the usual escapes.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return text.get(at + 1..).map(|rest| (key, rest)),
            '\\' => match letters.next()?.1 {
                'n' => key.push('\n'),
                'r' => key.push('\r'),
                't' => key.push('\t'),
                short @ ('u' | 'U') => {
                    let digits: String = letters.by_ref().take(if short == 'u' { 4 } else { 8 }).map(|(_, digit)| digit).collect();
                    key.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?);
                }
                other => key.push(other),
            },
            // `$${` and `%%{`: the first of the two goes.
            '{' if key.ends_with("$$") || key.ends_with("%%") => {
                key.pop();
                key.push('{');
            }
            other => key.push(other),
        }
    }
    None
}

/// A reference as Terraform writes it, to show.
pub(super) struct Shown<'a>(pub &'a [Step]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Key(Key::Number(number)) => write!(f, "[{number}]")?,
                Step::Key(Key::Text(text)) => write!(f, "[{text:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(key: &str) -> Option<Key> {
        Some(Key::Text(key.to_owned()))
    }

    #[test]
    fn keys_may_hold_dots_quotes_brackets_and_interpolations() {
        let address = Address::parse(r#"module.a["x.y"].module.b[2].aws_neptune_cluster.this["c\"d]$${e}.f"]"#).unwrap();
        assert_eq!(address.module.0, [("a".to_owned(), text("x.y")), ("b".to_owned(), Some(Key::Number(2)))]);
        assert_eq!((address.kind.as_str(), address.name.as_str()), ("aws_neptune_cluster", "this"));
        assert_eq!(address.key, text("c\"d]${e}.f"));
    }

    #[test]
    fn a_module_may_be_named_as_a_resource_is() {
        let address = Address::parse("module.module.aws_kms_key.module").unwrap();
        assert_eq!(address.module.0, [("module".to_owned(), None)]);
        assert_eq!(address.name, "module");
    }

    #[test]
    fn data_sources_are_no_managed_resources() {
        assert_eq!(Address::parse("data.aws_region.current"), None);
        assert_eq!(Address::parse("module.a.data.aws_region.current[0]"), None);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for wrong in ["", ".", "a", "a.", "a..b", "a.b[", "a.b[\"", "a.b[\"x\"", "a.b[x]", "a.b[*]", "a.b]c", "module.a", "a.b[0]c"] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_old_form_of_an_index_is_an_index() {
        assert_eq!(parse("aws_x.y.0.name"), parse("aws_x.y[0].name"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in r#"[a-z.\[\]"\\$%{u0-9]{0,40}"#) {
            let _ = Address::parse(&text);
        }

        #[test]
        fn what_is_shown_is_understood_again(name in "[a-z_]{1,8}", key in r#"[a-z."\\\[\]]{0,12}"#) {
            let steps = vec![Step::Name("aws_x".to_owned()), Step::Name(name), Step::Key(Key::Text(key))];
            prop_assert_eq!(parse(&Shown(&steps).to_string()), Some(steps));
        }
    }
}

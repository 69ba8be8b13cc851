//! A template's parameters, as they are declared.

use super::document::Node;

/// Three values make fifteen lists, four of them sixty-four.
const MOST_ALLOWED_IN_A_LIST: usize = 3;

/// A parameter.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    /// `Type`.
    pub(super) kind: String,
    /// `Default`.
    pub(super) default: Option<String>,
    /// `AllowedValues`.
    pub(super) allowed: Vec<String>,
    /// `NoEcho`: its value is shown to nobody.
    pub(super) no_echo: bool,
    /// A macro that is called in its declaration, and may change that.
    pub(super) changed_by: Option<String>,
}

impl Parameter {
    /// As it is declared.
    pub(super) fn new(node: &Node) -> Self {
        let text = |name: &str| node.get(name).and_then(|node| node.text());
        let allowed = node.get("AllowedValues").and_then(|node| node.list()).unwrap_or_default();
        Self {
            kind: text("Type").unwrap_or_default().to_owned(),
            default: text("Default").map(str::to_owned),
            allowed: allowed.iter().filter_map(|value| value.text()).map(str::to_owned).collect(),
            no_echo: text("NoEcho").is_some_and(|switch| !switch.eq_ignore_ascii_case("false")),
            changed_by: node.called_macro().map(|called| called.to_string()),
        }
    }

    /// Whether what is given for it is the name of the value, which is kept in Parameter Store.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value")
    }

    /// The values that it may have by `AllowedValues`; nothing where they are too many to go through. A list may hold several of them, in
    /// any order.
    pub(super) fn values(&self) -> Option<Vec<String>> {
        if !self.is_list() {
            return Some(self.allowed.clone());
        }
        if self.allowed.len() > MOST_ALLOWED_IN_A_LIST {
            return None;
        }
        let (mut all, mut longest): (Vec<Vec<String>>, Vec<Vec<String>>) = (Vec::new(), vec![Vec::new()]);
        for _length in 0..self.allowed.len() {
            let longer = |shorter: &Vec<String>| {
                let others = self.allowed.iter().filter(|allowed| !shorter.contains(allowed));
                others.map(|other| [shorter.as_slice(), std::slice::from_ref(other)].concat()).collect::<Vec<_>>()
            };
            longest = longest.iter().flat_map(longer).collect();
            all.extend(longest.iter().cloned());
        }
        Some(all.iter().map(|values| values.join(",")).collect())
    }

    /// Whether its value is a list, separated by commas.
    pub(super) fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<")
    }
}

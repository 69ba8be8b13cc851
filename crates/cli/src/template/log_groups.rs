//! The log groups of a cluster in one world, and what belongs to them and to the account.

use neptune_audit_core::facts::{LOG_GROUP_PREFIX, LogType, STANDARD};

use super::declared::Resource;
use super::evaluated::Evaluated;
use super::made::Made;
use super::same::Same;
use super::text::{Part, Text, Token};
use super::values::{shown, switch, text};
use crate::report::Basis;
use crate::resources::{AccountPolicy, Attached, Kept, LogGroup, OneOf, Subscription, Value};

/// The CDK makes a log group with a function of its own where only a retention is asked for.
const LOG_GROUPS: [&str; 2] = ["AWS::Logs::LogGroup", "Custom::LogRetention"];

const ACCOUNT_POLICIES: [&str; 1] = ["AWS::Logs::AccountPolicy"];

impl Made<'_> {
    /// The log group of one log of a cluster.
    pub(super) fn log_group_of(&self, identifier: &Text, log_type: LogType) -> Kept {
        let mut wanted = Text::known(LOG_GROUP_PREFIX);
        wanted.push(identifier);
        wanted.push_str(&format!("/{log_type}"));
        let (mut found, mut perhaps) = (Vec::new(), self.brought_perhaps());
        for group in self.of(&LOG_GROUPS) {
            let own = self.evaluator.name_of(group);
            // A name that CloudFormation makes up begins with that of the stack, never with a slash.
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
            let same = if matches!(own.parts(), [Part::Token(Token::Name(_))]) { Same::No } else { own.same(&wanted) };
            if same != Same::No && self.is_made(group) {
                match same {
                    Same::Yes if self.is_elsewhere(group) == Some(false) => found.push(self.log_group(group, &own)),
                    Same::Yes if self.is_elsewhere(group) == Some(true) => {}
                    _ => {
                        let changed = group.brought().map(|function| format!(", which {function} may change,"));
                        perhaps = Some(format!("`{}`{}", group.logical_id, changed.unwrap_or_default()));
                    }
                }
            }
        }
        // Neptune keeps names in lower case, and the log group is not called so if the parameter is not.
        let has_parameter = identifier.tokens().any(|token| matches!(token, Token::Parameter(_) | Token::Other(_)));
        let basis = if has_parameter { Basis::Reference } else { Basis::Value };
        if found.is_empty() {
            return Kept::NotDeclared { perhaps };
        }
        Kept::OneOf(OneOf { of: found, basis, through: format!("which log group is `{wanted}`") })
    }

    /// A log group of the CDK's function may be in another Region.
    fn is_elsewhere(&self, group: &Resource) -> Option<bool> {
        if group.kind != "Custom::LogRetention" {
            return Some(false);
        }
        match self.evaluator.property(group, "LogGroupRegion") {
            Evaluated::Absent => Some(false),
            Evaluated::Text(region) if region == Text::token(Token::Parameter("AWS::Region".into())) => Some(false),
            Evaluated::Text(region) => match (region.get(), self.evaluator.given.region.as_deref()) {
                (Some(one), Some(two)) => Some(one != two),
                _ => None,
            },
            Evaluated::List(_) | Evaluated::Map(_) => None,
        }
    }

    /// Resources that a function brings, of which nothing is known here.
    fn brought_perhaps(&self) -> Option<String> {
        self.evaluator.template.brought.iter().find(|brought| brought.may_bring(&LOG_GROUPS)).map(|brought| brought.name.clone())
    }

    fn log_group(&self, group: &Resource, name: &Text) -> LogGroup {
        let property = |name: &str| self.evaluator.property(group, name);
        let unknown = |name: &str| format!("`{name}` of `{}`", group.logical_id);
        let retention_days = text(&property("RetentionInDays"), "RetentionInDays").try_map(
            || unknown("RetentionInDays"),
            |days| match days.as_deref() {
                None | Some("" | "0") => Some(None),
                Some(days) => days.parse().ok().map(Some),
            },
        );
        let key = property("KmsKeyId");
        let (encrypted, basis) = match &key {
            Evaluated::Absent => (Value::Known(false), Basis::Value),
            Evaluated::Text(key) => match key.first_token() {
                // The key of a resource is a key.
                Some(Token::Name(_) | Token::Attribute(..)) => (Value::Known(true), Basis::Value),
                // What stands in Parameter Store, or is exported by another stack, is never blank.
                Some(Token::Other(written)) if is_stored(written) => (Value::Known(true), Basis::Reference),
                // What somebody hands in for a parameter may be blank, unless something stands beside it.
                Some(Token::Parameter(_) | Token::Other(_)) if key.parts().iter().any(|part| matches!(part, Part::Known(_))) => {
                    (Value::Known(true), Basis::Reference)
                }
                Some(token) => (Value::Unknown(shown(token)), Basis::Value),
                None => (Value::Known(key.get() != Some("")), Basis::Value),
            },
            Evaluated::List(_) | Evaluated::Map(_) => (Value::Unknown(unknown("KmsKeyId")), Basis::Value),
        };
        let class = text(&property("LogGroupClass"), "LogGroupClass");
        let brought = group.brought().map(|function| format!("{function} in `{}`", group.logical_id));
        let or = |value: Value<Option<u32>>| brought.clone().map_or(value, Value::Unknown);
        LogGroup {
            address: format!("`{}`", group.logical_id),
            retention_days: or(retention_days),
            encrypted: brought.clone().map_or(encrypted, Value::Unknown),
            class: brought.clone().map_or(class.map(|class| class.unwrap_or_else(|| STANDARD.to_owned())), Value::Unknown),
            deletion_protected: brought
                .clone()
                .map_or_else(|| switch(&property("DeletionProtectionEnabled"), "DeletionProtectionEnabled"), Value::Unknown),
            metric_filters: self.attached(&["AWS::Logs::MetricFilter"], name, |_| (), |_| ()),
            subscriptions: self.attached(
                &["AWS::Logs::SubscriptionFilter"],
                name,
                |filter| self.subscription(filter),
                |function| {
                    let unknown = Value::Unknown(function.to_owned());
                    Subscription { destination: unknown.clone(), pattern: unknown, selection: Value::Unknown(function.to_owned()) }
                },
            ),
            basis,
        }
    }

    fn subscription(&self, filter: &Resource) -> Subscription {
        let property = |name: &str| text(&self.evaluator.property(filter, name), name);
        Subscription {
            destination: property("DestinationArn").map(Option::unwrap_or_default),
            pattern: property("FilterPattern").map(Option::unwrap_or_default),
            selection: property("FieldSelectionCriteria"),
        }
    }

    /// What belongs to the log group of a name, for certain or perhaps.
    fn attached<T>(
        &self,
        kinds: &'static [&'static str],
        name: &Text,
        make: impl Fn(&Resource) -> T,
        unknown: impl Fn(&str) -> T,
    ) -> Vec<Attached<T>> {
        // A function that brings resources may bring one that belongs here.
        let brought = self.evaluator.template.brought.iter();
        let perhaps = brought.filter(|brought| brought.may_bring(kinds)).map(|brought| {
            let address = brought.name.clone();
            Attached { perhaps: true, basis: Basis::Value, thing: unknown(&address), address }
        });
        let mut attached: Vec<_> = perhaps.collect();
        for filter in self.of(kinds) {
            if let Some(function) = filter.brought() {
                let address = format!("{function} in `{}`", filter.logical_id);
                attached.push(Attached { perhaps: true, basis: Basis::Value, thing: unknown(&address), address });
                continue;
            }
            let Evaluated::Text(own) = self.evaluator.property(filter, "LogGroupName") else {
                continue;
            };
            let same = match own.same(name) {
                // It is that of another log group of the template, whose name is another.
                Same::Perhaps if self.of(&LOG_GROUPS).any(|group| self.evaluator.name_of(group).same(&own) == Same::Yes) => Same::No,
                same => same,
            };
            if same != Same::No && self.is_made(filter) {
                let perhaps = same == Same::Perhaps;
                attached.push(Attached { address: format!("`{}`", filter.logical_id), perhaps, basis: Basis::Value, thing: make(filter) });
            }
        }
        attached
    }

    /// The account's subscription filter policies, and one that decides on the retention.
    pub(super) fn account_policies(&self) -> (Vec<Attached<AccountPolicy>>, Option<String>) {
        let (mut subscriptions, mut retention) = (Vec::new(), None);
        let unknown = |name: String| {
            let text = Value::Unknown(name.clone());
            let thing = AccountPolicy { name: text.clone(), document: text, selection: Value::Unknown(name.clone()) };
            Attached { address: name, perhaps: true, basis: Basis::Value, thing }
        };
        for brought in self.evaluator.template.brought.iter().filter(|brought| brought.may_bring(&ACCOUNT_POLICIES)) {
            retention.get_or_insert_with(|| brought.name.clone());
            subscriptions.push(unknown(brought.name.clone()));
        }
        for policy in self.of(&ACCOUNT_POLICIES) {
            if let Some(function) = policy.brought() {
                let name = format!("{function} in `{}`", policy.logical_id);
                retention.get_or_insert_with(|| name.clone());
                subscriptions.push(unknown(name));
                continue;
            }
            let property = |name: &str| text(&self.evaluator.property(policy, name), name);
            let kind = property("PolicyType");
            let kind = kind.get().map(|kind| kind.clone().unwrap_or_default());
            let is = |wanted: &str| kind.as_deref().is_none_or(|kind| kind == wanted);
            if !(is("RETENTION_POLICY") || is("SUBSCRIPTION_FILTER_POLICY")) || !self.is_made(policy) {
                continue;
            }
            if is("RETENTION_POLICY") {
                retention.get_or_insert_with(|| format!("`{}`", policy.logical_id));
            }
            if is("SUBSCRIPTION_FILTER_POLICY") {
                subscriptions.push(Attached {
                    address: format!("`{}`", policy.logical_id),
                    perhaps: kind.is_none(),
                    basis: Basis::Value,
                    thing: AccountPolicy {
                        name: property("PolicyName").map(Option::unwrap_or_default),
                        document: property("PolicyDocument").map(Option::unwrap_or_default),
                        selection: property("SelectionCriteria"),
                    },
                });
            }
        }
        (subscriptions, retention)
    }
}

/// Whether it is written as a value that is kept elsewhere.
fn is_stored(written: &str) -> bool {
    written.starts_with("{{resolve:") || written.starts_with("Fn::ImportValue")
}

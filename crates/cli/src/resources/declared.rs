//! A cluster as a file declares it, with all that its trail is made of: what plans and templates have in common.

use super::value::Value;
use crate::report::Basis;

/// A cluster of a file.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Terraform's address, or the logical id in a template.
    pub address: String,
    /// Where it stands, in formats that have lines.
    pub line: Option<u32>,
    /// The column there.
    pub column: Option<u32>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its identifier.
    pub identifier: Value<String>,
    /// How to write the identifier where it is not known, as the file itself would.
    pub written: String,
    /// Its DB cluster parameter group.
    pub group: Group,
    /// The logs that it exports.
    pub exports: Value<Vec<Value<String>>>,
    /// Whether it authenticates with IAM.
    pub iam_authentication: Value<bool>,
    /// Its tags.
    pub tags: Value<Vec<(Value<String>, Value<String>)>>,
    /// The log group of the audit log.
    pub audit: Kept,
    /// The log group of the slow-query log.
    pub slow_query: Kept,
    /// A policy of the account's that decides how long events are kept, whatever a log group says.
    pub retention_policy: Option<String>,
    /// The account's subscription filter policies.
    pub account_policies: Vec<Attached<AccountPolicy>>,
}

/// What a name may stand for.
#[derive(Clone, Debug)]
pub struct OneOf<T> {
    /// The things, those that cannot be told apart only once. Never empty.
    pub of: Vec<T>,
    /// Whether the name is known, or only a reference.
    pub basis: Basis,
    /// How to speak of the choice where they disagree.
    pub through: String,
}

/// The parameter group of a cluster.
#[derive(Clone, Debug)]
pub enum Group {
    /// One of AWS's, which nobody can edit; its name, where one is given.
    Default(Option<String>),
    /// One that the file declares.
    OneOf(OneOf<ParameterGroup>),
    /// One that it does not.
    Outside(Value<String>),
    /// Nobody can tell which; why.
    Unclear(String),
}

/// A DB cluster parameter group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterGroup {
    /// How to speak of it where its name is not known.
    pub address: String,
    /// Its name.
    pub name: Value<String>,
    /// `neptune_enable_audit_log`.
    pub audit: Value<Option<String>>,
    /// `neptune_enable_slow_query_log`.
    pub slow_query: Value<Option<String>>,
}

/// The log group of one log of a cluster.
#[derive(Clone, Debug)]
pub enum Kept {
    /// One that the file declares.
    OneOf(OneOf<LogGroup>),
    /// None that it declares for certain; a log group whose name is not known may be it.
    NotDeclared {
        /// That log group, or how to speak of it.
        perhaps: Option<String>,
    },
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// How to speak of it.
    pub address: String,
    /// Days until an event expires; nothing is never.
    pub retention_days: Value<Option<u32>>,
    /// Whether it has a KMS key.
    pub encrypted: Value<bool>,
    /// Its class.
    pub class: Value<String>,
    /// Whether it is protected from deletion.
    pub deletion_protected: Value<bool>,
    /// Its metric filters.
    pub metric_filters: Vec<Attached<()>>,
    /// Its subscription filters.
    pub subscriptions: Vec<Attached<Subscription>>,
    /// Whether one of these rests on a reference.
    pub basis: Basis,
}

/// Something that belongs to a log group or an account, for certain or perhaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached<T> {
    /// How to speak of it.
    pub address: String,
    /// Whether it may belong elsewhere.
    pub perhaps: bool,
    /// Whether the name is known, or only a reference.
    pub basis: Basis,
    /// What it is.
    pub thing: T,
}

/// A subscription filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Where it sends.
    pub destination: Value<String>,
    /// What it sends.
    pub pattern: Value<String>,
    /// A further choice of what it sends, by fields of an event.
    pub selection: Value<Option<String>>,
}

/// A subscription filter policy of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPolicy {
    /// Its name.
    pub name: Value<String>,
    /// Its document: where it sends, and what.
    pub document: Value<String>,
    /// The log groups that it leaves out.
    pub selection: Value<Option<String>>,
}

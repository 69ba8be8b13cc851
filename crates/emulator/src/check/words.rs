//! The forms that AWS gives its names and ids, with the words for them.

use super::place::Form;

/// An account id.
pub(crate) const ACCOUNT: Form = (|text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()), "an account id of 12 digits");

/// A Region (`eu-west-1`, `us-gov-east-1`).
pub(crate) const REGION: Form = (is_region, "a Region, such as eu-west-1");

/// Identifiers of clusters and instances, as the API reference of CreateDBCluster has them; AWS keeps them in lower case.
pub(crate) const IDENTIFIER: Form = (
    |text| is_identifier(text) && text.len() <= 63,
    "an identifier: up to 63 lower-case letters, digits and single hyphens, a letter first, no hyphen last",
);

/// Names of parameter groups; those of the default ones have dots.
pub(crate) const PARAMETER_GROUP: Form = (
    |text| is_identifier(&text.replace('.', "")) && text.len() <= 255,
    "the name of a parameter group: lower-case letters, digits, dots and single hyphens, a letter first, no hyphen last",
);

pub(crate) const FAMILY: Form = (
    |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)),
    "a family, such as neptune1.3",
);

pub(crate) const VERSION: Form = (|text| text.starts_with(|first: char| first.is_ascii_digit()), "a version, such as 1.3.4.0");

pub(crate) const RESOURCE_ID: Form = (
    |text| {
        let id = text.strip_prefix("cluster-").unwrap_or_default();
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    },
    "a resource id: cluster- and upper-case letters and digits",
);

/// Clusters and log groups name a key by its ARN.
pub(crate) const KEY: Form = (
    |text| text.starts_with("arn:") && text.contains(":kms:") && text.contains(":key/"),
    "the ARN of a KMS key, neither its id nor an alias",
);

pub(crate) const ARN: Form = (|text| text.starts_with("arn:"), "an ARN");

/// From the model of CloudWatch Logs.
pub(crate) const LOG_GROUP: Form = (
    |text| (1..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte)),
    "the name of a log group: up to 512 letters, digits and any of . - _ / #",
);

/// Names of log streams and subscription filters, from the same model.
pub(crate) const STREAM_OR_FILTER: Form =
    (|text| (1..=512).contains(&text.chars().count()) && !text.contains([':', '*']), "a name of up to 512 characters without : and *");

/// Classes of log groups: there may be new ones.
pub(crate) const LOG_GROUP_CLASS: Form =
    (|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "a class, such as STANDARD");

/// A role with its path.
pub(crate) const ROLE: Form = (
    |text| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        text.trim_start_matches('/').split('/').all(|part| !part.is_empty() && part.chars().all(allowed))
    },
    "the name of a role, with its path where it has one",
);

/// IAM actions, as permissions, faults and limits name them.
pub(crate) const ACTIONS: Form = (
    |text| text == "*" || text.split_once(':').is_some_and(|(service, action)| !service.is_empty() && !action.is_empty()),
    "an IAM action, such as rds:DescribeDBClusters or logs:*",
);

pub(crate) const RULE_NAME: Form = (|text| (1..=128).contains(&text.chars().count()), "the name of a rule: 1 to 128 characters");

pub(crate) const RESOURCE_TYPE: Form =
    (|text| text.starts_with("AWS::") && text.matches("::").count() == 2, "a resource type, such as AWS::RDS::DBCluster");

pub(crate) const NOT_EMPTY: Form = (|text| !text.is_empty(), "allowed to be empty");

fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let word = |part: &&str| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => words.iter().all(word) && number.parse::<u8>().is_ok(),
        _ => false,
    }
}

fn is_identifier(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(allowed) && !text.ends_with('-') && !text.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_tells_right_from_wrong() {
        for ((fits, words), right, wrong) in [
            (ACCOUNT, &["111122223333"] as &[&str], &["1234", "11112222333x", ""] as &[&str]),
            (REGION, &["eu-west-1", "us-gov-east-1", "ap-southeast-12"], &["eu-west", "Ireland", "eu-west-one", "", "eu--1", "e-w-1"]),
            (IDENTIFIER, &["c-0001", "a"], &["", "C", "1a", "a-", "a--b", "a_b", "<b>"]),
            (PARAMETER_GROUP, &["default.neptune1.3", "audited"], &["", "-a", "a b"]),
            (RESOURCE_ID, &["cluster-ABC1"], &["cluster-", "ABC", "cluster-abc"]),
            (KEY, &["arn:aws:kms:eu-west-1:111122223333:key/k"], &["k", "alias/mine", "arn:aws:kms:eu-west-1:111122223333:alias/mine"]),
            (LOG_GROUP, &["/aws/neptune/a/audit"], &["", "a b", "a:b"]),
            (STREAM_OR_FILTER, &["graph-1.audit.log.0"], &["", "a:b", "*"]),
            (LOG_GROUP_CLASS, &["STANDARD", "NEW_ONE"], &["", "standard"]),
            (ROLE, &["reader", "audit/reader", "/audit/reader"], &["", "a//b", "a b", "audit/"]),
            (ACTIONS, &["*", "rds:*", "rds:DescribeDBClusters"], &["", "rds", ":x", "rds:"]),
            (RESOURCE_TYPE, &["AWS::RDS::DBCluster"], &["", "DBCluster", "AWS::RDS"]),
        ] {
            for text in right {
                assert!(fits(text), "`{text}` is {words}");
            }
            for text in wrong {
                assert!(!fits(text), "`{text}` is not {words}");
            }
        }
    }
}

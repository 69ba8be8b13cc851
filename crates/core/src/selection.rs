//! Which log groups a policy of the account is for.

/// Which log groups a policy of the account is for, by its `selectionCriteria`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of them: there are no criteria.
    Everything,
    /// All but those of these names.
    Except(Vec<String>),
    /// Criteria in a form that is not understood, as they are written.
    NotUnderstood(String),
}

impl Selection {
    /// Reads `LogGroupName NOT IN […]`, the one form that CloudWatch Logs documents. The names come quoted with commas between them, or
    /// bare with blanks.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html>
    pub fn parse(criteria: &str) -> Self {
        if criteria.trim().is_empty() {
            return Self::Everything;
        }
        excluded(criteria).map_or_else(|| Self::NotUnderstood(criteria.to_owned()), Self::Except)
    }

    /// Whether a log group is among those that the policy is for; `None` where nobody can tell.
    pub fn includes(&self, log_group: &str) -> Option<bool> {
        match self {
            Self::Everything => Some(true),
            Self::Except(names) => Some(names.iter().all(|name| name != log_group)),
            Self::NotUnderstood(_) => None,
        }
    }
}

fn excluded(criteria: &str) -> Option<Vec<String>> {
    let mut rest = criteria.trim_start();
    for word in ["LogGroupName", "NOT", "IN"] {
        let (head, tail) = rest.split_at_checked(word.len())?;
        // A word ends where something else begins: `LogGroupNamePrefix` is another criterion.
        if !head.eq_ignore_ascii_case(word) || tail.starts_with(|next: char| next.is_alphanumeric()) {
            return None;
        }
        rest = tail.trim_start();
    }
    let list = rest.trim_end().strip_prefix('[')?.strip_suffix(']')?;
    if list.contains(['[', ']']) {
        return None;
    }
    let names = list.split(|between: char| between == ',' || between.is_whitespace()).map(|name| name.trim_matches(['"', '\'']));
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    names.iter().all(|name| is_log_group_name(name)).then(|| names.into_iter().map(str::to_owned).collect())
}

/// Anything else may be a pattern, or names with another separator: taken for one name, it would exclude nothing.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
fn is_log_group_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_may_be_quoted_or_bare() {
        for criteria in [
            r#"LogGroupName NOT IN ["/aws/neptune/a/audit", "other"]"#,
            r#"LogGroupName NOT IN ["/aws/neptune/a/audit","other"]"#,
            "LogGroupName NOT IN [/aws/neptune/a/audit other]",
            " logGroupName  not in [ '/aws/neptune/a/audit' , 'other' ] ",
        ] {
            let selection = Selection::parse(criteria);
            assert_eq!(selection, Selection::Except(vec!["/aws/neptune/a/audit".to_owned(), "other".to_owned()]), "{criteria}");
            assert_eq!(selection.includes("other"), Some(false));
            assert_eq!(selection.includes("/aws/neptune/a/audit-old"), Some(true));
        }
    }

    #[test]
    fn no_criteria_are_no_limit_and_an_empty_list_is_none_either() {
        assert_eq!(Selection::parse(" ").includes("any"), Some(true));
        assert_eq!(Selection::parse("LogGroupName NOT IN []").includes("any"), Some(true));
    }

    #[test]
    fn what_is_not_understood_is_neither() {
        for criteria in [
            "LogGroupName IN [\"a\"]",
            "LogGroupNamePrefix NOT IN [\"a\"]",
            "LogGroupName NOT IN a",
            "LogGroupName NOT AT [\"b\"]",
            "LogGroupName AND IN [\"b\"]",
            "LogGroupText NOT IN [\"b\"]",
            "LogGroupName NOTHING IN [\"b\"]",
            "LogGroupName NOT IN [a] AND x",
            "LogGroupName NOT IN [a] OR LogGroupName NOT IN [b]",
            "LogGroupName NOT IN [\"/aws/neptune/*\"]",
            "LogGroupName NOT IN [\"a\";\"b\"]",
            "LogGroupName NOT IN [\"a\"\"b\"]",
            "é",
        ] {
            assert_eq!(Selection::parse(criteria).includes("any"), None, "{criteria}");
        }
    }
}

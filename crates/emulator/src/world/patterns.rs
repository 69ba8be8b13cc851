//! Patterns with `*`, as in IAM actions.

/// Whether `pattern`, in which `*` stands for any run of characters, describes the whole of `text`.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    text.strip_prefix(start)
        .is_some_and(|text| (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..])))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("rds:*", "rds:DescribeDBClusters", true),
            ("rds:*", "logs:DescribeLogGroups", false),
            ("*Groups", "logs:DescribeLogGroups", true),
            ("rds:Describe", "rds:DescribeDBClusters", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}

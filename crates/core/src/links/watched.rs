//! *Watched*: a metric filter counts something in the log group, so that somebody can be told.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html>

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::facts::STANDARD;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if !question.required.log_group_metric_filter {
        return Outcome::NotAsked(None);
    }
    question.with_log_group(Read::LogGroup, &question.log_group().group, |group| match group.metric_filters {
        // Nobody can add one: such a log group has neither metric nor subscription filters.
        0 if group.class != STANDARD => {
            let log_group = question.log_group_name();
            let found = format!("log group {log_group} is of class {}, which has no metric filters", group.class);
            Outcome::broken(Code::NotWatched, found, Remedy::RecreateLogGroup { log_group })
        }
        0 => {
            let log_group = question.log_group_name();
            Outcome::broken(Code::NotWatched, format!("log group {log_group} has no metric filter"), Remedy::Watch { log_group })
        }
        1 => Outcome::Holds("1 metric filter".to_owned()),
        count => Outcome::Holds(format!("{count} metric filters")),
    })
}

/// The values that stand for all that the number of metric filters can be.
pub fn metric_filters() -> [u32; 2] {
    [0, 1]
}

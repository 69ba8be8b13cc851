//! `neptune-audit scan` beside Prowler and Cloud Custodian, on the same endpoints: how long, with how many calls, and who is right.

mod asked;
mod said;
mod speed;
mod tools;
mod truth;

use anyhow::Result;

use self::tools::Tool;
use crate::figures::{Block, Report};
use crate::lab::Lab;

/// Two tables. A tool that is not installed is left out, and the page says so.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let command = Tool::command(lab.programs.built("neptune-audit"));
    let others =
        [Tool::prowler(lab.programs.installed("prowler", "prowler")), Tool::custodian(lab.programs.installed("custodian", "custodian"))];
    let (others, missing): (Vec<_>, Vec<_>) = others.into_iter().partition(Tool::is_there);
    let mut report = speed::measure(lab, &command, &others).await?;
    report.append(truth::measure(&[&command].into_iter().chain(&others).collect::<Vec<_>>()).await?);
    for tool in missing {
        report.blocks.push(Block::Text(format!("{} is not installed here, and was left out.\n", tool.name)));
    }
    Ok(report)
}

//! The events of the benchmark: those of `events/`, about the clusters of the benchmark's fleets.

use std::cell::Cell;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// An event from a file, with what it says of the cluster and the account replaced.
#[derive(Clone, Debug)]
pub struct Events {
    change: Value,
    schedule: Value,
    /// Schedules made so far.
    schedules: Cell<u64>,
}

impl Events {
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |name: &str| -> Result<Value> {
            let path = folder.join(name);
            let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(serde_json::from_slice(&text)?)
        };
        Ok(Self { change: read("changed.json")?, schedule: read("scheduled.json")?, schedules: Cell::new(0) })
    }

    /// A cluster of an account changed.
    pub fn change(&self, account: &str, identifier: &str) -> Result<Value> {
        rewrite(&self.change, account, |invoking_event| {
            let item = &mut invoking_event["configurationItem"];
            let resource_id = emulator::fleet::resource_id(account, identifier);
            let arn = format!("arn:aws:rds:eu-west-1:{account}:cluster:{identifier}");
            item["awsAccountId"] = json!(account);
            item["resourceId"] = json!(resource_id);
            item["resourceName"] = json!(identifier);
            item["ARN"] = json!(arn);
            item["configuration"]["dbclusterIdentifier"] = json!(identifier);
            item["configuration"]["dbClusterResourceId"] = json!(resource_id);
            item["configuration"]["dbclusterArn"] = json!(arn);
        })
    }

    /// The time to judge all clusters of an account has come: a second later than the time before. A result on record with the time of
    /// the event is that of an earlier try, and would not be put again.
    pub fn schedule(&self, account: &str) -> Result<Value> {
        let seconds = self.schedules.replace(self.schedules.get() + 1);
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let time = format!("2026-12-{:02}T{:02}:{minutes:02}:{seconds:02}.000Z", 1 + hours / 24, hours % 24);
        rewrite(&self.schedule, account, |invoking_event| {
            invoking_event["awsAccountId"] = json!(account);
            invoking_event["notificationCreationTime"] = json!(time);
        })
    }
}

fn rewrite(event: &Value, account: &str, change: impl FnOnce(&mut Value)) -> Result<Value> {
    let mut event = event.clone();
    let text = event["invokingEvent"].as_str().context("invokingEvent is not a string")?;
    let mut invoking_event: Value = serde_json::from_str(text)?;
    change(&mut invoking_event);
    event["invokingEvent"] = json!(invoking_event.to_string());
    event["accountId"] = json!(account);
    // A token belongs to one rule of one account.
    event["resultToken"] = json!(format!("{}{account}", event["resultToken"].as_str().unwrap_or_default()));
    Ok(event)
}

/// The same event under other rule parameters.
pub fn with_parameters(mut event: Value, parameters: &Value) -> Value {
    event["ruleParameters"] = json!(parameters.to_string());
    event
}

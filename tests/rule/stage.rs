//! One emulator and one function, and the events to send.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_config::primitives::{DateTime, DateTimeFormat};
use emulator::{Answer, Emulator, Fleet, Function, Invocation, Recorded};
use serde_json::{Value, json};

pub const HOME: &str = "111122223333";
pub const OTHER: &str = "444455556666";
pub const TOKEN: &str = "a-fictional-result-token-that-must-never-be-logged";
pub const CAPTURED: &str = "2026-11-20T08:12:44.907Z";
pub const CAPTURED_SECONDS: f64 = 1_795_162_364.907;
pub const CREATED: &str = "2026-11-20T12:00:00.373Z";

/// What the function calls; the last one only for an account that is not its own.
pub const CALLS: [&str; 10] = [
    "rds:DescribeDBClusters",
    "rds:DescribeDBClusterParameters",
    "rds:ListTagsForResource",
    "logs:DescribeLogGroups",
    "logs:DescribeSubscriptionFilters",
    "logs:DescribeAccountPolicies",
    "logs:DescribeLogStreams",
    "config:GetComplianceDetailsByConfigRule",
    "config:PutEvaluations",
    "sts:AssumeRole",
];

/// The emulated AWS, and the function on it.
pub struct Stage {
    pub emulator: Emulator,
    pub function: Function,
}

impl Stage {
    pub async fn new(fleet: Fleet) -> Self {
        Self::with_variables(fleet, []).await
    }

    /// With more in the function's environment than Lambda puts there.
    pub async fn with_variables<const N: usize>(fleet: Fleet, variables: [(&str, &str); N]) -> Self {
        let emulator = Emulator::start(fleet).await;
        let function = Function::spawn(env!("CARGO_BIN_EXE_neptune-audit-rule"), &emulator, variables).expect("the function starts");
        Self { emulator, function }
    }

    pub async fn send(&self, event: impl Into<emulator::Event>) -> Answer {
        self.emulator.invoke(event, Invocation::default()).await
    }

    pub async fn send_within(&self, event: impl Into<emulator::Event>, deadline: Duration) -> Answer {
        self.emulator.invoke(event, Invocation { deadline, ..Invocation::default() }).await
    }

    /// Sends an event that must be answered without an error, and gives what was put for it.
    pub async fn put_for(&self, event: Value) -> Vec<Value> {
        self.emulator.reset_puts();
        let answer = self.send(event).await;
        assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
        self.put()
    }

    /// All evaluations put since the last reset.
    pub fn put(&self) -> Vec<Value> {
        self.emulator.put_evaluations().into_iter().map(|(_, evaluation)| evaluation).collect()
    }

    /// The single evaluation of a change to the cluster `c-0001`.
    pub async fn judge(&self, parameters: Value) -> Value {
        let put = self.put_for(change("c-0001", parameters)).await;
        assert_eq!(put.len(), 1, "{put:?}");
        put[0].clone()
    }

    pub fn actions(&self) -> Vec<String> {
        self.emulator.calls().into_iter().map(|call| call.action).collect()
    }
}

/// The healthy fleet of one cluster, after a change.
pub async fn stage(change: impl FnOnce(&mut Fleet)) -> Stage {
    let mut fleet = Fleet::healthy(1);
    change(&mut fleet);
    Stage::new(fleet).await
}

/// A result that AWS Config has on record for the rule.
pub fn recorded(resource_type: &str, resource_id: &str, compliance: &str) -> Recorded {
    Recorded {
        rule: "neptune-audit".into(),
        resource_type: resource_type.into(),
        resource_id: resource_id.into(),
        compliance: compliance.into(),
        annotation: Some("as it was".into()),
        ..Recorded::default()
    }
}

pub fn resource_id(cluster: &str) -> String {
    emulator::fleet::resource_id(HOME, cluster)
}

/// An event around an invoking event.
pub fn event(invoking_event: &Value, parameters: &Value) -> Value {
    json!({
        "version": "1.0",
        "invokingEvent": invoking_event.to_string(),
        "ruleParameters": parameters.to_string(),
        "resultToken": TOKEN,
        "eventLeftScope": false,
        "executionRoleArn": "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "configRuleArn": "arn:aws:config:eu-west-1:111122223333:config-rule/config-rule-k7m2qd",
        "configRuleName": "neptune-audit",
        "configRuleId": "config-rule-k7m2qd",
        "accountId": HOME,
        "evaluationMode": "DETECTIVE",
    })
}

/// The configuration item of a cluster of the home account.
pub fn item(cluster: &str) -> Value {
    json!({
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": CAPTURED,
        "configurationItemStatus": "OK",
        "configurationStateId": 1_795_162_364_907_i64,
        "awsAccountId": HOME,
        "awsRegion": "eu-west-1",
        "resourceType": "AWS::RDS::DBCluster",
        "resourceId": resource_id(cluster),
        "resourceName": cluster,
        "ARN": format!("arn:aws:rds:eu-west-1:{HOME}:cluster:{cluster}"),
        "configuration": { "dbclusterIdentifier": cluster, "engine": "neptune", "enabledCloudwatchLogsExports": [] },
        "relationships": [],
        "tags": {},
    })
}

pub fn change_of(item: &Value, parameters: Value) -> Value {
    let invoking_event = json!({
        "configurationItem": item,
        "configurationItemDiff": null,
        "notificationCreationTime": CREATED,
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": "1.3",
    });
    event(&invoking_event, &parameters)
}

pub fn change(cluster: &str, parameters: Value) -> Value {
    change_of(&item(cluster), parameters)
}

/// A scheduled event, each a second later than the one before: the same event again is what Lambda sends after a failure.
pub fn schedule(parameters: Value) -> Value {
    static SCHEDULES: AtomicI64 = AtomicI64::new(0);
    schedule_at(1_795_176_000 + SCHEDULES.fetch_add(1, Ordering::Relaxed), parameters)
}

/// A scheduled event of a time, in seconds since 1970.
pub fn schedule_at(seconds: i64, parameters: Value) -> Value {
    let created = DateTime::from_millis(1000 * seconds + 373).fmt(DateTimeFormat::DateTime).expect("a time");
    let invoking_event = json!({
        "awsAccountId": HOME,
        "notificationCreationTime": created,
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    });
    event(&invoking_event, &parameters)
}

/// The same event, of the other account.
pub fn in_other(mut event: Value) -> Value {
    event["accountId"] = json!(OTHER);
    event["executionRoleArn"] = json!(format!("arn:aws:iam::{OTHER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"));
    event
}

/// The codes at the head of an annotation, by log type: `audit: A, B; slowquery: C. …`.
pub fn codes(evaluation: &Value) -> Vec<String> {
    let annotation = evaluation["Annotation"].as_str().expect("an annotation");
    let head = annotation.split(". ").next().expect("a head");
    let is_code = |word: &&str| word.len() > 3 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    head.split([' ', ',', ';', ':', '.']).filter(is_code).map(str::to_owned).collect()
}

pub fn error(answer: Answer) -> (String, String) {
    match answer {
        Answer::Error { error_type, error_message } => (error_type, error_message),
        other => panic!("not an error: {other:?}"),
    }
}

//! The settings that whoever deploys the function may add to its environment.

use emulator::{Answer, Fleet};
use serde_json::json;

use crate::stage::{Stage, change, error};

/// What a change is answered by a function with one more setting.
async fn answer_with(name: &str, value: &str) -> Answer {
    let stage = Stage::with_variables(Fleet::healthy(1), [(name, value)]).await;
    stage.send(change("c-0001", json!({}))).await
}

#[tokio::test]
async fn fips_and_dual_stack_endpoints_can_be_asked_for() {
    for (name, refusal) in [("AWS_USE_FIPS_ENDPOINT", "FIPS"), ("AWS_USE_DUALSTACK_ENDPOINT", "Dualstack")] {
        for value in ["true", "True"] {
            // The emulator's is an endpoint of one's own, which the SDK refuses together with either: so it knows.
            let (error_type, message) = error(answer_with(name, value).await);
            assert_eq!(error_type, "AwsCallFailed", "{message}");
            assert!(message.contains(refusal), "{message}");
        }
        for value in ["false", ""] {
            assert!(matches!(answer_with(name, value).await, Answer::Response(_)), "{name}={value}");
        }
    }
}

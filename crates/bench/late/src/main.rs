//! The function as it would be if it asked for its first event before it made anything ready, for the benchmark to compare with.
//!
//! The event makes it ready. It might begin by itself after its first poll; on Lambda the event of a cold start is there by then, and in the
//! benchmark it would run on a whole CPU until its poll is noticed.

use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn, tower::util::MapRequestLayer};
use neptune_audit_rule::rule::Rule;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let rule = &Rule::default();
    let handler = service_fn(|event: LambdaEvent<String>| rule.answer(event.payload, event.context));
    Runtime::new(handler).layer(MapRequestLayer::new(as_text)).run().await
}

/// As the function does it.
fn as_text(mut invocation: LambdaInvocation) -> LambdaInvocation {
    let text = String::from_utf8_lossy(&invocation.body);
    invocation.body = serde_json::Value::from(text).to_string().into();
    invocation
}

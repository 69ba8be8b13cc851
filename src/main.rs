//! Wiring only: settings, the rule, the Lambda runtime.

use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn, tower::util::MapRequestLayer};
use neptune_audit_rule::rule::Rule;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let rule = &Rule::default();
    // Lambda lends a function a whole CPU until it asks for its first event, and then gives the smallest one 7 % of a CPU. So all that no
    // event is needed for comes first: settings, TLS with the machine's root certificates, what the SDK sets up once.
    rule.prepare();
    let handler = service_fn(|event: LambdaEvent<String>| rule.answer(event.payload, event.context));
    Runtime::new(handler).layer(MapRequestLayer::new(as_text)).run().await
}

/// Hands the payload over as text, whatever it is: the runtime's own error for a payload that is not JSON carries the name of one of
/// its private types, and no two versions need agree on it.
fn as_text(mut invocation: LambdaInvocation) -> LambdaInvocation {
    let text = String::from_utf8_lossy(&invocation.body);
    invocation.body = serde_json::Value::from(text).to_string().into();
    invocation
}

//! The smallest function on `lambda_runtime`, for the benchmark to compare with.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |_event: LambdaEvent<Value>| Ok::<_, Error>("hello, world"))).await
}

//! A local stand-in for the AWS endpoints and the Lambda Runtime API that `neptune-audit-rule` talks to.
//!
//! One server on one port speaks to three sides:
//!
//! * `POST /`: the AWS protocols, as the SDKs speak them: Neptune, AWS Config, CloudWatch Logs, STS,
//!   Account Management, Organizations and Resource Groups Tagging;
//! * `/2018-06-01/runtime/…`: the Lambda Runtime API, for the function's binary;
//! * `/_emulator/…`: the control API, for tests in other languages.
//!
//! It knows nothing of the AWS SDKs: it is a second, independent reading of the protocols, and botocore's models
//! judge it (`tests/python/test_emulator.py`).
//!
//! ```no_run
//! use std::time::Duration;
//! use emulator::{Answer, Emulator, Fault, FaultKind, Fleet, Function, Invocation};
//!
//! # async fn example() -> std::io::Result<()> {
//! let emulator = Emulator::start(Fleet::healthy(3)).await;
//! let function = Function::spawn("target/debug/neptune-audit-rule", &emulator, [("RUST_LOG", "info")])?;
//! emulator.update(|fleet| fleet.cluster("c-0002").exports.clear());
//! emulator.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Throttle).matching("audited").times(1));
//!
//! let event = std::fs::read("events/scheduled.json")?;
//! let answer = emulator.invoke(event, Invocation { deadline: Duration::from_secs(5), ..Invocation::default() }).await;
//! assert!(matches!(answer, Answer::Response(_)), "{answer:?} {:?}", function.log());
//!
//! assert_eq!(emulator.count("rds:DescribeDBClusters"), 1);
//! assert_eq!(emulator.puts().len(), 1);
//! for (account, evaluation) in emulator.put_evaluations() {
//!     println!("{account} {}", evaluation["ComplianceType"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: `world` is what there is (the facts are a [`Fleet`], a [`Fault`] breaks calls), `aws::gateway` takes an AWS
//! call through its steps, `aws::neptune`, `aws::config`, `aws::logs` and `aws::sts` answer it, `runtime` is Lambda, and
//! [`Emulator`] puts them together.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a tool of this repository, which no user runs: it may stop with a panic, and it prints"
)]

mod aws;
mod check;
mod connection;
mod control;
mod function;
mod interruption;
mod judging;
mod runtime;
mod server;
mod tls;
mod world;

pub use check::FleetError;
pub use function::{Function, environment};
pub use interruption::{Interruption, interruption};
pub use server::Emulator;
pub use tls::Tls;
pub use world::calls::{Call, Put};
pub use world::faults::{ErrorAnswer, FailingEvaluations, Fault, FaultKind};
pub use world::fleet;
pub use world::fleet::{
    Account, AccountPolicy, Cluster, Fleet, LogGroup, LogStream, Member, Organization, ParameterGroup, PendingExports, Recorded, Role,
    ShownState, SubscriptionFilter,
};
pub use world::invocations::{Answer, Event, Invocation, Step};
pub use world::limits::RateLimit;

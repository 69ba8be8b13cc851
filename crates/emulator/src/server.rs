//! The emulator itself: one server on one port, in a thread of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::aws::{self, Incoming};
use crate::connection::{Connection, Connections};
use crate::tls::{self, Tls};
use crate::world::Shared;
use crate::world::calls::{Call, Put, max_concurrent};
use crate::world::faults::Fault;
use crate::world::fleet::{Account, Fleet, Recorded};
use crate::world::invocations::{Answer, Event, Invocation, Step};
use crate::world::scope::Scope;
use crate::{control, runtime};

/// A running emulator. It serves until it is dropped.
pub struct Emulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Serves this fleet on a free port of the loopback interface.
    pub async fn start(fleet: Fleet) -> Self {
        Self::start_on((Ipv4Addr::LOCALHOST, 0).into(), fleet).await.expect("the loopback interface has a free port")
    }

    /// Serves this fleet on this address.
    ///
    /// The server has a thread and a runtime of its own: a caller that blocks, or pauses its clock, does not stop it.
    pub async fn start_on(address: SocketAddr, fleet: Fleet) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(fleet));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router(shared.clone());
        let listener = {
            let _context = handle.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let thread = std::thread::Builder::new().name("emulator".into()).spawn(move || {
            runtime.block_on(async {
                let service = router.into_make_service_with_connect_info::<Connection>();
                tokio::select! {
                    result = axum::serve(Connections(listener), service) => if let Err(error) = result {
                        eprintln!("the emulator stopped serving: {error}");
                    },
                    _ = stopped => {}
                }
            });
            // Dropping the runtime ends every connection, answered or not.
        })?;
        Ok(Self { address, shared, runtime: handle, stop: Some(stop), thread: Some(thread) })
    }

    /// For `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub fn runtime_api(&self) -> String {
        self.address.to_string()
    }

    /// Serves the same over TLS too, on another port, until the emulator is dropped.
    pub async fn start_tls(&self) -> io::Result<Tls> {
        let router = router(self.shared.clone());
        let serving = self.runtime.spawn(async {
            let (connections, tls) = tls::bind().await?;
            let service = router.into_make_service_with_connect_info::<Connection>();
            tokio::spawn(async move { axum::serve(connections, service).await });
            Ok(tls)
        });
        serving.await.map_err(io::Error::other)?
    }

    /// The Region of the fleet.
    pub fn region(&self) -> String {
        self.shared.world().fleet.region.clone()
    }

    /// Sends an event to the function that polls the Runtime API, and waits for its answer.
    pub async fn invoke(&self, event: impl Into<Event>, invocation: Invocation) -> Answer {
        let invoking = runtime::invoke(self.shared.clone(), event.into(), invocation);
        self.runtime.spawn(invoking).await.unwrap_or(Answer::None)
    }

    /// Each AWS call so far, in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn reset_calls(&self) {
        self.shared.world().calls.clear();
    }

    /// How many calls of this action (`rds:DescribeDBClusters`) there were.
    pub fn count(&self, action: &str) -> usize {
        self.shared.world().calls.iter().filter(|call| call.action == action).count()
    }

    /// The largest number of calls of this action (`*`: of all) that were under way at the same time.
    pub fn max_concurrent(&self, action: &str) -> usize {
        max_concurrent(&self.shared.world().calls, action)
    }

    /// The accepted PutEvaluations so far.
    pub fn puts(&self) -> Vec<Put> {
        self.shared.world().puts.clone()
    }

    /// Forgets the PutEvaluations so far; what they recorded stays.
    pub fn reset_puts(&self) {
        self.shared.world().puts.clear();
    }

    /// Every evaluation in the accepted PutEvaluations so far, with its account, in the order of arrival.
    pub fn put_evaluations(&self) -> Vec<(String, Value)> {
        let puts = self.puts();
        let evaluations = |put: Put| {
            let Put { account, body, .. } = put;
            let evaluations = body["Evaluations"].as_array().cloned().unwrap_or_default();
            evaluations.into_iter().map(move |evaluation| (account.clone(), evaluation))
        };
        puts.into_iter().flat_map(evaluations).collect()
    }

    /// The results that AWS Config has recorded, with their account: those of the fleet, and those put since.
    pub fn evaluations(&self) -> Vec<(String, Recorded)> {
        let world = self.shared.world();
        let of = |(scope, facts): (Scope, &Account)| {
            facts.recorded.iter().map(|result| (scope.account.clone(), result.clone())).collect::<Vec<_>>()
        };
        world.fleet.scopes().flat_map(of).collect()
    }

    /// Breaks calls from now on.
    pub fn inject(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Breaks no more calls.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Lets every AWS call take at least this long.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.world().latency = latency;
    }

    /// Puts the emulator's clock forward.
    pub fn advance(&self, time: Duration) {
        self.shared.world().ahead += time;
    }

    /// Changes the facts.
    pub fn update(&self, change: impl FnOnce(&mut Fleet)) {
        let mut world = self.shared.world();
        change(&mut world.fleet);
        world.reindex();
    }

    /// The facts as they are now.
    pub fn fleet(&self) -> Fleet {
        self.shared.world().fleet.clone()
    }

    /// Somebody takes care from now on that a function is there: an invocation may wait for it.
    pub fn attach_function(&self) {
        self.shared.world().invocations.attached = true;
        self.shared.function_came.notify_waiters();
    }

    /// The function ended, whose process took events after `started` steps of the Runtime API: what it had taken is answered.
    pub fn function_ended(&self, started: usize, how: &str) {
        let mut world = self.shared.world();
        let polled = world.invocations.steps.iter().skip(started).any(|step| step.step == "next");
        world.invocations.function_ended(polled, how);
    }

    /// What happened at the Runtime API so far.
    pub fn steps(&self) -> Vec<Step> {
        self.shared.world().invocations.steps.clone()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", post(call_aws))
        // The one service whose operations have paths.
        .route("/listRegions", post(call_aws))
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(shared.clone())
        .nest("/2018-06-01", runtime::router(shared.clone()))
        .nest("/_emulator", control::router(shared))
}

async fn call_aws(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    aws::serve(shared, Incoming { connection, path: uri.path().to_owned(), headers, body }).await
}

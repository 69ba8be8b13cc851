//! The state that all endpoints share, behind one lock.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

pub(crate) mod calls;
pub(crate) mod credentials;
pub(crate) mod faults;
pub mod fleet;
pub(crate) mod index;
pub(crate) mod invocations;
pub(crate) mod limits;
pub(crate) mod patterns;
pub(crate) mod random;
pub(crate) mod scope;

use self::calls::{Call, Put};
use self::credentials::{Caller, Refused, Sessions};
use self::faults::Faults;
use self::fleet::{Account, Cluster, Fleet, LogGroup, Member, Recorded};
use self::index::Index;
use self::invocations::Invocations;
use self::limits::Buckets;
use self::patterns::matches;
use self::random::Random;
use self::scope::Scope;

pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) started: Instant,
    /// Wakes the function's long poll.
    pub(crate) invocation_waits: Notify,
    /// Wakes whoever waits for a function to come.
    pub(crate) function_came: Notify,
}

impl Shared {
    pub(crate) fn new(fleet: Fleet) -> Self {
        Self {
            world: Mutex::new(World::new(fleet)),
            started: Instant::now(),
            invocation_waits: Notify::new(),
            function_came: Notify::new(),
        }
    }

    /// A panic of a test inside `update` must not hide behind a poisoned lock.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn milliseconds(&self, at: Instant) -> f64 {
        at.saturating_duration_since(self.started).as_secs_f64() * 1000.0
    }
}

pub(crate) struct World {
    pub(crate) fleet: Fleet,
    indexes: HashMap<Scope, Index>,
    pub(crate) calls: Vec<Call>,
    pub(crate) puts: Vec<Put>,
    pub(crate) faults: Faults,
    pub(crate) latency: Duration,
    /// Credentials handed out by AssumeRole.
    pub(crate) sessions: Sessions,
    /// The rule of each result token that came with an event.
    pub(crate) result_tokens: HashMap<String, RuleRun>,
    /// The rules that results were put for.
    pub(crate) rules: HashSet<(Scope, String)>,
    pub(crate) invocations: Invocations,
    pub(crate) random: Random,
    pub(crate) buckets: Buckets,
    /// Instances that are rebooting, with the time when they are back.
    pub(crate) reboots: Vec<Reboot>,
    /// How far the emulator's clock is ahead of the machine's.
    pub(crate) ahead: Duration,
}

/// A rule that AWS Config runs.
#[derive(Clone, Debug)]
pub(crate) struct RuleRun {
    pub(crate) rule: String,
    /// In seconds since 1970, by the emulator's clock.
    pub(crate) invoked_at: f64,
}

/// An instance on its way back.
pub(crate) struct Reboot {
    pub(crate) scope: Scope,
    pub(crate) instance: String,
    /// In milliseconds since 1970, by the emulator's clock.
    pub(crate) done: i64,
}

impl World {
    fn new(fleet: Fleet) -> Self {
        let mut world = Self {
            fleet,
            indexes: HashMap::new(),
            calls: Vec::new(),
            puts: Vec::new(),
            faults: Faults::default(),
            latency: Duration::ZERO,
            sessions: Sessions::default(),
            result_tokens: HashMap::new(),
            rules: HashSet::new(),
            invocations: Invocations::default(),
            random: Random::seeded(since_epoch().as_nanos() as u64),
            buckets: Buckets::default(),
            reboots: Vec::new(),
            ahead: Duration::ZERO,
        };
        world.reindex();
        world
    }

    /// Must follow every change of the fleet that adds, removes or renames something.
    pub(crate) fn reindex(&mut self) {
        self.fleet.home();
        self.fleet.derive_resource_ids();
        let shuffle = self.fleet.shuffle;
        self.indexes = self.fleet.scopes().map(|(scope, facts)| (scope, Index::of(facts, shuffle))).collect();
    }

    /// What an account has in a Region, and its index; none where the fleet does not have it.
    pub(crate) fn account(&self, scope: &Scope) -> Option<(&Account, &Index)> {
        Some((self.fleet.facts(scope)?, self.indexes.get(scope)?))
    }

    /// Who uses an access key. Every key that was not handed out here belongs to the home account's function.
    pub(crate) fn caller(&self, access_key: &str, token: Option<&str>) -> Result<Caller, Refused> {
        let handed_out = self.sessions.find(access_key, token, self.now())?;
        Ok(handed_out.unwrap_or_else(|| Caller::function(self.fleet.partition(), &self.fleet.home_account, access_key)))
    }

    pub(crate) fn cluster_mut(&mut self, scope: &Scope, identifier: &str) -> Option<&mut Cluster> {
        let index = self.indexes.get(scope)?;
        let position = *index.clusters.get(*index.cluster_places.get(identifier)?)?;
        self.fleet.facts_mut(scope)?.clusters.get_mut(position)
    }

    pub(crate) fn member_mut(&mut self, scope: &Scope, instance: &str) -> Option<&mut Member> {
        let (cluster, member) = *self.indexes.get(scope)?.instances.get(instance)?;
        self.fleet.facts_mut(scope)?.clusters.get_mut(cluster)?.members.get_mut(member)
    }

    pub(crate) fn log_group_mut(&mut self, scope: &Scope, name: &str) -> Option<&mut LogGroup> {
        let sorted = &self.indexes.get(scope)?.log_groups;
        let groups = &mut self.fleet.facts_mut(scope)?.log_groups;
        let place = sorted.binary_search_by(|position| groups[*position].name.as_str().cmp(name)).ok()?;
        groups.get_mut(sorted[place])
    }

    pub(crate) fn add_log_group(&mut self, scope: &Scope, group: LogGroup) {
        self.fleet.facts_or_new(scope).log_groups.push(group);
        self.reindex();
    }

    /// Lets the instances come back whose reboot is over: with every parameter of their group in effect.
    pub(crate) fn finish_reboots(&mut self) {
        let now = self.now();
        let (done, under_way) = std::mem::take(&mut self.reboots).into_iter().partition(|reboot: &Reboot| reboot.done <= now);
        self.reboots = under_way;
        for Reboot { scope, instance, .. } in done {
            if let Some(member) = self.member_mut(&scope, &instance) {
                member.status = "available".into();
                member.parameter_group_status = "in-sync".into();
            }
        }
    }

    /// Keeps a result, unless a newer one of the same resource is there.
    pub(crate) fn record(&mut self, scope: &Scope, result: Recorded) {
        let facts = self.fleet.facts_or_new(scope);
        let index = self.indexes.entry(scope.clone()).or_default();
        let key = (result.rule.clone(), result.resource_type.clone(), result.resource_id.clone());
        match index.recorded.get(&key).and_then(|position| facts.recorded.get_mut(*position)) {
            Some(known) if known.ordering_timestamp > result.ordering_timestamp => {}
            Some(known) => *known = result,
            None => {
                index.recorded.insert(key, facts.recorded.len());
                facts.recorded.push(result);
            }
        }
    }

    /// Whether a call is within every rate limit of its account and Region that applies to it.
    pub(crate) fn within_limits(&mut self, scope: &Scope, action: &str) -> bool {
        let now = Instant::now();
        let limits = self.fleet.limits.iter().filter(|(pattern, _)| matches(pattern, action));
        // Each bucket is asked: a call that one of them refuses costs the others too.
        limits.fold(true, |within, (pattern, limit)| self.buckets.take(scope, pattern, *limit, now) && within)
    }

    /// Starts over with another fleet: credentials and result tokens of before are unknown, the clock is right again.
    pub(crate) fn replace(&mut self, fleet: Fleet) {
        self.fleet = fleet;
        self.sessions.clear();
        self.result_tokens.clear();
        self.rules.clear();
        self.buckets = Buckets::default();
        self.reboots.clear();
        self.ahead = Duration::ZERO;
        self.reindex();
    }

    /// The emulator's time, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        (since_epoch() + self.ahead).as_millis() as i64
    }

    /// The size of a page: what the caller asks for, or less.
    pub(crate) fn page_size(&self, asked: usize) -> usize {
        self.fleet.page_size.map_or(asked, |cap| cap.clamp(1, asked.max(1)))
    }
}

/// The machine's time, since 1970.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

//! A listing that is read in the background while others already look things up in it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Weak};

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::error::CallError;

/// Entries that are held without anybody asking for more.
const ENTRIES_AHEAD: usize = 500;

/// Entries by key, found as soon as they are listed; that a key is missing is known only when all are.
#[derive(Debug)]
pub struct Listing<K, V> {
    action: &'static str,
    state: watch::Receiver<State<K, V>>,
    /// Gone when all pages have come.
    pages: Weak<watch::Sender<State<K, V>>>,
    demand: Arc<Notify>,
}

/// Where the pages of a listing go.
#[derive(Debug)]
pub struct Pages<K, V> {
    state: Arc<watch::Sender<State<K, V>>>,
    /// Told when another page is wanted.
    demand: Arc<Notify>,
}

#[derive(Debug)]
struct State<K, V> {
    entries: HashMap<K, V>,
    end: Option<Result<(), CallError>>,
}

impl<K, V> Listing<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Begins to read, as one of `tasks`, what needs the permission `action`.
    pub fn read<F>(tasks: &mut JoinSet<()>, action: &'static str, read: impl FnOnce(Pages<K, V>) -> F) -> Self
    where
        F: Future<Output = Result<(), CallError>> + Send + 'static,
    {
        let (sender, state) = watch::channel(State { entries: HashMap::new(), end: None });
        let sender = Arc::new(sender);
        let (pages, demand) = (Arc::downgrade(&sender), Arc::new(Notify::new()));
        let reading = read(Pages { state: Arc::clone(&sender), demand: Arc::clone(&demand) });
        tasks.spawn(async move {
            let end = reading.await;
            sender.send_modify(|state| state.end = Some(end));
        });
        Self { action, state, pages, demand }
    }

    /// The entry of a key, as soon as it is known whether there is one.
    ///
    /// # Errors
    /// When the listing broke off before the key came: then nobody knows.
    pub async fn find(&self, key: &K) -> Result<Option<V>, CallError> {
        let mut state = self.state.clone();
        let state = self.wait_for(&mut state, |state| state.entries.contains_key(key)).await?;
        match (state.entries.get(key), &state.end) {
            (Some(entry), _) => Ok(Some(entry.clone())),
            (None, Some(end)) => end.clone().map(|()| None),
            (None, None) => Err(CallError::stopped(self.action)),
        }
    }

    /// Drops an entry that nobody will look up again, while more are still coming: the most that are ever held are then fewer.
    pub fn forget(&self, key: &K) {
        if let Some(pages) = self.pages.upgrade() {
            pages.send_if_modified(|state| {
                state.entries.remove(key);
                if state.entries.len() < ENTRIES_AHEAD {
                    self.demand.notify_one();
                }
                false
            });
        }
    }

    /// The entries that `pick` keeps, when all have come.
    ///
    /// # Errors
    /// When the listing broke off.
    pub async fn all<T>(&self, pick: impl FnMut((&K, &V)) -> Option<T>) -> Result<Vec<T>, CallError> {
        let mut state = self.state.clone();
        let state = self.wait_for(&mut state, |_| false).await?;
        state.end.clone().unwrap_or_else(|| Err(CallError::stopped(self.action)))?;
        Ok(state.entries.iter().filter_map(pick).collect())
    }

    /// Waits until `enough` has come, or all; asks after each page for the next one.
    async fn wait_for<'a>(
        &self,
        state: &'a mut watch::Receiver<State<K, V>>,
        enough: impl Fn(&State<K, V>) -> bool,
    ) -> Result<watch::Ref<'a, State<K, V>>, CallError> {
        let come = |state: &State<K, V>| {
            let come = state.end.is_some() || enough(state);
            if !come {
                self.demand.notify_one();
            }
            come
        };
        state.wait_for(come).await.map_err(|_| CallError::stopped(self.action))
    }
}

impl<K: Eq + Hash, V> Pages<K, V> {
    /// Takes in a page.
    pub fn add(&self, page: impl IntoIterator<Item = (K, V)>) {
        self.state.send_modify(|state| state.entries.extend(page));
    }

    /// Waits until another page is wanted: few entries are held, or somebody looks for one that has not come.
    pub async fn wanted(&self) {
        if self.state.borrow().entries.len() >= ENTRIES_AHEAD {
            self.demand.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const PAGE: usize = 100;
    const ALL: usize = 20;

    /// Looks things up in a listing of 20 pages, with the number of those that were read.
    fn with_pages(look: impl AsyncFnOnce(Listing<usize, usize>, &AtomicUsize)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut tasks, read) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
            let count = Arc::clone(&read);
            let listing = Listing::read(&mut tasks, "a:Call", |pages| async move {
                for page in 0..ALL {
                    count.fetch_add(1, Ordering::Relaxed);
                    pages.add((page * PAGE..(page + 1) * PAGE).map(|key| (key, key)));
                    pages.wanted().await;
                }
                Ok(())
            });
            look(listing, &read).await;
        });
    }

    async fn settle() {
        for _ in 0..10 * ALL {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn few_pages_are_read_before_anybody_looks_for_more() {
        with_pages(async |listing, read| {
            settle().await;
            assert_eq!(read.load(Ordering::Relaxed), ENTRIES_AHEAD / PAGE);
            for key in 0..PAGE {
                assert_eq!(listing.find(&key).await, Ok(Some(key)));
                listing.forget(&key);
            }
            settle().await;
            assert!((1..=2).contains(&(read.load(Ordering::Relaxed) - ENTRIES_AHEAD / PAGE)), "as many as were looked up, or a page more");
        });
    }

    #[test]
    fn whoever_looks_for_what_has_not_come_gets_it() {
        with_pages(async |listing, read| {
            assert_eq!(listing.find(&(ALL * PAGE - 1)).await, Ok(Some(ALL * PAGE - 1)));
            assert_eq!(read.load(Ordering::Relaxed), ALL);
            assert_eq!(listing.find(&(ALL * PAGE)).await, Ok(None));
        });
        with_pages(async |listing, _| assert_eq!(listing.all(|(key, _)| Some(*key)).await.unwrap().len(), ALL * PAGE));
    }
}

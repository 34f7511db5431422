//! Syncs that several wait for at once, made once for all of them.

use std::io;
use std::sync::{Condvar, Mutex, PoisonError};

/// Whoever changed the same thing and wants it on the disk for good: one of them syncs for all whose
/// changes were made before it began.
#[derive(Debug, Default)]
pub(super) struct GroupSync {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Changes so far.
    changes: u64,
    /// Of these, the ones that are on the disk for good.
    synced: u64,
    is_syncing: bool,
}

impl GroupSync {
    /// Returns when what the caller changed before is on the disk for good, by its own call of `sync` or by
    /// another one's.
    ///
    /// # Errors
    /// What the caller's own `sync` says; where another one's failed, it makes its own.
    pub(super) fn sync(&self, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.changes += 1;
        let own = state.changes;
        while state.is_syncing && state.synced < own {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.synced >= own {
            return Ok(());
        }
        state.is_syncing = true;
        let all = state.changes;
        drop(state);
        let result = sync();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_syncing = false;
        if result.is_ok() {
            state.synced = state.synced.max(all);
        }
        drop(state);
        self.ended.notify_all();
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc;

    use super::*;

    /// Whatever was changed is synced when it is told so, and many changes by fewer syncs.
    #[test]
    fn nobody_is_told_before_what_it_changed_is_synced() {
        let (group, changed, synced) = (GroupSync::default(), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let own = changed.fetch_add(1, Ordering::SeqCst) + 1;
                        let sync = || {
                            synced.fetch_max(changed.load(Ordering::SeqCst), Ordering::SeqCst);
                            Ok(())
                        };
                        group.sync(sync).unwrap();
                        assert!(synced.load(Ordering::SeqCst) >= own);
                    }
                });
            }
        });
    }

    #[test]
    fn those_that_come_meanwhile_share_the_next_one() {
        let (group, syncs) = (GroupSync::default(), AtomicU64::new(0));
        let (tells, begun) = mpsc::channel();
        let (release, gate) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let group = &group;
            scope.spawn(move || {
                let sync = || {
                    tells.send(()).unwrap();
                    gate.recv().unwrap();
                    Err(io::ErrorKind::StorageFull.into())
                };
                assert!(group.sync(sync).is_err());
            });
            begun.recv().unwrap();
            for _ in 0..8 {
                let syncs = &syncs;
                scope.spawn(move || {
                    let count = || {
                        syncs.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    };
                    group.sync(count).unwrap();
                });
            }
            while group.state.lock().unwrap().changes < 9 {
                std::thread::yield_now();
            }
            release.send(()).unwrap();
        });
        assert_eq!(syncs.load(Ordering::SeqCst), 1, "one failed, and one did for all others");
    }
}

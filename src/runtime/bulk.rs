//! Threads for what may take long: contents that are saved and sent, the ledger that is read, folders
//! that are looked through, files that are looked for.
//!
//! They stand back behind whatever else wants a processor, and leave one alone where there are several.
//! With two processors and three files that come as fast as they can, a key waits for its frame until one
//! of them has had its turn, unless they do; and so does the list for its next page.

use std::cell::Cell;
use std::io;
use std::thread;

#[cfg(target_os = "linux")]
use rustix::process::{getpriority_process, setpriority_process};
#[cfg(target_os = "linux")]
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tokio::runtime::{Builder, Handle, Runtime};

/// How far they stand back: with ten, a thread has about a tenth of what one without has beside it.
const STANDS_BACK: i32 = 10;

/// Its threads, as long as it is there; what is under way is dropped with it.
#[derive(Debug)]
pub(crate) struct Bulk {
    /// What has work done by them.
    pub(crate) handle: Handle,
    /// There until it is dropped.
    runtime: Option<Runtime>,
}

impl Bulk {
    /// Starts one thread, and others as they are needed.
    ///
    /// # Errors
    /// Where there are none to be had.
    pub(crate) fn start() -> io::Result<Self> {
        let (mut builder, stand_back) = (Builder::new_multi_thread(), standing_back());
        builder.worker_threads(1).enable_all().on_thread_start(move || {
            GIVES_WAY.set(true);
            stand_back();
        });
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

thread_local! {
    static GIVES_WAY: Cell<bool> = const { Cell::new(false) };
}

/// Lets whoever waits for this processor have it; for what stands back, between two pieces of its work.
/// Elsewhere nothing is given away.
pub(super) fn give_way() {
    if GIVES_WAY.get() {
        thread::yield_now();
    }
}

/// What each of them does first: it stands back behind the thread that calls this, and not behind the one
/// that starts it, which may be one of them. Where it is not allowed it is as others are.
#[cfg(target_os = "linux")]
fn standing_back() -> impl Fn() {
    let priority = getpriority_process(None).map(|own| own + STANDS_BACK);
    let processors = sched_getaffinity(None).map(all_but_one);
    move || {
        let _ = priority.map(|priority| setpriority_process(None, priority));
        let _ = processors.map(|processors| sched_setaffinity(None, &processors));
    }
}

/// Elsewhere it is the whole program that has a priority: it keeps it.
#[cfg(not(target_os = "linux"))]
fn standing_back() -> impl Fn() {
    || ()
}

/// Leaves a processor alone, so that whoever is woken finds it idle: a scheduler may leave a thread its
/// turn of some milliseconds though one before it was woken. Where there is one only, it is for all.
#[cfg(target_os = "linux")]
fn all_but_one(mut processors: CpuSet) -> CpuSet {
    if processors.count() > 1 {
        let first = (0..CpuSet::MAX_CPU).find(|processor| processors.is_set(*processor));
        if let Some(first) = first {
            processors.unset(first);
        }
    }
    processors
}

impl Drop for Bulk {
    fn drop(&mut self) {
        // A slow disk keeps nobody from leaving.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn they_stand_back_behind_whoever_started_them_and_end_with_it() {
        let own_way =
            || (getpriority_process(None), sched_getaffinity(None).unwrap(), GIVES_WAY.get());
        let (Ok(own), everywhere, false) = own_way() else { panic!("it gives way itself") };
        let bulk = Bulk::start().unwrap();
        let runtime = Builder::new_current_thread().build().unwrap();
        let threads = runtime.block_on(async {
            let working = bulk.handle.spawn(async move {
                // One that is started by one of them.
                (own_way(), tokio::task::spawn_blocking(own_way).await.unwrap())
            });
            let blocking = bulk.handle.spawn_blocking(own_way);
            (working.await.unwrap(), blocking.await.unwrap())
        });
        let back = (Ok((own + STANDS_BACK).min(19)), all_but_one(everywhere), true);
        assert_eq!(threads, ((back, back), back));
        assert_eq!(own_way(), (Ok(own), everywhere, false));
        let handle = bulk.handle.clone();
        runtime.block_on(async move { drop(bulk) });
        let after = runtime.block_on(handle.spawn(async {}));
        assert!(after.is_err_and(|error| error.is_cancelled()));
    }

    #[test]
    fn one_processor_is_left_alone_where_there_are_several() {
        let of = |processors: &[usize]| {
            let mut set = CpuSet::new();
            for processor in processors {
                set.set(*processor);
            }
            set
        };
        assert_eq!(all_but_one(of(&[0, 1])), of(&[1]));
        assert_eq!(all_but_one(of(&[3, 64, 1_023])), of(&[64, 1_023]));
        assert_eq!(all_but_one(of(&[2])), of(&[2]));
        assert_eq!(all_but_one(of(&[])), of(&[]));
    }
}

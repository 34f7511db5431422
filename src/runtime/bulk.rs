//! Threads for what may take long: contents that are saved and sent, the ledger that is read, folders
//! that are looked through, files that are looked for.
//!
//! They stand back behind whatever else wants a processor. With two processors and three files that come
//! as fast as they can, a key waits for its frame until one of them has had its turn, unless they do; and
//! so does the list for its next page.

use std::cell::Cell;
use std::io;
use std::thread;

use rustix::process::nice;
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
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().on_thread_start(stand_back);
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

thread_local! {
    static GIVES_WAY: Cell<bool> = const { Cell::new(false) };
}

/// Lets whoever waits for this processor have it; for what stands back, between two pieces of its work. A
/// scheduler may leave a thread its turn of some milliseconds though one before it was woken: long enough
/// for a key to be felt. Elsewhere nothing is given away.
pub(super) fn give_way() {
    if GIVES_WAY.get() {
        thread::yield_now();
    }
}

/// Where it is not allowed they are as others are; so they are where it is the whole program that would
/// stand back, further with each of them.
fn stand_back() {
    GIVES_WAY.set(true);
    if cfg!(target_os = "linux") {
        let _ = nice(STANDS_BACK);
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        // A slow disk keeps nobody from leaving.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;

    #[test]
    fn they_stand_back_behind_whoever_started_them_and_end_with_it() {
        let own = getpriority_process(None).unwrap();
        let bulk = Bulk::start().unwrap();
        let runtime = Builder::new_current_thread().build().unwrap();
        let own_way = || (getpriority_process(None), GIVES_WAY.get());
        let (working, blocking) = runtime.block_on(async {
            let working = bulk.handle.spawn(async move { own_way() });
            let blocking = bulk.handle.spawn_blocking(own_way);
            (working.await.unwrap(), blocking.await.unwrap())
        });
        let back = if cfg!(target_os = "linux") { (own + STANDS_BACK).min(19) } else { own };
        assert_eq!((working, blocking), ((Ok(back), true), (Ok(back), true)));
        assert_eq!(own_way(), (Ok(own), false));
        let handle = bulk.handle.clone();
        runtime.block_on(async move { drop(bulk) });
        let after = runtime.block_on(handle.spawn(async {}));
        assert!(after.is_err_and(|error| error.is_cancelled()));
    }
}

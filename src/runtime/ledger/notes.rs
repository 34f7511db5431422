//! Records that are added to a ledger while something else goes on.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::Ledger;
use crate::jobs::record::Record;
use crate::text::cause;

/// Records on their way into a ledger, one behind the other in the order in which they came: whoever adds
/// one is not held up. One task writes, as many at once as have come meanwhile, and only while there are
/// any; another one sees to the disk, so that no line waits for the sync of those before it.
pub struct Notes {
    shared: Arc<Shared>,
    /// The task that writes, or did last.
    writing: Option<JoinHandle<()>>,
    background: Handle,
}

struct Shared {
    ledger: Ledger,
    waiting: Mutex<Waiting>,
    tell: Box<dyn Fn(String) + Send + Sync>,
}

#[derive(Default)]
struct Waiting {
    records: Vec<Record>,
    /// Whether somebody writes, and takes what comes.
    is_being_written: bool,
    /// The ledger, where lines were written into it that no sync has seen.
    unsynced: Option<File>,
    /// The task that syncs, or did last.
    syncing: Option<JoinHandle<()>>,
    /// Whether somebody syncs, and takes what comes.
    is_being_synced: bool,
    /// Whether it was told that what came last cannot be written.
    is_told: bool,
}

impl Notes {
    /// None yet; they are written by `background`. `tell` is told why they cannot be, once, and once more
    /// where they could be in between.
    #[must_use]
    pub fn new(
        ledger: Ledger,
        background: &Handle,
        tell: impl Fn(String) + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared { ledger, waiting: Mutex::default(), tell: Box::new(tell) };
        Self { shared: Arc::new(shared), writing: None, background: background.clone() }
    }

    /// Adds records behind those that were added before.
    pub fn add(&mut self, records: impl IntoIterator<Item = Record>) {
        let begins = {
            let mut waiting = self.shared.waiting();
            waiting.records.extend(records);
            let has_some = !waiting.records.is_empty();
            has_some && !std::mem::replace(&mut waiting.is_being_written, true)
        };
        if begins {
            let (shared, background) = (Arc::clone(&self.shared), self.background.clone());
            let write = move || shared.write(&background);
            self.writing = Some(self.background.spawn_blocking(write));
        }
    }

    /// Waits until all that was added is on the disk for good, or was told not to be.
    pub async fn written(&mut self) {
        if let Some(writing) = self.writing.take() {
            // One that panicked has said so.
            let _ = writing.await;
        }
        let syncing = self.shared.waiting().syncing.take();
        if let Some(syncing) = syncing {
            let _ = syncing.await;
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until nothing waits, and has what was written synced.
    fn write(self: &Arc<Self>, background: &Handle) {
        while let Some(records) = self.next() {
            match self.ledger.append(&records) {
                Ok(file) => self.have_synced(file, background),
                Err(error) => self.judge(&Err(error)),
            }
        }
    }

    /// What waits; where that is nothing, whoever comes next has to begin anew.
    fn next(&self) -> Option<Vec<Record>> {
        let mut waiting = self.waiting();
        waiting.is_being_written = !waiting.records.is_empty();
        waiting.is_being_written.then(|| std::mem::take(&mut waiting.records))
    }

    fn have_synced(self: &Arc<Self>, file: File, background: &Handle) {
        let mut waiting = self.waiting();
        waiting.unsynced = Some(file);
        if !std::mem::replace(&mut waiting.is_being_synced, true) {
            let shared = Arc::clone(self);
            waiting.syncing = Some(background.spawn_blocking(move || shared.sync()));
        }
    }

    /// Syncs until there is nothing that was written since.
    fn sync(&self) {
        loop {
            let file = {
                let mut waiting = self.waiting();
                waiting.is_being_synced = waiting.unsynced.is_some();
                waiting.unsynced.take()
            };
            let Some(file) = file else { return };
            self.judge(&self.ledger.sync(&file));
        }
    }

    /// Tells that records are not in the ledger, where that was not told of those before them.
    fn judge(&self, written: &io::Result<()>) {
        let was_told = std::mem::replace(&mut self.waiting().is_told, written.is_err());
        if let Err(error) = written
            && !was_told
        {
            let why = cause(error);
            (self.tell)(format!(
                "what was done is not in the ledger, which cannot be written: {why}"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::jobs::Pinned;
    use crate::jobs::deletion::DeletionEnd;
    use crate::text::Untrusted;

    fn record(number: usize) -> Record {
        let file = Pinned::by_id(Untrusted::new(number.to_string()));
        Record::deleted(&file, &DeletionEnd::Deleted, 1)
    }

    fn ids(ledger: &Ledger) -> Vec<usize> {
        let mut ids = vec![];
        let torn = ledger.each(|record| {
            ids.push(record.id.parse().unwrap());
            Ok(())
        });
        assert_eq!(torn.unwrap(), 0);
        ids
    }

    /// However many threads there are to write, and whenever the writer has run out of work.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn lines_stand_in_the_order_in_which_they_were_added() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let mut notes = Notes::new(ledger.clone(), &Handle::current(), |text| panic!("{text}"));
        let mut rng = fastrand::Rng::with_seed(7);
        let mut added = 0;
        while added < 400 {
            let some = rng.usize(0..4);
            notes.add((added..added + some).map(record));
            added += some;
            if rng.u8(..) < 16 {
                notes.written().await;
                assert_eq!(ids(&ledger).len(), added, "waited for");
            }
        }
        notes.written().await;
        assert_eq!(ids(&ledger), (0..added).collect::<Vec<_>>());
    }

    /// A disk that takes its time with a sync keeps no line from being written: whoever is ended then
    /// has told of all that was done.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn no_line_waits_for_the_disk() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let mut notes = Notes::new(ledger.clone(), &Handle::current(), |text| panic!("{text}"));
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (tell, begun) = std::sync::mpsc::channel();
        let syncs = Arc::clone(&ledger.syncs);
        let slow = std::thread::spawn(move || {
            syncs.sync(|| {
                tell.send(()).unwrap();
                let _ = held.recv();
                Ok(())
            })
        });
        begun.recv().unwrap();
        for number in 0..20 {
            notes.add([record(number)]);
            let deadline = Instant::now() + Duration::from_secs(60);
            while ids(&ledger).len() <= number {
                assert!(Instant::now() < deadline, "{number} waits for the disk");
                tokio::task::yield_now().await;
            }
        }
        drop(release);
        slow.join().unwrap().unwrap();
        notes.written().await;
        assert_eq!(ids(&ledger), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_told_once_and_again_once_it_could_be() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let told = Arc::new(AtomicUsize::new(0));
        let tells = Arc::clone(&told);
        let mut notes = Notes::new(ledger.clone(), &Handle::current(), move |text| {
            assert!(text.starts_with("what was done is not in the ledger"), "{text}");
            tells.fetch_add(1, Ordering::SeqCst);
        });
        let folder = ledger.path().unwrap().to_owned();
        for (number, fails, times) in
            [(0, true, 1), (1, true, 1), (2, false, 1), (3, true, 2), (4, true, 2)]
        {
            if fails {
                let _ = std::fs::remove_file(&folder);
                std::fs::create_dir_all(&folder).unwrap();
            } else {
                std::fs::remove_dir(&folder).unwrap();
            }
            notes.add([record(number)]);
            notes.written().await;
            assert_eq!(told.load(Ordering::SeqCst), times, "{number}");
        }
    }
}

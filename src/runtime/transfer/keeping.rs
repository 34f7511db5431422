//! The end of a download: the name, for good, and the line in the ledger.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::failing::{Stop, shown, unusable};
use super::folder::Folder;
use super::part::{LETS_GO, Part};
use super::sink::Written;
use super::taken::{Take, Taken};
use super::{Done, Saver, blocking};
use tokio::time::{sleep, timeout};

use crate::jobs::job::JobFailure;
use crate::jobs::record::{Finish, Record, Saved};
use crate::jobs::whole::Proof;
use crate::jobs::{Download, Pinned};
use crate::runtime::ledger::{Index, lies_there};
use crate::text::{Untrusted, cause};
use crate::time::clock::Now;

/// What came of taking a file for this process.
pub(super) enum Standing {
    /// It is to be saved into this folder, as long as the other is held where there is a place for it.
    Ours(Arc<Folder>, Option<Taken>),
    Saved(Box<Done>),
    /// The process of this number is saving it.
    Held(u32),
    /// Its folder cannot be used.
    Homeless(io::Error),
    /// A disk on which it has to be looked for does not answer.
    Stuck,
}

/// How long a disk has to tell whether a file is saved already, and to open the folder for it. What is to be
/// saved besides is held up for no longer by each file on a disk that is gone.
const ANSWERS: Duration = Duration::from_secs(30);

/// The files that are being looked for on the disk: each by one try only, so that a disk which does not answer
/// has one thread for each at most.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks(Arc<Mutex<HashSet<Untrusted>>>);

/// One of them, as long as it lives.
struct Look {
    looks: Looks,
    id: Untrusted,
}

impl Looks {
    /// Begins to look for a file, once nobody else does; nothing where that takes too long.
    async fn begin(&self, id: &Untrusted) -> Option<Look> {
        let (mut tries, delay) = LETS_GO;
        while !self.lock().insert(id.clone()) {
            tries = tries.checked_sub(1)?;
            sleep(delay).await;
        }
        Some(Look { looks: self.clone(), id: id.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Untrusted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.looks.lock().remove(&self.id);
    }
}

impl Saver {
    /// Has it know of what was read of the ledger already.
    pub fn know(&self, index: Index) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = index;
    }

    /// Makes a folder where it is missing, and sees whether files can be made in it.
    ///
    /// # Errors
    /// Where it cannot be used, in words.
    pub async fn prepare(&self, folder: &Path) -> Result<(), JobFailure> {
        let opened = timeout(ANSWERS, self.open(folder.to_owned())).await.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, "its disk does not answer"))
        });
        opened.and_then(|opened| opened.check()).map_err(|error| unusable(folder, &error))
    }

    /// Takes a file for this process, unless it is saved, whoever did that, or another process is at it.
    pub(super) async fn take(&self, download: &Download) -> Standing {
        let (this, download, id) = (self.clone(), download.clone(), download.file.id.clone());
        let stand = move || {
            let taken = match Taken::take(&this.ledger, &download.file.id) {
                Take::Held(pid) => return Standing::Held(pid),
                Take::Ours(taken) => taken,
            };
            if let Some(done) = this.saved_already(&download) {
                return Standing::Saved(Box::new(done));
            }
            match this.open_now(&download.folder) {
                Ok(folder) => Standing::Ours(folder, taken),
                Err(error) => Standing::Homeless(error),
            }
        };
        // One that was stopped is about to be done with it; one that is stuck never is.
        let Some(look) = self.looks.begin(&id).await else { return Standing::Stuck };
        let stand = move || {
            let _look = look;
            Ok(stand())
        };
        match timeout(ANSWERS, blocking(stand)).await {
            Ok(stood) => stood.unwrap_or_else(Standing::Homeless),
            Err(_) => Standing::Stuck,
        }
    }

    /// What the ledger has of a file that lies there still.
    fn saved_already(&self, download: &Download) -> Option<Done> {
        if download.again {
            return None;
        }
        let lines = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            // Where it cannot be read, nothing is known; that is told by whoever reads it first.
            let _ = self.ledger.read_on(&mut *known);
            known.lines_of(&download.file)
        };
        // A disk that does not answer is to hold up nobody else.
        let saved = self.ledger.saved_by(&lines, &download.file);
        let saved = saved.or_else(|| self.saved_unwritten(&download.file))?;
        Some(Done { saved, ledger_trouble: None })
    }

    /// What this process saved of a file, and the ledger does not have, if it lies there still.
    fn saved_unwritten(&self, file: &Pinned) -> Option<Saved> {
        let unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        let record = unwritten.get(&*String::from_utf8_lossy(file.id.raw())).cloned();
        drop(unwritten);
        let record = record?;
        let saved = record.is_of(file).then(|| record.to_saved())??;
        lies_there(&saved.path, saved.bytes).then_some(saved)
    }

    pub(super) async fn finish(
        &self,
        part: Part,
        download: &Download,
        written: Written,
        proof: Proof,
        now_s: i64,
    ) -> Result<Done, Stop> {
        let (this, download) = (self.clone(), download.clone());
        blocking(move || {
            part.file.sync_data()?;
            let Written { bytes, sha256, .. } = written;
            let finished = Finish { name: String::new(), bytes, sha256, proof: proof.to_string() };
            let mut done = None;
            part.finish(&this.wanted(&download, now_s), finished.clone(), |path| {
                done = Some(this.keep(&download, path, finished));
            })?;
            done.ok_or_else(|| io::Error::other("it has no name"))
        })
        .await
        .map_err(Stop::Disk)
    }

    /// Has the ledger know of a file that was whole when somebody ended.
    pub(super) async fn make_up(
        &self,
        folder: &Arc<Folder>,
        download: &Download,
        finished: Finish,
        now_s: i64,
    ) -> io::Result<Done> {
        let (this, folder, download) = (self.clone(), Arc::clone(folder), download.clone());
        blocking(move || {
            let path = folder.path().join(&finished.name);
            let done = this.keep(&download, path, finished.clone());
            Part::forget(&folder, &this.wanted(&download, now_s), &finished);
            Ok(done)
        })
        .await
    }

    /// Adds a file that lies there whole to the ledger.
    fn keep(&self, download: &Download, path: PathBuf, finished: Finish) -> Done {
        let Finish { bytes, sha256, proof, .. } = finished;
        let at = Now::read().wall_ms.div_euclid(1_000);
        let saved = Saved { path, bytes, sha256, proof, at, already: false };
        let record = Record::saved(&download.file, &saved, std::process::id());
        let ledger_trouble = self.add_to_ledger(&record);
        Done { saved, ledger_trouble }
    }

    /// Adds a record to the ledger; says why that cannot be done, the first time.
    fn add_to_ledger(&self, record: &Record) -> Option<String> {
        let error = self.ledger.add(record).err()?;
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        unwritten.insert(record.id.clone(), record.clone());
        drop(unwritten);
        if self.told_of_ledger.swap(true, Ordering::Relaxed) {
            return None;
        }
        let place = self
            .ledger
            .path()
            .map_or(String::new(), |path| format!(" {}", shown(&path.display().to_string())));
        Some(format!(
            "the ledger{place} cannot be written: {}; what is saved will not be known later",
            cause(&error)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A look that never ends keeps others away from that file only, and not for ever.
    #[tokio::test(start_paused = true)]
    async fn a_file_is_looked_for_by_one_try_at_a_time() {
        let looks = Looks::default();
        let [a, b] = ["a", "b"].map(Untrusted::new);
        let stuck = looks.begin(&a).await;
        assert!(stuck.is_some());
        assert!(looks.begin(&a).await.is_none(), "it is stuck");
        assert!(looks.begin(&b).await.is_some());
        let waiting = tokio::spawn({
            let (looks, a) = (looks.clone(), a.clone());
            async move { looks.begin(&a).await.is_some() }
        });
        tokio::task::yield_now().await;
        drop(stuck);
        assert!(waiting.await.unwrap(), "the one before was only about to end");
        assert!(looks.begin(&a).await.is_some());
    }
}

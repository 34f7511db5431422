//! Sifts files by what is saved, beside whatever else is done.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use crate::commands::CommandError;
use crate::commands::progress::Telling;
use crate::jobs::Pinned;
use crate::runtime::bulk::Bulk;
use crate::runtime::ledger::{Eye, Index, Ledger};
use crate::text::{Untrusted, cause};

/// Pages of files that may wait to be sifted: the list is not held up while a long ledger is read.
const WAITING: usize = 4_096;

/// How long a disk has to answer, for the ledger and then for the files of a page: long for one that does.
pub(super) const ANSWERS: Duration = Duration::from_secs(60);

/// That one does not.
pub(super) fn stuck() -> CommandError {
    let why = "what is saved already cannot be seen: a disk on which it looks does not answer";
    CommandError::Unusable(why.to_owned())
}

/// Threads that look at the disk: one finds a file not much sooner than a fast list brings one.
const LOOKERS: usize = 2;

/// Where files go of which is to be known whether they are saved.
pub(in crate::commands) struct Sieve {
    pages: Sender<Vec<Pinned>>,
    work: Arc<Work>,
    lookers: Vec<JoinHandle<Vec<SiftedPage>>>,
    /// The threads of those who look; where the system has no open files for more, they have those of
    /// everybody.
    _threads: Option<Bulk>,
}

/// What is known of the files.
#[derive(Debug, Default)]
pub(in crate::commands) struct Sifted {
    /// Those that are not saved, in the order in which they came.
    pub(in crate::commands) wanted: Vec<Pinned>,
    /// Those that are, where they are wanted.
    pub(in crate::commands) saved: Vec<Pinned>,
    /// How many they are; one that is listed twice, far apart, counts twice.
    pub(in crate::commands) saved_files: u64,
    /// What is saved.
    pub(in crate::commands) index: Index,
}

/// How files are sifted.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// Whether all are wanted, saved or not.
    pub(super) again: bool,
    /// Whether those that are saved are told one by one.
    pub(super) keeps_saved: bool,
}

/// What those who look share.
struct Work {
    ledger: Ledger,
    how: How,
    telling: Telling,
    /// What is saved: read by whoever comes first.
    index: OnceLock<Index>,
    /// How long a disk has to answer.
    answers: Duration,
    /// Pages whose files were looked for.
    looked_for: AtomicU64,
}

/// The pages that are still to be sifted; those who look have it, and nobody else.
struct Pages(Mutex<(usize, Receiver<Vec<Pinned>>)>);

/// What is known of the files of a page.
#[derive(Debug, Default)]
struct SiftedPage {
    number: usize,
    wanted: Vec<Pinned>,
    saved: Vec<Pinned>,
    saved_files: u64,
}

impl Sieve {
    /// Reads the ledger, then looks for each file at what lies on the disk, behind whatever else is done.
    pub(super) fn start(ledger: Ledger, how: How, telling: Telling) -> Self {
        Self::within(ANSWERS, ledger, how, telling)
    }

    /// The same, where a disk has so long to answer.
    fn within(answers: Duration, ledger: Ledger, how: How, telling: Telling) -> Self {
        let (pages, receiver) = mpsc::channel(WAITING);
        let to_sift = Arc::new(Pages(Mutex::new((0, receiver))));
        let work = Arc::new(Work {
            ledger,
            how,
            telling,
            index: OnceLock::new(),
            answers,
            looked_for: AtomicU64::new(0),
        });
        let threads = Bulk::start().ok();
        let handle = threads.as_ref().map_or_else(Handle::current, |bulk| bulk.handle.clone());
        let look = |_| {
            let (work, to_sift) = (Arc::clone(&work), Arc::clone(&to_sift));
            handle.spawn_blocking(move || work.look(&to_sift))
        };
        let lookers = (0..LOOKERS).map(look).collect();
        Self { pages, work, lookers, _threads: threads }
    }

    /// Hands some files over.
    pub(in crate::commands) async fn sift(&self, files: Vec<Pinned>) {
        if !files.is_empty() {
            // All who took them have panicked, which the end tells.
            let _ = self.pages.send(files).await;
        }
    }

    /// What became of all of them. What panicked meanwhile goes on here.
    ///
    /// # Errors
    /// Where a disk does not answer: it is not known what is saved.
    pub(in crate::commands) async fn end(self) -> Result<Sifted, CommandError> {
        drop(self.pages);
        let mut sifted_pages: Vec<SiftedPage> = vec![];
        for looker in self.lookers {
            match self.work.end_of(looker).await?.map_err(JoinError::try_into_panic) {
                Ok(pages) => pages.into_iter().for_each(|page| put(&mut sifted_pages, page)),
                Err(Ok(panic)) => resume_unwind(panic),
                // The program is about to end.
                Err(Err(_)) => std::future::pending().await,
            }
        }
        let index = Arc::into_inner(self.work).and_then(|work| work.index.into_inner());
        let mut sifted = Sifted { index: index.unwrap_or_default(), ..Sifted::default() };
        for page in sifted_pages {
            sifted.wanted.extend(page.wanted);
            sifted.saved.extend(page.saved);
            sifted.saved_files += page.saved_files;
        }
        leave_each_once(&mut sifted.wanted);
        leave_each_once(&mut sifted.saved);
        Ok(sifted)
    }
}

impl Pages {
    /// The next page and its number; nothing at the end.
    fn next(&self) -> Option<(usize, Vec<Pinned>)> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, receiver) = &mut *pages;
        let page = receiver.blocking_recv()?;
        *number += 1;
        Some((*number, page))
    }
}

impl Work {
    /// The end of one who looks, as long as any of them comes further.
    async fn end_of<T>(
        &self,
        mut looker: JoinHandle<T>,
    ) -> Result<Result<T, JoinError>, CommandError> {
        loop {
            let before = self.looked_for.load(Ordering::Relaxed);
            match timeout(self.answers, &mut looker).await {
                Ok(ended) => return Ok(ended),
                Err(_) if self.looked_for.load(Ordering::Relaxed) > before => {}
                Err(_) => return Err(stuck()),
            }
        }
    }

    /// Sifts pages as long as there are any.
    fn look(&self, pages: &Pages) -> Vec<SiftedPage> {
        let index = self.index.get_or_init(|| self.read());
        let mut eye = Eye::default();
        std::iter::from_fn(|| pages.next()).map(|page| self.sift(page, index, &mut eye)).collect()
    }

    fn read(&self) -> Index {
        self.ledger.read().unwrap_or_else(|error| {
            self.telling.trouble(&format!(
                "the ledger cannot be read: {}; what is saved already is not known",
                cause(&error)
            ));
            Index::default()
        })
    }

    fn sift(
        &self,
        (number, files): (usize, Vec<Pinned>),
        index: &Index,
        eye: &mut Eye,
    ) -> SiftedPage {
        let mut page = SiftedPage { number, ..SiftedPage::default() };
        if self.how.again {
            page.wanted = files;
            return page;
        }
        let saved = index.are_seen_saved(&files, eye);
        self.looked_for.fetch_add(1, Ordering::Relaxed);
        for (file, is_saved) in files.into_iter().zip(saved) {
            if !is_saved {
                page.wanted.push(file);
                continue;
            }
            page.saved_files += 1;
            if self.how.keeps_saved {
                page.saved.push(file);
            }
        }
        page
    }
}

/// Puts a page where its number says.
fn put(pages: &mut Vec<SiftedPage>, page: SiftedPage) {
    if pages.len() <= page.number {
        pages.resize_with(page.number + 1, SiftedPage::default);
    }
    let place = page.number;
    pages[place] = page;
}

/// Leaves out what is there already: a service may list a file twice, far apart.
fn leave_each_once(files: &mut Vec<Pinned>) {
    // How long the id is stands before it: no two files have the same text.
    let named = |file: &Pinned| {
        let id = file.id.raw();
        let mut text = format!("{} {} ", id.len(), file.filename.is_some()).into_bytes();
        text.extend_from_slice(id);
        text.extend_from_slice(file.filename.as_ref().map_or(&[], Untrusted::raw));
        Untrusted::new(text)
    };
    let mut seen = HashSet::with_capacity(files.len());
    files.retain(|file| seen.insert(named(file)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::record::{Record, Saved};

    const QUIET: Telling = Telling { quiet: true, progress: false };

    /// A ledger in a folder, and files of which every third is saved.
    fn account(folder: &std::path::Path, files: usize) -> (Ledger, Vec<Pinned>) {
        let ledger = Ledger::of(Some(folder.join("state")), "x");
        let saved = |file: &Pinned| {
            let path = folder.join(&*file.id.borrow().printable());
            std::fs::write(&path, "abc").unwrap();
            let saved = Saved {
                path,
                bytes: 3,
                sha256: "00".to_owned(),
                proof: "complete".to_owned(),
                at: 1,
                already: false,
            };
            Record::saved(file, &saved, 1)
        };
        let files = (0..files).map(|n| Pinned::by_id(Untrusted::new(format!("{n}"))));
        let files: Vec<Pinned> = files.collect();
        let lines: Vec<Record> = files.iter().step_by(3).map(saved).collect();
        ledger.add_all(&lines).unwrap();
        (ledger, files)
    }

    async fn sifted(ledger: &Ledger, files: &[Pinned], how: How) -> Sifted {
        let sieve = Sieve::start(ledger.clone(), how, QUIET);
        for page in files.chunks(7) {
            sieve.sift(page.to_vec()).await;
        }
        sieve.end().await.unwrap()
    }

    /// A disk that never answers is said, and holds up nobody for ever.
    #[tokio::test]
    async fn a_disk_that_does_not_answer_is_the_end() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, files) = account(place.path(), 9);
        let path = ledger.path().unwrap();
        std::fs::remove_file(path).unwrap();
        // Whoever opens it waits for somebody who writes into it.
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
        let how = How { again: false, keeps_saved: false };
        let sieve = Sieve::within(Duration::from_millis(20), ledger.clone(), how, QUIET);
        sieve.sift(files).await;
        let why = sieve.end().await.unwrap_err().to_string();
        assert!(why.contains("a disk on which it looks does not answer"), "{why}");
        drop(std::fs::File::options().write(true).open(path).unwrap());
    }

    /// Whoever looks at a page, and whenever it is done: nothing is lost, and all stays in its order.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_sifted_stays_in_the_order_in_which_it_came() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, files) = account(place.path(), 2_000);
        let of = |is_saved: bool| -> Vec<Pinned> {
            let numbered = files.iter().enumerate();
            numbered
                .filter(|(n, _)| (n % 3 == 0) == is_saved)
                .map(|(_, file)| file.clone())
                .collect()
        };
        let how = How { again: false, keeps_saved: true };
        let all = sifted(&ledger, &files, how).await;
        assert!(all.wanted == of(false) && all.saved == of(true));
        assert_eq!((all.saved_files, all.index.len()), (667, 667));
        let counted = sifted(&ledger, &files, How { keeps_saved: false, ..how }).await;
        assert!(counted.wanted == of(false) && counted.saved.is_empty());
        assert_eq!(counted.saved_files, 667);
        let again = sifted(&ledger, &files, How { again: true, ..how }).await;
        assert!(again.wanted == files && again.saved_files == 0);
    }

    /// What a service lists once more is one file, unless it has another name.
    #[tokio::test]
    async fn what_is_listed_twice_is_sifted_once() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, files) = account(place.path(), 50);
        let renamed = Pinned { filename: Some(Untrusted::new("b")), ..files[1].clone() };
        let mut listed = files.clone();
        listed.extend_from_slice(&files);
        listed.push(renamed.clone());
        let how = How { again: false, keeps_saved: true };
        let once = sifted(&ledger, &files, how).await;
        let twice = sifted(&ledger, &listed, how).await;
        assert!(twice.saved == once.saved);
        assert_eq!(twice.wanted.split_last(), Some((&renamed, &once.wanted[..])));
    }

    /// What is saved is known, too, where nothing is sifted.
    #[tokio::test]
    async fn the_ledger_is_read_where_there_is_no_file() {
        let place = tempfile::tempdir().unwrap();
        let (ledger, _) = account(place.path(), 9);
        let none = sifted(&ledger, &[], How { again: false, keeps_saved: false }).await;
        assert_eq!((none.index.len(), none.saved_files), (3, 0));
    }
}

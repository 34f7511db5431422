//! Reads the list page by page, ahead of whoever prints it.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use hashbrown::HashTable;
use tokio::sync::mpsc::Sender;
use tokio::task::yield_now;

use super::writer::odd_values;
use crate::api::pace::Pace;
use crate::api::retry::Policy;
use crate::api::{Answer, Client, File, HasMore, Page, Reading};
use crate::lister::{Failure, Fetch, Lister, Restarts, State};
use crate::runtime::{exec, wait_until};
use crate::store::facts::PageFacts;
use crate::time::clock::{ServerClock, since_boot};

/// How far to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    OnePage,
    All,
}

/// The files of one page, and the service's clock as it was known then.
pub(super) struct Batch {
    pub(super) files: Vec<File>,
    pub(super) clock: ServerClock,
}

/// What was read in all.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) pages: u64,
    pub(super) files: u64,
    pub(super) unreadable: u64,
    pub(super) odd_values: u64,
    pub(super) conflicts: u64,
    /// Pages that were begun again, for the service knew no longer where the one before ended.
    pub(super) begun_again: u64,
}

/// How it ended: whether there is more, or why it went no further.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) end: Result<HasMore, Failure>,
}

/// Drives the paging machine.
pub(super) struct Reader {
    client: Client,
    limit: u16,
    reach: Reach,
    lister: Lister,
    pace: Pace,
    clock: ServerClock,
    tally: Tally,
    seen: Seen,
}

/// Files of a page, by hashes of id and filename.
type Hashes = HashTable<(u64, u64)>;

/// What must not be printed twice: a service may send the last files of a page once more.
#[derive(Default)]
struct Seen {
    before: Hashes,
    here: Hashes,
    hasher: RandomState,
}

/// Whether a file was there already.
#[derive(Debug, PartialEq, Eq)]
enum Novelty {
    New,
    /// A file with the same id and another filename was there.
    Conflict,
    Known,
}

impl Reader {
    pub(super) fn new(client: Client, limit: u16, reach: Reach) -> Self {
        let lister = Lister::new(Policy::default(), Restarts::Never, fastrand::u64(..));
        let (clock, tally, seen) = (ServerClock::default(), Tally::default(), Seen::default());
        Self { client, limit, reach, lister, pace: Pace::default(), clock, tally, seen }
    }

    /// Reads until the end, a failure that stays, or nobody takes the pages any more.
    pub(super) async fn read(mut self, pages: Sender<Batch>) -> Outcome {
        let mut batch = None;
        let end = loop {
            if let Some(until) = self.waits_until() {
                // What was read is not held up.
                if hand_over(&pages, batch.take()).await.is_err() {
                    break Ok(HasMore::Unknown);
                }
                wait_until(until).await;
            }
            let fetch = match self.lister.state() {
                State::Ready { .. } => self.lister.demand(),
                State::Backoff { .. } => self.lister.on_time(since_boot()),
                State::Exhausted => break Ok(HasMore::No),
                State::Failed { why, .. } => break Err(why.clone()),
                State::Loading { .. } => unreachable!("each answer is waited for"),
            };
            let Some(fetch) = fetch else { continue };
            // Whoever drives the connection is to see first that the answer before is over: a request
            // that finds it still in use makes another one.
            yield_now().await;
            let Fetch { cursor, attempt, .. } = &fetch;
            let answer = exec::list(&self.client, cursor.after(), self.limit, *attempt);
            let (answer, taken) = tokio::join!(answer, hand_over(&pages, batch.take()));
            match answer {
                _ if taken.is_err() => break Ok(HasMore::Unknown),
                Err(error) => {
                    self.lister.page_failed(fetch.request, error, since_boot(), &mut self.pace);
                    let again = matches!(self.lister.state(), State::Ready { .. });
                    self.tally.begun_again += u64::from(again);
                }
                Ok(Answer { value: page, date, allowance }) => {
                    self.pace.allow(allowance, since_boot());
                    if let Some(sample) = date {
                        self.clock.observe(sample);
                    }
                    self.pace.call_succeeded();
                    let has_more = page.has_more;
                    let (files, facts) = self.take_in(page);
                    self.lister.page_loaded(fetch.request, has_more, facts);
                    batch = Some(Batch { files, clock: self.clock });
                    if self.reach == Reach::OnePage && has_more != HasMore::Unread {
                        break Ok(has_more);
                    }
                }
            }
        };
        let _ = hand_over(&pages, batch).await;
        Outcome { tally: self.tally, end }
    }

    /// The moment before which nothing is asked for. What the service allows again only later than
    /// anybody would wait is tried all the same: it then says itself for how long.
    fn waits_until(&self) -> Option<Duration> {
        let now = since_boot();
        match self.lister.state() {
            State::Backoff { until, .. } => Some(*until),
            State::Ready { .. } => {
                let longest = now + Policy::default().longest_wait;
                Some(self.pace.not_before()).filter(|at| *at > now && *at <= longest)
            }
            _ => None,
        }
    }

    /// Sorts a page into files to print and what is to be said of the rest.
    fn take_in(&mut self, page: Page) -> (Vec<File>, PageFacts) {
        let last = page.last_id().cloned();
        let mut files = Vec::with_capacity(page.readings.len());
        self.seen.turn_the_page();
        for reading in page.readings {
            let Reading::File(file) = reading else {
                self.tally.unreadable += 1;
                continue;
            };
            let novelty = self.seen.judge(&file);
            if novelty == Novelty::Known {
                continue;
            }
            self.tally.conflicts += u64::from(novelty == Novelty::Conflict);
            self.tally.odd_values += odd_values(&file);
            files.push(file);
        }
        self.tally.pages += 1;
        self.tally.files += files.len() as u64;
        let fresh = files.len();
        (files, PageFacts { last, fresh, new: fresh })
    }
}

/// Hands a page to whoever prints it; an error where nobody does any more.
async fn hand_over(pages: &Sender<Batch>, batch: Option<Batch>) -> Result<(), ()> {
    let Some(batch) = batch else { return Ok(()) };
    // The request for the next page leaves first: the thread that prints may want this processor.
    yield_now().await;
    pages.send(batch).await.map_err(|_| ())
}

impl Seen {
    fn turn_the_page(&mut self) {
        std::mem::swap(&mut self.before, &mut self.here);
        self.here.clear();
    }

    fn judge(&mut self, file: &File) -> Novelty {
        let id = self.hasher.hash_one(&file.id);
        let name = self.hasher.hash_one(&file.filename);
        let is_it = |(other, _): &(u64, u64)| *other == id;
        let known = if let Some((_, known)) = self.here.find_mut(id, is_it) {
            Some(std::mem::replace(known, name))
        } else {
            self.here.insert_unique(id, (id, name), |(id, _)| *id);
            self.before.find(id, is_it).map(|(_, name)| *name)
        };
        match known {
            None => Novelty::New,
            Some(known) if known == name => Novelty::Known,
            Some(_) => Novelty::Conflict,
        }
    }
}

//! Reads the list page by page, ahead of whoever prints, counts or sorts it: the one loop of all
//! commands that want more than a file.

use std::hash::{BuildHasher, RandomState};
use std::panic::resume_unwind;
use std::time::Duration;

use hashbrown::HashTable;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinError, JoinHandle, yield_now};

use crate::api::pace::Pace;
use crate::api::retry::Policy;
use crate::api::{Answer, ApiError, Client, File, HasMore, Page, Reading};
use crate::lister::{Failure, Fetch, Lister, Restarts, State};
use crate::runtime::exec::{self, wait_until};
use crate::store::facts::PageFacts;
use crate::text::Untrusted;
use crate::time::clock::{ServerClock, since_boot};

/// How far to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    OnePage,
    All,
}

/// What a reading tells on its way.
pub(super) enum Told {
    /// A page came.
    Page(Batch),
    /// A try failed, and another one will be made.
    Tried(ApiError),
}

/// The files of one page, and what came instead of files, in the service's order, each once; and the
/// service's clock as it was known then.
pub(super) struct Batch {
    pub(super) readings: Vec<Reading>,
    /// Ids under which a file of another name came before, on this page or on one before it.
    pub(super) conflicts: Vec<Untrusted>,
    pub(super) clock: ServerClock,
}

/// What was read in all.
#[derive(Clone, Default)]
pub(super) struct Tally {
    pub(super) pages: u64,
    pub(super) files: u64,
    pub(super) unreadable: u64,
    pub(super) conflicts: u64,
    /// Pages that were begun again, for the service knew no longer where the one before ended.
    pub(super) begun_again: u64,
}

/// How it ended: whether there is more, or why it went no further.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) end: Result<HasMore, Failure>,
    /// What it leaves of the service's patience to another reading.
    pub(super) pace: Pace,
}

/// A reading under way. It ends soon after this is dropped.
pub(super) struct Pages {
    told: Receiver<Told>,
    outcome: JoinHandle<Outcome>,
}

impl Pages {
    /// What it tells next; nothing once it is over.
    pub(super) async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// The next page; nothing once it is over.
    pub(super) async fn next_page(&mut self) -> Option<Batch> {
        loop {
            if let Told::Page(batch) = self.next().await? {
                return Some(batch);
            }
        }
    }

    /// How it ended. What panicked in it goes on here.
    pub(super) async fn outcome(self) -> Outcome {
        drop(self.told);
        match self.outcome.await.map_err(JoinError::try_into_panic) {
            Ok(outcome) => outcome,
            Err(Ok(panic)) => resume_unwind(panic),
            // The program is about to end.
            Err(Err(_)) => std::future::pending().await,
        }
    }
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

/// What must not be passed on twice: a service may send the last files of a page once more.
#[derive(Default)]
struct Seen {
    before: Hashes,
    here: Hashes,
    /// Whether one was there, and whether its name is another one, is told by this alone, which nobody is to
    /// foresee.
    hasher: RandomState,
    /// Whether what was seen earlier is remembered too, at some thirty bytes a file.
    all: bool,
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

    /// The same, which passes each file on once, however far apart the service sends it twice.
    pub(super) fn remembering_all(mut self) -> Self {
        self.seen.all = true;
        self
    }

    /// The same, which goes on with what another reading left of the service's patience.
    pub(super) fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Begins to read, a page ahead of whoever takes what is told.
    pub(super) fn start(self) -> Pages {
        let (sender, told) = mpsc::channel(1);
        Pages { told, outcome: tokio::spawn(self.read(sender)) }
    }

    /// Reads until the end, a failure that stays, or nobody takes the pages any more.
    async fn read(mut self, pages: Sender<Told>) -> Outcome {
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
                    let why = error.clone();
                    self.lister.page_failed(fetch.request, error, since_boot(), &mut self.pace);
                    if matches!(self.lister.state(), State::Backoff { .. })
                        && pages.send(Told::Tried(why)).await.is_err()
                    {
                        break Ok(HasMore::Unknown);
                    }
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
                    let (taken, facts) = self.take_in(page);
                    self.lister.page_loaded(fetch.request, has_more, facts);
                    batch = Some(taken);
                    if self.reach == Reach::OnePage && has_more != HasMore::Unread {
                        break Ok(has_more);
                    }
                }
            }
        };
        let _ = hand_over(&pages, batch).await;
        Outcome { tally: self.tally, end, pace: self.pace }
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

    /// Leaves out of a page what was passed on already, and counts the rest.
    fn take_in(&mut self, page: Page) -> (Batch, PageFacts) {
        let last = page.last_id().cloned();
        let mut readings = page.readings;
        let (mut fresh, mut conflicts) = (0, vec![]);
        self.seen.turn_the_page();
        readings.retain(|reading| {
            let Reading::File(file) = reading else {
                self.tally.unreadable += 1;
                return true;
            };
            let novelty = self.seen.judge(file);
            if novelty == Novelty::Conflict {
                conflicts.push(file.id.clone());
            }
            fresh += usize::from(novelty != Novelty::Known);
            novelty != Novelty::Known
        });
        self.tally.pages += 1;
        self.tally.files += fresh as u64;
        self.tally.conflicts += conflicts.len() as u64;
        let batch = Batch { readings, conflicts, clock: self.clock };
        (batch, PageFacts { last, fresh, new: fresh })
    }
}

/// Hands a page to whoever takes it; an error where nobody does any more.
async fn hand_over(pages: &Sender<Told>, batch: Option<Batch>) -> Result<(), ()> {
    let Some(batch) = batch else { return Ok(()) };
    // The request for the next page leaves first: the thread that prints may want this processor.
    yield_now().await;
    pages.send(Told::Page(batch)).await.map_err(|_| ())
}

impl Seen {
    fn turn_the_page(&mut self) {
        if self.all {
            return;
        }
        std::mem::swap(&mut self.before, &mut self.here);
        self.here.clear();
    }

    fn judge(&mut self, file: &File) -> Novelty {
        let id = self.hasher.hash_one(file.id.raw());
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

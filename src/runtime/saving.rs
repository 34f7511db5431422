//! Carries out the tries of the dashboard's jobs, and tells how far they are.
//!
//! What is told while they run lies on a board, from which one message takes all of it, ten times a second
//! at most, however many run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::lazy_client::LazyClient;
use super::ledger::{Ledger, Notes};
use super::transfer::{Done, Saver, find_dead, remove_dead};
use super::{End, Message};
use crate::app::event::Event;
use crate::jobs::dead::DeadPart;
use crate::jobs::job::{FailureKind, JobFailure};
use crate::jobs::record::Record;
use crate::jobs::{Download, JobId, Told, Turn};
use crate::text::cause;
use crate::time::clock::Now;

/// From one message about all jobs to the next.
const BETWEEN: Duration = Duration::from_millis(100);
/// How long the end waits for what is written to the ledger.
const LAST_NOTES: Duration = Duration::from_millis(500);

/// The tries that are being made.
pub(super) struct Savings {
    shared: Shared,
    tries: Tries,
    /// What is being written to the ledger.
    notes: Notes,
    background: Handle,
}

/// Tries that have not let go of their files, by their jobs.
#[derive(Default)]
struct Tries(HashMap<JobId, (Turn, JoinHandle<()>)>);

impl Tries {
    /// Notes a try that was begun. What has ended by itself, or was stopped, is dropped: a task stays in
    /// memory as long as anybody could wait for it.
    fn begun(&mut self, turn: Turn, task: JoinHandle<()>) {
        self.0.retain(|_, (_, task)| !task.is_finished());
        self.0.insert(turn.job, (turn, task));
    }

    /// The one before the next try of a job, to be waited for.
    fn take(&mut self, job: JobId) -> Option<JoinHandle<()>> {
        self.0.remove(&job).map(|(_, task)| task)
    }

    /// Ends a try; tells whether it is the latest one of its job.
    fn stop(&self, turn: Turn) -> bool {
        let task = self.0.get(&turn.job).filter(|(other, _)| *other == turn);
        task.inspect(|(_, task)| task.abort()).is_some()
    }
}

#[derive(Clone)]
struct Shared {
    client: Arc<LazyClient>,
    saver: Arc<OnceLock<Saver>>,
    profile: Arc<str>,
    ledger: Ledger,
    board: Arc<Board>,
    sender: Sender<Message>,
}

/// What was told and not passed on yet.
#[derive(Default)]
struct Board {
    told: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    all: Vec<(Turn, Told)>,
    /// Whether somebody is about to pass it on.
    is_awaited: bool,
}

impl Board {
    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was told; tells whether somebody is to pass it on.
    fn note(&self, turn: Turn, told: Told) -> bool {
        let mut noted = self.noted();
        // Of how far a try is, the latest counts.
        let last = noted.all.iter_mut().rev().find(|(other, _)| *other == turn);
        match (last, told) {
            (Some((_, place @ Told::Received(..))), told @ Told::Received(..)) => *place = told,
            (_, told) => noted.all.push((turn, told)),
        }
        !std::mem::replace(&mut noted.is_awaited, true)
    }

    fn take(&self) -> Vec<(Turn, Told)> {
        let mut noted = self.noted();
        noted.is_awaited = false;
        std::mem::take(&mut noted.all)
    }

    /// Takes what was told of one try.
    fn take_of(&self, turn: Turn) -> Vec<Told> {
        let of_it = |(other, _): &mut (Turn, Told)| *other == turn;
        self.noted().all.extract_if(.., of_it).map(|(_, told)| told).collect()
    }
}

impl Savings {
    pub(super) fn new(
        client: Arc<LazyClient>,
        ledger: Ledger,
        profile: &str,
        sender: Sender<Message>,
        background: &Handle,
    ) -> Self {
        let tells = sender.clone();
        let notes = Notes::new(ledger.clone(), background, move |text| {
            let _ = tells.blocking_send(Message::Event(Event::LedgerFailed(text)));
        });
        let shared = Shared {
            client,
            saver: Arc::default(),
            profile: profile.into(),
            ledger,
            board: Arc::default(),
            sender,
        };
        Self { shared, tries: Tries::default(), notes, background: background.clone() }
    }

    /// Makes a try with so many requests at most, once that of the same job before it has let go of the file.
    pub(super) fn save(&mut self, turn: Turn, download: Download, requests: u32) {
        let before = self.tries.take(turn.job);
        let shared = self.shared.clone();
        let task = self.background.spawn(async move {
            if let Some(before) = before {
                before.abort();
                let _ = before.await;
            }
            let Some(download) = placed(download).await else { return };
            shared.save(turn, &download, requests).await;
        });
        self.tries.begun(turn, task);
    }

    /// Drops a try: what was written stays.
    pub(super) fn stop(&mut self, turn: Turn) {
        if self.tries.stop(turn) {
            drop(self.shared.board.take_of(turn));
        }
    }

    /// Takes away what is kept of a file.
    pub(super) fn drop_part(&mut self, job: JobId, download: Download) {
        let before = self.tries.take(job);
        let shared = self.shared.clone();
        self.background.spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            let Some(saver) = shared.saver().await else { return };
            let Some(download) = placed(download).await else { return };
            let forgotten = saver.forget(&download, now_s()).await;
            let result = forgotten.map_err(|error| cause(&error));
            let _ = shared.sender.send(Message::Event(Event::PartDropped(job, result))).await;
        });
    }

    /// Adds records to the ledger, as done by this process.
    pub(super) fn note(&mut self, records: Vec<Record>) {
        let pid = std::process::id();
        self.notes.add(records.into_iter().map(|record| record.by(pid)));
    }

    /// Waits until what was noted is in the ledger, for a while at most: a slow disk keeps nobody.
    pub(super) async fn written(&mut self) {
        let _ = timeout(LAST_NOTES, self.notes.written()).await;
    }

    /// Sees what is kept of files that nobody goes on with.
    pub(super) fn look_for_dead(&self, folders: Vec<PathBuf>) {
        let sender = self.shared.sender.clone();
        self.background.spawn_blocking(move || {
            let dead = folders.iter().flat_map(|folder| find_dead(folder, now_s())).collect();
            let _ = sender.blocking_send(Message::Event(Event::DeadTold(dead)));
        });
    }

    /// Takes away what is kept of such a file.
    pub(super) fn remove_dead(&self, dead: Box<DeadPart>) {
        let sender = self.shared.sender.clone();
        self.background.spawn_blocking(move || {
            let result = remove_dead(&dead, now_s()).map_err(|error| error.to_string());
            let _ = sender.blocking_send(Message::Event(Event::DeadRemoved(dead, result)));
        });
    }
}

impl Shared {
    /// Whoever saves, made at the first call; ends the program where there can be no requests.
    async fn saver(&self) -> Option<Saver> {
        match self.client.as_ref().as_ref() {
            Ok(client) => {
                let new = || Saver::new(client.clone(), &self.profile, self.ledger.clone());
                Some(self.saver.get_or_init(new).clone())
            }
            Err(why) => {
                let end = Message::End(End::NoClient(why.clone()));
                let _ = self.sender.send(end).await;
                None
            }
        }
    }

    async fn save(self, turn: Turn, download: &Download, requests: u32) {
        let Some(saver) = self.saver().await else { return };
        let teller = self.clone();
        let tell = move |told| {
            if teller.board.note(turn, told) {
                let teller = teller.clone();
                tokio::spawn(async move {
                    sleep(BETWEEN).await;
                    let all = teller.board.take();
                    if !all.is_empty() {
                        let event = Event::SavingTold(all);
                        let _ = teller.sender.send(Message::Event(event)).await;
                    }
                });
            }
        };
        let result = saver.save(download, requests, now_s(), tell).await;
        if let Err(JobFailure { kind, words, .. }) = &result
            && *kind == FailureKind::Final
        {
            log::warn!(why = words.as_str(); "a file could not be saved");
        }
        let (result, ledger_trouble) = match result {
            Ok(Done { saved, ledger_trouble }) => (Ok(saved), ledger_trouble),
            Err(failure) => (Err(failure), None),
        };
        let told = self.board.take_of(turn);
        let event = Event::SavingEnded { turn, told, result, ledger_trouble };
        let _ = self.sender.send(Message::Event(event)).await;
    }
}

/// Where a folder bears the name that one chose for a file, that is the folder which is meant.
async fn placed(download: Download) -> Option<Download> {
    let look = move || {
        let folder = download.name.as_ref().map(|name| download.folder.join(name));
        match folder.filter(|folder| folder.is_dir()) {
            Some(folder) => Download { folder, name: None, ..download },
            None => download,
        }
    };
    spawn_blocking(look).await.ok()
}

fn now_s() -> i64 {
    Now::read().wall_ms.div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Pinned, Queue};
    use crate::text::Untrusted;

    fn add(queue: &mut Queue, id: &str) -> JobId {
        let (file, folder) = (Pinned::by_id(Untrusted::new(id)), "/x".into());
        let download = Download { file, folder, name: None, again: false, trust_length: false };
        queue.add(download).unwrap()
    }

    /// However many files are saved: what is over takes no memory any more.
    #[tokio::test]
    async fn what_is_over_is_not_kept() {
        let mut tries = Tries::default();
        let mut queue = Queue::new(1, 1);
        let now = Now { wall_ms: 0, mono: Duration::ZERO };
        for n in 0..100 {
            let id = add(&mut queue, &format!("f{n}"));
            let turn = queue.begin(now).unwrap().turn();
            let task = tokio::spawn(async {});
            while !task.is_finished() {
                tokio::task::yield_now().await;
            }
            tries.begun(turn, task);
            assert!(tries.0.len() <= 1, "{}", tries.0.len());
            assert!(queue.cancel(id));
        }
        // What goes on is waited for by the next try of its job.
        let task = tokio::spawn(std::future::pending());
        let id = add(&mut queue, "last");
        let turn = queue.begin(now).unwrap().turn();
        tries.begun(turn, task);
        assert!(!tries.stop(Turn { number: 9, ..turn }), "another try of it");
        assert!(tries.stop(turn));
        let before = tries.take(id).unwrap();
        assert!(before.await.unwrap_err().is_cancelled());
        assert!(tries.0.is_empty());
    }

    #[tokio::test]
    async fn a_folder_that_was_typed_is_the_folder() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("results")).unwrap();
        std::fs::write(place.path().join("file"), "").unwrap();
        let of = |name: Option<&str>| Download {
            file: Pinned::by_id(Untrusted::new("a")),
            folder: place.path().to_owned(),
            name: name.map(str::to_owned),
            again: false,
            trust_length: false,
        };
        let inside = Download { folder: place.path().join("results"), ..of(None) };
        assert_eq!(placed(of(Some("results"))).await, Some(inside));
        for name in [None, Some("file"), Some("new.jsonl")] {
            assert_eq!(placed(of(name)).await, Some(of(name)));
        }
    }

    #[test]
    fn of_how_far_a_try_is_the_latest_counts_and_one_message_takes_all() {
        let mut queue = Queue::new(3, 1);
        for id in ["a", "b"] {
            add(&mut queue, id);
        }
        let now = Now { wall_ms: 0, mono: Duration::ZERO };
        let turns = [(); 2].map(|()| queue.begin(now).unwrap().turn());
        let board = Board::default();
        assert!(board.note(turns[0], Told::StartsAt(0, None)));
        for received in 1..50 {
            assert!(!board.note(turns[0], Told::Received(received, None)));
            assert!(!board.note(turns[1], Told::Received(received, None)));
        }
        assert_eq!(board.take_of(turns[1]), [Told::Received(49, None)]);
        let told = [Told::StartsAt(0, None), Told::Received(49, None)];
        assert_eq!(board.take(), told.map(|told| (turns[0], told)));
        assert!(board.note(turns[0], Told::ReceivedAll));
    }
}

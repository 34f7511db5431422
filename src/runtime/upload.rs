//! Sends a file of this machine, once, and finds out what became of it where the answer does not say.
//!
//! It is read in pieces on a thread for what blocks, and compared with what it was when it was looked at:
//! one that changes is not sent to its end, so that nothing of it is stored.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use ring::digest::{Context, SHA256};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::bulk::give_way;
use super::exec::wait_until;
use super::ledger::Ledger;
use super::transfer::digits_of;
use super::validation::{NotValidated, open_regular, stamp_of};
use crate::api::client::Answer;
use crate::api::retry::Policy;
use crate::api::upload::{Outflow, UploadForm, UploadLimits};
use crate::api::{ApiError, Client, File, HasMore, Reading};
use crate::jobs::record::Outcome;
use crate::jobs::upload::{
    AfterFailure, BETWEEN_LOOKS, FileStamp, LOOKS, NewestFirst, Rest, Sent, StoredSearch, Upload,
    UploadEnd, after_failure, is_it, may_be_named,
};
use crate::text::Untrusted;
use crate::time::clock::{Now, ServerClock, since_boot};

/// Bytes that are read at once.
const PIECE: usize = 256 * 1_024;
/// Pieces that wait to be sent.
const WAITING: usize = 4;
/// Pages of the list that are looked at: a million files.
const MOST_PAGES: u32 = 10_000;

/// Why a file cannot be uploaded, found before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSendable {
    /// It is none, or cannot be read.
    #[error(transparent)]
    NotRead(#[from] NotValidated),
    /// It is another one than was looked at.
    #[error("it changed since it was looked at")]
    Changed,
    /// Its name cannot stand in a form.
    #[error("its name is no UTF-8: rename it")]
    OddName,
}

/// Sends the file, which has to be still as `stamp` says, and finds out what came of it; `outflow` tells
/// how far it is.
pub async fn send(
    client: &Client,
    upload: &Upload,
    stamp: FileStamp,
    outflow: &Arc<Outflow>,
    ledger: &Ledger,
) -> Sent {
    let mut learnt = Learnt::default();
    let end = bring_to_end(client, upload, stamp, outflow, ledger, &mut learnt).await;
    let sha256 = learnt.sha256.filter(|_| end.stored().is_some());
    Sent { end, sha256, rest: learnt.rest }
}

/// What is learnt by the way.
#[derive(Default)]
struct Learnt {
    /// The sum of what was sent last.
    sha256: Option<String>,
    rest: Option<Rest>,
}

impl Learnt {
    /// The service answered, and wants to be left alone or does not.
    fn note<T>(&mut self, answer: &Result<Answer<T>, ApiError>) {
        let rest = match answer {
            Ok(answer) => Rest::until_allowed(answer.allowance, since_boot()),
            Err(error) => Rest::asked(error, since_boot()),
        };
        let Some(rest) = rest else { return };
        if self.rest.as_ref().is_none_or(|known| known.until < rest.until) {
            self.rest = Some(rest);
        }
    }

    /// Waits until the service wants to be asked again, where that is not too long.
    async fn rest(&self) {
        if let Some(rest) = self.rest.as_ref().filter(|rest| !rest.is_too_long()) {
            wait_until(rest.until).await;
        }
    }
}

/// The same; notes what is learnt.
async fn bring_to_end(
    client: &Client,
    upload: &Upload,
    stamp: FileStamp,
    outflow: &Arc<Outflow>,
    ledger: &Ledger,
    learnt: &mut Learnt,
) -> UploadEnd {
    let begun = Now::read();
    let (policy, mut rng) = (Policy::default(), fastrand::Rng::new());
    let mut attempt = 1;
    loop {
        let client = client.on_attempt(attempt);
        let (form, pieces, reading) = match open(upload, stamp).await {
            Ok(opened) => opened,
            Err(why) => return UploadEnd::Failed(why.to_string()),
        };
        let answer = client.upload(&form, pieces, outflow, UploadLimits::default()).await;
        let is_whole = outflow.seal();
        learnt.sha256 = reading.sum.get().cloned();
        learnt.note(&answer);
        let (error, named) = match judge(answer, &form, is_whole) {
            Ok(end) => return end,
            Err(why) => why,
        };
        if let Some(why) = reading.trouble() {
            // Its end was never sent.
            return UploadEnd::Failed(why.to_owned());
        }
        match after_failure(&error, is_whole, attempt, &policy, &mut rng) {
            AfterFailure::SendAgain(wait) => {
                let until = since_boot().saturating_add(wait);
                outflow.rest(until, error.wait().is_some());
                wait_until(until).await;
            }
            AfterFailure::End(end) => return end,
            AfterFailure::LookAtList => {
                rest_before_look(&error, outflow).await;
                outflow.look();
                let known = uploaded_before(ledger).await;
                let end = settle(&client, &form, (begun, &known), &error, learnt).await;
                return match end {
                    UploadEnd::NotSeen(why) if !named.is_empty() => {
                        UploadEnd::Unknown(why + &named)
                    }
                    end => end,
                };
            }
        }
        attempt += 1;
    }
}

/// What an answer says that came when all was handed out, or before; where it does not say what became of
/// the file, why, and the id that it names all the same, which whoever looks for it wants.
fn judge(
    answer: Result<Answer<Option<Box<File>>>, ApiError>,
    form: &UploadForm,
    is_whole: bool,
) -> Result<UploadEnd, (ApiError, String)> {
    let file = answer.map_err(|error| (error, String::new()))?.value;
    let named = file.as_ref().map_or(String::new(), |file| {
        format!("; the answer names {}", file.id.borrow().printable_within(130))
    });
    match file {
        _ if !is_whole => {
            let words = "the service says that it has it before all of it was sent";
            Ok(UploadEnd::Unknown(words.to_owned() + &named))
        }
        Some(file) if is_it(&file, &form.filename, form.bytes) => Ok(UploadEnd::Stored(file)),
        _ => {
            let what = "it does not describe the file that was sent";
            Err((ApiError::Undecodable { what }, named))
        }
    }
}

/// The service may have it, and may want to be left alone before it is asked.
async fn rest_before_look(error: &ApiError, outflow: &Outflow) {
    let Some(wait) = error.wait() else { return };
    let until = since_boot().saturating_add(wait);
    outflow.rest_in_doubt(until, true);
    wait_until(until).await;
}

/// The ids of what was uploaded from here before: another upload of the same name and length is none of
/// these.
async fn uploaded_before(ledger: &Ledger) -> HashSet<Untrusted> {
    let ledger = ledger.clone();
    let read = spawn_blocking(move || {
        let mut ids = HashSet::new();
        // Where it cannot be read, nothing is known of before.
        let _ = ledger.each(|record| {
            if record.outcome == Outcome::Uploaded {
                ids.insert(Untrusted::new(record.id.as_str()));
            }
            Ok(())
        });
        ids
    });
    read.await.unwrap_or_default()
}

/// Looks for the file in the list, twice at most.
async fn settle(
    client: &Client,
    form: &UploadForm,
    before: (Now, &HashSet<Untrusted>),
    error: &ApiError,
    learnt: &mut Learnt,
) -> UploadEnd {
    let mut end = UploadEnd::NotSeen(error.to_string());
    for look in 1..=LOOKS {
        match look_at_list(client, form, before, error, learnt).await {
            Ok(Some(may_be @ UploadEnd::Unknown(_))) => end = may_be,
            Ok(Some(end)) => return end,
            Ok(None) => {}
            Err(why) => {
                return UploadEnd::Unknown(format!("{error}; the list cannot be read: {why}"));
            }
        }
        if look < LOOKS {
            sleep(BETWEEN_LOOKS).await;
        }
    }
    end
}

async fn look_at_list(
    client: &Client,
    form: &UploadForm,
    (begun, known): (Now, &HashSet<Untrusted>),
    error: &ApiError,
    learnt: &mut Learnt,
) -> Result<Option<UploadEnd>, String> {
    let mut clock = ServerClock::default();
    let (mut after, mut cursors, mut files) = (None::<Untrusted>, HashSet::new(), vec![]);
    let mut order = NewestFirst::default();
    for _ in 0..MOST_PAGES {
        learnt.rest().await;
        let page = page(client, after.as_ref()).await;
        learnt.note(&page);
        let Answer { value: page, date, .. } = page.map_err(|error| error.to_string())?;
        if let Some(date) = date {
            clock.observe(date);
        }
        let last = page.last_id().cloned();
        for reading in page.readings {
            order.take(&reading);
            match reading {
                // What is to be compared is the name first: of others nothing is kept.
                Reading::File(file) if may_be_named(&file, &form.filename) => files.push(file),
                _ => {}
            }
        }
        let (since_s, told) = (clock.server_ms(begun).div_euclid(1_000), clock.is_told());
        let is_over = told && order.is_past(since_s);
        match (page.has_more, last) {
            // A list that does not say whether it goes on ends where nothing new comes.
            (HasMore::Yes | HasMore::Unread | HasMore::Unknown, Some(last))
                if !is_over && cursors.insert(last.clone()) =>
            {
                after = Some(last);
            }
            (HasMore::Yes | HasMore::Unread, _) if !is_over => {
                return Err("it says that there is more, but sends nothing new".to_owned());
            }
            _ => {
                let mut search = StoredSearch::new(&form.filename, form.bytes, since_s, told);
                for file in files.iter().filter(|file| !known.contains(&file.id)) {
                    search.look_at(file);
                }
                return Ok(search.end(error));
            }
        }
    }
    Err("it has more pages than are read".to_owned())
}

/// One page of the list, tried as often as a call that somebody waits for.
async fn page(
    client: &Client,
    after: Option<&Untrusted>,
) -> Result<Answer<crate::api::Page>, ApiError> {
    let (policy, mut rng) = (Policy::default(), fastrand::Rng::new());
    let mut attempt = 1;
    loop {
        let error = match client.on_attempt(attempt).list_page(after, 100).await {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        let wait = error.wait().unwrap_or_else(|| policy.backoff(attempt, &mut rng));
        if !error.is_transient() || attempt == policy.attempts || wait > policy.longest_wait {
            return Err(error);
        }
        sleep(wait).await;
        attempt += 1;
    }
}

/// What is known of a file by reading it.
#[derive(Debug, Default)]
struct Known {
    has_changed: AtomicBool,
    is_broken: AtomicBool,
    /// The sum of all of it, before the last of it leaves.
    sum: OnceLock<String>,
}

impl Known {
    /// Why it was not sent to its end, where that is so.
    fn trouble(&self) -> Option<&'static str> {
        if self.has_changed.load(Ordering::Relaxed) {
            return Some("it changed while it was sent: nothing of it is stored");
        }
        self.is_broken
            .load(Ordering::Relaxed)
            .then_some("it cannot be read to its end: nothing of it is stored")
    }
}

/// Opens the file, and has it read in pieces as they are called for.
async fn open(
    upload: &Upload,
    stamp: FileStamp,
) -> Result<(UploadForm, Receiver<io::Result<Bytes>>, Arc<Known>), NotSendable> {
    let filename =
        upload.path.file_name().and_then(|name| name.to_str()).ok_or(NotSendable::OddName)?;
    let path = upload.path.clone();
    let opened = spawn_blocking(move || open_regular(&path)).await;
    let (file, found) = opened.unwrap_or(Err(NotValidated::GivenUp))?;
    if found != stamp {
        return Err(NotSendable::Changed);
    }
    let form = UploadForm {
        filename: filename.to_owned(),
        bytes: stamp.bytes,
        purpose: upload.purpose.clone(),
        expires_s: upload.expires_s,
    };
    let (sender, pieces) = mpsc::channel(WAITING);
    let known = Arc::<Known>::default();
    let tells = Arc::clone(&known);
    spawn_blocking(move || {
        if let Err(error) = read(file, stamp, &sender, &tells.sum) {
            let is_other = error.kind() == io::ErrorKind::Other;
            let flag = if is_other { &tells.has_changed } else { &tells.is_broken };
            flag.store(true, Ordering::Relaxed);
            let _ = sender.blocking_send(Err(error));
        }
    });
    Ok((form, pieces, known))
}

/// Reads a file to its end, and sums it up; an error of the kind `Other` where it is not what it was any
/// more.
fn read(
    mut file: std::fs::File,
    stamp: FileStamp,
    sender: &Sender<io::Result<Bytes>>,
    sum: &OnceLock<String>,
) -> io::Result<()> {
    let mut left = stamp.bytes;
    let mut all = Context::new(&SHA256);
    while left > 0 {
        let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = BytesMut::zeroed(room);
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(bytes) => {
                left -= bytes as u64;
                piece.truncate(bytes);
                all.update(&piece);
                give_way();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if left == 0 {
            // Before the last of it leaves.
            is_as_it_was(&file, stamp)?;
            let _ = sum.set(digits_of(all.clone()));
        }
        if sender.blocking_send(Ok(piece.freeze())).is_err() {
            // Nobody wants it any more.
            return Ok(());
        }
    }
    if left > 0 {
        return Err(io::Error::other("it is shorter than it was"));
    }
    // Of an empty file, nothing left before.
    sum.get_or_init(|| digits_of(all));
    is_as_it_was(&file, stamp)
}

fn is_as_it_was(file: &std::fs::File, stamp: FileStamp) -> io::Result<()> {
    let is_same = stamp_of(&file.metadata()?) == stamp;
    is_same.then_some(()).ok_or_else(|| io::Error::other("it is not what it was any more"))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    /// A success counts only behind the end of the form.
    #[test]
    fn nothing_is_stored_before_all_of_it_was_sent() {
        let form = UploadForm {
            filename: "a.jsonl".to_owned(),
            bytes: 7,
            purpose: "batch".to_owned(),
            expires_s: None,
        };
        let body = r#"{"id":"file_1","filename":"a.jsonl","bytes":7}"#;
        let file = crate::api::wire::read_single_file(body.as_bytes()).unwrap();
        let answer = |value| Ok(Answer { value, date: None, allowance: None });
        let words = |value, is_whole| match judge(answer(value), &form, is_whole) {
            Ok(end) => end.words(),
            Err((error, named)) => format!("{error}{named}"),
        };
        assert_eq!(words(Some(Box::new(file.clone())), true), "stored: file_1");
        let early =
            "may have been stored: the service says that it has it before all of it was sent";
        assert_eq!(words(Some(Box::new(file)), false), format!("{early}; the answer names file_1"));
        assert_eq!(words(None, false), early);
        assert!(words(None, true).ends_with("it does not describe the file that was sent"));
    }

    const BYTES: usize = 2 * PIECE + 1;

    /// What happens to a file.
    type Change = fn(&File);

    /// Hazards 9, and 30 of operations: the last bytes of a file that changed are never sent, so that no
    /// service takes what it has for the whole.
    #[test]
    fn a_file_that_changed_is_not_sent_to_its_end() {
        let changes: [(&str, Change); 4] = [
            ("nothing", |_| {}),
            ("shorter", |file| file.set_len(PIECE as u64).unwrap()),
            ("longer", |file| file.set_len(BYTES as u64 + 1).unwrap()),
            ("written to", |file| file.set_modified(SystemTime::UNIX_EPOCH).unwrap()),
        ];
        for (what, change) in changes {
            let place = tempfile::tempdir().unwrap();
            let path = place.path().join("a.jsonl");
            std::fs::write(&path, vec![b'x'; BYTES]).unwrap();
            let (file, stamp) = open_regular(&path).unwrap();
            change(&File::options().write(true).open(&path).unwrap());
            let (sender, mut pieces) = mpsc::channel(8);
            let sum = OnceLock::new();
            let result = read(file, stamp, &sender, &sum);
            drop(sender);
            let mut sent = 0;
            while let Some(piece) = pieces.blocking_recv() {
                sent += piece.unwrap().len();
            }
            assert_eq!(result.is_ok(), what == "nothing", "{what}");
            assert_eq!(sent == BYTES, what == "nothing", "{what}: {sent}");
            assert_eq!(sum.get().is_some(), what == "nothing", "{what}");
            assert!(result.is_ok() || result.unwrap_err().kind() == io::ErrorKind::Other);
        }
    }
}

//! Saves a file: one try of a download, from the request to the name in the folder. The dashboard and
//! the commands share it; which file is tried when, and again, is decided by
//! [`Queue`](crate::jobs::Queue).
//!
//! Whoever drops the future stops the try: what was written stays, with what is known of it beside it,
//! and the next try goes on from there.

mod folder;
mod part;
mod sink;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

use super::ledger::Ledger;
use crate::api::content::{Content, Extent, Part as Range, TransferLimits};
use crate::api::error::Status;
use crate::api::{Answer, ApiError, Client};
use crate::jobs::queue::{Failure, FailureKind};
use crate::jobs::record::{Finished, Record, Saved};
use crate::jobs::resume::{Held, Verdict};
use crate::jobs::whole::{
    BEGINNING, Expected, NotWhole, Proof, check_beginning, is_surely_content,
};
use crate::jobs::{Download, Told};
use crate::text::size;
use folder::{Folder, is_full, set_aside};
use part::{Claims, Found, Part, Wanted};
use sink::{Sink, Written};

/// From one telling of how far a job is to the next: ten times a second at most.
const BETWEEN: Duration = Duration::from_millis(100);

/// Whatever the saving of files has in common; cheap to clone.
#[derive(Clone, Debug)]
pub struct Saver {
    client: Client,
    /// The address of the service, as sidecars have it.
    base_url: Arc<str>,
    profile: Arc<str>,
    ledger: Ledger,
    claims: Claims,
    limits: TransferLimits,
    /// Whether it was told already that nothing can be added to the ledger.
    told_of_ledger: Arc<AtomicBool>,
}

/// What came of a try that went well.
#[derive(Debug)]
pub struct Done {
    /// The file.
    pub saved: Saved,
    /// Why the ledger does not have it, in words; told once.
    pub ledger_trouble: Option<String>,
}

/// Why a try came to nothing.
enum Stop {
    Service(ApiError),
    Disk(io::Error),
    NotWhole(NotWhole),
    Held(u32),
    Anew,
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Service(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<NotWhole> for Stop {
    fn from(why: NotWhole) -> Self {
        Self::NotWhole(why)
    }
}

impl Saver {
    /// Saves files of the service of `client`, under `profile`, and keeps record in `ledger`.
    #[must_use]
    pub fn new(client: Client, profile: &str, ledger: Ledger) -> Self {
        Self {
            base_url: client.endpoint().shown().into(),
            client,
            profile: profile.into(),
            ledger,
            claims: Claims::default(),
            limits: TransferLimits::default(),
            told_of_ledger: Arc::default(),
        }
    }

    /// Makes one try to save a file; `tell` is told how far it is, ten times a second at most.
    ///
    /// # Errors
    /// Why it came to nothing, and what follows from it.
    pub async fn save(
        &self,
        download: &Download,
        now_s: i64,
        mut tell: impl FnMut(Told),
    ) -> Result<Done, Failure> {
        outlive_limits();
        let folder = self.open(download.folder.clone()).await.map_err(|error| {
            let place = download.folder.display().to_string();
            disk_failure(&error, &format!("the folder {} cannot be used", shown(&place)))
        })?;
        let mut held = 0;
        let mut result = Err(Stop::Anew);
        // Once from where it broke off, and once from zero where that is of no use.
        for _ in 0..2 {
            result = self.attempt(&folder, download, now_s, &mut held, &mut tell).await;
            if !matches!(result, Err(Stop::Anew)) {
                break;
            }
        }
        result.map_err(|stop| failure(stop, download, held, now_s))
    }

    /// Takes away what is kept of a file that did not become whole.
    ///
    /// # Errors
    /// Where it is still there afterwards, or somebody has it.
    pub async fn forget(&self, download: &Download, now_s: i64) -> io::Result<()> {
        let folder = self.open(download.folder.clone()).await?;
        let part = match self.find(&folder, download, now_s).await? {
            Found::Ours(part) => *part,
            Found::Held(pid) => return Err(io::Error::other(format!("the process {pid} has it"))),
        };
        blocking(move || {
            let path = part.path();
            part.discard();
            let mut left = path.into_os_string();
            left.push(crate::jobs::name::PART);
            if Path::new(&left).exists() {
                Err(io::Error::other("it is still there"))
            } else {
                Ok(())
            }
        })
        .await
    }

    async fn open(&self, path: PathBuf) -> io::Result<Arc<Folder>> {
        blocking(move || Folder::open(&path)).await.map(Arc::new)
    }

    async fn attempt(
        &self,
        folder: &Arc<Folder>,
        download: &Download,
        now_s: i64,
        kept: &mut u64,
        tell: &mut impl FnMut(Told),
    ) -> Result<Done, Stop> {
        let part = match self.find(folder, download, now_s).await? {
            Found::Ours(part) => *part,
            Found::Finished(finished) => {
                return self.make_up(folder, download, finished, now_s).await.map_err(Stop::Disk);
            }
            Found::Held(pid) => return Err(Stop::Held(pid)),
        };
        tell(Told::Named(part.path()));
        let held = part.held(&download.file);
        *kept = held.bytes;
        tell(Told::StartsAt(held.bytes, held.total));
        if let (Some(free), Some(total)) = (folder.free_bytes(), held.total)
            && free < total.saturating_sub(held.bytes)
        {
            give_up(part, held.bytes).await?;
            return Err(Stop::Disk(io::ErrorKind::StorageFull.into()));
        }
        let mut answer = match self.ask(download, &held.part(), tell).await {
            Ok(content) => content,
            Err(error) => {
                give_up(part, held.bytes).await?;
                return Err(error.into());
            }
        };
        let mut expected = Expected {
            announced: Expected::announced_by(&answer.head),
            listed: download.file.bytes,
            trust_announced: download.trust_length,
        };
        let verdict = held.judge(&answer.head);
        if verdict == Verdict::Complete {
            expected.announced = Some(held.bytes);
        }
        let begun = match verdict {
            Verdict::Anew => {
                // What is held is of no use, and is asked for from zero.
                blocking(move || {
                    let mut part = part;
                    part.empty().and_then(|()| part.note(0))
                })
                .await?;
                return Err(Stop::Anew);
            }
            Verdict::Complete => Begun { part, from: held.bytes, pieces: vec![], ended: true },
            Verdict::Fresh => match begin(&mut answer, &expected, part).await {
                Ok(begun) => begun,
                Err(stop) => return Err(stop),
            },
            Verdict::Append { compare } => go_on(&mut answer, part, &held, compare).await?,
        };
        let extent = answer.head.extent;
        let total = expected.length();
        let flow = Flow { total, received: begun.from, told: Instant::now() };
        let (part, written) = self.pour(answer, begun, flow, kept, tell).await?;
        if let Extent::Partial(range) = extent
            && written.bytes != range.last + 1
        {
            // It lied about what it sends: none of it is believed.
            let (received, of) = (written.bytes, range.last + 1);
            blocking(move || {
                let mut part = part;
                part.empty().and_then(|()| part.note(0))
            })
            .await?;
            return Err(NotWhole::Short { received, of }.into());
        }
        let proof = expected.prove(written.bytes, &written.last_line);
        let proof = match proof {
            Ok(proof) => proof,
            Err(why) => return Err(self.not_whole(part, why).await?),
        };
        tell(Told::ReceivedAll);
        self.finish(part, download, written, proof, now_s).await
    }

    async fn find(
        &self,
        folder: &Arc<Folder>,
        download: &Download,
        now_s: i64,
    ) -> io::Result<Found> {
        let (folder, claims) = (Arc::clone(folder), self.claims.clone());
        let (download, saver) = (download.clone(), self.clone());
        blocking(move || Part::find(&folder, &saver.wanted(&download, now_s), &claims)).await
    }

    fn wanted<'a>(&'a self, download: &'a Download, now_s: i64) -> Wanted<'a> {
        Wanted { download, base_url: &self.base_url, profile: &self.profile, now_s }
    }

    async fn ask(
        &self,
        download: &Download,
        range: &Range,
        tell: &mut impl FnMut(Told),
    ) -> Result<Content, ApiError> {
        let answer = self.client.content(&download.file.id, range, self.limits).await?;
        let Answer { value, allowance, .. } = answer;
        tell(Told::Allowance(allowance));
        Ok(value)
    }

    /// Pours the rest of an answer into the part, and tells how far it is.
    async fn pour(
        &self,
        mut answer: Content,
        begun: Begun,
        mut flow: Flow,
        kept: &mut u64,
        tell: &mut impl FnMut(Told),
    ) -> Result<(Part, Written), Stop> {
        let Begun { part, from, pieces, ended } = begun;
        let sink = Sink::open(part, from);
        let mut failed = None;
        let mut open = true;
        for piece in pieces {
            flow.count(&piece, tell);
            open &= sink.push(piece).await;
        }
        while open && !ended {
            match answer.next().await {
                Ok(Some(piece)) => {
                    flow.count(&piece, tell);
                    open = sink.push(piece).await;
                }
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let (part, written) = sink.close().await;
        let there = written.as_ref().map_or(flow.received, |written| written.bytes);
        *kept = there;
        tell(Told::Received(there, flow.total));
        let Some(part) = part else { return Err(written.err().map_or(Stop::Anew, Stop::Disk)) };
        let written = written?;
        if let Some(error) = failed {
            give_up(part, written.bytes).await?;
            return Err(error.into());
        }
        Ok((part, written))
    }

    /// What becomes of a part that is not whole: it is kept where the rest may come.
    async fn not_whole(&self, part: Part, why: NotWhole) -> io::Result<Stop> {
        let useless = matches!(why, NotWhole::Long { .. });
        blocking(move || {
            let mut part = part;
            if useless {
                part.empty()?;
                part.discard();
            }
            Ok(())
        })
        .await?;
        Ok(Stop::NotWhole(why))
    }

    async fn finish(
        &self,
        part: Part,
        download: &Download,
        written: Written,
        proof: Proof,
        now_s: i64,
    ) -> Result<Done, Stop> {
        let (this, download) = (self.clone(), download.clone());
        blocking(move || {
            part.file.sync_all()?;
            let Written { bytes, sha256, .. } = written;
            let finished =
                Finished { name: String::new(), bytes, sha256, proof: proof.to_string() };
            let mut done = None;
            part.finish(&this.wanted(&download, now_s), finished.clone(), |path| {
                done = Some(this.keep(&download, path, finished, now_s));
            })?;
            done.ok_or_else(|| io::Error::other("it has no name"))
        })
        .await
        .map_err(Stop::Disk)
    }

    /// Has the ledger know of a file that was whole when somebody ended.
    async fn make_up(
        &self,
        folder: &Arc<Folder>,
        download: &Download,
        finished: Finished,
        now_s: i64,
    ) -> io::Result<Done> {
        let (this, folder, download) = (self.clone(), Arc::clone(folder), download.clone());
        blocking(move || {
            let path = folder.path().join(&finished.name);
            let done = this.keep(&download, path, finished.clone(), now_s);
            Part::forget(&folder, &this.wanted(&download, now_s), &finished);
            Ok(done)
        })
        .await
    }

    /// Adds a file that lies there whole to the ledger.
    fn keep(&self, download: &Download, path: PathBuf, finished: Finished, now_s: i64) -> Done {
        let Finished { bytes, sha256, proof, .. } = finished;
        let saved = Saved { path, bytes, sha256, proof, at: now_s, already: false };
        let record = Record::saved(&download.file, &saved, std::process::id());
        let ledger_trouble = self.add_to_ledger(&record);
        Done { saved, ledger_trouble }
    }

    /// Adds a record to the ledger; says why that cannot be done, the first time.
    fn add_to_ledger(&self, record: &Record) -> Option<String> {
        let error = self.ledger.add(record).err()?;
        if self.told_of_ledger.swap(true, Ordering::Relaxed) {
            return None;
        }
        let place = self
            .ledger
            .path()
            .map_or(String::new(), |path| format!(" {}", shown(&path.display().to_string())));
        Some(format!(
            "the ledger{place} cannot be written: {error}; what is saved will not be known later"
        ))
    }
}

/// A part with the first pieces that are to be written.
struct Begun {
    part: Part,
    /// Bytes that stay.
    from: u64,
    pieces: Vec<Bytes>,
    /// Whether that is all.
    ended: bool,
}

/// How far it is.
struct Flow {
    total: Option<u64>,
    received: u64,
    told: Instant,
}

impl Flow {
    fn count(&mut self, piece: &Bytes, tell: &mut impl FnMut(Told)) {
        self.received += piece.len() as u64;
        if self.told.elapsed() >= BETWEEN {
            self.told = Instant::now();
            tell(Told::Received(self.received, self.total));
        }
    }
}

/// Takes the beginning of a content, looks at it before anything is written, and makes room.
async fn begin(answer: &mut Content, expected: &Expected, part: Part) -> Result<Begun, Stop> {
    let mut beginning = BytesMut::new();
    let mut ended = false;
    let looked_at = async {
        check_beginning(&answer.head, expected, b"", false)?;
        while beginning.len() < BEGINNING && !ended && !is_surely_content(&beginning) {
            match answer.next().await? {
                Some(piece) => beginning.extend_from_slice(&piece),
                None => ended = true,
            }
        }
        // What came in its place says more than that its length is another one.
        check_beginning(&answer.head, expected, &beginning, ended)?;
        Ok::<(), Stop>(expected.check()?)
    }
    .await;
    let (etag, total, encoded) = facts_of(answer, expected);
    let length = expected.length();
    blocking(move || {
        let mut part = part;
        // Whatever was there is of no use any more.
        part.empty()?;
        if let Err(stop) = looked_at {
            part.discard();
            return Ok(Err(stop));
        }
        (part.sidecar.etag, part.sidecar.total, part.sidecar.encoded) = (etag, total, encoded);
        part.note(0)?;
        if let Some(length) = length
            && let Err(error) = set_aside(&part.file, length)
        {
            part.discard();
            return Ok(Err(Stop::Disk(error)));
        }
        let pieces = vec![beginning.freeze()];
        Ok(Ok(Begun { part, from: 0, pieces, ended }))
    })
    .await?
}

/// What the sidecar is to know of an answer: its strong validator, the length, whether it is encoded.
fn facts_of(answer: &Content, expected: &Expected) -> (Option<String>, Option<u64>, bool) {
    let etag = answer.head.etag.as_ref().filter(|tag| !tag.weak).map(|tag| tag.text.clone());
    (etag, expected.announced, answer.head.encoded)
}

/// Compares the seam of an answer with what is held, and goes on behind it.
async fn go_on(answer: &mut Content, part: Part, held: &Held, compare: u64) -> Result<Begun, Stop> {
    let wanted = usize::try_from(compare).unwrap_or(usize::MAX);
    let mut seam = BytesMut::new();
    let mut ended = false;
    if answer.head.incomplete {
        return Err(NotWhole::BeingWritten(answer.head.last_line).into());
    }
    while seam.len() < wanted && !ended {
        match answer.next().await? {
            Some(piece) => seam.extend_from_slice(&piece),
            None => ended = true,
        }
    }
    let from = held.bytes;
    blocking(move || {
        let mut part = part;
        let mut there = vec![0; wanted];
        let at = from - compare;
        std::os::unix::fs::FileExt::read_exact_at(&part.file, &mut there, at)?;
        if seam.len() < wanted || there != seam[..wanted] {
            part.empty()?;
            part.note(0)?;
            return Ok(Err(Stop::Anew));
        }
        let rest = seam.freeze().slice(wanted..);
        part.note(from)?;
        Ok(Ok(Begun { part, from, pieces: vec![rest], ended }))
    })
    .await?
}

/// A limit of how long a file may be ends a process that writes beyond it, unless it listens to the
/// signal; then the write fails as on a full disk.
fn outlive_limits() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let kind = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        // Once it was listened to, it ends nothing any more.
        drop(signal(kind));
    });
}

/// Leaves a part of which so many bytes are held; where it is none, nothing is left.
async fn give_up(part: Part, held: u64) -> io::Result<()> {
    blocking(move || {
        if held == 0 {
            part.discard();
        }
        Ok(())
    })
    .await
}

/// Has something done that a slow disk may hold up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn shown(text: &str) -> String {
    crate::text::UntrustedRef::new(text.as_bytes()).printable_within(200)
}

fn disk_failure(error: &io::Error, what: &str) -> Failure {
    let kind = if is_full(error) { FailureKind::DiskFull } else { FailureKind::Final };
    let cause = error.to_string();
    let cause = cause.split(" (os error").next().unwrap_or_default();
    Failure { kind, words: format!("{what}: {cause}") }
}

/// What follows from a try that came to nothing, of which `kept` bytes stay.
fn failure(stop: Stop, download: &Download, kept: u64, now_s: i64) -> Failure {
    let (kind, words) = match stop {
        Stop::Held(pid) => (FailureKind::Held(pid), format!("the process {pid} is saving it")),
        Stop::Anew => {
            let words = "the service does not send it from its beginning".to_owned();
            (FailureKind::Passing { wait: None }, words)
        }
        Stop::Disk(error) if is_full(&error) => return full(download, kept),
        Stop::Disk(error) => return disk_failure(&error, "it cannot be written"),
        Stop::NotWhole(why) => {
            let passing = FailureKind::Passing { wait: None };
            (if why.may_pass() { passing } else { FailureKind::Final }, why.to_string())
        }
        Stop::Service(error) => return refused(&error, download, kept, now_s),
    };
    Failure { kind, words }
}

fn full(download: &Download, kept: u64) -> Failure {
    let wanted = download.file.bytes.map(|bytes| bytes.saturating_sub(kept));
    let wanted = wanted.map_or(String::new(), |bytes| format!(": {} more are wanted", size(bytes)));
    Failure { kind: FailureKind::DiskFull, words: format!("the disk is full{wanted}") }
}

fn refused(error: &ApiError, download: &Download, kept: u64, now_s: i64) -> Failure {
    let has_run_out = download.file.expires_at.is_some_and(|at| at <= now_s);
    let kind = match error {
        ApiError::KeyRefused { .. } => FailureKind::KeyRefused,
        ApiError::Refused { status: Status(410), .. } => FailureKind::Expired,
        ApiError::Refused { status: Status(404), .. } if has_run_out => FailureKind::Expired,
        ApiError::Refused { status: Status(404), .. } => FailureKind::Missing,
        error if error.is_transient() => FailureKind::Passing { wait: error.wait() },
        _ => FailureKind::Final,
    };
    let kept_words = || match download.file.bytes {
        _ if kept == 0 => String::new(),
        Some(bytes) => format!(": {} of {} kept", size(kept), size(bytes)),
        None => format!(": {} kept", size(kept)),
    };
    let words = match kind {
        FailureKind::Expired if kept > 0 => format!("expired while downloading{}", kept_words()),
        FailureKind::Expired => "expired: the service does not have it any more".to_owned(),
        FailureKind::Missing if kept > 0 => format!("gone while downloading{}", kept_words()),
        FailureKind::Missing => "the service does not have it".to_owned(),
        _ => error.to_string(),
    };
    Failure { kind, words }
}

/// Whether the file still lies where it was saved, with the length that it had.
#[must_use]
pub fn lies_there(path: &Path, bytes: u64) -> bool {
    std::fs::symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes)
}

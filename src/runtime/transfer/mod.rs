//! Saves a file: one try of a download, from the request to the name in the folder. The dashboard and
//! the commands share it; which file is tried when, and again, is decided by
//! [`Queue`](crate::jobs::Queue).
//!
//! Whoever drops the future stops the try: what was written stays, with what is known of it beside it,
//! and the next try goes on from there.

mod beginning;
mod dead;
mod failing;
mod flow;
mod folder;
mod keeping;
mod part;
mod sink;
mod taken;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

use super::bulk::give_way;
use super::group_sync::GroupSync;
use super::ledger::{Index, Ledger};
use crate::api::content::{Content, Part as Range, Portion, TransferLimits};
use crate::api::{Answer, ApiError, Client};
use crate::jobs::job::JobFailure;
use crate::jobs::record::{Record, Saved};
use crate::jobs::whole::{Expected, NotWhole};
use crate::jobs::{Download, Told};
use crate::time::clock::Now;
use beginning::Begun;
pub use dead::{find_dead, remove_dead};
use failing::{Stop, failure, unusable};
use flow::Flow;
use folder::{Folder, check_path};
use keeping::{Looks, Standing};
use part::{Claims, Found, Part, Wanted};
pub(super) use sink::digits_of;
pub(crate) use sink::sum_of;
use sink::{Sink, Written};

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
    /// What was read of it.
    known: Arc<Mutex<Index>>,
    /// What is shared by all that have one folder open; in it nothing is left of whoever was killed.
    folders: Arc<Mutex<Folders>>,
    /// What was saved and the ledger does not have, since it could not be written, by the id.
    unwritten: Arc<Mutex<HashMap<String, Record>>>,
    /// The files that are being looked for.
    looks: Looks,
    /// Whether it was told already that nothing can be added to the ledger.
    told_of_ledger: Arc<AtomicBool>,
}

/// How each folder is synced, by its disk and its number there.
type Folders = HashMap<(u64, u64), Arc<GroupSync>>;

/// What came of a try that went well.
#[derive(Debug)]
pub struct Done {
    /// The file.
    pub saved: Saved,
    /// Why the ledger does not have it, in words; told once.
    pub ledger_trouble: Option<String>,
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
            known: Arc::default(),
            folders: Arc::default(),
            unwritten: Arc::default(),
            looks: Looks::default(),
            told_of_ledger: Arc::default(),
        }
    }

    /// Makes one try to save a file, with so many `requests` at most; `tell` is told how far it is, ten times
    /// a second at most.
    ///
    /// # Errors
    /// Why it came to nothing, and what follows from it.
    pub async fn save(
        &self,
        download: &Download,
        requests: u32,
        now_s: i64,
        mut tell: impl FnMut(Told),
    ) -> Result<Done, JobFailure> {
        outlive_limits();
        // Two processes may save it into two folders: one at a time looks whether it is saved, and saves.
        let (folder, taken) = match self.take(download).await {
            Standing::Saved(done) => return Ok(*done),
            Standing::Held(pid) => {
                return Err(failure(Stop::Held(pid), download, 0, self.server_s()));
            }
            Standing::Homeless(error) => return Err(unusable(&download.folder, &error)),
            Standing::Stuck => return Err(failure(Stop::Stuck, download, 0, self.server_s())),
            Standing::Ours(folder, taken) => (folder, taken),
        };
        let mut held = 0;
        let mut result = Err(Stop::Anew);
        // Once from where it broke off, and once from zero where that is of no use.
        for _ in 0..requests.min(2) {
            result = self.attempt(&folder, download, now_s, &mut held, &mut tell).await;
            if !matches!(result, Err(Stop::Anew)) {
                break;
            }
        }
        drop(taken);
        result.map_err(|stop| failure(stop, download, held, self.server_s()))
    }

    /// Seconds since the epoch on the service's clock, as far as its answers told.
    fn server_s(&self) -> i64 {
        self.client.clock().server_ms(Now::read()).div_euclid(1_000)
    }

    /// Takes away what is kept of a file that did not become whole; tells how many bytes of it that were.
    ///
    /// # Errors
    /// Where it is still there afterwards, or somebody has it.
    pub async fn forget(&self, download: &Download, now_s: i64) -> io::Result<u64> {
        let folder = download.folder.clone();
        // It is made for what is saved, not for this.
        if !blocking(move || folder.try_exists()).await? {
            return Ok(0);
        }
        let folder = self.open(download.folder.clone()).await?;
        let part = match self.find(&folder, download, now_s).await? {
            Found::Ours(part) => *part,
            Found::Finished(_) => return Err(io::Error::other("it is whole")),
            Found::Held(pid) => return Err(io::Error::other(format!("the process {pid} has it"))),
        };
        blocking(move || {
            let (path, kept) = (part.path(), part.length());
            part.discard();
            let mut left = path.into_os_string();
            left.push(crate::jobs::name::PART);
            if Path::new(&left).exists() {
                Err(io::Error::other("it is still there"))
            } else {
                Ok(kept)
            }
        })
        .await
    }

    async fn open(&self, path: PathBuf) -> io::Result<Arc<Folder>> {
        let this = self.clone();
        blocking(move || this.open_now(&path)).await
    }

    fn open_now(&self, path: &Path) -> io::Result<Arc<Folder>> {
        let folder = Folder::open(path)?;
        let identity = folder.identity()?;
        let folders = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders().contains_key(&identity) {
            folder.sweep();
        }
        let syncs = Arc::clone(folders().entry(identity).or_default());
        Ok(Arc::new(folder.syncing_with(syncs)))
    }

    async fn attempt(
        &self,
        folder: &Arc<Folder>,
        download: &Download,
        now_s: i64,
        kept: &mut u64,
        tell: &mut impl FnMut(Told),
    ) -> Result<Done, Stop> {
        let mut found = self.find(folder, download, now_s).await?;
        if let Found::Finished(finished) = found {
            let done = self.make_up(folder, download, finished, now_s).await?;
            if !download.again {
                return Ok(done);
            }
            found = self.find(folder, download, now_s).await?;
        }
        let part = match found {
            Found::Ours(part) => *part,
            Found::Finished(_) => return Err(Stop::Anew),
            Found::Held(pid) => return Err(Stop::Held(pid)),
        };
        tell(Told::Named(part.path()));
        let held = part.held(&download.file);
        *kept = held.bytes;
        tell(Told::StartsAt(held.bytes, held.total));
        // Of what was begun the rest is set aside already: it is not wanted once more.
        if held.bytes == 0
            && let (Some(free), Some(total)) = (folder.free_bytes(), held.total)
            && free < total
        {
            give_up(part, held.bytes).await?;
            return Err(Stop::NoRoom(total, Some(free)));
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
        let begun = beginning::open(&mut answer, part, &held, &mut expected).await?;
        let extent = answer.head.extent;
        let total = expected.length();
        let flow = Flow::new(begun.from, total);
        let (part, written) = self.pour(answer, begun, flow, kept, tell).await?;
        let part = check_extent(part, extent, written.bytes).await?;
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
            match flow.wait(answer.next(), tell).await {
                Ok(Some(piece)) => {
                    open = sink.push(piece).await;
                    give_way();
                }
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let (part, written) = sink.close().await;
        let there = match (&written, &part) {
            (Ok(written), _) => written.bytes,
            // What came and could not be written is not there.
            (Err(_), Some(part)) => part.length(),
            (Err(_), None) => 0,
        };
        *kept = there;
        tell(Told::Received(there, flow.total()));
        let Some(part) = part else { return Err(written.err().map_or(Stop::Anew, Stop::Disk)) };
        let written = written?;
        if let Some(error) = failed {
            give_up(part, written.bytes).await?;
            return Err(error.into());
        }
        // What is known of it is written down with its end.
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
                return Ok(());
            }
            part.note_length()
        })
        .await?;
        Ok(Stop::NotWhole(why))
    }
}

/// What lied about how much of the content it sends is not believed at all.
async fn check_extent(part: Part, extent: Portion, received: u64) -> Result<Part, Stop> {
    match extent {
        Portion::Partial(range) if received != range.last + 1 => {
            beginning::forget_all(part).await?;
            Err(NotWhole::Short { received, of: range.last + 1 }.into())
        }
        _ => Ok(part),
    }
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
        let mut part = part;
        if held == 0 {
            part.discard();
            return Ok(());
        }
        part.note_length()
    })
    .await
}

/// Sees whether files could be made in a folder, or in one that would be made for them; nothing is made.
///
/// # Errors
/// Where it cannot be used, in words.
pub(super) fn check_folder(folder: &Path) -> Result<(), JobFailure> {
    check_path(folder).map_err(|error| unusable(folder, &error))
}

/// Has something done that a slow disk may hold up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    // One kind of task for each kind of result, and not for each kind of work.
    let work: Box<dyn FnOnce() -> io::Result<T> + Send> = Box::new(work);
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

//! A file that is not whole yet: under which name it lies, who has it, and what is known of it.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use super::folder::{self, Folder, is_full, temporary};
use super::sink::cut_short;
use crate::jobs::name::{PART, SIDECAR, chosen_name, folded, told_apart};
use crate::jobs::record::{Finish, Sidecar};
use crate::jobs::resume::Held;
use crate::jobs::{Download, Pinned};

/// Names that are tried before it is given up.
const MOST_NAMES: u32 = 100;
/// How long a try of this process that was stopped may take to let go of its file, in such steps.
pub(super) const LETS_GO: (u32, Duration) = (100, Duration::from_millis(20));

/// Which names are being written to by this process: a disk may take two names for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims(Arc<Mutex<HashMap<Place, Vec<u8>>>>);

/// A folder, and a name in it as a disk may take it.
type Place = (PathBuf, String);

/// A name that is this file's while this lives.
#[derive(Debug)]
struct Claim {
    claims: Claims,
    key: Place,
}

impl Claims {
    /// Claims a name of a folder for the file of an id; nothing where another file has it.
    fn claim(&self, folder: &Folder, name: &str, id: &[u8]) -> Option<Claim> {
        let key = (folder.path().to_owned(), folded(name));
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if claims.get(&key).is_some_and(|other| other != id) {
            return None;
        }
        claims.insert(key.clone(), id.to_vec());
        Some(Claim { claims: self.clone(), key })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claims = self.claims.0.lock().unwrap_or_else(PoisonError::into_inner);
        claims.remove(&self.key);
    }
}

/// A part that this process has alone.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) folder: Arc<Folder>,
    pub(super) file: File,
    pub(super) sidecar: Sidecar,
    /// Bytes that were there when it was opened.
    length: u64,
    /// The name that it is to have when it is whole.
    name: String,
    _claim: Claim,
}

/// What came of looking for one.
#[derive(Debug)]
pub(super) enum Found {
    Ours(Box<Part>),
    /// It was whole when somebody ended before the ledger had it.
    Finished(Finish),
    /// The process of this number has it.
    Held(u32),
}

/// What is asked on whose behalf.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) download: &'a Download,
    pub(super) base_url: &'a str,
    pub(super) profile: &'a str,
    /// Seconds since the epoch.
    pub(super) now_s: i64,
}

impl Wanted<'_> {
    fn file(&self) -> &Pinned {
        &self.download.file
    }

    /// The `nth` name that may be tried, from 0.
    fn candidate(&self, nth: u32) -> String {
        let own = || self.file().safe_name();
        let chosen = self.download.name.as_ref();
        let name = chosen.map_or_else(own, |name| chosen_name(name));
        match nth {
            0 => name,
            nth => told_apart(&name, self.file().id.borrow(), nth),
        }
    }

    fn sidecar(&self) -> Sidecar {
        Sidecar::begun(self.file(), self.base_url, self.profile, self.now_s, std::process::id())
    }
}

impl Part {
    /// Finds the part of a file, or begins one, under the first name that nothing else has.
    pub(super) fn find(
        folder: &Arc<Folder>,
        wanted: &Wanted<'_>,
        claims: &Claims,
    ) -> io::Result<Found> {
        let mut nth = 0;
        let (mut tries, delay) = LETS_GO;
        while nth < MOST_NAMES {
            let name = wanted.candidate(nth);
            let Some(claim) = claims.claim(folder, &name, wanted.file().id.raw()) else {
                nth += 1;
                continue;
            };
            match Self::open(folder, &name, wanted)? {
                Opened::Ours(file, sidecar, is_noted) => {
                    let length = file.metadata()?.len();
                    let folder = Arc::clone(folder);
                    let mut part = Self { folder, file, sidecar, length, name, _claim: claim };
                    if !is_noted {
                        // Who has it now.
                        part.note(length)?;
                    }
                    return Ok(Found::Ours(Box::new(part)));
                }
                Opened::Finished(finished) => return Ok(Found::Finished(finished)),
                Opened::Taken => nth += 1,
                // A try of this very process that was stopped has it for a moment still; or somebody was
                // faster, and it is looked at again.
                Opened::Held(pid) if pid != std::process::id() || tries == 0 => {
                    return Ok(Found::Held(pid));
                }
                Opened::Again if tries == 0 => nth += 1,
                Opened::Held(_) | Opened::Again => {
                    tries -= 1;
                    sleep(delay);
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files have its name"))
    }

    fn open(folder: &Folder, name: &str, wanted: &Wanted<'_>) -> io::Result<Opened> {
        let (part, beside) = (format!("{name}{PART}"), format!("{name}{SIDECAR}"));
        let known = match folder.read_small(&beside) {
            Ok(Some(text)) => match serde_json::from_slice::<Sidecar>(&text) {
                Ok(sidecar) if sidecar.is_of(wanted.file(), wanted.base_url) => Some(sidecar),
                _ => return Ok(Opened::Taken),
            },
            Ok(None) => None,
            // A link, a folder: somebody's.
            Err(_) => return Ok(Opened::Taken),
        };
        let same = known.as_ref().filter(|known| known.is_same(wanted.file()));
        if let Some(finished) = same.and_then(|known| known.finished.as_ref())
            && !folder.has(&part)?
            && folder.holds(finished)?
        {
            return Ok(Opened::Finished(finished.clone()));
        }
        if folder.has(name)? {
            return Ok(Opened::Taken);
        }
        let Some(known) = known else {
            if folder.has(&part)? {
                return Ok(Opened::Taken);
            }
            let sidecar = wanted.sidecar();
            folder.write_small(&beside, &text_of(&sidecar))?;
            return Self::take(folder, &part, sidecar, true);
        };
        Self::take(folder, &part, known, false)
    }

    /// Opens the part of which `sidecar` tells, or makes it, and takes it for this process;
    /// `is_noted` where that lies there as it is.
    fn take(
        folder: &Folder,
        part: &str,
        mut sidecar: Sidecar,
        is_noted: bool,
    ) -> io::Result<Opened> {
        let file = match folder.open_existing(part) {
            Ok(Some(file)) => file,
            Ok(None) => match folder.create_new(part)? {
                Some(file) => file,
                None => return Ok(Opened::Again),
            },
            Err(_) => return Ok(Opened::Taken),
        };
        if !folder::lock(&file)? {
            return Ok(Opened::Held(sidecar.pid));
        }
        if !folder.is_named(&file, part)? {
            // Whoever had it has just finished.
            return Ok(Opened::Again);
        }
        let before = std::mem::replace(&mut sidecar.pid, std::process::id());
        if before != sidecar.pid {
            // Whoever was killed while writing down what is known of it left that half written.
            folder.remove_half_written(&temporary(&format!("{part}.json"), before))?;
        }
        Ok(Opened::Ours(file, sidecar, is_noted))
    }

    /// What is held of the file's content.
    pub(super) fn held(&self, file: &Pinned) -> Held {
        self.sidecar.held(file, self.length)
    }

    /// Bytes that are there.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where the file will lie.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Writes down what is known of it now, `received` bytes of it being there.
    pub(super) fn note(&mut self, received: u64) -> io::Result<()> {
        self.sidecar.received = received;
        self.length = received;
        self.folder.write_small(&format!("{}{SIDECAR}", self.name), &text_of(&self.sidecar))
    }

    /// Writes down how much of it is there.
    pub(super) fn note_length(&mut self) -> io::Result<()> {
        let there = self.file.metadata()?.len();
        self.note(there)
    }

    /// Begins from zero again.
    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.sidecar.etag = None;
        self.sidecar.total = None;
        self.sidecar.encoded = false;
        // What was whole once is not there any more.
        self.sidecar.finished = None;
        self.length = 0;
        Ok(())
    }

    /// Takes it away, with what is known of it: nothing of it is of use.
    pub(super) fn discard(self) {
        let _ = self.folder.remove(&format!("{}{SIDECAR}", self.name));
        let _ = self.folder.remove(&format!("{}{PART}", self.name));
    }

    /// Gives the file its name, for good: it is whole and synced. Another one where something bears that
    /// meanwhile. Tells where it lies. What is known of it stays beside it until the ledger has it, by
    /// `keep`: whoever ends before that is made up for by the next run.
    pub(super) fn finish(
        mut self,
        wanted: &Wanted<'_>,
        mut finished: Finish,
        keep: impl FnOnce(PathBuf),
    ) -> io::Result<()> {
        let (part, beside) = (format!("{}{PART}", self.name), format!("{}{SIDECAR}", self.name));
        finished.name.clone_from(&self.name);
        let mut nth = 0;
        loop {
            self.sidecar.finished = Some(finished.clone());
            match self.note(finished.bytes) {
                // All of it is there: it is not to wait for room for what only helps whoever is killed now.
                Err(error) if is_full(&error) => {}
                noted => noted?,
            }
            if self.file.metadata()?.len() != finished.bytes {
                return Err(cut_short());
            }
            if self.folder.rename_to_new(&part, &finished.name)? {
                break;
            }
            nth += 1;
            if nth == MOST_NAMES {
                let why = "too many files have its name";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
            }
            finished.name = wanted.candidate(nth);
        }
        self.folder.sync()?;
        keep(self.folder.path().join(&finished.name));
        self.folder.remove(&beside)
    }

    /// Takes away what is known of a file that is whole, for the ledger has it now.
    pub(super) fn forget(folder: &Folder, wanted: &Wanted<'_>, finished: &Finish) {
        // It lies beside the name under which it was written, which may be another one.
        for nth in 0..MOST_NAMES {
            let beside = format!("{}{SIDECAR}", wanted.candidate(nth));
            let known = folder.read_small(&beside).ok().flatten();
            let known = known.and_then(|text| serde_json::from_slice::<Sidecar>(&text).ok());
            match known {
                Some(known) if known.finished.as_ref() == Some(finished) => {
                    let _ = folder.remove(&beside);
                    return;
                }
                Some(_) => {}
                None => return,
            }
        }
    }
}

/// What lies under a name.
enum Opened {
    /// What is known of it, and whether that lies beside it as it is.
    Ours(File, Sidecar, bool),
    /// It is whole, and the ledger may not have it.
    Finished(Finish),
    /// Something else.
    Taken,
    /// It is ours, and a process has it.
    Held(u32),
    /// It has just changed.
    Again,
}

fn text_of(sidecar: &Sidecar) -> Vec<u8> {
    // It has nothing that cannot be written as JSON.
    serde_json::to_vec(sidecar).unwrap_or_default()
}

//! The ledger on the disk: a file for each service, to which each process adds lines under a lock.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::jobs::Pinned;
use crate::jobs::name::safe_name;
use crate::jobs::record::{Record, Saved};
use crate::text::UntrustedRef;

/// Bytes of a line at most: what is longer is none.
const LONGEST: u64 = 1_024 * 1_024;

/// The ledger of one service.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: Option<PathBuf>,
}

/// What of a ledger was read.
#[derive(Debug, Default)]
pub struct Contents {
    /// What it says is saved, by the id of the file: the newest record of each.
    pub saved: HashMap<String, Record>,
    /// Lines that could not be read.
    pub torn: u64,
    /// Bytes up to the end of the last whole line.
    pub read_to: u64,
}

impl Contents {
    /// What it says of a file, if it is the same one: length and creation agree where both are known.
    #[must_use]
    pub fn saved_of(&self, file: &Pinned) -> Option<Saved> {
        let record = self.saved.get(std::str::from_utf8(file.id.raw()).ok()?)?;
        record.is_of(file).then(|| record.to_saved())?
    }
}

impl Ledger {
    /// The ledger of the service at `place` (its host, port and base path) in the folder `state`; where
    /// there is none, nothing is written, and nothing is known.
    #[must_use]
    pub fn of(state: Option<PathBuf>, place: &str) -> Self {
        let name = safe_name(UntrustedRef::new(place.as_bytes())) + ".jsonl";
        Self { path: state.map(|state| state.join("ledger").join(name)) }
    }

    /// Where it lies, if it has a place.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Adds a record: one line, in one piece, on the disk for good.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add(&self, record: &Record) -> io::Result<()> {
        self.add_all(std::slice::from_ref(record))
    }

    /// Adds records, a line each, each in one piece, and all of them on the disk for good.
    ///
    /// # Errors
    /// Where one cannot be written; those before it stay.
    pub fn add_all(&self, records: &[Record]) -> io::Result<()> {
        let Some(path) = &self.path else {
            let why = "there is no home for it (HOME and XDG_STATE_HOME are not set)";
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        };
        if let Some(folder) = path.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut options = File::options();
        let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        for record in records {
            add_line(&mut file, record)?;
        }
        file.sync_data()
        // The lock goes with the file.
    }

    /// Reads it; empty where there is none.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read(&self) -> io::Result<Contents> {
        let mut contents = Contents::default();
        self.read_on(&mut contents)?;
        Ok(contents)
    }

    /// Reads what was added since `contents` was read; tells whether there was anything. Where the ledger
    /// is shorter than before, it is another one, and read anew.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read_on(&self, contents: &mut Contents) -> io::Result<bool> {
        let Some(file) = self.open()? else {
            let had_some = !contents.saved.is_empty();
            *contents = Contents::default();
            return Ok(had_some);
        };
        let length = file.metadata()?.len();
        if length < contents.read_to {
            *contents = Contents::default();
        }
        if length == contents.read_to {
            return Ok(false);
        }
        let from = contents.read_to;
        let (mut torn, mut read_to) = (0, from);
        let mut each = |line: Line| match line {
            Line::Record(record) => {
                if record.to_saved().is_some() {
                    contents.saved.insert(record.id.clone(), *record);
                }
            }
            Line::Torn => torn += 1,
        };
        read_lines(file, from, &mut read_to, &mut each)?;
        contents.torn += torn;
        contents.read_to = read_to;
        Ok(true)
    }

    /// Hands each record to `each`, the oldest first, and tells how many lines were none.
    ///
    /// # Errors
    /// Where it is there and cannot be read, or what `each` says.
    pub fn each(&self, mut each: impl FnMut(&Record) -> io::Result<()>) -> io::Result<u64> {
        let Some(file) = self.open()? else { return Ok(0) };
        let (mut torn, mut result) = (0, Ok(()));
        read_lines(file, 0, &mut 0, &mut |line| match line {
            Line::Record(record) if result.is_ok() => result = each(&record),
            Line::Record(_) => {}
            Line::Torn => torn += 1,
        })?;
        result.map(|()| torn)
    }

    fn open(&self) -> io::Result<Option<File>> {
        let Some(path) = &self.path else { return Ok(None) };
        match File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Adds a line to a ledger that is locked, in one piece.
fn add_line(file: &mut File, record: &Record) -> io::Result<()> {
    let mut line = record.line();
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            // The line before broke off: it is to spoil nothing but itself.
            line.insert(0, '\n');
        }
    }
    let written = file.write(line.as_bytes())?;
    if written < line.len() {
        // Taken back, so that it is not half a line.
        file.set_len(length)?;
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

/// Records that are added to a ledger while something else goes on, as many at once as have come
/// meanwhile: each is on the disk for good soon, and none holds anybody up.
#[derive(Debug)]
pub struct Notes {
    ledger: Ledger,
    pending: Vec<Record>,
    writing: Option<JoinHandle<io::Result<()>>>,
    /// Whether it was said that they cannot be written.
    is_told: bool,
}

impl Notes {
    /// None yet.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, pending: vec![], writing: None, is_told: false }
    }

    /// Takes a record, which is written by what [goes on](Self::go_on).
    pub fn add(&mut self, record: Record) {
        self.pending.push(record);
    }

    /// Begins to write what has come, where nothing is being written; tells, once, why it cannot be.
    pub async fn go_on(&mut self) -> Option<String> {
        if self.writing.as_ref().is_some_and(|writing| !writing.is_finished()) {
            return None;
        }
        let trouble = self.wait().await;
        if !self.pending.is_empty() {
            let (ledger, records) = (self.ledger.clone(), std::mem::take(&mut self.pending));
            self.writing = Some(spawn_blocking(move || ledger.add_all(&records)));
        }
        trouble
    }

    /// Writes what is left, and waits for it; tells, once, why it cannot be.
    pub async fn finish(&mut self) -> Option<String> {
        let before = self.wait().await;
        let begun = self.go_on().await;
        let after = self.wait().await;
        before.or(begun).or(after)
    }

    async fn wait(&mut self) -> Option<String> {
        let written = match self.writing.take() {
            None => Ok(()),
            Some(writing) => writing.await.unwrap_or_else(|error| Err(io::Error::other(error))),
        };
        let error = written.err()?;
        (!std::mem::replace(&mut self.is_told, true)).then(|| {
            format!("what was done is not in the ledger, which cannot be written: {error}")
        })
    }
}

/// A line of the ledger.
enum Line {
    Record(Box<Record>),
    Torn,
}

/// Reads lines from the byte `from` on, and tells up to where they are whole. The last one may be on its
/// way still.
fn read_lines(
    mut file: File,
    from: u64,
    read_to: &mut u64,
    each: &mut impl FnMut(Line),
) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::with_capacity(256 * 1_024, file);
    let mut line = vec![];
    *read_to = from;
    loop {
        line.clear();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let is_whole = line.last() == Some(&b'\n');
        let text = line.trim_ascii();
        match Record::read(text) {
            Some(record) => each(Line::Record(Box::new(record))),
            None if text.is_empty() => {}
            None => each(Line::Torn),
        }
        if !is_whole && (read as u64) < LONGEST {
            return Ok(());
        }
        *read_to += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Untrusted;

    fn record(id: &str, at: i64) -> Record {
        let saved = Saved {
            path: "/x/a".into(),
            bytes: 3,
            sha256: "00".to_owned(),
            proof: "complete".to_owned(),
            at,
            already: false,
        };
        Record::saved(&Pinned::by_id(Untrusted::new(id)), &saved, 1)
    }

    fn ids(contents: &Contents) -> Vec<&str> {
        let mut ids: Vec<&str> = contents.saved.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn torn_lines_spoil_nothing_but_themselves() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "host:1/base");
        assert!(ledger.read().unwrap().saved.is_empty());
        ledger.add(&record("a", 1)).unwrap();
        let path = ledger.path().unwrap().to_owned();
        assert_eq!(path.file_name().unwrap(), "host:1%2Fbase.jsonl");
        let mut text = std::fs::read(&path).unwrap();
        let half = text[..text.len() / 2].to_vec();
        text.extend_from_slice(&half);
        std::fs::write(&path, &text).unwrap();
        let mut contents = ledger.read().unwrap();
        assert_eq!((ids(&contents), contents.torn), (vec!["a"], 1));
        ledger.add(&record("b", 2)).unwrap();
        assert!(ledger.read_on(&mut contents).unwrap());
        assert!(!ledger.read_on(&mut contents).unwrap());
        assert_eq!(ids(&contents), ["a", "b"]);
        ledger.add(&record("a", 9)).unwrap();
        ledger.read_on(&mut contents).unwrap();
        assert_eq!(contents.saved["a"].at, 9, "the newest counts");
        std::fs::write(&path, record("c", 3).line()).unwrap();
        ledger.read_on(&mut contents).unwrap();
        assert_eq!(ids(&contents), ["c"], "another ledger");
    }

    #[test]
    fn many_add_at_once_and_no_line_is_lost() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let ledger = &ledger;
                scope.spawn(move || {
                    (0..25).for_each(|n| ledger.add(&record(&format!("{thread}-{n}"), 1)).unwrap());
                });
            }
        });
        let contents = ledger.read().unwrap();
        assert_eq!((contents.saved.len(), contents.torn), (100, 0));
    }
}

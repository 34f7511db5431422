//! The ledger on the disk: a file for each service, to which each process adds lines under a lock.

mod index;
mod notes;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

use super::group_sync::GroupSync;
use crate::config::small_file::check_absence;
use crate::jobs::name::safe_name;
use crate::jobs::record::{Outcome, Record, Unread, UploadSource};
use crate::text::UntrustedRef;

pub use index::{Eye, Index, SavedLine};
pub use notes::Notes;

/// Bytes of a line at most: what is longer is none.
const LONGEST: u64 = 1_024 * 1_024;

/// The ledger of one service.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: Option<PathBuf>,
    syncs: Arc<GroupSync>,
}

/// What of a ledger was read.
#[derive(Debug, Default)]
pub struct Contents {
    /// What it says is saved, the oldest first.
    pub saved: Vec<Record>,
    /// What it says was uploaded, the oldest first.
    pub uploaded: Vec<UploadSource>,
    /// Lines that could not be read.
    pub torn: u64,
    /// Bytes up to the end of the last whole line.
    pub read_to: u64,
    /// Where the line begins that was read last, and what there was before it: without an end, it is read
    /// again.
    last: Option<(u64, u64, usize, usize)>,
}

/// What is made of a ledger as it is read.
pub trait LedgerReader: Default {
    /// Bytes up to the end of the last whole line that was read.
    fn read_to(&self) -> u64;
    /// Notes up to where it was read.
    fn set_read_to(&mut self, read_to: u64);
    /// Takes in the line that begins at the byte `at`.
    fn take(&mut self, at: u64, line: &[u8]);
}

impl LedgerReader for Contents {
    fn read_to(&self) -> u64 {
        self.read_to
    }

    fn set_read_to(&mut self, read_to: u64) {
        self.read_to = read_to;
    }

    fn take(&mut self, at: u64, line: &[u8]) {
        if let Some((_, torn, saved, uploaded)) = self.last.filter(|(begins, ..)| *begins == at) {
            self.torn = torn;
            self.saved.truncate(saved);
            self.uploaded.truncate(uploaded);
        }
        self.last = Some((at, self.torn, self.saved.len(), self.uploaded.len()));
        match Record::read(line) {
            Ok(record) if record.to_saved().is_some() => self.saved.push(record),
            Ok(record) if record.outcome == Outcome::Uploaded => {
                self.uploaded.extend(record.to_source());
            }
            Err(Unread::Torn) => self.torn += 1,
            Ok(_) | Err(Unread::Later) => {}
        }
    }
}

impl Ledger {
    /// The ledger of the service at `place` (its host, port and base path) in the folder `state`; where
    /// there is none, nothing is written, and nothing is known.
    #[must_use]
    pub fn of(state: Option<PathBuf>, place: &str) -> Self {
        let name = safe_name(UntrustedRef::new(place.as_bytes())) + ".jsonl";
        let path = state.map(|state| state.join("ledger").join(name));
        Self { path, syncs: Arc::default() }
    }

    /// Where it lies, if it has a place.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Where locks lie by which one process at a time saves a file of this service.
    #[must_use]
    pub fn locks(&self) -> Option<PathBuf> {
        let path = self.path.as_deref()?;
        Some(path.parent()?.parent()?.join("taken").join(path.file_stem()?))
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
        let file = self.append(records)?;
        self.sync(&file)
    }

    /// Adds records, a line each, each in one piece: whoever reads it has them, but for a machine that
    /// goes down before they are [synced](Self::sync).
    fn append(&self, records: &[Record]) -> io::Result<File> {
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
        flock(&file, FlockOperation::Unlock)?;
        Ok(file)
    }

    /// Has what was added so far on the disk for good, by whomever.
    fn sync(&self, file: &File) -> io::Result<()> {
        self.syncs.sync(|| file.sync_data())
    }

    /// Reads it; empty where there is none.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read<K: LedgerReader>(&self) -> io::Result<K> {
        let mut known = K::default();
        self.read_on(&mut known)?;
        Ok(known)
    }

    /// Reads what was added since `known` was read; tells whether there was anything. Where the ledger is
    /// shorter than before, it is another one, and read anew.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read_on<K: LedgerReader>(&self, known: &mut K) -> io::Result<bool> {
        let Some(file) = self.open()? else {
            let had_some = known.read_to() > 0;
            *known = K::default();
            return Ok(had_some);
        };
        let length = file.metadata()?.len();
        if length < known.read_to() {
            *known = K::default();
        }
        if length == known.read_to() {
            return Ok(false);
        }
        let mut read_to = known.read_to();
        let result = read_lines(file, &mut read_to, &mut |at, line| known.take(at, line));
        known.set_read_to(read_to);
        result.map(|()| true)
    }

    /// Hands each record to `each`, the oldest first, and tells how many lines were none; what later
    /// programs wrote is passed over.
    ///
    /// # Errors
    /// Where it is there and cannot be read, or what `each` says.
    pub fn each(&self, mut each: impl FnMut(&Record) -> io::Result<()>) -> io::Result<u64> {
        let Some(file) = self.open()? else { return Ok(0) };
        let (mut torn, mut result) = (0, Ok(()));
        read_lines(file, &mut 0, &mut |_, line| match Record::read(line) {
            Ok(record) if result.is_ok() => result = each(&record),
            Err(Unread::Torn) => torn += 1,
            Ok(_) | Err(Unread::Later) => {}
        })?;
        result.map(|()| torn)
    }

    fn open(&self) -> io::Result<Option<File>> {
        let Some(path) = &self.path else { return Ok(None) };
        match File::open(path) {
            Ok(file) => Ok(Some(file)),
            // A link to a disk that is not there is no ledger without anything in it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                check_absence(path).map(|()| None)
            }
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

/// Reads lines from the byte `read_to` on, and tells up to where they are whole. The last one may be on
/// its way still.
fn read_lines(
    mut file: File,
    read_to: &mut u64,
    each: &mut impl FnMut(u64, &[u8]),
) -> io::Result<()> {
    file.seek(SeekFrom::Start(*read_to))?;
    let mut reader = BufReader::with_capacity(256 * 1_024, file);
    let mut line = vec![];
    loop {
        // Nearly all lines lie there whole, and are read where they lie.
        let there = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            there => there?,
        };
        if let Some(length) = memchr::memchr(b'\n', there) {
            let text = reader.buffer()[..length].trim_ascii();
            if !text.is_empty() {
                each(*read_to, text);
            }
            reader.consume(length + 1);
            *read_to += length as u64 + 1;
            continue;
        }
        line.clear();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let is_whole = line.last() == Some(&b'\n');
        let text = line.trim_ascii();
        if !text.is_empty() {
            each(*read_to, text);
        }
        if !is_whole && (read as u64) < LONGEST {
            return Ok(());
        }
        *read_to += read as u64;
    }
}

/// Whether the file still lies where it was saved, with the length that it had.
#[must_use]
pub fn lies_there(path: &Path, bytes: u64) -> bool {
    std::fs::symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;
    use crate::jobs::Pinned;
    use crate::jobs::record::Saved;
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
        contents.saved.iter().map(|record| record.id.as_str()).collect()
    }

    #[test]
    fn torn_lines_spoil_nothing_but_themselves() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "host:1/base");
        assert!(ledger.read::<Contents>().unwrap().saved.is_empty());
        ledger.add(&record("a", 1)).unwrap();
        let path = ledger.path().unwrap().to_owned();
        assert_eq!(path.file_name().unwrap(), "host:1%2Fbase.jsonl");
        let mut text = std::fs::read(&path).unwrap();
        let half = text[..text.len() / 2].to_vec();
        text.extend_from_slice(&half);
        std::fs::write(&path, &text).unwrap();
        let mut contents: Contents = ledger.read().unwrap();
        assert_eq!((ids(&contents), contents.torn), (vec!["a"], 1));
        // It is read again as long as it has no end, and is one line.
        for _ in 0..3 {
            assert!(ledger.read_on(&mut contents).unwrap());
            assert_eq!(contents.torn, 1);
        }
        ledger.add(&record("b", 2)).unwrap();
        assert!(ledger.read_on(&mut contents).unwrap());
        assert_eq!(contents.torn, 1);
        assert!(!ledger.read_on(&mut contents).unwrap());
        assert_eq!(ids(&contents), ["a", "b"]);
        ledger.add(&record("a", 9)).unwrap();
        ledger.read_on(&mut contents).unwrap();
        assert_eq!((ids(&contents), contents.saved[2].at), (vec!["a", "b", "a"], 9));
        std::fs::write(&path, record("c", 3).line()).unwrap();
        ledger.read_on(&mut contents).unwrap();
        assert_eq!(ids(&contents), ["c"], "another ledger");
    }

    /// A line that only lacks its end counts, and once.
    #[test]
    fn a_line_without_an_end_is_one_line() {
        type LineOf<'a> = &'a dyn Fn(&str) -> String;
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        ledger.add(&record("a", 1)).unwrap();
        let path = ledger.path().unwrap();
        let of_upload = |id: &str| record(id, 1).line().replace("\"saved\"", "\"uploaded\"");
        let of_save = |id: &str| record(id, 1).line();
        let kinds: [(LineOf<'_>, [usize; 2], [usize; 2]); 2] =
            [(&of_upload, [1, 1], [1, 2]), (&of_save, [2, 0], [3, 0])];
        for (line, once, twice) in kinds {
            let text = record("a", 1).line() + line("b").trim_end();
            std::fs::write(path, &text).unwrap();
            let mut contents: Contents = ledger.read().unwrap();
            let counts = |contents: &Contents| [contents.saved.len(), contents.uploaded.len()];
            for _ in 0..3 {
                ledger.read_on(&mut contents).unwrap();
                assert_eq!((counts(&contents), contents.torn), (once, 0));
            }
            std::fs::write(path, text + "\n" + &line("c")).unwrap();
            ledger.read_on(&mut contents).unwrap();
            assert_eq!((counts(&contents), contents.torn), (twice, 0));
        }
    }

    /// Only what nobody put there is absent: all else might have said what is saved.
    #[test]
    fn a_ledger_that_is_there_is_read_or_named() {
        use std::os::unix::fs::symlink;
        type Break = fn(&Path);
        let breaks: [(Break, &str); 4] = [
            (|state| symlink("/nowhere/at/all", state.join("ledger")).unwrap(), "leads nowhere"),
            (|state| std::fs::write(state.join("ledger"), "").unwrap(), "Not a directory"),
            (
                |state| {
                    std::fs::create_dir(state.join("ledger")).unwrap();
                    symlink("elsewhere.jsonl", state.join("ledger/x.jsonl")).unwrap();
                },
                "leads nowhere",
            ),
            (|state| symlink("ledger", state.join("ledger")).unwrap(), "Too many levels"),
        ];
        for (break_it, why) in breaks {
            let place = tempfile::tempdir().unwrap();
            let ledger = Ledger::of(Some(place.path().into()), "x");
            assert_eq!(ledger.read::<Contents>().unwrap().read_to, 0);
            break_it(place.path());
            let said = ledger.read::<Contents>().unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
            let said = ledger.each(|_| Ok(())).unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
        }
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
        let contents: Contents = ledger.read().unwrap();
        assert_eq!((contents.saved.len(), contents.torn), (100, 0));
    }

    /// Whatever a later program writes, nothing of it is torn, and the lines around it count.
    #[test]
    fn what_later_programs_write_is_passed_over_and_not_torn() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        ledger.add(&record("a", 1)).unwrap();
        let mut text = record("a", 1).line();
        text += &record("b", 1).line().replace("\"v\":1", "\"v\":2,\"new\":{}");
        text += &record("c", 1).line().replace("\"saved\"", "\"sent_to_the_moon\"");
        text += "{\"v\":3,\"outcome\":\"saved\",\"what\":[1]}\n";
        text += "{\"v\":1,\"outcome\":\"saved\",\"id\":\"d\"\n[]\n7\nnull\n{}\n";
        text += &record("e", 1).line();
        std::fs::write(ledger.path().unwrap(), text).unwrap();
        let contents: Contents = ledger.read().unwrap();
        assert_eq!((ids(&contents), contents.torn), (vec!["a", "e"], 5));
        let mut seen = vec![];
        let torn = ledger.each(|record| {
            seen.push(record.id.clone());
            Ok(())
        });
        assert_eq!((torn.unwrap(), seen), (5, vec!["a".to_owned(), "e".to_owned()]));
        assert_eq!(ledger.read::<Index>().unwrap().len(), 2);
    }

    /// In whatever order files are looked for, each is found that is there, by its own line.
    #[test]
    fn an_eye_finds_what_a_look_finds() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let mut rng = fastrand::Rng::with_seed(3);
        let mut files = vec![];
        for n in 0..200 {
            let folder = place.path().join(format!("{}", n % 3));
            std::fs::create_dir_all(&folder).unwrap();
            let path = folder.join(format!("{n}"));
            // Some were moved away, some are cut.
            match rng.u8(..4) {
                0 => {}
                1 => std::fs::write(&path, "ab").unwrap(),
                _ => std::fs::write(&path, "abc").unwrap(),
            }
            let file = Pinned {
                // Of some, another length is wanted.
                bytes: Some(3 + u64::from(rng.u8(..8) == 0)),
                ..Pinned::by_id(Untrusted::new(format!("{n}")))
            };
            let saved = record("", 1).to_saved().unwrap();
            let saved = Saved { path, already: false, ..saved };
            // Some of the lines, some twice, and some once more for a copy that is gone by now.
            let line = Record::saved(&file, &saved, 1);
            ledger.add_all(&vec![line; rng.usize(..3)]).unwrap();
            if rng.bool() {
                let gone = Saved { path: place.path().join("gone"), ..saved };
                ledger.add(&Record::saved(&file, &gone, 1)).unwrap();
            }
            files.push(file);
        }
        let index: Index = ledger.read().unwrap();
        let mut seen = 0;
        for order in 0..4 {
            match order {
                0 => {}
                1 => files.reverse(),
                _ => rng.shuffle(&mut files),
            }
            let looked: Vec<bool> = files.iter().map(|file| index.is_saved(file)).collect();
            seen = looked.iter().filter(|is_saved| **is_saved).count();
            assert_eq!(index.are_seen_saved(&files, &mut Eye::default()), looked);
            let mut eye = Eye::default();
            let one_by_one = files.iter().map(|file| index.is_seen_saved(file, &mut eye));
            assert_eq!(one_by_one.collect::<Vec<bool>>(), looked);
        }
        assert!((20..150).contains(&seen), "{seen}");
    }

    /// What lies where another file was saved later is that one, and known by its line alone.
    #[test]
    fn what_was_saved_over_is_not_saved() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let [out, other] = ["out", "other"].map(|name| place.path().join(name));
        std::fs::write(&out, "abc").unwrap();
        let file = |id: &str| Pinned { bytes: Some(3), ..Pinned::by_id(Untrusted::new(id)) };
        let line = |id: &str, path: &Path| {
            let saved = record("", 1).to_saved().unwrap();
            Record::saved(&file(id), &Saved { path: path.to_owned(), already: false, ..saved }, 1)
        };
        let is_saved = |id: &str, index: &Index| {
            let seen = index.are_seen_saved(&[file(id)], &mut Eye::default());
            assert_eq!(seen, [index.is_saved(&file(id))]);
            seen[0]
        };
        let mut read_on = Index::default();
        for (id, path, saved) in [
            ("f", &out, ["f"].as_slice()),
            // Twice the same is the same.
            ("f", &out, &["f"]),
            ("f", &other, &["f"]),
            ("g", &out, &["g"]),
            ("f", &out, &["f"]),
            ("h", &other, &["f"]),
        ] {
            ledger.add(&line(id, path)).unwrap();
            ledger.read_on(&mut read_on).unwrap();
            for index in [&read_on, &ledger.read().unwrap()] {
                let known = ["f", "g", "h"].into_iter().filter(|id| is_saved(id, index));
                assert_eq!(known.collect::<Vec<&str>>(), saved, "{id} {path:?}");
            }
        }
        let proof = ledger.saved_of(&read_on, &file("f")).unwrap();
        assert_eq!(proof.path, out);
    }

    /// Lines are the same, and where they are, whether they lie in one piece of what is read or not.
    #[test]
    fn lines_of_any_length_are_read_where_they_are() {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut text = vec![];
        let longest = usize::try_from(LONGEST).unwrap();
        for n in 0..60 {
            let length = match n % 6 {
                0 => rng.usize(..400_000),
                1 => 256 * 1_024 - 1,
                2 => rng.usize(..3),
                // As long as a line may be, its end included, or a little less.
                3 if n == 33 => longest - 1,
                3 if n == 39 => longest - 2,
                _ => rng.usize(..2_000),
            };
            text.extend(std::iter::repeat_n(b'a' + n % 26, length));
            text.push(b'\n');
        }
        text.extend_from_slice(b"no end");
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&text).unwrap();
        let (mut read_to, mut read) = (0, vec![]);
        read_lines(file, &mut read_to, &mut |at, line| read.push((at, line.to_vec()))).unwrap();
        let (mut at, mut lines) = (0, vec![]);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let bare = line.trim_ascii();
            if !bare.is_empty() {
                lines.push((at, bare.to_vec()));
            }
            at += line.len() as u64;
        }
        assert!(read == lines, "{} lines, {}", read.len(), lines.len());
        assert_eq!(read_to, at - 6, "behind the last end");
    }

    /// The glance and the whole reading agree, whatever the lines are.
    #[test]
    fn a_glance_knows_what_is_saved() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let odd = std::ffi::OsStr::from_bytes(b"\xff\"\n\\ d\xc3\xa9");
        let folders = [place.path().join("plain"), place.path().join(odd)];
        let mut files = vec![];
        for (nth, folder) in folders.iter().enumerate() {
            std::fs::create_dir(folder).unwrap();
            let path = folder.join("a");
            std::fs::write(&path, "abc").unwrap();
            let file = Pinned {
                bytes: Some(3),
                created_at: Some(5),
                ..Pinned::by_id(Untrusted::new(format!("f{nth}")))
            };
            let saved = Saved {
                path,
                bytes: 3,
                sha256: "00".to_owned(),
                proof: "complete".to_owned(),
                at: 7,
                already: true,
            };
            let moved = Saved { path: place.path().join("moved"), at: 6, ..saved.clone() };
            for saved in [moved, saved.clone()] {
                let saved = Saved { already: false, ..saved };
                ledger.add(&Record::saved(&file, &saved, 1)).unwrap();
            }
            files.push((file, saved));
        }
        let index: Index = ledger.read().unwrap();
        for (file, saved) in &files {
            assert!(index.is_saved(file), "{saved:?}");
            assert!(index.is_saved(&Pinned::by_id(file.id.clone())));
            assert_eq!(ledger.saved_of(&index, file).as_ref(), Some(saved));
            for other in [
                Pinned { bytes: Some(4), ..file.clone() },
                Pinned { created_at: Some(4), ..file.clone() },
                Pinned::by_id(Untrusted::new("f7")),
            ] {
                assert!(!index.is_saved(&other) && ledger.saved_of(&index, &other).is_none());
            }
            std::fs::write(&saved.path, "longer").unwrap();
            assert!(!index.is_saved(file));
        }
    }
}

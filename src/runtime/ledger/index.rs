//! What is saved, at a glance: no more is kept of each line than what tells whether a file is saved, so
//! that a ledger of any age is read in passing.

use std::ffi::OsStr;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};

use super::{LONGEST, Ledger, LedgerReader, lies_there};
use crate::jobs::Pinned;
use crate::jobs::record::{Glanced, Record, Saved};

/// Folders that an [`Eye`] keeps open at most.
const MOST_OPEN: usize = 64;

/// What a ledger says is saved, by the id of the file: the newest line of each, and those before it that tell
/// of copies elsewhere.
#[derive(Debug, Default)]
pub struct Index {
    /// Places of entries, by the hashes of their ids.
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
    entries: Vec<Entry>,
    /// What was the newest before, of a copy elsewhere.
    older: Vec<Entry>,
    /// Where the line begins by which something was saved last to each place, by the hash of that.
    newest_there: HashMap<u64, u64>,
    /// Where lines begin of what lay where another one was saved later, by the line there: it had gone, since nothing is
    /// overwritten. A place that is taken for another one by its hash is one more file that is saved again.
    gone: HashMap<u64, u64>,
    /// Ids, and behind each the name of the file, as far as that lies in a folder.
    texts: Vec<u8>,
    folders: Vec<Box<Path>>,
    by_folder: HashMap<Box<Path>, u32>,
    /// The folder of the line before: of most lines it is the same.
    last_folder: u32,
    read_to: u64,
}

/// What is to be known of a file that was saved.
#[derive(Debug)]
struct Entry {
    hash: u64,
    /// Where its id and its name lie among the texts.
    at_text: usize,
    id_bytes: u32,
    /// Zero where it lies in no folder that is known: then that is all of its path.
    name_bytes: u32,
    folder: u32,
    /// The place of the one before it among the older ones, or [`NONE`].
    older: u32,
    bytes: u64,
    created_at: Option<i64>,
    /// Where its line begins.
    at: u64,
}

/// A line of a ledger that tells where a file was saved to.
#[derive(Clone, Debug)]
pub struct SavedLine {
    /// Where it begins.
    at: u64,
    path: PathBuf,
    bytes: u64,
}

impl SavedLine {
    fn lies(&self) -> bool {
        lies_there(&self.path, self.bytes)
    }
}

/// No place: there are not so many.
const NONE: u32 = u32::MAX;

/// Where a file lies: in a folder, under a name; without one, the folder is where.
#[derive(Clone, Copy)]
struct Place<'a> {
    folder: &'a Path,
    /// The number of the folder.
    number: u32,
    name: &'a OsStr,
}

impl Place<'_> {
    fn path(self) -> PathBuf {
        if self.name.is_empty() { self.folder.to_owned() } else { self.folder.join(self.name) }
    }
}

impl LedgerReader for Index {
    fn read_to(&self) -> u64 {
        self.read_to
    }

    fn set_read_to(&mut self, read_to: u64) {
        self.read_to = read_to;
    }

    fn take(&mut self, at: u64, line: &[u8]) {
        if let Some(glanced) = Glanced::read(line) {
            // What is beyond four thousand million files, or as many bytes of a line, is not known.
            let _ = self.add(at, &glanced);
        }
    }
}

impl Index {
    fn add(&mut self, at: u64, glanced: &Glanced<'_>) -> Option<()> {
        let Glanced { id, path, bytes, created_at } = glanced;
        let (folder, name) = split(path);
        let entry = Entry {
            hash: self.hasher.hash_one(id.as_bytes()),
            at_text: self.texts.len(),
            id_bytes: u32::try_from(id.len()).ok()?,
            name_bytes: u32::try_from(name.len()).ok()?,
            folder: self.folder(folder)?,
            older: NONE,
            bytes: *bytes,
            created_at: *created_at,
            at,
        };
        let there = self.hasher.hash_one((entry.folder, name));
        let before = self.newest_there.insert(there, at);
        self.gone.extend(before.filter(|before| *before != at).map(|before| (before, at)));
        self.texts.extend_from_slice(id.as_bytes());
        self.texts.extend_from_slice(name);
        if let Some(place) = self.place(entry.hash, id.as_bytes()) {
            let before = self.place_of(&self.entries[place]);
            let is_same = before.number == entry.folder && before.name.as_bytes() == name;
            let before = std::mem::replace(&mut self.entries[place], entry);
            let older = if is_same { before.older } else { self.put_by(before)? };
            self.entries[place].older = older;
        } else {
            let place = u32::try_from(self.entries.len()).ok()?;
            let (hash, entries) = (entry.hash, &self.entries);
            self.places.insert_unique(hash, place, |place| entries[*place as usize].hash);
            self.entries.push(entry);
        }
        Some(())
    }

    /// Puts an entry to the older ones, and tells its place.
    fn put_by(&mut self, entry: Entry) -> Option<u32> {
        let place = u32::try_from(self.older.len()).ok()?;
        self.older.push(entry);
        Some(place)
    }

    /// The number of a folder.
    fn folder(&mut self, folder: &Path) -> Option<u32> {
        let last = self.folders.get(self.last_folder as usize);
        if last.is_none_or(|last| last.as_os_str() != folder.as_os_str()) {
            let number = self.by_folder.get(folder).copied();
            self.last_folder = number.map_or_else(|| self.new_folder(folder), Some)?;
        }
        Some(self.last_folder)
    }

    fn new_folder(&mut self, folder: &Path) -> Option<u32> {
        let number = u32::try_from(self.folders.len()).ok()?;
        self.folders.push(folder.into());
        self.by_folder.insert(folder.into(), number);
        Some(number)
    }

    fn id_of(&self, entry: &Entry) -> &[u8] {
        &self.texts[entry.at_text..][..entry.id_bytes as usize]
    }

    fn place_of(&self, entry: &Entry) -> Place<'_> {
        let name = &self.texts[entry.at_text..][entry.id_bytes as usize..];
        Place {
            folder: &self.folders[entry.folder as usize],
            number: entry.folder,
            name: OsStr::from_bytes(&name[..entry.name_bytes as usize]),
        }
    }

    /// The place of the entry of this id.
    fn place(&self, hash: u64, id: &[u8]) -> Option<usize> {
        let is_it = |place: &u32| {
            let entry = &self.entries[*place as usize];
            entry.hash == hash && self.id_of(entry) == id
        };
        self.places.find(hash, is_it).map(|place| *place as usize)
    }

    /// The place of the entry of this file's id.
    fn place_by_id(&self, file: &Pinned) -> Option<usize> {
        let id = file.id.raw();
        self.place(self.hasher.hash_one(id), id)
    }

    /// The newest entry of a file's id.
    fn newest(&self, file: &Pinned) -> Option<&Entry> {
        self.place_by_id(file).map(|place| &self.entries[place])
    }

    /// The same; what stands beside the one that was found `last` is looked at first. A ledger has files
    /// mostly in the order of the list, or in that from its end.
    fn newest_near(&self, file: &Pinned, last: &mut usize) -> Option<&Entry> {
        let is_it = |place: &usize| {
            self.entries.get(*place).is_some_and(|entry| self.id_of(entry) == file.id.raw())
        };
        let near = [last.wrapping_add(1), last.wrapping_sub(1)].into_iter().find(is_it);
        *last = near.or_else(|| self.place_by_id(file))?;
        Some(&self.entries[*last])
    }

    /// The entries of a file from its `newest` one on, as far as it is the file of which they tell: where
    /// length and creation agree as far as both are known.
    fn copies<'s>(
        &'s self,
        newest: &'s Entry,
        file: &'s Pinned,
    ) -> impl Iterator<Item = &'s Entry> {
        let is_it = |entry: &&Entry| {
            let is_as_long = file.bytes.is_none_or(|bytes| bytes == entry.bytes);
            let is_gone = !self.gone.is_empty() && self.gone.contains_key(&entry.at);
            is_as_long
                && !is_gone
                && entry.created_at.zip(file.created_at).is_none_or(|(a, b)| a == b)
        };
        let older = |entry: &&Entry| self.older.get(entry.older as usize);
        std::iter::successors(Some(newest), older).filter(is_it)
    }

    fn lies(&self, entry: &Entry) -> bool {
        lies_there(&self.place_of(entry).path(), entry.bytes)
    }

    /// Where a file was saved to, the newest first; the disk is not asked.
    #[must_use]
    pub fn lines_of(&self, file: &Pinned) -> Vec<SavedLine> {
        let copies = self.newest(file).into_iter().flat_map(|newest| self.copies(newest, file));
        let line = |copy: &Entry| SavedLine {
            at: copy.at,
            path: self.place_of(copy).path(),
            bytes: copy.bytes,
        };
        copies.map(line).collect()
    }

    /// Whether a file is saved and lies where it was saved to, or in one of those places; it is the same
    /// one where length and creation agree as far as both are known.
    #[must_use]
    pub fn is_saved(&self, file: &Pinned) -> bool {
        let newest = self.newest(file);
        newest.is_some_and(|newest| self.copies(newest, file).any(|copy| self.lies(copy)))
    }

    /// The same, for one of many files, with the eye of this index.
    #[must_use]
    pub fn is_seen_saved(&self, file: &Pinned, eye: &mut Eye) -> bool {
        let newest = self.newest_near(file, &mut eye.last);
        newest.is_some_and(|newest| self.is_seen(newest, file, eye))
    }

    /// The same of each of these files: all of them are looked up, one look-up beside the other, before
    /// the disk is asked for any.
    #[must_use]
    pub fn are_seen_saved(&self, files: &[Pinned], eye: &mut Eye) -> Vec<bool> {
        let newest = |file| self.newest_near(file, &mut eye.last);
        let newest: Vec<Option<&Entry>> = files.iter().map(newest).collect();
        let mut is_seen = |newest, file| self.is_seen(newest, file, eye);
        let both = newest.into_iter().zip(files);
        both.map(|(newest, file)| newest.is_some_and(|newest| is_seen(newest, file))).collect()
    }

    fn is_seen(&self, newest: &Entry, file: &Pinned, eye: &mut Eye) -> bool {
        self.copies(newest, file).any(|copy| eye.sees(self.place_of(copy), copy.bytes))
    }

    /// How many files it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The folder and the name of a file; no name, and the whole path, where the last part of that is none.
fn split(path: &Path) -> (&Path, &[u8]) {
    let bytes = path.as_os_str().as_bytes();
    let Some(slash) = memchr::memrchr(b'/', bytes) else { return (path, b"") };
    match &bytes[slash + 1..] {
        b"" | b"." | b".." => (path, b""),
        name => (Path::new(OsStr::from_bytes(&bytes[..slash.max(1)])), name),
    }
}

/// Looks at many files of one [`Index`]: it keeps their folders open, so that not each file is looked for
/// from the root on.
#[derive(Debug, Default)]
pub struct Eye {
    /// By the numbers of the folders.
    folders: HashMap<u32, Option<OwnedFd>>,
    /// The place of the entry that was found last.
    last: usize,
}

impl Eye {
    /// Whether a file of this length [lies there](lies_there).
    fn sees(&mut self, place: Place<'_>, bytes: u64) -> bool {
        if self.folders.len() >= MOST_OPEN && !self.folders.contains_key(&place.number) {
            self.folders.clear();
        }
        let handle = self.folders.entry(place.number).or_insert_with(|| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            open(place.folder, flags, Mode::empty()).ok()
        });
        let Some(handle) = handle.as_ref().filter(|_| !place.name.is_empty()) else {
            return lies_there(&place.path(), bytes);
        };
        statat(handle, place.name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|found| {
            let is_file = FileType::from_raw_mode(found.st_mode).is_file();
            is_file && u64::try_from(found.st_size) == Ok(bytes)
        })
    }
}

impl Ledger {
    /// All that the ledger has of a file that `index` says is saved, by the line of the newest copy that lies
    /// there, or of the newest; nothing where it is another one by now.
    #[must_use]
    pub fn record_of(&self, index: &Index, file: &Pinned) -> Option<Record> {
        let lines = index.lines_of(file);
        let line = lines.iter().find(|line| line.lies()).or_else(|| lines.first())?;
        let record = self.record_at(line.at).ok().flatten()?;
        record.is_of(file).then_some(record)
    }

    /// The proof that a file is saved to one of the places of these `lines`, the first where it lies.
    #[must_use]
    pub fn saved_by(&self, lines: &[SavedLine], file: &Pinned) -> Option<Saved> {
        let line = lines.iter().find(|line| line.lies())?;
        let record = self.record_at(line.at).ok().flatten()?;
        record.is_of(file).then(|| record.to_saved())?
    }

    /// The proof that a file is saved of which `index` says so.
    #[must_use]
    pub fn saved_of(&self, index: &Index, file: &Pinned) -> Option<Saved> {
        self.record_of(index, file)?.to_saved()
    }

    fn record_at(&self, at: u64) -> io::Result<Option<Record>> {
        let Some(path) = self.path() else { return Ok(None) };
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(at))?;
        let mut line = vec![];
        BufReader::new(file).take(LONGEST).read_until(b'\n', &mut line)?;
        Ok(Record::read(line.trim_ascii()).ok())
    }
}

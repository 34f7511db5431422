//! A folder that is opened once: everything that is done in it happens beneath that handle, and follows
//! no links.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{
    self, Access, AtFlags, FlockOperation, Mode, OFlags, fstatvfs, fsync, openat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::getuid;

use super::sink::sum_of;
use crate::jobs::name::SIDECAR;
use crate::jobs::record::Finish;
use crate::runtime::group_sync::GroupSync;
use crate::runtime::ledger::lies_there;

/// Bytes of a small file that are read at most.
const SMALL: u64 = 64 * 1_024;
/// What is half written for longer is left by whoever was killed.
const OLD: Duration = Duration::from_secs(60);
/// What every sidecar begins with, whatever it is about.
const BEGINNING: &str = "{\"v\":1,\"profile\":\"";
/// What only its owner may read and write.
const OWN: Mode = Mode::RUSR.union(Mode::WUSR);

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
    path: PathBuf,
    syncs: Arc<GroupSync>,
}

impl Folder {
    /// Opens the folder at `path`, which may be a link; it is made where it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // What stands in its way says more than that it is there.
        std::fs::create_dir_all(path).map_err(|error| check_path(path).err().unwrap_or(error))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = fs::open(path, flags, Mode::empty())?;
        // The path is for people; what happens, happens beneath the handle.
        let path = path.canonicalize().or_else(|_| std::path::absolute(path))?;
        Ok(Self { handle, path, syncs: Arc::default() })
    }

    /// Which file system has it, and which folder of that it is.
    pub(super) fn identity(&self) -> io::Result<(u64, u64)> {
        let found = fs::fstat(&self.handle)?;
        Ok((found.st_dev, found.st_ino))
    }

    /// The same, whose syncs are those of others that have the same folder open.
    pub(super) fn syncing_with(self, syncs: Arc<GroupSync>) -> Self {
        Self { syncs, ..self }
    }

    /// Removes what was left half written by whoever was killed while writing down what is known of a
    /// part: it has its place within a moment, or never. What cannot be removed stays, and so does what
    /// only bears such a name.
    pub(super) fn sweep(&self) {
        let Ok(names) = std::fs::read_dir(&self.path) else { return };
        for entry in names.map_while(Result::ok) {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_temporary(name)) else { continue };
            let old = entry.metadata().is_ok_and(|found| {
                let age = found.modified().ok().and_then(|at| at.elapsed().ok());
                found.is_file() && found.len() <= SMALL && age.is_some_and(|age| age > OLD)
            });
            if old {
                let _ = self.remove_half_written(name);
            }
        }
    }

    /// Removes a sidecar that somebody was killed over before it had its place.
    pub(super) fn remove_half_written(&self, name: &str) -> io::Result<()> {
        if self.is_half_written(name) { self.remove(name) } else { Ok(()) }
    }

    /// Whether what was whole lies there, every byte of it.
    pub(super) fn holds(&self, finished: &Finish) -> io::Result<bool> {
        if !lies_there(&self.path.join(&finished.name), finished.bytes) {
            return Ok(false);
        }
        let file = self.open_existing(&finished.name)?;
        file.map_or(Ok(false), |file| Ok(sum_of(&file)? == finished.sha256))
    }

    /// Whether a file that bears the name of a sidecar on its way has what one begins with.
    fn is_half_written(&self, name: &str) -> bool {
        let found = self.open_existing(name).ok().flatten();
        let is_own = found.and_then(|file| file.metadata().ok()).is_some_and(|found| {
            Mode::from_raw_mode(found.mode()) == OWN && found.uid() == getuid().as_raw()
        });
        is_own && self.read_small(name).is_ok_and(|text| text.is_some_and(|text| is_begun(&text)))
    }

    /// Where it lies, absolute.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is anything of this name, a link that leads nowhere among it.
    pub(super) fn has(&self, name: &str) -> io::Result<bool> {
        match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a file that is there, to be read and written; nothing where there is none. What is no
    /// plain file is an error.
    pub(super) fn open_existing(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => {
                let file = File::from(handle);
                if file.metadata()?.is_file() {
                    Ok(Some(file))
                } else {
                    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"))
                }
            }
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a file that only its owner may read; nothing where there is something of that name.
    pub(super) fn create_new(&self, name: &str) -> io::Result<Option<File>> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(&self.handle, name, flags, OWN) {
            Ok(handle) => Ok(Some(handle.into())),
            Err(Errno::EXIST) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether `file` is what bears this name still.
    pub(super) fn is_named(&self, file: &File, name: &str) -> io::Result<bool> {
        let here = match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(here) => here,
            Err(Errno::NOENT) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let held = fs::fstat(file)?;
        Ok((here.st_dev, here.st_ino) == (held.st_dev, held.st_ino))
    }

    /// What a small file holds; nothing where there is none.
    pub(super) fn read_small(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = vec![];
        file.take(SMALL).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Puts a small file in its place, whole or not at all; one that is there is replaced.
    pub(super) fn write_small(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let temporary = temporary(name, std::process::id());
        let _ = self.remove_half_written(&temporary);
        let Some(mut file) = self.create_new(&temporary)? else {
            return Err(io::ErrorKind::AlreadyExists.into());
        };
        let written = file.write_all(text);
        drop(file);
        let placed = written.and_then(|()| {
            fs::renameat(&self.handle, &temporary, &self.handle, name).map_err(io::Error::from)
        });
        if placed.is_err() {
            let _ = unlinkat(&self.handle, &temporary, AtFlags::empty());
        }
        placed
    }

    /// Gives a file another name that nothing bears yet; `false` where something does.
    pub(super) fn rename_to_new(&self, from: &str, to: &str) -> io::Result<bool> {
        match self.rename_without_replacing(from, to) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // Not every file system can; a second name for the same file cannot replace anything either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                match fs::linkat(&self.handle, from, &self.handle, to, AtFlags::empty()) {
                    Ok(()) => {
                        unlinkat(&self.handle, from, AtFlags::empty())?;
                        Ok(true)
                    }
                    Err(Errno::EXIST) => Ok(false),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    fn rename_without_replacing(&self, from: &str, to: &str) -> rustix::io::Result<()> {
        let flags = fs::RenameFlags::NOREPLACE;
        fs::renameat_with(&self.handle, from, &self.handle, to, flags)
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    fn rename_without_replacing(&self, _: &str, _: &str) -> rustix::io::Result<()> {
        Err(Errno::NOSYS)
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Has the names in it written to the disk for good.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.syncs.sync(|| match fsync(&self.handle) {
            // Some file systems of a network cannot, and do without.
            Ok(()) | Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(error.into()),
        })
    }

    /// Whether files can be made in it, as far as its modes and its file system tell.
    ///
    /// # Errors
    /// Where they cannot.
    pub(super) fn check(&self) -> io::Result<()> {
        let wanted = Access::WRITE_OK | Access::EXEC_OK;
        Ok(fs::accessat(&self.handle, ".", wanted, AtFlags::EACCESS)?)
    }

    /// Bytes that are free for whoever is not the system's administrator; nothing where the file system
    /// does not say.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        let stat = fstatvfs(&self.handle).ok()?;
        (stat.f_blocks > 0).then(|| stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// Whether files could be made in the folder at `path`, or in the nearest one above it that is there, in
/// which it would be made.
///
/// # Errors
/// Where they could not.
pub(super) fn check_path(path: &Path) -> io::Result<()> {
    let mut nearest = path.ancestors().filter(|path| !path.as_os_str().is_empty());
    let is_there = |path: &&Path| {
        let found = std::fs::symlink_metadata(path);
        !found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let nearest = nearest.find(is_there).unwrap_or(Path::new("."));
    if !std::fs::metadata(nearest)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    Ok(fs::accessat(fs::CWD, nearest, wanted, AtFlags::EACCESS)?)
}

/// Under which name a process writes a small file before that has its place.
pub(super) fn temporary(name: &str, pid: u32) -> String {
    format!("{name}.{pid}")
}

/// Whether a name is one under which a sidecar is written before it has its place.
fn is_temporary(name: &str) -> bool {
    let Some((name, pid)) = name.rsplit_once('.') else { return false };
    name.ends_with(SIDECAR) && !pid.is_empty() && pid.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether this is a sidecar, as far as it was written.
fn is_begun(text: &[u8]) -> bool {
    let common = text.len().min(BEGINNING.len());
    text[..common] == BEGINNING.as_bytes()[..common]
}

/// Takes a file for this process alone; `false` where another one has it.
pub(super) fn lock(file: &File) -> io::Result<bool> {
    match fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Has the system begin to write `bytes` from `from` on to the disk, and waits for nothing: so that the
/// sync at the end finds little to do.
pub(super) fn begin_to_write_back(file: &File, from: u64, bytes: u64) {
    // The advice that they are not wanted any more begins it; what is on its way stays in memory.
    #[cfg(target_os = "linux")]
    let _ = fs::fadvise(file, from, std::num::NonZeroU64::new(bytes), fs::Advice::DontNeed);
    #[cfg(not(target_os = "linux"))]
    let _ = (file, from, bytes);
}

/// Has so many bytes of the disk set aside for a file whose length stays; where that cannot be done, it
/// is gone without. Tells whether there is room for them.
pub(super) fn set_aside(file: &File, bytes: u64) -> bool {
    #[cfg(target_os = "linux")]
    {
        let set_aside = fs::fallocate(file, fs::FallocateFlags::KEEP_SIZE, 0, bytes);
        !matches!(set_aside, Err(Errno::NOSPC | Errno::DQUOT | Errno::FBIG))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, bytes);
        true
    }
}

/// Whether an error says that there is no room left, for any file.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether an error says that a file is too long, by the file system or by a limit of the process:
/// shorter ones may have room.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::jobs::Pinned;
    use crate::jobs::record::Sidecar;
    use crate::text::Untrusted;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("made/for it")).unwrap();
        (place, folder)
    }

    #[test]
    fn nothing_is_overwritten_and_no_link_followed() {
        let (place, folder) = folder();
        let outside = place.path().join("outside");
        std::fs::write(&outside, "precious").unwrap();
        symlink(&outside, folder.path().join("link")).unwrap();
        symlink(place.path().join("nowhere"), folder.path().join("dangling")).unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        for taken in ["link", "dangling", "folder"] {
            assert!(folder.has(taken).unwrap(), "{taken}");
            assert!(folder.create_new(taken).unwrap().is_none(), "{taken}");
            assert!(folder.open_existing(taken).is_err(), "{taken}");
            folder.create_new("new").unwrap().unwrap();
            assert!(!folder.rename_to_new("new", taken).unwrap(), "{taken}");
            folder.remove("new").unwrap();
        }
        assert!(!place.path().join("nowhere").exists());
        assert_eq!(std::fs::read_to_string(outside).unwrap(), "precious");
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let (_place, folder) = folder();
        folder.create_new("a.part").unwrap().unwrap();
        folder.write_small("a.part.json", b"{}").unwrap();
        for name in ["a.part", "a.part.json"] {
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        assert_eq!(folder.read_small("a.part.json").unwrap().as_deref(), Some(&b"{}"[..]));
        assert!(folder.rename_to_new("a.part", "a").unwrap());
        assert!(folder.has("a").unwrap() && !folder.has("a.part").unwrap());
    }

    /// What somebody else calls so, or is being written just now, stays.
    #[test]
    fn what_was_left_half_written_is_swept_away() {
        let (_place, folder) = folder();
        let long_ago = std::time::SystemTime::now() - 2 * OLD;
        let sidecar =
            Sidecar::begun(&Pinned::by_id(Untrusted::new("a")), "http://x", "p", 1, 4_711);
        let whole = serde_json::to_string(&sidecar).unwrap();
        let left = [
            ("a.jsonl.part.json.4711", ""),
            ("b.part.json.1", &whole[..7]),
            ("c.part.json.1", &whole[..40]),
            ("d.part.json.1", &whole),
        ];
        let theirs = [
            ("e.part.json.bak", &*whole),
            ("f.json.5", &whole),
            ("g.part.json", &whole),
            ("h.part.json.", &whole),
            ("i.part.7", &whole),
            // Of such a name, but written by somebody else.
            ("report.part.json.20240101", "my own notes"),
            ("j.part.json.1", "{\"v\":1,\"notes\":\"mine\"}"),
        ];
        for (name, text) in left.iter().chain(&theirs) {
            let mut file = folder.create_new(name).unwrap().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        // One that others may read was not written by us, even where nothing is in it.
        let shared = folder.path().join("k.part.json.1");
        std::fs::write(&shared, "").unwrap();
        std::fs::set_permissions(&shared, PermissionsExt::from_mode(0o644)).unwrap();
        File::open(&shared).unwrap().set_modified(long_ago).unwrap();
        folder.create_new("new.part.json.99").unwrap().unwrap();
        folder.sweep();
        assert!(left.iter().all(|(name, _)| !folder.has(name).unwrap()));
        assert!(theirs.iter().all(|(name, _)| folder.has(name).unwrap()));
        assert!(shared.exists());
        assert!(folder.has("new.part.json.99").unwrap());
    }

    #[test]
    fn a_folder_that_was_moved_is_the_same_one_still() {
        let (place, folder) = folder();
        std::fs::rename(folder.path(), place.path().join("moved")).unwrap();
        folder.create_new("a").unwrap().unwrap();
        assert!(place.path().join("moved/a").exists());
    }

    #[test]
    fn a_file_is_locked_once_and_known_by_its_name_no_longer_when_it_was_renamed() {
        let (_place, folder) = folder();
        let mine = folder.create_new("a").unwrap().unwrap();
        let other = folder.open_existing("a").unwrap().unwrap();
        assert!(lock(&mine).unwrap() && !lock(&other).unwrap());
        assert!(folder.is_named(&mine, "a").unwrap());
        assert!(folder.rename_to_new("a", "b").unwrap());
        assert!(!folder.is_named(&mine, "a").unwrap() && folder.is_named(&mine, "b").unwrap());
    }
}

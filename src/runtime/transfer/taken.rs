//! Who is saving a file: a lock for each id in the state folder, since two processes may save one file
//! into two folders, where neither sees what the other writes.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;

use super::folder::lock;
use super::part::LETS_GO;
use crate::jobs::name::safe_name;
use crate::runtime::ledger::Ledger;
use crate::text::Untrusted;

/// A file that this process alone saves, as long as this lives.
#[derive(Debug)]
pub(super) struct Taken {
    path: PathBuf,
    _file: File,
}

/// What came of taking one.
#[derive(Debug)]
pub(super) enum Take {
    /// Nobody else saves it; nothing where there is no place for locks, and therefore no ledger.
    Ours(Option<Taken>),
    /// The process of this number does, or one that does not say.
    Held(u32),
}

impl Taken {
    /// Takes the file of an id for this process.
    pub(super) fn take(ledger: &Ledger, id: &Untrusted) -> Take {
        let Some(folder) = ledger.locks() else {
            return Take::Ours(None);
        };
        let path = folder.join(safe_name(id.borrow()));
        let (mut tries, delay) = LETS_GO;
        loop {
            match Self::open(&folder, &path) {
                Ok(Some(file)) => return Take::Ours(Some(Self { path, _file: file })),
                Ok(None) => {
                    let pid = holder(&path);
                    // A try of this very process that was stopped has it for a moment still.
                    if pid != std::process::id() || tries == 0 {
                        return Take::Held(pid);
                    }
                    tries -= 1;
                    sleep(delay);
                }
                Err(_) => return Take::Ours(None),
            }
        }
    }

    /// The locked file at `path`; nothing where somebody else has it.
    fn open(folder: &Path, path: &Path) -> io::Result<Option<File>> {
        loop {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let mut file = match options.open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                    options.open(path)?
                }
                opened => opened?,
            };
            if !lock(&file)? {
                return Ok(None);
            }
            let (ours, there) = (file.metadata()?, std::fs::symlink_metadata(path));
            // Whoever had it has just taken it away: a lock on that binds nobody.
            if there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())) {
                file.set_len(0)?;
                write!(file, "{}", std::process::id())?;
                return Ok(Some(file));
            }
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // While it is locked still: what others have opened meanwhile is not this name's any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process that says it has the lock at `path`; 0 where none says so.
fn holder(path: &Path) -> u32 {
    let mut said = String::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_string(&mut said));
    read.ok().and_then(|_| said.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(take: &Take) -> bool {
        matches!(take, Take::Ours(Some(_)))
    }

    #[test]
    fn one_at_a_time_takes_a_file_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "host:1");
        let [a, b] = ["a/../b", "b"].map(Untrusted::new);
        let first = Taken::take(&ledger, &a);
        assert!(is_ours(&first) && is_ours(&Taken::take(&ledger, &b)));
        let path = ledger.locks().unwrap().join(safe_name(a.borrow()));
        assert!(!lock(&File::open(&path).unwrap()).unwrap());
        assert_eq!(holder(&path), std::process::id());
        drop(first);
        assert!(!path.exists());
        // What a process that was killed has left is in nobody's way.
        std::fs::write(&path, "99999999").unwrap();
        assert!(is_ours(&Taken::take(&ledger, &a)));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        assert!(matches!(Taken::take(&Ledger::of(None, "x"), &a), Take::Ours(None)));
    }

    /// Nobody has a lock that another one has, however they come and go.
    #[test]
    fn many_take_and_let_go_and_never_two_have_it() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let id = Untrusted::new("a");
        let path = ledger.locks().unwrap().join("a");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let folder = path.parent().unwrap();
                        let Ok(Some(file)) = Taken::open(folder, &path) else { continue };
                        let taken = Taken { path: path.clone(), _file: file };
                        let others = inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        assert_eq!(others, 0);
                        inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(taken);
                    }
                });
            }
        });
        assert!(is_ours(&Taken::take(&ledger, &id)));
    }
}

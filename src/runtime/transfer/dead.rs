//! What is kept of files that nobody goes on with: found in the folders to which files are saved, and
//! taken away where somebody asks for it.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::folder::{Folder, lock};
use crate::jobs::dead::{DEAD_AFTER_S, DeadPart};
use crate::jobs::name::{PART, SIDECAR};
use crate::jobs::record::Sidecar;
use crate::text::Untrusted;

/// The dead parts in a folder, at `now_s` seconds since the epoch; none where it cannot be read, or is not
/// there.
#[must_use]
pub fn find_dead(folder: &Path, now_s: i64) -> Vec<DeadPart> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let Ok(folder) = Folder::open(folder) else { return vec![] };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names = names.filter_map(|name| name.strip_suffix(SIDECAR).map(str::to_owned));
    names.filter_map(|name| look_at(&folder, &name, now_s)).collect()
}

/// Takes a dead part away, with what is known of it.
///
/// # Errors
/// Where it is not dead any more, somebody has it, or the disk refuses.
pub fn remove_dead(dead: &DeadPart, now_s: i64) -> io::Result<()> {
    let parts = dead.path.parent().zip(dead.path.file_name().and_then(OsStr::to_str));
    let Some((place, name)) = parts else { return Err(io::ErrorKind::NotFound.into()) };
    let folder = Folder::open(place)?;
    let part = format!("{name}{PART}");
    // Held while it is looked at, and until it is gone: nobody begins to write to it meanwhile.
    let held = folder.open_existing(&part)?;
    if let Some(file) = &held
        && !(lock(file)? && folder.is_named(file, &part)?)
    {
        return Err(io::Error::other("a process has it"));
    }
    if look_at(&folder, name, now_s).as_ref() != Some(dead) {
        return Err(io::Error::other("it was gone on with meanwhile"));
    }
    folder.remove(&format!("{name}{SIDECAR}"))?;
    folder.remove(&part)
}

/// What is kept under a name, where it is dead. What is whole already is none: the next run has the
/// ledger know of it.
fn look_at(folder: &Folder, name: &str, now_s: i64) -> Option<DeadPart> {
    let text = folder.read_small(&format!("{name}{SIDECAR}")).ok()??;
    let sidecar: Sidecar = serde_json::from_slice(&text).ok()?;
    let path = folder.path().join(name);
    let look = |ending: &str| {
        let found = std::fs::symlink_metadata(folder.path().join(format!("{name}{ending}"))).ok();
        found.filter(Metadata::is_file)
    };
    let (beside, part) = (look(SIDECAR)?, look(PART));
    let touched_s = [Some(&beside), part.as_ref()].into_iter().flatten().map(touched).max()?;
    let is_dead = now_s.saturating_sub(touched_s) >= DEAD_AFTER_S && sidecar.finished.is_none();
    is_dead.then(|| DeadPart {
        path,
        id: Untrusted::new(sidecar.id.as_str()),
        received: part.map_or(0, |part| part.len()),
        total: sidecar.total.or(sidecar.bytes),
        touched_s,
    })
}

/// When something was written to a file last, in seconds since the epoch.
fn touched(file: &Metadata) -> i64 {
    let since = file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Pinned;

    const DAY: i64 = 86_400;

    fn sidecar(id: &str) -> Vec<u8> {
        let file = Pinned { bytes: Some(100), ..Pinned::by_id(Untrusted::new(id)) };
        serde_json::to_vec(&Sidecar::begun(&file, "http://x", "", 1, 2)).unwrap()
    }

    #[test]
    fn what_is_untouched_for_seven_days_is_found_and_removed_only_as_it_was_found() {
        let place = tempfile::tempdir().unwrap();
        let to = place.path().canonicalize().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(to.join(name), bytes).unwrap();
        write("a.jsonl.part", b"abc");
        write("a.jsonl.part.json", &sidecar("file_a"));
        // Somebody's, and what is no sidecar.
        write("b.jsonl.part", b"abc");
        write("c.part.json", b"{}");
        let touched = touched(&std::fs::metadata(to.join("a.jsonl.part.json")).unwrap());
        assert!(find_dead(&to, touched + 7 * DAY - 5).is_empty());
        let found = find_dead(&to, touched + 8 * DAY);
        assert_eq!(found.len(), 1, "{found:?}");
        let dead = &found[0];
        assert_eq!(
            (dead.path.clone(), dead.received, dead.total),
            (to.join("a.jsonl"), 3, Some(100))
        );
        assert_eq!(dead.days(touched + 8 * DAY), 8);
        // One that is written to is no longer dead.
        assert!(remove_dead(dead, touched + 6 * DAY).is_err());
        let held = std::fs::File::open(to.join("a.jsonl.part")).unwrap();
        assert!(lock(&held).unwrap());
        assert!(remove_dead(dead, touched + 8 * DAY).is_err(), "a process has it");
        drop(held);
        assert!(to.join("a.jsonl.part").exists());
        remove_dead(dead, touched + 8 * DAY).unwrap();
        let left = find_dead(&to, touched + 8 * DAY);
        assert!(left.is_empty() && !to.join("a.jsonl.part").exists(), "{left:?}");
        assert!(!to.join("a.jsonl.part.json").exists() && to.join("b.jsonl.part").exists());
        assert!(find_dead(&to.join("missing"), touched).is_empty() && !to.join("missing").exists());
    }
}

//! What a dry run prints: the files that would be saved.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::commands::doing::planned;
use crate::jobs::Pinned;
use crate::jobs::name::{folded, told_apart};
use crate::text::size;
use crate::time::expiry::{Stated, TimeLeft};

/// Names that are tried for a file.
const MOST_NAMES: u32 = 100;

/// The files as records, one a line; each with the path that it would have.
pub(super) fn records(files: &[Pinned], folder: &Path) -> String {
    let (mut out, mut taken) = (String::new(), HashSet::new());
    for file in files {
        let name = free_name(file, folder, &mut taken);
        out += &planned(file, Some(&folder.join(name)));
    }
    out
}

/// The name that a file would have beside what lies there and what was named before.
fn free_name(file: &Pinned, folder: &Path, taken: &mut HashSet<String>) -> String {
    let own = file.safe_name();
    let names = (1..MOST_NAMES).map(|nth| told_apart(&own, file.id.borrow(), nth));
    let mut names = std::iter::once(own.clone()).chain(names);
    let is_free =
        |name: &String| folder.join(name).symlink_metadata().is_err() && taken.insert(folded(name));
    names.find(is_free).unwrap_or(own)
}

/// The files of a dry run, a line each: time left, size, id, name.
pub(super) fn listed(files: &[Pinned], server_ms: i64) -> String {
    let mut out = String::new();
    for file in files {
        let expires_at = file.expires_at.map_or(Stated::Nothing, Stated::Value);
        let left = TimeLeft::of(expires_at, server_ms).to_string();
        let bytes = file.bytes.map_or("?".to_owned(), size);
        let (id, name) = (file.id.borrow().printable_within(130), file.shown(255));
        let _ = writeln!(out, "{left:>10}  {bytes:>12}  {id}  {name}");
    }
    out
}

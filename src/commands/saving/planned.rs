//! What a dry run prints: the files that would be saved.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::jobs::Pinned;
use crate::jobs::name::{folded, told_apart};
use crate::jobs::record::hex_of;
use crate::text::{Untrusted, size};
use crate::time::expiry::{Stated, TimeLeft};

/// Names that are tried for a file.
const MOST_NAMES: u32 = 100;

/// A file that would be saved, with the names of other records.
#[derive(Serialize)]
struct Record<'a> {
    v: u32,
    outcome: &'static str,
    id: String,
    filename: Option<String>,
    bytes: Option<u64>,
    created_at: Option<i64>,
    expires_at: Option<i64>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

/// The files as records, one a line; each with the path that it would have.
pub(super) fn records(files: &[Pinned], folder: &Path) -> String {
    let text = |text: &Untrusted| String::from_utf8_lossy(text.raw()).into_owned();
    let (mut out, mut taken) = (String::new(), HashSet::new());
    for file in files {
        let name = free_name(file, folder, &mut taken);
        let path = folder.join(name);
        let record = Record {
            v: crate::jobs::record::VERSION,
            outcome: "planned",
            id: text(&file.id),
            filename: file.filename.as_ref().map(text),
            bytes: file.bytes,
            created_at: file.created_at,
            expires_at: file.expires_at,
            path: &path.to_string_lossy(),
            path_hex: hex_of(&path),
        };
        // It has nothing that cannot be written as JSON.
        let _ = writeln!(out, "{}", serde_json::to_string(&record).unwrap_or_default());
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

//! How a path goes on that is typed: folders, and files that can be uploaded.

use std::fs::{DirEntry, read_dir};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::app::event::PathCompletion;
use crate::text::{UntrustedRef, cause, size};

/// Paths that go on from what was typed, at most.
const MOST_PATHS: usize = 50;

/// What begins so in a folder.
#[derive(Default)]
struct Found {
    /// Folders with a slash behind them, and files that can be uploaded.
    names: Vec<String>,
    /// Why the first of the others cannot be.
    why_not: Option<String>,
}

/// How a path goes on, beneath `home` where it begins with `~`; a file of more than `most` bytes is none
/// that can be uploaded.
pub(super) fn complete(text: &str, home: Option<&Path>, most: Option<u64>) -> PathCompletion {
    let as_it_is = || PathCompletion { text: text.to_owned(), ..PathCompletion::default() };
    if text == "~" {
        return PathCompletion { text: "~/".to_owned(), ..PathCompletion::default() };
    }
    let (folder, begun) =
        text.rsplit_once('/').map_or(("", text), |(folder, begun)| (&text[..=folder.len()], begun));
    let place = match (folder.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(folder),
    };
    let entries = match read_dir(place) {
        Ok(entries) => entries,
        Err(error) => {
            let said = format!("the folder cannot be read: {}", cause(&error));
            return PathCompletion { said: Some(said), ..as_it_is() };
        }
    };
    let found = look_at(entries.filter_map(Result::ok), begun, most);
    let mut names = found.names;
    let Some(first) = names.first() else {
        let nothing = match begun {
            "" => "nothing in this folder could be uploaded",
            _ => "nothing here begins so that could be uploaded",
        };
        let said = found.why_not.map_or(nothing.to_owned(), |why| format!("{nothing}: {why}"));
        return PathCompletion { said: Some(said), ..as_it_is() };
    };
    let common = names.iter().skip(1).fold(first.as_str(), |common, name| shared(common, name));
    let text_so_far = format!("{folder}{common}");
    if names.len() == 1 {
        let said =
            (text_so_far == text).then(|| "the path is whole: it is that of a file".to_owned());
        return PathCompletion { text: text_so_far, candidates: vec![], said };
    }
    names.truncate(MOST_PATHS);
    let shown = |name: &String| UntrustedRef::new(name.as_bytes()).printable().into_owned();
    PathCompletion { text: text_so_far, candidates: names.iter().map(shown).collect(), said: None }
}

fn look_at(entries: impl Iterator<Item = DirEntry>, begun: &str, most: Option<u64>) -> Found {
    let mut found = Found::default();
    for entry in entries {
        let name = entry.file_name();
        let Ok(name) = str::from_utf8(name.as_bytes()) else { continue };
        // What is hidden has to be asked for.
        if !name.starts_with(begun) || name.starts_with('.') && !begun.starts_with('.') {
            continue;
        }
        match offer(&entry, most) {
            Ok(kind) => found.names.push(format!("{name}{kind}")),
            Err(Some(why)) => {
                let shown = UntrustedRef::new(name.as_bytes()).printable_within(40);
                found.why_not.get_or_insert(format!("{shown} {why}"));
            }
            Err(None) => {}
        }
    }
    found.names.sort();
    found
}

/// What stands behind its name where it is offered; else why it is not, where that is worth a word.
fn offer(entry: &DirEntry, most: Option<u64>) -> Result<&'static str, Option<String>> {
    let path = entry.path();
    // A link leads to what it is.
    let found = std::fs::metadata(&path).map_err(|_| None)?;
    match (found.is_dir(), found.is_file(), found.len()) {
        (true, ..) => Ok("/"),
        (_, false, _) => Err(None),
        (.., 0) => Err(Some("is empty".to_owned())),
        (.., bytes) if most.is_some_and(|most| bytes > most) => {
            Err(Some(format!("has {}, more than the service takes", size(bytes))))
        }
        _ if access(&path, Access::READ_OK).is_err() => Err(Some("cannot be read".to_owned())),
        _ => Ok(""),
    }
}

/// What two texts begin with.
fn shared<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
    let end = same.map_or(one.len().min(other.len()), |((at, _), _)| at);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_completed_as_far_as_they_are_clear() {
        let place = tempfile::tempdir().unwrap();
        let names =
            ["batch-1.jsonl", "batch-2.jsonl", "other.jsonl", ".hidden", "日本.jsonl", "a", "ab"];
        for name in names {
            std::fs::write(place.path().join(name), "x").unwrap();
        }
        std::fs::write(place.path().join("zero"), "").unwrap();
        // Longer than the service takes, without a byte on the disk.
        for name in ["large-1", "large-2", "other.jsonl.old"] {
            std::fs::File::create(place.path().join(name)).unwrap().set_len(1_000_001).unwrap();
        }
        std::fs::create_dir(place.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("/dev/null", place.path().join("device")).unwrap();
        let at = format!("{}/", place.path().display());
        let whole = "the path is whole: it is that of a file";
        let nothing = "nothing here begins so that could be uploaded";
        for (text, completed, others, said) in [
            ("b", "batch-", vec!["batch-1.jsonl", "batch-2.jsonl"], ""),
            ("o", "other.jsonl", vec![], ""),
            ("f", "folder/", vec![], ""),
            (".h", ".hidden", vec![], ""),
            ("日", "日本.jsonl", vec![], ""),
            ("other.jsonl", "other.jsonl", vec![], whole),
            ("a", "a", vec!["a", "ab"], ""),
            ("ab", "ab", vec![], whole),
            ("d", "d", vec![], nothing),
            ("qqq", "qqq", vec![], nothing),
            ("z", "z", vec![], "nothing here begins so that could be uploaded: zero is empty"),
            ("large-2", "large-2", vec![], "large-2 has 976.56 KiB, more than the service takes"),
            ("folder/", "folder/", vec![], "nothing in this folder could be uploaded"),
            ("nowhere/", "nowhere/", vec![], "the folder cannot be read: "),
        ] {
            for (from, home) in [(at.as_str(), None), ("~/", Some(place.path()))] {
                let found = complete(&format!("{from}{text}"), home, Some(1_000_000));
                assert_eq!(found.text, format!("{from}{completed}"));
                assert_eq!(found.candidates, others, "{text}");
                let words = found.said.unwrap_or_default();
                assert!(
                    words.contains(said) && words.is_empty() == said.is_empty(),
                    "{text}: {words}"
                );
            }
        }
        let all = complete(&at, None, Some(1_000_000));
        assert_eq!((all.text, all.candidates.len()), (at.clone(), 7));
        assert_eq!(complete(&at, None, None).candidates.len(), 10, "no limit is known");
        assert_eq!(complete("~", Some(place.path()), None).text, "~/");
    }
}

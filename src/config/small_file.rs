//! Small files that may or may not be there: a configuration, a theme.
//!
//! Absent is only what is not in a folder that can be looked into. Whatever else keeps a file from
//! being read is an error: one that was passed over could have been the one that names the address to
//! which the key is to go.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::shown;

/// Bytes of a configuration file, or of a theme, read at most.
const MOST_BYTES: u64 = 1_024 * 1_024;

/// The text of a small file.
///
/// # Errors
/// Where it cannot be read, is too large, or is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = vec![];
    // What is no file, such as a pipe, does not tell its size.
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// An error without the path of a temporary file, which nobody has asked for: the library that makes
/// such files puts it behind what the system says.
#[must_use]
pub fn without_path(error: io::Error) -> io::Error {
    let said = error.to_string();
    match said.split_once(" at path \"") {
        Some((words, _)) => io::Error::other(words.to_owned()),
        None => error,
    }
}

/// The text of a small file; nothing where there is none.
///
/// # Errors
/// As those of [`read_text`], but for a file that is [absent](check_absence).
pub fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match read_text(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => check_absence(path).map(|()| None),
        result => result.map(Some),
    }
}

/// Makes sure that a file that was not found is not there, as nobody put one there.
///
/// # Errors
/// Where it, or a folder that it would be in, is a link that leads nowhere, or cannot be looked at.
pub fn check_absence(path: &Path) -> io::Result<()> {
    for place in path.ancestors().filter(|place| !place.as_os_str().is_empty()) {
        match fs::symlink_metadata(place) {
            Ok(facts) if facts.is_symlink() => {
                return fs::metadata(place).map(drop).map_err(|error| nowhere(path, place, error));
            }
            Ok(_) => return Ok(()),
            // Neither is the folder that it would be in.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is wrong with the link at `place`.
fn nowhere(path: &Path, place: &Path, error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::NotFound if path == place => io::Error::other("it is a link that leads nowhere"),
        ErrorKind::NotFound => {
            io::Error::other(format!("{} is a link that leads nowhere", shown(place)))
        }
        _ => error,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// Each way in which a file cannot be opened, and whether it means that there is none.
    #[test]
    fn absent_is_only_what_nobody_put_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("file"), "text").unwrap();
        fs::write(at("latin"), b"\xe4").unwrap();
        fs::write(at("large"), vec![b' '; 1_024 * 1_024 + 1]).unwrap();
        for (target, link) in [
            ("nowhere", "dangling"),
            ("dangling", "twice"),
            ("circle", "circle"),
            ("folder", "linked"),
            ("file", "good"),
            ("file/below", "through"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        for name in ["none", "folder/none", "none/none/none", "linked/none"] {
            assert_eq!(read_if_there(&at(name)).unwrap(), None, "{name}");
        }
        for name in ["file", "good"] {
            assert_eq!(read_if_there(&at(name)).unwrap().as_deref(), Some("text"), "{name}");
        }
        for (name, why) in [
            ("dangling", "it is a link that leads nowhere"),
            ("twice", "it is a link that leads nowhere"),
            ("dangling/none", "dangling is a link that leads nowhere"),
            ("twice/none/none", "twice is a link that leads nowhere"),
            ("linked/../dangling", "it is a link that leads nowhere"),
            ("circle", "Too many levels of symbolic links"),
            ("circle/none", "Too many levels of symbolic links"),
            ("file/none", "Not a directory"),
            ("through", "Not a directory"),
            ("folder", "Is a directory"),
            ("latin", "it is not UTF-8"),
            ("large", "it is larger than 1 MiB"),
        ] {
            let error = read_if_there(&at(name)).unwrap_err().to_string();
            assert!(error.contains(why), "{name}: {error}");
        }
        let long = folder.path().join("x".repeat(300));
        assert!(read_if_there(&long).is_err(), "no such name can be looked for");
    }
}

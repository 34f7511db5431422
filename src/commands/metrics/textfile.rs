//! The file that the textfile collector of Prometheus' node exporter reads: whole or not at all, and
//! legible for it.
//!
//! The file under way has another ending, for the collector reads whatever ends in `.prom`.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::text::escaped;
use crate::config::small_file::without_path;

/// What the collector looks for.
pub(super) const ENDING: &str = "prom";

/// More than this is not a file of ours.
const MOST_BYTES: u64 = 64 * 1_024;

/// Puts `text` in the place of the file, in one step.
///
/// # Errors
/// Where the folder is missing, full or not ours to write in; the file is then as it was.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    put(path, text).map_err(without_path)
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".shelflife-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // Whatever the umask: the collector is another user.
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name lasts once the folder does. Some file systems cannot do that, and the file is there.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// When a reading succeeded last, as the file that there is says of the profile.
pub(super) fn last_success(path: &Path, profile: &str) -> Option<String> {
    // Whatever stands there in place of a file is not waited for.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    last_success_in(&text, profile)
}

fn last_success_in(text: &str, profile: &str) -> Option<String> {
    let name =
        format!("shelflife_last_success_timestamp_seconds{{profile=\"{}\"}} ", escaped(profile));
    let value = text.lines().find_map(|line| line.strip_prefix(&name))?;
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = |text: &str| {
        (1..=12).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
    };
    (is_number(whole) && is_number(part)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_names_the_file_under_way() {
        let error = write(Path::new("/nonexistent/x.prom"), "").unwrap_err().to_string();
        assert_eq!(error, "No such file or directory (os error 2)");
    }

    #[test]
    fn only_a_moment_of_the_same_profile_is_taken_over() {
        let line = |profile: &str, value: &str| {
            format!(
                "# x\nshelflife_last_success_timestamp_seconds{{profile=\"{profile}\"}} {value}\n"
            )
        };
        for (text, expected) in [
            (line("a", "1795867924.123"), Some("1795867924.123")),
            (line("a", "1795867924"), Some("1795867924")),
            (line("b", "1795867924.123"), None),
            (line("a", "1795867924.123 5"), None),
            (line("a", "NaN"), None),
            (line("a", "-1"), None),
            (line("a", "1."), None),
            (line("a", "99999999999999999999"), None),
            (String::new(), None),
        ] {
            assert_eq!(last_success_in(&text, "a").as_deref(), expected, "{text}");
        }
    }
}

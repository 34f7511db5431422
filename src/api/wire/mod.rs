//! The tolerant reader: bytes of a `GET /v1/files` answer in, a [`Page`] out.
//!
//! One broken file is one [`Unreadable`], never a lost page, even where it is no JSON; so is what says
//! of itself that it is something else, and a list of nothing but that is none of files; a field that the
//! program does not know is kept; a value that is no number of its kind is [`Stated::Odd`], never
//! guessed, and where a text belongs, a number or a truth is its own text. The reader knows neither
//! HTTP nor cursors.

mod batches;
mod envelope;
mod file;
mod plain;
mod reason;
mod spoilt;
mod times;
mod values;

use std::borrow::Cow;

use crate::text::Untrusted;
use crate::time::expiry::{Stated, StatedTime};
use envelope::Envelope;
use file::read_file;
use spoilt::{Uncut, read_spoilt};

pub use batches::{Batch, Batches, read_batches, read_deletion};
pub use file::extra_fields;
pub use reason::{beside_status, read_error_message};

/// Files read from one page at most; the first ones of a page that has more. The largest page that a known service allows is 10,000
/// (`OpenAI`); a body of eight mebibytes could claim millions.
pub const MOST_FILES_A_PAGE: usize = 10_000;
/// Bytes of an id kept; ids beyond this make the file unreadable.
pub const MOST_ID_BYTES: usize = 1_024;
/// Bytes of a filename kept.
pub const MOST_FILENAME_BYTES: usize = 4_096;
/// Bytes of an unreadable file, or of an answer that is no files list, kept to be shown.
const BEGINNING_BYTES: usize = 512;
/// Bytes before a break that are kept to be shown.
const BEHIND_BYTES: usize = 48;

/// One file, as the service describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What identifies the file; never parsed, at most [`MOST_ID_BYTES`].
    pub id: Untrusted,
    /// The filename, at most [`MOST_FILENAME_BYTES`].
    pub filename: Option<Untrusted>,
    /// The size of its content.
    pub bytes: Stated<u64>,
    /// When the file was made, in seconds since the epoch.
    pub created_at: StatedTime,
    /// When the service deletes the file, in seconds since the epoch.
    pub expires_at: StatedTime,
    /// What the file is for, in the service's words.
    pub purpose: Option<Untrusted>,
    /// The fields that have no place above, and the values that could not be read, as the text of
    /// one JSON object.
    pub extra: Option<Box<str>>,
}

/// A file in a page that could not be read, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The beginning of its JSON.
    pub raw: Untrusted,
    /// Why the file could not be read, in plain words.
    pub why: Cow<'static, str>,
}

/// What one place of the list held.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A file.
    File(File),
    /// Something that should have been a file.
    Unreadable(Unreadable),
}

/// What one place of the list held, as it was read.
struct Element {
    reading: Reading,
    /// Whether it says of itself that it is something else than a file.
    is_another_kind: bool,
}

/// What the service says of the list's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasMore {
    /// There are further files.
    Yes,
    /// This was the last page.
    No,
    /// The service does not say.
    Unknown,
    /// The page itself holds more files than are read of one ([`MOST_FILES_A_PAGE`]).
    Unread,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The files, in the service's order.
    pub readings: Vec<Reading>,
    /// Whether there are more behind it.
    pub has_more: HasMore,
}

impl Page {
    /// The id of the last file that has one: the cursor of the next page.
    #[must_use]
    pub fn last_id(&self) -> Option<&Untrusted> {
        self.readings.iter().rev().find_map(|reading| match reading {
            Reading::File(file) => Some(&file.id),
            Reading::Unreadable(_) => None,
        })
    }
}

/// Why an answer is no files list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAPage {
    /// It is another kind of document, or the beginning of one.
    NotAFilesList {
        /// The beginning of the answer.
        beginning: Untrusted,
        /// Whether the answer ends in the middle.
        breaks_off: bool,
    },
    /// It is JSON up to a place, and none from there.
    BrokenJson(Box<Break>),
    /// It holds more than [`MOST_FILES_A_PAGE`], of which the first ones are no files.
    TooManyFiles,
}

/// Where a document that begins as JSON stops being it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first byte that cannot stand there, from 1.
    pub byte: usize,
    /// Why it cannot, in plain words.
    pub why: String,
    /// What stands right before it.
    pub behind: Untrusted,
}

/// Reads one page.
///
/// The array is the body itself, `data`, `Data` or `data.data`; null is an empty list.
///
/// # Errors
/// [`NotAPage`] where there is no such array, or too large a one.
pub fn read_page(body: &[u8]) -> Result<Page, NotAPage> {
    // Checking alone is several times faster.
    let text = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    let text = text.trim_start_matches('\u{feff}');
    match plain::read_page(text) {
        Some(page) => Ok(page),
        None => read_any_page(text),
    }
}

/// Reads a page that need not be as services mostly write them.
fn read_any_page(text: &str) -> Result<Page, NotAPage> {
    let not_a_list =
        |breaks_off| NotAPage::NotAFilesList { beginning: beginning(text), breaks_off };
    match serde_json::from_str::<Envelope>(text) {
        Ok(envelope) => {
            let (list, has_more) = envelope.list().ok_or_else(|| not_a_list(false))?;
            let elements = list.files.into_iter().map(read_file);
            let readings = files_of(elements).ok_or_else(|| not_a_list(false))?;
            page_of(readings, has_more, list.too_many)
        }
        Err(error) if error.is_eof() => Err(not_a_list(!text.trim().is_empty())),
        Err(error) => {
            let cut = spoilt::cut(text).map_err(|why| match why {
                Uncut::BreaksOff => not_a_list(true),
                Uncut::NoList if !text.trim_start().starts_with(['{', '[']) => not_a_list(false),
                Uncut::NoList => NotAPage::BrokenJson(Box::new(broken_at(text, &error))),
            })?;
            let elements = cut.files.into_iter().map(read_spoilt);
            let readings = files_of(elements).ok_or_else(|| not_a_list(false))?;
            page_of(readings, cut.has_more, cut.too_many)
        }
    }
}

fn broken_at(text: &str, error: &serde_json::Error) -> Break {
    let (byte, why) = spoilt::place_of_break(text, text, error);
    let before = &text.as_bytes()[..byte.saturating_sub(1).min(text.len())];
    let behind = before.get(before.len().saturating_sub(BEHIND_BYTES)..).unwrap_or_default();
    // The first character may be cut.
    let behind = String::from_utf8_lossy(behind);
    let behind = behind.trim_matches(['\u{fffd}', ' ', '\n', '\r', '\t']);
    Break { byte, why, behind: Untrusted::new(behind) }
}

/// What is in a list; nothing where it is a list of something else: some of it says so of itself, and
/// nothing in it is a file.
fn files_of(elements: impl Iterator<Item = Element>) -> Option<Vec<Reading>> {
    let (mut any_file, mut any_other) = (false, false);
    let readings = elements.map(|element| {
        any_file |= matches!(element.reading, Reading::File(_));
        any_other |= element.is_another_kind;
        element.reading
    });
    let readings = readings.collect();
    (any_file || !any_other).then_some(readings)
}

fn page_of(readings: Vec<Reading>, has_more: HasMore, too_many: bool) -> Result<Page, NotAPage> {
    let page = Page { readings, has_more: if too_many { HasMore::Unread } else { has_more } };
    if too_many && page.last_id().is_none() {
        return Err(NotAPage::TooManyFiles);
    }
    Ok(page)
}

/// Reads an answer that describes one file; nothing where it does not.
#[must_use]
pub fn read_single_file(body: &[u8]) -> Option<File> {
    let text = String::from_utf8_lossy(body);
    match read_spoilt(text.trim_start_matches('\u{feff}').trim()).reading {
        Reading::File(file) => Some(file),
        Reading::Unreadable(_) => None,
    }
}

fn beginning(text: &str) -> Untrusted {
    let mut raw = Untrusted::new(text.trim().as_bytes());
    raw.cap(BEGINNING_BYTES);
    raw
}

#[cfg(test)]
mod tests;

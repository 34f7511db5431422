//! What is said of a content in words: at its end, at its start, in the place of its lines.

use super::BYTES_SHOWN;
use crate::app::App;
use crate::app::layers::content::ContentLayer;
use crate::content::Hindrance;
use crate::content::looks::{binary_kind, hex};
use crate::keys::{Action, Hint};
use crate::text::{grouped, size};
use crate::theme::Tone;

/// What stands below the last line that is held: what follows, or why nothing does.
#[must_use]
pub fn end_words(content: &ContentLayer) -> (String, Tone) {
    let readout = content.readout();
    if let Some(why) = readout.hindrance() {
        return (format!("stopped: {why}"), Tone::Error);
    }
    if let Some(why) = readout.tried_in_vain() {
        return (format!("{why}; trying again"), Tone::Warning);
    }
    if readout.fetches() == Some(false) {
        return ("asking for the last lines …".to_owned(), Tone::Accent);
    }
    if let Some(at) = readout.passed_over() {
        let to = size(readout.window().end());
        return (format!("reading again from the start: {} of {to} …", size(at)), Tone::Accent);
    }
    if content.is_searching() {
        return (format!("searching … {} read", size(readout.bytes_read())), Tone::Accent);
    }
    if readout.is_at_the_end() {
        return end_of(content);
    }
    if readout.is_reading() {
        return ("reading …".to_owned(), Tone::Accent);
    }
    ("more below".to_owned(), Tone::Chrome)
}

/// What is said where all was read.
fn end_of(content: &ContentLayer) -> (String, Tone) {
    let readout = content.readout();
    if let Some(head) = readout.head().filter(|head| head.incomplete) {
        let so_far = head
            .last_line
            .map_or(String::new(), |lines| format!(": {} lines so far", grouped(lines)));
        return (format!("still being written, says the service{so_far}"), Tone::Warning);
    }
    if readout.has_no_length() {
        let is_complete = readout.window().last_is_complete();
        return if is_complete {
            ("end of what came · length unknown · last line complete".to_owned(), Tone::Chrome)
        } else {
            let words = "end of what came · length unknown · the last line breaks off";
            (words.to_owned(), Tone::Warning)
        };
    }
    match readout.other_size_listed() {
        Some(listed) => {
            let (listed, end) = (grouped(listed), grouped(readout.window().end()));
            (format!("end of the content at {end} bytes; the list says {listed}"), Tone::Warning)
        }
        None => ("end of the content".to_owned(), Tone::Chrome),
    }
}

/// What stands above the first line that is held, where it is not the first one of all.
#[must_use]
pub fn start_words(content: &ContentLayer) -> Option<(String, Tone)> {
    let readout = content.readout();
    if readout.is_at_the_start() || readout.window().is_empty() {
        return None;
    }
    Some(match (readout.fetches(), readout.has_parts()) {
        (Some(true), _) => ("reading what is above …".to_owned(), Tone::Accent),
        (_, true) => ("more above".to_owned(), Tone::Chrome),
        (_, false) => {
            let words = "lines above are not held any more, and the service sends no parts";
            (words.to_owned(), Tone::Warning)
        }
    })
}

/// How much was read, of how much: `3.20 of 12.40 MiB`.
#[must_use]
pub fn amount(content: &ContentLayer) -> String {
    let readout = content.readout();
    let read = readout.bytes_read();
    match readout.total() {
        Some(total) if total == read => size(total),
        Some(total) => format!("{} of {}", size(read), size(total)),
        None => size(read),
    }
}

/// What is said instead of lines where there are none: a sentence, what helps, and whether it is a
/// failure.
#[must_use]
pub fn instead(app: &App, content: &ContentLayer) -> Option<(String, String, bool)> {
    let readout = content.readout();
    let again = || app.hints(&[Hint::new(&[Action::Refresh], "tries again")]);
    if let Some(begin) = readout.binary() {
        let kind = binary_kind(begin).map_or(String::new(), |kind| format!(" ({kind})"));
        let of = readout.total().map_or(String::new(), |total| format!(" of {}", size(total)));
        let words = format!("A binary content{kind}{of}: there are no lines to show.");
        return Some((words, format!("begins with {}", hex(begin, BYTES_SHOWN)), false));
    }
    if !readout.window().is_empty() {
        return None;
    }
    let Some(why) = readout.hindrance() else {
        if readout.is_at_the_end() {
            return Some(("The content is empty.".to_owned(), String::new(), false));
        }
        let endpoint = &app.settings().endpoint;
        let words = match readout.tried_in_vain() {
            Some(why) => format!("{why}; trying again …"),
            None if content.is_of_service() => format!("Asking {endpoint} for the content …"),
            None => "Reading the saved file …".to_owned(),
        };
        return Some((words, String::new(), false));
    };
    Some((sentence(why), again(), true))
}

/// A hindrance as a sentence.
fn sentence(why: &Hindrance) -> String {
    use crate::api::ApiError;
    use crate::api::error::Status;
    match why {
        Hindrance::Call(ApiError::Refused { status: Status(404 | 410), .. }) => {
            "The service has no such content: the file expired, or was deleted.".to_owned()
        }
        Hindrance::Call(error) => {
            format!("The content could not be read: {error}; {}.", error.advice())
        }
        Hindrance::NotTheContent(impostor) => {
            format!("What came is not the content: {impostor}.")
        }
        why => format!("The content could not be read: {why}."),
    }
}

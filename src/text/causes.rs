//! Causes as people are told them.

use std::fmt::Display;

/// How an error of the system begins as it is debugged, and what stands before its words.
const DEBUGGED: (&str, &str) = ("Os { code: ", ", message: \"");

/// What an error says, without the number that the operating system has for it, which helps nobody; also
/// where a library shows an error of the system as it is debugged.
///
/// ```
/// use std::io;
/// let full = io::Error::from_raw_os_error(28);
/// assert_eq!(shelflife::text::cause(&full), "No space left on device");
/// assert_eq!(shelflife::text::cause(&io::Error::other("it is odd")), "it is odd");
/// let odd = format!("no socket: {full:?}; sorry");
/// assert_eq!(shelflife::text::cause(&odd), "no socket: No space left on device; sorry");
/// ```
#[must_use]
pub fn cause(error: &dyn Display) -> String {
    let mut said = error.to_string();
    if let Some(at) = said.find(" (os error ") {
        let end = said[at..].find(')').map_or(said.len(), |end| at + end + 1);
        said.replace_range(at..end, "");
    }
    if let Some(at) = said.find(DEBUGGED.0)
        && let Some(words) = said[at..].find(DEBUGGED.1).map(|from| at + from + DEBUGGED.1.len())
        && let Some(length) = said[words..].find("\" }")
    {
        let words = said[words..words + length].to_owned();
        let end = said[at..].find("\" }").map_or(said.len(), |end| at + end + 3);
        said.replace_range(at..end, &words);
    }
    said
}

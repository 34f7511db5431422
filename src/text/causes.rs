//! Causes as people are told them.

use std::fmt::Display;

/// What an error says, without the number that the operating system has for it, which helps nobody.
///
/// ```
/// use std::io;
/// let full = io::Error::from_raw_os_error(28);
/// assert_eq!(shelflife::text::cause(&full), "No space left on device");
/// assert_eq!(shelflife::text::cause(&io::Error::other("it is odd")), "it is odd");
/// ```
#[must_use]
pub fn cause(error: &dyn Display) -> String {
    let mut said = error.to_string();
    if let Some(at) = said.find(" (os error ") {
        let end = said[at..].find(')').map_or(said.len(), |end| at + end + 1);
        said.replace_range(at..end, "");
    }
    said
}

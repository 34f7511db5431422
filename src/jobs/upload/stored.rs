//! Which file of the list is the one that was sent, and how far the list has to be read for it.

use super::UploadEnd;
use crate::api::endpoint::is_usable_id;
use crate::api::upload::quoted;
use crate::api::{ApiError, File, Reading};
use crate::jobs::Pinned;
use crate::text::Untrusted;

/// Seconds by which the service's clock may be read wrongly.
const TOLERANCE_S: i64 = 2;
/// Seconds by which a file is old enough for all behind it in a list to be of no interest.
const WELL_BEFORE_S: i64 = 60;

/// Whether a reply describes the file that was sent, as far as it says.
#[must_use]
pub fn is_it(file: &File, filename: &str, bytes: u64) -> bool {
    let has_name = file.filename.as_ref().is_some_and(|name| is_named(name, filename));
    has_name
        && file.bytes.value().is_none_or(|of_file| of_file == bytes)
        // What is no id names nothing that could be asked for.
        && is_usable_id(file.id.borrow())
}

/// Whether a file of the list may be called as the one that was sent.
#[must_use]
pub fn may_be_named(file: &File, filename: &str) -> bool {
    file.filename.as_ref().is_none_or(|name| is_named(name, filename))
}

/// Whether a service calls a file as it was sent: by its name, or as that stood in the form.
fn is_named(name: &Untrusted, filename: &str) -> bool {
    [filename.as_bytes(), quoted(filename).as_bytes()].contains(&name.raw())
}

/// Sees whether a list has its newest files first: then none that was made before a moment need be read to
/// find one that was made since.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewestFirst {
    /// When the last file was made.
    last: Option<i64>,
    /// Whether one was older than the one before.
    falls: bool,
    /// Whether one was newer, or nobody knows.
    is_out_of_order: bool,
}

impl NewestFirst {
    /// Takes in what stands next in the list.
    pub fn take(&mut self, reading: &Reading) {
        let at = match reading {
            Reading::File(file) => file.created_at.value(),
            Reading::Unreadable(_) => None,
        };
        self.is_out_of_order |= at.is_none() || self.last.is_some_and(|last| Some(last) < at);
        self.falls |= self.last.is_some_and(|last| at.is_some_and(|at| at < last));
        self.last = at;
    }

    /// Whether all that is still to come was made well before the second `since_s` of the service's clock.
    #[must_use]
    pub fn is_past(&self, since_s: i64) -> bool {
        let is_old = |last| last < since_s.saturating_sub(WELL_BEFORE_S);
        !self.is_out_of_order && self.falls && self.last.is_some_and(is_old)
    }
}

/// What the list says of a file that may be the one that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// That it is so.
    Same,
    /// That it is not.
    Other,
    /// Not whether it is; what it does not say, in words.
    Unsaid(&'static str),
}

impl Match {
    fn of(is_so: Option<bool>, unsaid: &'static str) -> Self {
        is_so.map_or(Self::Unsaid(unsaid), |is_so| if is_so { Self::Same } else { Self::Other })
    }

    /// Both at once.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Unsaid(what), _) | (_, Self::Unsaid(what)) => Self::Unsaid(what),
            (Self::Same, Self::Same) => Self::Same,
        }
    }
}

/// Collects from the list what may be the file that was sent.
#[derive(Clone, Debug)]
pub struct StoredSearch {
    filename: Untrusted,
    bytes: u64,
    /// The second of the service's clock at which it began to be sent, and whether the service told what
    /// that shows; else it is taken to show what ours does.
    since: (i64, bool),
    found: Vec<File>,
    /// Of these nobody can tell, for want of what the first of them is told without.
    possible: Vec<Untrusted>,
    unsaid: &'static str,
}

impl StoredSearch {
    /// Looks for a file of this name and length that was made since the second `since_s` of the service's
    /// clock. Where it is not `told` what that shows, nothing is known of files that seem older.
    #[must_use]
    pub fn new(filename: &str, bytes: u64, since_s: i64, told: bool) -> Self {
        let (filename, since) = (Untrusted::new(filename), (since_s, told));
        Self { filename, bytes, since, found: vec![], possible: vec![], unsaid: "" }
    }

    /// Looks at a file of the list.
    pub fn look_at(&mut self, file: &File) {
        let own = String::from_utf8_lossy(self.filename.raw());
        let name = file.filename.as_ref().map(|name| is_named(name, &own));
        let bytes = file.bytes.value().map(|bytes| bytes == self.bytes);
        let made = file.created_at.value();
        let (since, told) = self.since;
        let is_new = |at: i64| {
            let is_new = at >= since.saturating_sub(TOLERANCE_S);
            (is_new || told).then_some(is_new)
        };
        let made_since = match made {
            None => Match::of(None, "when it was made"),
            Some(at) => Match::of(is_new(at), "what its clock shows"),
        };
        // What is no id names nothing that could be asked for.
        let has_id = Match::of(is_usable_id(file.id.borrow()).then_some(true), "an id that is one");
        let told = [Match::of(bytes, "its length"), made_since, has_id];
        let is_it = told.into_iter().fold(Match::of(name, "its name"), Match::and);
        match is_it {
            Match::Same if !self.found.iter().any(|found| found.id == file.id) => {
                self.found.push(file.clone());
            }
            Match::Unsaid(what) if !self.possible.contains(&file.id) => {
                self.unsaid = if self.possible.is_empty() { what } else { self.unsaid };
                self.possible.push(file.id.clone());
            }
            Match::Same | Match::Unsaid(_) | Match::Other => {}
        }
    }

    /// What that comes to, where the upload ended so; nothing where none was found.
    #[must_use]
    pub fn end(self, error: &ApiError) -> Option<UploadEnd> {
        let Self { mut found, possible, unsaid, .. } = self;
        match (found.len(), possible.as_slice()) {
            (0, []) => None,
            (0, [first, others @ ..]) => {
                let first = first.borrow().printable_within(130);
                let others = match others.len() {
                    0 => String::new(),
                    1 => ", or another one".to_owned(),
                    others => format!(", or one of {} others", crate::text::grouped(others)),
                };
                Some(UploadEnd::Unknown(format!(
                    "{error}; it may be {first}{others}: the service does not say {unsaid}"
                )))
            }
            (1, _) => found.pop().map(|file| UploadEnd::StoredAfterAll(Box::new(file))),
            _ => Some(UploadEnd::Several(found.iter().map(Pinned::read).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Status;
    use crate::time::expiry::Stated;

    fn unavailable(status: u16) -> ApiError {
        ApiError::Unavailable { status: Status(status), message: None, wait: None }
    }

    fn file(id: &str, name: &str, bytes: u64, at: i64) -> File {
        File {
            id: Untrusted::new(id),
            filename: Some(Untrusted::new(name)),
            bytes: Stated::Value(bytes),
            created_at: Stated::Value(at),
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        }
    }

    #[test]
    fn in_the_list_it_is_a_file_of_that_name_and_length_made_since() {
        for (files, expected) in [
            (vec![], None),
            (vec![file("a", "x", 7, 100)], Some("stored after all: a")),
            (vec![file("a", "x", 7, 100), file("a", "x", 7, 100)], Some("stored after all: a")),
            (vec![file("a", "x", 7, 100), file("b", "x", 7, 101)], Some("two match: a, b")),
            (vec![file("a", "y", 7, 100)], None),
            (vec![file("a", "x", 8, 100)], None),
            (vec![file("a", "x", 7, 97)], None),
            (vec![file("a", "x", 7, 98)], Some("stored after all: a")),
        ] {
            let mut search = StoredSearch::new("x", 7, 100, true);
            for file in &files {
                search.look_at(file);
            }
            let end = search.end(&unavailable(500));
            assert_eq!(end.map(|end| end.words()).as_deref(), expected, "{files:?}");
        }
    }

    #[test]
    fn a_list_is_read_to_its_end_unless_the_newest_come_first() {
        let made = |at| Reading::File(File { created_at: at, ..file("a", "x", 7, 0) });
        let known = |at| made(Stated::Value(at));
        for (times, since_s, is_past) in [
            (vec![], 900, false),
            (vec![known(500)], 900, false),
            (vec![known(500), known(500)], 900, false),
            (vec![known(900), known(500)], 900, true),
            (vec![known(901), known(839), known(839)], 900, true),
            (vec![known(901), known(841)], 900, false),
            (vec![known(500), known(900)], 1_000, false),
            (vec![known(900), known(500), known(501)], 900, false),
            (vec![known(900), made(Stated::Nothing), known(500)], 900, false),
            (vec![known(900), known(500), made(Stated::Odd)], 900, false),
        ] {
            let mut order = NewestFirst::default();
            for reading in &times {
                order.take(reading);
            }
            assert_eq!(order.is_past(since_s), is_past, "{times:?}");
        }
    }

    /// What the list or the service's clock does not say is neither a match nor none: each line has what is
    /// listed, whether the service tells what its clock shows, and what is said of it.
    #[test]
    fn what_is_not_said_is_no_reason_to_send_it_again() {
        let timeless = |id: &str| File { created_at: Stated::Nothing, ..file(id, "x", 7, 0) };
        let odd = |id: &str| File { created_at: Stated::Odd, ..file(id, "x", 7, 0) };
        let endless = |id: &str| File { bytes: Stated::Nothing, ..file(id, "x", 7, 100) };
        let nameless = |id: &str| File { filename: None, ..file(id, "x", 7, 100) };
        let (now, no_clock) = (true, false);
        let may_be = |id: &str, unsaid: &str| {
            format!(
                "may have been stored: the service answered 500 Internal Server Error; it may be {id}: \
                 the service does not say {unsaid}"
            )
        };
        for (files, told, expected) in [
            (vec![timeless("a")], now, may_be("a", "when it was made")),
            (vec![odd("a")], now, may_be("a", "when it was made")),
            (vec![endless("a")], now, may_be("a", "its length")),
            (vec![nameless("a")], now, may_be("a", "its name")),
            (vec![file("a", "x", 7, 100)], no_clock, "stored after all: a".to_owned()),
            (vec![file("a", "x", 7, 1)], no_clock, may_be("a", "what its clock shows")),
            (
                vec![timeless("a"), timeless("a"), endless("b")],
                now,
                may_be("a, or another one", "when it was made"),
            ),
            (
                vec![timeless("a"), endless("b"), odd("c")],
                now,
                may_be("a, or one of 2 others", "when it was made"),
            ),
            // What is known to be another one stays another one.
            (vec![File { bytes: Stated::Value(8), ..timeless("a") }], now, String::new()),
            (
                vec![File { filename: Some(Untrusted::new("y")), ..endless("a") }],
                now,
                String::new(),
            ),
            (vec![File { created_at: Stated::Value(9), ..nameless("a") }], now, String::new()),
            (vec![file("a", "x", 8, 100)], no_clock, String::new()),
            // One that is it in every respect is it, whatever else may be.
            (vec![timeless("a"), file("b", "x", 7, 100)], now, "stored after all: b".to_owned()),
        ] {
            let mut search = StoredSearch::new("x", 7, 100, told);
            for file in &files {
                search.look_at(file);
            }
            let end = search.end(&unavailable(500));
            let words = end.map_or(String::new(), |end| end.words());
            assert_eq!(words, expected, "{files:?}");
        }
    }

    #[test]
    fn a_reply_is_about_the_file_where_it_says_so() {
        assert!(is_it(&file("a", "x", 7, 1), "x", 7));
        assert!(!is_it(&file("a", "x", 8, 1), "x", 7));
        assert!(!is_it(&file("a", "another", 7, 1), "x", 7));
        for name in ["q\"u\r\n.jsonl", "q%22u%0D%0A.jsonl"] {
            assert!(is_it(&file("a", name, 7, 1), "q\"u\r\n.jsonl", 7), "as it was sent: {name}");
        }
        assert!(!is_it(&file("a", "x\"", 7, 1), "x%22", 7));
        for id in ["", "..", "../x", "a/b", "a b", "\u{e9}"] {
            assert!(!is_it(&file(id, "x", 7, 1), "x", 7), "{id}");
        }
    }
}

//! Which files are shown: words that a filename or an id must contain.
//!
//! Smart case: a word in lower case matches any case, one with a capital only itself.

use memchr::memmem::Finder;

use super::{FileNo, Store};

/// A filter that is in force.
#[derive(Clone, Debug)]
pub struct Filter {
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    finder: Finder<'static>,
    any_case: bool,
}

impl Filter {
    /// Reads words separated by spaces, all of which must match; `None` where there are none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<Word> = text.split_whitespace().map(Word::new).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Whether the file is to be shown. A file that could not be read matches by its raw text.
    #[must_use]
    pub fn matches(&self, store: &Store, no: FileNo) -> bool {
        if let Some(raw) = store.unreadable_raw(no) {
            return self.words.iter().all(|word| word.is_in(raw));
        }
        let name = store.filename(no).map_or(b"".as_slice(), crate::text::UntrustedRef::raw);
        self.words.iter().all(|word| word.is_in(name) || word.is_in(store.key(no)))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let any_case = !text.chars().any(char::is_uppercase);
        Self { finder: Finder::new(text.as_bytes()).into_owned(), any_case }
    }

    fn is_in(&self, haystack: &[u8]) -> bool {
        if self.finder.find(haystack).is_some() {
            return true;
        }
        if !self.any_case {
            return false;
        }
        if haystack.is_ascii() {
            return haystack.iter().any(u8::is_ascii_uppercase)
                && self.finder.find(&haystack.to_ascii_lowercase()).is_some();
        }
        let folded = String::from_utf8_lossy(haystack).to_lowercase();
        self.finder.find(folded.as_bytes()).is_some()
    }
}

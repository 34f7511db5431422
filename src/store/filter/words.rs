//! Looking for a text in others, with smart case, for a million of them per key press.
//!
//! A text in lower case matches any case, one with a capital only itself; the composed and the
//! decomposed spelling of a letter are one. Words know neither files nor fields.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem::Finder;
use memchr::{memchr2, memchr2_iter};

use crate::text::composed;

/// Bytes of the texts that are counted to find out which are rare.
const SAMPLE: usize = 1_024;

/// The characters beyond ASCII whose composed spellings, or small forms, have ASCII in them: the
/// Kelvin sign, the I with a dot, the Greek question mark, and the Greek varia.
const FOLD_TO_ASCII: [&[u8]; 4] =
    ["\u{212A}".as_bytes(), "\u{130}".as_bytes(), "\u{37E}".as_bytes(), "\u{1FEF}".as_bytes()];

/// A text that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    /// Boxed, since it carries its preparations with it.
    finder: Box<Finder<'static>>,
    any_case: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let text = composed(text.as_bytes());
        let text = String::from_utf8_lossy(&text);
        let has_case = text.chars().any(|c| c.is_ascii_alphabetic() || !c.is_ascii());
        let any_case = has_case && !text.chars().any(char::is_uppercase);
        let text: String =
            if any_case { text.chars().flat_map(fold).collect() } else { text.into_owned() };
        Self { finder: Box::new(Finder::new(text.as_bytes()).into_owned()), any_case }
    }

    /// Whether it is in `haystack`; nothing is allocated for a needle of ASCII, but where letters
    /// fold to it.
    pub(super) fn is_in(&self, haystack: &[u8]) -> bool {
        let needle = self.finder.needle();
        let haystack: Cow<'_, [u8]> = composed(haystack);
        if !self.any_case {
            self.finder.find(&haystack).is_some()
        } else if haystack.is_ascii() || needle.is_ascii() && !may_fold(&haystack) {
            contains_in_any_case(&haystack, needle)
        } else {
            let folded: String =
                String::from_utf8_lossy(&haystack).chars().flat_map(fold).collect();
            self.finder.find(folded.as_bytes()).is_some()
        }
    }

    /// Whether [`sweep`](Self::sweep) finds all that [`is_in`](Self::is_in) does, where no character
    /// [folds](may_fold), and what it finds is there, but perhaps where a character beyond ASCII
    /// follows: it may make one letter with the last one.
    pub(super) fn can_sweep(&self) -> bool {
        !self.finder.needle().is_empty() && self.finder.needle().is_ascii()
    }

    /// Goes through many texts that lie one behind the other, and calls `found` for each place where
    /// it is, ASCII letters in any case where that is meant; that says where to go on.
    pub(super) fn sweep(&self, texts: &[u8], mut found: impl FnMut(Range<usize>) -> usize) {
        let needle = self.finder.needle();
        let mut from = 0;
        if !self.any_case {
            while let Some(at) = texts.get(from..).and_then(|rest| self.finder.find(rest)) {
                from = found(from + at..from + at + needle.len());
            }
            return;
        }
        // The byte of it that is the rarest in these texts leads to the fewest places.
        let mut counts = [0_u16; 256];
        for byte in texts.iter().take(SAMPLE) {
            counts[usize::from(byte.to_ascii_lowercase())] += 1;
        }
        let rarest = (0..needle.len()).min_by_key(|at| counts[usize::from(needle[*at])]);
        let anchor = rarest.unwrap_or_default();
        let (small, large) = (needle[anchor], needle[anchor].to_ascii_uppercase());
        while let Some(rest) = texts.get(from + anchor..) {
            let Some(at) = memchr2(small, large, rest) else { return };
            let place = from + at..from + at + needle.len();
            let here = texts.get(place.clone());
            let is_here = here.is_some_and(|text| text.eq_ignore_ascii_case(needle));
            from = if is_here { found(place) } else { place.start + 1 };
        }
    }

    /// Where it is in `text`, from left to right.
    pub(super) fn ranges_in(&self, text: &str) -> Vec<Range<usize>> {
        let length = self.finder.needle().len();
        if length == 0 {
            return vec![];
        }
        if !self.any_case {
            return self.finder.find_iter(text.as_bytes()).map(|at| at..at + length).collect();
        }
        let mut folded = String::with_capacity(text.len());
        // For each byte of `folded` the character of `text` that it came from.
        let mut origins: Vec<Range<usize>> = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            folded.extend(fold(c));
            origins.resize(folded.len(), at..at + c.len_utf8());
        }
        let found = self.finder.find_iter(folded.as_bytes());
        found.map(|at| origins[at].start..origins[at + length - 1].end).collect()
    }
}

/// Whether a character beyond ASCII in `text` could be met by one of ASCII that is looked for.
pub(super) fn may_fold(text: &[u8]) -> bool {
    // Their first bytes are rare, but for one in Greek and one in many scripts.
    let begins = |at: usize| FOLD_TO_ASCII.iter().any(|letter| text[at..].starts_with(letter));
    memchr2_iter(0xE2, 0xC4, text).chain(memchr2_iter(0xCD, 0xE1, text)).any(begins)
}

/// The letter in lower case, a sigma the same wherever it stands in its word.
fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c })
}

/// Whether `haystack`, in which ASCII stands for itself alone, contains `needle`, which has no capitals.
fn contains_in_any_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let Some(last) = haystack.len().checked_sub(needle.len()) else { return false };
    memchr2_iter(*first, first.to_ascii_uppercase(), &haystack[..=last])
        .any(|at| haystack[at + 1..][..rest.len()].eq_ignore_ascii_case(rest))
}

#[test]
fn just_these_letters_fold_to_ascii() {
    let folds = |c: &char| {
        let text = composed(c.encode_utf8(&mut [0; 4]).as_bytes()).into_owned();
        String::from_utf8(text).unwrap().chars().flat_map(fold).any(|c| c.is_ascii())
    };
    let all: Vec<char> = ('\u{80}'..=char::MAX).filter(folds).collect();
    assert_eq!(all, ['\u{130}', '\u{37E}', '\u{1FEF}', '\u{212A}']);
}

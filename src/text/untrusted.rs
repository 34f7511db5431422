//! The types of text from outside, and the ways in which it may be printed.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use super::printable::{Escaper, MOST_MARKS, Unit, is_hidden, units};
use super::secrets::{self, hide};
use super::spelling::{DECOMPOSED, of_decomposed};
use super::stand_ins::is_imitated;
use super::width::shorten_end;

/// Owned text from outside: UTF-8, except that lone surrogates of a JSON string stay as the three
/// bytes that they would have (WTF-8), so that no two strings become one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Untrusted(Vec<u8>);

/// Borrowed text from outside; see [`Untrusted`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UntrustedRef<'a>(&'a [u8]);

impl Untrusted {
    /// Wraps bytes as they came.
    pub fn new(raw: impl Into<Vec<u8>>) -> Self {
        Self(raw.into())
    }

    /// The same text, borrowed.
    #[must_use]
    pub fn borrow(&self) -> UntrustedRef<'_> {
        UntrustedRef(&self.0)
    }

    /// The bytes as they came: for API calls and exact comparison only.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.0
    }

    /// Shortens to at most `bytes` bytes, at a character's boundary; tells whether it cut.
    pub fn cap(&mut self, bytes: usize) -> bool {
        if self.0.len() <= bytes {
            return false;
        }
        let mut end = bytes;
        while end > 0 && self.0[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        self.0.truncate(end);
        true
    }
}

/// Escaped, so that a derived `Debug` further up cannot leak control sequences.
impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.borrow().printable())
    }
}

impl<'a> UntrustedRef<'a> {
    /// Whether it is shown in another spelling than it has: composed, where all of it is decomposed.
    #[must_use]
    pub fn is_shown_composed(self) -> bool {
        of_decomposed(self.0).is_some()
    }

    /// Wraps bytes as they came.
    #[must_use]
    pub fn new(raw: &'a [u8]) -> Self {
        Self(raw)
    }

    /// The bytes as they came: for API calls and exact comparison only.
    #[must_use]
    pub fn raw(self) -> &'a [u8] {
        self.0
    }

    /// An owned copy.
    #[must_use]
    pub fn to_owned(self) -> Untrusted {
        Untrusted(self.0.to_vec())
    }

    /// The text with everything that could mislead or command a terminal spelt out.
    ///
    /// Escaped are: controls, format characters (bidi and zero-width ones among them), default
    /// ignorable, private, unassigned and line-breaking characters, spellings of a letter other than
    /// the usual (NFC) one, every space but U+0020, leading and trailing spaces, halves of flags, flags
    /// that look like another's, skin tones (whose width terminals disagree about), the fifth and
    /// further combining marks of a character, lone surrogates, bytes that are no UTF-8, the backslash
    /// itself, and the first character of what would read as a [stand-in](super::stand_ins) for no
    /// text. A text that is all decomposed (NFD), and differs in nothing else from its usual spelling,
    /// is shown in that, with `\{nfd}` behind. The mapping is injective, and the result is stable under
    /// [`unicode_width`]. A [secret](super::secrets) of this process is hidden.
    ///
    /// ```
    /// use shelflife::text::UntrustedRef;
    ///
    /// let printable = |raw| UntrustedRef::new(raw).printable();
    /// assert_eq!(printable(b"batch-0412.jsonl"), "batch-0412.jsonl");
    /// assert_eq!(printable(b"a\x1b[2J\n"), "a\\u{1b}[2J\\n");
    /// assert_eq!(printable("exe.\u{202e}lnosj".as_bytes()), "exe.\\u{202e}lnosj");
    /// assert_eq!(printable(b"C:\\temp"), "C:\\\\temp");
    /// assert_eq!(printable("cafe\u{301}".as_bytes()), "café\\{nfd}");
    /// ```
    #[must_use]
    pub fn printable(self) -> Cow<'a, str> {
        match hide(self.0, secrets::LONG) {
            Cow::Borrowed(raw) => UntrustedRef(raw).escaped(),
            Cow::Owned(hidden) => Cow::Owned(UntrustedRef(&hidden).escaped().into_owned()),
        }
    }

    /// [`printable`](Self::printable), cut to `cells` terminal cells with an ellipsis at the end.
    #[must_use]
    pub fn printable_within(self, cells: usize) -> String {
        self.within(cells, secrets::LONG)
    }

    /// [`printable_within`](Self::printable_within) for the words of a service that refuses a call:
    /// they are few, so that a short secret is hidden in them as well.
    #[must_use]
    pub fn refusal_within(self, cells: usize) -> String {
        self.within(cells, secrets::SHORT)
    }

    /// The bytes without the secrets of this process, short ones included: for what is looked at more
    /// closely before it is shown.
    #[must_use]
    pub fn without_short_secrets(self) -> Cow<'a, [u8]> {
        hide(self.0, secrets::SHORT)
    }

    /// The bytes without the secrets of this process: for what is taken to pieces before it is shown.
    #[must_use]
    pub fn without_secrets(self) -> Cow<'a, [u8]> {
        hide(self.0, secrets::LONG)
    }

    fn within(self, cells: usize, least: usize) -> String {
        // What hides a secret is shorter than it: before that, nothing may be cut off.
        let hidden = hide(self.0, least);
        let composed = of_decomposed(&hidden);
        let whole = composed.as_ref().map_or(&*hidden, |text| text.as_bytes());
        // No character is wider than two cells or shorter than one byte in its printed form, and at
        // most a handful of marks share a cell: more than this can never be shown.
        let most = cells.saturating_mul(4 * (MOST_MARKS + 1)).saturating_add(4);
        let head = UntrustedRef(&whole[..whole.len().min(most)]);
        let mut text = head.spelt_out();
        if head.0.len() < whole.len() {
            text.to_mut().push_str(" …");
        }
        if composed.is_some() {
            text.to_mut().push_str(DECOMPOSED);
        }
        shorten_end(&text, cells)
    }

    fn escaped(self) -> Cow<'a, str> {
        match of_decomposed(self.0) {
            Some(composed) => {
                let text = UntrustedRef(composed.as_bytes()).spelt_out().into_owned();
                Cow::Owned(text + DECOMPOSED)
            }
            None => self.spelt_out(),
        }
    }

    /// The text, each of its characters as it is or spelt out.
    fn spelt_out(self) -> Cow<'a, str> {
        if is_imitated(self.0)
            && let Some(first) =
                std::str::from_utf8(self.0).ok().and_then(|text| text.chars().next())
        {
            let rest = UntrustedRef(&self.0[first.len_utf8()..]).spelt_out();
            return Cow::Owned(format!("\\u{{{:x}}}{rest}", u32::from(first)));
        }
        if let Ok(text) = std::str::from_utf8(self.0)
            && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\')
            && !text.starts_with(' ')
            && !text.ends_with(' ')
        {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(self.0.len() + 16);
        let mut escaper = Escaper::default();
        units(self.0, |unit, at| {
            let edge = at == 0 || at + 1 == self.0.len();
            escaper.push(&mut out, unit, edge);
        });
        escaper.finish(&mut out);
        Cow::Owned(out)
    }

    /// A JSON string, quotes included, that reads back as exactly this text, but for a
    /// [secret](super::secrets) of this process, which is hidden.
    ///
    /// What [`printable`](Self::printable) would spell out is written as `\uXXXX`; bytes that are no
    /// UTF-8 cannot be said in JSON and become U+FFFD.
    #[must_use]
    pub fn json(self) -> String {
        UntrustedRef(&hide(self.0, secrets::LONG)).exact_json()
    }

    /// Appends it as a [JSON string](Self::json).
    pub fn push_json(self, out: &mut Vec<u8>) {
        UntrustedRef(&hide(self.0, secrets::LONG)).push_exact_json(out);
    }

    /// A JSON string that is kept or sent rather than shown: it reads back as exactly this text,
    /// whatever stands in it.
    #[must_use]
    pub fn exact_json(self) -> String {
        let mut out = Vec::with_capacity(self.0.len() + 2);
        self.push_exact_json(&mut out);
        // Characters were written, no bytes.
        String::from_utf8(out).unwrap_or_default()
    }

    /// Appends a JSON string that reads back as exactly this text, a secret in it included: for what
    /// is [searched](secrets::may_be_in) as a whole before it is shown.
    pub fn push_exact_json(self, out: &mut Vec<u8>) {
        out.push(b'"');
        // Nearly all texts of a service stand for themselves. Looking at every byte, without an
        // early end, is what a processor does many at a time.
        let is_plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'"' && *b != b'\\';
        let all_plain = self.0.iter().fold(true, |all, b| all & is_plain(b));
        if all_plain {
            out.extend_from_slice(self.0);
            out.push(b'"');
            return;
        }
        units(self.0, |unit, _| match unit {
            Unit::Char('"') => out.extend(b"\\\""),
            Unit::Char('\\') => out.extend(b"\\\\"),
            Unit::Char(c) if c == ' ' || !is_hidden(c) => {
                out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Unit::Char(c) => {
                for half in c.encode_utf16(&mut [0; 2]) {
                    out.extend(format!("\\u{half:04x}").as_bytes());
                }
            }
            Unit::Surrogate(half) => {
                out.extend(format!("\\u{half:04x}").as_bytes());
            }
            Unit::Byte(_) => out.extend("\u{fffd}".as_bytes()),
        });
        out.push(b'"');
    }
}

/// As [`json`](UntrustedRef::json) writes it, for documents of `serde_json` only: in another form it
/// would be no string, and as the name of a field it is refused.
impl Serialize for UntrustedRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.json()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl fmt::Debug for UntrustedRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.printable())
    }
}

//! Text that came from outside.
//!
//! [`Untrusted`] has neither `Display` nor `AsRef<str>`: what a service sends can only reach a
//! terminal, a pipe or a log through [`UntrustedRef::printable`] or [`UntrustedRef::json`], which
//! let no control sequence and no invisible character through, and print different texts
//! differently. The bytes themselves are for API calls and exact comparison.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use icu_normalizer::properties::{
    CanonicalCompositionBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Combining marks after one base character; further ones are spelt out.
const MOST_MARKS: usize = 4;

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
    /// the usual (NFC) one, every space but U+0020, leading
    /// and trailing spaces, the halves of flags and skin tones (whose width terminals disagree
    /// about), the fifth and further combining marks of a character, lone surrogates, bytes that
    /// are no UTF-8, and the backslash itself. The mapping is injective, and the result is stable
    /// under [`unicode_width`].
    #[must_use]
    pub fn printable(self) -> Cow<'a, str> {
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
        Cow::Owned(out)
    }

    /// [`printable`](Self::printable), cut to `cells` terminal cells with an ellipsis at the end.
    #[must_use]
    pub fn printable_within(self, cells: usize) -> String {
        // No character is wider than two cells or shorter than one byte in its printed form, and at
        // most a handful of marks share a cell: more than this can never be shown.
        let most = cells.saturating_mul(4 * (MOST_MARKS + 1)).saturating_add(4);
        let head = Self(&self.0[..self.0.len().min(most)]);
        let mut text = shorten_end(&head.printable(), cells);
        if head.0.len() < self.0.len() && !text.ends_with('…') {
            text = shorten_end(&(text + " …"), cells);
        }
        text
    }

    /// A JSON string, quotes included, that reads back as exactly this text.
    ///
    /// What [`printable`](Self::printable) would spell out is written as `\uXXXX`; bytes that are no
    /// UTF-8 cannot be said in JSON and become U+FFFD.
    #[must_use]
    pub fn json(self) -> String {
        let mut out = String::with_capacity(self.0.len() + 2);
        self.push_json(&mut out);
        out
    }

    /// Appends it as a [JSON string](Self::json).
    pub fn push_json(self, out: &mut String) {
        out.push('"');
        // Nearly all texts of a service stand for themselves. Looking at every byte, without an
        // early end, is what a processor does many at a time.
        let is_plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'"' && *b != b'\\';
        let all_plain = self.0.iter().fold(true, |all, b| all & is_plain(b));
        if let (true, Ok(text)) = (all_plain, std::str::from_utf8(self.0)) {
            out.push_str(text);
            out.push('"');
            return;
        }
        units(self.0, |unit, _| match unit {
            Unit::Char('"') => out.push_str("\\\""),
            Unit::Char('\\') => out.push_str("\\\\"),
            Unit::Char(c) if c == ' ' || !is_hidden(c) => out.push(c),
            Unit::Char(c) => {
                for half in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{half:04x}");
                }
            }
            Unit::Surrogate(half) => {
                let _ = write!(out, "\\u{half:04x}");
            }
            Unit::Byte(_) => out.push('\u{fffd}'),
        });
        out.push('"');
    }
}

impl fmt::Debug for UntrustedRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.printable())
    }
}

/// One piece of decoded text.
#[derive(Clone, Copy)]
enum Unit {
    Char(char),
    Surrogate(u16),
    Byte(u8),
}

/// Calls `each` with every piece of `rest` and the offset at which it begins.
fn units(mut rest: &[u8], mut each: impl FnMut(Unit, usize)) {
    let whole = rest.len();
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
        };
        let base = whole - rest.len();
        valid.char_indices().for_each(|(at, c)| each(Unit::Char(c), base + at));
        rest = &rest[valid.len()..];
        let at = whole - rest.len();
        match *rest {
            [0xED, high @ 0xA0..=0xBF, low @ 0x80..=0xBF, ..] => {
                let half = 0xD000 | u16::from(high & 0x3F) << 6 | u16::from(low & 0x3F);
                each(Unit::Surrogate(half), at);
                rest = &rest[3..];
            }
            [byte, ..] => {
                each(Unit::Byte(byte), at);
                rest = &rest[1..];
            }
            [] => {}
        }
    }
}

/// Remembers the current base character and what it carries already.
#[derive(Default)]
struct Escaper {
    marks: usize,
    /// The base character, if it, and all marks on it so far, were shown.
    base: Option<char>,
    /// The combining class of the mark before.
    class: CanonicalCombiningClass,
}

impl Escaper {
    fn push(&mut self, out: &mut String, unit: Unit, edge: bool) {
        let shown = match unit {
            Unit::Char(' ') => !edge,
            Unit::Char('\\') | Unit::Surrogate(_) | Unit::Byte(_) => false,
            Unit::Char(c) if is_mark(c) => self.shows_mark(c),
            Unit::Char(c) => !is_hidden(c),
        };
        match unit {
            Unit::Char(c) if shown && is_mark(c) => {}
            Unit::Char(c) if shown => *self = Self { base: Some(c), ..Self::default() },
            // A mark that is spelt out must not leave the next one riding on the closing brace.
            _ => self.base = None,
        }
        let _ = match unit {
            Unit::Char(c) if shown => {
                out.push(c);
                Ok(())
            }
            Unit::Char('\\') => out.write_str("\\\\"),
            Unit::Char('\n') => out.write_str("\\n"),
            Unit::Char('\r') => out.write_str("\\r"),
            Unit::Char('\t') => out.write_str("\\t"),
            Unit::Char(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
            Unit::Surrogate(half) => write!(out, "\\u{{{half:x}}}"),
            Unit::Byte(byte) => write!(out, "\\x{byte:02x}"),
        };
    }
}

impl Escaper {
    /// Whether a mark may stand on the base: not too many, in canonical order, and none that would
    /// make the letter look like one that has a character of its own.
    fn shows_mark(&mut self, mark: char) -> bool {
        let Some(base) = self.base else { return false };
        let class = CodePointMapData::<CanonicalCombiningClass>::new().get(mark);
        let reordering = CanonicalCombiningClass::NotReordered;
        let in_order = class == reordering || class >= self.class;
        self.marks += 1;
        self.class = class;
        let composes = CanonicalCompositionBorrowed::new().compose(base, mark).is_some();
        let base_is_whole =
            CanonicalDecompositionBorrowed::new().decompose(base) == Decomposed::Default;
        self.marks <= MOST_MARKS && in_order && !composes && base_is_whole && !is_hidden(mark)
    }
}

/// Whether the same letter is usually written with another character, or with several.
fn is_unusual_spelling(c: char) -> bool {
    match CanonicalDecompositionBorrowed::new().decompose(c) {
        Decomposed::Default => false,
        Decomposed::Singleton(_) => true,
        Decomposed::Expansion(base, mark) => {
            CanonicalCompositionBorrowed::new().compose(base, mark) != Some(c)
        }
    }
}

fn is_mark(c: char) -> bool {
    !c.is_ascii()
        && GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator).contains(category)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{2800}')
        || unjoined_width_differs(c)
        || is_unusual_spelling(c)
}

/// Characters that have a width of their own only in company, such as the vowels and final
/// consonants of conjoining Hangul.
fn unjoined_width_differs(c: char) -> bool {
    !is_mark(c) && c.encode_utf8(&mut [0; 4]).width() == 0
}

/// Terminal cells that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// Whether each byte of `text` is a character of one cell: most of what is shown, so that it need
/// not be looked at closer.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// `text` within `cells` cells, its end replaced by `…` where it is too long.
#[must_use]
pub fn shorten_end(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = text[..cells_from_start(text, cells.saturating_sub(1))].to_owned();
    if cells > 0 {
        out.push('…');
    }
    out
}

/// `text` within `cells` cells, its middle replaced by `…`, so that ends that differ are seen.
#[must_use]
pub fn shorten_middle(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    if cells < 5 {
        return shorten_end(text, cells);
    }
    let tail_cells = (cells - 1) / 2;
    let head = &text[..cells_from_start(text, cells - 1 - tail_cells)];
    let tail = &text[cells_from_end(text, tail_cells)..];
    format!("{head}…{tail}")
}

/// Bytes at the start of `text` that fit into `cells` cells.
fn cells_from_start(text: &str, cells: usize) -> usize {
    if is_plain(text) { text.len().min(cells) } else { fitting(text.graphemes(true), cells) }
}

/// Where the end of `text` begins that fits into `cells` cells.
fn cells_from_end(text: &str, cells: usize) -> usize {
    let fitting = if is_plain(text) { cells } else { fitting(text.graphemes(true).rev(), cells) };
    text.len().saturating_sub(fitting)
}

/// Bytes of the first of these that fit into `cells` cells.
fn fitting<'a>(graphemes: impl Iterator<Item = &'a str>, cells: usize) -> usize {
    let mut used = 0;
    let fits = |g: &&str| {
        used += g.width();
        used <= cells
    };
    graphemes.take_while(fits).map(str::len).sum()
}

/// `number` with its digits in groups of three: `13,002,342`.
#[must_use]
pub fn grouped(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn print(raw: &[u8]) -> String {
        UntrustedRef::new(raw).printable().into_owned()
    }

    #[test]
    fn harmless_text_is_left_alone() {
        for text in [
            "batch-0412-output.jsonl",
            "日本語.jsonl",
            "é ü",
            "📦 box",
            "x\u{301}",
            "한국어",
            "日本語 コーパス",
        ] {
            assert_eq!(print(text.as_bytes()), text);
        }
    }

    /// Hazards 19 and 32.
    #[test]
    fn what_could_mislead_is_spelt_out() {
        let cases: [(&[u8], &str); 23] = [
            (
                "x\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
                "x\u{301}\u{301}\u{301}\u{301}\\u{301}",
            ),
            ("e\u{301}".as_bytes(), "e\\u{301}"),
            ("e\u{331}\u{301}".as_bytes(), "e\u{331}\\u{301}"),
            ("é\u{323}".as_bytes(), "é\\u{323}"),
            ("x\u{301}\u{323}".as_bytes(), "x\u{301}\\u{323}"),
            ("\u{212b}".as_bytes(), "\\u{212b}"),
            (b"a\nb", "a\\nb"),
            (b"a\\nb", "a\\\\nb"),
            (b"\x1b[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
            (b"\x9b31m", "\\x9b31m"),
            ("x\u{202e}gpj.exe".as_bytes(), "x\\u{202e}gpj.exe"),
            ("a\u{200b}b".as_bytes(), "a\\u{200b}b"),
            ("a\u{e0041}b".as_bytes(), "a\\u{e0041}b"),
            ("a\u{378}b".as_bytes(), "a\\u{378}b"),
            ("a\u{a0}b".as_bytes(), "a\\u{a0}b"),
            ("a\u{3000}b".as_bytes(), "a\\u{3000}b"),
            ("a\u{2028}b".as_bytes(), "a\\u{2028}b"),
            (b"\xed\xa0\x80", "\\u{d800}"),
            (b" a b ", "\\u{20}a b\\u{20}"),
            ("\u{301}a".as_bytes(), "\\u{301}a"),
            ("\u{1f1e9}\u{1f1ea}".as_bytes(), "\\u{1f1e9}\\u{1f1ea}"),
            ("👩\u{200d}🚀".as_bytes(), "👩\\u{200d}🚀"),
        ];
        for (raw, expected) in cases {
            assert_eq!(print(raw), expected);
        }
    }

    #[test]
    fn json_reads_back_as_the_same_text() {
        let raw = "a\n\"\\\u{202e}\u{1F600}\u{1f1e9}日".as_bytes();
        let json = UntrustedRef::new(raw).json();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap().as_bytes(), raw);
        assert!(!json.contains('\u{202e}') && json.contains("\\u202e") && json.contains('日'));
        assert_eq!(UntrustedRef::new(b"\xed\xa0\x80").json(), "\"\\ud800\"");
    }

    #[test]
    fn shortening_keeps_both_ends_and_the_width() {
        assert_eq!(shorten_middle("batch-0412-output.jsonl", 13), "batch-….jsonl");
        assert_eq!(shorten_middle("short", 5), "short");
        assert_eq!(shorten_end("日本語", 4), "日…");
        for cells in 0..12 {
            assert!(width(&shorten_middle("日本語日本語日本語", cells)) <= cells);
            assert!(width(&shorten_end("日本語日本語日本語", cells)) <= cells);
        }
    }

    #[test]
    fn capping_cuts_at_a_character() {
        let mut text = Untrusted::new("日本");
        assert!(text.cap(4));
        assert_eq!(text.raw(), "日".as_bytes());
        assert!(!text.cap(3));
    }

    #[test]
    fn huge_text_is_cut_before_it_is_printed() {
        let shown = UntrustedRef::new(&vec![b'a'; 1_000_000]).printable_within(20);
        assert_eq!(shown, format!("{}…", "a".repeat(19)));
        assert_eq!(UntrustedRef::new(b"abc").printable_within(20), "abc");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(13_002_342), "13,002,342");
    }

    proptest! {
        #[test]
        fn two_different_texts_never_print_the_same(
            a in proptest::collection::vec(any::<u8>(), 0..12),
            b in "[ \\\\nu{}0-9a-f\u{200b}\u{301}\n]{0,8}",
            c in "[ \\\\nu{}0-9a-f\u{200b}\u{301}\n]{0,8}",
        ) {
            prop_assert_eq!(b == c, print(b.as_bytes()) == print(c.as_bytes()));
            prop_assert_eq!(a == b.as_bytes(), print(&a) == print(b.as_bytes()));
        }

        #[test]
        fn nothing_printed_can_command_a_terminal(raw in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = print(&raw);
            prop_assert!(text.chars().all(|c| !c.is_control() && !is_hidden(c)));
            let each: usize = text.chars().map(|c| c.encode_utf8(&mut [0; 4]).width()).sum();
            prop_assert_eq!(width(&text), each);
        }
    }
}

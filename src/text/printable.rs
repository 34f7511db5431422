//! Which characters of a text may be seen as they are, and how the others are spelt.

use std::fmt::Write as _;

use icu_normalizer::properties::{
    CanonicalCompositionBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_width::UnicodeWidthStr;

use super::flags::{is_flag, is_indicator};

/// Combining marks after one base character; further ones are spelt out.
pub(super) const MOST_MARKS: usize = 4;

/// One piece of decoded text.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Char(char),
    Surrogate(u16),
    Byte(u8),
}

/// Calls `each` with every piece of `rest` and the offset at which it begins.
pub(super) fn units(mut rest: &[u8], mut each: impl FnMut(Unit, usize)) {
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
pub(super) struct Escaper {
    marks: usize,
    /// The base character, if it, and all marks on it so far, were shown.
    base: Option<char>,
    /// The combining class of the mark before.
    class: CanonicalCombiningClass,
    /// The first half of what may be a flag, which waits for the second.
    half: Option<char>,
}

impl Escaper {
    /// Appends a piece, which may wait for the next one: at the end, [`finish`](Self::finish).
    pub(super) fn push(&mut self, out: &mut String, unit: Unit, edge: bool) {
        match (unit, self.half.take()) {
            (Unit::Char(second), Some(first)) if is_flag(first, second) => {
                out.extend([first, second]);
                *self = Self { base: Some(second), ..Self::default() };
            }
            (Unit::Char(c), half) if is_indicator(c) => {
                self.push_half(out, half);
                self.half = Some(c);
            }
            (unit, half) => {
                self.push_half(out, half);
                self.push_unit(out, unit, edge);
            }
        }
    }

    /// Appends what was still waiting.
    pub(super) fn finish(mut self, out: &mut String) {
        let half = self.half.take();
        self.push_half(out, half);
    }

    fn push_half(&mut self, out: &mut String, half: Option<char>) {
        if let Some(half) = half {
            self.push_unit(out, Unit::Char(half), false);
        }
    }

    fn push_unit(&mut self, out: &mut String, unit: Unit, edge: bool) {
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

/// Whether a character is seen as itself where a text is printed, whatever stands beside it.
#[must_use]
pub fn is_seen(c: char) -> bool {
    !is_hidden(c)
}

pub(super) fn is_hidden(c: char) -> bool {
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

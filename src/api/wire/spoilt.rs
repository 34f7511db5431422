//! Pages that are no JSON: the array is cut into files by strings and brackets alone, and each file
//! is read by itself, so that what one of them breaks is that file.
//!
//! Control characters that stand in strings as they are mean themselves. Commas that separate
//! nothing are passed over between files. Where a string or a bracket of a file does not close, the
//! file reaches to where the next one begins; a brace too many is its own, and one that is not there
//! begins where its first name does. A page whose array has no end is not read: it broke off
//! on its way.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memmem;
use serde_json::value::RawValue;

use super::envelope::{DEPTH, has_more_of};
use super::file::read_file;
use super::{Element, HasMore, MOST_FILES_A_PAGE, Reading, Unreadable, beginning};

/// Brackets within brackets whose kinds are compared; deeper ones are only counted.
const MOST_KINDS: usize = 512;
/// Bytes of a file at most whose control characters are spelt out, and of what comes of it.
const MOST_REPAIRED_BYTES: usize = 1_024 * 1_024;
/// Places at which the array is looked for the end of, behind a file that does not close.
const MOST_ENDS: usize = 64;

/// The files of a page, as far as they can be told apart.
pub(super) struct Cut<'a> {
    pub(super) files: Vec<&'a str>,
    pub(super) has_more: HasMore,
    pub(super) too_many: bool,
}

/// Why there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uncut {
    /// The text ends before the array does.
    BreaksOff,
    /// It is no list, or broken around its files.
    NoList,
}

/// Finds the files in `text`, wherever services put the array.
pub(super) fn cut(text: &str) -> Result<Cut<'_>, Uncut> {
    let mut scanner = Scanner { text, at: 0 };
    let found = scanner.envelope(DEPTH, 0)?.ok_or(Uncut::NoList)?;
    match scanner.peek() {
        None => Ok(found),
        Some(_) => Err(Uncut::NoList),
    }
}

/// Reads one file that [`cut`] found.
pub(super) fn read_spoilt(text: &str) -> Element {
    let unreadable = |why: Cow<'static, str>| Element {
        reading: Reading::Unreadable(Unreadable { raw: beginning(text), why }),
        is_another_kind: false,
    };
    let repaired = repair(text);
    let Some(repaired) = repaired.as_deref() else {
        return unreadable("it holds too many control characters".into());
    };
    match serde_json::from_str::<&RawValue>(repaired) {
        Ok(raw) => read_file(raw),
        Err(error) => {
            let (byte, what) = place_of_break(text, repaired, &error);
            unreadable(format!("its JSON breaks at byte {byte}: {what}").into())
        }
    }
}

/// The text with the control characters in its strings spelt out as JSON wants it; nothing where
/// that would take too much memory.
pub(super) fn repair(text: &str) -> Option<Cow<'_, str>> {
    let controls = text.bytes().filter(u8::is_ascii_control).count();
    if controls == 0 {
        return Some(Cow::Borrowed(text));
    }
    if text.len() + controls * (SPELT - 1) > MOST_REPAIRED_BYTES {
        return None;
    }
    let mut repaired = String::with_capacity(text.len() + controls * (SPELT - 1));
    walk_strings(text, |c, spelt| {
        if spelt {
            let _ = write!(repaired, "\\u{:04x}", u32::from(c));
        } else {
            repaired.push(c);
        }
    });
    Some(Cow::Owned(repaired))
}

/// Bytes of a control character that is spelt out.
const SPELT: usize = 6;

/// Hands out each character, and whether it is one that has to be spelt out.
fn walk_strings(text: &str, mut each: impl FnMut(char, bool)) {
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        let control = in_string && c < ' ';
        each(c, control);
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
    }
}

/// At which byte of `text`, from 1, reading it breaks, and why, where `repaired` is what was read.
pub(super) fn place_of_break(
    text: &str,
    repaired: &str,
    error: &serde_json::Error,
) -> (usize, String) {
    let lines = repaired.split_inclusive('\n').take(error.line().saturating_sub(1));
    let in_repaired = lines.map(str::len).sum::<usize>() + error.column();
    let (mut at, mut seen) = (0, 0);
    walk_strings(text, |c, spelt| {
        if seen < in_repaired {
            seen += if spelt { SPELT } else { c.len_utf8() };
            at += c.len_utf8();
        }
    });
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    (at.max(1), words.to_owned())
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// How a value ended.
enum End {
    Clean,
    /// What follows cannot follow, from this byte on.
    Astray(usize),
    /// At this byte, where another file begins before it is closed.
    Open(usize),
}

impl<'a> Scanner<'a> {
    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// A document, looked at only `depth` objects deep, `within` as many objects. Nothing where there
    /// is no array.
    fn envelope(&mut self, depth: u8, within: usize) -> Result<Option<Cut<'a>>, Uncut> {
        match self.peek() {
            Some(b'[') => self.array(within).map(Some),
            Some(b'{') => self.object(depth, within),
            Some(_) => Err(Uncut::NoList),
            None => Err(Uncut::BreaksOff),
        }
    }

    fn object(&mut self, depth: u8, within: usize) -> Result<Option<Cut<'a>>, Uncut> {
        self.at += 1;
        let (mut found, mut has_more) = (None, HasMore::Unknown);
        loop {
            match self.peek().ok_or(Uncut::BreaksOff)? {
                b',' => self.at += 1,
                b'}' => break,
                b'"' => {
                    let name = self.clean_value()?;
                    if self.peek().ok_or(Uncut::BreaksOff)? != b':' {
                        return Err(Uncut::NoList);
                    }
                    self.at += 1;
                    let value = self.peek();
                    match (name, value) {
                        ("\"data\"" | "\"Data\"", Some(b'[' | b'{')) if depth > 0 => {
                            found = self.envelope(depth - 1, within + 1)?;
                        }
                        ("\"data\"" | "\"Data\"", Some(b'n')) if depth > 0 => {
                            self.clean_value()?;
                            let nothing = HasMore::Unknown;
                            found = Some(Cut { files: vec![], has_more: nothing, too_many: false });
                        }
                        ("\"has_more\"", _) => has_more = has_more_of(self.clean_value()?),
                        _ => {
                            self.clean_value()?;
                        }
                    }
                }
                _ => return Err(Uncut::NoList),
            }
        }
        self.at += 1;
        Ok(found.map(|mut found| {
            if has_more != HasMore::Unknown {
                found.has_more = has_more;
            }
            found
        }))
    }

    fn array(&mut self, within: usize) -> Result<Cut<'a>, Uncut> {
        self.at += 1;
        let mut found = Cut { files: vec![], has_more: HasMore::Unknown, too_many: false };
        let (mut begin, mut no_end) = (self.at, Uncut::BreaksOff);
        loop {
            match self.peek().ok_or(no_end)? {
                b',' => self.at += 1,
                b']' => break,
                b'}' => {
                    self.at += 1;
                    // Without an end behind it, it closed what is around the array, which has none.
                    no_end = Uncut::NoList;
                    if !found.too_many {
                        *found.files.last_mut().ok_or(Uncut::NoList)? = &self.text[begin..self.at];
                    }
                }
                _ => {
                    begin = self.at;
                    let lacks_brace = self.is_name();
                    match self.value(if lacks_brace { vec![b'}'] } else { vec![] })? {
                        End::Clean => {}
                        End::Open(at) => self.at = at,
                        End::Astray(at) => self.at = self.end_of_astray(at, within)?,
                    }
                    if found.files.len() < MOST_FILES_A_PAGE {
                        found.files.push(self.text[begin..self.at].trim_end());
                    } else {
                        found.too_many = true;
                    }
                }
            }
        }
        self.at += 1;
        Ok(found)
    }

    fn clean_value(&mut self) -> Result<&'a str, Uncut> {
        let begin = self.at;
        match self.value(vec![])? {
            End::Clean => Ok(&self.text[begin..self.at]),
            End::Astray(_) | End::Open(_) => Err(Uncut::NoList),
        }
    }

    /// Whether a name with its value stands here, where a file should.
    fn is_name(&mut self) -> bool {
        let begin = self.at;
        let is_name = self.peek() == Some(b'"') && self.string() && self.peek() == Some(b':');
        self.at = begin;
        is_name
    }

    /// Passes over one value: up to where its strings and brackets are closed, and those that are `open`
    /// already.
    fn value(&mut self, mut open: Vec<u8>) -> Result<End, Uncut> {
        let mut deeper = 0_usize;
        // The comma before, if it follows a name with its value.
        let (mut has_value, mut comma) = (false, None);
        loop {
            let Some(byte) = self.peek() else { return Ok(End::Astray(self.at)) };
            if let (b'{', Some(comma), [b'}']) = (byte, comma, &open[..]) {
                return Ok(End::Open(comma));
            }
            comma = (byte == b',' && has_value).then_some(self.at);
            has_value = byte == b':' || byte != b',' && has_value;
            match byte {
                b'"' => {
                    let begin = self.at;
                    let closes = self.string();
                    let end = self.at;
                    // A quote in the middle of a string, or at the beginning of one of the next file,
                    // which this one ran into: what follows is none of JSON's.
                    let follows = matches!(self.peek(), None | Some(b',' | b':' | b']' | b'}'));
                    if !closes || !follows {
                        return Ok(End::Astray(begin));
                    }
                    self.at = end;
                }
                b'{' | b'[' if open.len() < MOST_KINDS => {
                    self.at += 1;
                    open.push(byte + 2);
                }
                b'{' | b'[' => {
                    self.at += 1;
                    deeper += 1;
                }
                b'}' | b']' if deeper > 0 => {
                    self.at += 1;
                    deeper -= 1;
                }
                b'}' | b']' => match open.pop() {
                    Some(closes) if closes == byte => self.at += 1,
                    Some(_) => return Ok(End::Astray(self.at)),
                    None => return Err(Uncut::NoList),
                },
                b',' | b':' if open.is_empty() => return Err(Uncut::NoList),
                b',' | b':' => self.at += 1,
                _ => self.word(),
            }
            if open.is_empty() {
                return Ok(End::Clean);
            }
        }
    }

    /// Passes over a string; `false` where it does not close.
    fn string(&mut self) -> bool {
        let mut from = self.at + 1;
        while let Some(next) = memchr::memchr2(b'"', b'\\', &self.text.as_bytes()[from..]) {
            let at = from + next;
            if self.text.as_bytes()[at] == b'"' {
                self.at = at + 1;
                return true;
            }
            from = (at + 2).min(self.text.len());
        }
        self.at = self.text.len();
        false
    }

    /// Passes over whatever is neither string nor bracket.
    fn word(&mut self) {
        let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"{}[],:".contains(&byte);
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
    }

    /// Where a file ends that went astray at byte `at`: before the next one, or with the array.
    fn end_of_astray(&self, at: usize, within: usize) -> Result<usize, Uncut> {
        let bytes = self.text.as_bytes();
        let next = |from: usize| {
            let blanks = bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace());
            let at = from + blanks.count();
            Some((bytes.get(at).copied()?, at + 1))
        };
        let is_file = |closed: usize| {
            let (comma, at) = next(closed)?;
            let (brace, at) = next(at)?;
            let (quote, _) = next(at)?;
            Some([comma, brace, quote] == *b",{\"")
        };
        let braces = memchr::memchr_iter(b'}', &bytes[at..]).map(|brace| at + brace + 1);
        if let Some(end) = braces.into_iter().find(|end| is_file(*end) == Some(true)) {
            return Ok(end);
        }
        // It is the last one: the array ends where the rest is what stands around a list.
        let around = "{\"x\":".repeat(within);
        memmem::find_iter(&bytes[at..], "]")
            .take(MOST_ENDS)
            .map(|bracket| at + bracket)
            .find(|end| {
                let whole = format!("{around}0{}", &self.text[end + 1..]);
                serde_json::from_str::<serde::de::IgnoredAny>(&whole).is_ok()
            })
            .ok_or(Uncut::BreaksOff)
    }
}

//! JSON as it is looked at: the tokens of a line, in colours, on one row or folded open on many, and
//! single members of an object. A line that breaks off, or is no JSON, has tokens all the same.
//!
//! What is handed in is hidden of secrets already; what comes out may reach a terminal.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::{UntrustedRef, json_text, width};
use crate::theme::Tone;

/// Blanks for each level.
const INDENT: usize = 2;
/// Levels that are indented: more would leave no room.
const MOST_LEVELS: usize = 20;
/// Cells of a word that goes on to the next row as a whole.
const MOST_MOVED: usize = 24;

/// The values of some members of an object, as they stand there; the last one where a name is there
/// twice. Nothing where the text is no object.
#[must_use]
pub fn members<'a, const N: usize>(
    json: &'a [u8],
    names: [&'static str; N],
) -> Option<[Option<&'a RawValue>; N]> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let found = reader.deserialize_map(Members(names)).ok()?;
    reader.end().ok()?;
    Some(found)
}

/// Reads an object, keeping what has one of the names.
struct Members<const N: usize>([&'static str; N]);

impl<'de, const N: usize> Visitor<'de> for Members<N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match self.0.iter().position(|wanted| *wanted == name.0) {
                Some(at) => found[at] = Some(map.next_value::<&RawValue>()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// A name, without a copy where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    Comma,
    Colon,
    Name,
    String,
    /// A number, `true`, `false`, `null`, or what is none of all these.
    Word,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    at: Range<usize>,
}

impl Kind {
    fn tone(self) -> Tone {
        match self {
            Self::Open | Self::Close | Self::Comma | Self::Colon => Tone::Chrome,
            Self::Name => Tone::Name,
            Self::String => Tone::Text,
            Self::Word => Tone::Number,
        }
    }
}

/// The tokens of a text, without what is blank between them.
fn tokens(text: &[u8]) -> impl Iterator<Item = Token> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while text.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let (from, first) = (at, *text.get(at)?);
        let kind = match first {
            b'{' | b'[' => Kind::Open,
            b'}' | b']' => Kind::Close,
            b',' => Kind::Comma,
            b':' => Kind::Colon,
            b'"' => {
                at = string_end(text, from);
                let next = text[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                let kind = if next == Some(&b':') { Kind::Name } else { Kind::String };
                return Some(Token { kind, at: from..at });
            }
            _ => {
                let is_end = |b: &u8| b.is_ascii_whitespace() || b"{}[],:\"".contains(b);
                at =
                    text[from..].iter().position(is_end).map_or(text.len(), |length| from + length);
                return Some(Token { kind: Kind::Word, at: from..at });
            }
        };
        at += 1;
        Some(Token { kind, at: from..at })
    })
}

/// Where the string ends that begins at `from`, its quote included.
fn string_end(text: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// A piece of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// What it is.
    pub tone: Tone,
    /// Its text, which may reach a terminal.
    pub text: String,
}

/// A row of what a line is shown as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Blank cells before it.
    pub indent: usize,
    /// Its pieces, from left to right.
    pub parts: Vec<Fragment>,
    /// Where the value stands in the line that the row shows, or begins to show, or ends.
    pub value: Range<usize>,
}

impl Row {
    fn push(&mut self, tone: Tone, text: impl Into<String>) {
        self.parts.push(Fragment { tone, text: text.into() });
    }

    /// All of it as text.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.parts.iter().map(|part| part.text.as_str());
        [" ".repeat(self.indent).as_str()].into_iter().chain(parts).collect()
    }
}

/// The line as it stands, on one row: its tokens in their tones, up to so many cells at least where
/// there are as many.
#[must_use]
pub fn one_row(line: &[u8], cells: usize) -> Row {
    let mut row = Row { value: 0..line.len(), ..Row::default() };
    let (mut used, mut end) = (0, 0);
    for token in tokens(line) {
        if used > cells {
            break;
        }
        if token.at.start > end && end > 0 {
            row.push(Tone::Chrome, " ");
            used += 1;
        }
        end = token.at.end;
        // A string may be as long as the line.
        let most = token.at.start + cells.saturating_mul(4).saturating_add(16);
        let text = shown(line, token.at.start..token.at.end.min(most));
        used += width(&text);
        row.push(token.kind.tone(), text);
    }
    row
}

/// The line folded open: each member and element on a row of its own.
#[must_use]
pub fn open_rows(line: &[u8]) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![];
    let mut row = Row::default();
    // The rows on which what is open began.
    let mut open: Vec<usize> = vec![];
    let mut tokens = tokens(line).peekable();
    while let Some(token) = tokens.next() {
        let text = shown(line, token.at.clone());
        let tone = token.kind.tone();
        if row.parts.is_empty() && token.kind != Kind::Close {
            row.indent = INDENT * open.len().min(MOST_LEVELS);
        }
        match token.kind {
            Kind::Open => {
                row.push(tone, text);
                row.value = token.at.clone();
                if let Some(close) = tokens.next_if(|next| next.kind == Kind::Close) {
                    row.push(tone, shown(line, close.at.clone()));
                    row.value.end = close.at.end;
                } else {
                    open.push(rows.len());
                    rows.push(std::mem::take(&mut row));
                }
            }
            Kind::Close => {
                if !row.parts.is_empty() {
                    rows.push(std::mem::take(&mut row));
                }
                row.value = token.at.clone();
                if let Some(began) = open.pop() {
                    rows[began].value.end = token.at.end;
                    row.value = rows[began].value.clone();
                }
                row.indent = INDENT * open.len().min(MOST_LEVELS);
                row.push(tone, text);
            }
            Kind::Comma => {
                row.push(tone, text);
                rows.push(std::mem::take(&mut row));
            }
            Kind::Colon => row.push(tone, ": "),
            Kind::Name => row.push(tone, text),
            Kind::String | Kind::Word => {
                row.value = token.at.clone();
                row.push(tone, text);
            }
        }
    }
    if !row.parts.is_empty() {
        rows.push(row);
    }
    rows
}

/// The text of a token.
fn shown(line: &[u8], at: Range<usize>) -> String {
    json_text(UntrustedRef::new(&line[at]))
}

/// Rows that are not wider than `first`, and below the first one than `below`: what is longer goes on on further ones, a little further to
/// the right. Where `at_breaks`, strings go on behind each line break in them, too.
#[must_use]
pub fn wrapped(rows: &[Row], first: usize, below: usize, at_breaks: bool) -> Vec<Row> {
    let mut out: Vec<Row> = vec![];
    for row in rows {
        let mut room = if out.is_empty() { first } else { below };
        let indent = row.indent.min(room / 2);
        let further = if at_breaks { (indent + INDENT).min(room / 2) } else { indent };
        let mut now = Row { indent, parts: vec![], value: row.value.clone() };
        let mut used = indent;
        for part in &row.parts {
            let breaks = at_breaks && part.tone == Tone::Text;
            let mut piece = String::new();
            for unit in units(&part.text) {
                let cells = width(unit);
                if used + cells > room.max(further + 1) {
                    // Not in the middle of a word, where one ends near by.
                    let word = piece.rfind(' ').map(|at| at + 1).filter(|_| breaks);
                    let fits = |at: &usize| {
                        let rest = width(&piece[*at..]);
                        rest <= MOST_MOVED && further + rest + cells <= room
                    };
                    let rest = word.filter(fits).map_or(String::new(), |at| piece.split_off(at));
                    now.push(part.tone, std::mem::replace(&mut piece, rest));
                    let next = Row { indent: further, parts: vec![], value: row.value.clone() };
                    out.push(std::mem::replace(&mut now, next));
                    room = below;
                    used = further + width(&piece);
                }
                piece.push_str(unit);
                used += cells;
                if breaks && unit == "\\n" {
                    now.push(part.tone, std::mem::take(&mut piece));
                    let next = Row { indent: further, parts: vec![], value: row.value.clone() };
                    out.push(std::mem::replace(&mut now, next));
                    room = below;
                    used = further;
                }
            }
            if !piece.is_empty() {
                now.push(part.tone, piece);
            }
        }
        if !now.parts.is_empty() || row.parts.is_empty() {
            out.push(now);
        }
    }
    for row in &mut out {
        row.parts.retain(|part| !part.text.is_empty());
    }
    out
}

/// The characters of a text, an escape of two being one.
fn units(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.chars();
        let first = chars.next()?;
        let mut length = first.len_utf8();
        if first == '\\' {
            length += chars.next().map_or(0, char::len_utf8);
        }
        // What stands on it goes with it.
        while let Some(next) = rest[length..].chars().next() {
            if width(next.encode_utf8(&mut [0; 4])) > 0 {
                break;
            }
            length += next.len_utf8();
        }
        let (unit, others) = rest.split_at(length);
        rest = others;
        Some(unit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(Row::text).collect()
    }

    #[test]
    fn a_line_is_folded_open_as_json_is_written() {
        let line = br#"{"a":[1,{"b":"x\ny"},[]],"c":{},"d":null}"#;
        let rows = open_rows(line);
        let expected = [
            "{",
            "  \"a\": [",
            "    1,",
            "    {",
            "      \"b\": \"x\\ny\"",
            "    },",
            "    []",
            "  ],",
            "  \"c\": {},",
            "  \"d\": null",
            "}",
        ];
        assert_eq!(texts(&rows), expected);
        let value = |row: usize| std::str::from_utf8(&line[rows[row].value.clone()]).unwrap();
        assert_eq!(value(0).len(), line.len());
        assert_eq!(value(1), r#"[1,{"b":"x\ny"},[]]"#);
        assert_eq!(value(4), r#""x\ny""#);
        assert_eq!(value(7), value(1), "the end stands for the whole");
        assert_eq!((value(8), value(9)), ("{}", "null"));
        let wide = wrapped(&rows[4..5], 14, 14, true);
        assert_eq!(texts(&wide), ["      \"b\": \"x", "       \\n", "       y\""]);
        let narrow = wrapped(&rows[4..5], 40, 40, true);
        assert_eq!(texts(&narrow), ["      \"b\": \"x\\n", "        y\""]);
    }

    #[test]
    fn tones_follow_the_tokens() {
        let row = one_row(br#"{"a": [true, "b:"]}"#, 80);
        let tones: Vec<(Tone, &str)> =
            row.parts.iter().map(|part| (part.tone, part.text.as_str())).collect();
        assert!(tones.contains(&(Tone::Name, "\"a\"")) && tones.contains(&(Tone::Text, "\"b:\"")));
        assert!(tones.contains(&(Tone::Number, "true")));
        assert_eq!(row.text(), r#"{"a": [true, "b:"]}"#);
    }

    #[test]
    fn members_are_found_whatever_else_there_is() {
        let line = br#"{"x":{"a":1},"a":2,"\u0062":[3],"a":"4"}"#;
        let [a, b, c] = members(line, ["a", "b", "c"]).unwrap();
        assert_eq!((a.unwrap().get(), b.unwrap().get()), ("\"4\"", "[3]"));
        assert!(c.is_none());
        for text in [&b"[1]"[..], b"1", b"{\"a\":1", b"{\"a\":1} x", b"", b"\xff"] {
            assert!(members(text, ["a"]).is_none());
        }
    }

    proptest! {
        #[test]
        fn whatever_a_line_holds_its_rows_are_safe_and_fit(
            line in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..80),
                "[{}\\[\\]:,\"\\\\n 日a\u{301}\u{202e}\u{1b}]{0,40}".prop_map(String::into_bytes),
            ],
            room in 4_usize..40,
        ) {
            let rows = open_rows(&line);
            for row in wrapped(&rows, room, room, true).iter().chain(&wrapped(&[one_row(&line, 80)], room, room, false)) {
                let text = row.text();
                prop_assert!(text.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{text:?}");
                prop_assert!(width(&text) <= room.max(6), "{text:?} in {room}");
                prop_assert!(row.value.start <= row.value.end && row.value.end <= line.len());
            }
        }

        #[test]
        fn folding_open_loses_nothing(value in json_value()) {
            let line = value.to_string();
            let text = texts(&open_rows(line.as_bytes())).join("\n");
            let back: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(back, value);
        }
    }

    fn json_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[ -~日\\n\"]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::hash_map("[a-z\"]{0,3}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }
}

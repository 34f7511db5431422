//! JSON on several lines, as it may be shown.

use std::fmt::Write as _;

use super::printable::MOST_MARKS;
use super::untrusted::UntrustedRef;
use super::width::width;

/// Blanks for each level.
const INDENT: usize = 2;

/// JSON from outside on several lines, each member and element on one of its own, with nothing in
/// it that could command a terminal or is not seen.
///
/// Its tokens stay as they are; characters that are hidden stand as `\uXXXX`, which they can only be
/// in its strings, so that it means the same.
///
/// ```
/// use shelflife::text::{UntrustedRef, json_lines};
///
/// let lines = json_lines(UntrustedRef::new(br#"{"a":[1,2],"b":{}}"#));
/// assert_eq!(lines, ["{", "  \"a\": [", "    1,", "    2", "  ],", "  \"b\": {}", "}"]);
/// ```
#[must_use]
pub fn json_lines(json: UntrustedRef<'_>) -> Vec<String> {
    let text = String::from_utf8_lossy(json.raw());
    let mut lines = vec![String::new()];
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).peekable();
    let begin = |lines: &mut Vec<String>, depth: usize| lines.push(" ".repeat(depth * INDENT));
    while let Some(c) = chars.next() {
        let last = lines.len() - 1;
        if in_string {
            push(&mut lines[last], c);
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' => {}
            '{' | '[' => {
                lines[last].push(c);
                while chars.next_if_eq(&' ').is_some() {}
                let closes = if c == '{' { '}' } else { ']' };
                if chars.next_if_eq(&closes).is_some() {
                    lines[last].push(closes);
                } else {
                    depth += 1;
                    begin(&mut lines, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                begin(&mut lines, depth);
                lines[last + 1].push(c);
            }
            ',' => {
                lines[last].push(c);
                begin(&mut lines, depth);
            }
            ':' => lines[last].push_str(": "),
            c => {
                in_string = c == '"';
                push(&mut lines[last], c);
            }
        }
    }
    lines
}

/// JSON from outside as it stands, on one line, with nothing in it that could command a terminal or is
/// not seen; it need not be whole.
///
/// Characters that are hidden, and marks that would pile up, stand as `\uXXXX`: in a string, which is
/// where JSON may hold them, that means the same. It hides no secret: that is done to the whole of which
/// this is a part.
///
/// ```
/// use shelflife::text::{UntrustedRef, json_text};
///
/// let shown = json_text(UntrustedRef::new("\"a\\n\u{202e}b\"".as_bytes()));
/// assert_eq!(shown, "\"a\\n\\u202eb\"");
/// ```
#[must_use]
pub fn json_text(json: UntrustedRef<'_>) -> String {
    let text = String::from_utf8_lossy(json.raw());
    let mut line = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        let is_mark = !c.is_ascii() && width(c.encode_utf8(&mut [0; 4])) == 0;
        marks = if is_mark { marks + 1 } else { 0 };
        if is_mark && marks > MOST_MARKS || c.is_control() {
            for half in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{half:04x}");
            }
        } else {
            push(&mut line, c);
        }
    }
    line
}

/// Appends a character of a string, spelt out where it is not seen.
fn push(line: &mut String, c: char) {
    if matches!(c, ' '..='~') {
        return line.push(c);
    }
    let string = UntrustedRef::new(c.encode_utf8(&mut [0; 4]).as_bytes()).json();
    line.push_str(&string[1..string.len() - 1]);
}

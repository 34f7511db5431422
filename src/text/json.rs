//! JSON on several lines, as it may be shown.

use super::untrusted::UntrustedRef;

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

/// Appends a character of a string, spelt out where it is not seen.
fn push(line: &mut String, c: char) {
    if matches!(c, ' '..='~') {
        return line.push(c);
    }
    let string = UntrustedRef::new(c.encode_utf8(&mut [0; 4]).as_bytes()).json();
    line.push_str(&string[1..string.len() - 1]);
}

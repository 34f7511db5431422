//! A parser over everything that the program writes to a terminal: it knows the sequences that are
//! ours, and fails on any other. So nothing that a service sends can have commanded the terminal.

use vte::{Params, Parser, Perform};

/// Modes that the program sets and resets: the cursor, the alternate screen, pasting, focus, mouse,
/// whole frames at once.
const MODES: [u16; 8] = [25, 1_000, 1_002, 1_004, 1_006, 1_049, 2_004, 2_026];

/// Fails if `written` holds anything but printable text and the program's own sequences.
pub fn check(written: &[u8]) {
    let wrong = not_ours(written);
    assert!(wrong.is_empty(), "not ours: {:?}", &wrong[..wrong.len().min(5)]);
}

/// What is not the program's own.
fn not_ours(written: &[u8]) -> Vec<String> {
    let mut ours = Ours::default();
    Parser::new().advance(&mut ours, written);
    // Strings that the parser passes over in silence: SOS, PM, APC.
    if written.windows(2).any(|two| matches!(two, [0x1b, b'X' | b'^' | b'_'])) {
        ours.refuse("SOS, PM or APC".to_owned());
    }
    ours.wrong
}

#[derive(Default)]
struct Ours {
    wrong: Vec<String>,
    /// What is passed through tmux to the terminal around it.
    passed: Option<Vec<u8>>,
}

/// Characters that a terminal acts upon, or that a reader cannot see.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Ours {
    fn refuse(&mut self, what: String) {
        self.wrong.push(what);
    }
}

impl Perform for Ours {
    fn print(&mut self, c: char) {
        if is_hidden(c) {
            self.refuse(format!("the character {:?}", c.escape_unicode().to_string()));
        }
    }

    fn execute(&mut self, byte: u8) {
        // A line break, where text is printed after leaving; the bell of an alert.
        if !matches!(byte, b'\r' | b'\n' | 0x07) {
            self.refuse(format!("the control {byte:#04x}"));
        }
    }

    fn csi_dispatch(&mut self, params: &Params, marks: &[u8], ignore: bool, action: char) {
        let all: Vec<&[u16]> = params.iter().collect();
        let first: Vec<u16> = all.iter().map(|param| param[0]).collect();
        let known = match (marks, action) {
            // Colours and the like; the place of the cursor; clearing.
            ([], 'm' | 'H' | 'J' | 'K') => true,
            // To a place beside or below the cursor.
            ([], 'B' | 'C' | 'D') => all.len() == 1,
            ([b'?'], 'h' | 'l') => first.iter().all(|mode| MODES.contains(mode)),
            // The title is kept and restored.
            ([], 't') => matches!(first[..], [22 | 23, 2]),
            // What are you? `doctor` asks, and whoever leaves, so as to know that all was said.
            ([], 'c') => matches!(first[..], [0]),
            _ => false,
        };
        if ignore || !known {
            self.refuse(format!("CSI {marks:?} {all:?} {action}"));
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], bell: bool) {
        let shown = String::from_utf8_lossy(&params.join(&b';')).into_owned();
        let known = match params {
            // The title; notifications; the colour of the background, which is only ever asked for.
            [b"2" | b"9", ..]
            | [b"777", b"notify", b"shelflife", _]
            | [b"99", b"", ..]
            | [b"11", b"?"] => true,
            // The clipboard, which is only ever written.
            [b"52", b"c", copied] => {
                copied.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
            }
            _ => false,
        };
        if !known || shown.contains(is_hidden) || shown.contains('\u{fffd}') {
            self.refuse(format!("OSC {shown:?}"));
        }
        // Ours end as the standard has it, but for the clipboard's, whose library does otherwise.
        if bell && params.first() != Some(&b"52".as_slice()) {
            self.refuse(format!("an OSC that a bell ends: {shown}"));
        }
    }

    fn esc_dispatch(&mut self, marks: &[u8], ignore: bool, byte: u8) {
        // The end of a string.
        if ignore || !marks.is_empty() || byte != b'\\' {
            self.refuse(format!("ESC {marks:?} {byte:#04x}"));
        }
    }

    fn hook(&mut self, _params: &Params, _marks: &[u8], _ignore: bool, action: char) {
        // `tmux;` and what it is to pass on.
        if action != 't' {
            self.refuse(format!("DCS {action}"));
        }
        self.passed = Some(vec![]);
    }

    fn put(&mut self, byte: u8) {
        if let Some(passed) = &mut self.passed {
            passed.push(byte);
        }
    }

    fn unhook(&mut self) {
        let passed = self.passed.take().unwrap_or_default();
        if !passed.starts_with(b"mux;") {
            self.refuse(format!("DCS {:?}", String::from_utf8_lossy(&passed)));
        }
    }
}

#[test]
fn what_is_not_ours_is_found() {
    for bad in [
        "\x1b]0;owned\x07",
        "\x1b]52;c;?\x1b\\",
        "\x1b]2;a\u{202e}b\x1b\\",
        "\x1b]8;;http://x\x1b\\",
        "\x1b[?1003h",
        "\x1b[6n",
        "\x1b[2;5r",
        "\x1bc",
        "\x1b(0",
        "\x1bP+q544e\x1b\\",
        "\x1b_G;x\x1b\\",
        "\u{9b}31m",
        "a\u{200b}b",
        "a\tb",
        "\x1b[1;2A",
    ] {
        assert!(!not_ours(bad.as_bytes()).is_empty(), "{bad:?}");
    }
    check("\x1b[?1049h\x1b[1;31mrot 日本\x1b[0m\x1b]2;a;b\x1b\\\x07\r\n".as_bytes());
    check(b"\x1bPtmux;\x1b\x1b]9;shelflife: x\x1b\x1b\\\x1b\\");
}

//! What a terminal sends, told apart: keys, pastes, the mouse, answers, and all that is none of these
//! and is passed over.
//!
//! A state machine over the bytes, after Paul Williams' for terminals, read the other way round. It
//! knows neither terminal nor clock: [`feed`](Sorter::feed) takes the bytes of one read, and
//! [`silence`](Sorter::silence) says that nothing came for as long as [`patience`](Sorter::patience)
//! asked for.
//!
//! | state | bytes | next |
//! |---|---|---|
//! | `Ground` | ESC | `Escape` |
//! | | a character, a control | a key |
//! | | C1, as one byte or in UTF-8 | as `Escape` with its letter |
//! | `Escape` | `[` | `Csi` |
//! | | `O` | `Ss3` |
//! | | `P` `]` `X` `^` `_` | `Text` |
//! | | `\`, where the end of a string is due | nothing: it is that end (ST) |
//! | | another one, of the same read | that key with Alt |
//! | | another one, of a later read | Esc, and that key |
//! | `Csi` | parameters, marks | `Csi` |
//! | | the last byte | a key, focus, the mouse, an answer, or nothing |
//! | `Ss3` | the last byte | a key, or nothing |
//! | `Text` | BEL, ST | an answer (OSC), or nothing |
//! | | what no string may hold | nothing, and that byte from `Ground` |
//! | `Paste` | its end | a paste |
//! | any | silence | what it is if nothing more comes: a key of a person, or nothing |
//!
//! Nothing can be held back for good: every state but `Ground` has its patience. What was cut off in
//! the middle is nothing, and so is its rest if it comes late and can be nothing else. Of a string that
//! was left without its end, the end may come by itself: for a while ST is nothing; else it is the
//! backslash with Alt, as a person types it.

mod character;
mod csi;
mod heard;
mod mouse;
mod rest;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crossterm::event::KeyCode;

use self::character::{character, plain};
pub use self::heard::Heard;
use self::rest::Rest;

/// A sequence that began with an ESC that came alone follows at once; a person needs longer. Editors
/// and multiplexers wait for as long.
const AFTER_ESC: Duration = Duration::from_millis(50);
/// What has begun goes on within this; ten times what a character takes at 1,200 baud.
const IN_THE_MIDDLE: Duration = Duration::from_millis(100);
/// How long the rest of what was cut off, or of a paste, may come late on a line that stalls.
const LATE: Duration = Duration::from_millis(900);
/// Of a sequence, so much is read; a longer one is passed over.
const MOST_BYTES: usize = 256;
/// Of a paste, so much is kept.
const MOST_OF_A_PASTE: usize = 1 << 20;
/// The end of a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// Where in a sequence the last byte was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// Behind an ESC.
    Escape,
    /// In a character of this many bytes.
    Character {
        bytes: usize,
    },
    Csi,
    /// Behind `ESC [ [`, with which the console of Linux begins F1 to F5.
    Console,
    Ss3,
    /// In a string: DCS, OSC, SOS, PM or APC. The last byte may have been an ESC, which ends it.
    Text {
        osc: bool,
        esc: bool,
    },
    /// In the three bytes of the mouse that follow `CSI M`.
    Mouse,
    /// In a paste; nothing came for a moment.
    Paste {
        paused: bool,
    },
    /// What was begun was cut off; its rest may come late.
    Cut(Rest),
}

/// Tells apart what a terminal sends.
#[derive(Debug, Default)]
pub struct Sorter {
    state: State,
    /// What the state has taken in: the bytes of a character, a sequence without its head, a paste.
    held: Vec<u8>,
    /// The letter behind ESC that began this, which with Alt is a key as well.
    letter: Option<u8>,
    /// An ESC in the same read came before the character.
    alt: bool,
    /// A string was left without its end, which may still come.
    end_is_due: bool,
}

impl Sorter {
    /// Takes in the bytes of one read, and adds what they say to `heard`.
    pub fn feed(&mut self, bytes: &[u8], heard: &mut Vec<Heard>) {
        let mut rest = bytes;
        if let State::Cut(missing) = self.state {
            self.rest();
            let after = missing.skip(bytes);
            // A string that begins late comes in pieces.
            self.end_is_due |= after.is_none() && missing.begins_a_string(bytes);
            self.end_is_due &= after.is_none();
            rest = after.unwrap_or(bytes);
        }
        if self.state == (State::Paste { paused: true }) && bytes == b"\x03" {
            // Alone, after a pause: a person wants to get out of a paste that has no end.
            self.rest();
        }
        if let Some(byte) = rest.first().filter(|byte| !begins(**byte)) {
            let ends = *byte == b'\\';
            match self.state {
                State::Escape if !(ends && self.end_is_due) => {
                    self.rest();
                    heard.push(plain(KeyCode::Esc));
                }
                // Half of the end of a string that was cut off there.
                State::Text { esc: true, .. } if !ends => self.rest(),
                _ => {}
            }
        }
        for byte in rest {
            self.take(*byte, heard);
        }
        if let State::Paste { paused } = &mut self.state {
            *paused = false;
        }
    }

    /// How long to wait for more before [`silence`](Self::silence) is called; `None` where nothing is
    /// waited for.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => self.end_is_due.then_some(LATE),
            State::Escape => Some(AFTER_ESC),
            State::Paste { paused: true } | State::Cut(_) => Some(LATE),
            _ => Some(IN_THE_MIDDLE),
        }
    }

    /// Whether what came may still become a key: it is not told yet.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        !matches!(self.state, State::Ground | State::Cut(_))
    }

    /// Nothing came for as long as [`patience`](Self::patience) asked for.
    pub fn silence(&mut self, heard: &mut Vec<Heard>) {
        let missing = match self.state {
            State::Paste { paused: false } => {
                self.state = State::Paste { paused: true };
                return;
            }
            State::Paste { paused: true } => {
                self.end_paste(heard);
                None
            }
            State::Escape => {
                heard.push(plain(KeyCode::Esc));
                Some(if self.end_is_due { Rest::Half } else { Rest::Sequence })
            }
            State::Ground | State::Cut(_) => {
                self.end_is_due = false;
                None
            }
            State::Csi => Some(Rest::Csi),
            State::Text { esc: false, .. } => {
                self.end_is_due = true;
                Some(Rest::Text)
            }
            State::Text { esc: true, .. } => Some(Rest::Half),
            _ => None,
        };
        let only_begun = self.held.is_empty()
            && matches!(self.state, State::Csi | State::Ss3 | State::Text { esc: false, .. });
        if let (true, Some(letter)) = (only_begun, self.letter) {
            // A person pressed Alt and that letter.
            heard.push(character(char::from(letter), true));
        }
        self.rest();
        self.state = missing.map_or(State::Ground, State::Cut);
    }

    fn rest(&mut self) {
        self.held.clear();
        self.state = State::Ground;
        self.alt = false;
    }

    fn begin(&mut self, state: State, letter: Option<u8>) {
        self.rest();
        self.state = state;
        self.letter = letter;
    }

    /// Gives up what was begun; `byte` is the first one of something else.
    fn give_up(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        self.end_is_due |= matches!(self.state, State::Text { .. });
        self.rest();
        self.take(byte, heard);
    }

    fn hold(&mut self, byte: u8) {
        // One more tells that it is too long; it is the last one.
        self.held.truncate(MOST_BYTES);
        self.held.push(byte);
    }

    fn take(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        match self.state {
            State::Ground | State::Cut(_) => self.ground(byte, heard),
            State::Escape => self.escape(byte, heard),
            State::Character { bytes } => self.character(byte, bytes, heard),
            State::Csi => self.csi(byte, heard),
            State::Console => match byte {
                b'@'..=b'~' => {
                    self.rest();
                    if let b'A'..=b'E' = byte {
                        heard.push(plain(KeyCode::F(byte - b'A' + 1)));
                    }
                }
                _ => self.give_up(byte, heard),
            },
            State::Ss3 => match byte {
                b'0'..=b'9' | b';' => self.hold(byte),
                b' '..=b'~' => {
                    heard.extend(csi::ss3(&self.held, byte));
                    self.rest();
                }
                _ => self.give_up(byte, heard),
            },
            State::Text { osc, esc } => self.text(byte, osc, esc, heard),
            State::Mouse if byte < b' ' => self.give_up(byte, heard),
            State::Mouse => {
                self.hold(byte);
                if let [button, column, line] = self.held[..] {
                    heard.extend(mouse::bytes(button, column, line));
                    self.rest();
                }
            }
            State::Paste { .. } => {
                self.held.push(byte);
                if self.held.len() > MOST_OF_A_PASTE + PASTE_END.len() {
                    // The end is still found in what is left of it.
                    self.held.remove(MOST_OF_A_PASTE);
                }
                if self.held.ends_with(PASTE_END) {
                    self.held.truncate(self.held.len() - PASTE_END.len());
                    self.end_paste(heard);
                }
            }
        }
    }

    fn ground(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        match byte {
            0x1b => self.begin(State::Escape, None),
            0x80..=0x9f => self.c1(byte),
            0xc2..=0xdf => self.lead(byte, 2),
            0xe0..=0xef => self.lead(byte, 3),
            0xf0..=0xf4 => self.lead(byte, 4),
            0xa0.. => self.alt = false,
            _ => {
                let alt = std::mem::take(&mut self.alt);
                heard.push(character(char::from(byte), alt));
            }
        }
    }

    fn lead(&mut self, byte: u8, bytes: usize) {
        self.held.clear();
        self.held.push(byte);
        self.state = State::Character { bytes };
    }

    fn character(&mut self, byte: u8, bytes: usize, heard: &mut Vec<Heard>) {
        if !(0x80..=0xbf).contains(&byte) {
            return self.give_up(byte, heard);
        }
        self.held.push(byte);
        if self.held.len() < bytes {
            return;
        }
        let read = std::str::from_utf8(&self.held).ok().and_then(|text| text.chars().next());
        let alt = self.alt;
        self.rest();
        match read {
            Some(c @ '\u{80}'..='\u{9f}') => self.c1(c as u8),
            Some(c) => heard.push(character(c, alt)),
            None => {}
        }
    }

    /// A control of eight bits: ESC and a letter in one.
    fn c1(&mut self, byte: u8) {
        let state = match byte {
            0x8f => State::Ss3,
            0x90 | 0x98 | 0x9e | 0x9f => State::Text { osc: false, esc: false },
            0x9b => State::Csi,
            0x9d => State::Text { osc: true, esc: false },
            _ => State::Ground,
        };
        self.begin(state, None);
    }

    fn escape(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        match byte {
            0x1b => heard.push(plain(KeyCode::Esc)),
            b'\\' if self.end_is_due => {
                self.end_is_due = false;
                self.rest();
            }
            b'[' => self.begin(State::Csi, Some(byte)),
            b'O' => self.begin(State::Ss3, Some(byte)),
            b']' => self.begin(State::Text { osc: true, esc: false }, Some(byte)),
            b'P' | b'X' | b'^' | b'_' => {
                self.begin(State::Text { osc: false, esc: false }, Some(byte));
            }
            _ => {
                self.rest();
                self.alt = true;
                self.ground(byte, heard);
            }
        }
    }

    fn csi(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        match byte {
            b'[' if self.held.is_empty() => self.state = State::Console,
            b' '..=b'?' => self.hold(byte),
            b'M' if self.held.is_empty() => self.state = State::Mouse,
            b'~' if self.held == b"200" => self.begin(State::Paste { paused: false }, None),
            b'@'..=b'~' => {
                if self.held.len() <= MOST_BYTES {
                    heard.extend(csi::read(&self.held, byte));
                }
                self.rest();
            }
            // Nothing that a terminal says holds a control.
            _ => self.give_up(byte, heard),
        }
    }

    fn text(&mut self, byte: u8, osc: bool, esc: bool, heard: &mut Vec<Heard>) {
        match byte {
            b'\\' if esc => self.end_text(osc, heard),
            _ if esc => {
                self.begin(State::Escape, None);
                self.take(byte, heard);
            }
            0x1b => self.state = State::Text { osc, esc: true },
            0x07 => self.end_text(osc, heard),
            // ST, unless it is a part of a character.
            0x9c if self.held.last().is_none_or(u8::is_ascii) => self.end_text(osc, heard),
            // What ECMA-48 allows in a string, and UTF-8.
            0x08..=0x0d | b' '..=b'~' | 0x80.. => self.hold(byte),
            _ => self.give_up(byte, heard),
        }
    }

    fn end_text(&mut self, osc: bool, heard: &mut Vec<Heard>) {
        // What comes later does not come before it.
        self.end_is_due = false;
        if osc && self.held.len() <= MOST_BYTES {
            heard.push(Heard::Told(String::from_utf8_lossy(&self.held).into_owned()));
        }
        self.rest();
    }

    fn end_paste(&mut self, heard: &mut Vec<Heard>) {
        heard.push(Heard::Paste(String::from_utf8_lossy(&self.held).into_owned()));
        self.rest();
    }
}

/// Whether a sequence begins with ESC and this byte.
fn begins(byte: u8) -> bool {
    matches!(byte, b'[' | b'O' | b'P' | b']' | b'X' | b'^' | b'_')
}

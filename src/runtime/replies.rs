//! Answers of the terminal that arrive as keys: told apart, and never taken for commands.
//!
//! An answer such as `ESC ] 11 ; rgb:ffff/ffff/ffff ESC \\` is reported by the input library as
//! Alt-`]` and then one key for each character. What begins so, goes on with a digit and follows
//! without a pause that a person would need is an answer, up to its end.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The keys of an answer come at once; a person needs longer.
const AT_ONCE: Duration = Duration::from_millis(100);
/// An answer that certainly is one may stop for this long on a slow line.
const IN_THE_MIDDLE: Duration = Duration::from_secs(1);
/// An answer that goes on for longer is none; what came of it is dropped all the same.
const MOST_KEYS: usize = 256;

/// What a key turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sorted {
    /// Keys that a person pressed.
    Keys(Vec<KeyEvent>),
    /// A part of an answer.
    Swallowed,
    /// The end of an answer; this is all of it.
    Reply(String),
}

/// Tells answers and keys apart.
#[derive(Debug, Default)]
pub(super) struct Replies {
    /// Keys that may be the beginning of an answer, and the moment of the last one.
    begun: Vec<KeyEvent>,
    text: String,
    last: Duration,
    last_was_esc: bool,
}

impl Replies {
    pub(super) fn sort(&mut self, key: KeyEvent, now: Duration) -> Sorted {
        let patience = if self.begun.len() > 1 { IN_THE_MIDDLE } else { AT_ONCE };
        let at_once = now.saturating_sub(self.last) <= patience;
        self.last = now;
        let esc_before = std::mem::replace(&mut self.last_was_esc, key.code == KeyCode::Esc);
        if !at_once {
            self.text.clear();
            let late = std::mem::take(&mut self.begun);
            if !late.is_empty() && late.len() <= 1 {
                // It was a person after all.
                let mut keys = late;
                keys.extend(self.begin_or_pass(key, false));
                return if keys.is_empty() { Sorted::Swallowed } else { Sorted::Keys(keys) };
            }
        }
        if self.begun.is_empty() {
            let keys = self.begin_or_pass(key, esc_before && at_once);
            return if keys.is_empty() { Sorted::Swallowed } else { Sorted::Keys(keys) };
        }
        self.go_on(key)
    }

    /// Holds back what may begin an answer; gives back what does not.
    fn begin_or_pass(&mut self, key: KeyEvent, after_esc: bool) -> Vec<KeyEvent> {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        if key.code == KeyCode::Char(']') && (alt || after_esc) {
            self.begun = vec![key];
            return vec![];
        }
        vec![key]
    }

    fn go_on(&mut self, key: KeyEvent) -> Sorted {
        let ends = match key.code {
            KeyCode::Char('\\') => key.modifiers.contains(KeyModifiers::ALT),
            KeyCode::Char('g') => key.modifiers.contains(KeyModifiers::CONTROL),
            _ => false,
        };
        if ends {
            self.begun.clear();
            return Sorted::Reply(std::mem::take(&mut self.text));
        }
        match key.code {
            KeyCode::Char(c) if !self.text.is_empty() || c.is_ascii_digit() => self.text.push(c),
            _ => {
                self.text.clear();
                let mut keys = std::mem::take(&mut self.begun);
                if keys.len() > 1 {
                    return Sorted::Swallowed;
                }
                keys.push(key);
                return Sorted::Keys(keys);
            }
        }
        self.begun.push(key);
        if self.begun.len() > MOST_KEYS {
            self.begun.clear();
            self.text.clear();
        }
        Sorted::Swallowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), modifiers)
    }

    /// Feeds keys a millisecond apart; tells the keys that came through, and the answers.
    fn feed(keys: &[KeyEvent], apart_ms: u64) -> (Vec<KeyEvent>, Vec<String>) {
        let mut replies = Replies::default();
        let (mut passed, mut answers) = (vec![], vec![]);
        for (key, at) in keys.iter().zip(1_u64..) {
            match replies.sort(*key, Duration::from_millis(1_000 + at * apart_ms)) {
                Sorted::Keys(keys) => passed.extend(keys),
                Sorted::Swallowed => {}
                Sorted::Reply(answer) => answers.push(answer),
            }
        }
        (passed, answers)
    }

    fn answer(payload: &str, end: KeyEvent) -> Vec<KeyEvent> {
        let mut keys = vec![key(']', KeyModifiers::ALT)];
        keys.extend(payload.chars().map(|c| key(c, KeyModifiers::NONE)));
        keys.push(end);
        keys
    }

    /// Hazards 43: terminal replies are never a command.
    #[test]
    fn answers_are_no_keys_whatever_their_end() {
        for end in [key('\\', KeyModifiers::ALT), key('g', KeyModifiers::CONTROL)] {
            let mut keys = answer("11;rgb:ffff/ffff/ffff", end);
            keys.push(key('q', KeyModifiers::NONE));
            let (passed, answers) = feed(&keys, 1);
            assert_eq!(passed, [key('q', KeyModifiers::NONE)]);
            assert_eq!(answers, ["11;rgb:ffff/ffff/ffff"]);
        }
    }

    #[test]
    fn an_answer_whose_escape_came_apart_is_one_too() {
        let mut keys = answer("11;rgb:0/0/0", key('\\', KeyModifiers::ALT));
        keys[0] = key(']', KeyModifiers::NONE);
        keys.insert(0, KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let (passed, answers) = feed(&keys, 1);
        assert_eq!(passed, [keys[0]]);
        assert_eq!(answers, ["11;rgb:0/0/0"]);
    }

    #[test]
    fn an_answer_that_stops_in_the_middle_is_no_command_either() {
        let answer = answer("11;rgb:ffff/ffff/ffff", key('g', KeyModifiers::CONTROL));
        for cut in 3..answer.len() {
            let mut replies = Replies::default();
            for (at, key) in answer.iter().enumerate() {
                let pause = if at >= cut { 900 } else { 0 };
                let now = Duration::from_millis(5_000 + pause);
                assert!(!matches!(replies.sort(*key, now), Sorted::Keys(_)), "{cut} {at}");
            }
        }
    }

    #[test]
    fn a_person_who_types_the_like_is_heard() {
        let keys = [key(']', KeyModifiers::ALT), key('1', KeyModifiers::NONE)];
        assert_eq!(feed(&keys, 200).0, keys);
        let keys = [key(']', KeyModifiers::ALT), key('j', KeyModifiers::NONE)];
        assert_eq!(feed(&keys, 1).0, keys);
        let keys = [key(']', KeyModifiers::NONE), key('1', KeyModifiers::NONE)];
        assert_eq!(feed(&keys, 1).0, keys);
    }
}

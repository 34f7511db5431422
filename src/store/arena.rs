//! Byte strings end to end in one allocation, addressed by four-byte offsets.

use std::collections::HashMap;
use std::ops::Range;

/// Where a string lies in its [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    len: u16,
}

/// The strings of a column.
#[derive(Debug, Default)]
pub(super) struct Arena {
    bytes: Vec<u8>,
}

impl Arena {
    /// Appends `text`, of which at most 65,535 bytes are kept; `None` once four gibibytes are full.
    pub(super) fn push(&mut self, text: &[u8]) -> Option<Span> {
        let start = u32::try_from(self.bytes.len()).ok()?;
        let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
        start.checked_add(u32::from(len))?;
        self.bytes.extend_from_slice(&text[..usize::from(len)]);
        Some(Span { start, len })
    }

    /// Bytes that are held, whether or not anything still refers to them.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        &self.bytes[span.range()]
    }

    /// The bytes that lie in this range.
    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }
}

/// The length of a name that lies elsewhere.
const ELSEWHERE: u16 = u16::MAX;

/// Where the id and the filename of each file lie: the name right behind the id, as they come, unless
/// it was given later or is very long.
#[derive(Debug, Default)]
pub(super) struct Spans {
    starts: Vec<u32>,
    key_lens: Vec<u16>,
    name_lens: Vec<u16>,
    /// The names that lie elsewhere, by their rows.
    elsewhere: HashMap<usize, Span>,
}

impl Span {
    pub(super) fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.len)
    }

    pub(super) fn len(self) -> usize {
        usize::from(self.len)
    }
}

impl Spans {
    pub(super) fn push(&mut self, key: Span, name: Span) {
        self.starts.push(key.start);
        self.key_lens.push(key.len);
        self.name_lens.push(0);
        self.set_name(self.starts.len() - 1, name);
    }

    pub(super) fn key(&self, row: usize) -> Span {
        Span { start: self.starts[row], len: self.key_lens[row] }
    }

    pub(super) fn name(&self, row: usize) -> Span {
        let len = self.name_lens[row];
        if len == ELSEWHERE
            && let Some(name) = self.elsewhere.get(&row)
        {
            return *name;
        }
        Span { start: self.starts[row] + u32::from(self.key_lens[row]), len }
    }

    pub(super) fn set(&mut self, row: usize, key: Span, name: Span) {
        self.starts[row] = key.start;
        self.key_lens[row] = key.len;
        self.set_name(row, name);
    }

    pub(super) fn set_name(&mut self, row: usize, name: Span) {
        let is_behind = name.range().start == self.key(row).range().end;
        if is_behind && name.len < ELSEWHERE {
            if self.name_lens[row] == ELSEWHERE {
                self.elsewhere.remove(&row);
            }
            self.name_lens[row] = name.len;
        } else {
            self.name_lens[row] = ELSEWHERE;
            self.elsewhere.insert(row, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_lie() {
        let mut rng = fastrand::Rng::with_seed(5);
        let (mut arena, mut spans, mut plain) = (Arena::default(), Spans::default(), vec![]);
        let text = |rng: &mut fastrand::Rng| {
            let length = [0, 3, 30, 65_534, 65_535][rng.usize(..5)];
            vec![rng.u8(b'a'..=b'z'); length]
        };
        for _ in 0..200 {
            let (key, name) = (text(&mut rng), text(&mut rng));
            let place = (arena.push(&key).unwrap(), arena.push(&name).unwrap());
            match rng.usize(..=plain.len()) {
                row if row == plain.len() || rng.bool() => {
                    spans.push(place.0, place.1);
                    plain.push((key, name));
                }
                row if rng.bool() => {
                    spans.set(row, place.0, place.1);
                    plain[row] = (key, name);
                }
                row => {
                    spans.set_name(row, place.1);
                    plain[row].1 = name;
                }
            }
            for (row, (key, name)) in plain.iter().enumerate() {
                assert!(arena.get(spans.key(row)) == key && arena.get(spans.name(row)) == name);
            }
        }
        let elsewhere = spans.name_lens.iter().filter(|len| **len == ELSEWHERE).count();
        assert_eq!(spans.elsewhere.len(), elsewhere, "nothing is left beside it");
    }
}

//! Few different texts, each held once.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// What stands in for texts for which there was no number left: a JSON object, as extra fields are.
const TOO_MANY: &[u8] = b"{\"\":\"(too many different values)\"}";

/// Few different texts, each held once and as long as it is used. At most `MOST` at a time; what is
/// new beyond that shares the number `MOST`: a service that makes up that many is not worth more
/// memory.
#[derive(Debug, Default)]
pub(super) struct Interner<const MOST: u32> {
    texts: Vec<Text>,
    free: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Text {
    text: Box<[u8]>,
    uses: u32,
}

impl<const MOST: u32> Interner<MOST> {
    /// The number of `text`, which is used once more.
    pub(super) fn intern(&mut self, text: &[u8]) -> u32 {
        if let Some(number) = self.find(text) {
            self.texts[number as usize].uses += 1;
            return number;
        }
        let held = Text { text: text.into(), uses: 1 };
        let number = match self.free.pop() {
            Some(number) => {
                self.texts[number as usize] = held;
                number
            }
            None if self.texts.len() < MOST as usize => {
                self.texts.push(held);
                u32::try_from(self.texts.len() - 1).unwrap_or(MOST)
            }
            None => return MOST,
        };
        let (texts, hasher) = (&self.texts, &self.hasher);
        let hash_of = |number: &u32| hasher.hash_one(&*texts[*number as usize].text);
        self.numbers.insert_unique(hash_of(&number), number, hash_of);
        number
    }

    /// The text with this number is used once less; then it may be another text's.
    pub(super) fn release(&mut self, number: u32) {
        let Some(held) = self.texts.get_mut(number as usize) else { return };
        held.uses -= 1;
        if held.uses == 0 {
            let text = std::mem::take(&mut held.text);
            if let Ok(entry) =
                self.numbers.find_entry(self.hasher.hash_one(&*text), |other| *other == number)
            {
                entry.remove();
            }
            self.free.push(number);
        }
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        self.texts.get(number as usize).map_or(TOO_MANY, |held| &held.text)
    }

    /// For each number that may be in use, the place of its text among all; the same for the same
    /// text.
    pub(super) fn ranks(&self) -> Vec<u64> {
        let mut texts: Vec<&[u8]> = self.texts.iter().map(|held| &*held.text).collect();
        texts.push(TOO_MANY);
        texts.sort_unstable();
        let rank = |number| texts.partition_point(|text| *text < self.get(number)) as u64;
        (0..=u32::try_from(self.texts.len()).unwrap_or(MOST).min(MOST)).map(rank).collect()
    }

    /// Whether `number` stands for `text`, as far as can be told.
    pub(super) fn holds(&self, number: u32, text: &[u8]) -> bool {
        if number == MOST { self.find(text).is_none() } else { self.get(number) == text }
    }

    fn find(&self, text: &[u8]) -> Option<u32> {
        let same = |number: &u32| &*self.texts[*number as usize].text == text;
        self.numbers.find(self.hasher.hash_one(text), same).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_held_while_they_are_used() {
        let mut interner = Interner::<2>::default();
        let (a, b) = (interner.intern(b"a"), interner.intern(b"b"));
        assert_eq!(
            (interner.intern(b"a"), interner.get(a), interner.get(b)),
            (a, &b"a"[..], &b"b"[..])
        );
        let full = interner.intern(b"c");
        assert!(full == 2 && interner.holds(full, b"c") && !interner.holds(full, b"a"));
        interner.release(a);
        assert_eq!(interner.get(a), b"a", "it is used once more");
        interner.release(a);
        let c = interner.intern(b"c");
        assert_eq!((c, interner.get(c)), (a, &b"c"[..]), "its number is free again");
        assert_eq!(interner.intern(b"a"), 2);
        interner.release(2);
    }
}

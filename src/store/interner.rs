//! Few different texts, each held once.

use std::collections::HashMap;

/// Few different texts, each held once.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u16>,
}

impl Interner {
    /// The number of `text`. After 65,535 different ones, what is new shares the last number: a
    /// service that makes up that many is not worth more memory.
    pub(super) fn intern(&mut self, text: &[u8]) -> u16 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
        if number < u16::MAX {
            self.texts.push(text.into());
            self.numbers.insert(text.into(), number);
        } else if self.texts.len() == usize::from(u16::MAX) {
            self.texts.push(b"{\"\":\"(too many different values)\"}".as_slice().into());
        }
        number
    }

    pub(super) fn get(&self, number: u16) -> &[u8] {
        &self.texts[usize::from(number)]
    }
}

//! A stretch of a content, held in memory as lines: it grows at both ends, and what is far from where
//! somebody looks is dropped.
//!
//! A line is known by the offset of its first byte, which nothing changes. However the bytes are cut
//! that come in, the lines are those of the whole. It knows neither who reads nor what is looked at.

mod block;

use std::collections::VecDeque;
use std::ops::Range;

use super::results::Meaning;
use block::{Block, join, make_line};

/// Bytes that are held at most, with what is kept of each line.
pub const MOST_HELD: usize = 16 * 1_024 * 1_024;
/// Bytes of a line at most: of a longer one only the beginning is kept.
pub const MOST_OF_A_LINE: usize = 16 * 1_024 * 1_024;
/// What is kept of a line that is too long.
const KEPT_OF_A_LINE: usize = 4 * 1_024;

/// The number of a line, from 1: from the start of the content, or from its end where what lies before
/// was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Counted from the first line.
    FromStart(u64),
    /// Counted from the last line.
    FromEnd(u64),
}

/// A line that is held.
#[derive(Clone, Copy, Debug)]
pub struct HeldLine<'a> {
    /// The offset of its first byte.
    pub at: u64,
    /// Its number.
    pub number: Number,
    /// Its bytes, without the line break; of one that is too long, its beginning.
    pub bytes: &'a [u8],
    /// Its length in bytes, without the line break.
    pub length: u64,
    /// What it says; nothing while it is still coming, or where it is too long.
    pub meaning: Option<&'a Meaning>,
}

impl HeldLine<'_> {
    /// Whether it is too long to be held.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// A stretch of a content.
#[derive(Clone, Debug)]
pub struct Window {
    blocks: VecDeque<Block>,
    /// The line that is still coming, as far as it is kept, where it begins, and how long it is.
    coming: Vec<u8>,
    coming_at: u64,
    coming_length: u64,
    /// Bytes of all blocks.
    held: usize,
    /// Lines of all blocks.
    lines: usize,
    /// How many lines lie before the first one, or behind the last one.
    before: Number,
}

impl Window {
    /// An empty stretch that begins with the line at this offset, before which there are so many.
    #[must_use]
    pub fn from_line(at: u64, before: u64) -> Self {
        Self {
            blocks: VecDeque::new(),
            coming: vec![],
            coming_at: at,
            coming_length: 0,
            held: 0,
            lines: 0,
            before: Number::FromStart(before),
        }
    }

    /// An empty stretch that begins at this offset, with whatever is to come up to the end.
    #[must_use]
    pub fn up_to_the_end(at: u64) -> Self {
        Self { before: Number::FromEnd(0), ..Self::from_line(at, 0) }
    }

    /// Where the first line begins that is held.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.blocks.front().map_or(self.coming_at, |block| block.at)
    }

    /// Where the next byte belongs.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.coming_at + self.coming_length
    }

    /// Bytes that are held, with what is kept of each line.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held + self.coming.capacity()
    }

    /// Whether it has no line at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines() == 0
    }

    /// How many lines it has, the one that is still coming among them.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines + usize::from(self.coming_length > 0)
    }

    /// Adds the next bytes, and has `each` told of each line that is whole by them: where it stands,
    /// and what it says, but for one that is too long.
    pub fn append(&mut self, bytes: &[u8], mut each: impl FnMut(Range<u64>, Option<&Meaning>)) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, behind) = rest.split_at(end + 1);
            if self.coming_length == 0 {
                let at = self.coming_at;
                self.push(at, line, line.len() as u64, &mut each);
                self.coming_at += line.len() as u64;
            } else {
                self.extend(line);
                self.finish(&mut each);
            }
            rest = behind;
        }
        if !rest.is_empty() {
            self.extend(rest);
        }
    }

    /// There are no more bytes: what came of the last line is all of it.
    pub fn finish(&mut self, mut each: impl FnMut(Range<u64>, Option<&Meaning>)) {
        if self.coming_length == 0 {
            return;
        }
        let (line, length) = (std::mem::take(&mut self.coming), self.coming_length);
        let at = self.coming_at;
        self.coming_at += length;
        self.coming_length = 0;
        self.push(at, &line, length, &mut each);
    }

    /// Adds bytes to the line that is still coming.
    fn extend(&mut self, bytes: &[u8]) {
        self.coming_length += bytes.len() as u64;
        if self.coming_length > MOST_OF_A_LINE as u64 {
            let room = KEPT_OF_A_LINE.saturating_sub(self.coming.len());
            self.coming.extend_from_slice(&bytes[..bytes.len().min(room)]);
            self.coming.truncate(KEPT_OF_A_LINE);
            self.coming.shrink_to_fit();
            return;
        }
        let needed = self.coming.len() + bytes.len();
        if needed > self.coming.capacity() {
            // Not twice as much: it may be nearly all that there is room for.
            self.coming.reserve_exact(bytes.len() + (needed / 4).min(1 << 20));
        }
        self.coming.extend_from_slice(bytes);
    }

    fn push(
        &mut self,
        at: u64,
        line: &[u8],
        length: u64,
        each: &mut impl FnMut(Range<u64>, Option<&Meaning>),
    ) {
        let block = make_line(at, line, length);
        each(at..at + length, block.lines.last().and_then(|entry| entry.meaning.as_ref()));
        self.lines += 1;
        match self.blocks.back_mut() {
            Some(last) if last.takes(line.len()) && length == line.len() as u64 => {
                self.held -= last.held();
                join(last, block);
                self.held += last.held();
            }
            _ => {
                self.held += block.held();
                self.blocks.push_back(block);
            }
        }
    }

    /// Puts whole lines before the first one. They begin at `at`, and end where it begins.
    pub fn prepend(
        &mut self,
        at: u64,
        bytes: &[u8],
        mut each: impl FnMut(Range<u64>, Option<&Meaning>),
    ) {
        let mut more = Self::from_line(at, 0);
        more.append(bytes, &mut each);
        more.finish(&mut each);
        if let Number::FromStart(before) = &mut self.before {
            *before = before.saturating_sub(more.lines as u64);
        }
        self.lines += more.lines;
        self.held += more.held;
        for block in more.blocks.into_iter().rev() {
            self.blocks.push_front(block);
        }
    }

    /// Drops blocks from the start until no more than `most` bytes are held, but nothing from the line
    /// at `keep` on.
    pub fn drop_before(&mut self, keep: u64, most: usize) {
        while self.held() > most
            && let Some(first) = self.blocks.front()
            && first.end() <= keep
        {
            if let Number::FromStart(before) = &mut self.before {
                *before += first.lines.len() as u64;
            }
            self.held -= first.held();
            self.lines -= first.lines.len();
            self.blocks.pop_front();
        }
    }

    /// Drops what is behind until no more than `most` bytes are held, but nothing up to the line at
    /// `keep`; tells whether anything was dropped.
    pub fn drop_behind(&mut self, keep: u64, most: usize) -> bool {
        let mut dropped = false;
        while self.held() > most {
            let is_last = self.coming_length > 0 && self.coming_at > keep;
            if is_last {
                self.coming = vec![];
                self.coming_length = 0;
            } else if let Some(last) = self.blocks.back()
                && self.coming_length == 0
                && last.at > keep
            {
                if let Number::FromEnd(behind) = &mut self.before {
                    *behind += last.lines.len() as u64;
                }
                self.held -= last.held();
                self.lines -= last.lines.len();
                self.coming_at = last.at;
                self.blocks.pop_back();
            } else {
                break;
            }
            dropped = true;
        }
        dropped
    }

    /// Whether these bytes, which begin at `at`, are the ones that are held there; what is not held is
    /// not compared.
    #[must_use]
    pub fn agrees(&self, at: u64, bytes: &[u8]) -> bool {
        let end = at + bytes.len() as u64;
        let coming = (self.coming_at, self.coming.as_slice());
        let blocks = self.blocks.iter().map(|block| (block.at, block.bytes.as_slice()));
        let overlapping = blocks
            .chain([coming])
            .filter(|(from, held)| *from < end && *from + held.len() as u64 > at);
        overlapping.into_iter().all(|(from, held)| {
            let (low, high) = (from.max(at), (from + held.len() as u64).min(end));
            let part = |bytes: &'_ [u8], base: u64| -> Vec<u8> {
                let at = |offset: u64| usize::try_from(offset - base).unwrap_or(usize::MAX);
                bytes.get(at(low)..at(high)).unwrap_or_default().to_vec()
            };
            part(held, from) == part(bytes, at)
        })
    }

    /// The line that this offset lies in.
    #[must_use]
    pub fn line(&self, offset: u64) -> Option<HeldLine<'_>> {
        self.lines_from(offset)
            .next()
            .filter(|line| line.at <= offset && offset < self.end().max(1))
    }

    /// The lines from the one on that this offset lies in, or the first one that is held behind it.
    pub fn lines_from(&self, offset: u64) -> impl Iterator<Item = HeldLine<'_>> {
        let block = self.blocks.partition_point(|block| block.end() <= offset);
        let index = self.blocks.get(block).map_or(0, |block| block.index_of(offset));
        let before: usize = self.blocks.iter().take(block).map(|block| block.lines.len()).sum();
        let mut place = (block, index, before + index);
        std::iter::from_fn(move || {
            let line = self.at_place(place)?;
            let (block, index, number) = place;
            let has_next = self.blocks.get(block).is_some_and(|held| index + 1 < held.lines.len());
            place =
                if has_next { (block, index + 1, number + 1) } else { (block + 1, 0, number + 1) };
            Some(line)
        })
    }

    /// The line at a place: of a block, an index in it, and one among all.
    fn at_place(&self, (block, index, number): (usize, usize, usize)) -> Option<HeldLine<'_>> {
        let number = self.number(number);
        if let Some(block) = self.blocks.get(block) {
            let (at, bytes, length, meaning) = block.line(index);
            return Some(HeldLine { at, number, bytes, length, meaning });
        }
        let is_coming = block == self.blocks.len() && self.coming_length > 0;
        is_coming.then(|| HeldLine {
            at: self.coming_at,
            number,
            bytes: &self.coming,
            length: self.coming_length,
            meaning: None,
        })
    }

    fn number(&self, index: usize) -> Number {
        match self.before {
            Number::FromStart(before) => Number::FromStart(before + index as u64 + 1),
            Number::FromEnd(behind) => {
                let rest = self.lines().saturating_sub(index) as u64;
                Number::FromEnd(behind + rest)
            }
        }
    }

    /// How many lines lie before the first one, where that is known.
    #[must_use]
    pub fn lines_before(&self) -> Option<u64> {
        match self.before {
            Number::FromStart(before) => Some(before),
            Number::FromEnd(_) => None,
        }
    }

    /// Where the line before the one at `at` begins.
    #[must_use]
    pub fn before(&self, at: u64) -> Option<u64> {
        if at > self.coming_at && self.coming_length > 0 {
            return Some(self.coming_at);
        }
        let block = self.blocks.partition_point(|block| block.at < at).checked_sub(1)?;
        let block = &self.blocks[block];
        let index = block.lines.partition_point(|line| block.at + u64::from(line.at) < at);
        Some(block.at + u64::from(block.lines[index.checked_sub(1)?].at))
    }

    /// Where the line behind the one at `at` begins.
    #[must_use]
    pub fn behind(&self, at: u64) -> Option<u64> {
        self.lines_from(at).find(|line| line.at > at).map(|line| line.at)
    }

    /// Whether the last line is a whole one: it is broken, or it is JSON. What follows it by then is
    /// not known.
    #[must_use]
    pub fn last_is_complete(&self) -> bool {
        let Some(last) = self.last().and_then(|at| self.line(at)) else { return false };
        let is_broken_off = last.at + last.length == self.end();
        !is_broken_off || last.meaning.is_some_and(|meaning| !matches!(meaning, Meaning::Broken))
    }

    /// Where the last line begins.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.before(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nothing(_: Range<u64>, _: Option<&Meaning>) {}

    fn held(window: &Window) -> Vec<(u64, Vec<u8>)> {
        window.lines_from(0).map(|line| (line.at, line.bytes.to_vec())).collect()
    }

    /// The lines of a text, by what everybody means by that.
    fn split(text: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut lines = vec![];
        let mut at = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            lines.push((at, line.strip_suffix(b"\n").unwrap_or(line).to_vec()));
            at += line.len() as u64;
        }
        lines
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![3 => Just(b'\n'), 8 => any::<u8>()], 0..300)
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_whole_however_it_is_cut(text in text(), cuts in proptest::collection::vec(0_usize..40, 1..60)) {
            let mut window = Window::from_line(0, 0);
            let mut counted = 0;
            let mut rest = &text[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() || cuts.iter().all(|cut| *cut == 0) {
                    break;
                }
                let (piece, behind) = rest.split_at((*cut).min(rest.len()));
                window.append(piece, |_, _| counted += 1);
                rest = behind;
                let so_far = &text[..text.len() - rest.len()];
                prop_assert_eq!(held(&window), split(so_far));
                prop_assert_eq!(window.end(), so_far.len() as u64);
            }
            window.append(rest, |_, _| counted += 1);
            window.finish(|_, _| counted += 1);
            let lines = split(&text);
            prop_assert_eq!(counted, lines.len());
            prop_assert_eq!(held(&window), lines.clone());
            let ats: Vec<u64> = lines.iter().map(|line| line.0).collect();
            for pair in ats.windows(2) {
                prop_assert_eq!(window.behind(pair[0]), Some(pair[1]));
                prop_assert_eq!(window.before(pair[1]), Some(pair[0]));
            }
            prop_assert_eq!(window.last(), ats.last().copied());
            for (index, (at, bytes)) in lines.iter().enumerate() {
                let line = window.line(*at + bytes.len() as u64 / 2).unwrap();
                prop_assert_eq!(line.at, *at);
                prop_assert_eq!(line.number, Number::FromStart(index as u64 + 1));
            }
            prop_assert!(window.agrees(0, &text));
            if !text.is_empty() {
                let mut other = text.clone();
                other[text.len() / 2] ^= 1;
                prop_assert!(!window.agrees(0, &other));
            }
        }

        #[test]
        fn what_is_put_before_and_dropped_is_as_if_it_had_been_there(text in text(), at in 0_usize..300) {
            let lines = split(&text);
            let at = at.min(lines.len());
            let from = lines.get(at).map_or(text.len(), |line| usize::try_from(line.0).unwrap());
            let mut window = Window::from_line(from as u64, at as u64);
            window.append(&text[from..], nothing);
            window.finish(nothing);
            window.prepend(0, &text[..from], nothing);
            prop_assert_eq!(held(&window), lines);
            prop_assert_eq!(window.lines_before(), Some(0));
            prop_assert_eq!(window.start(), 0);
        }
    }

    #[test]
    fn lines_are_numbered_from_the_end_where_the_start_is_not_known() {
        let mut window = Window::up_to_the_end(100);
        window.append(b"a\nb\nc", nothing);
        window.finish(nothing);
        let numbers: Vec<Number> = window.lines_from(0).map(|line| line.number).collect();
        assert_eq!(numbers, [3, 2, 1].map(Number::FromEnd));
        window.prepend(98, b"z\n", nothing);
        assert_eq!(window.line(98).unwrap().number, Number::FromEnd(4));
    }

    /// However much comes, what is held stays within its bound, and what is looked at stays.
    #[test]
    fn memory_is_bounded_at_both_ends() {
        let line = format!(
            "{{\"custom_id\":\"a\",\"status\":\"succeeded\",\"x\":\"{}\"}}\n",
            "x".repeat(500)
        );
        let piece = line.repeat(400);
        let mut window = Window::from_line(0, 0);
        for _ in 0..100 {
            window.append(piece.as_bytes(), nothing);
            window.drop_before(u64::MAX, MOST_HELD);
            assert!(window.held() <= MOST_HELD);
        }
        let first = window.lines_from(0).next().unwrap();
        assert_eq!(first.at, window.start());
        assert_eq!(first.number, Number::FromStart(first.at / line.len() as u64 + 1));
        let kept = window.start();
        window.drop_before(kept, 0);
        assert_eq!(window.start(), kept, "what is looked at stays");
        let many = window.lines();
        assert!(window.drop_behind(kept, MOST_HELD / 2));
        assert!(window.lines() < many && window.held() <= MOST_HELD / 2);
        assert_eq!(window.start(), kept);
        assert_eq!(window.end() % line.len() as u64, 0, "it goes on where it ends");
        assert!(!window.drop_behind(u64::MAX, 0));
    }

    /// Hazards of operations 26: a line without an end.
    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_is_read() {
        let mut window = Window::from_line(0, 0);
        let mut told = vec![];
        window.append(b"{}\n", |line, meaning| told.push((line.start, meaning.is_some())));
        for _ in 0..40 {
            window.append(&vec![b'x'; 1 << 20], nothing);
            assert!(window.held() <= MOST_OF_A_LINE + (1 << 21), "{}", window.held());
        }
        window.append(b"\n[1]\n", |line, meaning| told.push((line.start, meaning.is_some())));
        let long = (40 << 20) + 1;
        assert_eq!(told, [(0, true), (3, false), (3 + long, true)]);
        let lines: Vec<HeldLine<'_>> = window.lines_from(0).collect();
        assert!(lines[1].is_skipped() && lines[1].bytes.len() == KEPT_OF_A_LINE);
        assert_eq!((lines[1].length, lines[2].bytes), (long, &b"[1]"[..]));
        assert_eq!(window.line(1_000_000).unwrap().at, 3);
        assert!(window.held() < 1 << 20);
    }
}

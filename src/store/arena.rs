//! Byte strings end to end in one allocation, addressed by four-byte offsets.

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

/// Spans without the two bytes of padding that a `Vec<Span>` would spend on each.
#[derive(Debug, Default)]
pub(super) struct Spans {
    starts: Vec<u32>,
    lens: Vec<u16>,
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
    pub(super) fn push(&mut self, span: Span) {
        self.starts.push(span.start);
        self.lens.push(span.len);
    }

    pub(super) fn get(&self, row: usize) -> Span {
        Span { start: self.starts[row], len: self.lens[row] }
    }

    pub(super) fn set(&mut self, row: usize, span: Span) {
        self.starts[row] = span.start;
        self.lens[row] = span.len;
    }
}

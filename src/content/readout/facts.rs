//! What there is to be said of a content that is being read.

use super::{ContentSource, Hindrance, Parts, Readout, Tally, Window};
use crate::api::content::ContentHead;

impl Readout {
    /// The number that no reading had yet.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// The numbers of the readings that are under way.
    pub fn under_way(&self) -> impl Iterator<Item = u64> {
        let flow = self.flow.as_ref().map(|flow| flow.number);
        flow.into_iter().chain(self.aside.as_ref().map(|aside| aside.number))
    }

    /// Where the content comes from.
    #[must_use]
    pub fn source(&self) -> &ContentSource {
        &self.source
    }

    /// The size that the list says.
    #[must_use]
    pub fn listed(&self) -> Option<u64> {
        self.listed
    }

    /// The lines that are held.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Bytes that are held, of lines and of what is on its way.
    #[must_use]
    pub fn held(&self) -> usize {
        let others = self.stash.as_ref().map_or(0, Window::held);
        let coming = self.aside.as_ref().map_or(0, |aside| aside.bytes.len());
        self.window.held() + others + coming + self.begin.len()
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The head of the first answer.
    #[must_use]
    pub fn head(&self) -> Option<&ContentHead> {
        self.head.as_ref()
    }

    /// How many bytes there are: as was seen or announced, or as the list says.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.end.or(self.known.total).or(self.listed)
    }

    /// The size that the list says, where the content turned out to have another one.
    #[must_use]
    pub fn other_size_listed(&self) -> Option<u64> {
        self.listed.filter(|listed| self.end.is_some_and(|end| end != *listed))
    }

    /// Whether nobody said how many bytes there are, so that only the last line tells whether it is all.
    #[must_use]
    pub fn has_no_length(&self) -> bool {
        self.known.total.or(self.listed).is_none()
    }

    /// Bytes of the lines that were counted.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counted.iter().map(|range| range.end - range.start).sum()
    }

    /// Why it is not read on, if so.
    #[must_use]
    pub fn hindrance(&self) -> Option<&Hindrance> {
        self.hindrance.as_ref()
    }

    /// Why the last try failed, while another one is under way.
    #[must_use]
    pub fn tried_in_vain(&self) -> Option<&str> {
        self.vain.as_deref()
    }

    /// The first bytes, where they are no text.
    #[must_use]
    pub fn binary(&self) -> Option<&[u8]> {
        self.binary.then_some(&self.begin[..])
    }

    /// Whether the last line that is held is the last one of all.
    #[must_use]
    pub fn is_at_the_end(&self) -> bool {
        self.end == Some(self.window.end())
    }

    /// Whether the first line that is held is the first one of all.
    #[must_use]
    pub fn is_at_the_start(&self) -> bool {
        self.window.start() == 0
    }

    /// Whether lines from elsewhere are on their way: `true` where they lie above.
    #[must_use]
    pub fn fetches(&self) -> Option<bool> {
        self.aside.as_ref().map(|aside| aside.to.is_some())
    }

    /// Whether pieces are on their way.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.flow.as_ref().is_some_and(|flow| flow.called > 0)
    }

    /// How far it is read again, where what is there has to be passed over first.
    #[must_use]
    pub fn passed_over(&self) -> Option<u64> {
        let at = self.flow.as_ref()?.at?;
        Some(at).filter(|at| *at < self.window.end())
    }

    /// Whether lines that were dropped can be had again.
    #[must_use]
    pub fn has_parts(&self) -> bool {
        self.parts != Parts::Refused
    }
}

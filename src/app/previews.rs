//! The first lines of the contents that were looked at last, for the detail of their files.

use std::collections::VecDeque;

use crate::content::window::Window;
use crate::text::{Untrusted, UntrustedRef};

/// Contents that are remembered, and lines and bytes of each.
const MOST_CONTENTS: usize = 16;
const MOST_LINES: usize = 6;
const MOST_OF_A_LINE: usize = 512;

/// The first lines of some contents, by the id of their file, the newest last.
#[derive(Clone, Debug, Default)]
pub(super) struct Previews(VecDeque<(Untrusted, Vec<Untrusted>)>);

impl Previews {
    /// Takes the first lines, where more of them are known than before.
    pub(super) fn note(&mut self, id: &Untrusted, window: &Window) {
        if window.start() > 0 {
            return;
        }
        let known = self.of(id.borrow()).map_or(0, <[_]>::len);
        let whole = window.lines_from(0).take_while(|line| line.meaning.is_some()).take(MOST_LINES);
        let lines: Vec<Untrusted> = whole
            .map(|line| Untrusted::new(&line.bytes[..line.bytes.len().min(MOST_OF_A_LINE)]))
            .collect();
        if lines.len() <= known {
            return;
        }
        self.0.retain(|(other, _)| other != id);
        self.0.push_back((id.clone(), lines));
        if self.0.len() > MOST_CONTENTS {
            self.0.pop_front();
        }
    }

    /// The first lines of a file's content.
    pub(super) fn of(&self, id: UntrustedRef<'_>) -> Option<&[Untrusted]> {
        let found = self.0.iter().find(|(other, _)| other.borrow() == id);
        found.map(|(_, lines)| lines.as_slice())
    }
}

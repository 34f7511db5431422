//! Texts that go to the clipboard.

use std::io;

use super::{Dashboard, End, Message, tmux};
use crate::app::event::{Copied, Event};

impl Dashboard<'_> {
    /// Sends a text to the clipboard: to the terminal's in any case, since the environment may speak
    /// of a tmux that is not what shows the program.
    pub(super) fn copy(&mut self, text: String, what: String) -> io::Result<Option<End>> {
        self.screen.copy(&text)?;
        if !tmux::is_here() {
            return self.update(Event::Copied { what, how: Copied::ToTerminal });
        }
        let sender = self.sender.clone();
        self.background.spawn(async move {
            let how = tmux::copy(&text).await;
            let _ = sender.send(Message::Event(Event::Copied { what, how })).await;
        });
        Ok(None)
    }
}

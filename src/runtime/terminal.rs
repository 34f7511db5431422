//! The terminal: taken over in one place, given back in one place, whatever happens.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::force_color_output;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use crate::app::App;
use crate::view;
use crate::view::theme::Theme;

/// Bytes collected before a write: more than a frame of any usual size.
const FRAME_BYTES: usize = 256 * 1_024;

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Out = BufWriter<File>;

/// The terminal in raw mode on its alternate screen; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Out>>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where it cannot be; it is as before then.
    pub fn enter() -> io::Result<Self> {
        // Written to directly: the standard library's own buffer would split a frame.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let out = BufWriter::with_capacity(FRAME_BYTES, out);
        // Whether there is colour was decided already, in the theme.
        force_color_output(true);
        let mut terminal = Terminal::new(CrosstermBackend::new(out))?;
        take(terminal.backend_mut()).inspect_err(|_| give_back())?;
        Ok(Self { terminal })
    }

    /// Gives the terminal back as it was. What fails here fails silently: it may be gone.
    pub fn leave(&mut self) {
        let _ = self.terminal.backend_mut().flush();
        give_back();
    }

    /// Takes the terminal over again and forgets what it showed.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn reenter(&mut self) -> io::Result<()> {
        // A shell may have changed the modes behind our back: they are set from the ground up.
        if TAKEN.load(Ordering::SeqCst) {
            disable_raw_mode()?;
        }
        take(self.terminal.backend_mut())?;
        // Resizing clears. `Terminal::clear` would ask the terminal where its cursor is, and take
        // the answer away from our own input.
        let (width, height) = size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Draws one frame; only what changed is written, in one go.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn draw(&mut self, app: &App, theme: &Theme) -> io::Result<()> {
        self.terminal.draw(|frame| view::draw(app, theme, frame)).map(drop)
    }

    /// Puts `text` on the clipboard of the terminal (OSC 52).
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// The terminal's size in columns and rows.
///
/// # Errors
/// Where it does not tell.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

fn take(out: &mut impl Write) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
}

/// Leaves the terminal usable where it takes no more output, so that nothing can be written to it.
pub(super) fn abandon() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
    }
}

fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}

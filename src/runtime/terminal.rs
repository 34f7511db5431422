//! The terminal: taken over in one place, given back in one place, whatever happens.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use crossterm::{cursor, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::changes::changes;
use super::frame::write_cells;
use super::output::{self, Patient};
use super::sorter::Sorter;
use super::tty;
use crate::account::alerts::Alert;
use crate::app::App;
use crate::notify::{NO_PROGRESS, Notifier};
use crate::view;

/// Buttons and dragging, reported so that no column is too far to the right. Mere motion is not
/// asked for: it would wake the program for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// Put the window's title on the terminal's own stack, and take it from there.
const KEEP_TITLE: &str = "\x1b[22;2t";
const RESTORE_TITLE: &str = "\x1b[23;2t";
/// What colour is the background? The answer comes as input.
const ASK_BACKGROUND: &str = "\x1b]11;?\x1b\\";

/// How long a terminal may take to answer that all it had to say was said, before it is left.
const LAST_WORDS: Duration = Duration::from_millis(150);

/// Whether the terminal shows how far a work is.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal in raw mode on its alternate screen; dropping it gives the terminal back.
///
/// It keeps what the terminal shows and writes the difference to the next frame, and nothing at all
/// where there is none: ratatui's own `Terminal` would write a few bytes for every frame. A frame is
/// one write, between the marks of a synchronised update (DEC mode 2026), so that no terminal that
/// knows them shows half of one; the others pass over them.
#[derive(Debug)]
pub struct Screen {
    /// Written to directly: the standard library's own buffer would split a frame.
    terminal: File,
    /// What is still to be written.
    out: Vec<u8>,
    shown: Buffer,
    next: Buffer,
    /// What the terminal shows is not known: it is emptied first.
    clear: bool,
    cursor: Option<Position>,
    mouse: bool,
    /// The window's title, once it was set.
    title: Option<String>,
    notifier: Notifier,
}

impl Screen {
    /// Takes the terminal over, with or without the mouse.
    ///
    /// # Errors
    /// Where it cannot be; it is as before then.
    pub fn enter(mouse: bool, notifier: Notifier) -> io::Result<Self> {
        let terminal = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let mut screen = Self {
            terminal,
            out: vec![],
            shown: Buffer::default(),
            next: Buffer::default(),
            clear: false,
            cursor: None,
            mouse,
            title: None,
            notifier,
        };
        screen.take()?;
        Ok(screen)
    }

    /// Asks the terminal, with the next frame, for the colour of its background; the answer, if any,
    /// comes as input.
    pub fn ask_background(&mut self) {
        self.out.extend(ASK_BACKGROUND.bytes());
    }

    /// Gives the terminal back as it was. What fails here fails silently: it may be gone.
    pub fn leave(&mut self) {
        let _ = self.flush();
        give_back();
    }

    /// Takes the terminal over again and forgets what it showed.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn reenter(&mut self) -> io::Result<()> {
        self.take()?;
        if let Some(title) = self.title.take() {
            self.set_title(&title)?;
        }
        self.cursor = None;
        self.forget(self.shown.area);
        Ok(())
    }

    /// The next frame begins with an empty terminal, which has this size now.
    fn forget(&mut self, area: Rect) {
        self.shown = Buffer::empty(area);
        self.next = Buffer::empty(area);
        self.clear = true;
    }

    /// Draws one frame; only what changed is written, in one go.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn draw(&mut self, app: &App) -> io::Result<()> {
        let area = Rect::from((Position::ORIGIN, app.size()));
        if area != self.shown.area {
            self.forget(area);
        }
        self.next.reset();
        let cursor = view::render(app, app.theme(), &mut self.next);
        let changes = changes(&self.shown, &self.next);
        let differs = !changes.is_empty();
        if differs || self.clear || cursor != self.cursor {
            queue!(self.out, BeginSynchronizedUpdate)?;
            if std::mem::take(&mut self.clear) {
                queue!(self.out, Clear(ClearType::All))?;
            }
            // A cursor that is seen must not be seen to travel.
            if differs && self.cursor.take().is_some() {
                queue!(self.out, cursor::Hide)?;
            }
            if differs {
                write_cells(&mut self.out, area.width, changes.into_iter())?;
            }
            match cursor {
                Some(at) if cursor != self.cursor => {
                    queue!(self.out, cursor::MoveTo(at.x, at.y), cursor::Show)?;
                }
                None if self.cursor.is_some() => queue!(self.out, cursor::Hide)?,
                _ => {}
            }
            self.cursor = cursor;
            queue!(self.out, EndSynchronizedUpdate)?;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.flush()
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn use_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        self.write(if mouse { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Sets the window's title to `text`, which is escaped already.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn set_title(&mut self, text: &str) -> io::Result<()> {
        self.title = Some(text.to_owned());
        self.write(&format!("\x1b]2;{text}\x1b\\"))
    }

    /// Shows how far the work is where the terminal does.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn show_progress(&mut self, per_cent: Option<u8>) -> io::Result<()> {
        let sequence = self.notifier.progress(per_cent);
        if !sequence.is_empty() {
            PROGRESS.store(per_cent.is_some(), Ordering::Relaxed);
            self.write(&sequence)?;
        }
        Ok(())
    }

    /// Rings and notifies, as the alert says.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn alert(&mut self, alert: &Alert) -> io::Result<()> {
        let bell = if alert.bell { "\x07" } else { "" };
        let notification =
            if alert.desktop { self.notifier.sequence(&alert.text) } else { String::new() };
        self.write(&format!("{bell}{notification}"))
    }

    fn write(&mut self, sequence: &str) -> io::Result<()> {
        self.out.extend(sequence.bytes());
        self.flush()
    }

    /// Writes what there is to write. What cannot be written is gone: it must not come after the
    /// terminal was given back, nor to another job that has it.
    fn flush(&mut self) -> io::Result<()> {
        if !tty::is_in_front(&self.terminal) {
            self.out.clear();
            self.forget(self.shown.area);
            return Ok(());
        }
        let written = Patient(&self.terminal).write_all(&self.out);
        self.out.clear();
        written
    }

    fn take(&mut self) -> io::Result<()> {
        tty::make_raw()?;
        let first = !TAKEN.swap(true, Ordering::SeqCst);
        if first {
            self.out.extend(KEEP_TITLE.bytes());
        }
        let Self { out, mouse, .. } = self;
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, cursor::Hide)?;
        out.extend(if *mouse { MOUSE_ON } else { MOUSE_OFF }.bytes());
        self.flush()
    }

    /// Puts `text` on the clipboard of the terminal (OSC 52).
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.out, CopyToClipboard::to_clipboard_from(text))?;
        self.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves the terminal usable where it takes no more output, so that nothing can be written to it: also
/// where giving it back has begun, and waits for that.
pub(super) fn abandon() {
    TAKEN.store(false, Ordering::SeqCst);
    tty::restore();
}

fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // What is read from now on is up to us.
        tty::leave_input();
        let may_write = tty::is_in_front(&io::stdout()) || !tty::stops_output(&io::stdout());
        if may_write
            && farewell().is_ok()
            && let Ok(mut keyboard) = tty::keyboard()
        {
            // Reports and answers that are on their way would be typed into the shell.
            let mut sorter = Sorter::default();
            tty::hear_up_to_fence(&mut keyboard, &mut sorter, LAST_WORDS, &mut vec![]);
        }
        tty::restore();
    }
}

/// Writes all that gives the terminal back but for its modes, reports off and a fence behind them.
fn farewell() -> io::Result<()> {
    let mut out = vec![];
    // The frame that was being written may lack its end.
    queue!(out, EndSynchronizedUpdate)?;
    if PROGRESS.swap(false, Ordering::Relaxed) {
        write!(out, "{NO_PROGRESS}")?;
    }
    write!(out, "{MOUSE_OFF}{RESTORE_TITLE}")?;
    queue!(out, DisableFocusChange, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show)?;
    write!(out, "{}", tty::FENCE)?;
    output::stdout().write_all(&out)
}

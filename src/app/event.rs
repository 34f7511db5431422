//! What can happen to the program: everything that [`App::update`](crate::app::App::update) is told.

use crossterm::event::{KeyEvent, MouseEvent};

use super::settings::Plan;
use crate::account::shelf::{Shelved, Unshelved};
use crate::api::call::{Reply, Ticket};
use crate::api::upload::UploadStage;
use crate::api::{Answer, ApiError};
use crate::content::Arrival;
use crate::jobs::dead::DeadPart;
use crate::jobs::job::JobFailure;
use crate::jobs::record::{Saved, UploadSource};
use crate::jobs::upload::{FileStamp, Sent, Upload};
use crate::jobs::{JobId, Told, Turn};
use crate::theme::Background;
use crate::validation::Report;

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    KeyPressed(KeyEvent),
    /// Text was pasted; it is never a command.
    Pasted(String),
    /// A mouse button was pressed or released, the pointer dragged, or the wheel turned.
    MouseUsed(MouseEvent),
    /// The terminal's window got, or lost, the keyboard.
    FocusChanged {
        /// Whether the window has the keyboard now.
        focused: bool,
    },
    /// The terminal told the brightness of its background.
    BackgroundTold(Background),
    /// The terminal has this size now, in cells.
    Resized {
        /// Width in columns.
        width: u16,
        /// Height in rows.
        height: u16,
    },
    /// The moment that [`App::deadline`](crate::app::App::deadline) named has come.
    DeadlineReached,
    /// A call was answered, or failed.
    Replied(Ticket, Result<Answer<Reply>, ApiError>),
    /// So many bytes have come of the answer to a call that takes a while; the latest counts.
    Progressed(Ticket, u64),
    /// Something came of the reading of a content.
    ContentCame(Ticket, Arrival),
    /// The command of an alert did not do its work; the text says which and why, and is escaped.
    CommandFailed(String),
    /// A frame has shown what is on top; told where the app
    /// [awaits](crate::app::App::awaits_frame) it, behind whatever was typed before.
    Drawn,
    /// What writing the settings would change, or why they cannot be written, which is escaped.
    SettingsPlanned(Result<Plan, String>),
    /// What was chosen is written into the configuration, or could not be; the text says which, and is
    /// escaped.
    SettingsWritten(String),
    /// A text was sent to where it is to be copied.
    Copied {
        /// The words that [`Effect::Copy`](super::effect::Effect::Copy) had for it.
        what: String,
        /// As far as is known.
        how: Copied,
    },
    /// These files are saved, and those are not any more, as ledger and disk say; a piece of what differs
    /// from what was told before. Where a disk does not answer, nothing is told as the whole of it.
    ShelfTold {
        /// What is saved.
        saved: Vec<Shelved>,
        /// What was saved.
        lost: Vec<Unshelved>,
        /// Whether this is the last piece.
        whole: bool,
    },
    /// These files were uploaded from here, as the ledger says; a piece of what was not told before.
    UploadsTold(Vec<UploadSource>),
    /// How far the jobs are; told ten times a second at most, for all of them together.
    SavingTold(Vec<(Turn, Told)>),
    /// A try to save a file is at its end.
    SavingEnded {
        /// The try.
        turn: Turn,
        /// What was not told of it before.
        told: Vec<Told>,
        /// What came of it.
        result: Result<Saved, JobFailure>,
        /// Why the ledger does not have it, in words that are fit to be shown; told once.
        ledger_trouble: Option<String>,
    },
    /// What was kept of a file that did not become whole is gone, and how many bytes that were, none where
    /// nothing was; or why it is not, in words.
    PartDropped(JobId, Result<u64, String>),
    /// What is kept of files that nobody goes on with.
    DeadTold(Vec<DeadPart>),
    /// What was kept of such a file is gone, or why it is not, in words.
    DeadRemoved(Box<DeadPart>, Result<(), String>),
    /// How a path goes on, of which this was typed when that was asked for.
    PathCompleted(String, PathCompletion),
    /// A file that is to be uploaded was looked at: under its absolute path, what was found, and which
    /// file that was; or why it could not be, in words.
    FileLookedAt(u64, Result<Box<(Upload, Report, FileStamp)>, String>),
    /// So many bytes of an upload have left, of so many; and what is being done for it.
    UploadTold(u64, (u64, u64), UploadStage),
    /// What came of an upload.
    Uploaded(u64, Box<Sent>),
    /// What was done is not in the ledger, or what is in it is not known; the text says why, and is fit to be
    /// shown.
    LedgerFailed(String),
    /// Whatever is saved was looked at, since that was asked for by this number: what differed was told before
    /// this.
    SavedSeen(u64),
    /// So much room there is in the folder in which files would be saved, where that can be told; or why
    /// nothing can be saved there, in words.
    RoomTold(Result<Option<u64>, String>),
    /// Something outside asks the program to stop for a while (SIGTSTP).
    SuspendRequested,
    /// The program goes on after a stop: the screen is to be drawn anew.
    Resumed,
}

/// How a path goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathCompletion {
    /// What was typed, as far as it is clear how it goes on.
    pub text: String,
    /// What it may be from there, fit to be shown.
    pub candidates: Vec<String>,
    /// What there is to say of it, fit to be shown: that it is whole, or why it leads nowhere.
    pub said: Option<String>,
}

/// Where a text that was copied has come to, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was written to the terminal, which tells nobody whether it takes it.
    ToTerminal,
    /// tmux has it in its buffer.
    ToTmux {
        /// It sent it to the terminal's clipboard, too.
        passed_on: bool,
    },
    /// It was written to the terminal, but tmux, which stands before it, does not have it.
    NotToTmux {
        /// Why not, escaped.
        why: String,
    },
}

impl Copied {
    /// What was seen to happen to `what`, in a line.
    #[must_use]
    pub fn say(&self, what: &str) -> String {
        match self {
            Self::ToTerminal => format!("sent to the terminal: {what}"),
            Self::ToTmux { passed_on: true } => {
                format!("copied to tmux and sent to the terminal: {what}")
            }
            Self::ToTmux { passed_on: false } => {
                format!("copied to tmux, not to the terminal: {what}")
            }
            Self::NotToTmux { why } => {
                format!("sent to the terminal, but tmux has it not ({why}): {what}")
            }
        }
    }
}

impl Event {
    /// Whether somebody typed, clicked or pasted.
    #[must_use]
    pub fn is_of_the_operator(&self) -> bool {
        matches!(self, Self::KeyPressed(_) | Self::Pasted(_) | Self::MouseUsed(_))
    }
}

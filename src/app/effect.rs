//! What [`App::update`](crate::app::App::update) asks of the world. Carried out by the runtime only.

use std::path::PathBuf;

use super::settings::{Chosen, Plan};
use crate::account::alerts::Alert;
use crate::api::call::{Call, Ticket};
use crate::content::Wanted;
use crate::jobs::dead::DeadPart;
use crate::jobs::record::Record;
use crate::jobs::upload::{FileStamp, Upload};
use crate::jobs::{Download, JobId, Turn};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the service; answers as [`Event::Replied`](super::event::Event::Replied), with the ticket.
    Call(Ticket, Call),
    /// Read a content, or a part of it; what comes is told as
    /// [`Event::ContentCame`](super::event::Event::ContentCame), with the ticket, a piece at a time, and
    /// no more pieces than are called for.
    Read(Ticket, Wanted),
    /// Let so many more pieces come of the reading with this ticket.
    ReadOn(Ticket, u32),
    /// The answer to the call with this ticket is of no interest any more: it need not be waited for,
    /// and there will be no event of it; a reading ends.
    Abort(Ticket),
    /// Put the text, which is escaped already, on the clipboard; answers as
    /// [`Event::Copied`](super::event::Event::Copied), with `what` it is in words.
    Copy {
        /// What is put there.
        text: String,
        /// How the answer names it.
        what: String,
    },
    /// Tell the operator, in the ways that the alert says.
    Alert(Alert),
    /// Set the terminal's title to this text, which is escaped already.
    SetTitle(String),
    /// See what the configuration would have to say otherwise; the answer is
    /// [`Event::SettingsPlanned`](super::event::Event::SettingsPlanned).
    PlanSettings(Chosen),
    /// Write what was agreed to into the configuration, if the file is still as it was then; the answer is
    /// [`Event::SettingsWritten`](super::event::Event::SettingsWritten).
    WriteSettings(Plan),
    /// See what is saved on this machine, and lies there still, and what was uploaded from it; what differs
    /// from what was told before comes as [`Event::ShelfTold`](super::event::Event::ShelfTold) and
    /// [`Event::UploadsTold`](super::event::Event::UploadsTold).
    LookAtSaved,
    /// Make a try to save a file; how far it is comes as
    /// [`Event::SavingTold`](super::event::Event::SavingTold), its end as
    /// [`Event::SavingEnded`](super::event::Event::SavingEnded).
    Save {
        /// The try.
        turn: Turn,
        /// What is to be saved.
        download: Box<Download>,
        /// How many requests it may make at most.
        requests: u32,
    },
    /// This try is not to go on: there need be no event of it. What was written stays.
    StopSaving(Turn),
    /// Take away what is kept of a file that did not become whole; the answer is
    /// [`Event::PartDropped`](super::event::Event::PartDropped).
    DropPart(JobId, Box<Download>),
    /// See in these folders what is kept of files that nobody goes on with; the answer is
    /// [`Event::DeadTold`](super::event::Event::DeadTold).
    LookForDead(Vec<PathBuf>),
    /// Take away what is kept of such a file; the answer is
    /// [`Event::DeadRemoved`](super::event::Event::DeadRemoved).
    RemoveDead(Box<DeadPart>),
    /// See whether what is saved lies there, whenever that was seen last; the answer is, behind what
    /// differs, [`Event::SavedSeen`](super::event::Event::SavedSeen) with this number, unless it was asked
    /// for once more before anybody looked.
    LookAtSavedNow(u64),
    /// See how much room there is in this folder; the answer is
    /// [`Event::RoomTold`](super::event::Event::RoomTold).
    LookAtRoom(PathBuf),
    /// Add these records to the ledger; where that cannot be done,
    /// [`Event::LedgerFailed`](super::event::Event::LedgerFailed) says why.
    Note(Vec<Record>),
    /// Find what a path goes on with; the answer is
    /// [`Event::PathCompleted`](super::event::Event::PathCompleted).
    CompletePath {
        /// What was typed of it.
        typed: String,
        /// What the file is to be used for, which says how large it may be.
        purpose: String,
    },
    /// Look at a file that is to be uploaded; the answer, under this number, is
    /// [`Event::FileLookedAt`](super::event::Event::FileLookedAt).
    LookAtFile(u64, Box<Upload>),
    /// What is found in the file of this number is of no interest any more: it need not be read on, and
    /// there will be no event of it.
    StopLook(u64),
    /// Upload a file that is still as it was looked at; how far it is comes as
    /// [`Event::UploadTold`](super::event::Event::UploadTold), its end as
    /// [`Event::Uploaded`](super::event::Event::Uploaded), both under this number.
    Upload(u64, Box<Upload>, FileStamp),
    /// Call the upload of this number off; its end comes all the same.
    StopUpload(u64),
    /// Show so many per cent of all jobs where the terminal does; nothing where none is open.
    ShowProgress(Option<u8>),
    /// Take the mouse, or leave it to the terminal.
    UseMouse(bool),
    /// Clear the terminal and draw everything.
    Redraw,
    /// Give the terminal back and stop, until the shell says otherwise.
    Suspend,
    /// Leave the program.
    Quit,
}

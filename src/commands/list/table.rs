//! The table that people read: aligned columns, of which the last one is as long as it needs.

use std::io::{self, Write};

use super::columns::ListColumn;
use crate::api::File;
use crate::commands::json::{Member, is_odd};
use crate::text::stand_ins::{NOT_GIVEN, ODD};
use crate::text::{size, width};
use crate::time::clock::LOCAL;
use crate::time::expiry::{Stated, StatedTime, TimeLeft};
use crate::time::zone::age;

/// The columns unless others are asked for.
pub(super) const USUAL: [ListColumn; 6] = [
    ListColumn::Left,
    ListColumn::Api(Member::Bytes),
    ListColumn::Api(Member::CreatedAt),
    ListColumn::Api(Member::Purpose),
    ListColumn::Api(Member::Id),
    ListColumn::Api(Member::Filename),
];

/// Cells of an id or a filename at most, unless it is the last of its row.
const MOST_CELLS: usize = 64;

/// A table in the making: its widths are those of the first files.
pub(super) struct Table {
    columns: Vec<ListColumn>,
    /// Cells of each column, once they are known.
    cells: Vec<usize>,
}

impl Table {
    pub(super) fn new(columns: Option<&[ListColumn]>) -> Self {
        Self { columns: columns.unwrap_or(&USUAL).to_vec(), cells: vec![] }
    }

    /// Writes the head, unless it stands there already, with room for these files.
    pub(super) fn begin(&mut self, out: &mut impl Write, files: &[File]) -> io::Result<()> {
        if !self.cells.is_empty() {
            return Ok(());
        }
        self.cells = self.columns.iter().map(|column| cells(*column, files)).collect();
        self.write_line(out, |column| head(column).to_owned())
    }

    /// Writes a file.
    pub(super) fn row(&self, out: &mut impl Write, file: &File, server_ms: i64) -> io::Result<()> {
        self.write_line(out, |column| cell(column, file, server_ms))
    }

    fn write_line(
        &self,
        out: &mut impl Write,
        text: impl Fn(ListColumn) -> String,
    ) -> io::Result<()> {
        let last = self.columns.len().saturating_sub(1);
        for (i, (column, cells)) in self.columns.iter().zip(&self.cells).enumerate() {
            let text = text(*column);
            // Cells of a terminal are not characters.
            let blanks = " ".repeat(cells.saturating_sub(width(&text)));
            let between = if i == 0 { "" } else { "  " };
            match column {
                ListColumn::Left | ListColumn::Api(Member::Bytes | Member::CreatedAt) => {
                    write!(out, "{between}{blanks}{text}")?;
                }
                _ if i == last => write!(out, "{between}{text}")?,
                ListColumn::Api(_) => write!(out, "{between}{text}{blanks}")?,
            }
        }
        writeln!(out)
    }
}

fn head(column: ListColumn) -> &'static str {
    match column {
        ListColumn::Left => "TIME LEFT",
        ListColumn::Api(Member::Bytes) => "SIZE",
        ListColumn::Api(Member::CreatedAt) => "CREATED",
        ListColumn::Api(Member::ExpiresAt) => "EXPIRES",
        ListColumn::Api(Member::Purpose) => "PURPOSE",
        ListColumn::Api(Member::Id) => "ID",
        ListColumn::Api(Member::Filename) => "FILENAME",
    }
}

fn cells(column: ListColumn, files: &[File]) -> usize {
    let longest = |member| {
        let cells = files.iter().map(|file| width(&text(file, member)));
        cells.max().unwrap_or(0).clamp(width(head(column)), MOST_CELLS)
    };
    match column {
        ListColumn::Left => 9,
        ListColumn::Api(Member::Bytes) => 10,
        ListColumn::Api(Member::CreatedAt) => 8,
        ListColumn::Api(Member::ExpiresAt) => 26,
        ListColumn::Api(Member::Purpose) => 12,
        ListColumn::Api(Member::Id) => longest(Member::Id),
        ListColumn::Api(Member::Filename) => longest(Member::Filename),
    }
}

fn cell(column: ListColumn, file: &File, server_ms: i64) -> String {
    match column {
        ListColumn::Left => TimeLeft::of(file.expires_at, server_ms).to_string(),
        ListColumn::Api(Member::Bytes) => match file.bytes {
            Stated::Value(bytes) => size(bytes),
            Stated::Nothing => NOT_GIVEN.to_owned(),
            Stated::Odd => ODD.to_owned(),
        },
        ListColumn::Api(Member::CreatedAt) => age(file.created_at, server_ms),
        ListColumn::Api(Member::ExpiresAt) => moment(file.expires_at),
        ListColumn::Api(member @ (Member::Purpose | Member::Id | Member::Filename)) => {
            text(file, member)
        }
    }
}

/// Local time with its offset.
fn moment(at: StatedTime) -> String {
    match at {
        Stated::Value(at) => LOCAL.absolute(at),
        Stated::Nothing => NOT_GIVEN.to_owned(),
        Stated::Odd => ODD.to_owned(),
    }
}

fn text(file: &File, member: Member) -> String {
    let text = match member {
        Member::Id => Some(&file.id),
        Member::Purpose => file.purpose.as_ref(),
        _ => file.filename.as_ref(),
    };
    match text {
        Some(text) => text.borrow().printable().into_owned(),
        None if is_odd(file, member) => ODD.to_owned(),
        None => NOT_GIVEN.to_owned(),
    }
}

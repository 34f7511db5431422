//! What is done to marks, and to what is marked.

use std::ops::RangeInclusive;

use super::App;
use super::effect::Effect;
use super::fields::CopyField;
use crate::keys::{Action, Hint};
use crate::store::FileNo;
use crate::text::{grouped, shorten_end, sum};

/// More than this, as it is sent, some terminals do not take into their clipboard.
const MOST_TAKEN_BYTES: usize = 74_994;

/// Where nothing is marked.
const MARKS: [Hint; 1] = [Hint::new(&[Action::Mark], "marks")];

impl App {
    /// Whether there are files in the table; where there are none, that is said, as the answer to a
    /// key that wants one.
    pub(super) fn has_rows(&mut self) -> bool {
        let rows = !self.table.rows().is_empty();
        if !rows {
            let empty = self.account.store().is_empty();
            let complete = self.account.lister().is_complete();
            self.say(match (empty, complete) {
                (true, false) => "nothing is loaded yet",
                (true, true) => "the account holds no files",
                (false, _) => "no file is shown",
            });
        }
        rows
    }

    fn selected_or_say(&mut self) -> Option<FileNo> {
        self.has_rows().then(|| self.table.selected()).flatten()
    }

    /// The rows of the range that is being marked, from where it began to the cursor.
    #[must_use]
    pub fn range(&self) -> Option<RangeInclusive<usize>> {
        let start = self.table.order().position(self.account.store(), self.range_from?)?;
        let end = self.table.cursor();
        Some(start.min(end)..=start.max(end))
    }

    /// The marks of these files changed: a filter that asks for marks judges them anew.
    pub(super) fn marks_changed(&mut self, files: Vec<FileNo>) {
        if self.table.depends_on_marks() {
            let moment = super::moment(self.account.server_ms(), &self.marks);
            self.table.marks_changed(self.account.store(), files, &moment);
        }
    }

    /// Space: marks the selected file, or takes its mark, and moves on.
    pub(super) fn mark(&mut self) {
        let Some(no) = self.selected_or_say() else { return };
        if self.account.store().is_gone(no) {
            return self.say("this file is gone");
        }
        self.marks.invert(self.account.store(), &[no]);
        self.table.select_by(1);
        self.marks_changed(vec![no]);
    }

    /// `v`: begins a range at the selected file, or marks all from there to here.
    pub(super) fn mark_range(&mut self) {
        let Some(here) = self.selected_or_say() else { return };
        if self.range_from.is_none() {
            self.range_from = Some(here);
            self.table.pin();
            let ways = [
                Hint::new(&[Action::MarkRange], "marks it"),
                Hint::new(&[Action::GoBack], "lets go"),
            ];
            return self.say_with("a range begins here: move on", &ways);
        }
        let range = self.range();
        self.range_from = None;
        let Some(range) = range else {
            return self.say("the file at which the range began is not in the table any more");
        };
        let files = self.table.rows()[range].to_vec();
        self.marks.add(self.account.store(), &files);
        self.marks_changed(files);
    }

    /// `^a`: marks all files of the table.
    pub(super) fn mark_all(&mut self) {
        if !self.has_rows() {
            return;
        }
        let rows = self.table.rows().to_vec();
        self.marks.add(self.account.store(), &rows);
        let marked = rows.iter().filter(|no| self.marks.files().contains(no)).count();
        let (all, unit) = (rows.len(), if marked == 1 { "file is" } else { "files are" });
        self.say(match all - marked {
            0 => format!("all {} shown are marked", grouped(all)),
            gone => {
                format!("{} {unit} marked; {} shown as gone not", grouped(marked), grouped(gone))
            }
        });
        self.marks_changed(rows);
    }

    /// `*`: marks what is not marked among the files of the table, and the other way round.
    pub(super) fn invert_marks(&mut self) {
        if !self.has_rows() {
            return;
        }
        let rows = self.table.rows().to_vec();
        self.marks.invert(self.account.store(), &rows);
        self.marks_changed(rows);
    }

    /// `M`: clears the marks; where there are none, brings back what was cleared.
    pub(super) fn clear_marks(&mut self) {
        let marked = self.marks.files().len();
        let changed = if marked > 0 {
            let text = format!("{} cleared", marks(marked));
            self.say_with(text, &[Hint::new(&[Action::ClearMarks], "brings them back")]);
            self.marks.clear()
        } else {
            let back = self.marks.bring_back(self.account.store());
            match self.marks.files().len() {
                0 => self.say_with("nothing is marked", &MARKS),
                n => self.say(format!("{} brought back", marks(n))),
            }
            back
        };
        self.marks_changed(changed);
    }

    /// `y`: copies a field of all marked files, a line each, in the order of the table; of the
    /// selected one where none is marked.
    pub(super) fn copy_field(&mut self, field: CopyField, effects: &mut Vec<Effect>) {
        if self.marks.files().is_empty() {
            return self.copy_of_selected(field, effects);
        }
        let marked = self.table.in_order(self.account.store(), self.marks.files());
        let value = |no: &FileNo| field.of(&self.account.store().file(*no));
        let values: Vec<String> = marked.iter().filter_map(value).collect();
        let (word, of) = (field.word(), grouped(marked.len()));
        if values.is_empty() {
            return self.say(format!("none of the {of} marked has a readable {word}"));
        }
        let known = values.len();
        let some =
            if known < marked.len() { format!("{} of ", grouped(known)) } else { String::new() };
        let files = if marked.len() == 1 { "file" } else { "files" };
        let text = values.join("\n");
        let large = match text.len() {
            0..=MOST_TAKEN_BYTES => String::new(),
            bytes => format!("; some terminals do not take {}", sum(bytes as u128)),
        };
        let what = format!("the {word} of {some}{of} marked {files}{large}");
        effects.push(Effect::Copy { text, what });
    }

    /// Copies a field of the selected file, whatever is marked.
    pub(super) fn copy_of_selected(&mut self, field: CopyField, effects: &mut Vec<Effect>) {
        if !self.has_rows() {
            return;
        }
        let Some(file) = self.selected_file() else { return };
        let Some(value) = field.of(&file) else {
            return self.say(format!("this file has no readable {}", field.word()));
        };
        effects.push(Effect::Copy { what: shorten_end(&value, 60), text: value });
    }
}

fn marks(count: usize) -> String {
    if count == 1 { "1 mark".to_owned() } else { format!("{} marks", grouped(count)) }
}

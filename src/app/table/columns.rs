//! Which columns the table shows, in which order and how wide.

use crate::store::field::Field;

/// One column as the operator wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field that the column shows, and sorts by.
    pub field: Field,
    /// Its width in cells, where the operator set one.
    pub width: Option<u16>,
}

/// The narrowest and widest that a column can be set to.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 4..=120;

/// The columns, shown ones first, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    all: Vec<Column>,
    shown: usize,
}

impl Default for Columns {
    fn default() -> Self {
        let usual = [Field::Filename, Field::Size, Field::Purpose, Field::Created, Field::TimeLeft];
        Self::new(usual.map(|field| Column { field, width: None }).to_vec())
    }
}

impl Columns {
    /// Shows these, the first mention of each; the others can be turned on. The filename is always
    /// among them.
    #[must_use]
    pub fn new(wanted: Vec<Column>) -> Self {
        let mut all: Vec<Column> = vec![];
        for column in wanted {
            if all.iter().all(|other| other.field != column.field) {
                all.push(column);
            }
        }
        if all.iter().all(|column| column.field != Field::Filename) {
            all.insert(0, Column { field: Field::Filename, width: None });
        }
        let shown = all.len();
        for field in Field::ALL {
            if all.iter().all(|column| column.field != field) {
                all.push(Column { field, width: None });
            }
        }
        Self { all, shown }
    }

    /// The shown columns, from left to right.
    #[must_use]
    pub fn shown(&self) -> &[Column] {
        &self.all[..self.shown]
    }

    /// All columns: first the shown ones, then the others.
    #[must_use]
    pub fn all(&self) -> &[Column] {
        &self.all
    }

    /// Whether line `line` of [`all`](Self::all) is shown.
    #[must_use]
    pub fn is_shown(&self, line: usize) -> bool {
        line < self.shown
    }

    /// Turns a column on, as the last one, or off; tells where it stands now. The filename stays.
    pub fn toggle(&mut self, line: usize) -> usize {
        if line >= self.all.len() || self.all[line].field == Field::Filename {
            return line;
        }
        let column = self.all.remove(line);
        if line < self.shown {
            self.shown -= 1;
            self.all.insert(self.shown, column);
            self.shown
        } else {
            self.all.insert(self.shown, column);
            self.shown += 1;
            self.shown - 1
        }
    }

    /// Moves a shown column to the left or right; tells where it stands now.
    pub fn shift(&mut self, line: usize, right: bool) -> usize {
        let other = if right { line + 1 } else { line.wrapping_sub(1) };
        if line < self.shown && other < self.shown {
            self.all.swap(line, other);
            return other;
        }
        line
    }

    /// Makes a column wider or narrower, beginning at the width `now` that it has on the screen.
    pub fn widen(&mut self, line: usize, by: i16, now: u16) {
        if let Some(column) = self.all.get_mut(line) {
            let width = column.width.unwrap_or(now).saturating_add_signed(by);
            column.width = Some(width.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
    }

    /// The shown column to the right of the one that shows `field`, or to the left; the ends meet.
    #[must_use]
    pub fn neighbour(&self, field: Field, right: bool) -> Field {
        let shown = self.shown();
        let at = shown.iter().position(|column| column.field == field).unwrap_or(0);
        let step = if right { 1 } else { shown.len() - 1 };
        shown[(at + step) % shown.len()].field
    }

    /// The `n`th shown column, from 1.
    #[must_use]
    pub fn nth(&self, n: u8) -> Option<Field> {
        self.shown().get(usize::from(n).checked_sub(1)?).map(|column| column.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(columns: &Columns) -> Vec<&'static str> {
        columns.shown().iter().map(|column| column.field.word()).collect()
    }

    #[test]
    fn columns_come_go_and_move_and_the_filename_stays() {
        let mut columns = Columns::default();
        assert_eq!(words(&columns), ["filename", "size", "purpose", "created", "left"]);
        assert_eq!(columns.toggle(0), 0);
        assert_eq!(columns.toggle(2), 4);
        assert_eq!(words(&columns), ["filename", "size", "created", "left"]);
        assert_eq!(columns.all()[4].field, Field::Purpose);
        let id = columns.all().iter().position(|column| column.field == Field::Id).unwrap();
        assert_eq!(columns.toggle(id), 4);
        assert_eq!(columns.shift(4, false), 3);
        assert_eq!(columns.shift(0, false), 0);
        assert_eq!(words(&columns), ["filename", "size", "created", "id", "left"]);
        assert_eq!(columns.shift(4, true), 4);
        assert_eq!(columns.neighbour(Field::TimeLeft, true), Field::Filename);
        assert_eq!(columns.neighbour(Field::Filename, false), Field::TimeLeft);
        assert_eq!((columns.nth(4), columns.nth(6), columns.nth(0)), (Some(Field::Id), None, None));
        assert_eq!(words(&Columns::new(vec![])), ["filename"]);
    }

    #[test]
    fn widths_stay_within_bounds() {
        let mut columns = Columns::default();
        columns.widen(1, 3, 10);
        assert_eq!(columns.all()[1].width, Some(13));
        columns.widen(1, -100, 10);
        assert_eq!(columns.all()[1].width, Some(4));
    }
}

//! `--columns` and `--sort`: which fields, by which names.
//!
//! A field has the API's name, by which it is headed, and the words that filters and the dashboard
//! have for it.

use super::super::json::Member;
use crate::store::field::Field;

/// A field that can be printed and sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListColumn {
    /// A field of the API.
    Api(Member),
    /// The seconds until the service deletes the file.
    Left,
}

/// Each with its names, the first of which heads it.
const NAMES: [(ListColumn, &[&str]); 7] = [
    (ListColumn::Api(Member::Id), &["id"]),
    (ListColumn::Api(Member::Filename), &["filename", "name"]),
    (ListColumn::Api(Member::Bytes), &["bytes", "size"]),
    (ListColumn::Api(Member::Purpose), &["purpose"]),
    (ListColumn::Api(Member::CreatedAt), &["created_at", "created"]),
    (ListColumn::Api(Member::ExpiresAt), &["expires_at", "expires"]),
    (ListColumn::Left, &["left"]),
];

/// The names of all, as they head what is printed.
pub(in crate::commands) fn fields() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(column, _)| column.name())
}

impl ListColumn {
    /// Its name in what is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Api(member) => member.name(),
            Self::Left => "left",
        }
    }

    /// What the store sorts by.
    pub(super) fn field(self) -> Field {
        match self {
            Self::Api(Member::Id) => Field::Id,
            Self::Api(Member::Filename) => Field::Filename,
            Self::Api(Member::Bytes) => Field::Size,
            Self::Api(Member::Purpose) => Field::Purpose,
            Self::Api(Member::CreatedAt) => Field::Created,
            Self::Api(Member::ExpiresAt) => Field::Expires,
            Self::Left => Field::TimeLeft,
        }
    }

    fn read(word: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, names)| names.contains(&word));
        found.map(|(column, _)| *column).ok_or_else(|| {
            let names = NAMES.iter().map(|(_, names)| match names {
                [name, other] => format!("{name} ({other})"),
                _ => names.join(" "),
            });
            format!("allowed are {}", names.collect::<Vec<_>>().join(", "))
        })
    }
}

/// The columns that are asked for, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListColumns(pub Vec<ListColumn>);

/// Reads `A,B`.
pub(super) fn read_columns(text: &str) -> Result<ListColumns, String> {
    let mut columns = vec![];
    for word in text.split(',') {
        let column = ListColumn::read(word.trim())?;
        if columns.contains(&column) {
            return Err(format!("{} is in it twice", column.name()));
        }
        columns.push(column);
    }
    Ok(ListColumns(columns))
}

/// What the files are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOrder {
    /// The field.
    pub by: ListColumn,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Reads `KEY`, `KEY:asc` or `KEY:desc`.
pub(super) fn read_order(text: &str) -> Result<ListOrder, String> {
    let (word, direction) = text.split_once(':').unwrap_or((text, "asc"));
    let by = ListColumn::read(word)?;
    let descending = match direction {
        "asc" => false,
        "desc" => true,
        _ => return Err("behind the colon stands desc, or asc".to_owned()),
    };
    Ok(ListOrder { by, descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &str = "allowed are id, filename (name), bytes (size), purpose, created_at \
                           (created), expires_at (expires), left";

    #[test]
    fn columns_have_the_names_of_the_api_and_of_filters() {
        let names = |text: &str| {
            let ListColumns(columns) = read_columns(text)?;
            Ok(columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(" "))
        };
        for (text, read) in [
            ("name,size", Ok("filename bytes")),
            ("left, id,created_at,expires", Ok("left id created_at expires_at")),
            ("purpose", Ok("purpose")),
            ("", Err(ALLOWED)),
            ("id,", Err(ALLOWED)),
            ("Filename", Err(ALLOWED)),
            ("verified", Err(ALLOWED)),
            ("size,id,bytes", Err("bytes is in it twice")),
        ] {
            assert_eq!(names(text), read.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn orders_say_which_end_comes_first() {
        let order = |text: &str| read_order(text).map(|order| (order.by.name(), order.descending));
        assert_eq!(order("left"), Ok(("left", false)));
        assert_eq!(order("size:desc"), Ok(("bytes", true)));
        assert_eq!(order("created:asc"), Ok(("created_at", false)));
        assert_eq!(order("age"), Err(ALLOWED.to_owned()));
        for text in ["left:", "left:up", "left:desc:asc"] {
            assert_eq!(order(text), Err("behind the colon stands desc, or asc".to_owned()));
        }
    }
}

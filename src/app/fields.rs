//! The fields of a file that can be copied.

use crate::store::FileRef;
use crate::time::expiry::Stated;

/// A field that can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyField {
    /// The id.
    Id,
    /// The filename.
    Filename,
    /// The size in bytes.
    Bytes,
    /// The purpose.
    Purpose,
    /// The moment of creation, in seconds since the epoch.
    CreatedAt,
    /// The moment of expiry, in seconds since the epoch.
    ExpiresAt,
}

impl CopyField {
    /// All of them, in the order of the picker.
    pub const ALL: [Self; 6] =
        [Self::Id, Self::Filename, Self::Bytes, Self::Purpose, Self::CreatedAt, Self::ExpiresAt];

    /// The field's name in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Filename => "filename",
            Self::Bytes => "bytes",
            Self::Purpose => "purpose",
            Self::CreatedAt => "created_at",
            Self::ExpiresAt => "expires_at",
        }
    }

    /// The whole value, escaped: a line break in it must not run what is pasted.
    #[must_use]
    pub fn of(self, file: &FileRef<'_>) -> Option<String> {
        if file.unreadable.is_some() {
            return None;
        }
        let time = |at: Stated<i64>| at.value().map(|at| at.to_string());
        match self {
            Self::Id => Some(file.id.printable().into_owned()),
            Self::Filename => file.filename.map(|name| name.printable().into_owned()),
            Self::Bytes => file.bytes.value().map(|bytes| bytes.to_string()),
            Self::Purpose => file.purpose.map(|purpose| purpose.printable().into_owned()),
            Self::CreatedAt => time(file.created_at),
            Self::ExpiresAt => time(file.expires_at),
        }
    }
}

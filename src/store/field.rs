//! The fields of a file.

/// A field of a file, as a column shows it and the table can be sorted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The filename; sorted byte by byte.
    Filename,
    /// The size.
    Size,
    /// The purpose.
    Purpose,
    /// The moment of creation.
    Created,
    /// The time left; sorted by expiry.
    TimeLeft,
    /// The moment of expiry, as the column of that name shows it.
    Expires,
    /// The id; sorted byte by byte.
    Id,
    /// The moment at which the service last showed the file.
    Verified,
    /// The moment at which its content was saved on this machine.
    Saved,
}

impl Field {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 9] = [
        Self::Filename,
        Self::Size,
        Self::Purpose,
        Self::Created,
        Self::TimeLeft,
        Self::Expires,
        Self::Id,
        Self::Verified,
        Self::Saved,
    ];

    /// The column's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filename => "Filename",
            Self::Size => "Size",
            Self::Purpose => "Purpose",
            Self::Created => "Created",
            Self::TimeLeft => "Time left",
            Self::Expires => "Expires",
            Self::Id => "ID",
            Self::Verified => "Verified",
            Self::Saved => "Saved",
        }
    }

    /// The column's name in configuration and on the command line: its name with its letters small
    /// and without blanks.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Filename => "filename",
            Self::Size => "size",
            Self::Purpose => "purpose",
            Self::Created => "created",
            Self::TimeLeft => "left",
            Self::Expires => "expires",
            Self::Id => "id",
            Self::Verified => "verified",
            Self::Saved => "saved",
        }
    }
}

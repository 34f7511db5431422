//! The kinds of findings, by words that stay.

/// A kind of finding.
///
/// The words are `OpenAI`'s own where it has one for the same fault, since other services took them
/// over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// It cannot be read at all.
    Unreadable,
    /// There is no request in it.
    EmptyFile,
    /// It has more requests than a batch may have.
    TooManyTasks,
    /// It has fewer requests than a batch must have.
    TooFewLines,
    /// It is larger than a file may be.
    LargeFile,
    /// Its name does not end in `.jsonl`.
    Extension,
    /// It begins with a mark of the byte order.
    Bom,
    /// A line that ends as on Windows.
    Crlf,
    /// A line without anything on it.
    BlankLine,
    /// The last line has no end.
    NoFinalNewline,
    /// A line that is longer than a line may be.
    LongLine,
    /// A line that is no UTF-8.
    NotUtf8,
    /// A line that is no JSON object.
    InvalidJsonLine,
    /// A request without a `custom_id`.
    MissingCustomId,
    /// A `custom_id` that is no string, or too long.
    InvalidCustomId,
    /// A `custom_id` that another line has.
    DuplicateCustomId,
    /// A request that is no `POST`.
    InvalidMethod,
    /// A request without a `url`.
    MissingUrl,
    /// A request to another `url` than those before.
    UrlMismatch,
    /// A request without a `body`.
    MissingBody,
    /// A `body` that is no object.
    InvalidBody,
    /// A request that names no model.
    MissingModel,
    /// A request to another model than those before.
    ModelMismatch,
    /// A request that wants its answer as a stream.
    Stream,
}

impl Code {
    /// All of them, in the order of their definition.
    pub const ALL: [Self; 24] = [
        Self::Unreadable,
        Self::EmptyFile,
        Self::TooManyTasks,
        Self::TooFewLines,
        Self::LargeFile,
        Self::Extension,
        Self::Bom,
        Self::Crlf,
        Self::BlankLine,
        Self::NoFinalNewline,
        Self::LongLine,
        Self::NotUtf8,
        Self::InvalidJsonLine,
        Self::MissingCustomId,
        Self::InvalidCustomId,
        Self::DuplicateCustomId,
        Self::InvalidMethod,
        Self::MissingUrl,
        Self::UrlMismatch,
        Self::MissingBody,
        Self::InvalidBody,
        Self::MissingModel,
        Self::ModelMismatch,
        Self::Stream,
    ];

    /// Its word, which scripts may rely on.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::EmptyFile => "empty_file",
            Self::TooManyTasks => "too_many_tasks",
            Self::TooFewLines => "too_few_lines",
            Self::LargeFile => "large_file",
            Self::Extension => "extension",
            Self::Bom => "bom",
            Self::Crlf => "crlf",
            Self::BlankLine => "blank_line",
            Self::NoFinalNewline => "no_final_newline",
            Self::LongLine => "long_line",
            Self::NotUtf8 => "not_utf8",
            Self::InvalidJsonLine => "invalid_json_line",
            Self::MissingCustomId => "missing_custom_id",
            Self::InvalidCustomId => "invalid_custom_id",
            Self::DuplicateCustomId => "duplicate_custom_id",
            Self::InvalidMethod => "invalid_method",
            Self::MissingUrl => "missing_url",
            Self::UrlMismatch => "url_mismatch",
            Self::MissingBody => "missing_body",
            Self::InvalidBody => "invalid_body",
            Self::MissingModel => "missing_model",
            Self::ModelMismatch => "model_mismatch",
            Self::Stream => "stream",
        }
    }
}

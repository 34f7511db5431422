//! The causes for waking the app.

/// A cause for waking the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Work on a large table goes on.
    TableWork,
    /// The page that failed is asked for again.
    PageRetry,
    /// The seconds until a failed page is asked for again count down.
    PageRetrySeconds,
    /// The seconds that a page takes count up.
    LoadingSeconds,
    /// A message has been shown for long enough.
    MessageEnd,
    /// What is in view becomes stale.
    Stale,
    /// What is stale becomes older.
    StaleAge,
    /// Reading on at leisure begins, or has its next page to ask for.
    ReadOn,
    /// The refresher has something to ask for.
    Refresh,
    /// The seconds until the refresher's next try count down.
    RefreshSeconds,
    /// Alerts were gathered for long enough.
    Alert,
    /// A file comes under a bound of an alert.
    AlertBound,
    /// Nothing was typed for long enough: the service is searched.
    SearchPause,
    /// A file comes under a bound of the filter.
    FilterBound,
    /// A file expires: it is asked for then, in view or not.
    Expiry,
    /// The time left of a row changes.
    RowCountdown,
    /// The age of a row changes.
    RowAge,
    /// The bar of a row becomes shorter.
    RowBar,
    /// The time left in the detail changes.
    DetailCountdown,
    /// What the detail says of the age of what is known of the file changes.
    VerifiedAge,
    /// The time left of the file that expires next changes in the header.
    NextToExpire,
    /// The counts in the header change, and the bytes at risk with them.
    Counts,
    /// The hours of the timeline, of the agenda or of a table narrowed down to one move on.
    Hour,
    /// The day is over: moments of it are shown with their date from then on.
    Day,
    /// The wait is over that the service asked for: keys may try again.
    AskedWaitEnd,
    /// A file comes under a bound of urgency: its colour changes, and what is at risk.
    Urgency,
    /// A bucket of the timeline, or of the agenda, comes under a bound of urgency.
    BucketUrgency,
    /// A job is to be begun.
    Saving,
    /// What is to be saved waits for its next try, which counts down.
    SavingSeconds,
    /// A deletion goes on.
    Deleting,
    /// What is being deleted waits for the service, which counts down.
    DeletingSeconds,
    /// An upload is to be sent, which the service has wait.
    Uploading,
    /// Its wait, or that of one that is sent again, counts down.
    UploadingSeconds,
    /// What a question says of the time that files have left changes.
    QuestionCountdown,
    /// A file comes under a bound of what is saved by itself.
    RescueBound,
    /// Rates of jobs, and what is to go at these, change with the seconds.
    JobRate,
    /// The wait of a job for its next try, or the time left of its file, counts down.
    JobCountdown,
}

impl Wake {
    /// All of them; what is cheap to tell comes first.
    pub const ALL: [Self; 37] = [
        Self::TableWork,
        Self::PageRetry,
        Self::PageRetrySeconds,
        Self::LoadingSeconds,
        Self::MessageEnd,
        Self::Stale,
        Self::StaleAge,
        Self::ReadOn,
        Self::Refresh,
        Self::RefreshSeconds,
        Self::Alert,
        Self::AlertBound,
        Self::SearchPause,
        Self::FilterBound,
        Self::Expiry,
        Self::RowCountdown,
        Self::RowAge,
        Self::RowBar,
        Self::DetailCountdown,
        Self::VerifiedAge,
        Self::NextToExpire,
        Self::Counts,
        Self::Hour,
        Self::Day,
        Self::AskedWaitEnd,
        Self::Urgency,
        Self::BucketUrgency,
        Self::Saving,
        Self::SavingSeconds,
        Self::Deleting,
        Self::DeletingSeconds,
        Self::Uploading,
        Self::UploadingSeconds,
        Self::QuestionCountdown,
        Self::RescueBound,
        Self::JobRate,
        Self::JobCountdown,
    ];
}

//! Uploads as jobs: which file is on its way, how far it is, what waits for it, what came of the others.
//!
//! | state | event | next |
//! |---|---|---|
//! | `Waiting` | nothing else is on its way, and the service does not want to be left alone | `Sending` |
//! | | called off, or the key is refused | `Ended`: it was not sent |
//! | `Sending` | so many bytes have left | unchanged |
//! | | its end | `Ended` |
//!
//! They are sent one after the other, in the order in which they came. A rest that the service asks for counts
//! for all of them, also where the one that it was told of is called off meanwhile. It knows neither disk nor network
//! nor clock.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use super::rate::Rate;
use super::upload::{FileStamp, Upload, UploadEnd};
use crate::api::upload::UploadStage;

/// Why a file is not sent that waits.
pub const CALLED_OFF: &str = "not sent: called off";
/// Uploads that are over and remembered; the oldest give way.
pub const MOST_ENDED: usize = 100;

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Another one is on its way, or the service wants a rest.
    Waiting,
    /// It is on its way, or its answer is waited for.
    Sending,
    /// It is over.
    Ended(UploadEnd),
}

/// One upload.
#[derive(Clone, Debug)]
pub struct UploadJob {
    /// Its number.
    pub number: u64,
    /// What is sent.
    pub upload: Upload,
    /// Which file that was when it was looked at.
    pub stamp: FileStamp,
    /// Where it stands.
    pub state: UploadState,
    /// What is being done for it while it is on its way.
    pub stage: UploadStage,
    /// Bytes that have left.
    pub sent: u64,
    /// Bytes in all, the form around the file among them once that is known.
    pub total: u64,
    /// When it ended, in seconds since the epoch by this machine.
    pub ended_at: Option<i64>,
    rate: Rate,
}

impl UploadJob {
    /// An upload that waits for its turn.
    #[must_use]
    pub fn new(number: u64, upload: Upload, stamp: FileStamp) -> Self {
        Self {
            number,
            upload,
            stamp,
            state: UploadState::Waiting,
            stage: UploadStage::Sending,
            sent: 0,
            total: stamp.bytes,
            ended_at: None,
            rate: Rate::default(),
        }
    }

    /// The file that is sent.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.upload.path
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, UploadState::Ended(_))
    }

    /// Bytes of the file that have left: what leaves before them is the head of the form, and as much is
    /// taken off for it as all of the form has more than the file, so that it is never more than that.
    #[must_use]
    pub fn sent_of_file(&self) -> u64 {
        self.sent.saturating_sub(self.total.saturating_sub(self.stamp.bytes))
    }

    /// Bytes a second, while they leave.
    #[must_use]
    pub fn rate(&self, now: Duration) -> Option<f64> {
        (self.state == UploadState::Sending).then(|| self.rate.per_second(now))?
    }
}

/// The uploads, in the order in which they came.
#[derive(Debug, Default)]
pub struct UploadQueue {
    jobs: VecDeque<UploadJob>,
    last_number: u64,
    not_before: Duration,
}

impl UploadQueue {
    /// Takes a file in, which waits for its turn.
    pub fn add(&mut self, upload: Upload, stamp: FileStamp) -> u64 {
        self.last_number += 1;
        self.jobs.push_back(UploadJob::new(self.last_number, upload, stamp));
        let over = self.jobs.iter().filter(|job| job.is_over()).count();
        if over > MOST_ENDED
            && let Some(oldest) = self.jobs.iter().position(UploadJob::is_over)
        {
            self.jobs.remove(oldest);
        }
        self.last_number
    }

    /// The uploads, those included that are over.
    #[must_use]
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &UploadJob> + ExactSizeIterator {
        self.jobs.iter()
    }

    /// One of them.
    #[must_use]
    pub fn job(&self, number: u64) -> Option<&UploadJob> {
        self.jobs.iter().find(|job| job.number == number)
    }

    /// The one that is on its way.
    #[must_use]
    pub fn current(&self) -> Option<&UploadJob> {
        self.jobs.iter().find(|job| job.state == UploadState::Sending)
    }

    /// How many are not over.
    #[must_use]
    pub fn open(&self) -> usize {
        self.jobs.iter().filter(|job| !job.is_over()).count()
    }

    /// The service wants to be left alone until then.
    pub fn wait_until(&mut self, at: Duration) {
        self.not_before = self.not_before.max(at);
    }

    /// The moment until which those that wait do so since the service wants it, and for nothing else.
    #[must_use]
    pub fn waits_until(&self, now: Duration) -> Option<Duration> {
        let only = self.current().is_none() && self.open() > 0;
        (only && self.not_before > now).then_some(self.not_before)
    }

    /// The first of those that wait for their turn.
    #[must_use]
    pub fn next(&self) -> Option<&UploadJob> {
        self.jobs.iter().find(|job| job.state == UploadState::Waiting)
    }

    /// The one that is to be sent now, if one is: from here on it counts as on its way.
    pub fn begin(&mut self, now: Duration) -> Option<&UploadJob> {
        if self.current().is_some() || self.not_before > now {
            return None;
        }
        let next = self.jobs.iter_mut().find(|job| job.state == UploadState::Waiting)?;
        next.state = UploadState::Sending;
        Some(next)
    }

    /// So many bytes of one have left, of so many, and this is being done; tells whether it is the one on
    /// its way.
    pub fn progressed(
        &mut self,
        number: u64,
        (sent, total): (u64, u64),
        stage: UploadStage,
        now: Duration,
    ) -> bool {
        let sending =
            |job: &&mut UploadJob| job.number == number && job.state == UploadState::Sending;
        let Some(job) = self.jobs.iter_mut().find(sending) else { return false };
        // Where it is sent again, it begins anew.
        job.rate.add(sent.saturating_sub(job.sent), now);
        (job.sent, job.total, job.stage) = (sent, total, stage);
        if let UploadStage::Resting { until, is_asked: true } = stage {
            self.wait_until(until);
        }
        true
    }

    /// One is at its end; nothing where it was so before.
    pub fn ended(&mut self, number: u64, end: UploadEnd, at: i64) -> Option<&UploadJob> {
        let open = |job: &&mut UploadJob| job.number == number && !job.is_over();
        let job = self.jobs.iter_mut().find(open)?;
        job.state = UploadState::Ended(end);
        job.ended_at = Some(at);
        job.rate.rest();
        Some(job)
    }

    /// The numbers of those that wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> Vec<u64> {
        let waits = self.jobs.iter().filter(|job| job.state == UploadState::Waiting);
        waits.map(|job| job.number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::read_single_file;

    const STAMP: FileStamp = FileStamp { bytes: 1_000, modified: (1, 0), inode: 1, device: 1 };

    fn upload(name: &str) -> Upload {
        Upload { path: name.into(), purpose: "batch".to_owned(), expires_s: None }
    }

    fn stored() -> UploadEnd {
        UploadEnd::Stored(Box::new(read_single_file(br#"{"id":"file_1"}"#).unwrap()))
    }

    /// The table of the module's docs.
    #[test]
    fn they_are_sent_one_after_the_other() {
        let mut queue = UploadQueue::default();
        let (a, b) = (queue.add(upload("a"), STAMP), queue.add(upload("b"), STAMP));
        let states = |queue: &UploadQueue| -> Vec<UploadState> {
            queue.jobs().map(|job| job.state.clone()).collect()
        };
        assert_eq!(queue.begin(Duration::ZERO).map(|job| job.number), Some(a));
        assert!(queue.begin(Duration::ZERO).is_none(), "one at a time");
        assert_eq!((queue.open(), queue.waiting()), (2, vec![b]));
        assert!(!queue.progressed(b, (1, 2), UploadStage::Sending, Duration::ZERO), "it waits");
        assert!(queue.progressed(a, (0, 1_100), UploadStage::Sending, Duration::from_secs(1)));
        assert!(queue.progressed(a, (600, 1_100), UploadStage::Sending, Duration::from_secs(3)));
        let job = queue.job(a).unwrap();
        assert!(job.rate(Duration::from_secs(3)).is_some_and(|rate| rate > 0.0));
        assert_eq!(job.stage, UploadStage::Sending);
        queue.progressed(a, (1_100, 1_100), UploadStage::Awaiting, Duration::from_secs(4));
        assert_eq!(queue.job(a).unwrap().stage, UploadStage::Awaiting);
        assert!(queue.ended(a, stored(), 7).is_some());
        assert!(queue.ended(a, stored(), 8).is_none(), "it ends once");
        assert_eq!(queue.job(a).unwrap().rate(Duration::from_secs(4)), None);
        // One that waits may be called off.
        queue.ended(b, UploadEnd::Failed("called off".to_owned()), 9);
        assert_eq!(
            states(&queue),
            [
                UploadState::Ended(stored()),
                UploadState::Ended(UploadEnd::Failed("called off".to_owned()))
            ]
        );
        assert!(queue.begin(Duration::ZERO).is_none());
    }

    /// A rest that the service asked for outlasts the upload that was told of it.
    #[test]
    fn none_is_sent_before_the_service_wants_it() {
        let second = Duration::from_secs;
        for (is_asked, waits) in [(true, Some(second(9))), (false, None)] {
            let mut queue = UploadQueue::default();
            let (a, b) = (queue.add(upload("a"), STAMP), queue.add(upload("b"), STAMP));
            queue.begin(second(1));
            let stage = UploadStage::Resting { until: second(9), is_asked };
            queue.progressed(a, (0, 1_100), stage, second(2));
            assert_eq!(queue.waits_until(second(2)), None, "another one is on its way");
            queue.ended(a, UploadEnd::Failed("called off".to_owned()), 3);
            assert_eq!(queue.waits_until(second(3)), waits);
            assert_eq!(queue.begin(second(3)).is_none(), is_asked);
            assert_eq!(queue.begin(second(9)).map(|job| job.number), is_asked.then_some(b));
            assert_eq!(queue.waits_until(second(9)), None);
        }
    }

    #[test]
    fn what_is_over_gives_way_and_what_is_open_does_not() {
        let mut queue = UploadQueue::default();
        let first = queue.add(upload("first"), STAMP);
        for _ in 0..MOST_ENDED + 5 {
            let number = queue.add(upload("a"), STAMP);
            queue.ended(number, stored(), 1);
        }
        queue.add(upload("last"), STAMP);
        assert_eq!(queue.jobs().len(), MOST_ENDED + 2);
        assert!(queue.job(first).is_some());
    }
}

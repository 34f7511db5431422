//! The list of batches of the demo account: the newest first, those of the files that it has. The newest
//! two go on still, so that a question about their input has something to say.

use serde::Serialize;

use super::account::DemoAccount;
use super::batch::{Batch, Side};

/// Batches in the list at most: what is older is not told of any more.
const MOST: usize = 300;
/// Batches that go on still.
const LIVE: usize = 2;

/// One batch as the API describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct DemoBatch {
    pub(super) id: String,
    object: &'static str,
    endpoint: &'static str,
    pub(super) status: &'static str,
    pub(super) input_file_id: String,
    output_file_id: Option<String>,
    error_file_id: Option<String>,
    completion_window: &'static str,
    created_at: i64,
    request_counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Counts {
    total: u64,
    completed: u64,
    failed: u64,
}

/// All batches of the list.
pub(super) fn batches(account: &DemoAccount, now_s: i64) -> Vec<DemoBatch> {
    let inputs = (0..account.generated())
        .rev()
        .map(|index| (index, Batch::of(index)))
        .filter(|(_, batch)| batch.side == Side::Input);
    // Which of them go on does not change with what is deleted.
    let list = inputs.take(MOST).enumerate().filter_map(|(place, (index, batch))| {
        Some((place, index, batch, account.file(index, now_s)?.created_at))
    });
    list.map(|(place, index, batch, created_at)| {
        let is_live = place < LIVE;
        let id_of = |side: Side, offset: u64| {
            let index = index + offset;
            let is_it = index < account.generated() && Batch::of(index).side == side;
            is_it.then(|| account.file(index, now_s)).flatten().map(|file| file.id)
        };
        let completed = if is_live { batch.requests / 2 } else { batch.requests - batch.failed };
        DemoBatch {
            id: format!("batch_{:08}", batch.number),
            object: "batch",
            endpoint: "/v1/chat/completions",
            status: if is_live { "in_progress" } else { "completed" },
            input_file_id: account.file(index, now_s).map_or(String::new(), |file| file.id),
            output_file_id: (!is_live).then(|| id_of(Side::Output, 1)).flatten(),
            error_file_id: (!is_live).then(|| id_of(Side::Errors, 2)).flatten(),
            completion_window: "24h",
            created_at,
            request_counts: Counts { total: batch.requests, completed, failed: batch.failed },
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn the_newest_batches_go_on_and_read_files_that_are_there() {
        let account = DemoAccount::new(2_000, NOW);
        let list = batches(&account, NOW);
        assert_eq!(list.len(), MOST);
        let live: Vec<&DemoBatch> =
            list.iter().filter(|batch| batch.status == "in_progress").collect();
        assert_eq!(live.len(), LIVE);
        for batch in &list {
            let index = account.index(&batch.input_file_id).unwrap();
            assert!(account.file(index, NOW).unwrap().filename.contains("in"), "{batch:?}");
        }
        assert!(list[10].output_file_id.is_some());
        assert!(list.is_sorted_by_key(|batch| std::cmp::Reverse(batch.created_at)));
        assert!(batches(&DemoAccount::new(0, NOW), NOW).is_empty());
    }
}

use super::*;
use crate::jobs::Pinned;
use crate::jobs::job::{Delay, FailureKind, JobFailure, Sum};
use crate::jobs::record::Saved;

const SECOND: Duration = Duration::from_secs(1);
/// The service's clock, and the machine's, at the start of each test.
const NOW_S: i64 = 1_800_000_000;

fn at(seconds: u64) -> Now {
    Now {
        wall_ms: NOW_S * 1_000 + i64::try_from(seconds).unwrap() * 1_000,
        mono: Duration::from_secs(1_000 + seconds),
    }
}

fn download(id: &str, bytes: u64, left_s: i64) -> Download {
    Download {
        file: Pinned {
            id: Untrusted::new(id),
            filename: Some(Untrusted::new(format!("{id}.jsonl"))),
            bytes: Some(bytes),
            created_at: None,
            expires_at: Some(NOW_S + left_s),
        },
        folder: "/x".into(),
        name: None,
        again: false,
        trust_length: false,
    }
}

fn saved(bytes: u64) -> Saved {
    Saved {
        path: "/x/a".into(),
        bytes,
        sha256: String::new(),
        proof: "complete".to_owned(),
        at: NOW_S,
        already: false,
    }
}

fn failure(kind: FailureKind) -> Result<Saved, JobFailure> {
    Err(JobFailure { kind, words: "why".to_owned(), is_outage: false })
}

fn passing() -> Result<Saved, JobFailure> {
    failure(FailureKind::Passing { wait: None })
}

/// Begins whatever may be begun; by name.
fn begin(queue: &mut Queue, now: Now) -> Vec<String> {
    let mut begun = vec![];
    while let Some(job) = queue.begin(now) {
        begun.push(String::from_utf8_lossy(job.file().id.raw()).into_owned());
    }
    begun
}

fn id_of(queue: &Queue, name: &str) -> JobId {
    queue.jobs().find(|job| job.file().id.raw() == name.as_bytes()).unwrap().id
}

fn state(queue: &Queue, name: &str) -> JobState {
    queue.job(id_of(queue, name)).unwrap().state.clone()
}

#[test]
fn the_least_time_left_comes_first_and_three_run_at_once() {
    let mut queue = Queue::new(AT_ONCE, 1);
    for (id, left_s) in [("late", 9_000), ("past", -50), ("soon", 60), ("mid", 600)] {
        queue.add(download(id, 10, left_s)).unwrap();
    }
    let unlimited = Download { file: Pinned::by_id(Untrusted::new("never")), ..download("", 1, 1) };
    queue.add(unlimited).unwrap();
    assert_eq!(queue.add(download("soon", 10, 60)), None, "a file is in it once");
    assert_eq!(queue.deadline(), Some(Duration::ZERO));
    assert_eq!(begin(&mut queue, at(0)), ["past", "soon", "mid"]);
    assert_eq!(queue.deadline(), None);
    let soon = id_of(&queue, "soon");
    queue.received_all(soon);
    assert_eq!(begin(&mut queue, at(0)), ["late"], "what finishes leaves its place to another");
    queue.ended(soon, Ok(saved(10)), at(0).mono);
    assert_eq!(begin(&mut queue, at(0)), [""; 0], "and has left it already");
    queue.ended(id_of(&queue, "mid"), Ok(saved(10)), at(0).mono);
    assert_eq!(begin(&mut queue, at(0)), ["never"]);
    let sum = queue.sum();
    assert_eq!((sum.all, sum.saved, sum.open, sum.under_way), (5, 2, 3, 3));
    assert!(!sum.is_known);
}

/// A disk that lags behind holds up what comes, before threads and open files run out.
#[test]
fn what_finishes_leaves_its_place_as_long_as_the_disk_keeps_up() {
    let mut queue = Queue::new(2, 1);
    for n in 0..100 {
        queue.add(download(&format!("f{n}"), 10, n)).unwrap();
    }
    let mut begun = vec![];
    loop {
        let more = begin(&mut queue, at(0));
        if more.is_empty() {
            break;
        }
        for name in &more {
            queue.received_all(id_of(&queue, name));
        }
        begun.extend(more);
    }
    assert_eq!(begun.len(), 2 + MOST_FINISHING);
    assert_eq!(queue.deadline(), None, "no time mends it");
    queue.ended(id_of(&queue, &begun[0]), Ok(saved(10)), at(0).mono);
    assert_eq!(begin(&mut queue, at(0)).len(), 1);
}

/// A large file with a little more time left than a small one has less slack, once a rate is known.
#[test]
fn slack_counts_what_the_rest_takes() {
    let mut queue = Queue::new(1, 1);
    queue.add(download("first", 1_000_000, 10)).unwrap();
    queue.add(download("small", 10, 1_000)).unwrap();
    queue.add(download("large", 10_000_000, 1_100)).unwrap();
    assert_eq!(begin(&mut queue, at(0)), ["first"]);
    let first = id_of(&queue, "first");
    for second in 0..=10_u32 {
        queue.progressed(first, u64::from(second) * 50_000, None, at(second.into()).mono);
    }
    let rate = queue.rate(at(10).mono).unwrap();
    assert!((rate - 50_000.0).abs() < 1.0, "{rate}");
    queue.ended(first, Ok(saved(1_000_000)), at(10).mono);
    queue.rate.add(0, at(10).mono);
    queue.rate.add(50_000, at(12).mono);
    assert_eq!(begin(&mut queue, at(12)), ["large"], "200 s of its 1,100 are needed");
}

#[test]
fn what_fails_is_tried_again_three_times_without_a_further_byte() {
    let mut queue = Queue::new(1, 1);
    let id = queue.add(download("a", 100, 60)).unwrap();
    let mut now = 0;
    for n in 1..=2_u64 {
        assert_eq!(begin(&mut queue, at(now)), ["a"]);
        // Each gets further: none is in vain.
        queue.progressed(id, n * 10, None, at(now).mono);
        queue.ended(id, passing(), at(now).mono);
        assert_eq!(state(&queue, "a"), JobState::Waiting);
        now += 60;
    }
    for n in 1..=3 {
        assert_eq!(begin(&mut queue, at(now)), ["a"], "{n}");
        queue.progressed(id, 20, None, at(now).mono);
        queue.ended(id, passing(), at(now).mono);
        now += 60;
    }
    assert!(matches!(state(&queue, "a"), JobState::Failed(_)));
    assert!(queue.try_again(id));
    assert_eq!(begin(&mut queue, at(now)), ["a"]);
}

#[test]
fn a_wait_that_the_service_asks_for_holds_up_all() {
    let mut queue = Queue::new(1, 1);
    let id = queue.add(download("a", 100, 60)).unwrap();
    queue.add(download("b", 100, 600)).unwrap();
    begin(&mut queue, at(0));
    let wait = Some(30 * SECOND);
    queue.ended(id, failure(FailureKind::Passing { wait }), at(0).mono);
    assert_eq!(begin(&mut queue, at(29)), [""; 0]);
    assert_eq!(queue.deadline(), Some(at(30).mono));
    assert_eq!(begin(&mut queue, at(30)), ["a"]);
}

/// It holds up also what failed by nothing, and all of it says so.
#[test]
fn whatever_waits_tells_the_later_of_its_own_pause_and_the_services() {
    let mut queue = Queue::new(1, 1);
    for (n, id) in ["a", "b"].into_iter().enumerate() {
        queue.add(download(id, 100, 60 * i64::try_from(n).unwrap())).unwrap();
    }
    let [a, b] = ["a", "b"].map(|id| id_of(&queue, id));
    let told = |queue: &Queue, id, second| queue.delay_of(queue.job(id).unwrap(), at(second).mono);
    assert_eq!(
        (told(&queue, b, 0), queue.delay(at(0).mono)),
        (None, None),
        "it waits for its turn"
    );
    begin(&mut queue, at(0));
    queue.ended(a, passing(), at(0).mono);
    let own = told(&queue, a, 0).unwrap();
    assert!(!own.is_asked && own.until > at(0).mono);
    assert_eq!(told(&queue, b, 0), None);
    begin(&mut queue, at(0));
    let wait = Some(100 * SECOND);
    queue.ended(b, failure(FailureKind::Passing { wait }), at(0).mono);
    let asked = Some(Delay { until: at(100).mono, is_asked: true });
    for second in [0, 99] {
        assert_eq!([a, b].map(|id| told(&queue, id, second)), [asked; 2]);
        assert_eq!(queue.delay(at(second).mono), asked);
    }
    assert_eq!((told(&queue, a, 100), queue.delay(at(100).mono)), (None, None));
    // What rests waits for nobody.
    queue.pause(a);
    assert_eq!(told(&queue, a, 0), None);
}

/// Whoever asks for longer than anybody waits ends this try and holds up the others, an hour at most.
#[test]
fn a_wait_that_is_too_long_fails_the_one_and_holds_up_the_others() {
    for (kind, until) in [
        (FailureKind::Passing { wait: Some(121 * SECOND) }, 121),
        (FailureKind::AskedToWait(5 * SECOND), 5),
        (FailureKind::AskedToWait(900_000 * SECOND), 3_600),
    ] {
        let mut queue = Queue::new(1, 1);
        for (id, left_s) in [("a", 60), ("b", 600)] {
            queue.add(download(id, 100, left_s)).unwrap();
        }
        begin(&mut queue, at(0));
        queue.ended(id_of(&queue, "a"), failure(kind), at(0).mono);
        assert!(matches!(state(&queue, "a"), JobState::Failed(_)), "{kind:?}");
        assert_eq!(begin(&mut queue, at(until - 1)), [""; 0], "{kind:?}");
        assert_eq!(queue.deadline(), Some(at(until).mono), "{kind:?}");
        assert_eq!(begin(&mut queue, at(until)), ["b"], "{kind:?}");
    }
}

#[test]
fn a_full_disk_has_all_rest_and_going_on_with_one_goes_on_with_all() {
    let mut queue = Queue::new(2, 1);
    for id in ["a", "b", "c"] {
        queue.add(download(id, 100, 60)).unwrap();
    }
    assert_eq!(begin(&mut queue, at(0)), ["a", "b"]);
    queue.progressed(id_of(&queue, "a"), 40, None, at(0).mono);
    queue.ended(id_of(&queue, "a"), failure(FailureKind::DiskFull), at(0).mono);
    for id in ["a", "b", "c"] {
        assert_eq!(state(&queue, id), JobState::Paused(Pause::DiskFull), "{id}");
    }
    assert_eq!(queue.take_stopped(), [id_of(&queue, "b")]);
    assert_eq!((queue.wanted_bytes().known, queue.deadline()), (260, None));
    queue.ended(id_of(&queue, "b"), passing(), at(0).mono);
    assert_eq!(state(&queue, "b"), JobState::Paused(Pause::DiskFull), "a late end changes nothing");
    assert!(queue.go_on(id_of(&queue, "c")));
    assert_eq!(begin(&mut queue, at(1)), ["a", "b"]);
}

#[test]
fn want_of_room_for_one_file_concerns_that_file() {
    let mut queue = Queue::new(1, 1);
    for id in ["a", "b"] {
        queue.add(download(id, 100, 60)).unwrap();
    }
    begin(&mut queue, at(0));
    queue.ended(id_of(&queue, "a"), failure(FailureKind::NoRoom), at(0).mono);
    assert!(matches!(state(&queue, "a"), JobState::Failed(_)));
    assert_eq!(begin(&mut queue, at(0)), ["b"]);
}

#[test]
fn a_refused_key_ends_all() {
    let mut queue = Queue::new(2, 1);
    for id in ["a", "b", "c"] {
        queue.add(download(id, 100, 60)).unwrap();
    }
    begin(&mut queue, at(0));
    queue.ended(id_of(&queue, "b"), failure(FailureKind::KeyRefused), at(0).mono);
    for id in ["a", "b", "c"] {
        assert!(matches!(state(&queue, id), JobState::Failed(_)), "{id}");
    }
    assert_eq!((queue.take_stopped().len(), queue.has_open()), (1, false));
}

/// What goes elsewhere goes on.
#[test]
fn a_folder_that_cannot_be_used_ends_all_that_is_for_it() {
    let mut queue = Queue::new(3, 1);
    for (n, folder) in ["/x", "/y", "/x", "/x", "/y", "/x"].iter().enumerate() {
        let left_s = i64::try_from(n).unwrap();
        let it = Download { folder: folder.into(), ..download(&format!("f{n}"), 100, left_s) };
        queue.add(it).unwrap();
    }
    assert_eq!(begin(&mut queue, at(0)), ["f0", "f1", "f2"]);
    queue.pause(id_of(&queue, "f5"));
    let decided =
        queue.ended(id_of(&queue, "f0"), failure(FailureKind::FolderUnusable), at(0).mono);
    assert_eq!(decided, ["f0", "f2", "f3", "f5"].map(|id| id_of(&queue, id)));
    for id in ["f0", "f2", "f3", "f5"] {
        assert!(matches!(state(&queue, id), JobState::Failed(_)), "{id}");
    }
    assert_eq!(queue.take_stopped(), [id_of(&queue, "f2")]);
    assert_eq!(begin(&mut queue, at(0)), ["f4"]);
    assert_eq!(state(&queue, "f1"), JobState::Running);
}

/// Whether it lies there still is not decided by a folder to which it need not be saved.
#[test]
fn what_is_known_to_be_saved_is_tried_though_its_folder_cannot_be_used() {
    let mut queue = Queue::new(1, 1);
    for (id, left_s) in [("a", 10), ("b", 20), ("c", 30)] {
        let id = queue.add(download(id, 100, left_s)).unwrap();
        if left_s != 20 {
            queue.was_saved_before(id);
        }
    }
    let unusable = || failure(FailureKind::FolderUnusable);
    for (tried, ended, left) in [("a", vec!["a", "b"], vec!["c"]), ("c", vec!["c"], vec![])] {
        assert_eq!(begin(&mut queue, at(0)), [tried]);
        let decided = queue.ended(id_of(&queue, tried), unusable(), at(0).mono);
        assert_eq!(decided, ended.iter().map(|id| id_of(&queue, id)).collect::<Vec<JobId>>());
        let open = queue.jobs().filter(|job| !job.is_over()).map(|job| job.id);
        assert_eq!(
            open.collect::<Vec<JobId>>(),
            left.iter().map(|id| id_of(&queue, id)).collect::<Vec<JobId>>()
        );
    }
    // It is not known of the same file once more, before somebody says so.
    for id in ["c", "b"] {
        queue.add(download(id, 100, if id == "b" { 20 } else { 30 })).unwrap();
    }
    begin(&mut queue, at(0));
    assert_eq!(queue.ended(id_of(&queue, "b"), unusable(), at(0).mono).len(), 2);
}

/// Twelve requests for a file are all that are made for it, also where a try makes two.
#[test]
fn requests_are_counted_and_not_tries() {
    for in_each in [1, 2] {
        let mut queue = Queue::new(1, 1);
        let id = queue.add(download("a", 1_000, 90_000)).unwrap();
        let (mut now, mut requests) = (at(0), 0);
        while queue.has_open() {
            now.mono = now.mono.max(queue.deadline().unwrap_or_default());
            let most = queue.begin(now).unwrap().requests_left();
            for _ in 0..most.min(in_each) {
                queue.starts_at(id, 0, None);
                requests += 1;
            }
            queue.progressed(id, requests, None, now.mono);
            queue.ended(id, passing(), now.mono);
        }
        assert_eq!(requests, 12, "{in_each} in each");
        assert!(matches!(state(&queue, "a"), JobState::Failed(_)));
        assert!(queue.try_again(id));
        assert_eq!(queue.begin(now).unwrap().requests_left(), 12);
    }
}

#[test]
fn what_has_come_already_is_finished_though_the_key_is_refused() {
    let mut queue = Queue::new(2, 1);
    for id in ["a", "b"] {
        queue.add(download(id, 100, 60)).unwrap();
    }
    begin(&mut queue, at(0));
    queue.received_all(id_of(&queue, "a"));
    queue.ended(id_of(&queue, "b"), failure(FailureKind::KeyRefused), at(0).mono);
    assert_eq!(state(&queue, "a"), JobState::Finishing);
    queue.ended(id_of(&queue, "a"), Ok(saved(100)), at(0).mono);
    assert!(matches!(state(&queue, "a"), JobState::Saved(_)));
}

/// It is looked at when nothing else waits or runs, and with some patience: the other process may be about
/// to be done.
#[test]
fn what_another_process_has_comes_again_at_the_end_and_is_waited_for() {
    let mut queue = Queue::new(2, 1);
    for (id, left_s) in [("a", 10), ("b", 20), ("c", 30)] {
        queue.add(download(id, 100, left_s)).unwrap();
    }
    assert_eq!(begin(&mut queue, at(0)), ["a", "b"]);
    let [a, b, c] = ["a", "b", "c"].map(|id| id_of(&queue, id));
    queue.ended(a, failure(FailureKind::Held(7)), at(0).mono);
    assert_eq!(begin(&mut queue, at(0)), ["c"]);
    queue.ended(b, passing(), at(0).mono);
    queue.ended(c, Ok(saved(100)), at(0).mono);
    assert_eq!(begin(&mut queue, at(600)), ["b"], "what waits for another try comes before it");
    assert_eq!(queue.deadline(), None);
    queue.received_all(b);
    assert_eq!(begin(&mut queue, at(600)), [""; 0], "what is being finished runs");
    queue.ended(b, Ok(saved(100)), at(600).mono);
    assert_eq!(begin(&mut queue, at(600)), ["a"]);
    // From then on it is looked at by itself, for half a minute and no longer.
    let (mut looks, mut now) = (1, at(600).mono);
    queue.ended(a, failure(FailureKind::Held(7)), now);
    while let Some(due) = queue.deadline() {
        assert!(due > now, "there is a pause");
        now = due;
        queue.begin(Now { mono: now, ..at(0) }).unwrap();
        queue.ended(a, failure(FailureKind::Held(7)), now);
        looks += 1;
    }
    assert!(matches!(state(&queue, "a"), JobState::Failed(_)));
    let patience = now.checked_sub(at(600).mono).unwrap().as_secs();
    assert!((looks, patience) == (7, 31), "{looks} looks in {patience} s");
    // Tried again, it is waited for as long again, and taken where it is free.
    assert!(queue.try_again(a));
    assert_eq!(begin(&mut queue, at(700)), ["a"]);
    queue.ended(a, failure(FailureKind::Held(7)), at(700).mono);
    assert_eq!(begin(&mut queue, at(701)), ["a"]);
    queue.ended(a, Ok(saved(100)), at(701).mono);
    assert!(matches!(state(&queue, "a"), JobState::Saved(_)));
}

#[test]
fn what_another_process_has_can_be_paused_and_called_off() {
    let mut queue = Queue::new(1, 1);
    let a = queue.add(download("a", 100, 10)).unwrap();
    begin(&mut queue, at(0));
    queue.ended(a, failure(FailureKind::Held(7)), at(0).mono);
    assert!(queue.pause(a));
    assert_eq!((begin(&mut queue, at(9)).len(), queue.deadline()), (0, None));
    assert!(queue.go_on(a));
    assert_eq!(begin(&mut queue, at(9)), ["a"]);
    queue.ended(a, failure(FailureKind::Held(7)), at(9).mono);
    assert!(queue.cancel(a));
    assert_eq!((begin(&mut queue, at(99)).len(), queue.deadline()), (0, None));
}

#[test]
fn pausing_going_on_and_calling_off_do_what_they_say_and_nothing_else() {
    let mut queue = Queue::new(1, 1);
    let a = queue.add(download("a", 100, 10)).unwrap();
    let b = queue.add(download("b", 100, 20)).unwrap();
    begin(&mut queue, at(0));
    assert!(queue.pause(a) && !queue.pause(a));
    assert_eq!(queue.take_stopped(), [a]);
    assert_eq!(begin(&mut queue, at(0)), ["b"]);
    queue.received_all(b);
    assert!(!queue.pause(b) && !queue.cancel(b), "what is being finished is finished");
    assert!(queue.go_on(a) && !queue.go_on(a));
    assert!(queue.cancel(a) && !queue.cancel(a));
    assert!(queue.add(download("a", 100, 10)).is_some(), "it may be asked for again");
    assert!(!queue.try_again(a), "but not twice at a time");
}

/// It is open, and so it is counted: else leaving would not ask for it.
#[test]
fn what_is_tried_again_beside_newer_ones_counts() {
    let mut queue = Queue::new(1, 1);
    let a = queue.add(download("a", 100, 10)).unwrap();
    begin(&mut queue, at(0));
    queue.ended(a, failure(FailureKind::Final), at(0).mono);
    let b = queue.add(download("b", 100, 10)).unwrap();
    assert!(queue.try_again(a));
    assert_eq!((queue.sum().all, queue.sum().open), (2, 2));
    assert!(queue.cancel(b));
    assert_eq!((queue.sum().all, queue.sum().open), (1, 1));
}

/// However often it is asked for, as by a rule that looks again and again.
#[test]
fn a_file_that_cannot_be_saved_has_one_job() {
    let mut queue = Queue::new(1, 1);
    let a = queue.add(download("a", 100, 10)).unwrap();
    for _ in 0..3 {
        assert_eq!(begin(&mut queue, at(0)), ["a"]);
        queue.ended(a, failure(FailureKind::Final), at(0).mono);
        // What the list says of it now counts.
        assert_eq!(queue.add(download("a", 200, 20)), Some(a));
        assert_eq!((queue.len(), queue.wanted_bytes().known), (1, 200));
    }
    assert!(queue.cancel(a));
    assert_eq!(queue.add(download("a", 100, 10)), Some(a));
    assert!(queue.cancel(a));
    let elsewhere = Download { folder: "/y".into(), ..download("a", 100, 10) };
    let b = queue.add(elsewhere).unwrap();
    assert_ne!(b, a, "it is another place");
    assert!(!queue.try_again(a), "it is in one job at a time");
    assert_eq!(begin(&mut queue, at(0)), ["a"]);
    queue.ended(b, Ok(saved(100)), at(0).mono);
    assert!(queue.try_again(a));
}

#[test]
fn what_is_over_gives_way_and_what_failed_does_last() {
    let mut queue = Queue::new(1, 1);
    for n in 0..30 {
        let id = queue.add(download(&format!("f{n}"), 10, n)).unwrap();
        begin(&mut queue, at(0));
        let result = if n % 3 == 0 { failure(FailureKind::Final) } else { Ok(saved(10)) };
        queue.ended(id, result, at(0).mono);
    }
    queue.add(download("open", 10, 1)).unwrap();
    assert_eq!(queue.give_way(28), [], "a few more are no matter");
    assert_eq!(queue.give_way(12).len(), 18);
    let names: Vec<String> = queue.jobs().map(|job| job.file().shown(20)).collect();
    let failed = (0..30).step_by(3).map(|n| format!("f{n}.jsonl"));
    let mut expected: Vec<String> = failed.collect();
    // The newest two of the others.
    expected.extend(["f28.jsonl", "f29.jsonl", "open.jsonl"].map(str::to_owned));
    expected.sort_by_key(|name| name[1..name.len() - 6].parse().unwrap_or(99));
    assert_eq!(names, expected);
    assert_eq!(queue.ended_so_far(), Ended { saved: 20, failed: 10, cancelled: 0 });
    assert_eq!(queue.sum().all, 1, "since nothing was open last");
}

/// Thousands of histories against what the module's page promises: nothing twice, nothing lost, never
/// more at once than may be, never before its time, and the least slack first.
#[test]
fn whatever_happens_nothing_is_lost_and_nothing_runs_twice() {
    let (mut with_rate, mut most_under_way) = (0, 0);
    for seed in 0..400 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut queue = Queue::new(rng.usize(1..5), seed);
        let at_once = queue.at_once;
        // Of an order that the seed alone decides.
        let mut running: BTreeSet<JobId> = BTreeSet::new();
        let mut ended: HashSet<JobId> = HashSet::new();
        // Now and then the disk takes its time.
        let is_slow = seed % 8 == 0;
        let mut added = if is_slow { 80 } else { 0 };
        for n in 0..added {
            queue.add(download(&format!("f{n}"), 10, rng.i64(0..10_000))).unwrap();
        }
        let mut counted = Counted::of(&queue);
        let mut clock = 0_u64;
        for step in 0..if is_slow { 1_500 } else { 300 } {
            let some = |queue: &Queue, rng: &mut fastrand::Rng| {
                (!queue.is_empty()).then(|| JobId(rng.usize(0..queue.next_id().0)))
            };
            let was_idle = !queue.has_open();
            match rng.u8(0..10) {
                0 | 1 if added < 40 => {
                    let left = rng.i64(-100..100_000);
                    let mut file = download(&format!("f{added}"), rng.u64(0..1_000_000), left);
                    file.file.bytes = file.file.bytes.filter(|_| rng.u8(0..8) > 0);
                    let folder = ["/x", "/y"][rng.usize(0..2)].into();
                    let id = queue.add(Download { folder, ..file }).unwrap();
                    counted.opened(id, was_idle);
                    added += 1;
                }
                2 => _ = some(&queue, &mut rng).map(|id| queue.pause(id)),
                3 => _ = some(&queue, &mut rng).map(|id| queue.go_on(id)),
                4 if rng.u8(0..4) == 0 => _ = some(&queue, &mut rng).map(|id| queue.cancel(id)),
                5 => {
                    if let Some(id) = some(&queue, &mut rng).filter(|id| queue.try_again(*id)) {
                        counted.opened(id, was_idle);
                    }
                }
                6 => clock += rng.u64(0..20),
                _ => {
                    let Some(id) = rng.choice(running.iter().copied().collect::<Vec<_>>()) else {
                        continue;
                    };
                    let reached = queue.job(id).unwrap().received + rng.u64(0..1_000);
                    queue.progressed(id, reached, None, at(clock).mono);
                    if is_slow || rng.bool() {
                        queue.received_all(id);
                    }
                    let lags = queue.job(id).unwrap().state == JobState::Finishing;
                    if rng.u8(0..if lags && is_slow { 255 } else { 4 }) == 0 {
                        let result = some_end(&mut rng, reached);
                        if result.is_ok() {
                            queue.received_all(id);
                            ended.insert(id);
                        }
                        running.remove(&id);
                        queue.ended(id, result, at(clock).mono);
                    }
                }
            }
            for id in queue.take_stopped() {
                assert!(running.remove(&id), "{seed} {step}: stopped what did not run");
            }
            if rng.u8(0..16) == 0 {
                counted.give_way(&mut queue, 10);
            }
            let waited = queue.not_before() > at(clock).mono;
            while let Some(job) = queue.begin(at(clock)) {
                let (id, was_held) = (job.id, job.was_held());
                assert!(!waited && running.insert(id), "{seed} {step}");
                assert!(!ended.contains(&id), "{seed} {step}: it was saved already");
                with_rate += has_least_slack(&queue, id, was_held, at(clock).mono);
            }
            let state = |id: &&JobId| queue.job(**id).unwrap().state == JobState::Running;
            assert!(running.iter().filter(state).count() <= at_once, "{seed} {step}");
            // A bound of its own: threads and open files.
            assert!(running.len() <= at_once + 32, "{seed} {step}");
            most_under_way = most_under_way.max(running.len() - at_once.min(running.len()));
            if step % 16 == 0 {
                counted.check(&queue);
            }
            let due = queue.deadline();
            assert!(due.is_none_or(|due| due > at(clock).mono), "{seed} {step}: in vain");
        }
        come_to_an_end(&mut queue, running, clock);
        counted.check(&queue);
        assert_eq!(queue.len() + counted.gone.len(), added, "{seed}");
        assert!(queue.jobs().all(Job::is_over), "{seed}");
    }
    assert_eq!(most_under_way, 32, "the disk lags too far behind somewhere");
    assert!(with_rate > 1_000, "{with_rate} comparisons at a rate that is known");
}

/// The jobs that came, or were tried again, since nothing was open last, and those that gave way.
struct Counted {
    counted: HashSet<JobId>,
    gone: Vec<Job>,
}

impl Counted {
    fn of(queue: &Queue) -> Self {
        Self { counted: queue.jobs().map(|job| job.id).collect(), gone: vec![] }
    }

    fn opened(&mut self, id: JobId, was_idle: bool) {
        if was_idle {
            self.counted.clear();
        }
        self.counted.insert(id);
    }

    /// Has what is over give way: the oldest first, and last what came to nothing.
    fn give_way(&mut self, queue: &mut Queue, most: usize) {
        let before: Vec<Job> = queue.jobs().cloned().collect();
        let gone = queue.give_way(most);
        let over = queue.jobs().filter(|job| job.is_over()).count();
        assert!(over <= most + 1 && (gone.is_empty() || over == most));
        let gone: Vec<Job> = before.into_iter().filter(|job| gone.contains(&job.id)).collect();
        assert!(gone.iter().all(Job::is_over));
        let has_failed = |job: &Job| matches!(job.state, JobState::Failed(_));
        if gone.iter().any(has_failed) {
            assert!(queue.jobs().filter(|job| job.is_over()).all(has_failed));
        }
        self.gone.extend(gone);
    }

    /// That what is kept of all together is what they come to, counted one by one.
    fn check(&self, queue: &Queue) {
        let (mut sum, mut over) = (Sum { is_known: true, ..Sum::default() }, Ended::default());
        for job in queue.jobs().chain(&self.gone) {
            match &job.state {
                JobState::Saved(_) => over.saved += 1,
                JobState::Failed(_) => over.failed += 1,
                JobState::Cancelled => over.cancelled += 1,
                _ => {}
            }
            if job.state == JobState::Cancelled || !self.counted.contains(&job.id) {
                assert!(job.is_over(), "what is open counts");
                continue;
            }
            let count = |is_it: bool| usize::from(is_it);
            sum.all += 1;
            sum.open += count(!job.is_over());
            sum.under_way += count(job.is_under_way());
            sum.paused += count(matches!(job.state, JobState::Paused(_)));
            sum.saved += count(matches!(job.state, JobState::Saved(_)));
            sum.failed += count(matches!(job.state, JobState::Failed(_)));
            sum.already += count(matches!(&job.state, JobState::Saved(saved) if saved.already));
            sum.received += job.received;
            sum.total += job.total.unwrap_or(job.received);
            sum.is_known &= job.total.is_some();
        }
        assert_eq!(queue.sum(), sum);
        assert_eq!(queue.ended_so_far(), over);
        let open = queue.jobs().filter(|job| !job.is_over());
        assert_eq!(queue.wanted_bytes(), open.map(Job::rest).collect());
        assert_eq!(queue.has_open(), sum.open > 0);
    }
}

/// Left alone, all of it comes to an end.
fn come_to_an_end(queue: &mut Queue, mut running: BTreeSet<JobId>, mut clock: u64) {
    let rests = |job: &Job| matches!(job.state, JobState::Paused(_));
    let resting: Vec<JobId> = queue.jobs().filter(|job| rests(job)).map(|job| job.id).collect();
    for id in resting {
        assert!(queue.go_on(id) || !rests(queue.job(id).unwrap()));
    }
    while queue.has_open() {
        clock += 60;
        while let Some(id) = queue.begin(at(clock)).map(|job| job.id) {
            running.insert(id);
        }
        for id in std::mem::take(&mut running) {
            queue.ended(id, Ok(saved(1)), at(clock).mono);
        }
    }
}

/// How a try ends that reached so many bytes.
fn some_end(rng: &mut fastrand::Rng, reached: u64) -> Result<Saved, JobFailure> {
    let wait = rng.bool().then(|| rng.u32(0..10) * SECOND);
    let for_all = [FailureKind::DiskFull, FailureKind::KeyRefused, FailureKind::FolderUnusable];
    let kinds = [
        FailureKind::Passing { wait },
        FailureKind::Held(1),
        FailureKind::Final,
        FailureKind::NoRoom,
        FailureKind::AskedToWait(rng.u32(0..10) * SECOND),
        for_all[rng.usize(0..3)],
    ];
    if rng.bool() { Ok(saved(reached)) } else { failure(kinds[rng.usize(0..kinds.len())]) }
}

/// That no job that is ready has less slack than this one, which was begun just now, at a rate that is like
/// the one that is known; tells with how many it was compared where one is.
fn has_least_slack(queue: &Queue, id: JobId, was_held: bool, now: Duration) -> usize {
    let rate = queue.rate(now);
    // Small changes of the rate leave the order as it is; what others had comes last.
    let by = if was_held { rate } else { queue.ordered_by };
    let is_alike = match (by, rate) {
        (Some(by), Some(rate)) => by.max(rate) <= by.min(rate) * OTHER_RATE,
        // While none is known, the last one is the best guess.
        (_, rate) => rate.is_none(),
    };
    assert!(is_alike, "in order by {by:?} at {rate:?}");
    let slack = (was_held, queue.job(id).unwrap().slack_ms(by));
    let is_ready = |job: &&Job| job.state == JobState::Waiting && job.not_before <= now;
    let others = queue.jobs().filter(is_ready);
    let theirs: Vec<_> = others.map(|other| (other.was_held(), other.slack_ms(by))).collect();
    assert!(theirs.iter().all(|theirs| slack <= *theirs), "{slack:?} {theirs:?}");
    if by.is_some() { theirs.len() } else { 0 }
}

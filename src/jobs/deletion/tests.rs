//! What is asked of the service, and what is claimed of it, against services that answer as they like.

use super::*;
use crate::api::call::Reply;
use crate::api::error::Status;
use crate::api::wire::File;
use crate::api::{Answer, Deletion, Existence};
use crate::text::Untrusted;
use crate::time::expiry::Stated;

/// What comes of a call.
type Said = Result<Answer<Reply>, ApiError>;

const SECOND: Duration = Duration::from_secs(1);

fn pinned(id: &str) -> Pinned {
    Pinned {
        id: Untrusted::new(id),
        filename: Some(Untrusted::new(format!("{id}.jsonl"))),
        bytes: Some(7),
        created_at: Some(5),
        expires_at: Some(1_000),
    }
}

fn described(file: &Pinned) -> File {
    File {
        id: file.id.clone(),
        filename: file.filename.clone(),
        bytes: file.bytes.map_or(Stated::Nothing, Stated::Value),
        created_at: file.created_at.map_or(Stated::Nothing, Stated::Value),
        expires_at: file.expires_at.map_or(Stated::Nothing, Stated::Value),
        purpose: None,
        extra: None,
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as answers come")]
fn said(value: Reply) -> Said {
    Ok(Answer { value, date: None, allowance: None })
}

fn there(file: &Pinned) -> Said {
    said(Reply::File(Existence::Present(Box::new(described(file)))))
}

fn gone() -> Said {
    said(Reply::File(Existence::Gone))
}

fn deletion(what: Deletion) -> Said {
    said(Reply::Deletion(what))
}

fn status(status: u16, wait: Option<u64>) -> Said {
    let wait = wait.map(Duration::from_secs);
    Err(match status {
        401 => ApiError::KeyRefused { message: None, secret: None },
        _ if Status(status).passes() => {
            ApiError::Unavailable { status: Status(status), message: None, wait }
        }
        _ => ApiError::Refused { status: Status(status), message: None, wait },
    })
}

/// With `x-should-retry: false`.
fn not_again(status: u16) -> Said {
    Err(ApiError::Refused { status: Status(status), message: None, wait: None })
}

fn silence() -> Said {
    Err(ApiError::TimedOut { what: "answer", limit: 15 * SECOND })
}

fn unreachable() -> Said {
    Err(ApiError::Unreachable { cause: Untrusted::new("refused") })
}

fn told(call: &Call) -> String {
    match call {
        Call::Retrieve { .. } => "GET".to_owned(),
        Call::Delete { .. } => "DELETE".to_owned(),
        call => panic!("{call:?}"),
    }
}

/// Deletes one file, whose calls are answered in turn; gives what was asked, and the end.
fn story(answers: Vec<Said>) -> (Vec<String>, DeletionEnd, Duration) {
    let mut deletions = Deletions::new(vec![pinned("a")], 0, 1);
    let (mut asked, mut now) = (vec![], Duration::ZERO);
    let mut answers = answers.into_iter();
    while !deletions.is_over() {
        match deletions.begin(now) {
            Some((number, call)) => {
                asked.push(told(&call));
                let answer = answers.next().unwrap_or_else(|| panic!("no answer to {asked:?}"));
                deletions.answered(number, answer, now);
            }
            None => now = now.max(deletions.deadline().expect("something is to be done")),
        }
    }
    assert!(answers.next().is_none(), "asked only {asked:?}");
    let ended = deletions.take_ended();
    assert_eq!(ended.len(), 1);
    (asked, ended[0].1.clone(), now)
}

/// Answers, what is asked, and what is claimed.
type Story = (Vec<Said>, &'static str, &'static str);

/// Each line: what the service answers, what was asked, and what is claimed.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_is_claimed_of_each_answer() {
    let a = pinned("a");
    let other = Pinned { bytes: Some(8), ..pinned("a") };
    let renamed = Pinned { filename: Some(Untrusted::new("b")), ..pinned("a") };
    let later = Pinned { created_at: Some(6), ..pinned("a") };
    let unproved = || deletion(Deletion::Unproved("the service says that it is not deleted"));
    let denied = || deletion(Deletion::Gone);
    let broken = || Err(ApiError::Undecodable { what: "it is larger than 8 MiB" });
    let stories: Vec<Story> = vec![
        (vec![there(&a), deletion(Deletion::Done)], "GET DELETE", "deleted"),
        (vec![gone()], "GET", "already gone"),
        (vec![there(&a), denied(), gone()], "GET DELETE GET", "already gone"),
        // A service that deletes no files at all answers so to everything.
        (
            vec![there(&a), denied(), there(&a)],
            "GET DELETE GET",
            "left: the service answers 404 to the deletion, and has it still",
        ),
        (vec![there(&a), denied(), silence(), gone()], "GET DELETE GET GET", "already gone"),
        (
            vec![there(&a), denied(), silence(), silence(), silence()],
            "GET DELETE GET GET GET",
            "unknown: no answer within 15 s",
        ),
        (vec![there(&other)], "GET", "left: its size is 8 bytes now, not 7"),
        (vec![there(&renamed)], "GET", "left: its filename is b now"),
        (vec![there(&later)], "GET", "left: it was made at another time"),
        (vec![there(&a), unproved(), gone()], "GET DELETE GET", "deleted"),
        (
            vec![there(&a), unproved(), there(&a)],
            "GET DELETE GET",
            "left: the service says that it is not deleted, and has it still",
        ),
        (vec![there(&a), broken(), gone()], "GET DELETE GET", "deleted"),
        (vec![there(&a), status(500, None), gone()], "GET DELETE GET", "deleted"),
        (vec![there(&a), silence(), gone()], "GET DELETE GET", "deleted"),
        (
            vec![there(&a), silence(), there(&a), deletion(Deletion::Done)],
            "GET DELETE GET DELETE",
            "deleted",
        ),
        (
            vec![there(&a), silence(), there(&a), denied(), gone()],
            "GET DELETE GET DELETE GET",
            "deleted",
        ),
        (
            vec![there(&a), silence(), there(&a), denied(), there(&a)],
            "GET DELETE GET DELETE GET",
            "left: the service answers 404 to the deletion, and has it still",
        ),
        // The id is that of another file: the one that was meant is not there any more, and not left.
        (
            vec![there(&a), silence(), there(&other)],
            "GET DELETE GET",
            "unknown: another file has its id now: its size is 8 bytes now, not 7",
        ),
        (
            vec![there(&a), unproved(), there(&renamed)],
            "GET DELETE GET",
            "unknown: another file has its id now: its filename is b now",
        ),
        (
            vec![there(&a), status(500, None), there(&later)],
            "GET DELETE GET",
            "unknown: another file has its id now: it was made at another time",
        ),
        (
            vec![there(&a), silence(), there(&a), status(429, Some(1)), there(&other)],
            "GET DELETE GET DELETE GET",
            "unknown: another file has its id now: its size is 8 bytes now, not 7",
        ),
        (
            vec![
                there(&a),
                status(500, None),
                there(&a),
                status(500, None),
                there(&a),
                status(502, None),
                there(&a),
            ],
            "GET DELETE GET DELETE GET DELETE GET",
            "left: 502 Bad Gateway, and has it still",
        ),
        (
            vec![there(&a), silence(), there(&a), silence(), there(&a), silence(), there(&a)],
            "GET DELETE GET DELETE GET DELETE GET",
            "unknown: it was there when asked for",
        ),
        (
            vec![there(&a), silence(), silence(), silence(), silence()],
            "GET DELETE GET GET GET",
            "unknown: no answer within 15 s",
        ),
        (vec![there(&a), silence(), status(401, None)], "GET DELETE GET", "unknown: (401)"),
        (vec![there(&a), status(409, None)], "GET DELETE", "left: 409 Conflict"),
        (vec![there(&a), status(401, None)], "GET DELETE", "left: (401)"),
        (vec![status(401, None)], "GET", "left: (401)"),
        (vec![status(500, None), there(&a), deletion(Deletion::Done)], "GET GET DELETE", "deleted"),
        (
            vec![status(500, None), status(500, None), status(500, None)],
            "GET GET GET",
            "left: 500 Internal Server Error",
        ),
        // What never left needs no look.
        (vec![there(&a), unreachable(), denied(), gone()], "GET DELETE DELETE GET", "already gone"),
        (
            vec![there(&a), status(429, Some(100)), there(&a), deletion(Deletion::Done)],
            "GET DELETE GET DELETE",
            "deleted",
        ),
        (
            vec![there(&a), status(429, Some(100)), there(&other)],
            "GET DELETE GET",
            "left: its size is 8 bytes now, not 7",
        ),
        (vec![there(&a), status(429, Some(121))], "GET DELETE", "left: it asks to wait 121 s"),
        (vec![there(&a), silence(), status(429, Some(1)), gone()], "GET DELETE GET GET", "deleted"),
        // A 5xx may have deleted it, whatever it says of waiting or of trying again.
        (vec![there(&a), status(503, Some(121))], "GET DELETE", "unknown: it asks to wait 121 s"),
        (vec![there(&a), not_again(500), gone()], "GET DELETE GET", "deleted"),
        (vec![there(&a), not_again(500), there(&a)], "GET DELETE GET", "left: and has it still"),
        (vec![there(&a), not_again(501)], "GET DELETE", "left: 501 Not Implemented"),
    ];
    for (answers, expected, claim) in stories {
        let (asked, ending, _) = story(answers);
        assert_eq!(asked.join(" "), expected, "{claim}");
        let (word, why) = claim.split_once(": ").unwrap_or((claim, ""));
        let outcome = match ending.outcome() {
            Outcome::Deleted => "deleted",
            Outcome::AlreadyGone => "already gone",
            Outcome::Left => "left",
            Outcome::Unknown => "unknown",
            other => panic!("{other:?}"),
        };
        assert_eq!(outcome, word, "{expected}: {ending:?}");
        assert!(ending.why().unwrap_or_default().contains(why), "{claim}: {ending:?}");
    }
}

/// A service that answers everything well, but that asks for a rest once.
fn honest(call: &Call) -> Said {
    match call {
        Call::Retrieve { id } => there(&pinned(&id.borrow().printable())),
        _ => deletion(Deletion::Done),
    }
}

fn many(count: usize) -> Vec<Pinned> {
    (0..count).map(|n| pinned(&format!("f{n}"))).collect()
}

#[test]
fn four_at_once_and_after_a_complaint_fewer() {
    let mut deletions = Deletions::new(many(40), 7, 1);
    let now = SECOND;
    let first: Vec<(u64, Call)> = std::iter::from_fn(|| deletions.begin(now)).collect();
    assert_eq!(first.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [7, 8, 9, 10]);
    assert_eq!(deletions.deadline(), None, "an answer comes first");
    deletions.answered(7, status(429, Some(60)), now);
    assert_eq!(deletions.waits_until(now), Some(61 * SECOND));
    for (number, call) in &first[1..] {
        deletions.answered(*number, honest(call), now);
    }
    assert!(deletions.begin(60 * SECOND).is_none(), "all of it waits");
    assert_eq!(deletions.deadline(), Some(61 * SECOND));
    let mut now = 61 * SECOND;
    let mut widest = vec![];
    while !deletions.is_over() {
        let turn: Vec<(u64, Call)> = std::iter::from_fn(|| deletions.begin(now)).collect();
        widest.push(turn.len());
        for (number, call) in turn {
            deletions.answered(number, honest(&call), now);
        }
        now += SECOND / 10;
    }
    assert_eq!((widest[0], widest.iter().max()), (2, Some(&4)), "{widest:?}");
    assert_eq!(deletions.sum(), DeletionSum { all: 40, deleted: 40, ..DeletionSum::default() });
}

/// Each line: the first answers, until when all of it waits then, and whether the service asked for that.
#[test]
fn it_is_told_apart_whether_the_service_asks_for_a_wait() {
    let spent = |reset| {
        let allowance = Some(Allowance { remaining: 0, reset });
        honest(&Call::Retrieve { id: pinned("f0").id }).map(|said| Answer { allowance, ..said })
    };
    let waits = |answers: Vec<Said>| {
        let mut deletions = Deletions::new(many(9), 0, 1);
        for answer in answers {
            let (number, _) = deletions.begin(SECOND).unwrap();
            deletions.answered(number, answer, SECOND);
            if deletions.waits_until(SECOND).is_some() {
                break;
            }
        }
        (deletions.waits_until(SECOND), deletions.is_asked_to_wait())
    };
    assert_eq!(waits(vec![status(429, Some(60))]), (Some(61 * SECOND), true));
    assert_eq!(waits(vec![status(503, Some(7))]), (Some(8 * SECOND), true));
    assert_eq!(waits(vec![spent(9 * SECOND)]), (Some(10 * SECOND), true));
    // A complaint without a wait: a second is our own guess.
    assert_eq!(waits(vec![status(429, None)]), (Some(2 * SECOND), false));
    // Of both at once the longer one counts.
    for (asked, is_asked) in [(1, false), (3, true)] {
        let mut deletions = Deletions::new(many(9), 0, 1);
        let calls: Vec<(u64, Call)> = std::iter::from_fn(|| deletions.begin(SECOND)).collect();
        for ((number, _), wait) in calls.iter().zip([None, None, Some(asked)]) {
            deletions.answered(*number, status(429, wait), SECOND);
        }
        assert_eq!(deletions.is_asked_to_wait(), is_asked, "{asked}");
    }
}

#[test]
fn what_was_seen_long_ago_is_looked_at_again() {
    let mut deletions = Deletions::new(many(1), 0, 1);
    let (number, call) = deletions.begin(SECOND).unwrap();
    deletions.answered(number, honest(&call), SECOND);
    deletions.wait_until(32 * SECOND);
    let (_, call) = deletions.begin(32 * SECOND).unwrap();
    assert_eq!(told(&call), "GET");
}

/// However long a machine slept behind a look: what was seen hours ago counts for nothing after the next sleep.
#[test]
fn no_pause_makes_a_look_count_for_ever() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let mut deletions = Deletions::new(many(1), 0, 1);
    for at in [SECOND, 9 * HOUR, 18 * HOUR] {
        let (number, call) = deletions.begin(at).unwrap();
        assert_eq!(told(&call), "GET", "{at:?}");
        deletions.answered(number, honest(&call), at);
    }
    let (_, call) = deletions.begin(18 * HOUR + SECOND).unwrap();
    assert_eq!(told(&call), "DELETE");
}

/// A service that answers every look, and every deletion with 429, is left alone in the end.
#[test]
fn complaints_that_never_end_are_no_reason_to_go_on_for_ever() {
    let mut deletions = Deletions::new(many(3), 0, 1);
    let (mut now, mut asked) = (SECOND, 0);
    while !deletions.is_over() {
        let Some((number, call)) = deletions.begin(now) else {
            now = now.max(deletions.deadline().unwrap());
            continue;
        };
        asked += 1;
        assert!(asked <= 3 * 2 * 21, "no end");
        let answer = match call {
            Call::Delete { .. } => status(429, None),
            call => honest(&call),
        };
        deletions.answered(number, answer, now);
    }
    assert_eq!(deletions.sum().left, 3);
}

/// A service that allows one request after another, and none at once, is not only looked at.
#[test]
fn where_every_request_has_to_wait_it_is_deleted_all_the_same() {
    for reset in [SECOND, 100 * SECOND] {
        let mut deletions = Deletions::new(many(3), 0, 1);
        let (mut now, mut asked) = (SECOND, 0);
        while !deletions.is_over() {
            let Some((number, call)) = deletions.begin(now) else {
                now = now.max(deletions.deadline().unwrap());
                continue;
            };
            asked += 1;
            assert!(asked <= 9, "{reset:?}: no end");
            let allowance = Some(Allowance { remaining: 0, reset });
            let answer = honest(&call).map(|answer| Answer { allowance, ..answer });
            deletions.answered(number, answer, now);
        }
        assert_eq!(deletions.sum().deleted, 3);
    }
}

#[test]
fn a_refused_key_leaves_all_that_was_not_begun_untouched() {
    let mut deletions = Deletions::new(many(200), 0, 1);
    let (mut asked, mut answered) = (0, vec![]);
    while !deletions.is_over() {
        let Some((number, call)) = deletions.begin(SECOND) else { break };
        asked += 1;
        // The key is revoked behind the fiftieth deletion.
        let is_revoked = answered.len() >= 50;
        if !is_revoked && matches!(call, Call::Delete { .. }) {
            answered.push(told(&call));
        }
        let answer = if is_revoked { status(401, None) } else { honest(&call) };
        deletions.answered(number, answer, SECOND);
    }
    assert_eq!(deletions.sum().deleted, 50);
    assert_eq!(deletions.sum().left, 150);
    assert!(asked <= 50 * 2 + 1, "{asked}");
    assert!(matches!(deletions.stopped(), Some(Stop::KeyRefused(_))));
}

#[test]
fn called_off_means_that_nothing_more_is_begun_and_what_is_on_its_way_is_known() {
    let mut deletions = Deletions::new(many(10), 0, 1);
    let mut calls: Vec<(u64, Call)> = vec![];
    // Two are being deleted, two are looked at.
    for _ in 0..2 {
        let (number, call) = deletions.begin(SECOND).unwrap();
        deletions.answered(number, honest(&call), SECOND);
        calls.push(deletions.begin(SECOND).unwrap());
    }
    calls.extend(std::iter::from_fn(|| deletions.begin(SECOND)));
    assert_eq!(
        calls.iter().map(|(_, call)| told(call)).collect::<Vec<_>>().join(" "),
        "DELETE DELETE GET GET"
    );
    deletions.stop(Stop::Wanted);
    assert_eq!(deletions.sum().left, 6);
    deletions.answered(calls[0].0, silence(), SECOND);
    for (number, call) in &calls[1..] {
        deletions.answered(*number, honest(call), SECOND);
    }
    let (number, call) = deletions.begin(SECOND).unwrap();
    assert_eq!(told(&call), "GET", "what had no answer is settled");
    deletions.answered(number, there(&pinned("f0")), SECOND);
    assert!(deletions.is_over(), "and not deleted again");
    let DeletionSum { deleted, left, unknown, .. } = deletions.sum();
    assert_eq!((deleted, left, unknown), (1, 8, 1));
}

/// Of a file whose deletion was denied it is known that it was not deleted from here, also where it was
/// called off meanwhile.
#[test]
fn what_was_gone_already_is_so_when_it_is_called_off_too() {
    let mut deletions = Deletions::new(many(1), 0, 1);
    let answers = [there(&pinned("f0")), deletion(Deletion::Gone), gone()];
    for (n, answer) in answers.into_iter().enumerate() {
        let (number, _) = deletions.begin(SECOND).unwrap();
        if n == 1 {
            deletions.stop(Stop::Wanted);
        }
        deletions.answered(number, answer, SECOND);
    }
    assert_eq!(deletions.take_ended(), [(pinned("f0"), DeletionEnd::AlreadyGone)]);
}

#[test]
fn whoever_leaves_at_once_claims_nothing_of_what_is_on_its_way() {
    let mut deletions = Deletions::new(many(3), 0, 1);
    let (number, call) = deletions.begin(SECOND).unwrap();
    deletions.answered(number, honest(&call), SECOND);
    std::iter::from_fn(|| deletions.begin(SECOND)).for_each(drop);
    deletions.abandon();
    assert!(deletions.is_over());
    assert_eq!((deletions.sum().unknown, deletions.sum().left), (1, 2));
}

#[test]
fn a_file_of_which_only_the_id_is_known_is_deleted_as_it_is_found() {
    let only_id = vec![Pinned::by_id(Untrusted::new("a"))];
    // Where that is all that was shown of it, it is another one.
    let mut deletions = Deletions::new(only_id.clone(), 0, 1);
    let (number, call) = deletions.begin(SECOND).unwrap();
    deletions.answered(number, honest(&call), SECOND);
    let ended = deletions.take_ended();
    let why = ended[0].1.why().unwrap();
    assert!(why.contains("its filename is a.jsonl now"), "{why}");
    let mut deletions = Deletions::unseen(only_id, 0, 1);
    for _ in 0..2 {
        let (number, call) = deletions.begin(SECOND).unwrap();
        deletions.answered(number, honest(&call), SECOND);
    }
    let ended = deletions.take_ended();
    assert_eq!(ended, [(pinned("a"), DeletionEnd::Deleted)]);
}

/// A service whose files change under the deletion, and that answers as it likes.
struct Wild {
    /// What is there, by the id.
    files: HashMap<Untrusted, Pinned>,
    rng: fastrand::Rng,
    /// Files that it deleted, as they were then.
    deleted: Vec<Pinned>,
}

impl Wild {
    /// Something happens to the account: files are renamed, replaced under their id, added, removed.
    fn change(&mut self) {
        let id = Untrusted::new(format!("f{}", self.rng.u32(..12)));
        match self.rng.u32(..8) {
            0 => drop(self.files.remove(&id)),
            1 => {
                if let Some(file) = self.files.get_mut(&id) {
                    file.filename = Some(Untrusted::new("another"));
                }
            }
            2 => {
                if let Some(file) = self.files.get_mut(&id) {
                    file.bytes = Some(self.rng.u64(..3));
                }
            }
            3 => drop(self.files.insert(
                id.clone(),
                Pinned { created_at: Some(9), ..pinned(&id.borrow().printable()) },
            )),
            _ => {}
        }
    }

    fn answer(&mut self, call: &Call) -> Said {
        let fails = self.rng.u32(..11);
        match call {
            Call::Retrieve { .. } if fails == 0 => silence(),
            Call::Retrieve { .. } if fails == 1 => status(429, Some(1)),
            Call::Retrieve { id } => self.files.get(id).map_or_else(gone, there),
            Call::Delete { id } => {
                let happens = fails < 7;
                let had = if happens { self.files.remove(id) } else { None };
                let done = had.is_some();
                self.deleted.extend(had);
                match (fails, done) {
                    (0..5, true) => deletion(Deletion::Done),
                    // Also of a file that it has: it deletes none.
                    (0..5, false) | (10, _) => deletion(Deletion::Gone),
                    (5, _) => deletion(Deletion::Unproved("unsaid")),
                    (6 | 7, _) => silence(),
                    (8, _) => status(429, Some(2)),
                    _ => status(500, None),
                }
            }
            call => panic!("{call:?}"),
        }
    }
}

/// How long a look may count here, whatever the machine thinks: half a second. The way to a far service and
/// back takes about that long, so that a file can change as well while its deletion is on its way; in a
/// longer time somebody else may well have put another file there.
const TRUSTED: Duration = Duration::from_millis(500);

/// The looks at files that may be deleted without another one.
#[derive(Default)]
struct Looks(HashMap<Untrusted, Look>);

struct Look {
    at: Duration,
    /// How long it counts.
    counts_for: Duration,
    /// Whether a deletion may follow from it still.
    is_open: bool,
}

impl Looks {
    /// The service described the file as it was agreed to.
    fn looked(&mut self, id: &Untrusted, at: Duration) {
        // Where each request has to wait, a look that had to wait as long is the best there is.
        let before = self.0.get(id).filter(|look| look.is_open);
        let counts_for =
            before.map_or(TRUSTED, |look| look.counts_for.max(at.saturating_sub(look.at) * 2));
        self.0.insert(id.clone(), Look { at, counts_for, is_open: true });
    }

    /// A deletion is asked for.
    fn deletes(&mut self, id: &Untrusted, now: Duration) {
        let look = self.0.get_mut(id).filter(|look| look.is_open).expect("it was looked at");
        let age = now.saturating_sub(look.at);
        assert!(age <= look.counts_for, "{id:?} was looked at {age:?} ago");
        look.is_open = false;
    }

    fn ended(&mut self, id: &Untrusted) {
        self.0.remove(id);
    }

    /// Whether a file may be deleted at this moment without another look.
    fn are_trusted(&self, now: Duration) -> bool {
        self.0.values().any(|look| look.is_open && now.saturating_sub(look.at) <= look.counts_for)
    }
}

/// What was deleted is a subset of what was shown and agreed to, whatever happens; and what is claimed
/// to be deleted is not there.
#[test]
fn nothing_is_deleted_that_was_not_agreed_to() {
    for seed in 0..3_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let shown = many(12);
        let agreed: Vec<Pinned> = shown.iter().filter(|_| rng.bool()).cloned().collect();
        let files = shown.into_iter().map(|file| (file.id.clone(), file)).collect();
        let mut wild = Wild { files, rng: rng.fork(), deleted: vec![] };
        let mut deletions = Deletions::new(agreed.clone(), 0, seed);
        let mut now = SECOND;
        let mut flying: Vec<(u64, Call)> = vec![];
        let (mut looks, mut ends) = (Looks::default(), vec![]);
        let mut steps = 0;
        while !deletions.is_over() {
            steps += 1;
            assert!(steps < 5_000, "{seed}: no end");
            while let Some(begun) = deletions.begin(now) {
                if let Call::Delete { id } = &begun.1 {
                    looks.deletes(id, now);
                }
                flying.push(begun);
            }
            assert!(flying.len() <= AT_ONCE);
            if flying.is_empty() {
                now = now.max(deletions.deadline().expect("something is to be done"));
            }
            // Between a look and a deletion nobody can look: what changes then changes unseen.
            let deletes = flying.iter().any(|(_, call)| matches!(call, Call::Delete { .. }));
            if !deletes && !looks.are_trusted(now) {
                wild.change();
            }
            if flying.is_empty() {
                continue;
            }
            let (number, call) = flying.swap_remove(rng.usize(..flying.len()));
            let answer = wild.answer(&call);
            if let (Call::Retrieve { id }, Ok(Answer { value, .. })) = (&call, &answer)
                && matches!(value, Reply::File(Existence::Present(_)))
            {
                looks.looked(id, now);
            }
            deletions.answered(number, answer, now);
            for (file, ending) in deletions.take_ended() {
                looks.ended(&file.id);
                ends.push((file, ending));
            }
        }
        for file in &wild.deleted {
            assert!(agreed.contains(file), "{seed}: {file:?} was deleted");
        }
        for (file, ending) in ends {
            assert!(agreed.iter().any(|one| one.id == file.id), "{seed}");
            assert!(ending.why() != Some(""), "{seed}: without a reason");
            let by_us = wild.deleted.contains(&file);
            match &ending {
                DeletionEnd::Deleted => {
                    assert_ne!(wild.files.get(&file.id), Some(&file), "{seed}: it is there");
                }
                DeletionEnd::AlreadyGone => {
                    assert!(!by_us, "{seed}: {file:?} was deleted by us");
                    assert_ne!(wild.files.get(&file.id), Some(&file), "{seed}: it is there");
                }
                DeletionEnd::Left(why) => {
                    assert!(!by_us || why.contains("another file"), "{seed}: {file:?}: {why}");
                }
                DeletionEnd::Unknown(_) => {}
            }
        }
    }
}

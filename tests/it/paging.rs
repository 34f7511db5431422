//! The lister against a model: thousands of seeded histories in which the server fails, lies about
//! nothing, and has files added and deleted between pages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use shelflife::api::error::Status;
use shelflife::api::pace::Pace;
use shelflife::api::retry::Policy;
use shelflife::api::{ApiError, HasMore, Page, Reading};
use shelflife::lister::{Cursor, Failure, Fetch, Lister, Restarts, State};
use shelflife::store::{Extent, Origin, Store};
use shelflife::text::Untrusted;

use crate::support::service::{More, Service, number};

/// A service that refuses a cursor whose file is gone with a 400.
fn service(files: u64) -> Service {
    let mut service = Service::new(files);
    service.refused = Status(400);
    service
}

/// Deletes and adds a few files.
fn change(service: &mut Service, rng: &mut Rng) {
    for _ in 0..rng.usize(..4) {
        let gone = rng.u64(..service.next.max(1));
        service.files.remove(&gone);
    }
    for _ in 0..rng.usize(..3) {
        service.add(60, None);
    }
}

/// What one history did.
struct Outcome {
    lister: Lister,
    store: Store,
    /// Requests per cursor.
    requests: BTreeMap<Option<u64>, usize>,
    /// Files that were there from the beginning to the end.
    steady: BTreeSet<u64>,
}

/// Loads all pages; before each answer `fault` may replace it, after each the server may change.
fn history(
    mut service: Service,
    rng: &mut Rng,
    changes: bool,
    mut fault: impl FnMut(&mut Rng, &Fetch) -> Option<ApiError>,
) -> Outcome {
    let limit = rng.u16(1..12);
    let mut lister = Lister::new(Policy::default(), Restarts::Allowed, rng.u64(..));
    let mut store = Store::default();
    let mut requests = BTreeMap::new();
    let mut steady = service.files.keys().copied().collect::<BTreeSet<u64>>();
    let mut now = Duration::from_secs(10);
    let mut retries = 0;
    let mut pace = Pace::default();
    for step in 0.. {
        assert!(step < 5_000, "it goes on for ever: {:?}", lister.state());
        let fetch = match lister.state() {
            State::Exhausted => break,
            State::Ready { .. } => lister.demand().unwrap(),
            State::Backoff { until, .. } => {
                now = *until;
                lister.on_time(now).unwrap()
            }
            State::Failed { why, .. } => {
                let gives_up = matches!(why, Failure::CursorStuck | Failure::CursorRefused(_))
                    || retries == 20;
                if gives_up {
                    break;
                }
                retries += 1;
                now += Duration::from_secs(2);
                lister.retry(now).unwrap()
            }
            State::Loading { .. } => panic!("two requests at once"),
        };
        assert_eq!(lister.demand(), None, "one request in flight");
        *requests.entry(fetch.cursor.after().map(|id| number(id.raw()))).or_default() += 1;
        let result = match fault(rng, &fetch) {
            Some(error) => Err(error),
            None => service.page(&fetch.cursor, limit),
        };
        match result {
            Err(error) => lister.page_failed(fetch.request, error, now, &mut pace),
            Ok(came) => {
                pace.call_succeeded();
                let has_more = came.has_more;
                let origin = origin(&fetch, &lister);
                let facts = store.take_in(came, origin).unwrap().facts;
                lister.page_loaded(fetch.request, has_more, facts);
            }
        }
        if changes {
            change(&mut service, rng);
            steady.retain(|number| service.files.contains_key(number));
        }
    }
    Outcome { lister, store, requests, steady }
}

fn origin<'a>(fetch: &'a Fetch, lister: &Lister) -> Origin<'a> {
    let (after, pass) = (fetch.cursor.after(), lister.pass());
    Origin { after, pass, at_s: 1, extent: Extent::Open }
}

fn loaded(store: &Store) -> BTreeSet<u64> {
    store.numbers().map(|no| number(store.file(no).id.raw())).collect()
}

#[test]
fn an_honest_server_is_read_once_from_end_to_end() {
    for seed in 0..1_000 {
        let mut rng = Rng::with_seed(seed);
        let files = rng.u64(..80);
        let outcome = history(service(files), &mut rng, false, |_, _| None);
        assert!(outcome.lister.is_complete(), "{seed}");
        assert_eq!(loaded(&outcome.store), (0..files).collect(), "{seed}");
        assert!(outcome.requests.values().all(|times| *times == 1), "{seed}: a page twice");
    }
}

#[test]
fn a_server_that_does_not_say_whether_there_is_more_costs_one_request_more() {
    for seed in 0..500 {
        let mut rng = Rng::with_seed(seed);
        let files = rng.u64(..80);
        let mut service = service(files);
        service.more = More::Missing;
        let outcome = history(service, &mut rng, false, |_, _| None);
        assert!(outcome.lister.is_complete(), "{seed}");
        assert_eq!(loaded(&outcome.store).len() as u64, files);
    }
}

#[test]
fn faults_cost_retries_but_no_file_and_no_page_twice() {
    for seed in 0..2_000 {
        let mut rng = Rng::with_seed(seed);
        let files = rng.u64(..60);
        let outcome = history(service(files), &mut rng, false, |rng, _| {
            (rng.u8(..4) == 0).then(|| match rng.u8(..4) {
                0 => ApiError::TimedOut { what: "answer", limit: Duration::from_secs(15) },
                1 => ApiError::Interrupted { cause: Untrusted::new("reset") },
                2 => ApiError::NotAFilesList { beginning: Untrusted::default(), breaks_off: false },
                _ => ApiError::Unavailable { status: Status(503), message: None, wait: None },
            })
        });
        if outcome.lister.is_complete() {
            assert_eq!(loaded(&outcome.store), (0..files).collect(), "{seed}");
        } else {
            assert!(matches!(outcome.lister.state(), State::Failed { .. }), "{seed}");
        }
    }
}

/// Hazards 22 and 24: the list changes between pages.
#[test]
fn changes_between_pages_lose_no_file_that_was_there_all_along() {
    let mut complete = 0;
    for seed in 0..2_000 {
        let mut rng = Rng::with_seed(seed);
        let files = rng.u64(1..60);
        let outcome = history(service(files), &mut rng, true, |_, _| None);
        if outcome.lister.is_complete() {
            complete += 1;
            let loaded = loaded(&outcome.store);
            let missing: Vec<_> = outcome.steady.difference(&loaded).collect();
            assert!(missing.is_empty(), "{seed}: {missing:?}");
        }
    }
    assert!(complete > 1_900, "only {complete} of 2,000 came to an end");
}

/// Hazards 23: more that is empty, the same page for ever, A-B-A.
#[test]
fn lies_about_more_end_within_two_further_requests() {
    type Lie = fn(u64) -> (Vec<u64>, &'static str);
    let lies: [Lie; 4] = [
        |_| (vec![], "nothing, for ever"),
        |_| (vec![1, 2, 3], "the same page for ever"),
        |n| if n % 2 == 0 { (vec![1, 2], "A-B-A") } else { (vec![3, 4], "A-B-A") },
        |n| (vec![n + 10, 5], "the same end for ever"),
    ];
    let known = service(30);
    for lie in lies {
        let mut lister = Lister::new(Policy::default(), Restarts::Allowed, 1);
        let mut store = Store::default();
        let mut requests = 0;
        while let Some(fetch) = lister.demand() {
            let (numbers, _) = lie(requests);
            requests += 1;
            let readings =
                numbers.into_iter().map(|number| Reading::File(known.file(number))).collect();
            let page = Page { readings, has_more: HasMore::Yes };
            let origin = origin(&fetch, &lister);
            let facts = store.take_in(page, origin).unwrap().facts;
            lister.page_loaded(fetch.request, HasMore::Yes, facts);
            assert!(requests < 10);
        }
        assert!(matches!(lister.state(), State::Failed { why: Failure::CursorStuck, .. }));
        assert!(requests <= 3, "{}: {requests} requests", lie(0).1);
    }
}

/// Hazards 22: no loop.
///
/// A server whose cursors all turn bad ends as partial, and soon.
#[test]
fn cursors_that_are_always_refused_end_in_a_partial_list() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let good_until = rng.u64(1..4);
        let mut answered = 0;
        let outcome = history(service(50), &mut rng, false, |_, fetch| {
            answered += 1;
            let refused = answered > good_until && fetch.cursor != Cursor::Start;
            refused.then_some(ApiError::Refused { status: Status(404), message: None, wait: None })
        });
        let end = outcome.lister.state();
        let expected = matches!(
            end,
            State::Failed { why: Failure::CursorRefused(_) | Failure::CursorStuck, .. }
        );
        assert!(expected, "{seed}: {end:?}");
        assert!(outcome.requests.values().sum::<usize>() <= 12, "{seed}");
    }
}

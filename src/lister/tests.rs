//! Goes through the transition table of the module's documentation, row by row.

use super::*;
use crate::api::error::{Asked, Status};

const SECOND: Duration = Duration::from_secs(1);

fn lister() -> Lister {
    Lister::new(Policy::default(), Restarts::Allowed, 7)
}

fn unavailable(wait: Option<u64>) -> ApiError {
    let wait = wait.map(Duration::from_secs);
    ApiError::Unavailable { status: Status(503), message: None, wait }
}

fn refused(status: u16) -> ApiError {
    ApiError::Refused { status: Status(status), message: None, wait: None }
}

fn facts(last: &str, fresh: usize) -> PageFacts {
    PageFacts { last: Some(Untrusted::new(last)), fresh, new: fresh }
}

fn after(id: &str) -> Cursor {
    Cursor::After(Untrusted::new(id))
}

/// Demands a page, checks where it begins, and takes it in.
fn load(lister: &mut Lister, from: &Cursor, has_more: HasMore, facts: PageFacts) {
    let fetch = lister.demand().expect("a demand in Ready is a request");
    assert_eq!(&fetch.cursor, from);
    lister.page_loaded(fetch.request, has_more, facts);
}

fn fail(lister: &mut Lister, error: ApiError, now: Duration) {
    fail_at(&mut Pace::default(), lister, error, now);
}

fn fail_at(pace: &mut Pace, lister: &mut Lister, error: ApiError, now: Duration) {
    let State::Loading { request, .. } = *lister.state() else { panic!("{:?}", lister.state()) };
    lister.page_failed(request, error, now, pace);
}

fn why(lister: &Lister) -> &Failure {
    let State::Failed { why, .. } = lister.state() else { panic!("{:?}", lister.state()) };
    why
}

#[test]
fn pages_follow_each_other_to_the_end_and_one_request_is_in_flight() {
    let mut lister = lister();
    let first = lister.demand().unwrap();
    assert_eq!(first.cursor, Cursor::Start);
    assert_eq!(lister.demand(), None);
    lister.page_loaded(first.request, HasMore::Yes, facts("b", 2));
    load(&mut lister, &after("b"), HasMore::No, facts("c", 1));
    assert!(lister.is_complete());
    assert_eq!(lister.demand(), None);
    assert_eq!(lister.pages(), 2);
}

#[test]
fn an_answer_to_another_request_changes_nothing() {
    let mut lister = lister();
    let fetch = lister.demand().unwrap();
    assert!(lister.expects(fetch.request) && !lister.expects(fetch.request + 1));
    let before = lister.state().clone();
    lister.page_loaded(fetch.request + 1, HasMore::No, facts("x", 1));
    lister.page_failed(fetch.request + 1, refused(500), SECOND, &mut Pace::default());
    assert_eq!(lister.state(), &before);

    lister.reload();
    lister.page_loaded(fetch.request, HasMore::No, facts("x", 1));
    assert_eq!(lister.state(), &State::Ready { next: Cursor::Start });
    let another = lister.demand().unwrap();
    assert!(lister.expects(another.request) && !lister.expects(fetch.request));
}

/// A list that nothing is known of is worth a request an interval, whatever kept it from being read.
#[test]
fn the_background_retries_the_first_page_whatever_it_was() {
    for status in [400, 402, 404, 405, 410, 422, 501, 505] {
        let mut lister = lister();
        let fetch = lister.demand().unwrap();
        let error = ApiError::Refused { status: Status(status), message: None, wait: None };
        fail(&mut lister, error, SECOND);
        let again = lister.retry_once().unwrap();
        assert_eq!((again.cursor, again.attempt), (Cursor::Start, 3), "{status}");
        assert!(again.request > fetch.request);
    }
    // An empty page with more behind it.
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, PageFacts::default());
    for _ in 0..3 {
        assert_eq!(why(&lister), &Failure::CursorStuck);
        let again = lister.retry_once().unwrap();
        assert_eq!(again.cursor, Cursor::Start);
        lister.page_loaded(again.request, HasMore::Yes, PageFacts::default());
    }
    let again = lister.retry_once().unwrap();
    lister.page_loaded(again.request, HasMore::Yes, facts("a", 1));
    load(&mut lister, &after("a"), HasMore::No, facts("b", 1));
    assert!(lister.is_complete());
}

/// What is behind the files that are read of a page is not asked for: the service would send all again.
#[test]
fn a_page_that_is_too_long_ends_the_list_as_partial() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Unread, facts("b", 2));
    assert_eq!(why(&lister), &Failure::PageTooLong);
    assert!(lister.demand().is_none() && !lister.may_retry());
    assert_eq!(lister.retry(SECOND).unwrap().cursor, Cursor::Start);
}

#[test]
fn a_list_that_does_not_say_ends_when_nothing_new_comes() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Unknown, facts("b", 2));
    load(&mut lister, &after("b"), HasMore::Unknown, facts("b", 0));
    assert!(lister.is_complete());
}

#[test]
fn a_service_that_promises_more_and_gives_nothing_is_stuck() {
    for lie in [PageFacts::default(), facts("b", 0), facts("z", 0)] {
        let mut lister = lister();
        load(&mut lister, &Cursor::Start, HasMore::Yes, facts("b", 2));
        load(&mut lister, &after("b"), HasMore::Yes, lie);
        assert_eq!(why(&lister), &Failure::CursorStuck);
        assert_eq!(lister.demand(), None, "it is not asked again by itself");
    }
}

#[test]
fn a_promise_of_more_is_not_kept_by_an_empty_answer_that_says_nothing() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("b", 2));
    load(&mut lister, &after("b"), HasMore::Unknown, PageFacts::default());
    assert_eq!(why(&lister), &Failure::CursorStuck);
}

#[test]
fn cursors_that_come_again_are_stuck() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    load(&mut lister, &after("a"), HasMore::Yes, facts("b", 1));
    load(&mut lister, &after("b"), HasMore::Yes, facts("a", 1));
    assert_eq!(why(&lister), &Failure::CursorStuck);
}

#[test]
fn transient_failures_are_tried_three_times() {
    let mut lister = lister();
    lister.demand().unwrap();
    let mut now = SECOND;
    for attempt in 1..3 {
        fail(&mut lister, unavailable(None), now);
        let until = lister.deadline().expect("a back-off has an end");
        assert!(until <= now + Duration::from_millis(500 << (attempt - 1)));
        assert_eq!(lister.on_time(until.checked_sub(Duration::from_nanos(1)).unwrap()), None);
        now = until;
        let fetch = lister.on_time(now).unwrap();
        assert_eq!(fetch.cursor, Cursor::Start);
        assert_eq!(lister.demand(), None);
    }
    fail(&mut lister, unavailable(None), now);
    assert_eq!(why(&lister), &Failure::Call(unavailable(None)));
    assert_eq!(lister.deadline(), None);
}

#[test]
fn the_wait_that_the_service_asks_for_is_kept_to() {
    let mut lister = lister();
    lister.demand().unwrap();
    fail(&mut lister, unavailable(Some(100)), SECOND);
    assert_eq!(lister.deadline(), Some(101 * SECOND));
    assert_eq!(lister.retry(50 * SECOND), None, "never earlier than asked");

    lister.on_time(101 * SECOND).unwrap();
    assert!(!lister.may_retry(), "it is being tried");
    fail(&mut lister, unavailable(Some(121)), 101 * SECOND);
    assert!(lister.may_retry(), "by the background too, once the wait is over");
    assert!(matches!(why(&lister), Failure::AskedToWait { until, .. } if *until == 222 * SECOND));
    assert_eq!(lister.retry(221 * SECOND), None);
    assert!(lister.retry(222 * SECOND).is_some());
}

#[test]
fn the_longest_wait_that_is_sat_through_is_two_minutes() {
    let mut lister = lister();
    lister.demand().unwrap();
    fail(&mut lister, unavailable(Some(120)), SECOND);
    assert_eq!(lister.deadline(), Some(121 * SECOND));
}

#[test]
fn where_it_goes_on_is_changed_only_while_nothing_is_asked_for() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("b", 2));
    lister.go_on_at(after("a"));
    assert_eq!(lister.demand().unwrap().cursor, after("a"));
    let before = lister.state().clone();
    lister.go_on_at(Cursor::Start);
    assert_eq!(lister.state(), &before);
}

#[test]
fn each_failure_has_words_for_little_room_and_an_advice() {
    let error = unavailable(Some(600));
    let asked = Failure::AskedToWait { error: error.clone(), wait: SECOND, until: SECOND };
    let no_paging = "the service does not page as it should";
    for (failure, brief, advice) in [
        (Failure::Call(error.clone()), error.brief(), error.advice().into_owned()),
        (asked, error.brief(), "try again then".to_owned()),
        (Failure::CursorStuck, "repeats itself".to_owned(), no_paging.to_owned()),
        (Failure::CursorRefused(error), "place unknown".to_owned(), no_paging.to_owned()),
        (Failure::Full, "full".to_owned(), "there is no way to hold more".to_owned()),
    ] {
        assert!(!brief.is_empty() && !advice.is_empty());
        assert_eq!((failure.brief(), failure.advice().into_owned()), (brief, advice));
    }
}

#[test]
fn each_state_has_a_word_for_the_log() {
    let mut lister = lister();
    assert_eq!(lister.state().word(), "ready");
    lister.demand().unwrap();
    assert_eq!(lister.state().word(), "loading");
    fail(&mut lister, unavailable(None), SECOND);
    assert_eq!(lister.state().word(), "backoff");
    lister.retry(SECOND).unwrap();
    fail(&mut lister, refused(501), SECOND);
    assert_eq!(lister.state().word(), "failed");
    assert_eq!(State::Exhausted.word(), "exhausted");
}

#[test]
fn failures_that_no_retry_mends_are_final_until_the_operator_says_so() {
    let key = ApiError::KeyRefused { message: None, secret: None };
    let page = ApiError::NotAFilesList { beginning: Untrusted::default(), breaks_off: false };
    for error in [key, page, refused(404), refused(501)] {
        let mut lister = lister();
        lister.demand().unwrap();
        fail(&mut lister, error.clone(), SECOND);
        assert_eq!(why(&lister), &Failure::Call(error));
        let again = lister.retry(SECOND).unwrap();
        assert_eq!(again.cursor, Cursor::Start);
    }
}

#[test]
fn an_operator_may_cut_a_backoff_short_but_once_a_second() {
    let mut lister = lister();
    lister.demand().unwrap();
    fail(&mut lister, unavailable(None), SECOND);
    assert!(lister.retry(SECOND).is_some());
    fail(&mut lister, unavailable(None), SECOND);
    assert_eq!(lister.retry(SECOND * 3 / 2), None);
    assert!(lister.retry(SECOND * 2).is_some());
}

#[test]
fn the_budget_stops_retries_of_a_service_that_is_down() {
    let (mut lister, mut pace) = (lister(), Pace::default());
    let mut now = SECOND;
    let mut requests = 0;
    for _ in 0..10 {
        now += 2 * SECOND;
        let _ = lister.demand().or_else(|| lister.retry(now));
        requests += 1;
        loop {
            fail_at(&mut pace, &mut lister, unavailable(None), now);
            let Some(until) = lister.deadline() else { break };
            now = until;
            lister.on_time(now).unwrap();
            requests += 1;
        }
    }
    assert_eq!(requests, 10 + 10, "ten calls and ten retries, not thirty");
}

#[test]
fn a_refused_cursor_is_stepped_back_from_once_then_the_walk_starts_anew_once() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    load(&mut lister, &after("a"), HasMore::Yes, facts("b", 1));
    lister.demand().unwrap();
    fail(&mut lister, refused(400), SECOND);
    assert_eq!(lister.state(), &State::Ready { next: after("a") });
    lister.demand().unwrap();
    fail(&mut lister, refused(404), SECOND);
    assert_eq!(lister.state(), &State::Ready { next: Cursor::Start });
    assert_eq!((lister.pass(), lister.pages()), (1, 0));

    // The second pass sees the same files and the same refusals.
    let known = |last| PageFacts { new: 0, ..facts(last, 1) };
    load(&mut lister, &Cursor::Start, HasMore::Yes, known("a"));
    load(&mut lister, &after("a"), HasMore::Yes, known("b"));
    for cursor in ["b", "a"] {
        assert_eq!(lister.demand().unwrap().cursor, after(cursor));
        fail(&mut lister, refused(400), SECOND);
    }
    assert!(matches!(why(&lister), Failure::CursorRefused(error) if error.refuses_cursor()));
    assert_eq!(lister.retry(SECOND).unwrap().cursor, Cursor::Start);
}

#[test]
fn a_step_back_that_brings_something_new_goes_on() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("b", 2));
    lister.demand().unwrap();
    fail(&mut lister, refused(400), SECOND);
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("c", 1));
    // It may step back once more, and need not begin anew.
    lister.demand().unwrap();
    fail(&mut lister, refused(400), SECOND);
    assert_eq!((lister.state(), lister.pass()), (&State::Ready { next: Cursor::Start }, 0));
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("d", 1));
    load(&mut lister, &after("d"), HasMore::No, facts("e", 1));
    assert!(lister.is_complete());
}

#[test]
fn without_restarts_the_list_stays_partial() {
    let mut lister = Lister::new(Policy::default(), Restarts::Never, 1);
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    load(&mut lister, &after("a"), HasMore::Yes, facts("b", 1));
    for _ in 0..2 {
        lister.demand().unwrap();
        fail(&mut lister, refused(400), SECOND);
    }
    assert!(matches!(why(&lister), Failure::CursorRefused(error) if error.refuses_cursor()));
}

#[test]
fn giving_up_keeps_the_place() {
    let mut lister = lister();
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    lister.give_up(Failure::Full);
    assert_eq!(lister.state(), &State::Failed { at: after("a"), why: Failure::Full });
}

#[test]
fn the_background_retries_what_may_pass_and_leaves_the_rest_to_the_operator() {
    let failed_with = |error: ApiError| {
        let mut lister =
            Lister::new(Policy { attempts: 1, ..Policy::default() }, Restarts::Never, 1);
        let fetch = lister.demand().unwrap();
        lister.page_failed(fetch.request, error, Duration::ZERO, &mut Pace::default());
        assert!(matches!(lister.state(), State::Failed { .. }));
        lister
    };
    let unavailable = ApiError::Unavailable { status: Status(503), message: None, wait: None };
    let portal = ApiError::NotAFilesList { beginning: Untrusted::default(), breaks_off: false };
    for error in
        [unavailable, portal, ApiError::Forbidden { asked: Asked::List, message: None, wait: None }]
    {
        let mut lister = failed_with(error.clone());
        let fetch = lister.retry_once().unwrap();
        lister.page_failed(fetch.request, error, Duration::ZERO, &mut Pace::default());
        assert!(matches!(lister.state(), State::Failed { .. }), "its last try");
    }
    let mut lister = Lister::new(Policy::default(), Restarts::Never, 1);
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    lister.demand().unwrap();
    let refused = ApiError::Refused { status: Status(422), message: None, wait: None };
    fail(&mut lister, refused, SECOND);
    assert!(matches!(lister.state(), State::Failed { .. }));
    assert_eq!(lister.retry_once(), None);

    let mut stuck = Lister::new(Policy::default(), Restarts::Never, 1);
    load(&mut stuck, &Cursor::Start, HasMore::Yes, facts("a", 1));
    load(&mut stuck, &after("a"), HasMore::Yes, facts("a", 0));
    assert_eq!(why(&stuck), &Failure::CursorStuck);
    assert_eq!(stuck.retry_once(), None, "it would read the whole list every time");
}

#[test]
fn a_step_back_that_brings_nothing_new_names_the_refusal() {
    let mut lister = Lister::new(Policy::default(), Restarts::Never, 1);
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 1));
    lister.demand().unwrap();
    fail(&mut lister, refused(404), SECOND);
    load(&mut lister, &Cursor::Start, HasMore::Yes, facts("a", 0));
    assert_eq!(why(&lister), &Failure::CursorRefused(refused(404)));
}

/// A wait is kept to, whatever it is that failed.
#[test]
fn a_wait_is_kept_to_where_no_retry_is_made() {
    let wait = Some(SECOND * 5);
    for error in [
        ApiError::Refused { status: Status(429), message: None, wait },
        ApiError::Forbidden { asked: Asked::List, message: None, wait },
    ] {
        let mut lister = lister();
        lister.demand().unwrap();
        fail(&mut lister, error, SECOND);
        assert_eq!(lister.retry(SECOND * 5), None);
        assert!(lister.retry(SECOND * 6).is_some());
    }
}

//! Alerts: which file is told of when, in which words, and the terminal's title.

use std::time::Duration;

use shelflife::account::Load;
use shelflife::account::alerts::{Rule, default_rules};
use shelflife::api::ApiError;
use shelflife::app::Settings;
use shelflife::app::event::Event;
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::store::filter::Filter;

use crate::support::driver::{Driver, START_S};
use crate::support::files::{expiring_at, list, page};

const HOUR: i64 = 3_600;

/// A dashboard that refreshes on demand only.
fn quiet(rules: Option<Vec<Rule>>) -> Driver {
    let mut settings = Driver::settings();
    settings.refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
    if let Some(rules) = rules {
        settings.alerts = rules;
    }
    Driver::started(120, 36, settings)
}

/// Wakes the app at each of its deadlines until `seconds` have passed.
fn run(driver: &mut Driver, seconds: u64) {
    let end = driver.now.mono + Duration::from_secs(seconds);
    for _ in 0..10 * seconds + 10 {
        let at = driver.app.deadline().unwrap_or(end).min(end);
        driver.pass(at.saturating_sub(driver.now.mono));
        driver.tell(Event::DeadlineReached);
        if driver.now.mono == end {
            return;
        }
    }
    panic!("it never rests");
}

/// Sleeps through `seconds`, as a laptop does.
fn skip(driver: &mut Driver, seconds: u64) {
    driver.pass(Duration::from_secs(seconds));
    driver.tell(Event::DeadlineReached);
}

/// Lets `r` read `body` again.
fn refresh(driver: &mut Driver, body: &str) {
    driver.effects.clear();
    driver.keys("r");
    driver.answer(body);
    assert!(driver.effects.is_empty(), "{:?}", driver.effects);
}

fn texts(driver: &mut Driver) -> Vec<String> {
    std::mem::take(&mut driver.alerts).into_iter().map(|alert| alert.text).collect()
}

#[test]
fn a_file_is_told_of_once_at_each_bound_and_the_title_follows() {
    let mut driver = quiet(None);
    driver.answer(&page(0..2, |n| 24 * HOUR + 3 + n * 100_000, false));
    assert_eq!(driver.title, "shelflife");
    run(&mut driver, 3);
    assert!(driver.alerts.is_empty(), "24 hours are not less than 24 hours");
    run(&mut driver, 1);
    assert_eq!(driver.title, "name-0000.jsonl expires 15:00:03 · shelflife");
    run(&mut driver, 60);
    assert_eq!(texts(&mut driver), ["name-0000.jsonl has less than 24h left"]);
}

/// What happens between the bounds, and behind the last one.
#[test]
fn nothing_is_said_between_the_bounds_or_after_the_last() {
    let mut driver = quiet(None);
    driver.answer(&page(0..1, |_| HOUR + 20, false));
    run(&mut driver, 15);
    assert_eq!(texts(&mut driver), ["name-0000.jsonl has less than 24h left"]);
    run(&mut driver, 60);
    let critical = std::mem::take(&mut driver.alerts);
    assert_eq!(critical.len(), 1);
    assert_eq!(critical[0].text, "name-0000.jsonl has less than 1h left");
    assert!(critical[0].bell && critical[0].desktop && critical[0].command.is_empty());
    skip(&mut driver, 3_500);
    run(&mut driver, 120);
    assert!(driver.alerts.is_empty(), "{:?}", driver.alerts);
    assert_eq!(driver.title, "shelflife", "it has expired");
}

#[test]
fn what_is_critical_already_is_told_of_by_the_tightest_rule_only() {
    let mut driver = quiet(None);
    driver.answer(&page(0..3, |n| [1_800, 7_200, 30 * HOUR][usize::try_from(n).unwrap()], false));
    assert!(driver.alerts.is_empty(), "others are waited for");
    run(&mut driver, 1);
    let alert = driver.alerts.pop().unwrap();
    assert_eq!(alert.text, "1 file has less than 1h left, 1 less than 24h; first name-0000.jsonl");
    assert!(alert.bell && alert.desktop && driver.alerts.is_empty(), "it rings once");
    run(&mut driver, 300);
    assert!(driver.alerts.is_empty());
}

/// A dashboard that reads two pages on at once, and the others with pauses.
fn at_leisure(rules: Vec<Rule>) -> Driver {
    let mut settings = Driver::settings();
    settings.refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
    settings.load = Load::Auto;
    settings.leisure.burst = 2;
    settings.alerts = rules;
    Driver::started(120, 36, settings)
}

/// With seven days of retention there are always files under 24 hours: they are told of once.
#[test]
fn the_start_is_one_alert_however_many_pages_come() {
    let soon = |n: i64| 2 * HOUR + n;
    for (always, later) in [(false, &[][..]), (true, &["50 files have less than 24h left"])] {
        let rules =
            vec![Rule::new("critical", 3_600), Rule { always, ..Rule::new("soon", 86_400) }];
        let mut driver = at_leisure(rules);
        driver.answer(&page(0..100, soon, true));
        run(&mut driver, 2);
        driver.answer(&page(100..200, soon, true));
        assert!(driver.alerts.is_empty(), "the reading goes on");
        driver.answer(&page(200..300, |n| if n == 250 { 3_000 } else { soon(n) }, true));
        assert!(driver.alerts.is_empty(), "it rests, and others are waited for");
        skip(&mut driver, 1);
        let told = texts(&mut driver);
        let expected = "1 file has less than 1h left, 299 less than 24h; first name-0250.jsonl";
        assert_eq!(told, [expected], "{always}");
        // What was there all along and is only read now.
        driver.answer(&page(300..350, soon, true));
        skip(&mut driver, 12);
        let told = texts(&mut driver);
        let begin = |told: &[String]| {
            told.iter().map(|text| text.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(begin(&told), later, "{always}");
        // What is urgent is told of in any case.
        driver.answer(&page(350..352, |n| if n == 350 { 3_000 } else { 90 * HOUR }, false));
        skip(&mut driver, 12);
        assert_eq!(texts(&mut driver), ["name-0350.jsonl has less than 1h left"]);
    }
}

/// What is urgent does not wait for a reading that takes long, and what is not does.
#[test]
fn what_is_urgent_is_told_of_while_the_first_reading_goes_on() {
    let mut driver = quiet(None);
    driver.keys("L");
    driver.answer(&page(0..100, |n| if n == 7 { 1_800 } else { 2 * HOUR }, true));
    skip(&mut driver, 9);
    assert!(driver.alerts.is_empty());
    skip(&mut driver, 1);
    assert_eq!(texts(&mut driver), ["name-0007.jsonl has less than 1h left"]);
    driver.answer(&page(100..200, |_| 2 * HOUR, false));
    skip(&mut driver, 10);
    let expected = "199 files have less than 24h left, first name-0000.jsonl";
    assert_eq!(texts(&mut driver), [expected]);
}

/// After the start, `soon` is for what comes under its bound, or is new on the service.
#[test]
fn what_is_new_on_the_service_is_told_of() {
    let mut driver = quiet(None);
    driver.answer(&page(0..3, |_| 90 * HOUR, false));
    run(&mut driver, 2);
    assert!(driver.alerts.is_empty());
    refresh(&mut driver, &page(0..4, |n| if n == 3 { 5 * HOUR } else { 90 * HOUR }, false));
    run(&mut driver, 2);
    assert_eq!(texts(&mut driver), ["name-0003.jsonl has less than 24h left"]);
    refresh(&mut driver, &page(0..4, |n| if n > 1 { 5 * HOUR } else { 90 * HOUR }, false));
    skip(&mut driver, 12);
    assert_eq!(texts(&mut driver), ["name-0002.jsonl has less than 24h left"], "it changed");
}

/// Made while the program watches, a file is new wherever it is met: not only by a refresh.
#[test]
fn what_was_made_meanwhile_is_told_of_where_it_is_read_on() {
    for (made_s, told) in [(-100_000, &[][..]), (5, &["new.jsonl has less than 24h left"])] {
        let mut driver = at_leisure(default_rules());
        driver.answer(&page(0..100, |_| 90 * HOUR, true));
        run(&mut driver, 2);
        driver.answer(&page(100..200, |_| 90 * HOUR, true));
        driver.answer(&page(200..300, |_| 90 * HOUR, true));
        skip(&mut driver, 12);
        let file = expiring_at("file_new", "new.jsonl", START_S + made_s, START_S + 5 * HOUR);
        driver.answer(&list(&[file], false));
        skip(&mut driver, 12);
        assert_eq!(texts(&mut driver), told, "{made_s}");
    }
}

/// A service that is down at the start is no rest: the first reading is still to come.
#[test]
fn a_start_that_fails_is_told_of_once_it_succeeds() {
    let mut driver = quiet(None);
    driver.fail(ApiError::Undecodable { what: "it is no HTTP" });
    skip(&mut driver, 30);
    driver.keys("r");
    driver.answer(&page(0..2, |_| 2 * HOUR, false));
    skip(&mut driver, 1);
    let expected = "2 files have less than 24h left, first name-0000.jsonl";
    assert_eq!(texts(&mut driver), [expected]);
}

#[test]
fn many_at_once_are_one_alert_with_their_number_and_the_first() {
    let mut driver = quiet(None);
    driver.answer(&page(0..1_234, |n| 3_000 - n % 7, false));
    run(&mut driver, 1);
    let alert = driver.alerts.pop().unwrap();
    assert!(driver.alerts.is_empty());
    assert_eq!(alert.text, "1,234 files have less than 1h left, first name-0006.jsonl");
    let json: serde_json::Value = serde_json::from_str(&alert.json).unwrap();
    assert_eq!(json["count"], 1_234);
    assert_eq!(json["files"].as_array().unwrap().len(), 100, "a command is told of so many");
}

#[test]
fn alerts_that_follow_one_another_are_gathered() {
    let mut driver = quiet(None);
    driver.answer(&page(0..8, |n| HOUR - 10 + n * 2, false));
    run(&mut driver, 40);
    let critical: Vec<String> =
        texts(&mut driver).into_iter().filter(|text| text.contains("than 1h")).collect();
    assert_eq!(critical.len(), 2, "{critical:?}");
    assert_eq!(
        critical[0],
        "6 files have less than 1h left, 2 less than 24h; first name-0000.jsonl"
    );
    assert_eq!(critical[1], "2 files have less than 1h left, first name-0006.jsonl");
}

#[test]
fn a_file_that_got_clearly_more_time_is_told_of_again() {
    for (extended, again) in [(3 * HOUR, true), (HOUR + 100, false)] {
        let mut driver = quiet(None);
        driver.answer(&page(0..1, |_| 1_800, false));
        run(&mut driver, 5);
        assert_eq!(texts(&mut driver), ["name-0000.jsonl has less than 1h left"]);
        refresh(&mut driver, &page(0..1, |_| extended, false));
        skip(&mut driver, u64::try_from(extended - HOUR - 10).unwrap());
        run(&mut driver, 60);
        let expected: &[&str] =
            if again { &["name-0000.jsonl has less than 1h left"] } else { &[] };
        assert_eq!(texts(&mut driver), expected, "{extended}");
    }
}

#[test]
fn a_file_that_got_more_time_before_it_was_told_of_is_not() {
    let mut driver = quiet(None);
    driver.answer(&page(0..1, |_| 1_800, false));
    refresh(&mut driver, &page(0..1, |_| 100 * HOUR, false));
    run(&mut driver, 20);
    assert_eq!(texts(&mut driver), [""; 0]);
}

#[test]
fn a_rule_with_a_filter_tells_of_its_files_only_and_shows_the_next_of_them() {
    let filter = Filter::parse("name-0001 or name-0002", Driver::settings().zone).unwrap();
    let mine = Rule { filter, ..Rule::new("mine", 3_600) };
    let mut driver = quiet(Some(vec![mine]));
    driver.answer(&page(0..4, |n| 600 + n * 600, false));
    run(&mut driver, 2);
    assert_eq!(
        texts(&mut driver),
        ["2 files have less than 1h left, first name-0001.jsonl"],
        "file 0 is not among those"
    );
    assert_eq!(driver.title, "name-0001.jsonl expires 15:20:00 · shelflife");
}

#[test]
fn a_rule_may_ring_without_a_title_or_run_a_command() {
    let rule = Rule {
        title: false,
        desktop: false,
        command: vec!["tell".into(), "me".into()],
        ..Rule::new("quiet", 90 * 60)
    };
    let mut driver = quiet(Some(vec![rule]));
    driver.answer(&page(0..1, |_| 600, false));
    run(&mut driver, 2);
    let alert = driver.alerts.pop().unwrap();
    assert_eq!(alert.text, "name-0000.jsonl has less than 90m left");
    assert_eq!(
        (alert.bell, alert.desktop, alert.command.as_slice()),
        (true, false, ["tell".to_owned(), "me".to_owned()].as_slice())
    );
    assert_eq!(driver.title, "shelflife");
    let json: serde_json::Value = serde_json::from_str(&alert.json).unwrap();
    let expected = serde_json::json!({
        "rule": "quiet", "left_s": 5_400, "count": 1,
        "files": [{
            "id": "file_0", "filename": "name-0000.jsonl", "bytes": 0,
            "created_at": START_S - 600_000, "expires_at": START_S + 600,
        }],
    });
    assert_eq!(json, expected);
}

/// Hazards 19: no control, no change of direction, and JSON that holds the name as it is.
#[test]
fn a_hostile_filename_is_escaped_everywhere() {
    let name = "\u{1b}]9;x\u{7}\u{202e}a\"b\\\nc\u{9b}2J";
    let expires_at = START_S + 600;
    let body = serde_json::json!({
        "data": [{
            "id": "file\u{1b}[2J\n", "filename": name, "bytes": null, "created_at": 0,
            "expires_at": expires_at,
        }],
        "has_more": false,
    });
    let rule = Rule { name: "a\"\u{1b}".into(), ..Rule::new("", 3_600) };
    let mut driver = quiet(Some(vec![rule]));
    driver.answer(&body.to_string());
    run(&mut driver, 2);
    let alert = driver.alerts.pop().unwrap();
    let printable = |text: &str| !text.chars().any(|c| c.is_control() || c == '\u{202e}');
    assert!(printable(&alert.text), "{:?}", alert.text);
    assert!(alert.text.starts_with("\\u{1b}]9;x\\u{7}\\u{202e}a\"b"), "{}", alert.text);
    assert!(printable(&driver.title) && driver.title.contains("\\u{1b}"), "{:?}", driver.title);
    assert!(printable(alert.json.trim_end_matches('\n')), "{:?}", alert.json);
    let json: serde_json::Value = serde_json::from_str(&alert.json).unwrap();
    assert_eq!(json["files"][0]["filename"], name);
    assert_eq!(json["files"][0]["id"], "file\u{1b}[2J\n");
    assert_eq!(json["files"][0]["bytes"], serde_json::Value::Null);
    assert_eq!(json["rule"], "a\"\u{1b}");
}

#[test]
fn what_is_gone_before_it_is_told_of_is_not() {
    let mut driver = quiet(None);
    driver.answer(&page(0..2, |n| 1_800 + n * 1_000_000, false));
    driver.keys("r");
    driver.answer(&page(1..2, |n| 1_800 + n * 1_000_000, false));
    assert_eq!(driver.deny(|_| true), 1);
    run(&mut driver, 20);
    let told = texts(&mut driver);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn settings_without_rules_tell_nothing() {
    let mut driver = Driver::started(80, 24, Settings { alerts: vec![], ..Driver::settings() });
    driver.answer(&page(0..3, |n| n * 600, false));
    driver.effects.clear();
    for _ in 0..20 {
        driver.wake();
    }
    assert!(driver.alerts.is_empty());
    assert_eq!(driver.title, "shelflife");
}

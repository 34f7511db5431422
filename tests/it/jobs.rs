//! Jobs in the dashboard: what is begun by which key, what is said of it, what becomes of it.

use std::time::Duration;

use crossterm::event::KeyCode;
use shelflife::account::journal::Happening;
use shelflife::account::shelf::Shelved;
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::settings::RescueRule;
use shelflife::jobs::job::{FailureKind, JobFailure, JobState};
use shelflife::jobs::record::Saved;
use shelflife::jobs::{Download, Told, Turn};
use shelflife::store::filter::Filter;
use shelflife::text::Untrusted;

use crate::support::driver::{Driver, START_S};
use crate::support::files::page;
use crate::support::screen::text;

fn settings() -> Settings {
    let home = Some("/home/me".into());
    Settings { downloads: "/home/me/results".into(), home, ..Driver::settings() }
}

/// Six files that expire in an hour each, the first of them at once.
fn driver() -> Driver {
    let mut driver = Driver::started(120, 36, settings());
    driver.answer(&page(1..7, |n| n * 3_600, false));
    driver
}

fn begun(driver: &mut Driver) -> Vec<(Turn, Download)> {
    let effects = driver.effects.extract_if(.., |effect| matches!(effect, Effect::Save(..)));
    effects
        .map(|effect| match effect {
            Effect::Save(turn, download) => (turn, *download),
            _ => unreachable!(),
        })
        .collect()
}

fn ids(begun: &[(Turn, Download)]) -> Vec<String> {
    begun.iter().map(|(_, download)| download.file.shown(40)).collect()
}

fn saved(download: &Download) -> Saved {
    Saved {
        path: download.folder.join(download.file.safe_name()),
        bytes: download.file.bytes.unwrap_or(7),
        sha256: "ab".repeat(32),
        proof: "complete · size as listed".to_owned(),
        at: START_S,
        already: false,
    }
}

fn end(driver: &mut Driver, turn: Turn, result: Result<Saved, JobFailure>) {
    driver.tell(Event::SavingEnded { turn, told: vec![], result, ledger_trouble: None });
}

fn fails(driver: &mut Driver, turn: Turn, kind: FailureKind) {
    end(driver, turn, Err(JobFailure { kind, words: "it is so".to_owned() }));
}

fn states(driver: &Driver) -> Vec<JobState> {
    driver.app.saving().queue().jobs().map(|job| job.state.clone()).collect()
}

fn message(driver: &Driver) -> String {
    driver.app.message().unwrap_or_default().to_owned()
}

fn told(driver: &mut Driver, turn: Turn, told: Told) {
    driver.tell(Event::SavingTold(vec![(turn, told)]));
}

#[test]
fn the_selected_file_is_saved_and_known_to_be() {
    let mut driver = driver();
    driver.keys("o");
    assert_eq!(message(&driver), "1 file to ~/results; J shows them");
    let all = begun(&mut driver);
    let (turn, download) = all[0].clone();
    assert_eq!(
        (ids(&all), download.folder.to_str()),
        (vec!["name-0001.jsonl".to_owned()], Some("/home/me/results"))
    );
    driver.keys("o");
    assert_eq!(message(&driver), "1 being saved already");
    told(&mut driver, turn, Told::StartsAt(0, Some(1_000)));
    driver.pass(Duration::from_secs(1));
    told(&mut driver, turn, Told::Received(500, Some(1_000)));
    driver.pass(Duration::from_secs(5));
    driver.tell(Event::DeadlineReached);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.lines().last().unwrap().contains("↓ 0 of 1 · 50 %"), "{screen}");
    end(&mut driver, turn, Ok(saved(&download)));
    assert_eq!(message(&driver), "1 saved; J shows where");
    let no = driver.app.table().selected().unwrap();
    assert!(driver.app.store().is_saved(no));
    assert_eq!(driver.app.journal().entries().back().unwrap().what, Happening::Saved);
}

/// What was saved may have been taken away since: only whoever looks at the disk knows.
#[test]
fn of_a_saved_file_it_is_seen_whether_it_lies_there_still() {
    let mut driver = driver();
    driver.keys("o");
    let (turn, download) = begun(&mut driver)[0].clone();
    end(&mut driver, turn, Ok(saved(&download)));
    for again in ["o", "O\r"] {
        let looks = driver.looks;
        if again == "o" {
            driver.keys("o");
        } else {
            driver.keys("O");
            driver.key(KeyCode::Enter);
        }
        assert_eq!(driver.looks, looks + 1, "{again}");
        assert_eq!(message(&driver), "1 saved before, looked at again; J shows them", "{again}");
        let all = begun(&mut driver);
        assert_eq!((all.len(), all[0].1.again), (1, false), "nothing is claimed: {again}");
        end(&mut driver, all[0].0, Ok(Saved { already: true, ..saved(&download) }));
        assert_eq!(message(&driver), "already saved: ~/results/name-0001.jsonl", "{again}");
    }
    // It was taken away, and is saved once more.
    driver.keys("o");
    let (turn, download) = begun(&mut driver)[0].clone();
    end(&mut driver, turn, Ok(saved(&download)));
    assert_eq!(message(&driver), "1 saved; J shows where");
}

#[test]
fn the_marked_files_are_saved_three_at_once_the_most_urgent_first() {
    let mut driver = driver();
    driver.keys("GS");
    driver.control('a');
    driver.keys("o");
    assert_eq!(message(&driver), "6 files to ~/results; J shows them");
    let all = begun(&mut driver);
    assert_eq!(ids(&all), ["name-0001.jsonl", "name-0002.jsonl", "name-0003.jsonl"]);
    for (turn, download) in all {
        end(&mut driver, turn, Ok(saved(&download)));
    }
    let all = begun(&mut driver);
    assert_eq!(ids(&all), ["name-0004.jsonl", "name-0005.jsonl", "name-0006.jsonl"]);
    fails(&mut driver, all[0].0, FailureKind::Final);
    fails(&mut driver, all[1].0, FailureKind::Missing);
    end(&mut driver, all[2].0, Ok(Saved { already: true, ..saved(&all[2].1) }));
    assert_eq!(message(&driver), "3 saved · 1 already here · 2 failed; J shows where");
}

#[test]
fn the_place_is_chosen_and_never_climbs() {
    let mut driver = driver();
    driver.keys("O");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("~/results/name-0001.jsonl"), "{screen}");
    driver.control('u');
    driver.keys("../x");
    driver.key(KeyCode::Enter);
    assert_eq!(message(&driver), "a place without .. is needed");
    driver.control('u');
    driver.keys("~/other/mine.jsonl");
    driver.key(KeyCode::Enter);
    let all = begun(&mut driver);
    let download = &all[0].1;
    assert_eq!(download.folder.to_str(), Some("/home/me/other"));
    assert_eq!(download.name.as_deref(), Some("mine.jsonl"));
    driver.keys("j j O");
    driver.control('u');
    driver.keys("sub");
    driver.key(KeyCode::Enter);
    let all = begun(&mut driver);
    assert!(
        all.iter()
            .all(|(_, it)| it.folder.to_str() == Some("/home/me/results/sub") && it.name.is_none())
    );
    assert_eq!(all.len(), 2);
}

#[test]
fn what_is_told_late_of_a_try_that_was_stopped_changes_nothing() {
    let mut driver = driver();
    driver.keys("oJ");
    let (turn, download) = begun(&mut driver)[0].clone();
    driver.keys(" ");
    assert!(driver.effects.contains(&Effect::StopSaving(turn)));
    told(&mut driver, turn, Told::Received(9, Some(10)));
    fails(&mut driver, turn, FailureKind::Final);
    assert!(matches!(states(&driver)[..], [JobState::Paused(_)]));
    driver.keys(" ");
    let (again, _) = begun(&mut driver)[0].clone();
    assert_eq!((again.job, again.number), (turn.job, 2));
    fails(&mut driver, turn, FailureKind::KeyRefused);
    assert_eq!(states(&driver), [JobState::Running]);
    end(&mut driver, again, Ok(saved(&download)));
    assert!(matches!(states(&driver)[..], [JobState::Saved(_)]));
}

#[test]
fn cancelling_keeps_what_came_and_once_more_removes_it() {
    let mut driver = driver();
    driver.keys("oJ");
    let (turn, _) = begun(&mut driver)[0].clone();
    told(&mut driver, turn, Told::Named("/home/me/results/a".into()));
    told(&mut driver, turn, Told::Received(1_024, Some(2_048)));
    driver.keys("x");
    assert_eq!(message(&driver), "cancelled; 1.00 KiB kept; x removes that, too");
    assert_eq!(states(&driver), [JobState::Cancelled]);
    driver.keys("x");
    assert!(matches!(driver.effects.last(), Some(Effect::DropPart(job, _)) if *job == turn.job));
    driver.tell(Event::PartDropped(turn.job, Ok(())));
    driver.keys("x");
    assert_eq!(message(&driver), "nothing is kept of it");
    driver.keys("r");
    assert_eq!(begun(&mut driver).len(), 1);
}

#[test]
fn a_refused_key_ends_all_with_one_sentence_and_a_full_disk_pauses_all() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("o");
    let all = begun(&mut driver);
    fails(&mut driver, all[0].0, FailureKind::DiskFull);
    assert!(message(&driver).starts_with("the disk is full, "), "{}", message(&driver));
    assert!(states(&driver).iter().all(|state| matches!(state, JobState::Paused(_))));
    driver.keys("J ");
    let all = begun(&mut driver);
    assert_eq!(all.len(), 3);
    fails(&mut driver, all[1].0, FailureKind::KeyRefused);
    assert!(states(&driver).iter().all(|state| matches!(state, JobState::Failed(_))));
    assert_eq!(message(&driver), "the key was refused: 6 not saved; J shows them");
}

/// What went wrong for all is not hidden by the sum of what was done.
#[test]
fn no_sum_takes_the_place_of_what_went_wrong_for_all() {
    let trouble = "the ledger cannot be written: it is full";
    let cases = [
        (None, "2 saved; J shows where"),
        (Some(trouble), "2 saved · the ledger cannot be written: it is full; J shows them"),
    ];
    for (trouble, expected) in cases {
        let mut driver = driver();
        driver.keys("  o");
        let all = begun(&mut driver);
        end(&mut driver, all[0].0, Ok(saved(&all[0].1)));
        let (turn, download) = all[1].clone();
        let ledger_trouble = trouble.map(str::to_owned);
        let result = Ok(saved(&download));
        driver.tell(Event::SavingEnded { turn, told: vec![], result, ledger_trouble });
        assert_eq!(message(&driver), expected);
    }
    let mut driver = driver();
    driver.keys("  o");
    let all = begun(&mut driver);
    end(&mut driver, all[0].0, Ok(saved(&all[0].1)));
    fails(&mut driver, all[1].0, FailureKind::KeyRefused);
    assert_eq!(message(&driver), "1 saved · the key was refused: 1 not saved; J shows them");
}

fn room(driver: &mut Driver, free: u64) {
    assert!(driver.effects.iter().any(|effect| matches!(effect, Effect::LookAtRoom(_))));
    driver.tell(Event::RoomTold(Some(free)));
}

#[test]
fn a_rescue_is_one_question_about_what_is_at_risk() {
    let mut driver = driver();
    driver.keys("j");
    driver.pass(Duration::from_secs(3_700));
    driver.tell(Event::DeadlineReached);
    driver.keys("!");
    room(&mut driver, 1 << 30);
    let screen = text(&driver.app, 120, 36);
    for words in [
        "saves 6 files, 20.51 KiB",
        "1.00 GiB free there",
        "1 file ran out and may be gone:",
        "name-0001.jsonl",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    driver.keys("y");
    assert!(begun(&mut driver).is_empty(), "nobody saw the question yet");
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert_eq!(ids(&begun(&mut driver))[0], "name-0001.jsonl");
    assert_eq!(driver.app.saving().sum().open, 6);
    driver.keys("!");
    assert_eq!(message(&driver), "nothing is at risk, but for what is being saved");
}

#[test]
fn a_rescue_of_a_part_says_so_and_keys_put_it_off() {
    let mut driver = Driver::started(120, 36, settings());
    driver.answer(&page(1..4, |n| n * 3_600, true));
    driver.keys("!");
    driver.keys("j");
    room(&mut driver, 1);
    assert_eq!(message(&driver), "not asked while you type; ! asks again");
    driver.effects.clear();
    driver.keys("!");
    room(&mut driver, 1);
    let screen = text(&driver.app, 120, 36);
    assert!(
        screen.contains("only what is loaded") && screen.contains("not all of it fits"),
        "{screen}"
    );
}

#[test]
fn leaving_with_work_open_asks_and_stays_by_default() {
    let mut driver = driver();
    driver.keys("o");
    for leave in ["q", "\u{3}"] {
        match leave {
            "q" => driver.keys("q"),
            _ => driver.control('c'),
        }
        assert!(!driver.effects.contains(&Effect::Quit));
        driver.control('c');
        assert!(!driver.effects.contains(&Effect::Quit), "nobody saw the question yet");
        driver.tell(Event::Drawn);
        let screen = text(&driver.app, 120, 36);
        assert!(screen.contains("1 file will not be saved"), "{screen}");
        driver.key(KeyCode::Enter);
        assert!(driver.app.layers().is_empty() && !driver.effects.contains(&Effect::Quit));
    }
    driver.keys("q");
    driver.tell(Event::Drawn);
    driver.control('c');
    assert!(driver.effects.contains(&Effect::Quit), "whoever insists has seen the question");
}

fn by_rule(filter: &str) -> Settings {
    let filter = Filter::parse(filter, settings().zone).unwrap().unwrap();
    Settings { rescue: vec![RescueRule { filter, folder: "/rescue".into() }], ..settings() }
}

#[test]
fn what_a_rule_lets_through_is_saved_without_a_key() {
    let mut driver = Driver::started(120, 36, by_rule("left<2h30m and name:name"));
    driver.answer(&page(1..7, |n| n * 3_600, false));
    let all = begun(&mut driver);
    assert_eq!(ids(&all), ["name-0001.jsonl", "name-0002.jsonl"]);
    assert_eq!(all[0].1.folder.to_str(), Some("/rescue"));
    end(&mut driver, all[0].0, Ok(saved(&all[0].1)));
    assert!(text(&driver.app, 120, 36).contains("rescuing · 1 saved"));
    fails(&mut driver, all[1].0, FailureKind::Final);
    assert!(
        driver
            .alerts
            .iter()
            .any(|alert| alert.text.starts_with("cannot be saved: name-0002.jsonl: it is so"))
    );
    assert!(text(&driver.app, 120, 36).contains("rescuing · 1 saved · 1 not"));
    // What comes under the bound meanwhile is saved at that moment.
    let until = driver.now.mono + Duration::from_secs(1_802);
    while driver.now.mono < until {
        driver.wake();
        driver.effects.retain(|effect| matches!(effect, Effect::Save(..)));
    }
    assert_eq!(ids(&begun(&mut driver)), ["name-0003.jsonl"]);
}

#[test]
fn nothing_is_saved_by_a_rule_before_it_is_known_what_is_saved() {
    let mut driver = Driver::started(120, 36, by_rule("name:name"));
    assert!(driver.app.account().shelf().is_told());
    let id = Untrusted::new("file_1");
    let shelved = Shelved {
        id,
        created_at: None,
        bytes: 1_000,
        path: "/x/a".into(),
        sha256: String::new(),
        proof: "complete".to_owned(),
        at: 1,
    };
    driver.tell(Event::ShelfTold { saved: vec![shelved], lost: vec![], whole: true });
    driver.answer(&page(1..3, |n| n * 3_600, false));
    assert_eq!(ids(&begun(&mut driver)), ["name-0002.jsonl"]);
}

//! Jobs in the dashboard: what is begun by which key, what is said of it, what becomes of it.

use std::time::Duration;

use crossterm::event::KeyCode;
use shelflife::account::journal::Happening;
use shelflife::account::shelf::Shelved;
use shelflife::api::call::Call;
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::settings::RescueRule;
use shelflife::jobs::dead::DeadPart;
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
    let effects = driver.effects.extract_if(.., |effect| matches!(effect, Effect::Save { .. }));
    effects
        .map(|effect| match effect {
            Effect::Save { turn, download, .. } => (turn, *download),
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
    end(driver, turn, Err(JobFailure { kind, words: "it is so".to_owned(), is_outage: false }));
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
    assert_eq!(message(&driver), "saving 1 file to ~/results; J shows it");
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
        assert_eq!(message(&driver), "1 saved before, looked at again; J shows it", "{again}");
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
    assert_eq!(message(&driver), "saving 6 files to ~/results; J shows them");
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
fn a_name_may_end_in_a_blank() {
    let mut driver = driver();
    driver.keys("O");
    driver.control('u');
    driver.keys("~/other/of a blank ");
    driver.key(KeyCode::Enter);
    assert_eq!(begun(&mut driver)[0].1.name.as_deref(), Some("of a blank "));
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
    assert_eq!(
        message(&driver),
        "cancelled; 1.00 KiB kept for another try; x once more removes that"
    );
    assert_eq!(states(&driver), [JobState::Cancelled]);
    driver.keys("x");
    assert!(matches!(driver.effects.last(), Some(Effect::DropPart(job, _)) if *job == turn.job));
    driver.tell(Event::PartDropped(turn.job, Ok(1_024)));
    assert_eq!(message(&driver), "what was kept of it is removed: 1.00 KiB");
    driver.effects.clear();
    driver.keys("x");
    assert!(matches!(driver.effects.last(), Some(Effect::DropPart(..))), "it is looked at anew");
    driver.tell(Event::PartDropped(turn.job, Ok(0)));
    assert_eq!(message(&driver), "nothing is kept of it");
    driver.keys("r");
    assert_eq!(begun(&mut driver).len(), 1);
}

/// An earlier run left something, and no try of this one has looked at it: only the disk knows.
#[test]
fn of_what_was_not_looked_at_nothing_is_claimed() {
    for is_paused in [false, true] {
        let mut driver = driver();
        driver.control('a');
        driver.keys("oJ");
        let all = begun(&mut driver);
        driver.keys(if is_paused { "G x" } else { "Gx" });
        let words = "cancelled; x once more removes what may be kept of it";
        assert_eq!(message(&driver), words);
        driver.keys("x");
        let Some(Effect::DropPart(job, _)) = driver.effects.last() else { panic!("not asked") };
        let job = *job;
        assert!(message(&driver).is_empty(), "nothing is known yet");
        driver.tell(Event::PartDropped(job, Ok(1_660_000)));
        assert_eq!(message(&driver), "what was kept of it is removed: 1.58 MiB");
        // Of this one a try has seen that there was nothing.
        driver.keys("g");
        told(&mut driver, all[0].0, Told::StartsAt(0, Some(1_024)));
        driver.keys("x");
        assert_eq!(message(&driver), "cancelled");
    }
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

/// A folder concerns all that is to be saved there, and nothing else: one sentence, and no more is begun.
#[test]
fn a_folder_that_cannot_be_used_ends_all_that_is_for_it_with_one_sentence() {
    let unusable = |driver: &mut Driver, turn: Turn| {
        let words = "the folder ~/results cannot be used: not a directory".to_owned();
        end(
            driver,
            turn,
            Err(JobFailure { kind: FailureKind::FolderUnusable, words, is_outage: false }),
        );
    };
    let mut driver = driver();
    driver.control('a');
    driver.keys("o");
    let all = begun(&mut driver);
    let events = driver.app.journal().entries().len();
    unusable(&mut driver, all[1].0);
    let sentence = "the folder ~/results cannot be used: not a directory; 6 files not saved";
    assert_eq!(message(&driver), format!("{sentence}; J shows them"));
    assert!(states(&driver).iter().all(|state| matches!(state, JobState::Failed(_))));
    assert_eq!(driver.app.journal().entries().len(), events + 1);
    for turn in [all[0].0, all[2].0] {
        assert!(driver.effects.contains(&Effect::StopSaving(turn)), "{turn:?}");
        unusable(&mut driver, turn);
    }
    assert!(begun(&mut driver).is_empty() && message(&driver).starts_with(sentence));
    // What goes elsewhere goes on, and is told beside it.
    driver.keys("MgO");
    driver.control('u');
    driver.keys("~/other");
    driver.key(KeyCode::Enter);
    driver.keys("jo");
    let all = begun(&mut driver);
    assert_eq!(all.len(), 2);
    unusable(&mut driver, all[1].0);
    assert!(message(&driver).contains("; 1 file not saved"), "{}", message(&driver));
    end(&mut driver, all[0].0, Ok(saved(&all[0].1)));
    assert_eq!(
        message(&driver),
        "1 saved · 1 failed: name-0002.jsonl: the folder ~/results cannot be used: not a directory; J shows where"
    );
}

/// What lies saved elsewhere is not called not saved for want of a folder.
#[test]
fn a_folder_that_cannot_be_used_is_no_matter_for_what_is_saved() {
    let mut driver = driver();
    driver.keys("o");
    let (turn, download) = begun(&mut driver)[0].clone();
    end(&mut driver, turn, Ok(saved(&download)));
    driver.control('a');
    driver.keys("o");
    let all = begun(&mut driver);
    let (again, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, other)| other.file.id == download.file.id);
    let words = "the folder ~/results cannot be used: not a directory".to_owned();
    let failure = JobFailure { kind: FailureKind::FolderUnusable, words, is_outage: false };
    end(&mut driver, others[0].0, Err(failure));
    let sentence = "the folder ~/results cannot be used: not a directory; 5 files not saved";
    assert_eq!(message(&driver), format!("{sentence}; J shows them"));
    end(&mut driver, again[0].0, Ok(Saved { already: true, ..saved(&download) }));
    assert_eq!(message(&driver), "1 already here · 5 failed; J shows where");
}

/// Where nothing can be saved, nothing is asked about.
#[test]
fn a_rescue_to_a_folder_that_cannot_be_used_says_so_instead_of_asking() {
    let mut driver = driver();
    driver.keys("!");
    let why = "the folder ~/results cannot be used: not a directory";
    driver.tell(Event::RoomTold(Err(why.to_owned())));
    assert_eq!(message(&driver), format!("{why}; 6 files at risk not saved"));
    assert!(driver.app.layers().is_empty() && begun(&mut driver).is_empty());
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
    driver.tell(Event::RoomTold(Ok(Some(free))));
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
    driver.effects.clear();
    driver.keys("!");
    room(&mut driver, 1 << 30);
    assert_eq!(message(&driver), "nothing is at risk, but for what is being saved");
}

/// What is not known is said not to be, and not taken for nothing.
#[test]
fn a_rescue_of_a_list_that_is_loading_says_that_it_is() {
    let mut driver = Driver::started(120, 36, settings());
    let asked = driver.fetch();
    driver.keys("!");
    room(&mut driver, 1);
    assert_eq!(message(&driver), "the list is still loading: nobody knows what is at risk");
    driver.answer_to(asked.request, &page(1..4, |n| n * 360_000, true));
    driver.effects.clear();
    driver.keys("!");
    room(&mut driver, 1);
    assert!(message(&driver).starts_with("nothing of what is loaded is at risk"));
}

/// On the smallest screens all that is asked is seen, and can be answered.
#[test]
fn a_question_says_what_matters_in_any_room() {
    for (width, height) in [(40, 12), (80, 24), (120, 36)] {
        let mut driver = Driver::started(width, height, settings());
        driver.answer(&page(1..7, |n| n * 3_600, true));
        driver.pass(Duration::from_secs(3_700));
        driver.tell(Event::DeadlineReached);
        driver.keys("!");
        room(&mut driver, 1_000);
        driver.tell(Event::Drawn);
        let screen = text(&driver.app, width, height);
        for words in [
            "saves 6 files, 20.51 KiB",
            "time unknown until",
            "to ~/results",
            "1,000 B free",
            "only what is loaded",
            "1 file ran out",
            "name-0001.jsonl",
            "expired",
        ] {
            assert!(screen.contains(words), "{width}x{height} {words}: {screen}");
        }
        let is_cut = |line: &str| line.starts_with('│') && line.contains('…');
        assert!(width > 40 || !screen.lines().any(is_cut), "nothing is cut: {screen}");
        driver.keys("y");
        assert_eq!(begun(&mut driver).len(), 3, "{width}x{height}");
        driver.keys("q");
        driver.tell(Event::Drawn);
        let screen = text(&driver.app, width, height);
        for words in
            ["6 files will not be saved", "3 on the way, 3 waiting", "what came stays", "^c leaves"]
        {
            assert!(screen.contains(words), "{width}x{height} {words}: {screen}");
        }
    }
}

/// What a list is on stays under the cursor, and each job in its line, whatever becomes of it.
#[test]
fn the_list_of_jobs_stays_while_somebody_works_in_it() {
    let mut driver = driver();
    driver.keys("GS");
    driver.control('a');
    driver.keys("oJ");
    let all = begun(&mut driver);
    let lines = |driver: &Driver| {
        let screen = text(&driver.app, 120, 36);
        let names = screen.lines().filter(|line| line.contains("name-000"));
        let name = |line: &str| line[line.find("name-").unwrap()..][..9].to_owned();
        let under = screen.lines().find(|line| line.contains('▌')).map(name);
        (names.map(name).take(6).collect::<Vec<_>>(), under.unwrap())
    };
    let before = lines(&driver);
    assert_eq!(before.1, "name-0001");
    driver.keys(" ");
    assert_eq!(lines(&driver), before, "paused");
    driver.keys(" ");
    end(&mut driver, all[1].0, Ok(saved(&all[1].1)));
    fails(&mut driver, all[2].0, FailureKind::Final);
    assert_eq!(lines(&driver), before, "others came to an end");
    driver.keys("x");
    assert_eq!(lines(&driver), before, "cancelled");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("Jobs · 1 of 5 · 1 failed"), "what failed is not done: {screen}");
    // Opened anew, what goes on stands first.
    driver.keys("JJ");
    assert_eq!(lines(&driver).0.last().unwrap(), "name-0001");
}

#[test]
fn names_have_the_room_that_they_need() {
    let mut driver = driver();
    driver.keys("oJ");
    let (turn, _) = begun(&mut driver)[0].clone();
    for (width, least) in [(120, 40), (160, 40), (80, 24)] {
        driver.tell(Event::Resized { width, height: 24 });
        told(&mut driver, turn, Told::Received(500, Some(1_000)));
        let screen = text(&driver.app, width, 24);
        let head = screen.lines().find(|line| line.contains("File ")).unwrap();
        let cells = |words: &str| head.find(words).map_or(0, |at| head[..at].chars().count());
        let first = if head.contains("Bytes") { cells("Bytes") - 18 } else { cells("Rate") - 8 };
        assert!(first - cells("File") >= least, "{width}: {screen}");
    }
}

/// 429 with Retry-After: what was not even begun waits for it as well, and footer and list say so.
#[test]
fn a_wait_that_the_service_asks_for_is_said_of_all() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("o");
    for (turn, _) in begun(&mut driver) {
        let wait = Some(Duration::from_secs(100));
        fails(&mut driver, turn, FailureKind::Passing { wait });
    }
    driver.pass(Duration::from_secs(5));
    driver.tell(Event::DeadlineReached);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("↓ 0 of 6 · 0 % · asked to wait 95s"), "{screen}");
    driver.tell(Event::Resized { width: 40, height: 12 });
    let screen = text(&driver.app, 40, 12);
    assert!(screen.contains("↓ 0 of 6 · asked to wait 95s"), "{screen}");
    driver.tell(Event::Resized { width: 120, height: 36 });
    driver.keys("J");
    let screen = text(&driver.app, 120, 36);
    assert_eq!(screen.matches("asked to wait 95s").count(), 1 + 6, "{screen}");
}

#[test]
fn what_another_process_has_is_said_while_it_is_waited_for() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("oJ");
    let all = begun(&mut driver);
    fails(&mut driver, all[0].0, FailureKind::Held(1_234));
    assert_eq!(driver.app.saving().queue().job(all[0].0.job).unwrap().state, JobState::Waiting);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("process 1234 has it"), "{screen}");
}

/// Operations 5, row 15: what nobody goes on with is listed with its age, and removed on request.
#[test]
fn what_is_dead_is_listed_and_removed_on_request() {
    let dead = |name: &str, days: i64| DeadPart {
        path: format!("/home/me/results/{name}").into(),
        id: Untrusted::new("file_77"),
        received: 1_024,
        total: Some(4_096),
        touched_s: START_S - days * 86_400,
    };
    let mut driver = driver();
    driver.keys("J");
    let folders = vec!["/home/me/results".into()];
    assert!(driver.effects.contains(&Effect::LookForDead(folders)));
    driver.tell(Event::DeadTold(vec![dead("new.jsonl", 8), dead("old.jsonl", 30)]));
    let screen = text(&driver.app, 120, 36);
    for words in [
        "Jobs · 2 dead",
        "† old.jsonl",
        "1.00 KiB / 4.00 KiB",
        "untouched for 30 days",
        "untouched for 8 days",
        "~/results/old.jsonl.part",
        "x removes what is kept",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    driver.keys(" ");
    assert_eq!(message(&driver), "nobody saves it; x removes what is kept");
    driver.keys("y");
    assert_eq!(driver.copied.last().unwrap(), "/home/me/results/old.jsonl");
    driver.keys("x");
    let removed = Box::new(dead("old.jsonl", 30));
    assert!(driver.effects.contains(&Effect::RemoveDead(removed.clone())));
    driver.tell(Event::DeadRemoved(removed, Err("a process has it".to_owned())));
    let refused = "what is kept of ~/results/old.jsonl could not be removed: a process has it";
    assert_eq!(message(&driver), refused);
    driver.tell(Event::DeadRemoved(Box::new(dead("old.jsonl", 30)), Ok(())));
    assert_eq!(message(&driver), "what was kept of ~/results/old.jsonl is removed");
    let screen = text(&driver.app, 120, 36);
    assert!(!screen.contains("† old") && screen.contains("† new.jsonl"), "{screen}");
    assert!(screen.contains("▌† new.jsonl"), "{screen}");
    // Where no key removes it, none is promised, and no sentence ends in the air.
    let mut bare = settings();
    bare.keys.bind("cancel-job", vec![]);
    let mut driver = Driver::started(120, 36, bare);
    driver.answer(&page(1..7, |n| n * 3_600, false));
    driver.keys("J");
    driver.tell(Event::DeadTold(vec![dead("new.jsonl", 8)]));
    driver.keys(" ");
    assert_eq!(message(&driver), "nobody saves it");
}

/// Below a dialog no keys are named that do not hold there.
#[test]
fn below_a_dialog_the_footer_names_no_keys() {
    for keys in ["!", "O", "q", "s", ":"] {
        let mut driver = driver();
        driver.keys("o");
        driver.keys(keys);
        if keys == "!" {
            room(&mut driver, 1 << 30);
        }
        driver.tell(Event::Drawn);
        assert!(!driver.app.layers().is_empty());
        let screen = text(&driver.app, 120, 36);
        let last = screen.lines().last().unwrap();
        assert!(!last.contains("filter") && !last.contains("help"), "{keys}: {screen}");
        assert!(last.contains("↓ 0 of 1"), "what goes on is seen: {screen}");
    }
}

/// By what was shown: what becomes of a file while the place is typed makes no name of a folder.
#[test]
fn the_place_is_for_the_files_that_were_shown() {
    let mut driver = driver();
    driver.keys("  O");
    driver.control('u');
    driver.keys("sub");
    for _ in 0..3 {
        driver.pass(Duration::from_secs(40));
        driver.tell(Event::DeadlineReached);
        let asked: Vec<_> = std::mem::take(&mut driver.effects);
        for effect in asked {
            match effect {
                Effect::Call(ticket, Call::List { .. }) => {
                    let left = |n: i64| n * 3_600;
                    driver.answer_to(ticket, &page([1, 3, 4, 5, 6], left, false));
                }
                Effect::Call(ticket, Call::Retrieve { .. }) => driver.answer_gone(ticket),
                _ => {}
            }
        }
    }
    driver.key(KeyCode::Enter);
    let all = begun(&mut driver);
    assert_eq!(ids(&all), ["name-0001.jsonl", "name-0002.jsonl"]);
    let is_there = |(_, it): &(Turn, Download)| it.folder.ends_with("sub") && it.name.is_none();
    assert!(all.iter().all(is_there), "{all:?}");
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

/// Where there is no room for the question, one line says so, and only whoever insists then leaves.
#[test]
fn leaving_a_small_window_with_work_open_is_asked_in_a_line() {
    for (width, height, words) in [
        (120, 5, "work goes on: ^c leaves it, a larger window asks"),
        (29, 4, "work goes on: ^c leaves"),
        (20, 5, "work: ^c leaves"),
        (12, 4, "working: ^c"),
        (7, 1, "work ^c"),
    ] {
        for leave in ['q', 'c'] {
            let mut driver = driver();
            driver.keys("o");
            driver.tell(Event::Resized { width, height });
            let asked = |driver: &Driver| text(&driver.app, width, height).contains(words);
            assert!(!asked(&driver));
            if leave == 'q' {
                driver.keys("q");
            } else {
                driver.control('c');
            }
            assert!(!driver.effects.contains(&Effect::Quit), "{width}x{height}");
            driver.control('c');
            assert!(!driver.effects.contains(&Effect::Quit), "nobody saw the line yet");
            assert!(asked(&driver), "{}", text(&driver.app, width, height));
            driver.tell(Event::Drawn);
            for key in ["y", "\n", "n"] {
                driver.keys(key);
                assert!(!driver.effects.contains(&Effect::Quit), "no answer to what is not seen");
            }
            assert!(!asked(&driver), "n stays");
            driver.keys("q");
            driver.tell(Event::Drawn);
            driver.keys("q");
            assert!(!asked(&driver) && !driver.effects.contains(&Effect::Quit), "q stays");
            driver.keys("q");
            driver.tell(Event::Drawn);
            // A larger window shows the question, which was not seen before.
            let mut larger = driver;
            larger.tell(Event::Resized { width: 110, height: 30 });
            let screen = text(&larger.app, 110, 30);
            assert!(screen.contains("1 file will not be saved"), "{screen}");
            larger.control('c');
            assert!(!larger.effects.contains(&Effect::Quit), "{screen}");
            larger.tell(Event::Resized { width, height });
            larger.control('c');
            assert!(larger.effects.contains(&Effect::Quit));
        }
    }
    // With nothing open it is left at once.
    for leave in ['q', 'c'] {
        let mut driver = driver();
        driver.tell(Event::Resized { width: 12, height: 4 });
        if leave == 'q' {
            driver.keys("q");
        } else {
            driver.control('c');
        }
        assert!(driver.effects.contains(&Effect::Quit));
    }
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
        driver.effects.retain(|effect| matches!(effect, Effect::Save { .. }));
    }
    assert_eq!(ids(&begun(&mut driver)), ["name-0003.jsonl"]);
}

/// What a rule cannot save is tried again for as long as the dashboard is open: by the job that is there.
#[test]
fn a_rule_that_cannot_save_a_file_has_one_job_for_it() {
    let mut driver = Driver::started(120, 36, by_rule("name:name"));
    let body = page(1..4, |n| n * 36_000, false);
    driver.answer(&body);
    for _ in 0..4 {
        let all = begun(&mut driver);
        assert_eq!(all.len(), 3);
        for (turn, _) in all {
            fails(&mut driver, turn, FailureKind::Missing);
        }
        assert_eq!(states(&driver).len(), 3);
        driver.effects.clear();
        driver.pass(Duration::from_secs(301));
        driver.keys("r");
        driver.answer(&body);
    }
}

/// Whoever saves for months holds as much as whoever saves for an hour; what is told of all stays true.
#[test]
fn what_is_over_gives_way_and_counts_stay_true() {
    let mut driver = Driver::started(120, 36, settings());
    driver.answer(&page(1..1_202, |n| 36_000 + n, false));
    driver.control('a');
    driver.keys("o");
    let mut ended = 0;
    let mut end_all = |driver: &mut Driver, until: usize| {
        while ended < until {
            for (turn, download) in begun(driver) {
                match ended % 100 {
                    7 => fails(driver, turn, FailureKind::Final),
                    _ => end(driver, turn, Ok(saved(&download))),
                }
                ended += 1;
            }
        }
    };
    end_all(&mut driver, 600);
    assert_eq!(driver.app.jobs().lines(), 0, "nobody looks at them");
    driver.keys("J");
    assert_eq!(driver.app.jobs().lines(), 1_201);
    end_all(&mut driver, 1_201);
    let kept = driver.app.saving().queue().len();
    assert!((1_000..=1_100).contains(&kept), "{kept}");
    assert_eq!(driver.app.jobs().lines(), kept, "their lines are gone with them");
    for line in 0..kept {
        let line = driver.app.jobs().line(line).unwrap();
        assert!(driver.app.any_job(&line).is_some());
    }
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("Jobs · 1,189 saved · 12 failed ─"), "{screen}");
    assert!(screen.contains('▌'), "{screen}");
    let failed = states(&driver).iter().filter(|it| matches!(it, JobState::Failed(_))).count();
    assert_eq!(failed, 12, "what failed may be tried again");
}

/// As they come while somebody looks, they have their lines.
#[test]
fn what_comes_while_jobs_are_looked_at_comes_behind() {
    let mut driver = Driver::started(120, 36, by_rule("name:name"));
    driver.answer(&page(1..4, |n| n * 36_000, false));
    driver.keys("J");
    assert_eq!(driver.app.jobs().lines(), 3);
    let all = begun(&mut driver);
    driver.key(KeyCode::F(5));
    driver.answer(&page(1..7, |n| n * 36_000, false));
    assert_eq!(driver.app.jobs().lines(), 6);
    let first = driver.app.jobs().line(0).unwrap();
    end(&mut driver, all[0].0, Ok(saved(&all[0].1)));
    assert_eq!(driver.app.jobs().line(0), Some(first), "each stays in its line");
    driver.keys("J");
    assert_eq!(driver.app.jobs().lines(), 0);
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

/// A folder of a rule that cannot be used is one alert, however many files are for it and however often
/// they are tried again; once something was saved there, it is told of anew.
#[test]
fn a_folder_of_a_rule_that_cannot_be_used_is_one_alert() {
    fn unusable(driver: &mut Driver) -> usize {
        let all = begun(driver);
        for (turn, _) in &all {
            let words = "the folder /rescue cannot be used: it is full of eels".to_owned();
            let failure = JobFailure { kind: FailureKind::FolderUnusable, words, is_outage: false };
            end(driver, *turn, Err(failure));
        }
        all.len()
    }
    fn wait(driver: &mut Driver) {
        driver.effects.clear();
        driver.pass(Duration::from_secs(301));
        driver.keys("r");
        driver.answer(&page(1..7, |n| n * 36_000, false));
    }
    let mut driver = Driver::started(120, 36, by_rule("name:name"));
    driver.answer(&page(1..7, |n| n * 36_000, false));
    assert_eq!(unusable(&mut driver), 3, "what else waits is not begun any more");
    let texts = |driver: &Driver| -> Vec<String> {
        driver
            .alerts
            .iter()
            .map(|alert| alert.text.clone())
            .filter(|text| text.contains("eels"))
            .collect()
    };
    let told = texts(&driver);
    assert_eq!(told.len(), 1, "{told:?}");
    let words = ": the folder /rescue cannot be used: it is full of eels · and 5 more";
    assert!(told[0].ends_with(words), "{told:?}");
    assert!(text(&driver.app, 120, 36).contains("rescuing · 0 saved · 6 not"));
    for _ in 0..3 {
        wait(&mut driver);
        assert_eq!(unusable(&mut driver), 3);
        assert_eq!(texts(&driver).len(), 1);
    }
    wait(&mut driver);
    let (turn, download) = begun(&mut driver)[0].clone();
    end(&mut driver, turn, Ok(saved(&download)));
    assert!(unusable(&mut driver) > 0);
    assert_eq!(texts(&driver).len(), 1, "of these files it was told");
}

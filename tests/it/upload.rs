//! Uploading from the dashboard: what is asked, what is found, what is sent and what is said of it.

use std::time::Duration;

use crossterm::event::{KeyCode, MouseEventKind};
use shelflife::account::journal::Happening;
use shelflife::api::call::Call;
use shelflife::api::upload::UploadStage;
use shelflife::api::wire::read_single_file;
use shelflife::api::{Answer, Existence, File};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::{Event, PathCompletion};
use shelflife::app::layers::Layer;
use shelflife::jobs::Pinned;
use shelflife::jobs::record::{Outcome, Record, UploadSource};
use shelflife::jobs::upload::{FileStamp, Rest, Sent, Upload, UploadEnd};
use shelflife::store::FileNo;
use shelflife::text::Untrusted;
use shelflife::validation::{Report, Use, Validator, of_service};

use crate::support::calls::file_answered;
use crate::support::driver::{Driver, START_S};
use crate::support::files::page;
use crate::support::screen::text;

fn driver_with(settings: Settings) -> Driver {
    let mut driver = Driver::started(120, 36, settings);
    driver.answer(&page(1..7, |n| n * 3_600, false));
    driver
}

fn driver() -> Driver {
    driver_with(Settings { home: Some("/home/me".into()), ..Driver::settings() })
}

fn message(driver: &Driver) -> String {
    driver.app.message().unwrap_or_default().to_owned()
}

fn is_open(driver: &Driver) -> bool {
    matches!(driver.app.layers().top(), Some(Layer::Upload(_)))
}

const STAMP: FileStamp = FileStamp { bytes: 1_000, modified: (1, 0), inode: 1, device: 1 };

fn report(content: &str) -> Report {
    let mut validator = Validator::new(of_service("openai").unwrap(), Use::Batch, None);
    validator.feed(content.as_bytes());
    validator.finish()
}

fn sound() -> Report {
    report(
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":{\"model\":\"m\"}}\n",
    )
}

/// What is to be looked at, if anything is.
fn looked_at(driver: &mut Driver) -> Option<(u64, Upload)> {
    driver.effects.drain(..).find_map(|effect| match effect {
        Effect::LookAtFile(number, upload) => Some((number, *upload)),
        _ => None,
    })
}

fn sent(driver: &mut Driver) -> Option<(u64, Upload)> {
    driver.effects.drain(..).find_map(|effect| match effect {
        Effect::Upload(number, upload, STAMP) => Some((number, *upload)),
        _ => None,
    })
}

/// Types a path, and has it looked at.
fn look(driver: &mut Driver, path: &str, report: Report) -> Upload {
    driver.keys("u");
    driver.tell(Event::Drawn);
    driver.keys(path);
    driver.key(KeyCode::Enter);
    let (number, upload) = looked_at(driver).expect("it is looked at");
    let found = Ok(Box::new((upload.clone(), report, STAMP)));
    driver.tell(Event::FileLookedAt(number, found));
    upload
}

fn stored(id: &str) -> Box<File> {
    let body = format!(r#"{{"id":"{id}","filename":"in.jsonl","bytes":7,"purpose":"batch"}}"#);
    Box::new(read_single_file(body.as_bytes()).unwrap())
}

#[test]
fn a_file_is_looked_at_shown_and_then_sent() {
    let mut driver = driver();
    let upload = look(&mut driver, "~/in.jsonl", sound());
    assert_eq!(upload.path.to_str(), Some("/home/me/in.jsonl"));
    assert_eq!((upload.purpose.as_str(), upload.expires_s), ("batch", None));
    // What was found has to be seen first.
    driver.key(KeyCode::Enter);
    assert!(is_open(&driver) && sent(&mut driver).is_none());
    driver.tell(Event::Drawn);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("1 line · ") && screen.contains("Enter uploads"), "{screen}");
    driver.key(KeyCode::Enter);
    assert!(!is_open(&driver));
    let (number, _) = sent(&mut driver).expect("it is sent");
    driver.tell(Event::UploadTold(number, (410, 1_000), UploadStage::Sending));
    let line = |driver: &Driver| text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
    assert!(line(&driver).contains("↑ in.jsonl · 41 %"), "{}", line(&driver));
    let rests = |is_asked| UploadStage::Resting { until: Duration::from_secs(4), is_asked };
    for (stage, words) in [
        (UploadStage::Awaiting, "waiting for the answer"),
        (rests(true), "asked to wait 4s"),
        (rests(false), "next try in 4s"),
        (UploadStage::Looking, "looking for it in the list"),
    ] {
        let stage = match stage {
            UploadStage::Resting { until, is_asked } => {
                UploadStage::Resting { until: driver.now.mono + until, is_asked }
            }
            stage => stage,
        };
        driver.tell(Event::UploadTold(number, (1_000, 1_000), stage));
        assert!(line(&driver).contains(words), "{}", line(&driver));
        if words.ends_with("4s") {
            driver.wake();
            assert!(line(&driver).contains(&words.replace('4', "3")), "it counts down");
        }
    }
    driver.tell(Event::Uploaded(number, Box::new(UploadEnd::Stored(stored("file_9")).into())));
    assert_eq!(message(&driver), "stored: file_9");
    let last = driver.app.journal().entries().back().unwrap();
    assert_eq!((last.what, last.text.as_str()), (Happening::Uploaded, "~/in.jsonl"));
    let noted = driver.effects.iter().find_map(|effect| match effect {
        Effect::Note(records) => Some(records[0].clone()),
        _ => None,
    });
    let noted = noted.unwrap();
    assert_eq!(
        (noted.outcome, noted.path.as_deref()),
        (Outcome::Uploaded, Some("/home/me/in.jsonl"))
    );
}

/// What is asked for is answered from an account that has the new file last, so many files a page at most.
fn serve(driver: &mut Driver, most: usize) {
    for _ in 0..12 {
        let is_call = |effect: &mut Effect| matches!(effect, Effect::Call(..));
        let calls: Vec<Effect> = driver.effects.extract_if(.., is_call).collect();
        for call in calls {
            match call {
                Effect::Call(ticket, Call::List { after, limit, .. }) => {
                    let from = after.map_or(1, |after| {
                        let id = String::from_utf8(after.raw().to_vec()).unwrap();
                        id.trim_start_matches("file_").parse::<i64>().unwrap() + 1
                    });
                    let most = most.min(usize::from(limit));
                    let all: Vec<i64> = (1..121).chain([999]).filter(|n| *n >= from).collect();
                    let here = all.iter().copied().take(most);
                    driver.answer_to(ticket, &page(here, |n| n * 3_600, all.len() > most));
                }
                Effect::Call(ticket, Call::Retrieve { .. }) => {
                    let value = Existence::Present(stored("file_999"));
                    let answer = Answer { value, date: None, allowance: None };
                    driver.tell(file_answered(ticket, Ok(answer)));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn rows(driver: &Driver, id: &str) -> usize {
    let is_it = |no: &&FileNo| driver.app.store().file(**no).id.raw() == id.as_bytes();
    driver.app.table().rows().iter().filter(is_it).count()
}

/// As soon as the service has said that it stored it, whatever is loaded of the list; and once its page is
/// read, there is one row of it still.
#[test]
fn what_was_stored_is_in_the_table_at_once_and_once() {
    for is_complete in [true, false] {
        for (meanwhile, is_selected) in
            [("", true), ("j", false), ("v", false), ("d", false), ("J", true), ("S", true)]
        {
            let mut driver = Driver::started(120, 36, Driver::settings());
            let loaded = if is_complete { 120 } else { 100 };
            driver.answer(&page(1..=loaded, |n| n * 3_600, !is_complete));
            look(&mut driver, "in.jsonl", sound());
            driver.tell(Event::Drawn);
            driver.key(KeyCode::Enter);
            let (number, _) = sent(&mut driver).unwrap();
            driver.keys(meanwhile);
            let before = driver.selected();
            driver.tell(Event::Uploaded(
                number,
                Box::new(UploadEnd::Stored(stored("file_999")).into()),
            ));
            let case = format!("{is_complete} {meanwhile}");
            assert_eq!(rows(&driver, "file_999"), 1, "{case}");
            let expected = if is_selected { "file_999" } else { &before };
            assert_eq!(driver.selected(), expected, "{case}");
            let store = driver.app.store();
            let no = store.find(&Untrusted::new("file_999")).unwrap();
            assert!(store.file(no).purpose.is_some(), "{case}: all that was told of it");
            let files = usize::try_from(loaded + 1).unwrap();
            assert_eq!((store.len(), driver.app.table().rows().len()), (files, files), "{case}");
            serve(&mut driver, 100);
            driver.key(KeyCode::Esc);
            driver.key(KeyCode::Esc);
            driver.keys("L");
            serve(&mut driver, 30);
            assert!(driver.app.lister().is_complete(), "{case}");
            assert_eq!((rows(&driver, "file_999"), driver.app.store().len()), (1, 121), "{case}");
            assert!(driver.app.store().apart().is_empty(), "{case}");
        }
    }
}

/// Whenever it was uploaded from here: the ledger has it. Another file of the same id was not.
#[test]
fn the_detail_says_where_a_file_came_from() {
    let source = |created_at| UploadSource {
        id: Untrusted::new("file_1"),
        created_at,
        path: "/home/me/batches/in.jsonl".into(),
        at: START_S - 86_400,
    };
    let mut driver = driver();
    driver.keys("d");
    let made = driver.app.selected_file().unwrap().created_at.value().unwrap();
    let shown = |driver: &Driver| text(&driver.app, 120, 36);
    assert!(!shown(&driver).contains("Uploaded"));
    driver.tell(Event::UploadsTold(vec![source(Some(made + 1))]));
    assert!(!shown(&driver).contains("Uploaded"), "it was another one");
    for created_at in [Some(made), None] {
        driver.tell(Event::UploadsTold(vec![source(created_at)]));
        let shown = shown(&driver);
        assert!(shown.contains("Uploaded") && shown.contains("~/batches/in.jsonl"), "{shown}");
    }
}

/// While no page shows it, it is asked for by its id, and leaves the table when the service has it no more.
#[test]
fn what_no_page_shows_yet_is_asked_for_by_its_id() {
    let mut driver = Driver::started(120, 36, Driver::settings());
    driver.answer(&page(1..101, |n| n * 3_600, true));
    look(&mut driver, "in.jsonl", sound());
    driver.tell(Event::Drawn);
    driver.key(KeyCode::Enter);
    let (number, _) = sent(&mut driver).unwrap();
    // The view stays where all that it wants is loaded.
    driver.keys("j");
    driver.tell(Event::Uploaded(number, Box::new(UploadEnd::Stored(stored("file_999")).into())));
    for is_heard_of in [true, false] {
        let calls = driver.effects.iter().filter(|effect| matches!(effect, Effect::Call(..)));
        assert_eq!(calls.count(), 1, "a round begins");
        // Its pages have what is loaded, and no more.
        let is_list = |effect: &mut Effect| matches!(effect, Effect::Call(_, Call::List { .. }));
        let lists: Vec<Effect> = driver.effects.extract_if(.., is_list).collect();
        for list in lists {
            let Effect::Call(ticket, _) = list else { continue };
            driver.answer_to(ticket, &page(1..101, |n| n * 3_600, true));
        }
        if is_heard_of {
            // At once it may be asked where nobody has heard of it.
            assert_eq!(driver.deny(|id| id.raw() == b"file_999"), 0);
            driver.pass(Duration::from_secs(61));
            driver.keys("r");
        }
    }
    assert_eq!(rows(&driver, "file_999"), 1, "no page says that it is gone");
    assert_eq!(driver.deny(|id| id.raw() == b"file_999"), 1, "it is asked for");
    assert!(
        driver
            .app
            .store()
            .find(&Untrusted::new("file_999"))
            .is_none_or(|no| { driver.app.store().is_gone(no) })
    );
    assert_eq!(driver.app.store().len(), 100);
}

/// Whatever ends the interest in a file that is looked at ends the reading of it.
#[test]
fn what_nobody_waits_for_is_not_read_on() {
    type Happens = fn(&mut Driver);
    let cases: [(&str, Happens); 5] = [
        ("a step back", |driver| driver.key(KeyCode::Esc)),
        ("another path", |driver| driver.keys("x")),
        ("a paste", |driver| driver.tell(Event::Pasted("x".to_owned()))),
        ("nothing", |_| {}),
        ("a field", |driver| driver.key(KeyCode::Down)),
    ];
    for (what, happens) in cases {
        let mut driver = driver();
        driver.keys("uin.jsonl");
        driver.key(KeyCode::Enter);
        let (number, upload) = looked_at(&mut driver).unwrap();
        happens(&mut driver);
        let stops = ["a step back", "another path", "a paste"].contains(&what);
        let stopped = |driver: &Driver| driver.effects.contains(&Effect::StopLook(number));
        assert_eq!(stopped(&driver), stops, "{what}");
        // Once it was found, there is nothing to stop.
        driver.effects.clear();
        driver.tell(Event::FileLookedAt(number, Ok(Box::new((upload, sound(), STAMP)))));
        driver.key(KeyCode::Esc);
        assert!(!stopped(&driver), "{what}");
    }
}

#[test]
fn what_has_errors_is_not_sent() {
    let mut driver = driver();
    look(&mut driver, "in.jsonl", report("{}\n\n[1]\n"));
    driver.tell(Event::Drawn);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("errors") && screen.contains("missing_custom_id"), "{screen}");
    driver.key(KeyCode::Enter);
    assert!(is_open(&driver) && sent(&mut driver).is_none());
    assert!(message(&driver).starts_with("the service would refuse it"), "{}", message(&driver));
    // Another path is looked at anew.
    driver.keys("x");
    driver.key(KeyCode::Enter);
    assert!(looked_at(&mut driver).is_some());
    driver.key(KeyCode::Esc);
    assert!(is_open(&driver), "one step back");
    driver.key(KeyCode::Esc);
    assert!(!is_open(&driver));
}

/// However much is wrong, and on whatever screen: errors and warnings apart, all of them counted, the
/// first of each to be read to the end.
#[test]
fn all_that_was_found_can_be_read() {
    let line = |n: usize| {
        format!(
            r#"{{"custom_id":"{n}","method":"POST","url":"/v1/x","body":{{"model":"m","stream":true}}}}"#
        )
    };
    let of_each: Vec<String> = (0..30).map(|n| format!("[{n}]\n{}\n", line(n))).collect();
    for (width, height) in [(120, 36), (80, 24), (40, 12), (30, 8)] {
        let mut driver = driver();
        look(&mut driver, "in.jsonl", report(&of_each.concat()));
        driver.tell(Event::Drawn);
        driver.tell(Event::Resized { width, height });
        let seen = |driver: &Driver| text(&driver.app, width, height);
        let shown = seen(&driver);
        assert!(shown.contains("30 errors · 30 warnings"), "{shown}");
        assert!(shown.contains("30 errors, the first 20"), "{shown}");
        insta::assert_snapshot!(format!("upload_found_{width}x{height}"), shown);
        // The n-th of each has the lines 2n - 1 and 2n.
        let (mut errors, mut warnings) = (vec![], vec![]);
        for _ in 0..120 {
            let shown = seen(&driver);
            assert!(shown.contains("30 errors · 30 warnings"), "it stays in view: {shown}");
            for n in 1..=60 {
                if shown.contains(&format!("line {n}:")) {
                    (if n % 2 == 1 { &mut errors } else { &mut warnings }).push(n);
                }
            }
            driver.key(KeyCode::Down);
        }
        for all in [&mut errors, &mut warnings] {
            all.sort_unstable();
            all.dedup();
        }
        assert_eq!(errors, (1..=39).step_by(2).collect::<Vec<_>>(), "{width}x{height}");
        assert_eq!(warnings, (2..=40).step_by(2).collect::<Vec<_>>(), "{width}x{height}");
        let end = seen(&driver);
        driver.mouse(MouseEventKind::ScrollUp, 5, 5);
        assert_ne!(seen(&driver), end, "the wheel scrolls");
        driver.key(KeyCode::Esc);
        assert!(is_open(&driver), "one step back");
    }
}

#[test]
fn what_was_typed_wrongly_is_said() {
    for (fields, words) in [
        (["", "", ""], "the path of a file is needed"),
        (["a", "\u{15}", ""], "a purpose is needed"),
        (["a", "", "10m"], "kept for: a span from 1h to 30d"),
    ] {
        let mut driver = driver();
        driver.keys("u");
        for field in fields {
            for c in field.chars() {
                if c == '\u{15}' { driver.control('u') } else { driver.keys(&c.to_string()) }
            }
            driver.key(KeyCode::Down);
        }
        driver.key(KeyCode::Enter);
        assert!(message(&driver).starts_with(words), "{fields:?}: {}", message(&driver));
        assert!(looked_at(&mut driver).is_none());
    }
    let mut driver = driver();
    driver.keys("ua");
    for key in [KeyCode::Down, KeyCode::Down] {
        driver.key(key);
    }
    driver.keys("7d");
    driver.key(KeyCode::Enter);
    assert_eq!(looked_at(&mut driver).unwrap().1.expires_s, Some(604_800));
    driver.tell(Event::FileLookedAt(1, Err("it is a folder, not a file".to_owned())));
    assert_eq!(message(&driver), "it is a folder, not a file");
}

/// Blanks are a part of a name, and another file may be called the same without them.
#[test]
fn a_path_is_what_was_typed() {
    for typed in ["a ", " a", "a b"] {
        let mut driver = driver();
        driver.keys(&format!("u{typed}"));
        driver.key(KeyCode::Enter);
        let upload = looked_at(&mut driver).unwrap().1;
        assert_eq!(upload.path.to_str(), Some(typed));
    }
}

#[test]
fn tab_completes_the_path() {
    let mut driver = driver();
    driver.keys("u~/b");
    driver.key(KeyCode::Tab);
    let (typed, purpose) = ("~/b".to_owned(), "batch".to_owned());
    assert_eq!(driver.effects.pop(), Some(Effect::CompletePath { typed, purpose }));
    let candidates = vec!["batch-1.jsonl".to_owned(), "batch-2.jsonl".to_owned()];
    driver.tell(completed("~/b", "~/batch-", &candidates));
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("~/batch-") && screen.contains("batch-2.jsonl"), "{screen}");
    let said = |driver: &mut Driver, said: &str| {
        let typed = "~/batch-".to_owned();
        let (text, said) = (typed.clone(), Some(said.to_owned()));
        let completion = PathCompletion { text, said, ..PathCompletion::default() };
        driver.tell(Event::PathCompleted(typed, completion));
    };
    said(&mut driver, "nothing here begins so");
    assert_eq!(message(&driver), "nothing here begins so");
    let many: Vec<String> = (0..50).map(|n| format!("batch-{n}.jsonl")).collect();
    driver.tell(completed("~/batch-", "~/batch-", &many));
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("… and 38 more"), "{screen}");
}

fn completed(typed: &str, text: &str, candidates: &[String]) -> Event {
    let (text, candidates) = (text.to_owned(), candidates.to_vec());
    Event::PathCompleted(typed.to_owned(), PathCompletion { text, candidates, said: None })
}

/// The path on the screen is the one that is looked at and sent, whatever comes late.
#[test]
fn a_path_that_is_looked_at_or_was_typed_on_is_not_completed() {
    let mut driver = driver();
    driver.keys("ua");
    driver.key(KeyCode::Tab);
    driver.keys("b");
    driver.tell(completed("a", "another.jsonl", &[]));
    driver.key(KeyCode::Tab);
    driver.key(KeyCode::Enter);
    let (number, upload) = looked_at(&mut driver).expect("it is looked at");
    assert_eq!(upload.path.to_str(), Some("ab"), "what was typed on stands");
    driver.tell(completed("ab", "about.jsonl", &[]));
    driver.tell(Event::FileLookedAt(number, Ok(Box::new((upload, sound(), STAMP)))));
    driver.tell(completed("ab", "about.jsonl", &[]));
    driver.tell(Event::Drawn);
    let screen = text(&driver.app, 120, 36);
    assert!(!screen.contains("about.jsonl"), "{screen}");
    driver.key(KeyCode::Enter);
    assert_eq!(sent(&mut driver).unwrap().1.path.to_str(), Some("ab"));
}

#[test]
fn what_is_open_is_said_and_nothing_is_claimed() {
    for (end, words, noted) in [
        (UploadEnd::StoredAfterAll(stored("file_9")), "stored after all: file_9", true),
        (
            UploadEnd::Several(
                ["file_8", "file_9"].map(|id| Pinned::by_id(Untrusted::new(id))).to_vec(),
            ),
            "two match: file_8, file_9",
            true,
        ),
        (UploadEnd::NotSeen("it broke off".to_owned()), "not seen; upload again?", true),
        (UploadEnd::Unknown("it broke off".to_owned()), "may have been stored", true),
        (UploadEnd::Failed("it changed".to_owned()), "it changed", false),
    ] {
        let mut driver = driver();
        look(&mut driver, "in.jsonl", sound());
        driver.tell(Event::Drawn);
        driver.key(KeyCode::Enter);
        let (number, _) = sent(&mut driver).unwrap();
        driver.tell(Event::Uploaded(number, Box::new(end.into())));
        assert!(message(&driver).contains(words), "{words}: {}", message(&driver));
        let of_notes = |effect: &Effect| match effect {
            Effect::Note(records) => records.clone(),
            _ => vec![],
        };
        let records: Vec<Record> = driver.effects.iter().flat_map(of_notes).collect();
        assert_eq!(records.len(), usize::from(noted), "{words}");
        // Where the service says nothing of it, it is told what was sent.
        let length = |record: &Record| {
            record.outcome != Outcome::Unknown || record.bytes == Some(STAMP.bytes)
        };
        assert!(records.iter().all(length), "{records:?}");
    }
}

#[test]
fn an_upload_can_be_called_off_and_leaving_asks() {
    let mut driver = driver();
    look(&mut driver, "in.jsonl", sound());
    driver.tell(Event::Drawn);
    driver.key(KeyCode::Enter);
    let (number, _) = sent(&mut driver).unwrap();
    driver.keys("q");
    assert!(matches!(driver.app.layers().top(), Some(Layer::Confirmation(_))));
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("1 file may not be stored"), "{screen}");
    driver.tell(Event::Drawn);
    driver.keys("nJx");
    assert!(driver.effects.contains(&Effect::StopUpload(number)));
}

/// Whoever leaves while one is on its way: the ledger has a line where it may be stored.
#[test]
fn what_is_on_its_way_as_the_program_is_left_is_not_forgotten() {
    for (end, noted) in
        [(UploadEnd::Unknown("called off".to_owned()), 1), (UploadEnd::Failed(String::new()), 0)]
    {
        let mut driver = driver();
        look(&mut driver, "in.jsonl", sound());
        driver.tell(Event::Drawn);
        driver.key(KeyCode::Enter);
        let (number, _) = sent(&mut driver).unwrap();
        let ends = [(number + 1, UploadEnd::Stored(stored("file_8"))), (number, end)];
        let records = driver.app.leave(&ends);
        assert_eq!(records.len(), noted, "{records:?}");
        assert!(records.iter().all(|record| record.outcome == Outcome::Unknown));
        assert!(records.iter().all(|record| record.bytes == Some(STAMP.bytes)), "{records:?}");
    }
}

/// Has three files wait for their turn; gives the number of the first, which is on its way.
fn three(driver: &mut Driver) -> u64 {
    let mut numbers = vec![];
    for path in ["a.jsonl", "b.jsonl", "c.jsonl"] {
        look(driver, path, sound());
        driver.tell(Event::Drawn);
        driver.key(KeyCode::Enter);
        numbers.extend(sent(driver).map(|(number, _)| number));
    }
    assert_eq!(numbers.len(), 1, "one after the other");
    numbers[0]
}

/// Of files that wait and are not sent after all, for one reason, the events tell once.
#[test]
fn what_waits_is_not_given_up_without_a_word() {
    let crowded = "the service is asked too often (429); it asks to wait 900 s";
    for (end, wait, why) in [
        (UploadEnd::KeyRefused("it is refused".to_owned()), None, "not sent: the key is refused"),
        (UploadEnd::Unserved(crowded.to_owned()), Some(900), crowded),
        (UploadEnd::Unknown(crowded.to_owned()), Some(121), crowded),
    ] {
        let mut driver = driver();
        let number = three(&mut driver);
        let rest = wait.map(|seconds| asked_rest(&driver, seconds, crowded));
        driver.tell(Event::Uploaded(number, Box::new(Sent { rest, ..end.into() })));
        assert!(message(&driver).contains("; 2 others not sent"), "{}", message(&driver));
        let entries = driver.app.journal().entries();
        let words = format!("2 files, the first b.jsonl: {why}")
            .replace("b.jsonl: the", "b.jsonl: not sent: the");
        let told = entries.iter().filter(|entry| entry.text == words);
        assert_eq!(told.count(), 1, "{words}: {entries:?}");
        assert!(!entries.iter().any(|entry| entry.text.contains("c.jsonl")), "{entries:?}");
        assert!(sent(&mut driver).is_none());
    }
    // Whoever calls them off one by one is told of each.
    let mut driver = driver();
    three(&mut driver);
    driver.keys("Jjxjx");
    for path in ["b.jsonl", "c.jsonl"] {
        let is_it = |text: &str| text.contains(path) && text.contains("not sent: called off");
        let told = driver.app.journal().entries().iter().filter(|entry| is_it(&entry.text));
        assert_eq!(told.count(), 1, "{path}");
    }
}

fn asked_rest(driver: &Driver, seconds: u64, words: &str) -> Rest {
    let wait = Duration::from_secs(seconds);
    Rest { wait, until: driver.now.mono + wait, words: words.to_owned() }
}

/// What waits is not sent before the service wants it, whatever became of what was sent before; the wait counts
/// down, and what is agreed to meanwhile waits too.
#[test]
fn the_next_one_is_not_sent_before_the_service_wants_it() {
    for end in [
        UploadEnd::Unserved("too often".to_owned()),
        UploadEnd::Unknown("it broke off".to_owned()),
        UploadEnd::Stored(stored("file_9")),
    ] {
        let mut driver = driver();
        let number = three(&mut driver);
        let rest = Some(asked_rest(&driver, 20, "too often"));
        driver.tell(Event::Uploaded(number, Box::new(Sent { rest, ..end.into() })));
        assert!(sent(&mut driver).is_none());
        let line = |driver: &Driver| text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
        let words = |seconds| format!("↑ b.jsonl · asked to wait {seconds}s · 1 waiting");
        assert!(line(&driver).contains(&words(20)), "{}", line(&driver));
        driver.keys("J");
        let listed =
            |driver: &Driver, words: &str| text(&driver.app, 120, 36).matches(words).count();
        assert!(listed(&driver, "asked to wait 20s") >= 2);
        for seconds in (0..20).rev() {
            assert!(sent(&mut driver).is_none(), "{seconds}");
            driver.pass(Duration::from_secs(1));
            driver.tell(Event::DeadlineReached);
            assert!(seconds == 0 || listed(&driver, &format!("asked to wait {seconds}s")) >= 2);
        }
        assert_eq!(sent(&mut driver).unwrap().0, number + 1);
    }
}

/// One that rests, as the service asked, and is called off: the next one rests on.
#[test]
fn calling_one_off_does_not_end_the_rest_that_the_service_wants() {
    let mut driver = driver();
    let number = three(&mut driver);
    let until = driver.now.mono + Duration::from_secs(9);
    let stage = UploadStage::Resting { until, is_asked: true };
    driver.tell(Event::UploadTold(number, (0, 1_000), stage));
    let end = UploadEnd::Failed("called off".to_owned());
    driver.tell(Event::Uploaded(number, Box::new(end.into())));
    assert!(sent(&mut driver).is_none());
    driver.pass(Duration::from_secs(9));
    driver.tell(Event::DeadlineReached);
    assert_eq!(sent(&mut driver).unwrap().0, number + 1);
}

#[test]
fn read_only_takes_the_key_away() {
    let mut driver = driver_with(Settings { read_only: true, ..Driver::settings() });
    driver.keys("u");
    assert!(!is_open(&driver) && message(&driver).starts_with("no such key"));
    for looks_up in ["?/upload a", ":upload a"] {
        driver.keys(looks_up);
        let screen = text(&driver.app, 120, 36);
        assert!(!screen.contains("upload a file of this"), "{screen}");
        driver.key(KeyCode::Esc);
        driver.key(KeyCode::Esc);
    }
}

/// That it is looked at is said as long as it is.
#[test]
fn a_message_about_a_look_ends_with_the_look() {
    for found in [true, false] {
        let mut driver = driver();
        driver.keys("uin.jsonl");
        driver.key(KeyCode::Enter);
        driver.key(KeyCode::Enter);
        assert!(message(&driver).starts_with("it is being looked at"));
        let (number, upload) = looked_at(&mut driver).unwrap();
        let result = if found {
            Ok(Box::new((upload, sound(), STAMP)))
        } else {
            Err("it cannot be read".to_owned())
        };
        driver.tell(Event::FileLookedAt(number, result));
        driver.tell(Event::Drawn);
        assert_eq!(message(&driver), if found { "" } else { "it cannot be read" });
        let shown = text(&driver.app, 120, 36);
        assert_eq!(shown.contains("Enter uploads"), found, "{shown}");
    }
}

/// Where no row of it is shown, that is said, and why.
#[test]
fn what_is_stored_and_hidden_is_said_to_be() {
    for (filter, words) in
        [("", "stored: file_999"), ("name-", "stored: file_999; the filter hides it")]
    {
        let mut driver = driver();
        driver.keys("/");
        driver.keys(filter);
        driver.key(KeyCode::Enter);
        look(&mut driver, "in.jsonl", sound());
        driver.tell(Event::Drawn);
        driver.key(KeyCode::Enter);
        let (number, _) = sent(&mut driver).unwrap();
        driver
            .tell(Event::Uploaded(number, Box::new(UploadEnd::Stored(stored("file_999")).into())));
        assert_eq!(rows(&driver, "file_999"), usize::from(filter.is_empty()));
        assert_eq!(message(&driver), words);
    }
}

//! Uploading from the dashboard: what is asked, what is found, what is sent and what is said of it.

use crossterm::event::KeyCode;
use shelflife::account::journal::Happening;
use shelflife::api::call::Call;
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::jobs::Pinned;
use shelflife::jobs::record::Outcome;
use shelflife::jobs::upload::{FileStamp, Upload, UploadEnd};
use shelflife::text::Untrusted;
use shelflife::validation::{Report, Use, Validator, of_service};

use crate::support::driver::Driver;
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

fn stored(id: &str) -> Pinned {
    Pinned { filename: Some(Untrusted::new("in.jsonl")), ..Pinned::by_id(Untrusted::new(id)) }
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
    driver.tell(Event::UploadTold(number, (410, 1_000)));
    let line = |driver: &Driver| text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
    assert!(line(&driver).contains("↑ in.jsonl · 41 %"), "{}", line(&driver));
    driver.tell(Event::UploadTold(number, (1_000, 1_000)));
    assert!(line(&driver).contains("waiting for the answer"), "{}", line(&driver));
    driver.tell(Event::Uploaded(number, Box::new(UploadEnd::Stored(stored("file_9")))));
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

/// It is found by a round at once, and selected where nothing was moved meanwhile.
#[test]
fn what_was_stored_appears_and_is_selected() {
    for moves in [false, true] {
        let mut driver = driver();
        look(&mut driver, "in.jsonl", sound());
        driver.tell(Event::Drawn);
        driver.key(KeyCode::Enter);
        let (number, _) = sent(&mut driver).unwrap();
        driver.tell(Event::Uploaded(number, Box::new(UploadEnd::Stored(stored("file_9")))));
        if moves {
            driver.keys("j");
        }
        let before = driver.selected();
        for _ in 0..4 {
            let calls: Vec<_> = driver
                .effects
                .drain(..)
                .filter_map(|effect| match effect {
                    Effect::Call(ticket, Call::List { after, .. }) => Some((ticket, after)),
                    _ => None,
                })
                .collect();
            for (ticket, after) in calls {
                let from = after.map_or(1, |after| {
                    let id = String::from_utf8(after.raw().to_vec()).unwrap();
                    id.trim_start_matches("file_").parse::<i64>().unwrap() + 1
                });
                let numbers = (1..7).chain([9]).filter(|n| *n >= from);
                driver.answer_to(ticket, &page(numbers, |n| n * 3_600, false));
            }
        }
        assert!(driver.app.store().find(&Untrusted::new("file_9")).is_some(), "{moves}");
        let now = driver.selected();
        if moves {
            assert_eq!(now, before);
        } else {
            assert_eq!(now, "file_9");
        }
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

#[test]
fn tab_completes_the_path() {
    let mut driver = driver();
    driver.keys("u~/b");
    driver.key(KeyCode::Tab);
    assert_eq!(driver.effects.pop(), Some(Effect::CompletePath("~/b".to_owned())));
    let candidates = vec!["batch-1.jsonl".to_owned(), "batch-2.jsonl".to_owned()];
    driver.tell(completed("~/b", "~/batch-", &candidates));
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("~/batch-") && screen.contains("batch-2.jsonl"), "{screen}");
    driver.tell(completed("~/batch-", "~/batch-", &[]));
    assert!(message(&driver).starts_with("nothing here begins so"));
}

fn completed(typed: &str, text: &str, candidates: &[String]) -> Event {
    let (typed, text) = (typed.to_owned(), text.to_owned());
    Event::PathCompleted { typed, text, candidates: candidates.to_vec() }
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
            UploadEnd::Several(vec![stored("file_8"), stored("file_9")]),
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
        driver.tell(Event::Uploaded(number, Box::new(end)));
        assert!(message(&driver).contains(words), "{words}: {}", message(&driver));
        let is_noted = driver.effects.iter().any(|effect| matches!(effect, Effect::Note(_)));
        assert_eq!(is_noted, noted, "{words}");
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
    driver.keys("n");
    driver.key(KeyCode::Esc);
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
    }
}

/// Of each file that waits and is not sent after all, the events say so.
#[test]
fn what_waits_is_not_given_up_without_a_word() {
    for refused in [true, false] {
        let mut driver = driver();
        let mut numbers = vec![];
        for path in ["a.jsonl", "b.jsonl", "c.jsonl"] {
            look(&mut driver, path, sound());
            driver.tell(Event::Drawn);
            driver.key(KeyCode::Enter);
            numbers.extend(sent(&mut driver).map(|(number, _)| number));
        }
        assert_eq!(numbers.len(), 1, "one after the other");
        let why = if refused {
            let end = UploadEnd::KeyRefused("the service refused the key".to_owned());
            driver.tell(Event::Uploaded(numbers[0], Box::new(end)));
            "not sent: the key is refused"
        } else {
            driver.key(KeyCode::Esc);
            "not sent: called off"
        };
        let entries = driver.app.journal().entries();
        for path in ["b.jsonl", "c.jsonl"] {
            let is_it = |text: &str| text.contains(path) && text.contains(why);
            let told = entries.iter().filter(|entry| is_it(&entry.text));
            assert_eq!(told.count(), 1, "{path}: {entries:?}");
        }
        assert!(sent(&mut driver).is_none());
    }
}

#[test]
fn read_only_takes_the_key_away() {
    let mut driver = driver_with(Settings { read_only: true, ..Driver::settings() });
    driver.keys("u");
    assert!(!is_open(&driver) && message(&driver).starts_with("no such key"));
}

//! Uploads and deletions under jobs: a line each while they go on, with what can be done, and what came of
//! them afterwards.

use std::time::Duration;

use crossterm::event::KeyCode;
use shelflife::api::ApiError;
use shelflife::api::call::{Call, Owner, Reply, Ticket};
use shelflife::api::error::Status;
use shelflife::api::upload::UploadStage;
use shelflife::api::wire::{read_batches, read_single_file};
use shelflife::api::{Answer, Existence};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::jobs::Pinned;
use shelflife::jobs::upload::{FileStamp, Upload, UploadEnd};
use shelflife::text::Untrusted;
use shelflife::validation::{Use, Validator, of_service};

use crate::support::driver::Driver;
use crate::support::files::page;
use crate::support::screen::text;

const STAMP: FileStamp = FileStamp { bytes: 10_240, modified: (1, 0), inode: 1, device: 1 };

fn driver() -> Driver {
    let settings = Settings { home: Some("/home/me".into()), ..Driver::settings() };
    let mut driver = Driver::started(120, 36, settings);
    driver.answer(&page(1..7, |n| n * 3_600, false));
    driver
}

fn screen(driver: &Driver) -> String {
    let size = driver.app.layout().unwrap().screen();
    text(&driver.app, size.width, size.height)
}

fn message(driver: &Driver) -> String {
    driver.app.message().unwrap_or_default().to_owned()
}

/// The line of the job under the cursor.
fn line(driver: &Driver) -> String {
    let screen = screen(driver);
    screen.lines().find(|line| line.contains('▌')).unwrap_or_default().to_owned()
}

/// The last line of the box: what can be done.
fn hints(driver: &Driver) -> String {
    screen(driver).lines().last().unwrap_or_default().to_owned()
}

/// Has a file uploaded; gives the number of what is sent, if it is at once.
fn upload(driver: &mut Driver, path: &str) -> Option<u64> {
    driver.keys("u");
    driver.tell(Event::Drawn);
    driver.keys(path);
    driver.key(KeyCode::Enter);
    agree(driver);
    sent(driver)
}

/// Answers what is looked at, and agrees to what was found.
fn agree(driver: &mut Driver) {
    let looked = driver.effects.iter().find_map(|effect| match effect {
        Effect::LookAtFile(number, upload) => Some((*number, (**upload).clone())),
        _ => None,
    });
    driver.effects.retain(|effect| !matches!(effect, Effect::LookAtFile(..)));
    let (number, upload): (u64, Upload) = looked.expect("it is looked at");
    let mut validator = Validator::new(of_service("openai").unwrap(), Use::Other, None);
    validator.feed(b"{}\n");
    let found = Ok(Box::new((upload, validator.finish(), STAMP)));
    driver.tell(Event::FileLookedAt(number, found));
    driver.tell(Event::Drawn);
    driver.key(KeyCode::Enter);
}

fn sent(driver: &mut Driver) -> Option<u64> {
    let number = driver.effects.iter().find_map(|effect| match effect {
        Effect::Upload(number, ..) => Some(*number),
        _ => None,
    });
    driver.effects.retain(|effect| !matches!(effect, Effect::Upload(..)));
    number
}

fn uploaded(driver: &mut Driver, number: u64, end: UploadEnd) {
    driver.tell(Event::Uploaded(number, Box::new(end.into())));
}

fn stored() -> UploadEnd {
    let body = br#"{"id":"file_9","filename":"in.jsonl","bytes":7}"#;
    UploadEnd::Stored(Box::new(read_single_file(body).unwrap()))
}

/// The calls of a deletion that were made.
fn calls(driver: &mut Driver) -> Vec<(Ticket, Call)> {
    let of = |effect: &mut Effect| matches!(effect, Effect::Call(ticket, _) if ticket.owner == Owner::Deletion);
    let all: Vec<Effect> = driver.effects.extract_if(.., of).collect();
    let call = |effect| match effect {
        Effect::Call(ticket, call) => (ticket, call),
        _ => unreachable!(),
    };
    all.into_iter().map(call).collect()
}

fn answer(driver: &mut Driver, ticket: Ticket, value: Reply) {
    driver.tell(Event::Replied(ticket, Ok(Answer { value, date: None, allowance: None })));
}

/// Has all files deleted; gives the first calls.
fn delete_all(driver: &mut Driver) -> Vec<(Ticket, Call)> {
    driver.control('a');
    driver.keys("D");
    let (ticket, _) = calls(driver).remove(0);
    let none = read_batches(br#"{"data":[],"has_more":false}"#).unwrap();
    answer(driver, ticket, Reply::Batches(none));
    driver.tell(Event::Drawn);
    driver.keys("6");
    driver.tell(Event::Drawn);
    driver.key(KeyCode::Enter);
    calls(driver)
}

#[test]
fn an_upload_has_a_line_with_how_far_it_is() {
    let mut driver = driver();
    let number = upload(&mut driver, "~/in.jsonl").unwrap();
    driver.keys("J");
    assert!(line(&driver).contains("in.jsonl") && line(&driver).contains('↑'), "{}", line(&driver));
    driver.tell(Event::UploadTold(number, (0, 10_240), UploadStage::Sending));
    driver.pass(Duration::from_secs(4));
    driver.tell(Event::UploadTold(number, (4_096, 10_240), UploadStage::Sending));
    for words in ["4.00 KiB / 10.00 KiB", "40 %", "1.00 KiB/s", "6s"] {
        assert!(line(&driver).contains(words), "{words}: {}", line(&driver));
    }
    // The rate changes by itself as nothing more leaves.
    driver.wake();
    assert!(!line(&driver).contains("1.00 KiB/s"), "{}", line(&driver));
    assert!(hints(&driver).contains("x cancels · y copies the path"), "{}", hints(&driver));
    assert!(screen(&driver).contains("~/in.jsonl") && screen(&driver).contains("for batch"));
    driver.tell(Event::UploadTold(number, (10_240, 10_240), UploadStage::Awaiting));
    assert!(line(&driver).contains("waiting for the answer"), "{}", line(&driver));
    driver.keys("y");
    assert_eq!(driver.copied, ["/home/me/in.jsonl"]);
    driver.keys(" ");
    assert!(message(&driver).contains("it cannot rest"), "{}", message(&driver));
    driver.keys("x");
    assert!(driver.effects.contains(&Effect::StopUpload(number)));
    uploaded(&mut driver, number, UploadEnd::Unknown("called off".to_owned()));
    assert!(line(&driver).contains("may have been stored: called off"), "{}", line(&driver));
    driver.keys("r");
    assert!(message(&driver).starts_with("it may have been stored"), "{}", message(&driver));
}

#[test]
fn what_was_not_seen_is_uploaded_again_once_it_was_looked_at() {
    for (end, again) in [
        (UploadEnd::NotSeen("it broke off".to_owned()), true),
        (UploadEnd::Failed("no connection".to_owned()), true),
        (stored(), false),
        (UploadEnd::Several(vec![]), false),
        (UploadEnd::Unknown("it broke off".to_owned()), false),
    ] {
        let mut driver = driver();
        let number = upload(&mut driver, "~/in.jsonl").unwrap();
        uploaded(&mut driver, number, end.clone());
        driver.keys("J");
        assert!(line(&driver).contains(&end.words()), "{}", line(&driver));
        assert_eq!(hints(&driver).contains("r tries again"), again, "{end:?}");
        driver.keys("r");
        assert_eq!(matches!(driver.app.layers().top(), Some(Layer::Upload(_))), again, "{end:?}");
        if again {
            agree(&mut driver);
            assert_ne!(sent(&mut driver).unwrap(), number, "it is another one");
            assert!(screen(&driver).contains("2 of 2") || screen(&driver).contains("1 of 2"));
        }
    }
}

#[test]
fn of_those_that_wait_one_can_be_called_off() {
    let mut driver = driver();
    let first = upload(&mut driver, "~/a.jsonl").unwrap();
    assert_eq!(upload(&mut driver, "~/b.jsonl"), None);
    driver.keys("Jj");
    assert!(line(&driver).contains("b.jsonl") && line(&driver).contains("waiting"));
    driver.keys("x");
    assert!(line(&driver).contains("not sent: called off"), "{}", line(&driver));
    uploaded(&mut driver, first, stored());
    assert_eq!(sent(&mut driver), None);
    // Done: it stays where it is while it is looked at, and comes last when it is opened anew.
    driver.keys("JJ");
    assert!(line(&driver).contains("b.jsonl"), "{}", line(&driver));
    assert!(screen(&driver).contains("Jobs · 1 stored · 1 not stored"), "{}", screen(&driver));
}

#[test]
fn a_deletion_has_a_line_with_its_outcomes_and_its_wait() {
    let mut driver = driver();
    let all = delete_all(&mut driver);
    driver.keys("J");
    assert!(line(&driver).contains("name-0001.jsonl and 5 more"), "{}", line(&driver));
    assert!(line(&driver).contains("deleting 0 of 6"), "{}", line(&driver));
    answer(&mut driver, all[0].0, Reply::File(Existence::Gone));
    assert!(line(&driver).contains("deleting 1 of 6 · 1 already gone"), "{}", line(&driver));
    let wait = Some(Duration::from_secs(20));
    let crowded = ApiError::Unavailable { status: Status(429), message: None, wait };
    driver.tell(Event::Replied(all[1].0, Err(crowded)));
    assert!(line(&driver).contains("asked to wait 20s"), "{}", line(&driver));
    driver.wake();
    assert!(line(&driver).contains("asked to wait 19s"), "it counts down: {}", line(&driver));
    assert!(hints(&driver).contains("x cancels"), "{}", hints(&driver));
    driver.keys("y");
    assert_eq!(message(&driver), "a deletion has no path");
    driver.keys("x");
    assert!(message(&driver).starts_with("nothing more is deleted"), "{}", message(&driver));
    let others = calls(&mut driver);
    for (ticket, _) in all[2..].iter().chain(&others) {
        answer(&mut driver, *ticket, Reply::File(Existence::Gone));
    }
    let words = "4 already gone · 2 left";
    assert!(line(&driver).contains(words), "{}", line(&driver));
    driver.pass(Duration::from_secs(3_600));
    driver.tell(Event::DeadlineReached);
    assert!(line(&driver).contains(words), "it is found afterwards: {}", line(&driver));
    driver.keys("x");
    assert_eq!(message(&driver), "it is over: cancelling undoes nothing");
    driver.key(KeyCode::Enter);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Events(_))));
}

/// A pause that the service asked for, and one of our own: all places of a screen say which it is. Where both
/// are on, it is the longer one.
#[test]
fn whose_pause_it_is_is_said_alike_everywhere() {
    for (waits, words) in [
        (&[None][..], "next try in 1s"),
        (&[Some(20)], "asked to wait 20s"),
        (&[None, Some(1)], "asked to wait 1s"),
        (&[None, Some(20)], "asked to wait 20s"),
        (&[Some(1), None], "next try in 2s"),
    ] {
        let mut driver = driver();
        let all = delete_all(&mut driver);
        driver.keys("J");
        for ((ticket, _), wait) in all.iter().zip(waits) {
            let wait = wait.map(Duration::from_secs);
            let crowded = ApiError::Unavailable { status: Status(429), message: None, wait };
            driver.tell(Event::Replied(*ticket, Err(crowded)));
        }
        let shown = screen(&driver);
        assert!(line(&driver).contains(words), "{waits:?}: {shown}");
        for other in ["next try in", "asked to wait"] {
            assert!(words.contains(other) || !shown.contains(other), "{waits:?}: {shown}");
        }
    }
}

/// At every size each kind has its line, and what came of it is said.
#[test]
fn each_kind_is_seen_at_every_size() {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (40, 12)] {
        let mut driver = driver();
        driver.keys("o");
        let number = upload(&mut driver, "~/in.jsonl").unwrap();
        uploaded(&mut driver, number, UploadEnd::NotSeen("it broke off".to_owned()));
        upload(&mut driver, "~/other.jsonl").unwrap();
        delete_all(&mut driver);
        driver.tell(Event::Resized { width, height });
        driver.keys("J");
        let shown = screen(&driver);
        for (sign, words) in
            [("× name-", ""), ("↑ other", ""), ("↓ name-", ""), ("! in.jsonl", "not seen")]
        {
            let is_it = |line: &&str| {
                line.replace("▌", " ").contains(sign) || line.contains(&sign.replace(' ', ""))
            };
            let line = shown.lines().find(is_it);
            assert!(line.is_some_and(|line| line.contains(words)), "{width} {sign}: {shown}");
        }
        insta::assert_snapshot!(format!("jobs_of_each_kind_{width}x{height}"), shown);
    }
}

/// What was not there is not counted as deleted, wherever several deletions are counted together.
#[test]
fn what_was_gone_already_is_not_called_deleted() {
    let mut driver = driver();
    let all = delete_all(&mut driver);
    for (ticket, _) in &all {
        answer(&mut driver, *ticket, Reply::File(Existence::Gone));
    }
    for (ticket, _) in calls(&mut driver) {
        answer(&mut driver, ticket, Reply::File(Existence::Gone));
    }
    driver.keys("J");
    let shown = screen(&driver);
    assert!(shown.contains("Jobs · 6 already gone ") && !shown.contains("6 deleted"), "{shown}");
}

/// All that is within the borders, without blanks: wherever a line was broken.
fn inside(screen: &str) -> String {
    screen.chars().filter(|c| !"│╭╰╮╯─▌".contains(*c) && !c.is_whitespace()).collect()
}

fn has(screen: &str, words: &str) -> bool {
    inside(screen).contains(&inside(words))
}

/// Whatever an upload comes to is said at once, on any screen: what was not done, or is not known to be, with
/// where more of it is told, and for longer than it takes to look up.
#[test]
fn each_end_of_an_upload_is_said_and_where_more_of_it_is_told() {
    let why = || "the service answered 500 Internal Server Error: it broke off".to_owned();
    let file = || match stored() {
        UploadEnd::Stored(file) => file,
        other => panic!("{other:?}"),
    };
    let ids = ["file_8", "file_9"];
    let two = || ids.map(|id| Pinned::by_id(Untrusted::new(id))).to_vec();
    let ends = [
        UploadEnd::Stored(file()),
        UploadEnd::StoredAfterAll(file()),
        UploadEnd::Several(two()),
        UploadEnd::NotSeen(why()),
        UploadEnd::Unknown(why()),
        UploadEnd::Failed(why()),
        UploadEnd::Unserved(why()),
        UploadEnd::KeyRefused(why()),
    ];
    for end in ends {
        let why = why();
        let (words, is_done) = match &end {
            UploadEnd::Stored(_) => ("stored: file_9".to_owned(), true),
            UploadEnd::StoredAfterAll(_) => ("stored after all: file_9".to_owned(), true),
            UploadEnd::Several(_) => ("two match: file_8, file_9".to_owned(), false),
            UploadEnd::NotSeen(_) => (format!("not seen; upload again? ({why})"), false),
            UploadEnd::Unknown(_) => (format!("may have been stored: {why}"), false),
            UploadEnd::Failed(_) | UploadEnd::Unserved(_) | UploadEnd::KeyRefused(_) => {
                (why.clone(), false)
            }
        };
        let words = match (is_done, end.is_nothing()) {
            (true, _) => words,
            (false, false) => format!("~/in.jsonl: {words}; J shows it"),
            (false, true) => format!("not stored: ~/in.jsonl: {words}; J shows it"),
        };
        for (width, height) in [(120, 36), (80, 24), (40, 12)] {
            let mut driver = driver();
            driver.tell(Event::Resized { width, height });
            let number = upload(&mut driver, "~/in.jsonl").unwrap();
            uploaded(&mut driver, number, end.clone());
            assert_eq!(message(&driver), words);
            assert!(has(&screen(&driver), &words), "{width} {words}: {}", screen(&driver));
            for (seconds, is_said) in [(10, !is_done), (60, false)] {
                driver.pass(Duration::from_secs(seconds));
                driver.tell(Event::DeadlineReached);
                assert_eq!(driver.app.message().is_some(), is_said, "{words} {seconds}");
            }
        }
    }
}

/// Esc is one step back on the screen; an upload is called off where it stands, under jobs.
#[test]
fn a_step_back_ends_no_upload() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = driver();
        driver.tell(Event::Resized { width, height });
        driver.keys("/jsonl");
        driver.key(KeyCode::Enter);
        upload(&mut driver, "~/a.jsonl").unwrap();
        upload(&mut driver, "~/b.jsonl");
        driver.pass(Duration::from_secs(60));
        driver.tell(Event::DeadlineReached);
        let footer = hints(&driver);
        assert!(!footer.contains("stop") && footer.contains("J jobs"), "{footer}");
        for _ in 0..3 {
            driver.key(KeyCode::Esc);
        }
        assert!(driver.app.table().filter_text().is_none(), "one step back");
        let stops = |effect: &Effect| matches!(effect, Effect::StopUpload(_));
        assert!(!driver.effects.iter().any(stops));
        assert_eq!(driver.app.uploading().queue().open(), 2);
    }
}

/// Why files were left stands where it is said that they were: of one file as the message itself, of several
/// as the first reason, and how many there are others for.
#[test]
fn why_files_were_left_is_said() {
    let mut driver = driver();
    let all = delete_all(&mut driver);
    answer(&mut driver, all[0].0, Reply::File(Existence::Gone));
    let refused = |why: &str| ApiError::Refused {
        status: Status(409),
        message: Some(Untrusted::new(why)),
        wait: None,
    };
    driver.tell(Event::Replied(all[1].0, Err(refused("it is locked"))));
    driver.tell(Event::Replied(all[2].0, Err(refused("it is another's"))));
    fail_all(&mut driver, all[3..].to_vec(), ": it is locked");
    let why = "the service answered 409 Conflict: it is locked";
    let words = format!("1 already gone · 5 left: {why} · 1 for another reason");
    assert_eq!(message(&driver), format!("{words}; E shows which"));
    driver.keys("J");
    assert!(has(&screen(&driver), &words), "{}", screen(&driver));
    let row = line(&driver);
    assert!(row.contains("5 left: the service ans"), "{row}");
}

/// Has a deletion come to nothing, for one reason.
fn fail_all(driver: &mut Driver, mut all: Vec<(Ticket, Call)>, why: &str) {
    while !all.is_empty() {
        for (ticket, _) in all {
            let message = Untrusted::new(why.split_once(": ").unwrap().1);
            let status = Status(409);
            let refused = ApiError::Refused { status, message: Some(message), wait: None };
            driver.tell(Event::Replied(ticket, Err(refused)));
        }
        all = calls(driver);
    }
}

/// A cause can be read to its end, whatever it is of and however wide the screen is; the job that it is of
/// stays in view.
#[test]
fn a_cause_can_be_read_to_its_end() {
    let why = "the service answered 409 Conflict: a file of that name is being read by the batch \
               batch_0123456789abcdef, and it is not sent";
    for (width, height) in [(160, 40), (100, 30), (80, 24), (60, 20), (40, 12)] {
        for of_deletion in [false, true] {
            let mut driver = driver();
            let other = upload(&mut driver, "~/other.jsonl").unwrap();
            uploaded(&mut driver, other, UploadEnd::NotSeen("so".to_owned()));
            if of_deletion {
                let all = delete_all(&mut driver);
                fail_all(&mut driver, all, why);
            } else {
                let number = upload(&mut driver, "~/in.jsonl").unwrap();
                uploaded(&mut driver, number, UploadEnd::Failed(why.to_owned()));
            }
            driver.tell(Event::Resized { width, height });
            driver.keys("J");
            let shown = screen(&driver);
            assert!(has(&shown, why), "{width} {of_deletion}: {shown}");
            assert!(shown.contains('▌') && shown.contains("1 of 2"), "{width}: {shown}");
            driver.keys("j");
            let shown = screen(&driver);
            assert!(has(&shown, "~/other.jsonl") && shown.contains("2 of 2"), "{width}: {shown}");
        }
    }
}

/// What is called off says so, and how many are not at their end, instead of counting on.
#[test]
fn a_deletion_that_is_called_off_counts_what_is_on_its_way() {
    let mut driver = driver();
    let all = delete_all(&mut driver);
    assert!(hints(&driver).contains("deleting 0 of 6"), "{}", hints(&driver));
    driver.key(KeyCode::Esc);
    for (place, (ticket, _)) in all.iter().enumerate() {
        let words = format!("stopping · {} on their way", 4 - place);
        let words = if place == 3 { "stopping · 1 on its way".to_owned() } else { words };
        assert!(hints(&driver).contains(&words), "{words}: {}", hints(&driver));
        driver.keys("J");
        assert!(line(&driver).contains(&words), "{words}: {}", line(&driver));
        assert!(screen(&driver).contains(&format!("Jobs · {words}")), "{}", screen(&driver));
        driver.keys("J");
        answer(&mut driver, *ticket, Reply::File(Existence::Gone));
    }
    assert!(!hints(&driver).contains("stopping"), "{}", hints(&driver));
}

/// What is counted is the file, not the form around it, and never more than has left.
#[test]
fn the_bytes_of_an_upload_are_those_of_its_file() {
    let mut driver = driver();
    let number = upload(&mut driver, "~/in.jsonl").unwrap();
    driver.keys("J");
    for (sent, words) in [
        (0, "  10.00 KiB "),
        (200, "  10.00 KiB "),
        (612 + 5_120, "5.00 KiB / 10.00 KiB"),
        (612 + 10_240, "10.00 KiB / 10.00 KiB"),
    ] {
        driver.tell(Event::UploadTold(number, (sent, 612 + 10_240), UploadStage::Sending));
        assert!(line(&driver).contains(words), "{words}: {}", line(&driver));
    }
}

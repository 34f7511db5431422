//! Deleting from the dashboard: what is asked, what answers it, what is deleted then and what is said.

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use shelflife::account::journal::Happening;
use shelflife::account::shelf::{Shelved, Unshelved};
use shelflife::api::call::{Call, Reply, Ticket};
use shelflife::api::error::{Asked, Status};
use shelflife::api::wire::{read_batches, read_single_file};
use shelflife::api::{Answer, ApiError, Deletion, Existence};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::jobs::record::{Outcome, Saved};
use shelflife::text::Untrusted;

use crate::support::driver::{Driver, START_S};
use crate::support::files::{expiring_at, list, page};
use crate::support::screen::text;

/// Six files that expire in an hour each.
fn driver_on(width: u16, height: u16, settings: Settings) -> Driver {
    let mut driver = Driver::started(width, height, settings);
    driver.answer(&page(1..7, |n| n * 3_600, false));
    driver
}

fn driver() -> Driver {
    driver_on(120, 36, Driver::settings())
}

fn id(n: i64) -> String {
    format!("file_{n}")
}

/// The calls that were made for a deletion, in their order.
fn calls(driver: &mut Driver) -> Vec<(Ticket, Call)> {
    let is_one = |effect: &mut Effect| match effect {
        Effect::Call(ticket, _) => ticket.owner == shelflife::api::call::Owner::Deletion,
        _ => false,
    };
    let effects = driver.effects.extract_if(.., is_one);
    effects
        .map(|effect| match effect {
            Effect::Call(ticket, call) => (ticket, call),
            _ => unreachable!(),
        })
        .collect()
}

fn answer(driver: &mut Driver, ticket: Ticket, value: Reply) {
    let answer = Answer { value, date: None, allowance: None };
    driver.tell(Event::Replied(ticket, Ok(answer)));
}

/// Tells which files batches read that are not over.
fn tell_batches(driver: &mut Driver, inputs: &[&str]) {
    let batch =
        |id: &&str| format!(r#"{{"id":"batch_7","status":"in_progress","input_file_id":"{id}"}}"#);
    let all: Vec<String> = inputs.iter().map(batch).collect();
    let body = format!(r#"{{"data":[{}],"has_more":false}}"#, all.join(","));
    let all = calls(driver);
    let [(ticket, Call::ListBatches { after: None })] = &all[..] else { panic!("{all:?}") };
    answer(driver, *ticket, Reply::Batches(read_batches(body.as_bytes()).unwrap()));
    driver.tell(Event::Drawn);
}

/// A service that has the files as they were listed: deletes what it is asked for; gives the ids.
fn serve(driver: &mut Driver) -> Vec<String> {
    let mut deleted = vec![];
    loop {
        let all = calls(driver);
        if all.is_empty() {
            return deleted;
        }
        for (ticket, call) in all {
            match call {
                Call::Retrieve { id } => {
                    let found = driver.app.store().find(&id).map(|no| {
                        let file = driver.app.store().file(no);
                        let name = file.filename.unwrap().printable().into_owned();
                        let (bytes, at) =
                            (file.bytes.value().unwrap(), file.created_at.value().unwrap());
                        let body = format!(
                            r#"{{"id":"{}","filename":"{name}","bytes":{bytes},"created_at":{at}}}"#,
                            id.borrow().printable()
                        );
                        Box::new(read_single_file(body.as_bytes()).unwrap())
                    });
                    let value = found.map_or(Existence::Gone, Existence::Present);
                    answer(driver, ticket, Reply::File(value));
                }
                Call::Delete { id } => {
                    deleted.push(id.borrow().printable().into_owned());
                    answer(driver, ticket, Reply::Deletion(Deletion::Done));
                }
                call => panic!("{call:?}"),
            }
        }
    }
}

/// Takes what was typed, once a frame has shown it.
fn enter(driver: &mut Driver) {
    if driver.app.awaits_frame() {
        driver.tell(Event::Drawn);
    }
    driver.key(KeyCode::Enter);
}

fn message(driver: &Driver) -> String {
    driver.app.message().unwrap_or_default().to_owned()
}

fn is_asked(driver: &Driver) -> bool {
    matches!(driver.app.layers().top(), Some(Layer::Deletion(_)))
}

fn screen(driver: &Driver) -> String {
    text(
        &driver.app,
        driver.app.layout().unwrap().screen().width,
        driver.app.layout().unwrap().screen().height,
    )
}

#[test]
fn one_file_is_deleted_with_y() {
    let mut driver = driver();
    driver.keys("D");
    assert!(is_asked(&driver));
    driver.tell(Event::Drawn);
    let shown = screen(&driver);
    assert!(shown.contains("looking whether a batch uses it"), "{shown}");
    driver.keys("y");
    assert!(message(&driver).starts_with("not known yet"), "{}", message(&driver));
    tell_batches(&mut driver, &[]);
    let shown = screen(&driver);
    for words in [
        "deletes 1 file, ",
        "not saved on this machine, and has time left",
        "name-0001.jsonl  file_1 ",
        "left · not saved",
        "▌ leave it",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    driver.keys("y");
    assert!(!is_asked(&driver));
    assert_eq!(serve(&mut driver), [id(1)]);
    assert_eq!(message(&driver), "1 deleted");
    assert!(driver.app.store().find(&Untrusted::new(id(1))).is_none(), "its row is gone at once");
    assert_eq!(driver.app.table().rows().len(), 5);
    let last = driver.app.journal().entries().back().unwrap();
    assert_eq!((last.what, last.text.as_str()), (Happening::Deleted, "name-0001.jsonl"));
    let noted = driver.effects.iter().find_map(|effect| match effect {
        Effect::Note(records) => Some(records.clone()),
        _ => None,
    });
    let noted = noted.unwrap();
    assert_eq!((noted[0].outcome, noted[0].id.as_str()), (Outcome::Deleted, id(1).as_str()));
}

/// The answers take a click, as those of any question, once a frame has shown them; a count is typed.
#[test]
fn the_answers_can_be_clicked() {
    let click = |driver: &mut Driver, words: &str| {
        let shown = screen(driver);
        let of_answers = |(_, line): &(usize, &str)| line.contains("leave it  ");
        let (y, line) = shown.lines().enumerate().filter(of_answers).last().unwrap();
        let x = line[..line.find(words).unwrap()].chars().count();
        let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
        driver.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    };
    for (words, deletes) in [("leave it", false), ("delete it", true)] {
        let mut driver = driver();
        driver.keys("D");
        click(&mut driver, words);
        assert!(is_asked(&driver), "nobody has read it");
        tell_batches(&mut driver, &[]);
        click(&mut driver, words);
        assert!(!is_asked(&driver));
        assert_eq!(serve(&mut driver).len(), usize::from(deletes), "{words}");
    }
    let mut driver = driver();
    driver.keys("  D");
    tell_batches(&mut driver, &[]);
    for x in 0..120 {
        driver.mouse(MouseEventKind::Down(MouseButton::Left), x, 20);
        driver.mouse(MouseEventKind::Down(MouseButton::Left), x, 21);
    }
    assert!(is_asked(&driver) && serve(&mut driver).is_empty());
}

/// Each line: what is typed when it is asked, and whether anything is deleted by that.
#[test]
fn the_answer_that_is_safe_comes_first() {
    for (keys, deletes) in
        [("n", false), ("q", false), ("\r", false), ("\u{1b}", false), ("y", true), ("\t\r", true)]
    {
        let mut driver = driver();
        driver.keys("D");
        tell_batches(&mut driver, &[]);
        for key in keys.chars() {
            match key {
                '\r' => enter(&mut driver),
                '\u{1b}' => driver.key(KeyCode::Esc),
                '\t' => driver.key(KeyCode::Tab),
                key => driver.keys(&key.to_string()),
            }
        }
        assert!(!is_asked(&driver), "{keys:?}");
        assert_eq!(!serve(&mut driver).is_empty(), deletes, "{keys:?}");
        if !deletes {
            assert_eq!(message(&driver), "nothing is deleted");
        }
    }
}

#[test]
fn more_than_one_file_wants_its_count() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    assert!(screen(&driver).contains("type 6 to delete them:"), "{}", screen(&driver));
    for wrong in ["", "y", "5", "66", "yes"] {
        driver.keys(wrong);
        enter(&mut driver);
        assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "{wrong}");
        driver.control('u');
    }
    driver.keys("6");
    enter(&mut driver);
    let mut all = serve(&mut driver);
    all.sort();
    assert_eq!(all, (1..7).map(id).collect::<Vec<_>>());
    assert_eq!(message(&driver), "6 deleted");
    assert!(driver.app.table().rows().is_empty());
}

#[test]
fn what_a_batch_reads_wants_the_word() {
    for (marks, wanted) in [("", "type delete to delete it:"), ("*", "type delete to delete them:")]
    {
        let mut driver = driver();
        driver.keys(marks);
        driver.keys("D");
        tell_batches(&mut driver, &[&id(1)]);
        let shown = screen(&driver);
        assert!(shown.contains("input of a live batch: batch_7 (in_progress)"), "{shown}");
        assert!(shown.contains(wanted), "{shown}");
        for no_word in ["y6", "DELETE", "Delete", "deleted"] {
            driver.keys(no_word);
            enter(&mut driver);
            assert!(is_asked(&driver), "{no_word}");
            driver.control('u');
        }
        driver.keys("delete");
        enter(&mut driver);
        assert_eq!(serve(&mut driver).len(), if marks.is_empty() { 1 } else { 6 });
    }
}

/// What is said of all of them is said of the batches that they are the input of, too.
#[test]
fn other_batches_are_told_of_where_there_are_some() {
    for (second, others) in [("batch_7", false), ("batch_8", true)] {
        let mut driver = driver();
        driver.control('a');
        driver.keys("D");
        let body = format!(
            r#"[{{"id":"batch_7","status":"queued","input_file_id":"{}"}},
                {{"id":"{second}","status":"queued","input_file_id":"{}"}}]"#,
            id(1),
            id(2)
        );
        let (ticket, _) = calls(&mut driver).remove(0);
        let batches = read_batches(body.as_bytes()).unwrap();
        answer(&mut driver, ticket, Reply::Batches(batches));
        driver.tell(Event::Drawn);
        let shown = screen(&driver);
        assert!(shown.contains("2 input of a live batch: batch_7 (queued)"), "{shown}");
        assert_eq!(shown.contains("and others"), others, "{shown}");
        assert!(shown.contains("6 not saved on this machine, with time left"), "{shown}");
    }
}

/// What a batch reads is named, however many files would come before it.
#[test]
fn what_a_batch_reads_is_named_first() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = Driver::started(width, height, Driver::settings());
        driver.answer(&page(1..13, |n| n * 3_600, false));
        driver.control('a');
        driver.keys("D");
        tell_batches(&mut driver, &[&id(12)]);
        let shown = screen(&driver);
        let Some(Layer::Deletion(question)) = driver.app.layers().top() else { panic!("{shown}") };
        let first = question.named().next().unwrap().0;
        assert_eq!(first.id, Untrusted::new(id(12)), "{shown}");
        assert!(shown.contains("in use") && shown.contains("1 input of"), "{shown}");
        // The time that it has left goes on, too.
        let before = screen(&driver);
        driver.wake();
        assert_ne!(screen(&driver), before);
    }
}

#[test]
fn where_batches_cannot_be_read_that_is_said() {
    let mut driver = driver();
    driver.keys("D");
    let (ticket, _) = calls(&mut driver).remove(0);
    let error = ApiError::Undecodable { what: "it is no list of batches" };
    driver.tell(Event::Replied(ticket, Err(error)));
    driver.tell(Event::Drawn);
    assert!(screen(&driver).contains("cannot tell whether in use: "), "{}", screen(&driver));
    driver.keys("y");
    assert_eq!(serve(&mut driver), [id(1)]);
}

/// What was typed before the question was seen, or before it said what it says now, is no answer.
#[test]
fn nothing_that_was_typed_ahead_answers() {
    let mut driver = driver();
    driver.keys("Dy");
    driver.key(KeyCode::Enter);
    assert!(is_asked(&driver), "no frame has shown it");
    driver.tell(Event::Drawn);
    let (ticket, _) = calls(&mut driver).remove(0);
    let empty = read_batches(br#"{"data":[],"has_more":false}"#).unwrap();
    answer(&mut driver, ticket, Reply::Batches(empty));
    driver.keys("y");
    assert!(is_asked(&driver), "what it says now was not seen");
    driver.tell(Event::Pasted("y".to_owned()));
    driver.tell(Event::Drawn);
    driver.tell(Event::Pasted("y\n".to_owned()));
    assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "a paste is no answer");
    driver.keys("y");
    assert_eq!(serve(&mut driver), [id(1)]);
}

/// What was typed before the question said what it says now is no answer, nor a part of one, whenever the
/// rest of it comes.
#[test]
fn no_part_of_what_was_typed_before_answers() {
    // Before a frame has shown it; before it is known what is in use; before a frame has shown that; after.
    for marks in [true, false] {
        let keys: &[KeyCode] = if marks {
            &[KeyCode::Char('6'), KeyCode::Enter]
        } else {
            &[KeyCode::Tab, KeyCode::Enter]
        };
        for first in 0..4 {
            for second in first..4 {
                let mut driver = driver();
                if marks {
                    driver.control('a');
                }
                driver.keys("D");
                for stage in 0..4 {
                    match stage {
                        1 | 3 => driver.tell(Event::Drawn),
                        2 => {
                            let (ticket, _) = calls(&mut driver).remove(0);
                            let empty = read_batches(br#"{"data":[],"has_more":false}"#).unwrap();
                            answer(&mut driver, ticket, Reply::Batches(empty));
                        }
                        _ => {}
                    }
                    if stage == first {
                        driver.key(keys[0]);
                    }
                    if stage == second && is_asked(&driver) {
                        driver.key(keys[1]);
                    }
                }
                let case = format!("{marks} {first} {second}: {}", message(&driver));
                assert_eq!(!serve(&mut driver).is_empty(), first == 3, "{case}");
                // Nor is what is left of it the beginning of one.
                if is_asked(&driver) {
                    enter(&mut driver);
                    assert!(serve(&mut driver).is_empty(), "{case}");
                }
            }
        }
    }
}

/// The time that is left goes on while the question is open, and so does what would be lost.
#[test]
fn the_time_left_in_the_question_ticks() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    let shown = screen(&driver);
    assert!(shown.contains("6 not saved on this machine, with time left"), "{shown}");
    let line = |driver: &Driver| {
        let shown = screen(driver);
        let of_first = |line: &&str| line.contains("name-0001.jsonl  file_1 ");
        shown.lines().find(of_first).unwrap_or_default().to_owned()
    };
    for _ in 0..3 {
        let before = line(&driver);
        driver.wake();
        while line(&driver) == before {
            driver.wake();
        }
    }
    driver.pass(std::time::Duration::from_secs(3_600));
    driver.tell(Event::DeadlineReached);
    assert!(line(&driver).contains("expired"), "{}", screen(&driver));
    assert!(!line(&driver).contains("not saved"), "nothing is lost with it");
    assert!(screen(&driver).contains("5 not saved on this machine"), "{}", screen(&driver));
}

#[test]
fn what_is_being_downloaded_is_said_as_long_as_it_is() {
    for (marks, words) in [(false, "is being downloaded just now"), (true, "1 being downloaded")] {
        let mut driver = driver();
        driver.keys("o");
        if marks {
            driver.control('a');
        }
        driver.keys("D");
        tell_batches(&mut driver, &[]);
        let shown = screen(&driver);
        assert!(shown.contains(words) && shown.contains("left · downloading"), "{shown}");
        let turn = driver.effects.iter().find_map(|effect| match effect {
            Effect::Save { turn, .. } => Some(*turn),
            _ => None,
        });
        let saved = Saved {
            path: "/x/a".into(),
            bytes: 1_000,
            sha256: String::new(),
            proof: "complete".to_owned(),
            at: 3,
            already: false,
        };
        let (told, ledger_trouble) = (vec![], None);
        let bytes = driver.app.store().bytes(driver.app.table().selected().unwrap());
        let result = Ok(Saved { bytes: bytes.value().unwrap(), ..saved });
        driver.tell(Event::SavingEnded { turn: turn.unwrap(), told, result, ledger_trouble });
        let shown = screen(&driver);
        assert!(!shown.contains("being downloaded"), "{shown}");
        assert_eq!(shown.contains("5 not saved on this machine"), marks, "it is saved: {shown}");
    }
}

/// Whatever speaks against it, on the smallest screen too: the answer that is wanted and how many more
/// there are can be read, and no message hides them.
#[test]
fn nothing_hides_what_is_asked() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        for in_use in [&[][..], &["file_2"]] {
            let mut driver = Driver::started(width, height, Driver::settings());
            let body = page(1..9, |n| n * 3_600, false);
            driver.answer(&body.replace("\"id\":\"file_8\"", "\"id\":\"..\""));
            driver.keys("o");
            driver.control('a');
            driver.keys("D");
            tell_batches(&mut driver, in_use);
            let prompt = if in_use.is_empty() {
                "type 7 to delete them:"
            } else {
                "type delete to delete them:"
            };
            let is_whole = |driver: &Driver, what: &str| {
                let shown = screen(driver);
                assert!(shown.contains(prompt), "{what}: {shown}");
                for words in ["deletes 7 files", "left out", "1 being downloaded", "7 not saved"] {
                    assert!(shown.contains(words), "{what}: {words}: {shown}");
                }
                let named = (1..9).filter(|n| shown.contains(&format!("file_{n}"))).count();
                assert!(named > 0, "{what}: {shown}");
                let more = format!("… and {} more", 7 - named);
                assert!(named == 7 || shown.contains(&more), "{what}: {more}: {shown}");
            };
            is_whole(&driver, "as it is asked");
            enter(&mut driver);
            assert!(message(&driver).starts_with("not deleted yet; Esc leaves them"));
            is_whole(&driver, "a message of its own");
            driver.tell(Event::LedgerFailed(
                "something that takes more than one line of it".repeat(3),
            ));
            is_whole(&driver, "a message of something else");
        }
    }
}

#[test]
fn a_paste_is_not_the_count_either() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.tell(Event::Pasted("6".to_owned()));
    assert_eq!(message(&driver), "a paste is no answer");
    enter(&mut driver);
    assert!(is_asked(&driver) && calls(&mut driver).is_empty());
}

/// What is typed while the window is too small for anything is no part of an answer either.
#[test]
fn what_is_typed_while_nothing_is_seen_is_no_count() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.tell(Event::Resized { width: 20, height: 5 });
    driver.tell(Event::Drawn);
    driver.keys("6");
    driver.tell(Event::Resized { width: 120, height: 36 });
    driver.tell(Event::Drawn);
    enter(&mut driver);
    assert!(is_asked(&driver) && calls(&mut driver).is_empty());
    driver.keys("6");
    enter(&mut driver);
    assert_eq!(serve(&mut driver).len(), 6);
}

/// These of the files are saved.
fn save(driver: &mut Driver, files: &[i64]) {
    let store = driver.app.store();
    let shelved = |n: &i64| Shelved {
        id: Untrusted::new(id(*n)),
        created_at: None,
        bytes: store.file(store.find(&Untrusted::new(id(*n))).unwrap()).bytes.value().unwrap(),
        path: "/x/a".into(),
        sha256: String::new(),
        proof: "complete".to_owned(),
        at: 3,
    };
    let saved = files.iter().map(shelved).collect();
    driver.tell(Event::ShelfTold { saved, lost: vec![], whole: true });
}

/// These of the files were taken away from where they were saved to.
fn lose(driver: &mut Driver, files: &[i64]) {
    let lost = files.iter().map(|n| Unshelved {
        id: Untrusted::new(id(*n)),
        why: "/x/a was moved or removed".to_owned(),
    });
    driver.tell(Event::ShelfTold { saved: vec![], lost: lost.collect(), whole: true });
}

/// The number by which it was asked for that what is saved be looked at, at once, if it was.
fn look(driver: &mut Driver) -> Option<u64> {
    let look = driver.effects.extract_if(.., |effect| matches!(effect, Effect::LookAtSavedNow(_)));
    match look.collect::<Vec<_>>()[..] {
        [] => None,
        [Effect::LookAtSavedNow(number)] => Some(number),
        ref all => panic!("{all:?}"),
    }
}

/// It was looked at, as was asked for last.
fn see(driver: &mut Driver) {
    let number = look(driver).unwrap();
    driver.tell(Event::SavedSeen(number));
}

/// What is called saved was looked at since it was asked, and what is lost under an open question is
/// said, and asked anew.
#[test]
fn what_is_saved_no_more_is_said_before_it_is_deleted() {
    let mut driver = driver();
    save(&mut driver, &[1, 2]);
    driver.keys("D");
    let number = look(&mut driver).unwrap();
    tell_batches(&mut driver, &[]);
    assert!(!screen(&driver).contains("not saved"), "{}", screen(&driver));
    driver.keys("y");
    assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "nobody has looked yet");
    assert!(screen(&driver).contains("not known yet whether what is saved lies there still"));
    // It is gone; what was typed before that was said is no answer.
    lose(&mut driver, &[1]);
    driver.tell(Event::SavedSeen(number));
    driver.keys("y");
    assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "it was not seen yet");
    assert!(screen(&driver).contains("not saved"), "{}", screen(&driver));
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert_eq!(serve(&mut driver), [id(1)]);

    // Of many, one is lost with the count typed already; and it is saved again.
    let mut driver = driver_on(120, 36, Driver::settings());
    save(&mut driver, &[1, 2]);
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    see(&mut driver);
    assert!(screen(&driver).contains("4 not saved"), "{}", screen(&driver));
    driver.keys("6");
    lose(&mut driver, &[2]);
    enter(&mut driver);
    driver.tell(Event::Drawn);
    enter(&mut driver);
    assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "the count is to be typed anew");
    assert!(screen(&driver).contains("5 not saved"), "{}", screen(&driver));
    save(&mut driver, &[2]);
    assert!(screen(&driver).contains("4 not saved"), "{}", screen(&driver));
    driver.keys("6");
    enter(&mut driver);
    assert_eq!(serve(&mut driver).len(), 6);

    // Where nothing is saved, nothing is looked at.
    let mut driver = driver_on(120, 36, Driver::settings());
    driver.keys("D");
    assert_eq!(look(&mut driver), None);
}

/// What was seen for a question that is closed is no answer for the next one.
#[test]
fn an_old_look_says_nothing_of_a_new_question() {
    let mut driver = driver();
    save(&mut driver, &[1]);
    driver.keys("D");
    let first = look(&mut driver).unwrap();
    driver.tell(Event::Drawn);
    driver.key(KeyCode::Esc);
    driver.effects.clear();
    driver.keys("D");
    let second = look(&mut driver).unwrap();
    tell_batches(&mut driver, &[]);
    driver.tell(Event::SavedSeen(first));
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert!(is_asked(&driver) && calls(&mut driver).is_empty(), "nobody has looked since");
    driver.tell(Event::SavedSeen(second));
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert_eq!(serve(&mut driver), [id(1)]);
}

/// However small the window is, what is deleted was shown with all of its id: files of one name differ
/// in that alone.
#[test]
fn nothing_is_deleted_whose_id_was_not_seen_whole() {
    for id in ["file_00000000", "file-0123456789abcdef01234567"] {
        for (width, height) in [(30, 6), (30, 8), (34, 9), (40, 12), (60, 7), (80, 24)] {
            let mut driver = Driver::started(width, height, Driver::settings());
            let file = expiring_at(id, "of-one-name.jsonl", START_S - 9, START_S + 32);
            driver.answer(&list(&[file], false));
            driver.keys("D");
            tell_batches(&mut driver, &[]);
            let screen = text(&driver.app, width, height);
            driver.keys("y");
            // It may go on in the next line.
            let is_bare = |c: &char| !c.is_whitespace() && *c != '│';
            let seen: String = screen.chars().filter(is_bare).collect();
            assert!(is_asked(&driver) || seen.contains(id), "{width}x{height}: {screen}");
        }
    }
    let mut driver = Driver::started(40, 12, Driver::settings());
    let file = expiring_at("file-0123456789abcdef01234567", "a.jsonl", START_S - 9, START_S + 32);
    driver.answer(&list(&[file], false));
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.keys("y");
    assert!(!is_asked(&driver), "there is room for it at 40x12");
}

#[test]
fn what_is_saved_is_not_called_unsaved() {
    let mut driver = driver();
    save(&mut driver, &[1]);
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    assert!(!screen(&driver).contains("not saved"), "{}", screen(&driver));
}

#[test]
fn a_deletion_can_be_called_off_and_waits_as_the_service_asks() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.keys("6");
    enter(&mut driver);
    let all = calls(&mut driver);
    assert_eq!(all.len(), 4, "four at once");
    let crowded = ApiError::Unavailable {
        status: shelflife::api::error::Status(429),
        message: None,
        wait: Some(std::time::Duration::from_secs(20)),
    };
    driver.tell(Event::Replied(all[0].0, Err(crowded)));
    let line = |driver: &Driver| screen(driver).lines().last().unwrap().to_owned();
    assert!(line(&driver).contains("deleting 0 of 6 · asked to wait 20s"), "{}", line(&driver));
    driver.pass(std::time::Duration::from_secs(5));
    driver.wake();
    assert!(line(&driver).contains("asked to wait 15s"), "{}", line(&driver));
    assert!(line(&driver).contains("Esc stop deleting"), "{}", line(&driver));
    // What goes beyond that is no wish of the service.
    for (ticket, _) in &all[1..3] {
        let crowded = ApiError::Unavailable {
            status: shelflife::api::error::Status(429),
            message: None,
            wait: None,
        };
        driver.pass(std::time::Duration::from_secs(7));
        driver.tell(Event::Replied(*ticket, Err(crowded)));
    }
    assert!(line(&driver).contains("deleting 0 of 6 · next try in 4s"), "{}", line(&driver));
    driver.key(KeyCode::Esc);
    for (ticket, _) in &all[3..] {
        answer(&mut driver, *ticket, Reply::File(Existence::Gone));
    }
    assert!(calls(&mut driver).is_empty());
    assert!(message(&driver).starts_with("1 already gone · 5 left"), "{}", message(&driver));
    assert_eq!(driver.app.table().rows().len(), 5);
}

/// A key that is refused in the middle: what came of the deletion is found afterwards, and nothing else is
/// pushed out of the events by it.
#[test]
fn files_that_are_left_for_one_reason_are_one_event() {
    let mut driver = Driver::started(120, 36, Driver::settings());
    driver.answer(&page(1..2_001, |n| n * 3_600, false));
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.keys("2000");
    enter(&mut driver);
    let mut served = 0;
    while served < 50 {
        for (ticket, call) in calls(&mut driver) {
            let value = match call {
                Call::Retrieve { .. } => Reply::File(Existence::Gone),
                call => panic!("{call:?}"),
            };
            served += 1;
            answer(&mut driver, ticket, value);
        }
    }
    let refused = ApiError::KeyRefused { message: None, secret: None };
    for (ticket, _) in calls(&mut driver) {
        driver.tell(Event::Replied(ticket, Err(refused.clone())));
    }
    let told = |what: Happening| -> Vec<String> {
        let entries = driver.app.journal().entries().iter();
        entries.filter(|entry| entry.what == what).map(|entry| entry.text.clone()).collect()
    };
    let left = told(Happening::NotDeleted);
    assert!((1..=4).contains(&left.len()), "{left:?}");
    let files = driver.app.deleting().jobs().next_back().unwrap().sum.left;
    assert!(left.iter().any(|text| text.contains(" files, the first name-")), "{left:?}");
    let over = told(Happening::DeletionOver);
    let words =
        format!("{} already gone · {} left: ", 2_000 - files, shelflife::text::grouped(files));
    assert!(over.len() == 1 && over[0].contains(&words), "{over:?} {words}");
    assert!(driver.app.journal().entries().len() <= 60, "nothing gives way");
    // Long after its message is gone, jobs and events have it.
    driver.pass(std::time::Duration::from_secs(60));
    driver.tell(Event::DeadlineReached);
    for key in ["J", "E"] {
        driver.keys(key);
        let shown = screen(&driver);
        assert!(shown.contains(" already gone · 1,9"), "{key}: {shown}");
        driver.key(KeyCode::Esc);
    }
}

#[test]
fn whoever_leaves_claims_nothing_of_what_is_on_its_way() {
    let mut driver = driver();
    driver.control('a');
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.keys("6");
    enter(&mut driver);
    let (ticket, call) = calls(&mut driver).remove(0);
    let Call::Retrieve { id } = call else { panic!("{call:?}") };
    let no = driver.app.store().find(&id).unwrap();
    let file = driver.app.store().file(no);
    let body = format!(
        r#"{{"id":"{}","filename":"{}","bytes":{},"created_at":{}}}"#,
        id.borrow().printable(),
        file.filename.unwrap().printable(),
        file.bytes.value().unwrap(),
        file.created_at.value().unwrap()
    );
    let found = Box::new(read_single_file(body.as_bytes()).unwrap());
    answer(&mut driver, ticket, Reply::File(Existence::Present(found)));
    let mut outcomes: Vec<Outcome> =
        driver.app.leave(&[]).iter().map(|record| record.outcome).collect();
    outcomes.sort_by_key(|outcome| *outcome != Outcome::Unknown);
    assert_eq!(outcomes, [&[Outcome::Unknown][..], &[Outcome::Left; 5]].concat());
    assert!(driver.app.leave(&[]).is_empty(), "it is told once");
}

#[test]
fn read_only_takes_the_key_away() {
    let mut driver = driver_on(120, 36, Settings { read_only: true, ..Driver::settings() });
    driver.keys("D");
    driver.key(KeyCode::Delete);
    assert!(!is_asked(&driver) && message(&driver).starts_with("no such key"));
    driver.keys("?");
    driver.keys("/delete");
    assert!(!screen(&driver).contains("delete the marked"), "{}", screen(&driver));
    driver.key(KeyCode::Esc);
    driver.key(KeyCode::Esc);
    driver.keys(":delete the");
    assert!(!screen(&driver).contains("delete the marked"), "{}", screen(&driver));
}

/// Hazards 4, at every size: the name is escaped, and id and size stand beside it.
#[test]
fn hostile_names_are_asked_about_with_id_and_size() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = Driver::started(width, height, Driver::settings());
        let body = page(1..4, |n| n * 3_600, false)
            .replace("name-0001.jsonl", r"pay\u202eslnosj.exe\n\u001b[2J\u200b");
        driver.answer(&body);
        for marks in ["", "*"] {
            driver.keys(marks);
            driver.keys("D");
            tell_batches(&mut driver, &[]);
            let shown = screen(&driver);
            assert!(shown.contains(r"\u{202e}"), "{width}: {shown}");
            assert!(shown.contains(&id(1)) && shown.contains("1,000 B"), "{width}: {shown}");
            assert!(shown.contains("deletes ") && shown.contains("not saved"), "{width}: {shown}");
            let asks = if marks.is_empty() { "▌ leave it" } else { "type 3 to delete them:" };
            assert!(shown.contains(asks), "{width}: {shown}");
            driver.key(KeyCode::Esc);
        }
    }
}

/// A file as the service has it: its name, its size, when it was made.
type Had = (String, u64, i64);

/// A service whose list changes, behind a dashboard.
struct World {
    files: Vec<(String, Had)>,
    rng: fastrand::Rng,
    /// What it deleted, as it was then.
    deleted: Vec<(String, Had)>,
}

impl World {
    fn json((id, (name, bytes, at)): &(String, Had)) -> String {
        format!(
            r#"{{"id":"{id}","object":"file","filename":"{name}","bytes":{bytes},"created_at":{at}}}"#
        )
    }

    /// Files are added, removed, put into another order, renamed, and replaced under their ids.
    fn change(&mut self) {
        let count = self.files.len();
        let place = self.rng.usize(..count.max(1));
        match self.rng.u32(..6) {
            0 => {
                let new = (format!("new_{count}"), ("new".to_owned(), 5, 900));
                self.files.insert(self.rng.usize(..=count), new);
            }
            1 if count > 0 => drop(self.files.remove(place)),
            2 => self.rng.shuffle(&mut self.files),
            3 if count > 0 => self.files[place].1.0.push('~'),
            4 if count > 0 => self.files[place].1.1 += 1,
            5 if count > 0 => self.files[place].1 = ("another".to_owned(), 9, 901),
            _ => {}
        }
    }

    /// Answers all that was asked; between two answers to one file something may happen.
    fn serve(&mut self, driver: &mut Driver, changes: bool) {
        loop {
            let is_call = |effect: &mut Effect| matches!(effect, Effect::Call(..));
            let all: Vec<Effect> = driver.effects.extract_if(.., is_call).collect();
            if all.is_empty() {
                return;
            }
            let mut all = all.into_iter();
            while let Some(Effect::Call(ticket, call)) = all.next() {
                let value = match call {
                    Call::List { after, limit, .. } => {
                        let is_it = |id: &Untrusted| {
                            self.files.iter().position(|(own, _)| own.as_bytes() == id.raw())
                        };
                        let from = after.as_ref().and_then(is_it).map_or(0, |at| at + 1);
                        let to = self.files.len().min(from + usize::from(limit));
                        let files: Vec<String> =
                            self.files[from..to].iter().map(Self::json).collect();
                        let body = list(&files, to < self.files.len());
                        Reply::Page(shelflife::api::wire::read_page(body.as_bytes()).unwrap())
                    }
                    Call::Retrieve { id } => {
                        let found = self.files.iter().find(|(own, _)| own.as_bytes() == id.raw());
                        let read = |file: &(String, Had)| {
                            Box::new(read_single_file(Self::json(file).as_bytes()).unwrap())
                        };
                        Reply::File(
                            found.map_or(Existence::Gone, |file| Existence::Present(read(file))),
                        )
                    }
                    Call::Delete { id } => {
                        let place =
                            self.files.iter().position(|(own, _)| own.as_bytes() == id.raw());
                        Reply::Deletion(match place {
                            None => Deletion::Gone,
                            Some(place) => {
                                let file = self.files.remove(place);
                                self.deleted.push(file);
                                Deletion::Done
                            }
                        })
                    }
                    Call::ListBatches { .. } => {
                        Reply::Batches(read_batches(br#"{"data":[],"has_more":false}"#).unwrap())
                    }
                };
                answer(driver, ticket, value);
                // Between a look and the deletion behind it nobody can look.
                let deletes =
                    |effect: &Effect| matches!(effect, Effect::Call(_, Call::Delete { .. }));
                let is_looked_at = all.as_slice().iter().chain(&driver.effects).any(deletes);
                if changes && !is_looked_at && self.rng.bool() {
                    self.change();
                }
            }
        }
    }
}

/// What the open question shows.
fn shown(driver: &Driver) -> Vec<(String, Had)> {
    let Some(Layer::Deletion(question)) = driver.app.layers().top() else { return vec![] };
    let of = |text: &Untrusted| text.borrow().printable().into_owned();
    question
        .files()
        .map(|(file, _)| {
            let name = file.filename.as_ref().map(of).unwrap_or_default();
            (of(&file.id), (name, file.bytes.unwrap(), file.created_at.unwrap()))
        })
        .collect()
}

/// Whatever becomes of the list under the open question and behind it: what was deleted is a subset of
/// what was shown and confirmed.
#[test]
fn what_is_deleted_was_shown_and_confirmed() {
    let mut deleted = 0;
    for seed in 0..300 {
        let files = (0..8_u64).map(|n| {
            (format!("file_{n}"), (format!("name-{n}"), 100 + n, 1_000 + n.cast_signed()))
        });
        let mut world =
            World { files: files.collect(), rng: fastrand::Rng::with_seed(seed), deleted: vec![] };
        let mut driver = Driver::started(120, 36, Driver::settings());
        world.serve(&mut driver, false);
        driver.keys("g");
        for _ in 0..8 {
            driver.keys(if world.rng.bool() { " " } else { "j" });
        }
        driver.keys("D");
        let confirmed = shown(&driver);
        assert!(!confirmed.is_empty());
        for _ in 0..world.rng.usize(..4) {
            world.change();
            driver.pass(std::time::Duration::from_secs(31));
            driver.wake();
            world.serve(&mut driver, false);
            assert_eq!(shown(&driver), confirmed, "{seed}: the set is frozen");
        }
        world.serve(&mut driver, false);
        driver.tell(Event::Drawn);
        match confirmed.len() {
            1 => driver.keys("y"),
            count => {
                driver.keys(&count.to_string());
                enter(&mut driver);
            }
        }
        assert!(!is_asked(&driver), "{seed}: {}", message(&driver));
        world.serve(&mut driver, true);
        assert!(driver.app.deleting().under_way().is_none(), "{seed}");
        for file in &world.deleted {
            assert!(confirmed.contains(file), "{seed}: {file:?} was not shown: {confirmed:?}");
        }
        deleted += world.deleted.len();
    }
    assert!(deleted > 300, "{deleted}");
}

/// What is said of a state ends with it: that not all is seen, once it is; that something is not known, once
/// it is.
#[test]
fn a_message_about_a_state_ends_with_the_state() {
    let mut driver = driver_on(30, 6, Driver::settings());
    driver.keys("D");
    tell_batches(&mut driver, &[]);
    driver.keys("y");
    assert!(message(&driver).starts_with("make the window larger"), "{}", screen(&driver));
    driver.tell(Event::Drawn);
    assert!(message(&driver).starts_with("make the window larger"));
    driver.tell(Event::Resized { width: 100, height: 28 });
    assert_eq!(message(&driver), "");
    assert!(screen(&driver).contains("y deletes"), "{}", screen(&driver));

    let mut driver = driver_on(120, 36, Driver::settings());
    save(&mut driver, &[1]);
    driver.keys("D");
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert!(message(&driver).starts_with("not known yet whether a batch"));
    tell_batches(&mut driver, &[]);
    assert_eq!(message(&driver), "");
    driver.keys("y");
    assert!(message(&driver).starts_with("not known yet whether what is saved"));
    see(&mut driver);
    assert_eq!(message(&driver), "");
}

/// Each line: what the service answers to the deletion, or to the look behind it, and what is said of a
/// single file.
#[test]
fn of_one_file_the_message_is_why_it_was_left() {
    let refused = |status| ApiError::Refused {
        status: Status(status),
        message: Some(Untrusted::new("it is locked")),
        wait: None,
    };
    let table: [(Result<Reply, ApiError>, &str); 3] = [
        (Err(refused(409)), "not deleted: the service answered 409 Conflict: it is locked"),
        (
            Err(ApiError::Forbidden { asked: Asked::Deletion, message: None, wait: None }),
            "not deleted: ",
        ),
        (
            Ok(Reply::Deletion(Deletion::Unproved("the service says that it is not deleted"))),
            "not deleted: the service says that it is not deleted, and has it still",
        ),
    ];
    for (reply, words) in table {
        let mut driver = driver();
        driver.keys("D");
        tell_batches(&mut driver, &[]);
        driver.keys("y");
        let (ticket, _) = calls(&mut driver).remove(0);
        let there = found(&driver);
        let file = || Reply::File(Existence::Present(there.clone()));
        answer(&mut driver, ticket, file());
        let (ticket, call) = calls(&mut driver).remove(0);
        assert!(matches!(call, Call::Delete { .. }));
        let reply = reply.map(|value| Answer { value, date: None, allowance: None });
        driver.tell(Event::Replied(ticket, reply));
        for (ticket, _) in calls(&mut driver) {
            answer(&mut driver, ticket, file());
        }
        let said = message(&driver);
        assert!(said.starts_with(words) && said.ends_with("; E shows more"), "{words}: {said}");
        assert!(said.len() > words.len().max(30), "{said}");
    }
}

/// The first file as the service has it.
fn found(driver: &Driver) -> Box<shelflife::api::File> {
    let store = driver.app.store();
    let file = store.file(store.find(&Untrusted::new(id(1))).unwrap());
    let body = format!(
        r#"{{"id":"file_1","filename":"name-0001.jsonl","bytes":{},"created_at":{}}}"#,
        file.bytes.value().unwrap(),
        file.created_at.value().unwrap()
    );
    Box::new(read_single_file(body.as_bytes()).unwrap())
}

/// Whoever leaves is told how many may be deleted or not, and how many are left.
#[test]
fn leaving_counts_what_is_under_way_apart_from_what_is_left() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = driver_on(width, height, Driver::settings());
        driver.control('a');
        driver.keys("D");
        tell_batches(&mut driver, &[]);
        driver.keys("6");
        enter(&mut driver);
        let all = calls(&mut driver);
        driver.keys("q");
        driver.tell(Event::Drawn);
        let shown = screen(&driver);
        assert!(shown.contains("4 files may be deleted or not"), "{shown}");
        assert!(shown.contains("2 are left"), "{shown}");
        // It goes on meanwhile.
        for (ticket, _) in all {
            answer(&mut driver, ticket, Reply::File(Existence::Gone));
        }
        let shown = screen(&driver);
        assert!(shown.contains("2 files may be deleted or not"), "{shown}");
        assert!(!shown.contains("are left"), "{shown}");
        for (ticket, _) in calls(&mut driver) {
            answer(&mut driver, ticket, Reply::File(Existence::Gone));
        }
        let shown = screen(&driver);
        assert!(shown.contains("all of it came to its end"), "{shown}");
        assert!(!shown.contains("may be deleted"), "{shown}");
    }
}

/// The safe answer stands first, and has the focus; the other one is where it is clicked.
#[test]
fn the_safe_answer_stands_first() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = driver_on(width, height, Driver::settings());
        driver.keys("D");
        tell_batches(&mut driver, &[]);
        let shown = screen(&driver);
        assert!(shown.contains("▌ leave it      delete it  "), "{shown}");
        driver.key(KeyCode::Right);
        let shown = screen(&driver);
        assert!(shown.contains("  leave it    ▌ delete it  "), "{shown}");
    }
}

//! The layer that shows a content: what it asks for, what it shows, what keys do there.

use crossterm::event::KeyCode;
use shelflife::account::shelf::Shelved;
use shelflife::api::ApiError;
use shelflife::api::call::Ticket;
use shelflife::api::content::{Kind, Part, Portion};
use shelflife::api::error::Status;
use shelflife::api::secret::KEY;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::content::{Arrival, ContentSource, Hindrance, Wanted};
use shelflife::text::width as text_width;

use crate::support::calls::{content_head, result_lines};
use crate::support::driver::Driver;
use crate::support::files::account;
use crate::support::screen::text;

/// A dashboard of this size with the content of its second file open, and nothing answered.
fn opened(width: u16, height: u16) -> Driver {
    let mut driver = Driver::showing(width, height, &account(false));
    driver.effects.clear();
    driver.keys("je");
    driver
}

/// The same, with all of `content` there.
fn showing(width: u16, height: u16, content: &[u8]) -> Driver {
    let mut driver = opened(width, height);
    driver.answer_contents(content);
    driver.answer_contents(content);
    driver
}

/// The readings that were asked for; they are taken.
fn reads(driver: &mut Driver) -> Vec<(Ticket, Wanted)> {
    let effects = std::mem::take(&mut driver.effects);
    let read = |effect| match effect {
        Effect::Read(ticket, wanted) => Some((ticket, wanted)),
        _ => None,
    };
    effects.into_iter().filter_map(read).collect()
}

/// The one reading that was asked for.
fn read(driver: &mut Driver) -> (Ticket, Part) {
    let mut reads = reads(driver);
    assert_eq!(reads.len(), 1, "{reads:?}");
    let (ticket, wanted) = reads.remove(0);
    (ticket, wanted.part)
}

fn open_head(driver: &mut Driver, ticket: Ticket, part: &Part, length: u64) {
    let head = Box::new(content_head(part, length));
    driver.tell(Event::ContentCame(ticket, Arrival::Opened { head, date: None, allowance: None }));
}

fn piece(driver: &mut Driver, ticket: Ticket, bytes: &[u8]) {
    driver.tell(Event::ContentCame(ticket, Arrival::Piece(bytes.to_vec().into())));
}

fn screen(driver: &Driver) -> String {
    let size = driver.app.size();
    text(&driver.app, size.width, size.height)
}

#[track_caller]
fn shows(driver: &Driver, words: &str) {
    let screen = screen(driver);
    assert!(screen.contains(words), "{words} in\n{screen}");
}

/// What is saved is read from this machine; where it is not there any more, the service is asked.
#[test]
fn a_saved_file_is_read_from_the_disk() {
    let mut driver = Driver::showing(120, 36, &account(false));
    driver.keys("j");
    let file = {
        let no = driver.app.table().selected().unwrap();
        let file = driver.app.store().file(no);
        (file.id.to_owned(), file.bytes.value().unwrap())
    };
    let (id, bytes) = file;
    let path = std::path::PathBuf::from("/home/me/results/x.jsonl");
    let saved = Shelved {
        id: id.clone(),
        created_at: None,
        bytes,
        path: path.clone(),
        sha256: "ab".repeat(32),
        proof: "complete".to_owned(),
        at: 1,
    };
    driver.tell(Event::ShelfTold { saved: vec![saved], lost: vec![], whole: true });
    driver.effects.clear();
    driver.keys("e");
    shows(&driver, "Reading the saved file …");
    let (ticket, wanted) = reads(&mut driver).remove(0);
    assert_eq!(wanted.source, ContentSource::Disk { path, bytes });
    open_head(&mut driver, ticket, &wanted.part, bytes);
    piece(&mut driver, ticket, result_lines(3).as_bytes());
    shows(&driver, " · saved copy · 3 lines read · 3 ok");
    driver.key(KeyCode::Esc);
    driver.keys("e");
    let looks = driver.looks;
    let (ticket, _) = reads(&mut driver).remove(0);
    let why = Hindrance::Disk("/home/me/results/x.jsonl was moved or removed".to_owned());
    driver.tell(Event::ContentCame(ticket, Arrival::Failed(why)));
    shows(&driver, "/home/me/results/x.jsonl was moved or removed; the service is asked");
    assert_eq!(driver.looks, looks + 1, "it is not called saved any longer than that");
    let (ticket, wanted) = reads(&mut driver).remove(0);
    assert_eq!(wanted.source, ContentSource::Service { id });
    open_head(&mut driver, ticket, &wanted.part, bytes);
    piece(&mut driver, ticket, result_lines(3).as_bytes());
    shows(&driver, " · 3 lines read");
    assert!(!screen(&driver).contains("saved copy"));
}

#[test]
fn the_first_lines_are_there_after_one_answer_however_large_it_is() {
    let mut driver = opened(80, 24);
    shows(&driver, "Asking 127.0.0.1:41233 for the content …");
    let (ticket, part) = read(&mut driver);
    assert_eq!(part, Part::whole());
    let lines = result_lines(300);
    open_head(&mut driver, ticket, &part, 200_000_000);
    piece(&mut driver, ticket, lines.as_bytes());
    shows(&driver, "summarize-000000");
    shows(&driver, "300 lines read · 270 ok · 30 failed");
    assert_eq!(reads(&mut driver), [], "nothing more is asked for than is looked at");
    // What is looked at later is called for then.
    driver.keys("GG");
    let (tail, part) = read(&mut driver);
    assert_eq!(part.header().as_deref(), Some("bytes=-262144"));
    shows(&driver, "asking for the last lines …");
    open_head(&mut driver, tail, &part, 200_000_000);
    let last = result_lines(500);
    let last = &last.as_bytes()[last.len() - 262_144.min(last.len())..];
    let padding = vec![b'x'; 262_144 - last.len()];
    piece(&mut driver, tail, &[&padding, last].concat());
    driver.tell(Event::ContentCame(tail, Arrival::Ended));
    shows(&driver, "line −1");
    shows(&driver, "end of the content");
    assert!(driver.aborted.contains(&ticket), "the first answer is not waited for any more");
    assert_eq!(reads(&mut driver), []);
    driver.keys("g");
    shows(&driver, "summarize-000000");
    assert_eq!(reads(&mut driver), [], "the first lines are there still");
}

/// The last lines that are on their way are not shown to whoever stopped them, or has moved since.
#[test]
fn whoever_stops_on_the_way_to_the_end_is_not_taken_there() {
    for stop in [KeyCode::Esc, KeyCode::Down, KeyCode::Home, KeyCode::Char('/')] {
        let mut driver = opened(80, 24);
        let (ticket, part) = read(&mut driver);
        open_head(&mut driver, ticket, &part, 200_000_000);
        piece(&mut driver, ticket, result_lines(300).as_bytes());
        driver.keys("G");
        let (tail, part) = read(&mut driver);
        open_head(&mut driver, tail, &part, 200_000_000);
        driver.key(stop);
        assert!(driver.aborted.contains(&tail), "{stop:?}");
        if stop == KeyCode::Char('/') {
            driver.keys("zzz");
            assert!(reads(&mut driver).is_empty(), "the lines behind are read on");
        } else {
            driver.keys("jj");
        }
        piece(&mut driver, tail, &vec![b'x'; 262_144]);
        driver.tell(Event::ContentCame(tail, Arrival::Ended));
        let shown = screen(&driver);
        assert!(!shown.contains("line −") && !shown.contains("not found"), "{stop:?}: {shown}");
    }
}

#[test]
fn whoever_closes_it_waits_for_nothing_any_more() {
    for keys in ["q", "e", ":help\n"] {
        let mut driver = opened(80, 24);
        let (ticket, part) = read(&mut driver);
        open_head(&mut driver, ticket, &part, 1_000_000);
        piece(&mut driver, ticket, result_lines(3).as_bytes());
        for c in keys.chars() {
            driver.key(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
        }
        assert!(driver.aborted.contains(&ticket), "{keys:?}");
        // What comes all the same is nobody's.
        piece(&mut driver, ticket, b"late");
        assert!(!matches!(driver.app.layers().top(), Some(Layer::Content(_))), "{keys:?}");
        assert_eq!(reads(&mut driver), []);
    }
}

#[test]
fn the_detail_shows_the_first_lines_of_what_was_read() {
    let mut driver = showing(120, 36, result_lines(20).as_bytes());
    driver.key(KeyCode::Esc);
    shows(&driver, "Content   {\"id\":\"batch_req_0000\"");
    driver.keys("j");
    assert!(!screen(&driver).contains("batch_req_0000"), "of that file only");
}

#[test]
fn a_line_is_folded_open_and_its_values_are_copied() {
    let mut driver = showing(80, 24, result_lines(50).as_bytes());
    driver.keys("j");
    driver.key(KeyCode::Enter);
    let folded = screen(&driver);
    assert!(folded.contains("\"custom_id\": \"summarize-000001\","), "{folded}");
    driver.keys("jjj");
    driver.keys("y");
    assert_eq!(driver.copied, ["summarize-000001"]);
    driver.keys("j");
    driver.keys("y");
    let value = driver.copied.pop().unwrap();
    assert!(value.starts_with("{\"status_code\":200") && value.ends_with("}}}"), "{value}");
    driver.keys("Y");
    let line = driver.copied.pop().unwrap();
    assert_eq!(line, result_lines(2).lines().nth(1).unwrap());
    driver.key(KeyCode::Enter);
    assert!(!screen(&driver).contains("\"custom_id\": "), "closed again");
    driver.keys("y");
    assert_eq!(driver.copied.pop().unwrap(), line);
}

#[test]
fn long_lines_are_scrolled_to_the_side_or_broken() {
    let content = format!("begin {} finis\nshort\n", "middle ".repeat(60));
    let mut driver = showing(80, 24, content.as_bytes());
    assert!(!screen(&driver).contains(" finis"));
    for _ in 0..26 {
        driver.key(KeyCode::Right);
    }
    shows(&driver, "middle  finis");
    assert!(!screen(&driver).contains("begin"));
    driver.keys("w");
    let broken = screen(&driver);
    assert!(broken.contains("begin") && broken.contains(" end"), "{broken}");
    // Beside the columns of a batch there is little room: below them there is all of it.
    let mut of_batch = showing(80, 24, result_lines(2).as_bytes());
    of_batch.keys("w");
    let broken = screen(&of_batch);
    let text = |line: &str| text_width(line.trim_matches(|c: char| "│▌ ".contains(c)));
    let widest = broken.lines().filter(|line| line.starts_with('│')).map(text).max();
    assert!(widest >= Some(68), "{widest:?}: {broken}");
    driver.keys("w");
    assert!(!screen(&driver).contains(" finis"), "it begins at the left again");
}

#[test]
fn a_search_reads_on_until_it_finds_and_says_where_it_does_not() {
    let mut driver = opened(80, 24);
    let (ticket, part) = read(&mut driver);
    let lines = result_lines(400);
    let (first, rest) = lines.as_bytes().split_at(lines.find("summarize-000300").unwrap());
    open_head(&mut driver, ticket, &part, lines.len() as u64);
    piece(&mut driver, ticket, first);
    driver.keys("/000333");
    let called = |driver: &Driver| {
        driver.effects.iter().any(|effect| matches!(effect, Effect::ReadOn(of, _) if *of == ticket))
    };
    assert!(called(&driver), "{:?}", driver.effects);
    piece(&mut driver, ticket, rest);
    driver.key(KeyCode::Enter);
    shows(&driver, "summarize-000333");
    driver.tell(Event::ContentCame(ticket, Arrival::Ended));
    driver.keys("n");
    assert_eq!(driver.app.message(), Some("“000333” was not found from here to the end"));
    shows(&driver, "line 334");
    driver.keys("N");
    assert_eq!(driver.app.message(), Some("“000333” was not found from here back to the start"));
    driver.key(KeyCode::Esc);
    driver.keys("n");
    assert!(driver.app.message().unwrap().starts_with("nothing is searched for"));
    // Up and down from match to match; capitals count where they are typed.
    driver.keys("g/QUOTA");
    assert_eq!(driver.app.message(), Some("“QUOTA” was not found from here to the end"));
    driver.key(KeyCode::Esc);
    driver.keys("g/quota");
    driver.key(KeyCode::Enter);
    shows(&driver, "line 8 ");
    driver.keys("nn");
    shows(&driver, "line 28 ");
    driver.keys("N");
    shows(&driver, "line 18 ");
    // What is looked for next begins anew.
    driver.keys("g/000002");
    driver.key(KeyCode::Enter);
    shows(&driver, "line 3 ");
}

#[test]
fn a_step_back_stops_what_goes_on_first() {
    let mut driver = opened(80, 24);
    let (ticket, part) = read(&mut driver);
    open_head(&mut driver, ticket, &part, 100_000_000);
    piece(&mut driver, ticket, result_lines(100).as_bytes());
    driver.keys("/nowhere");
    driver.key(KeyCode::Enter);
    shows(&driver, "Esc stops");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.app.message(), Some("stopped, where the search began; what came is counted"));
    driver.key(KeyCode::Esc);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Content(_))), "the search first");
    driver.key(KeyCode::Esc);
    assert!(driver.app.layers().is_empty());
}

/// A search reads on below what is in view, which may be dropped meanwhile.
#[test]
fn a_search_that_is_stopped_goes_back_to_where_it_began() {
    for has_parts in [true, false] {
        let mut driver = opened(80, 24);
        let (ticket, part) = read(&mut driver);
        let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(100_000));
        let mut head = content_head(&part, 100_000_000);
        if !has_parts {
            head.etag = None;
        }
        let head = Box::new(head);
        driver.tell(Event::ContentCame(
            ticket,
            Arrival::Opened { head, date: None, allowance: None },
        ));
        piece(&mut driver, ticket, long.repeat(2).as_bytes());
        driver.keys("j");
        shows(&driver, "line 2 ");
        driver.keys("/nowhere");
        driver.key(KeyCode::Enter);
        for _ in 0..300 {
            piece(&mut driver, ticket, long.as_bytes());
        }
        driver.effects.clear();
        driver.key(KeyCode::Esc);
        assert!(driver.app.message().unwrap().starts_with("stopped, where the search began"));
        // It is read again there.
        let (ticket, part) = read(&mut driver);
        let length = long.len() as u64;
        assert!(part.from <= length, "{part:?}");
        open_head(&mut driver, ticket, &part, 100_000_000);
        let from = usize::try_from(part.from).unwrap();
        piece(&mut driver, ticket, &long.repeat(3).as_bytes()[from..]);
        shows(&driver, "line 2 ");
    }
}

#[test]
fn what_fails_is_a_sentence_and_a_key_asks_again() {
    let refused = |status| ApiError::Refused { status: Status(status), message: None, wait: None };
    let cases = [
        (refused(404), "The service has no such content: the file expired, or was deleted."),
        (refused(410), "The service has no such content: the file expired, or was deleted."),
        (
            ApiError::KeyRefused { message: None, secret: Some(KEY) },
            "The content could not be read: the service refused the key (401)",
        ),
        (
            ApiError::Unavailable { status: Status(503), message: None, wait: None },
            "The content could not be read: the service answered 503 Service Unavailable",
        ),
    ];
    for (error, words) in cases {
        let mut driver = opened(100, 24);
        let (ticket, _) = read(&mut driver);
        driver.tell(Event::ContentCame(ticket, Arrival::TriedInVain(error.clone())));
        shows(&driver, "trying again …");
        driver.tell(Event::ContentCame(ticket, Arrival::Failed(error.into())));
        shows(&driver, words);
        shows(&driver, "r tries again");
        assert_eq!(reads(&mut driver), []);
        driver.keys("r");
        assert_eq!(read(&mut driver).1, Part::whole());
    }
    // HTML, and an error with the status of a success.
    for (kind, body, words) in [
        (Kind::Html, "<html>Log in", "What came is not the content: it is a page of HTML."),
        (
            Kind::Json,
            r#"{"error":"no \u001b[2J"}"#,
            "What came is not the content: it is an error: no \\u{1b}[2J.",
        ),
    ] {
        let mut driver = opened(100, 24);
        let (ticket, part) = read(&mut driver);
        let mut head = content_head(&part, body.len() as u64);
        (head.kind, head.extent) = (kind, Portion::Whole);
        let head = Box::new(head);
        driver.tell(Event::ContentCame(
            ticket,
            Arrival::Opened { head, date: None, allowance: None },
        ));
        piece(&mut driver, ticket, body.as_bytes());
        driver.tell(Event::ContentCame(ticket, Arrival::Ended));
        shows(&driver, words);
    }
}

/// Of operations 1: a clean end of a length that nobody knows proves nothing, and is not passed over.
#[test]
fn where_no_length_is_known_the_end_says_so() {
    for (body, words) in [
        ("{\"a\":1}\n{\"a\":2}\n", "end of what came · length unknown · last line complete"),
        ("{\"a\":1}\n{\"a\":2}", "end of what came · length unknown · last line complete"),
        ("{\"a\":1}\n{\"a\":", "end of what came · length unknown · the last line breaks off"),
    ] {
        let mut driver = Driver::showing(
            80,
            24,
            r#"{"data":[{"id":"file_1","filename":"a"}],"has_more":false}"#,
        );
        driver.effects.clear();
        driver.keys("e");
        let (ticket, part) = read(&mut driver);
        let mut head = content_head(&part, 0);
        head.length = None;
        let head = Box::new(head);
        driver.tell(Event::ContentCame(
            ticket,
            Arrival::Opened { head, date: None, allowance: None },
        ));
        piece(&mut driver, ticket, body.as_bytes());
        driver.tell(Event::ContentCame(ticket, Arrival::Ended));
        shows(&driver, words);
    }
}

#[test]
fn a_file_without_an_address_has_no_content() {
    let mut driver =
        Driver::showing(80, 24, r#"{"data":[{"id":"../x","filename":"a"}],"has_more":false}"#);
    driver.effects.clear();
    driver.keys("e");
    assert_eq!(driver.app.message(), Some("nothing can be asked about a file of such an id"));
    assert_eq!(reads(&mut driver), []);
}

/// Hazards 19, of operations 26 and 29: whatever lines hold, the terminal is not commanded.
#[test]
fn whatever_stands_in_a_line_is_spelt_out() {
    let content = "\u{feff}{\"custom_id\":\"a\\u001b[2J|\u{202e}\",\"status\":\"expired\",\"error\":{\"code\":\"\\u0007x\"}}\r\n\
        \x1b]0;title\x07 \u{9b}31m plain\n[1,2]\nnull\n\n{\"custom_id\":7,\"response\":{\"status_code\":200}}\n\
        {\"broken\": \n\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\n";
    for (width, height) in [(40, 12), (120, 36)] {
        let mut driver = showing(width, height, content.as_bytes());
        for _ in 0..9 {
            let screen = screen(&driver);
            assert!(
                screen.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
                "{screen}"
            );
            driver.key(KeyCode::Enter);
            driver.keys("jy");
        }
        assert!(driver.copied.iter().all(|text| text.chars().all(|c| !c.is_control())));
    }
    let driver = showing(120, 36, content.as_bytes());
    shows(
        &driver,
        "8 lines read · 1 ok · 1 failed · 1 without custom_id · 2 no objects · 3 no JSON",
    );
}

#[test]
fn a_content_looks_so() {
    let content = result_lines(60);
    for (width, height) in [(40, 12), (80, 24), (120, 36)] {
        let mut driver = showing(width, height, content.as_bytes());
        driver.keys("jj");
        insta::assert_snapshot!(format!("content_{width}x{height}"), screen(&driver));
        driver.key(KeyCode::Enter);
        driver.keys("jjjj");
        insta::assert_snapshot!(format!("content_open_{width}x{height}"), screen(&driver));
    }
    let mut driver = showing(80, 24, content.as_bytes());
    driver.keys("/quota");
    insta::assert_snapshot!("content_search_80x24", screen(&driver));
    let mut driver = showing(80, 24, b"\x1f\x8b\x08\0\0\0\0\0\0\0binary");
    insta::assert_snapshot!("content_binary_80x24", screen(&driver));
    driver.key(KeyCode::Esc);
    let driver = showing(80, 24, b"");
    insta::assert_snapshot!("content_empty_80x24", screen(&driver));
    // At any size, with anything open, nothing panics.
    for (width, height) in crate::support::screen::SIZES {
        let mut driver = showing(width.max(30), height.max(6), content.as_bytes());
        driver.key(KeyCode::Enter);
        driver.tell(Event::Resized { width, height });
        driver.keys("jGwgk");
        text(&driver.app, width, height);
    }
}

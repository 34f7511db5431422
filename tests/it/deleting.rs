//! Deleting files with the real binary, on services that are honest and on services that lie: what is
//! left on the service afterwards, what is claimed, and what was asked for.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::CANARY;
use crate::support::binary::{command, text};
use crate::support::fault::answer;
use crate::support::lying::{Deed, Held, Lying, Request, Says, Script, done, in_turn};
use crate::support::terminal::Terminal;

/// A home for the ledger.
struct Place(tempfile::TempDir);

/// What a run came to.
struct Ran {
    code: i32,
    said: String,
    printed: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> String {
        self.0.path().join("state").to_str().unwrap().to_owned()
    }

    fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
        command.env("XDG_STATE_HOME", self.state()).current_dir(self.0.path());
        command
    }

    fn run(&self, server: &Lying, arguments: &[&str]) -> Ran {
        ran(&self.command(&server.url, arguments).output().unwrap())
    }

    fn feed(&self, server: &Lying, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(&server.url, arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(&child.wait_with_output().unwrap())
    }

    /// The ledger, as id and outcome.
    fn ledger(&self, server: &Lying) -> Vec<(String, String)> {
        let ran = self.run(server, &["ledger", "--output", "jsonl"]);
        assert_eq!(ran.code, 0, "{}", ran.said);
        outcomes(&ran.printed)
    }
}

fn ran(output: &Output) -> Ran {
    let said = text(&output.stderr);
    assert!(!said.contains(CANARY));
    Ran { code: output.status.code().unwrap(), said, printed: text(&output.stdout) }
}

fn outcomes(lines: &str) -> Vec<(String, String)> {
    let read = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let of = |name: &str| record[name].as_str().unwrap().to_owned();
        (of("id"), of("outcome"))
    };
    let mut all: Vec<(String, String)> = lines.lines().map(read).collect();
    all.sort();
    all
}

fn files(count: usize) -> Vec<Held> {
    let file = |n: usize| Held::new(&format!("file_{n:03}"), &format!("f-{n:03}.jsonl"), "{}\n");
    (0..count).map(file).collect()
}

/// The ids that are there, and the ids that were asked to be deleted.
fn there(server: &Lying) -> Vec<String> {
    server.files(|files| files.iter().map(|file| file.id.clone()).collect())
}

fn asked_to_delete(server: &Lying) -> Vec<String> {
    let told = server.told();
    let mut all: Vec<String> = told
        .iter()
        .filter_map(|line| line.strip_prefix("DELETE /v1/files/").map(Into::into))
        .collect();
    all.sort();
    all.dedup();
    all
}

fn serve(count: usize, deed: Deed) -> Lying {
    Script::honest().deletions(in_turn([deed])).serve(files(count))
}

#[test]
fn files_are_deleted_by_their_ids_and_stand_in_the_ledger() {
    let server = serve(3, done());
    let place = Place::new();
    let arguments = ["delete", "file_000", "file_002", "--yes", "--output", "jsonl"];
    let ran = place.run(&server, &arguments);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(there(&server), ["file_001"]);
    let deleted = |id: &str| (id.to_owned(), "deleted".to_owned());
    assert_eq!(outcomes(&ran.printed), [deleted("file_000"), deleted("file_002")]);
    assert_eq!(place.ledger(&server), [deleted("file_000"), deleted("file_002")]);
    assert!(ran.said.contains("deleted: f-000.jsonl (file_000)\n"), "{}", ran.said);
    assert!(ran.said.contains("2 deleted\n"), "{}", ran.said);
    // Each was looked at just before.
    let told = server.told();
    let place_of = |line: &str| told.iter().position(|told| told == line).unwrap();
    assert!(place_of("GET /v1/files/file_000") < place_of("DELETE /v1/files/file_000"));
    assert!(told[0].starts_with("GET /v1/batches"), "{told:?}");
    // Gone since, it is told of, and whoever does not mind says so.
    let again = place.run(&server, &["delete", "file_000", "file_001", "--yes"]);
    assert_eq!(again.code, 4, "{}", again.said);
    assert!(again.said.contains("not there: file_000"), "{}", again.said);
    assert_eq!(there(&server), Vec::<String>::new(), "the other one is done all the same");
    let again = place.run(&server, &["delete", "file_000", "--yes", "--ignore-missing"]);
    assert_eq!(again.code, 0, "{}", again.said);
}

/// Each line: how the service answers, what is claimed of it, the exit code, whether the file is there.
#[test]
fn no_deletion_is_claimed_that_the_service_did_not_say() {
    let passing = Says::Status("500 Internal Server Error", "");
    for (turns, claim, code, is_there) in [
        ([done(), done()], "deleted", 0, false),
        ([done().undone().saying(Says::NotDeleted), done()], "left", 1, true),
        ([done().undone().saying(Says::OfAnother), done()], "left", 1, true),
        ([done().undone().saying(Says::WithoutId), done()], "left", 1, true),
        ([done().undone().saying(Says::Words("<html>")), done()], "left", 1, true),
        ([done().undone().saying(Says::Status("204 No Content", "")), done()], "left", 1, true),
        ([done().saying(Says::Status("204 No Content", "")), done()], "deleted", 0, false),
        ([done().saying(Says::Words("gone")), done()], "deleted", 0, false),
        ([done().saying(passing), done()], "deleted", 0, false),
        ([done().undone().saying(passing), done()], "deleted", 0, false),
        ([done().undone().saying(passing); 2], "left", 5, true),
        ([done().saying(Says::Closed), done()], "deleted", 0, false),
        ([done().undone().saying(Says::Closed), done()], "deleted", 0, false),
        ([done().undone().saying(Says::Status("409 Conflict", "")), done()], "left", 1, true),
        ([done().undone().saying(Says::Status("403 Forbidden", "")), done()], "left", 1, true),
        // A service without a way to delete says so of every file.
        ([done().undone().saying(Says::Status("404 Not Found", "")), done()], "left", 1, true),
        (
            [done().undone().saying(Says::Status("429 Too Many", "retry-after-ms: 5\r\n")), done()],
            "deleted",
            0,
            false,
        ),
        (
            [done().undone().saying(Says::Status("429 Too Many", "Retry-After: 900\r\n")), done()],
            "left",
            5,
            true,
        ),
    ] {
        let server = Script::honest().deletions(in_turn(turns)).serve(files(1));
        let place = Place::new();
        let ran = place.run(&server, &["delete", "file_000", "--yes", "--output", "jsonl"]);
        let claimed = outcomes(&ran.printed);
        assert_eq!(claimed, [("file_000".to_owned(), claim.to_owned())], "{turns:?}: {}", ran.said);
        assert_eq!(ran.code, code, "{turns:?}: {}", ran.said);
        assert_eq!(!there(&server).is_empty(), is_there, "{turns:?}");
        assert_eq!(place.ledger(&server), claimed, "{turns:?}");
    }
}

/// A service that knows no deletions answers each with 404, and has the file all the same: nothing is claimed
/// to be gone, however it was asked for.
#[test]
fn a_file_that_is_there_is_not_said_to_be_gone() {
    for arguments in
        [&["file_000"][..], &["file_000", "--ignore-missing"], &["--filter", "name:f-"]]
    {
        let server = serve(1, done().undone().saying(Says::Status("404 Not Found", "")));
        let place = Place::new();
        let ran = place.run(&server, &[&["delete", "--yes"], arguments].concat());
        let words = "left: f-000.jsonl (file_000): the service answers 404 to the deletion, and has it still";
        assert!(ran.said.contains(words), "{}", ran.said);
        assert_eq!(ran.code, 1, "{}", ran.said);
        assert_eq!(place.ledger(&server), [("file_000".to_owned(), "left".to_owned())]);
    }
}

#[test]
fn an_answer_that_never_comes_is_unknown_or_settled() {
    // The look behind it fails, too; that the key is refused there does not mean that nothing was done.
    for status in ["502 Bad Gateway", "401 Unauthorized"] {
        let seen = AtomicUsize::new(0);
        let server = Script::honest()
            .deletions(in_turn([done().saying(Says::Closed)]))
            .first(move |_, request| {
                let looks = request.line == "GET /v1/files/file_000";
                let settles = looks && seen.fetch_add(1, Ordering::SeqCst) > 0;
                settles.then(|| crate::support::fault::answer(status, "", "{}"))
            })
            .serve(files(1));
        let place = Place::new();
        let ran = place.run(&server, &["delete", "file_000", "--yes"]);
        assert_eq!(ran.code, 1, "{status}");
        let words = "unknown whether deleted: f-000.jsonl (file_000): ";
        assert!(ran.said.contains(words), "{}", ran.said);
        assert_eq!(place.ledger(&server), [("file_000".to_owned(), "unknown".to_owned())]);
    }
}

#[test]
fn a_key_revoked_at_fifty_leaves_the_rest_untouched() {
    let refused = done().undone().saying(Says::Status("401 Unauthorized", ""));
    let server = Script::honest()
        .deletions(move |number, _| if number < 50 { done() } else { refused })
        .serve(files(200));
    let place = Place::new();
    let list: String = there(&server).join("\n");
    let arguments = ["delete", "--from-file", "-", "--confirm", "200"];
    let ran = place.feed(&server, &arguments, &list);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert_eq!(there(&server).len(), 150);
    assert!(asked_to_delete(&server).len() <= 54, "{}", asked_to_delete(&server).len());
    let sentences = ran.said.lines().filter(|line| line.contains("401")).count();
    assert_eq!(sentences, 1, "one sentence for all of them: {}", ran.said);
    assert!(ran.said.contains("50 deleted · 150 left\n"), "{}", ran.said);
    let ledger = place.ledger(&server);
    assert_eq!(ledger.iter().filter(|(_, outcome)| outcome == "left").count(), 150);
    assert_eq!(ledger.len(), 200);
}

#[test]
fn a_rest_in_the_middle_is_taken_and_nothing_is_deleted_twice() {
    let wait = done().undone().saying(Says::Status("429 Too Many", "retry-after-ms: 30\r\n"));
    let server = Script::honest()
        .deletions(move |number, _| if (60..64).contains(&number) { wait } else { done() })
        .serve(files(120));
    let place = Place::new();
    let ran = place.run(&server, &["delete", "--filter", "name:f-", "--confirm", "120"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(there(&server).len(), 0);
    assert!(ran.said.contains("120 deleted\n"), "{}", ran.said);
    let told = server.told();
    let deletions = told.iter().filter(|line| line.starts_with("DELETE ")).count();
    assert_eq!(deletions, 124, "but for those that were refused");
}

/// A long rest that is asked for while files are looked at ends it: no other one is asked about, and none is
/// deleted.
#[test]
fn a_long_rest_before_the_question_leaves_all() {
    let crowded = |_, request: &Request| {
        let is_third = request.line.starts_with("GET /v1/files/file_002");
        is_third.then(|| answer("429 Too Many Requests", "Retry-After: 3600\r\n", ""))
    };
    let server = Script::honest().first(crowded).serve(files(40));
    let ran = Place::new().run(&server, &dry_run_of(&ids(40)));
    assert_eq!((ran.code, ran.said.lines().count()), (5, 1), "{}", ran.said);
    assert!(server.told().len() <= 8, "{:?}", server.told());
}

/// A short one is taken by all: nobody is asked about before it is over.
#[test]
fn a_short_rest_before_the_question_is_taken_by_all() {
    // Long enough for the program to have read the answer, however busy the machine is.
    const HELD: Duration = Duration::from_millis(1_500);
    let rests = Arc::new((Mutex::new(None::<Instant>), Condvar::new()));
    let early = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&early);
    let crowded = move |_, request: &Request| {
        let (since, begins) = &*rests;
        let mut since = since.lock().unwrap();
        let asks_for = |id: &str| request.line.starts_with(&format!("GET /v1/files/{id}"));
        if asks_for("file_003") && since.is_none() {
            *since = Some(Instant::now());
            begins.notify_all();
            return Some(answer("429 Too Many Requests", "Retry-After: 2\r\n", ""));
        }
        if ["file_000", "file_001", "file_002"].into_iter().any(asks_for) {
            // Of the four that are asked about at once, the three before it are answered behind it.
            while since.is_none_or(|at| at.elapsed() < HELD) {
                since = begins.wait_timeout(since, HELD).unwrap().0;
            }
        } else if since.is_some_and(|at| at.elapsed().as_millis() < 1_900) {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        None
    };
    let server = Script::honest().first(crowded).serve(files(12));
    let ran = Place::new().run(&server, &dry_run_of(&ids(12)));
    // Three would begin in their places.
    assert!(early.load(Ordering::SeqCst) < 3, "{early:?}");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(ran.printed.matches(".jsonl").count(), 12, "{}", ran.printed);
}

fn ids(count: usize) -> Vec<String> {
    files(count).into_iter().map(|file| file.id).collect()
}

fn dry_run_of(ids: &[String]) -> Vec<&str> {
    ["delete", "--dry-run"].into_iter().chain(ids.iter().map(String::as_str)).collect()
}

/// What was chosen since it is saved is left where its copy goes before it is deleted.
#[test]
fn what_is_saved_no_more_is_left_by_a_filter_that_asks() {
    let place = Place::new();
    let copy = place.0.path().join("to/f-001.jsonl");
    let goes = move |_, request: &Request| {
        // Batches are looked at behind the list.
        if request.line.contains("/batches") {
            std::fs::remove_file(&copy).unwrap();
        }
        None
    };
    let server = Script::honest().first(goes).serve(files(3));
    assert_eq!(place.run(&server, &["download", "file_000", "file_001", "--to", "to"]).code, 0);
    let ran = place.run(&server, &["delete", "--filter", "saved", "--yes"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(ran.said.contains("f-001.jsonl") && ran.said.contains("it is no longer saved"));
    assert_eq!(there(&server), ["file_001", "file_002"]);
}

#[test]
fn a_filter_over_a_part_of_the_list_deletes_nothing() {
    for (fails_at, code, words) in
        [(1, 1, "partial: 100 files read, then: "), (0, 5, "the files could not be listed")]
    {
        let server = Script::honest()
            .first(move |_, request| {
                let is_page = request.line.starts_with("GET /v1/files?");
                let fails = is_page && request.line.contains("after=") == (fails_at == 1);
                fails.then(|| crate::support::fault::answer("500 Internal", "", "{}"))
            })
            .serve(files(150));
        let ran = Place::new().run(&server, &["delete", "--filter", "name:f-", "--confirm", "150"]);
        assert_eq!(ran.code, code, "{}", ran.said);
        assert!(ran.said.contains(words), "{}", ran.said);
        assert_eq!(there(&server).len(), 150);
        assert_eq!(asked_to_delete(&server), Vec::<String>::new());
    }
}

/// Hazards 2: two files of one id, of which the filter lets one through, whichever comes first, on one page or
/// on two: neither is deleted.
#[test]
fn a_file_that_shares_its_id_is_left_wherever_the_other_one_stands() {
    for apart in [0, 150] {
        for names in [["scratch", "keep"], ["keep", "scratch"], ["scratch", "scratch-2"]] {
            let twin = |name: &str| Held::new("file_twin", &format!("{name}.jsonl"), "{}\n");
            let mut held = vec![twin(names[0])];
            held.extend(files(apart));
            held.push(twin(names[1]));
            let server = Script::honest().serve(held);
            let ran = Place::new().run(&server, &["delete", "--filter", "name:scratch", "--yes"]);
            assert_eq!(ran.code, 1, "{names:?}, {apart} apart: {}", ran.said);
            assert!(ran.said.contains("two files of this id are listed"), "{}", ran.said);
            assert_eq!(asked_to_delete(&server), Vec::<String>::new(), "{names:?}");
        }
    }
}

#[test]
fn nothing_is_deleted_without_a_yes_that_fits() {
    let two = ["delete", "--filter", "name:f-00"];
    for (more, files_there, code, words) in [
        (&[][..], 10, 2, "there is no terminal to ask on: nothing was deleted"),
        (&["--confirm", "9"], 10, 2, "--confirm says 9, and it is 10 files: nothing was deleted"),
        (&["--yes", "--confirm", "11"], 10, 2, "nothing was deleted"),
        (&["--dry-run"], 10, 0, ""),
        (&["--read-only", "--yes"], 10, 2, "changes the service, which is off by --read-only"),
        (&["--confirm", "10"], 0, 0, "10 deleted"),
        (&["--yes"], 0, 0, "10 deleted"),
    ] {
        let server = serve(10, done());
        let ran = Place::new().run(&server, &[&two, more].concat());
        assert_eq!(ran.code, code, "{more:?}: {}", ran.said);
        assert_eq!(there(&server).len(), files_there, "{more:?}");
        assert!(ran.said.contains(words), "{more:?}: {}", ran.said);
        if more == ["--dry-run"] {
            assert_eq!(ran.printed.lines().count(), 10, "{}", ran.printed);
            assert!(ran.printed.contains("file_003  f-003.jsonl  not saved\n"), "{}", ran.printed);
        }
    }
    // More than a hundred want their count.
    let server = serve(101, done());
    let ran = Place::new().run(&server, &["delete", "--filter", "name:f-", "--yes"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
    assert!(ran.said.contains("more than 100 want --confirm 101"), "{}", ran.said);
    assert_eq!(there(&server).len(), 101);
}

#[test]
fn the_input_of_a_batch_that_goes_on_is_left() {
    let batches = json!({"object": "list", "has_more": false, "data": [
        {"id": "batch_7", "status": "in_progress", "input_file_id": "file_001"},
        {"id": "batch_6", "status": "completed", "input_file_id": "file_000"},
    ]});
    let serve = || Script::honest().batches(batches.clone()).serve(files(3));
    let server = serve();
    let place = Place::new();
    let ran = place.run(&server, &["delete", "--filter", "name:f-", "--yes"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert_eq!(there(&server), ["file_001"]);
    let words = "left: f-001.jsonl (file_001): it is the input of the batch batch_7 (in_progress)";
    assert!(ran.said.contains(words), "{}", ran.said);
    assert_eq!(asked_to_delete(&server), ["file_000", "file_002"]);
    let server = serve();
    let all = ["delete", "--filter", "name:f-", "--yes", "--include-in-use"];
    assert_eq!(place.run(&server, &all).code, 0);
    assert_eq!(there(&server), Vec::<String>::new());
    // Where batches cannot be read, that is said.
    let server = Script::honest().batches(Value::Null).serve(files(1));
    let ran = place.run(&server, &["delete", "file_000", "--yes"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.said.contains("cannot tell whether in use: the service answered 404"),
        "{}",
        ran.said
    );
}

/// A dry run lists what would be deleted, on standard output and nowhere else, as lines or as records; of
/// what stays it is said why. It leaves no trace.
#[test]
fn a_dry_run_lists_what_would_be_deleted_in_either_form() {
    let batches = json!({"object": "list", "has_more": false, "data": [
        {"id": "batch_7", "status": "in_progress", "input_file_id": "file_001"},
    ]});
    let server = Script::honest().batches(batches).serve(files(3));
    let place = Place::new();
    let by_filter = ["delete", "--filter", "name:f-", "--dry-run"];
    let by_ids = ["delete", "file_000", "file_001", "file_002", "--dry-run"];
    let in_use = "left: f-001.jsonl (file_001): it is the input of the batch batch_7 (in_progress)";
    for arguments in [&by_filter[..], &by_ids] {
        let plain = place.run(&server, arguments);
        let listed: Vec<&str> = plain.printed.lines().collect();
        assert_eq!((plain.code, listed.len()), (1, 2), "{}: {}", plain.printed, plain.said);
        assert!(listed[0].contains("file_000") && listed[1].contains("file_002"));
        assert!(plain.said.contains(in_use), "{}", plain.said);
        let records = place.run(&server, &[arguments, &["--output", "jsonl"]].concat());
        let expected = [("file_000", "planned"), ("file_001", "left"), ("file_002", "planned")];
        let expected = expected.map(|(id, outcome)| (id.to_owned(), outcome.to_owned()));
        assert_eq!((records.code, outcomes(&records.printed)), (1, expected.to_vec()));
        let record: Value = serde_json::from_str(records.printed.lines().next().unwrap()).unwrap();
        assert_eq!((&record["filename"], &record["bytes"]), (&"f-000.jsonl".into(), &3.into()));
        assert_eq!(record["expires_at"], 4_102_444_800_i64);
        assert!(records.said.contains(in_use), "{}", records.said);
    }
    assert_eq!(place.ledger(&server), []);
    assert_eq!(asked_to_delete(&server), Vec::<String>::new());
}

#[test]
fn a_file_that_differs_from_what_was_listed_is_left() {
    for (change, words) in [
        ("name", "its filename is another now"),
        ("bytes", "its size is 9 bytes now, not 3"),
        ("time", "it was made at another time"),
    ] {
        let place = Place::new();
        let server = differing(change);
        let ran = place.run(&server, &["delete", "--filter", "name:f-", "--yes"]);
        assert_eq!(ran.code, 1, "{}", ran.said);
        assert!(ran.said.contains(words), "{change}: {}", ran.said);
        assert_eq!(asked_to_delete(&server), ["file_001"]);
    }
}

/// A service of which the list tells one thing of a file, and the file itself another.
fn differing(change: &'static str) -> Lying {
    Script::honest()
        .first(move |_, request| {
            (request.line == "GET /v1/files/file_000").then(|| {
                let mut file = json!({"id": "file_000", "object": "file", "bytes": 3,
                    "created_at": 1_700_000_000, "expires_at": 4_102_444_800_u64,
                    "filename": "f-000.jsonl", "purpose": "batch"});
                match change {
                    "name" => file["filename"] = json!("another"),
                    "bytes" => file["bytes"] = json!(9),
                    _ => file["created_at"] = json!(1_700_000_001),
                }
                crate::support::fault::answer("200 OK", "", &file.to_string())
            })
        })
        .serve(files(2))
}

#[test]
fn ids_come_from_a_file_a_line_each() {
    let server = serve(3, done());
    let place = Place::new();
    let list = place.0.path().join("ids");
    std::fs::write(&list, "file_000\r\n\n  file_001 \nfile_000\n").unwrap();
    let from = ["delete", "--yes", "--from-file", list.to_str().unwrap()];
    let ran = place.run(&server, &from);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(there(&server), ["file_002"]);
    for (line, words) in [("a/b\n", "a/b"), ("..\n", "..")] {
        std::fs::write(&list, format!("file_002\n{line}")).unwrap();
        let ran = place.run(&server, &from);
        assert_eq!(ran.code, 2, "{}", ran.said);
        assert!(ran.said.contains(words), "{}", ran.said);
        assert_eq!(there(&server), ["file_002"], "nothing is done where one is wrong");
    }
    let ran = place.run(&server, &["delete", "--yes", "--from-file", "/nowhere/ids"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(ran.said.contains("the list of ids cannot be read"), "{}", ran.said);
}

/// Whoever leaves the dashboard while it deletes claims nothing, and has a line of it in the ledger.
#[test]
fn what_is_being_deleted_as_the_dashboard_is_left_stands_in_the_ledger() {
    for signal in [None, Some("TERM")] {
        let (tell, told) = mpsc::channel();
        let tell = Mutex::new(tell);
        let server = Script::honest()
            .deletions(move |_, _| {
                tell.lock().unwrap().send(()).unwrap();
                done().saying(Says::Silence)
            })
            .serve(files(1));
        let place = Place::new();
        let state = place.state();
        let environment = [
            ("CEREBRAS_API_KEY", CANARY),
            ("CEREBRAS_BASE_URL", server.url.as_str()),
            ("XDG_STATE_HOME", state.as_str()),
        ];
        let mut terminal = Terminal::start(100, 30, &[], &environment);
        terminal.wait_for("f-000.jsonl");
        terminal.press("D");
        terminal.wait("the question", |screen| {
            screen.contains("deletes 1 file") && !screen.contains("looking whether")
        });
        terminal.press("y");
        told.recv().unwrap();
        let code = if let Some(name) = signal {
            terminal.signal(name);
            143
        } else {
            terminal.press("q");
            terminal.wait_for("1 file may be deleted or not");
            terminal.press("y");
            0
        };
        assert_eq!(terminal.wait_exit_restored(), code);
        assert_eq!(place.ledger(&server), [("file_000".to_owned(), "unknown".to_owned())]);
    }
}

/// What was typed before the question was there is no answer to it.
#[test]
fn what_was_typed_ahead_on_a_terminal_is_no_answer() {
    let (tell, told) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let (tell, released) = (Mutex::new(tell), Mutex::new(released));
    let server = Script::honest()
        .first(move |_, request| {
            if request.line.starts_with("GET /v1/batches") {
                tell.lock().unwrap().send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
            }
            None
        })
        .serve(files(1));
    let place = Place::new();
    let state = place.state();
    let environment = [
        ("CEREBRAS_API_KEY", CANARY),
        ("CEREBRAS_BASE_URL", server.url.as_str()),
        ("XDG_STATE_HOME", state.as_str()),
    ];
    let mut terminal = Terminal::start(80, 24, &["delete", "file_000"], &environment);
    told.recv().unwrap();
    terminal.press("y\r");
    // The terminal has it: it is echoed.
    terminal.wait_for("y");
    release.send(()).unwrap();
    terminal.wait_for("delete it? [y/N]");
    terminal.press("n\r");
    assert_eq!(terminal.wait_exit(), 1, "{}", terminal.screen());
    assert_eq!(there(&server), ["file_000"]);
}

/// What a batch reads is named first, and counted, wherever it stands among the others.
#[test]
fn what_is_in_use_is_said_however_many_files_there_are() {
    for (in_use, words) in [
        (&[11][..], "input of a live batch: 1 file, f-011.jsonl\n"),
        (&[3, 11], "input of a live batch: 2 files, f-003.jsonl, f-011.jsonl\n"),
        (
            &[0, 3, 5, 7],
            "input of a live batch: 4 files, f-000.jsonl, f-003.jsonl, f-005.jsonl, …\n",
        ),
    ] {
        let inputs: Vec<String> = in_use.iter().map(|n| format!("file_{n:03}")).collect();
        let batches = json!({"object": "list", "has_more": false, "data": [
            {"id": "batch_7", "status": "in_progress", "input_files": inputs},
        ]});
        let server = Script::honest().batches(batches).serve(files(12));
        let place = Place::new();
        let state = place.state();
        let environment = [
            ("CEREBRAS_API_KEY", CANARY),
            ("CEREBRAS_BASE_URL", server.url.as_str()),
            ("XDG_STATE_HOME", state.as_str()),
        ];
        let arguments = ["delete", "--filter", "name:f-", "--include-in-use"];
        let mut terminal = Terminal::start(140, 30, &arguments, &environment);
        let screen = terminal.wait_for("type 12 to delete them:");
        let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
        assert!(lines.contains(&words.trim_end()), "{screen}");
        for (line, id) in lines[1..].iter().zip(&inputs) {
            assert!(line.contains(id) && line.contains("input of the batch batch_7"), "{screen}");
        }
        terminal.press("\r");
        assert_eq!(terminal.wait_exit(), 1);
    }
}

/// However the question ends, what comes next begins a line.
#[test]
fn the_line_of_a_question_is_ended_whatever_ends_it() {
    for (ends, code, written) in [
        ("\x03", 130, "delete it? [y/N] ^C "),
        ("1\x03", 130, "delete it? [y/N] 1^C "),
        ("TERM", 143, "delete it? [y/N]  "),
        ("\x04", 1, "delete it? [y/N]  shelflife: nothing was deleted "),
        ("n\r", 1, "delete it? [y/N] n shelflife: nothing was deleted "),
    ] {
        let server = serve(1, done());
        let place = Place::new();
        let state = place.state();
        let environment = [
            ("CEREBRAS_API_KEY", CANARY),
            ("CEREBRAS_BASE_URL", server.url.as_str()),
            ("XDG_STATE_HOME", state.as_str()),
        ];
        let mut terminal = Terminal::start(80, 24, &["delete", "file_000"], &environment);
        terminal.wait_for("delete it? [y/N]");
        if ends == "TERM" {
            terminal.signal(ends);
        } else {
            let (begun, end) = ends.split_at(ends.len() - 1);
            terminal.press(begun);
            // A signal throws away what was not echoed yet.
            terminal.wait_for(format!("[y/N] {begun}").trim_end());
            terminal.press(end);
        }
        assert_eq!(terminal.wait_exit(), code, "{ends:?}: {}", terminal.screen());
        terminal.wait_for_end(written);
        let raw = String::from_utf8(terminal.raw()).unwrap().replace("\r\n", " ");
        assert!(raw.ends_with(written), "{ends:?}: {raw:?}");
        assert_eq!(there(&server), ["file_000"]);
    }
}

/// On a terminal it is asked, and only the right answer deletes.
#[test]
fn on_a_terminal_it_asks() {
    for (ids, answer, deleted) in [
        (&["file_000"][..], "y\r", true),
        (&["file_000"], "\r", false),
        (&["file_000"], "n\r", false),
        (&["file_000", "file_001"], "y\r", false),
        (&["file_000", "file_001"], "3\r", false),
        (&["file_000", "file_001"], "2\r", true),
    ] {
        let hostile = "a\u{1b}[2J\u{202e}\nb.jsonl";
        let mut held = files(2);
        held[0].filename = hostile.to_owned();
        let server = Script::honest().serve(held);
        let place = Place::new();
        let state = place.state();
        let environment = [
            ("CEREBRAS_API_KEY", CANARY),
            ("CEREBRAS_BASE_URL", server.url.as_str()),
            ("XDG_STATE_HOME", state.as_str()),
        ];
        let mut terminal = Terminal::start(80, 24, &[&["delete"], ids].concat(), &environment);
        let asked = if ids.len() == 1 { "delete it? [y/N]" } else { "type 2 to delete them:" };
        let screen = terminal.wait_for(asked);
        assert!(screen.contains("file_000") && screen.contains("not saved"), "{screen}");
        assert!(screen.contains(r"a\u{1b}[2J\u{202e}\nb.jsonl"), "{screen}");
        terminal.press(answer);
        let code = terminal.wait_exit();
        assert_eq!(code, u32::from(!deleted), "{answer:?}: {}", terminal.screen());
        assert_eq!(there(&server).len(), if deleted { 2 - ids.len() } else { 2 }, "{answer:?}");
    }
}

//! Uploading with the real binary, to services that are honest and to services that lie: what is stored
//! afterwards, what is claimed, and how often it was sent.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::CANARY;
use crate::support::binary::{command, text};
use crate::support::fault::answer;
use crate::support::lying::{Deed, Held, Lying, Says, Script, done, in_turn};

/// A folder with files to be uploaded, and a home for the ledger.
struct Place(tempfile::TempDir);

struct Ran {
    code: i32,
    said: String,
    printed: String,
}

/// A sound input of a batch.
fn lines(count: usize) -> String {
    let line = |n: usize| {
        format!(
            r#"{{"custom_id":"r-{n}","method":"POST","url":"/v1/chat/completions","body":{{"model":"m"}}}}"#
        ) + "\n"
    };
    (0..count).map(line).collect()
}

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("a.jsonl", &lines(20));
        place
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
        command.env("XDG_STATE_HOME", self.0.path().join("state")).current_dir(self.0.path());
        command
    }

    fn run(&self, server: &Lying, arguments: &[&str]) -> Ran {
        let output = self.command(&server.url, arguments).output().unwrap();
        let said = text(&output.stderr);
        assert!(!said.contains(CANARY));
        Ran { code: output.status.code().unwrap(), said, printed: text(&output.stdout) }
    }
}

fn sha256(content: &[u8]) -> String {
    let sum = ring::digest::digest(&ring::digest::SHA256, content);
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap();
    sum.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn posts(server: &Lying) -> usize {
    server.told().iter().filter(|line| *line == "POST /v1/files").count()
}

fn stored(server: &Lying) -> Vec<String> {
    server.files(|files| files.iter().map(|file| file.id.clone()).collect())
}

#[test]
fn a_file_is_stored_as_it_lies_there_and_stands_in_the_ledger() {
    let server = Script::honest().serve([]);
    let place = Place::new();
    let arguments = ["upload", "a.jsonl", "--expires-in", "7d", "--output", "jsonl"];
    let ran = place.run(&server, &arguments);
    assert_eq!(ran.code, 0, "{}", ran.said);
    server.files(|files| {
        assert_eq!((files.len(), files[0].filename.as_str()), (1, "a.jsonl"));
        assert_eq!(files[0].content, lines(20).into_bytes());
    });
    let record: Value = serde_json::from_str(&ran.printed).unwrap();
    let of = |name: &str| record[name].as_str().unwrap().to_owned();
    assert_eq!(
        (of("outcome"), of("id"), of("filename")),
        ("uploaded".into(), "file_up0".into(), "a.jsonl".into())
    );
    assert!(of("path").ends_with("/a.jsonl") && of("path").starts_with('/'));
    assert!(ran.said.contains("stored: file_up0 · "), "{}", ran.said);
    assert_eq!(of("sha256"), sha256(lines(20).as_bytes()));
    let ledger = place.run(&server, &["ledger", "--output", "jsonl"]);
    assert_eq!(ledger.printed, ran.printed);
    let request = &server.requests()[0];
    let length: usize = request.header("content-length").unwrap().parse().unwrap();
    assert_eq!(length, request.body.len(), "its exact length is announced");
    let form = text(&request.body);
    for (name, value) in [
        ("purpose", "batch"),
        ("expires_after[anchor]", "created_at"),
        ("expires_after[seconds]", "604800"),
    ] {
        assert!(form.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}: {form}");
    }
}

/// Each line: how the service answers, what is claimed, the exit code, how many files are there.
#[test]
fn what_is_not_said_is_looked_for() {
    let status = |status| Says::Status(status, "");
    let stored = "stored after all: file_up0";
    let sum = sha256(lines(20).as_bytes());
    for (deed, claim, code, there) in [
        (done(), "stored: file_up0", 0, 1),
        (done().saying(Says::Closed), stored, 0, 1),
        (done().saying(status("500 Internal Server Error")), stored, 0, 1),
        (done().saying(status("502 Bad Gateway")), stored, 0, 1),
        (done().saying(Says::WithoutId), stored, 0, 1),
        (done().saying(Says::OfAnother), stored, 0, 1),
        (done().saying(Says::Words("stored")), stored, 0, 1),
        (done().undone().saying(Says::Closed), "not seen; upload again?", 1, 0),
        (
            done().undone().saying(status("500 Internal Server Error")),
            "not seen; upload again?",
            1,
            0,
        ),
        (done().undone().saying(status("409 Conflict")), "not stored: ", 1, 0),
        (done().undone().saying(status("413 Content Too Large")), "not stored: ", 1, 0),
        (done().undone().saying(status("400 Bad Request")), "not stored: ", 1, 0),
        (done().undone().saying(status("403 Forbidden")), "not stored: ", 1, 0),
        (done().undone().saying(status("401 Unauthorized")), "not stored: ", 3, 0),
    ] {
        let server = serve(deed);
        let place = Place::new();
        let ran = place.run(&server, &["upload", "a.jsonl", "--output", "jsonl"]);
        assert!(ran.said.contains(claim), "{deed:?}: {}", ran.said);
        let record: Value = serde_json::from_str(&ran.printed).unwrap();
        let is_stored = record["outcome"] == "uploaded";
        assert_eq!(is_stored, code == 0, "{record}");
        assert_eq!(record["sha256"] == sum.as_str(), is_stored, "{record}");
        assert_eq!(
            (ran.code, self::stored(&server).len()),
            (code, there),
            "{deed:?}: {}",
            ran.said
        );
        assert_eq!(posts(&server), 1, "{deed:?}: it is sent once");
    }
}

/// Its end was never sent, so that nobody can have it: it is not looked for, where another file of that name
/// and length might be found, made just now by somebody else.
#[test]
fn what_breaks_in_the_body_is_not_stored() {
    let content = vec![b'x'; 32 * 1_024 * 1_024];
    for says in [Says::Closed, Says::Status("500 Internal Server Error", "")] {
        let deed = done().undone().reading(1_000).saying(says);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let created_at = i64::try_from(now).unwrap() + 1;
        let other = Held { created_at, ..Held::new("other", "big.bin", content.clone()) };
        let server = Script::honest().dated().uploads(in_turn([deed])).serve([other]);
        let place = Place::new();
        fs::write(place.0.path().join("big.bin"), &content).unwrap();
        let arguments = ["upload", "big.bin", "--purpose", "user_data", "--output", "jsonl"];
        let ran = place.run(&server, &arguments);
        let claim = "not all of it was sent: nothing is stored";
        assert!(ran.code == 1 && ran.said.contains(claim), "{says:?}: {}", ran.said);
        let record: Value = serde_json::from_str(&ran.printed).unwrap();
        assert_eq!(record["outcome"], "failed", "{says:?}");
        assert!(record["id"].is_null(), "{record}");
        assert_eq!(server.told(), ["POST /v1/files"], "{says:?}");
    }
}

/// A service may keep a name as it stood in the form: it is found all the same.
#[test]
fn a_name_that_was_quoted_is_found_in_the_list() {
    let server = serve(done().saying(Says::Closed));
    let place = Place::new();
    place.write("q\"uote.jsonl", &lines(20));
    let ran = place.run(&server, &["upload", "q\"uote.jsonl"]);
    assert!(ran.code == 0 && ran.said.contains("stored after all: file_up0"), "{}", ran.said);
    server.files(|files| assert_eq!(files[0].filename, "q%22uote.jsonl"));
}

/// A service whose clock is ours: what it stores, it stores now.
fn serve(deed: Deed) -> Lying {
    Script::honest().dated().uploads(in_turn([deed])).serve([])
}

#[test]
fn it_is_sent_again_only_where_nobody_can_have_it() {
    let crowded = done().undone().saying(Says::Status("429 Too Many", "retry-after-ms: 5\r\n"));
    let server = Script::honest().uploads(in_turn([crowded, done()])).serve([]);
    let ran = Place::new().run(&server, &["upload", "a.jsonl"]);
    assert_eq!((ran.code, posts(&server)), (0, 2), "{}", ran.said);
    let long = done().undone().saying(Says::Status("429 Too Many", "Retry-After: 900\r\n"));
    let server = Script::honest().uploads(in_turn([long])).serve([]);
    let ran = Place::new().run(&server, &["upload", "a.jsonl"]);
    assert_eq!((ran.code, posts(&server)), (5, 1), "{}", ran.said);
    assert!(ran.said.contains("it asks to wait 900 s"), "{}", ran.said);
}

/// A rest that the service asks for counts for the next file as well; each line: how it answers the first files,
/// how many there are, what is sent, and how it ends.
#[test]
fn the_next_file_is_not_sent_before_the_service_wants_it() {
    let says = |status, head| done().undone().saying(Says::Status(status, head));
    let long = says("429 Too Many", "Retry-After: 900\r\n");
    let long_outage = says("503 Unavailable", "Retry-After: 900\r\n");
    let refused = says("401 Unauthorized", "");
    for (deeds, sent, code, words) in [
        (
            vec![long],
            1,
            5,
            "2 files not sent: the service answered 429 Too Many Requests: {}; it asks to wait 900 s",
        ),
        (
            vec![done(), long],
            2,
            1,
            "1 file not sent: the service answered 429 Too Many Requests: {}; it asks",
        ),
        (
            vec![long_outage],
            1,
            1,
            "2 files not sent: the service answered 503 Service Unavailable: {}; it asks",
        ),
        (vec![refused], 1, 3, "2 files not sent: "),
        (vec![done()], 3, 0, "3 stored"),
    ] {
        let server = Script::honest()
            .uploads(move |number, _| *deeds.get(number).unwrap_or(&done()))
            .serve([]);
        let place = Place::new();
        place.write("b.jsonl", &lines(20));
        place.write("c.jsonl", &lines(20));
        let ran =
            place.run(&server, &["upload", "a.jsonl", "b.jsonl", "c.jsonl", "--output", "jsonl"]);
        assert_eq!((posts(&server), ran.code), (sent, code), "{words}: {}", ran.said);
        assert_eq!(ran.said.matches(words).count(), 1, "{words}: {}", ran.said);
        assert_eq!(ran.printed.lines().count(), 3, "a record a file: {}", ran.printed);
    }
}

/// The list is not looked at before the service wants it, nor is the next file sent.
#[test]
fn a_short_rest_is_taken_between_the_files() {
    let rests = Says::Status("503 Unavailable", "retry-after-ms: 60\r\n");
    let moments = std::sync::Arc::new(std::sync::Mutex::new(vec![]));
    let notes = std::sync::Arc::clone(&moments);
    let server = Script::honest()
        .dated()
        .uploads(in_turn([done().saying(rests), done()]))
        .first(move |_, _| {
            notes.lock().unwrap().push(std::time::Instant::now());
            None
        })
        .serve([]);
    let place = Place::new();
    place.write("b.jsonl", &lines(20));
    let ran = place.run(&server, &["upload", "a.jsonl", "b.jsonl"]);
    assert_eq!((ran.code, posts(&server)), (0, 2), "{}", ran.said);
    let moments = moments.lock().unwrap();
    // Never sooner; how much later depends on the machine.
    let apart = moments[1].duration_since(moments[0]);
    assert!(apart >= std::time::Duration::from_millis(60), "{apart:?}");
}

/// Of what the list does not say, nothing is made: neither that it is stored nor that it is not.
#[test]
fn where_the_list_does_not_say_enough_it_may_have_been_stored() {
    let body = |created_at: &str| {
        let bytes = lines(20).len();
        format!(
            r#"{{"object":"list","data":[{{"id":"file_x","filename":"a.jsonl","bytes":{bytes},
            "created_at":{created_at}}}],"has_more":false}}"#
        )
    };
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let table = [
        (date, "null", "it may be file_x: the service does not say when it was made"),
        ("", "784111777", "it may be file_x: the service does not say what its clock shows"),
        ("", "4102444799", "stored after all: file_x"),
        (date, "784111777", "stored after all: file_x"),
        (date, "784111000", "not seen; upload again?"),
    ];
    std::thread::scope(|scope| {
        for (date, created_at, claim) in table {
            let page = body(created_at);
            scope.spawn(move || {
                let server = Script::honest()
                    .uploads(in_turn([done().undone().saying(Says::Closed)]))
                    .first(move |_, request| {
                        let lists = request.line.starts_with("GET /v1/files");
                        lists.then(|| answer("200 OK", date, &page))
                    })
                    .serve([]);
                let ran = Place::new().run(&server, &["upload", "a.jsonl"]);
                assert!(ran.said.contains(claim), "{claim}: {}", ran.said);
                assert_eq!(ran.code, i32::from(!claim.starts_with("stored")), "{}", ran.said);
            });
        }
    });
}

/// A list that does not say whether it goes on is read until nothing new comes, and one that goes round
/// in a circle is not read for ever.
#[test]
fn it_is_looked_for_as_far_as_the_list_goes() {
    let page = |ids: &[&str], more: &str| {
        let file = |id: &&str| format!(r#"{{"id":"{id}","filename":"b.jsonl","bytes":1}}"#);
        let files: Vec<String> = ids.iter().map(file).collect();
        let body = format!(r#"{{"object":"list","data":[{}]{more}}}"#, files.join(","));
        Some(answer("200 OK", "", &body))
    };
    let has_more = r#","has_more":true"#;
    for (circles, claim, code) in
        [(false, "stored after all: file_up0", 0), (true, "sends nothing new", 1)]
    {
        let server = Script::honest()
            .dated()
            .uploads(in_turn([done().saying(Says::Closed)]))
            .first(move |_, request| {
                let cursor = request.line.strip_prefix("GET /v1/files?")?.split_once("after=");
                match cursor.map(|(_, id)| id) {
                    Some("file_a") if circles => page(&["file_b"], has_more),
                    _ if circles => page(&["file_a"], has_more),
                    None => page(&["file_old"], ""),
                    Some(_) => None,
                }
            })
            .serve([Held::new("file_old", "b.jsonl", "{")]);
        let ran = Place::new().run(&server, &["upload", "a.jsonl"]);
        assert!(ran.said.contains(claim), "{}", ran.said);
        assert_eq!(ran.code, code, "{}", ran.said);
        assert!(server.requests().len() <= 4, "{:?}", server.told());
    }
}

#[test]
fn of_two_that_may_be_it_both_are_named() {
    let now =
        i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let other = Held { created_at: now + 3_600, ..Held::new("file_other", "a.jsonl", lines(20)) };
    let script = Script::honest().dated().uploads(in_turn([done().saying(Says::Closed)]));
    let server = script.serve([other]);
    let ran = Place::new().run(&server, &["upload", "a.jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(ran.said.contains("two match: file_other, file_up0"), "{}", ran.said);
}

#[test]
fn where_the_list_cannot_be_read_it_may_have_been_stored() {
    let server = Script::honest()
        .uploads(in_turn([done().saying(Says::Closed)]))
        .first(|_, request| {
            let lists = request.line.starts_with("GET /v1/files");
            lists.then(|| answer("404 Not Found", "", "{}"))
        })
        .serve([]);
    let ran = Place::new().run(&server, &["upload", "a.jsonl", "--output", "jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(ran.said.contains("may have been stored"), "{}", ran.said);
    let record: Value = serde_json::from_str(&ran.printed).unwrap();
    assert_eq!(record["outcome"], "unknown");
}

/// What may have been stored is more than nothing.
#[test]
fn a_key_that_is_refused_behind_what_may_be_stored_is_a_failure() {
    let refused = done().undone().saying(Says::Status("401 Unauthorized", ""));
    let server = Script::honest()
        .uploads(in_turn([done().saying(Says::Closed), refused]))
        .first(|_, request| {
            let lists = request.line.starts_with("GET /v1/files");
            lists.then(|| answer("404 Not Found", "", "{}"))
        })
        .serve([]);
    let place = Place::new();
    place.write("b.jsonl", &lines(20));
    let ran = place.run(&server, &["upload", "a.jsonl", "b.jsonl"]);
    assert!(ran.said.contains("may have been stored"), "{}", ran.said);
    assert_eq!((ran.code, posts(&server)), (1, 2), "{}", ran.said);
}

/// A dry run lists what would be sent, on standard output and nowhere else, as lines or as records.
#[test]
fn a_dry_run_lists_what_would_be_sent_in_either_form() {
    let server = Script::honest().serve([]);
    let place = Place::new();
    place.write("double.jsonl", &(lines(20) + &lines(1)));
    let arguments = ["upload", "double.jsonl", "a.jsonl", "nowhere.jsonl", "--dry-run", "--quiet"];
    let plain = place.run(&server, &arguments);
    assert_eq!(plain.code, 1, "{}", plain.said);
    assert_eq!(plain.printed.lines().count(), 1, "{}", plain.printed);
    assert!(plain.printed.ends_with("/a.jsonl\n") && plain.printed.contains("KiB"));
    let records = place.run(&server, &[&arguments[..], &["--output", "jsonl"]].concat());
    assert_eq!(records.code, 1, "{}", records.said);
    let records: Vec<Value> =
        records.printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&str, &str)> = records
        .iter()
        .map(|record| {
            assert!(record["path"].as_str().unwrap().starts_with('/'), "{record}");
            (record["filename"].as_str().unwrap(), record["outcome"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [("double.jsonl", "failed"), ("a.jsonl", "planned"), ("nowhere.jsonl", "failed")]
    );
    assert_eq!(records[0]["error"], "it has 1 error");
    assert_eq!(records[1]["bytes"], lines(20).len());
    assert!(server.requests().is_empty());
    let ledger = place.run(&server, &["ledger"]);
    assert_eq!(ledger.printed, "");
}

/// What cannot be printed is a failure, also where all was done.
#[test]
fn records_that_nobody_gets_are_a_failure() {
    for dry in [&[][..], &["--dry-run"]] {
        let server = Script::honest().serve([]);
        let place = Place::new();
        let arguments = [&["upload", "a.jsonl", "--output", "jsonl"], dry].concat();
        let mut command = place.command(&server.url, &arguments);
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("the records cannot be printed: "), "{said}");
        assert_eq!(stored(&server).len(), usize::from(dry.is_empty()));
    }
}

#[test]
fn what_is_not_sound_is_not_sent() {
    let server = Script::honest().serve([]);
    let place = Place::new();
    place.write("double.jsonl", &(lines(20) + &lines(1)));
    fs::create_dir(place.0.path().join("folder")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        place.0.path().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    for (arguments, code, words) in [
        (&["upload", "double.jsonl"][..], 1, "duplicate_custom_id"),
        (&["upload", "double.jsonl", "--dry-run"], 1, "duplicate_custom_id"),
        (&["upload", "folder"], 1, "it is a folder, not a file"),
        (&["upload", "pipe"], 1, "it is a pipe, not a file"),
        (&["upload", "nowhere.jsonl"], 1, "No such file"),
        (&["upload", "-"], 2, "standard input cannot be uploaded"),
        (&["upload", "a.jsonl", "--expires-in", "10m"], 2, "from 1h to 30d"),
        (&["upload", "a.jsonl", "--purpose", ""], 2, "a word is allowed, such as batch"),
        (&["upload", "a.jsonl", "--purpose", "a b\""], 2, "a word is allowed, such as batch"),
        (&["upload", "a.jsonl", "--purpose", "a\nb"], 2, "a word is allowed, such as batch"),
        (&["validate", "double.jsonl", "--purpose", ""], 2, "a word is allowed, such as batch"),
        (&["upload", "a.jsonl", "--read-only"], 2, "which is off by --read-only"),
        (&["upload", "a.jsonl", "--dry-run"], 0, "20 lines"),
    ] {
        let ran = place.run(&server, arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.said);
        assert!(ran.said.contains(words), "{arguments:?}: {}", ran.said);
        assert_eq!(posts(&server), 0, "{arguments:?}");
    }
    // One that is not does not keep the others.
    let ran = place.run(&server, &["upload", "double.jsonl", "a.jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert_eq!(stored(&server).len(), 1);
    assert!(ran.said.contains("1 stored · 1 not"), "{}", ran.said);
}

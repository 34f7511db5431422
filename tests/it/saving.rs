//! Saving files with the real binary, from servers that are honest and from servers that lie: what is
//! on the disk afterwards, what is said, and what was asked for.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use shelflife::demo::Options;

use crate::support::binary::text;
use crate::support::content::{Answer, honest, instead};
use crate::support::demo::Demo;
use crate::support::fault::{Fault, answer};
use crate::support::lying::{Held, Lying, Script, in_turn};
use crate::support::place::{ID, NAME, Place, begin, bytes, file, names, outcomes};
use crate::support::wait_until;

fn serve<const N: usize>(file: Held, answers: [Answer; N]) -> Lying {
    Script::honest().contents(in_turn(answers)).serve([file])
}

/// What was asked for of the content.
fn asked(server: &Lying) -> Vec<String> {
    let path = format!("GET /v1/files/{ID}/content");
    let told = server.told();
    told.iter().filter_map(|told| told.strip_prefix(&path)).map(|part| part.trim().into()).collect()
}

#[test]
fn a_file_is_saved_with_its_proof_for_its_owner_alone() {
    let server = serve(file(), [honest()]);
    let place = Place::new();
    let output = place.run(&server.url, &["download", ID, "--to", "to", "--output", "jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let path = place.to().join(NAME);
    assert_eq!(fs::read(&path).unwrap(), bytes());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(place.names(), [NAME]);
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sum = Command::new("sha256sum").arg(&path).output().unwrap();
    assert_eq!(record["sha256"].as_str().unwrap(), text(&sum.stdout).split(' ').next().unwrap());
    assert_eq!(record["path"].as_str().unwrap(), path.canonicalize().unwrap().to_str().unwrap());
    let said = ["outcome", "id", "filename", "proof"].map(|name| record[name].as_str().unwrap());
    assert_eq!(said, ["saved", ID, NAME, "complete"]);
    let said = text(&output.stderr);
    assert!(said.contains("saving 1 file, 195.31 KiB, to "), "{said}");
    assert!(said.contains("batch-output.jsonl · 195.31 KiB · complete\n"), "{said}");
    let requests = server.requests();
    let content = requests.iter().find(|request| request.line.ends_with("/content")).unwrap();
    assert_eq!(content.header("accept-encoding"), Some("identity"));
    // It is known afterwards, whatever folder is named, and nothing is asked for.
    let before = server.told().len();
    let output = place.run(&server.url, &["download", ID, "--to", "elsewhere"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("already saved: "), "{}", text(&output.stderr));
    assert_eq!(server.told().len(), before);
    // What was moved away is not saved any more; `--again` takes it in any case.
    fs::rename(&path, place.folder.path().join("moved")).unwrap();
    assert_eq!(place.download(&server.url).0, 0);
    let output = place.run(&server.url, &["download", ID, "--to", "to", "--again"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(place.names(), [NAME, BESIDE]);
}

/// Bytes of the content after which it breaks off in the middle.
const CUT: usize = 150_000;
/// The name of the same file beside another one.
const BESIDE: &str = "batch-output~5678abcd.jsonl";

/// Has a download killed after so many bytes of its first answer.
fn kill_after(place: &Place, server: &Lying, bytes: usize) {
    let mut child = begin(place, &server.url, bytes as u64);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// An id that is given twice is one file: asked about, saved and counted once, and known once.
#[test]
fn an_id_that_is_given_twice_is_one_file() {
    let server = serve(file(), [honest()]);
    let place = Place::new();
    for outcome in ["saved", "already_saved"] {
        let arguments = ["download", ID, ID, "--to", "to", "--output", "jsonl"];
        let output = place.run(&server.url, &arguments);
        let said = text(&output.stderr);
        assert_eq!(outcomes(&output), [(ID.to_owned(), outcome.to_owned())], "{said}");
    }
    let asked = format!("/v1/files/{ID}");
    assert_eq!(server.told().iter().filter(|told| told.ends_with(&asked)).count(), 1);
    let dry = place.run(&server.url, &["download", ID, ID, "--again", "--dry-run"]);
    assert_eq!(text(&dry.stdout).matches(NAME).count(), 1, "{}", text(&dry.stdout));
}

/// What is saved is printed from this machine, whatever has become of the service, and only where it is what
/// was saved.
#[test]
fn the_content_of_a_saved_file_is_read_from_the_disk() {
    let comes_again = Arc::new(AtomicBool::new(false));
    let another = Arc::clone(&comes_again);
    let server = Script::honest()
        .contents(in_turn([honest(), honest(), honest()]))
        .first(move |_, request| {
            let is_asked = request.line == format!("GET /v1/files/{ID}");
            let described = format!(r#"{{"id":"{ID}","bytes":200000,"created_at":1800000000}}"#);
            (is_asked && another.load(Ordering::SeqCst)).then(|| answer("200 OK", "", &described))
        })
        .serve([file()]);
    let place = Place::new();
    assert_eq!(place.download(&server.url).0, 0);
    let content =
        |arguments: &[&str]| place.run(&server.url, &[&["content", ID], arguments].concat());
    for (arguments, expected) in [
        (&[][..], &bytes()[..]),
        (&["--bytes", "100-299"], &bytes()[100..300]),
        (&["--bytes", "199990-"], &bytes()[199_990..]),
        (&["--bytes", "-7"], &bytes()[199_993..]),
        (&["--bytes", "199999-999999"], &bytes()[199_999..]),
        (&["--lines", "1"], bytes().split_inclusive(|byte| *byte == b'\n').next().unwrap()),
    ] {
        let output = content(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout == expected, "{arguments:?}");
        assert_eq!(text(&output.stderr), "");
    }
    let outside = content(&["--bytes", "200000-"]);
    assert_eq!((outside.status.code(), outside.stdout.len()), (Some(1), 0));
    assert_eq!(asked_in_all(&server), 1);
    // As long as before, and another one: it is not what was saved.
    let path = place.to().join(NAME);
    fs::write(&path, vec![b'x'; bytes().len()]).unwrap();
    assert!(content(&[]).stdout == bytes());
    assert_eq!(asked_in_all(&server), 2);
    // The id came again, for another file of the same length.
    fs::write(&path, bytes()).unwrap();
    comes_again.store(true, Ordering::SeqCst);
    assert!(content(&[]).stdout == bytes());
    assert_eq!(asked_in_all(&server), 3);
    // It was saved, and nothing listens any more; the address is what it was.
    let url = server.url.clone();
    drop(server);
    let output = place.run(&url, &["content", ID]);
    assert!(output.status.code() == Some(0) && output.stdout == bytes());
}

/// Whichever of its copies lies there.
#[test]
fn a_file_is_saved_as_long_as_one_of_its_copies_lies_there() {
    let server = serve(file(), [honest(), honest()]);
    let place = Place::new();
    for arguments in [&["--to", "to"][..], &["--to", "elsewhere", "--again"]] {
        let arguments = [&["download", ID][..], arguments].concat();
        assert_eq!(place.run(&server.url, &arguments).status.code(), Some(0));
    }
    fs::remove_dir_all(place.folder.path().join("elsewhere")).unwrap();
    for arguments in [&["download", ID][..], &["download", "--filter", "saved"]] {
        let output = place.run(&server.url, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let path = place.to().join(NAME).canonicalize().unwrap();
        let said = format!("already saved: {}", path.display());
        assert!(text(&output.stderr).contains(&said), "{}", text(&output.stderr));
    }
    assert_eq!(asked(&server).len(), 2);
}

/// operations.md §1.3, row by row: each begins with a content that breaks off after 150,000 bytes, or with a
/// program that is killed there; the same run goes on, or the next one.
#[test]
fn what_broke_off_goes_on_only_where_it_is_sure_to_fit() {
    let from = "bytes=150000- if \"v1\"";
    let seam = "bytes=84464-";
    let cut = || honest().cut(CUT);
    let plain = || honest().no_etag();
    let short = || honest().only(20_000).chunked();
    let page = || instead("200 OK", "<!doctype html><title>Sign in</title>");
    let cases: [(&str, Answer, Answer, &[&str]); 15] = [
        ("a page for people in between", cut(), page(), &["", from, from]),
        ("fewer bytes than its range says", cut(), short(), &["", from, ""]),
        ("goes on", cut(), honest(), &["", from]),
        ("another offset", cut(), honest().shifted(7), &["", from, ""]),
        ("another total", cut(), honest().total("200001"), &["", from, ""]),
        ("no total any more", cut(), honest().total("*"), &["", from, ""]),
        ("ranges ignored", cut(), honest().no_ranges(), &["", from]),
        ("another validator", cut(), honest().etag("\"v2\""), &["", from]),
        ("no validator any more", cut(), honest().no_etag(), &["", from]),
        ("outside, of another length", cut(), honest().outside(Some(9)), &["", from, ""]),
        ("outside, of no length", cut(), honest().outside(None), &["", from, ""]),
        ("compressed", cut(), honest().gzip(), &["", from, ""]),
        ("weak from the start", cut().etag("W/\"v1\""), honest().etag("W/\"v1\""), &["", seam, ""]),
        ("never a validator", cut().no_etag(), plain(), &["", seam]),
        ("never one, ranges ignored", cut().no_etag(), plain().no_ranges(), &["", seam]),
    ];
    let cases = cases.into_iter().flat_map(|(what, first, second, expected)| {
        let killed = first.clone().stall(CUT);
        [(what, first, second.clone(), expected, false), (what, killed, second, expected, true)]
    });
    std::thread::scope(|scope| {
        for (what, first, second, expected, is_killed) in cases {
            scope.spawn(move || {
                let server = serve(file(), [first, second, honest()]);
                let place = Place::new();
                if is_killed {
                    kill_after(&place, &server, CUT);
                }
                let (code, said) = place.download(&server.url);
                let what = format!("{what}, killed: {is_killed}");
                assert_eq!(code, 0, "{what}: {said}");
                assert_eq!(asked(&server), expected, "{what}: {said}");
                assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes(), "{what}");
                assert_eq!(place.names(), [NAME], "{what}");
            });
        }
    });
}

/// The row of what lies behind the end: all of it came, and nobody had time to say so.
#[test]
fn what_came_to_its_last_byte_is_not_asked_for_again() {
    let all = bytes().len();
    for (what, first, is_killed) in [
        ("killed", honest().chunked().stall(all), true),
        ("cut", honest().chunked().cut(all), false),
    ] {
        let server = serve(file(), [first, honest()]);
        let place = Place::new();
        if is_killed {
            kill_after(&place, &server, all);
        }
        let (code, said) = place.download(&server.url);
        assert_eq!((code, place.names()), (0, vec![NAME.to_owned()]), "{what}: {said}");
        assert_eq!(asked(&server), ["", "bytes=200000- if \"v1\""], "{what}: {said}");
        assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes(), "{what}");
    }
}

/// The row of refusals, and hazards of operations 8: what came is kept, the cause is named, and where the
/// file is there again, it goes on behind that.
#[test]
fn what_is_refused_in_the_middle_keeps_what_came_and_names_the_cause() {
    let kept = "146.48 KiB of 195.31 KiB kept";
    // The answer, whether the time of the file is over, the exit code, what is said.
    let cases = [
        ("410 Gone", false, 1, format!("expired while downloading: {kept}")),
        ("404 Not Found", true, 1, format!("expired while downloading: {kept}")),
        ("404 Not Found", false, 1, format!("gone while downloading: {kept}")),
        ("403 Forbidden", false, 1, "denies permission (403)".to_owned()),
        ("401 Unauthorized", false, 3, "refused the key".to_owned()),
    ];
    let cases = cases.into_iter().flat_map(|case| [(case.clone(), false), (case, true)]);
    std::thread::scope(|scope| {
        for ((status, is_over, code, words), is_killed) in cases {
            scope.spawn(move || {
                let expires_at = Some(if is_over { 1_700_000_001 } else { 4_102_444_800 });
                let file = Held { expires_at, ..file() };
                let first = if is_killed { honest().stall(CUT) } else { honest().cut(CUT) };
                let refused = instead(status, r#"{"error":{"message":"no"}}"#);
                let server = serve(file, [first, refused, honest()]);
                let place = Place::new();
                if is_killed {
                    kill_after(&place, &server, CUT);
                }
                let output =
                    place.run(&server.url, &["download", "--filter", "batch", "--to", "to"]);
                let said = text(&output.stderr);
                let what = format!("{status} {is_over} {is_killed}: {said}");
                assert_eq!(output.status.code(), Some(code), "{what}");
                assert!(said.contains(&words), "{words}: {what}");
                let part = format!("{NAME}.part");
                assert_eq!(place.names(), [part.clone(), format!("{part}.json")], "{what}");
                assert_eq!(fs::read(place.to().join(part)).unwrap(), bytes()[..CUT], "{what}");
                let (code, said) = place.download(&server.url);
                assert_eq!(code, 0, "{what}: {said}");
                let from = "bytes=150000- if \"v1\"";
                assert_eq!(asked(&server), ["", from, from], "{what}");
                assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes(), "{what}");
            });
        }
    });
}

/// Hazards of operations 11: a file that appears under the name while the content comes stays, and what
/// came lies beside it.
#[test]
fn a_name_that_is_taken_meanwhile_is_not_taken_away() {
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let server = Script::honest()
        .contents(move |_, _| {
            let _ = gate.lock().unwrap().recv();
            honest()
        })
        .serve([file()]);
    let place = Place::new();
    let mut command = place.command(&server.url, &["download", ID, "--to", "to"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the content is asked for", || asked_in_all(&server) == 1);
    fs::write(place.to().join(NAME), "precious").unwrap();
    release.send(()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let other = BESIDE;
    assert_eq!(place.names(), [NAME, other]);
    assert_eq!(fs::read_to_string(place.to().join(NAME)).unwrap(), "precious");
    assert_eq!(fs::read(place.to().join(other)).unwrap(), bytes());
    let ledger = place.run(&server.url, &["ledger", "--output", "jsonl"]);
    assert!(text(&ledger.stdout).contains(other), "{}", text(&ledger.stdout));
}

/// Without a validator, the bytes at the seam have to be the same.
#[test]
fn a_seam_that_differs_begins_from_zero() {
    let place = Place::new();
    let stalling = serve(file(), [honest().no_etag().stall(150_000)]);
    let mut child = begin(&place, &stalling.url, 150_000);
    child.kill().unwrap();
    child.wait().unwrap();
    let part = place.to().join(format!("{NAME}.part"));
    let mut held = fs::read(&part).unwrap();
    let last = held.len() - 10;
    held[last] ^= 1;
    fs::write(&part, held).unwrap();
    let sidecar = place.to().join(format!("{NAME}.part.json"));
    let known = fs::read_to_string(&sidecar).unwrap();
    let honest = serve(file(), [honest().no_etag()]);
    fs::write(&sidecar, known.replace(&stalling.url, &honest.url)).unwrap();
    let (code, said) = place.download(&honest.url);
    assert_eq!((code, asked(&honest).len()), (0, 2), "{said}");
    assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes());
}

/// hazards A 12 and 13: killed at any moment, it goes on where it was, and ends with the same bytes.
#[test]
fn whatever_kills_it_the_next_run_goes_on() {
    std::thread::scope(|scope| {
        for n in 0..10 {
            scope.spawn(move || {
                let there = 20 + n * 19_997;
                let kept = usize::try_from(there).unwrap();
                let stalls = honest().stall(kept);
                let server = serve(file(), [stalls, honest()]);
                let place = Place::new();
                let mut child = begin(&place, &server.url, there);
                child.kill().unwrap();
                child.wait().unwrap();
                let (code, said) = place.download(&server.url);
                assert_eq!(code, 0, "{there}: {said}");
                let from = format!("bytes={there}- if \"v1\"");
                assert_eq!(asked(&server), ["", &from], "{said}");
                assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes(), "{there}");
                assert_eq!(place.names(), [NAME], "{there}");
            });
        }
    });
}

/// Killed between the name and the ledger, it is not taken again: the next run makes up for it.
#[test]
fn what_was_whole_when_it_was_killed_is_known_afterwards() {
    let server = serve(file(), [honest(), honest(), honest(), honest()]);
    let place = Place::new();
    assert_eq!(place.download(&server.url).0, 0);
    let ledger = place.run(&server.url, &["ledger", "--output", "jsonl"]);
    let record: Value = serde_json::from_slice(&ledger.stdout).unwrap();
    fs::remove_dir_all(place.folder.path().join("state")).unwrap();
    let known = serde_json::json!({
        "v": 1, "base_url": server.url, "id": ID, "bytes": 200_000, "created_at": 1_700_000_000,
        "etag": "\"v1\"", "received": 200_000, "started": 1, "pid": 1,
        "finished": {"name": NAME, "bytes": 200_000, "sha256": record["sha256"], "proof": "complete"},
    });
    fs::write(place.to().join(format!("{NAME}.part.json")), known.to_string()).unwrap();
    let (code, said) = place.download(&server.url);
    assert_eq!((code, asked(&server).len()), (0, 1), "{said}");
    assert_eq!(place.names(), [NAME]);
    let again = place.run(&server.url, &["ledger", "--output", "jsonl"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&again["sha256"], &again["path"]), (&record["sha256"], &record["path"]));

    // Where other bytes lie there, as many of them, nothing is made up: it is taken, beside them.
    let forget = || fs::remove_dir_all(place.folder.path().join("state")).unwrap();
    let finish = || fs::write(place.to().join(format!("{NAME}.part.json")), known.to_string());
    forget();
    finish().unwrap();
    fs::write(place.to().join(NAME), vec![b'x'; 200_000]).unwrap();
    let (code, said) = place.download(&server.url);
    assert_eq!((code, asked(&server).len()), (0, 2), "{said}");
    assert_eq!(fs::read(place.to().join(NAME)).unwrap(), vec![b'x'; 200_000]);
    assert_eq!(fs::read(place.to().join(BESIDE)).unwrap(), bytes());

    // What was whole was another file, made at another moment: nothing is made up.
    forget();
    fs::remove_file(place.to().join(BESIDE)).unwrap();
    fs::write(place.to().join(NAME), bytes()).unwrap();
    let mut other = known.clone();
    other["created_at"] = 1_600_000_000.into();
    fs::write(place.to().join(format!("{NAME}.part.json")), other.to_string()).unwrap();
    let (code, said) = place.download(&server.url);
    assert_eq!((code, asked(&server).len()), (0, 3), "{said}");
    assert_eq!(fs::read(place.to().join(BESIDE)).unwrap(), bytes());

    // Asked for again, it is taken again.
    forget();
    fs::remove_file(place.to().join(BESIDE)).unwrap();
    fs::write(place.to().join(NAME), bytes()).unwrap();
    finish().unwrap();
    let to = place.to().display().to_string();
    let output = place.run(&server.url, &["download", ID, "--to", &to, "--again"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        (asked(&server).len(), place.names()),
        (4, vec![NAME.to_owned(), BESIDE.to_owned()])
    );
}

/// SIGTERM ends it within a second, and what came stays.
#[test]
fn what_came_stays_when_it_is_told_to_end() {
    let server = serve(file(), [honest().stall(120_000)]);
    let place = Place::new();
    let mut child = begin(&place, &server.url, 120_000);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let (part, sidecar) = (format!("{NAME}.part"), format!("{NAME}.part.json"));
    assert_eq!(place.names(), [part.as_str(), sidecar.as_str()]);
    assert_eq!(fs::read(place.to().join(part)).unwrap(), bytes()[..120_000]);
    let known: Value =
        serde_json::from_slice(&fs::read(place.to().join(sidecar)).unwrap()).unwrap();
    assert_eq!((known["id"].as_str(), known["etag"].as_str()), (Some(ID), Some("\"v1\"")));
}

/// operations.md §1.2 and §5: what is not whole never has the name, and says why.
#[test]
fn what_is_not_whole_never_has_the_name() {
    let (all, none) = (Some(200_000), None);
    let error = r#"{"error":{"message":"file is being moved","code":503}}"#;
    let page = "<!doctype html><html><head><title>Sign in</title></head></html>";
    let writes = || honest().header("X-Incomplete: true").header("X-Last-Line: 17");
    // What is listed, the answer, what is said, whether a part stays.
    let cases: [(&str, Option<u64>, Answer, &str, bool); 10] = [
        (
            "clean end too early",
            all,
            honest().only(99_990).chunked().no_ranges(),
            "it ended after 97.65 KiB",
            true,
        ),
        (
            "no length, broken line",
            none,
            honest().only(99_995).chunked().no_ranges(),
            "breaks off",
            true,
        ),
        (
            "closed, broken line",
            none,
            honest().only(99_995).until_closed().no_ranges(),
            "breaks off",
            true,
        ),
        ("being written", all, writes(), "still being written: 17 lines so far", false),
        ("an error", all, instead("200 OK", error), "file is being moved", false),
        ("an error, no length", none, instead("200 OK", error), "file is being moved", false),
        ("a page", all, instead("200 OK", page), "Sign in", false),
        ("longer than listed", Some(150_000), honest().chunked(), "195.31 KiB", false),
        ("announced otherwise", Some(150_000), honest(), "announces 195.31 KiB", false),
        ("listed as nothing", Some(0), honest(), "announces 195.31 KiB", false),
    ];
    std::thread::scope(|scope| {
        for (what, listed, answer, words, stays) in cases {
            scope.spawn(move || {
                let server = serve(file().listed(listed), [answer]);
                let place = Place::new();
                let (code, said) = place.download(&server.url);
                assert_eq!(code, 1, "{what}: {said}");
                assert!(said.contains(words), "{what}: {said}");
                let part = format!("{NAME}.part");
                let expected: &[&str] = if stays { &[&part, &format!("{part}.json")] } else { &[] };
                assert_eq!(place.names(), expected, "{what}: {said}");
            });
        }
    });
}

#[test]
fn what_proves_that_it_is_whole_is_named() {
    let (all, none) = (Some(200_000), None);
    let broken = b"{\"a\":1}\n{\"b\":2}".to_vec();
    for (listed, content, answer, proof) in [
        (all, bytes(), honest(), "complete"),
        (all, bytes(), honest().chunked(), "complete, size as listed"),
        (none, bytes(), honest(), "complete, length as announced"),
        (none, bytes(), honest().chunked(), "length unknown, 20,000 lines, last line complete"),
        (none, broken, honest().until_closed(), "length unknown, 2 lines, last line complete"),
        (all, bytes(), honest().gzip().chunked(), "complete, size as listed"),
        (Some(0), vec![], honest(), "complete"),
    ] {
        let held = Held::new(ID, NAME, content.clone()).listed(listed);
        let server = serve(held, [answer]);
        let place = Place::new();
        let (code, said) = place.download(&server.url);
        assert_eq!(code, 0, "{proof}: {said}");
        assert!(said.contains(&format!(" · {proof}\n")), "{proof}: {said}");
        assert_eq!(fs::read(place.to().join(NAME)).unwrap(), content, "{proof}");
    }
    let server = serve(file().listed(Some(7)), [honest()]);
    let place = Place::new();
    let arguments = ["download", ID, "--to", "to", "--trust-length"];
    assert_eq!(place.run(&server.url, &arguments).status.code(), Some(0));
}

/// hazards A 10 and 11.
#[test]
fn no_name_leaves_the_folder_and_nothing_is_overwritten() {
    for (filename, expected) in [
        ("../../.ssh/authorized_keys", "%2E.%2F..%2F.ssh%2Fauthorized_keys"),
        ("/etc/x", "%2Fetc%2Fx"),
        ("-rf", "%2Drf"),
        ("~", "%7E"),
        ("..", "%2E%2E"),
        ("", ID),
        ("a\u{0}b\u{1b}[2J", "a%00b%1B[2J"),
        ("x.jsonl.part", "x.jsonl%2Epart"),
    ] {
        let server = serve(Held::new(ID, filename, "x\n"), [honest()]);
        let place = Place::new();
        let (code, said) = place.download(&server.url);
        assert_eq!(code, 0, "{filename:?}: {said}");
        assert!(!said.contains('\u{1b}') && !said.contains('\0'), "{said:?}");
        assert_eq!(place.names(), [expected]);
        assert_eq!(names(place.folder.path()), ["state", "to"]);
    }
    let other = BESIDE;
    for taken in ["a file", "a link", "a dangling link", "a folder", "a part of somebody else"] {
        let place = Place::new();
        fs::create_dir(place.to()).unwrap();
        let precious = place.folder.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        let at = place.to().join(NAME);
        let part = place.to().join(format!("{NAME}.part"));
        match taken {
            "a file" => fs::write(&at, "precious").unwrap(),
            "a link" => symlink(&precious, &at).unwrap(),
            "a dangling link" => symlink(place.folder.path().join("no"), &at).unwrap(),
            "a folder" => fs::create_dir(&at).unwrap(),
            _ => fs::write(&part, "precious").unwrap(),
        }
        let server = serve(file(), [honest()]);
        let (code, said) = place.download(&server.url);
        assert_eq!(code, 0, "{taken}: {said}");
        assert_eq!(fs::read(place.to().join(other)).unwrap(), bytes(), "{taken}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        match taken {
            "a file" => assert_eq!(fs::read_to_string(&at).unwrap(), "precious"),
            "a part of somebody else" => assert_eq!(fs::read_to_string(&part).unwrap(), "precious"),
            _ => {}
        }
        assert!(!place.folder.path().join("no").exists());
    }
    // A link as the folder itself is followed: it is the operator's.
    let place = Place::new();
    fs::create_dir(place.folder.path().join("real")).unwrap();
    symlink(place.folder.path().join("real"), place.to()).unwrap();
    let server = serve(file(), [honest()]);
    assert_eq!(place.download(&server.url).0, 0);
    assert_eq!(names(&place.folder.path().join("real")), [NAME]);
}

/// operations.md §5, 13: whoever sets the limit, it is said how much is wanted, and what came stays.
#[test]
fn a_limit_says_how_much_is_wanted_and_keeps_what_came() {
    let server = serve(file(), [honest().no_etag()]);
    let place = Place::new();
    let run = |limit: &str| {
        let program = place.command(&server.url, &["download", ID, "--to", "to"]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -f {limit}; exec \"$0\" \"$@\"")]);
        shell.arg(program.get_program()).args(program.get_args());
        shell.env_clear().current_dir(place.folder.path());
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.output().unwrap()
    };
    // In blocks of 512 or 1,024 bytes, as the shell has them: less than the file in any case.
    let output = run("100");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no file may be as long there: ") && said.contains(" wanted"), "{said}");
    assert!(!said.contains(": 0 B more"), "{said}");
    let part = format!("{NAME}.part");
    assert_eq!(place.names(), [part.as_str(), &format!("{part}.json")]);
    let kept = fs::metadata(place.to().join(&part)).unwrap().len();
    assert!((1..200_000).contains(&kept), "{kept}");
    let (code, said) = place.download(&server.url);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read(place.to().join(NAME)).unwrap(), bytes());
}

#[test]
fn without_a_folder_it_goes_where_the_configuration_says() {
    let server = serve(file(), [honest()]);
    let place = Place::new();
    let config = place.folder.path().join("config/shelflife");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "downloads = \"there\"\n").unwrap();
    let mut command = place.command(&server.url, &["download", ID]);
    let output = command.env("XDG_CONFIG_HOME", config.parent().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(names(&place.folder.path().join("there")), [NAME]);
}

/// A filter that is misspelt is not told to be all saved.
#[test]
fn a_rescue_of_nothing_says_why_it_is_nothing() {
    let server = serve(file(), [honest()]);
    let place = Place::new();
    for (arguments, said) in [
        (&["rescue"][..], "nothing to rescue: nothing goes within 24h"),
        (
            &["rescue", "--filter", "zzz"],
            "nothing to rescue: the filter lets through nothing that goes within 24h",
        ),
    ] {
        let output = place.run(&server.url, arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn exit_codes_and_records_say_what_became_of_each() {
    let files = [file(), Held::new("file_b", "b.jsonl", "b\n")];
    let server = Script::honest()
        .contents(|_, request| {
            let fails = request.line.contains("file_b");
            if fails { instead("500 Internal Server Error", "") } else { honest() }
        })
        .serve(files);
    let place = Place::new();
    let ids = ["download", ID, "nosuch", "--to", "to", "--output", "jsonl"];
    let output = place.run(&server.url, &ids);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert_eq!(
        outcomes(&output),
        [("nosuch".into(), "missing".into()), (ID.into(), "saved".into())]
    );
    assert!(text(&output.stderr).contains("not there: nosuch"), "{}", text(&output.stderr));
    let output = place.run(&server.url, &["download", "file_b", "nosuch", "--output", "jsonl"]);
    assert_eq!(output.status.code(), Some(1), "failures win");
    assert!(
        text(&output.stderr).contains("failed: b.jsonl (file_b): "),
        "{}",
        text(&output.stderr)
    );
    let output = place.run(&server.url, &["download", "a/b"]);
    assert_eq!(output.status.code(), Some(2));
    let refusing = Fault::start(|_, _| answer("401 Unauthorized", "", r#"{"message":"no"}"#));
    let output = place.run(&refusing.url, &["download", "x", "y"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr).matches("refused the key").count(), 1);
}

/// A key that is refused in the middle stops the rest, in one sentence.
#[test]
fn a_key_that_is_revoked_stops_the_rest() {
    let files: Vec<Held> =
        (0..30).map(|n| Held::new(&format!("f{n:02}"), &format!("{n}.jsonl"), "x\n")).collect();
    let server = Script::honest()
        .contents(|n, _| if n < 5 { honest() } else { instead("401 Unauthorized", "{}") })
        .serve(files);
    let place = Place::new();
    let output = place.run(&server.url, &["download", "--filter", "jsonl", "--to", "to"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("refused the key").count(), 1, "{said}");
    assert!(asked_in_all(&server) <= 9, "{}", asked_in_all(&server));
}

fn asked_in_all(server: &Lying) -> usize {
    server.told().iter().filter(|told| told.contains("/content")).count()
}

#[test]
fn files_of_one_name_lie_beside_each_other() {
    let files = [
        Held::new("file_aaaaaaaaaaaa", NAME, "a\n"),
        Held::new("file_bbbbbbbbbbbb", NAME, "b\n"),
        Held::new("file_cccccccccccc", &NAME.to_uppercase(), "c\n"),
    ];
    let server = Script::honest().serve(files);
    let place = Place::new();
    let output = place.run(&server.url, &["download", "--filter", "output", "--to", "to"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut contents: Vec<String> = place
        .names()
        .iter()
        .map(|name| fs::read_to_string(place.to().join(name)).unwrap())
        .collect();
    contents.sort();
    assert_eq!(contents, ["a\n", "b\n", "c\n"]);
    assert_eq!(place.names().iter().filter(|name| name.contains('~')).count(), 2);
}

/// The cron job: all that is at risk and not saved, and silence where there is nothing to do.
#[test]
fn a_rescue_saves_what_is_at_risk_and_is_done_once() {
    let demo = Demo::start(Options { files: 200, ..Options::default() });
    let place = Place::new();
    let list = place.run(&demo.url, &["list", "--all", "--output", "jsonl"]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let is_at_risk = |line: &&str| {
        let file: Value = serde_json::from_str(line).unwrap();
        file["expires_at"].as_u64().is_some_and(|at| at > 0 && at < now + 24 * 3_600)
    };
    let small = "size<200KiB";
    let at_risk = text(&list.stdout).lines().filter(is_at_risk).count();
    assert!(at_risk > 5);
    let dry = place.run(&demo.url, &["rescue", "--to", "to", "--filter", small, "--dry-run"]);
    let listed = text(&dry.stdout).lines().count();
    assert!(listed > 0 && listed < at_risk, "{listed} of {at_risk}");
    assert!(!place.to().exists(), "a dry run makes nothing");
    let rescue = ["rescue", "--to", "to", "--filter", small, "--quiet"];
    let output = place.run(&demo.url, &[&rescue[..], &["--output", "jsonl"]].concat());
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let outcomes = outcomes(&output);
    assert!(outcomes.iter().all(|(_, outcome)| outcome == "saved"));
    assert_eq!((outcomes.len(), place.names().len()), (listed, listed));
    let output = place.run(&demo.url, &rescue);
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
    let ledger = place.run(&demo.url, &["ledger", "--output", "jsonl"]);
    assert_eq!(text(&ledger.stdout).lines().count(), listed);
}

/// A rescue over a part is none: what is known is saved, and it says so.
#[test]
fn a_rescue_over_a_partial_list_saves_what_it_knows_and_says_so() {
    let soon =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let files: Vec<Held> = (0..150)
        .map(|n| Held {
            expires_at: (n % 50 == 0).then_some(i64::try_from(soon).unwrap() + 600),
            ..Held::new(&format!("f{n:03}"), &format!("{n}.jsonl"), "x\n")
        })
        .collect();
    let server = Script::honest()
        .first(|_, request| {
            let breaks = request.line.contains("after=");
            breaks.then(|| answer("500 Internal Server Error", "", ""))
        })
        .serve(files);
    let place = Place::new();
    let output = place.run(&server.url, &["rescue", "--to", "to"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("partial: 100 files read, then: "), "{said}");
    assert_eq!(place.names(), ["0.jsonl", "50.jsonl"]);
}

/// Where there is no terminal, somebody who waits is told a line a file, and records come as they are.
#[test]
fn records_come_as_files_are_saved() {
    let files: Vec<Held> =
        (0..4).map(|n| Held::new(&format!("f{n}"), &format!("{n}.jsonl"), bytes())).collect();
    let server = Script::honest()
        .contents(|_, request| {
            let stalls = request.line.contains("/f3/");
            if stalls { honest().stall(10) } else { honest() }
        })
        .serve(files);
    let place = Place::new();
    let arguments = ["download", "--filter", "jsonl", "--to", "to", "--output", "jsonl", "--quiet"];
    let mut child = place.command(&server.url, &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Vec<String> = lines.by_ref().take(3).map(Result::unwrap).collect();
    assert!(first.iter().all(|line| line.contains("\"outcome\":\"saved\"")));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A dry run says of what is saved that it is, as the run itself does, and where it lies.
#[test]
fn a_dry_run_says_what_is_saved_already() {
    let server = Script::honest().serve([file()]);
    let place = Place::new();
    let run = |arguments: &[&str]| {
        let output = place.run(&server.url, &[&["download"], arguments].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let by_id = [ID, "--to", "to", "--dry-run"];
    let (code, listed, said) = run(&by_id);
    assert!(code == Some(0) && listed.contains(NAME) && !said.contains("already"), "{said}");
    run(&[ID, "--to", "to"]);
    for arguments in [&by_id[..], &["--filter", "jsonl", "--to", "to", "--dry-run"]] {
        let (code, listed, said) = run(arguments);
        assert_eq!((code, listed.as_str()), (Some(0), ""), "{said}");
        let place = format!("already saved: {}", place.to().join(NAME).display());
        assert!(said.contains(&place), "{said}");
    }
}

/// What is saved is known to every command that takes a filter: by the ledger and by what lies on the disk.
#[test]
fn every_filter_knows_what_is_saved() {
    let in_an_hour = std::time::SystemTime::now() + std::time::Duration::from_secs(1_800);
    let expires = in_an_hour.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let files = ["a", "b"].map(|id| Held {
        expires_at: i64::try_from(expires).ok(),
        ..Held::new(id, &format!("{id}.jsonl"), "x\n")
    });
    let server = Script::honest().serve(files);
    let place = Place::new();
    let run = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let arguments: Vec<String> = arguments.iter().map(|word| word.replace('_', " ")).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = place.run(&server.url, &arguments);
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let ids = |filter: &str| run(&format!("list --output ids --filter {filter}")).1;
    assert_eq!((ids("saved"), ids("not_saved")), (String::new(), "a\nb\n".to_owned()));
    assert_eq!(run("download a --to to --quiet").0, 0);
    assert_eq!((ids("saved"), ids("not_saved")), ("a\n".to_owned(), "b\n".to_owned()));
    let (code, told, _) = run("check --filter not_saved");
    assert!(code == 2 && told.contains("'files'=1;"), "{told}");
    let wait = |filter: &str| run(&format!("wait --appears {filter} --timeout 0"));
    assert_eq!(wait("saved").1, "a\n");
    assert_eq!(wait("b.jsonl_saved").0, 124);
    let (code, told, said) = run("delete --filter saved --dry-run");
    assert!(code == 0 && told.contains("a.jsonl") && !told.contains("b.jsonl"), "{told}{said}");
    assert_eq!(run("rescue --filter not_saved --to to --quiet").0, 0);
    assert_eq!(ids("saved"), "a\nb\n");
    // Saved is what still lies there.
    fs::remove_file(place.to().join("b.jsonl")).unwrap();
    assert_eq!(ids("not_saved"), "b\n");
    // Where nobody knows what is saved, nobody knows what is meant: nothing is done.
    let ledgers = place.folder.path().join("state/shelflife/ledger");
    fs::remove_dir_all(&ledgers).unwrap();
    fs::write(&ledgers, "").unwrap();
    for (command, code) in
        [("list", 1), ("check", 3), ("download", 1), ("rescue", 1), ("delete --yes", 1)]
    {
        let (ended, told, said) = run(&format!("{command} --filter not_saved"));
        let words = "what is saved is not known, and the filter asks for it";
        assert!(ended == code && (told + &said).contains(words), "{command}: {ended} {said}");
    }
    assert_eq!(server.files(|files| files.len()), 2);
    assert_eq!(run("list --output ids --filter jsonl").1, "a\nb\n", "what asks for nothing works");
}

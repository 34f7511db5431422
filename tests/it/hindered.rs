//! Saving files where something is in the way: what that concerns, and what goes on all the same.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::binary::text;
use crate::support::content::honest;
use crate::support::fault::answer;
use crate::support::lying::{Held, Lying, Script, in_turn};
use crate::support::place::{ID, NAME, Place, begin, bytes, file, outcomes};

/// More than any disk has.
const HUGE: u64 = 1 << 50;

/// Whoever says how long it is, before anything of it is written: only that file is given up.
#[test]
fn a_file_for_which_there_is_no_room_holds_up_no_other() {
    for (what, listed) in [("by the list", Some(HUGE)), ("by the answer", None)] {
        let mut files: Vec<Held> =
            (0..5).map(|n| Held::new(&format!("f{n}"), &format!("{n}.jsonl"), "x\n")).collect();
        // The first one to go.
        files[2] = Held { expires_at: Some(4_000_000_000), ..files[2].clone().listed(listed) };
        let server = Script::honest()
            .contents(|_, request| {
                let is_huge = request.line.contains("/f2/");
                if is_huge { honest().announced(HUGE) } else { honest() }
            })
            .serve(files);
        let place = Place::new();
        let output = place.run(&server.url, &["download", "--filter", "jsonl", "--to", "to"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert_eq!(place.names(), ["0.jsonl", "1.jsonl", "3.jsonl", "4.jsonl"], "{what}: {said}");
        let why = "failed: 2.jsonl (f2): there is no room for it: 1.00 PiB are wanted";
        assert!(said.contains(why), "{what}: {said}");
        assert!(said.contains("4 saved · 1 failed"), "{what}: {said}");
    }
}

/// Runs the program after `before` in a shell that may mount what it likes, where that is allowed.
fn run_mounted(place: &Place, url: &str, before: &str) -> Option<std::process::Output> {
    let may = Command::new("unshare").args(["-rm", "true"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let program = place.command(url, &["download", "--filter", "jsonl", "--to", "to"]);
    let mut shell = Command::new("unshare");
    shell.args([
        "-rm",
        "sh",
        "-c",
        &format!("{before} && \"$0\" \"$@\"; code=$?; ls to >&2; exit $code"),
    ]);
    shell.arg(program.get_program()).args(program.get_args());
    shell.current_dir(place.folder.path()).env_clear();
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(shell.output().unwrap())
}

/// A disk that is full in the middle, of which nothing said before how much is wanted.
#[test]
fn a_disk_that_becomes_full_stops_all_and_says_how_much_is_wanted() {
    let files: Vec<Held> = (0..6)
        .map(|n| Held::new(&format!("f{n}"), &format!("{n}.jsonl"), bytes()).listed(None))
        .collect();
    let server = Script::honest().contents(|_, _| honest().chunked()).serve(files);
    let place = Place::new();
    fs::create_dir(place.to()).unwrap();
    let Some(output) = run_mounted(&place, &server.url, "mount -t tmpfs -o size=300k none to")
    else {
        return;
    };
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the disk is full: ") && said.contains(" wanted for "), "{said}");
    assert_eq!(said.matches("the disk is full").count(), 1, "{said}");
}

/// A limit of how long a file may be concerns the files that are longer.
#[test]
fn a_limit_of_a_files_length_holds_up_no_shorter_one() {
    let short = Held::new("file_b", "b.jsonl", "b\n");
    let first = Held { expires_at: Some(4_000_000_000), ..file() };
    let server = Script::honest().contents(|_, _| honest().no_etag()).serve([first, short]);
    let place = Place::new();
    let program = place.command(&server.url, &["download", "--filter", "jsonl", "--to", "to"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 100; exec \"$0\" \"$@\""]);
    shell.arg(program.get_program()).args(program.get_args());
    shell.env_clear().current_dir(place.folder.path());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let part = format!("{NAME}.part");
    assert_eq!(place.names(), ["b.jsonl", part.as_str(), &format!("{part}.json")], "{said}");
    assert!(
        said.contains(&format!("failed: {NAME} ({ID}): no file may be as long there: ")),
        "{said}"
    );
    assert!(said.contains(" more are wanted"), "{said}");
}

/// Records that nobody can be given are said once; what is being saved is saved all the same.
#[test]
fn a_standard_output_that_takes_nothing_stops_no_saving() {
    let files: Vec<Held> =
        (0..5).map(|n| Held::new(&format!("f{n}"), &format!("{n}.jsonl"), "x\n")).collect();
    let server = Script::honest().serve(files);
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let place = Place::new();
    for (arguments, saved) in [
        (&["download", "f0", "f1", "--to", "to"][..], 2),
        (&["download", "--filter", "jsonl", "--to", "to"], 5),
        (&["rescue", "--within", "99999d", "--to", "again", "--again"], 5),
        (&["download", "f0", "nosuch", "--to", "to"], 5),
    ] {
        let mut command = place.command(&server.url, &[arguments, &["--output", "jsonl"]].concat());
        let output = command.stdout(full()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        let why = "the records cannot be printed: No space left on device";
        assert_eq!(said.matches(why).count(), 1, "{arguments:?}: {said}");
        assert!(!said.contains("os error"), "{said}");
        let there = if arguments.contains(&"again") {
            fs::read_dir(place.folder.path().join("again")).unwrap().count()
        } else {
            place.names().len()
        };
        assert_eq!(there, saved, "{arguments:?}: {said}");
    }
    // A closed pipe is quiet, and nothing went wrong.
    let mut command =
        place.command(&server.url, &["download", "f0", "f1", "--again", "--output", "jsonl"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("printed"));
}

/// A wait that is longer than anybody waits ends what waits, in one sentence that says until when; what
/// is on its way already is saved.
#[test]
fn a_service_that_wants_to_be_left_alone_for_long_ends_what_waits() {
    let files = || -> Vec<Held> {
        (0..20).map(|n| Held::new(&format!("f{n:02}"), &format!("{n:02}.jsonl"), "x\n")).collect()
    };
    let crowded = |headers: &str| answer("429 Too Many Requests", headers, r#"{"message":"no"}"#);
    let long = "Retry-After: 3600\r\n";
    let final_word = "Retry-After: 3600\r\nx-should-retry: false\r\n";
    // How many contents come before, what is answered then, the exit code.
    for (before, headers, code) in [(0, long, 5), (0, final_word, 5), (4, long, 1)] {
        let contents = AtomicUsize::new(0);
        let server = Script::honest()
            .first(move |_, request| {
                let is_content = request.line.ends_with("/content");
                let number = contents.fetch_add(usize::from(is_content), Ordering::SeqCst);
                (is_content && number >= before).then(|| crowded(headers))
            })
            .serve(files());
        let place = Place::new();
        for (nth, arguments) in
            [["download", "--filter", "jsonl"], ["rescue", "--within", "99999d"]].iter().enumerate()
        {
            // What was saved the first time was done then.
            let code = if nth == 1 && before > 0 { 1.max(code) } else { code };
            let arguments = [&arguments[..], &["--to", "to", "--output", "jsonl"]].concat();
            let output = place.run(&server.url, &arguments);
            let said = text(&output.stderr);
            let came = asked_for_contents(&server);
            assert!(came <= before + 2 * 3, "{came}: {said}");
            assert_eq!(said.matches("no further request until ").count(), 1, "{said}");
            assert!(said.contains("answered 429 Too Many Requests: no; "), "{said}");
            let left = format!("(in 1h); {} files not saved", 20 - before);
            assert!(said.contains(&left), "{said}");
            assert!(!said.contains("failed: "), "{said}");
            if nth == 0 {
                assert_eq!(output.status.code(), Some(code), "{said}");
                assert_eq!(outcomes(&output).len(), 20, "each file has its record");
            }
            assert_eq!(place.names().len(), before, "{said}");
        }
    }
}

fn asked_for_contents(server: &Lying) -> usize {
    server.told().iter().filter(|told| told.contains("/content")).count()
}

/// The same where files are asked for by their ids, and where the list breaks off so.
#[test]
fn a_service_that_wants_to_be_left_alone_is_not_asked_about_the_other_ids() {
    let files: Vec<Held> =
        (0..30).map(|n| Held::new(&format!("f{n:02}"), &format!("{n:02}.jsonl"), "x\n")).collect();
    let ids: Vec<String> = files.iter().map(|file| file.id.clone()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (status, code, said_once) in [
        ("429 Too Many Requests", 5, "no further request until "),
        ("401 Unauthorized", 3, "refused the key"),
    ] {
        let server = Script::honest()
            .first(move |number, _| {
                (number >= 6)
                    .then(|| answer(status, "Retry-After: 3600\r\n", r#"{"message":"no"}"#))
            })
            .serve(files.clone());
        let place = Place::new();
        let output = place.run(&server.url, &[&["download", "--to", "to"], &ids[..]].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(said.matches(said_once).count(), 1, "{said}");
        assert!(said.contains("; 30 files not saved"), "{said}");
        assert!(server.told().len() <= 9, "{:?}", server.told());
    }
    let server = Script::honest()
        .first(|number, _| {
            (number > 0).then(|| {
                answer("429 Too Many Requests", "Retry-After: 3600\r\n", r#"{"message":"no"}"#)
            })
        })
        .serve(files);
    let place = Place::new();
    let arguments = ["rescue", "--within", "99999d", "--limit", "10", "--to", "to"];
    let output = place.run(&server.url, &arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("partial: 10 files read") && said.contains("; 10 files not saved"),
        "{said}"
    );
    assert_eq!(server.told().len(), 2, "{:?}", server.told());
}

/// Begins a command whose standard error is read by the line, and waits until a line of it has `words`.
fn begin_until(place: &Place, url: &str, arguments: &[&str], words: &str) -> (Child, ChildStderr) {
    let mut command = place.command(url, arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let (mut said, mut byte) = (vec![], [0]);
    while !text(&said).contains(words) {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "it ended: {}", text(&said));
        said.push(byte[0]);
    }
    (child, stderr)
}

/// Ends a command; tells its exit code and what it said since.
fn end_of((mut child, mut stderr): (Child, ChildStderr)) -> (Option<i32>, String) {
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// operations.md §5, 14: the second one says who has it, does what else there is, and takes it up again at
/// the end; into one folder or into two.
#[test]
fn two_processes_save_a_file_once() {
    for (to, is_killed) in [("to", false), ("to", true), ("other", false), ("other", true)] {
        // The first content is sent once somebody says so.
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let others = [Held::new("file_b", "b.jsonl", "b\n"), Held::new("file_c", "c.jsonl", "c\n")];
        let first = Held { expires_at: Some(4_000_000_000), ..file() };
        let server = Script::honest()
            .contents(move |number, _| {
                if number == 0 {
                    let _ = gate.lock().unwrap().recv();
                }
                honest()
            })
            .serve([vec![first], others.to_vec()].concat());
        let place = Place::new();
        let mut first =
            begin_until(&place, &server.url, &["download", ID, "--to", "to"], "saving ");
        crate::support::wait_until("the first request", || asked_for_contents(&server) == 1);
        let who = format!("the process {} is saving it; it is taken up again", first.0.id());
        let arguments = ["rescue", "--within", "99999d", "--to", to];
        let second = begin_until(&place, &server.url, &arguments, &who);
        crate::support::wait_until("the others", || {
            let there = |name: &str| place.folder.path().join(to).join(name).exists();
            there("b.jsonl") && there("c.jsonl")
        });
        assert_eq!(asked_for_contents(&server), 3);
        if is_killed {
            first.0.kill().unwrap();
        }
        release.send(()).unwrap();
        let (code, said) = end_of(first);
        assert_eq!(code, (!is_killed).then_some(0), "{said}");
        let (code, said) = end_of(second);
        assert_eq!(code, Some(0), "{to} {is_killed}: {said}");
        assert!(
            said.contains(if is_killed { "3 saved" } else { "2 saved · 1 already saved" }),
            "{said}"
        );
        assert_eq!(asked_for_contents(&server), if is_killed { 4 } else { 3 }, "{said}");
        let path = place.folder.path().join(if is_killed { to } else { "to" }).join(NAME);
        assert_eq!(fs::read(path).unwrap(), bytes());
        let ledger = place.run(&server.url, &["ledger", "--output", "jsonl"]);
        assert_eq!(text(&ledger.stdout).matches(ID).count(), 1);
    }
}

/// A folder that cannot be used is told once, and nothing is asked file by file.
#[test]
fn a_folder_that_cannot_be_used_is_told_once() {
    let files: Vec<Held> =
        (0..5).map(|n| Held::new(&format!("f{n}"), &format!("{n}.jsonl"), "x\n")).collect();
    for to in ["file", "file/below", "dangling", "/proc/shelflife", "/dev/null"] {
        let server = Script::honest().serve(files.clone());
        let place = Place::new();
        fs::write(place.folder.path().join("file"), "").unwrap();
        symlink(place.folder.path().join("no/where"), place.folder.path().join("dangling"))
            .unwrap();
        let ids = ["download", "f0", "f1", "f2", "--to", to];
        let filter = ["download", "--filter", "jsonl", "--to", to];
        let rescue = ["rescue", "--within", "99999d", "--to", to];
        for arguments in [&ids[..], &filter, &rescue] {
            let before = server.told().len();
            let output = place.run(&server.url, &[arguments, &["--output", "jsonl"]].concat());
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
            assert_eq!(said.matches(" cannot be used: ").count(), 1, "{said}");
            assert!(!said.contains("os error") && !said.contains("failed"), "{said}");
            let told = server.told();
            assert!(told[before..].iter().all(|told| told.contains("/v1/files?")), "{told:?}");
        }
    }
}

/// A path is bytes: where the folder's are no text, what is saved there is known all the same.
#[test]
fn a_folder_whose_name_is_no_text_is_known_afterwards() {
    let server = Script::honest().serve([file()]);
    let place = Place::new();
    let odd = OsStr::from_bytes(b"odd \xff\xe9");
    let mut paths = vec![];
    for code in ["saved", "already_saved"] {
        let mut command =
            place.command(&server.url, &["download", ID, "--output", "jsonl", "--to"]);
        let output = command.arg(odd).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(record["outcome"], code);
        paths.push((record["path"].clone(), record["path_hex"].clone()));
    }
    assert!(paths[0] == paths[1] && paths[0].1.is_string(), "{paths:?}");
    assert_eq!(fs::read_dir(place.folder.path().join(odd)).unwrap().count(), 1);
    assert_eq!(asked_for_contents(&server), 1);
}

/// What a killed process left half written goes with the part that it belongs to.
#[test]
fn nothing_half_written_is_left() {
    let server =
        Script::honest().contents(in_turn([honest().stall(100_000), honest()])).serve([file()]);
    let place = Place::new();
    let mut child = begin(&place, &server.url, 100_000);
    child.kill().unwrap();
    child.wait().unwrap();
    let left = place.to().join(format!("{NAME}.part.json.{}", child.id()));
    fs::write(&left, "{\"v\":1,").unwrap();
    fs::set_permissions(&left, PermissionsExt::from_mode(0o600)).unwrap();
    let (code, said) = place.download(&server.url);
    assert_eq!((code, place.names()), (0, vec![NAME.to_owned()]), "{said}");
}

/// Whether a file that is not there has run out is told by the service's clock.
#[test]
fn what_has_run_out_is_told_by_the_services_clock() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    // By how much the service's clock is ahead, how long the file has by ours, what is said.
    for (ahead, left, outcome) in [
        (0, 3_600, "missing"),
        (0, -3_600, "expired"),
        (7_200, 3_600, "expired"),
        (-7_200, -3_600, "missing"),
    ] {
        let there = Held { expires_at: Some(i64::try_from(now).unwrap() + left), ..file() };
        let date = UNIX_EPOCH + Duration::from_secs(now.saturating_add_signed(ahead));
        let date = format!("Date: {}\r\n", httpdate::fmt_http_date(date));
        let server = Script::honest()
            .first(move |_, request| {
                let gone = request.line.ends_with("/content");
                gone.then(|| answer("404 Not Found", &date, r#"{"message":"no such file"}"#))
            })
            .serve([there]);
        let place = Place::new();
        let output =
            place.run(&server.url, &["download", "--filter", "batch", "--output", "jsonl"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(outcomes(&output), [(ID.to_owned(), outcome.to_owned())], "{ahead} {left}");
    }
}

/// A dry run in records tells of each file what a program wants to know of it.
#[test]
fn a_dry_run_prints_records_where_they_are_wanted() {
    let mut files: Vec<Held> =
        (0..3).map(|n| Held::new(&format!("file_{n}2345678"), NAME, "x\n")).collect();
    files[2].filename = "other.jsonl".to_owned();
    let server = Script::honest().serve(files);
    let place = Place::new();
    let ids = ["download", "file_02345678", "file_12345678", "file_22345678"];
    for arguments in
        [&["rescue", "--within", "99999d"][..], &["download", "--filter", "jsonl"], &ids]
    {
        let all = [arguments, &["--to", "to", "--dry-run", "--output", "jsonl"]].concat();
        let output = place.run(&server.url, &all);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let records: Vec<Value> =
            text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let names: Vec<&str> = records
            .iter()
            .map(|record| {
                assert_eq!((&record["outcome"], &record["bytes"]), (&"planned".into(), &2.into()));
                assert_eq!(record["expires_at"], 4_102_444_800_i64);
                let path = Path::new(record["path"].as_str().unwrap());
                assert_eq!(path.parent().unwrap(), place.to());
                path.file_name().unwrap().to_str().unwrap()
            })
            .collect();
        assert_eq!(names, [NAME, "batch-output~12345678.jsonl", "other.jsonl"], "{arguments:?}");
        assert!(!place.to().exists());
        let plain = place.run(&server.url, &[arguments, &["--to", "to", "--dry-run"]].concat());
        assert_eq!(text(&plain.stdout).lines().count(), 3);
        assert!(!text(&plain.stdout).contains('{'));
    }
    for arguments in [&["--dry-run"][..], &[]] {
        let output =
            place.run(&server.url, &[&["download", "--filter", "zzz"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stderr).starts_with("shelflife: no match: "));
    }
    let output = place.run(&server.url, &["download"]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("--filter"), "{said}");
}

/// Whatever the system refuses, people are told why, and not by its number.
#[test]
fn no_number_of_the_system_stands_in_a_sentence() {
    let server = Script::honest().serve([file()]);
    let place = Place::new();
    let folder = place.folder.path();
    fs::create_dir_all(folder.join("state/shelflife/ledger")).unwrap();
    let ledger = server.url.trim_start_matches("http://").to_owned() + ".jsonl";
    fs::create_dir(folder.join("state/shelflife/ledger").join(ledger)).unwrap();
    for arguments in [
        &["list", "--config", "."][..],
        &["list", "--log-file", "/proc/no/log"],
        &["metrics", "--textfile", "/proc/no/a.prom"],
        &["download", ID, "--to", "/proc/no"],
        &["download", ID, "--to", "to"],
        &["ledger"],
        &["demo-server", "--listen", "192.0.2.1:1"],
    ] {
        let output = place.run(&server.url, arguments);
        let said = text(&output.stderr);
        assert!(!said.contains("os error") && !said.is_empty(), "{arguments:?}: {said}");
    }
    for arguments in [&["list"][..], &["config"], &["--help"], &["check"], &["content", ID]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(&server.url, arguments).stdout(full).output().unwrap();
        let said = text(&output.stderr);
        assert!(
            !said.contains("os error") && said.contains("No space left"),
            "{arguments:?}: {said}"
        );
    }
}

/// What takes a file, or a record, to print anything: that nothing can be printed is not the fault of
/// what was to be printed.
#[test]
fn what_is_told_of_files_cannot_be_printed_either() {
    let server = Script::honest().serve([file()]);
    let place = Place::new();
    assert_eq!(place.run(&server.url, &["download", ID, "--to", "to"]).status.code(), Some(0));
    let saved = place.to().join(NAME);
    let saved = saved.to_str().unwrap();
    for arguments in [
        &["ledger"][..],
        &["ledger", "--output", "jsonl"],
        &["show", ID],
        &["show", ID, "--output", "json"],
        &["content", ID],
        &["validate", saved],
        &["validate", saved, "--output", "json"],
        &["delete", ID, "--dry-run"],
        &["download", ID, "--to", "other", "--again", "--dry-run"],
        &["rescue", "--within", "99999d", "--to", "other", "--again", "--dry-run"],
        &["wait", "--appears", "jsonl"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(&server.url, arguments).stdout(full).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        let why = "shelflife: nothing can be printed: No space left on device\n";
        assert_eq!(said.matches(why).count(), 1, "{arguments:?}: {said}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(&server.url, arguments).stdout(writer).output().unwrap();
        let said = text(&output.stderr);
        assert!(!said.contains("printed") && !said.contains("pipe"), "{arguments:?}: {said}");
    }
}

/// Memory is held for what is on its way, not for the file.
#[test]
fn a_file_of_any_length_takes_no_more_memory() {
    const LONG: usize = 48_000_000;
    let content: Vec<u8> = b"{\"n\":1}\n".iter().copied().cycle().take(LONG).collect();
    let peaks = [10_000, LONG - 1].map(|there| {
        let held = Held::new(ID, NAME, content.clone());
        let server = Script::honest().contents(in_turn([honest().stall(there)])).serve([held]);
        let place = Place::new();
        let mut child = begin(&place, &server.url, there as u64);
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim_end_matches("kB").trim().parse::<u64>().unwrap()
    });
    assert!(peaks[1] <= peaks[0] + 16 * 1_024, "{peaks:?} KiB for 10 KB and for 48 MB");
}

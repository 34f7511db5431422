//! Saving files where something is in the way: what that concerns, and what goes on all the same.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::saving::{ID, NAME, Place, bytes, file, outcomes};
use crate::support::binary::text;
use crate::support::content::honest;
use crate::support::fault::answer;
use crate::support::lying::{Held, Lying, Script};

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

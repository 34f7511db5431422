//! Saving files where something is in the way: what that concerns, and what goes on all the same.

use std::fs;
use std::process::Command;

use crate::saving::{ID, NAME, Place, bytes, file};
use crate::support::binary::text;
use crate::support::content::honest;
use crate::support::lying::{Held, Script};

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

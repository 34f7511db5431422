//! From the key to the files on the disk, with the real binary in a real terminal.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use shelflife::demo::Options;
use shelflife::jobs::record::Record;

use crate::support::demo::Demo;
use crate::support::terminal::Terminal;
use crate::support::{CANARY, wait_until};

fn sum(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The content of a file, asked for without the program.
fn content(url: &str, id: &str) -> Vec<u8> {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /v1/files/{id}/content HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    answer.split_off(head + 4)
}

fn records(state: &Path) -> Vec<Record> {
    let ledgers = std::fs::read_dir(state.join("shelflife/ledger")).unwrap();
    let texts = ledgers.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let all: Vec<u8> = texts.flatten().collect();
    all.split(|byte| *byte == b'\n').filter_map(|line| Record::read(line).ok()).collect()
}

/// The rooms of a test: for the ledger, for a configuration that names the last one, for what is saved.
fn rooms(place: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let (state, config, results) =
        (place.join("state"), place.join("config"), place.join("results"));
    std::fs::create_dir_all(config.join("shelflife")).unwrap();
    let settings = format!("downloads = \"{}\"\n", results.display());
    std::fs::write(config.join("shelflife/config.toml"), settings).unwrap();
    (state, config, results)
}

/// A dashboard over the demo's files.
fn dashboard(demo: &Demo, state: &Path, config: &Path) -> Terminal {
    dashboard_in(demo, state, config, &[])
}

/// The same, with more in its environment.
fn dashboard_in(demo: &Demo, state: &Path, config: &Path, more: &[(&str, &str)]) -> Terminal {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (state, config) = (text(state), text(config));
    let own = [
        ("CEREBRAS_API_KEY", CANARY),
        ("CEREBRAS_BASE_URL", demo.url.as_str()),
        ("XDG_STATE_HOME", &state),
        ("XDG_CONFIG_HOME", &config),
    ];
    let environment: Vec<(&str, &str)> = own.iter().chain(more).copied().collect();
    Terminal::start(120, 36, &["--refresh", "off"], &environment)
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().into_owned()
    };
    entries.map(name).collect()
}

/// A saved file is not taken again, and one that was taken away since is, with a ledger and without.
#[test]
fn what_is_saved_already_is_seen_on_the_disk() {
    for has_ledger in [true, false] {
        let demo = Demo::with_files(3);
        let place = tempfile::tempdir().unwrap();
        let (state, config, results) = rooms(place.path());
        if !has_ledger {
            std::fs::write(&state, "in its place").unwrap();
        }
        let mut terminal = dashboard(&demo, &state, &config);
        terminal.wait_for("3 files");
        terminal.press("o");
        let is_saved = |screen: &str| screen.contains("1 saved;") || screen.contains("1 saved ·");
        terminal.wait("saved", is_saved);
        let first = names(&results);
        assert_eq!(first.len(), 1, "{first:?}");
        terminal.press("o");
        terminal.wait_for("already saved: ");
        assert_eq!(names(&results), first, "with a ledger: {has_ledger}");
        std::fs::remove_file(results.join(&first[0])).unwrap();
        terminal.press("o");
        terminal.wait("saved once more", is_saved);
        assert_eq!(names(&results), first, "with a ledger: {has_ledger}");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

/// A name that was typed is the name.
#[test]
fn a_file_is_saved_under_the_name_that_was_typed() {
    let demo = Demo::with_files(3);
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    let mut terminal = dashboard(&demo, &state, &config);
    terminal.wait_for("3 files");
    terminal.press("O");
    terminal.wait_for("results/batch-0412-input.jsonl");
    terminal.press(&format!("\x15{}/.a%41 b\r", results.display()));
    terminal.wait("saved", |screen| screen.contains("1 saved;"));
    assert_eq!(names(&results), [".a%41 b"]);
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// The content of what is saved is read from the disk, and from the service again where it has gone.
#[test]
fn the_content_of_a_saved_file_is_read_from_the_disk() {
    let demo = Demo::with_files(3);
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    let mut terminal = dashboard(&demo, &state, &config);
    terminal.wait_for("3 files");
    terminal.press("o");
    terminal.wait("saved", |screen| screen.contains("1 saved;"));
    let asked = || demo.requests().iter().filter(|told| told.contains("/content")).count();
    terminal.press("e");
    terminal.wait_for(" · saved copy · ");
    assert_eq!(asked(), 1);
    terminal.press("\x1b");
    terminal.wait("the list", |screen| !screen.contains(" · saved copy · "));
    std::fs::remove_file(results.join(&names(&results)[0])).unwrap();
    terminal.press("e");
    terminal.wait_for(" was moved or removed; the service is asked");
    terminal.wait_for(" lines read ─");
    assert_eq!(asked(), 2);
    terminal.press("\x1b");
    terminal.wait("the list", |screen| !screen.contains(" lines read ─"));
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// What has gone before anybody looked at it again is not called saved where one is asked whether to delete it.
#[test]
fn what_was_taken_away_at_once_is_not_called_saved() {
    let demo = Demo::with_files(3);
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    let mut terminal = dashboard(&demo, &state, &config);
    terminal.wait_for("3 files");
    terminal.press("o");
    terminal.wait("saved", |screen| screen.contains("1 saved;"));
    let saved = names(&results);
    std::fs::remove_file(results.join(&saved[0])).unwrap();
    terminal.press("D");
    terminal.wait_for("not saved on this machine");
    terminal.press("\x1b");
    terminal.wait("the list alone", |screen| !screen.contains("not saved on this machine"));
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// What is saved somewhere is saved, whatever has become of the folder that it would be saved to now.
#[test]
fn what_is_saved_is_known_though_its_folder_cannot_be_used() {
    let demo = Demo::with_files(3);
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    for _ in 0..2 {
        let mut terminal = dashboard(&demo, &state, &config);
        terminal.wait_for("3 files");
        terminal.press("o");
        if names(&results).is_empty() {
            terminal.wait("saved", |screen| screen.contains("1 saved;"));
            std::fs::write(place.path().join("a file"), "").unwrap();
            let settings = format!("downloads = \"{}/a file\"\n", place.path().display());
            std::fs::write(config.join("shelflife/config.toml"), settings).unwrap();
        } else {
            terminal.wait_for("already saved: ");
        }
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
    assert_eq!(demo.requests().iter().filter(|told| told.contains("/content")).count(), 1);
}

/// Operations 5, row 31: told to end while files come, it is out at once; what came is kept, the terminal
/// as it was, and its taskbar without progress.
#[test]
fn told_to_end_it_keeps_what_came_and_leaves_no_progress_behind() {
    let demo = Demo::start(Options { files: 3, content_rate: Some(2_000), ..Options::default() });
    for end in ["TERM", "a key"] {
        let place = tempfile::tempdir().unwrap();
        let (state, config, results) = rooms(place.path());
        let shows_progress = [("WT_SESSION", "x")];
        let mut terminal = dashboard_in(&demo, &state, &config, &shows_progress);
        terminal.wait_for("3 files");
        terminal.press("o");
        terminal.wait_for_bytes(b"\x1b]9;4;1;");
        let has_some = || {
            let is_part = |name: &String| name.strip_suffix(".part").is_some();
            let parts = names(&results).into_iter().filter(is_part);
            let length =
                |name: String| std::fs::metadata(results.join(name)).map_or(0, |it| it.len());
            parts.map(length).sum::<u64>() > 0
        };
        wait_until("some of it came", has_some);
        let code = if end == "TERM" {
            terminal.signal("TERM");
            terminal.wait_exit_restored()
        } else {
            terminal.press("q");
            terminal.wait_for("will not be saved");
            terminal.press("y");
            terminal.wait_exit_restored()
        };
        assert_eq!(code, if end == "TERM" { 143 } else { 0 }, "{end}");
        let raw = terminal.raw();
        let shown = memchr::memmem::rfind(&raw, b"\x1b]9;4;1;");
        let cleared = memchr::memmem::rfind(&raw, b"\x1b]9;4;0\x1b\\");
        assert!(shown < cleared, "{end}: {shown:?} {cleared:?}");
        let mut left = names(&results);
        left.sort();
        assert_eq!(left.len(), 2, "{end}: {left:?}");
        assert_eq!(
            left[1],
            format!("{}.json", left[0]),
            "{end}: the part, and what is known of it"
        );
        assert!(has_some(), "{end}");
    }
}

/// What an earlier run left of a file is removed by the second `x`, though no try of this run saw it; and
/// only then is it said that nothing is kept.
#[test]
fn what_an_earlier_run_left_is_removed_and_only_then_denied() {
    let demo = Demo::start(Options { files: 5, content_rate: Some(2_000), ..Options::default() });
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    let settings = config.join("shelflife/config.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}transfers = 1\n")).unwrap();
    let mut terminal = dashboard(&demo, &state, &config);
    terminal.wait_for("5 files");
    // The last ones: they do not run out meanwhile.
    terminal.press("Go");
    let length = |name: &String| std::fs::metadata(results.join(name)).map_or(0, |it| it.len());
    let is_part = |name: &String| name.strip_suffix(".part").is_some() && length(name) > 0;
    wait_until("some of it came", || names(&results).iter().any(is_part));
    terminal.press("q");
    terminal.wait_for("will not be saved");
    terminal.press("y");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let left = names(&results);
    assert_eq!(left.len(), 2, "{left:?}");
    // Another one has the only place.
    let mut terminal = dashboard(&demo, &state, &config);
    terminal.wait_for("5 files");
    terminal.press("Gko");
    terminal.wait_for("0 of 1");
    terminal.press("Go");
    terminal.wait_for("0 of 2");
    terminal.press("JG");
    terminal.wait_for("2 of 2");
    terminal.press("x");
    terminal.wait_for("cancelled; x once more removes what may be kept of it");
    assert!(left.iter().all(|name| results.join(name).exists()));
    terminal.press("x");
    terminal.wait_for("what was kept of it is removed: ");
    assert!(!left.iter().any(|name| results.join(name).exists()), "{:?}", names(&results));
    terminal.press("x");
    terminal.wait_for("nothing is kept of it");
    terminal.signal("TERM");
    assert_eq!(terminal.wait_exit_restored(), 143);
}

/// A rescue saves what is at risk: whole, under its name, in the ledger; the dashboard knows it, and so
/// does the next one.
#[test]
fn a_rescue_leads_from_a_key_to_files_on_the_disk() {
    let demo = Demo::with_files(3);
    let place = tempfile::tempdir().unwrap();
    let (state, config, results) = rooms(place.path());
    let start = || dashboard(&demo, &state, &config);
    let mut terminal = start();
    terminal.wait_for("3 files");
    terminal.press("!");
    terminal.wait_for("free there");
    terminal.press("y");
    let screen = terminal.wait("all saved", |screen| {
        let rows = screen.lines().filter(|line| line.starts_with("│↓"));
        rows.count() == 3 && !screen.contains("of 3 ·")
    });
    assert!(!screen.contains("failed"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let all = records(&state);
    assert_eq!(all.len(), 3);
    for record in &all {
        let path = Path::new(record.path.as_deref().unwrap());
        assert!(path.starts_with(&results), "{path:?}");
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(Some(sum(&bytes)), record.sha256, "{path:?}");
        assert_eq!(sum(&content(&demo.url, &record.id)), sum(&bytes), "{path:?}");
    }
    let names: Vec<_> = std::fs::read_dir(&results).unwrap().collect();
    assert_eq!(names.len(), 3, "{names:?}");
    // The next one knows it from the ledger, and has nothing to do; what is moved away is saved no more.
    std::fs::remove_file(all[0].path.as_deref().unwrap()).unwrap();
    let mut terminal = start();
    terminal.wait("two of them", |screen| {
        screen.lines().filter(|line| line.starts_with("│↓")).count() == 2
    });
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// A folder to which nothing can be saved is one sentence, and nothing is asked of the service.
#[test]
fn a_folder_that_cannot_be_used_is_one_sentence() {
    for place_of_it in ["a file", "a file/below", "a dangling link", "/proc/shelflife", "/sys"] {
        let demo = Demo::with_files(8);
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("a file"), "").unwrap();
        let dangling = place.path().join("a dangling link");
        std::os::unix::fs::symlink(place.path().join("no/where"), dangling).unwrap();
        let (state, config, _) = rooms(place.path());
        let settings = format!("downloads = \"{}\"\n", place.path().join(place_of_it).display());
        std::fs::write(config.join("shelflife/config.toml"), settings).unwrap();
        let mut terminal = dashboard(&demo, &state, &config);
        terminal.wait_for("8 files");
        terminal.press("\x01o");
        let screen = terminal.wait("the sentence", |screen| screen.contains("8 files not saved"));
        let said = screen.lines().last().unwrap();
        assert!(said.contains("cannot be used: ") && !said.contains("os error"), "{screen}");
        assert!(!said.contains("File exists"), "{screen}");
        // Where no mode forbids it, only the first try shows it.
        if !place_of_it.starts_with('/') {
            terminal.press("!");
            terminal.wait_for(" at risk not saved");
        }
        let requests = demo.requests();
        assert!(!requests.iter().any(|told| told.contains("/content")), "{requests:?}");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

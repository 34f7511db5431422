//! The real binary while things change: refreshes, expiries, alerts, the mouse, the terminal's own
//! answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::CANARY;
use crate::support::fault::{Fault, Reply, answer, page};
use crate::support::files::{self, lasting};
use crate::support::screen::row;
use crate::support::terminal::Terminal;

fn start(url: &str, environment: &[(&str, &str)]) -> Terminal {
    let mut all = vec![("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", url)];
    all.extend(environment);
    Terminal::start(120, 36, &[], &all)
}

fn list(files: &[String]) -> Reply {
    answer("200 OK", "Content-Type: application/json\r\n", &files::list(files, false))
}

fn not_found() -> Reply {
    answer("404 Not Found", "", r#"{"message":"no such file"}"#)
}

/// A file called `name` that expires `seconds` after the moment at which this is asked.
fn expiring(id: &str, name: &str, seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    files::expiring_at(id, name, now - 1_000, now + seconds)
}

fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    for (kept, given_back) in [
        ("\x1b[22;2t", "\x1b[23;2t"),
        ("\x1b[?1004h", "\x1b[?1004l"),
        ("\x1b[?2004h", "\x1b[?2004l"),
    ] {
        assert!(raw.rfind(given_back) > raw.rfind(kept), "{given_back:?} comes last");
        assert_eq!(raw.matches(kept).count(), raw.matches(given_back).count(), "{kept:?}");
    }
    assert!(raw.rfind("\x1b[?1000l") > raw.rfind("\x1b[?1000h"), "the mouse is off");
}

#[test]
fn a_refresh_shows_what_is_new_changed_and_gone() {
    let stage = Arc::new(AtomicUsize::new(0));
    let at = Arc::clone(&stage);
    let server = Fault::start(move |_, head| {
        if head.starts_with("GET /v1/files/") {
            return not_found();
        }
        let first: Vec<String> = (0..5).map(lasting).collect();
        if at.load(Ordering::SeqCst) == 0 {
            return list(&first);
        }
        let mut later: Vec<String> = [0, 2, 3, 4, 5].map(lasting).to_vec();
        later[1] = later[1].replace(r#""bytes":2"#, r#""bytes":2048"#);
        list(&later)
    });
    let mut terminal = start(&server.url, &[]);
    terminal.wait_for("5 files");
    stage.store(1, Ordering::SeqCst);
    terminal.press("r");
    let screen = terminal.wait("all three", |screen| {
        ["│+   name-00005", "│~   name-00002", "│-   name-00001"]
            .iter()
            .all(|row| screen.contains(row))
    });
    assert!(screen.contains("2.00 KiB") && screen.contains("gone"), "{screen}");
    terminal.press("E");
    let screen = terminal.wait_for("Events");
    for words in ["+ new", "~ changed", "- deleted early"] {
        assert!(screen.contains(words), "{words} in {screen}");
    }
    let requests = server.requests();
    let single = requests.iter().filter(|line| line.starts_with("GET /v1/files/")).count();
    assert_eq!(single, 1, "only what was missing was asked for by itself: {requests:?}");
    terminal.press("q");
    quit(terminal);
}

#[test]
fn a_file_expires_on_the_screen_and_leaves_when_the_service_has_it_no_longer() {
    let body = format!("{},{}", expiring("file_a", "short-lived.jsonl", 3), lasting(1));
    let server = Fault::start(move |_, head| {
        if head.starts_with("GET /v1/files/file_a") {
            return not_found();
        }
        list(std::slice::from_ref(&body))
    });
    let terminal = start(&server.url, &[]);
    terminal.wait_for("2 files");
    terminal.wait("expired", |screen| {
        row(screen, "short-lived").is_some_and(|row| row.contains("expired"))
    });
    terminal
        .wait("gone", |screen| row(screen, "short-lived").is_some_and(|row| row.starts_with("│-")));
    terminal.wait_for("1 file ");
    quit(terminal);
}

/// Hazards 14: what an alert starts is given neither the key nor the terminal.
#[test]
fn the_command_of_an_alert_is_told_what_expires_and_not_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (told, config) = (folder.path().join("told"), folder.path().join("config.toml"));
    let script = format!("{{ cat; env; }} >{0}.part 2>&1; mv {0}.part {0}", told.display());
    let rule = format!("[[alerts]]\nleft = \"1h\"\ncommand = ['sh', '-c', '{script}']");
    std::fs::write(&config, rule).unwrap();
    let files = [expiring("file_a", "batch-0412.jsonl", 1_800), lasting(1)];
    let server = Fault::start(move |_, _| list(&files));
    let environment = [
        ("CEREBRAS_API_KEY", CANARY),
        ("CEREBRAS_BASE_URL", server.url.as_str()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let arguments = ["--config", config.to_str().unwrap()];
    let terminal = Terminal::start(120, 36, &arguments, &environment);
    terminal.wait("the command to have run", |_| told.exists());
    let said = std::fs::read_to_string(&told).unwrap();
    assert!(said.contains("batch-0412.jsonl") && said.contains("PATH="), "{said}");
    assert!(!said.contains(CANARY), "{said}");
    quit(terminal);
}

#[test]
fn alerts_are_these_bytes() {
    let text = "batch-0412.jsonl has less than 1h left";
    let cases: [(&[(&str, &str)], String); 4] = [
        (&[], format!("\x07\x1b]9;shelflife: {text}\x1b\\")),
        (&[("TERM", "xterm-kitty")], format!("\x07\x1b]99;;shelflife: {text}\x1b\\")),
        (&[("VTE_VERSION", "7600")], format!("\x07\x1b]777;notify;shelflife;{text}\x1b\\")),
        (
            &[("TMUX", "/nowhere,1,0")],
            format!("\x07\x1bPtmux;\x1b\x1b]9;shelflife: {text}\x1b\x1b\\\x1b\\"),
        ),
    ];
    for (environment, expected) in cases {
        let files = [expiring("file_a", "batch-0412.jsonl", 1_800), lasting(1)];
        let server = Fault::start(move |_, _| list(&files));
        let terminal = start(&server.url, environment);
        terminal.wait_for("2 files");
        terminal.wait_for_bytes(expected.as_bytes());
        terminal.wait_for_bytes(b"\x1b]2;batch-0412.jsonl expires ");
        quit(terminal);
    }
}

/// Hazards 19: the terminal receives sequences of our own only.
#[test]
fn a_hostile_filename_reaches_the_terminal_escaped_in_alert_and_title() {
    let name = r"a\u001b]0;owned\u0007\u009b2Jb";
    let files = [expiring("file_a", name, 1_800)];
    let server = Fault::start(move |_, _| list(&files));
    let terminal = start(&server.url, &[]);
    terminal.wait_for_bytes(
        b"\x07\x1b]9;shelflife: a\\u{1b}]0;owned\\u{7}\\u{9b}2Jb has less than 1h left\x1b\\",
    );
    terminal.wait_for_bytes(b"\x1b]2;a\\u{1b}]0;owned\\u{7}\\u{9b}2Jb expires ");
    let raw = terminal.raw();
    assert!(!raw.windows(4).any(|window| window == b"\x1b]0;"));
    quit(terminal);
}

/// A mouse event as the terminal reports it; columns and lines from 0.
fn sgr(button: u8, x: u16, y: u16, end: char) -> String {
    format!("\x1b[<{button};{};{}{end}", x + 1, y + 1)
}

#[test]
fn the_mouse_selects_sorts_scrolls_and_drags() {
    let server = Fault::start(|_, _| page(0, 100, false));
    let mut terminal = start(&server.url, &[]);
    terminal.wait_for("100 files");
    terminal.wait_for_bytes(b"\x1b[?1000h\x1b[?1002h\x1b[?1006h");
    // Rows begin below the header, the timeline, the border and the names of the columns.
    terminal.press(&(sgr(0, 10, 9, 'M') + &sgr(0, 10, 9, 'm')));
    terminal.wait_for("5 of 100");
    terminal.press(&sgr(65, 10, 9, 'M'));
    terminal.wait("three rows on", |screen| {
        screen.lines().nth(5).unwrap().contains("name-00003") && screen.contains("5 of 100")
    });
    terminal.press(&sgr(64, 10, 9, 'M'));
    terminal.wait("back", |screen| screen.lines().nth(5).unwrap().contains("name-00000"));
    terminal.press(&sgr(0, 10, 4, 'M'));
    terminal.wait_for("Files · filename ▲");
    terminal.press(&sgr(0, 10, 4, 'M'));
    terminal.wait_for("Files · filename ▼");
    let border = |screen: &str| {
        let line = screen.lines().nth(3).unwrap();
        line.chars().position(|c| c == '╮').unwrap()
    };
    assert_eq!(border(&terminal.screen()), 79);
    terminal.press(&(sgr(0, 80, 12, 'M') + &sgr(32, 70, 12, 'M') + &sgr(0, 70, 12, 'm')));
    terminal.wait("the border where it was dragged to", |screen| border(screen) == 69);
    terminal.press("m");
    terminal.wait_for_bytes(b"\x1b[?1006l\x1b[?1002l\x1b[?1000l");
    terminal.wait_for("mouse off");
    terminal.press("m");
    terminal.wait_for("mouse on");
    quit(terminal);
}

/// Hazards 43, and the light theme with it.
#[test]
fn the_terminals_background_is_heeded_and_never_a_command() {
    let server = Fault::start(|_, _| page(0, 100, false));
    let mut terminal = start(&server.url, &[]);
    terminal.wait_for("100 files");
    terminal.wait_for_bytes(b"\x1b]11;?\x1b\\");
    // The border of what has the focus is in the accent of the theme.
    let accent = |screen: &vt100::Screen| screen.cell(3, 0).map(vt100::Cell::fgcolor);
    let dark = std::cell::Cell::new(None);
    terminal.wait_screen("the accent", |screen| {
        dark.set(accent(screen));
        accent(screen).is_some_and(|fg| fg != vt100::Color::Default)
    });
    for end in ["\x1b\\", "\x07"] {
        terminal.press(&format!("\x1b]11;rgb:ffff/ffff/ffff{end}"));
        terminal.wait_screen("another accent", |screen| accent(screen) != dark.get());
        terminal.press(&format!("\x1b]11;rgb:0000/0000/0000{end}"));
        terminal.wait_screen("the first accent", |screen| accent(screen) == dark.get());
    }
    let screen = terminal.screen();
    assert!(screen.contains("1 of 100") && screen.contains("Files · time left ▲"), "{screen}");
    quit(terminal);
}

#[test]
fn without_the_focus_the_band_is_dim() {
    let server = Fault::start(|_, _| page(0, 100, false));
    let mut terminal = start(&server.url, &[]);
    terminal.wait_for("100 files");
    terminal.wait_for_bytes(b"\x1b[?1004h");
    let has_band = |screen: &vt100::Screen| screen.cell(5, 4).is_some_and(vt100::Cell::inverse);
    terminal.wait_screen("the band", has_band);
    terminal.press("\x1b[O");
    let text = terminal.wait_screen("no band", |screen| !has_band(screen));
    assert!(text.contains('▌'), "the row is marked all the same");
    terminal.press("\x1b[I");
    terminal.wait_screen("the band again", has_band);
    quit(terminal);
}

/// A connection that is dead, as after a change of networks, need not be waited for: the screen says
/// how far the answer has come, and a key drops it and asks anew.
#[test]
fn a_page_that_does_not_come_is_given_up_on_a_key() {
    let (closed, is_closed) = mpsc::channel();
    let is_closed = Mutex::new(is_closed);
    let server = Fault::start(move |number, _| {
        if number == 0 {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n".to_vec();
            return Reply::StallUntilClosed([head, vec![b' '; 2_048]].concat(), closed.clone());
        }
        is_closed.lock().unwrap().recv().unwrap();
        list(&[lasting(1)])
    });
    let mut terminal = start(&server.url, &[]);
    let screen = terminal.wait_for("for the first page … 2 s · 2.00 KiB");
    assert!(screen.contains("r asks again"), "{screen}");
    terminal.press("r");
    terminal.wait_for("1 file ");
    quit(terminal);
}

//! The real binary in a pseudo-terminal: what a person sees and types.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use shelflife::commands::cli::Cli;
use tokio::runtime::Builder;

use crate::support::demo::Demo;
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::terminal::{Terminal, kill, shelflife, wait_gone, wait_stopped, wait_stuck};
use crate::support::{CANARY, NO_CONFIGURATION, wait_until};

fn at(url: &str) -> [(&str, &str); 2] {
    [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", url)]
}

#[test]
fn the_demo_paints_counts_down_and_quits() {
    let mut terminal = Terminal::start(120, 36, &["--demo"], &[]);
    let screen = terminal.wait_for("100 loaded · more on the server");
    for text in [
        "shelflife",
        "demo · 127.0.0.1:",
        "next to expire",
        "batch-0412-input.jsonl",
        "Time left",
        "of loaded",
        "? help",
    ] {
        assert!(screen.contains(text), "{text} in\n{screen}");
    }
    // The countdown in the pane has seconds, so the screen moves without a key.
    let shown =
        |screen: &str| screen.lines().find(|line| line.contains("││ Time left")).map(str::to_owned);
    let before = shown(&screen).unwrap();
    terminal.wait("the countdown to move", |screen| shown(screen).is_some_and(|now| now != before));
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

#[test]
fn what_was_chosen_is_there_again_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "refresh = \"1m\" # mine\n").unwrap();
    let arguments = ["--demo", "--config", path.to_str().unwrap()];
    let mut terminal = Terminal::start(160, 36, &arguments, &[]);
    terminal.wait_for("time left ▲");
    // What is typed before it can be read is no answer: they come in one go.
    terminal.press("SWy");
    let asks = |screen: &str| screen.contains("leave it");
    let screen =
        terminal.wait("an answer", |screen| asks(screen) || screen.contains("W asks again"));
    if !asks(&screen) {
        terminal.press("W");
    }
    let screen = terminal.wait_for("leave it");
    assert!(screen.contains(r#"sort = "-left""#) && screen.contains("was not set"), "{screen}");
    terminal.press("n");
    terminal.wait("no question", |screen| !screen.contains("leave it"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "refresh = \"1m\" # mine\n");
    terminal.press("W");
    terminal.wait_for("leave it");
    terminal.press("y");
    terminal.wait_for("written: sort · ");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "refresh = \"1m\" # mine\nsort = \"-left\"\n");
    terminal.press("W");
    terminal.wait_for("nothing to write: it is so already");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let mut terminal = Terminal::start(160, 36, &arguments, &[]);
    terminal.wait_for("time left ▼");
    std::fs::write(&path, "sort =\n").unwrap();
    terminal.press("W");
    terminal.wait_for("not written: line 1: ");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 14: the key echoed in each place of a file, and spelt in escapes where JSON is shown as it
/// came; that it is nowhere in what the terminal was sent is checked at the end of each test.
#[test]
fn an_echoed_key_is_hidden_on_the_screen_and_in_the_clipboard() {
    let spelt = CANARY.replace('C', r"\u0043").replace('/', r"\/");
    let body = format!(
        r#"{{"data":[{{"id":"{CANARY}","filename":"name {CANARY}","purpose":"{CANARY}",
            "token":{{"{spelt}":"in {spelt}"}}}},{{"id":[],"of":"{spelt}"}}],"has_more":false}}"#
    );
    let server = Fault::start(move |_, _| answer("200 OK", "", &body));
    let arguments = ["--refresh", "off"];
    let mut terminal = Terminal::start(160, 36, &arguments, &at(&server.url));
    terminal.wait_for("name [key]");
    terminal.press("gg");
    terminal.wait_for(r#"{"id":[],"of":"[key]"}"#);
    terminal.press("G");
    terminal.wait("the detail", |screen| {
        screen.contains("Purpose   [key]")
            && screen.contains("ID        [key]")
            && screen.contains(r#"{"[key]":"in [key]"}"#)
    });
    terminal.press("y");
    // `[key]` in Base64.
    terminal.wait_for_bytes(b"\x1b]52;c;W2tleV0=\x1b\\");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

#[test]
fn opening_sends_one_request_and_scrolling_to_the_end_each_page_once() {
    let demo = Demo::with_files(1_000);
    let mut terminal = Terminal::start(120, 36, &[], &at(&demo.url));
    terminal.wait_for("100 loaded · more on the server");
    assert_eq!(demo.requests(), ["GET /v1/files?limit=100"]);
    // Each press brings the selection to the last loaded file, and what lies near it.
    let loaded =
        |screen: &str| screen.lines().next().unwrap().split("read").next().unwrap().to_owned();
    let mut screen = terminal.screen();
    while screen.contains("more on the server") {
        let before = loaded(&screen);
        terminal.press("G");
        screen = terminal.wait("more files", |screen| loaded(screen) != before);
    }
    assert!(screen.contains("1,000 files"));
    terminal.press("G");
    terminal.wait_for("end of list");
    let mut requests = demo.requests();
    assert_eq!(requests.len(), 10);
    requests.sort();
    requests.dedup();
    assert_eq!(requests.len(), 10, "no page twice");
    terminal.press("\x03");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

#[test]
fn load_all_counts_and_says_when_it_is_done() {
    let demo = Demo::with_files(2_345);
    let mut terminal = Terminal::start(80, 24, &[], &at(&demo.url));
    terminal.wait_for("loaded · more on the server");
    terminal.press("L");
    terminal.wait_for("all 2,345 files loaded");
    terminal.wait_for("2,345 files");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

#[test]
fn the_id_is_copied_whole_through_the_terminal() {
    let server = Fault::start(|_, _| page(0, 3, false));
    let mut terminal = Terminal::start(80, 24, &[], &at(&server.url));
    terminal.wait_for("3 files");
    terminal.press("y");
    // base64 of file_00000
    terminal.wait_for_bytes(b"\x1b]52;c;ZmlsZV8wMDAwMA==\x1b\\");
    terminal.wait_for("sent to the terminal: file_00000");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// In tmux, its own buffer is the surer way: it says whether it has it. Here a script stands for it.
#[test]
fn in_tmux_a_copy_is_one_that_tmux_says_it_has() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Fault::start(|_, _| page(0, 3, false));
    let new = r#"[ "$2" = -w ] && cat > "$BUFFER" && echo bpaste,clipboard,title"#;
    let blind = r#"[ "$2" = -w ] && cat > "$BUFFER" && echo bpaste,title"#;
    let old = r#"[ "$2" = - ] && cat > "$BUFFER" || { echo "unknown flag -w" >&2; exit 1; }"#;
    for (script, said, taken) in [
        (new, "copied to tmux and sent to the terminal: file_00000", true),
        (blind, "copied to tmux, not to the terminal: file_00000", true),
        (old, "copied to tmux, not to the terminal: file_00000", true),
        ("echo no server >&2; exit 1", "but tmux has it not (no server): file_00000", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("tmux");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let buffer = folder.path().join("buffer");
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let mut environment = at(&server.url).to_vec();
        environment.extend([("TMUX", "/tmp/tmux"), ("PATH", path.as_str())]);
        environment.push(("BUFFER", buffer.to_str().unwrap()));
        let mut terminal = Terminal::start(100, 24, &[], &environment);
        terminal.wait_for("3 files");
        terminal.press("y");
        // What shows the program may be no tmux at all.
        terminal.wait_for_bytes(b"\x1b]52;c;ZmlsZV8wMDAwMA==\x1b\\");
        terminal.wait_for(said);
        let read = std::fs::read_to_string(&buffer).unwrap_or_default();
        assert_eq!(read == "file_00000", taken, "{said}: {read}");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

/// Hazards 40: SIGTERM, SIGHUP, SIGINT, SIGQUIT, and others that would end the program.
#[test]
fn signals_leave_a_clean_terminal_and_their_code() {
    for (name, code) in
        [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131), ("USR1", 138), ("ALRM", 142)]
    {
        let terminal = Terminal::start(80, 24, &["--demo"], &[]);
        terminal.wait_for("next to expire");
        terminal.signal(name);
        assert_eq!(terminal.wait_exit_restored(), code, "{name}");
    }
}

/// Hazards 40: Ctrl-Z, SIGTSTP and SIGCONT.
#[test]
fn suspending_gives_the_terminal_back_and_resuming_draws_anew() {
    let server = Fault::start(|_, _| page(0, 3, false));
    for by_key in [true, false] {
        let mut terminal = Terminal::start(80, 24, &[], &at(&server.url));
        terminal.wait_for("3 files");
        if by_key {
            terminal.press("\x1a");
        } else {
            terminal.signal("TSTP");
        }
        terminal.wait_stopped();
        terminal.wait("the shell's own screen", |screen| !screen.contains("3 files"));
        terminal.signal("CONT");
        terminal.wait_for("3 files");
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        let entered = raw.rfind("\x1b[?1049h").unwrap();
        assert!(raw[entered..].contains("\x1b]2;shelflife\x1b\\"), "the title is set again");
        terminal.press("j");
        terminal.wait_for("2 of 3");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

/// Hazards 43 and 45: what a terminal says, whole or cut off, commands nothing, and keeps no key from
/// being heard.
#[test]
fn what_the_terminal_says_is_no_command() {
    let server = Fault::start(|_, _| page(0, 3, false));
    let mut terminal = Terminal::start(120, 24, &[], &at(&server.url));
    terminal.wait_for("3 files");
    let before = terminal.wait_for("1 of 3");
    for said in [
        "\x1bP1$r0q\x1b\\",
        "\x1bP>|tmux 3.4\x1b\\",
        "\x1b_Gi=1;q\x1b\\",
        "\x1b]52;c;cXFx\x07",
        "\x1b[?2026;2$y",
        "\x1b[24;80R",
        "\u{9b}?62;22c",
    ] {
        terminal.press(&format!("{said}j"));
        terminal.wait_for("2 of 3");
        terminal.press("k");
        let screen = terminal.wait_for("1 of 3");
        assert_eq!(screen, before, "{said:?}");
    }
    for cut_off in ["\x1bP1$r0q", "\x1b]11;rgb:", "\x1b[?2026;2$"] {
        terminal.press(cut_off);
        terminal.press("\x1b[B");
        terminal.wait_for("2 of 3");
        terminal.press("k");
        terminal.wait_for("1 of 3");
    }
    terminal.press("\x1b[?2026;2$");
    terminal.press("\x03");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 45: reports and answers that are on their way when the program leaves do not reach the
/// shell; what is typed behind the terminal's answer to the last question does.
#[test]
fn what_is_on_its_way_at_the_end_is_not_typed_into_the_shell() {
    for way in ["q", "\x03", "TERM"] {
        // A busy machine may be slower than a terminal has to be.
        assert!((0..20).any(|_| leaves_reports_behind(way)), "{way:?}: never answered in time");
    }
}

/// Leaves the dashboard in this way; tells whether the terminal answered within the time that it has.
fn leaves_reports_behind(way: &str) -> bool {
    let program = env!("CARGO_BIN_EXE_shelflife");
    let script = format!(
        "'{program}' --demo; echo \"code $?\"; stty -echo; IFS= read -r left; echo \"<$left>\""
    );
    let mut command = shelflife(&[]);
    *command.get_argv_mut() = ["/bin/sh", "-c", &script].map(Into::into).to_vec();
    let mut terminal = Terminal::spawn(80, 24, command);
    terminal.wait_for("next to expire");
    let began = Instant::now();
    match way {
        "TERM" => terminal.signal_child("TERM"),
        key => terminal.press(key),
    }
    terminal.wait_for_bytes(b"\x1b[c");
    terminal.press("\x1b[<35;5;5M\x1b[I\x1bP1$r0q\x1b\\\x1b]11;rgb:0/0/0\x07\x1b[?62;22cty");
    let in_time = began.elapsed() < Duration::from_millis(150);
    terminal.wait_for(if way == "TERM" { "code 143" } else { "code 0" });
    terminal.press("ped\n");
    let screen = terminal.wait(">", |screen| screen.contains('>'));
    terminal.wait_exit();
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    let fence = raw.rfind("\x1b[c").unwrap();
    for off in ["\x1b[?1002l", "\x1b[?1004l", "\x1b[?2004l", "\x1b[?1049l"] {
        assert!(raw[..fence].contains(off), "{off} comes before the question: {raw:?}");
    }
    assert!(screen.contains("<typed>") || !in_time, "{screen}");
    in_time
}

/// A shell with jobs that runs `script`, in which `$shelflife` is the program.
fn shell(script: &str) -> Terminal {
    let mut command = shelflife(&[]);
    *command.get_argv_mut() = ["/bin/sh", "-mc", script].map(Into::into).to_vec();
    command.env("shelflife", env!("CARGO_BIN_EXE_shelflife"));
    Terminal::spawn(80, 24, command)
}

/// The number that the script prints behind the word `job`.
fn job(terminal: &Terminal) -> String {
    let is_told = |line: &str| line.strip_prefix("job ").map(|pid| pid.trim().to_owned());
    let told = |screen: &str| screen.lines().find_map(is_told);
    let screen = terminal.wait("the job", |screen| told(screen).is_some());
    told(&screen).unwrap()
}

/// Hazards 40: started in the background it stops, as `less` does, until it is brought to the front;
/// a signal ends it with the next SIGCONT, and the terminal is as it was.
#[test]
fn started_in_the_background_it_waits_and_can_be_ended() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut terminal = shell("$shelflife --demo & echo job $!; read x; wait $!; echo code $?");
        let pid = job(&terminal);
        wait_stopped(&pid);
        // Going on in the background, it stops again.
        kill("CONT", &pid);
        wait_stopped(&pid);
        kill(name, &pid);
        kill("CONT", &pid);
        wait_gone(&pid);
        terminal.press("\n");
        terminal.wait_for(&format!("code {code}"));
        assert_eq!(terminal.wait_exit_restored(), 0);
        assert!(!terminal.raw().contains(&0x1b), "{name}: nothing was drawn");
    }
    let mut terminal =
        shell("$shelflife --demo & echo job $!; read x; fg >/dev/null; echo code $?");
    wait_stopped(&job(&terminal));
    terminal.press("\n");
    terminal.wait_for("next to expire");
    terminal.press("q");
    terminal.wait_for("code 0");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 40: stopped and sent on in the background, it stops again and can be ended; in front again
/// it goes on.
#[test]
fn going_on_in_the_background_it_waits_and_can_be_ended() {
    for (stop, name, code) in [("^z", "TERM", 143), ("STOP", "HUP", 129), ("^z", "INT", 130)] {
        // A shell that one types in sets its own modes.
        let script = "stty=$(stty -g); $shelflife --demo; stty $stty; read x; bg; echo sent on; \
             read x; fg; echo code $?";
        let mut terminal = shell(script);
        terminal.wait_for("next to expire");
        let pid = terminal.child();
        match stop {
            "^z" => terminal.press("\x1a"),
            stop => kill(stop, &pid),
        }
        wait_stopped(&pid);
        terminal.press("\n");
        let raw = |terminal: &Terminal| String::from_utf8_lossy(&terminal.raw()).into_owned();
        wait_until("bg", || raw(&terminal).contains("sent on"));
        wait_stopped(&pid);
        kill("CONT", &pid);
        wait_stopped(&pid);
        kill(name, &pid);
        kill("CONT", &pid);
        wait_gone(&pid);
        terminal.press("\n");
        terminal.wait_for(&format!("code {code}"));
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
    let mut terminal = shell("$shelflife --demo; bg; read x; fg; echo code $?");
    terminal.wait_for("next to expire");
    let pid = terminal.child();
    terminal.press("\x1a");
    terminal.wait("the shell's own screen", |screen| !screen.contains("next to expire"));
    wait_stopped(&pid);
    terminal.press("\n");
    terminal.wait_for("next to expire");
    terminal.press("q");
    terminal.wait_for("code 0");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 40: a job that nothing can stop, as an orphan, says why it cannot be.
#[test]
fn an_orphan_in_the_background_says_what_is_wrong() {
    let mut terminal = shell("($shelflife --demo & echo job $!); read x");
    wait_gone(&job(&terminal));
    terminal.wait_for("another job has it; start the dashboard in the foreground");
    terminal.press("\n");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// `nohup` has SIGHUP ignored, and so it stays.
#[test]
fn what_is_ignored_at_the_start_stays_ignored() {
    let mut terminal = shell("trap '' HUP; $shelflife --demo; echo code $?");
    terminal.wait_for("next to expire");
    terminal.signal_child("HUP");
    terminal.press("j");
    terminal.wait_for("2 of 100");
    terminal.press("q");
    terminal.wait_for("code 0");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// The name of the test below, which is run again as a terminal emulator that can be killed.
const EMULATOR: &str = "pty::the_emulator_that_is_killed";

/// Hazards 41: the terminal is gone. The second time the program is in a session without a terminal
/// of its own, so that no SIGHUP tells it.
#[test]
fn a_terminal_that_vanishes_ends_the_program() {
    for told in ["yes", "no"] {
        let mut emulator = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", EMULATOR, "--nocapture"])
            .env("SHELFLIFE_TEST_EMULATOR", told)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines =
            BufReader::new(emulator.stdout.take().unwrap()).lines().map_while(Result::ok);
        let pid = lines.find_map(|line| line.strip_prefix("pid ").map(str::to_owned)).unwrap();
        emulator.kill().unwrap();
        emulator.wait().unwrap();
        wait_gone(&pid);
    }
}

/// Does nothing in a usual run; for the test above it holds a terminal with the dashboard in it.
#[test]
fn the_emulator_that_is_killed() {
    let Some(told) = std::env::var_os("SHELFLIFE_TEST_EMULATOR") else { return };
    let mut command = shelflife(&["--demo"]);
    command.set_controlling_tty(told == "yes");
    let terminal = Terminal::spawn(80, 24, command);
    terminal.wait_for("next to expire");
    println!("\npid {}", terminal.pid());
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// Hazards 41: the screen is another terminal than the keyboard, and only the screen is gone.
#[test]
fn a_screen_that_vanishes_ends_the_program() {
    let screen = native_pty_system().openpty(PtySize::default()).unwrap();
    let path = screen.master.tty_name().unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    let program = env!("CARGO_BIN_EXE_shelflife");
    command.args(["-c", &format!("exec '{program}' --demo >'{}'", path.display())]);
    command.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
    command.env("TERM", "xterm-256color");
    let terminal = Terminal::spawn(80, 24, command);
    let mut output = screen.master.try_clone_reader().unwrap();
    let mut seen = vec![];
    while !String::from_utf8_lossy(&seen).contains("next to expire") {
        let mut bytes = [0; 4_096];
        let read = output.read(&mut bytes).unwrap();
        seen.extend_from_slice(&bytes[..read]);
    }
    drop((output, screen));
    assert_eq!(terminal.wait_exit_restored(), 1);
}

/// Hazards 42: any size.
#[test]
fn small_and_changing_sizes_are_survived() {
    let mut terminal = Terminal::start(120, 36, &["--demo"], &[]);
    terminal.wait_for("next to expire");
    terminal.resize(20, 5);
    terminal.wait_for("30x6 is needed");
    for width in (1..130).step_by(7) {
        terminal.resize(width, width / 3 + 1);
    }
    for (width, height) in [(u16::MAX, 1), (1, u16::MAX), (1, 1), (500, 200)] {
        terminal.resize(width, height);
    }
    terminal.resize(80, 24);
    // A large screen in between may have called for a second page.
    terminal.wait_for("00 loaded · more on the server");
    terminal.resize(20, 5);
    terminal.wait_for("30x6 is needed");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 42: a terminal that was told no size, as on a serial line.
#[test]
fn a_terminal_without_a_size_has_that_of_the_environment_or_the_usual_one() {
    for (width, height, environment) in [(100, 30, "COLUMNS=100 LINES=30"), (80, 24, "")] {
        let script = format!(
            "stty rows 0 cols 0; {environment} $shelflife --demo; {environment} $shelflife doctor --demo"
        );
        let mut command = shelflife(&[]);
        *command.get_argv_mut() = ["/bin/sh", "-c", &script].map(Into::into).to_vec();
        command.env("shelflife", env!("CARGO_BIN_EXE_shelflife"));
        let mut terminal = Terminal::spawn(width, height, command);
        let screen = terminal.wait_for("next to expire");
        let footer = screen.lines().nth(usize::from(height) - 1).unwrap_or_default();
        assert!(footer.contains("? help"), "{screen}");
        terminal.press("q");
        terminal.wait_for(&format!("warning  terminal       {width}x{height}, TERM"));
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

/// Hazards 31, at the start.
#[test]
fn a_wrong_key_has_its_own_screen_and_exit_code() {
    let options =
        shelflife::demo::Options { files: 10, key: Some("right".into()), ..Default::default() };
    let demo = Demo::start(options);
    let mut terminal = Terminal::start(120, 36, &[], &at(&demo.url));
    let screen = terminal.wait_for("The service refused the key (401): Wrong API Key.");
    assert!(screen.contains("CEREBRAS_API_KEY"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 3);
}

/// Hazards 14: the key echoed by the service.
#[test]
fn a_service_that_echoes_the_key_does_not_make_us_show_it() {
    let server = Fault::start(|_, _| {
        answer("401 Unauthorized", "", &format!(r#"{{"message":"bad key {CANARY}"}}"#))
    });
    let mut terminal = Terminal::start(120, 36, &[], &at(&server.url));
    terminal.wait_for("bad key [key]");
    assert!(server.heads()[0].contains(&format!("Bearer {CANARY}")), "it was sent all the same");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 3);
}

#[test]
fn a_page_that_fails_is_retried_then_explained_and_r_tries_again() {
    let healed = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&healed);
    let server = Fault::start(move |_, head| match begins_at(head) {
        0 => page(0, 100, true),
        _ if switch.load(Ordering::SeqCst) => page(100, 150, false),
        _ => {
            answer("503 Service Unavailable", "Retry-After: 1\r\n", "{\"message\":\"overloaded\"}")
        }
    });
    let mut terminal = Terminal::start(120, 36, &[], &at(&server.url));
    terminal.wait_for("100 loaded · more on the server");
    terminal.press("G");
    terminal.wait_for(
        "page 2: the service answered 503 Service Unavailable: overloaded · next try in 1s (1 of 3 failed)",
    );
    // What is loaded stays usable meanwhile.
    terminal.press("g");
    terminal.wait_for(" 1 of 100");
    terminal.wait_for(
        "page 2 failed: the service answered 503 Service Unavailable: overloaded · r tries again",
    );
    terminal.wait_for("100 loaded · partial");
    assert_eq!(server.requests().len(), 4, "one page, and three tries of the next");
    healed.store(true, Ordering::SeqCst);
    terminal.press("r");
    terminal.wait_for("150 files");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 34: a stall in the body holds no key up.
#[test]
fn keys_are_answered_while_a_page_does_not_come() {
    let server = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 100, true),
        _ => Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":[".to_vec()),
    });
    let mut terminal = Terminal::start(120, 36, &[], &at(&server.url));
    terminal.wait_for("100 loaded");
    terminal.press("G");
    terminal.wait_for("loading page 2 …");
    terminal.press("ggjj");
    terminal.wait_for("3 of 100");
    terminal.press("/name-00042\r");
    terminal.wait_for("1 of 1");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 7, as far as there is a text to type.
#[test]
fn typing_a_filter_is_not_typing_commands_and_a_paste_is_text() {
    let server = Fault::start(|_, _| page(0, 30, false));
    let mut terminal = Terminal::start(120, 36, &[], &at(&server.url));
    terminal.wait_for("30 files");
    terminal.press("\x1b[200~q\r\x1b[201~");
    terminal.press("/qqq");
    terminal.wait_for("None of 30 loaded files matches “qqq”");
    terminal.press("\x1b[200~\x03zz\x1b[201~");
    terminal.wait_for("qqqzz");
    terminal.press("\x1b");
    terminal.wait_for(" 1 of 30 ─");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

#[test]
fn without_colour_no_colour_is_written() {
    for (arguments, environment) in [
        (vec!["--demo"], vec![("NO_COLOR", "1")]),
        (vec!["--demo", "--color", "auto"], vec![("NO_COLOR", "1")]),
        (vec!["--demo", "--color", "never"], vec![]),
    ] {
        let mut terminal = Terminal::start(80, 24, &arguments, &environment);
        terminal.wait_for("next to expire");
        terminal.press("jjq");
        assert_eq!(terminal.wait_exit_restored(), 0);
        assert!(!has_colour(&terminal), "{:?}", String::from_utf8_lossy(&terminal.raw()));
    }
    let mut terminal =
        Terminal::start(80, 24, &["--demo", "--color", "always"], &[("NO_COLOR", "1")]);
    terminal.wait_for("next to expire");
    terminal.press("q");
    terminal.wait_exit_restored();
    assert!(has_colour(&terminal));
}

/// A theme of 16 million colours is written in no more than the terminal has.
#[test]
fn a_terminal_is_written_no_more_colours_than_it_has() {
    let cases = [
        ("xterm-256color", Some("truecolor"), (true, false)),
        ("xterm-256color", None, (false, true)),
        ("screen-256color", None, (false, true)),
        ("xterm-16color", None, (false, false)),
        ("xterm-16color", Some("truecolor"), (false, false)),
        ("vt100", None, (false, false)),
        ("vt100", Some("truecolor"), (false, false)),
        ("linux", None, (false, false)),
        ("screen", None, (false, false)),
    ];
    for (term, colorterm, expected) in cases {
        let mut environment = vec![("TERM", term)];
        environment.extend(colorterm.map(|value| ("COLORTERM", value)));
        let arguments = ["--demo", "--theme", "juniper"];
        let mut terminal = Terminal::start(80, 24, &arguments, &environment);
        terminal.wait_for("next to expire");
        terminal.press("jq");
        assert_eq!(terminal.wait_exit_restored(), 0);
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        let has = |kind: &str| raw.contains(&format!("38;{kind};"));
        assert_eq!((has("2"), has("5")), expected, "{term} {colorterm:?}");
        let has_any = (term, colorterm) != ("vt100", None);
        assert_eq!(has_colour(&terminal), has_any, "{term} {colorterm:?}");
    }
    // Who wants colours gets them.
    let arguments = ["--demo", "--theme", "juniper", "--color", "always"];
    let mut terminal = Terminal::start(80, 24, &arguments, &[("TERM", "vt100")]);
    terminal.wait_for("next to expire");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    assert!(has_colour(&terminal));
}

/// Whether any sequence that the program wrote names a colour.
fn has_colour(terminal: &Terminal) -> bool {
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    let looks = raw.split("\x1b[").filter_map(|text| text.split_once('m'));
    let mut parameters = looks.flat_map(|(parameters, _)| parameters.split(';'));
    parameters.any(|one| matches!(one.parse(), Ok(30..=38 | 40..=48 | 90..=107)))
}

/// Hazards 19: sequences in names and ids.
#[test]
fn hostile_names_command_nothing() {
    let server = Fault::start(|_, _| {
        let name = r"a\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eb\nc";
        let body = format!(
            r#"{{"data":[{{"id":"file_1","filename":"{name}"}},{{"id":"file_2","filename":"ok"}}],"has_more":false}}"#
        );
        answer("200 OK", "", &body)
    });
    let mut terminal = Terminal::start(200, 24, &[], &at(&server.url));
    terminal.wait_for("2 files");
    let screen = terminal.wait_for("a\\u{1b}]0;owned\\u{7}");
    assert!(screen.contains("\\u{202e}b\\nc"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_exit_restored(), 0);
    let raw = terminal.raw();
    assert!(
        !raw.windows(4).any(|bytes| bytes == b"\x1b]0;")
            && !raw.windows(2).any(|bytes| bytes == b"\xc2\x9b")
    );
}

/// Hazards 15: no core file, whatever happens.
#[test]
fn no_core_file_can_hold_the_key() {
    let mut terminal = Terminal::start(80, 24, &["--demo"], &[]);
    terminal.wait_for("next to expire");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", terminal.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let bounds: Vec<&str> = core.split_whitespace().skip(4).collect();
    assert_eq!(bounds, ["0", "0", "bytes"], "{core}");
    terminal.press("q");
    terminal.wait_exit_restored();
}

/// The name of the test below, which is run again as a program of its own in a terminal.
const PANICKING: &str = "pty::the_program_that_panics";

/// Hazards 39: a panic in the main loop, in a thread, in a task.
#[test]
fn a_panic_anywhere_ends_the_program_with_the_terminal_restored() {
    for place in ["main", "thread", "task"] {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", PANICKING, "--nocapture"]);
        command.env("SHELFLIFE_TEST_PANICS", place);
        command.env("CEREBRAS_API_KEY", CANARY);
        command.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
        command.env("TERM", "xterm-256color");
        let terminal = Terminal::spawn(80, 24, command);
        assert_eq!(terminal.wait_exit_restored(), 101, "{place}");
        let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
        let restored = raw.rfind("\x1b[?1049l").expect("the alternate screen was left");
        let message = raw[restored..].find("the shelf fell down\\u{1b}[2J [key]");
        assert!(message.is_some(), "{place}: the message comes after: {raw:?}");
    }
}

/// Does nothing in a usual run; in the terminal of the test above it is the dashboard, where
/// something panics once the first page was asked for.
#[test]
fn the_program_that_panics() {
    let Ok(place) = std::env::var("SHELFLIFE_TEST_PANICS") else { return };
    let asked = Arc::new(tokio::sync::Notify::new());
    let asking = Arc::clone(&asked);
    let server = Fault::start(move |_, _| {
        asking.notify_one();
        page(0, 3, false)
    });
    let cli = Cli::parse_from(["shelflife", "--base-url", &server.url]);
    let fall = async move {
        asked.notified().await;
        panic!("the shelf fell down\u{1b}[2J {CANARY}");
    };
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let foreground = Builder::new_current_thread().enable_io().build().unwrap();
    let handle = background.handle().clone();
    let dashboard = shelflife::commands::dashboard::run(&cli.options, background.handle());
    let code = shelflife::runtime::report_panics(|| match place.as_str() {
        "main" => foreground.block_on(async {
            tokio::select! {
                code = dashboard => code.unwrap(),
                () = fall => 0,
            }
        }),
        "thread" => {
            std::thread::spawn(move || handle.block_on(fall));
            foreground.block_on(dashboard).unwrap()
        }
        _ => {
            handle.spawn(fall);
            foreground.block_on(dashboard).unwrap()
        }
    });
    background.shutdown_background();
    std::process::exit(code.into());
}

/// Hazards 42: TERM is dumb or not set.
#[test]
fn a_terminal_that_can_do_nothing_is_told_of_list_without_an_escape() {
    for term in ["dumb", ""] {
        let terminal = Terminal::start(120, 24, &["--demo"], &[("TERM", term)]);
        assert_eq!(terminal.wait_exit_restored(), 2);
        let raw = terminal.raw();
        assert!(!raw.contains(&0x1b) && String::from_utf8_lossy(&raw).contains("`shelflife list`"));
    }
}

/// Hazards 38: output that is not read.
///
/// Nobody reads the terminal, so that the program hangs in the middle of a frame.
#[test]
fn a_terminal_that_takes_no_output_does_not_outlive_a_signal() {
    let size = PtySize { rows: 300, cols: 500, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_shelflife"));
    command.arg("--demo");
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    let pid = child.process_id().unwrap().to_string();
    wait_stuck(&pair.master.tty_name().unwrap(), &pid);
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().exit_code(), 143);
}

/// Too few files that may be open for a dashboard: it says so, and leaves the terminal as it was.
#[test]
fn too_few_descriptors_for_a_dashboard_are_said_on_a_clean_terminal() {
    for most in (8..=28).step_by(2) {
        let mut command = shelflife(&[]);
        let script = format!("ulimit -n {most}; exec $shelflife --demo");
        *command.get_argv_mut() = ["/bin/sh", "-c", &script].map(Into::into).to_vec();
        command.env("shelflife", env!("CARGO_BIN_EXE_shelflife"));
        let mut terminal = Terminal::spawn(200, 24, command);
        terminal.press("q");
        let code = terminal.wait_exit_restored();
        let screen = terminal.screen();
        assert!(!screen.contains("bug"), "{most}: {screen}");
        assert!(
            code == 0 || code == 1 && screen.contains("(ulimit -n)"),
            "{most} {code}: {screen}"
        );
    }
}

/// The name of the test below, which is run again to set its terminal not to block before it becomes
/// the dashboard.
const NOT_BLOCKING: &str = "pty::the_program_whose_terminal_does_not_block";

/// Hazards 38: output that is not read for a while, on a terminal that says so instead of waiting.
#[test]
fn a_terminal_that_would_block_is_waited_for() {
    let size = PtySize { rows: 300, cols: 500, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", NOT_BLOCKING, "--nocapture"]);
    command.env("SHELFLIFE_TEST_NOT_BLOCKING", "yes");
    command.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
    command.env("TERM", "xterm-256color");
    let before = format!("{:?}", pair.master.get_termios().unwrap());
    let mut child = pair.slave.spawn_command(command).unwrap();
    let pid = child.process_id().unwrap().to_string();
    wait_stuck(&pair.master.tty_name().unwrap(), &pid);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut keyboard = pair.master.take_writer().unwrap();
    drop(pair.slave);
    let mut seen = vec![];
    let mut pressed = false;
    while !String::from_utf8_lossy(&seen).contains("\x1b[?1049l") {
        let mut bytes = [0; 4_096];
        let read = output.read(&mut bytes).unwrap();
        seen.extend_from_slice(&bytes[..read]);
        if !pressed && String::from_utf8_lossy(&seen).contains("next to expire") {
            keyboard.write_all(b"q").unwrap();
            pressed = true;
        }
    }
    assert_eq!(child.wait().unwrap().exit_code(), 0);
    assert_eq!(format!("{:?}", pair.master.get_termios().unwrap()), before);
}

/// Does nothing in a usual run; for the test above it becomes the dashboard.
#[test]
fn the_program_whose_terminal_does_not_block() {
    if std::env::var_os("SHELFLIFE_TEST_NOT_BLOCKING").is_some() {
        rustix::io::ioctl_fionbio(rustix::stdio::stdout(), true).unwrap();
        let mut dashboard = Command::new(env!("CARGO_BIN_EXE_shelflife"));
        panic!("{}", dashboard.arg("--demo").exec());
    }
}

//! `shelflife doctor`, the real binary.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portable_pty::CommandBuilder;
use shelflife::api::ApiError;
use shelflife::text::Untrusted;

use crate::support::binary::{command, run_at, text};
use crate::support::fault::{Fault, Reply, answer, page};
use crate::support::files::lasting_page;
use crate::support::terminal::Terminal;
use crate::support::{CANARY, NO_CONFIGURATION, wait_until};

/// The report's line about `about`.
fn line<'r>(report: &'r str, about: &str) -> &'r str {
    let is_about = |line: &&str| line.get(9..).is_some_and(|rest| rest.starts_with(about));
    report.lines().find(is_about).unwrap_or_else(|| panic!("{about} in\n{report}"))
}

#[test]
fn what_is_in_order_is_said_line_by_line() {
    let server = Fault::start(|_, _| {
        let headers = "x-ratelimit-remaining-requests: 57\r\nx-ratelimit-reset-requests: 60\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\n";
        answer("200 OK", headers, &lasting_page(0, 3, true))
    });
    let output = run_at(&server.url, &["doctor"]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(output.stderr.is_empty());
    for (about, verdict, part) in [
        ("version", "ok ", env!("CARGO_PKG_VERSION")),
        ("terminal", "warning ", "none here"),
        ("configuration", "ok ", "config.toml; set: base_url (CEREBRAS_BASE_URL)"),
        ("key", "ok ", "CEREBRAS_API_KEY is set"),
        ("address", "ok ", "from CEREBRAS_BASE_URL"),
        ("tls", "ok ", "not used"),
        ("list", "ok ", "3 files in "),
        ("clock", "warning ", "ahead of the service's; countdowns go by the service's"),
        ("rate limits", "ok ", "57 requests left until they are counted anew in 1m"),
    ] {
        let line = line(&report, about);
        assert!(line.starts_with(verdict) && line.contains(part), "{line}");
    }
    assert_eq!(server.requests().len(), 1, "one call");
}

#[test]
fn the_first_failure_gives_the_exit_code_and_what_to_do() {
    type Case = (fn() -> Reply, &'static str, i32, &'static str);
    let cases: [Case; 8] = [
        (|| answer("401 Unauthorized", "", ""), "list", 3, "give the key of this account"),
        (|| answer("403 Forbidden", "", ""), "list", 3, "ask for a key that may list files"),
        (|| answer("503 Service Unavailable", "", ""), "list", 5, "try again later"),
        (
            || answer("503 Service Unavailable", "x-should-retry: false\r\n", ""),
            "list",
            5,
            "try again later",
        ),
        (|| answer("404 Not Found", "", ""), "list", 1, "check the address"),
        (|| answer("200 OK", "", "<html>hotel</html>"), "list", 1, "something stands between"),
        (|| Reply::Bytes(vec![]), "list", 5, "try again later"),
        (
            || answer("429 Too Many Requests", "Retry-After: 600\r\n", ""),
            "list",
            5,
            "it asks to wait 10m; try again later",
        ),
    ];
    for (reply, about, code, advice) in cases {
        let server = Fault::start(move |_, _| reply());
        let output = run_at(&server.url, &["doctor"]);
        let report = text(&output.stdout);
        let line = report.lines().find(|line| line.starts_with("failure ")).unwrap();
        assert!(line.get(9..).unwrap().starts_with(about) && line.contains(advice), "{line}");
        assert_eq!(output.status.code(), Some(code), "{report}");
    }
    for (address, said) in
        [("ftp://files.example", "\"ftp://files.example\""), (CANARY, "the address in")]
    {
        let output = run_at(address, &["doctor"]);
        let report = text(&output.stdout);
        assert_eq!(output.status.code(), Some(2));
        let line = line(&report, "address");
        assert!(line.starts_with("failure ") && line.contains(said), "{line}");
    }
}

#[test]
fn it_works_without_a_key_or_with_a_bad_one_and_asks_nobody_then() {
    let server = Fault::start(|_, _| page(0, 3, false));
    for (key, said) in [(None, "no key: set CEREBRAS_API_KEY"), (Some("a b"), "is malformed")] {
        let mut command = command(&["doctor", "--base-url", &server.url]);
        key.map(|key| command.env("CEREBRAS_API_KEY", key));
        let output = command.output().unwrap();
        let report = text(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{report}");
        assert!(line(&report, "key").contains(said) && !report.contains("a b"), "{report}");
        assert!(line(&report, "list").contains("not tried"));
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_configuration_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "\nlimt = 3").unwrap();
    let run = |arguments: &[&str]| {
        let output = command(arguments).env("HOME", folder.path()).output().unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let (code, report) = run(&["doctor", "--config", path.to_str().unwrap()]);
    assert_eq!(code, Some(2), "the first failure: {report}");
    assert!(line(&report, "configuration").contains("line 2: unknown key \"limt\""));
    assert!(line(&report, "key").starts_with("failure ") && line(&report, "list").contains("not"));
    std::fs::write(&path, "theme = \"none\"").unwrap();
    let (code, report) = run(&["doctor", "--demo", "--config", path.to_str().unwrap()]);
    assert!(
        line(&report, "configuration").contains("~/config.toml; set: theme (line 1)"),
        "{report}"
    );
    assert!(line(&report, "theme").starts_with("failure ") && code == Some(2));
    assert!(line(&report, "list").starts_with("ok "), "the others are looked at all the same");
}

/// Where each value comes from: a flag, a variable, a line of the file, or nobody.
#[test]
fn what_gives_a_value_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let server = Fault::start(|_, _| page(0, 3, false));
    let text_of = |url: &str| {
        format!(
            "limit = 50\nbase_url = \"{url}\"\n[keys]\nquit = \"x\"\n[[alerts]]\nleft = \"2h\"\n"
        )
    };
    std::fs::write(&path, text_of(&server.url)).unwrap();
    let file = path.to_str().unwrap();
    let report = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = command(&["doctor"]);
        command.args(arguments).env("CEREBRAS_API_KEY", CANARY).env("HOME", folder.path());
        command.env_remove("CEREBRAS_BASE_URL").envs(variables.iter().copied());
        text(&command.output().unwrap().stdout)
    };
    let url = server.url.as_str();
    let by_variable = [("CEREBRAS_BASE_URL", url)];
    let log = folder.path().join("log");
    let log = log.to_str().unwrap();
    let cases: [Case<'_>; 5] = [
        (&["--config", file], &[], "base_url (line 2)", "from ~/config.toml, line 2"),
        (
            &["--config", file],
            &by_variable,
            "base_url (CEREBRAS_BASE_URL)",
            "from CEREBRAS_BASE_URL",
        ),
        (
            &["--config", file, "--base-url", url],
            &by_variable,
            "base_url (--base-url)",
            "from --base-url",
        ),
        (&["--base-url", url], &[], "set: base_url (--base-url)", "from --base-url"),
        (&["--base-url", url, "--limit", "7"], &[], "limit (--limit)", "from --base-url"),
    ];
    for (arguments, variables, given, from) in cases {
        let report = report(arguments, variables);
        assert!(line(&report, "configuration").contains(given), "{report}");
        assert!(line(&report, "address").ends_with(from), "{report}");
    }
    let whole = report(&["--config", file, "--log-file", log], &[]);
    let given = "~/config.toml; set: base_url (line 2), limit (line 1), log_file (--log-file), alerts (line 5), keys (line 4)";
    let mut words: Vec<&str> = given.split("set: ").nth(1).unwrap().split(", ").collect();
    let mut said: Vec<&str> =
        line(&whole, "configuration").split("set: ").nth(1).unwrap().split(", ").collect();
    words.sort_unstable();
    said.sort_unstable();
    assert_eq!(said, words, "{whole}");
    assert!(line(&whole, "log").ends_with("written to ~/log, from --log-file"), "{whole}");
    let nowhere = report(&["--config", file, "--base-url", "http://127.0.0.1:1"], &[]);
    assert!(line(&nowhere, "address").contains("from --base-url"), "{nowhere}");
}

#[test]
fn a_terminal_is_asked_and_left_as_it_was() {
    let environment = [("CEREBRAS_API_KEY", CANARY), ("LANG", "C"), ("LC_CTYPE", "C.utf8")];
    for (reply, said) in [
        ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c", "light, as the terminal says"),
        ("\x1b]11;rgb:0/0/0\x07\x1b[?6c", "dark, as the terminal says"),
        ("\x1b[?6c", "the terminal does not tell"),
        ("", "no answer within 2 s"),
    ] {
        let mut terminal = Terminal::start(120, 36, &["doctor", "--demo"], &environment);
        // Typed at once, so that it is there in time, however busy the machine is; the line end
        // makes it readable, also where it came before the terminal was made quiet.
        terminal.press(&if reply.is_empty() { String::new() } else { format!("{reply}\n") });
        terminal.wait_for(said);
        terminal.wait_for("rate limits");
        assert_eq!(terminal.wait_exit_restored(), 0);
        let screen = terminal.screen();
        assert!(line(&screen, "locale").starts_with("ok       locale         LC_CTYPE=C.utf8"));
    }
}

#[test]
fn the_colours_of_the_terminal_are_named_and_what_a_theme_makes_of_them() {
    for (term, colorterm, color, colours) in [
        ("xterm-256color", "truecolor", "auto", "true colour (as COLORTERM says)"),
        ("xterm-256color", "", "auto", "256 colours (by its name)"),
        ("unheard-of", "", "auto", "16 colours (terminfo does not know it)"),
        ("vt100", "truecolor", "auto", "16 colours (as COLORTERM is set)"),
        ("vt100", "", "auto", "no colours ("),
        ("vt220", "", "always", "no colours ("),
        ("xterm-256color", "", "never", "256 colours (by its name)"),
    ] {
        let environment = [("TERM", term), ("COLORTERM", colorterm)];
        let arguments = ["doctor", "--demo", "--theme", "fig", "--color", color];
        let mut terminal = Terminal::start(120, 36, &arguments, &environment);
        terminal.press("\x1b[?6c\n");
        terminal.wait_for("rate limits");
        assert_eq!(terminal.wait_exit_restored(), 0);
        let screen = terminal.screen();
        let said = format!("120x36, TERM={term}, {colours}");
        assert!(line(&screen, "terminal").contains(&said), "{screen}");
        let theme = match (colours.split(" (").next().unwrap(), color) {
            (_, "never") => "plain: color is never, from --color; --color always".to_owned(),
            ("no colours", "auto") => "plain: the terminal has no colours, ".to_owned(),
            ("no colours", _) => "fig from --theme, shown in 16 colours; COLORTERM".to_owned(),
            (colours, _) if colorterm.is_empty() => {
                format!("fig from --theme, shown in {colours}; COLORTERM=truecolor says")
            }
            (colours, _) => format!("fig from --theme, shown in {colours}; as TERM has it"),
        };
        let is_said = screen.contains(&format!("theme          {theme}"));
        assert_eq!(is_said, !colours.starts_with("true"), "{screen}");
    }
}

/// What tmux keeps from the terminal is said, with what to set; here a script stands for it.
#[test]
fn what_tmux_keeps_back_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    for (script, said) in [
        (
            "[ $1 = show-options ] && echo off || echo bpaste,title",
            &["set -as terminal-features ',*:clipboard'", "set -g allow-passthrough on"][..],
        ),
        (
            "[ $1 = show-options ] && echo on || echo bpaste,clipboard",
            &["goes to its buffer and to the terminal", "notifications pass through"],
        ),
        // An older one knows of no such option, and lets all through.
        ("[ $1 = show-options ] && exit 1 || echo bpaste", &["notifications pass through"]),
        ("echo no server >&2; exit 1", &["TMUX is set, but tmux cannot be asked: no server"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("tmux");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = command(&["doctor", "--demo"]);
        command.env("TMUX", "/tmp/tmux").env("PATH", folder.path());
        let report = text(&command.output().unwrap().stdout);
        for words in said {
            assert!(report.contains(words), "{report}");
        }
    }
}

/// Hazards 40 and 43: an answer that comes late is not left to the shell, and a signal meanwhile
/// gives the terminal back.
#[test]
fn a_terminal_that_answers_late_is_left_as_it_was() {
    for signal in [None, Some("TERM")] {
        let asked = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicBool::new(false));
        let (asking, go_on) = (Arc::clone(&asked), Arc::clone(&answered));
        let server = Fault::start(move |_, _| {
            asking.store(true, Ordering::SeqCst);
            while !go_on.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            page(0, 3, false)
        });
        let mut command = CommandBuilder::new("/bin/sh");
        let program = env!("CARGO_BIN_EXE_shelflife");
        // A shell reads what is left behind.
        let script =
            format!("'{program}' doctor; echo \"code $?\"; IFS= read -r left; echo \"<$left>\"");
        command.args(["-c", &script]);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
        command.env("CEREBRAS_API_KEY", CANARY);
        command.env("CEREBRAS_BASE_URL", &server.url);
        let mut terminal = Terminal::spawn(120, 36, command);
        wait_until("the list call", || asked.load(Ordering::SeqCst));
        terminal.press("\x1b]11;rgb:0/0/0\x1b\\\x1b[?62c");
        match signal {
            Some(name) => terminal.signal_child(name),
            None => answered.store(true, Ordering::SeqCst),
        }
        terminal.wait_for(if signal.is_some() { "code 143" } else { "code 0" });
        terminal.press("typed\n");
        terminal.wait_for("<typed>");
        assert_eq!(terminal.wait_exit_restored(), 0);
        answered.store(true, Ordering::SeqCst);
    }
}

/// Hazards 40: in the background nothing of the terminal is touched, which would stop the program.
#[test]
fn in_the_background_the_terminal_is_left_alone() {
    let program = env!("CARGO_BIN_EXE_shelflife");
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-mc", &format!("'{program}' doctor --demo & wait $!; echo \"code $?\"")]);
    command.env("TERM", "xterm-256color");
    command.env("XDG_CONFIG_HOME", NO_CONFIGURATION);
    let terminal = Terminal::spawn(120, 36, command);
    let screen = terminal.wait_for("code 0");
    assert!(screen.contains("rate limits"), "{screen}");
    assert!(line(&screen, "background").contains("not asked"), "{screen}");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

/// Hazards 34 and 44: what never came to a connection says nothing about the certificate.
#[test]
fn tls_is_in_order_only_where_it_was_seen() {
    let mut command = command(&["doctor", "--base-url", "https://files.invalid"]);
    command.env("CEREBRAS_API_KEY", CANARY);
    let missing = command.env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "/nonexistent");
    let report = text(&missing.output().unwrap().stdout);
    let tls = line(&report, "tls");
    assert!(tls.contains("No CA certificates") && tls.contains("SSL_CERT_FILE"), "{tls}");
    for (error, connected) in [
        (ApiError::TimedOut { what: "connection", limit: Duration::from_secs(5) }, false),
        (ApiError::TimedOut { what: "answer", limit: Duration::from_secs(15) }, true),
        (ApiError::Unreachable { cause: Untrusted::default() }, false),
        (ApiError::KeyRefused { message: None, secret: None }, true),
    ] {
        assert_eq!(error.was_connected(), connected, "{error}");
    }
}

/// Hazards 17: whether a proxy is in between is told, and never its address, which may hold a
/// password.
#[test]
fn a_proxy_is_named_by_its_variable() {
    let proxy = Fault::start(|_, _| answer("407 Proxy Authentication Required", "", ""));
    let mut command = command(&["doctor", "--base-url", "https://files.invalid"]);
    command.env("CEREBRAS_API_KEY", CANARY).env("ALL_PROXY", &proxy.url);
    let output = command.output().unwrap();
    let report = text(&output.stdout);
    assert!(line(&report, "proxy").contains("ALL_PROXY"), "{report}");
    assert!(line(&report, "list").contains("the proxy in ALL_PROXY answered 407"), "{report}");
    assert!(line(&report, "tls").starts_with("warning  tls            not seen"), "{report}");
    assert!(!report.contains(&proxy.url) && output.status.code() == Some(5), "{report}");
    let mut with_socks = |variable: &str, value: &str| {
        let output = command.env("ALL_PROXY", "socks5://127.0.0.1:9").env(variable, value).output();
        let output = output.unwrap();
        (line(&text(&output.stdout), "proxy").to_owned(), output.status.code())
    };
    let (said, _) = with_socks("NO_PROXY", "a.example,*.invalid");
    assert!(said.ends_with("none: NO_PROXY excepts the service from ALL_PROXY"), "{said}");
    let (said, code) = with_socks("NO_PROXY", "*.example");
    assert!(said.starts_with("failure ") && said.contains("SOCKS") && code == Some(2), "{said}");
    let (said, _) = with_socks("HTTPS_PROXY", &proxy.url);
    assert!(said.contains("the one in HTTPS_PROXY"), "only the one in force is judged: {said}");
}

/// Arguments, variables, and what is said then, in two places.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str, &'a str);

//! `wait`: the real program until files appear, vanish or have little time left.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::binary::{run_at, text};
use crate::support::fault::{Fault, Reply, answer};
use crate::support::files::{expiring_at, list};

/// A page with these files: a letter each, in upper case where it expires in half an hour.
fn letters(letters: &str) -> Reply {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let file = |letter: char| {
        let left = if letter.is_uppercase() { 1_800 } else { 86_400 };
        let id = format!("file-{}", letter.to_lowercase());
        expiring_at(&id, &format!("name-{letter}"), now - 60, now + left)
    };
    let files: Vec<String> = letters.chars().map(file).collect();
    answer("200 OK", "", &list(&files, false))
}

/// A service that has other files at each reading; the last ones stay.
fn with(readings: &'static str) -> Fault {
    let readings: Vec<&str> = readings.split(' ').collect();
    Fault::start(move |n, _| match readings[n.min(readings.len() - 1)] {
        "." => letters(""),
        "401" => answer("401 Unauthorized", "", "{}"),
        // With a wish that is no failure for good, and no wait.
        "503" => answer("503 Service Unavailable", "x-should-retry: false\r\n", ""),
        files => letters(files),
    })
}

#[test]
fn it_ends_when_it_has_come_true_or_can_no_longer() {
    let failed = "shelflife: 1 reading failed meanwhile, the last one because the service answered 503 \
                  Service Unavailable\n";
    for (readings, arguments, code, printed, said) in [
        ("ab", "--appears name:name", 0, "file-a\nfile-b\n", ""),
        (". b", "--appears name:name", 0, "file-b\n", ""),
        ("a a abc", "--appears name:name --new", 0, "file-b\nfile-c\n", ""),
        ("a 503 ab", "--appears name-b", 0, "file-b\n", failed),
        ("ab ab b .", "--vanishes name:name", 0, "file-a\nfile-b\n", ""),
        ("abc bc b", "--vanishes name-a", 0, "file-a\n", ""),
        (
            ".",
            "--vanishes name:name",
            0,
            "",
            "shelflife: no file matched at the first reading: there is none to vanish\n",
        ),
        (".", "--vanishes name:name --quiet", 0, "", ""),
        ("ab aB", "--left-below 1h", 0, "file-b\n", ""),
        ("Ab AB", "--left-below 1h --filter id=file-b", 0, "file-b\n", ""),
        (
            "ab .",
            "--left-below 1h",
            4,
            "",
            "shelflife: the files that were to have less time left are gone, all of them\n",
        ),
        ("a 401", "--vanishes name:name", 3, "", "refused the key"),
        ("401", "--appears x", 3, "", "refused the key"),
        ("503", "--appears x --timeout 0", 5, "", "503 Service Unavailable"),
        ("503 . a", "--appears name-a", 0, "file-a\n", "the list cannot be read yet: "),
        (
            ".",
            "--appears x --timeout 0",
            124,
            "",
            "shelflife: out of time after 0s, 1 reading: it has not come true\n",
        ),
        ("a", "--appears name-a --timeout 0", 0, "file-a\n", ""),
        ("a", "--vanishes name-a --timeout 1s --interval 1h", 124, "", "out of time after 1s"),
    ] {
        let server = with(readings);
        let mut all = vec!["wait"];
        all.extend(arguments.split(' '));
        if !arguments.contains("--interval") {
            all.extend(["--interval", "1"]);
        }
        let output = run_at(&server.url, &all);
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(
            (output.status.code(), out.as_str()),
            (Some(code), printed),
            "{arguments}: {error}"
        );
        assert!(
            error.contains(said) && error.is_empty() == said.is_empty(),
            "{arguments}: {error}"
        );
        // That it cannot be read yet is said when it is so, and how often it was at the end.
        let most = if said.contains("yet") { 2 } else { 1 };
        assert!(error.lines().count() <= most, "{error}");
    }
}

#[test]
fn what_is_waited_for_is_one_thing() {
    for (arguments, said) in [
        ("", "<--appears <EXPR>|--vanishes <EXPR>|--left-below <T>>\n"),
        ("--appears a --vanishes b", "cannot be used with"),
        ("--vanishes b --new", "cannot be used with"),
        ("--new", "required"),
        ("--appears b --filter c", "cannot be used with"),
        ("--left-below soon", "a span such as 1h"),
        ("--appears a --timeout 2y", "a span up to 365d"),
        ("--appears a --interval 0", "a span from 1s to 24h"),
        ("--appears left<6x", "at \"6x\""),
        ("--vanishes marked", "known to the dashboard only"),
    ] {
        let all: Vec<&str> = ["wait"].into_iter().chain(arguments.split_whitespace()).collect();
        let output = run_at("http://127.0.0.1:1", &all);
        let error = text(&output.stderr);
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{arguments}: {error}"
        );
        assert!(error.contains(said), "{arguments}: {error}");
    }
}

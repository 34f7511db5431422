//! Answers that are made to harm: the dashboard says what is wrong, keeps what it has, answers keys,
//! and takes no more memory for it than is agreed.

use std::io::Write;

use crate::support::CANARY;
use crate::support::fault::{Fault, Reply, answer, begins_at, page};
use crate::support::terminal::Terminal;

/// What an answer may cost at most, in KiB.
const MOST_KIB: u64 = 32 * 1_024;

/// The most memory that the program ever had, in KiB; the system counts it roughly.
fn peak_kib(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// About 200 MB of blanks, as gzip: one block with fixed codes, one blank and then copies of it.
fn bomb() -> Vec<u8> {
    let mut out = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    let (mut bits, mut held) = (0_u64, 0_u32);
    let mut put = |value: u64, count: u32, out: &mut Vec<u8>| {
        bits |= value << held;
        held += count;
        while held >= 8 {
            out.push(u8::try_from(bits & 0xFF).unwrap());
            bits >>= 8;
            held -= 8;
        }
    };
    // Huffman codes come with their highest bit first.
    let code = |value: u64, count: u32| value.reverse_bits() >> (64 - count);
    put(0b011, 3, &mut out);
    put(code(0x30 + u64::from(b' '), 8), 8, &mut out);
    for _ in 0..800_000 {
        // 258 more of the byte before.
        put(code(0b1100_0101, 8), 8, &mut out);
        put(0, 5, &mut out);
    }
    put(0, 7 + 8, &mut out);
    out
}

fn bytes(headers: &str, body: &[u8]) -> Reply {
    let mut reply = Vec::new();
    let length = body.len();
    write!(
        reply,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    )
    .unwrap();
    reply.extend_from_slice(body);
    Reply::Bytes(reply)
}

/// Hazards 35: bombs, masses, depths and headers are cut at the caps.
#[test]
fn what_is_too_much_is_refused_and_costs_little() {
    type Case = (&'static str, fn() -> Reply, &'static str);
    let cases: [Case; 9] = [
        (
            "200 MB in 1.3 MB of gzip",
            || bytes("Content-Encoding: gzip\r\n", &bomb()),
            "larger than 8 MiB",
        ),
        (
            "a filename of 10 MB",
            || {
                answer(
                    "200 OK",
                    "",
                    &format!(
                        "{{\"data\":[{{\"id\":\"x\",\"filename\":\"{}\"}}],\"has_more\":false}}",
                        "x".repeat(10_000_000)
                    ),
                )
            },
            "larger than 8 MiB",
        ),
        (
            "two million files in 6 MB",
            || answer("200 OK", "", &format!("{{\"data\":[{}{{}}]}}", "{},".repeat(2_000_000))),
            "more than 10,000 files",
        ),
        (
            "two million files in 6 MB that are no JSON",
            || answer("200 OK", "", &format!("{{\"data\":[{}{{,}}]}}", "{,},".repeat(2_000_000))),
            "more than 10,000 files",
        ),
        (
            "a file of 7 MB that is no JSON and has no end",
            || {
                let body = format!("{{\"data\":[{{\"id\":\"{}", "\n\\\"]}".repeat(1_600_000));
                answer("200 OK", "", &body)
            },
            "not a files list",
        ),
        (
            "a depth of 4 million that is no JSON",
            || answer("200 OK", "", &format!("{{\"data\":[NaN,{}", "[{".repeat(2_000_000))),
            "not a files list",
        ),
        (
            "a depth of 100,000",
            || answer("200 OK", "", &format!("{{\"data\":{}", "[".repeat(100_000))),
            "not a files list",
        ),
        (
            "headers of 500 KB",
            || answer("200 OK", &format!("x-long: {}\r\n", "x".repeat(500_000)), "{}"),
            "page 2",
        ),
        (
            "ten thousand headers",
            || answer("200 OK", &"x-many: x\r\n".repeat(10_000), "{}"),
            "page 2",
        ),
    ];
    for (what, reply, said) in cases {
        let server = Fault::start(move |_, head| match begins_at(head) {
            0 => page(0, 3, true),
            _ => reply(),
        });
        let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", &server.url)];
        let mut terminal = Terminal::start(200, 30, &["--refresh", "off"], &environment);
        terminal.wait_for("3 loaded");
        let before = peak_kib(&terminal.pid());
        terminal.press("G");
        terminal.wait_for("3 loaded · partial");
        terminal.wait_for(said);
        let grown = peak_kib(&terminal.pid()).saturating_sub(before);
        assert!(grown < MOST_KIB, "{what}: {grown} KiB more");
        terminal.press("gg");
        terminal.wait_for(" 1 of 3 ");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0, "{what}");
    }
}

/// Hazards 35: of a page with far too many files the first ones, and of files that are no JSON what
/// can be kept of them.
#[test]
fn what_is_read_of_a_page_that_is_too_long_or_spoilt_costs_little() {
    type Case = (&'static str, fn() -> String, &'static str);
    let cases: [Case; 2] = [
        (
            "a million files",
            || format!("{{\"data\":[{{\"id\":\"x\"}}{}]}}", ",{\"id\":1}".repeat(900_000)),
            "5 loaded · partial",
        ),
        (
            "8 MB of raw controls",
            || {
                let line = "\n".repeat(7_000_000);
                format!(
                    "{{\"data\":[{{\"id\":\"x\",\"filename\":\"{line}\"}}],\"has_more\":false}}"
                )
            },
            "4 files",
        ),
    ];
    for (what, body, loaded) in cases {
        let server = Fault::start(move |_, head| match begins_at(head) {
            0 => page(0, 3, true),
            _ => answer("200 OK", "", &body()),
        });
        let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", &server.url)];
        let mut terminal = Terminal::start(200, 30, &["--refresh", "off"], &environment);
        terminal.wait_for("3 loaded");
        let before = peak_kib(&terminal.pid());
        terminal.press("G");
        terminal.wait_for(loaded);
        let grown = peak_kib(&terminal.pid()).saturating_sub(before);
        assert!(grown < MOST_KIB, "{what}: {grown} KiB more");
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0, "{what}");
    }
}

/// Hazards 35: the largest page that is still read.
#[test]
fn a_page_just_below_the_cap_is_read_and_costs_little() {
    let server = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 3, true),
        _ => answer(
            "200 OK",
            "",
            &format!(
                "{{\"data\":[{{\"id\":\"x\",\"filename\":\"long {}\",\"extra\":\"{}\"}}],\"has_more\":false}}",
                "x".repeat(4_000_000),
                "\\n".repeat(2_000_000)
            ),
        ),
    });
    let environment = [("CEREBRAS_API_KEY", CANARY), ("CEREBRAS_BASE_URL", &server.url)];
    let mut terminal = Terminal::start(200, 30, &["--refresh", "off"], &environment);
    terminal.wait_for("3 loaded");
    let before = peak_kib(&terminal.pid());
    terminal.press("G");
    terminal.wait_for("4 files");
    terminal.press("Gd");
    terminal.wait_for("Filename");
    let grown = peak_kib(&terminal.pid()).saturating_sub(before);
    assert!(grown < MOST_KIB, "{grown} KiB more");
    terminal.press("qq");
    assert_eq!(terminal.wait_exit_restored(), 0);
}

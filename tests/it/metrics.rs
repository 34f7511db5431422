//! What a monitoring system is told: what it says, in which form, to whom, and what becomes of it while
//! the service is down.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use shelflife::topics::topic;

use crate::support::binary::{command, run_at, text};
use crate::support::demo::Demo;
use crate::support::exposition::Exposition;
use crate::support::fault::{Fault, answer, begins_at, page};
use crate::support::{CANARY, PATIENCE, wait_until};

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("metrics-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn down() -> Fault {
    Fault::start(|_, _| answer("503 Service Unavailable", "Retry-After: 3600\r\n", ""))
}

/// `shelflife metrics --listen` against a service.
struct Served {
    child: Child,
    address: String,
    said: BufReader<std::process::ChildStderr>,
}

impl Served {
    fn start(url: &str, arguments: &[&str]) -> Self {
        let mut command = command(&[&["metrics", "--listen", "127.0.0.1:0"], arguments].concat());
        command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").expect(&line);
        let address = address.strip_suffix("/metrics\n").expect(&line).to_owned();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, address, said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The head of an answer, and its body.
    fn ask(&self, head: &str) -> (String, String) {
        let mut stream = self.connect();
        stream
            .write_all(format!("{head}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .unwrap();
        let mut all = String::new();
        stream.read_to_string(&mut all).unwrap();
        assert!(!all.contains(CANARY), "{all}");
        let (head, body) = all.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn scrape(&self) -> Exposition {
        let (head, body) = self.ask("GET /metrics HTTP/1.1");
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        Exposition::read_plain(&body)
    }

    /// What is told once it is so.
    fn scrape_until(&self, what: &str, is_so: impl Fn(&Exposition) -> bool) -> Exposition {
        wait_until(what, || is_so(&self.scrape()));
        self.scrape()
    }

    fn line_said(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        assert!(!line.contains(CANARY), "{line}");
        line
    }

    fn end(mut self) -> ExitStatus {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const UP: &str = "shelflife_up{profile=\"default\"}";
const SUCCESS: &str = "shelflife_last_success_timestamp_seconds{profile=\"default\"}";
const COMPLETE: &str = "shelflife_list_complete{profile=\"default\"}";
const NEXT: &str = "shelflife_next_expiry_timestamp_seconds{profile=\"default\"}";

fn of_urgency(name: &str, urgency: &str) -> String {
    format!("{name}{{profile=\"default\",urgency=\"{urgency}\"}}")
}

/// A service of these files, in one page.
fn service_of(files: &[serde_json::Value]) -> Fault {
    let body = json!({ "data": files, "has_more": false }).to_string();
    Fault::start(move |_, _| answer("200 OK", "", &body))
}

#[test]
fn files_are_counted_by_urgency_and_the_next_expiry_is_told() {
    let now = now_s();
    let file = |id: &str, left: i64, bytes: u64| json!({"id": id, "filename": "secret-name", "bytes": bytes, "expires_at": now + left});
    let server = service_of(&[
        file("a", -5, 1),
        file("b", 600, 20),
        file("c", 1_800, 300),
        file("d", 40_000, 4_000),
        file("e", 400_000, 50_000),
        json!({"id": "f", "bytes": 600_000}),
        json!({"id": "g", "bytes": 7_000_000, "expires_at": "soon"}),
        json!({"id": "h", "expires_at": now + 400_000}),
    ]);
    let output = run_at(&server.url, &["metrics"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let told = Exposition::read_plain(&text(&output.stdout));
    for (urgency, files, bytes) in [
        ("expired", 1, 1),
        ("critical", 2, 320),
        ("soon", 1, 4_000),
        ("fresh", 2, 50_000),
        ("never", 1, 600_000),
        ("unknown", 1, 7_000_000),
    ] {
        assert_eq!(told.value(&of_urgency("shelflife_files", urgency)), Some(files), "{urgency}");
        assert_eq!(
            told.value(&of_urgency("shelflife_files_bytes", urgency)),
            Some(bytes),
            "{urgency}"
        );
    }
    assert_eq!(told.samples.get(NEXT), Some(&(now + 600).to_string()));
    assert_eq!((told.value(UP), told.value(COMPLETE)), (Some(1), Some(1)));
    assert_eq!(told.value("shelflife_files_without_size{profile=\"default\"}"), Some(1));
    assert!((told.value(SUCCESS).unwrap() - now).abs() < 60);
    let all = text(&output.stdout);
    assert!(!all.contains("secret-name"), "{all}");
}

/// Bounds that are set are those that count.
#[test]
fn the_bounds_of_urgency_are_those_that_are_set() {
    let now = now_s();
    let server = service_of(&[json!({"id": "a", "expires_at": now + 7_000})]);
    let folder = folder("bounds");
    let configuration = folder.join("config.toml");
    fs::write(&configuration, "critical = \"2h\"\n").unwrap();
    let output = run_at(&server.url, &["metrics", "--config", configuration.to_str().unwrap()]);
    let told = Exposition::read_plain(&text(&output.stdout));
    assert_eq!(told.value(&of_urgency("shelflife_files", "critical")), Some(1));
}

/// 0 would be taken for 1970.
#[test]
fn without_an_expiry_ahead_there_is_no_moment_of_it() {
    for files in
        [vec![], vec![json!({"id": "a"})], vec![json!({"id": "a", "expires_at": 1_000_000_000})]]
    {
        let server = service_of(&files);
        let output = run_at(&server.url, &["metrics"]);
        let told = Exposition::read_plain(&text(&output.stdout));
        assert_eq!((told.value(UP), told.samples.get(NEXT)), (Some(1), None), "{files:?}");
        let counted: i64 = ["expired", "critical", "soon", "fresh", "never", "unknown"]
            .iter()
            .map(|urgency| told.value(&of_urgency("shelflife_files", urgency)).unwrap())
            .sum();
        assert_eq!(counted, i64::try_from(files.len()).unwrap());
    }
}

#[test]
fn a_list_of_many_pages_is_read_to_its_end() {
    let demo = Demo::with_files(1_230);
    let output = run_at(&demo.url, &["metrics"]);
    let told = Exposition::read_plain(&text(&output.stdout));
    let counted: i64 = ["expired", "critical", "soon", "fresh", "never", "unknown"]
        .iter()
        .map(|urgency| told.value(&of_urgency("shelflife_files", urgency)).unwrap())
        .sum();
    assert_eq!(counted, 1_230);
    let requests = told.value("shelflife_requests_total{profile=\"default\",code_class=\"2xx\"}");
    assert_eq!((demo.requests().len(), requests), (13, Some(13)));
}

#[test]
fn once_a_reading_that_fails_says_so_and_tells_no_counts() {
    let refused = Fault::start(|_, _| answer("401 Unauthorized", "", ""));
    let html = Fault::start(|_, _| answer("200 OK", "", "<html>"));
    let half = Fault::start(|_, head| match begins_at(head) {
        0 => page(0, 100, true),
        _ => answer("503 Service Unavailable", "Retry-After: 3600\r\n", ""),
    });
    for (server, code) in [(&down(), 5), (&refused, 3), (&html, 1), (&half, 5)] {
        let output = run_at(&server.url, &["metrics"]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(code), 1), "{said}");
        let told = Exposition::read_plain(&text(&output.stdout));
        assert_eq!(told.value(UP), Some(0));
        let counts = told.samples.keys().filter(|name| name.starts_with("shelflife_files"));
        assert_eq!(counts.count(), 0, "{told:?}");
        assert!(!told.samples.contains_key(SUCCESS) && !told.samples.contains_key(NEXT));
    }
}

/// Partly read is not failed, and not whole.
#[test]
fn a_list_that_repeats_itself_is_partial() {
    let server = Fault::start(|_, _| page(0, 100, true));
    let output = run_at(&server.url, &["metrics"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("partial: 100 files"), "{}", text(&output.stderr));
    let told = Exposition::read_plain(&text(&output.stdout));
    assert_eq!((told.value(UP), told.value(COMPLETE)), (Some(1), Some(0)));
}

#[test]
fn what_cannot_be_meant_is_refused_with_words() {
    for (arguments, words) in [
        (&["--textfile", "x.txt"][..], ".prom"),
        (&["--listen", "nowhere"], "127.0.0.1:9753"),
        (&["--listen", "1", "--textfile", "x.prom"], "--textfile"),
        (&["--listen", "0", "--refresh", "off"], "--refresh 30s"),
    ] {
        let output = run_at("http://127.0.0.1:1", &[&["metrics"], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

/// Runs `metrics --textfile` under a umask.
fn write_under(umask: u32, url: &str, path: &Path) -> Output {
    let mut command = command(&["metrics", "--textfile", path.to_str().unwrap()]);
    command.env("CEREBRAS_API_KEY", CANARY).env("CEREBRAS_BASE_URL", url);
    let shell = format!("umask {umask:03o}; exec \"$0\" \"$@\"");
    let mut shelled = Command::new("/bin/sh");
    shelled.arg("-c").arg(shell).arg(command.get_program()).args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        shelled.env(name, value.unwrap());
    }
    shelled.output().unwrap()
}

/// The textfile's hazards: half-written, not legible, stale.
#[test]
fn the_textfile_is_whole_legible_and_never_stale() {
    let folder = folder("textfile");
    let path = folder.join("shelflife.prom");
    let demo = Demo::with_files(250);
    for umask in [0o000, 0o022, 0o077, 0o777] {
        let output = write_under(umask, &demo.url, &path);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o644, "{umask:o}");
    }
    let well = Exposition::read_plain(&fs::read_to_string(&path).unwrap());
    assert_eq!((well.value(UP), well.value(COMPLETE)), (Some(1), Some(1)));
    // Twice, since the second time the file is itself one of a failure.
    for _ in 0..2 {
        let output = run_at(&down().url, &["metrics", "--textfile", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(5));
        let told = Exposition::read_plain(&fs::read_to_string(&path).unwrap());
        assert_eq!(
            (told.value(UP), told.samples.get(SUCCESS)),
            (Some(0), well.samples.get(SUCCESS))
        );
        assert!(!told.samples.keys().any(|name| name.starts_with("shelflife_files")), "{told:?}");
    }
    // Nothing else is left, and nothing that the collector would read ever lay there.
    let names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["shelflife.prom"]);
}

/// Whatever keeps the list from being read, such as no key, leaves no counts of the last time.
#[test]
fn the_textfile_says_so_where_nothing_could_be_asked() {
    let folder = folder("no-key");
    let path = folder.join("shelflife.prom");
    let demo = Demo::with_files(20);
    let arguments = ["metrics", "--textfile", path.to_str().unwrap()];
    assert_eq!(run_at(&demo.url, &arguments).status.code(), Some(0));
    let output = command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = Exposition::read_plain(&fs::read_to_string(&path).unwrap());
    assert_eq!(told.value(UP), Some(0));
    assert!(told.samples.contains_key(SUCCESS) && !told.samples.contains_key(COMPLETE));
}

#[test]
fn a_textfile_that_cannot_be_written_is_left_as_it_was_and_said() {
    let folder = folder("unwritable");
    let demo = Demo::with_files(20);
    let taken = folder.join("taken.prom");
    fs::create_dir(&taken).unwrap();
    for path in [taken.as_path(), &folder.join("nowhere/x.prom"), Path::new("/proc/x.prom")] {
        let output = run_at(&demo.url, &["metrics", "--textfile", path.to_str().unwrap()]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains("were not written: "), "{said}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing under way is left");
}

/// A name that leads elsewhere is replaced, and what it led to is not written to.
#[test]
fn a_link_in_the_place_of_the_textfile_is_not_followed() {
    let folder = folder("link");
    let (other, path) = (folder.join("other"), folder.join("shelflife.prom"));
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    let demo = Demo::with_files(20);
    run_at(&demo.url, &["metrics", "--textfile", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
    assert!(fs::metadata(&path).unwrap().size() > 0);
}

#[test]
fn the_last_reading_is_served_in_both_forms_and_to_two_methods_only() {
    let demo = Demo::with_files(250);
    let served = Served::start(&demo.url, &[]);
    let told = served.scrape_until("the first reading", |told| told.value(UP) == Some(1));
    assert_eq!(told.value(COMPLETE), Some(1));
    let (head, body) = served.ask("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    assert!(
        head.to_lowercase()
            .contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"),
        "{head}"
    );
    assert_eq!(Exposition::read_open(&body).samples, told.samples, "no matter in which form");
    let (head, _) = served.ask("GET /metrics HTTP/1.1");
    assert!(
        head.to_lowercase().contains("content-type: text/plain; version=0.0.4; charset=utf-8"),
        "{head}"
    );
    let (head, body) = served.ask("HEAD /metrics HTTP/1.1");
    assert!(head.starts_with("HTTP/1.1 200 OK") && body.is_empty(), "{head}\n{body}");
    for (asked, status) in [
        ("POST /metrics HTTP/1.1", "405"),
        ("DELETE /metrics HTTP/1.1", "405"),
        ("OPTIONS * HTTP/1.1", "405"),
        ("GET / HTTP/1.1", "404"),
        ("GET /metrics/../x HTTP/1.1", "404"),
        ("GET /metrics?x=y HTTP/1.1", "200"),
    ] {
        let (head, _) = served.ask(asked);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{asked}: {head}");
        assert_eq!(status == "405", head.to_lowercase().contains("allow: get, head"), "{head}");
    }
    assert_eq!(demo.requests().len(), 3, "scrapes ask the service for nothing");
    assert_eq!(served.end().code(), Some(143));
}

/// A large account is not listed anew each time.
#[test]
fn a_reading_is_followed_by_small_ones() {
    let demo = Demo::with_files(5_000);
    let served = Served::start(&demo.url, &["--refresh", "1s"]);
    let first = served.scrape_until("the first reading", |told| told.value(UP) == Some(1));
    let before = demo.requests().len();
    let again =
        served.scrape_until("another one", |told| told.value(SUCCESS) > first.value(SUCCESS));
    assert_eq!(again.value(COMPLETE), Some(1));
    let rounds = demo.requests().len() - before;
    assert!((50..=60).contains(&before) && rounds <= 25, "{before}, then {rounds}");
}

/// While the service is down, what was known stays with its moment, and is not passed off as new.
#[test]
fn an_outage_is_told_and_so_is_its_end() {
    let is_down = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_down);
    let service = Fault::start(move |_, _| {
        if switch.load(Ordering::SeqCst) {
            answer("503 Service Unavailable", "", "")
        } else {
            page(0, 30, false)
        }
    });
    let mut served = Served::start(&service.url, &["--refresh", "1s"]);
    let files = of_urgency("shelflife_files", "fresh");
    let well = served.scrape_until("the first reading", |told| told.value(UP) == Some(1));
    is_down.store(true, Ordering::SeqCst);
    let told = served.scrape_until("the outage", |told| told.value(UP) == Some(0));
    assert!(served.line_said().contains("503"));
    assert_eq!(told.value(&files), well.value(&files));
    let kept = told.value(SUCCESS);
    assert!(kept.is_some() && kept <= Some(now_s()));
    is_down.store(false, Ordering::SeqCst);
    let told = served.scrape_until("its end", |told| told.value(UP) == Some(1));
    assert!(told.value(SUCCESS) > kept);
    assert!(served.line_said().contains("answers again"));
}

/// Before the first page, and after a refused one, nothing is claimed of files.
#[test]
fn what_was_never_read_is_not_told() {
    let refused = Fault::start(|_, _| answer("401 Unauthorized", "", ""));
    let mut served = Served::start(&refused.url, &[]);
    let told = served.scrape_until("the refusal", |told| told.value(UP) == Some(0));
    assert!(
        !told.samples.contains_key(COMPLETE) && !told.samples.contains_key(SUCCESS),
        "{told:?}"
    );
    assert!(served.line_said().contains("401"));
    let silent = Fault::start(|_, _| crate::support::fault::Reply::Stall(vec![]));
    let served = Served::start(&silent.url, &[]);
    let told = served.scrape();
    assert_eq!(told.value(UP), None, "nothing failed yet");
    assert!(told.samples.keys().any(|name| name.starts_with("shelflife_build_info")));
}

/// What a stranger could make large, many or slow.
#[test]
fn heads_and_connections_have_limits() {
    let demo = Demo::with_files(20);
    let served = Served::start(&demo.url, &[]);
    served.scrape_until("the first reading", |told| told.value(UP) == Some(1));
    let many = "\r\nX: y".repeat(100);
    let long = format!("\r\nX: {}", "y".repeat(40_000));
    for surplus in [many, long] {
        let mut stream = served.connect();
        // The rest of it may meet a connection that is closed already.
        let _ = stream
            .write_all(format!("GET /metrics HTTP/1.1\r\nHost: x{surplus}\r\n\r\n").as_bytes());
        let mut status = [0; 12];
        let refused = stream.read_exact(&mut status).is_err() || status == *b"HTTP/1.1 431";
        assert!(refused, "{}", String::from_utf8_lossy(&status));
    }
    // Of so many that say nothing, those beyond the limit wait; one that leaves gives its place away.
    let mut idle: Vec<TcpStream> = (0..64).map(|_| served.connect()).collect();
    let mut waiting = served.connect();
    waiting.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    waiting.set_nonblocking(true).unwrap();
    assert!(waiting.read(&mut [0]).is_err(), "not served yet");
    waiting.set_nonblocking(false).unwrap();
    drop(idle.pop());
    let mut all = String::new();
    waiting.read_to_string(&mut all).unwrap();
    assert!(all.starts_with("HTTP/1.1 200"), "{all}");
    // With all of them still there, a signal ends it at once.
    assert_eq!(served.end().code(), Some(143));
}

#[test]
fn who_says_nothing_is_shown_out() {
    let demo = Demo::with_files(20);
    let served = Served::start(&demo.url, &[]);
    let halves = ["", "GET /metr", "GET /metrics HTTP/1.1\r\nHost: x\r\n"];
    let streams = halves.map(|half| {
        let mut stream = served.connect();
        stream.write_all(half.as_bytes()).unwrap();
        stream
    });
    for mut stream in streams {
        let mut all = vec![];
        let _ = stream.read_to_end(&mut all);
        let said = String::from_utf8_lossy(&all);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
}

#[test]
fn an_address_that_is_taken_or_open_to_others_is_said() {
    let demo = Demo::with_files(20);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run_at(&demo.url, &["metrics", "--listen", &port]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("--listen cannot be listened on") && said.lines().count() == 1, "{said}");
    let mut served = Served::start(&demo.url, &["--listen", "0.0.0.0:0"]);
    assert!(served.address.starts_with("0.0.0.0:"));
    assert!(served.line_said().contains("is not loopback"));
}

/// Whether a program for the test is on this machine; says that it is left out where not.
fn is_here(program: &str, probe: &[&str]) -> bool {
    let found =
        Command::new(program).args(probe).output().is_ok_and(|output| output.status.success());
    if !found {
        println!("left out: {program} {} is not on this machine", probe.join(" "));
    }
    found
}

/// Hands `text` to a program and demands that it has nothing against it.
fn check_with(program: &str, arguments: &[&str], text: &str) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.process_group(0).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.is_empty(), "{program}: {said}\n{text}");
}

/// Those that read it in the end have nothing against it, where they are there to be asked.
#[test]
fn other_readers_take_it() {
    let demo = Demo::with_files(250);
    let served = Served::start(&demo.url, &[]);
    served.scrape_until("the first reading", |told| told.value(UP) == Some(1));
    let (_, plain) = served.ask("GET /metrics HTTP/1.1");
    let (_, open) = served.ask("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text");
    let failed = text(&run_at(&down().url, &["metrics"]).stdout);
    if is_here("promtool", &["--version"]) {
        check_with("promtool", &["check", "metrics"], &plain);
        check_with("promtool", &["check", "metrics"], &failed);
    }
    if is_here("python3", &["-c", "import prometheus_client.openmetrics.parser"]) {
        let script = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as read\nassert len(list(read(sys.stdin.read()))) > 10";
        check_with("python3", &["-c", script], &open);
        let script = script.replace("openmetrics.parser", "parser");
        check_with("python3", &["-c", &script], &plain);
    }
}

/// The rules of the topic are rules, and name metrics that there are.
#[test]
fn the_alerts_of_the_topic_are_rules_over_what_is_told() {
    let page = topic("monitoring").unwrap().text;
    let (_, rules) = page.split_once("    groups:\n").unwrap();
    let rules = rules.lines().take_while(|line| line.starts_with("    "));
    let rules: Vec<&str> = ["groups:"].into_iter().chain(rules.map(|line| &line[4..])).collect();
    let rules = rules.join("\n") + "\n";
    assert_eq!(rules.matches("- alert:").count(), 3);
    let demo = Demo::with_files(250);
    let told = Exposition::read_plain(&text(&run_at(&demo.url, &["metrics"]).stdout));
    let words = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named: Vec<&str> = words.filter(|word| word.starts_with("shelflife_")).collect();
    assert!(named.len() > 5);
    for name in named {
        assert!(told.kinds.contains_key(name), "{name}");
    }
    if is_here("promtool", &["--version"]) {
        let path = folder("rules").join("shelflife.yml");
        fs::write(&path, &rules).unwrap();
        let output = Command::new("promtool").args(["check", "rules"]).arg(&path).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success() && said.contains("3 rules found"), "{said}");
    }
}

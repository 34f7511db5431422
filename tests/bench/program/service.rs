//! A service on loopback that does next to nothing itself: pages are made from their number, and
//! each answer leaves exactly so long after its request was read. Each file has the same content,
//! which goes out as fast as it is taken.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Files in a page.
pub const PAGE: u64 = 100;

/// Bytes of a line of a content: 200 MB are 800,000 of them, 10 KB are 40.
pub const LINE: u64 = 250;

/// Lines after which a content repeats itself.
const ROUND: u64 = 4_000;

/// The lines of a round, as models answer.
static LINES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let lines = (0..ROUND).flat_map(|number| {
        let (begin, end) = (
            format!(
                "{{\"custom_id\":\"triage-{number:06}\",\"response\":{{\"status_code\":200,\"body\":{{\
                 \"model\":\"llama3.1-8b\",\"choices\":[{{\"message\":{{\"content\":\""
            ),
            "\"}}],\"usage\":{\"total_tokens\":28}}},\"error\":null}\n",
        );
        let room = usize::try_from(LINE).unwrap() - begin.len() - end.len();
        format!("{begin}{}{end}", &"the answer to it ".repeat(room)[..room])
            .into_bytes()
    });
    lines.collect()
});

/// Requests for contents that all services together had, contents that they are sending, and bytes of
/// contents that they sent.
static ASKED: AtomicU64 = AtomicU64::new(0);
static SENDING: AtomicU64 = AtomicU64::new(0);
static SENT: AtomicU64 = AtomicU64::new(0);

/// Requests for contents so far.
pub fn contents_asked_for() -> u64 {
    ASKED.load(Ordering::Relaxed)
}

/// Contents that are being sent just now.
pub fn contents_under_way() -> u64 {
    SENDING.load(Ordering::Relaxed)
}

/// Bytes of contents so far.
pub fn bytes_sent() -> u64 {
    SENT.load(Ordering::Relaxed)
}

/// What the service has.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its files.
    pub files: u64,
    /// From a request to its answer.
    pub latency: Duration,
    /// The expiries of all files are spread over this span from now on, in seconds; nothing where
    /// none expires.
    pub spread_s: Option<u64>,
    /// Digits in the ids and in the names of its files.
    pub digits: (usize, usize),
    /// Lines of the content of each file, of [`LINE`] bytes; the list then says its size. Without it,
    /// sizes are made up, and there are no contents.
    pub lines: Option<u64>,
    /// Whether a part of a content can be asked for.
    pub ranges: bool,
}

impl Service {
    /// A service with so many files, which answers at once.
    pub fn of(files: u64) -> Self {
        let (spread_s, digits) = (Some(6 * 86_400), (9, 6));
        Self { files, latency: Duration::ZERO, spread_s, digits, lines: None, ranges: true }
    }

    /// Bytes of an id, and of a filename.
    pub fn bytes_of_text(self) -> (usize, usize) {
        let (id, name) = self.digits;
        ("file-".len() + id, "batch--output.jsonl".len() + name)
    }

    /// Serves until the process ends; gives the address.
    pub fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                thread::spawn(move || self.answer(&stream, now_s));
            }
        });
        address
    }

    fn answer(self, stream: &TcpStream, now_s: u64) {
        stream.set_nodelay(true).unwrap();
        let (mut requests, mut answers) = (BufReader::new(stream), stream);
        let (mut line, mut body) = (String::new(), String::new());
        loop {
            let (mut first, mut is_content, mut range) = (0, false, None);
            let (mut asked, mut length) = (String::new(), 0);
            loop {
                line.clear();
                if requests.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if let Some((_, after)) = line.split_once("after=file-") {
                    first = after[..self.digits.0].parse::<u64>().unwrap() + 1;
                }
                if asked.is_empty() {
                    asked.clone_from(&line);
                }
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse::<u64>().unwrap();
                }
                is_content |= line.contains("/content ");
                range = range.or_else(|| read_range(&line));
                if line == "\r\n" {
                    break;
                }
            }
            if length > 0 {
                io::copy(&mut (&mut requests).take(length), &mut io::sink()).unwrap();
            }
            let read = Instant::now();
            if !is_content && !self.single(&asked, now_s, &mut body) {
                self.page(first, now_s, &mut body);
            }
            // A timer comes late; the last bit is waited for awake.
            let asleep = self.latency.saturating_sub(Duration::from_micros(300));
            thread::sleep(asleep.saturating_sub(read.elapsed()));
            while read.elapsed() < self.latency {
                std::hint::spin_loop();
            }
            let sent = if is_content {
                ASKED.fetch_add(1, Ordering::Relaxed);
                SENDING.fetch_add(1, Ordering::Relaxed);
                let sent = self.content(range, &mut answers);
                SENDING.fetch_sub(1, Ordering::Relaxed);
                sent
            } else {
                answers.write_all(body.as_bytes())
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// Sends the content, or the part of it that is asked for, where parts are sent.
    fn content(
        self,
        range: Option<(u64, Option<u64>)>,
        answers: &mut impl Write,
    ) -> io::Result<()> {
        let size = self.lines.unwrap_or(0) * LINE;
        let range = range.filter(|_| self.ranges);
        let (from, last) = range.unwrap_or((0, None));
        let (from, to) = match last {
            // The last so many bytes.
            Some(tail) if from == u64::MAX => (size.saturating_sub(tail), size),
            last => (from, last.map_or(size, |last| size.min(last + 1))),
        };
        if from >= to && range.is_some() {
            let head = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n";
            return write!(answers, "{head}Content-Range: bytes */{size}\r\n\r\n");
        }
        let (mut status, mut part) = ("200 OK", String::new());
        if range.is_some() {
            status = "206 Partial Content";
            part = format!("Content-Range: bytes {from}-{}/{size}\r\n", to - 1);
        }
        write!(
            answers,
            "HTTP/1.1 {status}\r\nContent-Type: application/x-ndjson\r\nETag: \"{size}\"\r\n\
             Content-Length: {}\r\n{part}\r\n",
            to - from
        )?;
        let mut at = from;
        while at < to {
            let begin = usize::try_from(at % (ROUND * LINE)).unwrap();
            let rest = &LINES[begin..];
            let rest = &rest[..rest.len().min(usize::try_from(to - at).unwrap())];
            answers.write_all(rest)?;
            at += rest.len() as u64;
            SENT.fetch_add(rest.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The answer to what is asked of one file, or of batches; tells whether it was that.
    fn single(self, asked: &str, now_s: u64, answer: &mut String) -> bool {
        let mut words = asked.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let id = path.strip_prefix("/v1/files/");
        let body = match (method, id) {
            ("POST", None) => format!(
                "{{\"id\":\"file-new\",\"object\":\"file\",\"filename\":\"in.jsonl\",\"created_at\":{now_s}}}"
            ),
            ("DELETE", Some(id)) => {
                format!("{{\"id\":\"{id}\",\"object\":\"file\",\"deleted\":true}}")
            }
            ("GET", Some(id)) => {
                let number = id.trim_start_matches("file-").parse().unwrap();
                let mut page = String::new();
                Self { files: number + 1, ..self }.page(number, now_s, &mut page);
                let from = page.find("[{").unwrap() + 1;
                page[from..page.rfind("],").unwrap()].to_owned()
            }
            _ if path.starts_with("/v1/batches") => "{\"data\":[],\"has_more\":false}".to_owned(),
            _ => return false,
        };
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        answer.clear();
        let _ = write!(answer, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        true
    }

    /// The answer with the page that begins with the file of this number.
    fn page(self, first: u64, now_s: u64, answer: &mut String) {
        let end = (first + PAGE).min(self.files);
        let (id, name) = self.digits;
        let mut body = String::with_capacity(24_000);
        body.push_str("{\"object\":\"list\",\"data\":[");
        for n in first..end {
            // Scattered, so that the order on the screen is not that of the service.
            let scattered = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let at = self.spread_s.map(|span| now_s + 60 + scattered % span);
            let expires_at = at.map_or("null".to_owned(), |at| at.to_string());
            let comma = if n > first { "," } else { "" };
            let _ = write!(
                body,
                "{comma}{{\"id\":\"file-{n:0id$}\",\"object\":\"file\",\"bytes\":{},\"created_at\":{},\
                 \"expires_at\":{expires_at},\"filename\":\"batch-{n:0name$}-output.jsonl\",\"purpose\":\"batch_output\"}}",
                self.lines.map_or(n * 7_919 % 1_000_000_007, |lines| lines * LINE),
                now_s - 300_000 + n % 3_600,
            );
        }
        let _ = write!(body, "],\"has_more\":{}}}", end < self.files);
        answer.clear();
        let _ = write!(
            answer,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    }
}

/// What a line of a head says of a part: the first byte and the last one, or `u64::MAX` and how many
/// of the last ones.
fn read_range(line: &str) -> Option<(u64, Option<u64>)> {
    let (name, range) = line.trim_end().split_once(": bytes=")?;
    let (first, last) = range.split_once('-').filter(|_| name.eq_ignore_ascii_case("range"))?;
    Some((first.parse().unwrap_or(u64::MAX), last.parse().ok()))
}

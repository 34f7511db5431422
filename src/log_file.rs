//! The log file: requests, changes of state and errors, one JSON object a line.
//!
//! ```text
//! {"at":"2026-11-23T14:00:05.120Z","level":"info","event":"request","method":"GET","path":"/v1/files?limit=100","status":200,"ms":12,"attempt":1}
//! ```
//! Records come through the `log` facade; only the program's own are taken. A thread of its own
//! writes them, so that a slow disk holds nothing up: where it falls behind, lines are left out and
//! counted. A file that it makes is the owner's alone; at 10 MiB it gives way to a new one, and the
//! one before it is kept beside it. All text is escaped, and the key is in none of it. What the disk
//! does not take is told at the end ([`trouble`]).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use log::kv::{self, Key, Value, VisitSource};
use log::{LevelFilter, Log, Metadata, Record};
use serde::ser::{Serialize, SerializeMap, Serializer};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::text::UntrustedRef;

/// Bytes of a file at which a new one is begun.
const MOST_BYTES: u64 = 10 * 1_024 * 1_024;
/// Lines that may wait for the disk.
const MOST_WAITING: usize = 1_024;
/// How long the end of the program waits for the last lines.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of one text of a record; what is longer is cut.
const MOST_TEXT: usize = 4_096;

/// Opens the log and takes records of `level` and above from now on.
///
/// # Errors
/// Where the file cannot be written to, or is something else than a file.
pub fn start(path: &Path, level: LevelFilter) -> io::Result<()> {
    let file = Rotating::open(path, MOST_BYTES)?;
    let (sender, receiver) = sync_channel(MOST_WAITING);
    std::thread::Builder::new().name("log".to_owned()).spawn(move || write_all(file, &receiver))?;
    let logger = Logger { level, sender, left_out: AtomicU64::new(0) };
    log::set_boxed_logger(Box::new(logger)).map_err(io::Error::other)?;
    log::set_max_level(level);
    Ok(())
}

/// Why the file is not whole, if it is not.
#[must_use]
pub fn trouble() -> Option<String> {
    TROUBLE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

static TROUBLE: Mutex<Option<String>> = Mutex::new(None);

fn tell(trouble: &str) {
    *TROUBLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble.to_owned());
}

enum Order {
    Write(String),
    /// Say so once everything before this is written.
    Flush(SyncSender<()>),
}

#[derive(Debug)]
struct Logger {
    level: LevelFilter,
    sender: SyncSender<Order>,
    left_out: AtomicU64,
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let own = metadata.target().split("::").next() == Some(env!("CARGO_CRATE_NAME"));
        own && metadata.level() <= self.level
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let missed = self.left_out.swap(0, Ordering::Relaxed);
        let text = line(OffsetDateTime::now_utc(), record, missed);
        if self.sender.try_send(Order::Write(text)).is_err() {
            self.left_out.fetch_add(missed + 1, Ordering::Relaxed);
        }
    }

    fn flush(&self) {
        let deadline = Instant::now() + PATIENCE;
        let (done, written) = sync_channel(1);
        let mut order = Order::Flush(done);
        loop {
            match self.sender.try_send(order) {
                Ok(()) if written.recv_timeout(PATIENCE).is_ok() => break,
                // The disk is slow: a little later there is room.
                Err(TrySendError::Full(back)) if Instant::now() < deadline => order = back,
                _ => return tell("the disk did not take the last lines in time"),
            }
            std::thread::sleep(PATIENCE / 100);
        }
        // No line comes after these that could say so.
        match self.left_out.load(Ordering::Relaxed) {
            0 => {}
            lines => tell(&format!("the disk was too slow for the last {lines} lines")),
        }
    }
}

/// A record as a line, with how many before it were left out, if any.
fn line(now: OffsetDateTime, record: &Record<'_>, left_out: u64) -> String {
    let line = serde_json::to_string(&Line { now, record, left_out });
    // Texts and numbers can always be written.
    line.unwrap_or_default() + "\n"
}

struct Line<'a> {
    now: OffsetDateTime,
    record: &'a Record<'a>,
    left_out: u64,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", &self.now.format(format).unwrap_or_default())?;
        map.serialize_entry("level", &self.record.level().as_str().to_ascii_lowercase())?;
        map.serialize_entry("event", &escaped(&self.record.args().to_string()))?;
        let mut fields = Fields { map, failure: None };
        let _ = self.record.key_values().visit(&mut fields);
        let Fields { mut map, failure } = fields;
        if let Some(failure) = failure {
            return Err(failure);
        }
        if self.left_out > 0 {
            map.serialize_entry("left_out_before", &self.left_out)?;
        }
        map.end()
    }
}

/// A text of a record: cut where it is too long, with escapes for what might not be seen as what it
/// is.
fn escaped(text: &str) -> UntrustedRef<'_> {
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    UntrustedRef::new(&text.as_bytes()[..end])
}

/// The fields of a record on their way into the line.
struct Fields<M: SerializeMap> {
    map: M,
    failure: Option<M::Error>,
}

impl<'kvs, M: SerializeMap> VisitSource<'kvs> for Fields<M> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        let written = match value.to_u64() {
            Some(number) => self.map.serialize_entry(key.as_str(), &number),
            None => self.map.serialize_entry(key.as_str(), &escaped(&value.to_string())),
        };
        written.map_err(|failure| {
            self.failure = Some(failure);
            kv::Error::msg("a field cannot be written")
        })
    }
}

fn write_all(mut file: Rotating, orders: &Receiver<Order>) {
    for order in orders {
        match order {
            // A disk that is full may be emptied: the next line is tried again.
            Order::Write(text) => {
                if let Err(error) = file.write(&text) {
                    tell(&error.to_string());
                }
            }
            Order::Flush(done) => drop(done.send(())),
        }
    }
}

/// A file that begins anew at a size, and keeps the one before.
#[derive(Debug)]
struct Rotating {
    path: PathBuf,
    file: File,
    most: u64,
}

impl Rotating {
    fn open(path: &Path, most: u64) -> io::Result<Self> {
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            return Err(io::Error::other("it is not a file"));
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        Ok(Self { path: path.to_owned(), file, most })
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        // Somebody may have moved or deleted it, another program of ours included.
        if !self.is_at_its_path() {
            *self = Self::open(&self.path, self.most)?;
        }
        let mut bytes = self.file.metadata()?.len();
        if bytes > 0 && bytes + text.len() as u64 > self.most {
            let mut before = self.path.clone().into_os_string();
            before.push(".1");
            // Where it cannot be moved it goes on growing, rather than to lose what comes.
            if fs::rename(&self.path, before).is_ok() {
                *self = Self::open(&self.path, self.most)?;
                bytes = 0;
            }
        }
        self.file.write_all(text.as_bytes()).inspect_err(|_| {
            // No half a line before the next one.
            let _ = self.file.set_len(bytes);
        })
    }

    #[cfg(unix)]
    fn is_at_its_path(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let place = |meta: fs::Metadata| (meta.dev(), meta.ino());
        let (there, ours) = (fs::metadata(&self.path), self.file.metadata());
        there.is_ok_and(|there| ours.is_ok_and(|ours| place(there) == place(ours)))
    }

    #[cfg(not(unix))]
    fn is_at_its_path(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_record_is_a_line_of_json_whatever_is_in_it() {
        let pairs =
            [("path", Value::from("/v1/files?after=a\n\u{202e}\"")), ("ms", Value::from(12))];
        let record = Record::builder()
            .args(format_args!("request"))
            .level(log::Level::Warn)
            .target("shelflife::api")
            .key_values(&pairs)
            .build();
        let text = line(datetime!(2026-11-23 14:00:05.12 UTC), &record, 0);
        assert_eq!(
            text,
            "{\"at\":\"2026-11-23T14:00:05.120Z\",\"level\":\"warn\",\"event\":\"request\",\"path\":\"/v1/files?after=a\\u000a\\u202e\\\"\",\"ms\":12}\n"
        );
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let long = "ä".repeat(MOST_TEXT);
        let pairs = [("why", Value::from(long.as_str()))];
        let record = Record::builder().args(format_args!("x")).key_values(&pairs).build();
        assert!(line(datetime!(2026-11-23 14:00 UTC), &record, 0).len() < MOST_TEXT + 200);
        let record = Record::builder().args(format_args!("x")).build();
        assert_eq!(
            line(datetime!(2026-11-23 14:00 UTC), &record, 7),
            "{\"at\":\"2026-11-23T14:00:00.000Z\",\"level\":\"info\",\"event\":\"x\",\"left_out_before\":7}\n"
        );
    }

    #[test]
    fn the_file_begins_anew_at_its_size_and_keeps_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = Rotating::open(&path, 100).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        for number in 0..25 {
            file.write(&format!("line {number:04}\n")).unwrap();
        }
        assert!(read("log").starts_with("line 0020\n") && read("log").ends_with("line 0024\n"));
        assert!(read("log.1").starts_with("line 0010\n") && read("log.1").ends_with("line 0019\n"));
        drop(file);
        Rotating::open(&path, 100).unwrap().write("more\n").unwrap();
        assert!(read("log").ends_with("line 0024\nmore\n"), "it goes on where it was");
        // Another program begins a new file; one that cannot be moved grows; one that is gone comes
        // back.
        let mut ours = Rotating::open(&path, 100).unwrap();
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        fs::write(&path, "theirs\n").unwrap();
        ours.write("ours\n").unwrap();
        assert_eq!(read("log"), "theirs\nours\n");
        fs::remove_file(folder.path().join("log.1")).unwrap();
        fs::create_dir_all(folder.path().join("log.1/x")).unwrap();
        ours.write(&"x".repeat(100)).unwrap();
        assert_eq!(read("log").len(), 12 + 100);
        fs::remove_file(&path).unwrap();
        ours.write("again\n").unwrap();
        assert_eq!(read("log"), "again\n");
        assert_eq!(Rotating::open(folder.path(), 100).unwrap_err().to_string(), "it is not a file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

//! The program in a pseudo-terminal: what it writes and when, and what it uses.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// The program that is measured.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_shelflife");

/// What the service is shown as a key.
pub const KEY: &str = "csk-benchmark";

/// The end of a frame: of a synchronised update.
const FRAME_END: &[u8] = b"\x1b[?2026l";
/// What never comes sooner has failed.
const PATIENCE: Duration = Duration::from_secs(120);
/// From one look at the memory of a command to the next.
const WATCHED_EVERY: Duration = Duration::from_millis(10);

/// The program, running.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    /// What came and was not waited for yet.
    waiting: Vec<u8>,
    last: Instant,
    screen: vt100::Parser,
    /// When the program was started.
    pub started: Instant,
    /// Bytes that it has written.
    pub written: usize,
}

impl Terminal {
    /// Starts the program on a screen of 120 columns.
    pub fn start(height: u16, arguments: &[&str]) -> Self {
        Self::start_in(height, arguments, &[])
    }

    /// The same, with more in its environment.
    pub fn start_in(height: u16, arguments: &[&str], environment: &[(&str, &Path)]) -> Self {
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let size = PtySize { rows: height, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("CEREBRAS_API_KEY", KEY);
        for (name, value) in environment {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self {
            child,
            _master: pair.master,
            keyboard,
            output,
            waiting: vec![],
            last: started,
            screen: vt100::Parser::new(cells(height), cells(120), 0),
            started,
            written: 0,
        }
    }

    /// Types keys.
    pub fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for a frame in which `text` was written anew; tells when its last byte came.
    pub fn wait_for(&mut self, text: &str) -> Instant {
        loop {
            let from = find(&self.waiting, text.as_bytes());
            let end = from.and_then(|at| Some(at + find(&self.waiting[at..], FRAME_END)?));
            if let Some(end) = end {
                self.waiting.drain(..end + FRAME_END.len());
                return self.last;
            }
            assert!(self.take_in(PATIENCE), "it never wrote {text}");
        }
    }

    /// Waits until the screen shows `text`; tells when the last byte of that frame came.
    pub fn wait_to_see(&mut self, text: &str) -> Instant {
        while !(self.shows(text) && self.waiting.ends_with(FRAME_END)) {
            assert!(self.take_in(PATIENCE), "it never showed {text}");
        }
        self.waiting.clear();
        self.last
    }

    /// Whether the screen shows `text`, as far as was read.
    pub fn shows(&self, text: &str) -> bool {
        self.screen.screen().contents().contains(text)
    }

    /// Reads until nothing came for `pause`; tells when the last byte came.
    pub fn settle(&mut self, pause: Duration) -> Instant {
        while self.take_in(pause) {}
        self.waiting.clear();
        self.last
    }

    /// Reads for so long.
    pub fn pass(&mut self, span: Duration) {
        let until = Instant::now() + span;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            self.take_in(left);
        }
        self.waiting.clear();
    }

    /// Takes in what comes next; tells whether anything did.
    fn take_in(&mut self, patience: Duration) -> bool {
        match self.output.recv_timeout(patience) {
            Ok((at, bytes)) => {
                self.written += bytes.len();
                self.last = at;
                self.screen.process(&bytes);
                self.waiting.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(error) => panic!("the program ended: {error}"),
        }
    }

    /// What the process has used so far.
    pub fn usage(&self) -> Usage {
        Usage::of(self.child.process_id().unwrap())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

/// What a process has used, as the kernel tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Time on a processor.
    pub cpu: Duration,
    /// Times that one of its threads waited and was woken.
    pub wakes: u64,
    /// Calls that wrote; nothing where the kernel tells only the superuser.
    pub writes: Option<u64>,
    /// Memory that it holds, and the most that it held, in KiB.
    pub resident_kib: u64,
    pub peak_kib: u64,
}

impl Usage {
    /// What came on top of `before`; memory as it is.
    pub fn since(self, before: Self) -> Self {
        let cpu = self.cpu.saturating_sub(before.cpu);
        let wakes = self.wakes - before.wakes;
        let writes = self.writes.zip(before.writes).map(|(now, before)| now - before);
        Self { cpu, wakes, writes, ..self }
    }

    pub fn of(pid: u32) -> Self {
        let mut usage = Self::default();
        for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
            let path = task.unwrap().path();
            let read = |name: &str| fs::read_to_string(path.join(name)).unwrap_or_default();
            let nanos = read("schedstat").split(' ').next().and_then(|n| n.parse().ok());
            usage.cpu += Duration::from_nanos(nanos.unwrap_or(0));
            usage.wakes += field(&read("status"), "voluntary_ctxt_switches:");
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        usage.resident_kib = field(&status, "VmRSS:");
        usage.peak_kib = field(&status, "VmHWM:");
        // The program lets no other one of its user look into it.
        let io = fs::read_to_string(format!("/proc/{pid}/io"));
        usage.writes = io.ok().map(|io| field(&io, "syscw:"));
        usage
    }
}

/// The number behind a name at the beginning of a line.
fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Runs a command to its end: how long that took, from before it was started, and what it used.
pub fn run_to_the_end(command: &mut Command) -> (Duration, Usage) {
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let (id, pid) = (child.id(), Pid::from_child(&child));
    let (over, is_over) = channel::<()>();
    let watcher = thread::spawn(move || {
        let mut peak_kib = 0;
        while let Err(RecvTimeoutError::Timeout) = is_over.recv_timeout(WATCHED_EVERY) {
            peak_kib = peak_kib.max(Usage::of(id).peak_kib);
        }
        peak_kib
    });
    // It stays, so that what it used can be read.
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    let took = begun.elapsed();
    drop(over);
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // In hundredths of a second, of all its threads, also those that have ended.
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    let usage = Usage {
        cpu: Duration::from_millis(ticks * 10),
        peak_kib: watcher.join().unwrap(),
        ..Usage::default()
    };
    assert!(child.wait().unwrap().success());
    (took, usage)
}

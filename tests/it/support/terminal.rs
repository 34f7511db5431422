//! A pseudo-terminal with the real binary in it, and a screen that a test can wait for.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{CANARY, PATIENCE, sequences};

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    exit_code: Option<u32>,
}

/// A terminal with a program in it.
pub struct Terminal {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    pid: u32,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    /// The terminal's modes before the program began, as text.
    pub modes_before: String,
}

impl Terminal {
    /// Runs `shelflife` with `arguments` and `environment` on a screen of `width` x `height`.
    pub fn start(
        width: u16,
        height: u16,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = shelflife(arguments);
        for (name, value) in environment {
            command.env(name, value);
        }
        Self::spawn(width, height, command)
    }

    pub fn spawn(width: u16, height: u16, command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(size(width, height)).unwrap();
        let modes_before = format!("{:?}", pair.master.get_termios().unwrap());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (killer, pid) = (child.clone_killer(), child.process_id().unwrap());
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let parser = vt100::Parser::new(cells(height), cells(width), 0);
        let seen = Seen { parser, raw: vec![], closed: false, exit_code: None };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let screen = Arc::clone(&seen);
        thread::spawn(move || {
            let mut bytes = [0; 4_096];
            loop {
                let read = output.read(&mut bytes).unwrap_or(0);
                let mut seen = screen.0.lock().unwrap();
                seen.parser.process(&bytes[..read]);
                seen.raw.extend_from_slice(&bytes[..read]);
                seen.closed = read == 0;
                screen.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let ended = Arc::clone(&seen);
        thread::spawn(move || {
            let exit_code = child.wait().unwrap().exit_code();
            ended.0.lock().unwrap().exit_code = Some(exit_code);
            ended.1.notify_all();
        });
        Self { seen, killer, pid, master: pair.master, keyboard, modes_before }
    }

    /// Waits until the screen shows what `shown` looks for; gives the screen's text.
    pub fn wait(&self, what: &str, shown: impl Fn(&str) -> bool) -> String {
        self.wait_screen(what, |screen| shown(&screen.contents()))
    }

    /// Waits until the screen contains `text`.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Waits until the screen, colours included, is as `shown` looks for; gives its text. As a
    /// terminal that knows synchronised updates, it looks at no half of a frame.
    pub fn wait_screen(&self, what: &str, shown: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let screen = seen.parser.screen();
            if is_whole(&seen.raw) && shown(screen) {
                return screen.contents();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.closed,
                "waited for {what}, but saw:\n{}",
                screen.contents()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// What the screen shows now.
    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything that the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// Waits until the program wrote `bytes`.
    pub fn wait_for_bytes(&self, bytes: &[u8]) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.raw.windows(bytes.len()).any(|window| window == bytes) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.closed,
                "never wrote {}",
                String::from_utf8_lossy(bytes)
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Types `keys`.
    pub fn press(&mut self, keys: &str) {
        let keyboard = &mut self.keyboard;
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Changes the terminal's size.
    pub fn resize(&self, width: u16, height: u16) {
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let mut seen = self.seen.0.lock().unwrap();
        seen.parser.screen_mut().set_size(cells(height), cells(width));
        drop(seen);
        self.master.resize(size(width, height)).unwrap();
    }

    /// Sends a signal by its usual name.
    pub fn signal(&self, name: &str) {
        kill(name, &self.pid());
    }

    /// Sends a signal to what the program has started.
    pub fn signal_child(&self, name: &str) {
        kill(name, &self.child());
    }

    /// The number of what the program has started.
    pub fn child(&self) -> String {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.trim().to_owned()
    }

    pub fn pid(&self) -> String {
        self.pid.to_string()
    }

    /// Waits until the program is stopped (`T`), as `/proc` tells.
    pub fn wait_stopped(&self) {
        wait_stopped(&self.pid());
    }

    /// Waits for the end; gives the exit code.
    pub fn wait_exit(&self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            if let Some(code) = seen.exit_code {
                return code;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let screen = seen.parser.screen();
            assert!(!left.is_zero(), "it did not end, and shows:\n{}", screen.contents());
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits for the end, and checks that the terminal is as it was: modes, screen, cursor, paste,
    /// mouse.
    pub fn wait_exit_restored(&self) -> u32 {
        let code = self.wait_exit();
        self.wait_closed_output();
        let modes = format!("{:?}", self.master.get_termios().unwrap());
        assert_eq!(modes, self.modes_before, "the terminal's modes");
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "paste is off");
        let mouse = screen.mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None, "the mouse is off");
        code
    }

    /// Waits for the program's last byte, and checks that what it left contains `text`.
    pub fn wait_for_end(&self, text: &str) {
        self.wait_closed_output();
        let raw = String::from_utf8_lossy(&self.raw()).replace("\r\n", " ");
        assert!(raw.contains(text), "{text} in {raw}");
    }

    /// Waits until the program's last byte was read.
    fn wait_closed_output(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the terminal stayed open");
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }
}

/// Whether no frame has begun that has not ended.
fn is_whole(written: &[u8]) -> bool {
    let mark = b"\x1b[?2026";
    let last = memchr::memmem::rfind(written, mark).map(|at| &written[at + mark.len()..]);
    last.is_none_or(|last| last.first() == Some(&b'l'))
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if !thread::panicking() {
            let raw = self.raw();
            sequences::check(&raw);
            assert!(!String::from_utf8_lossy(&raw).contains(CANARY), "the key was shown");
        }
        // A number that was waited for may be another program's by now.
        if self.seen.0.lock().is_ok_and(|seen| seen.exit_code.is_none()) {
            let _ = self.killer.kill();
        }
    }
}

/// Sends a signal by its usual name to the process `pid`.
pub fn kill(name: &str, pid: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{name}"), pid]).status();
    assert!(sent.unwrap().success());
}

/// `shelflife` with `arguments`, in an environment that holds nothing of the machine's.
pub fn shelflife(arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_shelflife"));
    command.args(arguments);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("XDG_CONFIG_HOME", super::NO_CONFIGURATION);
    command
}

fn size(width: u16, height: u16) -> PtySize {
    PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 }
}

/// Waits until the process `pid` is stopped (`T`), as `/proc` tells.
pub fn wait_stopped(pid: &str) {
    let deadline = Instant::now() + PATIENCE;
    let path = format!("/proc/{pid}/stat");
    loop {
        let stat = std::fs::read_to_string(&path).unwrap();
        let state = stat.rsplit(')').next().unwrap().trim().chars().next();
        if state == Some('T') {
            return;
        }
        assert!(Instant::now() < deadline, "never stopped: {stat}");
        thread::yield_now();
    }
}

/// Waits until the process `pid` has ended, whether or not anybody has asked how.
pub fn wait_gone(pid: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Err(_) => return,
            Ok(stat) if stat.rsplit(')').next().unwrap().trim().starts_with('Z') => return,
            Ok(_) => assert!(Instant::now() < deadline, "{pid} goes on"),
        }
        thread::yield_now();
    }
}

/// Waits until the terminal at `path`, which nobody reads, takes no more, and the program `pid` that
/// writes to it waits: found so many times in a row.
pub fn wait_stuck(path: &Path, pid: &str) {
    let terminal = std::fs::File::options().write(true).open(path).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let mut in_a_row = 0;
    while in_a_row < 10_000 {
        let mut ready = [PollFd::new(&terminal, PollFlags::OUT)];
        let is_full = poll(&mut ready, Some(&Timespec::default())).unwrap() == 0;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let waits = stat.rsplit(')').next().unwrap().trim().starts_with('S');
        in_a_row = if is_full && waits { in_a_row + 1 } else { 0 };
        assert!(Instant::now() < deadline, "it never got stuck: {stat}");
        thread::yield_now();
    }
}

//! Where the bytes go: a thread that writes them, sums them up, and knows of the last line what has to
//! be known.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use ring::digest::{Context, SHA256};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinHandle, spawn_blocking};

use super::folder::begin_to_write_back;
use super::part::Part;
use crate::jobs::whole::LastLine;
use crate::runtime::bulk::give_way;

/// Pieces that may wait to be written, while another one is: whoever reads them from the network waits
/// then, for they have up to 400 KiB.
const WAITING: usize = 1;
/// Bytes after which the system is to write them to the disk, beside whatever still comes.
const WRITTEN_BACK: u64 = 8 * 1_024 * 1_024;
/// Bytes that are read at once of what is there.
const READ: usize = 256 * 1_024;

/// A part that is being written to.
pub(super) struct Sink {
    pieces: Sender<Bytes>,
    writer: JoinHandle<(Part, io::Result<Written>)>,
}

/// What was written, when no more came.
pub(super) struct Written {
    /// Bytes in all.
    pub(super) bytes: u64,
    /// The sum of the content, in hexadecimal digits.
    pub(super) sha256: String,
    pub(super) last_line: LastLine,
}

impl Sink {
    /// Writes behind the first `from` bytes of a part, which count for the sum and for the lines.
    pub(super) fn open(part: Part, from: u64) -> Self {
        let (pieces, receiver) = mpsc::channel(WAITING);
        let writer = spawn_blocking(move || {
            let mut part = part;
            let written = write(&part.file, from, receiver);
            if written.is_err() {
                // What is there is there; whatever cannot be noted on a full disk was noted before.
                let _ = part.note_length();
            }
            (part, written)
        });
        Self { pieces, writer }
    }

    /// Writes a piece; `false` where nothing is written any more, and [`close`](Self::close) tells why.
    pub(super) async fn push(&self, piece: Bytes) -> bool {
        self.pieces.send(piece).await.is_ok()
    }

    /// No more comes: waits until all is written.
    pub(super) async fn close(self) -> (Option<Part>, io::Result<Written>) {
        drop(self.pieces);
        match self.writer.await {
            Ok((part, result)) => (Some(part), result),
            Err(error) => (None, Err(io::Error::other(error))),
        }
    }
}

fn write(file: &File, from: u64, mut pieces: Receiver<Bytes>) -> io::Result<Written> {
    let mut sum = Context::new(&SHA256);
    let mut last_line = LastLine::default();
    let mut at = 0;
    let mut buffer = vec![0; if from > 0 { READ } else { 0 }];
    while at < from {
        let most = usize::try_from(from - at).unwrap_or(READ).min(READ);
        let read = file.read_at(&mut buffer[..most], at)?;
        if read == 0 {
            return Err(cut_short());
        }
        sum.update(&buffer[..read]);
        last_line.push(&buffer[..read]);
        at += read as u64;
        give_way();
    }
    drop(buffer);
    let mut begun = at;
    while let Some(piece) = pieces.blocking_recv() {
        if file.metadata()?.len() < at {
            return Err(cut_short());
        }
        file.write_all_at(&piece, at)?;
        sum.update(&piece);
        last_line.push(&piece);
        at += piece.len() as u64;
        give_way();
        if at - begun >= WRITTEN_BACK {
            begin_to_write_back(file, begun, at - begun);
            begun = at;
        }
    }
    if file.metadata()?.len() < at {
        return Err(cut_short());
    }
    Ok(Written { bytes: at, sha256: digits_of(sum), last_line })
}

/// That the file is no longer what was written to it, which its sum would not tell.
pub(super) fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "somebody made it shorter")
}

/// The sum of the content of a file, in hexadecimal digits.
pub(crate) fn sum_of(mut file: &File) -> io::Result<String> {
    let mut sum = Context::new(&SHA256);
    let mut buffer = vec![0; READ];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digits_of(sum)),
            read => sum.update(&buffer[..read]),
        }
    }
}

/// A sum, in hexadecimal digits.
pub(in crate::runtime) fn digits_of(sum: Context) -> String {
    let mut digits = String::with_capacity(64);
    for byte in sum.finish().as_ref() {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever cuts a part while it is written, or behind its last byte, is found out: what lies there is not
    /// what was summed up.
    #[test]
    fn a_part_that_is_cut_meanwhile_is_not_whole() {
        for pieces_after in [1, 0] {
            let file = tempfile::tempfile().unwrap();
            let (pieces, receiver) = mpsc::channel(WAITING);
            let written = std::thread::scope(|scope| {
                let writer = scope.spawn(|| write(&file, 0, receiver));
                pieces.blocking_send(Bytes::from_static(b"abcd")).unwrap();
                while file.metadata().unwrap().len() < 4 {
                    std::thread::yield_now();
                }
                file.set_len(2).unwrap();
                for _ in 0..pieces_after {
                    pieces.blocking_send(Bytes::from_static(b"efgh")).unwrap();
                }
                drop(pieces);
                writer.join().unwrap()
            });
            let why = written.err().map(|error| error.to_string());
            assert_eq!(why.as_deref(), Some("somebody made it shorter"), "{pieces_after}");
            assert_eq!(file.metadata().unwrap().len(), 2);
        }
    }
}

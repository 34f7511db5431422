//! Reads a file of this machine through a [`Validator`], piece by piece, and says which file that was,
//! so that it is known later whether it is still the same.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fs::OFlags;
use tokio::task::spawn_blocking;

use super::bulk::give_way;
use crate::jobs::upload::FileStamp;
use crate::text::cause;
use crate::validation::{BatchLimits, Report, Use, Validator};

/// Bytes that are read at once.
const PIECE: usize = 128 * 1_024;

/// How far one validation is, for whoever looks on, and the way to end it.
#[derive(Debug, Default)]
pub struct Meter {
    read: AtomicU64,
    total: AtomicU64,
    is_given_up: AtomicBool,
}

impl Meter {
    /// The bytes that were read, and those that there are; of a stream the latter are none.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Ends the validation after the piece that is being read.
    pub fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }
}

/// Which file it is, and as of now, as the system has it.
#[must_use]
pub fn stamp_of(file: &Metadata) -> FileStamp {
    FileStamp {
        bytes: file.len(),
        modified: (file.mtime(), file.mtime_nsec()),
        inode: file.ino(),
        device: file.dev(),
    }
}

/// A file that was looked at from its first byte to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validated {
    /// What there is to say of it.
    pub report: Report,
    /// Which file that was.
    pub stamp: FileStamp,
}

/// Why a file could not be looked at, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum NotValidated {
    /// It is none whose bytes lie still.
    #[error("it is {0}, not a file")]
    NotRegular(&'static str),
    /// It cannot be opened or read.
    #[error("it cannot be read: {}", cause(.0))]
    Unreadable(#[from] io::Error),
    /// It was written to meanwhile.
    #[error("it changed while it was read; try again once it is written")]
    Changed,
    /// Whoever wanted it does no longer.
    #[error("it was given up")]
    GivenUp,
}

/// Looks at a file on a thread for what blocks; whoever drops the future gives it up.
///
/// # Errors
/// [`NotValidated`], also where the file is changed meanwhile.
pub async fn validate(
    path: PathBuf,
    limits: &'static BatchLimits,
    used_for: Use,
    meter: Arc<Meter>,
) -> Result<Validated, NotValidated> {
    /// Ends what nobody waits for.
    struct Ends(Arc<Meter>);
    impl Drop for Ends {
        fn drop(&mut self) {
            self.0.give_up();
        }
    }
    let _ends = Ends(Arc::clone(&meter));
    let looked = spawn_blocking(move || validate_now(&path, limits, used_for, &meter));
    looked.await.unwrap_or(Err(NotValidated::GivenUp))
}

/// Looks at a file; blocks until it is read.
///
/// # Errors
/// [`NotValidated`], also where the file is changed meanwhile.
pub fn validate_now(
    path: &Path,
    limits: &'static BatchLimits,
    used_for: Use,
    meter: &Meter,
) -> Result<Validated, NotValidated> {
    let (mut file, stamp) = open_regular(path)?;
    meter.total.store(stamp.bytes, Ordering::Relaxed);
    let name = path.file_name().map(OsStrExt::as_bytes);
    let report = read_through(&mut file, Validator::new(limits, used_for, name), meter)?;
    // What was appended behind the end that was read shows in the length.
    if stamp_of(&file.metadata()?) != stamp || report.bytes != stamp.bytes {
        return Err(NotValidated::Changed);
    }
    Ok(Validated { report, stamp })
}

/// Looks at whatever comes, such as standard input; blocks until its end.
///
/// # Errors
/// [`NotValidated`].
pub fn validate_stream(
    mut stream: impl Read,
    limits: &'static BatchLimits,
    used_for: Use,
    meter: &Meter,
) -> Result<Report, NotValidated> {
    read_through(&mut stream, Validator::new(limits, used_for, None), meter)
}

/// Opens a regular file, or a link to one, and tells which it is. What is none is told before it is
/// opened, since opening a device may do something; and opening waits for nobody, since another one may
/// lie there by then.
///
/// # Errors
/// [`NotValidated`] where it is none, or cannot be opened.
pub fn open_regular(path: &Path) -> Result<(File, FileStamp), NotValidated> {
    is_regular(&std::fs::metadata(path)?)?;
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
    let found = file.metadata()?;
    is_regular(&found)?;
    Ok((file, stamp_of(&found)))
}

fn is_regular(file: &Metadata) -> Result<(), NotValidated> {
    let kind = file.file_type();
    let what = if kind.is_file() {
        return Ok(());
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(NotValidated::NotRegular(what))
}

fn read_through(
    stream: &mut impl Read,
    mut validator: Validator,
    meter: &Meter,
) -> Result<Report, NotValidated> {
    let mut piece = vec![0; PIECE];
    loop {
        if meter.is_given_up.load(Ordering::Relaxed) {
            return Err(NotValidated::GivenUp);
        }
        match stream.read(&mut piece) {
            Ok(0) => return Ok(validator.finish()),
            Ok(bytes) => {
                validator.feed(&piece[..bytes]);
                meter.read.fetch_add(bytes as u64, Ordering::Relaxed);
                give_way();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

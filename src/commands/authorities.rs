//! The certificates of authorities that the environment names.
//!
//! Where some of what it names can be read, the TLS library passes over the rest without a word;
//! where nothing can, it says so itself.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use memchr::memmem;

use super::CommandError;
use crate::api::endpoint::Endpoint;
use crate::config::shown;
use crate::text::cause;

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";
/// Of a file of certificates: those of all authorities that there are have less than 1 MiB.
const MOST_BYTES: u64 = 16 * 1_024 * 1_024;

/// Where the authorities are that this machine is to trust in place of those that it knows.
#[derive(Debug, Default)]
pub(super) struct Authorities {
    /// The variables that name some.
    pub(super) read: Vec<&'static str>,
    /// What they name besides and cannot be read: sentences, safe to print.
    pub(super) passed_over: Vec<String>,
}

/// Looks at what the environment names, as long as the service is one of https.
pub(super) fn look(endpoint: &Endpoint) -> Authorities {
    let mut found = Authorities::default();
    if !endpoint.is_https() {
        return found;
    }
    match std::env::var_os(FILE) {
        // Whoever makes the connections takes it for a name, and looks nowhere else.
        Some(file) if file.is_empty() => found.passed_over.push(format!(
            "{FILE} is set, but empty: name a file of CA certificates in it, or unset it"
        )),
        Some(file) => found.take(FILE, file.as_ref(), read_certificates(file.as_ref())),
        None => {}
    }
    for folder in std::env::var_os(FOLDERS).iter().flat_map(std::env::split_paths) {
        // An empty one is none, as for OpenSSL.
        if folder.as_os_str() != OsStr::new("") {
            found.take(FOLDERS, &folder, fs::read_dir(&folder).map(drop));
        }
    }
    found.read.dedup();
    found
}

/// Makes sure that the file of certificates counts, if one is named.
///
/// # Errors
/// Where it would be passed over, and the service be judged by other authorities than meant. Of a
/// folder that is not there this is no error: nothing is missed that anybody put there.
pub(super) fn check(endpoint: &Endpoint) -> Result<(), CommandError> {
    let found = look(endpoint);
    let file = found.passed_over.into_iter().find(|why| why.starts_with(FILE));
    match file {
        Some(why) if !found.read.is_empty() => Err(CommandError::Usage(why)),
        _ => Ok(()),
    }
}

impl Authorities {
    fn take(&mut self, variable: &'static str, path: &Path, result: io::Result<()>) {
        match result {
            Ok(()) => self.read.push(variable),
            Err(error) => self.passed_over.push(format!(
                "{variable} names {}, which cannot be read: {}; name what is there, or unset it",
                shown(path),
                cause(&error)
            )),
        }
    }
}

fn read_certificates(file: &Path) -> io::Result<()> {
    // What is read but once, or has no end, is for who makes the connections.
    let kind = fs::metadata(file)?;
    if !kind.is_file() && !kind.is_dir() {
        return Ok(());
    }
    let mut text = vec![];
    File::open(file)?.take(MOST_BYTES).read_to_end(&mut text)?;
    let found = memmem::find(&text, b"-----BEGIN ").is_some();
    found.then_some(()).ok_or_else(|| io::Error::other("there is no PEM certificate in it"))
}

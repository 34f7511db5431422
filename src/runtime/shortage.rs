//! Too few of what a system lends: threads, open files, memory. That is no bug, and its words say what
//! to do. Libraries panic where they get none, so that it is known by what they say.

use rustix::io::Errno;

/// What to do where `message` tells of an error of the system that means too few of something.
#[must_use]
pub fn advice(message: &str) -> Option<&'static str> {
    let all = [
        (Errno::MFILE, "let the program open more files (ulimit -n)"),
        (Errno::NFILE, "the whole system has too many files open: close some"),
        (Errno::AGAIN, "let it have more threads (ulimit -u, or the limit of its container)"),
        (Errno::NOMEM, "let it have more memory (ulimit -v, or the limit of its container)"),
    ];
    let told = all.into_iter().find(|(error, _)| {
        let number = error.raw_os_error();
        // As an error is shown, and as it is debugged.
        message.contains(&format!("(os error {number})"))
            || message.contains(&format!("Os {{ code: {number},"))
    });
    told.map(|(_, advice)| advice)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn errors_of_the_system_that_mean_too_few_are_told_from_others() {
        let error = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        let cases = [
            (format!("OS can't spawn worker thread: {}", error(Errno::AGAIN)), Some("threads")),
            (format!("failed to create UnixStream: {:?}", error(Errno::MFILE)), Some("ulimit -n")),
            (format!("failed to spawn thread: {:?}", error(Errno::NOMEM)), Some("memory")),
            (error(Errno::NFILE).to_string(), Some("close some")),
            (error(Errno::NOENT).to_string(), None),
            (format!("{:?}", error(Errno::IO)), None),
            ("index out of bounds: the len is 11 but the index is 24".to_owned(), None),
        ];
        for (message, expected) in cases {
            let advice = advice(&message);
            assert_eq!(advice.is_some(), expected.is_some(), "{message}");
            assert!(expected.is_none_or(|part| advice.unwrap().contains(part)), "{message}");
        }
    }
}

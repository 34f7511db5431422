//! Too few of what a system lends: threads, open files, memory. That is no bug, and its words say what
//! to do. Libraries panic where they get none, so that it is known by what they say.

use std::error::Error;
use std::io;

use rustix::io::Errno;

/// What to do where an error, or what led to it, is one of the system that means too few of something.
/// What a service says is no cause.
#[must_use]
pub fn advice_for(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let number = error.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error);
        if let Some(advice) = number.and_then(|number| advice(&format!("(os error {number})"))) {
            return Some(advice);
        }
        cause = error.source();
    }
    None
}

/// What to do where the `message` of a panic tells of an error of the system that means too few of something.
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
    use super::*;

    #[test]
    fn what_a_service_says_is_no_cause() {
        let said = io::Error::other("Too many open files (os error 24)");
        assert_eq!(advice_for(&said), None);
        let failed = io::Error::from_raw_os_error(24);
        assert!(advice_for(&failed).unwrap().contains("ulimit -n"));
        let wrapped = io::Error::other(Wrapped(failed));
        assert!(advice_for(&wrapped).is_some(), "what led to it counts");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the list could not be read")]
    struct Wrapped(#[source] io::Error);

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

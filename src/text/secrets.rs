//! The secrets of this process, hidden wherever text is shown.
//!
//! Whoever reads a secret registers it here, wherever it came from, and what makes text printable
//! hides it: a service may echo a key in any place. What is kept, compared or sent stays as it came.
//! The register only grows, and what it holds changes nothing on a screen but such an echo.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem::{Finder, FinderBuilder};
use memchr::{memchr2, memmem};
use secrecy::{ExposeSecret, SecretString};

/// Bytes from which a secret is looked for in texts of all kinds. A shorter one could stand there by
/// chance, as one of a letter would; real ones have some fifty.
pub(super) const LONG: usize = 8;
/// Bytes from which it is looked for in the few words of a service that refuses it; below, it is part
/// of many words.
pub(super) const SHORT: usize = 4;
/// What stands in place of a secret.
const HIDDEN: &[u8] = b"[key]";

/// Hides `secret`, which is printable ASCII, from now on and for good.
pub fn register(secret: &SecretString) {
    if secret.expose_secret().len() >= SHORT {
        REGISTER.add(secret);
    }
}

/// `text` without the secrets: for sentences that are whole already, such as an error or a line of a
/// report, where a secret may have been put in another place than meant.
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    match hide(text.as_bytes(), LONG) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(hidden) => Cow::Owned(String::from_utf8_lossy(&hidden).into_owned()),
    }
}

/// Whether one of the secrets may stand in `text`, in whatever spelling, or the beginning of one that
/// was cut off: not for sure, but if not, then for sure. One look at much text is faster than many at
/// its parts.
#[must_use]
pub fn may_be_in(text: &[u8]) -> bool {
    REGISTER.may_be_in(text)
}

/// `text` without the secrets of at least so many bytes, also where some of their characters are
/// spelt as escapes of JSON or of addresses; borrowed where there is none.
pub(super) fn hide(text: &[u8], least: usize) -> Cow<'_, [u8]> {
    REGISTER.hide(text, least)
}

static REGISTER: Register = Register(OnceLock::new());

/// A list that is only added to, so that it is read without a lock.
struct Register(OnceLock<Box<Entry>>);

struct Entry {
    secret: SecretString,
    /// Finds how it begins, since the rest may be cut off.
    finder: Finder<'static>,
    next: Register,
}

impl Register {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::successors(self.0.get(), |entry| entry.next.0.get()).map(Box::as_ref)
    }

    fn add(&self, secret: &SecretString) {
        let known = |entry: &Entry| entry.secret.expose_secret() == secret.expose_secret();
        let mut place = &self.0;
        let mut entry = Box::new(Entry::new(secret.clone()));
        loop {
            // Another thread may have been faster.
            match place.set(entry) {
                Ok(()) => return,
                Err(back) => entry = back,
            }
            let Some(there) = place.get().filter(|there| !known(there)) else { return };
            place = &there.next.0;
        }
    }

    fn may_be_in(&self, text: &[u8]) -> bool {
        let mut entries = self.entries().filter(|entry| entry.len() >= LONG).peekable();
        entries.peek().is_some()
            && (memchr2(b'\\', b'%', text).is_some()
                || entries.any(|entry| entry.finder.find(text).is_some()))
    }

    fn hide<'t>(&self, text: &'t [u8], least: usize) -> Cow<'t, [u8]> {
        if self.0.get().is_none() || text.len() < least {
            return Cow::Borrowed(text);
        }
        let mut found = vec![];
        let spelt_out = memchr2(b'\\', b'%', text).and_then(|first| SpeltOut::of(text, first));
        for entry in self.entries().filter(|entry| entry.len() >= least) {
            entry.find_all(text, |range| found.push(range));
            if let Some(spelt_out) = &spelt_out {
                entry.find_all(&spelt_out.text, |range| found.push(spelt_out.origin(range)));
            }
        }
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, found)) }
    }
}

impl Entry {
    fn new(secret: SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        let beginning = &bytes[..bytes.len().min(LONG)];
        let finder = FinderBuilder::new().build_forward(beginning).into_owned();
        Self { secret, finder, next: Register(OnceLock::new()) }
    }

    fn len(&self) -> usize {
        self.secret.expose_secret().len()
    }

    /// Calls `each` with every place of the secret in `text`; at its end, where a cap may have cut
    /// it, the beginning of the secret is one, too.
    fn find_all(&self, text: &[u8], mut each: impl FnMut(Range<usize>)) {
        let secret = self.secret.expose_secret().as_bytes();
        let mut from = 0;
        while let Some(at) = self.finder.find(&text[from..]).map(|at| from + at) {
            let end = text.len().min(at + secret.len());
            let is_it = secret.starts_with(&text[at..end]);
            if is_it {
                each(at..end);
            }
            from = if is_it { end } else { at + 1 };
        }
    }
}

/// `text` with `[key]` in these places.
fn replaced(text: &[u8], mut places: Vec<Range<usize>>) -> Vec<u8> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    places.dedup_by(|next, place| {
        let overlaps = next.start < place.end;
        if overlaps {
            place.end = place.end.max(next.end);
        }
        overlaps
    });
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for place in places {
        out.extend_from_slice(&text[from..place.start]);
        out.extend_from_slice(HIDDEN);
        from = place.end;
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// A text whose escapes are spelt out, and where each byte of it came from. JSON may spell any
/// character as `\u002d`, and a slash as `\/`; addresses spell most signs as `%2B`.
struct SpeltOut {
    text: Vec<u8>,
    /// One more than there are bytes: the last one is the end.
    origins: Vec<usize>,
}

impl SpeltOut {
    /// Nothing where there is no escape behind `first` that could stand for a character of a secret.
    fn of(text: &[u8], first: usize) -> Option<Self> {
        let escapes = ["\\u00", "\\/", "\\\\", "\\\"", "%"];
        if !escapes.iter().any(|escape| memmem::find(&text[first..], escape.as_bytes()).is_some()) {
            return None;
        }
        let mut spelt_out =
            Self { text: Vec::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        let mut at = 0;
        loop {
            let (byte, length) = match text[at..] {
                // An escape that is cut off in the middle ends the text, too.
                [] | [b'\\' | b'%'] | [b'%', _] => break,
                [b'\\', b'u', ref digits @ ..] if digits.len() < 4 => break,
                [b'\\', sign @ (b'/' | b'\\' | b'"'), ..] => (sign, 2),
                [b'\\', b'u', b'0', b'0', high, low, ..] => {
                    from_hex(high, low).map_or((0, 1), |byte| (byte, 6))
                }
                [b'%', high, low, ..] => from_hex(high, low).map_or((b'%', 1), |byte| (byte, 3)),
                // No secret has a control character in it.
                [b'\\', ..] => (0, 1),
                [byte, ..] => (byte, 1),
            };
            spelt_out.origins.push(at);
            spelt_out.text.push(byte);
            at += length;
        }
        spelt_out.origins.push(at);
        Some(spelt_out)
    }

    fn origin(&self, range: Range<usize>) -> Range<usize> {
        self.origins[range.start]..self.origins[range.end]
    }
}

/// The byte with these two hexadecimal digits.
fn from_hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn register(secrets: &[&str]) -> Register {
        let register = Register(OnceLock::new());
        for secret in secrets {
            register.add(&SecretString::from(*secret));
        }
        register
    }

    fn hidden(secrets: &[&str], text: &str) -> String {
        String::from_utf8(register(secrets).hide(text.as_bytes(), SHORT).into_owned()).unwrap()
    }

    /// Hazards 14: the key echoed by the service, however it is spelt.
    #[test]
    fn a_secret_is_found_however_it_is_spelt() {
        for (text, expected) in [
            ("ab/c+D", "[key]"),
            ("xab/c+Dab/c+Dy", "x[key][key]y"),
            (r"ab\/c+D", "[key]"),
            (r"ab\u002fc\u002BD", "[key]"),
            (r"\u0061\u0062\/c+\u0044", "[key]"),
            ("?after=x%20ab%2Fc%2bD&limit=1", "?after=x%20[key]&limit=1"),
            // An escaped backslash before a slash is no slash.
            (r"ab\\/c+D", r"ab\\/c+D"),
            (r"ab\\u002fc+D", r"ab\\u002fc+D"),
            (r"\u0022\u005c\u000a\u00e4\u00", r"\u0022\u005c\u000a\u00e4\u00"),
            (r"\", r"\"),
            (r"\u00", r"\u00"),
            (r"\u00zz\/", r"\u00zz\/"),
            ("ab%2Fc+D%", "[key]%"),
            ("100 % %zz %", "100 % %zz %"),
            // What stands around it stays as it came.
            (r"\n\u0041 ab\u002fc+D \u0041\/", r"\n\u0041 [key] \u0041\/"),
        ] {
            assert_eq!(hidden(&["ab/c+D"], text), expected, "{text}");
        }
        assert_eq!(hidden(&["a\"b\\c"], r#""a\"b\\c""#), "\"[key]\"");
        assert_eq!(hidden(&["a\"b\\c"], r#""a"b\c""#), "\"[key]\"");
        assert_eq!(hidden(&["50%2Fof-it"], "50%2Fof-it"), "[key]");
    }

    #[test]
    fn what_a_cap_left_of_a_secret_is_hidden_too() {
        let secret = "csk-Canary/5f1e+0b";
        for (text, expected) in [
            ("x csk-Canary/5f1", "x [key]"),
            (r"x csk-Canary\/5f\u00", r"x [key]\u00"),
            ("x csk-Cana", "x [key]"),
            ("x csk-Can", "x csk-Can"),
            ("csk-Canary/5f1 x", "csk-Canary/5f1 x"),
        ] {
            assert_eq!(hidden(&[secret], text), expected, "{text}");
        }
        assert_eq!(hidden(&["aaaaaaaaab"], "aaaaaaaaaab"), "a[key]");
    }

    /// What is looked at as a whole and found to hold none is what each of its parts would be.
    #[test]
    fn one_look_at_many_texts_misses_nothing() {
        let register = register(&["csk-Canary/5f1e+0b", "second-secret"]);
        for parts in [
            ["x", "a csk-Canary/5f1e+0b", "y"],
            ["cut csk-Cana", "ry", ""],
            [r"csk-\u0043anary/5f1e+0b", "", ""],
            ["csk-Canary%2F5f1e%2b0b", "", ""],
            ["", "", "second-secret"],
            ["no", "secret", "here"],
            ["csk-", "Canary/5f1e+0b", ""],
        ] {
            let hides =
                parts.iter().any(|part| register.hide(part.as_bytes(), LONG) != part.as_bytes());
            let whole = format!("\"{}\"", parts.join("\",\""));
            assert!(register.may_be_in(whole.as_bytes()) || !hides, "{whole}");
        }
        assert!(!register.may_be_in(br#"{"id":"file_1","filename":"secondary.jsonl"}"#));
        assert!(!super::Register(OnceLock::new()).may_be_in(b"second-secret"));
    }

    #[test]
    fn each_secret_is_hidden_and_the_same_one_kept_once() {
        let secrets = ["first-secret", "second-secret", "first-secret"];
        assert_eq!(register(&secrets).entries().count(), 2);
        assert_eq!(hidden(&secrets, "second-secret, first-secret"), "[key], [key]");
        assert_eq!(hidden(&["abcdefgh", "efghijkl"], "abcdefghijkl"), "[key]");
        assert_eq!(hidden(&[], "first-secret"), "first-secret");
    }

    #[test]
    fn a_secret_that_could_be_there_by_chance_is_left_alone() {
        let hide = |least| register(&["here"]).hide(b"there", least).into_owned();
        assert_eq!((hide(LONG), hide(SHORT)), (b"there".to_vec(), b"t[key]".to_vec()));
        super::register(&SecretString::from("end"));
        assert_eq!(super::hide(b"backend", SHORT), b"backend".as_slice());
    }

    proptest! {
        /// However it is spelt, in whatever company.
        #[test]
        fn no_spelling_gets_through(
            around in "[a-z\\\\\"%/u0]{0,12}",
            after in "[ a-z\"/]{0,12}",
            spellings in proptest::collection::vec(0_u8..4, 18),
        ) {
            let secret = "csk-Canary/5f1e+0b";
            let spelt: String = secret.chars().zip(spellings).map(|(c, how)| match how {
                0 => format!("\\u{:04x}", u32::from(c)),
                1 => format!("%{:02X}", u32::from(c)),
                2 if c == '/' => "\\/".to_owned(),
                _ => c.to_string(),
            }).collect();
            // A lone escape sign right before it would take its first character for its own.
            let around = format!("{around} ");
            let text = [around.as_str(), &spelt, &after].concat();
            prop_assert!(hidden(&[secret], &text).contains("[key]"), "{}", text);
        }
    }
}

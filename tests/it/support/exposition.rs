//! A strict reader of the two forms in which metrics are written: what it takes, any reader does.

use std::collections::{BTreeMap, BTreeSet};

/// The samples, by what stands before their value, and the kinds of their families.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exposition {
    pub samples: BTreeMap<String, String>,
    pub kinds: BTreeMap<String, String>,
}

impl Exposition {
    /// The value of a sample, named as `name{label="…"}`, without what is behind its point.
    pub fn value(&self, sample: &str) -> Option<i64> {
        let value = self.samples.get(sample)?;
        Some(value.split('.').next().unwrap().parse().unwrap())
    }

    /// Prometheus' text 0.0.4, as the textfile collector takes it.
    pub fn read_plain(text: &str) -> Self {
        Self::read(text, &["gauge", "counter"], |family, _| family.to_owned())
    }

    /// `OpenMetrics` 1.0.
    pub fn read_open(text: &str) -> Self {
        let text = text.strip_suffix("# EOF\n").expect("the end is marked");
        Self::read(text, &["gauge", "counter", "info"], |family, kind| match kind {
            "counter" => format!("{family}_total"),
            "info" => format!("{family}_info"),
            _ => family.to_owned(),
        })
    }

    fn read(text: &str, kinds: &[&str], sample_name: impl Fn(&str, &str) -> String) -> Self {
        assert!(text.ends_with('\n') && text.is_ascii() && !text.contains("\n\n"), "{text}");
        let mut all = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let (family, help) = line.strip_prefix("# HELP ").expect(line).split_once(' ').unwrap();
            assert!(help.ends_with('.') && help.len() > 20 && !help.contains('\\'), "{line}");
            let line = lines.next().unwrap();
            let (typed, kind) = line.strip_prefix("# TYPE ").expect(line).split_once(' ').unwrap();
            assert!(typed == family && kinds.contains(&kind), "{line}");
            assert!(all.kinds.insert(family.to_owned(), kind.to_owned()).is_none(), "{line}");
            check_name(family, kind);
            let name = sample_name(family, kind);
            let mut samples = 0;
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                // No third word: a moment of a sample is not allowed.
                let (sample, value) = line.rsplit_once(' ').expect(line);
                assert!(sample.ends_with('}'), "{line}");
                let labels = sample.strip_prefix(&format!("{name}{{")).expect(line);
                check_labels(labels.strip_suffix('}').unwrap());
                check_value(value, kind);
                assert!(
                    all.samples.insert(sample.to_owned(), value.to_owned()).is_none(),
                    "{line}"
                );
                samples += 1;
            }
            assert!(samples > 0, "{family} has no sample");
        }
        all
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// What promlint has against names.
fn check_name(family: &str, kind: &str) {
    assert!(is_word(family) && family.starts_with("shelflife_"), "{family}");
    let words: BTreeSet<&str> = family.split('_').collect();
    for word in ["gauge", "counter", "info", "ms", "milliseconds", "kib", "mib", "minutes"] {
        assert!(!words.contains(word) || word == "info", "{family}: {word}");
    }
    assert!(kind == "counter" || !family.ends_with("_total"), "{family}");
}

/// Which labels there are, and that none of them could be an id or a filename.
fn check_labels(labels: &str) {
    for label in labels.split(',') {
        let (name, value) = label.split_once('=').expect(labels);
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = value.expect(labels);
        assert!(!value.is_empty() && !value.contains(['"', '\\', '\n']), "{labels}");
        let allowed: &[&str] = match name {
            "profile" => &["default", "demo"],
            "urgency" => &["expired", "critical", "soon", "fresh", "never", "unknown"],
            "code_class" => &["2xx", "3xx", "4xx", "5xx", "none"],
            "kind" => &["requests"],
            "version" => &[env!("CARGO_PKG_VERSION")],
            _ => panic!("a label {name}"),
        };
        assert!(allowed.contains(&value), "{labels}");
    }
}

/// A number without an exponent; of what only grows, a whole one that is not negative.
fn check_value(value: &str, kind: &str) {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    assert!(is_number(whole) && is_number(part), "{value}");
    assert!(kind != "counter" || value.parse::<u64>().is_ok(), "{value}");
    assert!(kind != "info" || value == "1", "{value}");
}

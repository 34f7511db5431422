//! The two forms in which metrics are written: Prometheus' text 0.0.4, and `OpenMetrics` 1.0.
//!
//! No sample bears a moment: the textfile collector drops a whole file for one.

use std::fmt::Write as _;

/// In which form to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextForm {
    /// Prometheus' own, which is what is understood everywhere.
    Plain,
    /// `OpenMetrics`, for those that ask for it.
    OpenMetrics,
}

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows; its name ends in `_total`.
    Counter,
    /// Always 1, with words in labels; its name ends in `_info`.
    Info,
}

/// A metric: its name, its words, its values.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) help: &'static str,
    /// Without one it is not written at all.
    pub(super) samples: Vec<Sample>,
}

/// One value.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) value: String,
}

impl TextForm {
    /// What HTTP calls it.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The form that an `Accept` header asks for: `OpenMetrics` where it is named and liked at least as
    /// well as text, else the plain one.
    pub(super) fn asked_for(accept: &str) -> Self {
        let (mut open, mut plain) = (0, 0);
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let (mut version, mut liking) = (None, 1_000);
            for (name, value) in parts.filter_map(|part| part.split_once('=')) {
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "version" => version = Some(value),
                    "q" => liking = thousandths(value),
                    _ => {}
                }
            }
            match (media.as_str(), version) {
                ("application/openmetrics-text", None | Some("1.0.0")) => open = open.max(liking),
                ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => {
                    plain = plain.max(liking);
                }
                _ => {}
            }
        }
        if open > 0 && open >= plain { Self::OpenMetrics } else { Self::Plain }
    }

    /// All families that have a sample.
    pub(super) fn write(self, families: &[Family]) -> String {
        let mut out = String::new();
        for family in families.iter().filter(|family| !family.samples.is_empty()) {
            let (name, kind) = match (self, family.kind) {
                (_, Kind::Gauge) | (Self::Plain, Kind::Info) => (family.name, "gauge"),
                (Self::Plain, Kind::Counter) => (family.name, "counter"),
                (Self::OpenMetrics, Kind::Counter) => {
                    (family.name.trim_end_matches("_total"), "counter")
                }
                (Self::OpenMetrics, Kind::Info) => (family.name.trim_end_matches("_info"), "info"),
            };
            let _ = writeln!(out, "# HELP {name} {}", family.help);
            let _ = writeln!(out, "# TYPE {name} {kind}");
            for sample in &family.samples {
                let labels = sample
                    .labels
                    .iter()
                    .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
                let labels = labels.collect::<Vec<_>>().join(",");
                let _ = writeln!(out, "{}{{{labels}}} {}", family.name, sample.value);
            }
        }
        if self == Self::OpenMetrics {
            out.push_str("# EOF\n");
        }
        out
    }
}

/// The value of a label as both forms spell it.
pub(super) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Milliseconds as seconds, without an exponent.
pub(super) fn seconds(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    format!("{sign}{}.{:03}", ms / 1_000, ms % 1_000)
}

/// A weight such as `0.75`, in thousandths; what is none weighs nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = part.len() <= 3 && part.bytes().all(|digit| digit.is_ascii_digit());
    let part = format!("{part:0<3}").parse::<u32>().ok().filter(|_| is_weight);
    match (whole, part) {
        ("0", Some(part)) => part,
        ("1", Some(_)) => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_is_for_those_that_ask_for_it() {
        let open = TextForm::OpenMetrics;
        for (accept, form) in [
            ("", TextForm::Plain),
            ("*/*", TextForm::Plain),
            ("text/html, */*;q=0.8", TextForm::Plain),
            ("text/plain", TextForm::Plain),
            ("application/openmetrics-text", open),
            ("Application/OpenMetrics-Text; Version=1.0.0", open),
            ("application/openmetrics-text; version=\"1.0.0\", text/plain", open),
            ("application/openmetrics-text;version=2.0.0", TextForm::Plain),
            ("application/openmetrics-text;version=1.0.0;q=0", TextForm::Plain),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.5", TextForm::Plain),
            ("application/openmetrics-text;q=x,*/*;q=0.1", TextForm::Plain),
            (
                // As Prometheus 2 asks.
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                open,
            ),
            (
                // As Prometheus 3 does.
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                open,
            ),
        ] {
            assert_eq!(TextForm::asked_for(accept), form, "{accept}");
        }
    }

    #[test]
    fn seconds_have_no_exponent_and_keep_their_sign() {
        for (ms, text) in [
            (0, "0.000"),
            (7, "0.007"),
            (-250, "-0.250"),
            (-61_001, "-61.001"),
            (1_795_867_924_123, "1795867924.123"),
        ] {
            assert_eq!(seconds(ms), text);
        }
        assert!(seconds(i64::MIN).starts_with("-9223372036854775.8"));
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escaped("a\\b\"c\nd"), r#"a\\b\"c\nd"#);
    }
}

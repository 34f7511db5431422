//! `shelflife show`: all that the service says of one file.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use clap::{Args, ValueEnum};
use tokio::runtime::Handle;

use super::json::{push_file, write_files};
use super::options::{GlobalOptions, silent_but};
use super::retrieving::ask_for_file;
use super::{CommandError, configure, find_service, print, unusable};
use crate::api::File;
use crate::api::client::Existence;
use crate::api::endpoint::is_usable_id;
use crate::api::wire::extra_fields;
use crate::text::stand_ins::{EMPTY_FILENAME, NO_FILENAME};
use crate::text::{Untrusted, exact_size, width};
use crate::theme::word;
use crate::time::clock::{LOCAL, Now, ServerClock};
use crate::time::expiry::{Stated, StatedTime, Thresholds, TimeLeft};
use crate::time::zone::Zone;
use time::UtcOffset;

const HELP: &str = "\
Examples:
  shelflife show file_123
  shelflife show file_123 --output json | jq .expires_at
  shelflife list --filter 'left<1h' --output ids | xargs -rn 1 shelflife show

Times stand in local time and in UTC. What the service sent beside the usual fields follows them \
as it came, whole. JSON has whole numbers for times and bytes, null for what was not given, and the \
real filename in escaped form.

Exit codes: 0 done · 1 failure · 2 usage, or an id that cannot stand in an address · 3 no, malformed \
or refused key · 4 there is no such file · 5 service unavailable or rate-limited · 130, 143 \
interrupted.";

/// The options of every command that act here.
const ACTING: &[&str] =
    &["--base-url", "--allow-http", "--demo", "--files", "--log-file", "--config"];

/// Cells of the labels; the longest is `Time left`.
const LABEL: usize = 10;

/// Print all metadata of one file
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP, mut_args = silent_but(ACTING))]
pub struct Show {
    /// The id of the file
    #[arg(value_name = "ID")]
    pub id: OsString,

    /// The form to print in
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub output: ShowOutput,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowOutput {
    /// Labels and values, for reading.
    Table,
    /// The API's own form, with values normalised.
    Json,
}

/// Prints the file.
///
/// # Errors
/// Where the id is not usable, there is no such file, or it cannot be asked for.
pub async fn run(options: &GlobalOptions, show: &Show) -> Result<(), CommandError> {
    let id = Untrusted::new(show.id.clone().into_vec());
    let shown = id.borrow().printable_within(130);
    if !is_usable_id(id.borrow()) {
        return Err(unusable(&id));
    }
    let config = configure(options)?;
    let client = find_service(options, &config, None, &Handle::current())?.client()?;
    let answer = ask_for_file(&client, &id).await.map_err(CommandError::Show)?;
    let mut clock = ServerClock::default();
    if let Some(sample) = answer.date {
        clock.observe(sample);
    }
    let Existence::Present(file) = answer.value else {
        return Err(CommandError::NotFound(format!("there is no file with the id {shown}")));
    };
    match show.output {
        ShowOutput::Table => {
            let server_ms = clock.server_ms(Now::read());
            print(&table(&file, server_ms, config.values.thresholds, LOCAL))
        }
        ShowOutput::Json => print(&json(&file)),
    }
}

fn json(file: &File) -> String {
    let mut text = vec![];
    write_files(&mut text, std::slice::from_ref(file), |_| b"", push_file);
    text.push(b'\n');
    String::from_utf8_lossy(&text).into_owned()
}

/// The labels of the dashboard's detail, and what the service sent besides.
fn table(file: &File, server_ms: i64, thresholds: Thresholds, zone: Zone) -> String {
    let mut out = String::new();
    let left = TimeLeft::of(file.expires_at, server_ms);
    let urgency = word(left.urgency(thresholds));
    line(&mut out, "Time left", format!("{}  {urgency}", left.with_seconds()).trim_end());
    moment(&mut out, "Expires", file.expires_at, zone);
    moment(&mut out, "Created", file.created_at, zone);
    let size = match file.bytes {
        Stated::Value(bytes) => exact_size(bytes),
        Stated::Nothing => "— not given".to_owned(),
        Stated::Odd => "? not readable, see bytes".to_owned(),
    };
    line(&mut out, "Size", &size);
    let purpose = file.purpose.as_ref().map(|purpose| purpose.borrow().printable());
    line(&mut out, "Purpose", purpose.as_deref().unwrap_or("— not given"));
    line(&mut out, "ID", &file.id.borrow().printable());
    let name = match &file.filename {
        None => NO_FILENAME.into(),
        Some(name) if name.raw().is_empty() => EMPTY_FILENAME.into(),
        Some(name) => name.borrow().printable(),
    };
    line(&mut out, "Filename", &name);
    for (name, value) in file.extra.as_deref().map(extra_fields).unwrap_or_default() {
        line(&mut out, &name.borrow().printable(), &value.borrow().printable());
    }
    out
}

/// Local time and UTC, one below the other; once where they are the same.
fn moment(out: &mut String, label: &str, at: StatedTime, zone: Zone) {
    match at {
        Stated::Value(at) => {
            let (local, universal) = (zone.absolute(at), Zone::Fixed(UtcOffset::UTC).absolute(at));
            if local == universal {
                return line(out, label, &format!("{local}  local/UTC"));
            }
            line(out, label, &format!("{local}  local"));
            line(out, "", &format!("{universal}  UTC"));
        }
        Stated::Nothing => line(out, label, "— not given"),
        Stated::Odd => {
            let field = label.to_lowercase();
            line(out, label, &format!("? not readable, see {field}_at"));
        }
    }
}

fn line(out: &mut String, label: &str, value: &str) {
    out.push_str(label);
    out.extend(std::iter::repeat_n(' ', LABEL.saturating_sub(width(label)).max(1)));
    out.push_str(value);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use time::macros::offset;

    use super::*;
    use crate::api::wire::read_single_file;

    const THRESHOLDS: Thresholds = Thresholds { critical_s: 3_600, soon_s: 86_400 };

    fn shown(body: &str, zone: Zone) -> String {
        let file = read_single_file(body.as_bytes()).unwrap();
        table(&file, 1_795_442_400_000, THRESHOLDS, zone)
    }

    #[test]
    fn everything_is_labelled_and_escaped() {
        let body = r#"{"id":"file_1","filename":"a\u001b[2J\u202e\nb","bytes":13002342,
            "created_at":1794837600,"expires_at":1795443151,"purpose":"batch\u200b",
            "status":"ok\u001b","a long name of a field":{"x":[1]}}"#;
        let expected = "\
Time left 12:31  critical
Expires   2026-11-23 15:12:31 +01:00  local
          2026-11-23 14:12:31 +00:00  UTC
Created   2026-11-16 15:00:00 +01:00  local
          2026-11-16 14:00:00 +00:00  UTC
Size      12.40 MiB (13,002,342)
Purpose   batch\\u{200b}
ID        file_1
Filename  a\\u{1b}[2J\\u{202e}\\nb
status    \"ok\\\\u001b\"
a long name of a field {\"x\":[1]}
";
        assert_eq!(shown(body, Zone::Fixed(offset!(+1))), expected);
    }

    #[test]
    fn what_is_not_given_and_what_is_not_readable_say_so() {
        let said = shown(r#"{"id":"a","bytes":-1,"expires_at":"soon"}"#, Zone::Fixed(offset!(UTC)));
        for line in [
            "Time left ?  not readable",
            "Expires   ? not readable, see expires_at",
            "Created   — not given",
            "Size      ? not readable, see bytes",
            "Purpose   — not given",
            "Filename  (no filename)",
            "bytes     -1",
            "expires_at \"soon\"",
        ] {
            assert!(said.lines().any(|shown| shown == line), "{line}: {said}");
        }
        let said =
            shown(r#"{"id":"a","expires_at":100000005,"filename":""}"#, Zone::Fixed(offset!(UTC)));
        assert!(said.contains("Time left expired\n"), "{said}");
        assert!(said.contains("Expires   1973-03-03 09:46:45 +00:00  local/UTC\n"), "{said}");
        assert!(said.contains("Filename  (empty filename)\n"), "{said}");
    }
}

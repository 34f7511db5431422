//! The configuration file: TOML in, settings out, and errors that name line, key and what is
//! allowed.
//!
//! It does not know where the file lies, nor what else gives values.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::Given;
use super::table::{SETTINGS, Setting};
use crate::account::alerts::{MOST_RULES, Rule};
use crate::keys::{Binding, KeyMap, Scope, Shortcut, bindings};
use crate::store::filter::Filter;
use crate::text::UntrustedRef;
use crate::time::span::read_span;
use crate::time::zone::Zone;

/// Cells of what the file says that an error repeats.
const QUOTED_CELLS: usize = 60;

/// What is wrong with a file, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there and what is allowed instead, safe to print.
    pub what: String,
}

/// A value that the file gives.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The setting.
    pub setting: &'static str,
    /// The value that is given to it.
    pub given: Given,
    /// The line that it stands on.
    pub line: usize,
}

/// An action that is given other keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebinding {
    /// The name of the action.
    pub action: &'static str,
    /// The keys that it is given.
    pub keys: Vec<Shortcut>,
    /// The line that it stands on.
    pub line: usize,
}

/// What is saved without a key, and where.
#[derive(Clone, Debug, Default)]
pub struct Rescue {
    /// What a file must be like; without one, nothing is saved.
    pub filter: Option<Filter>,
    /// The text that it was read from.
    pub filter_text: String,
    /// The folder; that of downloads where it is empty.
    pub folder: String,
}

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// The plain settings.
    pub entries: Vec<Assignment>,
    /// Actions that are given other keys.
    pub keys: Vec<Rebinding>,
    /// What is saved without a key, and the line of it.
    pub rescue: Option<(Rescue, usize)>,
    /// The rules of alerts; nothing where the defaults stay.
    pub alerts: Option<(Vec<Rule>, usize)>,
}

struct Wrong {
    at: Range<usize>,
    what: String,
}

/// Reads a file.
///
/// # Errors
/// [`FileError`] where it is no TOML, or has a key or a value that is not allowed.
pub fn read(text: &str, zone: Zone) -> Result<ConfigFile, FileError> {
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let wrong = |wrong: Wrong| FileError { line: line(wrong.at.start), what: wrong.what };
    let table = DeTable::parse(text).map_err(|error| {
        let message = error.message().replace('\n', ", ");
        let what = UntrustedRef::new(message.as_bytes()).printable_within(240);
        wrong(Wrong { at: error.span().unwrap_or_default(), what })
    })?;
    let mut file = ConfigFile::default();
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let name: &str = key.get_ref();
        match name {
            "keys" => file.keys = read_keys(value, &line).map_err(wrong)?,
            "rescue" => {
                let rescue = read_rescue(value, zone).map_err(wrong)?;
                file.rescue = Some((rescue, line(key.span().start)));
            }
            "alerts" => {
                let rules = read_alerts(value, zone).map_err(wrong)?;
                file.alerts = Some((rules, line(key.span().start)));
            }
            _ => {
                let setting = SETTINGS.iter().find(|setting| setting.name == name);
                let names = || {
                    let plain = SETTINGS.iter().map(|setting| setting.name);
                    plain.chain(["keys", "alerts", "rescue"]).collect::<Vec<_>>().join(", ")
                };
                let setting = setting.ok_or_else(|| wrong(unknown(key.span(), name, &names())))?;
                let given = check(setting, value, zone).map_err(wrong)?;
                let line = line(key.span().start);
                file.entries.push(Assignment { setting: setting.name, given, line });
            }
        }
    }
    Ok(file)
}

fn unknown(at: Range<usize>, name: &str, allowed: &str) -> Wrong {
    Wrong { at, what: format!("unknown key {}; allowed are {allowed}", quoted(name)) }
}

fn given(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::String(text) => Given::Text(text.to_string()),
        DeValue::Boolean(switch) => Given::Switch(*switch),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Given::Other, Given::Number)
        }
        DeValue::Array(array) => {
            let texts = array.iter().map(|value| value.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map_or(Given::Other, Given::List)
        }
        _ => Given::Other,
    }
}

fn check(setting: &Setting, value: &Spanned<DeValue<'_>>, zone: Zone) -> Result<Given, Wrong> {
    let given = given(value.get_ref());
    if let ("filter", Given::Text(text)) = (setting.name, &given) {
        read_filter(text, value, zone)?;
    }
    let mut scratch = super::table::Values::default();
    match setting.set(&mut scratch, &given) {
        Some(()) => Ok(given),
        None => Err(not_allowed(value, setting.name, setting.allowed)),
    }
}

fn read_filter(
    text: &str,
    value: &Spanned<DeValue<'_>>,
    zone: Zone,
) -> Result<Option<Filter>, Wrong> {
    Filter::parse(text, zone)
        .map_err(|error| Wrong { at: value.span(), what: format!("filter: {error}") })
}

fn not_allowed(value: &Spanned<DeValue<'_>>, name: &str, allowed: &str) -> Wrong {
    let is = match given(value.get_ref()) {
        Given::Text(text) => format!(" {}", quoted(&text)),
        Given::Number(number) => format!(" {number}"),
        Given::Switch(switch) => format!(" {switch}"),
        Given::List(_) | Given::Other => String::new(),
    };
    Wrong { at: value.span(), what: format!("{name}: not allowed{is}; allowed is {allowed}") }
}

/// A key of a table, where it stands, and its value.
type Item<'t> = (&'t str, Range<usize>, &'t Spanned<DeValue<'t>>);

fn table_of<'t>(value: &'t Spanned<DeValue<'t>>, name: &str) -> Result<Vec<Item<'t>>, Wrong> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(not_allowed(value, name, "a table of its own"));
    };
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| (AsRef::<str>::as_ref(key.get_ref()), key.span(), value))
        .collect();
    entries.sort_by_key(|(_, at, _)| at.start);
    Ok(entries)
}

fn read_keys(
    value: &Spanned<DeValue<'_>>,
    line: &impl Fn(usize) -> usize,
) -> Result<Vec<Rebinding>, Wrong> {
    let mut map = KeyMap::default();
    let mut all = vec![];
    let mut places = vec![];
    for (name, at, value) in table_of(value, "keys")? {
        let Some(binding) = bindings().find(|binding| binding.name == name) else {
            let names: Vec<_> = bindings().map(|binding| binding.name).collect();
            return Err(unknown(at, name, &names.join(", ")));
        };
        let texts = match given(value.get_ref()) {
            Given::Text(text) => vec![text],
            Given::List(list) => list,
            _ => return Err(not_allowed(value, name, KEYS_ALLOWED)),
        };
        let keys: Option<Vec<Shortcut>> = texts.iter().map(|text| Shortcut::parse(text)).collect();
        let keys = keys.ok_or_else(|| not_allowed(value, name, KEYS_ALLOWED))?;
        map.bind(binding.name, keys.clone());
        all.push(Rebinding { action: binding.name, keys, line: line(at.start) });
        places.push((binding.name, at));
    }
    if let Some((key, one, other)) = map.conflict() {
        let place = places.iter().rev().find(|(name, _)| *name == one || *name == other);
        let at = place.map(|(_, at)| at.clone()).unwrap_or_default();
        let key = key.name();
        let what = format!(
            "the key {key} is bound to both {one} and {other}; give one of them another key, or [] for none"
        );
        return Err(Wrong { at, what });
    }
    let place = |name| places.iter().find(|(other, _)| *other == name).map(|(_, at)| at.clone());
    if let Some((names, what)) = no_way_out(&map) {
        let at = names.iter().rev().find_map(|name| place(*name)).unwrap_or_default();
        return Err(Wrong { at, what });
    }
    Ok(all)
}

/// What cannot be left with these keys: the actions that would need one, and what is wrong.
fn no_way_out(map: &KeyMap) -> Option<(&'static [&'static str], String)> {
    let keys = |name: &str| {
        let binding = bindings().find(|binding| binding.name == name);
        binding.map_or(&[][..], |binding| map.keys(binding))
    };
    let all: [(&'static [&'static str], &str); 3] = [
        (&["quit", "close"], "the program"),
        (&["back", "close"], "what is open"),
        (&["leave"], "a text"),
    ];
    for (names, left) in all {
        if names.iter().all(|name| keys(name).is_empty()) {
            let (names_said, have) =
                (names.join(" and "), if names.len() > 1 { "have" } else { "has" });
            let what = format!("{names_said} {have} no key; one is needed to leave {left} with");
            return Some((names, what));
        }
    }
    let typed = bindings().filter(|binding| binding.scope == Scope::Typing);
    let text =
        |binding: &&Binding| map.keys(binding).iter().any(|key| matches!(key, Shortcut::Char(_)));
    let names: &'static [&'static str] =
        match typed.filter(text).map(|binding| binding.name).next()? {
            "take" => &["take"],
            "leave" => &["leave"],
            "line-up" => &["line-up"],
            _ => &["line-down"],
        };
    let what = format!(
        "{}: a character is text where a text is typed; allowed is any other key",
        names[0]
    );
    Some((names, what))
}

const KEYS_ALLOWED: &str = "a key, or a list of keys: a character, \"space\", \"^x\", \"enter\", \"pgdn\", \"f5\" and the like";

fn read_rescue(value: &Spanned<DeValue<'_>>, zone: Zone) -> Result<Rescue, Wrong> {
    let mut rescue = Rescue::default();
    for (name, at, value) in table_of(value, "rescue")? {
        match (name, given(value.get_ref())) {
            ("filter", Given::Text(text)) => {
                rescue.filter = read_filter(&text, value, zone)?;
                rescue.filter_text = text;
            }
            ("folder", Given::Text(text)) => rescue.folder = text,
            ("filter" | "folder", _) => return Err(not_allowed(value, name, "text in quotes")),
            _ => return Err(unknown(at, name, "filter, folder")),
        }
    }
    Ok(rescue)
}

const ALERT_FIELDS: &str = "name, left, filter, bell, desktop, title, always, command, action";

fn read_alerts(value: &Spanned<DeValue<'_>>, zone: Zone) -> Result<Vec<Rule>, Wrong> {
    let allowed = "a list of rules, each under [[alerts]]";
    let DeValue::Array(array) = value.get_ref() else {
        return Err(not_allowed(value, "alerts", allowed));
    };
    if array.len() > MOST_RULES {
        let what = format!("alerts: {} rules; at most {MOST_RULES} are allowed", array.len());
        return Err(Wrong { at: value.span(), what });
    }
    array.iter().map(|rule| read_rule(rule, zone)).collect()
}

fn read_rule(value: &Spanned<DeValue<'_>>, zone: Zone) -> Result<Rule, Wrong> {
    let mut rule = Rule::new("alert", 0);
    let mut always = None;
    for (name, at, value) in table_of(value, "alerts")? {
        let given = given(value.get_ref());
        let refuse = |allowed| Err(not_allowed(value, name, allowed));
        match (name, given) {
            ("name", Given::Text(text)) => rule.name = text,
            ("left", Given::Text(text)) => match read_span(&text) {
                Some(span) if span > 0 => rule.left_s = span,
                _ => return refuse("a span such as \"1h\""),
            },
            ("filter", Given::Text(text)) => {
                rule.filter = read_filter(&text, value, zone)?;
                rule.filter_text = Some(text);
            }
            ("bell", Given::Switch(switch)) => rule.bell = switch,
            ("desktop", Given::Switch(switch)) => rule.desktop = switch,
            ("title", Given::Switch(switch)) => rule.title = switch,
            ("always", Given::Switch(switch)) => always = Some(switch),
            ("command", Given::List(list)) => rule.command = list,
            ("action", Given::Text(text)) if text == "download" => rule.download = true,
            ("action", Given::Text(text)) if text == "tell" => rule.download = false,
            ("name" | "left" | "filter", _) => return refuse("text in quotes"),
            ("bell" | "desktop" | "title" | "always", _) => return refuse("true or false"),
            ("action", _) => return refuse("\"tell\" or \"download\""),
            ("command", _) => return refuse("a list of the program and its arguments"),
            _ => return Err(unknown(at, name, ALERT_FIELDS)),
        }
    }
    if rule.left_s == 0 {
        let what = "an alert needs left, a span such as \"1h\"".to_owned();
        return Err(Wrong { at: value.span(), what });
    }
    rule.always = always.unwrap_or(Rule::is_urgent(rule.left_s));
    Ok(rule)
}

/// What the file says, in quotes: it may come from anywhere, so it may not command the terminal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", UntrustedRef::new(text.as_bytes()).printable_within(QUOTED_CELLS))
}

//! What is in force, and where it came from: flag, then environment, then file, then default.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::file::{self, ConfigFile, FileError, Rebinding, Rescue};
use super::given::Given;
use super::places;
use super::small_file::{read_if_there, read_text};
use super::table::{SETTINGS, Setting, Values};
use crate::api::secret::SECRET_VARIABLE;
use crate::keys::{Action, bindings};
use crate::text::UntrustedRef;
use crate::time::clock::LOCAL;
use crate::time::span::short_span;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program's own default.
    Default,
    /// This line of the file.
    File(usize),
    /// This environment variable.
    Environment(&'static str),
    /// This flag.
    Flag(&'static str),
}

impl Source {
    /// In a word or two; a line is one of the file that was read.
    fn brief(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(line) => format!("line {line}"),
            Self::Environment(variable) => (*variable).to_owned(),
            Self::Flag(flag) => (*flag).to_owned(),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {path} cannot be read: {}", crate::text::cause(source))]
    Unreadable {
        /// The file, safe to print.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The file says something that is not allowed.
    #[error("the configuration {path} cannot be used, {source}")]
    Wrong {
        /// The file, safe to print.
        path: String,
        /// What is not allowed, and on which line.
        source: FileError,
    },
    /// The environment says something that is not allowed.
    #[error("{variable} cannot be used: {why}")]
    Environment {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Two settings do not go together.
    #[error("the configuration {place} cannot be used: {what}")]
    Contradiction {
        /// The file and the line of one of them, safe to print.
        place: String,
        /// What is wrong with them.
        what: String,
    },
    /// A flag says something that is not allowed.
    #[error("{flag}: not allowed; allowed is {allowed}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
}

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The values.
    pub values: Values,
    /// The file that was read, if there is one.
    pub path: Option<PathBuf>,
    /// Where files beside it lie, whether or not there is one.
    pub folder: Option<PathBuf>,
    sources: Vec<(&'static str, String, Source)>,
    keys: Vec<(&'static str, usize)>,
    alerts: Option<usize>,
    rescue: Option<usize>,
}

/// Reads the configuration: the file at `path`, or that in the XDG place if there is one, then the
/// environment, then the flags; `flag` tells what was given with the flag that it is asked for.
///
/// # Errors
/// [`ConfigError`] names the place, the line, and what is allowed.
pub fn load(
    path: Option<&Path>,
    flag: impl Fn(&str) -> Option<Given>,
) -> Result<Config, ConfigError> {
    let folder = places::config();
    let wanted = path.map(Path::to_owned).or_else(place);
    let file = wanted.as_deref().map_or(Ok(None), |place| read_file(place, path.is_some()))?;
    let path = wanted.filter(|_| file.is_some());
    let file = file.unwrap_or_default();
    let mut config = Config {
        values: Values::default(),
        folder: path.as_ref().and_then(|path| path.parent()).map(Path::to_owned).or(folder),
        path,
        sources: vec![],
        keys: vec![],
        alerts: None,
        rescue: None,
    };
    for setting in SETTINGS {
        config.merge(setting, &file, &flag)?;
    }
    for Rebinding { action, keys, line } in file.keys {
        config.values.keys.bind(action, keys);
        config.keys.push((action, line));
    }
    if let Some((rules, line)) = file.alerts {
        config.values.alerts = rules;
        config.alerts = Some(line);
    }
    if let Some((rescue, line)) = file.rescue {
        config.values.rescue = rescue;
        config.rescue = Some(line);
    }
    let thresholds = config.values.thresholds;
    if thresholds.critical_s > thresholds.soon_s {
        let either = ["critical", "soon"].into_iter().rev();
        let mut places = either.filter(|name| config.source(name) != Source::Default);
        let name = places.next().unwrap_or("critical");
        return Err(ConfigError::Contradiction {
            place: config.place(name),
            what: format!(
                "{name}: critical is {} and soon {}; allowed is a critical no longer than soon",
                short_span(thresholds.critical_s),
                short_span(thresholds.soon_s)
            ),
        });
    }
    Ok(config)
}

/// Where the configuration is looked for, whether or not there is one; nothing without a home.
#[must_use]
pub fn place() -> Option<PathBuf> {
    Some(places::config()?.join("config.toml"))
}

/// A path as errors show it.
#[must_use]
pub fn shown(path: &Path) -> String {
    UntrustedRef::new(path.as_os_str().as_encoded_bytes()).printable_within(240)
}

/// What the file at `path` says; nothing where there is none and it need not be there.
fn read_file(path: &Path, must_be_there: bool) -> Result<Option<ConfigFile>, ConfigError> {
    let name = shown(path);
    let text = if must_be_there { read_text(path).map(Some) } else { read_if_there(path) };
    let text = text.map_err(|source| ConfigError::Unreadable { path: name.clone(), source })?;
    let Some(text) = text else { return Ok(None) };
    let file = file::read(&text, LOCAL);
    file.map(Some).map_err(|source| ConfigError::Wrong { path: name, source })
}

impl Config {
    fn merge(
        &mut self,
        setting: &Setting,
        file: &ConfigFile,
        flag: &impl Fn(&str) -> Option<Given>,
    ) -> Result<(), ConfigError> {
        let entry = file.entries.iter().find(|entry| entry.setting == setting.name);
        let (given, shown, source) =
            if let Some((flag, given)) = setting.flag.and_then(|name| Some((name, flag(name)?))) {
                let shown = shown_value(setting, &bare(setting, &given));
                (given, shown, Source::Flag(flag))
            } else if let Some((variable, given)) = from_environment(setting)? {
                let shown = shown_value(setting, &bare(setting, &given));
                (given, shown, Source::Environment(variable))
            } else if let Some(entry) = entry {
                (entry.given.clone(), shown_value(setting, &entry.given), Source::File(entry.line))
            } else {
                self.sources.push((setting.name, setting.default.to_owned(), Source::Default));
                return Ok(());
            };
        if setting.set(&mut self.values, &given).is_none() {
            let allowed = setting.allowed;
            return Err(match source {
                Source::Environment(variable) => {
                    let why = format!("not allowed {shown}; allowed is {allowed}");
                    ConfigError::Environment { variable, why }
                }
                _ => ConfigError::Flag { flag: setting.flag.unwrap_or(setting.name), allowed },
            });
        }
        self.sources.push((setting.name, shown, source));
        Ok(())
    }

    /// Where the value of a setting came from.
    #[must_use]
    pub fn source(&self, name: &str) -> Source {
        let found = self.sources.iter().find(|(other, ..)| *other == name);
        found.map_or(Source::Default, |(.., source)| source.clone())
    }

    /// What is not the default, keys and alerts included, and what gave it: `theme (line 3)`,
    /// `base_url (CEREBRAS_BASE_URL)`, `limit (--limit)`.
    #[must_use]
    pub fn given(&self) -> Vec<String> {
        let set = self.sources.iter().filter(|(.., source)| *source != Source::Default);
        let set = set.map(|(name, _, source)| (*name, source.brief()));
        let keys = self.keys.iter().map(|(_, line)| *line).min();
        let tables = [("alerts", self.alerts), ("rescue", self.rescue), ("keys", keys)].into_iter();
        let tables = tables.filter_map(|(name, line)| Some((name, Source::File(line?).brief())));
        set.chain(tables).map(|(name, source)| format!("{name} ({source})")).collect()
    }

    /// How an error names the place that a value came from.
    #[must_use]
    pub fn place(&self, name: &str) -> String {
        match self.source(name) {
            Source::Default => "the default".to_owned(),
            Source::Flag(flag) => flag.to_owned(),
            Source::Environment(variable) => variable.to_owned(),
            Source::File(line) => {
                let path = self.path.as_deref().map(shown).unwrap_or_default();
                format!("{path}, line {line}")
            }
        }
    }

    /// What is in force and where each value came from, as lines of TOML with comments. The text of
    /// the key is no part of it.
    #[must_use]
    pub fn effective(&self) -> String {
        let mut out = String::new();
        let file = self.path.as_deref().map_or("none".to_owned(), shown);
        let _ = writeln!(out, "# configuration file: {file}");
        let key = match std::env::var_os(SECRET_VARIABLE) {
            Some(key) if !key.is_empty() => "set",
            _ => "not set",
        };
        let _ = writeln!(out, "# key: {SECRET_VARIABLE} is {key}");
        for (name, value, source) in &self.sources {
            let _ = writeln!(out, "{name} = {value}  # {}", source.brief());
        }
        let alerts = self.alerts.map_or("default".to_owned(), |line| format!("line {line}"));
        for rule in &self.values.alerts {
            let name = quoted(&rule.name);
            let filter = quoted(rule.filter_text.as_deref().unwrap_or_default());
            let command: Vec<String> = rule.command.iter().map(|word| quoted(word)).collect();
            let _ = write!(
                out,
                "\n[[alerts]]  # {alerts}\nname = {name}\nleft = \"{}\"\nfilter = {filter}\nbell = {}\ndesktop = {}\ntitle = {}\nalways = {}\ncommand = [{}]\naction = \"{}\"\n",
                short_span(rule.left_s),
                rule.bell,
                rule.desktop,
                rule.title,
                rule.always,
                command.join(", "),
                if rule.download { "download" } else { "tell" },
            );
        }
        let Rescue { filter_text, folder, .. } = &self.values.rescue;
        let rescue = self.rescue.map_or("default".to_owned(), |line| format!("line {line}"));
        let (filter, folder) = (quoted(filter_text), quoted(folder));
        let _ = write!(out, "\n[rescue]  # {rescue}\nfilter = {filter}\nfolder = {folder}\n");
        if !self.keys.is_empty() {
            out.push_str("\n[keys]\n");
        }
        for (name, line) in &self.keys {
            let Some(binding) = bindings().find(|binding| binding.name == *name) else { continue };
            let keys: Vec<String> = self
                .values
                .keys
                .keys(binding)
                .iter()
                .map(|key| format!("\"{}\"", key.spelling()))
                .collect();
            let note = self.way_out(binding.action).unwrap_or_default();
            let _ = writeln!(out, "{name} = [{}]  # line {line}{note}", keys.join(", "));
        }
        out
    }

    /// What whoever gives `quit` another key may not expect.
    fn way_out(&self, action: Action) -> Option<String> {
        let close = bindings().find(|binding| binding.action == Action::Close)?;
        let keys = self.values.keys.names(close);
        let quits = action == Action::Quit && !keys.is_empty();
        quits.then(|| format!("; close has {keys}, which quits too where nothing is open"))
    }
}

/// What a flag or the environment gives is text, also where a number is meant.
fn bare(setting: &Setting, given: &Given) -> Given {
    let is_text = setting.default.starts_with('"');
    match given {
        Given::Text(text) if !is_text => text.parse().map_or(Given::Other, Given::Number),
        other => other.clone(),
    }
}

/// A value as TOML; of an address without what may be a password.
fn shown_value(setting: &Setting, given: &Given) -> String {
    match given {
        Given::Text(text) => match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) if setting.name == "base_url" => {
                quoted(&format!("{scheme}://…@{host}"))
            }
            _ => quoted(text),
        },
        Given::Switch(switch) => switch.to_string(),
        Given::Number(number) => number.to_string(),
        Given::List(list) => {
            let list: Vec<String> = list.iter().map(|text| quoted(text)).collect();
            format!("[{}]", list.join(", "))
        }
        Given::Other => String::new(),
    }
}

/// Text as TOML writes it, with escapes for whatever might not be seen as what it is.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            ' '..='~' => write!(out, "{c}"),
            c if c.is_alphanumeric() || c == '…' => write!(out, "{c}"),
            c => write!(out, "\\U{:08X}", u32::from(c)),
        };
    }
    out.push('"');
    out
}

fn from_environment(setting: &Setting) -> Result<Option<(&'static str, Given)>, ConfigError> {
    let Some(variable) = setting.environment else { return Ok(None) };
    let Some(value) = std::env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    // Whatever it holds, it means no colour.
    if variable == "NO_COLOR" {
        return Ok(Some((variable, Given::Text("never".to_owned()))));
    }
    match value.into_string() {
        Ok(text) => Ok(Some((variable, Given::Text(text)))),
        Err(_) => Err(ConfigError::Environment { variable, why: "it is not UTF-8".to_owned() }),
    }
}

#[cfg(test)]
mod tests;

//! Writes what was chosen into the configuration, and says in a line what became of it.

use std::path::Path;

use crate::app::settings::Chosen;
use crate::config::{self, write};

/// Writes it to the file at `path`; the line ends with the file, so that what happened is read first.
pub(super) fn write(path: Option<&Path>, chosen: &Chosen) -> String {
    let Some(path) = path else {
        return "not written: there is no place for a configuration, as HOME is not set".to_owned();
    };
    let file = config::shown(path);
    match write::write(path, chosen) {
        Ok(names) if names.is_empty() => format!("the configuration says so already · {file}"),
        Ok(names) => format!("written: {} · {file}", names.join(", ")),
        Err(why) => {
            log::warn!(why = why.to_string().as_str(); "configuration not written");
            format!("not written: {why} · {file}")
        }
    }
}

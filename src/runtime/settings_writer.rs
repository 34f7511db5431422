//! Writes what was chosen into the configuration: first what that would change, then what became of it
//! in a line, which ends with the file, so that what happened is read first.

use std::path::Path;

use crate::app::settings::{Chosen, Plan};
use crate::config::write::WriteError;
use crate::config::{self, write};

/// What writing it to the file at `path` would change, or why it cannot be written.
pub(super) fn plan(path: Option<&Path>, chosen: Chosen) -> Result<Plan, String> {
    let path = path.ok_or_else(|| NO_PLACE.to_owned())?;
    let (changes, seen) = write::plan(path, &chosen).map_err(|why| not_written(path, &why))?;
    Ok(Plan { chosen, file: config::shown(path), changes, seen })
}

/// Writes what was agreed to into the file at `path`.
pub(super) fn write(path: Option<&Path>, plan: &Plan) -> String {
    let Some(path) = path else { return NO_PLACE.to_owned() };
    match write::write(path, &plan.chosen, plan.seen.as_deref()) {
        Ok(names) => format!("written: {} · {}", names.join(", "), config::shown(path)),
        Err(why) => not_written(path, &why),
    }
}

const NO_PLACE: &str = "not written: there is no place for a configuration, as HOME is not set";

fn not_written(path: &Path, why: &WriteError) -> String {
    log::warn!(why = why.to_string().as_str(); "configuration not written");
    format!("not written: {why} · {}", config::shown(path))
}

//! Writes how the operator left things into the configuration file. What else stands in it stays as
//! it is: comments, the order, and whatever has been said already.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Value};

use super::file::{self, FileError};
use super::given::Given;
use super::small_file::{check_absence, read_text, without_path};
use super::table::Values;
use crate::app::settings::{Chosen, SettingChange};
use crate::app::table::columns::Column;
use crate::text::UntrustedRef;
use crate::time::clock::LOCAL;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file cannot be read or written.
    #[error("{}", crate::text::cause(.0))]
    Io(#[from] io::Error),
    /// It is not what somebody agreed to change any more.
    #[error("the file changed meanwhile, so that nothing was written: ask again")]
    Changed,
    /// It says something that is not allowed, so that there is no saying what a change would do.
    #[error("{0}")]
    Wrong(#[from] FileError),
}

/// What [`write`](write()) would change in the file at `path`, and what that says now; no text where
/// there is no file.
///
/// # Errors
/// Where the file is wrong, read-only or no file at all.
pub fn plan(
    path: &Path,
    chosen: &Chosen,
) -> Result<(Vec<SettingChange>, Option<String>), WriteError> {
    let text = place(path)?.as_deref().map(read_text).transpose()?;
    let (_, changes) = changed(text.as_deref().unwrap_or_default(), chosen)?;
    Ok((changes, text))
}

/// Writes what is `chosen` into the file at `path`, whole or not at all, and makes the file where
/// there is none. Tells which settings it gave another value; of those that the file does not name
/// and that are the default, it writes nothing.
///
/// # Errors
/// Where the file is another than what was `seen` of it by [`plan`], which is what somebody agreed to;
/// where it is wrong, read-only or no file at all, or cannot be written; it is then as it was.
pub fn write(
    path: &Path,
    chosen: &Chosen,
    seen: Option<&str>,
) -> Result<Vec<&'static str>, WriteError> {
    let place = place(path)?;
    let text = place.as_deref().map(read_text).transpose()?;
    if text.as_deref() != seen {
        return Err(WriteError::Changed);
    }
    let (text, changed) = changed(text.as_deref().unwrap_or_default(), chosen)?;
    if !changed.is_empty() {
        put(place.as_deref().unwrap_or(path), &text, place.is_some()).map_err(without_path)?;
    }
    Ok(changed.into_iter().map(|change| change.setting).collect())
}

/// The file that there is, behind whatever links; nothing where there is none.
fn place(path: &Path) -> io::Result<Option<PathBuf>> {
    let place = match fs::canonicalize(path) {
        Ok(place) => place,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return check_absence(path).map(|()| None);
        }
        Err(error) => return Err(error),
    };
    let facts = fs::metadata(&place)?;
    if !facts.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    // It could be replaced all the same, but whoever made it so does not want that.
    if facts.permissions().readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    Ok(Some(place))
}

/// Puts `text` in the place of the file, in one step.
fn put(path: &Path, text: &str, is_there: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    if is_there {
        file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    }
    file.as_file().sync_all()?;
    // Somebody may have put one there in the meantime.
    let put = if is_there { file.persist(path) } else { file.persist_noclobber(path) };
    put.map(drop).map_err(|error| error.error)
}

/// The text with what is chosen, and which settings have another value in it.
fn changed(text: &str, chosen: &Chosen) -> Result<(String, Vec<SettingChange>), FileError> {
    let said = file::read(text, LOCAL)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        FileError { line: 1, what: error.message().to_owned() }
    })?;
    let usual = given(&of(&Values::default()));
    let mut changed = vec![];
    for (name, given) in given(chosen) {
        let now = said.entries.iter().find(|entry| entry.setting == name);
        let stands = match now {
            Some(entry) => entry.given == given,
            None => usual.contains(&(name, given.clone())),
        };
        if let Some(value) = value(given).filter(|_| !stands) {
            let after = value.to_string();
            let before = document.get(name).and_then(Item::as_value).map(plain);
            set(&mut document, name, value);
            changed.push(SettingChange { setting: name, before, after });
        }
    }
    Ok((document.to_string(), changed))
}

/// A value as it stands in the file, without what stands around it, on one printable line.
fn plain(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    let text = value.to_string();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    UntrustedRef::new(text.as_bytes()).printable().into_owned()
}

/// Gives a setting a value; what stands around the old one stays.
fn set(document: &mut DocumentMut, name: &str, mut value: Value) {
    if let Some(there) = document.get_mut(name).and_then(Item::as_value_mut) {
        value.decor_mut().clone_from(there.decor());
        *there = value;
        return;
    }
    // Of a file that is all comments, these count as what follows the last setting.
    let comments = document.is_empty().then(|| document.trailing().as_str().map(str::to_owned));
    document.insert(name, Item::Value(value));
    if let Some(mut comments) = comments.flatten().filter(|comments| !comments.is_empty()) {
        if !comments.ends_with('\n') {
            comments.push('\n');
        }
        document.set_trailing("");
        if let Some(mut key) = document.key_mut(name) {
            key.leaf_decor_mut().set_prefix(comments + "\n");
        }
    }
}

fn value(given: Given) -> Option<Value> {
    match given {
        Given::Text(text) => Some(text.into()),
        Given::Switch(switch) => Some(switch.into()),
        Given::Number(number) => Some(number.into()),
        Given::List(list) => Some(list.into_iter().collect()),
        Given::Other => None,
    }
}

/// What is chosen, as the file would give it.
fn given(chosen: &Chosen) -> Vec<(&'static str, Given)> {
    let text = |text: &str| Given::Text(text.to_owned());
    let (field, descending) = chosen.sort;
    let sort = format!("{}{}", if descending { "-" } else { "" }, field.word());
    let columns = chosen.columns.shown().iter().copied().map(column).collect();
    let theme = chosen.theme.as_deref().map(|theme| ("theme", text(theme)));
    let others = [
        ("sort", text(&sort)),
        ("columns", Given::List(columns)),
        ("times", text(chosen.times.word())),
        ("pane", Given::Switch(chosen.pane)),
        ("timeline_unit", text(chosen.measure.word())),
    ];
    others.into_iter().chain(theme).collect()
}

fn column(column: Column) -> String {
    let word = column.field.word();
    column.width.map_or_else(|| word.to_owned(), |width| format!("{word}:{width}"))
}

fn of(values: &Values) -> Chosen {
    Chosen {
        theme: Some(values.theme.clone()),
        columns: values.columns.clone(),
        sort: values.sort,
        pane: values.pane,
        times: values.times,
        measure: values.measure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::timeline::Measure;
    use crate::app::settings::Times;
    use crate::app::table::columns::Columns;
    use crate::config;
    use crate::store::field::Field;

    fn all_chosen() -> Chosen {
        let column = |field, width| Column { field, width };
        Chosen {
            theme: Some("light".to_owned()),
            columns: Columns::new(vec![
                column(Field::Filename, Some(30)),
                column(Field::TimeLeft, None),
            ]),
            sort: (Field::Size, true),
            pane: false,
            times: Times::Utc,
            measure: Measure::Bytes,
        }
    }

    /// Writes what was planned just now.
    fn write(path: &Path, chosen: &Chosen) -> Result<Vec<&'static str>, WriteError> {
        let (_, seen) = plan(path, chosen)?;
        super::write(path, chosen, seen.as_deref())
    }

    /// Hazards 46: what was agreed to, or nothing.
    #[test]
    fn a_file_that_changed_since_it_was_asked_about_stays_as_it_is() {
        let folder = folder();
        let path = folder.path().join("config.toml");
        let was = Some("# mine\nrefresh = \"1m\"\n");
        for (before, after) in [
            (was, Some("# mine\nrefresh = \"2m\"\n")),
            (was, Some("# mine\nsort = \"size\"\n")),
            // Even what would be changed alike.
            (was, Some("# his\nrefresh = \"1m\"\n")),
            (was, Some("")),
            (was, Some("refresh =")),
            (was, None),
            (None, was),
            (None, Some("")),
            (Some(""), None),
        ] {
            let put = |text: Option<&str>| match text {
                Some(text) => fs::write(&path, text).unwrap(),
                None if path.exists() => fs::remove_file(&path).unwrap(),
                None => {}
            };
            put(before);
            let (changes, seen) = plan(&path, &all_chosen()).unwrap();
            assert_eq!((changes.len(), seen.as_deref()), (6, before));
            put(after);
            let error = super::write(&path, &all_chosen(), seen.as_deref()).unwrap_err();
            assert!(error.to_string().contains("changed meanwhile"), "{error}");
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), after);
            put(before);
            let written = super::write(&path, &all_chosen(), seen.as_deref()).unwrap();
            assert_eq!(written.len(), 6, "it was as it had been");
        }
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_is_written_is_what_the_next_start_reads() {
        let folder = folder();
        let path = folder.path().join("not/yet/config.toml");
        let names = ["sort", "columns", "times", "pane", "timeline_unit", "theme"];
        assert_eq!(write(&path, &all_chosen()).unwrap(), names);
        let read = config::load(Some(&path), |_| None).unwrap();
        assert_eq!(of(&read.values), all_chosen());
        assert_eq!(write(&path, &all_chosen()).unwrap(), [""; 0], "it says so already");
        // Back to the defaults: what is named is changed, and stays named.
        let usual = of(&Values::default());
        assert_eq!(write(&path, &usual).unwrap(), names);
        assert_eq!(of(&config::load(Some(&path), |_| None).unwrap().values), usual);
    }

    #[test]
    fn all_else_in_the_file_stays_to_the_letter() {
        let before = "# mine\nrefresh = '1m' # often\n\ntheme  =  'dark'   # at night\n\n# not now\n#pane = true\n[keys] # the left hand\nmark-all = [ \"X\",\n  'Z' ]\n\n[[alerts]]\nleft = \"2h\"\n# the end";
        let chosen = Chosen { theme: Some("light".to_owned()), ..of(&Values::default()) };
        let (after, changes) = changed(before, &chosen).unwrap();
        let change = |setting, before: Option<&str>, after: &str| {
            let (before, after) = (before.map(str::to_owned), after.to_owned());
            [SettingChange { setting, before, after }]
        };
        assert_eq!(changes, change("theme", Some("'dark'"), "\"light\""));
        assert_eq!(after, before.replace("'dark'", "\"light\""));

        let chosen = Chosen { theme: None, pane: false, ..chosen };
        let (after, changes) = changed(before, &chosen).unwrap();
        assert_eq!(changes, change("pane", None, "false"), "without colour no theme is chosen");
        let read = file::read(&after, LOCAL).unwrap();
        assert_eq!((read.entries.len(), read.keys.len()), (3, 1), "{after}");
        assert_eq!(after.replace("pane = false\n", ""), before, "one line more");
    }

    #[test]
    fn behind_the_comments_of_a_template_stands_what_was_chosen() {
        let (after, _) = changed(&config::template(), &all_chosen()).unwrap();
        let lines = "\nsort = \"-size\"\ncolumns = [\"filename:30\", \"left\"]\ntimes = \"utc\"\npane = false\ntimeline_unit = \"bytes\"\ntheme = \"light\"\n";
        assert_eq!(after, config::template() + lines);
    }

    #[test]
    fn a_file_that_is_wrong_stays_as_it_is_and_is_named() {
        let folder = folder();
        let path = folder.path().join("config.toml");
        for (text, why) in [("pane = true\nsort = 3\n", "line 2: sort"), ("pane =\n", "line 1:")] {
            fs::write(&path, text).unwrap();
            let error = write(&path, &all_chosen()).unwrap_err().to_string();
            assert!(error.starts_with(why), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn links_rights_and_what_is_no_file_are_respected() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = folder();
        let at = |name| folder.path().join(name);
        fs::create_dir(at("dotfiles")).unwrap();
        fs::write(at("dotfiles/mine.toml"), "# mine\n").unwrap();
        fs::set_permissions(at("dotfiles/mine.toml"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("dotfiles/mine.toml", at("config.toml")).unwrap();
        write(&at("config.toml"), &all_chosen()).unwrap();
        assert!(fs::symlink_metadata(at("config.toml")).unwrap().is_symlink());
        let mine = at("dotfiles/mine.toml");
        assert!(fs::read_to_string(&mine).unwrap().starts_with("# mine\n"));
        assert_eq!(fs::metadata(&mine).unwrap().permissions().mode() & 0o777, 0o640);

        fs::set_permissions(&mine, fs::Permissions::from_mode(0o440)).unwrap();
        symlink("nowhere", at("dangling.toml")).unwrap();
        let other = of(&Values::default());
        for (name, why) in [
            ("config.toml", "it is read-only"),
            ("dangling.toml", "it is a link that leads nowhere"),
            ("dotfiles", "it is no file"),
        ] {
            assert_eq!(write(&at(name), &other).unwrap_err().to_string(), why, "{name}");
        }
        assert!(fs::symlink_metadata(at("dangling.toml")).unwrap().is_symlink());
    }
}

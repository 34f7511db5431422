//! What was done with a file from here, and what can be.

use std::mem::replace;

use super::{Fields, LABEL, Line};
use crate::api::endpoint::is_usable_id;
use crate::app::App;
use crate::keys::Action;
use crate::store::FileRef;
use crate::text::width;
use crate::theme::Tone;

/// Where the content of the selected file is saved, when, and what shows that it is whole.
pub(super) fn saved(app: &App, fields: &mut Fields) {
    let no = app.table().selected();
    let shelved = no.and_then(|no| app.account().shelf().of(app.store(), no));
    let Some(shelved) = shelved else { return };
    let now_s = app.now().wall_ms.div_euclid(1_000);
    let at = app.shown_zone().past(shelved.at, now_s);
    fields.text("Saved", &format!("↓ {at}"), Tone::Text);
    fields.text("", &shelved.proof, Tone::Text);
    fields.text("", &shelved.place(), Tone::Chrome);
}

/// When a file was uploaded from here, and which one of this machine it was.
pub(super) fn uploaded(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    let Some(source) = app.uploading().source_of(file) else { return };
    let now_s = app.now().wall_ms.div_euclid(1_000);
    fields.text("Uploaded", &format!("↑ {}", app.shown_zone().past(source.at, now_s)), Tone::Text);
    fields.text("", &app.shown_path(&source.path), Tone::Chrome);
}

/// What stands between two things that can be done.
const BETWEEN: &str = " · ";

/// What can be done with the file, by its keys.
pub(super) fn possible(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    if file.gone || !is_usable_id(file.id) {
        return;
    }
    let ways = [
        (Action::OpenContent, "content"),
        (Action::Download, "download"),
        (Action::CopyId, "copy id"),
        (Action::Delete, "delete"),
    ];
    let mut ways =
        ways.into_iter().filter_map(|(action, does)| Some((app.key_name(action)?, does)));
    let Some((key, does)) = ways.next() else { return };
    let way = |mut line: Line, key: String, does: &str| {
        line.push(Tone::Accent, key);
        line.push(Tone::Chrome, format!(" {does}"));
        line
    };
    let mut used = width(&key) + 1 + width(does);
    let mut line = way(Fields::labelled("Can"), key, does);
    for (key, does) in ways {
        let cells = width(&key) + 1 + width(does);
        if used + width(BETWEEN) + cells <= fields.width.saturating_sub(LABEL) {
            line.push(Tone::Chrome, BETWEEN);
            used += width(BETWEEN) + cells;
        } else {
            fields.lines.push(replace(&mut line, Fields::labelled("")));
            used = cells;
        }
        line = way(line, key, does);
    }
    fields.lines.push(line);
}

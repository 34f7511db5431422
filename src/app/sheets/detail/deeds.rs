//! What was done with a file from here, and what can be.

use std::mem::take;

use super::{Fields, LABEL};
use crate::api::endpoint::is_usable_id;
use crate::app::App;
use crate::keys::{Action, Hint};
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

/// What can be done with the file, by its keys.
pub(super) fn possible(app: &App, file: &FileRef<'_>, fields: &mut Fields) {
    if file.gone || !is_usable_id(file.id) {
        return;
    }
    let ways = app.main_hints(&[
        Hint::new(&[Action::OpenContent], "content"),
        Hint::new(&[Action::Download], "download"),
        Hint::new(&[Action::CopyId], "copy id"),
        Hint::new(&[Action::Delete], "delete"),
    ]);
    let room = fields.width.saturating_sub(LABEL);
    let mut lines: Vec<String> = vec![];
    for way in ways.split(" · ") {
        match lines.last_mut().filter(|line| width(line) + 3 + width(way) <= room) {
            Some(line) => {
                line.push_str(" · ");
                line.push_str(way);
            }
            None => lines.push(way.to_owned()),
        }
    }
    let mut label = "Can";
    for line in lines {
        fields.text(take(&mut label), &line, Tone::Chrome);
    }
}

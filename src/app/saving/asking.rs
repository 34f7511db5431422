//! What is to be saved: what the keys ask for, and what a rescue is asked about.

use std::path::Path;

use super::{SHOWS, SHOWS_IT, files};
use crate::account::shelf::shown;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::layers::Layer;
use crate::app::layers::confirmation::{Question, RescueAsked};
use crate::app::layers::save_to::SaveTo;
use crate::jobs::rescue::RescuePlan;
use crate::jobs::{Download, Pinned};
use crate::keys::{Action, Hint};
use crate::lister::State;
use crate::store::FileNo;
use crate::text::grouped;

impl App {
    /// A folder as it is shown: by the home where it lies there, and escaped.
    #[must_use]
    pub fn shown_path(&self, path: &Path) -> String {
        match self.settings.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
            Some(below) => format!("~/{}", shown(below)),
            None => shown(path),
        }
    }

    /// The marked files, or the selected one, that can be saved; says why not where none can.
    fn wanted_files(&mut self) -> Option<Vec<Pinned>> {
        let store = self.account.store();
        let all: Vec<FileNo> = match self.marks.files() {
            marked if marked.is_empty() => self.table.selected().into_iter().collect(),
            marked => marked.iter().copied().collect(),
        };
        if all.is_empty() {
            self.has_rows();
            return None;
        }
        let can = |no: &FileNo| !store.is_gone(*no) && store.can_be_asked_for(*no);
        let mut wanted: Vec<FileNo> = all.iter().copied().filter(can).collect();
        // Marks have no order: what goes first stands first.
        wanted.sort_by_key(|no| (store.expires_at(*no).value().unwrap_or(i64::MAX), *no));
        if wanted.is_empty() {
            let why = match all[..] {
                [only] if store.is_gone(only) => "the service has that file no longer",
                [_] => "that file cannot be asked for: it has no id of its own",
                _ => "none of these files can be asked for",
            };
            self.say(why);
            return None;
        }
        Some(wanted.into_iter().map(|no| Pinned::of(&store.file(no))).collect())
    }

    /// `o`: saves the marked files, or the selected one, where the setting says.
    pub(in crate::app) fn download(&mut self) {
        let Some(wanted) = self.wanted_files() else { return };
        self.save_files(wanted, &self.settings.downloads.clone(), None);
    }

    /// `O`: the folder and the name are chosen first.
    pub(in crate::app) fn open_save_to(&mut self) {
        let Some(wanted) = self.wanted_files() else { return };
        let folder = self.shown_path(&self.settings.downloads);
        let text = match &wanted[..] {
            [only] => format!("{}/{}", folder.trim_end_matches('/'), only.safe_name()),
            _ => folder,
        };
        self.layers.push(Layer::SaveTo(SaveTo::new(text, wanted)));
    }

    /// Has files saved in a folder, one of them under a name of its own; says what comes of it. Of what
    /// is known to be saved it is seen on the disk whether it lies there still: somebody may have taken
    /// it away since it was looked at last.
    pub(in crate::app) fn save_files(
        &mut self,
        wanted: Vec<Pinned>,
        folder: &Path,
        name: Option<&str>,
    ) {
        let asked = wanted.len();
        let (mut added, mut looked_at) = (0, 0);
        for file in wanted {
            let store = self.account.store();
            let is_saved = store.find(&file.id).is_some_and(|no| store.is_saved(no));
            let download = Download {
                file,
                folder: folder.to_owned(),
                name: name.map(str::to_owned),
                again: false,
                trust_length: false,
            };
            let Some(job) = self.saving.change().add(download) else { continue };
            added += 1;
            if is_saved {
                self.saving.change().was_saved_before(job);
                looked_at += 1;
            }
        }
        self.saving.look_again();
        let mut parts = vec![];
        if added > looked_at {
            let count = files(added - looked_at);
            parts.push(format!("saving {count} to {}", self.shown_path(folder)));
        }
        if looked_at > 0 {
            parts.push(format!("{} saved before, looked at again", grouped(looked_at)));
        }
        if asked > added {
            parts.push(format!("{} being saved already", grouped(asked - added)));
        }
        let text = parts.join(" · ");
        match added {
            0 => self.say(text),
            1 => self.say_with(text, &SHOWS_IT),
            _ => self.say_with(text, &SHOWS),
        }
    }

    /// `!`: looks at what is at risk, and asks; first it must be known what room there is.
    pub(in crate::app) fn rescue(&mut self, effects: &mut Vec<Effect>) {
        // What is saved is looked at once more before the room is: what was taken away is at risk.
        self.saving.awaits_room = true;
        effects.push(Effect::LookAtRoom(self.settings.downloads.clone()));
    }

    /// That nothing is at risk, as far as it is known.
    fn say_nothing_at_risk(&mut self) {
        let lister = self.account.lister();
        let open = if self.saving.sum.open > 0 { ", but for what is being saved" } else { "" };
        let is_loading = matches!(lister.state(), State::Loading { .. } | State::Backoff { .. });
        let text = match (lister.is_complete(), self.account.store().is_empty()) {
            (true, _) => format!("nothing is at risk{open}"),
            (false, true) if is_loading => {
                format!("the list is still loading: nobody knows what is at risk{open}")
            }
            (false, true) => format!("nothing is loaded: nobody knows what is at risk{open}"),
            (false, false) if is_loading => {
                format!("nothing of what is loaded is at risk{open}; the list is still loading")
            }
            (false, false) => format!("nothing of what is loaded is at risk{open}"),
        };
        self.say(text);
    }

    /// Files that go before the bound of soon, or should have gone, that are not saved, nor about to be.
    fn files_at_risk(&self) -> Vec<Pinned> {
        let store = self.account.store();
        let soon_s = i64::try_from(self.settings.thresholds.soon_s).unwrap_or(i64::MAX);
        let bound = self.account.server_ms().div_euclid(1_000).saturating_add(soon_s);
        let at_risk = store.at_risk(bound).filter(|no| store.can_be_asked_for(*no));
        let pinned = at_risk.map(|no| Pinned::of(&store.file(no)));
        pinned.filter(|file| !self.saving.queue.is_open(&file.id)).collect()
    }

    /// It is known what room there is: the rescue is asked about, unless somebody typed meanwhile, or
    /// nothing can be saved there.
    pub(in crate::app) fn room_told(&mut self, room: Result<Option<u64>, String>) {
        if !std::mem::take(&mut self.saving.awaits_room) {
            return self.say_with(
                "not asked while you type",
                &[Hint::new(&[Action::Rescue], "asks again")],
            );
        }
        let server_s = self.account.server_ms().div_euclid(1_000);
        let rate = self.saving.rate;
        let plan = RescuePlan::new(self.files_at_risk(), server_s, rate);
        if plan.files.is_empty() {
            return self.say_nothing_at_risk();
        }
        let free = match room {
            Ok(free) => free,
            Err(why) => {
                return self.say(format!("{why}; {} at risk not saved", files(plan.files.len())));
            }
        };
        let folder = self.shown_path(&self.settings.downloads);
        let is_whole = self.account.lister().is_complete();
        self.ask(Question::Rescue(Box::new(RescueAsked {
            plan,
            server_s,
            rate,
            free,
            folder,
            is_whole,
        })));
    }

    /// The rescue was agreed to, of the files that were shown.
    pub(in crate::app) fn begin_rescue(&mut self, plan: &RescuePlan) {
        let folder = self.settings.downloads.clone();
        let mut added = 0;
        for file in &plan.files {
            let download = Download {
                file: file.clone(),
                folder: folder.clone(),
                name: None,
                again: false,
                trust_length: false,
            };
            added += usize::from(self.saving.change().add(download).is_some());
        }
        let text = format!("saving {} to {}", files(added), self.shown_path(&folder));
        self.say_with(text, &SHOWS);
    }
}

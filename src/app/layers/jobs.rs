//! What is being saved, and what was: a line a job.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Changing, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::geometry::inside;
use crate::app::saving::Saving;
use crate::app::saving::list::JobsLine;
use crate::jobs::Job;
use crate::jobs::dead::DeadPart;
use crate::keys::{Action, Hint, Scope};
use crate::text::shorten_middle;

/// From this height of the inside on the job under the cursor has lines of its own below the others.
const FOOT_FROM: u16 = 8;
/// Lines that it has: a blank one, where the file lies, and what there is to say.
const FOOT: u16 = 3;

/// The jobs on the whole screen, and below them what nobody goes on with.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// What is under the cursor, whatever line that takes.
    chosen: Option<JobsLine>,
    line: usize,
    top: usize,
}

impl Jobs {
    /// Where its lines stand.
    #[must_use]
    pub fn place(app: &App, screen: Rect) -> ListPlace {
        let mut list = ListPlace::full(screen, app.saving().lines());
        if inside(screen).height >= FOOT_FROM {
            list.room.height = list.room.height.saturating_sub(FOOT);
        }
        list
    }

    /// Its cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        ListCursor::below(self.top, self.line)
    }

    /// The job under the cursor, if one is.
    #[must_use]
    pub fn job<'a>(&self, app: &'a App) -> Option<&'a Job> {
        match self.chosen.as_ref()? {
            JobsLine::Job(id) => app.saving().queue().job(*id),
            JobsLine::Dead(_) => None,
        }
    }

    /// What is under the cursor that nobody goes on with.
    #[must_use]
    pub fn dead<'a>(&self, app: &'a App) -> Option<&'a DeadPart> {
        match self.chosen.as_ref()? {
            JobsLine::Job(_) => None,
            JobsLine::Dead(path) => app.saving().dead().iter().find(|dead| dead.path == *path),
        }
    }

    /// Goes with what is under the cursor; where that is gone, to what stands there now.
    pub(in crate::app) fn settle(&mut self, saving: &Saving) {
        let line = self.chosen.as_ref().and_then(|entry| saving.line_of(entry));
        self.line = line.unwrap_or(self.line).min(saving.lines().saturating_sub(1));
        self.chosen = saving.entry(self.line);
    }

    fn go<T>(&mut self, app: &App, moved: impl FnOnce(&mut ListCursor, &ListPlace) -> T) -> T {
        let (mut cursor, place) = (self.cursor(), Self::place(app, app.screen()));
        let told = moved(&mut cursor, &place);
        (self.top, self.line) = (cursor.first(&place), cursor.line(place.lines));
        self.chosen = app.saving().entry(self.line);
        told
    }

    fn copy(&self, app: &mut App, effects: &mut Vec<Effect>) {
        let of_job = || self.job(app).and_then(|job| job.path.clone());
        match self.dead(app).map(|dead| dead.path.clone()).or_else(of_job) {
            Some(path) => {
                let text = crate::account::shelf::shown(&path);
                effects.push(Effect::Copy { what: shorten_middle(&text, 60), text });
            }
            None => app.say("it lies nowhere yet"),
        }
    }

    /// What an action does to what nobody goes on with; tells whether it was one of those.
    fn act_on_dead(
        dead: &DeadPart,
        app: &mut App,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> bool {
        match action {
            Action::CancelJob => effects.push(Effect::RemoveDead(Box::new(dead.clone()))),
            Action::PauseJob | Action::RetryJob => {
                let removes = [Hint::new(&[Action::CancelJob], "removes what is kept")];
                let hint = app.settings().keys.hints(&removes, &[Scope::Jobs]);
                app.say(format!("nobody saves it; {hint}"));
            }
            _ => return false,
        }
        true
    }
}

impl Behave for Jobs {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Jobs, Scope::List, Scope::Main]
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing { past: true, jobs: true, ..Changing::default() })
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(lines) = app.scroll_of(action) {
            self.go(app, |cursor, place| cursor.go_by(lines, place));
            return Fate::Stays;
        }
        let dead = self.dead(app).cloned();
        if dead.as_ref().is_some_and(|dead| Self::act_on_dead(dead, app, action, effects)) {
            return Fate::Stays;
        }
        let job = self.job(app).map(|job| (Some(job.id), job.file().id.clone()));
        let job = job.or_else(|| dead.map(|dead| (None, dead.id)));
        match (action, job) {
            (Action::OpenJobs, _) => return Fate::Closes,
            (Action::PauseJob, Some((Some(id), _))) => app.pause_job(id),
            (Action::CancelJob, Some((Some(id), _))) => app.cancel_job(id, effects),
            (Action::RetryJob, Some((Some(id), _))) => app.retry_job(id),
            (Action::CopyId, Some(_)) => self.copy(app, effects),
            (Action::Choose | Action::OpenDetail, Some((_, id))) => {
                if app.go_to_file(&id) {
                    return Fate::Closes;
                }
            }
            (
                Action::PauseJob
                | Action::CancelJob
                | Action::RetryJob
                | Action::CopyId
                | Action::Choose
                | Action::OpenDetail,
                _,
            ) => app.say("there is no job"),
            (action, _) => return app.act_anywhere(action, effects),
        }
        Fate::Stays
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        self.go(app, |cursor, place| cursor.go_by(lines, place));
    }

    fn click(&mut self, app: &mut App, at: Position, effects: &mut Vec<Effect>) -> Fate {
        let again = self.go(app, |cursor, place| cursor.click(at, place));
        if again { self.act(app, Action::Choose, effects) } else { Fate::Stays }
    }
}

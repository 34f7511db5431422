//! What is being saved, and what was: a line a job.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Changing, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::geometry::inside;
use crate::jobs::{Job, JobId};
use crate::keys::{Action, Scope};
use crate::text::shorten_middle;

/// From this height of the inside on the job under the cursor has lines of its own below the others.
const FOOT_FROM: u16 = 8;
/// Lines that it has: a blank one, where the file lies, and what there is to say.
const FOOT: u16 = 3;

/// The jobs on the whole screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jobs {
    /// The job under the cursor; until somebody moves, it is the first one.
    chosen: Option<JobId>,
    top: usize,
}

impl Jobs {
    /// Where its lines stand.
    #[must_use]
    pub fn place(app: &App, screen: Rect) -> ListPlace {
        let mut list = ListPlace::full(screen, app.saving().order().len());
        if inside(screen).height >= FOOT_FROM {
            list.room.height = list.room.height.saturating_sub(FOOT);
        }
        list
    }

    /// Its cursor.
    #[must_use]
    pub fn cursor(&self, app: &App) -> ListCursor {
        let order = app.saving().order();
        let line = self.chosen.and_then(|id| order.iter().position(|other| *other == id));
        ListCursor::below(self.top, line.unwrap_or(0))
    }

    /// The job under the cursor.
    #[must_use]
    pub fn job<'a>(&self, app: &'a App) -> Option<&'a Job> {
        let order = app.saving().order();
        let id = order.get(self.cursor(app).line(order.len()))?;
        app.saving().queue().job(*id)
    }

    fn go<T>(&mut self, app: &App, moved: impl FnOnce(&mut ListCursor, &ListPlace) -> T) -> T {
        let (mut cursor, place) = (self.cursor(app), Self::place(app, app.screen()));
        let told = moved(&mut cursor, &place);
        self.top = cursor.first(&place);
        self.chosen = app.saving().order().get(cursor.line(place.lines)).copied();
        told
    }

    fn copy(&self, app: &mut App, effects: &mut Vec<Effect>) {
        let path = self.job(app).and_then(|job| job.path.clone());
        match path {
            Some(path) => {
                let text = crate::account::shelf::shown(&path);
                effects.push(Effect::Copy { what: shorten_middle(&text, 60), text });
            }
            None => app.say("it lies nowhere yet"),
        }
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
        let job = self.job(app).map(|job| (job.id, job.file().id.clone()));
        // What is done to a job is done to that one, whatever place it takes by it.
        if let (Some((id, _)), Action::PauseJob | Action::CancelJob | Action::RetryJob) =
            (&job, action)
        {
            self.chosen = Some(*id);
        }
        match (action, job) {
            (Action::OpenJobs, _) => return Fate::Closes,
            (Action::PauseJob, Some((id, _))) => app.pause_job(id),
            (Action::CancelJob, Some((id, _))) => app.cancel_job(id, effects),
            (Action::RetryJob, Some((id, _))) => app.retry_job(id),
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
                None,
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

//! What takes time, of each kind, and what did: a line a job.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Changing, Fate, Layer, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::geometry::inside;
use crate::app::joblist::any::AnyJob;
use crate::app::joblist::{JobsLine, JobsList};
use crate::app::layers::events::Events;
use crate::app::sheets::{Line, jobs};
use crate::keys::{Action, Hint, Scope};
use crate::text::shorten_middle;

/// From this height of the inside on the job under the cursor has lines of its own below the others.
const FOOT_FROM: u16 = 8;
/// Lines that it has at least: a blank one, where the file lies, and what there is to say.
const FOOT: u16 = 3;
/// Jobs that stay in view above them, as far as there are as many.
const LEAST_JOBS: u16 = 2;

/// The jobs on the whole screen, and below them what nobody goes on with.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// What is under the cursor, whatever line that takes.
    chosen: Option<JobsLine>,
    line: usize,
    top: usize,
}

impl Jobs {
    /// Where its lines stand: as many of them as there are give way to what there is to say of the one under
    /// the cursor, but for a few.
    #[must_use]
    pub fn place(&self, app: &App, screen: Rect) -> ListPlace {
        let mut list = ListPlace::full(screen, app.jobs().lines());
        let room = inside(screen);
        if room.height >= FOOT_FROM {
            let foot = self.about(app, screen).len() + 1;
            let foot = u16::try_from(foot).unwrap_or(u16::MAX).max(FOOT);
            list.room.height = list.room.height.saturating_sub(foot);
        }
        list
    }

    /// What there is to say of the job under the cursor.
    #[must_use]
    pub fn about(&self, app: &App, screen: Rect) -> Vec<Line> {
        let room = inside(screen);
        let jobs = u16::try_from(app.jobs().lines()).unwrap_or(u16::MAX).min(LEAST_JOBS);
        // Besides, the names of the columns and the blank line.
        let most = room.height.saturating_sub(jobs + 2).max(FOOT - 1);
        self.job(app).map_or(vec![], |job| jobs::about(app, &job, (room.width, most)))
    }

    /// Its cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        ListCursor::below(self.top, self.line)
    }

    /// The job under the cursor, of whatever kind, if one is.
    #[must_use]
    pub fn job<'a>(&self, app: &'a App) -> Option<AnyJob<'a>> {
        app.any_job(self.chosen.as_ref()?)
    }

    /// Goes with what is under the cursor; where that is gone, to what stands there now.
    pub(in crate::app) fn settle(&mut self, list: &JobsList) {
        // Nearly always it is where it was, and nothing is sought.
        if self.chosen.is_some() && list.line(self.line) == self.chosen {
            return;
        }
        let line = self.chosen.as_ref().and_then(|line| list.place_of(line));
        self.line = line.unwrap_or(self.line).min(list.lines().saturating_sub(1));
        self.chosen = list.line(self.line);
    }

    fn go<T>(&mut self, app: &App, moved: impl FnOnce(&mut ListCursor, &ListPlace) -> T) -> T {
        let (mut cursor, place) = (self.cursor(), self.place(app, app.screen()));
        let told = moved(&mut cursor, &place);
        (self.top, self.line) = (cursor.first(&place), cursor.line(place.lines));
        self.chosen = app.jobs().line(self.line);
        told
    }

    fn copy(&self, app: &mut App, effects: &mut Vec<Effect>) {
        let Some(job) = self.job(app) else { return };
        match job.path() {
            Some(path) => {
                let text = crate::account::shelf::shown(path);
                effects.push(Effect::Copy { what: shorten_middle(&text, 60), text });
            }
            None if matches!(job, AnyJob::Deletion(_)) => app.say("a deletion has no path"),
            None => app.say("it lies nowhere yet"),
        }
    }

    /// Goes to the file that the job is about, or to what happened to those that it is about.
    fn go_to_file(&self, app: &mut App) -> Fate {
        let Some(job) = self.job(app) else { return Fate::Stays };
        let is_deletion = matches!(job, AnyJob::Deletion(_));
        match job.file_id().cloned() {
            Some(id) if app.go_to_file(&id) => return Fate::Closes,
            Some(_) => {}
            None if is_deletion => app.layers.push(Layer::Events(Events::default())),
            None => app.say("it is not known to be on the service"),
        }
        Fate::Stays
    }
}

/// What a key asks of the job under the cursor.
#[derive(Clone, Copy)]
enum Steered {
    /// To rest, or to go on.
    Rest,
    /// To be called off, or to lose what is kept of it.
    CallOff,
    /// To be tried again.
    Again,
}

/// Does it to a job; says why it does nothing where it does not.
fn steer(line: JobsLine, app: &mut App, steered: Steered, effects: &mut Vec<Effect>) {
    match line {
        JobsLine::Download(id) => match steered {
            Steered::Rest => app.pause_job(id),
            Steered::CallOff => app.cancel_job(id, effects),
            Steered::Again => app.retry_job(id),
        },
        JobsLine::Upload(number) => match steered {
            Steered::Rest => app.say("a file is sent in one go: it cannot rest"),
            Steered::CallOff => app.cancel_upload(number, effects),
            Steered::Again => app.retry_upload(number, effects),
        },
        JobsLine::Deletion(number) => match steered {
            Steered::Rest => app.say("a deletion does not rest; it can be called off"),
            Steered::CallOff => app.cancel_deletion(number),
            Steered::Again => {
                app.say("what was left is asked about anew where the files are marked");
            }
        },
        JobsLine::Dead(path) => match steered {
            Steered::CallOff => {
                let dead = app.jobs().dead().iter().find(|dead| dead.path == path).cloned();
                effects.extend(dead.map(|dead| Effect::RemoveDead(Box::new(dead))));
            }
            Steered::Rest | Steered::Again => {
                let removes = [Hint::new(&[Action::CancelJob], "removes what is kept")];
                app.say_within("nobody saves it", &removes, &[Scope::Jobs]);
            }
        },
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
        let steered = match action {
            Action::OpenJobs => return Fate::Closes,
            Action::PauseJob => Some(Steered::Rest),
            Action::CancelJob => Some(Steered::CallOff),
            Action::RetryJob => Some(Steered::Again),
            Action::CopyId | Action::Choose | Action::OpenDetail => None,
            action => return app.act_anywhere(action, effects),
        };
        match (self.chosen.clone(), steered) {
            (None, _) => app.say("there is no job"),
            (Some(line), Some(steered)) => steer(line, app, steered, effects),
            (Some(_), None) if action == Action::CopyId => self.copy(app, effects),
            (Some(_), None) => return self.go_to_file(app),
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

//! Everything that touches the world: the loop, the terminal, its input, signals, and the tasks that
//! carry out effects.
//!
//! One loop owns the [`App`]; everything reaches it through one bounded channel. It has a thread to
//! itself, which sleeps until a message or the deadline comes and is woken just once then; requests
//! are made and read on another one, contents and the ledger on threads that stand back behind both.

mod alarm;
mod alert_command;
pub(crate) mod bulk;
mod changes;
mod completion;
pub mod content;
mod copying;
pub mod exec;
mod frame;
mod group_sync;
mod input;
mod keeper;
mod lazy_client;
pub mod ledger;
pub mod output;
mod pace;
mod panics;
pub mod quiet;
mod record;
mod saving;
mod settings_writer;
pub mod shortage;
pub mod signals;
pub mod size;
pub mod sorter;
pub mod terminal;
pub mod tmux;
pub mod transfer;
mod tty;
pub mod upload;
mod uploading;
pub mod validation;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::AbortHandle;

use crate::api::call::{Call, Ticket};
use crate::api::{Client, ClientError};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::notify::Notifier;
use crate::time::clock::{Now, since_boot};
use alarm::Alarm;
use alert_command::Commands;
use bulk::Bulk;
use input::Input;
use keeper::Keeper;
use lazy_client::LazyClient;
use ledger::Ledger;
use pace::Pace;
use record::Record;
use saving::Savings;
use terminal::Screen;
use uploading::Uploads;

pub use panics::{PANICKED, report_panics};

/// Messages that may wait for the loop; whoever sends more has to wait.
const WAITING: usize = 1_024;
/// A frame that takes longer to be written was not seen as soon as it was drawn.
const AT_ONCE: Duration = Duration::from_millis(50);
/// How long what was typed before a question may take to be told, before it is looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What reaches the loop.
#[derive(Debug)]
enum Message {
    Event(Event),
    /// Leave, for this reason.
    End(End),
}

/// Why the dashboard was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The operator quit.
    Quit,
    /// A signal asked for it.
    Signal(i32),
    /// There can be no requests, for this reason.
    NoClient(ClientError),
    /// The terminal is gone.
    TerminalGone,
    /// Something panicked; [`report_panics`] tells what.
    Panicked,
}

impl End {
    /// In a word, for the log.
    fn word(&self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Signal(_) => "signal",
            Self::NoClient(_) => "no client",
            Self::TerminalGone => "terminal gone",
            Self::Panicked => "panic",
        }
    }
}

/// How the dashboard deals with the terminal and the configuration.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How desktop notifications are made.
    pub notifier: Notifier,
    /// Whether the terminal is to be asked for the colour of its background.
    pub ask_background: bool,
    /// Where the configuration is, or would be.
    pub configuration: Option<PathBuf>,
    /// Where record is kept of what is saved.
    pub ledger: Ledger,
    /// The name of the profile; empty for that which needs none.
    pub profile: String,
}

/// Runs the dashboard on the terminal until it is left, and gives the terminal back. Requests are
/// carried out by `background`, not on the thread that this runs on.
///
/// # Errors
/// Where the terminal cannot be set up, or no longer written to.
pub async fn run(
    app: &mut App,
    client: impl FnOnce() -> Result<Client, ClientError> + Send + 'static,
    background: &Handle,
    setup: Setup,
) -> io::Result<End> {
    tty::come_to_front()?;
    let (sender, receiver) = mpsc::channel(WAITING);
    signals::listen(&sender, background)?;
    let mut screen = Screen::enter(app.uses_mouse(), setup.notifier)?;
    let input = input::listen(&sender)?;
    if setup.ask_background {
        screen.ask_background();
    }
    let commands = Commands::start(sender.clone(), background);
    let alarm = Alarm::new()?;
    let bulk = Bulk::start()?;
    let keeper = Keeper::start(setup.ledger.clone(), sender.clone(), &bulk.handle);
    let client = lazy_client::new(client);
    let (home, ledger) = (app.home().map(Path::to_owned), setup.ledger);
    let apart = lazy_client::apart(&client);
    let of = Arc::clone(&apart);
    let uploads = Uploads::new(of, sender.clone(), &bulk.handle, home, ledger.clone());
    let savings = Savings::new(apart, ledger, &setup.profile, sender.clone(), &bulk.handle);
    let mut dashboard = Dashboard {
        app,
        client,
        background,
        screen,
        input,
        sender,
        calls: HashMap::new(),
        reads: content::Reads::default(),
        commands,
        keeper,
        savings,
        uploads,
        alarm,
        configuration: setup.configuration,
        record: Record::default(),
        effects: vec![],
    };
    let end = dashboard.run(receiver).await;
    dashboard.screen.leave();
    dashboard.savings.note(dashboard.app.leave(&dashboard.uploads.stop_all()));
    dashboard.savings.written().await;
    match &end {
        Ok(end) => log::info!(why = end.word(); "left"),
        Err(error) => log::error!(why = error.to_string().as_str(); "left"),
    }
    end
}

struct Dashboard<'a> {
    app: &'a mut App,
    client: Arc<LazyClient>,
    background: &'a Handle,
    screen: Screen,
    input: Input,
    sender: Sender<Message>,
    /// The calls that are being carried out.
    calls: HashMap<Ticket, AbortHandle>,
    reads: content::Reads,
    commands: Commands,
    keeper: Keeper,
    savings: Savings,
    uploads: Uploads,
    alarm: Alarm,
    configuration: Option<PathBuf>,
    record: Record,
    effects: Vec<Effect>,
}

impl Dashboard<'_> {
    async fn run(&mut self, mut receiver: Receiver<Message>) -> io::Result<End> {
        self.measure()?;
        self.screen.draw(self.app)?;
        let mut pace = Pace::default();
        let mut waiting = false;
        let mut look_again = Duration::ZERO;
        loop {
            let frame = waiting.then(|| pace.next().max(look_again));
            let wake_at = [frame, self.app.deadline()].into_iter().flatten().min();
            let mut urgent = false;
            match self.next(&mut receiver, wake_at).await? {
                Some(Message::End(end)) => return Ok(end),
                Some(Message::Event(event)) => {
                    urgent |= is_urgent(&event);
                    if let Some(end) = self.update(event)? {
                        return Ok(end);
                    }
                }
                None => {
                    if let Some(end) = self.update(Event::DeadlineReached)? {
                        return Ok(end);
                    }
                }
            }
            // What waits already is taken in before anything is drawn.
            for _ in 0..WAITING {
                match receiver.try_recv() {
                    Ok(Message::End(end)) => return Ok(end),
                    Ok(Message::Event(event)) => {
                        urgent |= is_urgent(&event);
                        if let Some(end) = self.update(event)? {
                            return Ok(end);
                        }
                    }
                    Err(_) => break,
                }
            }
            let now = since_boot();
            // A question is shown when all that was typed before is taken in: none of it answers.
            let awaited = self.app.awaits_frame();
            let unheard = awaited && (self.input.has_unheard() || !receiver.is_empty());
            look_again = if unheard { now + LOOK_AGAIN } else { Duration::ZERO };
            waiting = unheard || !urgent && now < pace.next();
            if !waiting {
                self.screen.draw(self.app)?;
                pace.drawn(now);
                // What was typed while a slow terminal took the frame is no answer either.
                let took_long = since_boot().saturating_sub(now) > AT_ONCE;
                waiting = awaited && took_long && self.input.has_unheard();
                if awaited && !waiting {
                    self.update(Event::Drawn)?;
                }
            }
        }
    }

    /// The next message; nothing where none comes before the moment `wake_at`.
    async fn next(
        &self,
        receiver: &mut Receiver<Message>,
        wake_at: Option<Duration>,
    ) -> io::Result<Option<Message>> {
        tokio::select! {
            biased;
            () = panics::happened() => Ok(Some(Message::End(End::Panicked))),
            message = receiver.recv() => Ok(Some(message.unwrap_or(Message::End(End::Quit)))),
            reached = self.alarm.reached(wake_at.unwrap_or_default()), if wake_at.is_some() => {
                reached.map(|()| None)
            }
        }
    }

    fn update(&mut self, event: Event) -> io::Result<Option<End>> {
        let now = Now::read();
        self.note_end(&event);
        self.app.update(now, event, &mut self.effects);
        self.record.log_changes(self.app);
        let mut effects = std::mem::take(&mut self.effects);
        let mut end = None;
        for effect in effects.drain(..) {
            end = end.or(self.carry_out(effect)?);
        }
        self.effects = effects;
        Ok(end)
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<Option<End>> {
        match effect {
            Effect::Call(ticket, call) => self.request(ticket, call),
            Effect::Read(ticket, wanted) => self.read(ticket, wanted),
            Effect::ReadOn(ticket, pieces) => self.read_on(ticket, pieces),
            Effect::Abort(ticket) => self.give_up(ticket),
            Effect::Alert(alert) => {
                self.screen.alert(&alert)?;
                if !alert.command.is_empty()
                    && let Some(event) = self.commands.run(alert)
                {
                    return self.update(event);
                }
            }
            Effect::SetTitle(title) => self.screen.set_title(&title)?,
            Effect::UseMouse(mouse) => self.screen.use_mouse(mouse)?,
            Effect::Copy { text, what } => return self.copy(text, what),
            Effect::PlanSettings(chosen) => self
                .on_disk(move |path| Event::SettingsPlanned(settings_writer::plan(path, chosen))),
            Effect::WriteSettings(plan) => self
                .on_disk(move |path| Event::SettingsWritten(settings_writer::write(path, &plan))),
            Effect::LookAtSaved => self.keeper.look(),
            Effect::LookAtSavedNow(number) => self.keeper.look_now(number),
            Effect::Save { turn, download, requests } => {
                self.savings.save(turn, *download, requests);
            }
            Effect::StopSaving(turn) => self.savings.stop(turn),
            Effect::DropPart(job, download) => self.savings.drop_part(job, *download),
            Effect::LookForDead(folders) => self.savings.look_for_dead(folders),
            Effect::RemoveDead(dead) => self.savings.remove_dead(dead),
            Effect::LookAtRoom(folder) => self.keeper.look_at_room(folder),
            Effect::Note(records) => self.savings.note(records),
            Effect::CompletePath { typed, purpose } => self.uploads.complete(typed, &purpose),
            Effect::LookAtFile(number, upload) => self.uploads.look_at(number, *upload),
            Effect::StopLook(number) => self.uploads.stop_look(number),
            Effect::Upload(number, upload, stamp) => self.uploads.send(number, *upload, stamp),
            Effect::StopUpload(number) => self.uploads.stop(number),
            Effect::ShowProgress(per_cent) => self.screen.show_progress(per_cent)?,
            Effect::Redraw => return self.come_back(),
            Effect::Suspend => {
                self.screen.leave();
                signals::stop();
                return self.come_back();
            }
            Effect::Quit => return Ok(Some(End::Quit)),
        }
        Ok(None)
    }

    /// Takes the terminal over again, as soon as this job has it.
    fn come_back(&mut self) -> io::Result<Option<End>> {
        if let Some(number) = signals::wait_for_front()? {
            return Ok(Some(End::Signal(number)));
        }
        self.screen.reenter()?;
        self.measure()?;
        Ok(None)
    }

    /// Has a call carried out, whose answer comes as an event.
    fn request(&mut self, ticket: Ticket, call: Call) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        let task = self.background.spawn(async move {
            let message = match client.as_ref().as_ref() {
                Ok(client) => {
                    let told = sender.clone();
                    let tell = move |received| {
                        // Where the loop has better to do, the next one says it.
                        let event = Event::Progressed(ticket, received);
                        let _ = told.try_send(Message::Event(event));
                    };
                    let result = exec::carry_out_telling(client, call, tell).await;
                    Message::Event(Event::Replied(ticket, result))
                }
                Err(why) => Message::End(End::NoClient(why.clone())),
            };
            // Nobody listens any more only where the dashboard was left.
            let _ = sender.send(message).await;
        });
        self.calls.insert(ticket, task.abort_handle());
    }

    /// Has something done with the configuration, which a slow disk may hold up.
    fn on_disk(&self, work: impl FnOnce(Option<&Path>) -> Event + Send + 'static) {
        let (path, sender) = (self.configuration.clone(), self.sender.clone());
        self.background.spawn_blocking(move || {
            let _ = sender.blocking_send(Message::Event(work(path.as_deref())));
        });
    }

    /// Reads the terminal's size and tells the app.
    fn measure(&mut self) -> io::Result<()> {
        let (width, height) = size::now();
        self.update(Event::Resized { width, height }).map(drop)
    }
}

/// What the operator did is shown at once, whatever the frame rate.
fn is_urgent(event: &Event) -> bool {
    matches!(event, Event::KeyPressed(_) | Event::Pasted(_) | Event::MouseUsed(_) | Event::Resumed)
}

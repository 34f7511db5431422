//! Looks at the ledger and at what lies on the disk, in the background, and tells what differs from
//! what it told before.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::Message;
use super::ledger::{Contents, Ledger};
use super::transfer::check_folder;
use crate::account::shelf::{Shelved, Unshelved, shown};
use crate::app::event::Event;
use crate::jobs::record::{Record, Saved, UploadSource};
use crate::text::{Untrusted, cause};
use crate::time::clock::since_boot;

/// Files that are told of at once: what takes them in is not held up by more.
const PIECE: usize = 1_000;
/// What is said of a look that takes too long.
const STUCK: &str =
    "what is saved already cannot be seen: a disk on which it looks does not answer";
/// How long the disks have to answer a look before that is said: many times what ten thousand files take.
const ANSWERS: Duration = Duration::from_secs(30);
/// A look that took long is not repeated before so many times as long have passed.
const REST: u32 = 20;

/// Has somebody look at what is saved; cheap to ask.
#[derive(Debug)]
pub(super) struct Keeper {
    asked: Sender<()>,
    now: watch::Sender<u64>,
    room: Sender<PathBuf>,
}

/// What somebody wants of a look.
enum Wanted {
    /// That what differs is told some time.
    Leisure,
    /// To know when it is over, by this number: it is decided by what is saved.
    End(u64),
    /// To know then how much room there is in a folder besides.
    Room(PathBuf),
}

impl Keeper {
    pub(super) fn start(ledger: Ledger, sender: Sender<Message>, background: &Handle) -> Self {
        // What is asked for while it was asked for and nobody began, is answered with that.
        let (asked, receiver) = mpsc::channel(1);
        let (now, at_once) = watch::channel(0);
        let (room, of_room) = mpsc::channel(1);
        background.spawn(keep(ledger, sender, (receiver, at_once, of_room)));
        Self { asked, now, room }
    }

    /// What is asked for while it looks is another look, however often it is.
    pub(super) fn look(&self) {
        let _ = self.asked.try_send(());
    }

    /// Looks however long the look before took, and tells that it has. What was asked for before and nobody
    /// began is not told.
    pub(super) fn look_now(&self, number: u64) {
        self.now.send_replace(number);
    }

    /// Looks, and tells behind that how much room there is in a folder.
    pub(super) fn look_at_room(&self, folder: PathBuf) {
        let _ = self.room.try_send(folder);
    }
}

async fn keep(
    ledger: Ledger,
    sender: Sender<Message>,
    (mut asked, mut now, mut room): (Receiver<()>, watch::Receiver<u64>, Receiver<PathBuf>),
) {
    let mut watch = Watch::default();
    let mut rests_until = Duration::ZERO;
    loop {
        let wanted = tokio::select! {
            asked = asked.recv() => asked.map(|()| Wanted::Leisure),
            asked = now.changed() => asked.ok().map(|()| Wanted::End(*now.borrow_and_update())),
            folder = room.recv() => folder.map(Wanted::Room),
        };
        let Some(wanted) = wanted else { return };
        let begun = since_boot();
        if begun < rests_until && matches!(wanted, Wanted::Leisure) {
            continue;
        }
        let (ledger, teller, was_told) = (ledger.clone(), sender.clone(), watch.was_told);
        let look = move || {
            let sender = teller;
            let told = watch.look(&ledger, |saved, lost, whole| {
                let event = Event::ShelfTold { saved, lost, whole };
                sender.blocking_send(Message::Event(event)).is_ok()
            });
            if let Some(trouble) = watch.trouble.take() {
                let _ = sender.blocking_send(Message::Event(Event::LedgerFailed(trouble)));
            }
            let uploaded = watch.take_uploaded();
            for piece in uploaded.chunks(PIECE) {
                let _ = sender.blocking_send(Message::Event(Event::UploadsTold(piece.to_vec())));
            }
            let over = match wanted {
                Wanted::Leisure => None,
                Wanted::End(number) => Some(Event::SavedSeen(number)),
                Wanted::Room(folder) => Some(Event::RoomTold(room_in(&folder))),
            };
            if let Some(event) = over {
                let _ = sender.blocking_send(Message::Event(event));
            }
            (watch, told)
        };
        let mut looking = spawn_blocking(look);
        let looked = if let Ok(looked) = timeout(ANSWERS, &mut looking).await {
            looked
        } else {
            say_stuck(&sender, was_told).await;
            wait_out(&mut looking, &sender, (&mut asked, &mut now, &mut room)).await
        };
        let Ok((watched, goes_on)) = looked else { return };
        if !goes_on {
            return;
        }
        watch = watched;
        let now = since_boot();
        rests_until = now + now.saturating_sub(begun) * REST;
    }
}

/// Waits for the end of a look, however long it takes; whoever asks for something meanwhile is told why there
/// is no answer.
async fn wait_out<T>(
    looking: &mut JoinHandle<T>,
    sender: &Sender<Message>,
    (asked, now, room): (&mut Receiver<()>, &mut watch::Receiver<u64>, &mut Receiver<PathBuf>),
) -> Result<T, JoinError> {
    loop {
        tokio::select! {
            looked = &mut *looking => return looked,
            Some(()) = asked.recv() => {}
            Some(_) = room.recv() => {
                let event = Event::RoomTold(Err(STUCK.to_owned()));
                let _ = sender.send(Message::Event(event)).await;
            }
            Ok(()) = now.changed() => say_stuck(sender, true).await,
        }
    }
}

/// Says that a disk does not answer. What waits for the first look goes on with nothing known: each try to save
/// a file looks for that one itself.
async fn say_stuck(sender: &Sender<Message>, was_told: bool) {
    let told = (!was_told).then(|| Event::ShelfTold { saved: vec![], lost: vec![], whole: true });
    for event in [Event::LedgerFailed(STUCK.to_owned())].into_iter().chain(told) {
        let _ = sender.send(Message::Event(event)).await;
    }
}

/// What was told, by the id of the file.
#[derive(Debug, Default)]
struct Watch {
    contents: Contents,
    /// By their ids.
    files: HashMap<Box<str>, Watched>,
    /// Whose copy is the last one that was saved to a place: what was there before had gone, since nothing is
    /// overwritten.
    owners: HashMap<PathBuf, Box<str>>,
    /// Whether it was said that the ledger cannot be read.
    is_unread: bool,
    /// That it cannot be, and why, as long as nobody was told.
    trouble: Option<String>,
    was_told: bool,
}

/// A file that the ledger has.
#[derive(Debug, Default)]
struct Watched {
    /// Where it was saved to, the newest place last.
    copies: Vec<SavedCopy>,
    /// The place among them of the newest one that lay there when that was looked at.
    there: Option<usize>,
    /// Whether its copies are others than when that was told: whatever was told before, and whoever else has
    /// said meanwhile that it is saved, what is found is told.
    is_news: bool,
}

/// A place to which a file was saved.
#[derive(Debug)]
struct SavedCopy {
    path: PathBuf,
    bytes: u64,
    /// What is to be told once it lies there, or lies there again.
    record: Box<Record>,
}

impl Watched {
    /// The newest copy that lies there, or what there is instead of the newest.
    fn look(&self) -> Result<usize, String> {
        let mut instead = None;
        for (place, copy) in self.copies.iter().enumerate().rev() {
            match look_at(&copy.path, copy.bytes) {
                Ok(()) => return Ok(place),
                Err(why) => drop(instead.get_or_insert(why)),
            }
        }
        Err(instead.unwrap_or_else(|| "another file was saved to its place".to_owned()))
    }
}

impl Watch {
    /// Looks at what was added to the ledger, and at whether what it has lies there; `tell` is told in
    /// pieces of what differs, and says whether anybody listens.
    fn look(
        &mut self,
        ledger: &Ledger,
        mut tell: impl FnMut(Vec<Shelved>, Vec<Unshelved>, bool) -> bool,
    ) -> bool {
        let (mut saved, mut lost) = (vec![], vec![]);
        self.read(ledger, &mut lost);
        let is_first = !std::mem::replace(&mut self.was_told, true);
        for (id, watched) in &mut self.files {
            let found = watched.look();
            let there = found.as_ref().ok().copied();
            let is_news = std::mem::take(&mut watched.is_news);
            if std::mem::replace(&mut watched.there, there) != there || is_news {
                match found {
                    Ok(place) => saved.extend(shelved(&watched.copies[place].record)),
                    // Nobody has said of it that it is saved.
                    Err(_) if is_first => {}
                    Err(why) => lost.push(Unshelved { id: Untrusted::new(id.as_bytes()), why }),
                }
            }
            if saved.len() + lost.len() >= PIECE
                && !tell(std::mem::take(&mut saved), std::mem::take(&mut lost), false)
            {
                return false;
            }
        }
        let nothing = saved.is_empty() && lost.is_empty();
        (nothing && !is_first) || tell(saved, lost, true)
    }

    /// What was uploaded from here, as far as it was read since this was asked last.
    fn take_uploaded(&mut self) -> Vec<UploadSource> {
        std::mem::take(&mut self.contents.uploaded)
    }

    fn read(&mut self, ledger: &Ledger, lost: &mut Vec<Unshelved>) {
        let before = self.contents.read_to;
        match ledger.read_on(&mut self.contents) {
            Ok(_) => self.is_unread = false,
            Err(error) => {
                if !std::mem::replace(&mut self.is_unread, true) {
                    log::warn!(error = error.to_string().as_str(); "the ledger cannot be read");
                    let why = cause(&error);
                    self.trouble = Some(format!(
                        "the ledger cannot be read: {why}; what is saved already is not known"
                    ));
                }
                return;
            }
        }
        let is_another = self.contents.read_to < before;
        let files = if is_another { std::mem::take(&mut self.files) } else { HashMap::new() };
        if is_another {
            self.owners.clear();
        }
        for record in std::mem::take(&mut self.contents.saved) {
            self.watch(record);
        }
        // What another ledger does not have is not known to be saved any more.
        for (id, watched) in files {
            if let Some(copy) = watched.copies.last().filter(|_| !self.files.contains_key(&id)) {
                let why = format!("the ledger has it no more: {}", shown(&copy.path));
                lost.push(Unshelved { id: Untrusted::new(id.as_bytes()), why });
            }
        }
    }

    /// Watches another copy of a file, which is the newest.
    fn watch(&mut self, record: Record) {
        let Some(Saved { path, bytes, .. }) = record.to_saved() else { return };
        let id: Box<str> = record.id.as_str().into();
        let before = self.owners.insert(path.clone(), id.clone());
        if let Some(watched) = before.and_then(|id| self.files.get_mut(&id)) {
            watched.copies.retain(|copy| copy.path != path);
            watched.is_news = true;
        }
        let watched = self.files.entry(id).or_default();
        watched.copies.push(SavedCopy { path, bytes, record: Box::new(record) });
        watched.is_news = true;
    }
}

fn id_of(record: &Record) -> Untrusted {
    Untrusted::new(record.id.as_str())
}

fn shelved(record: &Record) -> Option<Shelved> {
    record.to_saved().map(|saved| saved.shelved(id_of(record), record.created_at))
}

/// Whether a file of this length lies there, or what is there instead.
pub(super) fn look_at(path: &Path, bytes: u64) -> Result<(), String> {
    let place = shown(path);
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.len() == bytes => Ok(()),
        Ok(found) if found.is_file() => {
            let (there, bytes) = (found.len(), bytes);
            Err(format!("{place} has {there} bytes instead of {bytes}"))
        }
        Ok(_) => Err(format!("{place} is no file any more")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(format!("{place} was moved or removed"))
        }
        Err(error) => Err(format!("{place} cannot be looked at: {}", cause(&error))),
    }
}

/// Bytes that there is room for in a folder, or where it would be made; or why nothing can be saved
/// there.
fn room_in(folder: &Path) -> Result<Option<u64>, String> {
    check_folder(folder).map_err(|failure| failure.words)?;
    let mut there = folder.ancestors();
    let found = there.find_map(|folder| rustix::fs::statvfs(folder).ok());
    Ok(found.map(|found| found.f_bavail.saturating_mul(found.f_frsize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Pinned;
    use crate::jobs::record::Saved;
    use crate::jobs::upload::UploadEnd;

    fn record(id: &str, path: &Path, bytes: u64) -> Record {
        let saved = Saved {
            path: path.to_owned(),
            bytes,
            sha256: "00".to_owned(),
            proof: "complete".to_owned(),
            at: 1,
            already: false,
        };
        Record::saved(&Pinned::by_id(Untrusted::new(id)), &saved, 1)
    }

    fn look(watch: &mut Watch, ledger: &Ledger) -> (Vec<String>, Vec<String>) {
        let (mut saved, mut lost) = (vec![], vec![]);
        assert!(watch.look(ledger, |some, gone, _| {
            assert!(some.len() + gone.len() <= PIECE);
            saved.extend(some.into_iter().map(|shelved| shelved.id.borrow().printable().into()));
            lost.extend(gone.into_iter().map(|lost| lost.why));
            true
        }));
        saved.sort();
        (saved, lost)
    }

    /// Whoever decides by what is saved is told when it was looked at, however lately that was done
    /// before and whether or not anything differs.
    #[tokio::test]
    async fn a_look_at_once_is_answered_each_time() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let path = place.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        ledger.add(&record("a", &path, 3)).unwrap();
        let (sender, mut told) = mpsc::channel(8);
        let keeper = Keeper::start(ledger, sender, &Handle::current());
        let mut next = async || match told.recv().await {
            Some(Message::Event(event)) => event,
            other => panic!("{other:?}"),
        };
        keeper.look_now(1);
        let Event::ShelfTold { saved, .. } = next().await else { panic!("what is saved") };
        assert_eq!(saved.len(), 1);
        assert!(matches!(next().await, Event::SavedSeen(1)));
        keeper.look_now(2);
        assert!(matches!(next().await, Event::SavedSeen(2)), "nothing differs");
        std::fs::remove_file(&path).unwrap();
        // Nobody looks in between: the last one is answered.
        keeper.look_now(3);
        keeper.look_now(4);
        let Event::ShelfTold { lost, .. } = next().await else { panic!("what is lost") };
        assert_eq!(lost.len(), 1);
        assert!(matches!(next().await, Event::SavedSeen(4)));
    }

    /// Whoever waits to know what is saved does not wait for ever; when the disk answers, that is told.
    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_is_told_and_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let path = ledger.path().unwrap().to_owned();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Whoever opens it waits for somebody who writes into it.
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        let (sender, mut told) = mpsc::channel(8);
        let keeper = Keeper::start(ledger, sender, &Handle::current());
        keeper.look_now(1);
        while told.is_empty() {
            tokio::time::advance(ANSWERS).await;
        }
        let mut next = async || match told.recv().await {
            Some(Message::Event(event)) => event,
            other => panic!("{other:?}"),
        };
        let Event::LedgerFailed(text) = next().await else { panic!("why") };
        assert!(text.ends_with("does not answer"), "{text}");
        let Event::ShelfTold { whole: true, .. } = next().await else { panic!("nothing") };
        keeper.look_at_room(place.path().to_owned());
        let Event::RoomTold(Err(why)) = next().await else { panic!("why there is no question") };
        assert_eq!(why, text);
        // It is no ledger, but it answers.
        let writer = std::thread::spawn(move || std::fs::File::options().write(true).open(path));
        drop(writer.join().unwrap().unwrap());
        loop {
            if let Event::SavedSeen(number) = next().await {
                break assert_eq!(number, 1);
            }
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let mut watch = Watch::default();
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]));
        let path = place.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        ledger.add(&record("a", &path, 3)).unwrap();
        ledger.add(&record("gone", &place.path().join("b"), 3)).unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved == ["a"] && lost[0].ends_with("b was moved or removed"), "{lost:?}");
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]));
        std::fs::write(&path, "ab").unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved.is_empty() && lost[0].ends_with("has 2 bytes instead of 3"), "{lost:?}");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["a"]);
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(look(&mut watch, &ledger).1[0].ends_with("is no file any more"));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]));
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["a"]);
        std::fs::remove_file(ledger.path().unwrap()).unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved.is_empty() && lost[0].starts_with("the ledger has it no more"), "{lost:?}");
    }

    /// A file that was saved twice is lost with its last copy.
    #[test]
    fn a_file_is_saved_as_long_as_one_of_its_copies_is() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let paths = ["a", "b", "c"].map(|name| place.path().join(name));
        let mut watch = Watch::default();
        for path in &paths {
            std::fs::write(path, "abc").unwrap();
            ledger.add(&record("f", path, 3)).unwrap();
            assert_eq!(look(&mut watch, &ledger).0, ["f"]);
        }
        let mut at_once = Watch::default();
        look(&mut at_once, &ledger);
        for (gone, there) in [(2, Some(1)), (0, Some(1)), (1, None)] {
            std::fs::remove_file(&paths[gone]).unwrap();
            for watch in [&mut watch, &mut at_once] {
                let (_, lost) = look(watch, &ledger);
                assert_eq!(lost.len(), usize::from(there.is_none()), "{lost:?}");
                let watched = &watch.files["f"];
                let lies = watched.there.map(|place| &watched.copies[place].path);
                assert_eq!(lies, there.map(|there| &paths[there]));
            }
        }
        std::fs::write(&paths[0], "abc").unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["f"]);
    }

    /// What somebody else has said is saved, and has gone before anybody looked, is told to be lost; and so is
    /// what was saved once more meanwhile.
    #[test]
    fn what_has_gone_before_the_first_look_at_it_is_lost() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let [a, b] = ["a", "b"].map(|name| place.path().join(name));
        let mut watch = Watch::default();
        ledger.add(&record("long gone", &place.path().join("c"), 3)).unwrap();
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]), "nobody said that it is saved");
        ledger.add(&record("f", &a, 3)).unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved.is_empty() && lost.len() == 1, "{lost:?}");
        std::fs::write(&a, "abc").unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["f"]);
        std::fs::remove_file(&a).unwrap();
        ledger.add(&record("f", &b, 3)).unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved.is_empty() && lost.len() == 1, "{lost:?}");
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]), "that is told once");
        // The older copy lies there again; then there is another ledger, which has the newer one alone.
        std::fs::write(&a, "abc").unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["f"]);
        std::fs::write(ledger.path().unwrap(), record("f", &b, 3).line()).unwrap();
        let (saved, lost) = look(&mut watch, &ledger);
        assert!(saved.is_empty() && lost[1].contains("b was moved"), "{lost:?}");
    }

    /// Nothing is overwritten: what was saved to a place later shows that what was there before had gone.
    #[test]
    fn what_another_file_was_saved_over_is_lost() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let path = place.path().join("out.jsonl");
        std::fs::write(&path, "abc").unwrap();
        let mut watch = Watch::default();
        ledger.add(&record("f", &path, 3)).unwrap();
        assert_eq!(look(&mut watch, &ledger).0, ["f"]);
        ledger.add(&record("g", &path, 3)).unwrap();
        let mut at_once = Watch::default();
        assert_eq!(look(&mut at_once, &ledger), (vec!["g".to_owned()], vec![]));
        let (saved, lost) = look(&mut watch, &ledger);
        assert_eq!(
            (saved, lost),
            (vec!["g".to_owned()], vec!["another file was saved to its place".to_owned()])
        );
    }

    /// One that is there and cannot be read is none that is empty; that is told once.
    #[test]
    fn a_ledger_that_cannot_be_read_is_told_of() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let folder = ledger.path().unwrap().parent().unwrap();
        std::fs::write(folder, "no folder").unwrap();
        let mut watch = Watch::default();
        assert_eq!(look(&mut watch, &ledger), (vec![], vec![]));
        let trouble = watch.trouble.take().unwrap();
        assert!(trouble.starts_with("the ledger cannot be read: "), "{trouble}");
        look(&mut watch, &ledger);
        assert_eq!(watch.trouble, None);
        std::fs::remove_file(folder).unwrap();
        look(&mut watch, &ledger);
        assert_eq!(watch.trouble, None);
        std::os::unix::fs::symlink("/nowhere/at/all", folder).unwrap();
        look(&mut watch, &ledger);
        assert!(watch.trouble.take().unwrap().contains("a link that leads nowhere"));
    }

    /// Also by the command, and before this was started.
    #[test]
    fn what_was_uploaded_is_told_once() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let uploaded = |id: &str, at| {
            let body = format!(r#"{{"id":"{id}","filename":"a","created_at":5}}"#);
            let file = crate::api::wire::read_single_file(body.as_bytes()).unwrap();
            let end = UploadEnd::Stored(Box::new(file.clone())).into();
            Record::uploaded(&Pinned::read(&file), Path::new("/x/a"), &end, at)
        };
        ledger.add_all(&[uploaded("a", 7), uploaded("b", 8)]).unwrap();
        let unknown = UploadEnd::Unknown("it broke off".to_owned()).into();
        let file = Pinned::by_id(Untrusted::new(""));
        ledger.add(&Record::uploaded(&file, Path::new("/x/c"), &unknown, 9)).unwrap();
        let mut watch = Watch::default();
        look(&mut watch, &ledger);
        let of = |sources: Vec<UploadSource>| -> Vec<(String, Option<i64>, PathBuf, i64)> {
            let id = |id: &Untrusted| id.borrow().printable().into_owned();
            sources.into_iter().map(|it| (id(&it.id), it.created_at, it.path, it.at)).collect()
        };
        let source = |id: &str, at| (id.to_owned(), Some(5), PathBuf::from("/x/a"), at);
        assert_eq!(of(watch.take_uploaded()), [source("a", 7), source("b", 8)]);
        look(&mut watch, &ledger);
        assert!(watch.take_uploaded().is_empty(), "it was told");
        ledger.add(&uploaded("d", 10)).unwrap();
        look(&mut watch, &ledger);
        assert_eq!(of(watch.take_uploaded()), [source("d", 10)]);
    }

    #[test]
    fn many_are_told_in_pieces() {
        let place = tempfile::tempdir().unwrap();
        let ledger = Ledger::of(Some(place.path().into()), "x");
        let line = |n: usize| {
            let path = place.path().join(n.to_string());
            std::fs::write(&path, "abc").unwrap();
            record(&n.to_string(), &path, 3)
        };
        ledger.add_all(&(0..2_500).map(line).collect::<Vec<Record>>()).unwrap();
        assert_eq!(look(&mut Watch::default(), &ledger).0.len(), 2_500);
    }
}

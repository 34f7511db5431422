//! What the twins live through: a story about each cause of a deadline, and many by lot.

use fastrand::Rng;
use shelflife::account::Load;
use shelflife::account::alerts::Rule;
use shelflife::api::error::Status;
use shelflife::api::retry::Allowance;
use shelflife::api::{ApiError, File};
use shelflife::app::settings::{RescueRule, Times};
use shelflife::app::{Settings, Wake};
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::store::filter::Filter;
use shelflife::text::Untrusted;
use shelflife::time::expiry::{Stated, Thresholds};
use std::time::Duration;

use crate::support::driver::{Driver, START_S};

/// Stories by lot: as many as a gate has time for.
const BY_LOT: u64 = 32;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What becomes of a request.
pub enum Reply {
    /// It is answered after so many milliseconds.
    After(u64),
    /// It fails after so many milliseconds.
    Fails(u64, ApiError),
    /// No answer comes.
    Never,
}

/// What a request comes to that leaves so many milliseconds after the beginning.
type Service = Box<dyn Fn(u128) -> Reply>;

/// One story.
pub struct Story {
    pub name: String,
    pub settings: Settings,
    pub size: (u16, u16),
    /// Our wall clock at the beginning.
    pub wall_ms: i64,
    /// The service's clock minus ours, where its answers tell it.
    pub skew_ms: Option<i64>,
    pub allowance: Option<Allowance>,
    pub files: Vec<File>,
    /// Seconds for which the service keeps a file that has expired.
    pub kept_s: i64,
    /// Whether the service says where its list ends.
    pub honest: bool,
    pub service: Service,
    /// Keys, and the milliseconds after the beginning at which they are pressed.
    pub keys: Vec<(u64, &'static str)>,
    pub seconds: u64,
    /// Whether whatever is saved comes to nothing for a while.
    pub saving_fails: bool,
    /// Whether the service wants a rest behind the first upload.
    pub upload_rests: bool,
}

impl Story {
    /// One in which nothing happens: no refreshing, and no file.
    fn quiet(name: &str) -> Self {
        let refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
        Self {
            name: name.to_owned(),
            settings: Settings { refresh, ..Driver::settings() },
            size: (80, 24),
            wall_ms: START_S * 1_000 + 20 * 60_000 + 130,
            skew_ms: None,
            allowance: None,
            files: vec![],
            kept_s: 3,
            honest: true,
            service: Box::new(|_| Reply::After(40)),
            keys: vec![],
            seconds: 10,
            saving_fails: false,
            upload_rests: false,
        }
    }

    /// Adds a file that was made and expires so many seconds from the beginning.
    fn file(mut self, created: Option<i64>, expires: Option<i64>) -> Self {
        let at = |seconds: Option<i64>| {
            let now_s = self.wall_ms.div_euclid(1_000);
            seconds.map_or(Stated::Nothing, |seconds| Stated::Value(now_s + seconds))
        };
        let (created, expires) = (at(created), at(expires));
        self.files.push(file(self.files.len(), created, expires));
        self
    }

    fn keys(mut self, ms: u64, keys: &'static str) -> Self {
        self.keys.push((ms, keys));
        self
    }

    fn every(mut self, seconds: u64) -> Self {
        self.settings.refresh.interval = Some(Duration::from_secs(seconds));
        self
    }

    fn lasting(self, seconds: u64) -> Self {
        Self { seconds, ..self }
    }

    fn served(self, service: impl Fn(u128) -> Reply + 'static) -> Self {
        Self { service: Box::new(service), ..self }
    }
}

/// With bounds of urgency at which no countdown and no count changes.
fn urgent(mut story: Story) -> Story {
    story.settings.thresholds = Thresholds { critical_s: 90 * 60, soon_s: (36 * 60 + 30) * 60 };
    story
}

fn file(number: usize, created_at: Stated<i64>, expires_at: Stated<i64>) -> File {
    File {
        id: Untrusted::new(format!("file_{number}")),
        filename: Some(Untrusted::new(format!("name-{:03}.jsonl", number * 7 % 1_000))),
        bytes: Stated::Value(number as u64 * 70_001),
        created_at,
        expires_at,
        purpose: None,
        extra: None,
    }
}

/// One that never expires, and has no age.
fn forever(number: usize) -> File {
    file(number, Stated::Nothing, Stated::Nothing)
}

fn unavailable(wait_s: Option<u64>) -> ApiError {
    let wait = wait_s.map(Duration::from_secs);
    ApiError::Unavailable { status: Status(503), message: None, wait }
}

/// A story in which one cause alone wakes the app for something.
#[allow(clippy::too_many_lines, reason = "a table")]
pub fn about(wake: Wake) -> Story {
    let quiet = || Story::quiet(&format!("{wake:?}"));
    // A page comes, and after that only what is said.
    let first = |then: fn() -> Reply| move |ms| if ms < 1_000 { Reply::After(40) } else { then() };
    let fails = |wait| {
        move |ms| match ms {
            0..1_000 => Reply::Fails(40, unavailable(wait)),
            _ => Reply::After(40),
        }
    };
    match wake {
        Wake::TableWork => {
            let many = (0..70_000).map(|n| file(n, Stated::Nothing, Stated::Nothing)).collect();
            let mut story = Story { files: many, ..quiet() }.keys(500, "1").lasting(1);
            story.settings.limit = u16::MAX;
            story.settings.load = Load::All;
            story
        }
        Wake::PageRetry => quiet().served(fails(None)).keys(100, "?"),
        Wake::PageRetrySeconds => quiet().served(fails(Some(6))),
        Wake::LoadingSeconds => quiet().served(|_| Reply::After(8_000)),
        Wake::MessageEnd => quiet().file(None, None).keys(1_000, "t"),
        Wake::Stale => {
            // The service wants to be left alone: nothing is under way that would count its seconds.
            let mut story = quiet().every(5).file(None, None).lasting(40);
            let reset = Duration::from_secs(600);
            story.allowance = Some(Allowance { remaining: 0, reset });
            story
        }
        Wake::StaleAge => {
            let refused = || Reply::Fails(40, ApiError::KeyRefused { message: None, secret: None });
            quiet().every(5).file(None, None).served(first(refused)).lasting(70)
        }
        Wake::ReadOn => {
            let many = (0..300).map(|n| file(n, Stated::Nothing, Stated::Nothing)).collect();
            let mut story = Story { files: many, ..quiet() }.lasting(10);
            story.settings.load = Load::Auto;
            story
        }
        Wake::Refresh => quiet().every(5).file(None, None),
        Wake::RefreshSeconds => {
            let failing = || Reply::Fails(40, unavailable(None));
            quiet().every(5).file(None, None).served(first(failing)).lasting(20)
        }
        Wake::Alert | Wake::AlertBound => quiet().file(None, Some(DAY + 4)).keys(500, "?"),
        Wake::SearchPause => {
            let mut story = Story { files: (0..200).map(forever).collect(), ..quiet() };
            story.settings.limit = 7;
            story.keys(500, "p/zzz")
        }
        Wake::FilterBound => {
            quiet().file(None, Some(36 * HOUR + 30 * MINUTE + 4)).keys(500, "/left<1d12h30m\n")
        }
        Wake::Expiry => quiet().file(None, Some(5)).keys(500, "?"),
        Wake::RowCountdown => {
            quiet().file(None, Some(2 * DAY + 30 * MINUTE)).file(None, Some(3 * DAY + 5))
        }
        Wake::RowAge => quiet().file(Some(5 - 3 * HOUR), None),
        Wake::RowBar => {
            // Half of what is between two and three cells of ten days and some.
            let (life, left) = (10 * DAY + 2_000, 5 * DAY + 1_005);
            quiet().file(Some(left - life), Some(left))
        }
        Wake::DetailCountdown => {
            // In another part of the second than the age of what is known.
            let wall_ms = START_S * 1_000 + 20 * 60_000 + 300;
            Story { wall_ms, ..quiet() }.file(None, Some(3 * DAY + 1_800)).keys(500, "d")
        }
        Wake::VerifiedAge => quiet().file(None, None).keys(500, "d"),
        Wake::NextToExpire => {
            quiet().file(None, None).file(None, Some(20 * MINUTE)).keys(500, "/never\n")
        }
        Wake::Counts => {
            let story = quiet().file(None, None).file(None, Some(2 * DAY + 30 * MINUTE));
            story.file(None, Some(7 * DAY + 5)).keys(500, "/never\n")
        }
        Wake::Hour => {
            let wall_ms = START_S * 1_000 - 5_870;
            urgent(Story { wall_ms, ..quiet() }).file(None, Some(3 * DAY + 1_800)).keys(500, "a")
        }
        Wake::Day => {
            // It is an hour later than UTC there.
            let wall_ms = START_S * 1_000 + 9 * HOUR * 1_000 - 5_870;
            Story { wall_ms, ..quiet() }.file(None, None)
        }
        Wake::AskedWaitEnd => {
            let crowded = || Reply::Fails(40, unavailable(Some(6)));
            quiet().file(None, None).served(first(crowded)).keys(1_500, "r")
        }
        Wake::Urgency => urgent(quiet()).file(None, Some(36 * HOUR + 30 * MINUTE + 5)),
        Wake::Saving => Story { saving_fails: true, ..quiet() }.file(None, None).keys(500, "o?"),
        Wake::RescueBound => {
            let mut story = quiet().file(None, Some(36 * HOUR + 30 * MINUTE + 4)).keys(500, "?");
            let filter = Filter::parse("left<1d12h30m", story.settings.zone).unwrap().unwrap();
            story.settings.rescue = vec![RescueRule { filter, folder: "/x".into() }];
            story
        }
        // The first look fails, and is tried again, behind a screen that says nothing of it.
        Wake::Deleting => quiet()
            .file(None, None)
            .served(|ms| match ms {
                1_000..1_400 => Reply::Fails(40, unavailable(None)),
                _ => Reply::After(40),
            })
            .keys(500, "D")
            .keys(1_100, "y?"),
        Wake::DeletingSeconds => quiet()
            .file(None, None)
            .served(|ms| match ms {
                1_000..1_400 => Reply::Fails(40, unavailable(Some(6))),
                _ => Reply::After(40),
            })
            .keys(500, "D")
            .keys(1_100, "y"),
        // The second one waits, behind a screen that says nothing of it.
        Wake::Uploading => Story { upload_rests: true, ..quiet() }
            .file(None, None)
            .keys(300, "ux\n")
            .keys(1_600, "\nuy\n")
            .keys(2_700, "\n?")
            .lasting(12),
        Wake::UploadingSeconds => Story { upload_rests: true, ..quiet() }
            .file(None, None)
            .keys(300, "ux\n")
            .keys(1_600, "\n"),
        // The file that is asked about is hidden behind a filter, and the header has no room for it.
        Wake::QuestionCountdown => {
            let story = Story { size: (40, 9), ..quiet() };
            story.file(None, None).file(None, Some(20 * MINUTE)).keys(500, " /never\nD")
        }
        Wake::JobRate => quiet().file(None, None).keys(500, "o").lasting(20),
        Wake::SavingSeconds => {
            Story { saving_fails: true, ..quiet() }.file(None, None).keys(500, "o")
        }
        // It rests, and its file has less time left with each second.
        Wake::JobCountdown => quiet().file(None, Some(20 * MINUTE)).keys(500, "oJ "),
        Wake::BucketUrgency => urgent(quiet()).file(None, Some(90 * MINUTE + 4)).keys(500, "a"),
    }
}

/// Stories about what was wrong once, and is seldom met by lot; then many by lot.
pub fn all() -> impl Iterator<Item = Story> {
    once_wrong().into_iter().chain(each_layer()).chain((0..BY_LOT).map(by_lot))
}

/// A story about each way to be somewhere, over an account of which much is about to happen.
pub fn each_layer() -> impl Iterator<Item = Story> {
    KEYS.iter().map(|keys| {
        let story = Story::quiet(&format!("{keys:?}")).every(7).keys(900, keys);
        let story = story.file(Some(-3 * HOUR + 9), Some(20 * MINUTE));
        let story = story.file(Some(-7 * DAY + 6), Some(HOUR + 4)).file(None, Some(8));
        let story = story.file(None, Some(DAY + 5)).file(None, None);
        story.file(Some(-DAY), Some(6 * DAY + 7)).file(None, Some(2 * DAY + 11))
    })
}

fn once_wrong() -> [Story; 8] {
    let failing = |ms| match ms {
        0..1_000 => Reply::After(40),
        _ => Reply::Fails(40, unavailable(None)),
    };
    let mut titled = Story::quiet("the title depends on a rule's filter");
    let filter = Filter::parse("left<20h", titled.settings.zone).unwrap();
    titled.settings.alerts = vec![Rule { filter, ..Rule::new("rule", 86_400) }];
    let mut at_hour = Story::quiet("a narrowed table says which hour is meant");
    at_hour.wall_ms = START_S * 1_000 - 5_870;
    let asked = ApiError::Unavailable {
        status: Status(429),
        message: None,
        wait: Some(Duration::from_secs(90)),
    };
    [
        titled.file(None, Some(20 * HOUR + 4)).keys(500, "?"),
        at_hour.file(None, Some(3 * DAY + 1_800)).keys(500, "a\n"),
        // Its age grows while the seconds of the next try count down.
        Story::quiet("both").every(5).file(None, None).served(failing).lasting(70),
        // An agenda says why it counts nothing, with the seconds that it takes.
        Story::quiet("a slow first page behind an agenda")
            .served(|_| Reply::After(8_000))
            .keys(500, "a"),
        Story::quiet("a first page that fails behind an agenda")
            .every(5)
            .served(move |_| Reply::Fails(40, unavailable(None)))
            .keys(500, "a")
            .lasting(40),
        // Its rate falls while nothing more leaves.
        Story::quiet("an upload under jobs")
            .keys(300, "ux\n")
            .keys(2_000, "\n")
            .keys(2_300, "J")
            .lasting(20),
        Story::quiet("a deletion that waits under jobs")
            .file(None, None)
            .served(|ms| match ms {
                1_000..1_400 => Reply::Fails(40, unavailable(Some(6))),
                _ => Reply::After(40),
            })
            .keys(500, "D")
            .keys(1_100, "yJ"),
        Story::quiet("a wait is over").served(move |_| Reply::Fails(40, asked.clone())).lasting(95),
    ]
}

/// Keys that lead to each layer, focus and way of showing things.
const KEYS: &[&str] = &[
    "",
    "d",
    "i",
    "di",
    "?",
    "a",
    "aj\n",
    "ajjjjjjjjjjjjjjjjjjjjjjjjjj\n",
    "E",
    "J",
    "oJ",
    "ojo",
    "O",
    "s",
    "w",
    "Y",
    ":",
    ":ref",
    "d:",
    "d?",
    "\t",
    "\t\t",
    "\t\tjjj\n",
    "/left<3d\nA",
    "/left<3d\nAajjj\n",
    "p",
    "t",
    "tt",
    "B",
    "S",
    "1",
    "wG \n",
    "wG kk \n",
    "/left<24h",
    "/left<1h\n",
    "/not left<7d\n",
    "/left<(",
    "/name-0",
    "/age<3h\n",
    "\\name-00\n",
    "/left<6h and",
    "/never\n",
    "/expired\n",
    " v",
    "f",
    "r",
    "R",
    "L",
    "G",
    "y",
    "e",
    "e\n",
    "D",
    "  D2",
    "W",
    "!",
    "u",
    "ux\n",
];

/// Seconds from now, close to what changes a text, or far from it.
fn seconds(rng: &mut Rng) -> i64 {
    let near = [0, MINUTE, HOUR, HOUR, 2 * HOUR, DAY, DAY, 2 * DAY, 5 * DAY, 7 * DAY, 30 * DAY];
    let far = [700 * DAY, 730 * DAY, 1_000 * DAY, 9_999 * DAY, 100_000 * DAY];
    let span =
        if rng.u8(..6) == 0 { far[rng.usize(..far.len())] } else { near[rng.usize(..near.len())] };
    match rng.u8(..4) {
        0 => span + rng.i64(0..span / 3 + 90),
        _ => span + rng.i64(-5..30),
    }
}

fn by_lot(seed: u64) -> Story {
    let mut rng = Rng::with_seed(seed);
    let mut story = Story::quiet(&format!("story {seed}"));
    story.size = [(120, 36), (80, 24), (80, 24), (119, 40), (40, 9)][rng.usize(..5)];
    let about_to = [20 * 60_000, -9_870, -9_870, 9 * HOUR * 1_000 - 12_300, 77_777_777];
    story.wall_ms = START_S * 1_000 + about_to[rng.usize(..about_to.len())] + rng.i64(0..1_000);
    for number in 0..rng.usize(0..40) {
        let now_s = story.wall_ms.div_euclid(1_000);
        let expires = match rng.u8(..9) {
            0 => Stated::Nothing,
            1 => Stated::Odd,
            2 => Stated::Value(now_s - rng.i64(0..90)),
            _ => Stated::Value(now_s + seconds(&mut rng)),
        };
        let created = match (rng.u8(..9), expires) {
            (0, _) => Stated::Nothing,
            (1, _) => Stated::Value(now_s + rng.i64(0..200)),
            (2..5, Stated::Value(at)) => Stated::Value(at - [30, 600, 7 * DAY][rng.usize(..3)]),
            _ => Stated::Value(now_s - seconds(&mut rng)),
        };
        story.files.push(file(number, created, expires));
    }
    story.honest = rng.u8(..5) > 0;
    story.kept_s = [0, 3, 1_000][rng.usize(..3)];
    story.skew_ms = [None, Some(0), Some(3_600_400), Some(-90_250)][rng.usize(..4)];
    let reset = Duration::from_secs(9);
    story.allowance = (rng.u8(..6) == 0).then_some(Allowance { remaining: 0, reset });
    story.settings.limit = [100, 7][rng.usize(..2)];
    story.settings.refresh.interval =
        [None, Some(5), Some(7)][rng.usize(..3)].map(Duration::from_secs);
    story.settings.times = [Times::Relative, Times::Local, Times::Utc][rng.usize(..3)];
    if rng.u8(..4) == 0 {
        story = urgent(story);
    }
    story.saving_fails = rng.u8(..3) == 0;
    story.service = service(&mut rng);
    let mut at_ms = 300;
    for _ in 0..rng.usize(1..5) {
        story.keys.push((at_ms, KEYS[rng.usize(..KEYS.len())]));
        at_ms += rng.u64(200..9_000);
        if rng.bool() {
            story.keys.push((at_ms, "\u{1b}"));
            at_ms += 137;
        }
    }
    story.lasting(20)
}

/// A service that is in trouble from some moment on, the first one perhaps, for good or for a while.
fn service(rng: &mut Rng) -> Service {
    const TROUBLES: [fn() -> Reply; 8] = [
        || Reply::Never,
        || Reply::After(5_230),
        || Reply::Fails(60, unavailable(None)),
        || Reply::Fails(60, unavailable(None)),
        || Reply::Fails(60, unavailable(Some(7))),
        || Reply::Fails(60, unavailable(Some(100))),
        || Reply::Fails(60, ApiError::KeyRefused { message: None, secret: None }),
        || Reply::After(35),
    ];
    let trouble = TROUBLES[rng.usize(..TROUBLES.len())];
    let from = [0, rng.u64(0..9_000)][rng.usize(..2)];
    let to = [from + rng.u64(1_000..9_000), u64::MAX][rng.usize(..2)];
    let times = u128::from(from)..u128::from(to);
    Box::new(move |ms| if times.contains(&ms) { trouble() } else { Reply::After(60) })
}

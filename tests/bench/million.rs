//! Speed with a million files loaded. `cargo bench`, or one by one: `cargo bench --bench million -- draw`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Constraint;
use ratatui::style::Style;
use ratatui::widgets::{Block, Row, Table, TableState};
use shelflife::account::Load;
use shelflife::api::call::{Call, Reply};
use shelflife::api::retry::Policy;
use shelflife::api::{Answer, File, HasMore, Page, Reading, wire};
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::{App, Settings};
use shelflife::demo::DemoAccount;
use shelflife::lister::{Lister, Restarts};
use shelflife::store::field::Field;
use shelflife::store::filter::{Filter, Moment, Verdicts};
use shelflife::store::order::Order;
use shelflife::store::{Extent, FileNo, Intake, Origin, Store};
use shelflife::text;
use shelflife::text::Untrusted;
use shelflife::theme::{Background, Theme};
use shelflife::time::clock::Now;
use shelflife::time::expiry::Stated;
use shelflife::time::zone;
use shelflife::time::zone::Zone;
use shelflife::view;
use time::UtcOffset;

const NOW_S: i64 = 1_795_442_400;
const MILLION: u64 = 1_000_000;

fn main() {
    divan::main();
}

/// The first `files` of the demo account, in pages of 100.
fn pages(files: u64) -> impl Iterator<Item = Page> {
    let account = DemoAccount::new(files, NOW_S);
    (0..files.div_ceil(100)).map(move |page| {
        let after = (page * 100).checked_sub(1);
        let (files, has_more) = account.page(after, 100, NOW_S);
        let readings = files.into_iter().map(|file| {
            Reading::File(File {
                id: Untrusted::new(file.id),
                filename: Some(Untrusted::new(file.filename)),
                bytes: Stated::Value(file.bytes),
                created_at: Stated::Value(file.created_at),
                expires_at: file.expires_at.map_or(Stated::Nothing, Stated::Value),
                purpose: Some(Untrusted::new(file.purpose)),
                extra: None,
            })
        });
        Page {
            readings: readings.collect(),
            has_more: if has_more { HasMore::Yes } else { HasMore::No },
        }
    })
}

fn store(files: u64) -> Store {
    let mut store = Store::default();
    let mut after = None;
    for page in pages(files) {
        let last = page.last_id().cloned();
        take_in(&mut store, page, after.as_ref());
        after = last;
    }
    store
}

fn take_in(store: &mut Store, page: Page, after: Option<&Untrusted>) -> Intake {
    let origin = Origin { after, pass: 0, at_s: 1, extent: Extent::Open };
    store.take_in(page, origin).unwrap()
}

/// The dashboard with `files` loaded, at 120x40.
fn app(files: u64) -> App {
    let zone = Zone::Fixed(UtcOffset::UTC);
    let settings = Settings { load: Load::All, zone, ..Settings::new("bench", "127.0.0.1") };
    let now = Now { wall_ms: NOW_S * 1_000, mono: Duration::from_secs(1) };
    let lister = Lister::new(Policy::default(), Restarts::Allowed, 1);
    let mut app = App::new(settings, lister, 1, now);
    let mut effects = vec![];
    app.update(now, Event::Resized { width: 120, height: 40 }, &mut effects);
    for value in pages(files) {
        let ticket = effects.drain(..).find_map(|effect| match effect {
            Effect::Call(ticket, Call::List { .. }) => Some(ticket),
            _ => None,
        });
        let Some(ticket) = ticket else { break };
        let result = Ok(Answer { value: Reply::Page(value), date: None, allowance: None });
        app.update(now, Event::Replied(ticket, result), &mut effects);
    }
    assert_eq!(app.store().len() as u64, files);
    app
}

/// A key, the frame that follows, and the next deadline: what the operator waits for.
#[divan::bench(args = [1_000, 10_000, 100_000, MILLION])]
fn key_and_draw_one_frame(bencher: Bencher, files: u64) {
    let mut app = app(files);
    let theme = Theme::ansi(Background::Dark);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let now = Now { wall_ms: NOW_S * 1_000, mono: Duration::from_secs(1) };
    let mut effects = vec![];
    let mut keys = ["j", "k"].iter().cycle();
    bencher.bench_local(|| {
        let key = KeyCode::Char(keys.next().unwrap().chars().next().unwrap());
        let event = Event::KeyPressed(KeyEvent::new(key, KeyModifiers::NONE));
        app.update(now, event, &mut effects);
        terminal.draw(|frame| view::draw(&app, &theme, frame)).unwrap();
        black_box(app.deadline())
    });
}

/// What a frame may be compared with: ratatui's own `Table` over the same rows, which are all that it
/// is given, without header, timeline and detail.
#[divan::bench]
fn draw_the_window_with_ratatuis_table(bencher: Bencher) {
    let app = app(1_000);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let mut state = TableState::default();
    let widths = [40, 11, 14, 9, 16].map(Constraint::Length);
    let mut rows = [0, 1].iter().cycle();
    bencher.bench_local(|| {
        state.select(rows.next().copied());
        terminal
            .draw(|frame| {
                let row = |no: &FileNo| {
                    let file = app.store().file(*no);
                    let size = file.bytes.value().map_or(String::new(), text::size);
                    let purpose = file.purpose.map_or(String::new(), |p| p.printable_within(64));
                    let age = zone::age(file.created_at, app.server_ms());
                    let left = app.time_left(&file).to_string();
                    Row::new([file.name_to_show(), size, purpose, age, left])
                };
                let table = Table::new(app.table().window().iter().map(row), widths)
                    .header(Row::new(["Filename", "Size", "Purpose", "Created", "Time left"]))
                    .block(Block::bordered())
                    .row_highlight_style(Style::new().reversed());
                frame.render_stateful_widget(table, frame.area(), &mut state);
            })
            .unwrap();
    });
}

/// 100 files from JSON bytes into a store that holds `files` already.
#[divan::bench(args = [0, MILLION])]
fn read_a_page_of_100_into_the_store(bencher: Bencher, files: u64) {
    let account = DemoAccount::new(MILLION + 10_000, NOW_S);
    let mut next = files.max(1) - 1;
    let mut store = store(files);
    bencher
        .with_inputs(|| {
            let (data, has_more) = account.page(Some(next), 100, NOW_S);
            next += 100;
            serde_json::to_vec(
                &serde_json::json!({"object": "list", "data": data, "has_more": has_more}),
            )
            .unwrap()
        })
        .bench_local_values(|body| {
            let page = wire::read_page(&body).unwrap();
            let last = store.sequence().last().map(|no| store.file(*no).id.to_owned());
            take_in(&mut store, page, last.as_ref())
        });
}

#[divan::bench(args = [Field::TimeLeft, Field::Filename, Field::Size], sample_count = 10)]
fn sort_a_million(bencher: Bencher, key: Field) {
    let store = store(MILLION);
    bencher.bench_local(|| Order::sorted(&store, key, false));
}

/// Names that begin alike for longer than sorting looks at first.
#[divan::bench(sample_count = 10)]
fn sort_a_million_long_names(bencher: Bencher) {
    let mut store = Store::default();
    let mut last: Option<Untrusted> = None;
    for mut page in pages(MILLION) {
        for reading in &mut page.readings {
            let Reading::File(File { filename: Some(name), .. }) = reading else { continue };
            let begin = b"experiments/2026-11/evaluation-of-answers/llama-70b-instruct/".to_vec();
            *name = Untrusted::new([begin.as_slice(), name.raw()].concat());
        }
        let next = page.last_id().cloned();
        take_in(&mut store, page, last.as_ref());
        last = next;
    }
    bencher.bench_local(|| Order::sorted(&store, Field::Filename, false));
}

#[divan::bench(
    args = ["output", "batch-0412", "no such file", "size>=10MiB and left<24h", "/-out(put)?/"],
    sample_count = 10
)]
fn filter_a_million(bencher: Bencher, text: &str) {
    let store = store(MILLION);
    let all = Order::sorted(&store, Field::TimeLeft, false);
    let filter = Filter::parse(text, Zone::Fixed(UtcOffset::UTC)).unwrap().unwrap();
    let marked = HashSet::new();
    let moment = Moment { server_ms: NOW_S * 1_000, marked: &marked };
    bencher.bench_local(|| {
        let mut verdicts = Verdicts::default();
        filter.judge(&store, &moment, usize::MAX, &mut verdicts);
        all.filtered(|no| verdicts.admits(no))
    });
}

//! Sums of sizes that nobody knows all of: none is told as exact, wherever it stands.

use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;

use crate::support::binary::text as printed;
use crate::support::driver::{Driver, START_S};
use crate::support::files::list;
use crate::support::lying::{Held, Script};
use crate::support::place::Place;
use crate::support::screen::text;

/// As many files as there are sizes, which all go within the day.
fn driver(width: u16, height: u16, sizes: &[Option<u64>]) -> Driver {
    let file = |(n, bytes): (usize, &Option<u64>)| {
        let bytes = bytes.map_or("null".to_owned(), |bytes| bytes.to_string());
        let expires_at = START_S + 3_600 * i64::try_from(n + 2).unwrap();
        format!(
            r#"{{"id":"file_{n}","object":"file","bytes":{bytes},"created_at":{START_S},"expires_at":{expires_at},"filename":"name-{n}.jsonl","purpose":"batch"}}"#
        )
    };
    let files: Vec<String> = sizes.iter().enumerate().map(file).collect();
    let settings = Settings { downloads: "/srv/results".into(), ..Driver::settings() };
    let mut driver = Driver::started(width, height, settings);
    driver.answer(&list(&files, false));
    driver
}

const SOME: &[Option<u64>] = &[Some(1_000), None, Some(1_007), None];

#[test]
fn no_sum_of_the_dashboard_leaves_out_what_is_not_known() {
    for (keys, sizes, words) in [
        ("D", &[None][..], "deletes 1 file, 1 of unknown size, for good"),
        (" ", &[None], "◆ 1 marked · 1 of unknown size"),
        ("^D", SOME, "deletes 4 files, 1.96 KiB + 2 of unknown size, for good"),
        ("^j", SOME, "◆ 4 marked · 1.96 KiB + 2 of unknown size"),
        ("^**  ", SOME, "◆ 2 marked · 1,007 B + 1 of unknown size"),
        ("!", SOME, "saves 4 files, 1.96 KiB + 2 of unknown size"),
        ("", SOME, "4 files · 1.96 KiB + 2 of unknown size"),
        ("", SOME, "at risk 1.96 KiB + 2 of unknown size"),
        ("", &[Some(1_000), Some(1_007)], "at risk 1.96 KiB · "),
        ("a", SOME, "1.96 KiB  + 2 of unknown size"),
    ] {
        let mut driver = driver(160, 36, sizes);
        for key in keys.chars() {
            if key == '^' { driver.control('a') } else { driver.keys(&key.to_string()) }
        }
        driver.answer_questions();
        if driver.effects.iter().any(|effect| matches!(effect, Effect::LookAtRoom(_))) {
            driver.tell(Event::RoomTold(Ok(Some(1 << 30))));
        }
        let screen = text(&driver.app, 160, 36);
        assert!(screen.contains(words), "{keys}: {words}: {screen}");
    }
}

/// Where all of it finds no room, a sign says that there is more.
#[test]
fn a_narrow_screen_says_in_short_that_a_sum_is_none() {
    for (keys, words) in [("^D", "deletes 4 files, ≥1.96 KiB"), ("!", "saves 4 files, ≥1.96 KiB")]
    {
        let mut driver = driver(40, 16, SOME);
        for key in keys.chars() {
            if key == '^' { driver.control('a') } else { driver.keys(&key.to_string()) }
        }
        driver.answer_questions();
        if driver.effects.iter().any(|effect| matches!(effect, Effect::LookAtRoom(_))) {
            driver.tell(Event::RoomTold(Ok(Some(1 << 30))));
        }
        let screen = text(&driver.app, 40, 16);
        assert!(screen.contains(words), "{keys}: {screen}");
    }
    let mut driver = driver(120, 36, SOME);
    driver.keys("a");
    let screen = text(&driver.app, 120, 36);
    let rows: Vec<&str> = screen.lines().filter(|line| line.contains("name-1.jsonl")).collect();
    assert!(rows.iter().any(|row| row.contains("           ? ")), "{screen}");
}

#[test]
fn no_sum_of_a_command_leaves_out_what_is_not_known() {
    let soon = time::OffsetDateTime::now_utc().unix_timestamp() + 3_600;
    let files = (0..4).map(|n| Held {
        expires_at: Some(soon),
        ..Held::new(&format!("f{n}"), &format!("{n}.jsonl"), "{\"a\":1}\n")
            .listed((n % 2 == 0).then_some(1_000 + 7 * (n / 2)))
    });
    let server = Script::honest().serve(files.collect::<Vec<_>>());
    let place = Place::new();
    let said = |arguments: &[&str]| printed(&place.run(&server.url, arguments).stderr);
    let sum = "1.96 KiB + 2 of unknown size";
    let rescue = said(&["rescue", "--to", "to", "--dry-run"]);
    assert!(rescue.contains(&format!("4 files at risk, {sum}")), "{rescue}");
    let delete = said(&["delete", "f0", "f1", "f2", "f3", "--yes"]);
    assert!(delete.contains("unknown size") || !delete.contains("deletes"), "{delete}");
    let server = Script::honest().serve([Held::new("f0", "0.jsonl", "{}\n").listed(None)]);
    let download = printed(&place.run(&server.url, &["download", "f0", "--to", "to"]).stderr);
    assert!(download.contains("saving 1 file, 1 of unknown size, to "), "{download}");
}

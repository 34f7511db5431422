//! The table where there is little room: what falls away before a filename is squeezed.

use shelflife::app::Settings;
use shelflife::app::geometry::columns::{shows_bars, width_of};
use shelflife::app::settings::Times;
use shelflife::store::field::Field;

use crate::support::driver::Driver;
use crate::support::files::{account, hours, page};
use crate::support::screen::text;

#[test]
fn all_but_the_countdown_falls_away_before_a_filename_has_less_than_two_dozen_cells() {
    for times in [Times::Relative, Times::Local] {
        for keys in ["", "p", "wG  q"] {
            let mut before = None;
            for width in 30..200 {
                let settings = Settings { times, ..Driver::settings() };
                let mut driver = Driver::started(width, 20, settings);
                driver.answer(&page(0..9, hours, false));
                driver.keys(keys);
                let cells = |field| width_of(&driver.app, field);
                let name = cells(Field::Filename).unwrap();
                let others = [Field::Size, Field::Purpose, Field::Created]
                    .map(|field| cells(field).is_some());
                let what = format!("{width} {times:?} {keys:?}: {name}, {others:?}");
                let bars = shows_bars(&driver.app);
                assert!(name >= 24 || !bars && others == [false; 3], "{what}");
                assert!(cells(Field::TimeLeft).is_some(), "{what}");
                // The creation goes before the bar, and that before the size.
                assert!(!others[2] || bars, "{what}");
                assert!(!bars || others[0], "{what}");
                before = before.max(Some(name));
            }
        }
    }
    let five = Driver::showing(120, 36, &account(false));
    for field in [Field::Filename, Field::Size, Field::Purpose, Field::Created, Field::TimeLeft] {
        assert!(width_of(&five.app, field).is_some(), "{field:?} at 120x36");
    }
}

#[test]
fn a_width_of_the_operators_own_is_kept() {
    let mut driver = Driver::showing(80, 24, &account(false));
    driver.keys("w");
    (0..40).for_each(|_| driver.keys("-"));
    driver.keys("q");
    assert_eq!(width_of(&driver.app, Field::Filename), Some(4));
    assert!(width_of(&driver.app, Field::Created).is_some() && shows_bars(&driver.app));
}

#[test]
fn what_all_names_in_view_end_with_is_said_once_where_it_costs_them_cells() {
    let long = |n: i64| {
        let name = format!("name-{n:04}");
        page([n], hours, false).replace(&name, &format!("nightly-evaluation-{name}-output"))
    };
    let files = |numbers: std::ops::Range<i64>| {
        let each = numbers.map(|n| {
            let page = long(n);
            let (from, to) = (page.find('[').unwrap() + 1, page.rfind(']').unwrap());
            page[from..to].to_owned()
        });
        format!(r#"{{"data":[{}],"has_more":false}}"#, each.collect::<Vec<_>>().join(","))
    };
    let driver = Driver::showing(46, 12, &files(0..4));
    let screen = text(&driver.app, 46, 12);
    assert!(screen.contains("Filename …-output.jsonl"), "{screen}");
    for n in 0..4 {
        assert!(screen.contains(&format!("nightly-evalu…ion-name-{n:04}")), "{screen}");
    }
    // Where every name has the room that it needs, it is whole.
    let driver = Driver::showing(100, 24, &files(0..4));
    let screen = text(&driver.app, 100, 24);
    assert!(screen.contains("nightly-evaluation-name-0003-output.jsonl"), "{screen}");
    assert!(screen.contains("Filename  "), "{screen}");
}

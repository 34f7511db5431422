use super::*;
use crate::api::{File, HasMore, Page, Reading};
use crate::store::facts::PageFacts;
use crate::text::Untrusted;

pub(super) fn file(id: &str, name: &str, expires_at: Stated<i64>) -> File {
    File {
        id: Untrusted::new(id),
        filename: Some(Untrusted::new(name)),
        bytes: Stated::Value(10),
        created_at: Stated::Value(1),
        expires_at,
        purpose: Some(Untrusted::new("batch")),
        extra: None,
    }
}

pub(super) fn page(files: impl IntoIterator<Item = File>) -> Page {
    let readings = files.into_iter().map(Reading::File).collect();
    Page { readings, has_more: HasMore::No }
}

/// Takes a page in as a pass does; tells what the paging machine is told.
pub(super) fn take_in(
    store: &mut Store,
    page: Page,
    after: Option<&Untrusted>,
    pass: u32,
) -> Result<PageFacts, Full> {
    let origin = Origin { after, pass, at_s: 1, extent: Extent::Open };
    store.take_in(page, origin).map(|intake| intake.facts)
}

fn ids(store: &Store, order: &Order) -> Vec<String> {
    order.rows().iter().map(|no| store.file(*no).id.printable().into_owned()).collect()
}

#[test]
fn what_goes_in_comes_out() {
    let mut store = Store::default();
    let mut odd = file("b", "", Stated::Odd);
    odd.filename = None;
    odd.purpose = None;
    odd.bytes = Stated::Odd;
    odd.created_at = Stated::Nothing;
    odd.extra = Some("{\"x\":1}".into());
    let facts =
        take_in(&mut store, page([file("a", "name", Stated::Value(7)), odd]), None, 0).unwrap();
    assert_eq!(facts, PageFacts { last: Some(Untrusted::new("b")), fresh: 2, new: 2 });

    let a = store.file(store.find_key(b"a").unwrap());
    assert_eq!(a.filename.unwrap().raw(), b"name");
    assert_eq!(
        (a.bytes, a.created_at, a.expires_at),
        (Stated::Value(10), Stated::Value(1), Stated::Value(7))
    );
    assert_eq!((a.purpose.unwrap().raw(), a.extra), (b"batch".as_slice(), None));

    let b = store.file(store.find_key(b"b").unwrap());
    assert!(b.filename.is_none() && b.purpose.is_none());
    assert_eq!((b.bytes, b.created_at, b.expires_at), (Stated::Odd, Stated::Nothing, Stated::Odd));
    assert_eq!(b.extra, Some("{\"x\":1}"));
    assert_eq!(store.total_bytes(), TotalBytes { known: 10, unknown: 1 });
    assert!(store.find_key(b"c").is_none());
}

#[test]
fn the_newest_reading_wins_and_one_id_is_one_row() {
    let mut store = Store::default();
    take_in(
        &mut store,
        page([file("a", "n", Stated::Value(7)), file("b", "n", Stated::Value(8))]),
        None,
        0,
    )
    .unwrap();
    let mut newer = file("a", "n", Stated::Value(9));
    newer.bytes = Stated::Value(99);
    let facts = take_in(&mut store, page([newer]), None, 0).unwrap();
    assert_eq!((facts.fresh, facts.new, store.len()), (0, 0, 2));
    assert_eq!(store.total_bytes().known, 109);
    assert_eq!(ids(&store, &store.by_expiry), ["b", "a"]);
    assert_eq!(
        store.take_delta(),
        Delta { added: vec![FileNo(0), FileNo(1)], changed: vec![], ..Delta::default() }
    );
    take_in(&mut store, page([file("a", "n", Stated::Value(7))]), None, 0).unwrap();
    assert_eq!(
        store.take_delta(),
        Delta { added: vec![], changed: vec![FileNo(0)], ..Delta::default() }
    );
    assert_eq!(store.take_delta(), Delta::default());

    let renamed =
        take_in(&mut store, page([file("a", "other", Stated::Value(7))]), None, 1).unwrap();
    assert_eq!(
        (renamed.fresh, renamed.new, store.len()),
        (1, 0, 2),
        "in a later pass a name may change"
    );
}

#[test]
fn two_files_with_one_id_are_both_shown_and_flagged() {
    let mut store = Store::default();
    let twins = || page([file("a", "one", Stated::Value(7)), file("a", "two", Stated::Value(8))]);
    take_in(&mut store, twins(), None, 0).unwrap();
    take_in(&mut store, twins(), None, 0).unwrap();
    let swapped = page([file("a", "two", Stated::Value(8)), file("a", "one", Stated::Value(7))]);
    take_in(&mut store, swapped, None, 1).unwrap();
    assert_eq!(store.len(), 2);
    assert!(store.numbers().all(|no| store.file(no).conflicting));
}

#[test]
fn unreadable_files_are_rows_of_their_own() {
    let unreadable = || Unreadable { raw: Untrusted::new("{}"), why: "it has no id".into() };
    let mut store = Store::default();
    let readings = || {
        vec![
            Reading::Unreadable(unreadable()),
            Reading::Unreadable(unreadable()),
            Reading::File(file("a", "n", Stated::Nothing)),
            Reading::Unreadable(unreadable()),
        ]
    };
    for _ in 0..2 {
        take_in(&mut store, Page { readings: readings(), has_more: HasMore::No }, None, 0).unwrap();
        assert_eq!((store.len(), store.unreadable_count()), (4, 3));
    }
    assert_eq!(store.expiry_counts(0), ExpiryCounts { never: 1, unknown: 3, ..Default::default() });
}

#[test]
fn counts_move_with_time_and_agree_with_the_countdowns() {
    use crate::time::expiry::{Thresholds, TimeLeft, Urgency};
    let mut store = Store::default();
    let now = 1_000_000_000_i64;
    let lefts = [-5, 0, 1, 59, 3_599, 3_600, 86_399, 86_400, 604_799, 604_800, 9_999_999];
    let dated =
        lefts.iter().map(|left| file(&left.to_string(), "n", Stated::Value(now / 1_000 + left)));
    let rest = [file("never", "n", Stated::Nothing), file("odd", "n", Stated::Odd)];
    take_in(&mut store, page(dated.chain(rest)), None, 0).unwrap();
    for at in [now - 1_000, now - 1, now, now + 1, now + 999, now + 1_000, now + 3_600_000] {
        let counts = store.expiry_counts(at);
        let with = |wanted: Urgency| {
            store
                .numbers()
                .filter(|no| {
                    TimeLeft::of(store.file(*no).expires_at, at).urgency(Thresholds::default())
                        == wanted
                })
                .count()
        };
        assert_eq!(counts.expired, with(Urgency::Expired), "{at}");
        assert_eq!(counts.within_hour, with(Urgency::Critical), "{at}");
        assert_eq!(counts.within_day, with(Urgency::Soon), "{at}");
        assert_eq!(counts.within_week + counts.later, with(Urgency::Fresh), "{at}");
        assert_eq!((counts.never, counts.unknown), (1, 1));
        let wait = i64::try_from(store.next_count_change_ms(at).unwrap()).unwrap();
        assert_eq!(store.expiry_counts(at + wait - 1), counts, "{at}: holds until then");
        assert_ne!(store.expiry_counts(at + wait), counts, "{at}: changes then");
        let next = store.next_to_expire(at).unwrap();
        assert_eq!(store.by_expiry.rows()[counts.expired], next);
    }
    assert_eq!(store.next_to_expire(i64::MAX), None);
    assert_eq!(Store::default().next_to_expire(0), None);
}

#[test]
fn files_without_the_value_come_last_in_both_directions() {
    let mut store = Store::default();
    take_in(
        &mut store,
        page([
            file("never", "n", Stated::Nothing),
            file("late", "n", Stated::Value(9)),
            file("odd", "n", Stated::Odd),
            file("early", "n", Stated::Value(3)),
            file("early2", "n", Stated::Value(3)),
        ]),
        None,
        0,
    )
    .unwrap();
    let sorted = |descending| ids(&store, &Order::sorted(&store, Field::TimeLeft, descending));
    assert_eq!(sorted(false), ["early", "early2", "late", "odd", "never"]);
    assert_eq!(sorted(true), ["late", "early", "early2", "odd", "never"]);
}

/// Random pages with repeats and changes: every order kept up by merging is the one that sorting
/// afresh gives, every file is found where it stands, and the sums are those of a naive list.
#[test]
fn orders_kept_by_merging_equal_orders_sorted_afresh() {
    for seed in 0..300 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut store = Store::default();
        let mut naive: Vec<File> = vec![];
        let key = Field::ALL[rng.usize(..5)];
        let mut order = Order::new(key, rng.bool());
        for pass in 0..rng.u32(1..8) {
            let files: Vec<File> =
                (0..rng.usize(..12)).map(|_| random_file(&mut rng, pass)).collect();
            for file in &files {
                match naive.iter_mut().find(|known| known.id == file.id) {
                    Some(known) => *known = file.clone(),
                    None => naive.push(file.clone()),
                }
            }
            take_in(&mut store, page(files), None, pass).unwrap();
            if rng.bool() {
                continue;
            }
            let delta = store.take_delta();
            order.apply(&store, &delta);

            let fresh = Order::sorted(&store, key, order.is_descending());
            assert_eq!(order.rows(), fresh.rows());
            for (at, no) in order.rows().iter().enumerate() {
                assert_eq!(order.position(&store, *no), Some(at));
            }
            assert_eq!(
                store.by_expiry.rows(),
                Order::sorted(&store, Field::TimeLeft, false).rows()
            );
            let sum: u128 = naive.iter().filter_map(|f| f.bytes.value()).map(u128::from).sum();
            let unknown = naive.iter().filter(|f| f.bytes.value().is_none()).count();
            assert_eq!(store.total_bytes(), TotalBytes { known: sum, unknown });
            let never = naive.iter().filter(|f| f.expires_at == Stated::Nothing);
            let never: TotalBytes = never.map(|f| f.bytes.value()).collect();
            assert_eq!(store.bytes_never_expiring(), never);
            let ahead = naive.iter().filter(|f| f.expires_at.value().is_some_and(|at| at > 1_000));
            let ahead: TotalBytes = ahead.map(|f| f.bytes.value()).collect();
            assert_eq!(store.bytes_expiring(1_001, i64::MAX), ahead);
            assert_eq!(store.len(), naive.len());
            for (no, expected) in store.numbers().zip(&naive) {
                let file = store.file(no);
                assert_eq!((file.id, file.expires_at), (expected.id.borrow(), expected.expires_at));
                assert_eq!(file.filename, expected.filename.as_ref().map(Untrusted::borrow));
            }
        }
    }
}

/// Within a pass the name follows from the id, so that no two files of one id conflict.
pub(super) fn random_file(rng: &mut fastrand::Rng, pass: u32) -> File {
    let stated = |rng: &mut fastrand::Rng| match rng.u8(..6) {
        0 => Stated::Nothing,
        1 => Stated::Odd,
        _ => Stated::Value(rng.i64(1..20)),
    };
    let id = rng.u32(..30);
    let mut made = file(&format!("id{id}"), &format!("n{}", (id + pass) % 5), stated(rng));
    made.created_at = stated(rng);
    made.bytes = if rng.bool() { Stated::Value(rng.u64(..50)) } else { Stated::Nothing };
    made.purpose = rng.bool().then(|| Untrusted::new(format!("p{}", rng.u8(..3))));
    made
}

/// A page of files with these ids and filenames.
fn named(files: &[(&str, &str)], change: impl Fn(usize, &mut File)) -> Page {
    let reading = |(n, (id, name)): (usize, &(&str, &str))| {
        let mut file = File {
            id: Untrusted::new(*id),
            filename: Some(Untrusted::new(*name)),
            bytes: Stated::Value(1),
            created_at: Stated::Value(1 + i64::try_from(n).unwrap()),
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        };
        change(n, &mut file);
        Reading::File(file)
    };
    Page { readings: files.iter().enumerate().map(reading).collect(), has_more: HasMore::No }
}

fn from_the_start(pass: u32) -> Origin<'static> {
    Origin { after: None, pass, at_s: 1, extent: Extent::Open }
}

#[test]
fn what_is_read_again_as_it_was_has_not_changed_however_odd_it_is() {
    let ids: Vec<String> = (0..70_000).map(|n| format!("f{n}")).collect();
    let files: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "a")).collect();
    let page = || {
        named(&files, |n, file| {
            file.extra = Some(format!("{{\"sha\":{n}}}").into());
            file.purpose = Some(Untrusted::new(n.to_string()));
            file.bytes = Stated::Value(u64::MAX - u64::try_from(n % 3).unwrap());
            file.expires_at = Stated::Value(i64::MIN + i64::try_from(n % 3).unwrap());
        })
    };
    let mut store = Store::default();
    store.take_in(page(), from_the_start(0)).unwrap();
    assert_eq!(store.take_in(page(), from_the_start(1)).unwrap().changed, []);
    let last = store.find(&Untrusted::new("f69999")).unwrap();
    assert_eq!(store.file(last).extra, Some("{\"sha\":69999}"));
    assert_eq!(store.file(last).bytes, Stated::Odd, "nothing is that large");
}

#[test]
fn texts_that_change_all_the_time_take_no_more_memory() {
    let mut store = Store::default();
    let name = |n: usize| format!("{n:010}{}", "x".repeat(1_000));
    for n in 0..10_000 {
        let page = named(&[("a", &name(n))], |_, file| {
            file.extra = Some(format!("{{\"n\":{n}}}").into());
            file.purpose = Some(Untrusted::new(n.to_string()));
        });
        store.take_in(page, from_the_start(u32::try_from(n).unwrap())).unwrap();
    }
    assert!(store.text.len() < 4 * 1_024 * 1_024, "{}", store.text.len());
    let file = store.file(store.sequence()[0]);
    assert_eq!((file.extra, file.purpose.unwrap().raw()), (Some("{\"n\":9999}"), &b"9999"[..]));
}

#[test]
fn a_conflict_ends_with_one_of_the_two() {
    for stays in ["a", "b"] {
        let mut store = Store::default();
        store.take_in(named(&[("f", "a"), ("f", "b")], |_, _| {}), from_the_start(0)).unwrap();
        assert!(store.numbers().all(|no| store.file(no).conflicting));
        let intake = store.take_in(named(&[("f", stays)], |_, _| {}), from_the_start(1)).unwrap();
        assert_eq!(intake.missing.len(), 1);
        store.remove(&intake.missing);
        let no = store.sequence()[0];
        let file = store.file(no);
        assert!(!file.conflicting && store.can_be_asked_for(no));
        assert_eq!(file.filename.unwrap().raw(), stays.as_bytes());
    }
}

#[test]
fn a_new_file_in_an_order_that_is_not_by_creation_makes_nobody_missing() {
    let made = |file: &mut File, at| file.created_at = Stated::Value(at);
    let mut store = Store::default();
    let page = named(&[("b", ""), ("d", ""), ("f", ""), ("h", "")], |n, file| {
        made(file, [1, 50, 20, 90][n]);
    });
    store.take_in(page, from_the_start(0)).unwrap();
    let mut page = named(&[("b", ""), ("d", ""), ("e", "")], |n, file| made(file, [1, 50, 30][n]));
    page.has_more = HasMore::Yes;
    let origin = Origin { extent: Extent::Loaded, ..from_the_start(1) };
    let intake = store.take_in(page, origin).unwrap();
    assert_eq!((intake.doubtful, intake.missing, intake.added.len()), (vec![], vec![], 1));
}

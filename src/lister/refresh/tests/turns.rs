//! Whose turn it is: small budgets, files that expire, and passes over a list whose order proves
//! nothing.

use super::*;

fn budget(list_requests: u32) -> RefreshPolicy {
    RefreshPolicy { list_requests, ..RefreshPolicy::default() }
}

#[test]
fn a_budget_too_small_for_all_parts_goes_from_one_to_the_next() {
    type Rounds = [&'static [usize]; 6];
    let rounds: [(u32, Rounds); 3] = [
        (1, [&[500], &[1_900], &[0], &[500], &[1_900], &[100]]),
        (2, [&[500, 1_900], &[1_900, 0], &[100, 200], &[500, 1_900], &[1_900, 300], &[400, 500]]),
        (
            3,
            [
                &[500, 1_900, 0],
                &[500, 1_900, 100],
                &[500, 1_900, 200],
                &[500, 1_900, 300],
                &[500, 1_900, 400],
                &[500, 1_900, 600],
            ],
        ),
    ];
    for (list_requests, expected) in rounds {
        let mut world = World::under(budget(list_requests), 2_000);
        world.view = world.store.sequence()[510..540].to_vec();
        let files = world.numbers();
        let begun: Vec<Vec<usize>> = (0..6).map(|_| world.round(&files)).collect();
        assert_eq!(begun, expected, "{list_requests}");
    }
}

/// What is in view is stale after twice as many rounds as it takes to read it.
#[test]
fn a_scattered_view_is_read_in_as_many_rounds_as_are_reckoned_for_it() {
    for (list_requests, pages, rounds) in [
        (1, 1, 3),
        (1, 4, 12),
        (2, 1, 3),
        (2, 4, 12),
        (3, 1, 1),
        (3, 2, 2),
        (3, 3, 3),
        (4, 2, 1),
        (4, 3, 2),
        (5, 3, 1),
        (5, 4, 2),
        (10, 0, 0),
        (10, 6, 1),
        (10, 7, 2),
        (10, 13, 3),
    ] {
        let mut world = World::under(budget(list_requests), 2_000);
        let reckoned = world.refresher.rounds_for_view(pages, &world.pace);
        assert_eq!(reckoned, rounds, "{list_requests}: {pages}");
        // The last pages, which the rest comes to last.
        let one_of_each = world.store.sequence().iter().copied().skip(50).step_by(100);
        world.view = one_of_each.rev().skip(1).take(pages as usize).collect();
        let files = world.numbers();
        for _ in 0..rounds {
            world.round(&files);
        }
        let unread = world.view.iter().filter(|no| world.store.file(**no).verified_s < 2).count();
        assert_eq!(unread, 0, "{list_requests}: {pages}");
    }
}

#[test]
fn an_interval_goes_from_the_beginning_of_one_round_to_that_of_the_next() {
    for (takes_s, next_s) in [(7, 30), (30, 30), (50, 50)] {
        let mut world = World::new(50);
        world.begin();
        let began = world.now;
        world.now += SECOND * takes_s;
        world.answer(&(0..50).collect::<Vec<_>>());
        world.next();
        assert!(world.with(Refresher::finish).is_some());
        assert_eq!(world.refresher.due(&world.pace), Some(began + SECOND * next_s), "{takes_s}");
    }
}

/// However scattered the view is: new files appear at the end, and the rest is verified too.
#[test]
fn a_scattered_view_leaves_a_turn_to_the_end_and_to_the_rest() {
    for list_requests in 3..=10 {
        let mut world = World::under(budget(list_requests), 2_000);
        world.view = world.store.sequence()[..1_000].iter().copied().step_by(50).collect();
        let files = world.numbers();
        let begun = world.round(&files);
        assert_eq!(begun.len(), list_requests as usize);
        let view = begun.iter().filter(|place| **place < 1_000).count();
        assert!(begun.contains(&1_900), "{list_requests}: {begun:?}");
        assert!(view < begun.len(), "{list_requests}: {begun:?}");
        let next = world.round(&files);
        assert!(next.contains(&1_900), "{list_requests}: {next:?}");
    }
}

/// More new files than a round can read leave the rest its turn.
#[test]
fn an_end_that_goes_on_and_on_leaves_a_turn_to_the_rest() {
    for list_requests in 3..=10 {
        let mut world = World::holding(4_000..7_000, true);
        world.refresher = Refresher::new(budget(list_requests), 1, START);
        world.round(&(4_000..7_000).collect::<Vec<_>>());
        let files: Vec<usize> = (1_000..7_000).collect();
        let begun = world.round(&files);
        let places: Vec<usize> = (0..list_requests as usize - 1).map(|page| page * 100).collect();
        assert_eq!(begun[..places.len()], places);
        assert!(begun[places.len()..].iter().all(|place| *place >= 3_000), "{begun:?}");
        assert_eq!(begun.len(), list_requests as usize);
    }
}

/// Pages and single files together are no more than half of what the service allows.
#[test]
fn who_is_missing_is_asked_for_within_the_share() {
    let mut world = World::new(100);
    world.pace.allow(Allowance::read("12", "60"), world.now);
    world.begin();
    world.answer(&(20..100).collect::<Vec<_>>());
    let mut checks = 0;
    while let Some(RefreshRequest { ask: Ask::File { .. }, .. }) = world.next() {
        checks += 1;
        world.checked();
    }
    assert_eq!(1 + checks, 3);
}

/// Hazards 1: an id that cannot stand in a path.
#[test]
fn a_file_without_a_usable_id_is_never_asked_for() {
    let mut world = World::new(0);
    for (place, text) in ["..", "a/b", "c"].into_iter().enumerate() {
        let mut page = page(&[place], false, true);
        let Reading::File(file) = &mut page.readings[0] else { panic!("a file") };
        file.id = Untrusted::new(text);
        let origin = Origin { after: None, pass: 0, at_s: 1, extent: Extent::Open };
        world.store.take_in(page, origin).unwrap();
    }
    let files: Vec<FileNo> = world.store.sequence().to_vec();
    assert_eq!(files.len(), 3);
    world.store.mark_missing(&files);
    world.begin();
    world.refresher.suspect(&files);
    for no in &files {
        world.refresher.file_expired(*no, world.now);
    }
    let mut asked = vec![];
    loop {
        match world.asked() {
            Some(Ask::File { id, .. }) => {
                asked.push(id);
                world.checked();
            }
            Some(Ask::Page { .. }) => world.refresher.page_overtaken(world.request()),
            None => break,
        }
        if asked.len() > 2 || world.next().is_none() {
            break;
        }
    }
    assert!(asked.iter().all(|id| *id == Untrusted::new("c")), "{asked:?}");
}

/// The files that are asked for at once outside of rounds, a second from now.
fn lone_checks(world: &mut World) -> Vec<usize> {
    world.now += SECOND;
    let mut asked = vec![];
    while let Some(RefreshRequest { ask: Ask::File { id, .. }, .. }) = world.next() {
        asked.push(number(&id));
        world.checked();
    }
    asked
}

#[test]
fn of_many_files_that_expire_at_once_ten_are_asked_for_and_each_once() {
    let mut world = World::new(50);
    let files = world.store.sequence().to_vec();
    for no in [&files[..3], &files[..15]].concat() {
        world.refresher.file_expired(no, world.now);
    }
    assert_eq!(lone_checks(&mut world), (0..10).collect::<Vec<_>>());
    assert_eq!(world.refresher.deadline(&world.pace), world.refresher.due(&world.pace));
}

#[test]
fn a_file_that_expires_is_not_asked_for_while_frozen_or_while_the_service_fails() {
    let mut world = World::new(50);
    let no = world.store.sequence()[7];
    world.refresher.set_frozen(true);
    world.refresher.file_expired(no, world.now);
    assert_eq!(lone_checks(&mut world), [0; 0]);
    assert_eq!(world.refresher.deadline(&world.pace), None);
    world.refresher.set_frozen(false);
    assert_eq!(lone_checks(&mut world), [7]);

    let mut world = World::new(50);
    world.begin();
    world.page_fails(down(None));
    world.refresher.file_expired(no, world.now);
    assert_eq!(lone_checks(&mut world), [0; 0]);
    assert_eq!(world.refresher.deadline(&world.pace), world.refresher.due(&world.pace));
}

#[test]
fn asking_to_read_all_again_while_all_is_read_goes_on() {
    let mut world = World::under(RefreshPolicy { cursors: 1, ..budget(10) }, 2_000);
    let files = world.numbers();
    assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
    world.next();
    let mut begun = vec![];
    while let Some(Ask::Page { .. }) = world.asked() {
        begun.push(world.answer(&files));
        assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
        world.next();
    }
    begun.sort_unstable();
    assert_eq!(begun, (0..20).map(|page| page * 100).collect::<Vec<_>>(), "each page once");
}

/// Each page's cursor is refused, and the one before it serves: that is no service that knows none.
#[test]
fn refused_cursors_are_counted_between_pages_that_bring_something() {
    let mut world = World::under(RefreshPolicy { cursors: 1, ..budget(10) }, 3_000);
    let files = world.numbers();
    assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
    world.next();
    let (mut serves, mut refused) = (true, 0);
    while let Some(Ask::Page { cursor, .. }) = world.asked() {
        serves = !serves || cursor == Cursor::Start;
        if serves {
            world.answer(&files);
        } else {
            assert!(world.refuse().is_some(), "after {refused} others");
            refused += 1;
        }
        world.next();
    }
    assert!(refused > 20, "{refused}");
    assert!(world.with(Refresher::finish).is_some_and(|finished| finished.whole));
}

/// A complete list whose order changes from reading to reading, with `n` files.
fn shuffled(n: usize) -> (World, Vec<usize>) {
    let world = World::new(n);
    let mut files = world.numbers();
    files.swap(3, 7);
    (world, files)
}

#[test]
fn at_the_end_of_a_shuffled_list_whoever_was_not_met_is_suspected() {
    for silent in [false, true] {
        let (mut world, mut files) = shuffled(500);
        world.silent = silent;
        files.retain(|n| ![10, 320].contains(n));
        world.round(&files);
        world.round(&files);
        assert!(world.store.is_shuffled());
        world.unmet.sort_unstable();
        world.unmet.dedup();
        assert_eq!(world.unmet, [10, 320], "silent: {silent}");
    }
}

/// Of a list that was not read to its end, what is loaded is read again and little else. A file that
/// it did not meet is asked for, whether it is gone or moved further down.
#[test]
fn of_a_shuffled_part_as_much_as_is_loaded_is_read_again() {
    for (silent, gone) in [(false, None), (true, None), (false, Some(10)), (true, Some(10))] {
        let (mut world, _) = shuffled(500);
        let mut files: Vec<usize> = (0..5_000).collect();
        files.swap(3, 7);
        files.retain(|n| Some(*n) != gone);
        (world.complete, world.silent) = (false, silent);
        let mut begun = vec![];
        for _ in 0..6 {
            begun.extend(world.round(&files));
            let gone: Vec<FileNo> =
                world.unmet.drain(..).map(|n| world.store.find(&id(n)).unwrap()).collect();
            world.store.remove(&gone);
        }
        assert!(world.store.is_shuffled() && begun.len() > 30);
        let most = if gone.is_some() { 601 } else { 500 };
        assert!(world.store.len() <= most, "{silent} {gone:?}: {}", world.store.len());
        let gone = gone.map(id);
        assert!(gone.is_none_or(|id| world.store.find(&id).is_none()), "silent: {silent}");
        let last = 400;
        assert!(begun[begun.len() - 12..].contains(&last), "to its end, each time: {begun:?}");
    }
}

/// Where nothing is left of what is loaded, a pass reads about as much as that and no further, however
/// much there is behind it; who was there is asked for, a few in each round, until all are gone.
#[test]
fn of_a_shuffled_part_that_is_gone_no_more_is_read_than_it_was() {
    for (loaded, silent) in [(90, false), (90, true), (500, false), (500, true)] {
        let (mut world, _) = shuffled(loaded);
        world.silent = silent;
        world.complete = false;
        let mut files: Vec<usize> = (0..5_000).collect();
        files.swap(3, 7);
        world.round(&files);
        assert!(world.store.is_shuffled());
        files.retain(|n| *n >= 1_000);
        let most = world.store.len() + loaded + 200;
        for round in 0..80 {
            world.round(&files);
            let mut unmet: Vec<FileNo> =
                world.unmet.drain(..).map(|n| world.store.find(&id(n)).unwrap()).collect();
            unmet.retain(|no| world.store.place(*no).is_some());
            world.store.mark_missing(&unmet);
            world.store.remove(&unmet[..unmet.len().min(10)]);
            assert!(world.store.len() <= most, "{loaded} {silent} {round}: {}", world.store.len());
        }
        let old = (0..1_000).filter_map(|n| world.store.find(&id(n)));
        let old = old.filter(|no| world.store.place(*no).is_some()).count();
        assert_eq!(old, 0, "{loaded} {silent}");
    }
}

/// Where more than a page of what is loaded is gone, but not all, it is found out, too, and what is
/// behind it is not loaded page by page meanwhile.
#[test]
fn of_a_shuffled_part_that_lost_more_than_a_page_no_more_is_read_than_it_was() {
    type Gone = fn(usize) -> bool;
    let losses: [Gone; 4] = [
        |n| n < 250,
        |n| (120..370).contains(&n),
        |n| n < 500 && n % 2 == 0,
        |n| (60..500).contains(&n),
    ];
    for (loss, silent) in (0..losses.len()).flat_map(|loss| [(loss, false), (loss, true)]) {
        let gone = losses[loss];
        let (mut world, _) = shuffled(500);
        world.silent = silent;
        world.complete = false;
        let mut files: Vec<usize> = (0..5_000).collect();
        files.swap(3, 7);
        world.round(&files);
        assert!(world.store.is_shuffled());
        let most = world.store.len() + files.iter().filter(|n| gone(**n)).count() + 200;
        files.retain(|n| !gone(*n));
        for round in 0..80 {
            world.round(&files);
            let mut unmet: Vec<FileNo> =
                world.unmet.drain(..).map(|n| world.store.find(&id(n)).unwrap()).collect();
            unmet.retain(|no| world.store.place(*no).is_some());
            world.store.mark_missing(&unmet);
            world.store.remove(&unmet[..unmet.len().min(10)]);
            assert!(world.store.len() <= most, "{loss} {silent} {round}: {}", world.store.len());
        }
        let old = (0..500).filter(|n| gone(*n)).filter_map(|n| world.store.find(&id(n)));
        let old = old.filter(|no| world.store.place(*no).is_some()).count();
        assert_eq!(old, 0, "{loss} {silent}");
    }
}

/// Many new files before those that are loaded are not behind them, and many of which nothing was
/// seen are more likely to have moved than to be gone.
#[test]
fn new_files_at_the_head_of_a_shuffled_part_end_no_pass_over_it() {
    let (mut world, _) = shuffled(500);
    let mut files: Vec<usize> = (0..5_000).collect();
    files.swap(3, 7);
    world.complete = false;
    world.round(&files);
    files.splice(0..0, 6_000..6_250);
    let begun = [world.round(&files), world.round(&files)].concat();
    assert!(begun.contains(&600), "{begun:?}");
    files.splice(250..250, 7_000..7_250);
    for _ in 0..3 {
        world.round(&files);
    }
    assert_eq!(world.unmet, [0; 0]);
}

/// What the operator gives up costs nothing of the budget: the same is asked for anew.
#[test]
fn what_is_given_up_is_asked_for_anew_whatever_the_budget() {
    let mut world = World::new(2_000);
    world.pace.allow(Allowance::read("1", "60"), world.now);
    world.begin();
    let before = world.asked();
    assert!(matches!(before, Some(Ask::Page { .. })));
    world.now += SECOND * 3;
    assert!(!world.refresher.ask_anew(world.now, SECOND * 4), "it has time yet");
    assert!(world.refresher.ask_anew(world.now, SECOND * 2));
    assert_eq!(world.refresher.take_abandoned().len(), 1);
    assert_eq!(world.next().map(|request| request.ask), before);
    assert!(!world.refresher.ask_anew(world.now + SECOND / 2, Duration::ZERO), "once a second");
}

//! Reading a complete list again over several cursors.

use std::collections::HashMap;

use super::*;

impl World {
    /// Asks for whatever may be asked for at once; tells how many requests are in flight then.
    fn fill(&mut self) -> usize {
        while self.next().is_some() {}
        self.refresher.in_flight.len()
    }

    fn read_all(&mut self) -> usize {
        self.now += SECOND * 5;
        assert_eq!(self.refresher.ask_for(RoundScope::All, self.now, &self.pace), Ok(()));
        self.fill()
    }

    fn in_flight(&self, which: usize) -> u64 {
        self.refresher.in_flight[which].request
    }
}

#[test]
fn a_complete_list_is_read_again_over_several_cursors_each_page_once() {
    for (newest_first, seed) in (0..40).map(|seed| (seed % 2 == 0, seed)) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = World::listing(2_000, newest_first);
        world.view = world.store.sequence()[510..540].to_vec();
        assert_eq!(world.read_all(), 4);
        let pass = world.refresher.pass_of(world.request());
        let mut begun = vec![];
        while world.fill() > 0 {
            let which = rng.usize(..world.refresher.in_flight.len());
            begun.push(world.answer_to(world.in_flight(which), &(0..2_000).collect::<Vec<_>>()));
        }
        begun.sort_unstable();
        assert_eq!(begun, (0..20).map(|page| page * 100).collect::<Vec<_>>());
        let read = |no: &FileNo| world.store.pass_of(*no) == pass;
        assert!(world.store.sequence().iter().all(read));
        assert_eq!(world.with(Refresher::finish), Some(Finished { goes_on: None, whole: true }));
    }
}

/// Each answer is of some moment since its request was sent; files go all the time, those among them
/// that pages in flight begin behind.
#[test]
fn several_cursors_read_every_file_whatever_goes_meanwhile() {
    let mut overtaken = 0;
    for (newest_first, seed) in (0..80).map(|seed| (seed % 2 == 0, seed)) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = World::listing(1_500, newest_first);
        let mut files = world.numbers();
        let mut sent: HashMap<u64, Vec<usize>> = HashMap::new();
        assert_eq!(world.read_all(), 4);
        let pass = world.refresher.pass_of(world.request());
        let mut answers = 0;
        while world.fill() > 0 {
            for pending in &world.refresher.in_flight {
                sent.entry(pending.request).or_insert_with(|| files.clone());
            }
            let request = world.in_flight(rng.usize(..world.refresher.in_flight.len()));
            let cursor = match world.refresher.asked(request).cloned().unwrap() {
                Ask::Page { cursor, .. } => cursor,
                Ask::File { no, id } => {
                    if !files.contains(&number(&id)) {
                        world.store.remove(&[no]);
                    }
                    world.refresher.file_checked(request);
                    continue;
                }
            };
            answers += 1;
            let is_in =
                |files: &[usize]| cursor.after().is_none_or(|id| files.contains(&number(id)));
            overtaken += usize::from(world.refresher.is_overtaken(request, &world.store));
            if is_in(&files) && rng.bool() {
                world.answer_to(request, &files);
            } else if is_in(&sent[&request]) {
                world.answer_to(request, &sent[&request]);
            } else {
                // An answer from before spoke of it as if it were still there.
                let refused = world.refresher.page_failed(request, refused(), world.now);
                let no = world.store.find(&refused.unwrap()).unwrap();
                world.store.mark_missing(&[no]);
                world.refresher.suspect(&[no]);
            }
            assert!(answers < 100, "it comes to an end");
            let from = rng.usize(..files.len());
            let gone: Vec<usize> = files.drain(from..(from + 90).min(files.len())).collect();
            let held: Vec<FileNo> =
                gone.iter().filter_map(|file| world.store.find(&id(*file))).collect();
            world.store.remove(&held);
        }
        assert!(!world.store.is_shuffled(), "seed {seed}");
        assert!(world.with(Refresher::finish).is_some_and(|finished| finished.whole));
        let number = |no: &FileNo| number(&world.store.file(*no).id.to_owned());
        let unread = |no: &&FileNo| world.store.pass_of(**no) != pass;
        let unread: Vec<usize> = world.store.sequence().iter().filter(unread).map(number).collect();
        assert!(!unread.iter().any(|file| files.contains(file)), "seed {seed}: {unread:?}");
    }
    assert!(overtaken > 40, "{overtaken}");
}

/// An order that turns out to be none in the middle of it: all is read again all the same.
#[test]
fn a_list_that_turns_out_shuffled_is_read_again_from_the_start() {
    let mut world = World::new(2_000);
    let mut files = world.numbers();
    assert_eq!(world.read_all(), 4);
    let end = world.refresher.in_flight.iter().position(|pending| pending.part == Part::End);
    world.answer_to(world.in_flight(end.unwrap()), &files);
    files[250..350].reverse();
    let rest: Vec<u64> = world.refresher.in_flight.iter().map(|p| p.request).collect();
    for request in rest {
        world.answer_to(request, &files);
    }
    assert!(world.store.is_shuffled());
    assert_eq!(world.fill(), 1);
    let pass = world.refresher.pass_of(world.request());
    while world.fill() > 0 {
        world.answer(&files);
    }
    assert!(world.with(Refresher::finish).is_some_and(|finished| finished.whole));
    let unread = |no: &&FileNo| world.store.pass_of(**no) != pass;
    assert_eq!(world.store.sequence().iter().filter(unread).count(), 0);
}

#[test]
fn one_cursor_has_to_do_where_several_would_be_too_much_or_prove_nothing() {
    let mut partial = World::new(2_000);
    partial.complete = false;
    assert_eq!(partial.read_all(), 1);

    let mut shuffled = World::new(2_000);
    let odd: Vec<usize> = (0..2_000).rev().collect();
    shuffled.begin();
    shuffled.answer(&odd);
    assert!(shuffled.store.is_shuffled());
    assert_eq!(shuffled.read_all(), 1);

    for (remaining, at_once) in [(1, 1), (5, 2), (6, 3), (100, 4)] {
        let mut world = World::new(2_000);
        let allowance = Allowance { remaining, reset: SECOND * 60 };
        world.pace.allow(Some(allowance), world.now);
        assert_eq!(world.read_all(), at_once, "{remaining} left");
    }

    let mut single = World::new(2_000);
    let policy = RefreshPolicy { cursors: 1, ..RefreshPolicy::default() };
    single.refresher = Refresher::new(policy, 1, START);
    assert_eq!(single.read_all(), 1);
    let mut view = World::new(2_000);
    view.begin();
    assert_eq!(view.fill(), 1, "a round within its budget");
}

#[test]
fn what_fails_beside_others_is_asked_for_again_one_by_one() {
    let mut world = World::new(2_000);
    let files = world.numbers();
    assert_eq!(world.read_all(), 4);
    let pass = world.refresher.pass_of(world.request());
    assert_eq!(world.page_fails(down(Some(7))), None);
    assert_eq!(world.refresher.trouble(), None);
    assert_eq!(world.fill(), 3, "the others are waited for");
    for _ in 0..3 {
        world.answer(&files);
    }
    assert_eq!(world.fill(), 0, "and the wait is kept to");
    assert_eq!(world.refresher.deadline(&world.pace), Some(world.now + SECOND * 7));
    world.now += SECOND * 7;
    assert_eq!(world.fill(), 1);
    while world.fill() > 0 {
        assert_eq!(world.refresher.in_flight.len(), 1);
        world.answer(&files);
    }
    let read = |no: &FileNo| world.store.pass_of(*no) == pass;
    assert!(world.store.sequence().iter().all(read));
    assert!(world.with(Refresher::finish).unwrap().whole);
}

#[test]
fn a_round_that_fails_abandons_the_requests_of_the_others() {
    let mut world = World::new(2_000);
    assert_eq!(world.read_all(), 4);
    world.page_fails(ApiError::KeyRefused { message: None, secret: None });
    assert!(!world.refresher.is_running() && world.refresher.trouble().is_some());
    let abandoned = world.refresher.take_abandoned();
    assert_eq!(abandoned.len(), 3);
    assert!(world.refresher.take_abandoned().is_empty(), "each is told once");
    for request in abandoned {
        assert!(!world.refresher.expects(request), "whatever may still come of it");
        assert!(world.refresher.asked(request).is_none(), "it is forgotten");
    }
    world.now += SECOND * 5;
    assert_eq!(world.refresher.ask_for(RoundScope::Budget, world.now, &world.pace), Ok(()));
    assert_eq!(world.fill(), 1, "nothing stands in the way of the next round");
}

#[test]
fn a_service_that_many_requests_are_too_much_for_gets_a_pause_without_asking() {
    let mut world = World::new(2_000);
    let files = world.numbers();
    assert_eq!(world.read_all(), 4);
    assert_eq!(world.page_fails(down(None)), None);
    for _ in 0..3 {
        world.answer(&files);
    }
    assert_eq!(world.fill(), 0);
    let pause = world.refresher.deadline(&world.pace).unwrap().saturating_sub(world.now);
    assert!(pause > SECOND / 2 && pause < SECOND * 2, "{pause:?}");
    world.now += pause;
    assert_eq!(world.fill(), 1);
}

/// Whatever is refused on and on: the round comes to an end.
#[test]
fn cursors_that_are_refused_for_good_end_the_round() {
    let files: Vec<usize> = (0..2_000).collect();
    let odd: Vec<usize> = (0..2_000).rev().collect();
    for shuffled in [false, true] {
        let mut world = World::new(2_000);
        if shuffled {
            world.begin();
            world.answer(&odd);
            assert!(world.store.is_shuffled());
        }
        world.read_all();
        let served = if shuffled { &odd } else { &files };
        let mut requests = 0;
        while let Some(asked) = world.asked() {
            match asked {
                Ask::Page { cursor: Cursor::After(id), .. }
                    if !shuffled || number(&id) == odd[199] =>
                {
                    world.refuse();
                }
                Ask::Page { .. } => {
                    world.answer(served);
                }
                Ask::File { .. } => world.checked(),
            }
            requests += 1;
            assert!(requests < 60, "shuffled: {shuffled}");
            world.fill();
        }
        world.with(Refresher::finish);
        assert!(world.refresher.trouble().is_some());
    }
}

/// `R` in the middle of a round within its budget: what is in flight already is beside others now.
#[test]
fn the_page_in_flight_is_beside_those_that_join_it() {
    let begun = || {
        let mut world = World::new(2_000);
        world.view = world.store.sequence()[100..130].to_vec();
        world.begin();
        assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
        assert_eq!(world.fill(), 4);
        world
    };
    let mut failing = begun();
    failing.page_fails(down(None));
    assert!(failing.refresher.is_running());

    let mut world = begun();
    let files = world.numbers();
    let no = world.store.find(&id(99)).unwrap();
    world.store.remove(&[no]);
    world.answer(&files);
    assert!(!world.store.is_shuffled());
}

/// `R` at rest and in the middle of a round, wherever the view is: no two requests in flight are for
/// the same files, and at rest each page is asked for once.
#[test]
fn no_two_requests_in_flight_ask_for_the_same() {
    for files in [1, 50, 100, 101, 150, 250, 1_000] {
        for (view_from, newest_first) in [(0, false), (files / 2, false), (files - 1, true)] {
            for answered in [None, Some(0), Some(1), Some(2)] {
                let case = format!("{files} files, view {view_from}, {answered:?} answered");
                let mut world = World::listing(files, newest_first);
                let held = world.numbers();
                let to = files.min(view_from + 30);
                world.view = world.store.sequence()[view_from..to].to_vec();
                if let Some(answered) = answered {
                    world.begin();
                    for _ in 0..answered {
                        if world.asked().is_some() {
                            world.answer(&held);
                            world.next();
                        }
                    }
                }
                let asked = world.refresher.ask_for(RoundScope::All, world.now, &world.pace);
                assert_eq!(asked, Ok(()), "{case}");
                let mut begun = vec![];
                while world.fill() > 0 {
                    let in_flight = &world.refresher.in_flight;
                    for (at, pending) in in_flight.iter().enumerate() {
                        let same = in_flight[..at].iter().find(|other| other.ask == pending.ask);
                        assert!(same.is_none(), "{case}: {in_flight:?}");
                    }
                    begun.push(world.answer(&held));
                }
                assert!(world.with(Refresher::finish).is_some_and(|it| it.whole), "{case}");
                begun.sort_unstable();
                let pages: Vec<usize> = (0..files.div_ceil(100)).map(|page| page * 100).collect();
                assert!(answered.is_some() || begun == pages, "{case}: {begun:?}");
            }
        }
    }
}

/// Files between two pages that may be gone are no cursors: then both pages would begin at one file.
#[test]
fn pages_that_begin_behind_the_same_file_are_not_both_in_flight() {
    let mut world = World::new(1_000);
    let missing = world.store.sequence()[250..650].to_vec();
    world.store.mark_missing(&missing);
    assert!(world.read_all() > 1);
    let held = world.numbers();
    while world.fill() > 0 {
        let in_flight = &world.refresher.in_flight;
        for (at, pending) in in_flight.iter().enumerate() {
            assert!(in_flight[..at].iter().all(|other| other.ask != pending.ask), "{in_flight:?}");
        }
        match world.asked() {
            Some(Ask::Page { .. }) => drop(world.answer(&held)),
            _ => world.checked(),
        }
    }
    assert!(world.with(Refresher::finish).is_some_and(|finished| finished.whole));
}

/// What hangs, whichever part of a round it is: `R` does not wait for it after two seconds, and before
/// that does not ask for it twice.
#[test]
fn reading_all_again_waits_for_nothing_that_hangs() {
    for (files, view_to, answered) in [(50, 30, 0), (50, 0, 0), (350, 30, 1), (350, 0, 2)] {
        for (waited, is_abandoned) in [(SECOND, false), (SECOND * 2, true), (SECOND * 20, true)] {
            let mut world = World::new(files);
            let held = world.numbers();
            world.view = world.store.sequence()[..view_to].to_vec();
            world.begin();
            for _ in 0..answered {
                world.answer(&held);
                world.next();
            }
            let hangs = world.request();
            world.now += waited;
            let asked = world.refresher.ask_for(RoundScope::All, world.now, &world.pace);
            assert_eq!(asked, Ok(()));
            let abandoned = world.refresher.take_abandoned();
            assert_eq!(abandoned == [hangs], is_abandoned, "{files} {waited:?}");
            while world.fill() > usize::from(!is_abandoned) {
                let of_others = |pending: &&Pending| pending.request != hangs;
                let other = world.refresher.in_flight.iter().find(of_others).unwrap().request;
                world.answer_to(other, &held);
            }
            let finished = world.with(Refresher::finish);
            assert_eq!(finished.is_some_and(|it| it.whole), is_abandoned, "{files} {waited:?}");
        }
    }
}

/// A file that the service does not tell about, in a round and outside of one.
#[test]
fn reading_all_again_waits_for_no_single_file_that_hangs() {
    for in_a_round in [false, true] {
        let mut world = World::new(50);
        let held: Vec<usize> = (0..50).filter(|n| *n != 7).collect();
        if in_a_round {
            world.begin();
            world.answer(&held);
        } else {
            let no = world.store.find(&id(7)).unwrap();
            world.refresher.file_expired(no, world.now);
            world.now += SECOND;
        }
        assert!(matches!(world.next(), Some(RefreshRequest { ask: Ask::File { .. }, .. })));
        let hangs = world.request();
        world.now += SECOND * 2;
        let asked = world.refresher.ask_for(RoundScope::All, world.now, &world.pace);
        assert_eq!((asked, world.refresher.take_abandoned()), (Ok(()), vec![hangs]));
        while world.fill() > 0 {
            match world.asked() {
                Some(Ask::Page { .. }) => drop(world.answer(&held)),
                _ => world.checked(),
            }
        }
        assert!(world.with(Refresher::finish).is_some_and(|finished| finished.whole));
    }
}

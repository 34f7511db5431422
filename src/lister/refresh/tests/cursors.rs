//! Reading a complete list again over several cursors.

use super::*;

impl World {
    /// Asks for whatever may be asked for at once; tells how many requests are in flight then.
    fn fill(&mut self) -> usize {
        while self.next().is_some() {}
        self.refresher.in_flight.len()
    }

    fn read_all(&mut self) -> usize {
        self.now += SECOND * 5;
        assert_eq!(self.refresher.ask_for(Scope::All, self.now), Ok(()));
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
        let reading = world.refresher.reading(world.request());
        let mut begun = vec![];
        while world.fill() > 0 {
            let which = rng.usize(..world.refresher.in_flight.len());
            begun.push(world.answer_to(world.in_flight(which), &(0..2_000).collect::<Vec<_>>()));
        }
        begun.sort_unstable();
        assert_eq!(begun, (0..20).map(|page| page * 100).collect::<Vec<_>>());
        let read = |no: &FileNo| world.store.reading_of(*no) == reading;
        assert!(world.store.sequence().iter().all(read));
        assert_eq!(world.with(Refresher::finish), Some(Finished { goes_on: None, whole: true }));
    }
}

#[test]
fn several_cursors_read_every_file_whatever_comes_and_goes_meanwhile() {
    for (newest_first, seed) in (0..60).map(|seed| (seed % 2 == 0, seed)) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = World::listing(1_500, newest_first);
        let mut files = world.numbers();
        assert_eq!(world.read_all(), 4);
        let reading = world.refresher.reading(world.request());
        let mut answers = 0;
        while world.fill() > 0 {
            let which = rng.usize(..world.refresher.in_flight.len());
            let Some(Ask::Page { .. }) = world.refresher.asked(world.in_flight(which)) else {
                world.checked();
                continue;
            };
            world.answer_to(world.in_flight(which), &files);
            answers += 1;
            assert!(answers < 60, "it comes to an end");
            // Files that the pages in flight begin behind stay, so that no cursor is refused.
            let from = rng.usize(..files.len());
            let cursors: Vec<usize> = world
                .refresher
                .in_flight
                .iter()
                .filter_map(|pending| match &pending.ask {
                    Ask::Page { cursor, .. } => cursor.after().map(number),
                    Ask::File { .. } => None,
                })
                .collect();
            let gone: Vec<usize> = files[from..(from + 130).min(files.len())]
                .iter()
                .copied()
                .filter(|file| !cursors.contains(file))
                .collect();
            files.retain(|file| !gone.contains(file));
            let held: Vec<FileNo> =
                gone.iter().filter_map(|file| world.store.find(&id(*file))).collect();
            world.store.remove(&held);
        }
        assert!(world.with(Refresher::finish).is_some());
        let unread = |no: &&FileNo| world.store.reading_of(**no) != reading;
        assert_eq!(world.store.sequence().iter().filter(unread).count(), 0, "seed {seed}");
    }
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
        world.refresher.allow(Some(allowance), world.now);
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
    let reading = world.refresher.reading(world.request());
    assert_eq!(world.page_fails(down(Some(7))), None);
    assert_eq!(world.refresher.trouble(), None);
    assert_eq!(world.fill(), 3, "the others are waited for");
    for _ in 0..3 {
        world.answer(&files);
    }
    assert_eq!(world.fill(), 0, "and the wait is kept to");
    assert_eq!(world.refresher.deadline(), Some(world.now + SECOND * 7));
    world.now += SECOND * 7;
    assert_eq!(world.fill(), 1);
    while world.fill() > 0 {
        assert_eq!(world.refresher.in_flight.len(), 1);
        world.answer(&files);
    }
    let read = |no: &FileNo| world.store.reading_of(*no) == reading;
    assert!(world.store.sequence().iter().all(read));
    assert!(world.with(Refresher::finish).unwrap().whole);
}

#[test]
fn a_round_that_fails_takes_the_answers_of_the_others_for_late() {
    let mut world = World::new(2_000);
    assert_eq!(world.read_all(), 4);
    world.page_fails(ApiError::KeyRefused { message: None });
    assert!(!world.refresher.is_running() && world.refresher.trouble().is_some());
    let late: Vec<u64> = (0..3).map(|which| world.in_flight(which)).collect();
    world.now += SECOND * 5;
    assert_eq!(world.refresher.ask_for(Scope::Budget, world.now), Ok(()));
    assert_eq!(world.fill(), 3, "nothing new while they are in flight");
    for request in late {
        assert!(!world.refresher.expects(request) && world.refresher.came_late(request));
        assert!(!world.refresher.came_late(request), "once");
    }
    assert_eq!(world.fill(), 1);
}

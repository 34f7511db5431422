//! What a round asks for next: view, end, rest, and last the files that are suspected to be gone.

use std::time::Duration;

use super::{
    Ask, Claims, Cursor, End, Extent, FileNo, Finished, MOST_UNANSWERED, Part, Pending,
    RefreshRequest, Refresher, Round, RoundScope, State, Store, Survey, Trouble, WholePass,
};
use crate::api::pace::Pace;

/// Seconds for which it counts that the service told of a file which no page shows: it may be asked at a
/// place that has not heard of the file yet.
const HEARD_FOR_S: u64 = 60;

/// What is asked for next, and the file for whose sake it is.
type Plan = (Part, Ask, Option<FileNo>);

impl Refresher {
    /// What to ask the service for at `now`, if anything. To be called while the paging machine has
    /// nothing in flight, and until there is nothing more.
    pub fn next(&mut self, now: Duration, survey: &Survey<'_>) -> Option<RefreshRequest> {
        let room = self.room(survey);
        if matches!(self.state, State::StandingAside) || self.in_flight.len() >= room {
            return None;
        }
        if self.is_due(now, survey.pace) {
            self.begin(RoundScope::Budget, now);
        }
        if matches!(self.state, State::Resting) {
            return self.lone_check(now, survey);
        }
        if now < self.round_not_before(survey.pace) {
            return None;
        }
        let plan = self.plan(survey)?;
        Some(self.send(plan, now, room > 1))
    }

    /// Requests that may be in flight at once.
    fn room(&self, survey: &Survey<'_>) -> usize {
        let State::Running(round) = &self.state else { return 1 };
        let splits = round.scope == RoundScope::All
            && survey.complete
            && !survey.store.is_shuffled()
            && self.refused == 0;
        // At once no more than half of what the service still allows, so that the operator's own
        // requests come through.
        let allowed = survey.pace.remaining().map_or(u64::MAX, |remaining| remaining / 2);
        let room = u64::from(round.cursors).min(allowed);
        if splits { usize::try_from(room).unwrap_or(usize::MAX).max(1) } else { 1 }
    }

    /// Ends the round under way, if nothing of it is left to do.
    pub fn finish(&mut self, now: Duration, survey: &Survey<'_>) -> Option<Finished> {
        let State::Running(round) = &self.state else { return None };
        let whole = round.scope == RoundScope::All && !round.stopped;
        if self.is_asking() || self.plan(survey).is_some() {
            return None;
        }
        let goes_on = match &self.state {
            State::Running(Round { end: End::Goes(cursor), .. }) => {
                let store = survey.store;
                let place = cursor.after().and_then(|id| store.find(id)).map(|no| store.place(no));
                let behind_all =
                    place.flatten().is_some_and(|place| place + 1 == store.sequence().len());
                behind_all.then(|| cursor.clone())
            }
            _ => None,
        };
        self.refused = if whole { 0 } else { self.refused };
        if let Some(refusal) = self.refusal.take().filter(|_| !whole) {
            // It ran out of requests before a page came: nothing was confirmed.
            self.round_failed(refusal, now);
            return None;
        }
        let unanswered = match &mut self.state {
            State::Running(Round { why_unanswered, unanswered: MOST_UNANSWERED.., .. }) => {
                why_unanswered.take()
            }
            _ => None,
        };
        self.end_round(now);
        // The pages came; but what they left out is neither there nor gone.
        self.trouble = unanswered.map(|why| Trouble { why: *why, failures: 1, in_checks: true });
        Some(Finished { goes_on, whole })
    }

    fn send(
        &mut self,
        (part, ask, first): Plan,
        since: Duration,
        beside_others: bool,
    ) -> RefreshRequest {
        self.last_request += 1;
        let request = self.last_request;
        let pass = match (&mut self.state, &self.whole_pass) {
            (State::Running(round), whole_pass) => {
                match &ask {
                    Ask::Page { .. } => round.lists += 1,
                    Ask::File { no, .. } => round.checked.push(*no),
                }
                round.view_pages += u32::from(part == Part::View);
                let whole_pass = whole_pass.as_ref().filter(|_| part == Part::WholePass);
                whole_pass.map_or(round.pass, |whole_pass| whole_pass.pass)
            }
            _ => self.last_pass,
        };
        let pending =
            Pending { request, ask: ask.clone(), part, first, pass, beside_others, since };
        self.in_flight.push(pending);
        RefreshRequest { request, ask }
    }

    /// A file that passed its expiry, asked for outside of a round.
    fn lone_check(&mut self, now: Duration, survey: &Survey<'_>) -> Option<RefreshRequest> {
        if !self.may_check() || now < self.expired_due.max(survey.pace.not_before()) {
            return None;
        }
        while let Some(no) = self.expired.pop_front() {
            if let Some(ask) = ask_for_file(survey.store, no) {
                return Some(self.send((Part::Check, ask, None), now, false));
            }
        }
        None
    }

    fn plan(&mut self, survey: &Survey<'_>) -> Option<Plan> {
        let share = self.share(survey.pace);
        let claims = Claims::of(&self.in_flight, survey);
        let end_is_asked = self.end_is_asked(&claims, survey);
        let State::Running(round) = &self.state else { return None };
        if round.stopped {
            return None;
        }
        // Where the share is small, the pages leave one of it to who is missing.
        let checks = u32::try_from(round.checked.len()).unwrap_or(u32::MAX);
        let may_check = self.in_flight.is_empty()
            && self.refused == 0
            && round.unanswered < MOST_UNANSWERED
            && checks < self.policy.checks;
        let check = may_check.then(|| next_check(round, survey)).flatten();
        let pages = if check.is_some() { share.saturating_sub(1) } else { share };
        let budget = self.policy.list_requests.min(pages).max(1);
        if round.scope == RoundScope::All || round.lists < budget {
            let page = if self.refused > 1 {
                Some((Part::Rest, page_at(0, survey), survey.store.sequence().first().copied()))
            } else if survey.store.is_shuffled() {
                whole_pass_page(round, &mut self.whole_pass, &mut self.last_pass, survey)
            } else {
                let mut parts = [Part::View, Part::End, Part::Rest];
                // Where the budget is too small for all three, they take turns.
                if budget < 3 {
                    parts.rotate_left(self.rounds as usize % 3);
                }
                // Where nobody between two places is a cursor, both have one page.
                let is_asked = |ask: &Ask| self.in_flight.iter().any(|pending| pending.ask == *ask);
                let page = |part| {
                    page_of(part, round, budget, self.rest_from, survey, &claims)
                        .filter(|(_, ask, _)| !is_asked(ask))
                };
                let parts = parts.into_iter().filter(|part| *part != Part::End || !end_is_asked);
                parts.into_iter().find_map(page)
            };
            if page.is_some() {
                return page;
            }
        }
        let asked = round.lists.saturating_add(checks);
        let there_is_room = round.scope == RoundScope::All || asked < share.max(2);
        check.filter(|_| there_is_room).map(|ask| (Part::Check, ask, None))
    }

    /// Whether a page in flight will tell of the end at which new files appear: it was asked for
    /// because of that, or for the sake of a file that is there.
    fn end_is_asked(&self, claims: &Claims, survey: &Survey<'_>) -> bool {
        let newest_first = survey.store.is_newest_first();
        let last = survey.store.sequence().len().saturating_sub(1);
        let place = if newest_first { 0 } else { last };
        claims.hold(place) || self.in_flight.iter().any(|pending| pending.part == Part::End)
    }

    /// Rounds that it takes to read `pages` pages that are in view.
    #[must_use]
    pub fn rounds_for_view(&self, pages: u32, pace: &Pace) -> u32 {
        let budget = self.policy.list_requests.min(self.share(pace)).max(1);
        // Of less than three requests, each third round is the view's.
        if budget < 3 { pages * 3 } else { pages.div_ceil(view_share(budget)) }
    }

    /// Requests that a round may make: half of what the service allows for the interval, so that
    /// the operator's own come through, but at least one.
    fn share(&self, pace: &Pace) -> u32 {
        self.policy.interval.map_or(u32::MAX, |interval| pace.share(interval))
    }
}

/// Pages of a round that are the view's at most: three fifths of the budget, as long as that leaves
/// the end and the rest a page each.
fn view_share(budget: u32) -> u32 {
    if budget < 3 { budget } else { (budget * 3).div_ceil(5).min(budget - 2) }
}

/// The next page of a part of the plan, if it has its turn. The view has no more than its share of
/// the budget, and the end leaves something, so that the rest gets its turn.
fn page_of(
    part: Part,
    round: &Round,
    budget: u32,
    rest_from: usize,
    survey: &Survey<'_>,
    claims: &Claims,
) -> Option<Plan> {
    let all = round.scope == RoundScope::All;
    let (ask, place) = match part {
        Part::View if round.view_pages < view_share(budget) => view_page(round, survey, claims),
        Part::End if all || budget < 3 || round.lists + 1 < budget => end_page(round, survey),
        Part::Rest => rest_page(round, rest_from, survey, claims),
        _ => None,
    }?;
    let part = if part == Part::Rest && all { Part::All } else { part };
    Some((part, ask, survey.store.sequence().get(place).copied()))
}

/// The next page of a pass over the whole list, from wherever the round before left it.
fn whole_pass_page(
    round: &Round,
    whole_pass: &mut Option<WholePass>,
    last_pass: &mut u32,
    survey: &Survey<'_>,
) -> Option<Plan> {
    if round.end == End::Read {
        return None;
    }
    // What the round read while the order still seemed to prove something is no part of it.
    let start = || {
        *last_pass += 1;
        WholePass { pass: *last_pass, cursor: Cursor::Start, files: 0, new: 0 }
    };
    let cursor = whole_pass.get_or_insert_with(start).cursor.clone();
    let ask = Ask::Page { cursor, limit: survey.limit, extent: Extent::Open };
    Some((Part::WholePass, ask, None))
}

/// The page with that file in view which was verified longest ago.
fn view_page(round: &Round, survey: &Survey<'_>, claims: &Claims) -> Option<(Ask, usize)> {
    let store = survey.store;
    let files = store.sequence();
    let unread = |place: usize| round.is_unread(files[place], store) && !claims.hold(place);
    let place = |no: &FileNo| Some((store.file(*no).verified_s, store.place(*no)?));
    let (_, place) = survey.view.iter().filter_map(place).filter(|(_, at)| unread(*at)).min()?;
    // A page may have turned out shorter than asked for: then the next one begins behind it.
    let first = (on_grid(place, survey.limit)..=place).find(|place| unread(*place))?;
    Some((page_at(first, survey), first))
}

/// The page at that end of the list where new files appear, and the place where it begins.
fn end_page(round: &Round, survey: &Survey<'_>) -> Option<(Ask, usize)> {
    let open = |cursor| Ask::Page { cursor, limit: survey.limit, extent: Extent::Open };
    if let End::Goes(cursor) = &round.end {
        let known = cursor.after().and_then(|id| survey.store.find(id));
        if let Some(place) = known.and_then(|no| survey.store.place(no)) {
            return Some((open(cursor.clone()), place + 1));
        }
    }
    // Where the file that it goes on behind is gone meanwhile, the end is looked for again.
    match &round.end {
        End::Read => None,
        _ if survey.store.is_newest_first() => Some((open(Cursor::Start), 0)),
        _ if survey.complete => {
            let last = survey.store.sequence().len().saturating_sub(1);
            let (cursor, begins) = cursor_before(on_grid(last, survey.limit), survey.store);
            Some((open(cursor), begins))
        }
        _ => None,
    }
}

/// The next page, in turn, that has something this round did not read.
fn rest_page(
    round: &Round,
    rest_from: usize,
    survey: &Survey<'_>,
    claims: &Claims,
) -> Option<(Ask, usize)> {
    let files = survey.store.sequence();
    let unread =
        |place: &usize| round.is_unread(files[*place], survey.store) && !claims.hold(*place);
    let place = match round.scope {
        RoundScope::All => (round.unread_from(survey.store)..files.len()).find(unread),
        RoundScope::Budget => {
            let rest_from = rest_from.min(files.len());
            (rest_from..files.len()).chain(0..rest_from).find(unread)
        }
    }?;
    Some((page_at(place, survey), place))
}

/// The file to ask for next that is missing, or that no page showed yet and of which nothing was heard for
/// a while: the selected one, then one in view, then those of which the service told, then any that the
/// round suspects.
fn next_check(round: &Round, survey: &Survey<'_>) -> Option<Ask> {
    let store = survey.store;
    let in_view = survey.selected.iter().chain(survey.view);
    let candidates = in_view.chain(store.apart()).chain(&round.suspects).copied();
    candidates
        .filter(|no| !round.checked.contains(no) && store.is_there(*no))
        .filter(|no| {
            let file = store.file(*no);
            let unheard_s = round.began.as_secs().saturating_sub(file.verified_s.into());
            let is_apart = store.place(*no).is_none();
            if is_apart { unheard_s >= HEARD_FOR_S } else { file.missing }
        })
        .find_map(|no| ask_for_file(store, no))
}

fn ask_for_file(store: &Store, no: FileNo) -> Option<Ask> {
    let there = store.is_there(no) && store.can_be_asked_for(no);
    there.then(|| Ask::File { no, id: store.file(no).id.to_owned() })
}

/// Pages begin on a grid, so that each file is in just one of them.
fn on_grid(place: usize, limit: u16) -> usize {
    let limit = usize::from(limit.max(1));
    place / limit * limit
}

/// The page that begins at `place`. Behind the end of a partial list nothing is asked for.
fn page_at(place: usize, survey: &Survey<'_>) -> Ask {
    let (cursor, begins) = cursor_before(place, survey.store);
    if survey.complete || begins == 0 && survey.store.is_newest_first() {
        return Ask::Page { cursor, limit: survey.limit, extent: Extent::Open };
    }
    let known = u16::try_from(survey.store.sequence().len() - begins).unwrap_or(u16::MAX);
    Ask::Page { cursor, limit: survey.limit.min(known).max(1), extent: Extent::Loaded }
}

/// The cursor behind which `place` follows, and the place at which its page begins. Files that may
/// be gone, or whose id is no cursor, are passed over.
fn cursor_before(place: usize, store: &Store) -> (Cursor, usize) {
    let files = store.sequence();
    let files = &files[..place.min(files.len())];
    let is_good = |no: &FileNo| !store.file(*no).missing && store.can_be_asked_for(*no);
    match files.iter().rposition(is_good) {
        Some(at) => (Cursor::After(store.file(files[at]).id.to_owned()), at + 1),
        None => (Cursor::Start, 0),
    }
}

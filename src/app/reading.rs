//! Looking at contents: which one is opened, and the way of what is asked for and what comes between
//! the layer and the world.

use ratatui::layout::Rect;

use super::App;
use super::effect::Effect;
use super::layers::Layer;
use super::layers::content::ContentLayer;
use crate::api::call::{Owner, Ticket};
use crate::api::endpoint::is_usable_id;
use crate::content::readout::{ReadOrder, Readout};
use crate::content::{Arrival, ContentSource};
use crate::text::{Untrusted, UntrustedRef};

/// The readings that were begun and did not end.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    next: u64,
    under_way: Vec<u64>,
}

fn ticket(number: u64) -> Ticket {
    Ticket { owner: Owner::Content, number }
}

impl App {
    /// Shows the content of the selected file.
    pub(super) fn open_content(&mut self) {
        if !self.has_rows() {
            return;
        }
        let Some(file) = self.selected_file() else { return };
        if file.unreadable.is_some() {
            return self.say("what the service says of this file could not be read");
        }
        if !is_usable_id(file.id) {
            return self.say("nothing can be asked about a file of such an id");
        }
        let (id, title) = (file.id.to_owned(), file.name_to_show());
        let listed = file.bytes.value();
        let readout = Readout::new(self.source_of(id.clone()), listed, self.readings.next);
        self.table.pin();
        self.layers.push(Layer::Content(ContentLayer::new(id, title, readout)));
    }

    /// Something came of a reading.
    pub(super) fn content_came(&mut self, ticket: Ticket, arrival: Arrival) {
        let is_of_service = self.layers.content().is_none_or(ContentLayer::is_of_service);
        if is_of_service {
            self.account.content_came(&arrival);
        }
        if matches!(arrival, Arrival::Ended | Arrival::Failed(_)) {
            self.readings.under_way.retain(|number| *number != ticket.number);
        }
        let Some(content) = self.layers.content_mut() else { return };
        content.arrived(ticket.number, arrival);
        self.previews.note(content.id(), content.readout().window());
        self.read_from_the_service_instead();
    }

    /// Where the saved file cannot be opened any more, the service may have it still.
    fn read_from_the_service_instead(&mut self) {
        let Some(content) = self.layers.content_mut() else { return };
        let Some(why) = content.lacks_its_file() else { return };
        let text = format!("{why}; the service is asked");
        let source = ContentSource::Service { id: content.id().clone() };
        let listed = content.readout().listed();
        content.read_instead(Readout::new(source, listed, self.readings.next));
        self.saving.look_again();
        self.say(text);
    }

    /// Where the content of a file is read from.
    fn source_of(&self, id: Untrusted) -> ContentSource {
        let store = self.account.store();
        let no = store.find(&id).filter(|no| store.is_saved(*no));
        match no.and_then(|no| self.account.shelf().of(store, no)) {
            Some(saved) => ContentSource::Disk { path: saved.path.clone(), bytes: saved.bytes },
            None => ContentSource::Service { id },
        }
    }

    /// Asks for what the layer needs, and gives up what nobody waits for any more.
    pub(super) fn read_on(&mut self, effects: &mut Vec<Effect>) {
        let screen = Rect::new(0, 0, self.size.width, self.size.height);
        let mut orders = vec![];
        let mut message = None;
        if let Some(content) = self.layers.content_mut() {
            message = content.follow(screen, &mut orders);
            self.readings.next = content.readout().next_number();
        }
        if let Some(message) = message {
            self.say(message);
        }
        for order in orders {
            effects.push(match order {
                ReadOrder::Begin(number, wanted) => {
                    self.readings.under_way.push(number);
                    Effect::Read(ticket(number), wanted)
                }
                ReadOrder::More(number, pieces) => Effect::ReadOn(ticket(number), pieces),
                // Below, with those whose layer is gone.
                ReadOrder::Stop(_) => continue,
            });
        }
        let content = self.layers.content();
        let waits = |number: &u64| {
            content.is_some_and(|content| content.readout().under_way().any(|one| one == *number))
        };
        let given_up = self.readings.under_way.extract_if(.., |number| !waits(number));
        effects.extend(given_up.map(|number| Effect::Abort(ticket(number))));
    }

    /// The first lines of a file's content, where they were read already.
    #[must_use]
    pub fn preview(&self, id: UntrustedRef<'_>) -> Option<&[Untrusted]> {
        self.previews.of(id)
    }
}

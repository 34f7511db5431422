//! What batches ask and models answer: a few sentences in many arrangements.
//!
//! A text follows from task and slot alone, so that its length does too. It knows no files.

use std::fmt::Write as _;

/// Arrangements of each text.
pub(super) const SLOTS: u64 = 32;

/// What a batch asks of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Triage,
    Summaries,
    Extraction,
    Translation,
    Moderation,
    Ranking,
    Captions,
    Tagging,
}

impl Task {
    pub(super) const ALL: [Self; 8] = [
        Self::Triage,
        Self::Summaries,
        Self::Extraction,
        Self::Translation,
        Self::Moderation,
        Self::Ranking,
        Self::Captions,
        Self::Tagging,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Summaries => "summaries",
            Self::Extraction => "extraction",
            Self::Translation => "translation",
            Self::Moderation => "moderation",
            Self::Ranking => "ranking",
            Self::Captions => "captions",
            Self::Tagging => "tagging",
        }
    }

    /// What the model is told to do.
    pub(super) fn instruction(self) -> &'static str {
        match self {
            Self::Triage => {
                "Choose the queue for this ticket, and say how urgent it is. Answer in JSON."
            }
            Self::Summaries => "Summarise the conversation in at most five sentences.",
            Self::Extraction => "Extract order number, amount and date. Answer in JSON.",
            Self::Translation => "Translate into German. Keep names as they are.",
            Self::Moderation => {
                "Say whether the text may be published, and why not. Answer in JSON."
            }
            Self::Ranking => "Rank the passages by how well they answer the first sentence.",
            Self::Captions => "Write a caption of one sentence.",
            Self::Tagging => "Give up to four tags. Answer with a JSON list.",
        }
    }

    /// Tokens that it may answer with.
    pub(super) fn most_tokens(self) -> u64 {
        match self {
            Self::Summaries | Self::Translation => 1_024,
            Self::Captions | Self::Extraction | Self::Ranking => 256,
            Self::Triage | Self::Moderation | Self::Tagging => 64,
        }
    }

    /// How many sentences it is given, at least and at most.
    fn sentences(self) -> (u64, u64) {
        match self {
            Self::Triage => (2, 7),
            Self::Summaries => (18, 64),
            Self::Extraction => (5, 18),
            Self::Translation => (3, 12),
            Self::Moderation => (1, 4),
            Self::Ranking => (8, 20),
            Self::Captions => (1, 2),
            Self::Tagging => (2, 5),
        }
    }

    /// What the model is given to work on.
    pub(super) fn prompt(self, slot: u64) -> String {
        let (least, most) = self.sentences();
        passage(&SENTENCES, slot * 7, least + slot * 11 % (most - least + 1))
    }

    /// What it answers.
    pub(super) fn answer(self, slot: u64) -> String {
        let queue = pick(&["billing", "delivery", "account", "returns", "outage"], slot);
        match self {
            Self::Triage => {
                let urgency = pick(&["low", "normal", "high"], slot * 5);
                format!("{{\"queue\":\"{queue}\",\"urgency\":\"{urgency}\"}}")
            }
            Self::Summaries => passage(&SENTENCES, slot * 3, 2 + slot % 4),
            Self::Extraction => format!(
                "{{\"order\":\"A-{}\",\"amount\":{}.{:02},\"date\":\"2026-{:02}-{:02}\"}}",
                10_400 + slot * 37,
                12 + slot * 9,
                slot * 13 % 100,
                1 + slot % 12,
                1 + slot * 5 % 28
            ),
            Self::Translation => {
                let (least, most) = self.sentences();
                passage(&GERMAN, slot * 7, least + slot * 11 % (most - least + 1))
            }
            Self::Moderation if slot.is_multiple_of(4) => {
                "{\"publish\":false,\"reason\":\"names a private person\"}".to_owned()
            }
            Self::Moderation => "{\"publish\":true,\"reason\":null}".to_owned(),
            Self::Ranking => {
                let mut ranks = String::from("[");
                for place in 0..4 + slot % 5 {
                    let comma = if place == 0 { "" } else { ", " };
                    let _ = write!(ranks, "{comma}{}", (place * 5 + slot) % 9 + 1);
                }
                ranks + "]"
            }
            Self::Captions => passage(&SENTENCES, slot * 5, 1),
            Self::Tagging => {
                format!("[\"{queue}\", \"{}\"]", pick(&["question", "praise", "complaint"], slot))
            }
        }
    }
}

/// What is wrong with a request that failed: a status and the service's code and words for it, or
/// none where it was never answered.
pub(super) fn failure(slot: u64) -> (Option<u16>, &'static str, &'static str) {
    pick(
        &[
            (
                Some(429),
                "request_quota_exceeded",
                "Requests per minute limit exceeded - too many requests sent.",
            ),
            (
                Some(400),
                "context_length_exceeded",
                "Please reduce the length of the messages or completion.",
            ),
            (Some(500), "internal_server_error", "Encountered a server error, please try again."),
            (
                None,
                "batch_expired",
                "This request could not be executed before the completion window expired.",
            ),
            (Some(400), "wrong_api_format", "messages.1.content: Field required"),
        ],
        slot,
    )
}

fn pick<T: Copy>(all: &[T], at: u64) -> T {
    all[usize::try_from(at % all.len() as u64).unwrap_or(0)]
}

/// So many sentences in a row, the first one again behind the last.
fn passage(sentences: &[&str], from: u64, many: u64) -> String {
    let each = (from..from + many).map(|at| pick(sentences, at));
    each.collect::<Vec<_>>().join(" ")
}

const SENTENCES: [&str; 24] = [
    "The parcel was marked as delivered on Monday, but nobody here has seen it.",
    "I was charged twice for the same order and would like one of the two back.",
    "Could you tell me when the next delivery to the warehouse in Lyon is due?",
    "The app closes as soon as I open the second page of my invoices.",
    "Thank you, the replacement came within two days and fits well.",
    "We moved in March, and the old address still stands on every letter.",
    "The discount from the newsletter was not taken off at the checkout.",
    "My colleague has left, and her account should be handed over to me.",
    "The sound breaks off after ten minutes, with either pair of headphones.",
    "Since the update, the report for the third quarter shows no totals.",
    "Is there a way to download all statements of a year at once?",
    "The courier rang at the wrong door and went away again.",
    "We need the signed contract before the end of the month.",
    "The lid does not close, and the hinge was bent when we unpacked it.",
    "Please cancel the subscription from the first of next month.",
    "The form asks for a tax number, which associations here do not have.",
    "I have written three times and got the same answer each time.",
    "The colour on the screen was a dark green; what came is almost black.",
    "According to the tracking page it has been in customs for nine days.",
    "Both meters were read on the same morning, so the difference cannot be right.",
    "The instructions are for another model, the one with four screws.",
    "Everything worked until we added the second warehouse.",
    "A refund to the card is no longer possible, since the card has run out.",
    "The technician was here on time, explained the fault, and left a spare part.",
];

const GERMAN: [&str; 8] = [
    "Das Paket wurde am Montag als zugestellt gemeldet, aber hier hat es niemand gesehen.",
    "Mir wurde dieselbe Bestellung zweimal berechnet.",
    "Können Sie mir sagen, wann die nächste Lieferung in Lyon fällig ist?",
    "Die App schließt sich, sobald ich die zweite Seite meiner Rechnungen öffne.",
    "Vielen Dank, der Ersatz kam innerhalb von zwei Tagen und passt gut.",
    "Wir sind im März umgezogen, und auf jedem Brief steht noch die alte Anschrift.",
    "Der Rabatt aus dem Newsletter wurde an der Kasse nicht abgezogen.",
    "Bitte kündigen Sie das Abonnement zum Ersten des nächsten Monats.",
];

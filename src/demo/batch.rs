//! Which batch a file belongs to, and what that batch is about: a name, a model, a task, so many
//! requests, some of which failed.
//!
//! All of it follows from the file's index, so that input, output and errors agree without one
//! knowing the others. It knows neither the account nor the clock.

use super::mix;
use super::texts::Task;

/// Which of a batch's files it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The requests.
    Input,
    /// The answers.
    Output,
    /// What failed, where something did.
    Errors,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Errors => "errors",
        }
    }
}

/// The files of three batches, in the order of their creation: something failed in the first.
const FILES: [(u64, Side); 7] = [
    (0, Side::Input),
    (0, Side::Output),
    (0, Side::Errors),
    (1, Side::Input),
    (1, Side::Output),
    (2, Side::Input),
    (2, Side::Output),
];
const BATCHES: u64 = 3;

/// Requests that a batch has at least and at most, as the services have it.
const LEAST_REQUESTS: f64 = 10.0;
const MOST_REQUESTS: u64 = 50_000;

const MODELS: [&str; 5] =
    ["llama3.1-8b", "llama-3.3-70b", "qwen-3-32b", "gpt-oss-120b", "qwen-3-coder-480b"];
const TEAMS: [&str; 6] = ["search", "support", "growth", "research", "billing", "mobile"];

/// The number of the first batch, as its name has it.
const FIRST: u64 = 412;

/// A batch, as one of its files sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    /// Counted from 0.
    pub(super) number: u64,
    /// Which of its files this is.
    pub(super) side: Side,
    /// What it asks of the model.
    pub(super) task: Task,
    /// The model that it asks.
    pub(super) model: &'static str,
    /// How many requests it has.
    pub(super) requests: u64,
    /// How many of them failed.
    pub(super) failed: u64,
}

impl Batch {
    /// The batch of the file with this index.
    pub(super) fn of(index: u64) -> Self {
        let at = usize::try_from(index % FILES.len() as u64).unwrap_or(0);
        let (place, side) = FILES[at];
        let number = index / FILES.len() as u64 * BATCHES + place;
        let mut rng = rng(number);
        let (task, model) =
            (Task::ALL[rng.usize(..Task::ALL.len())], MODELS[rng.usize(..MODELS.len())]);
        let requests = requests(&mut rng);
        let failed = if place == 0 { (requests / rng.u64(30..400)).max(1) } else { 0 };
        Self { number, side, task, model, requests, failed }
    }

    /// How many lines this file of it has in the end.
    pub(super) fn lines(&self) -> u64 {
        match self.side {
            Side::Input => self.requests,
            Side::Output => self.requests - self.failed,
            Side::Errors => self.failed,
        }
    }

    /// The number of the request that a line of this file is, or answers: each is in the input, and
    /// in either the output or the errors.
    pub(super) fn request(&self, line: u64) -> u64 {
        if self.failed == 0 || self.side == Side::Input {
            return line;
        }
        // One in so many fails, the last of them.
        let every = self.requests / self.failed;
        if self.side == Side::Errors {
            return (line + 1) * every - 1;
        }
        let good = every - 1;
        if line < self.failed * good {
            line / good * every + line % good
        } else {
            line + self.failed
        }
    }

    /// The name of this file of it, and what it is for.
    pub(super) fn filename(&self) -> (String, &'static str) {
        let mut rng = rng(!self.number);
        let (number, side) = (FIRST + self.number, self.side.word());
        let (task, model) = (self.task.word(), self.model);
        let team = TEAMS[rng.usize(..TEAMS.len())];
        // Those that expire first have plain names.
        let style = if self.number < BATCHES + 1 { 0 } else { rng.u8(..100) };
        let name = match style {
            0..46 => format!("batch-{number:04}-{side}.jsonl"),
            46..60 => format!("{team}-{task}-{number:04}-{side}.jsonl"),
            60..72 => {
                let run = rng.u8(1..40);
                return (format!("eval-{model}-{task}-{run:02}-{side}.jsonl"), "evals");
            }
            72..82 => {
                format!("nightly-{task}-shard-{:03}-of-128-{side}.jsonl", rng.u8(..128))
            }
            82..88 => format!(
                "{team}-{task}-regression-suite-{model}-temperature-0.{}-seed-{}-{side}.jsonl",
                rng.u8(..10),
                rng.u32(1_000..99_999)
            ),
            88..91 => format!("评测结果-批次-{number:04}-{side}.jsonl"),
            91..93 => format!("日本語コーパス-{task}-{number:04}-{side}.jsonl"),
            93..95 => format!("한국어-{task}-{number:04}-{side}.jsonl"),
            95..97 => format!("🚀 launch prompts {number:04} {side}.jsonl"),
            97..98 => format!("📦-archive-{team}-{number:04}-{side}.jsonl"),
            _ => format!("Überprüfung-{task}-größte-Kunden-{number:04}-{side}.jsonl"),
        };
        (name, "batch")
    }
}

fn rng(number: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(mix(number))
}

/// Spread evenly over the orders of magnitude: many batches are small, some as large as may be.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 10 and 6e4")]
fn requests(rng: &mut fastrand::Rng) -> u64 {
    let many = LEAST_REQUESTS * 10_f64.powf(rng.f64() * 3.75);
    (many as u64).min(MOST_REQUESTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_request_is_answered_or_failed_and_none_twice() {
        let mut with_failures = 0;
        for index in (0..700).filter(|index| Batch::of(*index).side == Side::Input) {
            let (input, output) = (Batch::of(index), Batch::of(index + 1));
            assert_eq!((output.side, input.number), (Side::Output, output.number));
            assert!((10..=MOST_REQUESTS).contains(&input.requests));
            if input.requests > 1_000 {
                continue;
            }
            let mut numbers: Vec<u64> = (0..output.lines()).map(|j| output.request(j)).collect();
            let errors = Batch::of(index + 2);
            if errors.side == Side::Errors {
                assert_eq!(errors.number, input.number);
                numbers.extend((0..errors.lines()).map(|line| errors.request(line)));
                with_failures += 1;
            }
            assert_eq!(numbers.len() as u64, input.requests);
            let numbers: BTreeSet<u64> = numbers.into_iter().collect();
            assert_eq!(numbers, (0..input.requests).collect());
        }
        assert!(with_failures > 20);
    }

    #[test]
    fn the_files_of_a_batch_are_named_alike() {
        let stem = |index: u64| {
            let (name, _) = Batch::of(index).filename();
            name.replace("output", "input").replace("errors", "input")
        };
        for first in (0..2_100).step_by(7) {
            assert!(stem(first) == stem(first + 1) && stem(first) == stem(first + 2));
            assert!(stem(first + 3) == stem(first + 4) && stem(first + 5) == stem(first + 6));
        }
        assert_eq!(Batch::of(0).filename().0, "batch-0412-input.jsonl");
    }
}

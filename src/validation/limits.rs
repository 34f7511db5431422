//! What services take as the input of a batch, as data.

use super::Use;

/// A thousand thousands.
const MB: u64 = 1_000_000;
/// As memory is counted.
const MIB: u64 = 1 << 20;

/// What a service takes as the input of a batch. A limit that its documents give in megabytes may be
/// meant either way: above thousands there is a warning, above powers of two an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// What the service is called.
    pub service: &'static str,
    /// The ends of its host names.
    hosts: &'static [&'static str],
    /// Requests of a batch at least.
    pub least_lines: u64,
    /// Requests of a batch at most.
    pub most_lines: u64,
    /// Bytes of a line, its end apart.
    pub line: Bound,
    /// Bytes of a file for a batch.
    pub file: Bound,
    /// Bytes of a file for something else.
    pub other_file: Bound,
    /// Where requests go.
    pub address: Address,
    /// Which models requests may name.
    pub models: Models,
    /// Characters of a `custom_id` at most, where that is known.
    pub most_of_an_id: Option<usize>,
}

impl BatchLimits {
    /// Bytes of a file at most that the service takes for a use; nothing where no limit is known.
    #[must_use]
    pub fn most_bytes(&self, used_for: Use) -> Option<u64> {
        match used_for {
            Use::Batch => self.file.refused,
            Use::Other => self.other_file.refused,
        }
    }
}

/// A number of bytes that is too large, surely or perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Above this there is a warning.
    pub doubtful: u64,
    /// Above this there is an error, where the service is known to refuse it.
    pub refused: Option<u64>,
}

impl Bound {
    /// What is documented as so many megabytes.
    const fn megabytes(number: u64) -> Self {
        Self { doubtful: number * MB, refused: Some(number * MIB) }
    }
}

/// Whether each line names the `method` and the `url` of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// It does, and all of them the same.
    One,
    /// It does, and each may name its own.
    Each,
    /// It need not: whoever creates the batch does.
    OfTheBatch,
}

/// Whether each line names the model of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Models {
    /// It does, and all of them the same.
    One,
    /// It does, and each may name its own.
    Each,
    /// It need not: whoever creates the batch may.
    OfTheBatch,
}

/// No limit of a line is known: what is longer than is held is not looked into, which is said.
const UNKNOWN_LINE: Bound = Bound { doubtful: MIB, refused: None };

const OPENAI: BatchLimits = BatchLimits {
    service: "openai",
    hosts: &["openai.com"],
    least_lines: 1,
    most_lines: 50_000,
    line: UNKNOWN_LINE,
    file: Bound::megabytes(200),
    other_file: Bound::megabytes(512),
    address: Address::One,
    models: Models::One,
    most_of_an_id: None,
};

/// Of all services that are known; the first one is taken where nothing else is said.
///
/// The numbers are those of the services' batch guides and of their SDKs: Cerebras has 10 lines at
/// least and 1 MB a line; Groq takes 200 MB by its guide, 100 MB by its SDK, and lets lines differ;
/// Together takes 100 MB, and 64 characters of an id; Mistral a million requests and 512 MB; Azure
/// 100,000 requests.
pub const LIMITS: &[BatchLimits] = &[
    BatchLimits {
        service: "cerebras",
        hosts: &["cerebras.ai"],
        least_lines: 10,
        line: Bound::megabytes(1),
        other_file: Bound::megabytes(200),
        ..OPENAI
    },
    OPENAI,
    BatchLimits {
        service: "groq",
        hosts: &["groq.com"],
        file: Bound { doubtful: 100 * MB, refused: Some(200 * MIB) },
        other_file: Bound { doubtful: 100 * MB, refused: Some(200 * MIB) },
        address: Address::Each,
        models: Models::Each,
        ..OPENAI
    },
    BatchLimits {
        service: "together",
        hosts: &["together.ai", "together.xyz"],
        file: Bound::megabytes(100),
        // Training sets are as large as anybody has them.
        other_file: Bound { doubtful: 25_000 * MB, refused: None },
        address: Address::OfTheBatch,
        most_of_an_id: Some(64),
        ..OPENAI
    },
    BatchLimits {
        service: "mistral",
        hosts: &["mistral.ai"],
        most_lines: 1_000_000,
        file: Bound::megabytes(512),
        address: Address::OfTheBatch,
        models: Models::OfTheBatch,
        ..OPENAI
    },
    BatchLimits { service: "azure", hosts: &["openai.azure.com"], most_lines: 100_000, ..OPENAI },
];

/// The limits of the service of this name.
#[must_use]
pub fn of_service(name: &str) -> Option<&'static BatchLimits> {
    LIMITS.iter().find(|limits| limits.service == name)
}

/// The limits of the service whose host this is: those of Cerebras where nobody knows it.
///
/// ```
/// use shelflife::validation::of_host;
///
/// assert_eq!(of_host("api.groq.com").service, "groq");
/// assert_eq!(of_host("mine.openai.azure.com").service, "azure");
/// assert_eq!(of_host("api.notgroq.com").service, "cerebras");
/// ```
#[must_use]
pub fn of_host(host: &str) -> &'static BatchLimits {
    let is_its = |end: &&str| {
        let before = host.strip_suffix(*end);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let its = LIMITS.iter().find(|limits| limits.hosts.iter().any(is_its));
    its.unwrap_or(&LIMITS[0])
}

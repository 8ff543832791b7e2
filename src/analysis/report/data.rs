//! The data of the report, as the page reads them: JSON with short keys, since most of it is sentences.

use serde::{Serialize, Serializer};

/// Everything that the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) build: Build,
    pub(super) overview: Overview,
    pub(super) charts: Charts,
    pub(super) concepts: Vec<Concept>,
    pub(super) sample: Sample,
    pub(super) articles: Vec<Article>,
    pub(super) sentences: Vec<Sentence>,
    pub(super) worst: Worst,
}

/// Which build it is.
#[derive(Debug, Serialize)]
pub(super) struct Build {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) model: String,
}

/// Counts and verdicts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Overview {
    pub(super) articles: usize,
    pub(super) sentences: usize,
    pub(super) tokens: usize,
    pub(super) repaired: usize,
    pub(super) corrected: usize,
    pub(super) unresolved: usize,
    pub(super) doubts: usize,
    pub(super) number_gaps: usize,
    pub(super) marks: usize,
    pub(super) keyword_hits: usize,
    /// Over the tokens of Arabic text.
    pub(super) mean_confidence: Option<f64>,
    pub(super) first_date: Option<String>,
    pub(super) last_date: Option<String>,
    /// State of writing, and articles.
    pub(super) damage: Vec<(String, usize)>,
    pub(super) duplicates: Duplicates,
    /// Code, and inputs.
    pub(super) rejects: Vec<(String, usize)>,
    pub(super) reject_list: Vec<Reject>,
    pub(super) gates: Vec<Gate>,
    /// `None` if there is no earlier build.
    pub(super) drift: Option<Vec<Drift>>,
    /// `None` if there are no corrections.
    pub(super) corrections: Option<Corrections>,
    pub(super) warnings: Vec<String>,
}

/// Articles that repeat others.
#[derive(Debug, Default, Serialize)]
pub(super) struct Duplicates {
    pub(super) exact: usize,
    pub(super) near: usize,
}

/// An input that could not be used.
#[derive(Debug, Serialize)]
pub(super) struct Reject {
    pub(super) source_path: String,
    pub(super) record: Option<String>,
    pub(super) code: String,
    pub(super) message: String,
}

/// A gate.
#[derive(Clone, Debug, Serialize)]
pub struct Gate {
    /// What was measured.
    pub name: String,
    /// What it is.
    pub measured: String,
    /// What it should be.
    pub limit: Option<String>,
    pub passed: bool,
    /// Whether a failure refuses the build.
    pub fails: bool,
}

/// A metric compared with the previous build.
#[derive(Clone, Debug, Serialize)]
pub struct Drift {
    pub metric: String,
    pub before: String,
    pub after: String,
    pub limit: Option<String>,
    pub passed: bool,
}

/// What became of the corrections by hand.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Corrections {
    pub(super) given: usize,
    pub(super) applied: usize,
    pub(super) places: usize,
    pub(super) unapplied: Vec<Unapplied>,
}

/// A correction that was not applied.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Unapplied {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) raw: String,
    pub(super) status: String,
}

/// What is drawn.
#[derive(Debug, Serialize)]
pub(super) struct Charts {
    /// First and last number of tokens, and sentences.
    pub(super) sentence_lengths: Vec<(usize, usize, usize)>,
    /// From, to, and tokens.
    pub(super) confidence: Vec<(f64, f64, usize)>,
    pub(super) reliability: Option<Vec<Band>>,
    /// Restored letter, and how often.
    pub(super) letters: Vec<(char, usize)>,
    pub(super) sections: Sections,
    pub(super) months: Option<Months>,
    pub(super) cooccurrence: Cooccurrence,
}

/// Sentences of a range of confidence, and what that has meant.
#[derive(Debug, Serialize)]
pub(super) struct Band {
    pub(super) from: f32,
    /// Per cent of all.
    pub(super) sentences: f32,
    /// Per cent of their tokens.
    pub(super) tokens_right: f32,
    /// Per cent of them.
    pub(super) without_error: f32,
    /// Per cent of them that an editor prints as they stand.
    pub(super) printable: Option<f32>,
}

/// Expected mentions by section.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sections {
    pub(super) names: Vec<String>,
    /// Indices into the concepts.
    pub(super) concepts: Vec<usize>,
    /// By section and concept.
    pub(super) expected: Vec<Vec<f64>>,
    pub(super) tokens: Vec<i64>,
    /// Sections that are not shown.
    pub(super) left_out: usize,
}

/// Mentions by month.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the page reads these names")]
pub(super) struct Months {
    /// Whether they are years, because there are too many months.
    pub(super) are_years: bool,
    pub(super) months: Vec<String>,
    pub(super) articles: Vec<i64>,
    pub(super) tokens: Vec<i64>,
    pub(super) concepts: Vec<MonthlyConcept>,
}

/// Mentions of a concept by month.
#[derive(Debug, Serialize)]
pub(super) struct MonthlyConcept {
    pub(super) concept: usize,
    pub(super) expected: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) hits: Vec<i64>,
}

/// Sentences that mention two concepts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cooccurrence {
    pub(super) concepts: Vec<usize>,
    /// Two indices into `concepts`, and sentences.
    pub(super) pairs: Vec<(usize, usize, usize)>,
}

/// A concept of the vocabulary.
#[derive(Debug, Serialize)]
pub(super) struct Concept {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) category: Option<String>,
}

/// Which sentences are in the page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sample {
    pub(super) sentences: usize,
    pub(super) of: usize,
    pub(super) articles: usize,
    pub(super) of_articles: usize,
    pub(super) is_all: bool,
    pub(super) how: String,
}

/// An article of which sentences are in the page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Article {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) title: Option<String>,
    pub(super) section: Option<String>,
    pub(super) date: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) damage: String,
    pub(super) confidence: f32,
}

/// A sentence.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sentence {
    /// Index into the articles.
    #[serde(rename = "a")]
    pub(super) article: usize,
    #[serde(rename = "n")]
    pub(super) index: usize,
    #[serde(rename = "k")]
    pub(super) kind: u8,
    #[serde(rename = "c")]
    pub(super) confidence: f32,
    #[serde(rename = "b")]
    pub(super) boundary: f32,
    #[serde(rename = "t")]
    pub(super) tokens: Vec<Token>,
    /// Token (-1: before the first), and probability.
    #[serde(rename = "g", skip_serializing_if = "Vec::is_empty")]
    pub(super) gaps: Vec<(i64, f32)>,
    /// Token, mark, and probability.
    #[serde(rename = "m", skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<(usize, String, f32)>,
    /// Concept, first and last token, layer, and probability.
    #[serde(rename = "w", skip_serializing_if = "Vec::is_empty")]
    pub(super) hits: Vec<(usize, usize, usize, String, f32)>,
}

/// A token of a sentence.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// Left as it was, with confidence.
    Plain(String),
    /// Changed or uncertain.
    Repaired { raw: String, form: String, confidence: f32, alternatives: Vec<(String, f32)>, is_by_hand: bool },
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(raw) => raw.serialize(serializer),
            Self::Repaired { raw, form, confidence, alternatives, is_by_hand: false } => {
                (raw, form, confidence, alternatives).serialize(serializer)
            }
            Self::Repaired { raw, form, confidence, alternatives, is_by_hand: true } => {
                (raw, form, confidence, alternatives, 1).serialize(serializer)
            }
        }
    }
}

/// Where people should look first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Worst {
    /// Indices into the sentences, least certain first.
    pub(super) sentences: Vec<usize>,
    pub(super) unexplained: Vec<Unexplained>,
    pub(super) spelt_two_ways: Vec<SpeltTwoWays>,
    pub(super) unlike: Vec<Unlike>,
}

/// A token that no word of the lexicon explains.
#[derive(Debug, Serialize)]
pub(super) struct Unexplained {
    pub(super) word: String,
    pub(super) count: usize,
    pub(super) sentence: Option<usize>,
}

/// A token that one article spells in several ways.
#[derive(Debug, Serialize)]
pub(super) struct SpeltTwoWays {
    pub(super) article: Option<usize>,
    pub(super) source: String,
    pub(super) raw: String,
    /// Form, and how often, the most frequent first.
    pub(super) forms: Vec<(String, usize)>,
    pub(super) sentence: Option<usize>,
}

/// An article that differs from most.
#[derive(Debug, Serialize)]
pub(super) struct Unlike {
    pub(super) article: Option<usize>,
    pub(super) source: String,
    pub(super) why: String,
    pub(super) value: String,
}

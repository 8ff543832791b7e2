//! The manifest: what a build was made from and what it holds.
//!
//! Invariant: it is written last, into the staged folder that is then renamed; a build that has one is whole. The build id is
//! a hash of the [`Provenance`] alone; when and how fast a build was made is recorded beside it. Every file of the tables is
//! listed with its size and hashes, so that a build can be verified without making it again.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::durable;
use super::error::DatasetError;
use super::part_file::{PartFile, TableFiles};
use super::review_list::ReviewSummary;
use engine::tables::schema::SCHEMA_VERSION;

/// The file's name in a build's folder.
pub const MANIFEST: &str = "manifest.json";

/// How much went in and came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Articles found, and files and records that are not articles; those skipped on purpose are not counted.
    pub inputs: usize,
    /// Articles published.
    pub articles: usize,
    /// Inputs rejected.
    pub rejects: usize,
    /// Articles left out because they are copies of others. Builds of early versions lack it.
    #[serde(default)]
    pub dropped: usize,
    /// What is known about the articles published. Builds of early versions lack it.
    #[serde(default)]
    pub described: Option<Described>,
    /// Sentences published.
    pub sentences: usize,
    /// Keyword hits.
    pub keywords: usize,
    /// Tokens of the articles.
    pub tokens: usize,
    /// Tokens that were changed.
    pub repaired: usize,
    /// Tokens that no word of the lexicon explains.
    pub unresolved: usize,
    /// Articles that were mojibake, in whole or in part, and are undone. Builds of early versions lack it.
    #[serde(default)]
    pub misread: usize,
    /// Articles in another language than Arabic. Builds of early versions lack it.
    #[serde(default)]
    pub foreign: usize,
    /// Tokens that a person changed. Builds of early versions lack it.
    #[serde(default)]
    pub corrected: usize,
}

/// How many articles have what readers look for first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// A day of publication.
    pub dates: usize,
    /// A section.
    pub sections: usize,
    /// An author.
    pub bylines: usize,
}

impl Counts {
    /// Adds the counts of another part.
    pub fn add(&mut self, other: Self) {
        let Self { inputs, articles, rejects, dropped, described, sentences, keywords, tokens, repaired, .. } = other;
        self.inputs += inputs;
        self.articles += articles;
        self.rejects += rejects;
        self.dropped += dropped;
        if let Some(Described { dates, sections, bylines }) = described {
            let sum = self.described.get_or_insert_default();
            sum.dates += dates;
            sum.sections += sections;
            sum.bylines += bylines;
        }
        self.sentences += sentences;
        self.keywords += keywords;
        self.tokens += tokens;
        self.repaired += repaired;
        self.unresolved += other.unresolved;
        self.misread += other.misread;
        self.foreign += other.foreign;
        self.corrected += other.corrected;
    }

    /// Share of the inputs that were rejected; 0 if there was none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn reject_ratio(&self) -> f64 {
        if self.inputs == 0 { 0.0 } else { self.rejects as f64 / self.inputs as f64 }
    }
}

/// Everything that a build's content depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program's version.
    pub tarmim: String,
    /// Versions of the stages' code.
    pub stages: BTreeMap<String, u32>,
    /// The model's id.
    pub model_id: String,
    /// Hash of the vocabularies.
    pub vocabulary: String,
    /// Hash of the corrections, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrections: Option<String>,
    /// Hash of the inputs' paths and contents.
    pub inputs: String,
    /// The settings that change the tables.
    pub settings: Value,
}

/// Seconds that each stage took, summed over all cores. `cache` is reading and writing intermediate results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageSeconds {
    pub ingest: f64,
    pub repair: f64,
    pub split: f64,
    pub tag: f64,
    pub rows: f64,
    pub cache: f64,
}

/// What a run did. Not part of the build's identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Number of articles by the reason why they were processed.
    pub work: BTreeMap<String, usize>,
    /// Seconds of the stages.
    pub stage_seconds: StageSeconds,
    /// Seconds of the run, until the build was checked.
    pub seconds: f64,
    /// What it warned of, in the input as a whole: later runs that find nothing to do warn of it again. Early builds lack it.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// A build's manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the tables.
    pub schema_version: String,
    /// The build's id.
    pub build_id: String,
    /// When it was published (UTC). Not part of the build's identity.
    pub created: String,
    /// What it was made from.
    pub provenance: Provenance,
    /// How much it holds.
    pub counts: Counts,
    /// What the run that made it did. Builds of early versions lack it.
    #[serde(default)]
    pub run: RunSummary,
    /// What became of the corrections, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewSummary>,
    /// Its files, by table.
    pub tables: BTreeMap<String, Vec<PartFile>>,
}

impl Manifest {
    /// A manifest of a build finished now.
    #[must_use]
    pub fn new(build_id: String, provenance: Provenance, counts: Counts, tables: TableFiles, run: RunSummary) -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            build_id,
            created: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            provenance,
            counts,
            run,
            review: None,
            tables: tables.into_iter().map(|(table, files)| (table.name().to_owned(), files)).collect(),
        }
    }

    /// The same with what became of the corrections.
    #[must_use]
    pub fn with_review(self, review: Option<ReviewSummary>) -> Self {
        Self { review, ..self }
    }

    /// The manifest of a build's folder; `None` if the build is not whole.
    #[must_use]
    pub fn read(build_folder: &Path) -> Option<Self> {
        let bytes = std::fs::read(build_folder.join(MANIFEST)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Every file of the build.
    pub fn files(&self) -> impl Iterator<Item = &PartFile> {
        self.tables.values().flatten()
    }

    /// Writes the manifest into a build's folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let mut json = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        json.push(b'\n');
        durable::write(&build_folder.join(MANIFEST), &json)
    }
}

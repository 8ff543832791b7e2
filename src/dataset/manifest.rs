//! The manifest: what a build was made from and what it holds.
//!
//! Invariant: it is written last, into the staged folder that is then renamed; a build that has one is whole. The build id is
//! a hash of the [`Provenance`] alone; when and how fast a build was made is recorded beside it. Every file of the tables is
//! listed with its size and hashes, and every other file with its hash, so that a build can be verified without making it
//! again; the manifest's own hash is its `checksum`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use walkdir::WalkDir;

use super::durable;
use super::error::DatasetError;
use super::part_file::{PartFile, TableFiles};
use super::review_list::ReviewSummary;
use crate::hashing::hash_file;
use engine::tables::schema::SCHEMA_VERSION;

/// Hex digits of a build id.
pub(crate) const BUILD_ID_DIGITS: usize = 16;

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
    /// The files beside the tables, with their BLAKE3 in hex digits. Builds of early versions lack it.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
    /// BLAKE3 of the manifest in hex digits, taken with zeros in its place. Builds of early versions lack it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) checksum: String,
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
            beside: BTreeMap::new(),
            checksum: String::new(),
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
        let text = std::fs::read_to_string(build_folder.join(MANIFEST)).ok()?;
        let manifest: Self = serde_json::from_str(&text).ok()?;
        let is_of_early_version = manifest.checksum.is_empty();
        let unsealed = || with_checksum(&text, &manifest.checksum, NO_CHECKSUM);
        (is_of_early_version || checksum_of(&unsealed()) == manifest.checksum).then_some(manifest)
    }

    /// Every file of the build by its path relative to the build's folder, with its BLAKE3 in hex digits.
    pub(super) fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        let beside = self.beside.iter().map(|(path, hash)| (path.as_str(), hash.as_str()));
        self.files().map(|file| (file.path.as_str(), file.blake3.as_str())).chain(beside)
    }

    /// Every file of the tables.
    pub fn files(&self) -> impl Iterator<Item = &PartFile> {
        self.tables.values().flatten()
    }

    /// Writes the manifest into a build's folder, with the hashes of the files that lie there beside the tables.
    ///
    /// # Errors
    /// If it cannot be written, or such a file cannot be read.
    pub fn write(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let sealed = Self { beside: hashes_beside(build_folder)?, checksum: NO_CHECKSUM.to_owned(), ..self.clone() };
        let text = serde_json::to_string_pretty(&sealed).expect("a manifest is plain data") + "\n";
        let text = with_checksum(&text, NO_CHECKSUM, &checksum_of(&text));
        durable::write(&build_folder.join(MANIFEST), text.as_bytes())
    }
}

/// Stands for the checksum while it is not known. No hash consists of zeros.
const NO_CHECKSUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn checksum_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// A manifest's text with another checksum, which is the last thing in it.
fn with_checksum(text: &str, from: &str, to: &str) -> String {
    let (before, after) = text.rsplit_once(from).unwrap_or((text, ""));
    format!("{before}{to}{after}")
}

/// The files of a folder that are not in another, with their hashes, once the disk has them.
fn hashes_beside(build_folder: &Path) -> Result<BTreeMap<String, String>, DatasetError> {
    let mut hashes = BTreeMap::new();
    for entry in WalkDir::new(build_folder).min_depth(1).max_depth(1) {
        let entry = entry.map_err(|error| DatasetError::io(build_folder, error.into()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_file() && name != MANIFEST {
            let hash = File::open(entry.path()).and_then(|file| file.sync_all()).and_then(|()| hash_file(entry.path()));
            hashes.insert(name, hash.map_err(|source| DatasetError::io(entry.path(), source))?.to_hex().to_string());
        }
    }
    Ok(hashes)
}

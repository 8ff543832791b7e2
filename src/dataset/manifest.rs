//! The manifest: what a build is made of and what it holds.
//!
//! Invariant: it is written last, into the staged folder that is then renamed; where it is, the build is whole. The build
//! id is a hash of the [`Provenance`] alone: when and how fast a build was made is told beside it. Every file of the tables
//! is listed with its size and hashes, so that a build can be checked without making it again.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DatasetError;
use super::TableFiles;
use super::writer::PartFile;
use engine::tables::schema::SCHEMA_VERSION;

/// The file's name in a build's folder.
pub const MANIFEST: &str = "manifest.json";

/// How much went in and came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Articles found, and files and records that are none; those passed over on purpose left out.
    pub inputs: usize,
    /// Articles published.
    pub articles: usize,
    /// Inputs rejected.
    pub rejects: usize,
    /// Articles left out because they are copies of others.
    #[serde(default)]
    pub dropped: usize,
    /// Sentences published.
    pub sentences: usize,
    /// Keyword hits.
    pub keywords: usize,
    /// Tokens of the articles.
    pub tokens: usize,
    /// Tokens that were changed.
    pub repaired: usize,
    /// Tokens that nothing explains.
    pub unresolved: usize,
}

impl Counts {
    /// Share of the inputs that was rejected.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn reject_ratio(&self) -> f64 {
        if self.inputs == 0 { 0.0 } else { self.rejects as f64 / self.inputs as f64 }
    }
}

/// What a build's content depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program.
    pub tarmim: String,
    /// Versions of the stages' code.
    pub stages: BTreeMap<String, u32>,
    /// The model.
    pub model_id: String,
    /// Hash of the vocabularies.
    pub vocabulary: String,
    /// Hash of the inputs' paths and contents.
    pub inputs: String,
    /// The settings.
    pub settings: Value,
}

/// Seconds that each stage took, on all cores together; unpacking what earlier runs worked out, and packing it, is `cache`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the stages' names")]
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
    /// Articles, by why they were worked on.
    pub work: BTreeMap<String, usize>,
    /// Seconds of the stages.
    pub stage_seconds: StageSeconds,
    /// Seconds of the run, until the build was checked.
    pub seconds: f64,
}

/// A build's manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the tables.
    pub schema_version: String,
    /// The build.
    pub build_id: String,
    /// When it was published (UTC). Not part of the build's identity.
    pub created: String,
    /// What it was made of.
    pub provenance: Provenance,
    /// How much it holds.
    pub counts: Counts,
    /// What the run that made it did.
    #[serde(default)]
    pub run: RunSummary,
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
            tables: tables.into_iter().map(|(table, files)| (table.name().to_owned(), files)).collect(),
        }
    }

    /// The manifest of a build's folder; `None` where the build is not whole.
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
    /// Where it cannot be written.
    pub fn write(&self, build_folder: &Path) -> Result<(), DatasetError> {
        let path = build_folder.join(MANIFEST);
        let mut json = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        json.push(b'\n');
        let file = std::fs::write(&path, json).and_then(|()| std::fs::File::open(&path)?.sync_all());
        file.map_err(|source| DatasetError::io(&path, source))
    }
}

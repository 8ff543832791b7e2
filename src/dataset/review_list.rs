//! `review.csv` in a build's folder: each correction with what became of it, so that those that no longer apply are seen.
//!
//! The file depends on the input, the corrections and the vocabulary alone.

use std::path::Path;

use engine::review::{Answer, Change, Correction, Corrections, ReviewTally, Scope};
use engine::tag::Vocabulary;
use serde::{Deserialize, Serialize};

use super::durable;
use super::error::DatasetError;
use super::formula::without_formula;

/// The file's name in a build's folder.
const LIST: &str = "review.csv";

/// How many corrections there are, and how many were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSummary {
    /// Corrections in the files.
    pub corrections: usize,
    /// Those that hold somewhere.
    pub applied: usize,
    /// Places that they hold at.
    pub places: usize,
}

impl ReviewSummary {
    /// A warning if some corrections hold nowhere.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let Self { corrections, applied, .. } = self;
        let left = corrections - applied;
        (left > 0)
            .then(|| format!("{left} of {corrections} corrections were not applied; {LIST} in the build's folder says why"))
    }
}

/// A correction as the list of a build has it.
#[derive(Clone, Debug, Deserialize)]
pub struct ReviewedCorrection {
    /// The name of its file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// The text that it is about.
    pub raw: String,
    /// What became of it.
    pub status: String,
}

impl ReviewedCorrection {
    /// Whether it holds somewhere.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.status == APPLIED
    }
}

/// The list of a build that has corrections.
///
/// # Errors
/// If it cannot be read.
pub fn reviewed_corrections(build_folder: &Path) -> Result<Vec<ReviewedCorrection>, DatasetError> {
    let path = build_folder.join(LIST);
    let read = csv::Reader::from_path(&path).and_then(|mut list| list.deserialize().collect());
    read.map_err(|error| DatasetError::io(&path, error.into()))
}

/// The corrections of a run, to be listed when it is known what became of them.
pub struct ReviewList {
    corrections: Corrections,
    /// For each, the concept that it names and the vocabulary lacks.
    unknown: Vec<Option<String>>,
}

impl ReviewList {
    /// The corrections that are applied with a vocabulary.
    #[must_use]
    pub fn new(corrections: &Corrections, vocabulary: &Vocabulary) -> Self {
        let is_unknown = |id: &&String| !vocabulary.concepts().iter().any(|concept| concept.id == **id);
        let unknown = |correction: &Correction| match &correction.change {
            Change::Keyword { drop, add } => [add, drop].into_iter().flatten().find(is_unknown).cloned(),
            Change::Form(_) | Change::SentenceEnd(_) => None,
        };
        Self { unknown: corrections.all().iter().map(unknown).collect(), corrections: corrections.clone() }
    }

    /// Writes the list into a build's folder; `None` if there is no correction.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, build_folder: &Path, tally: &ReviewTally) -> Result<Option<ReviewSummary>, DatasetError> {
        if self.corrections.all().is_empty() {
            return Ok(None);
        }
        let mut summary = ReviewSummary::default();
        let mut list = csv::Writer::from_writer(Vec::new());
        let path = build_folder.join(LIST);
        let failed = |error: csv::Error| DatasetError::io(&path, error.into());
        list.write_record(["file", "line", "scope", "article", "raw", "status", "places"]).map_err(failed)?;
        for (index, correction) in self.corrections.all().iter().enumerate() {
            let answer = tally.answer(index);
            let status = status(correction, answer, self.unknown[index].as_deref());
            summary.corrections += 1;
            summary.applied += usize::from(status == APPLIED);
            let places = if status == APPLIED { answer.places } else { 0 };
            summary.places += places;
            let file = Path::new(&correction.file).file_name().map(|name| name.to_string_lossy().into_owned());
            let (line, raw, places) = (correction.line.to_string(), correction.raw.join(" "), places.to_string());
            let row =
                [&file.unwrap_or_default(), &line, correction.scope.name(), &correction.article, &raw, &status, &places];
            list.write_record(row.map(|cell| without_formula(cell).into_owned())).map_err(failed)?;
        }
        let bytes = list.into_inner().map_err(|error| DatasetError::io(&path, error.into_error()))?;
        durable::write(&path, &bytes)?;
        Ok(Some(summary))
    }
}

/// The status of a correction that holds somewhere.
const APPLIED: &str = "applied";

/// What became of a correction, in words.
fn status(correction: &Correction, answer: Answer, unknown: Option<&str>) -> String {
    match answer {
        _ if unknown.is_some() => format!("the vocabulary has no concept {}", unknown.unwrap_or_default()),
        Answer { places: 1.., .. } => APPLIED.to_owned(),
        Answer { ambiguous: 1.., .. } => {
            format!("{} places fit; give more of the text before and after", answer.ambiguous)
        }
        Answer { overridden: 1.., .. } => "another correction of the same place wins".to_owned(),
        Answer { articles: 0, .. } if correction.scope != Scope::Corpus => {
            "no such article in the build; perhaps it is left out as a copy, or rejected".to_owned()
        }
        _ => "no such text".to_owned(),
    }
}

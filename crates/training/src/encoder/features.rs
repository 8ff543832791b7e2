//! The features that own an embedding row, as a stage of training: choosing them takes a pass over the corpus.

use super::vocabulary;
use crate::checkpoint::Section;
use crate::corpus::Corpus;
use engine::encoder::features::FeatureRows;
use engine::model::{ModelError, ModelFile, SectionWriter};
use engine::repair::Repairer;

/// The features of damaged words and of candidates that own a row.
pub(crate) struct EncoderRows {
    pub(super) words: FeatureRows,
    pub(super) candidates: FeatureRows,
}

impl EncoderRows {
    /// Reads what [`choose_features`] chose.
    pub(crate) fn read(file: &ModelFile) -> Result<Self, ModelError> {
        let rows = |name| FeatureRows::read(&mut file.section(name)?);
        Ok(Self { words: rows("word rows")?, candidates: rows("candidate rows")? })
    }
}

/// Chooses the features that own a row.
pub(crate) fn choose_features(corpus: &Corpus, repairer: &Repairer, seed: u64) -> Vec<Section> {
    let (words, candidates) = vocabulary::choose(corpus, repairer, seed);
    let section = |rows: &FeatureRows| {
        let mut section = SectionWriter::default();
        rows.write(&mut section);
        section.into_bytes()
    };
    vec![("word rows", section(&words)), ("candidate rows", section(&candidates))]
}

#[cfg(test)]
impl EncoderRows {
    /// So many rows of each, row 0 included.
    pub(super) fn of_count(count: u32) -> Self {
        let rows = || FeatureRows::new((1..count).collect());
        Self { words: rows(), candidates: rows() }
    }
}

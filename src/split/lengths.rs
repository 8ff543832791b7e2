//! How long sentences are, as stored: the cost of each length, learnt from the corpus.

use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// Lengths beyond this many tokens share one entry.
pub const LONGEST: usize = 128;

/// The length model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthModel {
    /// Cost of a sentence of `index + 1` tokens, in units of [`crate::repair::habit::UNITS_PER_NAT`].
    pub costs: Vec<i32>,
}

impl LengthModel {
    /// The model's section of a model file.
    ///
    /// # Errors
    /// Where it is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("lengths")?)
    }

    /// Writes the model: how many lengths, then their costs.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(u32::try_from(self.costs.len()).expect("few lengths"));
        self.costs.iter().for_each(|cost| section.i32(*cost));
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        if section.u32()? as usize != LONGEST {
            return Err(section.corrupt("another number of sentence lengths than this version uses"));
        }
        Ok(Self { costs: (0..LONGEST).map(|_| section.i32()).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_model_reads_back() {
        let model = LengthModel { costs: (0..).take(LONGEST).collect() };
        let mut section = SectionWriter::default();
        model.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(LengthModel::read(&mut SectionReader::new("lengths", &bytes)).expect("readable"), model);
    }
}

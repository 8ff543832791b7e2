//! The boundary model as stored and as it runs: one integer weight per feature and question.
//!
//! Two questions are asked of each place between tokens: does a sentence end here, and was a number deleted here? They see
//! the same features, so they share the look-ups.

use super::features::{WordShape, features_at};
use crate::linear::{UNITS_PER_LOGIT, WeightTable};
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// Lengths beyond this many tokens share one entry of the length model.
pub const LONGEST: usize = 128;

/// The stored model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryModel {
    /// What features say of the sentence end and of the missing number.
    pub weights: WeightTable<2>,
    /// Log-odds where no feature speaks, in units.
    pub bias: [i32; 2],
    /// Cost of a sentence of `index + 1` tokens, in units.
    pub length_costs: Vec<i32>,
}

/// Log-odds, in units of [`UNITS_PER_LOGIT`], about one place between tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceScore {
    /// That a sentence ends here.
    pub sentence_end: i32,
    /// That a number is missing here.
    pub missing_number: i32,
}

impl BoundaryModel {
    /// The model's section of a model file.
    ///
    /// # Errors
    /// Where it is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("boundary")?)
    }

    /// Writes the model: biases, length costs, weights.
    pub fn write(&self, section: &mut SectionWriter) {
        self.bias.iter().for_each(|bias| section.i32(*bias));
        section.u32(u32::try_from(self.length_costs.len()).expect("few lengths"));
        self.length_costs.iter().for_each(|cost| section.i32(*cost));
        self.weights.write(section);
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let bias = [section.i32()?, section.i32()?];
        let lengths = section.u32()? as usize;
        if lengths != LONGEST {
            return Err(section.corrupt("another number of sentence lengths than this version uses"));
        }
        let length_costs = (0..lengths).map(|_| section.i32()).collect::<Result<_, _>>()?;
        Ok(Self { weights: WeightTable::read(section)?, bias, length_costs })
    }

    /// What the model says of the place after each token but the last.
    pub fn score(&self, shapes: &[WordShape], scores: &mut Vec<PlaceScore>) {
        scores.clear();
        scores.extend((0..shapes.len().saturating_sub(1)).map(|token| {
            let [end, number] = self.weights.sum(features_at(shapes, token));
            PlaceScore { sentence_end: self.bias[0] + end, missing_number: self.bias[1] + number }
        }));
    }
}

/// The probability of log-odds given in units, rounded to 1e-4.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "four decimals fit a 32-bit float")]
pub fn probability(units: i32) -> f32 {
    let odds = libm::exp(f64::from(units) / UNITS_PER_LOGIT);
    (libm::rint(odds / (1.0 + odds) * 1e4) / 1e4) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Bucket;

    #[test]
    fn a_stored_model_reads_back() {
        let weights = WeightTable::new(4, vec![Bucket { fingerprint: 9, weights: [-128, 127] }; 16]);
        let model = BoundaryModel { weights, bias: [-30, 5], length_costs: vec![3; LONGEST] };
        let mut section = SectionWriter::default();
        model.write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(BoundaryModel::read(&mut SectionReader::new("boundary", &bytes)).expect("readable"), model);
    }

    #[test]
    fn even_odds_are_a_half() {
        assert!((probability(0) - 0.5).abs() < 1e-6);
        assert!(probability(200) > 0.999 && probability(-200) < 0.001);
    }
}

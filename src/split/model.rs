//! The boundary model as stored and as it runs: one integer weight per feature and question.
//!
//! Two questions are asked of each place between tokens: does a sentence end here, and was a number deleted here? They see
//! the same features, so they share the look-ups.

use super::features::{FEATURES, Feature, WordShape, features_at};
use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};

/// Sums of weights in this many units are one unit of log-odds.
pub const UNITS_PER_LOGIT: f64 = 16.0;

/// Lengths beyond this many tokens share one entry of the length model.
pub const LONGEST: usize = 128;

/// What one feature says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeatureWeight {
    /// The feature that the bucket belongs to; another one in the same bucket says nothing.
    pub fingerprint: u8,
    /// About the sentence end.
    pub sentence_end: i8,
    /// About the missing number.
    pub missing_number: i8,
}

/// The stored model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryModel {
    /// Per bucket, the weights of the feature that it belongs to.
    pub weights: Vec<FeatureWeight>,
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
        for FeatureWeight { fingerprint, sentence_end, missing_number } in &self.weights {
            section.bytes(&[*fingerprint, sentence_end.to_le_bytes()[0], missing_number.to_le_bytes()[0]]);
        }
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        let bias = [section.i32()?, section.i32()?];
        let lengths = section.u32()? as usize;
        if lengths != LONGEST {
            return Err(section.corrupt("another number of sentence lengths than this version uses"));
        }
        let length_costs = (0..lengths).map(|_| section.i32()).collect::<Result<_, _>>()?;
        let (weights, _) = section.bytes(3 << Feature::BUCKET_BITS)?.as_chunks::<3>();
        let weight = |&[fingerprint, end, number]: &[u8; 3]| FeatureWeight {
            fingerprint,
            sentence_end: i8::from_le_bytes([end]),
            missing_number: i8::from_le_bytes([number]),
        };
        Ok(Self { weights: weights.iter().map(weight).collect(), bias, length_costs })
    }

    /// What the model says of the place after each token but the last.
    pub fn score(&self, shapes: &[WordShape], scores: &mut Vec<PlaceScore>) {
        scores.clear();
        scores.extend((0..shapes.len().saturating_sub(1)).map(|token| self.score_place(&features_at(shapes, token))));
    }

    fn score_place(&self, features: &[Feature; FEATURES]) -> PlaceScore {
        let mut score = PlaceScore { sentence_end: self.bias[0], missing_number: self.bias[1] };
        for feature in features {
            let weight = self.weights[feature.bucket()];
            if weight.fingerprint == feature.fingerprint() {
                score.sentence_end += i32::from(weight.sentence_end);
                score.missing_number += i32::from(weight.missing_number);
            }
        }
        score
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

    #[test]
    fn a_stored_model_reads_back() {
        let mut model = BoundaryModel {
            weights: vec![FeatureWeight::default(); 1 << Feature::BUCKET_BITS],
            bias: [-30, 5],
            length_costs: vec![3; LONGEST],
        };
        model.weights[17] = FeatureWeight { fingerprint: 9, sentence_end: -128, missing_number: 127 };
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

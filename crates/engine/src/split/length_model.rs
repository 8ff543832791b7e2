//! The distribution of sentence lengths: the cost of each length, learnt from the corpus for several classes of articles.
//!
//! Writers differ more than sentences do: one newsroom ends a sentence every fifteen words, another every fifty. A single
//! distribution would pull both towards the middle, so articles are classified by their mean sentence length, and each class has a
//! distribution. [`LengthModel`] is the stored form; [`LengthRatios`] is compiled from it.
//!
//! Invariant: a length counts by its ratio to a geometric distribution with the same mean, the lengths of a process without memory.
//! How *often* sentences end is the encoder's business, and must not be counted twice. Lengths beyond the last one counted have its ratio.

use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};
use crate::repair::costs::UNITS_PER_NAT;

/// Lengths from this many tokens on share one entry.
pub const LONGEST: usize = 128;
/// Classes of articles, by mean sentence length.
pub const CLASSES: usize = 8;
/// Standard deviation of the Gaussian that weights classes by the distance of their means, in nats (log of the ratio of means).
const SPREAD: f64 = 0.1;

/// Sentence lengths in one class of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthClass {
    /// Mean sentence length, in hundredths of a token.
    pub mean: u32,
    /// Cost of a sentence of `index + 1` tokens, in units of [`UNITS_PER_NAT`].
    pub costs: Vec<i32>,
}

/// The length model as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthModel {
    /// [`CLASSES`] classes, in the order of their means.
    pub classes: Vec<LengthClass>,
}

impl LengthClass {
    /// Mean sentence length, in tokens.
    #[must_use]
    pub fn mean_tokens(&self) -> f64 {
        // At a mean of 1, the geometric distribution has p = 1, and `log_ratio` would take the logarithm of 0.
        (f64::from(self.mean) / 100.0).max(1.5)
    }

    /// The logarithm of the ratio between the probability of `index + 1` tokens and that under a geometric distribution with the same
    /// mean.
    fn log_ratio(&self, index: usize) -> f64 {
        let mean = self.mean_tokens();
        let before = f64::from(u32::try_from(index).unwrap_or(u32::MAX));
        // The geometric distribution: p (1 - p)^index with p = 1 / mean.
        -libm::log(1.0 / mean) - libm::log(1.0 - 1.0 / mean) * before - f64::from(self.costs[index]) / UNITS_PER_NAT
    }
}

impl LengthModel {
    /// Reads the section of a model file.
    ///
    /// # Errors
    /// If the section is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("lengths")?)
    }

    /// Writes the number of classes and of lengths, then the mean and the costs of each class.
    pub fn write(&self, section: &mut SectionWriter) {
        section.u32(u32::try_from(self.classes.len()).expect("few classes"));
        section.u32(u32::try_from(LONGEST).expect("few lengths"));
        for class in &self.classes {
            section.u32(class.mean);
            class.costs.iter().for_each(|cost| section.i32(*cost));
        }
    }

    fn read(section: &mut SectionReader<'_>) -> Result<Self, ModelError> {
        if (section.u32()? as usize, section.u32()? as usize) != (CLASSES, LONGEST) {
            return Err(section.corrupt("the number of sentence lengths differs from this version's"));
        }
        let mut class = || -> Result<LengthClass, ModelError> {
            Ok(LengthClass { mean: section.u32()?, costs: (0..LONGEST).map(|_| section.i32()).collect::<Result<_, _>>()? })
        };
        Ok(Self { classes: (0..CLASSES).map(|_| class()).collect::<Result<_, _>>()? })
    }
}

/// The length model, compiled for one weight and one limit of sentence length.
#[derive(Debug)]
pub struct LengthRatios {
    /// For each class, the logarithm of its mean, and the weighted log-ratio of each length.
    classes: Vec<(f64, Vec<f64>)>,
    max_tokens: usize,
}

impl LengthRatios {
    /// Compiles a model for sentences of at most `max_tokens`. The log-ratios are multiplied by `weight`.
    #[must_use]
    pub fn new(model: &LengthModel, weight: f64, max_tokens: usize) -> Self {
        // The last entry is the total of all lengths from there on, so it is not the cost of any single length.
        let known = max_tokens.min(LONGEST - 1);
        let log_ratios = |class: &LengthClass| (0..known).map(|index| weight * class.log_ratio(index)).collect();
        let class = |class: &LengthClass| (libm::log(class.mean_tokens()), log_ratios(class));
        Self { classes: model.classes.iter().map(class).collect(), max_tokens }
    }

    /// The ratio of each length (at index `length - 1`) in an article with an expected mean sentence length of `mean_tokens`. Interpolates
    /// between the classes whose means are near.
    #[must_use]
    pub fn ratios(&self, mean_tokens: f64) -> Vec<f64> {
        // Beyond the outermost classes every weight would underflow to 0, so the mean is clamped to theirs.
        let (least, largest) = (self.classes[0].0, self.classes[self.classes.len() - 1].0);
        // `libm` rather than the methods of `f64`, whose results may differ from platform to platform.
        let mean = libm::log(mean_tokens).clamp(least, largest);
        let nearness = |(class, _): &(f64, Vec<f64>)| {
            let distance = (class - mean) / SPREAD;
            libm::exp(-0.5 * distance * distance)
        };
        let shares: Vec<f64> = self.classes.iter().map(nearness).collect();
        let total: f64 = shares.iter().sum();
        let mixed = |index: usize| -> f64 {
            self.classes.iter().zip(&shares).map(|((_, ratios), share)| share / total * ratios[index]).sum()
        };
        let known: Vec<f64> = (0..self.classes[0].1.len()).map(|index| libm::exp(mixed(index))).collect();
        // A constant ratio beyond the last known length leaves the tail geometric: long sentences are not forbidden.
        (0..self.max_tokens).map(|index| known[index.min(known.len() - 1)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> LengthModel {
        let class = |number: u32| LengthClass { mean: 1000 + 500 * number, costs: (0..).take(LONGEST).collect() };
        LengthModel { classes: (0..8).map(class).collect() }
    }

    #[test]
    fn a_stored_model_reads_back() {
        let mut section = SectionWriter::default();
        model().write(&mut section);
        let bytes = section.into_bytes();
        assert_eq!(LengthModel::read(&mut SectionReader::new("lengths", &bytes)).expect("readable"), model());
    }

    #[test]
    fn ratios_are_those_of_the_classes_near_the_mean() {
        let mut model = model();
        for (class, cheap) in model.classes.iter_mut().zip([9, 14, 19, 24, 29, 34, 39, 44]) {
            class.costs = vec![2000; LONGEST];
            class.costs[cheap] = 500;
        }
        let likeliest = |mean: f64| {
            let ratios = LengthRatios::new(&model, 1.0, 60).ratios(mean);
            (0..60).max_by(|a, b| ratios[*a].total_cmp(&ratios[*b])).expect("some")
        };
        assert_eq!([1.0, 10.0, 25.0, 45.0, 1000.0].map(likeliest), [9, 9, 24, 44, 44]);
    }

    #[test]
    fn a_geometric_distribution_adds_nothing() {
        let cost = |index: usize| -libm::log(0.1 * libm::pow(0.9, f64::from(u32::try_from(index).expect("small"))));
        #[expect(clippy::cast_possible_truncation, reason = "a few thousand units")]
        let costs = (0..LONGEST).map(|index| libm::rint(cost(index) * UNITS_PER_NAT) as i32).collect();
        let model = LengthModel { classes: vec![LengthClass { mean: 1000, costs }; CLASSES] };
        let ratios = LengthRatios::new(&model, 1.0, 100).ratios(10.0);
        assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.01), "{ratios:?}");
    }
}

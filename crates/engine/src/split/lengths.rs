//! How long sentences are, as stored: for each of several kinds of article, the cost of each length, learnt from the corpus.
//!
//! Writers differ more than sentences do: one newspaper's desk ends a sentence every fifteen words, another every fifty. One
//! distribution for all would pull both to the middle, so there is one for each class of articles, told by its mean.
//! [`LengthModel`] is what is stored; [`LengthRatios`] is compiled from it.
//!
//! Invariant: a length weighs what it adds to a process without memory that has the same mean, so that how often sentences
//! end, which the encoder knows, is not counted twice. Lengths beyond what was counted weigh as the last that was.

use crate::model::{ModelError, ModelFile, SectionReader, SectionWriter};
use crate::repair::habit::UNITS_PER_NAT;

/// Lengths beyond this many tokens share one entry.
pub const LONGEST: usize = 128;
/// Classes of articles.
pub const CLASSES: usize = 8;
/// Logarithm of the ratio at which a class's mean is one standard deviation away.
const SPREAD: f64 = 0.1;

/// The lengths of sentences in one class of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthClass {
    /// Mean length of a sentence, in hundredths of a token.
    pub mean: u32,
    /// Cost of a sentence of `index + 1` tokens, in units of [`UNITS_PER_NAT`].
    pub costs: Vec<i32>,
}

/// The length model: classes in the order of their means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthModel {
    /// [`CLASSES`] of them.
    pub classes: Vec<LengthClass>,
}

impl LengthClass {
    /// Mean length of a sentence, in tokens.
    #[must_use]
    pub fn mean_tokens(&self) -> f64 {
        (f64::from(self.mean) / 100.0).max(1.5)
    }

    /// The logarithm of how much likelier a sentence of `index + 1` tokens is than under a process without memory that has the same
    /// mean: the encoder knows how often sentences end, and only what it does not know may be added to it.
    fn log_ratio(&self, index: usize) -> f64 {
        let mean = self.mean_tokens();
        let before = f64::from(u32::try_from(index).unwrap_or(u32::MAX));
        -libm::log(1.0 / mean) - libm::log(1.0 - 1.0 / mean) * before - f64::from(self.costs[index]) / UNITS_PER_NAT
    }
}

impl LengthModel {
    /// The model's section of a model file.
    ///
    /// # Errors
    /// Where it is missing or damaged.
    pub fn open(model: &ModelFile) -> Result<Self, ModelError> {
        Self::read(&mut model.section("lengths")?)
    }

    /// Writes the model: how many classes and lengths, then of each class its mean and its costs.
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
            return Err(section.corrupt("another number of sentence lengths than this version uses"));
        }
        let mut class = || -> Result<LengthClass, ModelError> {
            Ok(LengthClass { mean: section.u32()?, costs: (0..LONGEST).map(|_| section.i32()).collect::<Result<_, _>>()? })
        };
        Ok(Self { classes: (0..CLASSES).map(|_| class()).collect::<Result<_, _>>()? })
    }
}

/// The length model, compiled: what the classes say of each length, for sentences of bounded length and one weight.
#[derive(Debug)]
pub struct LengthRatios {
    /// Of each class, the logarithm of its mean, and of how much likelier each length is than chance makes it, to the power of the weight.
    classes: Vec<(f64, Vec<f64>)>,
    max_tokens: usize,
}

impl LengthRatios {
    /// Compiles a model for sentences of at most so many tokens.
    #[must_use]
    pub fn new(model: &LengthModel, weight: f64, max_tokens: usize) -> Self {
        // The last entry stands for all lengths from there on, so it says nothing of one of them.
        let known = max_tokens.min(LONGEST - 1);
        let log_ratios = |class: &LengthClass| (0..known).map(|index| weight * class.log_ratio(index)).collect();
        let class = |class: &LengthClass| (libm::log(class.mean_tokens()), log_ratios(class));
        Self { classes: model.classes.iter().map(class).collect(), max_tokens }
    }

    /// How much likelier each length is than chance makes it, in an article whose sentences are expected to have so many tokens in the
    /// mean: what the classes say, weighed by how near their means are.
    #[must_use]
    pub fn ratios(&self, mean_tokens: f64) -> Vec<f64> {
        let (least, largest) = (self.classes[0].0, self.classes[self.classes.len() - 1].0);
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
    fn an_article_has_the_lengths_of_the_classes_near_its_mean() {
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
    fn a_process_without_memory_adds_nothing() {
        let cost = |index: usize| -libm::log(0.1 * libm::pow(0.9, f64::from(u32::try_from(index).expect("small"))));
        #[expect(clippy::cast_possible_truncation, reason = "a few thousand units")]
        let costs = (0..LONGEST).map(|index| libm::rint(cost(index) * UNITS_PER_NAT) as i32).collect();
        let model = LengthModel { classes: vec![LengthClass { mean: 1000, costs }; CLASSES] };
        let ratios = LengthRatios::new(&model, 1.0, 100).ratios(10.0);
        assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.01), "{ratios:?}");
    }
}

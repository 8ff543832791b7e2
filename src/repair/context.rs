//! The context scorer: which candidate the words around it speak for, up to four words away.
//!
//! A log-linear model over hashed features. The n-gram model sees two words back; this one sees both sides and shapes of
//! words (a feminine plural three words before an adjective), on the *damaged* words, which are certain, where the
//! lattice's neighbours are not. It is trained to choose among the candidates by itself, and joined with the n-gram model by
//! weights, as one more [`CandidateScorer`].
//!
//! Invariant: training and repair call the same [`features_at`].

use super::habit::UNITS_PER_NAT;
use super::language_model::LanguageModel;
use super::lattice::Lattice;
use super::lexicon::{Lexicon, UNKNOWN};
use super::{ArticleContext, CandidateScorer};
use crate::arabic::{code, is_hamzated_alif, is_plain};
use crate::linear::{Feature, UNITS_PER_LOGIT, WeightTable, hash_letters};
use crate::model::{ModelError, ModelFile};

/// How many features a candidate has.
pub const FEATURES: usize = 30;

/// Words on each side that are looked at.
const REACH: usize = 4;

/// A damaged word as its neighbours see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NeighbourShape {
    word: u32,
    ends: u32,
}

impl NeighbourShape {
    /// The shape of a damaged word (letter codes).
    #[must_use]
    pub fn new(codes: &[u8]) -> Self {
        let head = hash_letters(1, &codes[..codes.len().min(2)]);
        let tail = hash_letters(2, &codes[codes.len().saturating_sub(2)..]);
        Self { word: hash_letters(0, codes), ends: head.rotate_left(7) ^ tail }
    }
}

/// A candidate as features see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CandidateShape {
    word: u32,
    label: u32,
    ending: u32,
}

impl CandidateShape {
    /// The shape of a word (letter codes): itself, which of its letters damage would take, and its last letters.
    #[must_use]
    pub fn new(codes: &[u8]) -> Self {
        let last = codes.last().copied().filter(|c| !is_plain(*c) || *c == code::YA).unwrap_or(0);
        let first = codes.iter().take(4).copied().find(|c| is_hamzated_alif(*c) || *c == code::ALIF).unwrap_or(0);
        let inside = codes.get(1..codes.len().saturating_sub(1)).unwrap_or_default();
        let mut damaged = vec![last, first];
        damaged.extend(inside.iter().filter(|c| !is_plain(**c)));
        let label = hash_letters(3, &damaged);
        Self {
            word: hash_letters(4, codes),
            label,
            ending: hash_letters(5, &codes[codes.len().saturating_sub(2)..]) ^ label,
        }
    }
}

/// What speaks for or against one candidate of the word at `slot`; places beyond the article count as empty words.
#[must_use]
pub fn features_at(neighbours: &[NeighbourShape], slot: usize, candidate: CandidateShape) -> [Feature; FEATURES] {
    let at = |offset: usize| (slot + offset).checked_sub(REACH).and_then(|i| neighbours.get(i)).copied().unwrap_or_default();
    let [l4, l3, l2, l1, _, r1, r2, r3, r4]: [NeighbourShape; 2 * REACH + 1] = std::array::from_fn(at);
    let CandidateShape { word, label, ending } = candidate;
    let parts: [[u32; 3]; FEATURES] = [
        [label, l4.word, 0],
        [label, l3.word, 0],
        [label, l2.word, 0],
        [label, l1.word, 0],
        [label, r1.word, 0],
        [label, r2.word, 0],
        [label, r3.word, 0],
        [label, r4.word, 0],
        [label, l4.ends, 0],
        [label, l3.ends, 0],
        [label, l2.ends, 0],
        [label, l1.ends, 0],
        [label, r1.ends, 0],
        [label, r2.ends, 0],
        [label, r3.ends, 0],
        [label, r4.ends, 0],
        [word, l2.word, 0],
        [word, l1.word, 0],
        [word, r1.word, 0],
        [word, r2.word, 0],
        [word, l1.ends, 0],
        [word, r1.ends, 0],
        [label, l1.word, r1.word],
        [label, l2.word, l1.word],
        [label, r1.word, r2.word],
        [label, l1.ends, l2.ends],
        [label, r1.ends, r2.ends],
        [label, l1.ends, r1.ends],
        [ending, l1.ends, 0],
        [ending, r1.ends, 0],
    ];
    let mut template = 100;
    parts.map(|parts| {
        template += 1;
        Feature::new(template, parts)
    })
}

/// The model, compiled for scoring.
#[derive(Debug)]
pub struct ContextScorer {
    weights: WeightTable<1>,
    /// By word id.
    shapes: Vec<CandidateShape>,
    /// Costs by word id, in units of [`UNITS_PER_NAT`].
    priors: Vec<i32>,
    strength: f64,
}

impl ContextScorer {
    /// The scorer with a model's data; `strength` is its weight against other evidence.
    ///
    /// # Errors
    /// Where the model lacks the section or it is damaged.
    pub fn new(
        model: &ModelFile,
        lexicon: &Lexicon,
        language_model: &LanguageModel,
        strength: f64,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            weights: WeightTable::read(&mut model.section("context")?)?,
            shapes: lexicon.words().map(CandidateShape::new).collect(),
            priors: (0..).take(lexicon.len()).map(|id| language_model.unigram(id)).collect(),
            strength,
        })
    }

    /// Log-odds in units of [`UNITS_PER_LOGIT`] as a weighted cost in units of [`UNITS_PER_NAT`].
    #[expect(clippy::cast_possible_truncation, reason = "thirty weights of a byte each")]
    fn cost(&self, prior: i32, logit: i32) -> i32 {
        libm::rint((f64::from(prior) - f64::from(logit) * UNITS_PER_NAT / UNITS_PER_LOGIT) * self.strength) as i32
    }
}

impl CandidateScorer for ContextScorer {
    fn score(&self, article: &ArticleContext<'_>, lattice: &mut Lattice) {
        for slot in 0..lattice.len() {
            let candidates = lattice.candidates_mut(slot);
            if candidates.len() == 1 {
                continue;
            }
            for (index, candidate) in candidates.iter_mut().enumerate() {
                let shape = match candidate.last() {
                    UNKNOWN => CandidateShape::new(article.letters(slot, index)),
                    id => self.shapes[id as usize],
                };
                let [logit] = self.weights.sum(features_at(article.neighbours, slot, shape));
                candidate.cost += self.cost(self.priors[candidate.word as usize], logit);
            }
        }
    }
}

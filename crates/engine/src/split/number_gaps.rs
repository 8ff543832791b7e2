//! Places where numbers were deleted.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::log_odds::probability;
use crate::repair::{Damage, Repaired};
use crate::rounded::{probability as ten_thousandths, rounded};

/// A missing number is reported from this probability on.
const LEAST_GAP_CONFIDENCE: f32 = 0.5;
/// Confidence that a number is missing at a lone `ر`, the remnant of a decimal; now and then it is the letter or a rare word.
const REMNANT_GAP_CONFIDENCE: f32 = 0.9;

/// A place where a number was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberGap {
    /// The number stood after this token of the article; a remnant, a lone `ر`, is in the number's own place.
    pub token: usize,
    /// Probability, rounded to 1e-4.
    #[serde(with = "ten_thousandths")]
    pub confidence: f32,
}

/// The missing numbers in a run of tokens. Only stripped text has lost numbers.
pub(super) fn number_gaps(tokens: Range<usize>, article: &Repaired) -> Vec<NumberGap> {
    let gap = |token| NumberGap { token, confidence: gap_confidence(token, article) };
    let stripped = tokens.filter(|token| article.damage(*token) == Damage::Stripped);
    stripped.map(gap).filter(|gap| gap.confidence >= LEAST_GAP_CONFIDENCE).collect()
}

fn gap_confidence(token: usize, article: &Repaired) -> f32 {
    let next = token + 1;
    let has_next = next < article.places().len();
    let predicted = rounded(probability(f64::from(article.places()[token].missing_number)));
    match article.is_number_remnant(token) {
        true if has_next => predicted.max(REMNANT_GAP_CONFIDENCE),
        true => REMNANT_GAP_CONFIDENCE,
        false if !has_next || article.is_number_remnant(next) => 0.0,
        false => predicted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::repair::{Outcome, PlaceOdds, Stretch};

    fn gaps(stretches: Vec<Stretch>, missing_number: f32) -> Vec<usize> {
        let document = Document::from_text("t", "بلغ عدد ر مليون ر");
        let outcomes = (0..5).map(|_| Outcome { confidence: 1.0, unresolved: false, reading: None }).collect::<Vec<_>>();
        let places = vec![PlaceOdds { missing_number, ..PlaceOdds::UNLIKELY }; 5];
        let article = Repaired::new(document, stretches, outcomes, places);
        number_gaps(0..5, &article).iter().map(|gap| gap.token).collect()
    }

    #[test]
    fn a_number_is_reported_once_at_its_remnant() {
        let stretch = |tokens, damage| Stretch { tokens, damage };
        assert_eq!(gaps(vec![stretch(0..5, Damage::Stripped)], -8.0), [2, 4], "the encoder sees none");
        let mixed = vec![stretch(0..1, Damage::Intact), stretch(1..5, Damage::Stripped)];
        assert_eq!(gaps(mixed, 8.0), [2, 4], "none in intact text, none before a remnant");
    }
}

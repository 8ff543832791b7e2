//! Numbers that the script deleted: where they stood, and what they left behind.
//!
//! A deleted number usually leaves nothing, and only the encoder can tell that one is missing. But newspapers write the
//! decimal point as `ر` (`3ر5`), so a lone `ر` in stripped text is the remnant of a number. Both sides of that rule are here:
//! repair leaves a remnant as it is, and splitting asks [`Repaired::number_gaps`] where numbers are missing.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::boundaries::logistic;
use super::damage::Damage;
use super::repaired::Repaired;
use crate::rounded::{probability as ten_thousandths, rounded};

/// Confidence that a lone `ر` in stripped text is a remnant of a number, so that leaving it alone is right.
pub(super) const REMNANT_CONFIDENCE: f32 = 0.95;
/// Confidence that a number is missing at a remnant: now and then it is the letter itself, or what is left of a rare word.
const REMNANT_GAP_CONFIDENCE: f32 = 0.9;
/// A missing number is reported from this probability on.
const LEAST_GAP_CONFIDENCE: f32 = 0.5;

/// A place where a number was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberGap {
    /// The number stood after this token of the article. A remnant, a lone `ر`, stands in the number's own place.
    pub token: usize,
    /// Probability, rounded to 1e-4.
    #[serde(with = "ten_thousandths")]
    pub confidence: f32,
}

/// Whether a token is the remnant of a number: a lone `ر`, which newspapers write for the decimal point.
pub(super) fn is_number_remnant(damage: Damage, token: &str) -> bool {
    damage == Damage::Stripped && token == "ر"
}

impl Repaired {
    /// The missing numbers in a run of tokens, in order. Only stripped text has lost numbers.
    #[must_use]
    pub fn number_gaps(&self, tokens: Range<usize>) -> Vec<NumberGap> {
        let stripped = tokens.filter(|token| self.damage(*token) == Damage::Stripped);
        let gaps = stripped.map(|token| NumberGap { token, confidence: self.gap_confidence(token) });
        gaps.filter(|gap| gap.confidence >= LEAST_GAP_CONFIDENCE).collect()
    }

    /// Confidence that a number is missing after a token.
    fn gap_confidence(&self, token: usize) -> f32 {
        let next = token + 1;
        let has_next = next < self.boundaries().len();
        let predicted = rounded(logistic(f64::from(self.boundaries()[token].missing_number)));
        match self.is_remnant(token) {
            true if has_next => predicted.max(REMNANT_GAP_CONFIDENCE),
            true => REMNANT_GAP_CONFIDENCE,
            // At the article's end the encoder has no context to judge by. Before a remnant its prediction means the number
            // that the remnant already reports.
            false if !has_next || self.is_remnant(next) => 0.0,
            false => predicted,
        }
    }

    fn is_remnant(&self, token: usize) -> bool {
        is_number_remnant(self.damage(token), self.document().token_text(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::repair::boundaries::BoundaryLogits;
    use crate::repair::outcome::Outcome;
    use crate::repair::segments::Segment;

    fn gaps(segments: Vec<Segment>, missing_number: f32) -> Vec<usize> {
        let document = Document::from_text("t", "بلغ عدد ر مليون ر");
        let boundaries = vec![BoundaryLogits { missing_number, ..BoundaryLogits::UNLIKELY }; 5];
        let outcomes = (0..5).map(|_| Outcome { confidence: 1.0, unresolved: false, repair: None });
        let article = Repaired::new(document, segments, outcomes, boundaries);
        article.number_gaps(0..5).iter().map(|gap| gap.token).collect()
    }

    #[test]
    fn a_number_is_reported_once_and_where_its_remnant_is() {
        let segment = |tokens, damage| Segment { tokens, damage };
        assert_eq!(gaps(vec![segment(0..5, Damage::Stripped)], -8.0), [2, 4], "the encoder sees none");
        let partly = vec![segment(0..1, Damage::Intact), segment(1..5, Damage::Stripped)];
        assert_eq!(gaps(partly, 8.0), [2, 4], "none in intact text, none before a remnant");
    }
}

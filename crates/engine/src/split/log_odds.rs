//! The log-odds that a sentence ends after a token: the encoder's logits and the cue in the text, together.

use super::boundary_cues::BoundaryCue;
use crate::arabic::PunctuationMark;
use crate::repair::{BoundaryLogits, logistic};

/// Subtracted from the log-odds if the text says that the sentence goes on: it ends only where the length limit forces it to.
const CONTINUATION_PENALTY: f64 = 14.0;
/// The same after a comma or the like: a forced cut prefers such a boundary.
const PAUSE_PENALTY: f64 = 9.0;
/// Weight of the second estimate of a sentence end, by the scores of marks, beside the head for sentence ends; chosen on the
/// development sets.
const MARKS_WEIGHT: f64 = 0.7;
/// Weight of the clause-end logit in the log-odds of a sentence end; chosen on the development sets. The encoder learns clause ends
/// from three times as many marks as sentence ends, so they carry information of their own.
const CLAUSE_WEIGHT: f64 = 0.1;
/// The clause-end logit at a typical boundary, which should neither raise nor lower the log-odds of a sentence end.
const USUAL_CLAUSE_END: f64 = 1.0;
/// Slope and offset of the logistic (Platt) calibration of cuts, fitted on the development sets. Segmentations are scored as if
/// boundaries were independent given the text, which makes their probabilities too extreme.
const CALIBRATION: (f64, f64) = (0.65, -0.2);

/// The log-odds that a sentence ends at a boundary.
pub(super) fn sentence_end(logits: BoundaryLogits, cue: BoundaryCue) -> f64 {
    let by_head = f64::from(logits.sentence_end);
    let by_both = stop_log_odds(logits).map_or(by_head, |by_marks| by_head + MARKS_WEIGHT * (by_marks - by_head));
    let open = by_both + CLAUSE_WEIGHT * (f64::from(logits.clause_end) - USUAL_CLAUSE_END);
    match cue {
        BoundaryCue::None | BoundaryCue::End => open,
        BoundaryCue::Pause => open - PAUSE_PENALTY,
        BoundaryCue::Continuation => open - CONTINUATION_PENALTY,
    }
}

/// The log-odds of a full stop or a question mark, if the model knows marks.
fn stop_log_odds(logits: BoundaryLogits) -> Option<f64> {
    use PunctuationMark::{Question, Stop};
    let shares = logits.mark_probabilities()?;
    let end = shares[Stop as usize] + shares[Question as usize];
    Some(libm::log(end / (1.0 - end).max(f64::MIN_POSITIVE)))
}

/// The mean length of sentences, in tokens, that the encoder expects; counted over boundaries without a cue, where it alone decides.
#[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
pub(super) fn expected_sentence_tokens(boundaries: &[BoundaryLogits], cues: &[BoundaryCue]) -> f64 {
    // One end more than the boundaries show: the article ends too, and an article without open boundaries divides by no 0.
    let (mut tokens, mut ends) = (0_usize, 1.0);
    for (logits, cue) in boundaries.iter().zip(cues).filter(|(_, cue)| **cue == BoundaryCue::None) {
        tokens += 1;
        ends += logistic(sentence_end(*logits, *cue));
    }
    tokens.max(1) as f64 / ends
}

/// The calibrated probability of a cut; certainty stays certainty.
pub(super) fn calibrated(cut: f64) -> f64 {
    let (slope, offset) = CALIBRATION;
    // At 1 the odds are a division by 0. A cut of 0 needs no case: its logarithm is -inf, and the probability 0.
    if cut >= 1.0 { 1.0 } else { logistic(slope * libm::log(cut / (1.0 - cut)) + offset) }
}

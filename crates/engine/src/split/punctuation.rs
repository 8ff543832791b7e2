//! The punctuation that was deleted: which mark stood after a token, decided together with the sentences.
//!
//! Where a sentence was cut, only a mark that ends one can stand, elsewhere only one that does not. The encoder's scores are shared out
//! within the two groups, and weighted by the probability of the cut, or of its absence. So marks and sentences never contradict each
//! other.
//!
//! Invariant: no mark is restored where the text has kept its own, nor in a headline, a dateline or a byline, nor by a model that has no
//! scores for marks.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::boundary_cues::BoundaryCue;
use super::marks::{Mark, begins_with_mark, ends_word, is_closing};
use crate::arabic::PunctuationMark;
use crate::document::Document;
use crate::repair::{BoundaryLogits, Repaired};
use crate::rounded::{probability as ten_thousandths, rounded};

/// One number for each mark.
type OfMarks<T> = [T; PunctuationMark::COUNT];

/// A question mark this probable, and likelier than a full stop, makes a question; chosen on the development sets.
const LIKELY_QUESTION: f64 = 0.2;
/// A shorter article, in tokens, may be a headline or a cell of a table: its end is one that the text shows, and no more.
const SHORTEST_SENTENCE: usize = 5;

/// A punctuation mark that splitting restored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoredMark {
    /// The token of the article that it stands after.
    pub token: usize,
    pub mark: PunctuationMark,
    /// Probability that such a mark stands there, rounded to 1e-4. A comma and a semicolon count as the same.
    #[serde(with = "ten_thousandths")]
    pub confidence: f32,
}

/// Where a run of tokens was cut.
pub(super) struct CutRun<'a> {
    /// The run's first token.
    pub first: usize,
    /// The probability that a sentence ends after each token of the run.
    pub probabilities: &'a [f64],
    /// The least probability of a mark that is restored.
    pub mark_confidence: f64,
}

/// The least probability of a cut after a token at which a sentence ends.
pub(super) fn least_cut(logits: BoundaryLogits, cut_confidence: f64) -> f64 {
    if logits.mark_probabilities().is_some_and(is_question) { eased(cut_confidence) } else { cut_confidence }
}

fn is_question(shares: OfMarks<f64>) -> bool {
    use PunctuationMark::{Question, Stop};
    shares[Question as usize] >= LIKELY_QUESTION && shares[Question as usize] > shares[Stop as usize]
}

/// What is asked of a question instead of `least`: half of it, because questions are rare, and F1 is best at about half of the F1 that
/// can be reached. What asks for certainty still does.
fn eased(least: f64) -> f64 {
    (least / 2.0).max(2.0 * least - 1.0)
}

/// The marks of a sentence of the body.
pub(super) fn marks_of(
    sentence: Range<usize>,
    article: &Repaired,
    cues: &[BoundaryCue],
    unpunctuated: &[Range<usize>],
    run: &CutRun<'_>,
) -> Vec<RestoredMark> {
    let last = sentence.end - 1;
    let end = match run.probabilities[last - run.first] {
        _ if sentence.end == cues.len() && sentence.len() >= SHORTEST_SENTENCE => End::OfArticle,
        cut if cut < 1.0 => End::Estimated,
        _ => End::Shown,
    };
    let is_open = |token: &usize| {
        unpunctuated.iter().any(|segment| segment.contains(token))
            && matches!(cues[*token], BoundaryCue::None | BoundaryCue::End)
            // A text that has lost nearly all of its marks may have kept this one.
            && Mark::after(article.document(), *token) == Mark::None
            && can_stand_after(article.document(), *token)
            // A person may have given the word with its mark.
            && (!article.is_by_hand(*token) || ends_word(article.token_text(*token)))
    };
    let restored = |token: usize| {
        let shares = article.boundaries()[token].mark_probabilities()?;
        let cut = run.probabilities[token - run.first];
        let (mark, confidence) = if token == last { ending(shares, cut, end) } else { inside(shares, cut) };
        let asked = if mark == PunctuationMark::Question { eased(run.mark_confidence) } else { run.mark_confidence };
        (confidence >= asked).then_some(RestoredMark { token, mark, confidence: rounded(confidence) })
    };
    sentence.filter(is_open).filter_map(restored).collect()
}

/// Whether a mark can stand after a token: not after a dash, an opening bracket or an address, nor before what closes or is a mark.
fn can_stand_after(document: &Document, token: usize) -> bool {
    let text = document.token_text(token);
    // A line break parts the two.
    let is_before = |next: &str| is_closing(next, true) || begins_with_mark(next);
    let has_next = token + 1 < document.tokens().len() && !document.tokens()[token].gap.is_break();
    ends_word(text) && !is_address(text) && !(has_next && is_before(document.token_text(token + 1)))
}

/// Whether a token is an address of the web, of mail or of a network: a mark at its end would be taken for a part of it.
fn is_address(token: &str) -> bool {
    token.contains("://") || token.contains("www.") || token.contains(['@', '#'])
}

/// What is known of the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is estimated.
    Estimated,
    /// The text shows it.
    Shown,
    /// Nothing follows, so the encoder has learnt nothing about the mark but whether it would be a question's.
    OfArticle,
}

/// The mark that ends a sentence. Where the text shows the end, none may have stood there, as after a headline.
fn ending(shares: OfMarks<f64>, cut: f64, end: End) -> (PunctuationMark, f64) {
    let [stop, question] = [PunctuationMark::Stop, PunctuationMark::Question].map(|mark| shares[mark as usize]);
    let both = (stop + question).max(f64::MIN_POSITIVE);
    let asks = if end == End::OfArticle { question > stop } else { is_question(shares) };
    let all = if end == End::Shown { 1.0 } else { both };
    let (mark, share) = if asks { (PunctuationMark::Question, question) } else { (PunctuationMark::Stop, stop) };
    (mark, cut * share / all)
}

/// The likeliest mark after a word that ends no sentence.
fn inside(shares: OfMarks<f64>, cut: f64) -> (PunctuationMark, f64) {
    use PunctuationMark::{Colon, Comma, None as Nothing, Semicolon};
    let [nothing, comma, colon, semicolon] = [Nothing, Comma, Colon, Semicolon].map(|mark| shares[mark as usize]);
    let all = (nothing + comma + colon + semicolon).max(f64::MIN_POSITIVE);
    let pause = if semicolon > comma { Semicolon } else { Comma };
    let (mark, share) = if colon > comma + semicolon { (Colon, colon) } else { (pause, comma + semicolon) };
    (mark, (1.0 - cut) * share / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(marks: OfMarks<f32>) -> OfMarks<f64> {
        BoundaryLogits { marks, ..BoundaryLogits::UNLIKELY }.mark_probabilities().expect("scores")
    }

    fn shares(likely: PunctuationMark, beside: PunctuationMark) -> OfMarks<f64> {
        let mut scores = [-4.0; PunctuationMark::COUNT];
        scores[likely as usize] = 4.0;
        scores[beside as usize] = 3.0;
        of(scores)
    }

    #[test]
    fn marks_agree_with_the_sentences() {
        let shares = shares(PunctuationMark::Comma, PunctuationMark::Question);
        assert_eq!(
            ending(shares, 0.9, End::Estimated).0,
            PunctuationMark::Question,
            "a sentence ends here, so no comma can stand"
        );
        assert!(ending(of([5.0, 0.0, 0.0, 0.0, 1.0, -1.0]), 1.0, End::Shown).1 < 0.1, "a line that has no mark at its end");
        let [(mark, likely), (_, unlikely)] = [0.1, 0.7].map(|cut| inside(shares, cut));
        assert_eq!(mark, PunctuationMark::Comma);
        assert!(likely > 0.6 && unlikely < 0.3, "{likely}, {unlikely}: the likelier an end, the less a comma");
    }

    #[test]
    fn questions_are_eased_and_certainty_stays() {
        for (least, expected) in [(0.0, 0.0), (0.4, 0.2), (0.9, 0.8), (1.0, 1.0)] {
            assert!((eased(least) - expected).abs() < 1e-12, "{least}");
        }
    }

    #[test]
    fn a_comma_and_a_semicolon_speak_for_a_pause_together() {
        let shares = of([1.0, 0.6, 0.2, 0.5, -4.0, -4.0]);
        let (mark, confidence) = inside(shares, 0.0);
        assert_eq!(mark, PunctuationMark::Comma);
        assert!(confidence > 0.45);
    }
}

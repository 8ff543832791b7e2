//! Cues to sentence ends that survive in the text: full stops, question marks, blank lines, line breaks, items of lists.
//!
//! Stripped text has lost them, and every boundary is open. Where a segment of text has kept its marks, they are binding: a
//! sentence ends at each full stop and the like, at blank lines, at deliberate line breaks, and before each item of a list.
//!
//! Invariant: each token has one cue, for the boundary after it, which depends on the text and its segments, never on the encoder.
//! Only open boundaries are estimated. Closing marks go with the sentence before them, labels and bullets with the one after.

use std::ops::Range;

use super::brackets::asides;
use super::lines::Lines;
use super::list_labels::Label;
use super::lists::items;
use super::marks::{Mark, is_closing};
use crate::document::{Document, Gap};
use crate::repair::Repaired;

/// What the text says about the boundary after a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundaryCue {
    /// A sentence ends here.
    End,
    /// A comma or the like: the sentence goes on, but a forced cut is best here.
    Pause,
    /// The sentence goes on.
    Continuation,
    /// Nothing: the boundary is open.
    None,
}

/// A segment has kept its marks if it has at least one in this many tokens.
const TOKENS_PER_MARK: usize = 80;

/// Fills `cues` with the cue after each token of an article, and returns the segments that have lost their marks. Each segment
/// decides for itself whether it has kept them.
pub(super) fn read_cues(article: &Repaired, cues: &mut Vec<BoundaryCue>) -> Vec<Range<usize>> {
    let document = article.document();
    cues.clear();
    let mut unpunctuated = Vec::new();
    for segment in article.segments() {
        if !read_segment(document, segment.tokens.clone(), cues) {
            unpunctuated.push(segment.tokens.clone());
        }
    }
    for aside in asides(document) {
        for cue in &mut cues[aside] {
            *cue = match *cue {
                BoundaryCue::End => BoundaryCue::Pause,
                BoundaryCue::None => BoundaryCue::Continuation,
                other => other,
            };
        }
    }
    // After the segments, not before: a break overrides the cue that the segment gave its token.
    read_lines(document, cues);
    take_closing_marks(document, cues);
    give_bare_numbers(document, cues);
    give_marks_alone(document, cues);
    unpunctuated
}

/// Adds the cues of a segment; returns whether it has kept its marks.
fn read_segment(document: &Document, tokens: Range<usize>, cues: &mut Vec<BoundaryCue>) -> bool {
    let marks: Vec<Mark> = tokens.clone().map(|token| Mark::after(document, token)).collect();
    // A title comes from another place, and says nothing about the state of the text.
    let title = document.title_tokens().saturating_sub(tokens.start);
    let judged = if title < marks.len() { &marks[title..] } else { &marks };
    let kept = judged.iter().filter(|mark| **mark != Mark::None).count();
    let punctuated = kept > 0 && judged.len() / kept <= TOKENS_PER_MARK;
    cues.extend(document.tokens()[tokens].iter().zip(marks).map(|(token, mark)| match (token.gap, mark) {
        (Gap::Paragraph, _) | (_, Mark::Stop) => BoundaryCue::End,
        (_, Mark::Pause) => BoundaryCue::Pause,
        (_, Mark::Unclear) => BoundaryCue::None,
        // A writer who uses marks would have put one here.
        _ if punctuated => BoundaryCue::Continuation,
        _ => BoundaryCue::None,
    }));
    punctuated
}

/// Deliberate line breaks, and the items of lists.
fn read_lines(document: &Document, cues: &mut [BoundaryCue]) {
    let lines = Lines::of(document);
    let items = items(document, &lines);
    let starts: Vec<usize> = items.iter().map(|item| item.start).collect();
    for token in lines.ends(document, &starts) {
        cues[token] = BoundaryCue::End;
    }
    for before in starts.iter().filter_map(|start| start.checked_sub(1)) {
        cues[before] = BoundaryCue::End;
    }
    // Once all ends are set: a label can follow another (`1. أ-`), and the sentence goes on after each.
    for item in &items {
        cues[item.start..item.start + item.label].fill(BoundaryCue::Continuation);
    }
}

/// Moves an end behind tokens that only close the sentence: `قال . »`.
fn take_closing_marks(document: &Document, cues: &mut [BoundaryCue]) {
    let mut quotation_is_open = false;
    for token in 0..cues.len().saturating_sub(1) {
        let quotes = document.token_text(token).matches('"').count();
        quotation_is_open ^= quotes % 2 == 1;
        let gap = document.tokens()[token].gap;
        quotation_is_open &= gap != Gap::Paragraph;
        let is_closed = !gap.is_break() && is_closing(document.token_text(token + 1), quotation_is_open);
        if cues[token] == BoundaryCue::End && is_closed {
            cues[token] = BoundaryCue::Continuation;
            cues[token + 1] = BoundaryCue::End;
        }
    }
}

/// A number and a stop at the start of a sentence (`… أمس. 2. ثم`) are no sentence: they number the next one.
fn give_bare_numbers(document: &Document, cues: &mut [BoundaryCue]) {
    for token in 0..cues.len().saturating_sub(1) {
        let opens = token.checked_sub(1).is_none_or(|before| cues[before] == BoundaryCue::End);
        let is_number = || document.token_text(token).trim_end_matches('.').chars().all(crate::arabic::is_digit);
        let is_label = || Label::at(document, token).is_some_and(|label| label.tokens == 1);
        let is_bare = |gap: Gap| if gap.is_break() { is_label() } else { is_number() };
        if opens && cues[token] == BoundaryCue::End && is_bare(document.tokens()[token].gap) {
            cues[token] = BoundaryCue::Continuation;
        }
    }
}

/// Gives tokens that hold neither letter nor digit, and would be a sentence by themselves, to the next sentence; at the article's end to
/// the one before.
fn give_marks_alone(document: &Document, cues: &mut [BoundaryCue]) {
    let title = document.title_tokens();
    // Since `start`.
    let (mut start, mut has_word) = (0, false);
    for token in 0..cues.len() {
        let is_last = token + 1 == cues.len();
        has_word = has_word || document.token_text(token).contains(char::is_alphanumeric);
        // A title is a row of its own whatever its marks.
        if !is_last && token + 1 != title && cues[token] != BoundaryCue::End {
            continue;
        }
        let is_alone = token + 1 != title && !has_word;
        match is_alone {
            true if !is_last => cues[token] = BoundaryCue::Continuation,
            true if start > title => cues[start - 1] = BoundaryCue::Continuation,
            _ => {}
        }
        if !is_alone {
            (start, has_word) = (token + 1, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::{BoundaryLogits, Damage, Outcome, Segment};

    /// The sentences of an intact text, as far as cues tell them.
    fn sentences(text: &str) -> Vec<String> {
        let document = Document::from_text("t", text);
        let outcome = |_| Outcome { confidence: 1.0, unresolved: false, repair: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(outcome).collect();
        let segments = Segment::whole(&document, Damage::Intact);
        let boundaries = vec![BoundaryLogits::UNLIKELY; outcomes.len()];
        let article = Repaired::new(document, segments, outcomes, boundaries);
        let mut cues = Vec::new();
        read_cues(&article, &mut cues);
        let mut start = 0;
        let ends = (0..cues.len()).filter(|token| cues[*token] == BoundaryCue::End || token + 1 == cues.len());
        let sentence = |end: usize| article.span_text(std::mem::replace(&mut start, end + 1)..end + 1);
        ends.map(sentence).collect()
    }

    #[test]
    fn marks_and_breaks_end_sentences() {
        for (text, expected, why) in [
            ("انتهى أمس. ثم غادر.", vec!["انتهى أمس.", "ثم غادر."], "two stops"),
            ("انتهى أمس.وقال سالم: ثم", vec!["انتهى أمس.", "وقال سالم: ثم"], "a space left out"),
            ("انتهى أمس .وقال سالم.", vec!["انتهى أمس", ".وقال سالم."], "a space at the wrong end"),
            ("انتهى أمس . وقال سالم .", vec!["انتهى أمس .", "وقال سالم ."], "two spaces"),
            ("«انتهى أمس . » وقال سالم.", vec!["«انتهى أمس . »", "وقال سالم."], "a closing mark apart"),
            ("قال \"انتهى. \" ثم \"غادر. \" أمس.", vec!["قال \"انتهى. \"", "ثم \"غادر. \"", "أمس."], "straight ones"),
            ("عجبا ! ! ثم غادر.", vec!["عجبا ! !", "ثم غادر."], "marks apart"),
            ("انتهى (كما قيل. ثم قيل غيره) أمس. ثم", vec!["انتهى (كما قيل. ثم قيل غيره) أمس.", "ثم"], "an aside"),
            ("انتهى أمس. 2. ثم غادر.", vec!["انتهى أمس.", "2. ثم غادر."], "a number is no sentence"),
            ("1.\nزيادة الرواتب\n2.\nخفض الضرائب", vec!["1. زيادة الرواتب", "2. خفض الضرائب"], "nor on a line"),
            ("انتهى أمس.\n\n***\n\nثم غادر.\n\n—", vec!["انتهى أمس.", "*** ثم غادر. —"], "nor are marks"),
            ("1. أ- كذا.\nب- كذا.\n2. كذا.", vec!["1. أ- كذا.", "ب- كذا.", "2. كذا."], "two labels"),
        ] {
            assert_eq!(sentences(text), expected, "{text}: {why}");
        }
    }
}

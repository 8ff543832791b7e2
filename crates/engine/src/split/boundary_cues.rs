//! Cues to sentence ends that survive in the text: full stops, question marks, blank lines, line breaks.
//!
//! Stripped text has lost them, and every boundary is open. Where a segment of text has kept its marks, they are binding: a
//! sentence ends at each full stop and the like, at blank lines, and at deliberate line breaks.
//!
//! Invariant: each token has one cue, for the boundary after it, which depends on the text and its segments, never on the encoder.
//! Only open boundaries are estimated.

use std::ops::Range;

use crate::arabic::is_sentence_mark;
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

/// Fills `cues` with the cue after each token of an article. Each segment decides for itself whether it has kept its marks.
pub(super) fn read_cues(article: &Repaired, cues: &mut Vec<BoundaryCue>) {
    cues.clear();
    for segment in article.segments() {
        read_segment(article.document(), segment.tokens.clone(), cues);
    }
    // After the segments, not before: a break overrides the cue that the segment gave its token.
    for token in deliberate_breaks(article.document()) {
        cues[token] = BoundaryCue::End;
    }
}

/// The tokens before deliberate line breaks: the next word would still have fitted on the line. If at least half of an article's breaks
/// are deliberate, its lines are paragraphs, and all breaks count.
fn deliberate_breaks(document: &Document) -> Vec<usize> {
    let tokens = document.tokens();
    let breaks = (0..tokens.len()).filter(|token| tokens[*token].gap != Gap::Space);
    let mut lines: Vec<Range<usize>> = Vec::new();
    for end in breaks {
        lines.push(lines.last().map_or(0, |line| line.end)..end + 1);
    }
    let width = |tokens: Range<usize>| document.span_text(tokens).chars().count();
    let widest = lines.iter().map(|line| width(line.clone())).max().unwrap_or(0);
    // The widest line stands for the unknown width of the page: the next line's first word is added to this line.
    let fits = |line: &Range<usize>| line.end < tokens.len() && width(line.start..line.end + 1) <= widest;
    let broken: Vec<&Range<usize>> = lines.iter().filter(|line| tokens[line.end - 1].gap == Gap::Line).collect();
    let deliberate: Vec<usize> = broken.iter().filter(|line| fits(line)).map(|line| line.end - 1).collect();
    if 2 * deliberate.len() >= broken.len() { broken.iter().map(|line| line.end - 1).collect() } else { deliberate }
}

fn read_segment(document: &Document, tokens: Range<usize>, cues: &mut Vec<BoundaryCue>) {
    let marks: Vec<Mark> = tokens.clone().map(|token| Mark::after(document.token_text(token))).collect();
    let kept = marks.iter().filter(|mark| **mark != Mark::None).count();
    let punctuated = kept > 0 && tokens.len() / kept <= TOKENS_PER_MARK;
    cues.extend(document.tokens()[tokens].iter().zip(marks).map(|(token, mark)| match (token.gap, mark) {
        (Gap::Paragraph, _) | (_, Mark::Stop) => BoundaryCue::End,
        (_, Mark::Pause) => BoundaryCue::Pause,
        // A writer who uses marks would have put one here.
        _ if punctuated => BoundaryCue::Continuation,
        _ => BoundaryCue::None,
    }));
}

/// The punctuation mark at the end of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// Ends a sentence.
    Stop,
    /// A comma, semicolon or colon.
    Pause,
    None,
}

impl Mark {
    fn after(token: &str) -> Self {
        // A stop before a closing quotation mark or bracket still ends the sentence.
        let closed = token.trim_end_matches(['"', '»', '”', ')', ']', '\'', '’']);
        match closed.chars().next_back() {
            Some('،' | ',' | '؛' | ';' | ':') => Self::Pause,
            Some(mark) if is_sentence_mark(mark) && !is_abbreviation(closed, mark) => Self::Stop,
            _ => Self::None,
        }
    }
}

/// Whether the mark at the end of a token ends no sentence: the full stop of an initial (`د.`, `أ.د.`), or an ellipsis.
fn is_abbreviation(token: &str, mark: char) -> bool {
    let before = &token[..token.len() - mark.len_utf8()];
    let initials = || before.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    mark == '…' || before.ends_with('.') || mark == '.' && !before.is_empty() && initials()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_end_sentences_and_initials_do_not() {
        for (token, expected, why) in [
            ("العام.", true, "a full stop"),
            ("لماذا؟", true, "an Arabic question mark"),
            ("قال.»", true, "a closing quotation mark after the stop"),
            ("2010.", true, "a full stop after a year"),
            ("د.", false, "a title of one letter"),
            ("أ.د.", false, "two of them"),
            ("ثم...", false, "an ellipsis goes on"),
            ("3.5", false, "a decimal point"),
            ("كتاب", false, "no mark"),
            ("قال:", false, "a colon ends a clause"),
        ] {
            assert_eq!(Mark::after(token) == Mark::Stop, expected, "{token}: {why}");
        }
    }

    #[test]
    fn a_line_wrapped_at_its_width_goes_on() {
        let document = |text: &str| Document::from_text("t", text);
        let wrapped = "كلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة\nكلمة كلمة";
        assert_eq!(deliberate_breaks(&document(wrapped)), [9], "only the short line ends deliberately");
        let paragraphs = "كلمة كلمة\nكلمة كلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة";
        assert_eq!(deliberate_breaks(&document(paragraphs)), [1, 5, 6], "one paragraph a line");
        assert!(deliberate_breaks(&document("كلمة كلمة")).is_empty());
    }
}

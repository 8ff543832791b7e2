//! What survives in a text of its sentence ends: full stops, question marks, blank lines.
//!
//! In text that was stripped nothing survives and every place is open. Where a stretch still has its marks, they are the
//! writer's own word: a sentence ends at each that ends one, at blank lines, and at line breaks that were meant.
//!
//! Invariant: there is one piece of evidence for each token, and it depends on the text and its stretches, never on the
//! encoder: what survived is taken as it stands, and only what is open is estimated.

use std::ops::Range;

use crate::arabic::is_sentence_mark;
use crate::document::{Document, Gap};
use crate::repair::Repaired;

/// What the text itself says of the place after a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A sentence ends here.
    Ends,
    /// The sentence goes on after a comma or the like: the better place for a cut that must be.
    Pauses,
    /// The sentence goes on.
    Continues,
    /// Nothing.
    None,
}

/// A stretch has kept its marks where there is one for at most this many tokens.
const TOKENS_PER_MARK: usize = 80;

/// Reads the evidence after each token of an article; whether marks were kept is a question for each of its stretches.
pub fn read_evidence(article: &Repaired, evidence: &mut Vec<Evidence>) {
    evidence.clear();
    for stretch in article.stretches() {
        read_stretch(article.document(), stretch.tokens.clone(), evidence);
    }
    for token in meant_breaks(article.document()) {
        evidence[token] = Evidence::Ends;
    }
}

/// The tokens that end a line because the writer meant it to end there: the next word would still have fitted. Where half of the breaks
/// are meant, lines are paragraphs and all are.
fn meant_breaks(document: &Document) -> Vec<usize> {
    let tokens = document.tokens();
    let breaks = (0..tokens.len()).filter(|token| tokens[*token].gap != Gap::Space);
    let mut lines: Vec<Range<usize>> = Vec::new();
    for end in breaks {
        lines.push(lines.last().map_or(0, |line| line.end)..end + 1);
    }
    let width = |tokens: Range<usize>| document.span_text(tokens).chars().count();
    let widest = lines.iter().map(|line| width(line.clone())).max().unwrap_or(0);
    let fits = |line: &Range<usize>| line.end < tokens.len() && width(line.start..line.end + 1) <= widest;
    let broken: Vec<&Range<usize>> = lines.iter().filter(|line| tokens[line.end - 1].gap == Gap::Line).collect();
    let meant: Vec<usize> = broken.iter().filter(|line| fits(line)).map(|line| line.end - 1).collect();
    if 2 * meant.len() >= broken.len() { broken.iter().map(|line| line.end - 1).collect() } else { meant }
}

fn read_stretch(document: &Document, tokens: Range<usize>, evidence: &mut Vec<Evidence>) {
    let marks: Vec<Mark> = tokens.clone().map(|token| Mark::after(document.token_text(token))).collect();
    let kept = marks.iter().filter(|mark| **mark != Mark::None).count();
    let punctuated = kept > 0 && tokens.len() / kept <= TOKENS_PER_MARK;
    evidence.extend(document.tokens()[tokens].iter().zip(marks).map(|(token, mark)| match (token.gap, mark) {
        (Gap::Paragraph, _) | (_, Mark::Stop) => Evidence::Ends,
        (_, Mark::Pause) => Evidence::Pauses,
        _ if punctuated => Evidence::Continues,
        _ => Evidence::None,
    }));
}

/// The mark that a token ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It ends a sentence.
    Stop,
    /// A comma, a semicolon, a colon.
    Pause,
    None,
}

impl Mark {
    fn after(token: &str) -> Self {
        let closed = token.trim_end_matches(['"', '»', '”', ')', ']', '\'', '’']);
        match closed.chars().next_back() {
            Some('،' | ',' | '؛' | ';' | ':') => Self::Pause,
            Some(mark) if is_sentence_mark(mark) && !is_abbreviation(closed, mark) => Self::Stop,
            _ => Self::None,
        }
    }
}

/// Whether the mark at a token's end belongs to the token: an initial's full stop (`د.`, `أ.د.`), or an ellipsis, which the sentence
/// goes on after.
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
    fn a_line_that_was_broken_for_its_width_goes_on() {
        let document = |text: &str| Document::from_text("t", text);
        let wrapped = "كلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة\nكلمة كلمة";
        assert_eq!(meant_breaks(&document(wrapped)), [9], "the short line was meant to end");
        let paragraphs = "كلمة كلمة\nكلمة كلمة كلمة كلمة\nكلمة\nكلمة كلمة كلمة";
        assert_eq!(meant_breaks(&document(paragraphs)), [1, 5, 6], "one paragraph a line");
        assert!(meant_breaks(&document("كلمة كلمة")).is_empty());
    }
}

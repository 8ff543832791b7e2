//! What survives in a text of its sentence ends: full stops, question marks, blank lines.
//!
//! In text that was stripped nothing survives and every place is open. Where an article still has its marks, they are the
//! writer's own word: a sentence ends at each, and nowhere else.

use std::ops::Range;

use crate::arabic::{is_letter, is_sentence_mark};
use crate::ingest::{Document, Gap};
use crate::repair::Repaired;

/// What the text itself says of the place after a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A sentence ends here.
    Ends,
    /// The sentence goes on.
    Continues,
    /// Nothing.
    None,
}

/// An article has kept its marks where there is one for at most this many tokens.
const TOKENS_PER_MARK: usize = 80;

/// Reads the evidence after each token of an article; whether marks were kept is a question for each of its stretches.
pub fn read_evidence(article: &Repaired, evidence: &mut Vec<Evidence>) {
    evidence.clear();
    for stretch in article.stretches() {
        read_stretch(article.document(), stretch.tokens.clone(), evidence);
    }
}

fn read_stretch(document: &Document, tokens: Range<usize>, evidence: &mut Vec<Evidence>) {
    let marked: Vec<bool> = tokens.clone().map(|token| ends_with_mark(document.token_text(token))).collect();
    let marks = marked.iter().filter(|mark| **mark).count();
    let punctuated = marks > 0 && tokens.len() / marks <= TOKENS_PER_MARK;
    evidence.extend(document.tokens()[tokens].iter().zip(marked).map(|(token, marked)| match token.gap {
        Gap::Paragraph => Evidence::Ends,
        _ if marked => Evidence::Ends,
        _ if punctuated => Evidence::Continues,
        _ => Evidence::None,
    }));
}

/// Whether a token ends with a mark that ends a sentence: not an ellipsis, and not an initial's full stop.
fn ends_with_mark(token: &str) -> bool {
    let closed = token.trim_end_matches(['"', '»', '”', ')', ']', '\'', '’']);
    let Some(mark) = closed.chars().next_back().filter(|c| is_sentence_mark(*c)) else { return false };
    let before = &closed[..closed.len() - mark.len_utf8()];
    let initial = mark == '.' && before.chars().filter(|c| is_letter(*c)).count() == 1 && before.chars().count() == 1;
    let ellipsis = mark == '…' || before.ends_with('.');
    !initial && !ellipsis
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
            ("د.", false, "a title of one letter"),
            ("ثم...", false, "an ellipsis goes on"),
            ("3.5", false, "a decimal point"),
            ("كتاب", false, "no mark"),
        ] {
            assert_eq!(ends_with_mark(token), expected, "{token}: {why}");
        }
    }
}

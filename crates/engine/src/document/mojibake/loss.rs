//! Text of which letters are gone: question marks or U+FFFD in their places, or mojibake that lost characters.

use super::misreading::Misreading;
use crate::arabic::{is_letter, is_space};

/// One token in so many with U+FFFD makes an article one that cannot be read.
const REPLACED_SHARE: usize = 5;
/// Fewest tokens of question marks alone that are no emphasis (`??`).
const QUESTION_TOKENS: usize = 3;
/// Fewest question marks in a row that stand for a word beside Latin ones; fewer are emphasis.
const QUESTION_RUN: usize = 3;

/// What was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It was misread, and some of it cannot be undone.
    Misread {
        /// How.
        misreading: Misreading,
        /// The words that cannot be undone.
        broken: usize,
        /// The words that were misread.
        of: usize,
    },
    /// Its bytes are written as numbers, and are no UTF-8.
    Numbered(Misreading),
    /// Its letters stand in visual order, and nothing tells the order of its numbers and Latin words.
    VisualOrder,
    /// Question marks stand for its letters.
    QuestionMarks,
    /// U+FFFD stands for letters.
    Replaced {
        /// The words with such a character.
        tokens: usize,
        /// All words.
        of: usize,
    },
}

impl Loss {
    /// The code of its rejects.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Misread { .. } | Self::Numbered(_) => "mojibake",
            Self::VisualOrder => "visual_order",
            Self::QuestionMarks | Self::Replaced { .. } => "lost_letters",
        }
    }

    /// What happened, and what to do.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Misread { misreading, broken, of } => format!(
                "mojibake ({}), and {broken} of its {of} words have lost characters; export the text again from its source, as UTF-8",
                misreading.name()
            ),
            Self::Numbered(notation) => format!(
                "its letters are written as numbers ({}) of bytes that are not UTF-8; export the text again from its source, as UTF-8",
                notation.name()
            ),
            Self::VisualOrder => {
                "its letters stand in visual order (each line from its end to its beginning), and nothing tells whether its numbers and \
                 Latin words do, too; export the text again from its source, in logical order"
                    .to_owned()
            }
            Self::QuestionMarks => {
                "question marks stand in the place of its letters, which are lost; export the text again from \
                 its source, as UTF-8"
                    .to_owned()
            }
            Self::Replaced { tokens, of } => format!(
                "{tokens} of its {of} words hold U+FFFD, the mark of letters lost in decoding; export the text again from its source, as \
                 UTF-8"
            ),
        }
    }
}

/// What was lost of a text, if that is too much to read it.
pub(super) fn of(text: &str) -> Option<Loss> {
    if !text.contains(|c| is_question_mark(c) || c == char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let (mut all, mut replaced, mut questions) = (0, 0, 0);
    for token in text.split(is_space).filter(|token| !token.is_empty()) {
        all += 1;
        replaced += usize::from(has_lost_letters(token));
        questions += usize::from(question_marks(token) >= 2 && !token.contains(char::is_alphabetic));
    }
    if (questions * 2 > all && questions >= QUESTION_TOKENS) || is_question_marks(text) {
        return Some(Loss::QuestionMarks);
    }
    (replaced * REPLACED_SHARE >= all && replaced > 0).then_some(Loss::Replaced { tokens: replaced, of: all })
}

/// Whether a text without an Arabic letter is question marks for the most part: more of them, in rows that are as long as words, than Latin
/// letters.
fn is_question_marks(text: &str) -> bool {
    if text.contains(is_letter) {
        return false;
    }
    match text.chars().filter(|c| c.is_alphabetic()).count() {
        0 => question_marks(text) >= 2,
        letters => {
            let runs = text.split(|c| !is_question_mark(c)).map(|run| run.chars().count());
            runs.filter(|run| *run >= QUESTION_RUN).sum::<usize>() > letters
        }
    }
}

fn question_marks(text: &str) -> usize {
    text.chars().filter(|c| is_question_mark(*c)).count()
}

/// What converters put in the place of a letter that their target lacks; the Arabic one where the marks were made Arabic later.
fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '؟' | '¿')
}

/// Whether letters of a token were lost in decoding.
#[must_use]
pub fn has_lost_letters(token: &str) -> bool {
    token.contains(char::REPLACEMENT_CHARACTER)
}

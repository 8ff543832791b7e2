//! Text of which letters are gone: question marks or U+FFFD in their places, or mojibake that lost characters.

use super::misreading::Misreading;
use crate::arabic::is_space;

/// One token in so many with U+FFFD makes an article one that cannot be read.
const REPLACED_SHARE: usize = 5;
/// Fewest tokens of question marks alone that are no emphasis (`??`).
const QUESTION_TOKENS: usize = 3;

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
            Self::Misread { .. } => "mojibake",
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

/// What was lost of a text, if that is too much to read it. A text without any letter has none to lose: nothing tells it from a row of marks,
/// and it is published as one that is not Arabic.
pub(super) fn of(text: &str) -> Option<Loss> {
    if !text.contains(['?', char::REPLACEMENT_CHARACTER]) || !text.contains(char::is_alphabetic) {
        return None;
    }
    let (mut all, mut replaced, mut questions) = (0, 0, 0);
    for token in text.split(is_space).filter(|token| !token.is_empty()) {
        all += 1;
        replaced += usize::from(has_lost_letters(token));
        questions += usize::from(token.chars().filter(|c| *c == '?').count() >= 2 && !token.contains(char::is_alphanumeric));
    }
    if questions * 2 > all && questions >= QUESTION_TOKENS {
        return Some(Loss::QuestionMarks);
    }
    (replaced * REPLACED_SHARE >= all && replaced > 0).then_some(Loss::Replaced { tokens: replaced, of: all })
}

/// Whether letters of a token were lost in decoding.
#[must_use]
pub fn has_lost_letters(token: &str) -> bool {
    token.contains(char::REPLACEMENT_CHARACTER)
}

//! The punctuation marks that are restored.

use serde::{Deserialize, Serialize};

/// The punctuation mark after a word, from the weakest to the strongest; the encoder's scores are in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PunctuationMark {
    /// No mark.
    #[default]
    None,
    /// `،`
    Comma,
    /// `:`
    Colon,
    /// `؛`
    Semicolon,
    /// `.`, and `!`, which is rare.
    Stop,
    /// `؟`
    Question,
}

impl PunctuationMark {
    /// What can stand after a word: five marks, or none.
    pub const COUNT: usize = 6;

    /// How it is written; nothing for [`Self::None`].
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Comma => "،",
            Self::Colon => ":",
            Self::Semicolon => "؛",
            Self::Stop => ".",
            Self::Question => "؟",
        }
    }
}

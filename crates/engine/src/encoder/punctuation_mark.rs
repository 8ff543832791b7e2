//! The punctuation marks that the encoder tells apart.

use serde::{Deserialize, Serialize};

/// The punctuation mark after a word, in the order of the encoder's scores.
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
    /// How it is written; nothing for [`Self::None`].
    #[must_use]
    pub fn text(self) -> &'static str {
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

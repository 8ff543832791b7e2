//! How much work goes into a repair.

use crate::settings::Choice;

/// How often the encoder reads an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Twice: the second time with what the first expects of each word and each boundary.
    Full,
    /// Once.
    Fast,
}

impl Choice for Effort {
    const ALL: &'static [Self] = &[Self::Full, Self::Fast];

    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Fast => "fast",
        }
    }
}

//! The spellings of a word in which dates are written.

use super::tokens::fold_word;

/// A word: folded, and with the damaged letters deleted (`ة ى أ إ آ ء ئ ؤ`).
pub(super) struct Spellings {
    pub(super) folded: String,
    /// Empty if too little is left to identify the word.
    pub(super) damaged: String,
}

impl Spellings {
    pub(super) fn of(word: &str) -> Self {
        let kept: String = word.chars().filter(|c| !matches!(c, 'ة' | 'ى' | 'أ' | 'إ' | 'آ' | 'ء' | 'ئ' | 'ؤ')).collect();
        // A single letter is not enough to identify a word.
        let damaged = if kept.chars().count() > 1 { fold_word(&kept) } else { String::new() };
        Self { folded: fold_word(word), damaged }
    }

    pub(super) fn matches(&self, word: &str) -> bool {
        word == self.folded || (!self.damaged.is_empty() && word == self.damaged)
    }
}

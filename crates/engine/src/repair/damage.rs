//! Which state of writing an article, or a stretch of one, is in, told from its letters and from how the lexicon finds its
//! words.
//!
//! The four states are the same problem with another channel. A stripped article has none of the eight letters that the
//! script deleted; a normalised one has lost only those that have a bare twin; a softly misspelt one has lost some of
//! them; an intact one is left as it is, and so is one without an Arabic word.
//!
//! Invariant: the state depends on counts of words alone, not on their order; where it changes within an article is asked of
//! `stretches.rs`. It is told and not set, because one folder may hold articles from many sources.

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use crate::arabic::{code, is_plain};

/// The state of a stretch of writing, as `articles.damage` names it where the whole article is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Damage {
    /// Every letter but the 28 plain ones was deleted.
    Stripped,
    /// `أ إ آ` → `ا`, `ى` → `ي`, `ة` → `ه` throughout.
    Normalised,
    /// The same letters, now and then.
    Soft,
    /// Nothing is wrong.
    Intact,
}

impl Damage {
    /// The name that tables use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripped => "stripped",
            Self::Normalised => "normalised",
            Self::Soft => "soft",
            Self::Intact => "intact",
        }
    }

    /// The channel to invert; `None` where there is nothing to repair.
    #[must_use]
    pub fn channel(self) -> Option<Channel> {
        match self {
            Self::Stripped => Some(Channel::Stripped),
            Self::Normalised | Self::Soft => Some(Channel::Folded),
            Self::Intact => None,
        }
    }
}

/// How the lexicon finds a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// It has the word as it stands.
    Listed,
    /// It has the word only with `أ إ آ ى ة` restored.
    Misspelt,
    /// It has neither.
    Unread,
}

/// Letters of an article, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct LetterCensus {
    words: u32,
    /// `أ إ آ ى ة`: deleted by stripping, merged by normalising.
    mergeable: u32,
    /// `ء ئ ؤ`: deleted by stripping, kept by normalising.
    hamzas: u32,
    /// Final `ه`, which normalising makes of every `ة`.
    final_ha: u32,
    /// Words that the lexicon lacks as they stand, but holds with `أ إ آ ى ة` restored.
    misspelt: u32,
    /// Words that the lexicon lacks however `أ إ آ ى ة` are restored.
    unread: u32,
}

/// In clean newspaper text one word in three holds one of `أ إ آ ى ة`; below one in fifty they were taken away.
const MERGEABLE_IF_KEPT: f64 = 0.02;
/// Clean text has a `ء ئ ؤ` in about one word of twenty; a stripped article has none.
const HAMZAS_IF_KEPT: f64 = 0.004;
/// So many words without a single `ء ئ ؤ` do not occur unless they were deleted.
const WORDS_WITH_A_HAMZA: u32 = 120;
/// Clean text ends one word in twenty with `ه`; where every `ة` became one, it is three.
const FINAL_HA_IF_MERGED: f64 = 0.12;
/// One final `ه` is a slip, not a state of writing.
const LEAST_FINAL_HA: u32 = 2;
/// Stripping leaves one word in ten that merging letters cannot explain (`المسسات`); clean text has names, but fewer.
const UNREAD_IF_STRIPPED: f64 = 0.04;
/// Edited newspapers misspell below one word in a hundred.
const MISSPELT_IF_SOFT: f64 = 0.015;

impl LetterCensus {
    /// Counts one word (letter codes).
    pub fn observe(&mut self, word: &[u8], spelling: Spelling) {
        use code::{HA, HAMZA, WAW_HAMZA, YA_HAMZA};
        let hamza = |c: &&u8| matches!(**c, HAMZA | WAW_HAMZA | YA_HAMZA);
        let special = word.iter().filter(|c| !is_plain(**c)).count();
        let hamzas = word.iter().filter(hamza).count();
        self.words += 1;
        self.mergeable += u32::from(special > hamzas);
        self.hamzas += u32::from(hamzas > 0);
        self.final_ha += u32::from(word.last() == Some(&HA));
        self.misspelt += u32::from(spelling == Spelling::Misspelt);
        self.unread += u32::from(spelling == Spelling::Unread);
    }

    /// The state that the counts speak for.
    #[must_use]
    pub fn damage(&self) -> Damage {
        if self.words == 0 {
            return Damage::Intact;
        }
        let share = |count: u32| f64::from(count) / f64::from(self.words.max(1));
        if share(self.mergeable) >= MERGEABLE_IF_KEPT {
            return if share(self.misspelt) >= MISSPELT_IF_SOFT { Damage::Soft } else { Damage::Intact };
        }
        let long_enough = self.words >= WORDS_WITH_A_HAMZA;
        let merged = !long_enough
            && self.final_ha >= LEAST_FINAL_HA
            && share(self.final_ha) >= FINAL_HA_IF_MERGED
            && share(self.unread) < UNREAD_IF_STRIPPED;
        if share(self.hamzas) >= HAMZAS_IF_KEPT || merged { Damage::Normalised } else { Damage::Stripped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::Word;

    fn damage(text: &str) -> Damage {
        let mut census = LetterCensus::default();
        for word in text.split(' ') {
            census.observe(Word::new(word).expect("Arabic letters").codes(), Spelling::Listed);
        }
        census.damage()
    }

    #[test]
    fn states_are_told_apart() {
        assert_eq!(damage("تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط"), Damage::Stripped);
        assert_eq!(damage("تطرقنا في اكثر من مره لاهميه الصناعات الصغيره والمتوسطه وانشاء المؤسسات"), Damage::Normalised);
        assert_eq!(damage("تطرقنا في أكثر من مرة لأهمية الصناعات الصغيرة والمتوسطة"), Damage::Intact);
        assert_eq!(LetterCensus::default().damage(), Damage::Intact, "nothing was lost");
    }
}

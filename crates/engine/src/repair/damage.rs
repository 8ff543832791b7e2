//! The state of writing of an article, or of a segment of one: detected from its letters and from what the lexicon says about
//! its words.
//!
//! | state | what happened | channel | who writes so |
//! | --- | --- | --- | --- |
//! | stripped | every letter but the 28 plain ones was deleted, with digits and punctuation | `Stripped` | the cleaning script |
//! | normalised | every `أ إ آ ى ة` was folded | `Folded` | search engines, preprocessing scripts |
//! | soft | some of them were folded | `Folded` | people who type in a hurry |
//! | intact | nothing | none | editors |
//! | foreign | nothing: the text is not Arabic | none | |
//!
//! To *fold* a letter is to replace it with its bare twin ([`crate::arabic::fold_letter`]: `أ إ آ` → `ا`, `ى` → `ي`,
//! `ة` → `ه`). That deletes nothing, and `ء ئ ؤ` stay. An article of which only a part is stripped is *mixed*.
//!
//! Invariant: the state depends on counts of words alone, not on their order; where it changes within an article is the
//! business of `segments.rs`. It is recognised and need not be configured, because one folder may hold articles from many sources; a text
//! too short to show its state is taken for one like those around it ([`Neighbours`]), and the user can settle it (`declared_damage.rs`).

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use crate::arabic::{code, is_plain};
use crate::document::Neighbours;

/// A state of writing; see the table above. `articles.damage` names it, unless an article is `mixed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Damage {
    /// Every letter but the 28 plain ones was deleted.
    Stripped,
    /// All `أ إ آ ى ة` were folded.
    Normalised,
    /// Some of them were folded.
    Soft,
    /// Nothing is wrong.
    Intact,
    /// The language is not Arabic (`document/language.rs`): nothing is known about the spelling.
    Foreign,
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
            Self::Foreign => "foreign",
        }
    }

    /// The channel to invert; `None` if there is nothing to repair.
    #[must_use]
    pub fn channel(self) -> Option<Channel> {
        match self {
            Self::Stripped => Some(Channel::Stripped),
            Self::Normalised | Self::Soft => Some(Channel::Folded),
            Self::Intact | Self::Foreign => None,
        }
    }
}

/// What the lexicon says about a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// It has the word as it stands.
    Listed,
    /// It has the word only with `أ إ آ ى ة` restored.
    Misspelt,
    /// It has it neither way.
    Unexplained,
}

/// Counts of words by the letters that they hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct LetterCensus {
    words: u32,
    /// With `أ إ آ ى ة`: deleted by stripping, folded by normalising.
    foldable: u32,
    /// With `ء ئ ؤ`: deleted by stripping, kept by normalising.
    hamzas: u32,
    /// With a final `ه`, which normalising puts for every `ة`.
    final_ha: u32,
    /// Of [`Spelling::Misspelt`].
    misspelt: u32,
    /// Of [`Spelling::Unexplained`].
    unexplained: u32,
}

/// In clean newspaper text one word in three holds one of `أ إ آ ى ة`; below one in fifty, they were removed.
const FOLDABLE_IF_KEPT: f64 = 0.02;
/// Clean text has a `ء ئ ؤ` in about one word of twenty; a stripped article has none.
const HAMZAS_IF_KEPT: f64 = 0.004;
/// This many words without a single `ء ئ ؤ` do not occur unless they were deleted.
const WORDS_WITH_A_HAMZA: u32 = 120;
/// Clean text ends one word in twenty with `ه`; if every `ة` was folded, three in twenty.
const FINAL_HA_IF_FOLDED: f64 = 0.12;
/// One final `ه` is a slip, not a state of writing.
const LEAST_FINAL_HA: u32 = 2;
/// Stripping leaves one word in ten that folding cannot explain (`المسسات`); clean text has names, but fewer.
const UNEXPLAINED_IF_STRIPPED: f64 = 0.04;
/// Edited newspapers misspell fewer than one word in a hundred.
const MISSPELT_IF_SOFT: f64 = 0.015;

/// A text of so many words speaks for itself.
const SHORT: u32 = 60;
/// The evidence (in nats) by which a short text must differ from its neighbours to be taken for another state: as much as a change of
/// state within an article (`segments.rs`).
const AS_ITS_NEIGHBOURS: f64 = 18.0;
/// The evidence that a word gives for stripping: one without any of the deleted letters, one that the lexicon knows only with folded
/// letters restored, and one that it does not know at all. They are ratios of the probabilities in `segments.rs`.
const EVIDENCE_OF_LACK: f64 = 0.36;
const EVIDENCE_OF_MISSPELT: f64 = 2.0;
const EVIDENCE_OF_UNEXPLAINED: f64 = 1.9;
/// Among stripped texts, one word in so many with a deleted letter is a stray one.
const STRAY_IN: u32 = 10;
/// One misspelt word is a name or a slip in a text that is taken for its neighbours' sake to have its letters.
const LEAST_MISSPELT: u32 = 2;

impl LetterCensus {
    /// Counts one word (letter codes).
    pub fn observe(&mut self, word: &[u8], spelling: Spelling) {
        use code::{HA, HAMZA, WAW_HAMZA, YA_HAMZA};
        let hamza = |c: &&u8| matches!(**c, HAMZA | WAW_HAMZA | YA_HAMZA);
        let special = word.iter().filter(|c| !is_plain(**c)).count();
        let hamzas = word.iter().filter(hamza).count();
        self.words += 1;
        // What is not plain is either one of the three hamzas or foldable, so a surplus tells of the latter.
        self.foldable += u32::from(special > hamzas);
        self.hamzas += u32::from(hamzas > 0);
        self.final_ha += u32::from(word.last() == Some(&HA));
        self.misspelt += u32::from(spelling == Spelling::Misspelt);
        self.unexplained += u32::from(spelling == Spelling::Unexplained);
    }

    /// The state of a text among others: that which its own counts suggest, unless it is short and chance could have made it look so.
    #[must_use]
    pub fn damage_among(&self, neighbours: Neighbours) -> Damage {
        let alone = self.damage();
        if self.words == 0 || self.words >= SHORT {
            return alone;
        }
        let letters = self.foldable + self.hamzas;
        let lack = f64::from(self.words - letters.min(self.words));
        let for_stripping = EVIDENCE_OF_LACK * lack
            + EVIDENCE_OF_MISSPELT * f64::from(self.misspelt)
            + EVIDENCE_OF_UNEXPLAINED * f64::from(self.unexplained);
        match (alone, neighbours) {
            (Damage::Stripped | Damage::Normalised, Neighbours::Kept) if for_stripping < AS_ITS_NEIGHBOURS => {
                if self.misspelt >= LEAST_MISSPELT { Damage::Soft } else { Damage::Intact }
            }
            (Damage::Stripped, Neighbours::Normalised) if for_stripping < AS_ITS_NEIGHBOURS => Damage::Normalised,
            // Folded words that end in `ه`, or a stray letter: there is a stripped text of which either is true.
            (Damage::Normalised, Neighbours::Stripped) if self.hamzas == 0 => Damage::Stripped,
            (Damage::Soft | Damage::Intact, Neighbours::Stripped) if letters * STRAY_IN <= self.words => Damage::Stripped,
            (Damage::Soft | Damage::Intact, Neighbours::Normalised) if self.foldable * STRAY_IN <= self.words => {
                Damage::Normalised
            }
            _ => alone,
        }
    }

    /// The state that the counts suggest. Without an Arabic word it is intact: there is nothing to repair.
    #[must_use]
    pub fn damage(&self) -> Damage {
        if self.words == 0 {
            return Damage::Intact;
        }
        let share = |count: u32| f64::from(count) / f64::from(self.words.max(1));
        // First, because these letters survive neither stripping nor normalising: having them rules out both.
        if share(self.foldable) >= FOLDABLE_IF_KEPT {
            return if share(self.misspelt) >= MISSPELT_IF_SOFT { Damage::Soft } else { Damage::Intact };
        }
        // A short text may hold no `ء ئ ؤ` by chance. Then many words in `ه`, all of them explained, mean that `ة` was folded.
        let long_enough = self.words >= WORDS_WITH_A_HAMZA;
        let folded = !long_enough
            && self.final_ha >= LEAST_FINAL_HA
            && share(self.final_ha) >= FINAL_HA_IF_FOLDED
            && share(self.unexplained) < UNEXPLAINED_IF_STRIPPED;
        if share(self.hamzas) >= HAMZAS_IF_KEPT || folded { Damage::Normalised } else { Damage::Stripped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::Word;

    fn damage(text: &str) -> Damage {
        census(text).damage()
    }

    fn census(text: &str) -> LetterCensus {
        let mut census = LetterCensus::default();
        for word in text.split(' ') {
            census.observe(Word::new(word).expect("Arabic letters").codes(), Spelling::Listed);
        }
        census
    }

    #[test]
    fn a_short_text_is_taken_for_one_like_its_neighbours() {
        use Neighbours::{Kept, Normalised, Stripped, Unknown};
        let headline = "باحث فرنسي من نسل النبي محمد";
        let with_ha = "قرده في المدينه وزوجه في بيته";
        let stray = "تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط إلى";
        for (text, neighbours, expected) in [
            (headline, Unknown, Damage::Stripped),
            (headline, Kept, Damage::Intact),
            (headline, Normalised, Damage::Normalised),
            (headline, Stripped, Damage::Stripped),
            (with_ha, Unknown, Damage::Normalised),
            (with_ha, Stripped, Damage::Stripped),
            (stray, Unknown, Damage::Intact),
            (stray, Stripped, Damage::Stripped),
            ("أعلنت الحكومة عن الخطة", Stripped, Damage::Intact),
            (&[headline; 12].join(" "), Kept, Damage::Stripped),
        ] {
            assert_eq!(census(text).damage_among(neighbours), expected, "{text} among {neighbours:?}");
        }
    }

    #[test]
    fn states_are_told_apart() {
        assert_eq!(damage("تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط"), Damage::Stripped);
        assert_eq!(damage("تطرقنا في اكثر من مره لاهميه الصناعات الصغيره والمتوسطه وانشاء المؤسسات"), Damage::Normalised);
        assert_eq!(damage("تطرقنا في أكثر من مرة لأهمية الصناعات الصغيرة والمتوسطة"), Damage::Intact);
        assert_eq!(LetterCensus::default().damage(), Damage::Intact, "nothing was lost");
    }
}

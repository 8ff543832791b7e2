//! The words of an article as phrases are made of them: without what is only written together with them, with their stem.
//!
//! Invariant: a word is found out about once per worker ([`PhraseWords`]); what depends on its neighbours is left to [`super::candidates`].

use rustc_hash::FxHashMap;

use super::background::{Background, StemStatistics, WordNotes};
use super::stem::light_stem;
use super::stop_words::{Standing, StopWords};
use crate::arabic::clitics::{ARTICLE, FUTURE, IMPERFECT_PREFIXES, TO_THE, is_conjunction, pronoun};
use crate::arabic::code;

/// A stem as a worker numbers it.
pub(super) type StemId = u32;
/// Index of a word in a worker's memory.
pub(super) type WordIndex = u32;

/// A word that is a verb with at least this share is part of no phrase.
const VERB: f64 = 0.5;
/// From this share of occurrences with the article on, a stem is a common noun's.
const COMMON: f64 = 0.1;
/// Below this share it is a name's, or a verb's.
const NAME: f64 = 0.02;
/// Letters that a word must have before a conjunction is taken off, and before a preposition that only the rest's stem speaks for.
const LEAST_WITH_CONJUNCTION: usize = 4;
const LEAST_WITH_PREPOSITION: usize = 5;
/// Letters of an imperfect's stem, its prefix counted.
const LEAST_IMPERFECT: usize = 4;
/// Letters that are left before a pronoun.
const LEAST_POSSESSED: usize = 3;
/// The most words that a worker remembers from article to article.
const LIMIT: usize = 1 << 16;

/// What stands before a word, written together with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clitic {
    None,
    And,
    Other,
}

/// A word of a phrase.
#[derive(Clone, Debug)]
pub(super) struct PhraseWord {
    /// Letter codes as written.
    pub(super) written: Vec<u8>,
    /// Without clitics and the accusative's alif.
    pub(super) core: Vec<u8>,
    pub(super) stem: StemId,
    pub(super) clitic: Clitic,
    pub(super) standing: Standing,
    pub(super) is_definite: bool,
    /// Whether it ends in a pronoun.
    pub(super) is_possessed: bool,
    /// Whether it ended in the accusative's alif.
    pub(super) is_accusative: bool,
    /// What is known of its stem.
    pub(super) statistics: StemStatistics,
}

impl PhraseWord {
    /// Whether a phrase can begin with it.
    pub(super) fn is_noun(&self) -> bool {
        matches!(self.standing, Standing::Anywhere | Standing::Begin)
    }

    /// Whether its stem is a common noun's, or an adjective's.
    pub(super) fn is_common(&self) -> bool {
        self.statistics.article >= COMMON
    }

    /// Whether its stem is a name's, or a verb's.
    pub(super) fn is_name(&self) -> bool {
        self.statistics.article < NAME
    }
}

/// The words that a worker has met.
#[derive(Debug, Default)]
pub(super) struct PhraseWords {
    words: Vec<PhraseWord>,
    /// By letters, after an accusative and not.
    by_letters: [FxHashMap<Vec<u8>, WordIndex>; 2],
    stems: FxHashMap<Vec<u8>, StemId>,
}

impl PhraseWords {
    /// Makes ready for an article; indices of the one before are good no longer.
    pub(super) fn begin_article(&mut self) {
        if self.words.len() > LIMIT {
            *self = Self::default();
        }
    }

    pub(super) fn word(&self, index: WordIndex) -> &PhraseWord {
        &self.words[index as usize]
    }

    /// A word (letter codes as written), found out about where it is new.
    pub(super) fn find(
        &mut self,
        letters: &[u8],
        after_accusative: bool,
        background: &Background,
        stop_words: &StopWords,
    ) -> WordIndex {
        if let Some(index) = self.by_letters[usize::from(after_accusative)].get(letters) {
            return *index;
        }
        let word = self.read(letters, after_accusative, background, stop_words);
        let index = WordIndex::try_from(self.words.len()).expect("fewer than 2^32 words");
        self.words.push(word);
        self.by_letters[usize::from(after_accusative)].insert(letters.to_vec(), index);
        index
    }

    fn read(
        &mut self,
        letters: &[u8],
        after_accusative: bool,
        background: &Background,
        stop_words: &StopWords,
    ) -> PhraseWord {
        let mut standing = stop_words.standing(letters);
        let (mut clitic, mut core) = (Clitic::None, letters.to_vec());
        if standing == Standing::Anywhere {
            (clitic, core) = split(letters, background);
            standing = stop_words.standing(&core);
        }
        let is_accusative = is_accusative(&core, after_accusative, background);
        if is_accusative {
            core.pop();
        }
        let base = base_of_possessed(&core, background.notes(&core));
        let stem = light_stem(base.as_deref().unwrap_or(&core));
        let statistics = background.stem(&stem);
        let is_definite = core.starts_with(ARTICLE) && core.len() >= 4;
        let is_verb = statistics.verb >= VERB || (statistics.article < NAME && is_imperfect(&stem, background));
        if standing == Standing::Anywhere && !is_definite && is_verb {
            standing = Standing::Never;
        }
        let number = StemId::try_from(self.stems.len()).expect("fewer than 2^32 stems");
        PhraseWord {
            written: letters.to_vec(),
            core,
            stem: *self.stems.entry(stem).or_insert(number),
            clitic,
            standing,
            is_definite,
            is_possessed: base.is_some(),
            is_accusative,
            statistics,
        }
    }
}

/// A word's clitics, and the word without them: `و` and `ف` come off every word but those known to begin so, `ب`, `ل` and `ك` off those
/// known to carry them, and off rare words where a common noun is left.
fn split(word: &[u8], background: &Background) -> (Clitic, Vec<u8>) {
    let (conjunction, word) = match word {
        [first, rest @ ..]
            if is_conjunction(*first)
                && word.len() >= LEAST_WITH_CONJUNCTION
                && !background.notes(word).has(WordNotes::WHOLE) =>
        {
            (if *first == code::WAW { Clitic::And } else { Clitic::Other }, rest)
        }
        _ => (Clitic::None, word),
    };
    if let Some(rest) = word.strip_prefix(TO_THE)
        && word.len() >= 4
    {
        return (Clitic::Other, [ARTICLE, rest].concat());
    }
    let has_article = word.starts_with(&[code::BA, code::ALIF, code::LAM]) && word.len() >= 6;
    if has_article || background.notes(word).has(WordNotes::SPLIT) || hides_preposition(word, background) {
        return (Clitic::Other, word[1..].to_vec());
    }
    (conjunction, word.to_vec())
}

fn hides_preposition(word: &[u8], background: &Background) -> bool {
    matches!(word, [code::BA | code::LAM, ..] if word.len() >= LEAST_WITH_PREPOSITION)
        && !background.stem(&light_stem(word)).is_known
        && background.stem(&light_stem(&word[1..])).article >= COMMON
}

/// Whether a word ends in the accusative's alif: it is known to, or it is unknown and agrees with an accusative before it.
fn is_accusative(word: &[u8], after_accusative: bool, background: &Background) -> bool {
    let agrees = || {
        let Some((&code::ALIF, rest)) = word.split_last() else { return false };
        let is_known = |word: &[u8]| background.stem(&light_stem(word)).is_known;
        !is_known(word) && is_known(rest)
    };
    background.notes(word).has(WordNotes::ACCUSATIVE) || (after_accusative && agrees())
}

/// A word without its pronoun, where it is known to have one.
fn base_of_possessed(word: &[u8], notes: WordNotes) -> Option<Vec<u8>> {
    if !notes.has(WordNotes::POSSESSED) {
        return None;
    }
    let mut base = without_pronoun(word)?.to_vec();
    if notes.has(WordNotes::POSSESSED_FEMININE) {
        base.pop();
        base.push(code::TA_MARBUTA);
    }
    Some(base)
}

/// A word (letter codes as written) without the pronoun that it ends in.
#[must_use]
pub fn without_pronoun(word: &[u8]) -> Option<&[u8]> {
    let stem = pronoun::BEHIND_NOUNS.iter().find_map(|pronoun| word.strip_suffix(*pronoun))?;
    Some(stem).filter(|stem| stem.len() >= LEAST_POSSESSED)
}

/// Whether a stem differs only in its prefix from one known as an imperfect: `تستثمر`, `سنستثمر` from `يستثمر`.
fn is_imperfect(stem: &[u8], background: &Background) -> bool {
    let (stem, is_future) = match stem {
        [FUTURE, rest @ ..] => (rest, true),
        _ => (stem, false),
    };
    let is_prefix = |letter| IMPERFECT_PREFIXES.contains(&letter) || (is_future && letter == code::ALIF);
    match stem {
        [prefix, rest @ ..] if stem.len() >= LEAST_IMPERFECT && is_prefix(*prefix) => {
            background.stem(&[&[code::YA], rest].concat()).verb >= VERB
        }
        _ => false,
    }
}

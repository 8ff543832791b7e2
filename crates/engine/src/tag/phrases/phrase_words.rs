//! The words that phrases consist of: analysed into clitics, core and stem, with statistics.
//!
//! Invariant: each word is analysed once per worker ([`PhraseWords`]). Whatever depends on its neighbours is left to
//! [`super::candidates`], except for the accusative before it, which is part of the cache key.

use rustc_hash::FxHashMap;

use super::background::{Background, StemStatistics, WordNotes};
use super::stop_words::{Standing, StopWords};
use crate::arabic::clitics::{ARTICLE, FUTURE, IMPERFECT_PREFIXES, TO_THE, is_conjunction, pronoun};
use crate::arabic::code;
use crate::arabic::light_stem::light_stem;

/// A stem, by the order in which a worker met it.
pub(super) type StemId = u32;
/// Index of a word in a worker's memory.
pub(super) type WordIndex = u32;

/// A word that is a verb in at least this share of occurrences belongs to no phrase.
const VERB: f64 = 0.5;
/// A stem with the article in at least this share of occurrences is a common noun or an adjective.
const COMMON: f64 = 0.1;
/// A stem with the article in less than this share is a name or a verb.
const NAME: f64 = 0.02;
/// Letters that a word must have for a conjunction to be removed, and for a preposition that only the stem after it reveals.
const LEAST_WITH_CONJUNCTION: usize = 4;
const LEAST_WITH_PREPOSITION: usize = 5;
/// Letters that the stem of an imperfect has, including its prefix.
const LEAST_IMPERFECT: usize = 4;
/// Letters that must remain without a pronoun.
const LEAST_POSSESSED: usize = 3;
/// Letters of a word with `ال` or `لل`, and with `بال`, from which on these are taken for the article.
const LEAST_DEFINITE: usize = 4;
const LEAST_DEFINITE_AFTER_PREPOSITION: usize = 6;
/// The most words that a worker remembers from article to article.
const LIMIT: usize = 1 << 16;

/// What is written together with a word, before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clitic {
    None,
    /// `و` "and", which can continue a phrase.
    And,
    /// Anything else, which begins another phrase.
    Other,
}

/// A word of a phrase.
#[derive(Clone, Debug)]
pub(super) struct PhraseWord {
    /// Letter codes as written.
    pub(super) written: Vec<u8>,
    /// Letter codes without clitics and the accusative's alif.
    pub(super) core: Vec<u8>,
    pub(super) stem: StemId,
    pub(super) clitic: Clitic,
    pub(super) standing: Standing,
    pub(super) is_definite: bool,
    /// Whether it ends in a pronoun.
    pub(super) is_possessed: bool,
    /// Whether it ended in the accusative's alif.
    pub(super) is_accusative: bool,
    /// The statistics of its stem.
    pub(super) statistics: StemStatistics,
}

impl PhraseWord {
    /// Whether a phrase can begin with it.
    pub(super) fn is_noun(&self) -> bool {
        matches!(self.standing, Standing::Anywhere | Standing::Begin)
    }

    /// Whether its stem is that of a common noun or an adjective.
    pub(super) fn is_common(&self) -> bool {
        self.statistics.article >= COMMON
    }

    /// Whether its stem is that of a name or a verb.
    pub(super) fn is_name(&self) -> bool {
        self.statistics.article < NAME
    }
}

/// The words that a worker has met: a cache.
#[derive(Debug, Default)]
pub(super) struct PhraseWords {
    words: Vec<PhraseWord>,
    /// Indices by letters, of words that do not follow an accusative, and of words that do.
    by_letters: [FxHashMap<Vec<u8>, WordIndex>; 2],
    stems: FxHashMap<Vec<u8>, StemId>,
}

impl PhraseWords {
    /// Prepares for an article. Indices from before become invalid, since the cache may be emptied.
    pub(super) fn begin_article(&mut self) {
        if self.words.len() > LIMIT {
            *self = Self::default();
        }
    }

    pub(super) fn word(&self, index: WordIndex) -> &PhraseWord {
        &self.words[index as usize]
    }

    /// The index of a word (letter codes as written), which is analysed if it is new.
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
        let word = self.analyse(letters, after_accusative, background, stop_words);
        let index = WordIndex::try_from(self.words.len()).expect("fewer than 2^32 words");
        self.words.push(word);
        self.by_letters[usize::from(after_accusative)].insert(letters.to_vec(), index);
        index
    }

    fn analyse(
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
            // Looked up again: the word may be a listed one behind its clitic.
            standing = stop_words.standing(&core);
        }
        let is_accusative = is_accusative(&core, after_accusative, background);
        if is_accusative {
            core.pop();
        }
        // The stem of صناعتهم must be that of صناعة.
        let base = base_of_possessed(&core, background.notes(&core));
        let stem = light_stem(base.as_deref().unwrap_or(&core));
        let statistics = background.stem(&stem);
        let is_definite = core.starts_with(ARTICLE) && core.len() >= LEAST_DEFINITE;
        let is_verb = statistics.verb >= VERB || (statistics.article < NAME && is_imperfect(&stem, background));
        // No verb has the article, so a definite word is a noun whatever its stem usually is.
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

/// A word's clitic, and the word without it. `و` and `ف` are removed unless the word is known to begin with them; `ب`, `ل` and `ك` only if
/// the word is known to have them, or is rare and leaves a common noun.
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
        && word.len() >= LEAST_DEFINITE
    {
        return (Clitic::Other, [ARTICLE, rest].concat());
    }
    let has_article = word.starts_with(&[code::BA, code::ALIF, code::LAM]) && word.len() >= LEAST_DEFINITE_AFTER_PREPOSITION;
    if has_article || background.notes(word).has(WordNotes::SPLIT) || hides_preposition(word, background) {
        return (Clitic::Other, word[1..].to_vec());
    }
    (conjunction, word.to_vec())
}

/// Whether a word without statistics is a common noun after `ب` or `ل`. `ك` is too rare before nouns.
fn hides_preposition(word: &[u8], background: &Background) -> bool {
    matches!(word, [code::BA | code::LAM, ..] if word.len() >= LEAST_WITH_PREPOSITION)
        && !background.stem(&light_stem(word)).is_known
        && background.stem(&light_stem(&word[1..])).article >= COMMON
}

/// Whether a word ends in the accusative's alif: it is known to, or it follows an accusative and only its rest is a known word.
fn is_accusative(word: &[u8], after_accusative: bool, background: &Background) -> bool {
    let agrees = || {
        let Some((&code::ALIF, rest)) = word.split_last() else { return false };
        let is_known = |word: &[u8]| background.stem(&light_stem(word)).is_known;
        !is_known(word) && is_known(rest)
    };
    background.notes(word).has(WordNotes::ACCUSATIVE) || (after_accusative && agrees())
}

/// A word without its pronoun, if it is known to have one.
fn base_of_possessed(word: &[u8], notes: WordNotes) -> Option<Vec<u8>> {
    if !notes.has(WordNotes::POSSESSED) {
        return None;
    }
    let mut base = without_pronoun(word)?.to_vec();
    if notes.has(WordNotes::POSSESSED_FEMININE) {
        base.pop();
        // Before a pronoun ة is written ت, and with it the stem would differ from that of the bare word.
        base.push(code::TA_MARBUTA);
    }
    Some(base)
}

/// A word (letter codes as written) without the pronoun at its end; `None` if it has none, or too few letters would remain.
#[must_use]
pub fn without_pronoun(word: &[u8]) -> Option<&[u8]> {
    let stem = pronoun::AFTER_NOUNS.iter().find_map(|pronoun| word.strip_suffix(*pronoun))?;
    Some(stem).filter(|stem| stem.len() >= LEAST_POSSESSED)
}

/// Whether a stem differs only in its prefix from a known imperfect: `تستثمر`, `سنستثمر` from `يستثمر` "he invests".
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

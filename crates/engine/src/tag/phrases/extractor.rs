//! The keyphrase extractor: from the words of an article to its keyphrases.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::super::sentence_words::SentenceWord;
use super::background::Background;
use super::candidates::{Candidates, Occurrence, PhraseId, PlacedWord};
use super::phrase_words::{Clitic, PhraseWords};
use super::selection::{Chosen, select};
use super::stop_words::StopWords;
use crate::arabic::decode_word;
use crate::rounded::rounded;
use crate::split::{Sentence, SentenceKind};

/// The most keyphrases of an article. A short one has fewer: [`FEWEST`], and one more for each [`WORDS_EACH`] words.
pub const MOST_KEYPHRASES: usize = 10;
const FEWEST: usize = 4;
const WORDS_EACH: usize = 40;

/// A phrase that describes what an article is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyphrase {
    /// The phrase in its most frequent form.
    pub text: String,
    /// Rounded to 1e-4; comparable within an article only.
    pub score: f32,
    /// Occurrences in the article, in any form.
    pub count: usize,
}

/// The keyphrase extractor: immutable, shared by all workers.
#[derive(Debug, Default)]
pub struct PhraseExtractor {
    background: Background,
    stop_words: StopWords,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct PhraseScratch {
    words: PhraseWords,
    placed: Vec<PlacedWord>,
    candidates: Candidates,
}

impl PhraseExtractor {
    /// An extractor with the statistics of a model.
    #[must_use]
    pub fn new(background: Background) -> Self {
        Self { background, stop_words: StopWords::default() }
    }

    /// The keyphrases of an article, best first, given its sentences and the words of each. Bylines and datelines are left out: the names
    /// of writers are not what an article is about.
    #[must_use]
    pub(crate) fn extract(
        &self,
        sentences: &[Sentence],
        words: &[Vec<SentenceWord>],
        scratch: &mut PhraseScratch,
    ) -> Vec<Keyphrase> {
        scratch.words.begin_article();
        scratch.placed.clear();
        for (sentence, words) in sentences.iter().zip(words) {
            if matches!(sentence.kind, SentenceKind::Body | SentenceKind::Headline) {
                self.place(words, scratch);
            }
        }
        let PhraseScratch { placed, candidates, words, .. } = scratch;
        candidates.collect(placed, words, &self.background);
        let most = MOST_KEYPHRASES.min(FEWEST + placed.len() / WORDS_EACH);
        let chosen = select(candidates, most);
        shown(&chosen, candidates, placed, words)
    }

    /// Appends the words of a sentence. Phrases go past neither marks nor the ends of a sentence.
    fn place(&self, sentence: &[SentenceWord], scratch: &mut PhraseScratch) {
        let PhraseScratch { words, placed, .. } = scratch;
        let mut is_separated = true;
        let mut after_accusative = false;
        for word in sentence {
            let chosen = &word.forms[0].letters;
            // Agreement reaches no further than a phrase: an accusative before a mark says nothing about this word.
            let index = words.find(chosen, after_accusative && !is_separated, &self.background, &self.stop_words);
            placed.push(PlacedWord { word: index, is_separated });
            after_accusative = words.word(index).is_accusative;
            is_separated = word.is_closed;
        }
    }
}

/// How a form of a phrase is used. Ordered by how well the form represents the phrase: without a pronoun, then frequent, then early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FormUse {
    is_free: bool,
    count: u32,
    first: std::cmp::Reverse<usize>,
}

/// The chosen phrases, each in its best form. The order of the maps does not matter: no two forms compare equal, since they differ in
/// their first occurrence.
fn shown(chosen: &[Chosen], candidates: &Candidates, placed: &[PlacedWord], words: &PhraseWords) -> Vec<Keyphrase> {
    let mut forms: FxHashMap<PhraseId, FxHashMap<String, FormUse>> =
        chosen.iter().map(|chosen| (chosen.phrase, FxHashMap::default())).collect();
    for occurrence in &candidates.occurrences {
        if let Some(forms) = forms.get_mut(&occurrence.phrase) {
            let is_free = (occurrence.start..occurrence.end).all(|place| !words.word(placed[place].word).is_possessed);
            let new = FormUse { is_free, count: 0, first: std::cmp::Reverse(occurrence.start) };
            forms.entry(form_of(*occurrence, placed, words)).or_insert(new).count += 1;
        }
    }
    let keyphrase = |chosen: &Chosen| {
        let (text, _) = forms[&chosen.phrase].iter().max_by_key(|(_, used)| **used).expect("a chosen phrase occurs");
        let count = candidates.phrases[chosen.phrase as usize].count as usize;
        Keyphrase { text: text.clone(), score: rounded(chosen.score), count }
    };
    chosen.iter().map(keyphrase).collect()
}

/// The form of a phrase in one occurrence: its words without clitics and the accusative's alif, except a later word joined by `و`.
fn form_of(occurrence: Occurrence, placed: &[PlacedWord], words: &PhraseWords) -> String {
    let form = |place: usize| {
        let word = words.word(placed[place].word);
        let is_joined = place > occurrence.start && word.clitic != Clitic::None;
        decode_word(if is_joined { &word.written } else { &word.core })
    };
    (occurrence.start..occurrence.end).map(form).collect::<Vec<_>>().join(" ")
}

//! Keyphrases: what an article is about, in its own words, without a vocabulary.
//!
//! ```text
//! sentences ─ words (clitics off, stems) ─ candidates (noun phrases, counted) ─ selection ─ the commonest form of each
//! ```
//!
//! There is no tagger of parts of speech: what training counted of each stem ([`background`]) tells nouns from verbs, and the article
//! tells where a phrase ends. Invariant: a phrase shown is a run of words of the article, without the clitics of its first word.

pub mod background;
mod candidates;
mod selection;
pub mod stem;
pub mod stop_words;
pub mod words;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use self::background::Background;
use self::candidates::{Candidates, Occurrence, PhraseId, PlacedWord};
use self::selection::{Chosen, select};
use self::stop_words::StopWords;
use self::words::{Clitic, PhraseWords};
use super::text::TextWord;
use crate::arabic::decode_word;
use crate::rounded::rounded;
use crate::split::{Sentence, SentenceKind};

/// Most phrases of an article; a short one has [`FEWEST`] and one more for each [`WORDS_EACH`] words.
const MOST: usize = 10;
const FEWEST: usize = 4;
const WORDS_EACH: usize = 40;

/// A phrase that says what an article is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyphrase {
    /// The phrase in its commonest form.
    pub text: String,
    /// Its weight in the article, rounded to 1e-4; comparable within an article.
    pub score: f32,
    /// How often it occurs, in any form.
    pub count: usize,
}

/// Finds keyphrases: immutable, shared by all workers.
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
    /// An extractor with what training has learnt.
    #[must_use]
    pub fn new(background: Background) -> Self {
        Self { background, stop_words: StopWords::default() }
    }

    /// The keyphrases of an article, given the words of each of its sentences, best first. Bylines and datelines are not read: names of writers are no subjects.
    #[must_use]
    pub(super) fn extract(
        &self,
        sentences: &[Sentence],
        words: &[Vec<TextWord>],
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
        let most = MOST.min(FEWEST + placed.len() / WORDS_EACH);
        let chosen = select(candidates, most);
        shown(&chosen, candidates, placed, words)
    }

    /// Appends the words of a sentence; a mark and the sentence's border part them.
    fn place(&self, text: &[TextWord], scratch: &mut PhraseScratch) {
        let PhraseScratch { words, placed, .. } = scratch;
        let mut is_parted = true;
        let mut after_accusative = false;
        for word in text {
            let index =
                words.find(&word.forms[0].letters, after_accusative && !is_parted, &self.background, &self.stop_words);
            placed.push(PlacedWord { word: index, is_parted });
            after_accusative = words.word(index).is_accusative;
            is_parted = word.is_closed;
        }
    }
}

/// How often a form of a phrase is used: forms without a pronoun before those with one, then the commonest, then the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FormUse {
    is_free: bool,
    count: u32,
    first: std::cmp::Reverse<usize>,
}

/// The chosen phrases as they are written.
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

/// A phrase as it stands in one place: words without clitics and the accusative's alif, but for one that is joined by `و`.
fn form_of(occurrence: Occurrence, placed: &[PlacedWord], words: &PhraseWords) -> String {
    let form = |place: usize| {
        let word = words.word(placed[place].word);
        let is_joined = place > occurrence.start && word.clitic != Clitic::None;
        decode_word(if is_joined { &word.written } else { &word.core })
    };
    (occurrence.start..occurrence.end).map(form).collect::<Vec<_>>().join(" ")
}

//! All possible noun phrases of an article, counted: runs of words that may form a phrase, identified by their stems.
//!
//! Phrases are paths in a trie of stems, so that counting one takes a look-up per word. Invariant: counts cover all occurrences of a
//! phrase, and depend on nothing but the order of the words.

use rustc_hash::FxHashMap;

use super::background::Background;
use super::phrase_words::{Clitic, PhraseWord, PhraseWords, StemId, WordIndex};
use super::stop_words::Standing;
use crate::arabic::clitics::IMPERFECT_PREFIXES;

/// The most words of a phrase, not counting those that can only begin it or stand inside.
pub(super) const LONGEST: usize = 4;
/// A word with `و` continues a phrase only if it is this much likelier after the word before it than by itself, in cost units: 3 nats.
const COORDINATE: i32 = 3 * 256;
/// Letters that a word must have to be taken for an imperfect by its first letter.
const LEAST_IMPERFECT: usize = 5;

/// A phrase, as a node of the trie; 0 is the root.
pub(super) type PhraseId = u32;

/// A word of the article, in its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacedWord {
    pub(super) word: WordIndex,
    /// Whether a mark or the beginning of a sentence separates it from the word before.
    pub(super) is_separated: bool,
}

/// In how many occurrences of a phrase something suggests that it is only part of a phrase, or two.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cuts {
    /// A noun comes right before.
    pub(super) noun_before: u32,
    /// A noun comes right after.
    pub(super) noun_after: u32,
    /// It begins with a definite word after a definite one: an adjective without its noun.
    pub(super) modifier: u32,
    /// It ends with an indefinite word, and a definite one follows: the second half of a construct is cut off.
    pub(super) construct: u32,
    /// It ends with a definite word, and a definite one follows: an adjective is cut off.
    pub(super) adjective: u32,
    /// One of its words has a pronoun.
    pub(super) possessed: u32,
    /// Two phrases that happen to be neighbours may meet in it.
    pub(super) seam: u32,
}

/// A phrase with its counts. One that is only the beginning of others has no occurrence.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    pub(super) parent: PhraseId,
    pub(super) stem: StemId,
    /// The number of its words, of every standing.
    pub(super) words: usize,
    /// The sum of its stems' inverse document frequencies, in nats.
    pub(super) idf: f64,
    pub(super) count: u32,
    /// Index of the word where it first occurs.
    pub(super) first: usize,
    pub(super) cuts: Cuts,
}

/// An occurrence of a phrase: words `start..end` of the article.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence {
    pub(super) phrase: PhraseId,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The phrases of an article.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    edges: FxHashMap<(PhraseId, StemId), PhraseId>,
    pub(super) phrases: Vec<Phrase>,
    pub(super) occurrences: Vec<Occurrence>,
}

impl Candidates {
    /// Counts the phrases of an article, replacing those of the one before.
    pub(super) fn collect(&mut self, placed: &[PlacedWord], words: &PhraseWords, background: &Background) {
        self.edges.clear();
        self.phrases.clear();
        self.occurrences.clear();
        let root = Phrase { parent: 0, stem: 0, words: 0, idf: 0.0, count: 0, first: 0, cuts: Cuts::default() };
        self.phrases.push(root);
        let text = Text { placed, words, background };
        for start in 0..placed.len() {
            if text.word(start).is_noun() {
                self.collect_from(start, text);
            }
        }
    }

    /// Counts the phrases that begin at a word.
    fn collect_from(&mut self, start: usize, text: Text<'_>) {
        let head = text.word(start);
        let noun_before = start > 0 && head.clitic == Clitic::None && text.is_noun_before(start);
        let before = start.checked_sub(1).map(|before| text.word(before));
        let is_modifier = head.is_definite && before.is_some_and(|before| before.is_definite || before.is_possessed);
        let (mut phrase, mut size) = (0, 0);
        let mut cuts = Cuts::default();
        for end in start..text.placed.len() {
            let word = text.word(end);
            if end > start {
                // No phrase repeats a stem: `حقوق الإنسان والإنسان` is two.
                if text.placed[end].is_separated || self.has_stem(phrase, word.stem) || !text.continues(end) {
                    break;
                }
                cuts.seam |= u32::from(is_seam(text.word(end - 1), word));
            }
            size += usize::from(matches!(word.standing, Standing::Anywhere | Standing::End));
            if size > LONGEST {
                break;
            }
            // Before the check below: a word that cannot end a phrase still leads to the longer ones.
            phrase = self.child(phrase, word, start);
            cuts.possessed |= u32::from(word.is_possessed);
            // Such words need another one after them, so no phrase ends here.
            if matches!(word.standing, Standing::Begin | Standing::Inside) {
                continue;
            }
            let noun_after = text.noun_after(end);
            let cut_off = noun_after && text.word(end + 1).is_definite;
            let is_closed = word.is_definite || word.is_possessed;
            cuts.noun_before = u32::from(noun_before);
            cuts.noun_after = u32::from(noun_after);
            cuts.modifier = u32::from(noun_before && is_modifier);
            cuts.construct = u32::from(cut_off && !is_closed);
            cuts.adjective = u32::from(cut_off && is_closed);
            self.count(phrase, cuts, start);
            self.occurrences.push(Occurrence { phrase, start, end: end + 1 });
        }
    }

    fn child(&mut self, parent: PhraseId, word: &PhraseWord, first: usize) -> PhraseId {
        // The id that a new phrase would get: if the entry returns it, the phrase is new.
        let next = PhraseId::try_from(self.phrases.len()).expect("fewer than 2^32 phrases");
        let id = *self.edges.entry((parent, word.stem)).or_insert(next);
        if id == next {
            let Phrase { words, idf, .. } = self.phrases[parent as usize];
            let (words, idf) = (words + 1, idf + word.statistics.idf);
            self.phrases.push(Phrase { parent, stem: word.stem, words, idf, count: 0, first, cuts: Cuts::default() });
        }
        id
    }

    fn count(&mut self, phrase: PhraseId, cuts: Cuts, start: usize) {
        let phrase = &mut self.phrases[phrase as usize];
        if phrase.count == 0 {
            // Set anew at the first occurrence: the node may have been made earlier, as the beginning of a longer phrase.
            phrase.first = start;
        }
        phrase.count += 1;
        let Cuts { noun_before, noun_after, modifier, construct, adjective, possessed, seam } = &mut phrase.cuts;
        *noun_before += cuts.noun_before;
        *noun_after += cuts.noun_after;
        *modifier += cuts.modifier;
        *construct += cuts.construct;
        *adjective += cuts.adjective;
        *possessed += cuts.possessed;
        *seam += cuts.seam;
    }

    fn has_stem(&self, mut phrase: PhraseId, stem: StemId) -> bool {
        while phrase != 0 {
            if self.phrases[phrase as usize].stem == stem {
                return true;
            }
            phrase = self.phrases[phrase as usize].parent;
        }
        false
    }

    /// The stems of a phrase, in order.
    pub(super) fn stems(&self, mut phrase: PhraseId) -> Vec<StemId> {
        let mut stems = Vec::new();
        while phrase != 0 {
            stems.push(self.phrases[phrase as usize].stem);
            phrase = self.phrases[phrase as usize].parent;
        }
        stems.reverse();
        stems
    }

    /// The phrase with these stems, if it occurs.
    pub(super) fn find(&self, stems: &[StemId]) -> Option<PhraseId> {
        let phrase = stems.iter().try_fold(0, |phrase, stem| self.edges.get(&(phrase, *stem)).copied())?;
        Some(phrase).filter(|phrase| self.phrases[*phrase as usize].count > 0)
    }
}

/// The words of an article, in their places.
#[derive(Clone, Copy)]
struct Text<'t> {
    placed: &'t [PlacedWord],
    words: &'t PhraseWords,
    background: &'t Background,
}

impl<'t> Text<'t> {
    fn word(&self, place: usize) -> &'t PhraseWord {
        self.words.word(self.placed[place].word)
    }

    /// Whether a noun comes right before a word.
    fn is_noun_before(&self, place: usize) -> bool {
        self.word(place - 1).is_noun() && !self.placed[place].is_separated
    }

    /// Whether a noun without clitic comes right after a word.
    fn noun_after(&self, place: usize) -> bool {
        let Some(next) = self.placed.get(place + 1) else { return false };
        let word = self.words.word(next.word);
        !next.is_separated && word.is_noun() && word.clitic == Clitic::None
    }

    /// Whether a word can continue a phrase that the word before it belongs to.
    fn continues(&self, place: usize) -> bool {
        let (last, word) = (self.word(place - 1), self.word(place));
        match (word.standing, word.clitic) {
            (Standing::Never, _) | (_, Clitic::Other) => false,
            // An accusative agrees with what it belongs to, so after another case a new phrase begins.
            (_, Clitic::None) => last.is_accusative || !word.is_accusative,
            (_, Clitic::And) => {
                word.is_definite == last.is_definite
                    && self.background.association(&last.written, &word.written) >= COORDINATE
            }
        }
    }
}

/// Whether two phrases may meet between two words: after a definite word or a name, a common noun without article begins another
/// phrase; after a definite word, so does an unknown word that looks like an imperfect verb.
fn is_seam(last: &PhraseWord, word: &PhraseWord) -> bool {
    if word.is_definite || word.clitic != Clitic::None {
        return false;
    }
    if word.is_common() {
        return last.standing == Standing::Anywhere && (last.is_definite || last.is_name());
    }
    let may_be_imperfect = word.core.len() >= LEAST_IMPERFECT && IMPERFECT_PREFIXES.contains(&word.core[0]);
    last.is_definite && !word.statistics.is_known && may_be_imperfect
}

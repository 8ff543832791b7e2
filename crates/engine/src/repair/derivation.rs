//! Forms that no list holds, derived from words that one does: `والنسيجية` from `النسيجية`, `أجوائك` from `أجواء`.
//!
//! Clitics and most endings consist of plain letters, so the damage leaves them alone and only the stem has to be found.
//! Invariant: nothing here is trusted. [`super::candidates`] keeps only what the channel explains, so a form that no writer
//! would use costs time and cannot break an invariant.

use std::sync::LazyLock;

use super::channel::Channel;
use super::indexed_lexicon::IndexedLexicon;
use super::lexicon::{UNKNOWN, WordId};
use super::proposal::{Derivation, UnlistedForm};
use crate::arabic::clitics::{ARTICLE, FUTURE_PROCLITICS, NOUN_PROCLITICS, TO_THE, ending, pronoun};
use crate::arabic::{code, is_plain};

/// Proclitics that are tried, longest first: those of nouns and of verbs, but for `فك`, since most words that begin with it have no
/// clitic (`فكرة`).
static PROCLITICS: LazyLock<Vec<&[u8]>> = LazyLock::new(|| {
    let of_nouns = NOUN_PROCLITICS.into_iter().filter(|proclitic| *proclitic != [code::FA, code::KAF]);
    let mut proclitics: Vec<&[u8]> = of_nouns.chain(FUTURE_PROCLITICS).collect();
    proclitics.sort_by_key(|proclitic| std::cmp::Reverse(proclitic.len()));
    proclitics
});
/// Proclitics with the article: a word listed with one of them is a noun or an adjective, which can take the others. The
/// four commonest.
const ARTICLES: [&[u8]; 4] = [ARTICLE, &[code::WAW, code::ALIF, code::LAM], &[code::BA, code::ALIF, code::LAM], TO_THE];
/// Pronouns, which no word with an article takes: all, since verbs take them too, but the rare `كما`.
const PRONOUNS: [&[u8]; 10] = [
    pronoun::HER,
    pronoun::THEIR_OF_MEN,
    pronoun::THEIR_OF_WOMEN,
    pronoun::THEIR_OF_TWO,
    pronoun::HIS,
    pronoun::OUR,
    pronoun::YOUR_OF_MANY,
    pronoun::YOUR,
    pronoun::ME,
    pronoun::MY,
];
/// Endings of number and gender, which any word may take. Of equally good forms the first stands, so the order is part of the result.
const INFLECTIONS: [&[u8]; 7] = [
    ending::FEMININE_PLURAL,
    ending::OBLIQUE,
    ending::DUAL,
    ending::MASCULINE_PLURAL,
    ending::VERB_PLURAL,
    ending::ACCUSATIVE,
    ending::VERB_PAST,
];

/// Letters that must be left of the stem.
const LEAST_LETTERS: usize = 3;
/// The rank that a word must reach to take an ending: more endings fit a damaged word by chance than proclitics.
const RANK_SUFFIXED: WordId = 150_000;

/// Forms for a damaged word, most frequent stem first.
///
/// `beside` listed words only proclitics are varied: the corpus holds most words with their endings, so if it holds another
/// word for the same damage, an ending is rarely what was meant.
pub(super) fn forms_of(lexicon: &IndexedLexicon, channel: Channel, damaged: &[u8], beside: bool) -> Vec<UnlistedForm> {
    let mut search = Search { lexicon, channel, forms: Vec::new() };
    let fits = |proclitic: &&[u8]| damaged.starts_with(proclitic) && damaged.len() >= proclitic.len() + LEAST_LETTERS;
    for proclitic in PROCLITICS.iter().copied().filter(fits).chain([&[][..]]) {
        let rest = &damaged[proclitic.len()..];
        search.take_off(proclitic, rest);
        search.exchange(proclitic, rest);
        if !beside {
            search.extend_all(proclitic, rest);
        }
    }
    let mut forms = search.forms;
    // The sort is stable, so of equally good forms the first way to find them wins.
    forms.sort_by_key(|(form, proclitic)| (form.word, *proclitic));
    forms.into_iter().map(|(form, _)| form).collect()
}

/// Whether a word can take a proclitic.
///
/// The future marker `س` stands only before a present-tense verb, which begins with `ي ت ن أ`. If the verb's own first letter
/// is counted with the proclitic (`سي`), the rest must not bring a second one (`أتعامل`).
fn takes(word: &[u8], proclitic: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or_default();
    match proclitic {
        [.., code::SIN] => matches!(first, code::YA | code::TA | code::NUN | code::ALIF_HAMZA),
        [.., code::SIN, code::YA | code::TA] => is_plain(first),
        _ => true,
    }
}

fn is_definite(proclitic: &[u8]) -> bool {
    proclitic.ends_with(ARTICLE) || proclitic.ends_with(TO_THE)
}

/// The forms found so far, each with the length of its proclitic: if two ways lead to one form, the shorter proclitic leaves
/// the longer word, which is the surer find.
struct Search<'c> {
    lexicon: &'c IndexedLexicon,
    channel: Channel,
    forms: Vec<(UnlistedForm, usize)>,
}

impl<'c> Search<'c> {
    /// The words that a part of the damaged word can stand for, with their letters.
    fn words(&self, damaged: &[u8]) -> impl Iterator<Item = (WordId, &'c [u8])> + use<'c> {
        let lexicon = self.lexicon.lexicon();
        self.lexicon.words_for(self.channel, damaged).into_iter().map(|(word, _)| (word, lexicon.word(word)))
    }

    fn push(&mut self, word: WordId, derivation: Derivation, parts: &[&[u8]]) {
        let form = UnlistedForm { letters: parts.concat(), word, second: UNKNOWN, derivation };
        self.forms.push((form, parts[0].len()));
    }

    /// Adds words with the proclitic before them.
    fn take_off(&mut self, proclitic: &[u8], rest: &[u8]) {
        if proclitic.is_empty() {
            return;
        }
        for (word, letters) in self.words(rest).filter(|(_, letters)| takes(letters, proclitic)) {
            self.push(word, Derivation::Proclitic, &[proclitic, letters]);
        }
    }

    /// Adds words that are listed with an article, with the proclitic in its place.
    fn exchange(&mut self, proclitic: &[u8], rest: &[u8]) {
        for article in ARTICLES.into_iter().filter(|article| *article != proclitic) {
            for (word, letters) in self.words(&[article, rest].concat()) {
                if let Some(bare) = letters.strip_prefix(article) {
                    self.push(word, Derivation::Exchanged, &[proclitic, bare]);
                }
            }
        }
    }

    /// Adds words with the proclitic before them and an ending after them.
    fn extend_all(&mut self, proclitic: &[u8], rest: &[u8]) {
        let pronouns = PRONOUNS.into_iter().filter(|_| !is_definite(proclitic));
        for ending in INFLECTIONS.into_iter().chain(pronouns) {
            if let Some(stem) = rest.strip_suffix(ending).filter(|stem| stem.len() >= LEAST_LETTERS) {
                self.extend(proclitic, stem, ending);
                self.extend_changed(proclitic, stem, ending);
            }
        }
    }

    /// Adds words whose last letter stays before the ending, or is a hamza that takes a seat, or is dropped.
    fn extend(&mut self, proclitic: &[u8], stem: &[u8], ending: &[u8]) {
        // Most frequent first, so nothing after the first one that is too rare can qualify.
        let common = self.words(stem).take_while(|(word, _)| *word <= RANK_SUFFIXED);
        for (word, letters) in common.filter(|(_, letters)| takes(letters, proclitic)) {
            let Some((&last, head)) = letters.split_last() else { continue };
            match last {
                code::HAMZA => {
                    for seat in seats_before(ending) {
                        self.push(word, Derivation::Suffixed, &[proclitic, head, &[*seat], ending]);
                    }
                }
                code::TA_MARBUTA if ending == ending::FEMININE_PLURAL => {
                    self.push(word, Derivation::Suffixed, &[proclitic, head, ending]);
                }
                // They change before an ending; `extend_changed` finds those forms.
                code::TA_MARBUTA | code::MAQSURA => {}
                code::YA | code::ALIF if ending[0] == last => {}
                _ => self.push(word, Derivation::Suffixed, &[proclitic, letters, ending]),
            }
        }
    }

    /// Adds words whose last letter changes before an ending: `ة` to `ت`, `ى` to `ا`.
    fn extend_changed(&mut self, proclitic: &[u8], stem: &[u8], ending: &[u8]) {
        let (written, kept) = stem.split_at(stem.len() - 1);
        let last = match kept {
            [code::TA] => code::TA_MARBUTA,
            [code::ALIF] => code::MAQSURA,
            _ => return,
        };
        // A stripped word lost the letter without a trace; a look-up by folded letters needs one in its place.
        let before_ending = match self.channel {
            Channel::Stripped => written.to_vec(),
            Channel::Folded => [written, &[last]].concat(),
        };
        let common = self.words(&before_ending).take_while(|(word, _)| *word <= RANK_SUFFIXED);
        for (word, letters) in common.filter(|(_, letters)| takes(letters, proclitic)) {
            if let Some(head) = letters.strip_suffix(&[last]) {
                self.push(word, Derivation::Suffixed, &[proclitic, head, kept, ending]);
            }
        }
    }
}

/// The seats that a final `ء` can take before an ending, most probable first. Before a pronoun the seat depends on the case,
/// and the genitive is the most frequent.
fn seats_before(ending: &[u8]) -> &'static [u8] {
    match ending {
        [code::YA, ..] => &[code::YA_HAMZA],
        [code::WAW, ..] => &[code::WAW_HAMZA],
        [code::ALIF, ..] => &[code::HAMZA],
        _ => &[code::YA_HAMZA, code::HAMZA, code::WAW_HAMZA],
    }
}

/// Spellings of a word that no list explains: an initial `ا` as `أ` or `إ` (as in all foreign names), either of them before
/// another initial letter, a final `ا` as `اء`, `ة` after any other ending.
pub(super) fn respelt(channel: Channel, damaged: &[u8]) -> Vec<UnlistedForm> {
    if damaged.len() <= LEAST_LETTERS || damaged.iter().any(|letter| !is_plain(*letter)) {
        return Vec::new();
    }
    let mut forms = Vec::new();
    let before = usize::from(matches!(damaged[0], code::WAW | code::LAM | code::BA));
    // At the start, else behind a one-letter proclitic. `ال` is the article, whose alif has no hamza.
    for at in [0, before] {
        if damaged[at] == code::ALIF && damaged[at + 1] != code::LAM {
            for alif in [code::ALIF_HAMZA, code::ALIF_HAMZA_BELOW] {
                let mut form = damaged.to_vec();
                form[at] = alif;
                forms.push(form);
            }
            break;
        }
    }
    if channel == Channel::Stripped {
        // A hamza that was typed is gone with its alif.
        if damaged[0] != code::ALIF {
            forms.extend([code::ALIF_HAMZA, code::ALIF_HAMZA_BELOW].map(|alif| [&[alif], damaged].concat()));
        }
        let ending = match damaged.last() {
            Some(&code::ALIF) => Some(code::HAMZA),
            Some(&(code::WAW | code::HA)) => None,
            _ => Some(code::TA_MARBUTA),
        };
        forms.extend(ending.map(|ending| [damaged, &[ending]].concat()));
    }
    let unknown = |letters| UnlistedForm { letters, word: UNKNOWN, second: UNKNOWN, derivation: Derivation::Respelt };
    forms.into_iter().map(unknown).collect()
}

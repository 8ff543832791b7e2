//! The first person of verbs that the lexicon has in the third: `أنخرط` of `ينخرط`, `سأقدر` of `يقدر`.
//!
//! Newspapers seldom say "I", so the lexicon lacks most such forms; and if another word has the same damaged form (`انخرط`, he
//! joined), nothing else would offer them. Invariant: as in [`super::derivation`], nothing here is trusted.

use super::channel::Channel;
use super::indexed_lexicon::IndexedLexicon;
use super::lexicon::{UNKNOWN, WordId};
use super::proposal::{Derivation, UnlistedForm};
use crate::arabic::code;

/// Proclitics that stand before the first person.
const PROCLITICS: [&[u8]; 6] = [&[], &[code::WAW], &[code::FA], &[code::SIN], &[code::WAW, code::SIN], &[code::LAM]];
/// The rank that the third person must reach if the damaged word has kept the alif.
const RANK_WITH_ALIF: WordId = 90_000;
/// The same if the alif is gone: with rarer verbs most damaged words would have a first person.
const RANK_WITHOUT_ALIF: WordId = 25_000;
/// Letters that must be left of the verb.
const LEAST_LETTERS: usize = 2;

/// Forms for a damaged word, most frequent verb first.
pub(super) fn forms_of(lexicon: &IndexedLexicon, channel: Channel, damaged: &[u8]) -> Vec<UnlistedForm> {
    let mut forms: Vec<UnlistedForm> = Vec::new();
    for proclitic in PROCLITICS {
        let Some((body, rank)) = damaged.strip_prefix(proclitic).and_then(|rest| body_of(channel, rest)) else { continue };
        let third = [&[code::YA], body].concat();
        for (word, _) in lexicon.words_for(channel, &third).into_iter().take_while(|(word, _)| *word <= rank) {
            let [code::YA, stem @ ..] = lexicon.lexicon().word(word) else { continue };
            // A noun that begins with `ي` has no other persons.
            if ![code::TA, code::NUN].into_iter().any(|person| is_listed(lexicon, person, stem)) {
                continue;
            }
            let letters = match stem {
                // Two hamzas in a row are written as one madda: `آخذ`.
                [code::ALIF_HAMZA, stem @ ..] => [proclitic, &[code::ALIF_MADDA], stem].concat(),
                _ => [proclitic, &[code::ALIF_HAMZA], stem].concat(),
            };
            forms.push(UnlistedForm { letters, word, second: UNKNOWN, derivation: Derivation::FirstPerson });
        }
    }
    forms.sort_by_key(|form| form.word);
    forms
}

/// What is left of a damaged verb without the alif of the first person, and the rank that it must reach.
fn body_of(channel: Channel, rest: &[u8]) -> Option<(&[u8], WordId)> {
    let (body, rank) = match (rest, channel) {
        ([code::ALIF, body @ ..], _) | ([code::ALIF_HAMZA, body @ ..], Channel::Folded) => (body, RANK_WITH_ALIF),
        (body, Channel::Stripped) => (body, RANK_WITHOUT_ALIF),
        (_, Channel::Folded) => return None,
    };
    (body.len() >= LEAST_LETTERS).then_some((body, rank))
}

fn is_listed(lexicon: &IndexedLexicon, person: u8, stem: &[u8]) -> bool {
    lexicon.id(&[&[person], stem].concat()) != UNKNOWN
}

//! Words that had run together: `ماقورن` was `ما قورن`.
//!
//! About one token in a thousand lost its space. Two words are offered only if the damaged word is no common word by
//! itself (see [`super::candidates`]), so `عبدالله`, which is listed, stays whole.

use super::channel::Channel;
use super::indexed_lexicon::IndexedLexicon;
use super::lexicon::WordId;
use super::proposal::{Derivation, UnlistedForm};
use crate::arabic::code;

/// Letters that must be left of each half.
const LEAST_LETTERS: usize = 2;
/// The rank that each half must reach.
const LEAST_RANK: WordId = 200_000;
/// What the product of the two ranks must reach: by Zipf's law it is inversely proportional to the probability of the pair,
/// were the two words independent.
const LEAST_PAIR: u64 = 400_000_000;
/// Words tried for each half.
const WORDS_A_HALF: usize = 3;
/// Pairs offered.
const MOST_PAIRS: usize = 4;

/// Pairs of words for a damaged word, most probable first.
pub(super) fn pairs_of(lexicon: &IndexedLexicon, channel: Channel, damaged: &[u8]) -> Vec<UnlistedForm> {
    let mut pairs: Vec<(u64, WordId, WordId)> = Vec::new();
    for cut in LEAST_LETTERS..damaged.len().saturating_sub(LEAST_LETTERS - 1) {
        let second = common(lexicon, channel, &damaged[cut..]);
        if second.is_empty() {
            continue;
        }
        for left in common(lexicon, channel, &damaged[..cut]) {
            pairs.extend(second.iter().map(|right| (u64::from(left) * u64::from(*right), left, *right)));
        }
    }
    pairs.retain(|(rank, ..)| *rank <= LEAST_PAIR);
    // By the product of ranks, so most probable first; the ids settle ties.
    pairs.sort_unstable();
    pairs.dedup();
    let lexicon = lexicon.lexicon();
    let form = |(_, word, second)| {
        let letters = [lexicon.word(word), &[code::SPACE], lexicon.word(second)].concat();
        UnlistedForm { letters, word, second, derivation: Derivation::Joined }
    };
    pairs.into_iter().take(MOST_PAIRS).map(form).collect()
}

/// The most frequent words for one half.
fn common(lexicon: &IndexedLexicon, channel: Channel, half: &[u8]) -> Vec<WordId> {
    let words = lexicon.words_for(channel, half).into_iter().map(|(word, _)| word);
    words.take_while(|word| *word <= LEAST_RANK).take(WORDS_A_HALF).collect()
}

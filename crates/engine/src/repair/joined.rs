//! Words that had run together: `ماقورن` was `ما قورن`.
//!
//! About one token in a thousand lost its space. Two words are offered only where the damaged word is no common word by
//! itself (see [`super::candidates`]), so `عبدالله`, which is listed, is left whole.

use super::candidates::{Candidates, Derivation, UnlistedForm};
use super::channel::Channel;
use super::lexicon::WordId;
use crate::arabic::code;

/// Letters that each half must have left.
const LEAST_LETTERS: usize = 2;
/// Ranks that each half must reach, and that the two must reach multiplied with each other: by Zipf's law that is how likely
/// the pair is, were the two independent.
const LEAST_RANK: WordId = 200_000;
const LEAST_PAIR: u64 = 400_000_000;
/// Words that are tried for a half.
const WORDS_A_HALF: usize = 3;
/// Pairs that are offered.
const MOST_PAIRS: usize = 4;

/// Pairs of words for a damaged word, likeliest first.
pub(super) fn pairs_of(candidates: &Candidates, channel: Channel, damaged: &[u8]) -> Vec<UnlistedForm> {
    let mut pairs: Vec<(u64, WordId, WordId)> = Vec::new();
    for cut in LEAST_LETTERS..damaged.len().saturating_sub(LEAST_LETTERS - 1) {
        let second = common(candidates, channel, &damaged[cut..]);
        if second.is_empty() {
            continue;
        }
        for left in common(candidates, channel, &damaged[..cut]) {
            pairs.extend(second.iter().map(|right| (u64::from(left) * u64::from(*right), left, *right)));
        }
    }
    pairs.retain(|(rank, ..)| *rank <= LEAST_PAIR);
    pairs.sort_unstable();
    pairs.dedup();
    let lexicon = candidates.lexicon();
    let form = |(_, word, second)| {
        let letters = [lexicon.word(word), &[code::SPACE], lexicon.word(second)].concat();
        UnlistedForm { letters, word, second, derivation: Derivation::Joined }
    };
    pairs.into_iter().take(MOST_PAIRS).map(form).collect()
}

/// The commonest words for one half.
fn common(candidates: &Candidates, channel: Channel, half: &[u8]) -> Vec<WordId> {
    let words = candidates.words_for(channel, half).into_iter().map(|(word, _)| word);
    words.take_while(|word| *word <= LEAST_RANK).take(WORDS_A_HALF).collect()
}

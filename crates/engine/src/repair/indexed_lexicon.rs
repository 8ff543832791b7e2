//! A lexicon that can be searched by damaged form: the channel, inverted by table look-up.
//!
//! The index lists, for each channel, every damaged form of every word. It keeps only word ids, in buckets by the hash of the
//! form. Invariant: every look-up is checked with [`Channel::explain`], so a hash collision costs time and never gives a wrong
//! candidate.

use rayon::prelude::*;

use super::channel::{Channel, ChannelEvents};
use super::lexicon::{Lexicon, UNKNOWN, WordId};
use crate::arabic::fold_word;

/// A lexicon with an index of its words by damaged form.
#[derive(Debug)]
pub struct IndexedLexicon {
    lexicon: Lexicon,
    stripped: Buckets,
    folded: Buckets,
    intact: Buckets,
}

impl IndexedLexicon {
    /// Compiles the index of a lexicon, on all cores.
    #[must_use]
    pub fn new(lexicon: Lexicon) -> Self {
        let (stripped, (folded, intact)) = rayon::join(
            || Buckets::new(&lexicon, |word, forms| Channel::Stripped.damaged_forms(word, forms)),
            || {
                rayon::join(
                    // One fully folded form stands for all partly folded ones: a look-up folds its word too.
                    || Buckets::new(&lexicon, |word, forms| single(fold_word(word), forms)),
                    || Buckets::new(&lexicon, |word, forms| single(word.to_vec(), forms)),
                )
            },
        );
        Self { lexicon, stripped, folded, intact }
    }

    /// The lexicon itself.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The id of a word as it is written, [`UNKNOWN`] if the lexicon lacks it.
    #[must_use]
    pub fn id(&self, word: &[u8]) -> WordId {
        self.intact.bucket(word).iter().copied().find(|id| self.lexicon.word(*id) == word).unwrap_or(UNKNOWN)
    }

    /// Every word that a damaged word (letter codes) can stand for, most frequent first, with what the channel did to it.
    #[must_use]
    pub fn words_for(&self, channel: Channel, damaged: &[u8]) -> Vec<(WordId, ChannelEvents)> {
        let bucket = match channel {
            Channel::Stripped => self.stripped.bucket(damaged),
            Channel::Folded => self.folded.bucket(&fold_word(damaged)),
        };
        let explained = |id: &WordId| channel.explain(self.lexicon.word(*id), damaged).map(|events| (*id, events));
        bucket.iter().filter_map(explained).collect()
    }
}

fn single(form: Vec<u8>, forms: &mut Vec<Vec<u8>>) {
    forms.clear();
    forms.push(form);
}

/// Word ids in buckets by hash, laid out one after the other; ids rise within a bucket, so frequent words come first.
#[derive(Debug)]
struct Buckets {
    /// Start of each bucket in `ids`, and the end of the last.
    starts: Vec<u32>,
    ids: Vec<WordId>,
    mask: u64,
}

impl Buckets {
    fn new(lexicon: &Lexicon, forms_of: impl Fn(&[u8], &mut Vec<Vec<u8>>) + Sync) -> Self {
        // A power of two, so that a mask chooses the bucket.
        let count = lexicon.len().next_power_of_two() * 2;
        let mask = count as u64 - 1;
        let hashed = |id: usize| {
            let id = u32::try_from(id).expect("ids are 32-bit");
            let mut forms = Vec::new();
            forms_of(lexicon.word(id), &mut forms);
            forms.into_iter().map(move |form| (hash(&form) & mask, id))
        };
        // From 1, since id 0 is no word.
        let mut pairs: Vec<(u64, WordId)> = (1..lexicon.len()).into_par_iter().flat_map_iter(hashed).collect();
        // By bucket, then by id: within a bucket frequent words come first, in whatever order threads found them.
        pairs.par_sort_unstable();
        // Two forms of one word can share a bucket; the word must be found there once.
        pairs.dedup();
        let mut starts = vec![0; count + 1];
        for (bucket, _) in &pairs {
            starts[usize::try_from(*bucket).expect("a bucket index") + 1] += 1;
        }
        for bucket in 0..count {
            starts[bucket + 1] += starts[bucket];
        }
        Self { starts, ids: pairs.into_iter().map(|(_, id)| id).collect(), mask }
    }

    fn bucket(&self, form: &[u8]) -> &[WordId] {
        let bucket = usize::try_from(hash(form) & self.mask).expect("a bucket index");
        &self.ids[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// FNV-1a with a final mix: words are short, and the low bits choose the bucket.
fn hash(form: &[u8]) -> u64 {
    let fnv = form.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    fnv ^ (fnv >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arabic::{Word, decode_word};

    fn found(words: &[&str], channel: Channel, damaged: &str) -> Vec<String> {
        let words: Vec<Word> = words.iter().map(|w| Word::new(w).expect("Arabic letters")).collect();
        let lexicon = IndexedLexicon::new(Lexicon::new(words.iter().map(Word::codes)));
        let damaged = Word::new(damaged).expect("Arabic letters");
        let found = lexicon.words_for(channel, damaged.codes());
        found.iter().map(|(id, _)| decode_word(lexicon.lexicon().word(*id))).collect()
    }

    #[test]
    fn the_index_inverts_the_damage() {
        let words = ["إلى", "الدول", "الدولة", "آل", "على", "علي", "عل"];
        assert_eq!(found(&words, Channel::Stripped, "الدول"), ["الدول", "الدولة"]);
        assert_eq!(found(&words, Channel::Stripped, "ال"), ["إلى", "آل"]);
        assert_eq!(found(&words, Channel::Stripped, "عل"), ["على", "علي", "عل"]);
        assert_eq!(found(&words, Channel::Folded, "علي"), ["على", "علي"]);
    }
}

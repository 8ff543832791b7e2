//! Learns the lexicon from the well-spelt words of the corpus, and reads misspellings as what was meant.
//!
//! Newspapers type `اكثر` for `أكثر` now and then. A form is taken for a misspelling if it has a much commoner twin that folds
//! to the same letters and has more of them restored. It does not enter the lexicon; and if one twin is clearly meant, the
//! corpus is read as if that had been typed. A lexicon with misspellings would offer them as repairs.
//!
//! Invariant: no word of the lexicon is a misspelling of another, and words are ordered by count, then by letters, so
//! equal corpora give equal ids.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::corpus::Corpus;
use super::error::TrainError;
use super::files::{files_of, name_of, open};
use super::sources::WHOLE;
use super::symbols::{Symbol, is_word};
use engine::arabic::{Word, fold_letter};
use engine::repair::channel::{Channel, MAX_LETTERS};
use engine::repair::lexicon::{Lexicon, UNKNOWN, WordId};

/// A form this many times rarer than a twin that differs only in the hamza of an alif is a misspelling of it.
const RARER_WITHOUT_HAMZA: u32 = 6;
/// The same if `ى` or `ة` differ. The ratio is larger because both may be words: `علي` is rarer than `على`, and a name.
const RARER_WITH_OTHER_ENDING: u32 = 100;
/// One twin is clearly meant if the next one is this many times rarer.
const CLEARLY: u32 = 10;
/// The weighted count ([`Corpus::weighted_counts`]) that a form needs to enter the lexicon: two occurrences in news.
const LEAST_COUNT: u32 = 3 * WHOLE / 2;
/// The count that a form of a word list with counts needs.
const LEAST_LISTED_COUNT: u32 = 8;
/// Ids have 20 bits in the keys of n-grams.
const LARGEST_LEXICON: usize = (1 << 20) - 1;

/// The lexicon, and the word that each symbol of the corpus is read as.
#[derive(Debug)]
pub(super) struct Spelling {
    /// Well-spelt forms by frequency.
    pub lexicon: Lexicon,
    /// The word that each symbol is read as; [`UNKNOWN`] for rare forms and for misspellings without a clear twin.
    pub reading: Vec<WordId>,
}

/// Forms that fold to the same letters, most frequent first, as (index, count).
type Twins = HashMap<Vec<u8>, Vec<(usize, u32)>, FxBuildHasher>;

/// A form with its count.
type Counted = (Vec<u8>, u32);

impl Spelling {
    /// Learns the spelling of a corpus, and adds the forms of word lists.
    ///
    /// # Errors
    /// If a word list cannot be read.
    pub(super) fn learn(corpus: &Corpus, lists: Option<&Path>) -> Result<Self, TrainError> {
        let mut forms: Vec<Counted> = corpus.words.iter().cloned().map(|word| (word, 0)).collect();
        forms.iter_mut().zip(corpus.weighted_counts()).for_each(|(form, count)| form.1 = count);
        let twins = group_twins(&forms);
        let meant: Vec<Meant> = forms.par_iter().map(|form| meant_by(form, &twins, &forms)).collect();
        let mut counts: Vec<u32> = vec![0; forms.len()];
        for (index, meant) in meant.iter().enumerate() {
            if let Meant::Form(form) = meant {
                counts[*form] += forms[index].1;
            }
        }
        let mut kept: Vec<(usize, u32)> =
            counts.iter().copied().enumerate().filter(|(_, count)| *count >= LEAST_COUNT).collect();
        // A misspelling's occurrences were counted for its twin; the form itself does not enter the lexicon.
        kept.retain(|(index, _)| matches!(meant[*index], Meant::Form(form) if form == *index));
        kept.retain(|(index, _)| forms[*index].0.len() <= MAX_LETTERS);
        kept.sort_unstable_by(|a, b| (b.1, &forms[a.0].0).cmp(&(a.1, &forms[b.0].0)));
        let listed = match lists {
            Some(folder) => listed_forms(folder, &forms, &counts, &twins)?,
            None => Vec::new(),
        };
        Ok(assemble(&forms, &meant, &kept, &listed))
    }
}

/// The form that a form of the corpus is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    /// This form, by index; itself if it is well spelt.
    Form(usize),
    /// One of several, and it is unclear which.
    Unclear,
}

fn folded(word: &[u8]) -> Vec<u8> {
    word.iter().copied().map(fold_letter).collect()
}

fn group_twins(forms: &[Counted]) -> Twins {
    let mut twins = Twins::default();
    for (index, (word, count)) in forms.iter().enumerate() {
        twins.entry(folded(word)).or_default().push((index, *count));
    }
    #[expect(clippy::iter_over_hash_type, reason = "each group is sorted by itself")]
    for group in twins.values_mut() {
        // Equal counts go by index, because an unstable sort keeps no order of its own.
        group.sort_unstable_by_key(|(index, count)| (std::cmp::Reverse(*count), *index));
    }
    twins
}

/// A twin that has more letters restored.
struct Better {
    index: usize,
    count: u32,
    /// A form this many times rarer than the twin is a misspelling of it.
    rarer: u32,
}

/// Twins that are `word` with more letters restored, most frequent first.
fn better_spelt<'t>(word: &'t [u8], twins: &'t Twins, forms: &'t [Counted]) -> impl Iterator<Item = Better> + 't {
    let group = twins.get(&folded(word)).map(Vec::as_slice).unwrap_or_default();
    group.iter().filter(move |(index, _)| forms[*index].0 != word).filter_map(move |&(index, count)| {
        let events = Channel::Folded.explain(&forms[index].0, word)?;
        let ending = events.maqsura_as_ya + events.ta_marbuta_as_ha > 0;
        Some(Better { index, count, rarer: if ending { RARER_WITH_OTHER_ENDING } else { RARER_WITHOUT_HAMZA } })
    })
}

fn meant_by((word, count): &Counted, twins: &Twins, forms: &[Counted]) -> Meant {
    let mut better = better_spelt(word, twins, forms);
    let itself = twins[&folded(word)].iter().map(|(index, _)| *index).find(|index| forms[*index].0 == *word);
    match (better.next(), better.next()) {
        (Some(best), next) if best.count / best.rarer > *count => {
            let clear = next.is_none_or(|second| best.count / CLEARLY > second.count);
            if clear { Meant::Form(best.index) } else { Meant::Unclear }
        }
        _ => itself.map_or(Meant::Unclear, Meant::Form),
    }
}

/// The forms of the word lists that the corpus lacks and that misspell none of its words, sorted.
fn listed_forms(folder: &Path, forms: &[Counted], counts: &[u32], twins: &Twins) -> Result<Vec<Vec<u8>>, TrainError> {
    let mut listed = Vec::new();
    for path in files_of(folder, &[".tsv.zst", ".wordlist.zst", ".tsv", ".wordlist"])? {
        for line in open(&path)?.lines() {
            let line = line.map_err(|source| TrainError::io(&path, source))?;
            let (form, count) = line.split_once('\t').unwrap_or((&line, ""));
            // Only `.tsv` lists have counts; a form of a plain word list is never too rare.
            let rare = name_of(&path).contains(".tsv") && count.trim().parse().unwrap_or(0) < LEAST_LISTED_COUNT;
            let word = Word::new(form).filter(|word| !rare && (2..=MAX_LETTERS).contains(&word.codes().len()));
            listed.extend(word.map(|word| word.codes().to_vec()));
        }
    }
    let known = |word: &[u8]| {
        let group = twins.get(&folded(word)).map(Vec::as_slice).unwrap_or_default();
        group.iter().any(|(index, _)| forms[*index].0 == word && counts[*index] >= LEAST_COUNT)
    };
    let misspelt = |word: &[u8]| better_spelt(word, twins, forms).any(|better| counts[better.index] >= LEAST_COUNT);
    // Several lists may hold one form, and `dedup` sees only neighbours.
    listed.par_sort_unstable();
    listed.dedup();
    let mut fresh: Vec<Vec<u8>> = listed.into_par_iter().filter(|word| !known(word) && !misspelt(word)).collect();
    // The lists may contain misspellings of each other's words too. They have no counts, so any better-spelt twin wins.
    let restored = group_twins(&fresh.iter().cloned().map(|word| (word, 0)).collect::<Vec<_>>());
    let all: Vec<Counted> = fresh.iter().cloned().map(|word| (word, 0)).collect();
    fresh.retain(|word| better_spelt(word, &restored, &all).next().is_none());
    Ok(fresh)
}

fn assemble(forms: &[Counted], meant: &[Meant], kept: &[(usize, u32)], listed: &[Vec<u8>]) -> Spelling {
    let corpus_words = kept.iter().map(|(index, _)| forms[*index].0.as_slice());
    let words: Vec<&[u8]> = corpus_words.chain(listed.iter().map(Vec::as_slice)).take(LARGEST_LEXICON).collect();
    let mut ids = vec![UNKNOWN; forms.len()];
    // Forms of the lists come after those of the corpus and get no symbol: the corpus never uses them.
    for ((index, _), id) in kept.iter().zip(1..).take(LARGEST_LEXICON) {
        ids[*index] = id;
    }
    let reading: Vec<WordId> = meant
        .iter()
        .map(|meant| match meant {
            Meant::Form(form) => ids[*form],
            Meant::Unclear => UNKNOWN,
        })
        .collect();
    Spelling { lexicon: Lexicon::new(words), reading }
}

/// The words that a run of symbols is read as; numbers and marks are left out.
pub(super) fn words_read<'a>(symbols: &'a [Symbol], reading: &'a [WordId]) -> impl Iterator<Item = WordId> + 'a {
    symbols.iter().filter(|symbol| is_word(**symbol)).map(|symbol| reading[*symbol as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::END;
    use engine::arabic::decode_word;

    fn corpus(words: &[(&str, u32)]) -> Corpus {
        let mut corpus = Corpus::default();
        for (symbol, (word, count)) in (0..).zip(words) {
            corpus.words.push(Word::new(word).expect("Arabic letters").codes().to_vec());
            corpus.symbols.extend(std::iter::repeat_n(symbol, *count as usize));
        }
        corpus.symbols.push(END);
        corpus
    }

    #[test]
    fn misspellings_are_read_as_what_was_meant() {
        let corpus = corpus(&[("أكثر", 90), ("اكثر", 5), ("علي", 30), ("على", 900), ("أن", 90), ("إن", 50), ("ان", 3)]);
        let spelling = Spelling::learn(&corpus, None).expect("no files are read");
        let read = |symbol: usize| decode_word(spelling.lexicon.word(spelling.reading[symbol]));
        assert_eq!(read(1), "أكثر", "a rare bare alif is a misspelling");
        assert_eq!(read(2), "علي", "a name is not a misspelling of a commoner word");
        assert_eq!(read(6), "", "between two common twins it is unclear");
        assert_eq!(spelling.lexicon.len(), 1 + 5);
    }
}

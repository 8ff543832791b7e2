//! Near copies: articles most of whose words stand in one that was read before, or in a benchmark.
//!
//! An agency's report is printed by several newspapers, and a law quotes the one before it. Copies would count twice, and if a copy of
//! a held-out article is trained on, the figures of the held-out ones are too good.
//!
//! Invariant: whether an article is a copy depends only on the articles before it.

use rustc_hash::FxHashSet;

use engine::arabic::fold_letter;

/// Words of a run.
const RUN: usize = 8;
/// An article is a copy if so many hundredths of its runs were read before.
const COPY: usize = 50;
/// An article is kept out if so many hundredths of its runs are in a benchmark. Fewer would keep out stock market reports, which share
/// their phrases.
const KEPT_OUT: usize = 30;

/// The runs of words read so far.
#[derive(Debug, Default)]
pub(super) struct Copies {
    seen: FxHashSet<u64>,
    in_benchmarks: FxHashSet<u64>,
}

/// What an article adds to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It is new.
    New,
    /// It is a copy of one, or put together from several.
    Copy,
    /// It is much like one of a benchmark.
    KeptOut,
}

impl Copies {
    /// Keeps out articles like this one, given as its words (letter codes).
    pub(super) fn keep_out<'a>(&mut self, words: impl IntoIterator<Item = &'a [u8]>) {
        self.in_benchmarks.extend(runs_of(words));
    }

    /// What an article, given as its words, adds; its runs are remembered.
    pub(super) fn take<'a>(&mut self, words: impl IntoIterator<Item = &'a [u8]>) -> Novelty {
        let runs = runs_of(words);
        let is_known = |set: &FxHashSet<u64>, hundredths: usize| {
            let known = runs.iter().filter(|run| set.contains(run)).count();
            !runs.is_empty() && known * 100 >= runs.len() * hundredths
        };
        let novelty = match () {
            () if is_known(&self.in_benchmarks, KEPT_OUT) => Novelty::KeptOut,
            () if is_known(&self.seen, COPY) => Novelty::Copy,
            () => Novelty::New,
        };
        if novelty != Novelty::KeptOut {
            self.seen.extend(runs);
        }
        novelty
    }
}

/// Hashes of the runs of an article: of every [`RUN`] consecutive words, of all words if there are fewer. Folded, since newspapers
/// differ in how they spell hamzas and endings.
fn runs_of<'a>(words: impl IntoIterator<Item = &'a [u8]>) -> Vec<u64> {
    let hashed = |word: &[u8]| {
        let hash = word.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, letter| {
            (hash ^ u64::from(fold_letter(*letter))).wrapping_mul(0x0100_0000_01b3)
        });
        hash ^ (hash >> 29)
    };
    let words: Vec<u64> = words.into_iter().map(hashed).collect();
    let together = |run: &[u64]| {
        let hash = run.iter().fold(1_u64, |hash, word| (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        hash ^ (hash >> 32)
    };
    if words.len() < RUN {
        return if words.is_empty() { Vec::new() } else { vec![together(&words)] };
    }
    words.windows(RUN).map(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::arabic::Word;

    fn words(text: &str) -> Vec<Word> {
        text.split_whitespace().filter_map(Word::new).collect()
    }

    fn take(copies: &mut Copies, text: &str) -> Novelty {
        copies.take(words(text).iter().map(Word::codes))
    }

    #[test]
    fn what_was_seen_is_a_copy_however_its_hamzas_are_spelt() {
        let mut copies = Copies::default();
        let first = "أعلن وزير المالية في الإمارات أمس أن الميزانية الجديدة للدولة تشمل عددا من البرامج";
        assert_eq!(take(&mut copies, first), Novelty::New);
        assert_eq!(take(&mut copies, &first.replace('أ', "ا")), Novelty::Copy);
        assert_eq!(take(&mut copies, &format!("دبي الخليج {first}")), Novelty::Copy);
        let other = "فاز فريق الأهلي على ضيفه الوصل بهدفين دون رد في المباراة التي جمعتهما مساء أمس";
        assert_eq!(take(&mut copies, other), Novelty::New);
        assert_eq!(take(&mut copies, "نعم"), Novelty::New);
        assert_eq!(take(&mut copies, "نعم"), Novelty::Copy);
    }

    #[test]
    fn a_third_of_a_benchmark_article_is_too_much() {
        let mut copies = Copies::default();
        let text = "واحد اثنان ثلاث أربع خمس ست سبع ثمان تسع عشر";
        copies.keep_out(words(text).iter().map(Word::codes));
        assert_eq!(take(&mut copies, &format!("{text} ألف باء")), Novelty::KeptOut);
        assert_eq!(take(&mut copies, "ألف باء تاء ثاء جيم حاء خاء دال"), Novelty::New);
    }
}

//! Near copies: articles most of whose words stand in one that was read before, or in one of a benchmark.
//!
//! An agency's report is printed by several newspapers, and a law quotes the one before it. Copies would count twice, and if a copy of
//! a held-out article is trained on, the figures of the held-out ones are too good. Each article is compared with single ones, not with
//! all together: stock market reports share their phrases with many others, are copies of none, and must be learnt.
//!
//! Invariant: whether an article is a copy depends only on the articles before it.

use rustc_hash::FxHashMap;

use engine::arabic::fold_letter;

/// Words of a run.
const RUN: usize = 8;
/// An article is a copy if so many hundredths of its runs were first read in one other.
const COPY: usize = 50;

/// Runs of words, each with the number of the article where it was read first.
#[derive(Debug, Default)]
struct Runs {
    first_in: FxHashMap<u64, u32>,
    articles: u32,
}

/// The runs of words read so far.
#[derive(Debug, Default)]
pub(super) struct Copies {
    seen: Runs,
    in_benchmarks: Runs,
}

/// What an article adds to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It is new.
    New,
    /// It is a copy of one.
    Copy,
    /// It is much like one of a benchmark.
    KeptOut,
}

impl Runs {
    fn add(&mut self, runs: impl IntoIterator<Item = u64>) {
        for run in runs {
            self.first_in.entry(run).or_insert(self.articles);
        }
        self.articles += 1;
    }

    /// Whether an article with these runs is a copy of one of these.
    fn has_copy(&self, runs: &[u64]) -> bool {
        let mut shared: FxHashMap<u32, usize> = FxHashMap::default();
        for article in runs.iter().filter_map(|run| self.first_in.get(run)) {
            *shared.entry(*article).or_default() += 1;
        }
        shared.into_values().max().is_some_and(|most| most * 100 >= runs.len() * COPY)
    }
}

impl Copies {
    /// Keeps out articles like this one, given as its words (letter codes).
    pub(super) fn keep_out<'a>(&mut self, words: impl IntoIterator<Item = &'a [u8]>) {
        self.in_benchmarks.add(runs_of(words));
    }

    /// What an article, given as its words, adds; its runs are remembered.
    pub(super) fn take<'a>(&mut self, words: impl IntoIterator<Item = &'a [u8]>) -> Novelty {
        let runs = runs_of(words);
        if self.in_benchmarks.has_copy(&runs) {
            return Novelty::KeptOut;
        }
        let novelty = if self.seen.has_copy(&runs) { Novelty::Copy } else { Novelty::New };
        self.seen.add(runs);
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
    fn an_article_that_shares_its_phrases_with_several_is_new() {
        let mut copies = Copies::default();
        let (rise, fall) = ("وارتفع سهم شركة ألف بنسبة خمسة في المئة ليبلغ", "وانخفض سهم شركة باء بنسبة ستة في المئة ليبلغ");
        let day =
            |number: &str| format!("سوق اليوم {number} أنهى المؤشر العام تعاملاته مرتفعا بقيمة {number} نقاط وسط تداول");
        assert_eq!(take(&mut copies, &format!("{} {rise}", day("الأول"))), Novelty::New);
        assert_eq!(take(&mut copies, &format!("{} {fall}", day("الثاني"))), Novelty::New);
        assert_eq!(take(&mut copies, &format!("{rise} {fall} {}", day("الثالث"))), Novelty::New);
        assert_eq!(take(&mut copies, &format!("{rise} {fall} {}", day("الثالث"))), Novelty::Copy);
    }

    #[test]
    fn half_of_a_benchmark_article_is_too_much() {
        let mut copies = Copies::default();
        let text = "واحد اثنان ثلاث أربع خمس ست سبع ثمان تسع عشر";
        copies.keep_out(words(text).iter().map(Word::codes));
        assert_eq!(take(&mut copies, &format!("{text} ألف باء تاء")), Novelty::KeptOut);
        assert_eq!(take(&mut copies, "ألف باء تاء ثاء جيم حاء خاء دال"), Novelty::New);
    }
}

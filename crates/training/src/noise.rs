//! Simulates the damage on clean articles, so that training sees what the program will be given.
//!
//! A writer's typing profile is drawn once per article, then letters are deleted ([`damage`]) or folded ([`fold`]).
//! Invariant: the same seed and article give the same damage, whatever was damaged before.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::symbols::{BREAK, COLON, COMMA, NUMBER, QUESTION, SEMICOLON, STOP, Symbol, is_pause, is_stop, is_word};
use engine::arabic::{PunctuationMark, code, fold_letter, is_hamzated_alif, is_plain};

/// Shares of `أ إ آ` typed with their hamza, one drawn per article: most writers type few hamzas,
/// some all.
const TYPED: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.5, 1.0];
/// Shares of final `ي` typed as `ى`, one drawn per article: one writer in four does so, for a third of them.
const YA_AS_MAQSURA: [f64; 4] = [0.0, 0.0, 0.0, 0.3];
/// Share of `ة` typed `ه`.
const TA_MARBUTA_AS_HA: f64 = 0.01;
/// Share of `ى` typed `ي`.
const MAQSURA_AS_YA: f64 = 0.1;

/// Share of words that run together with the one before. In the three seed articles it is one in 1,252; a higher share teaches
/// better.
const JOINED: f64 = 0.004;

/// A damaged article: its words, and what followed each in the clean text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DamagedArticle {
    /// Letter codes of each word.
    pub words: Vec<Vec<u8>>,
    /// The clean word behind each; the first of two that ran together.
    pub symbols: Vec<Symbol>,
    /// The second of two that ran together.
    pub seconds: Vec<Option<Symbol>>,
    /// Per word, whether a sentence ended after it.
    pub ends: Vec<bool>,
    /// Per word, whether a number was deleted after it.
    pub numbers: Vec<bool>,
    /// Per word, whether a clause ended after it, that is, any mark followed.
    pub clauses: Vec<bool>,
    /// Per word, the mark after it, the strongest of several; `None` if that is unclear.
    pub marks: Vec<Option<PunctuationMark>>,
}

/// The random number generator of one article: a `ChaCha` stream of its own, so articles can be damaged in any order.
#[must_use]
pub fn article_rng(seed: u64, article: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(article);
    rng
}

impl DamagedArticle {
    /// Builds the damaged article from the remnants of its words; `left` damages one word.
    fn of(
        article: &[Symbol],
        words: &[Vec<u8>],
        rng: &mut ChaCha8Rng,
        left: impl Fn(&[u8], &mut ChaCha8Rng) -> Vec<u8>,
    ) -> Self {
        let mut damaged = Self::default();
        for symbol in article {
            if is_word(*symbol) {
                let left = left(&words[*symbol as usize], rng);
                // A word of nothing but deleted letters vanishes, as it did in the corpora; nothing can restore it.
                if !left.is_empty() {
                    damaged.push(left, *symbol, rng.random_bool(JOINED));
                }
            } else if is_stop(*symbol) || is_pause(*symbol) {
                // A mark before the first word that is left has no word to stand after, and is dropped.
                damaged.clauses.last_mut().into_iter().for_each(|clause| *clause = true);
                damaged.ends.last_mut().into_iter().for_each(|end| *end |= is_stop(*symbol));
                damaged.marks.last_mut().into_iter().for_each(|mark| *mark = stronger(*mark, *symbol));
            } else if *symbol == NUMBER {
                damaged.numbers.last_mut().into_iter().for_each(|number| *number = true);
            }
        }
        damaged
    }

    fn push(&mut self, left: Vec<u8>, symbol: Symbol, joined: bool) {
        // Two words run together only if nothing stood between them, and never three.
        let open =
            self.seconds.last() == Some(&None) && self.ends.last() == Some(&false) && self.numbers.last() == Some(&false);
        if joined && open {
            self.words.last_mut().into_iter().for_each(|word| word.extend(&left));
            self.seconds.last_mut().into_iter().for_each(|second| *second = Some(symbol));
            return;
        }
        self.words.push(left);
        self.symbols.push(symbol);
        self.seconds.push(None);
        self.ends.push(false);
        self.numbers.push(false);
        self.clauses.push(false);
        self.marks.push(Some(PunctuationMark::None));
    }
}

/// The stronger of a mark and that of a symbol.
///
/// The end of a line without a mark ends a sentence, so it stands for a full stop. After a comma it says that a list goes on, and what a
/// newspaper would put there is unclear.
fn stronger(mark: Option<PunctuationMark>, symbol: Symbol) -> Option<PunctuationMark> {
    let other = match symbol {
        COMMA => PunctuationMark::Comma,
        SEMICOLON => PunctuationMark::Semicolon,
        COLON => PunctuationMark::Colon,
        QUESTION => PunctuationMark::Question,
        STOP => PunctuationMark::Stop,
        BREAK if mark == Some(PunctuationMark::None) => PunctuationMark::Stop,
        BREAK => return mark.filter(|mark| *mark >= PunctuationMark::Stop),
        _ => return mark,
    };
    Some(mark?.max(other))
}

/// Strips an article of letters; a word of which nothing is left vanishes.
#[must_use]
pub fn damage(article: &[Symbol], words: &[Vec<u8>], rng: &mut ChaCha8Rng) -> DamagedArticle {
    let typed = TYPED[rng.random_range(0..TYPED.len())];
    let as_maqsura = YA_AS_MAQSURA[rng.random_range(0..YA_AS_MAQSURA.len())];
    DamagedArticle::of(article, words, rng, |word, rng| damage_word(word, typed, as_maqsura, rng))
}

/// Folds each letter of an article with probability `share`; only numbers and marks are deleted.
#[must_use]
pub fn fold(article: &[Symbol], words: &[Vec<u8>], share: f64, rng: &mut ChaCha8Rng) -> DamagedArticle {
    let folded = |letter: &u8, rng: &mut ChaCha8Rng| if rng.random_bool(share) { fold_letter(*letter) } else { *letter };
    DamagedArticle::of(article, words, rng, |word, rng| word.iter().map(|letter| folded(letter, rng)).collect())
}

fn damage_word(word: &[u8], typed: f64, as_maqsura: f64, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut left = Vec::with_capacity(word.len());
    for (index, letter) in word.iter().copied().enumerate() {
        let last = index + 1 == word.len();
        let written = match letter {
            alif if is_hamzated_alif(alif) && !rng.random_bool(typed) => code::ALIF,
            code::TA_MARBUTA if rng.random_bool(TA_MARBUTA_AS_HA) => code::HA,
            code::MAQSURA if rng.random_bool(MAQSURA_AS_YA) => code::YA,
            code::YA if last && rng.random_bool(as_maqsura) => code::MAQSURA,
            other => other,
        };
        // Judged by what the writer typed: a hamzated alif typed without its hamza survives the damage.
        left.extend(is_plain(written).then_some(written));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::arabic::Word;
    use engine::repair::channel::Channel;

    #[test]
    fn the_strongest_mark_after_a_word_counts() {
        let after = |symbols: &[Symbol]| {
            let article = [&[0], symbols].concat();
            fold(&article, &[vec![code::FA]], 0.0, &mut article_rng(7, 0)).marks[0]
        };
        assert_eq!(after(&[]), Some(PunctuationMark::None));
        assert_eq!(after(&[QUESTION, STOP]), Some(PunctuationMark::Question));
        assert_eq!(after(&[BREAK]), Some(PunctuationMark::Stop), "a paragraph without a full stop");
        assert_eq!(after(&[STOP, BREAK]), Some(PunctuationMark::Stop));
        assert_eq!(after(&[COMMA, BREAK]), None, "an item of a list");
    }

    #[test]
    fn simulated_damage_is_explained_by_the_channel() {
        let clean = ["على", "إلى", "الأنشطة", "المسؤولين", "في", "آخر", "مستوى"];
        let words: Vec<Vec<u8>> = clean.iter().map(|w| Word::new(w).expect("letters").codes().to_vec()).collect();
        let article: Vec<Symbol> = (0..words.len()).map(|w| Symbol::try_from(w).expect("few words")).collect();
        for number in 0..200 {
            let damaged = damage(&article, &words, &mut article_rng(7, number));
            let second = |second: &Symbol| [&[code::SPACE], words[*second as usize].as_slice()].concat();
            for ((left, first), next) in damaged.words.iter().zip(&damaged.symbols).zip(&damaged.seconds) {
                let clean = [words[*first as usize].clone(), next.iter().flat_map(second).collect()].concat();
                assert!(Channel::Stripped.explain(&clean, left).is_some());
            }
        }
    }
}

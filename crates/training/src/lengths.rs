//! Learns how long sentences are: counts by classes of articles, smoothed over neighbouring lengths.
//!
//! Invariant: classes hold equal numbers of articles, in the order of their means, and every length has a finite cost
//! (add-one smoothing), so no sentence is impossible. The engine's length model says why there are classes.

use super::corpus::Corpus;
use super::symbols::{Symbol, is_stop, is_word};
use engine::repair::costs::UNITS_PER_NAT;
use engine::split::length_model::{CLASSES, LONGEST, LengthClass, LengthModel};

/// Version of this stage: raised whenever it would learn something else from equal input.
pub(super) const VERSION: u32 = 4;

/// Neighbouring lengths on each side that a length's count is averaged with.
const SPREAD: usize = 2;
/// Articles of fewer words say too little about their writer's sentences.
const LEAST_WORDS: usize = 40;

/// Learns a length model from classes of articles with sentences of similar length.
pub(super) fn learn(corpus: &Corpus) -> LengthModel {
    let lengths = corpus.typical_articles().map(sentence_lengths);
    let mut articles: Vec<Vec<usize>> = lengths.filter(|article| article.iter().sum::<usize>() >= LEAST_WORDS).collect();
    // A stable sort: articles of equal means keep the order of the corpus.
    articles.sort_by_key(|article| mean(article));
    // One formula for both bounds, so that rounding neither loses nor repeats an article between classes.
    let class = |number: usize| articles.len() * number / CLASSES..articles.len() * (number + 1) / CLASSES;
    LengthModel { classes: (0..CLASSES).map(|number| length_class(&articles[class(number)])).collect() }
}

/// Words of each sentence.
fn sentence_lengths(article: &[Symbol]) -> Vec<usize> {
    let sentences = article.split(|symbol| is_stop(*symbol));
    let words = sentences.map(|sentence| sentence.iter().filter(|symbol| is_word(**symbol)).count());
    words.filter(|words| *words > 0).collect()
}

/// The mean in hundredths.
fn mean(lengths: &[usize]) -> u32 {
    u32::try_from(100 * lengths.iter().sum::<usize>() / lengths.len().max(1)).unwrap_or(u32::MAX)
}

/// The cost of each length: its negative log share, after smoothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts of sentences; costs of a few thousand"
)]
fn length_class(articles: &[Vec<usize>]) -> LengthClass {
    let all: Vec<usize> = articles.iter().flatten().copied().collect();
    let mut counts = vec![1.0; LONGEST];
    for words in &all {
        counts[(*words).min(LONGEST) - 1] += 1.0;
    }
    let smoothed = |at: usize| {
        // The last count stands for all longer sentences too, so it is kept out of the means of its neighbours.
        let near = at.saturating_sub(SPREAD)..(at + SPREAD + 1).min(LONGEST - 1).max(at + 1);
        counts[near.clone()].iter().sum::<f64>() / near.len() as f64
    };
    let total: f64 = (0..LONGEST).map(smoothed).sum();
    let cost = |at: usize| libm::rint(-libm::log(smoothed(at) / total) * UNITS_PER_NAT) as i32;
    LengthClass { mean: mean(&all), costs: (0..LONGEST).map(cost).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{END, STOP};

    #[test]
    fn classes_differ_by_the_length_of_their_sentences() {
        let sentence = |words: usize| std::iter::repeat_n(0, words).chain([STOP]).collect::<Vec<Symbol>>();
        let article = |words: usize| [sentence(words).repeat(20), sentence(3), vec![END]].concat();
        let mut corpus = Corpus::default();
        corpus.words.push(vec![1]);
        corpus.symbols = (1..=16).flat_map(|number| article(number * 5)).chain([0, STOP, END]).collect();
        let classes = learn(&corpus).classes;
        assert_eq!(classes.len(), CLASSES);
        assert!(classes.windows(2).all(|pair| pair[0].mean < pair[1].mean));
        assert!(classes[0].costs[6] < classes[0].costs[60], "short sentences are cheap where they are usual");
        assert!(classes[7].costs[77] < classes[7].costs[6], "and long ones where those are");
    }
}

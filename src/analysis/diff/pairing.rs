//! Which sentence of an article in one build corresponds to which in the other.
//!
//! Sentences with the same raw text are paired first, so that an inserted sentence does not affect the others. Between them the
//! tokens are aligned, and sentences that share most of their tokens are paired. The rest are paired by position if both
//! sides have equally many. Tokens are aligned rather than byte offsets, because an insertion shifts all offsets after it.
//!
//! Invariant: every sentence is in exactly one pair, and pairs are in order on both sides.

use std::ops::Range;

use super::alignment::align;
use super::fingerprint::of_text;

/// A sentence of one build and its counterpart in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Its position in the article of the earlier build; `None` if it was added.
    pub(super) before: Option<usize>,
    /// Its position in the article of the later build; `None` if it was removed.
    pub(super) after: Option<usize>,
    /// Whether some of its tokens belong to a neighbouring sentence in the other build: a boundary has moved.
    pub(super) recut: bool,
}

/// Pairs the sentences of an article by their raw texts, in order; removed sentences come before those added in their place.
pub(super) fn pair_sentences(before: &[&str], after: &[&str]) -> Vec<Pair> {
    let hashed = |texts: &[&str]| texts.iter().map(|text| of_text(text)).collect::<Vec<_>>();
    let anchors = align(&hashed(before), &hashed(after));
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    let (mut i, mut j) = (0, 0);
    for (left, right) in anchors.into_iter().chain([(before.len(), after.len())]) {
        Gap::new(before, after, i..left, j..right).pair(&mut pairs);
        if left < before.len() {
            pairs.push(Pair { before: Some(left), after: Some(right), recut: false });
        }
        (i, j) = (left + 1, right + 1);
    }
    pairs
}

/// The sentences between two pairs, or at an end of the article.
struct Gap {
    before: Range<usize>,
    after: Range<usize>,
    /// Pairs of sentences that share tokens, in order, with the number of these tokens.
    shared: Vec<(usize, usize, usize)>,
    /// The number of tokens of each sentence.
    lengths_before: Vec<usize>,
    lengths_after: Vec<usize>,
}

impl Gap {
    fn new(before: &[&str], after: &[&str], range_before: Range<usize>, range_after: Range<usize>) -> Self {
        let (tokens_before, owners_before) = tokens(before, &range_before);
        let (tokens_after, owners_after) = tokens(after, &range_after);
        let mut shared: Vec<(usize, usize, usize)> = Vec::new();
        for (left, right) in align(&tokens_before, &tokens_after) {
            let (i, j) = (owners_before[left], owners_after[right]);
            match shared.last_mut() {
                Some((last_i, last_j, count)) if (*last_i, *last_j) == (i, j) => *count += 1,
                _ => shared.push((i, j, 1)),
            }
        }
        let lengths = |owners: &[usize], range: &Range<usize>| {
            let mut lengths = vec![0; range.len()];
            for owner in owners {
                lengths[owner - range.start] += 1;
            }
            lengths
        };
        Self {
            lengths_before: lengths(&owners_before, &range_before),
            lengths_after: lengths(&owners_after, &range_after),
            before: range_before,
            after: range_after,
            shared,
        }
    }

    /// Pairs the sentences of the gap.
    fn pair(&self, pairs: &mut Vec<Pair>) {
        let (mut i, mut j) = (self.before.start, self.after.start);
        // The end stands for one more pair, so that what follows the last one is paired by place too.
        let end = (self.before.end, self.after.end);
        for (left, right) in self.by_shared_tokens().into_iter().chain([end]) {
            self.pair_by_place(i..left, j..right, pairs);
            if (left, right) != end {
                pairs.push(self.pair_of(left, right));
            }
            (i, j) = (left + 1, right + 1);
        }
    }

    /// Pairs of sentences that share at least half of the tokens of the shorter one. Pairs that share most tokens are chosen first;
    /// the result is in order.
    fn by_shared_tokens(&self) -> Vec<(usize, usize)> {
        let shorter =
            |i: usize, j: usize| self.lengths_before[i - self.before.start].min(self.lengths_after[j - self.after.start]);
        let mut candidates: Vec<_> = self.shared.iter().filter(|(i, j, count)| 2 * count >= shorter(*i, *j)).collect();
        candidates.sort_by_key(|(i, j, count)| (std::cmp::Reverse(*count), *i, *j));
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        for (i, j, _) in candidates {
            if chosen.iter().all(|(left, right)| left != i && right != j) {
                chosen.push((*i, *j));
            }
        }
        // Tokens are aligned in order, so no two of these cross.
        chosen.sort_unstable();
        chosen
    }

    /// Pairs the remaining sentences one by one, if both sides have equally many and most tokens of each are found nowhere else.
    fn pair_by_place(&self, before: Range<usize>, after: Range<usize>, pairs: &mut Vec<Pair>) {
        let stays_before =
            |i: &usize| 2 * self.tokens_shared(|shared| shared.0 == *i) < self.lengths_before[i - self.before.start];
        let stays_after =
            |j: &usize| 2 * self.tokens_shared(|shared| shared.1 == *j) < self.lengths_after[j - self.after.start];
        if before.len() == after.len() && before.clone().all(|i| stays_before(&i)) && after.clone().all(|j| stays_after(&j))
        {
            pairs.extend(before.zip(after).map(|(i, j)| self.pair_of(i, j)));
            return;
        }
        pairs.extend(before.map(|i| Pair { before: Some(i), after: None, recut: false }));
        pairs.extend(after.map(|j| Pair { before: None, after: Some(j), recut: false }));
    }

    fn tokens_shared(&self, of: impl Fn(&(usize, usize, usize)) -> bool) -> usize {
        self.shared.iter().filter(|shared| of(shared)).map(|(_, _, count)| count).sum()
    }

    fn pair_of(&self, i: usize, j: usize) -> Pair {
        // Exactly one side matches: tokens of this sentence are in another one in the other build.
        let recut = self.shared.iter().any(|(left, right, _)| (*left == i) != (*right == j));
        Pair { before: Some(i), after: Some(j), recut }
    }
}

/// The tokens of some sentences, and the sentence of each.
fn tokens(texts: &[&str], range: &Range<usize>) -> (Vec<u64>, Vec<usize>) {
    let of_sentence = |i: usize| texts[i].split(' ').map(move |token| (of_text(token), i));
    range.clone().flat_map(of_sentence).unzip()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    /// Pairs as text: `1=0` counterparts, `1!0` with a moved boundary, `1-` removed, `+0` added.
    fn shown(before: &[&str], after: &[&str]) -> String {
        let shown = pair_sentences(before, after).into_iter().map(|pair| match pair {
            Pair { before: Some(i), after: Some(j), recut } => format!("{i}{}{j}", if recut { '!' } else { '=' }),
            Pair { before: Some(i), .. } => format!("{i}-"),
            Pair { after: Some(j), .. } => format!("+{j}"),
            Pair { .. } => "?".to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sentences_are_paired_as_people_would() {
        let cases: [(&[&str], &[&str], &str, &str); 10] = [
            (&["a b", "c d"], &["n", "a b", "c d"], "+0 0=1 1=2", "inserted at the top"),
            (&["a b", "c d"], &["c d"], "0- 1=0", "removed"),
            (&["a b c", "d e f"], &["a x c", "d e y"], "0=0 1=1", "two neighbours edited"),
            (&["a b c d", "e f"], &["a b c", "d e f"], "0!0 1!1", "a boundary moved by a token"),
            (&["a b c d e"], &["a b", "c d e"], "+0 0!1", "split in two: the larger part is its counterpart"),
            (&["a b", "c d e"], &["a b c d e"], "0- 1!0", "two joined"),
            (&["a", "b c d", "e"], &["a", "x y z", "e"], "0=0 1=1 2=2", "every word replaced, in the same position"),
            (&["a", "b c", "e"], &["a", "x y", "z", "e"], "0=0 1- +1 +2 2=3", "replaced by more sentences"),
            (&["a b", "a b", "c"], &["a b", "c"], "0=0 1- 2=1", "one of two identical ones"),
            (&[], &["a"], "+0", "empty before"),
        ];
        for (before, after, expected, why) in cases {
            assert_eq!(shown(before, after), expected, "{why}");
        }
    }

    proptest! {
        #[test]
        fn every_sentence_is_in_one_pair_in_order(before in vec("[a-d]( [a-d]){0,3}", 0..12), after in vec("[a-d]( [a-d]){0,3}", 0..12)) {
            let texts = |owned: &[String]| owned.to_vec();
            let (before, after) = (texts(&before), texts(&after));
            let pairs = pair_sentences(
                &before.iter().map(String::as_str).collect::<Vec<_>>(),
                &after.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            prop_assert!(pairs.iter().filter_map(|pair| pair.before).eq(0..before.len()));
            prop_assert!(pairs.iter().filter_map(|pair| pair.after).eq(0..after.len()));
            prop_assert!(pairs.iter().all(|pair| pair.before.is_some() || pair.after.is_some()));
        }

        #[test]
        fn an_inserted_sentence_changes_no_other(mut sentences in vec("[a-z]{6}( [a-z]{6}){1,3}", 1..12), at in 0_usize..12) {
            let before = sentences.clone();
            let at = at.min(before.len());
            sentences.insert(at, "0 1 2".to_owned());
            let pairs = pair_sentences(
                &before.iter().map(String::as_str).collect::<Vec<_>>(),
                &sentences.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            prop_assert_eq!(pairs.iter().filter(|pair| pair.before.is_none()).count(), 1);
            prop_assert!(pairs.iter().all(|pair| !pair.recut && (pair.before.is_some() || pair.after == Some(at))));
        }
    }
}

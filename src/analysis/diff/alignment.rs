//! Aligning two sequences: which element of one corresponds to which of the other, in order.
//!
//! This is patience diff: equal ends are paired first, then the longest chain of elements that occur exactly once on each side in
//! the same order, then recursively what lies between them. If no element is unique, the longest common subsequence
//! decides. Time is near linear for similar sequences, such as two builds of one input, and bounded for all others.
//!
//! Invariant: pairs ascend on both sides and join equal elements.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// Cells of the largest table for a longest common subsequence (a thousand by a thousand elements take a few milliseconds).
/// Larger ranges without anchors are left unpaired.
const TABLE_CELLS: usize = 1 << 20;

/// Pairs of equal elements, in order.
pub(super) fn align(before: &[u64], after: &[u64]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::with_capacity(before.len().min(after.len()));
    // A list of what is left to do instead of recursion: long sequences must not exhaust the stack.
    let mut ranges = vec![(0..before.len(), 0..after.len())];
    while let Some((left, right)) = ranges.pop() {
        let (left, right) = without_equal_ends(before, after, left, right, &mut pairs);
        if left.is_empty() || right.is_empty() {
            continue;
        }
        let anchors = anchors(before, after, &left, &right);
        if anchors.is_empty() {
            common_subsequence(before, after, &left, &right, &mut pairs);
            continue;
        }
        let (mut from_left, mut from_right) = (left.start, right.start);
        // The ends stand for one more anchor, so that the range after the last one is visited; they are no pair themselves.
        for (i, j) in anchors.into_iter().chain([(left.end, right.end)]) {
            ranges.push((from_left..i, from_right..j));
            if i < left.end {
                pairs.push((i, j));
            }
            (from_left, from_right) = (i + 1, j + 1);
        }
    }
    // Pairs were found from both ends and range by range.
    pairs.sort_unstable();
    pairs
}

/// Pairs equal elements at both ends and returns the ranges between them.
fn without_equal_ends(
    before: &[u64],
    after: &[u64],
    mut left: Range<usize>,
    mut right: Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
) -> (Range<usize>, Range<usize>) {
    while !left.is_empty() && !right.is_empty() && before[left.start] == after[right.start] {
        pairs.push((left.start, right.start));
        (left.start, right.start) = (left.start + 1, right.start + 1);
    }
    while !left.is_empty() && !right.is_empty() && before[left.end - 1] == after[right.end - 1] {
        (left.end, right.end) = (left.end - 1, right.end - 1);
        pairs.push((left.end, right.end));
    }
    (left, right)
}

/// The longest chain of elements that occur exactly once on each side.
fn anchors(before: &[u64], after: &[u64], left: &Range<usize>, right: &Range<usize>) -> Vec<(usize, usize)> {
    let (in_left, in_right) = (places(before, left), places(after, right));
    let once = left.clone().filter_map(|i| {
        let (_, 1) = in_left[&before[i]] else { return None };
        let &(j, 1) = in_right.get(&before[i])? else { return None };
        Some((i, j))
    });
    longest_ascending(&once.collect::<Vec<_>>())
}

/// The last position of each element, and how often it occurs.
fn places(elements: &[u64], range: &Range<usize>) -> FxHashMap<u64, (usize, usize)> {
    let mut places = FxHashMap::default();
    for i in range.clone() {
        let place = places.entry(elements[i]).or_insert((i, 0));
        *place = (i, place.1 + 1);
    }
    places
}

/// The longest chain of pairs whose right sides ascend; their left sides do already. This is patience sorting.
fn longest_ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // `ends[n]` is the pair with the smallest right side that ends a chain of n + 1 pairs; `previous` links each chain backwards.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        previous.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut chain: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |at| previous[*at]).map(|at| pairs[at]).collect();
    chain.reverse();
    chain
}

/// Pairs the longest common subsequence of two ranges, unless their table would be too large.
fn common_subsequence(
    before: &[u64],
    after: &[u64],
    left: &Range<usize>,
    right: &Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
) {
    let width = right.len() + 1;
    if (left.len() + 1).saturating_mul(width) > TABLE_CELLS {
        return;
    }
    // Cell (i, j) is the length of the longest common subsequence of the suffixes that start at i and j.
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            lengths[i * width + j] = if before[left.start + i] == after[right.start + j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if before[left.start + i] == after[right.start + j] {
            pairs.push((left.start + i, right.start + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            // `>=` settles ties the same way every time: the element of the earlier side is passed over first.
            i += 1;
        } else {
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn sequences_are_aligned_as_people_would() {
        let cases = [
            ("", "abc", "", "nothing pairs with nothing"),
            ("abc", "xabc", "0=1 1=2 2=3", "an insertion at the top shifts the others"),
            ("abcd", "abd", "0=0 1=1 3=2", "a deleted element has no partner"),
            ("abcde", "axcye", "0=0 2=2 4=4", "replaced elements have none on either side"),
            ("aabb", "bbaa", "2=0 3=1", "without anchors, the longest common subsequence"),
            ("abcxyz", "xyzabc", "3=0 4=1 5=2", "one of two crossing chains"),
            ("abab", "ab", "0=0 1=1", "the first of repeated elements"),
        ];
        for (before, after, expected, why) in cases {
            let numbers = |text: &str| text.bytes().map(u64::from).collect::<Vec<_>>();
            let pairs = align(&numbers(before), &numbers(after));
            let shown: Vec<String> = pairs.iter().map(|(i, j)| format!("{i}={j}")).collect();
            assert_eq!(shown.join(" "), expected, "{why}");
        }
    }

    fn longest(before: &[u64], after: &[u64]) -> usize {
        match (before, after) {
            ([], _) | (_, []) => 0,
            ([b, before_rest @ ..], [a, after_rest @ ..]) if a == b => 1 + longest(before_rest, after_rest),
            ([_, before_rest @ ..], [_, after_rest @ ..]) => longest(before_rest, after).max(longest(before, after_rest)),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn pairs_ascend_and_are_equal(before in vec(0_u64..12, 0..60), after in vec(0_u64..12, 0..60)) {
            let pairs = align(&before, &after);
            prop_assert!(pairs.iter().all(|(i, j)| before[*i] == after[*j]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }

        #[test]
        fn something_is_paired_if_anything_is_common(before in vec(0_u64..4, 0..9), after in vec(0_u64..4, 0..9)) {
            let (found, best) = (align(&before, &after).len(), longest(&before, &after));
            prop_assert!(found <= best && (found > 0) == (best > 0));
        }

        #[test]
        fn deletions_alone_cost_no_pair(before in vec(0_u64..1000, 0..80), kept in vec(proptest::bool::ANY, 80)) {
            let distinct: Vec<u64> = before.iter().enumerate().map(|(i, v)| v * 1000 + i as u64).collect();
            let after: Vec<u64> = distinct.iter().zip(kept).filter(|(_, kept)| *kept).map(|(v, _)| *v).collect();
            prop_assert_eq!(align(&distinct, &after).len(), after.len());
        }
    }
}

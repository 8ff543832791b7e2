//! The figures about keywords: by section, by month, together.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::data::{Cooccurrence, MonthlyConcept, Months, Sections};
use crate::analysis::mentions::{Count, Mentions, Month};
use crate::dataset::stored::StoredSentence;

/// Concepts in the figure of sections, and in that of months.
const MOST_CONCEPTS: usize = 40;
/// Concepts that are compared with each other.
const MOST_TOGETHER: usize = 30;
/// Sections that are shown, those with most words.
const MOST_SECTIONS: usize = 20;
/// The most months of a figure: of a longer time, years are shown.
const MOST_MONTHS: usize = 600;

/// Expected mentions of the most frequent concepts in the largest sections.
pub(super) fn sections(mentions: &Mentions) -> Sections {
    let published = mentions.published_by(|place| place.section);
    let mut largest: Vec<(usize, i64)> =
        published.iter().filter_map(|(section, published)| Some(((*section)?, published.tokens))).collect();
    largest.sort_by_key(|(section, tokens)| (std::cmp::Reverse(*tokens), *section));
    let left_out = largest.len().saturating_sub(MOST_SECTIONS);
    largest.truncate(MOST_SECTIONS);
    let concepts: Vec<usize> = (0..mentions.concepts.len().min(MOST_CONCEPTS)).collect();
    let by_concept: Vec<_> = concepts.iter().map(|concept| mentions.of_concept(*concept, |place| place.section)).collect();
    let expected = |section: usize| {
        let of = |counts: &std::collections::BTreeMap<Option<usize>, Count>| counts.get(&Some(section)).copied();
        by_concept.iter().map(|counts| rounded(of(counts).unwrap_or_default().expected())).collect()
    };
    Sections {
        names: largest.iter().map(|(section, _)| mentions.sections[*section].clone()).collect(),
        expected: largest.iter().map(|(section, _)| expected(*section)).collect(),
        tokens: largest.iter().map(|(_, tokens)| *tokens).collect(),
        left_out,
        concepts,
    }
}

/// Mentions of the most frequent concepts by month, or by year if there are too many months; `None` if no article has a day.
pub(super) fn months(mentions: &Mentions) -> Option<Months> {
    let (first, last) = mentions.months()?;
    let are_years = Month::range(first, last).nth(MOST_MONTHS).is_some();
    let time = |month: Month| if are_years { month.year_begin() } else { month };
    let published = mentions.published_by(|place| place.month.map(time));
    let step = if are_years { 12 } else { 1 };
    let shown: Vec<Month> = Month::range(time(first), last).step_by(step).collect();
    let of_time = |month: &Month| published.get(&Some(*month)).copied().unwrap_or_default();
    let concepts = (0..mentions.concepts.len().min(MOST_CONCEPTS)).map(|concept| {
        let by_time = mentions.of_concept(concept, |place| place.month.map(time));
        let counts: Vec<Count> = shown.iter().map(|month| by_time.get(&Some(*month)).copied().unwrap_or_default()).collect();
        MonthlyConcept {
            concept,
            expected: counts.iter().map(|count| rounded(count.expected())).collect(),
            low: counts.iter().map(|count| rounded(count.bounds().0)).collect(),
            high: counts.iter().map(|count| rounded(count.bounds().1)).collect(),
            hits: counts.iter().map(|count| count.hits).collect(),
        }
    });
    let name = |month: &Month| if are_years { month.year().to_string() } else { month.to_string() };
    Some(Months {
        are_years,
        months: shown.iter().map(name).collect(),
        articles: shown.iter().map(|month| of_time(month).articles).collect(),
        tokens: shown.iter().map(|month| of_time(month).tokens).collect(),
        concepts: concepts.collect(),
    })
}

fn rounded(count: f64) -> f64 {
    (count * 100.0).round() / 100.0
}

/// Sentences that mention two of the most frequent concepts.
#[derive(Debug, Default)]
pub(super) struct Together(FxHashMap<(usize, usize), usize>);

impl Together {
    pub(super) fn sentence(&mut self, sentence: &StoredSentence, concept: &dyn Fn(&str) -> Option<usize>) {
        let found = sentence.hits.iter().filter_map(|hit| concept(&hit.concept)).filter(|index| *index < MOST_TOGETHER);
        let found: BTreeSet<usize> = found.collect();
        for first in &found {
            for second in found.range(first + 1..) {
                *self.0.entry((*first, *second)).or_default() += 1;
            }
        }
    }

    pub(super) fn finish(self, mentions: &Mentions) -> Cooccurrence {
        let mut pairs: Vec<(usize, usize, usize)> = self.0.into_iter().map(|((a, b), count)| (a, b, count)).collect();
        pairs.sort_unstable();
        Cooccurrence { concepts: (0..mentions.concepts.len().min(MOST_TOGETHER)).collect(), pairs }
    }
}

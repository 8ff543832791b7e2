//! The lists of words that an article's head is made of (`head_words.txt`), compiled for comparison.
//!
//! Invariant: a word of the text is compared in two ways: folded, and, if it was stripped, with what stripping leaves of a listed
//! word. So the lists hold the correct spelling only.

use std::sync::LazyLock;

use crate::arabic::{code, encode_letter, fold_letter, folded_codes, is_plain};

const LISTS: &str = include_str!("head_words.txt");
/// Between two phrases on one line.
const SEPARATOR: &str = " | ";

/// The lists.
pub(super) struct HeadWords {
    pub(super) places: Phrases,
    pub(super) newspapers: Phrases,
    pub(super) agencies: Phrases,
    pub(super) byline_cues: Phrases,
    pub(super) correspondent_cues: Phrases,
    pub(super) never_in_names: Phrases,
}

pub(super) static HEAD_WORDS: LazyLock<HeadWords> = LazyLock::new(|| HeadWords {
    places: Phrases::listed("places"),
    newspapers: Phrases::listed("newspapers"),
    agencies: Phrases::listed("agencies"),
    byline_cues: Phrases::listed("byline_cues"),
    correspondent_cues: Phrases::listed("correspondent_cues"),
    never_in_names: Phrases::listed("never_in_names"),
});

/// A list of phrases.
pub(super) struct Phrases(Vec<Vec<ListedWord>>);

/// A word of a listed phrase.
pub(super) struct ListedWord {
    /// Folded letter codes.
    folded: Vec<u8>,
    /// What stripping leaves of the word, folded.
    stripped: Vec<u8>,
}

impl Phrases {
    /// The phrases of a section, from its `@` line to the next.
    fn listed(section: &str) -> Self {
        let lines = LISTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let of_section = lines.skip_while(|line| line.strip_prefix('@') != Some(section)).skip(1);
        let phrases = of_section.take_while(|line| !line.starts_with('@')).flat_map(|line| line.split(SEPARATOR));
        Self(phrases.map(|phrase| phrase.split(' ').map(ListedWord::new).collect()).collect())
    }

    /// The number of words of the longest phrase that a text begins with; 0 if it begins with none.
    pub(super) fn longest_at<'w>(&self, text: &(impl Iterator<Item = &'w TextWord> + Clone)) -> usize {
        let fits = |phrase: &&Vec<ListedWord>| {
            let mut words = text.clone();
            phrase.iter().all(|listed| words.next().is_some_and(|word| listed.is(word)))
        };
        // The longest, not the first: the lists need no order, and one phrase may begin another.
        self.0.iter().filter(fits).map(Vec::len).max().unwrap_or(0)
    }

    /// Whether the word alone is one of the phrases.
    pub(super) fn has_word(&self, word: &TextWord) -> bool {
        self.0.iter().any(|phrase| matches!(phrase.as_slice(), [listed] if listed.is(word)))
    }
}

/// A word of a text, as it is compared with the lists.
#[derive(Debug)]
pub(super) struct TextWord {
    /// Folded letter codes.
    pub(super) folded: Vec<u8>,
    /// Folded letter codes before repair, if the text was stripped.
    pub(super) stripped: Option<Vec<u8>>,
}

impl ListedWord {
    fn new(word: &str) -> Self {
        Self { folded: folded_codes(word), stripped: folded_after_stripping(word) }
    }

    fn is(&self, word: &TextWord) -> bool {
        word.folded == self.folded || word.stripped.as_ref() == Some(&self.stripped)
    }
}

/// What stripping leaves of a word, as folded letter codes: `ة` is deleted, so it must not be folded to `ه`, which stays.
fn folded_after_stripping(word: &str) -> Vec<u8> {
    let codes = word.chars().filter_map(encode_letter);
    codes
        .map(|letter| if letter == code::TA_MARBUTA { letter } else { fold_letter(letter) })
        .filter(|letter| is_plain(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_read() {
        let HeadWords { places, newspapers, agencies, byline_cues, correspondent_cues, never_in_names } = &*HEAD_WORDS;
        let sizes = [places, newspapers, agencies, byline_cues, correspondent_cues, never_in_names].map(|list| list.0.len());
        assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
        let phrases = LISTS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(['#', '@']))
            .flat_map(|line| line.split(SEPARATOR));
        assert_eq!(sizes.iter().sum::<usize>(), phrases.count(), "no section is left out");
    }
}

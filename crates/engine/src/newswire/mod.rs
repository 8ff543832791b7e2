//! The words that newspapers and agencies open and sign their articles with: places, agencies, cues to a writer's name.
//!
//! Repair leaves the remains of agencies alone, splitting finds datelines and bylines, tagging tags neither; all of them ask here.

mod phrases;

use std::sync::LazyLock;

pub(crate) use phrases::{Phrases, TextWord};

const LISTS: &str = include_str!("words.txt");

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The lists of `words.txt`; each is explained there.
        pub(crate) struct Newswire {
            $($(#[$doc])* pub(crate) $name: Phrases,)*
        }

        pub(crate) static NEWSWIRE: LazyLock<Newswire> = LazyLock::new(|| Newswire {
            $($name: Phrases::listed(LISTS, stringify!($name)),)*
        });

        #[cfg(test)]
        const SECTIONS: &[&str] = &[$(stringify!($name)),*];
    };
}

lists! {
    places,
    ambiguous_places,
    countries,
    newspapers,
    agencies,
    ambiguous_remnants,
    certain_cues,
    byline_cues,
    correspondent_cues,
    titles,
    function_words,
    never_in_names,
    labels,
    sections,
    subtitles,
    days,
    day_prepositions,
    times,
    given_names,
    opening_verbs,
    opening_imperfects,
    copulas,
}

impl Newswire {
    /// The number of words of the longest place at the beginning of `words`, whether or not its name is a word too.
    pub(crate) fn place_at(&self, words: &[TextWord]) -> usize {
        self.places.longest_at(words).max(self.ambiguous_places.longest_at(words))
    }

    /// Whether a word opens reports: a verb in the third person.
    pub(crate) fn opens_report(&self, word: &TextWord) -> bool {
        self.opening_verbs.has_word(word) || self.opening_imperfects.has_word(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_read_and_no_phrase_is_listed_twice() {
        let found: Vec<&str> = LISTS.lines().filter_map(|line| line.strip_prefix('@')).collect();
        assert_eq!(found, SECTIONS);
        let mut section = Vec::new();
        for line in LISTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.starts_with('@') {
                section.clear();
                continue;
            }
            for phrase in line.split(" | ") {
                assert!(!section.contains(&phrase), "{phrase} is listed twice");
                section.push(phrase);
            }
        }
    }
}

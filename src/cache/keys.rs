//! Keys: everything besides the article that a stage's result depends on.
//!
//! Invariant: a result is valid only if the keys of its stage and of all stages before it are unchanged, so the first
//! difference in the order of the stages is where work begins. Keys have names instead of being merged into one hash, so
//! that people can be told what has changed (`tarmim plan`, `redone.csv`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A stage whose results are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// Bytes to text and tokens.
    Ingest,
    /// Damaged words to words as they were spelt.
    Repair,
    /// Tokens to sentences.
    Split,
    /// Sentences to keywords and keyphrases.
    Tag,
}

impl StageName {
    /// The stages in the order in which data flows.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Repair, Self::Split, Self::Tag];

    /// The name in reports and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Repair => "repair",
            Self::Split => "split",
            Self::Tag => "tag",
        }
    }
}

/// For each stage, what its result depends on, by name: versions of code, hashes of models and vocabularies, settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageKeys(BTreeMap<StageName, BTreeMap<String, String>>);

impl StageKeys {
    /// Adds something that a stage's result depends on.
    #[must_use]
    pub fn with(mut self, stage: StageName, name: &str, value: &impl ToString) -> Self {
        self.0.entry(stage).or_default().insert(name.to_owned(), value.to_string());
        self
    }

    /// The first stage whose keys differ, and the names of those that do.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<(StageName, Vec<String>)> {
        StageName::ALL.into_iter().find_map(|stage| {
            let (mine, theirs) = (self.0.get(&stage), other.0.get(&stage));
            if mine == theirs {
                return None;
            }
            // From both sides, since a key that only one of them has differs as well.
            let mut names: Vec<String> = mine.into_iter().chain(theirs).flat_map(|keys| keys.keys().cloned()).collect();
            names.sort();
            names.dedup();
            names.retain(|name| mine.and_then(|keys| keys.get(name)) != theirs.and_then(|keys| keys.get(name)));
            Some((stage, names))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(model: &str, vocabulary: &str) -> StageKeys {
        let keys = StageKeys::default().with(StageName::Repair, "code", &1).with(StageName::Repair, "model", &model);
        keys.with(StageName::Tag, "vocabulary", &vocabulary)
    }

    #[test]
    fn the_first_stage_that_differs_is_named_with_what_differs() {
        assert_eq!(keys("a", "v").first_difference(&keys("a", "v")), None);
        assert_eq!(keys("a", "v").first_difference(&keys("a", "w")), Some((StageName::Tag, vec!["vocabulary".to_owned()])));
        assert_eq!(keys("a", "v").first_difference(&keys("b", "w")), Some((StageName::Repair, vec!["model".to_owned()])));
        assert_eq!(
            StageKeys::default().first_difference(&keys("a", "v")),
            Some((StageName::Repair, vec!["code".to_owned(), "model".to_owned()]))
        );
    }
}

//! The article after review: repaired, with what a person said about it.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::tally::ReviewTally;
use crate::document::Document;
use crate::repair::Repaired;

/// A run of tokens of which a person said what it mentions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    /// Id of the concept that they do not mention.
    pub drop: Option<String>,
    /// Id of the concept that they mention.
    pub add: Option<String>,
}

/// What a person said about an article, by the indices of its tokens, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// The forms of tokens.
    pub forms: Vec<(usize, String)>,
    /// Whether a sentence ends after a token.
    pub ends: BTreeMap<usize, bool>,
    /// Keywords.
    pub mentions: Vec<Mention>,
}

impl ByHand {
    /// Whether nobody said anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a correction was considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) correction: usize,
    /// The first token of its place.
    pub(super) token: usize,
    pub(super) fate: Fate,
}

/// What became of a correction at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Applied,
    Overridden,
    Ambiguous,
}

/// A repaired article with the corrections of a person, most often none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    article: Repaired,
    by_hand: ByHand,
    considered: Vec<usize>,
    placements: Vec<Placement>,
}

impl Reviewed {
    /// An article that nobody has corrected.
    #[must_use]
    pub fn untouched(article: Repaired) -> Self {
        Self { article, by_hand: ByHand::default(), considered: Vec::new(), placements: Vec::new() }
    }

    pub(super) fn new(article: Repaired, by_hand: ByHand, considered: Vec<usize>, placements: Vec<Placement>) -> Self {
        let forms = by_hand.forms.iter().map(|(token, form)| (*token, form.as_str()));
        Self { article: article.with_forms(forms), by_hand, considered, placements }
    }

    /// The article, with the forms that the person gave.
    #[must_use]
    pub fn article(&self) -> &Repaired {
        &self.article
    }

    /// The article as ingested; all findings are dropped.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.article.into_document()
    }

    /// What the person said.
    #[must_use]
    pub fn by_hand(&self) -> &ByHand {
        &self.by_hand
    }

    /// What became of each correction that could hold in a run of the article's tokens.
    #[must_use]
    pub fn tally(&self, tokens: &Range<usize>) -> ReviewTally {
        let mut tally = ReviewTally::default();
        for correction in &self.considered {
            tally.of(*correction).articles = 1;
        }
        for placement in self.placements.iter().filter(|placement| tokens.contains(&placement.token)) {
            let answer = tally.of(placement.correction);
            match placement.fate {
                Fate::Applied => answer.places += 1,
                Fate::Overridden => answer.overridden += 1,
                Fate::Ambiguous => answer.ambiguous += 1,
            }
        }
        tally
    }
}

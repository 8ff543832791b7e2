//! What became of corrections: counts, which add up over the articles of a build.

use serde::{Deserialize, Serialize};

/// What became of a correction in an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Articles that it could hold in.
    pub articles: usize,
    /// Places that it was applied at.
    pub places: usize,
    /// Places at which another correction won.
    pub overridden: usize,
    /// Places that fit it equally well, so that it was not applied.
    pub ambiguous: usize,
}

impl Answer {
    fn add(&mut self, other: Self) {
        self.articles += other.articles;
        self.places += other.places;
        self.overridden += other.overridden;
        self.ambiguous += other.ambiguous;
    }
}

/// What became of corrections, by their index in [`super::Corrections`]. Those of which nothing is known are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTally(Vec<(usize, Answer)>);

impl ReviewTally {
    /// Whether no correction could hold.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answer to a correction, to be counted up.
    pub(super) fn of(&mut self, correction: usize) -> &mut Answer {
        let at = self.0.partition_point(|(index, _)| *index < correction);
        if self.0.get(at).is_none_or(|(index, _)| *index != correction) {
            self.0.insert(at, (correction, Answer::default()));
        }
        &mut self.0[at].1
    }

    /// Adds what became of them in another article, or in another part of the same.
    pub fn add(&mut self, other: &Self) {
        for (correction, answer) in &other.0 {
            self.of(*correction).add(*answer);
        }
    }

    /// The sum over the parts of one article.
    #[must_use]
    pub fn of_one_article(mut self) -> Self {
        for (_, answer) in &mut self.0 {
            answer.articles = 1;
        }
        self
    }

    /// The answer to a correction.
    #[must_use]
    pub fn answer(&self, correction: usize) -> Answer {
        let found = self.0.binary_search_by_key(&correction, |(index, _)| *index);
        found.map_or(Answer::default(), |at| self.0[at].1)
    }
}

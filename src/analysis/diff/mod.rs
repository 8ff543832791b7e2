//! What changed from one build to another: articles and sentences that were added, removed or edited, and what the builds are made of.
//!
//! ```text
//! both builds ─ fingerprints, joined (articles.rs) ─▶ articles that differ ─ in batches: sentences paired (pairing.rs) ─▶ lists
//! ```
//!
//! Invariant: memory depends on the number of articles (a row of numbers for each) and on a batch, not on the length of the texts: those
//! of articles that are the same are hashed as they stream by, and those of the others are loaded batch by batch. Lists are in
//! the order of paths, then of sentences, whatever the order of the files.

mod alignment;
mod articles;
mod builds;
mod compare;
mod fingerprint;
mod lists;
mod pairing;
mod report;
mod sentences;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

pub use builds::{Build, Difference, Figure, Quantity};
pub use compare::{ArticleChange, Change, SentenceChange, Side};

use crate::analysis::AnalysisError;
use crate::analysis::tables::count_rows;
use articles::{ChangedArticle, Columns, changed_articles};
use compare::{Compared, compare};
use engine::tables::schema::Table;
use lists::Lists;
use sentences::Sentences;

/// Sentences of both builds that are loaded at once: some hundred megabytes.
const BATCH_SENTENCES: usize = 200_000;

/// How many rows of a table changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Only in the later build.
    pub added: usize,
    /// Only in the earlier build.
    pub removed: usize,
    /// In both and different.
    pub edited: usize,
    /// In both, and only confidences (or doubts and alternatives) differ.
    pub confidence_only: usize,
    /// In both and the same.
    pub unchanged: usize,
    /// Edited rows by what differs; one may count for several.
    pub what: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn count(&mut self, change: Change, what: &[&'static str]) {
        match change {
            Change::Added => self.added += 1,
            Change::Removed => self.removed += 1,
            Change::Edited => self.edited += 1,
        }
        for what in what {
            *self.what.entry(*what).or_default() += 1;
        }
    }
}

/// The first rows of the lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listed {
    /// Articles.
    pub articles: Vec<ArticleChange>,
    /// Sentences.
    pub sentences: Vec<SentenceChange>,
}

/// What changed from one build to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The earlier build.
    pub before: Build,
    /// The later build.
    pub after: Build,
    /// What keeps the builds from being compared in full.
    pub remarks: Vec<String>,
    /// What they are made of, where it differs.
    pub provenance: Vec<Difference>,
    /// What they hold, side by side.
    pub figures: Vec<Figure>,
    /// Articles that changed.
    pub articles: Tally,
    /// Sentences that changed.
    pub sentences: Tally,
    /// The first of them.
    pub listed: Listed,
}

impl Diff {
    /// Compares two builds, lists the first `limit` changes of each table, and writes all of them as Parquet into a folder if one is given.
    ///
    /// # Errors
    /// Where a table cannot be read or a list not be written, such as where it is there already.
    pub fn measure(before: Build, after: Build, limit: usize, lists: Option<&Path>) -> Result<Self, AnalysisError> {
        let mut lists = lists.map(Lists::create).transpose()?;
        let of_articles = Columns::of(Table::Articles, &before, &after)?;
        let of_sentences = Columns::of(Table::Sentences, &before, &after)?;
        let mut tallies = Tallies::default();
        let changed = changed_articles(&before, &after, &of_articles, &of_sentences)?;
        for batch in batches(&changed) {
            let left = Sentences::load(&before, batch, &of_sentences, |article| article.index_before)?;
            let right = Sentences::load(&after, batch, &of_sentences, |article| article.index_after)?;
            for article in batch {
                let compared = compare(article, left.of(&article.article_id), right.of(&article.article_id));
                if let Some(lists) = &mut lists {
                    lists.push(&compared)?;
                }
                tallies.add(compared, limit);
            }
        }
        tallies.articles.count_unchanged(count_rows(&before.folder, Table::Articles)?);
        tallies.sentences.count_unchanged(count_rows(&before.folder, Table::Sentences)?);
        lists.map_or(Ok(()), Lists::finish)?;
        let Tallies { articles, sentences, listed } = tallies;
        Ok(Self {
            remarks: remarks(&before, &after, &[(Table::Articles, of_articles), (Table::Sentences, of_sentences)]),
            provenance: builds::provenance_differences(&before, &after),
            figures: builds::figures(&before, &after),
            before,
            after,
            articles,
            sentences,
            listed,
        })
    }
}

/// What has been counted and is to be shown.
#[derive(Default)]
struct Tallies {
    articles: Tally,
    sentences: Tally,
    listed: Listed,
}

impl Tallies {
    fn add(&mut self, compared: Compared, limit: usize) {
        self.sentences.confidence_only += compared.confidence_only;
        match compared.article {
            None => self.articles.confidence_only += usize::from(compared.confidence_only > 0),
            Some(article) => {
                self.articles.count(article.change, &article.what);
                if self.listed.articles.len() < limit {
                    self.listed.articles.push(article);
                }
            }
        }
        for sentence in compared.sentences {
            self.sentences.count(sentence.change, &sentence.what);
            if self.listed.sentences.len() < limit {
                self.listed.sentences.push(sentence);
            }
        }
    }
}

impl Tally {
    /// What of the earlier build's rows is neither gone nor different.
    fn count_unchanged(&mut self, rows_before: usize) {
        self.unchanged = rows_before.saturating_sub(self.removed + self.edited + self.confidence_only);
    }
}

/// Parts of a list of articles that have about [`BATCH_SENTENCES`]; a longer article is a batch of its own.
fn batches(articles: &[ChangedArticle]) -> Vec<&[ChangedArticle]> {
    let mut batches = Vec::new();
    let (mut start, mut sentences) = (0, 0);
    for (at, article) in articles.iter().enumerate() {
        if at > start && sentences + article.sentences > BATCH_SENTENCES {
            batches.push(&articles[start..at]);
            (start, sentences) = (at, 0);
        }
        sentences += article.sentences;
    }
    if start < articles.len() {
        batches.push(&articles[start..]);
    }
    batches
}

/// What a reader must know before trusting the comparison.
fn remarks(before: &Build, after: &Build, tables: &[(Table, Columns)]) -> Vec<String> {
    let mut remarks = Vec::new();
    if before.schema_version != after.schema_version {
        remarks.push(format!(
            "the tables have versions {} and {}: only what both have is compared",
            before.schema_version, after.schema_version
        ));
    }
    for (table, columns) in tables {
        for (which, names) in [("earlier", &columns.only_before), ("later", &columns.only_after)] {
            if !names.is_empty() {
                remarks.push(format!("{}: only the {which} build has {}", table.name(), names.join(", ")));
            }
        }
    }
    remarks
}

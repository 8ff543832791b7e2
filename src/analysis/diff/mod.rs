//! What changed from one build to another: articles and sentences added, removed or edited, and differences in provenance.
//!
//! ```text
//! both builds ─ fingerprints, joined (articles.rs) ─▶ articles that differ ─ in batches: sentences paired (pairing.rs) ─▶ lists
//! ```
//!
//! Invariant: memory depends on the number of articles (a row of numbers for each) and on the size of a batch, not on the length
//! of the texts: unchanged articles are hashed as they stream by, and only the others are loaded, batch by batch. Lists are
//! ordered by path, then by sentence, regardless of the order of the files.

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

pub use builds::{Build, Difference, Metric, Quantity};
pub use compare::{ArticleChange, Change, SentenceChange};
pub use sentences::Side;

use crate::analysis::AnalysisError;
use crate::analysis::reduction::count_rows;
use articles::{ChangedArticle, Columns, changed_articles};
use compare::{Compared, compare};
use engine::tables::schema::Table;
use lists::Lists;
use sentences::Sentences;

/// Sentences of both builds that are loaded at once: a few hundred megabytes.
const BATCH_SENTENCES: usize = 200_000;

/// The number of rows of a table by how they changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Only in the later build.
    pub added: usize,
    /// Only in the earlier build.
    pub removed: usize,
    /// In both builds, and different.
    pub edited: usize,
    /// In both builds; only confidences (or doubts and alternatives) differ.
    pub confidence_only: usize,
    /// In both builds, and the same.
    pub unchanged: usize,
    /// Edited rows by what differs in them; a row may count several times.
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

/// The first changes, as many as were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listed {
    /// Changes of articles.
    pub articles: Vec<ArticleChange>,
    /// Changes of sentences.
    pub sentences: Vec<SentenceChange>,
}

/// What changed from one build to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The earlier build.
    pub before: Build,
    /// The later build.
    pub after: Build,
    /// Reasons why the builds cannot be compared in full.
    pub remarks: Vec<String>,
    /// Inputs, settings and versions that differ.
    pub provenance: Vec<Difference>,
    /// The sizes of both builds.
    #[serde(rename = "figures")]
    pub metrics: Vec<Metric>,
    /// Counts of articles.
    pub articles: Tally,
    /// Counts of sentences.
    pub sentences: Tally,
    /// The first changes.
    pub listed: Listed,
}

impl Diff {
    /// Compares two builds and lists the first `limit` changes of each table; writes all of them as Parquet into the folder
    /// `lists`, if one is given.
    ///
    /// # Errors
    /// If a table cannot be read, or a list cannot be written, for example because its file exists already.
    pub fn measure(before: Build, after: Build, limit: usize, lists: Option<&Path>) -> Result<Self, AnalysisError> {
        let mut lists = lists.map(Lists::create).transpose()?;
        let of_articles = Columns::of(Table::Articles, &before, &after)?;
        let of_sentences = Columns::of(Table::Sentences, &before, &after)?;
        let mut tallies = Tallies::default();
        let changed = changed_articles(&before, &after, &of_articles, &of_sentences)?;
        for batch in batches(&changed) {
            let left = Sentences::load(&before, batch, &of_sentences, |article| article.before)?;
            let right = Sentences::load(&after, batch, &of_sentences, |article| article.after)?;
            for article in batch {
                let compared = compare(article, left.of(&article.article_id), right.of(&article.article_id));
                if let Some(lists) = &mut lists {
                    lists.push(&compared)?;
                }
                tallies.add(compared, limit);
            }
        }
        // Unchanged rows were never loaded, so they are what remains of the earlier build.
        tallies.articles.count_unchanged(count_rows(&before.folder, Table::Articles)?);
        tallies.sentences.count_unchanged(count_rows(&before.folder, Table::Sentences)?);
        lists.map_or(Ok(()), Lists::finish)?;
        let Tallies { articles, sentences, listed } = tallies;
        Ok(Self {
            remarks: remarks(&before, &after, &[(Table::Articles, of_articles), (Table::Sentences, of_sentences)]),
            provenance: builds::provenance_differences(&before, &after),
            metrics: builds::metrics(&before, &after),
            before,
            after,
            articles,
            sentences,
            listed,
        })
    }
}

/// The counts so far, and the changes to be shown.
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
    /// Counts the rows of the earlier build that are neither removed nor different.
    fn count_unchanged(&mut self, rows_before: usize) {
        self.unchanged = rows_before.saturating_sub(self.removed + self.edited + self.confidence_only);
    }
}

/// Consecutive articles that together have at most [`BATCH_SENTENCES`]; a longer article is a batch by itself.
fn batches(articles: &[ChangedArticle]) -> Vec<&[ChangedArticle]> {
    let mut batches = Vec::new();
    let (mut start, mut sentences) = (0, 0);
    for (at, article) in articles.iter().enumerate() {
        // `at > start`: an article that is too long by itself must not leave an empty batch before it.
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

/// What the user must know before trusting the comparison.
fn remarks(before: &Build, after: &Build, tables: &[(Table, Columns)]) -> Vec<String> {
    let mut remarks = Vec::new();
    if before.schema_version != after.schema_version {
        remarks.push(format!(
            "the tables have versions {} and {}: only columns that both have are compared",
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

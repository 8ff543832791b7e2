//! Statistics of a build: what a reader asks before trusting it.
//!
//! Invariant: every number comes from the tables, none from the manifest, so it is what a reader of the tables will find.
//! Shares and the mean confidence are weighted by tokens, so that a short sentence counts less than a long one.

use std::path::Path;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{Float32Type, Int64Type};
use polars::prelude::{ChunkAgg, DataFrame, PolarsResult, SortMultipleOptions};
use serde::Serialize;

use super::AnalysisError;
use super::frames::{counts, fractions, stack, sum_by, texts};
use super::reduction::{count_rows, map_batches};
use crate::dataset::table_reader::{self, BatchError, list_lengths, numbers};
use crate::terminal::isolated;
use engine::tables::schema::Table;

/// The most keywords listed.
const TOP_KEYWORDS: usize = 15;

/// The lengths of sentences, in tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lengths {
    mean: f64,
    median: f64,
    p95: f64,
    longest: i64,
}

/// A value of a column and the number of rows that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    name: String,
    count: i64,
}

/// How many articles have a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Present {
    published: i64,
    section: i64,
    byline: i64,
}

impl Present {
    fn count(build_folder: &Path) -> Result<Self, AnalysisError> {
        let columns = ["published", "section", "byline"];
        let counted = map_batches(build_folder, Table::Articles, &columns, |batch| {
            let present = |name: &str| batch.column_by_name(name).map_or(0, |column| column.len() - column.null_count());
            Ok(columns.map(present))
        })?;
        let [published, section, byline] = [0, 1, 2].map(|at| signed(counted.iter().map(|batch| batch[at]).sum()));
        Ok(Self { published, section, byline })
    }
}

/// The statistics of a build.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    articles: i64,
    sentences: i64,
    tokens: i64,
    repaired_share: f64,
    unresolved_share: f64,
    mean_repair_confidence: f64,
    doubts: i64,
    number_gaps: i64,
    sentence_tokens: Lengths,
    keyword_hits: i64,
    articles_without_keywords: i64,
    articles_with: Present,
    rejects: Vec<Group>,
    damage: Vec<Group>,
    sections: Vec<Group>,
    top_keywords: Vec<Group>,
}

impl Stats {
    /// Measures a build.
    ///
    /// # Errors
    /// If its tables cannot be read.
    pub fn measure(build_folder: &Path) -> Result<Self, AnalysisError> {
        let sentences = SentencesByLength::read(build_folder)?;
        let without_keywords = map_batches(build_folder, Table::Articles, &["keywords"], |batch| {
            Ok(list_lengths(batch, "keywords")?.iter().filter(|length| *length == Some(0)).count())
        })?;
        let mut top_keywords = groups(build_folder, Table::Keywords, "label")?;
        top_keywords.truncate(TOP_KEYWORDS);
        Ok(Self {
            articles: signed(count_rows(build_folder, Table::Articles)?),
            sentences: sentences.total("sentences")?,
            tokens: sentences.tokens,
            repaired_share: sentences.share_of_tokens(as_fraction(sentences.total("repaired_count")?)),
            unresolved_share: sentences.share_of_tokens(as_fraction(sentences.total("unresolved_count")?)),
            mean_repair_confidence: sentences.share_of_tokens(sentences.weighted_confidence()?),
            doubts: sentences.total("doubts")?,
            number_gaps: sentences.total("number_gaps")?,
            sentence_tokens: sentences.lengths()?,
            keyword_hits: signed(count_rows(build_folder, Table::Keywords)?),
            articles_without_keywords: signed(without_keywords.into_iter().sum()),
            articles_with: Present::count(build_folder)?,
            rejects: groups(build_folder, Table::Rejects, "code")?,
            damage: groups(build_folder, Table::Articles, "damage")?,
            sections: groups(build_folder, Table::Articles, "section")?,
            top_keywords,
        })
    }
}

/// The sentences of a build grouped by their number of tokens, shortest first. All statistics of sentences follow from these few
/// hundred rows, so the table is read once and only the groups are kept.
struct SentencesByLength {
    frame: DataFrame,
    tokens: i64,
}

impl SentencesByLength {
    const SUMMED: [&str; 2] = ["repaired_count", "unresolved_count"];
    const LISTS: [&str; 2] = ["doubts", "number_gaps"];

    fn read(build_folder: &Path) -> Result<Self, AnalysisError> {
        let columns = [&["token_count", "repair_confidence"], Self::SUMMED.as_slice(), &Self::LISTS].concat();
        let frames = map_batches(build_folder, Table::Sentences, &columns, Self::of_batch)?;
        let frame = sum_by(&stack(frames)?, &["token_count"])?.sort(["token_count"], SortMultipleOptions::default())?;
        Ok(Self { tokens: frame.column("tokens")?.i64()?.sum().unwrap_or(0), frame })
    }

    fn of_batch(batch: &RecordBatch) -> Result<DataFrame, BatchError> {
        let tokens = numbers::<Int64Type>(batch, "token_count")?;
        let confidences = numbers::<Float32Type>(batch, "repair_confidence")?;
        let weighted = confidences
            .iter()
            .zip(&tokens)
            .map(|(confidence, tokens)| f64::from(confidence.unwrap_or(0.0)) * as_fraction(tokens.unwrap_or(0)));
        let mut columns = vec![
            counts("token_count", tokens.iter().map(Option::unwrap_or_default)),
            // The same numbers again: `token_count` becomes the key of the groups and is not summed.
            counts("tokens", tokens.iter().map(Option::unwrap_or_default)),
            counts("sentences", tokens.iter().map(|_| 1)),
            fractions("confidence", weighted),
        ];
        for name in Self::SUMMED {
            columns.push(counts(name, numbers::<Int64Type>(batch, name)?.iter().map(Option::unwrap_or_default)));
        }
        for name in Self::LISTS {
            columns.push(counts(name, list_lengths(batch, name)?.iter().map(|length| length.unwrap_or(0).into())));
        }
        // Summed within the batch already, so that a few rows are kept of it and not one for each sentence.
        Ok(sum_by(&DataFrame::new(batch.num_rows(), columns)?, &["token_count"])?)
    }

    fn total(&self, column: &str) -> PolarsResult<i64> {
        Ok(self.frame.column(column)?.i64()?.sum().unwrap_or(0))
    }

    /// The sum of the confidences of all sentences, each multiplied by its number of tokens.
    fn weighted_confidence(&self) -> PolarsResult<f64> {
        Ok(self.frame.column("confidence")?.f64()?.sum().unwrap_or(0.0))
    }

    /// A share of the tokens, rounded to 1e-4; 0 if there are none.
    fn share_of_tokens(&self, part: f64) -> f64 {
        if self.tokens == 0 { 0.0 } else { (part / as_fraction(self.tokens) * 1e4).round() / 1e4 }
    }

    fn lengths(&self) -> PolarsResult<Lengths> {
        let sentences = self.total("sentences")?;
        let mean = if sentences == 0 { 0.0 } else { as_fraction(self.tokens) / as_fraction(sentences) };
        Ok(Lengths {
            mean: (mean * 10.0).round() / 10.0,
            // Of an even number, the mean of the two in the middle.
            median: f64::midpoint(
                as_fraction(self.length_at((sentences - 1) / 2)?),
                as_fraction(self.length_at(sentences / 2)?),
            ),
            // The shortest length that at least 95 of 100 sentences do not exceed.
            p95: as_fraction(self.length_at((sentences * 95 + 99) / 100 - 1)?),
            longest: self.frame.column("token_count")?.i64()?.max().unwrap_or(0),
        })
    }

    /// The length of the sentence at a rank, from 0, the shortest first.
    fn length_at(&self, rank: i64) -> PolarsResult<i64> {
        let lengths = self.frame.column("token_count")?.i64()?.iter().zip(self.frame.column("sentences")?.i64()?.iter());
        let mut passed = 0;
        // Counts up through the groups, shortest first: the lengths of single sentences are no longer there.
        for (length, count) in lengths {
            passed += count.unwrap_or(0);
            if passed > rank {
                return Ok(length.unwrap_or(0));
            }
        }
        Ok(0)
    }
}

/// The values of a column with their counts, most frequent first; null is left out.
fn groups(build_folder: &Path, table: Table, column: &str) -> Result<Vec<Group>, AnalysisError> {
    let frames = map_batches(build_folder, table, &[column], |batch| {
        let values = table_reader::texts(batch, column)?;
        let frame = DataFrame::new(
            values.len() - values.null_count(),
            vec![texts("name", values.iter().flatten().map(Some)), counts("count", values.iter().flatten().map(|_| 1))],
        )?;
        Ok(sum_by(&frame, &["name"])?)
    })?;
    // Groups of the same size by name: the order that grouping gives is not fixed.
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let frame = sum_by(&stack(frames)?, &["name"])?.sort(["count", "name"], order)?;
    let pairs = frame.column("name")?.str()?.iter().zip(frame.column("count")?.i64()?.iter());
    Ok(pairs.filter_map(|(name, count)| Some(Group { name: name?.to_owned(), count: count? })).collect())
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn as_fraction(count: i64) -> f64 {
    count as f64
}

/// Columns of the longest bar.
const BAR: usize = 16;

/// A bar whose length is a count's share of the greatest one, in eighths of a column.
#[must_use]
pub fn bar(count: i64, most: i64) -> String {
    let eighths = usize::try_from(count).unwrap_or(0) * 8 * BAR / usize::try_from(most).unwrap_or(0).max(1);
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    // What is there is seen, however little it is.
    let least = if count > 0 && eighths == 0 { "▏" } else { rest };
    format!("{}{least}", "█".repeat(eighths / 8))
}

impl std::fmt::Display for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |share: f64| share * 100.0;
        let Lengths { mean, median, p95, longest } = &self.sentence_tokens;
        writeln!(f, "articles            {}", self.articles)?;
        let Present { published, section, byline } = &self.articles_with;
        writeln!(f, "with                a date {published}, a section {section}, an author {byline}")?;
        writeln!(f, "sentences           {}", self.sentences)?;
        writeln!(f, "tokens              {}", self.tokens)?;
        writeln!(f, "repaired            {:.2} % of the tokens", percent(self.repaired_share))?;
        writeln!(f, "unresolved          {:.2} % of the tokens", percent(self.unresolved_share))?;
        writeln!(f, "mean confidence     {:.4}", self.mean_repair_confidence)?;
        writeln!(f, "doubtful tokens     {}", self.doubts)?;
        writeln!(f, "missing numbers     {}", self.number_gaps)?;
        writeln!(f, "sentence length     mean {mean}, median {median}, 95 % up to {p95}, longest {longest} tokens")?;
        writeln!(f, "keyword hits        {} ({} articles have none)", self.keyword_hits, self.articles_without_keywords)?;
        for (title, groups) in [
            ("damage", &self.damage),
            ("section", &self.sections),
            ("rejects", &self.rejects),
            ("keyword", &self.top_keywords),
        ] {
            let most = groups.iter().map(|group| group.count).max().unwrap_or(0);
            for Group { name, count } in groups {
                writeln!(f, "{title:<19} {count:>8}  {:<BAR$}  {}", bar(*count, most), isolated(name))?;
            }
        }
        Ok(())
    }
}

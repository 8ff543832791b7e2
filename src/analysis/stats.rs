//! Statistics of a build: what a reader asks before trusting it.
//!
//! Invariant: every figure comes from the tables, none from the manifest, so it is what a reader of the tables will find.
//! Shares and the mean confidence are over tokens, so that short sentences do not count for more than they hold.

use std::path::Path;

use polars::prelude::{DataType, Expr, PolarsResult, QuantileMethod, SortMultipleOptions, col, len, lit};
use serde::Serialize;

use super::{fraction, in_build, scan, whole};
use crate::analysis::AnalysisError;
use engine::tables::schema::Table;

/// Keywords listed.
const TOP_KEYWORDS: usize = 15;

/// Sizes of a table's rows, in tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lengths {
    mean: f64,
    median: f64,
    p95: f64,
    longest: i64,
}

/// How many rows have a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    name: String,
    count: i64,
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
    rejects: Vec<Group>,
    damage: Vec<Group>,
    sections: Vec<Group>,
    top_keywords: Vec<Group>,
}

impl Stats {
    /// Measures a build.
    ///
    /// # Errors
    /// Where its tables cannot be read.
    pub fn measure(build_folder: &Path) -> Result<Self, AnalysisError> {
        in_build(build_folder, measure(build_folder))
    }
}

fn sum(column: &str) -> Expr {
    col(column).cast(DataType::Int64).sum().alias(column)
}

fn measure(build_folder: &Path) -> PolarsResult<Stats> {
    let of_sentences = scan(build_folder, Table::Sentences)?
        .select([
            len().alias("sentences"),
            sum("token_count"),
            sum("repaired_count"),
            sum("unresolved_count"),
            col("doubts").list().len().cast(DataType::Int64).sum().alias("doubts"),
            col("number_gaps").list().len().cast(DataType::Int64).sum().alias("number_gaps"),
            col("token_count").mean().alias("mean"),
            col("token_count").quantile(lit(0.5), QuantileMethod::Nearest).alias("median"),
            col("token_count").quantile(lit(0.95), QuantileMethod::Nearest).alias("p95"),
            col("token_count").max().alias("longest"),
            (col("repair_confidence") * col("token_count")).sum().alias("confidence"),
        ])
        .collect()?;
    let of_articles = scan(build_folder, Table::Articles)?
        .select([len().alias("articles"), col("keywords").list().len().eq(lit(0)).sum().alias("without_keywords")])
        .collect()?;
    let tokens = whole(&of_sentences, "token_count")?;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let share = |part: f64| if tokens == 0 { 0.0 } else { (part / tokens as f64 * 1e4).round() / 1e4 };
    let hits = scan(build_folder, Table::Keywords)?.select([len().alias("hits")]).collect()?;
    Ok(Stats {
        articles: whole(&of_articles, "articles")?,
        sentences: whole(&of_sentences, "sentences")?,
        tokens,
        repaired_share: share(fraction(&of_sentences, "repaired_count")?),
        unresolved_share: share(fraction(&of_sentences, "unresolved_count")?),
        mean_repair_confidence: share(fraction(&of_sentences, "confidence")?),
        doubts: whole(&of_sentences, "doubts")?,
        number_gaps: whole(&of_sentences, "number_gaps")?,
        sentence_tokens: Lengths {
            mean: (fraction(&of_sentences, "mean")? * 10.0).round() / 10.0,
            median: fraction(&of_sentences, "median")?,
            p95: fraction(&of_sentences, "p95")?,
            longest: whole(&of_sentences, "longest")?,
        },
        keyword_hits: whole(&hits, "hits")?,
        articles_without_keywords: whole(&of_articles, "without_keywords")?,
        rejects: groups(build_folder, Table::Rejects, "code")?,
        damage: groups(build_folder, Table::Articles, "damage")?,
        sections: groups(build_folder, Table::Articles, "section")?,
        top_keywords: groups(build_folder, Table::Keywords, "label")?.into_iter().take(TOP_KEYWORDS).collect(),
    })
}

/// The values of a column with their counts, most frequent first; null is left out.
fn groups(build_folder: &Path, table: Table, column: &str) -> PolarsResult<Vec<Group>> {
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let frame = scan(build_folder, table)?
        .filter(col(column).is_not_null())
        .group_by([col(column)])
        .agg([len().cast(DataType::Int64).alias("count")])
        .sort_by_exprs([col("count"), col(column)], order)
        .collect()?;
    let (names, counts) = (frame.column(column)?.str()?.clone(), frame.column("count")?.i64()?.clone());
    let pairs = names.iter().zip(counts.iter());
    Ok(pairs.filter_map(|(name, count)| Some(Group { name: name?.to_owned(), count: count? })).collect())
}

impl std::fmt::Display for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |share: f64| share * 100.0;
        let Lengths { mean, median, p95, longest } = &self.sentence_tokens;
        writeln!(f, "articles            {}", self.articles)?;
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
            for Group { name, count } in groups {
                writeln!(f, "{title:<19} {count:>8}  {name}")?;
            }
        }
        Ok(())
    }
}

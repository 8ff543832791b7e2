//! Checks of a staged build, between writing and publishing: what the tables hold must add up to what went in.

use std::path::Path;

use polars::prelude::{DataType, JoinArgs, JoinType, PolarsResult, col, len};

use super::{in_build, scan, whole};
use crate::dataset::Counts;
use crate::dataset::schema::Table;
use crate::error::Error;

/// One figure that was expected and found.
struct Check {
    what: &'static str,
    expected: i64,
    found: i64,
}

/// Checks a staged build's tables against the counts of the run.
///
/// # Errors
/// [`Error::Gate`] names the figures that are wrong; [`Error::Analysis`] where a table cannot be read.
pub fn check_staged(build_folder: &Path, counts: &Counts) -> Result<(), Error> {
    let checks = in_build(build_folder, measure(build_folder, counts))?;
    let wrong: Vec<String> = checks
        .iter()
        .filter(|check| check.expected != check.found)
        .map(|Check { what, expected, found }| format!("{what}: expected {expected}, found {found}"))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Gate(wrong.join("; "))) }
}

fn measure(build_folder: &Path, counts: &Counts) -> PolarsResult<Vec<Check>> {
    let sentences = scan(build_folder, Table::Sentences)?;
    let articles = scan(build_folder, Table::Articles)?;
    let rejects = scan(build_folder, Table::Rejects)?.select([len().alias("rows")]).collect()?;
    let orphans = sentences
        .clone()
        .join(articles.clone(), [col("article_id")], [col("article_id")], JoinArgs::new(JoinType::Anti))
        .select([len().alias("rows")])
        .collect()?;
    let stray_keywords = scan(build_folder, Table::Keywords)?
        .join(sentences.clone(), [col("sentence_id")], [col("sentence_id")], JoinArgs::new(JoinType::Anti))
        .select([len().alias("rows")])
        .collect()?;
    let keywords = scan(build_folder, Table::Keywords)?.select([len().alias("rows")]).collect()?;
    let of_sentences = sentences
        .select([
            len().alias("rows"),
            col("sentence_id").n_unique().alias("ids"),
            col("token_count").cast(DataType::Int64).sum().alias("tokens"),
        ])
        .collect()?;
    let of_articles = articles
        .select([
            len().alias("rows"),
            col("article_id").n_unique().alias("ids"),
            col("sentence_count").cast(DataType::Int64).sum().alias("sentences"),
        ])
        .collect()?;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let check = |what, expected, found| Check { what, expected, found };
    Ok(vec![
        check("rows of sentences", number(counts.sentences), whole(&of_sentences, "rows")?),
        check("different sentence_id", number(counts.sentences), whole(&of_sentences, "ids")?),
        check("tokens in sentences", number(counts.tokens), whole(&of_sentences, "tokens")?),
        check("sentences whose article is missing", 0, whole(&orphans, "rows")?),
        check("rows of keywords", number(counts.keywords), whole(&keywords, "rows")?),
        check("keywords whose sentence is missing", 0, whole(&stray_keywords, "rows")?),
        check("rows of articles", number(counts.articles), whole(&of_articles, "rows")?),
        check("different article_id", number(counts.articles), whole(&of_articles, "ids")?),
        check("sentences that articles count", number(counts.sentences), whole(&of_articles, "sentences")?),
        check("rows of rejects", number(counts.rejects), whole(&rejects, "rows")?),
        check("inputs published or rejected", number(counts.inputs), number(counts.articles + counts.rejects)),
    ])
}

//! Which articles differ, and in which columns: one lazy plan over both builds, run by the streaming engine.
//!
//! Invariant: an article that is the same is never taken for changed; a change is missed only where fingerprints meet by
//! chance. Of the long columns only fingerprints leave the scan: those of an article's sentences are added up (the index of
//! each is in its fingerprint, so their order counts). What is held is a row of numbers for each article, and the ids of
//! those that differ.

use polars::prelude::{
    DataFrame, DataType, Engine, Expr, Int64Chunked, IntoLazy, JoinArgs, JoinCoalesce, JoinType, LazyFrame, NULL,
    PolarsResult, SortMultipleOptions, col, len, lit, when,
};

use super::builds::Build;
use super::fingerprint::of_columns;
use crate::analysis::scan;
use engine::tables::schema::Table;

/// Columns of articles that are no metadata: ids, what sentences say too, and what follows from it.
const NO_METADATA: [&str; 12] = [
    "article_id",
    "article_index",
    "source_path",
    "content_hash",
    "text",
    "token_count",
    "sentence_count",
    "repaired_count",
    "unresolved_count",
    "mean_confidence",
    "keywords",
    "keyphrases",
];

/// Columns of sentences that make an edit where they differ; `number_gaps` without its confidences.
pub(super) const LISTED: [&str; 5] = ["kind", "raw_text", "text", "keyword_ids", "number_gaps"];
/// Columns of sentences that are only counted where they alone differ.
pub(super) const CONFIDENCES: [&str; 5] = ["repair_confidence", "boundary_confidence", "repairs", "doubts", "number_gaps"];
/// Fields that do not count for an edit.
pub(super) const UNLISTED_FIELDS: &[&str] = &["confidence", "score"];

/// The place of an article in its build, from 0; older builds lack it.
pub(super) const INDEX: &str = "article_index";
/// Appended to the columns of the later build.
const AFTER: &str = "_after";
/// Bits of a fingerprint that is summed: the sum of sixteen million does not overflow.
const SUMMED_BITS: u32 = 40;

/// The columns of a table that both builds have, and those that one has not.
pub(super) struct Columns {
    pub(super) both: Vec<String>,
    pub(super) only_before: Vec<String>,
    pub(super) only_after: Vec<String>,
}

impl Columns {
    /// Reads the schemas of a table in both builds.
    pub(super) fn of(table: Table, before: &Build, after: &Build) -> PolarsResult<Self> {
        let names = |build: &Build| -> PolarsResult<Vec<String>> {
            let schema = scan(&build.folder, table)?.collect_schema()?;
            Ok(schema.iter_names().map(ToString::to_string).collect())
        };
        let (before, after) = (names(before)?, names(after)?);
        let (both, only_before): (Vec<_>, Vec<_>) = before.into_iter().partition(|name| after.contains(name));
        let only_after = after.into_iter().filter(|name| !both.contains(name)).collect();
        Ok(Self { both, only_before, only_after })
    }

    /// Those of the names that both builds have.
    pub(super) fn shared<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().copied().filter(|name| self.both.iter().any(|both| both == name)).collect()
    }

    /// The columns of articles that are metadata.
    fn metadata(&self) -> Vec<&str> {
        self.both.iter().map(String::as_str).filter(|name| !NO_METADATA.contains(name)).collect()
    }
}

/// An article that is not the same in both builds.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(super) struct ChangedArticle {
    pub(super) article_id: String,
    pub(super) source_path: String,
    pub(super) before: bool,
    pub(super) after: bool,
    /// `article_index` in each build, where they have it.
    pub(super) index_before: Option<i64>,
    pub(super) index_after: Option<i64>,
    /// Sentences in both builds together.
    pub(super) sentences: usize,
    pub(super) content: bool,
    pub(super) keywords: bool,
    pub(super) keyphrases: bool,
    /// Metadata columns that differ.
    pub(super) metadata: Vec<String>,
}

/// The articles that differ, ordered by path, place in the later build (of removed ones, in the earlier) and id.
pub(super) fn changed_articles(
    before: &Build,
    after: &Build,
    articles: &Columns,
    sentences: &Columns,
) -> PolarsResult<Vec<ChangedArticle>> {
    let metadata = articles.metadata();
    let compared: Vec<&str> = ["listed", "confidences", "content_hash"]
        .into_iter()
        .chain(articles.shared(&["keywords", "keyphrases"]))
        .chain(metadata.iter().copied())
        .collect();
    let join = JoinArgs::new(JoinType::Full).with_coalesce(JoinCoalesce::CoalesceColumns).with_suffix(Some(AFTER.into()));
    let sides = fingerprints(before, articles, sentences)?.join(
        fingerprints(after, articles, sentences)?,
        [col("article_id")],
        [col("article_id")],
        join,
    );
    let (absent_before, absent_after) = (col("source_path").is_null(), col(after_name("source_path")).is_null());
    let differs = |name: &str| col(name).neq_missing(col(after_name(name)));
    let any = compared.iter().fold(absent_before.clone().or(absent_after.clone()), |any, name| any.or(differs(name)));
    let mut columns: Vec<Expr> = compared.iter().map(|name| differs(name).alias(*name)).collect();
    columns.extend([
        col("article_id"),
        when(absent_before.clone()).then(col(after_name("source_path"))).otherwise(col("source_path")).alias("source_path"),
        absent_before.not().alias("before"),
        absent_after.not().alias("after"),
        col(INDEX).alias("index_before"),
        col(after_name(INDEX)).alias("index_after"),
        when(col(after_name(INDEX)).is_null()).then(col(INDEX)).otherwise(col(after_name(INDEX))).alias("place"),
        (count("sentences") + count(&after_name("sentences"))).alias("sentences"),
    ]);
    let order = SortMultipleOptions::default();
    let frame = sides.filter(any).select(columns).sort(["source_path", "place", "article_id"], order);
    read(&collect(frame)?, &metadata)
}

fn after_name(name: &str) -> String {
    format!("{name}{AFTER}")
}

fn count(name: &str) -> Expr {
    col(name).fill_null(lit(0_i64))
}

/// Runs a plan by the streaming engine, which holds no more of a table than it works on.
pub(super) fn collect(frame: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(frame.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// One row for each article of a build: fingerprints of its columns and of its sentences.
fn fingerprints(build: &Build, articles: &Columns, sentences: &Columns) -> PolarsResult<LazyFrame> {
    let print = |name: &str| of_columns(&[name], UNLISTED_FIELDS, u64::BITS).alias(name);
    let columns = articles.shared(&["keywords", "keyphrases"]).into_iter().chain(articles.metadata()).map(print);
    let index = if articles.shared(&[INDEX]).is_empty() { lit(NULL) } else { col(INDEX) };
    let ids = [col("article_id"), col("source_path"), index.cast(DataType::Int64).alias(INDEX), print("content_hash")];
    let own = scan(&build.folder, Table::Articles)?.select(columns.chain(ids).collect::<Vec<_>>());
    let of_sentences = |names: &[&str], except| {
        let names: Vec<&str> = ["sentence_index"].into_iter().chain(sentences.shared(names)).collect();
        of_columns(&names, except, SUMMED_BITS)
    };
    let of_sentences = scan(&build.folder, Table::Sentences)?
        .select([
            col("article_id"),
            of_sentences(&LISTED, UNLISTED_FIELDS).alias("listed"),
            of_sentences(&CONFIDENCES, &[]).alias("confidences"),
        ])
        .group_by([col("article_id")])
        .agg([len().cast(DataType::Int64).alias("sentences"), col("listed").sum(), col("confidences").sum()]);
    // One scan at a time: what a scan holds while it streams is what memory depends on.
    let (own, of_sentences) = (collect(own)?.lazy(), collect(of_sentences)?.lazy());
    Ok(own.join(of_sentences, [col("article_id")], [col("article_id")], JoinArgs::new(JoinType::Left)))
}

/// The rows of the plan's result.
fn read(frame: &DataFrame, metadata: &[&str]) -> PolarsResult<Vec<ChangedArticle>> {
    let (ids, paths) = (frame.column("article_id")?.str()?, frame.column("source_path")?.str()?);
    let flag = |name: &str, row: usize| -> PolarsResult<bool> {
        let Ok(column) = frame.column(name) else { return Ok(false) };
        Ok(column.bool()?.get(row).unwrap_or(false))
    };
    let number = |name: &str| -> PolarsResult<&Int64Chunked> { frame.column(name)?.i64() };
    let (index_before, index_after) = (number("index_before")?, number("index_after")?);
    let counts = number("sentences")?;
    let row = |row: usize| {
        let mut differing = Vec::new();
        for name in metadata {
            if flag(name, row)? {
                differing.push((*name).to_owned());
            }
        }
        Ok(ChangedArticle {
            article_id: ids.get(row).unwrap_or_default().to_owned(),
            source_path: paths.get(row).unwrap_or_default().to_owned(),
            before: flag("before", row)?,
            after: flag("after", row)?,
            index_before: index_before.get(row),
            index_after: index_after.get(row),
            sentences: usize::try_from(counts.get(row).unwrap_or(0)).unwrap_or(0),
            content: flag("content_hash", row)?,
            keywords: flag("keywords", row)?,
            keyphrases: flag("keyphrases", row)?,
            metadata: differing,
        })
    };
    (0..frame.height()).map(row).collect()
}

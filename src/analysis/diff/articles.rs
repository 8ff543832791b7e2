//! Which articles differ, and in which columns.
//!
//! Arrow turns each batch of both builds into fingerprints, and polars sums those of an article's sentences and joins the
//! articles of the two builds by id. The index of a sentence is part of its fingerprint, so the order of sentences counts.
//!
//! Invariant: an article that is the same is never taken for changed; a change is missed only if two fingerprints collide.
//! Memory holds a row of numbers for each article, and the ids of those that differ; texts are hashed as they stream by.

use arrow::datatypes::Int64Type;
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, DataFrame, DataFrameJoinOps, JoinArgs, JoinCoalesce, JoinType, PolarsResult,
};

use super::builds::Build;
use super::fingerprint::of_columns;
use crate::analysis::AnalysisError;
use crate::analysis::frames::{counts, fingerprints, optional_counts, stack, sum_by, texts};
use crate::analysis::reduction::map_batches;
use crate::dataset::table_reader::{self, TableFile, numbers};
use engine::tables::schema::Table;

/// Columns of articles that are not metadata: ids, and whatever follows from the sentences.
const NO_METADATA: [&str; 13] = [
    "article_id",
    "article_index",
    "source_path",
    "content_hash",
    "text",
    "text_punctuated",
    "token_count",
    "sentence_count",
    "repaired_count",
    "unresolved_count",
    "mean_confidence",
    "keywords",
    "keyphrases",
];

/// Columns of articles whose differences are reported one by one, not as metadata.
const COMPARED: [&str; 3] = ["content_hash", "keywords", "keyphrases"];

/// Columns of sentences that make an edit if they differ; the last two without their confidences.
const LISTED: [&str; 6] = ["kind", "raw_text", "text", "keyword_ids", "number_gaps", "marks"];
/// Columns of sentences that are only counted if nothing else differs.
pub(super) const CONFIDENCES: [&str; 7] =
    ["repair_confidence", "boundary_confidence", "tokens", "repairs", "doubts", "number_gaps", "marks"];
/// Fields that do not count for an edit.
pub(super) const UNLISTED_FIELDS: &[&str] = &["confidence", "score"];

/// The position of an article in its build, from 0; older builds lack it.
pub(super) const INDEX: &str = "article_index";
/// Appended to the columns of the later build.
const AFTER: &str = "_after";
/// Bits of a fingerprint that are dropped before it is summed: sixteen million sentences of one article do not overflow.
const DROPPED_BITS: u32 = 24;

/// The columns of a table that both builds have, and those that only one has.
pub(super) struct Columns {
    pub(super) both: Vec<String>,
    pub(super) only_before: Vec<String>,
    pub(super) only_after: Vec<String>,
}

impl Columns {
    /// Reads the schemas of a table in both builds.
    pub(super) fn of(table: Table, before: &Build, after: &Build) -> Result<Self, AnalysisError> {
        let names = |build: &Build| -> Result<Vec<String>, AnalysisError> {
            let files = TableFile::all(&build.folder, table)?;
            let fields = files.first().map(|file| file.schema().fields().iter());
            Ok(fields.into_iter().flatten().map(|field| field.name().clone()).collect())
        };
        let (before, after) = (names(before)?, names(after)?);
        let (both, only_before): (Vec<_>, Vec<_>) = before.into_iter().partition(|name| after.contains(name));
        let only_after = after.into_iter().filter(|name| !both.contains(name)).collect();
        Ok(Self { both, only_before, only_after })
    }

    /// Those of the names that both builds have.
    pub(super) fn shared<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().copied().filter(|name| self.has(name)).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.both.iter().any(|both| both == name)
    }

    /// The columns of articles whose differences are reported, metadata last.
    fn compared(&self) -> Vec<&str> {
        let metadata = self.both.iter().map(String::as_str).filter(|name| !NO_METADATA.contains(name));
        self.shared(&COMPARED).into_iter().chain(metadata).collect()
    }
}

/// The position of an article in a build that has it: `article_index`, unless the build is too old to have the column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position(pub(super) Option<i64>);

/// An article that is not the same in both builds.
#[derive(Clone, Debug)]
pub(super) struct ChangedArticle {
    pub(super) article_id: String,
    pub(super) source_path: String,
    /// `None` if it was added.
    pub(super) before: Option<Position>,
    /// `None` if it was removed.
    pub(super) after: Option<Position>,
    /// Sentences in both builds together.
    pub(super) sentences: usize,
    /// Columns of the article that differ.
    differing: Vec<String>,
}

impl ChangedArticle {
    /// Whether a column of the article differs.
    pub(super) fn differs_in(&self, column: &str) -> bool {
        self.differing.iter().any(|name| name == column)
    }

    /// Metadata columns that differ.
    pub(super) fn metadata(&self) -> Vec<String> {
        self.differing.iter().filter(|name| !COMPARED.contains(&name.as_str())).cloned().collect()
    }
}

/// The articles that differ, ordered by path, place in the later build (in the earlier if removed) and id.
pub(super) fn changed_articles(
    before: &Build,
    after: &Build,
    articles: &Columns,
    sentences: &Columns,
) -> Result<Vec<ChangedArticle>, AnalysisError> {
    let join = JoinArgs::new(JoinType::Full).with_coalesce(JoinCoalesce::CoalesceColumns).with_suffix(Some(AFTER.into()));
    let (left, right) = (fingerprinted(before, articles, sentences)?, fingerprinted(after, articles, sentences)?);
    let both = left.join(&right, ["article_id"], ["article_id"], join, None)?;
    let mut changed = differing_rows(&both, &articles.compared())?;
    let place =
        |article: &ChangedArticle| article.after.and_then(|after| after.0).or(article.before.and_then(|before| before.0));
    changed.sort_by(|a, b| (&a.source_path, place(a), &a.article_id).cmp(&(&b.source_path, place(b), &b.article_id)));
    Ok(changed)
}

/// One row for each article of a build: fingerprints of its columns and of its sentences.
fn fingerprinted(build: &Build, articles: &Columns, sentences: &Columns) -> Result<DataFrame, AnalysisError> {
    let compared = articles.compared();
    let own_columns: Vec<&str> = ["article_id", "source_path", INDEX].into_iter().chain(compared.iter().copied()).collect();
    let own = map_batches(&build.folder, Table::Articles, &own_columns, |batch| {
        let (ids, paths) = (table_reader::texts(batch, "article_id")?, table_reader::texts(batch, "source_path")?);
        let index = if articles.has(INDEX) { Some(numbers::<Int64Type>(batch, INDEX)?) } else { None };
        let index = (0..batch.num_rows()).map(|row| index.as_ref().map(|index| index.value(row)));
        let mut columns =
            vec![texts("article_id", ids.iter()), texts("source_path", paths.iter()), optional_counts(INDEX, index)];
        for name in &compared {
            columns.push(fingerprints(name, of_columns(batch, &[name], UNLISTED_FIELDS)?.into_iter()));
        }
        Ok(DataFrame::new(batch.num_rows(), columns)?)
    })?;
    let in_order = |names: &[&'static str]| [vec!["sentence_index"], sentences.shared(names)].concat();
    let (listed, confidences) = (in_order(&LISTED), in_order(&CONFIDENCES));
    let read = [vec!["article_id"], listed.clone(), confidences.clone()].concat();
    let of_sentences = map_batches(&build.folder, Table::Sentences, &read, |batch| {
        let ids = table_reader::texts(batch, "article_id")?;
        let summed = |name, columns: &[&str], except: &[&str]| {
            let fingerprinted = of_columns(batch, columns, except)?.into_iter();
            // Shifted, because the sum over an article's sentences has to fit in 64 bits.
            Ok::<_, arrow::error::ArrowError>(fingerprints(name, fingerprinted.map(|print| print >> DROPPED_BITS)))
        };
        let columns = vec![
            texts("article_id", ids.iter()),
            counts("sentences", ids.iter().map(|_| 1)),
            summed("listed", &listed, UNLISTED_FIELDS)?,
            summed("confidences", &confidences, &[])?,
        ];
        Ok(sum_by(&DataFrame::new(batch.num_rows(), columns)?, &["article_id"])?)
    })?;
    // An article's sentences may lie in two batches.
    let of_sentences = sum_by(&stack(of_sentences)?, &["article_id"])?;
    Ok(stack(own)?.left_join(&of_sentences, ["article_id"], ["article_id"])?)
}

/// The articles of the joined builds that are missing on one side or differ in a column.
fn differing_rows(both: &DataFrame, compared: &[&str]) -> PolarsResult<Vec<ChangedArticle>> {
    let after = |name: &str| format!("{name}{AFTER}");
    let differs = |name: &str| -> PolarsResult<BooleanChunked> {
        // A plain comparison with null gives null: an article without sentences on one side only would seem the same.
        Ok(both.column(name)?.u64()?.not_equal_missing(both.column(&after(name))?.u64()?))
    };
    let text = |name: &str| both.column(name)?.str();
    let number = |name: &str| both.column(name)?.i64();
    let (ids, path_before, path_after) = (text("article_id")?, text("source_path")?, text(&after("source_path"))?);
    let (index_before, index_after) = (number(INDEX)?, number(&after(INDEX))?);
    let (sentences_before, sentences_after) = (number("sentences")?, number(&after("sentences"))?);
    let in_sentences = &differs("listed")? | &differs("confidences")?;
    let columns = compared.iter().map(|name| Ok((*name, differs(name)?))).collect::<PolarsResult<Vec<_>>>()?;
    let row = |row: usize| {
        let differing = columns.iter().filter(|(_, differs)| differs.get(row) == Some(true));
        let article = ChangedArticle {
            article_id: ids.get(row)?.to_owned(),
            source_path: path_before.get(row).or(path_after.get(row))?.to_owned(),
            // The path tells whether a build has the article; the index may be null in an older build.
            before: path_before.get(row).map(|_| Position(index_before.get(row))),
            after: path_after.get(row).map(|_| Position(index_after.get(row))),
            sentences: usize::try_from(sentences_before.get(row).unwrap_or(0) + sentences_after.get(row).unwrap_or(0))
                .ok()?,
            differing: differing.map(|(name, _)| (*name).to_owned()).collect(),
        };
        let is_in_both = article.before.is_some() && article.after.is_some();
        let is_same = is_in_both && article.differing.is_empty() && in_sentences.get(row) != Some(true);
        (!is_same).then_some(article)
    };
    Ok((0..both.height()).filter_map(row).collect())
}

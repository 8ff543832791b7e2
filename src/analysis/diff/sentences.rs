//! The sentences of some articles of a build, held while these articles are compared.
//!
//! Invariant: rows are sorted by article and index, so an article's sentences are one range. Columns of which only
//! equality is asked (confidences, doubts, number gaps) are held as fingerprints, because nobody is shown their values.

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoSeries, ListChunked, NamedFrom, PolarsResult, Series, SortMultipleOptions,
    StringChunked, UInt64Chunked, col, lit,
};
use rustc_hash::FxHashMap;

use super::articles::{CONFIDENCES, ChangedArticle, Columns, INDEX, UNLISTED_FIELDS, collect};
use super::builds::Build;
use super::fingerprint::of_columns;
use crate::analysis::scan;
use engine::tables::schema::Table;

/// Columns of which only a fingerprint is loaded.
const GAPS: &str = "gaps";
const KEYWORDS: &str = "keywords";
const CONFIDENCE: &str = "confidence";

/// Sentences, ordered by article and index.
pub(super) struct Sentences {
    ids: StringChunked,
    indices: Vec<i32>,
    kinds: Option<StringChunked>,
    raw_texts: StringChunked,
    texts: StringChunked,
    keyword_ids: Option<ListChunked>,
    keywords: UInt64Chunked,
    gaps: UInt64Chunked,
    confidences: UInt64Chunked,
    ranges: FxHashMap<String, Range<usize>>,
}

impl Sentences {
    /// Loads the sentences of consecutive articles (by path), in those columns that both builds have; `index` is an article's place in the
    /// build, where that is known.
    pub(super) fn load(
        build: &Build,
        articles: &[ChangedArticle],
        columns: &Columns,
        index: fn(&ChangedArticle) -> Option<i64>,
    ) -> PolarsResult<Self> {
        let path = |article: Option<&ChangedArticle>| article.map(|article| article.source_path.clone()).unwrap_or_default();
        let ids: Vec<&str> = articles.iter().map(|article| article.article_id.as_str()).collect();
        let ids = lit(Series::new("ids".into(), [Series::new("".into(), ids)]));
        // The ranges let the reader pass over row groups; the ids choose.
        let wanted = col("source_path")
            .gt_eq(lit(path(articles.first())))
            .and(col("source_path").lt_eq(lit(path(articles.last()))))
            .and(col("article_id").is_in(ids.first(), false));
        let indices = articles.iter().filter_map(index);
        let wanted = match (columns.shared(&[INDEX]).is_empty(), indices.clone().min(), indices.max()) {
            (false, Some(least), Some(most)) => wanted.and(col(INDEX).gt_eq(lit(least))).and(col(INDEX).lt_eq(lit(most))),
            _ => wanted,
        };
        let print = |names: &[&str], except, alias: &str| match columns.shared(names).as_slice() {
            [] => lit(0).cast(DataType::UInt64).alias(alias),
            names => of_columns(names, except, u64::BITS).alias(alias),
        };
        let as_they_are =
            columns.shared(&["article_id", "sentence_id", "sentence_index", "kind", "raw_text", "text", "keyword_ids"]);
        let mut selected: Vec<Expr> = as_they_are.into_iter().map(col).collect();
        selected.push(print(&["keyword_ids"], &[], KEYWORDS));
        selected.push(print(&["number_gaps"], UNLISTED_FIELDS, GAPS));
        selected.push(print(&CONFIDENCES, &[], CONFIDENCE));
        let frame = scan(&build.folder, Table::Sentences)?.filter(wanted).select(selected);
        Self::from_frame(&collect(frame.sort(["article_id", "sentence_index"], SortMultipleOptions::default()))?)
    }

    fn from_frame(frame: &DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| -> PolarsResult<StringChunked> { Ok(frame.column(name)?.str()?.rechunk().into_owned()) };
        let number = |name: &str| -> PolarsResult<UInt64Chunked> { Ok(frame.column(name)?.u64()?.rechunk().into_owned()) };
        let keyword_ids = frame.column("keyword_ids").ok().map(Column::list).transpose()?;
        Ok(Self {
            ids: text("sentence_id")?,
            indices: frame.column("sentence_index")?.i32()?.iter().map(Option::unwrap_or_default).collect(),
            kinds: text("kind").ok(),
            raw_texts: text("raw_text")?,
            texts: text("text")?,
            keyword_ids: keyword_ids.map(|ids| ids.rechunk().into_owned()),
            keywords: number(KEYWORDS)?,
            gaps: number(GAPS)?,
            confidences: number(CONFIDENCE)?,
            ranges: ranges(frame.column("article_id")?.str()?),
        })
    }

    /// The rows of an article, in order; none where the build does not have it.
    pub(super) fn of(&self, article_id: &str) -> Range<usize> {
        self.ranges.get(article_id).cloned().unwrap_or(0..0)
    }

    pub(super) fn id(&self, row: usize) -> &str {
        self.ids.get(row).unwrap_or_default()
    }

    pub(super) fn index(&self, row: usize) -> i32 {
        self.indices[row]
    }

    pub(super) fn kind(&self, row: usize) -> Option<&str> {
        self.kinds.as_ref()?.get(row)
    }

    pub(super) fn raw_text(&self, row: usize) -> &str {
        self.raw_texts.get(row).unwrap_or_default()
    }

    pub(super) fn text(&self, row: usize) -> &str {
        self.texts.get(row).unwrap_or_default()
    }

    /// The concepts found in the sentence.
    pub(super) fn keyword_ids(&self, row: usize) -> Vec<String> {
        let ids = self.keyword_ids.as_ref().and_then(|lists| lists.get_as_series(row));
        let Some(ids) = ids else { return Vec::new() };
        ids.into_series().str().map(|ids| ids.iter().flatten().map(str::to_owned).collect()).unwrap_or_default()
    }

    pub(super) fn same_keywords(&self, row: usize, other: &Self, other_row: usize) -> bool {
        self.keywords.get(row) == other.keywords.get(other_row)
    }

    pub(super) fn same_gaps(&self, row: usize, other: &Self, other_row: usize) -> bool {
        self.gaps.get(row) == other.gaps.get(other_row)
    }

    pub(super) fn same_confidences(&self, row: usize, other: &Self, other_row: usize) -> bool {
        self.confidences.get(row) == other.confidences.get(other_row)
    }
}

/// The rows of each article; an article's stand together.
fn ranges(article_ids: &StringChunked) -> FxHashMap<String, Range<usize>> {
    let mut ranges: FxHashMap<String, Range<usize>> = FxHashMap::default();
    for (row, id) in article_ids.iter().enumerate() {
        match ranges.get_mut(id.unwrap_or_default()) {
            Some(range) => range.end = row + 1,
            None => {
                ranges.insert(id.unwrap_or_default().to_owned(), row..row + 1);
            }
        }
    }
    ranges
}

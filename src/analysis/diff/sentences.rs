//! The sentences of some articles of a build, in memory while these articles are compared.
//!
//! Invariant: an article's sentences are ordered by index. Columns that are only tested for equality (confidences, doubts,
//! number gaps) are held as fingerprints, because nobody is shown their values.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReader, RowFilter};
use parquet::file::statistics::Statistics;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::articles::{CONFIDENCES, ChangedArticle, Columns, INDEX, Position, UNLISTED_FIELDS};
use super::builds::Build;
use super::fingerprint::of_columns;
use crate::analysis::AnalysisError;
use crate::dataset::table_reader::{TableFile, numbers, texts};
use engine::tables::schema::Table;

/// Columns that are compared value by value, or shown.
const SHOWN: [&str; 7] = ["article_id", "sentence_id", "sentence_index", "kind", "raw_text", "text", "keyword_ids"];

/// One side of a sentence that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// Its id.
    pub sentence_id: String,
    /// Its index in the article, from 0.
    pub sentence_index: i32,
    /// Its repaired text.
    pub text: String,
    /// Its tokens as ingested, separated by single spaces.
    pub raw_text: String,
    /// The concepts found in it.
    pub keyword_ids: Vec<String>,
}

/// A sentence as it is compared, in the columns that both builds have.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    /// The values that are shown.
    pub(super) side: Side,
    pub(super) kind: Option<String>,
    /// Fingerprint of `number_gaps` without confidences.
    pub(super) gaps: u64,
    /// Fingerprint of `marks` without confidences.
    pub(super) marks: u64,
    /// Fingerprint of all columns that hold confidences.
    pub(super) confidences: u64,
}

/// The sentences of each article, by its id.
pub(super) struct Sentences(FxHashMap<String, Vec<Sentence>>);

impl Sentences {
    /// Loads the sentences of some articles, in the columns that both builds have; `position` is an article's position in the
    /// build, `None` if the build does not have it.
    pub(super) fn load(
        build: &Build,
        articles: &[ChangedArticle],
        columns: &Columns,
        position: fn(&ChangedArticle) -> Option<Position>,
    ) -> Result<Self, AnalysisError> {
        let mut sentences = FxHashMap::default();
        let held = articles.iter().filter_map(|article| Some((article.article_id.clone(), position(article)?)));
        let (ids, positions): (FxHashSet<String>, Vec<Position>) = held.unzip();
        if ids.is_empty() {
            return Ok(Self(sentences));
        }
        let (wanted, range) = (Arc::new(ids), range(&positions));
        for file in TableFile::all(&build.folder, Table::Sentences)? {
            for batch in wanted_rows(&file, &wanted, range, columns)? {
                let added = batch.and_then(|batch| add(&batch, columns, &mut sentences));
                added.map_err(|error| file.unreadable(error))?;
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself, whatever the order of the lists")]
        for article in sentences.values_mut() {
            article.sort_by_key(|one| one.side.sentence_index);
        }
        Ok(Self(sentences))
    }

    /// The sentences of an article, in order; none if the build does not have it.
    pub(super) fn of(&self, article_id: &str) -> &[Sentence] {
        self.0.get(article_id).map_or(&[], Vec::as_slice)
    }
}

/// The first and the last of some positions; `None` if one is unknown.
fn range(positions: &[Position]) -> Option<(i64, i64)> {
    let positions = positions.iter().map(|position| position.0).collect::<Option<Vec<i64>>>()?;
    Some((*positions.iter().min()?, *positions.iter().max()?))
}

/// The rows of a file that belong to the wanted articles. Row groups outside the range of their positions are skipped; in the
/// others, the reader first decodes only the ids, and the long columns only of wanted rows.
fn wanted_rows(
    file: &TableFile,
    wanted: &Arc<FxHashSet<String>>,
    range: Option<(i64, i64)>,
    columns: &Columns,
) -> Result<ParquetRecordBatchReader, AnalysisError> {
    let names = [SHOWN.as_slice(), &CONFIDENCES].concat();
    let builder = file.reader(&columns.shared(&names))?;
    let wanted = Arc::clone(wanted);
    let ids = ProjectionMask::columns(builder.parquet_schema(), ["article_id"]);
    let is_wanted = ArrowPredicateFn::new(ids, move |batch| {
        let ids = texts(&batch, "article_id")?;
        Ok(ids.iter().map(|id| Some(id.is_some_and(|id| wanted.contains(id)))).collect::<BooleanArray>())
    });
    let groups = file.row_groups().filter(|group| may_hold(file, *group, range)).collect();
    let reader = builder.with_row_groups(groups).with_row_filter(RowFilter::new(vec![Box::new(is_wanted)]));
    Ok(reader.build().map_err(|error| file.unreadable(error))?)
}

/// Whether a row group may hold articles in a range of positions, by the statistics in the footer; without statistics or range it may.
fn may_hold(file: &TableFile, group: usize, range: Option<(i64, i64)>) -> bool {
    let columns = file.metadata().row_group(group).columns();
    let index = columns.iter().find(|column| column.column_path().parts() == [INDEX]);
    let Some((first, last)) = range else { return true };
    match index.and_then(|index| index.statistics()) {
        Some(Statistics::Int64(held)) => {
            // A bound that is missing excludes nothing: reading too much is slow, skipping too much is wrong.
            held.min_opt().is_none_or(|least| *least <= last) && held.max_opt().is_none_or(|most| *most >= first)
        }
        _ => true,
    }
}

/// Adds the sentences of a batch to those of their articles.
fn add(batch: &RecordBatch, columns: &Columns, sentences: &mut FxHashMap<String, Vec<Sentence>>) -> Result<(), ArrowError> {
    let (articles, ids) = (texts(batch, "article_id")?, texts(batch, "sentence_id")?);
    let indices = numbers::<Int32Type>(batch, "sentence_index")?;
    let (raw_texts, repaired) = (texts(batch, "raw_text")?, texts(batch, "text")?);
    let kinds = if columns.has("kind") { Some(texts(batch, "kind")?) } else { None };
    let gaps = of_columns(batch, &columns.shared(&["number_gaps"]), UNLISTED_FIELDS)?;
    let marks = of_columns(batch, &columns.shared(&["marks"]), UNLISTED_FIELDS)?;
    let confidences = of_columns(batch, &columns.shared(&CONFIDENCES), &[])?;
    for row in 0..batch.num_rows() {
        let side = Side {
            sentence_id: ids.value(row).to_owned(),
            sentence_index: indices.value(row),
            text: repaired.value(row).to_owned(),
            raw_text: raw_texts.value(row).to_owned(),
            keyword_ids: keyword_ids(batch, row),
        };
        let kind = kinds.as_ref().map(|kinds| kinds.value(row).to_owned());
        let sentence = Sentence { side, kind, gaps: gaps[row], marks: marks[row], confidences: confidences[row] };
        // Not `entry`: that would need an owned id for every sentence, not only for the first of an article.
        match sentences.get_mut(articles.value(row)) {
            Some(known) => known.push(sentence),
            None => drop(sentences.insert(articles.value(row).to_owned(), vec![sentence])),
        }
    }
    Ok(())
}

/// The concepts found in a sentence; none if the builds do not have the column.
fn keyword_ids(batch: &RecordBatch, row: usize) -> Vec<String> {
    let lists = batch.column_by_name("keyword_ids").and_then(|column| column.as_list_opt::<i32>());
    let ids = lists.map(|lists| lists.value(row));
    let ids = ids.as_ref().and_then(|ids| ids.as_any().downcast_ref::<StringArray>());
    ids.into_iter().flatten().flatten().map(str::to_owned).collect()
}

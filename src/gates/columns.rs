//! Reading tables row by row: the columns that the invariants and metrics need, a batch at a time, with the checks that need only
//! one column.
//!
//! Invariant: at most three batches of each table are in memory. The schemas were checked before, so columns have their types.

use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, AsArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Float32Type, Int32Type, Int64Type};

use super::ahead::ReadAhead;
use crate::analysis::AnalysisError;
use crate::analysis::tables::batches;
use crate::dataset::part_files;
use engine::tables::schema::Table;

/// A table's columns that are read.
pub(super) trait Columns: Sized {
    const TABLE: Table;
    const NAMES: &'static [&'static str];
    /// Rows read at once.
    const ROWS: usize;
    fn new(batch: &RecordBatch) -> Self;
}

/// The columns of `sentences`.
pub(super) struct SentenceColumns {
    pub(super) sentence_id: StringArray,
    pub(super) article_id: StringArray,
    pub(super) sentence_index: Int32Array,
    pub(super) kind: StringArray,
    pub(super) raw_text: StringArray,
    pub(super) text: StringArray,
    pub(super) source_start: Int64Array,
    pub(super) source_end: Int64Array,
    pub(super) token_count: Int32Array,
    pub(super) repaired_count: Int32Array,
    pub(super) unresolved_count: Int32Array,
    pub(super) repairs: Repairs,
}

/// The column `repairs`: lists, and the fields of all their members.
pub(super) struct Repairs {
    lists: ListArray,
    pub(super) token: Int32Array,
    pub(super) raw: StringArray,
    pub(super) repaired: StringArray,
}

impl Repairs {
    /// The members of a row's list.
    pub(super) fn of_row(&self, row: usize) -> std::ops::Range<usize> {
        let offsets = self.lists.value_offsets();
        let at = |offset: i32| usize::try_from(offset).unwrap_or(0);
        at(offsets[row])..at(offsets[row + 1])
    }
}

impl Columns for SentenceColumns {
    const TABLE: Table = Table::Sentences;
    const NAMES: &'static [&'static str] = &[
        "sentence_id",
        "article_id",
        "sentence_index",
        "kind",
        "raw_text",
        "text",
        "source_start",
        "source_end",
        "repairs",
        "doubts",
        "repair_confidence",
        "boundary_confidence",
        "number_gaps",
        "token_count",
        "repaired_count",
        "unresolved_count",
    ];
    const ROWS: usize = 2048;

    fn new(batch: &RecordBatch) -> Self {
        let lists = column(batch, "repairs").as_list::<i32>().clone();
        let members = lists.values().as_struct().clone();
        Self {
            sentence_id: strings(batch, "sentence_id"),
            article_id: strings(batch, "article_id"),
            sentence_index: numbers(batch, "sentence_index"),
            kind: strings(batch, "kind"),
            raw_text: strings(batch, "raw_text"),
            text: strings(batch, "text"),
            source_start: places(batch, "source_start"),
            source_end: places(batch, "source_end"),
            token_count: numbers(batch, "token_count"),
            repaired_count: numbers(batch, "repaired_count"),
            unresolved_count: numbers(batch, "unresolved_count"),
            repairs: Repairs {
                token: member(&members, "token").as_primitive::<Int32Type>().clone(),
                raw: member(&members, "raw").as_string::<i32>().clone(),
                repaired: member(&members, "repaired").as_string::<i32>().clone(),
                lists,
            },
        }
    }
}

/// The columns of `articles`.
pub(super) struct ArticleColumns {
    pub(super) article_id: StringArray,
    pub(super) text: StringArray,
    pub(super) token_count: Int32Array,
    pub(super) sentence_count: Int32Array,
    pub(super) repaired_count: Int32Array,
    pub(super) unresolved_count: Int32Array,
    pub(super) duplicate_of: StringArray,
    pub(super) keywords: ListArray,
}

impl Columns for ArticleColumns {
    const TABLE: Table = Table::Articles;
    const NAMES: &'static [&'static str] = &[
        "article_id",
        "text",
        "token_count",
        "sentence_count",
        "repaired_count",
        "unresolved_count",
        "mean_confidence",
        "duplicate_of",
        "keywords",
    ];
    const ROWS: usize = 128;

    fn new(batch: &RecordBatch) -> Self {
        Self {
            article_id: strings(batch, "article_id"),
            text: strings(batch, "text"),
            token_count: numbers(batch, "token_count"),
            sentence_count: numbers(batch, "sentence_count"),
            repaired_count: numbers(batch, "repaired_count"),
            unresolved_count: numbers(batch, "unresolved_count"),
            duplicate_of: strings(batch, "duplicate_of"),
            keywords: column(batch, "keywords").as_list::<i32>().clone(),
        }
    }
}

/// The columns of `keywords`.
pub(super) struct KeywordColumns {
    pub(super) article_id: StringArray,
    pub(super) sentence_id: StringArray,
    pub(super) sentence_index: Int32Array,
    pub(super) token_start: Int32Array,
    pub(super) token_end: Int32Array,
}

impl Columns for KeywordColumns {
    const TABLE: Table = Table::Keywords;
    const NAMES: &'static [&'static str] =
        &["article_id", "sentence_id", "sentence_index", "confidence", "token_start", "token_end"];
    const ROWS: usize = 8192;

    fn new(batch: &RecordBatch) -> Self {
        Self {
            article_id: strings(batch, "article_id"),
            sentence_id: strings(batch, "sentence_id"),
            sentence_index: numbers(batch, "sentence_index"),
            token_start: numbers(batch, "token_start"),
            token_end: numbers(batch, "token_end"),
        }
    }
}

/// The rows of a table, in order.
pub(super) struct Rows<C> {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<(PathBuf, ReadAhead)>,
    batch: Option<C>,
    row: usize,
    left: usize,
    /// Rows read.
    pub(super) count: usize,
    /// Probabilities that are none, or are not rounded.
    pub(super) odd_probabilities: usize,
}

impl<C: Columns> Rows<C> {
    pub(super) fn open(build_folder: &Path) -> Result<Self, AnalysisError> {
        let files = part_files(build_folder, C::TABLE)?.into_iter();
        let mut rows = Self { files, open: None, batch: None, row: 0, left: 0, count: 0, odd_probabilities: 0 };
        rows.load()?;
        Ok(rows)
    }

    /// The row that is next, if there is one.
    pub(super) fn row(&self) -> Option<(&C, usize)> {
        self.batch.as_ref().map(|batch| (batch, self.row))
    }

    /// Goes on to the row after.
    pub(super) fn advance(&mut self) -> Result<(), AnalysisError> {
        self.row += 1;
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { self.load() } else { Ok(()) }
    }

    /// Reads batches until one has rows.
    fn load(&mut self) -> Result<(), AnalysisError> {
        self.batch = None;
        loop {
            let Some((path, reader)) = &mut self.open else {
                let Some(path) = self.files.next() else { return Ok(()) };
                self.open = Some((path.clone(), ReadAhead::new(batches(&path, C::NAMES, C::ROWS)?)));
                continue;
            };
            match reader.next() {
                None => self.open = None,
                Some(batch) => {
                    let batch = batch.map_err(|error| AnalysisError::unreadable(path, error))?;
                    self.odd_probabilities += odd_probabilities(&batch);
                    (self.row, self.left) = (0, batch.num_rows());
                    self.count += self.left;
                    if self.left > 0 {
                        self.batch = Some(C::new(&batch));
                        return Ok(());
                    }
                }
            }
        }
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b ArrayRef {
    batch.column_by_name(name).expect("a column of the schema")
}

fn member<'s>(members: &'s StructArray, name: &str) -> &'s ArrayRef {
    members.column_by_name(name).expect("a field of the schema")
}

fn strings(batch: &RecordBatch, name: &str) -> StringArray {
    column(batch, name).as_string::<i32>().clone()
}

fn numbers(batch: &RecordBatch, name: &str) -> Int32Array {
    column(batch, name).as_primitive::<Int32Type>().clone()
}

fn places(batch: &RecordBatch, name: &str) -> Int64Array {
    column(batch, name).as_primitive::<Int64Type>().clone()
}

/// Values of all columns that are called confidences, lists and structs looked into, that are no probabilities rounded to
/// 1e-4.
fn odd_probabilities(batch: &RecordBatch) -> usize {
    let schema = batch.schema();
    schema.fields().iter().zip(batch.columns()).map(|(field, array)| odd_in(field, array)).sum()
}

fn odd_in(field: &Field, array: &ArrayRef) -> usize {
    match field.data_type() {
        DataType::Float32 if field.name().ends_with("confidence") => {
            array.as_primitive::<Float32Type>().values().iter().filter(|value| !is_probability(**value)).count()
        }
        DataType::List(item) => odd_in(item, array.as_list::<i32>().values()),
        DataType::Struct(fields) => {
            fields.iter().zip(array.as_struct().columns()).map(|(field, array)| odd_in(field, array)).sum()
        }
        _ => 0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "the value is to be the very one that rounding gives"
)]
fn is_probability(value: f32) -> bool {
    let rounded = (f64::from(value) * 1e4).round() / 1e4;
    (0.0..=1.0).contains(&value) && rounded as f32 == value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_between_0_and_1_and_rounded() {
        for (value, is_one) in
            [(0.0, true), (1.0, true), (0.9999, true), (0.12345, false), (-0.1, false), (1.0001, false), (f32::NAN, false)]
        {
            assert_eq!(is_probability(value), is_one, "{value}");
        }
    }
}

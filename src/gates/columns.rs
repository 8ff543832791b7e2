//! Reading tables row by row: the columns that the invariants and metrics need, a batch at a time, with the checks that need only
//! one column.
//!
//! Invariant: at most three batches of each table are in memory. The schemas were checked before, so columns have their types.

use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float32Type};

use super::ahead::ReadAhead;
use crate::dataset::DatasetError;
use crate::dataset::part_files;
use crate::dataset::table_reader::batches;
use engine::tables::{Projection, articles, keywords, sentences};

/// Columns that are read a batch at a time.
pub(super) trait Columns: Projection {
    /// Rows of a batch.
    const ROWS: usize;
}

engine::projection! {
    /// The columns of `sentences` that the walk reads. Some are read only for the confidences in them, which
    /// [`odd_probabilities`] checks in the whole batch.
    pub(super) struct SentenceColumns of sentences {
        sentence_id,
        article_id,
        sentence_index,
        kind,
        raw_text,
        text,
        text_punctuated,
        source_start,
        source_end,
        tokens,
        repairs,
        doubts,
        marks,
        repair_confidence,
        boundary_confidence,
        number_gaps,
        token_count,
        repaired_count,
        unresolved_count,
    }
}

impl Columns for SentenceColumns {
    const ROWS: usize = 2048;
}

engine::projection! {
    /// The columns of `articles` that the walk reads.
    pub(super) struct ArticleColumns of articles {
        article_id,
        text,
        text_punctuated,
        token_count,
        sentence_count,
        repaired_count,
        unresolved_count,
        mean_confidence,
        keywords,
        duplicate_of,
        damage,
    }
}

impl Columns for ArticleColumns {
    const ROWS: usize = 128;
}

engine::projection! {
    /// The columns of `keywords` that the walk reads.
    pub(super) struct KeywordColumns of keywords {
        article_id,
        sentence_id,
        sentence_index,
        confidence,
        token_start,
        token_end,
    }
}

impl Columns for KeywordColumns {
    const ROWS: usize = 8192;
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
    pub(super) fn open(build_folder: &Path) -> Result<Self, DatasetError> {
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
    pub(super) fn advance(&mut self) -> Result<(), DatasetError> {
        self.row += 1;
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { self.load() } else { Ok(()) }
    }

    /// Reads batches until one has rows.
    fn load(&mut self) -> Result<(), DatasetError> {
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
                    let batch = batch.map_err(|error| DatasetError::unreadable(path, error))?;
                    // Over the whole batch at once: the check needs no other column, so it does not have to go row by row.
                    self.odd_probabilities += odd_probabilities(&batch);
                    (self.row, self.left) = (0, batch.num_rows());
                    self.count += self.left;
                    if self.left > 0 {
                        let columns = C::read(&batch).map_err(|error| DatasetError::unreadable(path, error))?;
                        self.batch = Some(columns);
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Values of all columns that are called confidences, lists and structs looked into, that are no probabilities rounded to
/// 1e-4.
fn odd_probabilities(batch: &RecordBatch) -> usize {
    let schema = batch.schema();
    schema.fields().iter().zip(batch.columns()).map(|(field, array)| odd_in(field, array)).sum()
}

fn odd_in(field: &Field, array: &ArrayRef) -> usize {
    match field.data_type() {
        // By name, so that a confidence added to a column that is read here is checked without a word about it.
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
    // In f64 and then narrowed: the exact comparison below holds only for a value that was rounded in the same way.
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

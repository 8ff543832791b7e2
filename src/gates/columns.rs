//! The columns that the invariants and metrics need, with the checks that need only one column.
//!
//! The schemas were checked before, so columns have their types.

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float32Type};

use crate::dataset::stored::Columns;
use engine::tables::{articles, keywords, sentences};

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

    fn count_faults(batch: &RecordBatch) -> usize {
        odd_probabilities(batch)
    }
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

    fn count_faults(batch: &RecordBatch) -> usize {
        odd_probabilities(batch)
    }
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

    fn count_faults(batch: &RecordBatch) -> usize {
        odd_probabilities(batch)
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

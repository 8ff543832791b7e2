//! Cells: which Rust type fills which Arrow column, how its values are encoded, and how the column is read back.
//!
//! The type of a row's field decides everything about its column, so the two cannot disagree:
//!
//! | field | column |
//! | --- | --- |
//! | `String`, `&'static str` | `Utf8` |
//! | `usize`: a count or an index within one article | `Int32` |
//! | `u64`: an index or an offset within a build or a file | `Int64` |
//! | `f32` | `Float32` |
//! | `Option<…>` | the same, nullable |
//! | `Option<Date>` | `Date32`, nullable |
//! | `Vec<…>` | a list without nulls |
//! | a struct declared with [`record!`](super::record) | a struct |
//!
//! Written out by hand rather than derived through a serialisation format: a rebuild spends its time on making and writing
//! rows, and a detour through a generic value would double it.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, Float32Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use jiff::civil::{Date, date};

/// The day that Arrow's `Date32` counts from.
const EPOCH: Date = date(1970, 1, 1);

/// A value that a column can hold.
pub trait Cell: Sized {
    /// The array that such values are read back from.
    type Array: Clone;
    /// Whether the column may hold nulls.
    const NULLABLE: bool = false;

    /// The column's type.
    fn data_type() -> DataType;

    /// An array of the values. It takes references, so that a column of a row is encoded without copying it first.
    fn encode(values: &[&Self]) -> ArrayRef;

    /// Bytes of text, lists left out: what makes one row much larger than another.
    fn text_bytes(&self) -> usize {
        0
    }

    /// The typed array behind a column; `None` if it has another type.
    fn decode(array: &dyn Array) -> Option<Self::Array>;
}

/// Implements [`Cell`] for a type whose column is a flat Arrow array.
macro_rules! flat_cell {
    ($cell:ty, $array:ty, $data_type:expr, nullable: $nullable:expr, $encode:expr $(, text: $text:expr)?) => {
        impl Cell for $cell {
            type Array = $array;
            const NULLABLE: bool = $nullable;

            fn data_type() -> DataType {
                $data_type
            }

            fn encode(values: &[&Self]) -> ArrayRef {
                let encode: fn(&[&Self]) -> $array = $encode;
                Arc::new(encode(values))
            }

            $(fn text_bytes(&self) -> usize {
                let text_bytes: fn(&Self) -> usize = $text;
                text_bytes(self)
            })?

            fn decode(array: &dyn Array) -> Option<$array> {
                array.as_any().downcast_ref::<$array>().cloned()
            }
        }
    };
}

flat_cell!(String, StringArray, DataType::Utf8, nullable: false, |values| {
    StringArray::from_iter_values(values)
}, text: String::len);
flat_cell!(&'static str, StringArray, DataType::Utf8, nullable: false, |values| {
    StringArray::from_iter_values(values.iter().copied())
});
flat_cell!(Option<String>, StringArray, DataType::Utf8, nullable: true, |values| {
    values.iter().map(|value| value.as_deref()).collect()
}, text: |value| value.as_ref().map_or(0, String::len));
flat_cell!(usize, Int32Array, DataType::Int32, nullable: false, |values| {
    Int32Array::from_iter_values(values.iter().map(|value| int32(**value)))
});
flat_cell!(u64, Int64Array, DataType::Int64, nullable: false, |values| {
    Int64Array::from_iter_values(values.iter().map(|value| int64(**value)))
});
flat_cell!(Option<u64>, Int64Array, DataType::Int64, nullable: true, |values| {
    values.iter().map(|value| value.map(int64)).collect()
});
flat_cell!(f32, Float32Array, DataType::Float32, nullable: false, |values| {
    Float32Array::from_iter_values(values.iter().map(|value| **value))
});
flat_cell!(Option<f32>, Float32Array, DataType::Float32, nullable: true, |values| {
    values.iter().map(|value| **value).collect()
});
flat_cell!(Option<Date>, Date32Array, DataType::Date32, nullable: true, |values| {
    values.iter().map(|value| value.and_then(days_since_epoch)).collect()
});

fn int32(value: usize) -> i32 {
    i32::try_from(value).expect("fewer than 2^31 of anything in an article")
}

fn int64(value: u64) -> i64 {
    i64::try_from(value).expect("less than 2^63 of anything")
}

fn days_since_epoch(day: Date) -> Option<i32> {
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).ok()
}

/// A list column: the items of all rows in one array, and where each row's items are.
pub struct Lists<T: Cell> {
    offsets: OffsetBuffer<i32>,
    /// The items of all rows.
    pub items: T::Array,
}

impl<T: Cell> Lists<T> {
    /// The places in `items` of a row's list.
    #[must_use]
    pub fn row(&self, row: usize) -> Range<usize> {
        // Arrow's offsets are never negative.
        let place = |at: usize| usize::try_from(self.offsets[at]).unwrap_or(0);
        place(row)..place(row + 1)
    }
}

impl<T: Cell> Clone for Lists<T> {
    fn clone(&self) -> Self {
        Self { offsets: self.offsets.clone(), items: self.items.clone() }
    }
}

impl<T: Cell> Cell for Vec<T> {
    type Array = Lists<T>;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", T::data_type(), T::NULLABLE)))
    }

    fn encode(values: &[&Self]) -> ArrayRef {
        // From the lengths alone: the items of all rows follow each other in one array, in the same order.
        let offsets = OffsetBuffer::from_lengths(values.iter().map(|list| list.len()));
        let items: Vec<&T> = values.iter().flat_map(|list| list.iter()).collect();
        let field = Arc::new(Field::new("item", T::data_type(), T::NULLABLE));
        Arc::new(ListArray::new(field, offsets, T::encode(&items), None))
    }

    fn decode(array: &dyn Array) -> Option<Self::Array> {
        let lists = array.as_any().downcast_ref::<ListArray>()?;
        Some(Lists { offsets: lists.offsets().clone(), items: T::decode(lists.values())? })
    }
}

/// An error reading a column of a record batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// The batch has no column of that name.
    #[error("the column {name} is missing")]
    Missing {
        /// The column's name.
        name: String,
    },
    /// Two columns have one name, so neither can be asked for.
    #[error("two columns are named {name}; rename one")]
    Twice {
        /// The columns' name.
        name: String,
    },
    /// The column has another type.
    #[error("the column {name} should be {expected}; it is {found}")]
    Type {
        /// The column's name.
        name: String,
        /// The type that was expected.
        expected: String,
        /// The type that the batch has.
        found: String,
    },
}

/// A column of a table, as a type: what a [`projection!`](crate::projection) lists. [`table!`](super::record) declares one
/// for each field of a row.
pub trait Column {
    /// The type of the row's field.
    type Cell: Cell;
    /// The column's name.
    const NAME: &'static str;

    /// Reads the column of a batch.
    ///
    /// # Errors
    /// If the batch lacks the column, or it has another type.
    fn read(batch: &RecordBatch) -> Result<<Self::Cell as Cell>::Array, ColumnError> {
        let name = Self::NAME.to_owned();
        // By name, not by place: a batch may have other columns before it.
        let Some(array) = batch.column_by_name(Self::NAME) else { return Err(ColumnError::Missing { name }) };
        Self::Cell::decode(array).ok_or_else(|| ColumnError::Type {
            name,
            expected: Self::Cell::data_type().to_string(),
            found: array.data_type().to_string(),
        })
    }
}

//! Records: structs whose fields are declared once, as Rust fields and as Arrow columns.
//!
//! [`record!`] declares a struct that is nested in a row, [`describe!`] the columns of a struct that another module owns,
//! [`table!`] a row. The doc comment of a field is the column's description in the Parquet files and in the data
//! dictionary; a field without one does not compile. `#[unit = "…"]` below it is the column's unit:
//!
//! ```text
//! record! {
//!     /// A place where a number is missing.
//!     pub struct NumberGap read as NumberGapColumns {
//!         /// Index of the token before it
//!         #[unit = "tokens"]
//!         token: usize,
//!     }
//! }
//! ```
//!
//! Invariant: name, type, nullability, description, unit, encoding and reading of a column follow from that one field, and
//! columns keep the order of the fields. To add a column, add a field, and fill it where the row is made: the compiler
//! names the place.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::ArrayRef;
// What `projection!` names, so that its users need no dependency on Arrow of the same version.
pub use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Fields, Schema, SchemaRef};

use super::cell::{Cell, ColumnError};
use super::table::Table;

/// The unit of every probability.
pub(super) const PROBABILITY: &str = "probability, rounded to 0.0001";

/// A struct whose fields are columns: a row of a table, or a value of a struct column.
pub trait Record: Sized {
    /// Its columns.
    fn fields() -> &'static Fields;

    /// An array for each column, in the order of [`Self::fields`].
    fn encode_columns(records: &[&Self]) -> Vec<ArrayRef>;
}

/// A row of a table.
pub trait TableRow: Record {
    /// The table.
    const TABLE: Table;
    /// What a row stands for.
    const ROWS: &'static str;
    /// The columns that rows are sorted by.
    const SORTED_BY: &'static [&'static str];

    /// Bytes of text in the row's own columns.
    fn text_bytes(&self) -> usize;

    /// The table's schema.
    #[must_use]
    fn schema() -> SchemaRef {
        Arc::new(Schema::new(Self::fields().clone()))
    }

    /// Rows as a record batch of the table's schema.
    #[must_use]
    fn batch(rows: &[Self]) -> RecordBatch {
        let columns = Self::encode_columns(&rows.iter().collect::<Vec<_>>());
        RecordBatch::try_new(Self::schema(), columns).expect("the schema and the columns come from one declaration")
    }
}

/// Some columns of a table, read back by type; [`projection!`](crate::projection) declares one.
pub trait Projection: Sized {
    /// The table.
    const TABLE: Table;
    /// The columns' names, to read no others from a file.
    const NAMES: &'static [&'static str];

    /// Reads the columns of a batch, which may have others.
    ///
    /// # Errors
    /// If the batch lacks one of the columns, or one has another type.
    fn read(batch: &RecordBatch) -> Result<Self, ColumnError>;
}

/// The field of a column, with its description and unit as metadata.
pub(super) fn field<T: Cell>(name: &str, description: &str, unit: Option<&str>) -> Field {
    // A doc comment begins with the space after its slashes.
    let mut metadata = HashMap::from([("description".to_owned(), description.trim_start().to_owned())]);
    metadata.extend(unit.map(|unit| ("unit".to_owned(), unit.to_owned())));
    Field::new(name, T::data_type(), T::NULLABLE).with_metadata(metadata)
}

/// Implements [`Record`] for a struct.
macro_rules! implement_record {
    ($record:ident { $($(#[doc = $doc:literal])+ $(#[unit = $unit:expr])? $field:ident: $cell:ty,)+ }) => {
        impl $crate::tables::Record for $record {
            fn fields() -> &'static arrow::datatypes::Fields {
                // Kept, so that the fields of every batch are the same pointers, which Arrow compares in no time.
                static FIELDS: std::sync::LazyLock<arrow::datatypes::Fields> = std::sync::LazyLock::new(|| {
                    let fields = vec![$({
                        let unit: &[&str] = &[$($unit)?];
                        $crate::tables::record::field::<$cell>(stringify!($field), concat!($($doc),+), unit.first().copied())
                    }),+];
                    fields.into()
                });
                &FIELDS
            }

            fn encode_columns(records: &[&Self]) -> Vec<arrow::array::ArrayRef> {
                vec![$(
                    <$cell as $crate::tables::Cell>::encode(
                        &records.iter().map(|record| &record.$field).collect::<Vec<_>>(),
                    )
                ),+]
            }
        }
    };
}

/// Declares the columns of a struct that lives elsewhere, and the arrays that they are read back as. The fields are those of
/// the struct: the compiler refuses any other.
macro_rules! describe {
    ($record:ident read as $columns:ident { $($(#[doc = $doc:literal])+ $(#[unit = $unit:expr])? $field:ident: $cell:ty,)+ }) => {
        $crate::tables::record::implement_record! {
            $record { $($(#[doc = $doc])+ $(#[unit = $unit])? $field: $cell,)+ }
        }

        #[doc = concat!("The columns of [`", stringify!($record), "`].")]
        #[derive(Clone)]
        pub struct $columns {
            $($(#[doc = $doc])+ pub $field: <$cell as $crate::tables::Cell>::Array,)+
        }

        impl $crate::tables::Cell for $record {
            type Array = $columns;

            fn data_type() -> arrow::datatypes::DataType {
                arrow::datatypes::DataType::Struct(<Self as $crate::tables::Record>::fields().clone())
            }

            fn encode(values: &[&Self]) -> arrow::array::ArrayRef {
                let fields = <Self as $crate::tables::Record>::fields().clone();
                let columns = <Self as $crate::tables::Record>::encode_columns(values);
                std::sync::Arc::new(arrow::array::StructArray::new(fields, columns, None))
            }

            fn decode(array: &dyn arrow::array::Array) -> Option<$columns> {
                let structs = array.as_any().downcast_ref::<arrow::array::StructArray>()?;
                Some($columns {
                    $($field: <$cell as $crate::tables::Cell>::decode(structs.column_by_name(stringify!($field))?)?,)+
                })
            }
        }
    };
}

/// Declares a struct that is nested in a row.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $record:ident read as $columns:ident {
            $($(#[doc = $doc:literal])+ $(#[unit = $unit:expr])? $field:ident: $cell:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $record {
            $($(#[doc = $doc])+ pub $field: $cell,)+
        }

        $crate::tables::record::describe! {
            $record read as $columns { $($(#[doc = $doc])+ $(#[unit = $unit])? $field: $cell,)+ }
        }
    };
}

/// Declares a row of a table, and below `columns` a type for each column, which a [`projection!`](crate::projection) lists.
/// The row's doc comment says what a row stands for.
macro_rules! table {
    (
        #[doc = $rows:literal]
        $(#[$meta:meta])*
        pub struct $row:ident of $table:expr, sorted by [$($key:ident),*] {
            $($(#[doc = $doc:literal])+ $(#[unit = $unit:expr])? $field:ident: $cell:ty,)+
        }
    ) => {
        #[doc = $rows]
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $row {
            $($(#[doc = $doc])+ pub $field: $cell,)+
        }

        $crate::tables::record::implement_record! {
            $row { $($(#[doc = $doc])+ $(#[unit = $unit])? $field: $cell,)+ }
        }

        #[doc = concat!("The columns of [`", stringify!($row), "`], each as a type.")]
        #[allow(non_camel_case_types, reason = "a projection lists columns by their names")]
        pub mod columns {
            #[allow(clippy::wildcard_imports, reason = "the types of the row's fields")]
            use super::*;

            /// The table.
            pub const TABLE: $crate::tables::Table = $table;

            $(
                $(#[doc = $doc])+
                pub enum $field {}

                impl $crate::tables::Column for $field {
                    type Cell = $cell;
                    const NAME: &'static str = stringify!($field);
                }
            )+
        }

        impl $crate::tables::TableRow for $row {
            const TABLE: $crate::tables::Table = $table;
            const ROWS: &'static str = $rows.trim_ascii();
            const SORTED_BY: &'static [&'static str] =
                &[$(<columns::$key as $crate::tables::Column>::NAME),*];

            fn text_bytes(&self) -> usize {
                0 $(+ $crate::tables::Cell::text_bytes(&self.$field))+
            }
        }
    };
}

/// Declares a struct of some columns of a table, each field the array that the column is read back as:
///
/// ```
/// use engine::tables::{Projection, SentenceRow, TableRow, sentences};
///
/// engine::projection! {
///     /// What this example reads.
///     struct Texts of sentences { sentence_id, text }
/// }
///
/// let texts = Texts::read(&SentenceRow::batch(&[])).expect("every batch of sentences has these columns");
/// assert_eq!(Texts::NAMES, ["sentence_id", "text"]);
/// assert_eq!((texts.sentence_id.len(), texts.text.len()), (0, 0));
/// # use arrow::array::Array;
/// ```
#[macro_export]
macro_rules! projection {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident of $table:ident { $($column:ident),+ $(,)? }) => {
        $(#[$meta])*
        $visibility struct $name {
            $($visibility $column: <<$table::columns::$column as $crate::tables::Column>::Cell as $crate::tables::Cell>::Array,)+
        }

        impl $crate::tables::Projection for $name {
            const TABLE: $crate::tables::Table = $table::columns::TABLE;
            const NAMES: &'static [&'static str] =
                &[$(<$table::columns::$column as $crate::tables::Column>::NAME),+];

            fn read(batch: &$crate::tables::RecordBatch) -> Result<Self, $crate::tables::ColumnError> {
                Ok(Self { $($column: <$table::columns::$column as $crate::tables::Column>::read(batch)?,)+ })
            }
        }
    };
}

pub(super) use {describe, implement_record, record, table};

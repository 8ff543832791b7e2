//! Parquet tables: one record per row.
//!
//! Invariant: memory depends on the largest rows and pages, not on the table or its row groups. [`values`] turns cells into JSON,
//! [`moments`] turns times into text.

mod moments;
mod random_access;
mod values;
mod zones;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{Read, Seek};
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::ParquetError;
use arrow::array::RecordBatch;
use engine::document::Encoding;
use serde_json::Value;

use super::fault::Fault;
use super::found::Content;
use super::output::{LeafOutput, RecordPlace};
use random_access::RandomAccess;

/// Rows decoded together. Articles can be large (a megabyte each is possible), so there are few; that costs little, because
/// pages are decompressed once whatever the number of rows.
const BATCH_ROWS: usize = 64;

const CODE: &str = "broken_table";

/// Reads every row as a record. A broken table is one reject, after the rows before the fault.
pub(super) fn read<R: Read + Seek + Send + 'static>(input: R, output: &mut LeafOutput<'_, '_>) -> ControlFlow<()> {
    let table = match guarded(|| Table::open(input)) {
        Ok(table) => table,
        Err(Fault { code, message }) => return output.reject(code, message),
    };
    if table.row_groups().all(|group| table.rows_of(group) == 0) {
        return output.reject("empty", "holds no row; delete it, or add it to ingest.skip".to_owned());
    }
    // Outside the loop, because rows are numbered through the whole table, not within their group.
    let mut number = 0;
    for group in table.row_groups() {
        let mut batches = match guarded(|| table.batches(group)) {
            Ok(batches) => batches,
            Err(Fault { code, message }) => return output.reject(code, message),
        };
        loop {
            match guarded(|| batches.next().transpose()) {
                Ok(Some(batch)) => emit_rows(&batch, &mut number, output)?,
                Ok(None) => break,
                Err(Fault { code, message }) => return output.reject(code, message),
            }
        }
    }
    ControlFlow::Continue(())
}

/// Emits the rows of a batch; `number` is that of the last row before it.
fn emit_rows(batch: &RecordBatch, number: &mut u64, output: &mut LeafOutput<'_, '_>) -> ControlFlow<()> {
    for row in 0..batch.num_rows() {
        *number += 1;
        // The columns of a row are far apart in the file, so it has no offset.
        let place = RecordPlace { name: format!("row {number}"), offset: None };
        output.record(place, Encoding::Utf8, Content::Fields(row_fields(batch, row)))?;
    }
    ControlFlow::Continue(())
}

/// Runs a step of the `parquet` crate. It panics on some damaged tables (its bit reader asserts that no run length is longer than ten
/// bytes; the test of damage finds such tables), and one file must not end the run.
fn guarded<T, E: Error + 'static>(step: impl FnOnce() -> Result<T, E>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => result.map_err(|error| Fault::of(&error, CODE, "Parquet table")),
        Err(_) => {
            Err(Fault { code: CODE, message: "broken Parquet table: damaged data; restore it from its source".to_owned() })
        }
    }
}

/// An opened table.
struct Table<R> {
    input: RandomAccess<R>,
    metadata: ArrowReaderMetadata,
}

impl<R: Read + Seek + Send + 'static> Table<R> {
    /// Reads the footer. As in the other formats, two columns may not have the same name.
    fn open(input: R) -> Result<Self, ParquetError> {
        let input = RandomAccess::new(input)?;
        let mut metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())?;
        if let Some(schema) = zones::schema_with_zones(&metadata) {
            let options = ArrowReaderOptions::new().with_schema(schema);
            metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)?;
        }
        let mut names = BTreeSet::new();
        match metadata.schema().fields().iter().find(|field| !names.insert(field.name())) {
            Some(twice) => Err(ParquetError::General(format!("two columns are named {:?}", twice.name()))),
            None => Ok(Self { input, metadata }),
        }
    }

    fn row_groups(&self) -> Range<usize> {
        0..self.metadata.metadata().num_row_groups()
    }

    fn rows_of(&self, group: usize) -> i64 {
        self.metadata.metadata().row_group(group).num_rows()
    }

    /// The rows of one row group. A batch never spans two, or a fault in the second would take rows of the first with it.
    fn batches(&self, group: usize) -> Result<ParquetRecordBatchReader, ParquetError> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.input.clone(), self.metadata.clone());
        builder.with_row_groups(vec![group]).with_batch_size(BATCH_ROWS).build()
    }
}

/// The cells of a row of a record batch, with the names of their columns.
pub(crate) fn row_fields(batch: &RecordBatch, row: usize) -> Vec<(String, Value)> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    columns.map(|(field, column)| (field.name().clone(), values::json_of(column, row))).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ::parquet::arrow::ArrowWriter;
    use ::parquet::file::properties::WriterProperties;
    use arrow::array::{ArrayRef, Int64Array, ListArray, StringArray};
    use arrow::datatypes::Int32Type;
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::super::found::Found;
    use super::*;

    const ROWS: usize = 150;
    const ROWS_OF_GROUP: usize = 60;

    /// A table of several batches and row groups.
    fn table() -> Vec<u8> {
        let texts: StringArray = (0..ROWS).map(|row| (row % 3 > 0).then(|| format!("نص {row}"))).collect();
        let numbers = Int64Array::from_iter_values((0..).take(ROWS));
        let lists = (0..ROWS).map(|row| Some((0..row % 3).map(|item| Some(i32::try_from(item).expect("small")))));
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(lists);
        let columns: [(&str, ArrayRef); 3] =
            [("text", Arc::new(texts)), ("number", Arc::new(numbers)), ("list", Arc::new(lists))];
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(ROWS_OF_GROUP)).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("in memory");
        writer.write(&batch).expect("in memory");
        writer.into_inner().expect("in memory")
    }

    /// The number of records, and the rejects.
    fn read_all(bytes: Vec<u8>) -> (usize, Vec<&'static str>) {
        let (mut records, mut rejects) = (0, Vec::new());
        let mut emit = |found| {
            match found {
                Found::Record(_) => records += 1,
                Found::Reject(reject) => rejects.push(reject.code),
                Found::Notice(_) | Found::Misnamed(..) | Found::Opened(..) | Found::Skipped | Found::Listed(_) => {}
            }
            ControlFlow::Continue(())
        };
        let _: ControlFlow<()> = read(Cursor::new(bytes), &mut LeafOutput { source_path: "a.parquet", emit: &mut emit });
        (records, rejects)
    }

    #[test]
    fn all_rows_are_read_across_batches_and_row_groups() {
        assert_eq!(read_all(table()), (ROWS, vec![]));
        assert_eq!(read_all(b"PAR1".to_vec()), (0, vec!["broken_table"]));
    }

    #[test]
    fn rows_before_a_broken_row_group_are_given() {
        let mut bytes = table();
        let metadata = ArrowReaderMetadata::load(&Bytes::from(bytes.clone()), ArrowReaderOptions::new()).expect("whole");
        let (start, length) = metadata.metadata().row_group(1).column(0).byte_range();
        let (start, length) = (usize::try_from(start).expect("small"), usize::try_from(length).expect("small"));
        bytes[start..start + length].fill(0xff);
        assert_eq!(read_all(bytes), (ROWS_OF_GROUP, vec!["broken_table"]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn damage_never_panics(hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut bytes = table();
            for (place, byte) in hits {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let (records, rejects) = read_all(bytes);
            prop_assert!(records <= ROWS || rejects.is_empty());
        }
    }
}

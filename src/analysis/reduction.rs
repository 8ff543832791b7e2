//! Reducing a table batch by batch, on all cores, to what is left of it in memory.

use std::path::Path;

use arrow::array::{RecordBatch, RecordBatchReader};
use engine::tables::schema::Table;
use rayon::prelude::*;

use crate::dataset::DatasetError;
use crate::dataset::table_reader::{BatchError, TableFile};

/// The number of rows of a table, from the footers of its files.
pub(crate) fn count_rows(build_folder: &Path, table: Table) -> Result<usize, DatasetError> {
    Ok(TableFile::all(build_folder, table)?.iter().map(TableFile::rows).sum())
}

/// Reduces each batch of a table on all cores; the results are in the order of the rows. A file without rows counts as one
/// empty batch, so that even its frame has columns.
///
/// # Errors
/// If a file cannot be read or a batch cannot be reduced.
pub(crate) fn map_batches<T: Send>(
    build_folder: &Path,
    table: Table,
    columns: &[&str],
    map: impl Fn(&RecordBatch) -> Result<T, BatchError> + Sync,
) -> Result<Vec<T>, DatasetError> {
    let files = TableFile::all(build_folder, table)?;
    let empty = files.iter().filter(|file| file.row_groups().is_empty()).map(|file| (file, None));
    let pieces: Vec<(&TableFile, Option<usize>)> =
        files.iter().flat_map(|file| file.row_groups().map(move |group| (file, Some(group)))).chain(empty).collect();
    let reduced: Result<Vec<Vec<T>>, DatasetError> =
        pieces.into_par_iter().map(|(file, group)| map_piece(file, group, columns, &map)).collect();
    Ok(reduced?.into_iter().flatten().collect())
}

fn map_piece<T>(
    file: &TableFile,
    group: Option<usize>,
    columns: &[&str],
    map: &(impl Fn(&RecordBatch) -> Result<T, BatchError> + Sync),
) -> Result<Vec<T>, DatasetError> {
    let reader = file.reader(columns)?.with_row_groups(group.into_iter().collect()).build();
    let reader = reader.map_err(|error| file.unreadable(error))?;
    // A reader without row groups gives no batch at all, and then nothing would say which columns there are.
    let empty = group.is_none().then(|| Ok(RecordBatch::new_empty(reader.schema())));
    let batches = reader.chain(empty);
    batches.map(|batch| map(&batch?)).collect::<Result<_, BatchError>>().map_err(|error| file.unreadable(error))
}

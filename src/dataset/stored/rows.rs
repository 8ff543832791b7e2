//! Reading tables row by row: some columns, a batch at a time.
//!
//! Invariant: at most three batches of each table are in memory.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use super::ahead::ReadAhead;
use crate::dataset::DatasetError;
use crate::dataset::part_files;
use crate::dataset::table_reader::batches;
use engine::tables::Projection;

/// Columns that are read a batch at a time.
pub(crate) trait Columns: Projection {
    /// Rows of a batch.
    const ROWS: usize;

    /// Counts what is wrong within columns. None, unless somebody looks for it.
    fn count_faults(_batch: &RecordBatch) -> usize {
        0
    }
}

/// The rows of a table, in order.
pub(crate) struct Rows<C> {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<(PathBuf, ReadAhead)>,
    batch: Option<C>,
    row: usize,
    left: usize,
    /// Rows read.
    pub(crate) count: usize,
    /// Faults that [`Columns::count_faults`] found.
    pub(crate) faults: usize,
}

impl<C: Columns> Rows<C> {
    pub(crate) fn open(build_folder: &Path) -> Result<Self, DatasetError> {
        let files = part_files(build_folder, C::TABLE)?.into_iter();
        let mut rows = Self { files, open: None, batch: None, row: 0, left: 0, count: 0, faults: 0 };
        rows.load()?;
        Ok(rows)
    }

    /// The row that is next, if there is one.
    pub(crate) fn row(&self) -> Option<(&C, usize)> {
        self.batch.as_ref().map(|batch| (batch, self.row))
    }

    /// Goes on to the row after.
    pub(crate) fn advance(&mut self) -> Result<(), DatasetError> {
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
                let ahead = ReadAhead::new(batches(&path, C::NAMES, C::ROWS)?).map_err(DatasetError::NoThread)?;
                self.open = Some((path.clone(), ahead));
                continue;
            };
            match reader.next() {
                None => self.open = None,
                Some(batch) => {
                    let batch = batch.map_err(|error| DatasetError::unreadable(path, error))?;
                    // Over the whole batch at once: the check needs no other column, so it does not have to go row by row.
                    self.faults += C::count_faults(&batch);
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

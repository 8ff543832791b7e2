//! Rows as the build has them, lists included: as JSON, or their text alone.

use std::io::{self, Write};
use std::path::Path;

use arrow::array::RecordBatch;

use super::files::{Encoder, Exported, Files, Target};
use super::format::ExportFormat;
use super::json;
use super::stored::{each_run, text_column};
use crate::dataset::DatasetError;
use engine::tables::Table;

/// Formats that need nothing before or after the rows.
struct Plain;

impl Encoder for Plain {}

/// Writes all rows of a table.
pub(super) fn export(
    build: &Path,
    table: Table,
    format: ExportFormat,
    target: Target<'_>,
) -> Result<Exported, DatasetError> {
    let mut files: Files<'_, Plain> = Files::new(target, format.extension(), Box::new(|| Box::new(Plain)))?;
    let whole = |batch: &RecordBatch| Ok(batch.clone());
    each_run(
        build,
        table,
        |_| true,
        &mut files,
        whole,
        |batch, run, files| {
            let rows = batch.slice(run.start, run.end - run.start);
            files.write(|_, out| write_rows(&rows, table, format, out))
        },
    )?;
    files.finish()
}

fn write_rows(batch: &RecordBatch, table: Table, format: ExportFormat, out: &mut dyn Write) -> io::Result<()> {
    let column = match format {
        ExportFormat::Text => "text",
        ExportFormat::Punctuated => "text_punctuated",
        _ => return json::write_batch(batch, out),
    };
    let end = if table == Table::Articles { "\n\n" } else { "\n" };
    let texts = text_column(batch, column).map_err(io::Error::other)?;
    texts.iter().flatten().try_for_each(|text| write!(out, "{text}{end}"))
}

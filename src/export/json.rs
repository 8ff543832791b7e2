//! JSONL: the rows of a stored table as Arrow has them, lists included; those of a flat table as flat objects.

use std::io::{self, Write};
use std::rc::Rc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::json::writer::LineDelimited;
use arrow::json::{Writer, WriterBuilder};

use super::cell::{Cell, RowEncoder};
use super::files::Encoder;

/// Writes the rows of a batch.
pub(super) fn write_batch(batch: &RecordBatch, out: &mut dyn Write) -> io::Result<()> {
    // Nulls are written, so that every line has the same keys.
    let mut writer: Writer<_, LineDelimited> = WriterBuilder::new().with_explicit_nulls(true).build(out);
    writer.write(batch).and_then(|()| writer.finish()).map_err(|error| match error {
        // Unwrapped, so that callers recognise a broken pipe.
        ArrowError::IoError(_, source) => source,
        error => io::Error::other(error),
    })
}

/// Objects with a key for each column.
pub(super) struct Objects {
    pub(super) columns: Rc<[String]>,
}

impl Encoder for Objects {}

impl RowEncoder for Objects {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut line = Vec::new();
        for (index, (name, cell)) in self.columns.iter().zip(cells).enumerate() {
            line.extend_from_slice(if index == 0 { b"{" } else { b"," });
            serde_json::to_writer(&mut line, name)?;
            line.push(b':');
            match cell {
                Cell::Empty => line.extend_from_slice(b"null"),
                Cell::Text(text) => serde_json::to_writer(&mut line, text)?,
                Cell::Decimal(number) => serde_json::to_writer(&mut line, number)?,
                other => line.extend_from_slice(other.shown().as_bytes()),
            }
        }
        line.extend_from_slice(b"}\n");
        out.write_all(&line)
    }
}

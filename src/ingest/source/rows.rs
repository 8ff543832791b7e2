//! CSV and TSV: a header and rows, each row a record.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use serde_json::Value;

use super::found::Content;
use super::output::{LeafOutput, RecordPlace};
use super::row_reader::{MAX_FIELDS, Row, RowReader};
use super::settings::SourceSettings;
use super::text_stream::{RecordDecoder, TextStream};
use crate::ingest::decode::DecodeFault;

/// The message for [`Row::Misquoted`].
const MISQUOTED: &str = "a quoted field continues after its closing quote, or an earlier quote was never closed and this record contains \
    lines of others; double a quote that is text, and quote the fields that contain one";

/// Reads every row as a record.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    delimiter: u8,
    settings: &SourceSettings<'_>,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let (stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    // Asked now, because the row reader takes the stream.
    let transcoded = stream.transcoded();
    let mut rows = RowReader::new(stream, delimiter, settings.limits.max_leaf_bytes);
    let mut decoder = RecordDecoder::new(declared, transcoded);
    let header = match read_header(&mut rows, &mut decoder) {
        Ok(Ok(header)) => header,
        Ok(Err(message)) => return output.reject("broken_header", message),
        Err(error) => return output.read_fault(&error, Some(rows.position())),
    };
    for number in 1_u64.. {
        let read = rows.offset().and_then(|offset| Ok((offset, rows.next()?)));
        let (offset, row) = match read {
            Ok((_, Row::End)) => break,
            Ok(read) => read,
            Err(error) => return output.read_fault(&error, Some(rows.position())),
        };
        let place = RecordPlace { name: format!("row {number}"), offset: Some(offset) };
        emit_row(row, &rows, &header, &mut decoder, place, output)?;
    }
    ControlFlow::Continue(())
}

fn emit_row(
    row: Row,
    rows: &RowReader<'_>,
    header: &[String],
    decoder: &mut RecordDecoder,
    place: RecordPlace,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    match row {
        Row::End => ControlFlow::Continue(()),
        Row::TooLong => output.too_large_record(&place, rows.limit() as u64),
        Row::TooMany => output.broken_record(&place, format!("more than {MAX_FIELDS} fields")),
        Row::Unclosed => {
            let message =
                "a quoted field is not closed before the end of the file; close it, or double a quote that is text";
            output.broken_record(&place, message.to_owned())
        }
        Row::Misquoted => output.broken_record(&place, MISQUOTED.to_owned()),
        // Checked before decoding: `zip` would silently drop fields that have no name.
        Row::Whole if rows.field_count() != header.len() => {
            let (expected, found) = (header.len(), rows.field_count());
            let message = format!(
                "{found} fields, but the header has {expected}; quote fields that contain the separator or line breaks, \
                 and double the quotes in them"
            );
            output.broken_record(&place, message)
        }
        Row::Whole => match rows.decode(decoder) {
            // The offset within the fields is not that within the row, which also has quotes and separators.
            Err(fault) => output.decode_fault(&place, &DecodeFault { offset: None, ..fault }),
            Ok(values) => {
                let values = values.into_iter().map(Value::String);
                let fields = header.iter().cloned().zip(values).collect();
                output.record(place, decoder.source_encoding(), Content::Fields(fields))
            }
        },
    }
}

/// The names of the columns; `Err` describes what is wrong with them.
fn read_header(rows: &mut RowReader<'_>, decoder: &mut RecordDecoder) -> io::Result<Result<Vec<String>, String>> {
    rows.offset()?;
    Ok(match rows.next()? {
        Row::End => Err("no header: the file is empty; its first line must name the columns".to_owned()),
        Row::TooLong => Err(format!("the header is longer than the {} bytes of max_file_mib", rows.limit())),
        Row::TooMany => Err(format!("the header names more than {MAX_FIELDS} columns")),
        Row::Unclosed => Err("a quote in the header is not closed before the end of the file; close it".to_owned()),
        Row::Misquoted => Err(format!("in the header: {MISQUOTED}")),
        Row::Whole => match rows.decode(decoder) {
            Err(fault) => Err(format!("in the header: {}", fault.message)),
            Ok(names) => check_header(names),
        },
    })
}

fn check_header(mut names: Vec<String>) -> Result<Vec<String>, String> {
    // A second byte order mark, from a file that was converted twice.
    if let Some(first) = names.first_mut()
        && let Some(bare) = first.strip_prefix('\u{feff}')
    {
        *first = bare.to_owned();
    }
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let column = index + 1;
        if name.trim().is_empty() {
            return Err(format!("column {column} of {} has no name in the header; give every column a name", names.len()));
        }
        // Names that differ only in case or spaces count as one when columns are looked up, so they would be ambiguous.
        if !seen.insert(name.trim().to_lowercase()) {
            return Err(format!("the header names {:?} twice; give every column a different name", name.trim()));
        }
    }
    match names.as_slice() {
        [name] if name.contains([';', '\t', '|']) => {
            Err(format!("the header is one column, {name:?}: .csv fields are separated by commas, .tsv fields by tabs"))
        }
        _ => Ok(names),
    }
}

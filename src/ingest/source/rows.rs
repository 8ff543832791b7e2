//! CSV and its relatives: a header and rows, each row a record.

use std::io::{self, Read};
use std::ops::ControlFlow;

use serde_json::Value;

use super::dialect::{DialectSettings, told_delimiter};
use super::found::Content;
use super::header;
use super::output::{LeafOutput, RecordPlace};
use super::row_reader::{Dialect, MAX_FIELDS, Quoting, Row, RowReader};
use super::settings::SourceSettings;
use super::text_stream::{RecordDecoder, TextStream};
use crate::ingest::decode::DecodeFault;

/// The bytes at the beginning of a table by which its dialect is found.
const SAMPLE_BYTES: usize = 1 << 18;

/// The message for [`Row::Misquoted`].
const MISQUOTED: &str = "a quoted field continues after its closing quote, or an earlier quote was never closed and this record contains \
    lines of others; double a quote that is text, and quote the fields that contain one; if a backslash escapes quotes, set \
    ingest.quotes = \"backslash\"; if they are letters like any other, \"none\"";

/// Reads every row as a record.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    by_name: u8,
    settings: &SourceSettings<'_>,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let (mut stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    // Now, because the row reader takes the stream.
    let mut decoder = RecordDecoder::new(&mut stream, declared);
    let (dialect, skips_line) = dialect_of(&mut stream, settings.dialect, by_name);
    let mut rows = RowReader::new(stream, dialect, settings.limits.max_leaf_bytes);
    if skips_line && let Err(error) = rows.skip_line() {
        return output.read_fault(&error, Some(rows.position()));
    }
    let header = match read_header(&mut rows, &mut decoder) {
        Ok(Ok(header)) => header,
        Ok(Err(message)) => return output.reject("broken_header", message),
        Err(error) => return output.read_fault(&error, Some(rows.position())),
    };
    for number in 1_u64.. {
        let read = rows.offset().and_then(|offset| Ok((offset, rows.line(), rows.next()?)));
        let (offset, line, row) = match read {
            Ok((_, _, Row::End)) => break,
            Ok(read) => read,
            Err(error) => return output.read_fault(&error, Some(rows.position())),
        };
        let place = RecordPlace { name: format!("row {number}"), offset: Some(offset) };
        emit_row(row, line, &rows, &header, &mut decoder, place, output)?;
    }
    ControlFlow::Continue(())
}

/// The dialect of a table, and whether its first line is not part of it but names the separator.
fn dialect_of(stream: &mut TextStream<'_>, known: DialectSettings, by_name: u8) -> (Dialect, bool) {
    let sample = stream.peek(SAMPLE_BYTES);
    let is_whole = sample.len() < SAMPLE_BYTES;
    let first = sample.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    match told_delimiter(first) {
        Some(delimiter) => {
            let known = DialectSettings { delimiter: Some(delimiter), ..known };
            (Dialect::detect(&sample[first.len()..], is_whole, known, by_name), true)
        }
        None => (Dialect::detect(&sample, is_whole, known, by_name), false),
    }
}

fn emit_row(
    row: Row,
    line: u64,
    rows: &RowReader<'_>,
    header: &[String],
    decoder: &mut RecordDecoder,
    place: RecordPlace,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    match row {
        Row::End => ControlFlow::Continue(()),
        Row::TooLong => output.too_large_record(&place, rows.limit() as u64),
        Row::TooMany => output.broken_record(&place, format!("line {line}: more than {MAX_FIELDS} fields")),
        Row::Unclosed => output.broken_record(&place, unclosed(line, rows)),
        Row::Misquoted => output.broken_record(&place, format!("line {line}: {MISQUOTED}")),
        // Spreadsheets write such rows below their last one.
        Row::Whole if rows.is_blank() => ControlFlow::Continue(()),
        // Checked before decoding: `zip` would silently drop fields that have no name.
        Row::Whole if !rows.fits(header.len()) => {
            let (expected, found) = (header.len(), rows.field_count());
            let message = format!(
                "line {line}: {found} fields, but the header has {expected} ({}); quote fields that contain the separator or line \
                 breaks, and double the quotes in them; if the separator is another one, set ingest.delimiter",
                shown(rows.dialect())
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

/// How a dialect is told in messages.
fn shown(Dialect { delimiter, quoting }: Dialect) -> String {
    let quoting = match quoting {
        Quoting::Doubled => "",
        Quoting::Backslash => ", escaped with a backslash",
        Quoting::Plain => ", quotes being letters",
    };
    format!("separated by {:?}{quoting}", char::from(delimiter))
}

/// The rows that such a field has swallowed cannot be told from it, so their lines are named.
fn unclosed(line: u64, rows: &RowReader<'_>) -> String {
    format!(
        "line {line}: a quoted field is not closed before the end of the file, in line {}, so that no row from here on can be read; close \
         it, or double a quote that is text; if quotes are letters like any other, set ingest.quotes = \"none\"",
        rows.line()
    )
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
            Ok(names) => header::checked(names),
        },
    })
}

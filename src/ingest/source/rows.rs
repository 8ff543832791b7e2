//! CSV and TSV: a header and rows, in the memory of one row.
//!
//! `csv-core`, the parser within the `csv` crate, is driven directly: a row that is too long can then be passed over without
//! being kept, and quotes that are never closed, or closed in the middle of a field, are noticed ([`QuoteWatch`]) instead of
//! swallowing the rows after them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use serde_json::Value;

use super::output::{LeafOutput, RecordPlace};
use super::text_stream::{RecordDecoder, TextStream};
use super::{Content, SourceSettings};
use crate::ingest::decode::{DecodeFault, decode};

/// Most fields in a row: each takes many times the one byte that an empty field has in the source.
const MAX_FIELDS: usize = 1 << 14;

/// What is wrong with [`Row::Misquoted`].
const MISQUOTED: &str = "a quoted field goes on behind its closing quote, or a quote before it was never closed and this record holds \
    lines that are others; double a quote that is text, and quote fields that hold one";

/// What came of reading a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    /// None is left.
    End,
    /// Its fields stand in the buffers.
    Whole,
    /// Longer than the limit; passed over.
    TooLong,
    /// More than [`MAX_FIELDS`]; passed over.
    TooMany,
    /// The file ends within quotes.
    Unclosed,
    /// A quoted field goes on behind its closing quote.
    Misquoted,
}

/// Follows the quotes of a row, beside the parser, which takes a field that goes on behind its closing quote for one without quotes:
/// then a quote left open by mistake meets one in a later row, and what lies between them is one field.
#[derive(Clone, Copy, Debug)]
struct QuoteWatch {
    delimiter: u8,
    place: QuotePlace,
    misplaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QuotePlace {
    FieldStart,
    Bare,
    Quoted,
    /// Behind a quote within quotes, which closes them or is one of two.
    Closing,
}

impl QuoteWatch {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, place: QuotePlace::FieldStart, misplaced: false }
    }

    fn begin_row(&mut self) {
        *self = Self::new(self.delimiter);
    }

    fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends_field = *byte == self.delimiter || matches!(byte, b'\r' | b'\n');
            self.place = match (self.place, byte) {
                (QuotePlace::Quoted, b'"') => QuotePlace::Closing,
                (QuotePlace::FieldStart | QuotePlace::Closing, b'"') | (QuotePlace::Quoted, _) => QuotePlace::Quoted,
                _ if ends_field => QuotePlace::FieldStart,
                (QuotePlace::Closing, _) => {
                    self.misplaced = true;
                    QuotePlace::Bare
                }
                _ => QuotePlace::Bare,
            };
        }
    }
}

/// Cuts a stream into rows of fields.
struct RowReader<'r> {
    stream: TextStream<'r>,
    parser: Reader,
    quotes: QuoteWatch,
    limit: usize,
    /// The fields of the row, one after the other.
    text: Vec<u8>,
    filled: usize,
    /// Where each ends.
    ends: Vec<usize>,
    fields: usize,
}

impl<'r> RowReader<'r> {
    fn new(stream: TextStream<'r>, delimiter: u8, limit: u64) -> Self {
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let quotes = QuoteWatch::new(delimiter);
        Self { stream, parser, quotes, limit, text: vec![0; 1 << 12], filled: 0, ends: vec![0; 16], fields: 0 }
    }

    /// Where the next row begins; passes over the line breaks and blank lines before it.
    fn offset(&mut self) -> io::Result<u64> {
        loop {
            let buffer = self.stream.fill_buf()?;
            let breaks = buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if breaks == 0 {
                return Ok(self.stream.offset());
            }
            self.stream.consume(breaks);
        }
    }

    /// Reads a row, from where [`RowReader::offset`] left off.
    fn next(&mut self) -> io::Result<Row> {
        (self.filled, self.fields) = (0, 0);
        self.quotes.begin_row();
        let mut excess = None;
        if self.stream.fill_buf()?.is_empty() {
            return Ok(Row::End);
        }
        loop {
            let input = self.stream.fill_buf()?;
            // A line feed for the end of the file ends a row, except within quotes.
            let at_end = input.is_empty();
            let input = if at_end { b"\n" } else { input };
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.text[self.filled..], &mut self.ends[self.fields..]);
            self.quotes.follow(&input[..read]);
            if !at_end {
                self.stream.consume(read);
            }
            self.filled += written;
            self.fields += ended;
            match result {
                ReadRecordResult::InputEmpty if at_end => return Ok(Row::Unclosed),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => excess = excess.or(self.grow()),
                ReadRecordResult::Record if self.quotes.misplaced => return Ok(excess.unwrap_or(Row::Misquoted)),
                ReadRecordResult::Record => return Ok(excess.or(self.excess()).unwrap_or(Row::Whole)),
                ReadRecordResult::End => return Ok(Row::End),
            }
        }
    }

    /// What bound the row is beyond, as far as it was read.
    fn excess(&self) -> Option<Row> {
        if self.filled > self.limit {
            return Some(Row::TooLong);
        }
        (self.fields > MAX_FIELDS).then_some(Row::TooMany)
    }

    /// Makes room for more of the row; where it is beyond a bound, by forgetting what it holds so far, and says which.
    fn grow(&mut self) -> Option<Row> {
        let excess = self.excess();
        if excess.is_some() {
            (self.filled, self.fields) = (0, 0);
        }
        if self.filled == self.text.len() {
            self.text.resize(self.text.len() * 2, 0);
        }
        if self.fields == self.ends.len() {
            self.ends.resize(self.ends.len() * 2, 0);
        }
        excess
    }

    /// The fields of the row as text.
    fn decode(&self, decoder: &mut RecordDecoder) -> Result<Vec<String>, DecodeFault> {
        let whole = &self.text[..self.filled];
        let (text, encoding) = decoder.decode(whole)?;
        let mut start = 0;
        let ranges = self.ends[..self.fields].iter().map(|end| std::mem::replace(&mut start, *end)..*end);
        let borrowed = if let Cow::Borrowed(text) = text { text } else { "" };
        let fields = ranges.map(|range| match borrowed.get(range.clone()) {
            Some(field) => Ok(field.to_owned()),
            None => decode(&whole[range], Some(encoding)).map(|(field, _)| field),
        });
        fields.collect()
    }
}

/// Reads every row as a record.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    delimiter: u8,
    settings: &SourceSettings,
    output: &mut LeafOutput,
) -> ControlFlow<()> {
    let (stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    let transcoded = stream.transcoded();
    let mut rows = RowReader::new(stream, delimiter, settings.limits.max_leaf_bytes);
    let mut decoder = RecordDecoder::new(declared, transcoded);
    let header = match read_header(&mut rows, &mut decoder) {
        Ok(Ok(header)) => header,
        Ok(Err(message)) => return output.reject("broken_header", message),
        Err(error) => return output.read_fault(&error, Some(rows.stream.offset())),
    };
    for number in 1_u64.. {
        let read = rows.offset().and_then(|offset| Ok((offset, rows.next()?)));
        let (offset, row) = match read {
            Ok((_, Row::End)) => break,
            Ok(read) => read,
            Err(error) => return output.read_fault(&error, Some(rows.stream.offset())),
        };
        let place = RecordPlace { name: format!("row {number}"), offset };
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
    output: &mut LeafOutput,
) -> ControlFlow<()> {
    match row {
        Row::End => ControlFlow::Continue(()),
        Row::TooLong => output.too_large_record(&place, rows.limit as u64),
        Row::TooMany => output.broken_record(&place, format!("more than {MAX_FIELDS} fields")),
        Row::Unclosed => {
            let message =
                "a quoted field is not closed before the end of the file; close it, or double a quote that is text";
            output.broken_record(&place, message.to_owned())
        }
        Row::Misquoted => output.broken_record(&place, MISQUOTED.to_owned()),
        Row::Whole if rows.fields != header.len() => {
            let (expected, found) = (header.len(), rows.fields);
            let message = format!(
                "{found} fields, where the header has {expected}; quote fields that hold the separator or line breaks, \
                 and double quotes in them"
            );
            output.broken_record(&place, message)
        }
        Row::Whole => match rows.decode(decoder) {
            // The offset within the fields is not that within the row, which has quotes and separators.
            Err(fault) => output.decode_fault(&place, &DecodeFault { offset: None, ..fault }),
            Ok(values) => {
                let values = values.into_iter().map(Value::String);
                let fields = header.iter().cloned().zip(values).collect();
                output.record(place, decoder.source_encoding(), Content::Fields(fields))
            }
        },
    }
}

/// The names of the columns, or what is wrong with them.
fn read_header(rows: &mut RowReader<'_>, decoder: &mut RecordDecoder) -> io::Result<Result<Vec<String>, String>> {
    rows.offset()?;
    Ok(match rows.next()? {
        Row::End => Err("no header: the file is empty; its first line must name the columns".to_owned()),
        Row::TooLong => Err(format!("the header is longer than the {} bytes of max_file_mib", rows.limit)),
        Row::TooMany => Err(format!("the header names more than {MAX_FIELDS} columns")),
        Row::Unclosed => Err("a quote in the header is not closed before the end of the file; close it".to_owned()),
        Row::Misquoted => Err(format!("in the header: {MISQUOTED}")),
        Row::Whole => match rows.decode(decoder) {
            Err(fault) => Err(format!("in the header: {}", fault.message)),
            Ok(names) => check_header(names),
        },
    })
}

fn check_header(names: Vec<String>) -> Result<Vec<String>, String> {
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let column = index + 1;
        if name.trim().is_empty() {
            return Err(format!("the header names no column {column} of {}; give every column a name", names.len()));
        }
        if !seen.insert(name.trim().to_lowercase()) {
            return Err(format!("the header names {:?} twice; give every column a name of its own", name.trim()));
        }
    }
    match names.as_slice() {
        [name] if name.contains([';', '\t', '|']) => {
            Err(format!("the header is one column, {name:?}: .csv fields are parted by commas, .tsv fields by tabs"))
        }
        _ => Ok(names),
    }
}

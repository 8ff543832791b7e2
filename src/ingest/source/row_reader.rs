//! Cuts a stream into rows of fields, in the memory of one row (RFC 4180, for any [`Dialect`]).
//!
//! This is a lexer of our own because two things must be noticed that the `csv` crate does not report: a quoted field that continues
//! after its closing quote, and a quote that is never closed. The crate takes both for text, so one forgotten quote would swallow
//! the rows up to the next one. A row above a limit is skipped without being stored. For all other rows the fields
//! are those of the `csv` crate; a test compares them.

use std::borrow::Cow;
use std::io::{self, BufRead};

use super::text_stream::{RecordDecoder, TextStream};
use crate::ingest::decode::{DecodeFault, decode};

/// What quotes mean in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// They enclose fields, and one inside a field is doubled (RFC 4180).
    Doubled,
    /// The same; and a backslash takes its meaning from a quote, a separator or a line break after it.
    Backslash,
    /// They are letters like any other.
    Plain,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quoting: Quoting,
}

/// Maximum number of fields in a row. An empty field takes one byte in the source and many in memory.
pub(super) const MAX_FIELDS: usize = 1 << 14;

/// The outcome of reading a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// No row is left.
    End,
    /// Its fields are in the buffers.
    Whole,
    /// Longer than the limit; skipped.
    TooLong,
    /// More than [`MAX_FIELDS`]; skipped.
    TooMany,
    /// The file ends inside quotes.
    Unclosed,
    /// A quoted field continues after its closing quote.
    Misquoted,
}

/// A position within a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote inside quotes: it closes them, or is the first of two that stand for one.
    AfterQuote,
    /// After a backslash that may escape what follows.
    Escaped {
        in_quotes: bool,
    },
}

/// Reads a stream row by row.
pub(super) struct RowReader<'r> {
    stream: TextStream<'r>,
    /// The line being read, from 1.
    line: u64,
    fields: Fields,
}

/// The fields of the row being read.
struct Fields {
    dialect: Dialect,
    /// Largest row, in bytes of its fields.
    limit: usize,
    position: Position,
    /// The fields, one after the other.
    text: Vec<u8>,
    /// The end of each in `text`.
    ends: Vec<usize>,
    /// The first limit that the row exceeds.
    excess: Option<Row>,
    is_misquoted: bool,
}

impl<'r> RowReader<'r> {
    pub(super) fn new(stream: TextStream<'r>, dialect: Dialect, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (text, ends, position) = (Vec::new(), Vec::new(), Position::FieldStart);
        let fields = Fields { dialect, limit, position, text, ends, excess: None, is_misquoted: false };
        Self { stream, line: 1, fields }
    }

    /// What separates fields and what quotes mean.
    pub(super) fn dialect(&self) -> Dialect {
        self.fields.dialect
    }

    /// The line that is read next, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Passes over a first line that is no row.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        self.line += 1;
        self.stream.skip_until(b'\n').map(|_| ())
    }

    /// Largest row, in bytes of its fields.
    pub(super) fn limit(&self) -> usize {
        self.fields.limit
    }

    /// Number of fields in the row.
    pub(super) fn field_count(&self) -> usize {
        self.fields.ends.len()
    }

    /// Whether the row is one of a table with this many columns. Empty fields after the last column, which separators at the end of
    /// a row make, do not count.
    pub(super) fn fits(&self, columns: usize) -> bool {
        let ends = &self.fields.ends;
        ends.len() == columns || (ends.len() > columns && columns > 0 && ends[columns - 1] == self.fields.text.len())
    }

    /// Whether the row holds nothing at all, as those that spreadsheets write below their last row.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.text.trim_ascii().is_empty()
    }

    /// How far the stream has been read, in bytes of the source.
    pub(super) fn position(&self) -> u64 {
        self.stream.offset()
    }

    /// The offset of the next row; skips line breaks and blank lines before it.
    pub(super) fn offset(&mut self) -> io::Result<u64> {
        loop {
            let buffer = self.stream.fill_buf()?;
            let breaks = buffer.iter().take_while(|byte| is_break(**byte)).count();
            if breaks == 0 {
                return Ok(self.stream.offset());
            }
            self.line += line_feeds(&buffer[..breaks]);
            self.stream.consume(breaks);
        }
    }

    /// Reads a row, from where [`RowReader::offset`] left off.
    pub(super) fn next(&mut self) -> io::Result<Row> {
        self.fields.clear();
        if self.stream.fill_buf()?.is_empty() {
            return Ok(Row::End);
        }
        loop {
            let buffer = self.stream.fill_buf()?;
            if buffer.is_empty() {
                return Ok(self.fields.end_of_file());
            }
            // `position` stops at the first byte that ends the row, so `push` sees each byte once and none of the next row.
            let row_end = buffer.iter().position(|byte| self.fields.push(*byte));
            let read = row_end.map_or(buffer.len(), |last| last + 1);
            self.line += line_feeds(&buffer[..read]);
            self.stream.consume(read);
            if row_end.is_some() {
                return Ok(self.fields.outcome());
            }
        }
    }

    /// The fields of the row as text.
    pub(super) fn decode(&self, decoder: &mut RecordDecoder) -> Result<Vec<String>, DecodeFault> {
        let Fields { text: whole, ends, .. } = &self.fields;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let ranges = starts.zip(ends).map(|(start, end)| start..*end);
        let (text, encoding) = if std::str::from_utf8(whole).is_ok() {
            decoder.decode(whole)?
        } else {
            // Apart, as in the file: a letter beside the last digit of the field before it would not look like Arabic.
            let apart: Vec<u8> = ranges.clone().flat_map(|range| [&whole[range], b"\n"].concat()).collect();
            (Cow::Owned(String::new()), decoder.decode(&apart)?.1)
        };
        // In UTF-8 the fields are slices of the text; in other encodings their bounds are not those of the text, and two fields that are
        // broken by themselves may be sound together, so each is decoded.
        let borrowed = if let Cow::Borrowed(text) = text { text } else { "" };
        let fields = ranges.map(|range| match borrowed.get(range.clone()) {
            Some(field) => Ok(field.to_owned()),
            None => decode(&whole[range], Some(encoding)).map(|(field, _)| field),
        });
        fields.collect()
    }
}

impl Fields {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        (self.position, self.excess, self.is_misquoted) = (Position::FieldStart, None, false);
    }

    /// Takes the next byte; true if it ends the row.
    fn push(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quoting } = self.dialect;
        self.position = match (self.position, byte) {
            (Position::Escaped { in_quotes }, _) => {
                // Before anything else it is a letter: few writers double every backslash.
                if !matches!(byte, b'"' | b'\\') && byte != delimiter && !is_break(byte) {
                    self.keep(b'\\');
                }
                self.keep(byte);
                if in_quotes { Position::Quoted } else { Position::Bare }
            }
            (Position::Quoted, b'\\') if quoting == Quoting::Backslash => Position::Escaped { in_quotes: true },
            (Position::FieldStart | Position::Bare, b'\\') if quoting == Quoting::Backslash => {
                Position::Escaped { in_quotes: false }
            }
            (Position::Quoted, b'"') => Position::AfterQuote,
            (Position::FieldStart, b'"') if quoting != Quoting::Plain => Position::Quoted,
            (Position::AfterQuote, b'"') | (Position::Quoted, _) => {
                self.keep(byte);
                Position::Quoted
            }
            _ if byte == delimiter || is_break(byte) => {
                self.end_field();
                Position::FieldStart
            }
            (position, _) => {
                self.is_misquoted |= position == Position::AfterQuote;
                self.keep(byte);
                Position::Bare
            }
        };
        // A line break elsewhere than inside quotes.
        self.position == Position::FieldStart && is_break(byte)
    }

    fn keep(&mut self, byte: u8) {
        // One byte above the limit is kept, by which `outcome` knows a row that is too long; more would waste memory.
        if self.text.len() > self.limit {
            self.excess.get_or_insert(Row::TooLong);
        } else {
            self.text.push(byte);
        }
    }

    fn end_field(&mut self) {
        // As in `keep`: one above the limit is kept, so that `outcome` can tell.
        if self.ends.len() > MAX_FIELDS {
            self.excess.get_or_insert(Row::TooMany);
        } else {
            self.ends.push(self.text.len());
        }
    }

    /// A last row needs no line break, but its quotes must be closed.
    fn end_of_file(&mut self) -> Row {
        // A row like this has swallowed all rows after the quote, so it cannot be given as a record.
        match self.position {
            Position::Quoted | Position::Escaped { in_quotes: true } => return Row::Unclosed,
            Position::Escaped { in_quotes: false } => self.keep(b'\\'),
            _ => {}
        }
        self.end_field();
        self.outcome()
    }

    fn outcome(&self) -> Row {
        match self.excess {
            Some(excess) => excess,
            None if self.text.len() > self.limit => Row::TooLong,
            None if self.ends.len() > MAX_FIELDS => Row::TooMany,
            None if self.is_misquoted => Row::Misquoted,
            None => Row::Whole,
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').skip(1).count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The outcome and the fields of each row.
    fn rows(bytes: &[u8], limit: u64) -> Vec<(Row, Vec<String>)> {
        rows_of(bytes, limit, Quoting::Doubled)
    }

    fn rows_of(bytes: &[u8], limit: u64, quoting: Quoting) -> Vec<(Row, Vec<String>)> {
        let (mut stream, declared) = TextStream::open(Box::new(bytes), None).expect("in memory");
        let mut decoder = RecordDecoder::new(&mut stream, declared);
        let mut reader = RowReader::new(stream, Dialect { delimiter: b',', quoting }, limit);
        let mut rows = Vec::new();
        loop {
            reader.offset().expect("in memory");
            match reader.next().expect("in memory") {
                Row::End => return rows,
                outcome => rows.push((outcome, reader.decode(&mut decoder).expect("UTF-8"))),
            }
        }
    }

    #[test]
    fn quotes_are_watched() {
        for (row, expected) in [
            ("a,b", Row::Whole),
            ("\"a\",\"b\"", Row::Whole),
            ("\"a\"\"b\",c", Row::Whole),
            ("a\"b,c\"", Row::Whole),
            ("\"a\"b,c", Row::Misquoted),
            ("\"a\" ,c", Row::Misquoted),
            ("\"a,b", Row::Unclosed),
        ] {
            assert_eq!(rows(row.as_bytes(), 99)[0].0, expected, "{row}");
        }
    }

    #[test]
    fn a_backslash_escapes_and_plain_quotes_are_letters() {
        let fields =
            |text: &str, quoting| rows_of(text.as_bytes(), 99, quoting).into_iter().map(|(_, row)| row).collect::<Vec<_>>();
        let escaped = "a\\,b,\"c \\\"d\\\" \\n\"\n\\N,e\\\nf\n\"g\"\"\",h\\";
        let expected = [["a,b", "c \"d\" \\n"], ["\\N", "e\nf"], ["g\"", "h\\"]];
        assert_eq!(fields(escaped, Quoting::Backslash), expected);
        assert_eq!(fields("\"a\" b,\"c\nd,e", Quoting::Plain), [["\"a\" b", "\"c"], ["d", "e"]]);
    }

    #[test]
    fn limits_hold_to_the_byte() {
        let outcomes = |text: &str| rows(text.as_bytes(), 4).into_iter().map(|(row, _)| row).collect::<Vec<_>>();
        assert_eq!(outcomes("ab,cd\nabc,de\nx"), [Row::Whole, Row::TooLong, Row::Whole]);
        let commas = |count: usize| ",".repeat(count);
        assert_eq!(
            outcomes(&format!("{}\n{}\nx", commas(MAX_FIELDS - 1), commas(MAX_FIELDS))),
            [Row::Whole, Row::TooMany, Row::Whole]
        );
    }

    proptest! {
        /// Rows whose quotes are in order have the fields that the `csv` crate reads.
        #[test]
        fn fields_are_those_of_the_csv_crate(text in "[a\u{628} ,\"\r\n]{0,40}") {
            let mine = rows(text.as_bytes(), 1 << 10);
            prop_assume!(mine.iter().all(|(row, _)| *row == Row::Whole));
            let mut theirs = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> = theirs.records()
                .map(|record| record.expect("in memory").iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(mine.into_iter().map(|(_, fields)| fields).collect::<Vec<_>>(), theirs);
        }
    }
}

//! Tables in CSV as people's programs write them: any separator, escaped quotes, lines that only a spreadsheet would write.
//!
//! Fields are separated as the header shows (comma, semicolon, tab or bar), and a backslash may escape quotes.

use csv::{Position, Reader, ReaderBuilder, StringRecord, Trim};
use serde::de::DeserializeOwned;

/// The columns that a table may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// All, in the order in which messages list them.
    pub(crate) all: &'static [&'static str],
    /// Those that it must have.
    pub(crate) required: &'static [&'static str],
}

/// A table, its header read.
pub(crate) struct CsvTable<'b> {
    reader: Reader<&'b [u8]>,
    headers: StringRecord,
    lines: Lines<'b>,
}

impl<'b> CsvTable<'b> {
    /// Reads the header of a table in UTF-8.
    ///
    /// # Errors
    /// What is wrong with it: a column is missing or unknown.
    pub(crate) fn open(bytes: &'b [u8], columns: Columns) -> Result<Self, Vec<String>> {
        // Excel and Notepad begin UTF-8 files with a byte order mark.
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let (bytes, delimiter, skipped) = separated(bytes, columns);
        let escape = bytes.windows(2).any(|pair| pair == b"\\\"").then_some(b'\\');
        let mut reader = ReaderBuilder::new();
        reader.trim(Trim::All).delimiter(delimiter).escape(escape).flexible(true);
        let mut reader = reader.from_reader(bytes);
        let headers = reader.headers().map_err(|error| vec![format!("unreadable header: {error}")])?;
        let headers = headers.iter().map(str::to_lowercase).collect::<StringRecord>();
        check_header(&headers, columns)?;
        Ok(Self { reader, headers, lines: Lines { bytes, at: 0, line: 1 + skipped } })
    }

    /// Passes on each row with its line, from 1; what is wrong with a row that cannot be read, instead of it. Empty rows are left out.
    pub(crate) fn each<R: DeserializeOwned>(mut self, mut pass: impl FnMut(u64, Result<R, String>)) {
        for record in self.reader.records() {
            match record {
                // Spreadsheets write such rows below their last one.
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) => {
                    let line = self.lines.line_of(record.position());
                    let read = |row: StringRecord| row.deserialize(Some(&self.headers)).map_err(|error| error.to_string());
                    pass(line, of_width(record, self.headers.len()).and_then(read));
                }
                Err(error) => pass(self.lines.line_of(error.position()), Err(error.to_string())),
            }
        }
    }
}

/// A row with as many cells as the header: spreadsheets leave out empty cells at the end of some rows, and write some behind others.
fn of_width(mut row: StringRecord, columns: usize) -> Result<StringRecord, String> {
    if row.iter().skip(columns).any(|cell| !cell.is_empty()) {
        let found = row.len();
        return Err(format!(
            "{found} cells, and the header has {columns}; put a cell that holds a separator into double quotes"
        ));
    }
    while row.len() < columns {
        row.push_field("");
    }
    row.truncate(columns);
    Ok(row)
}

/// The table behind a first line that tells the separator (`sep=;`), the separator, and the number of lines that are left out. If no line
/// tells it, it is the one that makes the most known columns of the header.
fn separated(bytes: &[u8], columns: Columns) -> (&[u8], u8, u64) {
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first).to_lowercase();
    if let [delimiter] = line.trim_matches(['"', '\r', '\n']).strip_prefix("sep=").unwrap_or_default().as_bytes() {
        return (&bytes[first.len()..], *delimiter, 1);
    }
    let known = |delimiter: &u8| {
        let names = line.split(char::from(*delimiter)).map(|name| name.trim().trim_matches('"'));
        names.filter(|name| columns.all.contains(name)).count()
    };
    // Of equal ones the last wins.
    let delimiter = [b'|', b'\t', b';', b','].into_iter().max_by_key(known).unwrap_or(b',');
    (bytes, delimiter, 0)
}

/// Checks that the header has all required columns. An unknown column is a fault too, since it may be a misspelt one.
fn check_header(headers: &StringRecord, columns: Columns) -> Result<(), Vec<String>> {
    let found: Vec<&str> = headers.iter().collect();
    let required = columns.required.join(",");
    if let Some(missing) = columns.required.iter().find(|required| !found.contains(required)) {
        return Err(vec![format!("column \"{missing}\" is missing; expected {required}, found {}", found.join(","))]);
    }
    // pandas writes its index as a column without a name, or reads it back as this one.
    let is_index = |name: &str| name.is_empty() || name.starts_with("unnamed: ");
    let unknown = found.iter().filter(|name| !columns.all.contains(name) && !is_index(name));
    let faults: Vec<String> =
        unknown.map(|name| format!("unknown column \"{name}\"; supported are {}", columns.all.join(","))).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Counts lines up to records that come in order. The line number of the `csv` crate is wrong after `\r\n` and blank lines.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line that a record begins on, from 1; 0 if its position is unknown.
    fn line_of(&mut self, position: Option<&Position>) -> u64 {
        let Some(start) = position.and_then(|position| usize::try_from(position.byte()).ok()) else { return 0 };
        // A record's position lies before the blank lines that the csv crate skips.
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let blank = self.bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| is_break(byte)).count());
        let passed = self.bytes.get(self.at..start + blank).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').skip(1).map(|_| 1).sum::<u64>();
        // Never back: a line that was counted must not be counted again.
        self.at = (start + blank).max(self.at);
        self.line
    }
}

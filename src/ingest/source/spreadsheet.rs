//! Spreadsheets (Excel, `OpenDocument`): the rows of one sheet as records.
//!
//! The sheet is the first with a usable header; others are told. Memory holds the whole sheet, since the format allows nothing else, so it
//! is bounded by what the file unpacks to. Rows have the numbers that a person sees beside them.

use std::io::{self, Cursor, Read as _};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, ExcelDateTime, Range, Reader as _, open_workbook_auto_from_rs};
use engine::document::Encoding;
use serde_json::Value;

use super::found::Content;
use super::header;
use super::output::{LeafOutput, RecordPlace};
use super::settings::SourceSettings;

/// The rows in which a header is looked for: titles and blank rows may stand above it.
const HEADER_ROWS: usize = 10;
/// Columns that a message shows.
const SHOWN: usize = 8;

/// A sheet with a header.
#[derive(Debug)]
pub(crate) struct Sheet {
    name: String,
    /// The names of the columns, and the number of the row that gives them, from 1.
    pub(crate) header: Vec<String>,
    pub(crate) header_row: usize,
    /// The rows below that are not empty, with their numbers.
    pub(crate) rows: Vec<(usize, Vec<Value>)>,
    /// The other sheets that hold anything.
    others: Vec<String>,
}

/// Reads every row as a record.
pub(super) fn read(bytes: &[u8], settings: &SourceSettings<'_>, output: &mut LeafOutput<'_, '_>) -> ControlFlow<()> {
    let filled = |names: &[String]| -> Vec<(String, Value)> {
        names.iter().map(|name| (name.clone(), Value::String("x".to_owned()))).collect()
    };
    let has_text = |names: &[String]| (settings.is_article)(&filled(names));
    read_with(bytes, settings.limits.max_leaf_bytes, &has_text, "may hold the text (fields.text)", output)
}

/// The same, with another idea of which header is usable; `wanted` says what one of its columns must do.
pub(super) fn read_with(
    bytes: &[u8],
    limit: u64,
    is_header: &dyn Fn(&[String]) -> bool,
    wanted: &str,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let sheet = match sheet_of(bytes, limit, is_header, wanted) {
        Ok(sheet) => sheet,
        Err((code, message)) => return output.reject(code, message),
    };
    let Sheet { name, header, rows, others, .. } = sheet;
    if !others.is_empty() {
        output.notice(&format!(
            "only the sheet {name:?} is read, the first whose header is usable; save others as files of their own: {}",
            others.join(", ")
        ))?;
    }
    for (number, values) in rows {
        let place = RecordPlace { name: format!("row {number}"), offset: None };
        let fields = header.iter().cloned().zip(values).collect();
        output.record(place, Encoding::Utf8, Content::Fields(fields))?;
    }
    ControlFlow::Continue(())
}

/// The first sheet with a usable header.
///
/// # Errors
/// If there is none, or the file cannot be read: a code, and what is wrong.
pub(crate) fn sheet_of(
    bytes: &[u8],
    limit: u64,
    is_header: &dyn Fn(&[String]) -> bool,
    wanted: &str,
) -> Result<Sheet, (&'static str, String)> {
    const BROKEN: &str = "broken_table";
    if unpacked_exceeds(bytes, limit).map_err(|error| (BROKEN, format!("broken spreadsheet: {error}")))? {
        let message = format!("unpacked, more than the {limit} bytes of max_file_mib; split it or raise the limit");
        return Err(("too_large", message));
    }
    // The readers trust what a file says of itself, and one file must not end the run.
    let sheets = catch_unwind(AssertUnwindSafe(|| sheets_of(bytes)));
    let sheets = sheets.unwrap_or_else(|_| Err("damaged data".to_owned()));
    let sheets = sheets.map_err(|what| {
        (
            BROKEN,
            format!(
                "a spreadsheet that cannot be read: {what}; if it opens without a password, save it again as .xlsx or .csv"
            ),
        )
    })?;
    let found = sheets.iter().enumerate().find_map(|(index, (_, range))| Some((index, header_of(range, is_header)?)));
    let Some((chosen, (at, names))) = found else { return Err(("broken_header", no_header(&sheets, wanted))) };
    let header = header::checked(names).map_err(|message| ("broken_header", message))?;
    let (name, range) = &sheets[chosen];
    let others = sheets.iter().enumerate().filter(|(index, (_, range))| *index != chosen && !range.is_empty());
    let others = others.map(|(_, (name, range))| format!("{name:?} ({} rows)", range.height())).collect();
    let first = range.start().map_or(0, |(row, _)| row as usize) + 1;
    let rows = range.rows().enumerate().skip(at + 1).map(|(row, cells)| (first + row, cells.iter().map(value_of).collect()));
    let rows = rows.filter(|(_, values): &(usize, Vec<Value>)| values.iter().any(|value| !value.is_null())).collect();
    Ok(Sheet { name: name.clone(), header, header_row: first + at, rows, others })
}

fn sheets_of(bytes: &[u8]) -> Result<Vec<(String, Range<Data>)>, String> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let names = workbook.sheet_names();
    let read = |name: String| match workbook.worksheet_range(&name) {
        Ok(range) => Ok((name, range)),
        Err(error) => Err(format!("the sheet {name:?}: {error}")),
    };
    names.into_iter().map(read).collect()
}

/// Whether the members of a zip archive, which most formats are, unpack to more than a limit. What the archive claims is not believed.
fn unpacked_exceeds(bytes: &[u8], limit: u64) -> io::Result<bool> {
    if !bytes.starts_with(b"PK") {
        return Ok(false);
    }
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).map_err(io::Error::other)?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(io::Error::other)?;
        unpacked += io::copy(&mut member.take(limit.saturating_add(1)), &mut io::sink())?;
        if unpacked > limit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The place of the header in the rows of a sheet, and the names in it.
fn header_of(range: &Range<Data>, is_header: &dyn Fn(&[String]) -> bool) -> Option<(usize, Vec<String>)> {
    let rows = range.rows().take(HEADER_ROWS).map(names_of);
    rows.enumerate().find(|(_, names)| is_header(names))
}

fn names_of(cells: &[Data]) -> Vec<String> {
    cells.iter().map(|cell| shown(&value_of(cell))).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

fn no_header(sheets: &[(String, Range<Data>)], wanted: &str) -> String {
    let first = |(name, range): &(String, Range<Data>)| {
        let names: Vec<String> = range.rows().next().map(names_of).unwrap_or_default();
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).take(SHOWN).collect();
        format!("{name:?}: {}", if names.is_empty() { "empty".to_owned() } else { names.join(", ") })
    };
    let found: Vec<String> = sheets.iter().map(first).collect();
    format!(
        "no sheet has a header, within its first {HEADER_ROWS} rows, with a column that {wanted}; the first rows are {}",
        found.join("; ")
    )
}

/// A cell as a record has it: numbers without a fraction are whole, days and times are text.
fn value_of(cell: &Data) -> Value {
    /// Below this, a double holds every whole number.
    const WHOLE: f64 = 9e15;
    match cell {
        Data::Int(number) => Value::from(*number),
        #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough")]
        Data::Float(number) if number.fract() == 0.0 && number.abs() < WHOLE => Value::from(*number as i64),
        Data::Float(number) => Value::from(*number),
        Data::String(text) if text.is_empty() => Value::Null,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Value::from(text.as_str()),
        Data::Bool(flag) => Value::from(*flag),
        Data::DateTime(moment) => moment_of(*moment),
        // Such as #N/A, the result of a formula that has none.
        Data::Error(_) | Data::Empty => Value::Null,
    }
}

fn moment_of(moment: ExcelDateTime) -> Value {
    if !moment.is_datetime() {
        return Value::from(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    Value::from(match (moment.as_f64() < 1.0, time.as_str()) {
        // A time without a day counts from the zeroth day.
        (true, _) => time,
        (false, "00:00:00") => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02} {time}"),
    })
}

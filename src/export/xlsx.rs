//! Excel workbooks: a header that stays in view, from right to left, texts as strings.
//!
//! Invariant: a text is never a formula, a link or a number. Rows wait in a temporary file, so memory does not grow with their number; what
//! exceeds a sheet goes on in another. Equal rows give equal bytes: the day of creation is fixed.

use std::io::{self, Seek, Write};
use std::rc::Rc;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, RowEncoder};
use super::characters::printable;
use super::files::Encoder;

/// The most rows of a sheet.
const SHEET_ROWS: u32 = 1_048_576;
/// Longest text of a cell, in UTF-16 code units.
const LONGEST_TEXT: usize = 32_767;

pub(super) struct Xlsx {
    columns: Rc<[String]>,
    name: &'static str,
    workbook: Workbook,
    sheets: usize,
    /// Rows of a sheet, its header included.
    sheet_rows: u32,
    next_row: u32,
    cut: usize,
}

impl Xlsx {
    /// An encoder of a table with a name.
    pub(super) fn new(columns: Rc<[String]>, name: &'static str) -> Self {
        Self { columns, name, workbook: Workbook::new(), sheets: 0, sheet_rows: SHEET_ROWS, next_row: 0, cut: 0 }
    }

    fn add_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        let name = if self.sheets == 1 { self.name.to_owned() } else { format!("{} {}", self.name, self.sheets) };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_right_to_left(true).set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(self.columns.iter()) {
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        self.next_row = 1;
        Ok(())
    }

    fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.next_row == self.sheet_rows {
            self.add_sheet()?;
        }
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            self.cut += usize::from(write_cell(sheet, self.next_row, column, cell)?);
        }
        self.next_row += 1;
        Ok(())
    }

    fn write_file(&mut self, out: &mut dyn Write) -> Result<(), XlsxError> {
        let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
        self.workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        // The library wants a stream that it may hand to another thread, which standard output is not.
        let mut whole = tempfile::tempfile()?;
        self.workbook.save_to_writer(&whole)?;
        whole.rewind()?;
        io::copy(&mut whole, out)?;
        Ok(())
    }
}

impl Encoder for Xlsx {
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        self.add_sheet().map_err(as_io)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_file(out).map_err(as_io)
    }

    fn cut(&self) -> usize {
        self.cut
    }
}

impl RowEncoder for Xlsx {
    fn row(&mut self, cells: &[Cell<'_>], _out: &mut dyn Write) -> io::Result<()> {
        self.write_row(cells).map_err(as_io)
    }
}

/// Writes a cell and returns whether its text was cut.
fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell<'_>) -> Result<bool, XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Flag(flag) => drop(sheet.write_boolean(row, column, *flag)?),
        // Sheets hold doubles, which are exact up to 2^53.
        #[expect(clippy::cast_precision_loss, reason = "offsets and counts are smaller than 2^53")]
        Cell::Whole(number) => drop(sheet.write_number(row, column, *number as f64)?),
        Cell::Decimal(number) => drop(sheet.write_number(row, column, double(*number))?),
        Cell::Text(text) => {
            let text = printable(text);
            let kept = cut_to(&text, LONGEST_TEXT);
            sheet.write_string(row, column, kept)?;
            return Ok(kept.len() < text.len());
        }
    }
    Ok(false)
}

/// The double with the same digits: 0.97, where the 32-bit number is 0.9700000286.
fn double(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.into())
}

/// The beginning of a text that has at most so many UTF-16 code units.
fn cut_to(text: &str, most: usize) -> &str {
    let mut units = 0;
    let too_long = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > most
    });
    too_long.map_or(text, |(end, _)| &text[..end])
}

/// The error of the system unwrapped, so that callers recognise a broken pipe.
fn as_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(source) => source,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use calamine::Reader;

    use super::*;

    #[test]
    fn rows_go_on_in_another_sheet() {
        let mut xlsx = Xlsx::new(Rc::new(["number".to_owned()]), "tokens");
        xlsx.sheet_rows = 3;
        let mut bytes = Vec::new();
        xlsx.begin(&mut bytes).expect("a sheet");
        for number in 0..5 {
            xlsx.row(&[Cell::Whole(number)], &mut bytes).expect("a row");
        }
        xlsx.end(&mut bytes).expect("a file");
        let mut book = calamine::Xlsx::new(io::Cursor::new(bytes)).expect("a workbook");
        let sheets = book.worksheets().into_iter().map(|(name, rows)| {
            let cells = rows.rows().map(|row| row[0].to_string()).collect::<Vec<_>>();
            (name, cells.join(" "))
        });
        let expected = [("tokens", "number 0 1"), ("tokens 2", "number 2 3"), ("tokens 3", "number 4")];
        assert!(sheets.eq(expected.map(|(name, cells)| (name.to_owned(), cells.to_owned()))));
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut_to("abc", 3), "abc");
        assert_eq!(cut_to("abc", 2), "ab");
        assert_eq!(cut_to("a😀b", 2), "a", "a character of two units is not halved");
        assert_eq!(cut_to("a😀b", 3), "a😀");
    }

    #[test]
    fn doubles_have_the_digits_of_the_column() {
        assert!((double(0.97) - 0.97).abs() < f64::EPSILON);
    }
}

//! Excel workbooks: a header that stays in view, from right to left, texts as strings.
//!
//! Written by hand: libraries keep a workbook in memory, or panic where a disk is full. Invariant: a text is never a formula, a link or a
//! number. Rows wait in a temporary file, so memory does not grow with their number; what exceeds a sheet goes on in another.

mod package;
mod sheet;

use std::io::{self, Write};
use std::rc::Rc;

use sheet::Sheet;

use super::cell::{Cell, RowEncoder};
use super::files::Encoder;

/// The most rows of a sheet, its header included.
const SHEET_ROWS: u32 = 1_048_576;

pub(super) struct Xlsx {
    columns: Rc<[String]>,
    name: &'static str,
    sheets: Vec<Sheet>,
    sheet_rows: u32,
    cut: usize,
}

impl Xlsx {
    /// An encoder of a table with a name.
    pub(super) fn new(columns: Rc<[String]>, name: &'static str) -> Self {
        Self { columns, name, sheets: Vec::new(), sheet_rows: SHEET_ROWS, cut: 0 }
    }

    fn add_sheet(&mut self) -> io::Result<()> {
        let header: Vec<_> = self.columns.iter().map(|name| Cell::text(name)).collect();
        let mut sheet = Sheet::new()?;
        sheet.row(&header, true)?;
        self.sheets.push(sheet);
        Ok(())
    }

    fn sheet_name(&self, index: usize) -> String {
        if index == 0 { self.name.to_owned() } else { format!("{} {}", self.name, index + 1) }
    }
}

impl Encoder for Xlsx {
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        self.add_sheet()
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let sheets = std::mem::take(&mut self.sheets).into_iter().enumerate();
        let files = sheets.map(|(index, sheet)| Ok((self.sheet_name(index), sheet.finish()?)));
        package::write(&mut files.collect::<io::Result<Vec<_>>>()?, out)
    }

    fn cut(&self) -> usize {
        self.cut
    }
}

impl RowEncoder for Xlsx {
    fn row(&mut self, cells: &[Cell<'_>], _out: &mut dyn Write) -> io::Result<()> {
        if self.sheets.last().is_none_or(|sheet| sheet.rows == self.sheet_rows) {
            self.add_sheet()?;
        }
        if let Some(sheet) = self.sheets.last_mut() {
            self.cut += sheet.row(cells, false)?;
        }
        Ok(())
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
}

//! CSV as RFC 4180 has it: a header, commas, double quotes where they are needed, lines that end in CR LF.
//!
//! Invariant: no cell of text begins like a formula. Numbers are no text: they stay as they are.

use std::io::{self, Write};
use std::rc::Rc;

use super::cell::{Cell, RowEncoder};
use super::files::Encoder;
use crate::dataset::without_formula;

/// A byte order mark, by which spreadsheets know UTF-8.
pub(super) const MARK: &str = "\u{feff}";

pub(super) struct Csv {
    pub(super) columns: Rc<[String]>,
    pub(super) mark: bool,
}

impl Encoder for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = if self.mark { MARK.to_owned() } else { String::new() };
        push_line(&mut line, self.columns.iter().map(String::as_str));
        out.write_all(line.as_bytes())
    }
}

impl RowEncoder for Csv {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let shown: Vec<_> = cells.iter().map(Cell::shown).collect();
        let safe = cells.iter().zip(&shown).map(|(cell, shown)| match cell {
            Cell::Text(text) => without_formula(text),
            _ => shown.as_ref().into(),
        });
        let mut line = String::new();
        push_line(&mut line, safe);
        out.write_all(line.as_bytes())
    }
}

fn push_line(line: &mut String, cells: impl Iterator<Item = impl AsRef<str>>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_cell(line, cell.as_ref());
    }
    line.push_str("\r\n");
}

fn push_cell(line: &mut String, cell: &str) {
    if cell.contains(['"', ',', '\r', '\n']) {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(cell);
    }
}

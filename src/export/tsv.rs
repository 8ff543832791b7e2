//! TSV: a header, tabs between cells, a line feed after each row, and no quotes.
//!
//! Invariant: a row is a line, and each tab is a border. Within cells a tab is `\t`, a line feed `\n`, a carriage return `\r` and a
//! backslash `\\`. No cell of text begins like a formula, because spreadsheets open such files too.

use std::io::{self, Write};
use std::rc::Rc;

use super::cell::{Cell, RowEncoder};
use super::csv::MARK;
use super::files::Encoder;
use crate::dataset::without_formula;

pub(super) struct Tsv {
    pub(super) columns: Rc<[String]>,
    pub(super) mark: bool,
}

impl Encoder for Tsv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mark = if self.mark { MARK } else { "" };
        writeln!(out, "{mark}{}", self.columns.join("\t"))
    }
}

impl RowEncoder for Tsv {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push('\t');
            }
            match cell {
                Cell::Text(text) => push_escaped(&mut line, &without_formula(text)),
                other => line.push_str(&other.shown()),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes())
    }
}

fn push_escaped(line: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\\' => line.push_str("\\\\"),
            letter => line.push(letter),
        }
    }
}

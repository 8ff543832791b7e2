//! A sheet as XML, in a temporary file: a workbook is an archive, into which one part after another is written.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use crate::export::cell::Cell;
use crate::export::characters::printable;
use crate::export::xml::escaped;

/// Longest text of a cell, in UTF-16 code units.
const LONGEST_TEXT: usize = 32_767;

/// The beginning of a sheet: it runs from right to left, and its first row stays in view.
const START: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
    r#"<sheetViews><sheetView rightToLeft="1" workbookViewId="0">"#,
    r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#,
);

pub(super) struct Sheet {
    pub(super) rows: u32,
    stream: BufWriter<File>,
}

impl Sheet {
    pub(super) fn new() -> io::Result<Self> {
        let mut stream = BufWriter::new(tempfile::tempfile().map_err(|error| in_temporary_folder(&error))?);
        stream.write_all(START.as_bytes()).map_err(|error| in_temporary_folder(&error))?;
        Ok(Self { rows: 0, stream })
    }

    /// Writes a row and returns how many of its texts were cut.
    pub(super) fn row(&mut self, cells: &[Cell<'_>], is_header: bool) -> io::Result<usize> {
        self.rows += 1;
        let row = self.rows;
        let mut xml = format!("<row r=\"{row}\">");
        let mut cut = 0;
        for (column, cell) in cells.iter().enumerate() {
            cut += usize::from(push_cell(&mut xml, &format!("{}{row}", letters(column)), cell, is_header));
        }
        xml.push_str("</row>");
        self.stream.write_all(xml.as_bytes()).map_err(|error| in_temporary_folder(&error))?;
        Ok(cut)
    }

    /// The file with the whole sheet, to be read from its start.
    pub(super) fn finish(mut self) -> io::Result<File> {
        let written = self.stream.write_all(b"</sheetData></worksheet>").and_then(|()| self.stream.flush());
        written.map_err(|error| in_temporary_folder(&error))?;
        let mut file = self.stream.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

/// Says where the disk is full, which need not be where the workbook goes.
fn in_temporary_folder(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::new(error.kind(), format!("its rows wait in {} (TMPDIR): {error}", folder.display()))
}

/// Writes a cell and returns whether its text was cut.
fn push_cell(xml: &mut String, place: &str, cell: &Cell<'_>, is_header: bool) -> bool {
    let style = if is_header { " s=\"1\"" } else { "" };
    match cell {
        Cell::Empty => false,
        Cell::Flag(flag) => {
            xml.extend(["<c r=\"", place, "\" t=\"b\"><v>", if *flag { "1" } else { "0" }, "</v></c>"]);
            false
        }
        Cell::Whole(_) | Cell::Decimal(_) => {
            xml.extend(["<c r=\"", place, "\"><v>", &cell.shown(), "</v></c>"]);
            false
        }
        // An empty text is an empty cell.
        Cell::Text(text) if text.is_empty() => false,
        Cell::Text(text) => {
            let text = printable(text);
            let kept = cut_to(&text, LONGEST_TEXT);
            let shown = escaped(&without_codes(kept));
            xml.extend([
                "<c r=\"",
                place,
                "\"",
                style,
                " t=\"inlineStr\"><is><t xml:space=\"preserve\">",
                &shown,
                "</t></is></c>",
            ]);
            kept.len() < text.len()
        }
    }
}

/// The letters of a column: A to Z, then AA.
fn letters(column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column % 26).unwrap_or(0));
    if column < 26 { letter.to_string() } else { format!("{}{letter}", letters(column / 26 - 1)) }
}

/// A text in which nothing is a code of a character: `_x0041_` stands for A, and `_x005F_x0041_` for what looks like its code.
fn without_codes(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, code) = rest.split_at(at);
        safe.push_str(before);
        let is_code =
            code.get(2..7).is_some_and(|code| code.ends_with('_') && code[..4].bytes().all(|b| b.is_ascii_hexdigit()));
        safe.push_str(if is_code { "_x005F_x" } else { "_x" });
        rest = &code[2..];
    }
    safe + rest
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut_to("abc", 3), "abc");
        assert_eq!(cut_to("abc", 2), "ab");
        assert_eq!(cut_to("a😀b", 2), "a", "a character of two units is not halved");
        assert_eq!(cut_to("a😀b", 3), "a😀");
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn no_text_is_a_code() {
        assert_eq!(without_codes("a_x0041_x0042_"), "a_x005F_x0041_x005F_x0042_");
        for text in ["_x", "_x00", "_x004g_", "_x0041", "_xقالت_", "__x"] {
            assert_eq!(without_codes(text), text);
        }
    }
}

//! What a file is, by its contents: for names that do not say it, and for those that say something else.

use std::io::{self, Cursor, Read};

use super::compression::decompress;
use super::foreign::Foreign;
use super::formats::{Compression, Inner, Leaf, Shape};
use crate::ingest::decode::decode;

/// How many bytes from the beginning tell what a file is.
const HEAD_BYTES: usize = 1 << 13;

/// Tags of which a page without a head has some.
const TAGS: [&str; 10] = ["<p>", "<p ", "<div", "<br", "<table", "<span", "<td", "<h1", "<h2", "<font"];

/// The beginning of a file: enough to see what it is. An error ends it; whoever reads on meets that error again.
pub(super) fn read_head(reader: &mut dyn Read) -> Vec<u8> {
    let mut head = Vec::new();
    let _ = reader.take(HEAD_BYTES as u64).read_to_end(&mut head);
    head
}

/// Reads what [`read_head`] did, for its error.
pub(super) fn read_again(reader: &mut dyn Read) -> io::Result<()> {
    io::copy(&mut reader.take(HEAD_BYTES as u64), &mut io::sink()).map(|_| ())
}

/// The reader of what is inside a compression, and what to tell if there is none, or another: servers undo it, and leave the name.
pub(super) fn open<'r>(
    mut reader: Box<dyn Read + 'r>,
    named: Compression,
) -> (io::Result<Box<dyn Read + 'r>>, Option<String>) {
    let head = read_head(&mut *reader);
    let found = compression_of(&head);
    let is_other = found != Some(named) && (found.is_some() || shape_of_contents(&head).is_some());
    let reader: Box<dyn Read + 'r> = Box::new(Cursor::new(head).chain(reader));
    if !is_other {
        // Also of contents that nobody knows: the decoder says best what is wrong with them.
        return (decompress(named, reader), None);
    }
    let notice = format!("named as {} data, which it is not; read as what it is", named.name());
    let opened = match found {
        Some(found) => decompress(found, reader),
        None => Ok(reader),
    };
    (opened, Some(notice))
}

/// What contents are whose name does not say it, or says what they cannot be, and what to tell about the latter.
pub(super) fn found_in(head: &[u8], named: Leaf) -> (Option<Shape>, Option<String>) {
    if named == Leaf::Unknown {
        // An empty file is reported as an empty text.
        let empty = || head.is_empty().then(|| Shape { compressions: Vec::new(), inner: Inner::Leaf(Leaf::Text) });
        return (shape_of_contents(head).or_else(empty), None);
    }
    if named == Leaf::Spreadsheet {
        return text_named_as_spreadsheet(head);
    }
    let is_binary =
        compression_of(head).is_some() || Foreign::of_contents(head).is_some() || head.starts_with(b"PK\x03\x04");
    if !is_binary || !matches!(named, Leaf::Text | Leaf::Html | Leaf::Sgml | Leaf::Json | Leaf::JsonLines | Leaf::Rows(_)) {
        return (None, None);
    }
    let found = shape_of_contents(head);
    let what = found.as_ref().and_then(|found| match (found.compressions.first(), found.inner) {
        (Some(compression), _) => Some(format!("{} data", compression.name())),
        (None, Inner::Zip | Inner::Tar) => Some("an archive".to_owned()),
        // What cannot be read is a reject, which says more.
        (None, Inner::Leaf(_)) => None,
    });
    (found, what.map(|what| format!("its name does not say that it is {what}; read as what it is")))
}

/// What a file is that is named as a spreadsheet and is text: programs export tables so, because spreadsheet programs open them.
fn text_named_as_spreadsheet(head: &[u8]) -> (Option<Shape>, Option<String>) {
    let Some(text) = text_of(head).filter(|text| is_table_or_page(text)) else { return (None, None) };
    let leaf = |leaf| Some(Shape { compressions: Vec::new(), inner: Inner::Leaf(leaf) });
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return (leaf(Leaf::Foreign(Foreign::MarkupTable)), None);
    }
    let delimiter = if text.contains('\t') { b'\t' } else { b',' };
    (leaf(Leaf::Rows(delimiter)), Some("named as a spreadsheet, which it is not; read as a table of text".to_owned()))
}

/// Whether a text has what a table or a page cannot lack, and nothing that no text has: a damaged spreadsheet may be a few bytes of one.
fn is_table_or_page(text: &str) -> bool {
    text.contains(['\n', '\t', ',', ';', '<']) && !text.contains(|c: char| c.is_ascii_control() && !c.is_ascii_whitespace())
}

/// The text at the beginning of a file, if it is text.
fn text_of(head: &[u8]) -> Option<String> {
    // Cut anywhere, the head may end within a character.
    let whole = head.len() < HEAD_BYTES;
    let end = if whole { head.len() } else { head.iter().rposition(u8::is_ascii_whitespace).unwrap_or(head.len()) };
    // UTF-16 has its line breaks in two bytes.
    let end = if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) { end & !1 } else { end };
    decode(&head[..end], None).ok().map(|(text, _)| text).filter(|text| !text.is_empty())
}

/// The shape of a file whose name does not say it; `None` if its contents do not say it either.
pub(super) fn shape_of_contents(head: &[u8]) -> Option<Shape> {
    if let Some(compression) = compression_of(head) {
        return Some(Shape { compressions: vec![compression], inner: Inner::Leaf(Leaf::Unknown) });
    }
    if let Some(foreign) = Foreign::of_contents(head) {
        return Some(Shape { compressions: Vec::new(), inner: Inner::Leaf(Leaf::Foreign(foreign)) });
    }
    let inner = match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Inner::Zip,
        [b'P', b'A', b'R', b'1', ..] => Inner::Leaf(Leaf::Parquet),
        _ if head.get(257..262) == Some(b"ustar") => Inner::Tar,
        _ => Inner::Leaf(leaf_of(head)?),
    };
    Some(Shape { compressions: Vec::new(), inner })
}

/// The compression that contents begin with.
fn compression_of(head: &[u8]) -> Option<Compression> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Some(Compression::Bzip2),
        _ => None,
    }
}

/// A page, records, or Arabic text.
fn leaf_of(head: &[u8]) -> Option<Leaf> {
    let text = text_of(head).unwrap_or_else(|| String::from_utf8_lossy(head).into_owned());
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    let lower = begin.to_ascii_lowercase();
    let is_page = ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| lower.contains(tag));
    let tags = TAGS.iter().filter(|tag| lower.contains(*tag)).count();
    if is_page || (begin.starts_with('<') && tags > 1) {
        return Some(Leaf::Html);
    }
    if begin.starts_with('{') && begin.contains('"') {
        return Some(Leaf::JsonLines);
    }
    if begin.starts_with('[') && begin.contains("{\"") {
        return Some(Leaf::Json);
    }
    is_arabic(&text).then_some(Leaf::Text)
}

/// Whether most letters are Arabic, and nothing is there that no text holds.
fn is_arabic(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (arabic, all) = letters.fold((0_usize, 0_usize), |(arabic, all), c| {
        (arabic + usize::from(matches!(c, '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{feff}')), all + 1)
    });
    arabic * 2 > all && !text.contains(['\0', '\u{fffd}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_named_as_a_spreadsheet_is_read_or_told() {
        let found = |head: &[u8]| found_in(head, Leaf::Spreadsheet).0.map(|shape| shape.inner);
        let utf16: Vec<u8> = "\u{feff}id\ttext\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (head, expected, why) in [
            ("id\ttext\n1\tنص\n".as_bytes(), Some(Inner::Leaf(Leaf::Rows(b'\t'))), "tabs"),
            (&utf16, Some(Inner::Leaf(Leaf::Rows(b'\t'))), "the Unicode text of Excel"),
            ("id,text\n1,نص\n".as_bytes(), Some(Inner::Leaf(Leaf::Rows(b','))), "commas"),
            (b"\n<html><table>", Some(Inner::Leaf(Leaf::Foreign(Foreign::MarkupTable))), "a page"),
            (b"<?xml version='1.0'?><Workbook>", Some(Inner::Leaf(Leaf::Foreign(Foreign::MarkupTable))), "XML"),
            (b"PK\x03\x04\0\0", None, "a spreadsheet"),
            (b"PK\x03\x04", None, "the beginning of one"),
            (b"PK", None, "too little to say"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", None, "an older one"),
            (b"", None, "nothing"),
        ] {
            assert_eq!(found(head), expected, "{why}");
        }
    }

    #[test]
    fn contents_say_what_names_do_not() {
        let leaf = |leaf| Some(Shape { compressions: vec![], inner: Inner::Leaf(leaf) });
        let packed = |compression| Some(Shape { compressions: vec![compression], inner: Inner::Leaf(Leaf::Unknown) });
        let windows = encoding_rs::WINDOWS_1256.encode("أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة في البلاد").0;
        for (head, expected, why) in [
            ("أعلنت الوزارة".as_bytes(), leaf(Leaf::Text), "Arabic text"),
            (&windows, leaf(Leaf::Text), "in another encoding"),
            (b"All rights reserved", None, "a licence"),
            (b"\0\x01\x02", None, "no text"),
            (b"", None, "nothing"),
            (b"  <!DOCTYPE HTML PUBLIC><html>", leaf(Leaf::Html), "a page"),
            (b"<div><p>x</p></div>", leaf(Leaf::Html), "a part of a page"),
            (b"<?php echo 1; ?>", None, "a program"),
            (b"{\"text\": \"x\"}", leaf(Leaf::JsonLines), "records"),
            (b"[{\"text\": \"x\"}]", leaf(Leaf::Json), "a list of records"),
            (b"PAR1", leaf(Leaf::Parquet), "a table"),
            (b"\x1f\x8b\x08\0", packed(Compression::Gzip), "gzip"),
            (b"BZh91AY&SY", packed(Compression::Bzip2), "bzip2"),
            (b"PK\x03\x04xxxx", Some(Shape { compressions: vec![], inner: Inner::Zip }), "an archive"),
            (b"%PDF-1.4", leaf(Leaf::Foreign(Foreign::Pdf)), "a document"),
            (b"PK\x03\x04......[Content_Types].xml", leaf(Leaf::Foreign(Foreign::Document)), "a document within an archive"),
        ] {
            assert_eq!(shape_of_contents(head), expected, "{why}");
        }
    }
}

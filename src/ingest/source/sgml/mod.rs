//! SGML and XML as newswires, feeds and corpora use it: one element per article (`<DOC>`, `<item>`, `<TEI>`), its fields in elements.
//!
//! Most such files are not well-formed (no root, a bare `&`, no end tags), so no parser of XML reads them. What is needed of them
//! is little: where each article begins and ends, and which element holds what. `schema` finds out from the beginning of the file which
//! element is an article; `split` cuts the stream there, in the memory of one article; `columns` reads the elements in it.

mod columns;
mod names;
mod schema;
mod split;
mod tree;

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use super::found::Content;
use super::output::{LeafOutput, RecordPlace};
use super::settings::SourceSettings;
use super::text_stream::{RecordDecoder, TextStream};
pub(super) use schema::Schema;
use split::{Piece, Splitter};

/// The beginning of a file in which its elements must show, in bytes.
const HEAD_BYTES: u64 = 1 << 18;

/// The beginning of a file in which its first tag must show, in bytes.
const FIRST_BYTES: u64 = 1 << 12;

/// What the beginning of a file shows, and a reader that still gives the file from its beginning. A file without a tag at its beginning
/// is looked at no further.
pub(super) fn look<'r>(
    mut reader: Box<dyn Read + 'r>,
    settings: &SourceSettings<'_>,
) -> io::Result<(Schema, Box<dyn Read + 'r>)> {
    let mut head = Vec::new();
    reader.by_ref().take(FIRST_BYTES).read_to_end(&mut head)?;
    let text_of = |head: &[u8]| {
        let mut text = Vec::new();
        if let Ok((mut stream, _)) = TextStream::open(Box::new(head), settings.encoding) {
            // The end of the head may cut a character of UTF-16: what is before it is enough.
            let _cut = stream.read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    };
    let mut schema = Schema::Text;
    if schema::begins_with_tag(&text_of(&head)) {
        reader.by_ref().take(HEAD_BYTES - FIRST_BYTES).read_to_end(&mut head)?;
        schema = Schema::of(&text_of(&head), settings.text_names);
    }
    Ok((schema, Box::new(Cursor::new(head).chain(reader))))
}

/// Why a file of markup is not read; `elements` are those found in it.
pub(super) fn unknown(elements: &str, settings: &SourceSettings<'_>) -> String {
    format!(
        "no element that may hold an article's text ({}) in the first {HEAD_BYTES} bytes of SGML or XML; elements found: {elements}; name the one with \
         the text in fields.text, convert the file, or add it to ingest.skip",
        settings.text_names.join(", ")
    )
}

/// Reads every article as a record; `element` is the name of their elements.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    element: &str,
    settings: &SourceSettings<'_>,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let limit = settings.limits.max_leaf_bytes;
    let (mut stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    let mut decoder = RecordDecoder::new(&mut stream, declared);
    let mut splitter = Splitter::new(stream, element, limit);
    let mut number = 0_u64;
    loop {
        let piece = match splitter.next() {
            Ok(Some(piece)) => piece,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return output.read_fault(&error, Some(splitter.offset())),
        };
        number += u64::from(!matches!(piece, Piece::Stray { .. }));
        let place = |offset| RecordPlace { name: format!("document {number}"), offset: Some(offset) };
        match piece {
            Piece::TooLong { offset } => output.too_large_record(&place(offset), limit)?,
            Piece::Stray { offset, bytes } => {
                let message = format!(
                    "{bytes} bytes of text outside of <{element}>, after document {number}; put each article into an element <{element}> of its own"
                );
                output.broken_record(
                    &RecordPlace { name: format!("after document {number}"), offset: Some(offset) },
                    message,
                )?;
            }
            Piece::Record { offset, bytes } => match decoder.decode(&bytes) {
                Err(fault) => output.decode_fault(&place(offset), &fault)?,
                Ok((text, _)) => {
                    let fields = columns::of_record(&text, settings.text_names);
                    output.record(place(offset), decoder.source_encoding(), Content::Fields(fields))?;
                }
            },
        }
    }
}

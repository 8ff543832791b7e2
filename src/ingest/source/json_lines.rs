//! JSON lines: a record a line, in the memory of one line.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use super::object;
use super::output::{LeafOutput, RecordPlace};
use super::text_stream::{RecordDecoder, TextStream};
use super::{Content, SourceSettings};

/// What a line was.
enum Line {
    /// None is left.
    End,
    /// It stands in the buffer.
    Whole,
    /// Longer than the limit; passed over.
    TooLong,
}

/// Reads every line as a record.
pub(super) fn read(reader: Box<dyn Read + '_>, settings: &SourceSettings, output: &mut LeafOutput) -> ControlFlow<()> {
    let limit = settings.limits.max_leaf_bytes;
    let (mut stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    let mut decoder = RecordDecoder::new(declared, stream.transcoded());
    let mut line = Vec::new();
    for number in 1_u64.. {
        let place = RecordPlace { name: format!("line {number}"), offset: stream.offset() };
        match read_line(&mut stream, &mut line, limit) {
            Ok(Line::End) => break,
            Ok(Line::TooLong) => output.too_large_record(&place, limit)?,
            Ok(Line::Whole) if line.trim_ascii().is_empty() => {}
            Ok(Line::Whole) => match decoder.decode(&line) {
                Err(fault) => output.decode_fault(&place, &fault)?,
                Ok((text, _)) => match object::parse(text.strip_prefix('\u{feff}').unwrap_or(&text)) {
                    Ok(fields) => output.record(place, decoder.source_encoding(), Content::Fields(fields))?,
                    Err(message) => output.broken_record(&place, message)?,
                },
            },
            Err(error) => return output.read_fault(&error, Some(stream.offset())),
        }
    }
    ControlFlow::Continue(())
}

/// Reads a line without its line feed; keeps no more than `limit` bytes and one of it.
fn read_line(stream: &mut TextStream<'_>, line: &mut Vec<u8>, limit: u64) -> io::Result<Line> {
    line.clear();
    let count = stream.by_ref().take(limit.saturating_add(1)).read_until(b'\n', line)?;
    if count == 0 {
        return Ok(Line::End);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && count as u64 > limit {
        stream.skip_until(b'\n')?;
        // One long line must not hold its memory for all the short ones after it.
        line.clear();
        line.shrink_to(1 << 16);
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}

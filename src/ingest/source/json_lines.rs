//! JSON lines: one record per line. Memory holds one line at a time.

use std::io::{self, BufRead, Read as _};
use std::ops::ControlFlow;

use super::found::Content;
use super::json_object;
use super::output::{LeafOutput, RecordPlace};
use super::settings::SourceSettings;
use super::text_stream::{RecordDecoder, TextStream};

/// The outcome of reading a line.
enum Line {
    /// No line is left.
    End,
    /// It is in the buffer.
    Whole,
    /// It is longer than the limit, and was skipped.
    TooLong,
}

/// Reads every line as a record.
pub(super) fn read(
    mut stream: TextStream<'_>,
    mut decoder: RecordDecoder,
    settings: &SourceSettings<'_>,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let limit = settings.limits.max_leaf_bytes;
    let mut line = Vec::new();
    for number in 1_u64.. {
        let offset = stream.offset();
        let place = RecordPlace { name: format!("line {number}"), offset: Some(offset) };
        match read_line(&mut stream, &mut line, limit) {
            Ok(Line::End) => break,
            Ok(Line::TooLong) => output.too_large_record(&place, limit)?,
            // Skipped but counted, so that the numbers are those that an editor shows.
            Ok(Line::Whole) if line.trim_ascii().is_empty() => {}
            Ok(Line::Whole) => match decoder.decode(&line) {
                Err(fault) => output.decode_fault(&place, &fault)?,
                Ok((text, _)) => match json_object::parse(text.strip_prefix('\u{feff}').unwrap_or(&text)) {
                    Ok(fields) => output.record(place, decoder.source_encoding(), Content::Fields(fields))?,
                    Err(fault) => output.broken_record(&place, fault.message(number, offset))?,
                },
            },
            Err(error) => return output.read_fault(&error, Some(stream.offset())),
        }
    }
    ControlFlow::Continue(())
}

/// Reads a line without its line feed; keeps at most `limit + 1` bytes of it.
fn read_line(stream: &mut TextStream<'_>, line: &mut Vec<u8>, limit: u64) -> io::Result<Line> {
    line.clear();
    // The byte above the limit is room for the line feed of a line that just reaches it.
    let count = stream.by_ref().take(limit.saturating_add(1)).read_until(b'\n', line)?;
    if count == 0 {
        return Ok(Line::End);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && count as u64 > limit {
        stream.skip_until(b'\n')?;
        // One long line must not keep its memory while the short ones after it are read.
        line.clear();
        line.shrink_to(1 << 16);
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}

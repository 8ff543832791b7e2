//! A stream of text that knows its offset in the source, without the byte order mark and with UTF-16 converted to UTF-8.
//!
//! Records are split at the bytes of line feeds and separators, which is right in encodings that extend ASCII but wrong in UTF-16. So UTF-16 is
//! converted before splitting; everything else is decoded after it, record by record.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use super::compression::BUFFER_BYTES;
use super::fault::Fault;
use crate::ingest::decode::{DeclaredEncoding, DecodeFault, decode_beside};
use crate::ingest::detection::likely_encoding;
use engine::document::Encoding;

/// Bytes of text in an encoding that extends ASCII, and their offset in the source.
pub(super) struct TextStream<'r> {
    reader: Box<dyn BufRead + 'r>,
    /// The encoding of the source if it is UTF-16 and is converted to UTF-8.
    transcoded: Option<Encoding>,
    offset: u64,
}

impl<'r> TextStream<'r> {
    /// Opens a stream by its first bytes; returns it with the encoding of its records, if that is known.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn open(
        mut reader: Box<dyn Read + 'r>,
        declared: Option<DeclaredEncoding>,
    ) -> io::Result<(Self, Option<DeclaredEncoding>)> {
        let mut head = Vec::new();
        reader.by_ref().take(4).read_to_end(&mut head)?;
        let (encoding, mark) = match head[..] {
            // A program that marks all its files puts the mark before other bytes, too: the records tell.
            [0xef, 0xbb, 0xbf, ..] => (None, 3),
            [0xff, 0xfe, ..] => (Some(Encoding::Utf16Le), 2),
            [0xfe, 0xff, ..] => (Some(Encoding::Utf16Be), 2),
            _ if declared.is_some() => (declared.map(|DeclaredEncoding(encoding)| encoding), 0),
            [1..=0xff, 0, 1..=0xff, 0] => (Some(Encoding::Utf16Le), 0),
            [0, 1..=0xff, 0, 1..=0xff] => (Some(Encoding::Utf16Be), 0),
            _ => (None, 0),
        };
        // What was read to look for the mark is put back in front, without the mark.
        let body = io::Cursor::new(head.split_off(mark)).chain(reader);
        let source = BufReader::with_capacity(BUFFER_BYTES, body);
        let offset = mark as u64;
        let decoder = match encoding {
            Some(Encoding::Utf16Le) => UTF_16LE.new_decoder_without_bom_handling(),
            Some(Encoding::Utf16Be) => UTF_16BE.new_decoder_without_bom_handling(),
            known => return Ok((Self { reader: Box::new(source), transcoded: None, offset }, known.map(DeclaredEncoding))),
        };
        let transcoder = Transcoder { source, decoder, offset, text: Vec::new(), start: 0, finished: false, fault: None };
        let stream = Self { reader: Box::new(transcoder), transcoded: encoding, offset };
        Ok((stream, Some(DeclaredEncoding(Encoding::Utf8))))
    }

    /// A stream over bytes in memory, which are in an encoding that extends ASCII.
    pub(super) fn of_bytes(bytes: &'r [u8]) -> Self {
        Self { reader: Box::new(bytes), transcoded: None, offset: 0 }
    }

    /// The next bytes, up to a number, without moving on; fewer only if no more can be read.
    pub(super) fn peek(&mut self, count: usize) -> Vec<u8> {
        let mut head = Vec::new();
        let mut reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        // An error is met again by whoever reads on: the layers below keep it.
        let _ = reader.by_ref().take(count as u64).read_to_end(&mut head);
        self.reader = Box::new(io::Cursor::new(head.clone()).chain(reader));
        head
    }

    /// The encoding of the source if it is converted to UTF-8.
    pub(super) fn transcoded(&self) -> Option<Encoding> {
        self.transcoded
    }

    /// Offset of the next byte in the source.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }
}

impl Read for TextStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for TextStream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // Measured before the bytes are consumed, because afterwards they can no longer be seen.
        self.offset += match self.reader.fill_buf() {
            Ok(text) if self.transcoded.is_some() => utf16_bytes(&text[..count.min(text.len())]),
            _ => count as u64,
        };
        self.reader.consume(count);
    }
}

/// Size of a piece of UTF-8 in UTF-16, in bytes, even if the piece cuts a character: each character counts at its first byte, with one
/// unit of two bytes, or two units from U+10000 on.
fn utf16_bytes(text: &[u8]) -> u64 {
    text.iter().map(|byte| 2 * (u64::from(byte & 0xc0 != 0x80) + u64::from(*byte >= 0xf0))).sum()
}

/// Converts UTF-16 to UTF-8, piece by piece; a broken surrogate pair is a fault, never U+FFFD.
struct Transcoder<R> {
    source: R,
    decoder: Decoder,
    /// Offset of the next byte to decode in the source.
    offset: u64,
    text: Vec<u8>,
    start: usize,
    finished: bool,
    fault: Option<Fault>,
}

impl<R: BufRead> Transcoder<R> {
    /// Decodes the next piece. The piece is empty only at the end or at a fault; a fault is returned after all valid text before it.
    fn refill(&mut self) -> io::Result<()> {
        self.start = 0;
        self.text.clear();
        while self.text.is_empty() && !self.finished && self.fault.is_none() {
            self.text.resize(BUFFER_BYTES, 0);
            // On an error the buffer still holds the zeros of `resize`, which the next call would give as text.
            let source = self.source.fill_buf().inspect_err(|_| self.text.clear())?;
            let last = source.is_empty();
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(source, &mut self.text, last);
            self.source.consume(read);
            self.offset += read as u64;
            self.text.truncate(written);
            // At the end of the source the decoder may still lack room for its last characters: then it is asked again.
            self.finished = last && result == DecoderResult::InputEmpty;
            if let DecoderResult::Malformed(..) = result {
                let message = format!("broken UTF-16 before byte {}; restore the file from its source", self.offset);
                self.fault = Some(Fault { code: "broken_encoding", message });
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Transcoder<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.text.len() {
            self.refill()?;
        }
        match &self.fault {
            Some(fault) if self.text.is_empty() => Err(fault.clone().into()),
            _ => Ok(&self.text[self.start..]),
        }
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.text.len());
    }
}

/// The bytes at the beginning of a source that tell the encoding of its records.
const SAMPLE_BYTES: usize = 1 << 18;

/// Decodes records one by one, as [`decode_beside`] does.
///
/// A record can be too short to reveal its encoding; then that of the others applies: of the first ones, or else of one before it.
pub(super) struct RecordDecoder {
    declared: Option<DeclaredEncoding>,
    likely: Option<Encoding>,
    transcoded: Option<Encoding>,
    last: Encoding,
}

impl RecordDecoder {
    /// `declared` is the encoding returned by [`TextStream::open`].
    pub(super) fn new(stream: &mut TextStream<'_>, declared: Option<DeclaredEncoding>) -> Self {
        let likely = if declared.is_none() { likely_encoding(&stream.peek(SAMPLE_BYTES)) } else { None };
        Self { declared, likely, transcoded: stream.transcoded(), last: Encoding::Utf8 }
    }

    /// The encoding of the last record in the source.
    pub(super) fn source_encoding(&self) -> Encoding {
        self.transcoded.unwrap_or(self.last)
    }

    /// The record's text, and its encoding.
    ///
    /// # Errors
    /// If it is not text in a supported encoding.
    pub(super) fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<(Cow<'b, str>, DeclaredEncoding), DecodeFault> {
        const UTF_8: DeclaredEncoding = DeclaredEncoding(Encoding::Utf8);
        if self.declared.is_none_or(|declared| declared == UTF_8)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            self.last = Encoding::Utf8;
            return Ok((Cow::Borrowed(text), UTF_8));
        }
        let (text, encoding) = decode_beside(bytes, self.declared, self.likely)?;
        self.last = encoding;
        // Nothing else is worth learning: UTF-8 shows itself in every record.
        if self.declared.is_none() && encoding != Encoding::Utf8 {
            self.likely = self.likely.or(Some(encoding));
        }
        Ok((Cow::Owned(text), DeclaredEncoding(encoding)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn offsets_are_those_of_the_source() {
        let source = [vec![0xff, 0xfe], utf16("قال 😀\nنعم")].concat();
        let (mut stream, _) = TextStream::open(Box::new(&source[..]), None).expect("readable");
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).expect("sound");
        assert_eq!(std::str::from_utf8(&line), Ok("قال 😀\n"));
        assert_eq!(stream.offset(), 2 + 2 * 7, "four units, two of the smiling face, one of the line feed");
        stream.read_to_end(&mut line).expect("sound");
        assert_eq!(stream.offset(), source.len() as u64);
    }

    #[test]
    fn valid_text_before_broken_utf16_is_given() {
        let source = [utf16("{a\n"), vec![0x00, 0xd8], utf16("b")].concat();
        let (mut stream, _) = TextStream::open(Box::new(&source[..]), None).expect("readable");
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).expect("sound");
        assert_eq!(line, b"{a\n");
        let error = stream.read_to_end(&mut line).expect_err("half a pair");
        assert_eq!(Fault::of_read(&error).code, "broken_encoding");
    }

    #[test]
    fn a_short_record_has_the_encoding_of_a_longer_one_before_it() {
        let windows = |text: &str| encoding_rs::WINDOWS_1256.encode(text).0.into_owned();
        let long = windows("تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط بالنسب لاقتصاديات دول المجلس");
        let mut decoder = RecordDecoder::new(&mut TextStream::of_bytes(b""), None);
        let short = windows("é: ٌ");
        assert!(decoder.decode(&short).is_err(), "nothing tells yet");
        assert!(decoder.decode(&long).is_ok());
        assert_eq!(decoder.decode(&short).map(|(text, _)| text.into_owned()), Ok("é: ٌ".to_owned()));
    }
}

//! Cuts a stream of markup into articles, in the memory of one.

use std::io::{self, BufRead, Read};

use super::super::text_stream::TextStream;
use super::schema::kind_of_name;

/// Most bytes read at once while something is skipped.
const PIECE_BYTES: u64 = 1 << 16;

/// Longest name of an element, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// A piece of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// An article with its tags.
    Record {
        /// Its first byte in the source.
        offset: u64,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// An article above the limit; skipped.
    TooLong {
        /// Its first byte in the source.
        offset: u64,
    },
    /// Text in no article.
    Stray {
        /// Its first byte in the source.
        offset: u64,
        /// Its length.
        bytes: usize,
    },
}

/// Cuts a stream into articles.
pub(super) struct Splitter<'r> {
    stream: TextStream<'r>,
    /// The kind of name of the articles' elements.
    element: String,
    limit: u64,
    /// The article whose beginning was read already: its offset, and its tag up to the end of the name.
    begun: Option<(u64, Vec<u8>)>,
    /// Whether an article was given; what is before the first describes the file.
    has_given: bool,
}

impl<'r> Splitter<'r> {
    /// `limit` is the largest article, in bytes.
    pub(super) fn new(stream: TextStream<'r>, element: &str, limit: u64) -> Self {
        Self { stream, element: kind_of_name(element), limit, begun: None, has_given: false }
    }

    /// How far the stream has been read, in bytes of the source.
    pub(super) fn offset(&self) -> u64 {
        self.stream.offset()
    }

    /// The next piece.
    ///
    /// # Errors
    /// If the stream cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.begun.is_none()
            && let Some(stray) = self.skip()?.filter(|_| self.has_given)
        {
            return Ok(Some(stray));
        }
        self.has_given = true;
        match self.begun.take() {
            Some((offset, bytes)) => self.record(offset, bytes).map(Some),
            None => Ok(None),
        }
    }

    /// Reads up to the beginning of the next article; returns text before it, if there is any.
    fn skip(&mut self) -> io::Result<Option<Piece>> {
        let (mut start, mut length) = (None, 0);
        let mut piece = Vec::new();
        let mut in_tag = false;
        loop {
            let offset = self.stream.offset();
            piece.clear();
            if self.stream.by_ref().take(PIECE_BYTES).read_until(b'<', &mut piece)? == 0 {
                break;
            }
            let at_tag = piece.pop_if(|last| *last == b'<').is_some();
            // What stands before the end of a tag is its attributes.
            let text = if in_tag {
                piece.iter().position(|byte| *byte == b'>').map_or(&piece[..0], |end| &piece[end + 1..])
            } else {
                &piece[..]
            };
            if !text.trim_ascii().is_empty() {
                start.get_or_insert(offset);
                length += text.trim_ascii().len();
            }
            in_tag = at_tag;
            if at_tag {
                let offset = self.tag_offset();
                let name = self.name()?;
                if self.is_element(&name) {
                    self.begun = Some((offset, [b"<", &name[..]].concat()));
                    break;
                }
            }
        }
        Ok(start.map(|offset| Piece::Stray { offset, bytes: length }))
    }

    /// Reads the rest of an article: up to its end tag, to the beginning of the next article, or to the end.
    fn record(&mut self, offset: u64, mut bytes: Vec<u8>) -> io::Result<Piece> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut is_too_long = false;
        loop {
            let read = self.stream.by_ref().take(PIECE_BYTES).read_until(b'<', &mut bytes)?;
            if read == 0 {
                break;
            }
            if bytes.len() > limit {
                is_too_long = true;
                // The last byte tells whether a tag begins.
                bytes.drain(..bytes.len() - 1);
            }
            if bytes.last() != Some(&b'<') {
                continue;
            }
            let next = self.tag_offset();
            let name = self.name()?;
            if self.is_element(&name) {
                bytes.pop();
                self.begun = Some((next, [b"<", &name[..]].concat()));
                break;
            }
            bytes.extend_from_slice(&name);
            if name.strip_prefix(b"/").is_some_and(|name| self.is_element(name)) {
                self.stream.by_ref().take(PIECE_BYTES).read_until(b'>', &mut bytes)?;
                break;
            }
        }
        Ok(if is_too_long { Piece::TooLong { offset } } else { Piece::Record { offset, bytes } })
    }

    /// The offset of the `<` that was read last.
    fn tag_offset(&self) -> u64 {
        self.stream.offset() - if self.stream.transcoded().is_some() { 2 } else { 1 }
    }

    /// Reads the name of a tag, with the slash of an end tag before it.
    fn name(&mut self) -> io::Result<Vec<u8>> {
        let mut name = Vec::new();
        loop {
            let Some(byte) = self.stream.fill_buf()?.first().copied() else { return Ok(name) };
            let is_part =
                byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte) || byte >= 0x80 || (byte == b'/' && name.is_empty());
            if !is_part || name.len() >= MAX_NAME_BYTES {
                return Ok(name);
            }
            name.push(byte);
            self.stream.consume(1);
        }
    }

    fn is_element(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| kind_of_name(name) == self.element)
    }
}

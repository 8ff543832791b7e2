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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(source: &[u8], limit: u64) -> Vec<Piece> {
        let (stream, _) = TextStream::open(Box::new(source), None).expect("in memory");
        let mut splitter = Splitter::new(stream, "DOC", limit);
        std::iter::from_fn(|| splitter.next().expect("in memory")).collect()
    }

    fn told(source: &str, limit: u64) -> Vec<String> {
        let line = |piece| match piece {
            Piece::Record { offset, bytes } => format!("@{offset} {}", String::from_utf8_lossy(&bytes)),
            Piece::TooLong { offset } => format!("@{offset} too long"),
            Piece::Stray { offset, bytes } => format!("@{offset} {bytes} stray"),
        };
        pieces(source.as_bytes(), limit).into_iter().map(line).collect()
    }

    #[test]
    fn articles_are_cut_out() {
        for (source, expected, why) in [
            ("<DOC>a</DOC>\n<doc id=1>b</Doc >", &["@0 <DOC>a</DOC>", "@13 <doc id=1>b</Doc >"][..], "in any case"),
            ("<set name='x'>\n<DOC>a</DOC></set>", &["@15 <DOC>a</DOC>"], "a root"),
            ("<rss>feed<DOC>a</DOC></rss>", &["@9 <DOC>a</DOC>"], "what is before the first describes the file"),
            ("<DOC>a<DOC>b", &["@0 <DOC>a", "@6 <DOC>b"], "no end tags"),
            (
                "<DOC>a</DOC>xy<DOCNO>2</DOCNO><DOC>b</DOC>",
                &["@0 <DOC>a</DOC>", "@12 3 stray", "@30 <DOC>b</DOC>"],
                "text between",
            ),
            (
                "<DOC>123456789012345678901234567890</DOC><DOC>b</DOC>",
                &["@0 too long", "@41 <DOC>b</DOC>"],
                "above the limit",
            ),
            ("<DOC_1>a</DOC_1><DOC_2>b</DOC_2>", &["@0 <DOC_1>a</DOC_1>", "@16 <DOC_2>b</DOC_2>"], "numbered elements"),
            ("<DOCUMENT>a</DOCUMENT>", &[], "another element"),
            ("<DOC>a < b <<c>></DOC>", &["@0 <DOC>a < b <<c>></DOC>"], "angle brackets"),
        ] {
            assert_eq!(told(source, 24), expected, "{why}");
        }
    }

    proptest! {
        /// Whatever the size of the buffers, offsets are those of the source and the pieces are its bytes.
        #[test]
        fn pieces_are_the_bytes_of_the_source(articles in proptest::collection::vec("[a-c <>&ب\n]{0,30}", 1..20)) {
            let articles: Vec<String> = articles.iter().map(|text| format!("<DOC>{}</DOC>", text.replace("</", ""))).collect();
            let source = articles.join("\n");
            let mut records = Vec::new();
            for piece in pieces(source.as_bytes(), 1 << 20) {
                let Piece::Record { offset, bytes } = piece else { panic!("{piece:?}") };
                let at = usize::try_from(offset).expect("small");
                prop_assert_eq!(&source.as_bytes()[at..at + bytes.len()], &bytes[..]);
                records.push(String::from_utf8(bytes).expect("UTF-8"));
            }
            prop_assert_eq!(records, articles);
        }
    }
}

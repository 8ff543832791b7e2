//! Recognises the encoding of bytes by their contents.
//!
//! Valid UTF-8 proves itself. Of the encodings of one byte a character the text has the one in which it reads most like Arabic; a word or
//! two may read about equally well in both, and then the texts around them decide: the values of a table, the files of a folder.

use serde::{Deserialize, Serialize};

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use engine::arabic::is_letter;
use engine::arabic::likeness::{reads_as_arabic, unlikeness};
use engine::document::Encoding;

use super::decode_fault::DecodeFault;
use super::other_encodings::OtherEncoding;

/// What to do with UTF-8 of which some bytes are broken.
pub(super) const MEND_UTF8: &str = "restore the file from its source, or drop the broken bytes (iconv -f utf-8 -t utf-8 -c)";

/// How much less unlike Arabic ISO 8859-6 must make a text than Windows-1256 does, in the unit of [`unlikeness`]: it is by far the less frequent,
/// and a word or two reads about equally well in both.
const RARE_ENCODING: u32 = 60;
/// The same for an encoding that the texts around do not have: by this, and by so much more the shorter the text is.
const ODD_ENCODING: u32 = 60;
const ODD_ENCODING_OF_A_LETTER: usize = 3000;
/// A text of no more bytes beyond ASCII, all of them letters, may have rarer ones than a longer text.
const SHORT: usize = 12;
const MOST_IF_SHORT: u32 = 540;
/// Fewest bytes beyond ASCII that tell the encoding of the texts around them.
const TELLING: u64 = 24;

/// Bytes as text; `None` if they are not valid in the encoding.
pub(super) fn decode_as(encoding: Encoding, bytes: &[u8]) -> Option<String> {
    let decoder = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Windows1256 => WINDOWS_1256,
        Encoding::Iso8859_6 => ISO_8859_6,
    };
    decoder.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
}

/// The fault of UTF-32.
pub(super) fn utf32() -> DecodeFault {
    let message = "UTF-32, which is not supported; convert it to UTF-8".to_owned();
    DecodeFault { code: "unknown_encoding", message, offset: Some(0) }
}

/// The encoding of bytes without a mark; `likely` is that of the texts around them.
///
/// # Errors
/// If they are not text in a supported encoding.
pub(super) fn detect(bytes: &[u8], likely: Option<Encoding>) -> Result<Encoding, DecodeFault> {
    // Before the search for NUL bytes: every ASCII character in UTF-16 has one.
    if let Some(encoding) = detect_utf16(bytes) {
        return Ok(encoding);
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        if is_utf32(bytes) {
            return Err(utf32());
        }
        let message = format!("a NUL byte at byte {offset}: this is not a text file; remove it or add it to ingest.skip");
        return Err(DecodeFault { code: "binary", message, offset: Some(offset) });
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(Encoding::Utf8) };
    // Damaged UTF-8 would also decode as Windows-1256, without a fault, but to garbage.
    if is_mostly_utf8(bytes) {
        let offset = error.valid_up_to();
        let message = format!("broken utf-8 at byte {offset}; {MEND_UTF8}");
        return Err(DecodeFault { code: "broken_encoding", message, offset: Some(offset) });
    }
    most_arabic(bytes, likely).ok_or_else(|| unknown(bytes, error.valid_up_to()))
}

/// The encoding of one byte a character in which the bytes read as Arabic; of two, the more likely one.
fn most_arabic(bytes: &[u8], likely: Option<Encoding>) -> Option<Encoding> {
    let beyond = count_beyond_ascii(bytes);
    let read = |encoding: Encoding| {
        let text = decode_as(encoding, bytes)?;
        let cost = unlikeness(&text)?;
        let is_short = || beyond <= SHORT && cost <= MOST_IF_SHORT && text.chars().all(|c| c.is_ascii() || is_letter(c));
        let is_arabic = reads_as_arabic(&text) || is_short();
        let doubt = match likely {
            Some(likely) if likely == encoding => 0,
            Some(_) => ODD_ENCODING + u32::try_from(ODD_ENCODING_OF_A_LETTER / beyond.max(1)).unwrap_or(u32::MAX),
            None if encoding == Encoding::Iso8859_6 => RARE_ENCODING,
            None => 0,
        };
        (is_arabic || likely == Some(encoding)).then_some((cost.saturating_add(doubt), encoding))
    };
    let found = [Encoding::Windows1256, Encoding::Iso8859_6].into_iter().filter_map(read).min_by_key(|(cost, _)| *cost);
    found.map(|(_, encoding)| encoding)
}

/// How unlike Arabic texts are in each encoding of one byte a character, summed over their bytes beyond ASCII.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct EncodingVotes {
    bytes: u64,
    windows_1256: u64,
    iso_8859_6: u64,
}

impl EncodingVotes {
    /// Those of a text; none if it is UTF-8 or not Arabic.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let is_utf8 = std::str::from_utf8(bytes).is_ok() || is_mostly_utf8(bytes);
        if is_utf8 || detect_utf16(bytes).is_some() || most_arabic(bytes, None).is_none() {
            return Self::default();
        }
        let beyond = count_beyond_ascii(bytes) as u64;
        let cost = |encoding| {
            /// Of bytes that are not valid in the encoding.
            const INVALID: u32 = 1200;
            u64::from(decode_as(encoding, bytes).and_then(|text| unlikeness(&text)).unwrap_or(INVALID)) * beyond
        };
        Self { bytes: beyond, windows_1256: cost(Encoding::Windows1256), iso_8859_6: cost(Encoding::Iso8859_6) }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.windows_1256 += other.windows_1256;
        self.iso_8859_6 += other.iso_8859_6;
    }

    /// The encoding that most of them have, if they are enough to tell it.
    pub(super) fn winner(self) -> Option<Encoding> {
        let doubt = u64::from(RARE_ENCODING) * self.bytes;
        let winner = if self.iso_8859_6 + doubt < self.windows_1256 { Encoding::Iso8859_6 } else { Encoding::Windows1256 };
        (self.bytes >= TELLING).then_some(winner)
    }
}

/// The encoding of the lines that are not UTF-8, all together.
pub(super) fn likely_encoding(sample: &[u8]) -> Option<Encoding> {
    if std::str::from_utf8(sample).is_ok() {
        return None;
    }
    let lines = sample.split_inclusive(|byte| *byte == b'\n').filter(|line| std::str::from_utf8(line).is_err());
    EncodingVotes::of(&lines.flatten().copied().collect::<Vec<u8>>()).winner()
}

fn count_beyond_ascii(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !byte.is_ascii()).count()
}

fn unknown(bytes: &[u8], offset: usize) -> DecodeFault {
    let fault = |message| DecodeFault { code: "unknown_encoding", message, offset: Some(offset) };
    let found = format!("not UTF-8 (byte {offset}), nor Arabic in UTF-16, Windows-1256 or ISO-8859-6");
    if let Some(other) = OtherEncoding::of(bytes) {
        return fault(format!("{found}; it is {}, which is not supported: {}", other.name(), other.advice()));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // UTF-8 is denied because the bytes are known not to be valid in it.
    let guess = match detector.guess(None, Utf8Detection::Deny).name() {
        "windows-1256" | "ISO-8859-6" => "what there is of it is too little to tell".to_owned(),
        other => format!("it may be {other}: convert it to UTF-8 (iconv -f {other} -t UTF-8)"),
    };
    fault(format!("{found}; {guess}; if you know it to be windows-1256 or iso-8859-6, set ingest.encoding"))
}

/// UTF-16 without a mark: every second byte is the high byte of an Arabic, ASCII or punctuation character.
fn detect_utf16(bytes: &[u8]) -> Option<Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) || bytes.chunks_exact(2).any(|pair| pair == [0, 0]) {
        return None;
    }
    let pairs = bytes.len() / 2;
    let count = |first: usize, is: fn(u8) -> bool| bytes[first..].iter().step_by(2).filter(|byte| is(**byte)).count();
    let is_high = |first: usize| {
        count(first, |byte| matches!(byte, 0 | 6 | 0x20)) * 20 >= pairs * 19
            && (count(first, |byte| byte == 6) * 4 >= pairs || count(first, |byte| byte == 0) * 10 >= pairs * 9)
    };
    match (is_high(1), is_high(0)) {
        (true, false) => Some(Encoding::Utf16Le),
        (false, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-32 without a mark: the two high bytes of every four are zero, and not all others.
fn is_utf32(bytes: &[u8]) -> bool {
    let all = |is: fn(&[u8]) -> bool| bytes.len() >= 8 && bytes.len().is_multiple_of(4) && bytes.chunks_exact(4).all(is);
    all(|unit| unit[2..] == [0, 0] && unit[..2] != [0, 0]) || all(|unit| unit[..2] == [0, 0] && unit[2..] != [0, 0])
}

/// Whether most bytes beyond ASCII form Arabic letters in UTF-8: then a fault is damage, not another encoding.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let beyond = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = bytes.windows(2).filter(|pair| matches!(pair, [0xd8..=0xdb, 0x80..=0xbf])).count();
    letters * 2 * 2 > beyond
}

//! Decodes bytes to text: UTF-8, UTF-16, Windows-1256 and ISO 8859-6, recognised by their contents.
//!
//! In order of trust: a byte order mark, valid UTF-8, then the encoding in which the bytes read most like Arabic. Invariant: nothing is
//! ever replaced by U+FFFD; bytes that cannot be decoded are a fault with their offset.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use engine::arabic::likeness::{reads_as_arabic, unlikeness};
use engine::document::Encoding;

/// The encoding of all files, as configured or declared by the file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredEncoding(pub Encoding);

/// An error decoding bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeFault {
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// Offset of the fault, in bytes.
    pub offset: Option<usize>,
}

/// What to do with UTF-8 of which some bytes are broken.
const MEND_UTF8: &str = "restore the file from its source, or drop the broken bytes (iconv -f utf-8 -t utf-8 -c)";

/// How much less unlike Arabic ISO 8859-6 must make a text than Windows-1256 does, in the unit of [`unlikeness`]: it is by far the less frequent,
/// and a word or two reads about equally well in both.
const RARE_ENCODING: u32 = 60;

/// Decodes a file; returns its text and its encoding.
///
/// # Errors
/// If the bytes are not text in a supported encoding.
pub fn decode(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<(String, Encoding), DecodeFault> {
    // Before the other marks: that of UTF-32 (little endian) begins with that of UTF-16.
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = bytes {
        return Err(utf32());
    }
    let (encoding, body) = match (byte_order_mark(bytes), declared) {
        (Some((encoding, mark)), _) => (encoding, &bytes[mark..]),
        (None, Some(DeclaredEncoding(encoding))) => (encoding, bytes),
        (None, None) => (detect(bytes)?, bytes),
    };
    let skipped = bytes.len() - body.len();
    match decode_as(encoding, body) {
        Some(text) => Ok((text, encoding)),
        None => Err(undecodable(encoding, body, skipped)),
    }
}

fn byte_order_mark(bytes: &[u8]) -> Option<(Encoding, usize)> {
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

fn decode_as(encoding: Encoding, bytes: &[u8]) -> Option<String> {
    let decoder = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Windows1256 => WINDOWS_1256,
        Encoding::Iso8859_6 => ISO_8859_6,
    };
    decoder.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
}

fn utf32() -> DecodeFault {
    let message = "UTF-32, which is not supported; convert it to UTF-8".to_owned();
    DecodeFault { code: "unknown_encoding", message, offset: Some(0) }
}

/// The fault of bytes that are not valid in an encoding, whether it was declared or detected.
fn undecodable(encoding: Encoding, bytes: &[u8], skipped: usize) -> DecodeFault {
    let offset = match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).err().map(|error| error.valid_up_to() + skipped),
        Encoding::Iso8859_6 => bytes.iter().position(|byte| decode_as(encoding, &[*byte]).is_none()),
        _ => None,
    };
    let at = offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default();
    let advice = match detect(bytes) {
        Ok(found) if found != encoding => {
            format!("it looks like {}: set ingest.encoding to \"auto\" or \"{}\"", found.name(), found.name())
        }
        _ if encoding == Encoding::Utf8 => MEND_UTF8.to_owned(),
        _ => "restore the file from its source, or convert it to UTF-8".to_owned(),
    };
    DecodeFault { code: "broken_encoding", message: format!("broken {}{at}; {advice}", encoding.name()), offset }
}

fn detect(bytes: &[u8]) -> Result<Encoding, DecodeFault> {
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
    most_arabic(bytes).ok_or_else(|| unknown(bytes, error.valid_up_to()))
}

/// The encoding of one byte a character in which the bytes read as Arabic; of two, the more likely one.
fn most_arabic(bytes: &[u8]) -> Option<Encoding> {
    let read = |encoding: Encoding| {
        let text = decode_as(encoding, bytes).filter(|text| reads_as_arabic(text))?;
        let doubt = if encoding == Encoding::Iso8859_6 { RARE_ENCODING } else { 0 };
        Some((unlikeness(&text)? + doubt, encoding))
    };
    let found = [Encoding::Windows1256, Encoding::Iso8859_6].into_iter().filter_map(read).min_by_key(|(cost, _)| *cost);
    found.map(|(_, encoding)| encoding)
}

fn unknown(bytes: &[u8], offset: usize) -> DecodeFault {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // UTF-8 is denied because the bytes are known not to be valid in it.
    let guess = match detector.guess(None, Utf8Detection::Deny).name() {
        // Those were tried. Mac Arabic has the letters of ISO 8859-6 and other characters around them.
        "windows-1256" | "ISO-8859-6" => "Mac Arabic",
        other => other,
    };
    let message = format!(
        "not UTF-8 (byte {offset}), nor Arabic in UTF-16, Windows-1256 or ISO-8859-6; it may be {guess}: convert it to UTF-8 (or, if you \
         know it to be windows-1256 or iso-8859-6, set ingest.encoding)"
    );
    DecodeFault { code: "unknown_encoding", message, offset: Some(offset) }
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "تطرقنا في كثر من مر لهمي الصناعات الصغير والمتوسط بالنسب لاقتصاديات دول المجلس";

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_are_recognised() {
        let windows = WINDOWS_1256.encode(TEXT).0.into_owned();
        let with_mark = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
        for (bytes, encoding) in [
            (TEXT.as_bytes().to_vec(), Encoding::Utf8),
            (with_mark(&[0xef, 0xbb, 0xbf], TEXT.as_bytes().to_vec()), Encoding::Utf8),
            (utf16(TEXT, false), Encoding::Utf16Le),
            (utf16(TEXT, true), Encoding::Utf16Be),
            (with_mark(&[0xff, 0xfe], utf16(TEXT, false)), Encoding::Utf16Le),
            (with_mark(&[0xfe, 0xff], utf16(TEXT, true)), Encoding::Utf16Be),
            (windows, Encoding::Windows1256),
        ] {
            assert_eq!(decode(&bytes, None), Ok((TEXT.to_owned(), encoding)));
        }
    }

    #[test]
    fn a_few_words_tell_their_encoding() {
        for text in [
            "في",
            "شدّة",
            "مُدَرِّسٌ",
            "كتــــاب",
            "قال «نعم»",
            "خبر عاجل…",
            "title: في",
            "زيارة à Orléans",
            "هل؟",
            "لبنان",
            "عنوان",
            "وزير",
            "منظمة الصحة",
            "قمة",
            "اتفاق",
            "فوز جديد",
        ] {
            let windows = WINDOWS_1256.encode(text).0.into_owned();
            assert_eq!(decode(&windows, None), Ok((text.to_owned(), Encoding::Windows1256)), "{text}");
        }
        for text in ["خبر عاجل في الصحيفة", "أُعلن عن خطّة", "قال: نعم؟", "كتـاب"] {
            assert_eq!(decode(&iso_8859_6(text), None), Ok((text.to_owned(), Encoding::Iso8859_6)), "{text}");
        }
    }

    fn iso_8859_6(text: &str) -> Vec<u8> {
        let byte = |c: char| if c.is_ascii() { u32::from(c) } else { u32::from(c) - 0x560 };
        text.chars().map(|c| u8::try_from(byte(c)).expect("in the table")).collect()
    }

    #[test]
    fn other_encodings_are_named_and_refused() {
        for mark in [&[0xff, 0xfe, 0, 0][..], &[]] {
            let utf32: Vec<u8> = mark.iter().copied().chain(TEXT.chars().flat_map(|c| u32::from(c).to_le_bytes())).collect();
            let fault = decode(&utf32, None).expect_err("UTF-32");
            assert!(fault.message.contains("UTF-32"), "{}", fault.message);
        }
        let french = format!("{TEXT} à la fenêtre élevée {TEXT}");
        let windows = WINDOWS_1256.encode(&french).0.into_owned();
        assert_eq!(decode(&windows, None), Ok((french, Encoding::Windows1256)), "French words beside Arabic ones");
    }

    #[test]
    fn advice_works_when_followed() {
        let windows = WINDOWS_1256.encode(TEXT).0.into_owned();
        let fault = decode(&windows, Some(DeclaredEncoding(Encoding::Utf8))).expect_err("not UTF-8");
        assert!(fault.message.contains("\"windows-1256\""), "{}", fault.message);
        for declared in [None, Some(DeclaredEncoding(Encoding::Windows1256))] {
            assert_eq!(decode(&windows, declared).map(|(text, _)| text), Ok(TEXT.to_owned()));
        }
    }

    #[test]
    fn utf16_without_a_mark_may_be_english() {
        let english = "The ministry announced a new plan.";
        assert_eq!(decode(&utf16(english, true), None), Ok((english.to_owned(), Encoding::Utf16Be)));
        assert_eq!(decode(&[0; 64], None).expect_err("zeros").code, "binary");
    }

    #[test]
    fn broken_text_is_a_fault_with_its_place() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes[21] = b'x';
        let fault = decode(&bytes, None).expect_err("broken");
        assert_eq!((fault.code, fault.offset), ("broken_encoding", Some(20)));
        let fault = decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None).expect_err("no text");
        assert_eq!(fault.code, "binary");
        let fault = decode(
            "Où est né le garçon à la fenêtre élevée ?"
                .chars()
                .map(|c| u8::try_from(c).unwrap_or(b'?'))
                .collect::<Vec<_>>()
                .as_slice(),
            None,
        );
        assert_eq!(fault.expect_err("French in Latin-1").code, "unknown_encoding");
    }
}

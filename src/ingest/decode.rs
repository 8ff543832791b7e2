//! Decodes bytes to text: UTF-8, UTF-16 and Windows-1256, recognised by their contents.
//!
//! In order of trust: a byte order mark, valid UTF-8, then a guess that must look like Arabic. Invariant: nothing is ever replaced by
//! U+FFFD; bytes that cannot be decoded are a fault with their offset.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1256};
use engine::document::Encoding;

use engine::arabic::is_letter;

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

/// Decodes a file; returns its text and its encoding.
///
/// # Errors
/// If the bytes are not text in a supported encoding.
pub fn decode(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<(String, Encoding), DecodeFault> {
    // Before the other marks: that of UTF-32 (little endian) begins with that of UTF-16.
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = bytes {
        let message = "UTF-32, which is not supported; convert it to UTF-8".to_owned();
        return Err(DecodeFault { code: "unknown_encoding", message, offset: Some(0) });
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
    };
    decoder.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

fn undecodable(encoding: Encoding, bytes: &[u8], skipped: usize) -> DecodeFault {
    let offset = match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).err().map(|error| error.valid_up_to() + skipped),
        _ => None,
    };
    let at = offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default();
    let message = format!("broken {}{at}; restore the file from its source, or convert it to UTF-8", encoding.name());
    DecodeFault { code: "broken_encoding", message, offset }
}

fn detect(bytes: &[u8]) -> Result<Encoding, DecodeFault> {
    // Before the search for NUL bytes: every ASCII character in UTF-16 has one.
    if let Some(encoding) = detect_utf16(bytes) {
        return Ok(encoding);
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        let message = format!("a NUL byte at byte {offset}: this is not a text file; remove it or add it to ingest.skip");
        return Err(DecodeFault { code: "binary", message, offset: Some(offset) });
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(Encoding::Utf8) };
    // Damaged UTF-8 would also decode as Windows-1256, without a fault, but to garbage.
    if is_mostly_utf8(bytes) {
        return Err(undecodable(Encoding::Utf8, bytes, 0));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // UTF-8 is denied because the bytes are known not to be valid in it.
    let guess = detector.guess(None, Utf8Detection::Deny);
    let as_windows = decode_as(Encoding::Windows1256, bytes).filter(|text| !mixes_scripts(text));
    if as_windows.is_some_and(|text| guess == WINDOWS_1256 || looks_arabic(&text)) {
        return Ok(Encoding::Windows1256);
    }
    // Only to name a better suspect in the message; the bytes are refused in any case.
    let as_iso = ISO_8859_6.decode_without_bom_handling(bytes).0;
    let guess = if looks_arabic(&as_iso) { "ISO-8859-6 or Mac Arabic" } else { guess.name() };
    let message = format!(
        "not UTF-8 (byte {}), nor Arabic in UTF-16 or Windows-1256; it may be {guess}: convert it to UTF-8, or set ingest.encoding",
        error.valid_up_to(),
    );
    Err(DecodeFault { code: "unknown_encoding", message, offset: Some(error.valid_up_to()) })
}

/// UTF-16 without a mark: every second byte is the high byte of an Arabic, ASCII or punctuation character.
fn detect_utf16(bytes: &[u8]) -> Option<Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = bytes.len() / 2;
    let high = |first: usize| bytes[first..].iter().step_by(2).filter(|byte| matches!(**byte, 0 | 6 | 0x20)).count();
    let arabic = |first: usize| bytes[first..].iter().step_by(2).filter(|byte| **byte == 6).count();
    let is_high = |first: usize| high(first) * 20 >= pairs * 19 && arabic(first) * 4 >= pairs;
    match (is_high(1), is_high(0)) {
        (true, false) => Some(Encoding::Utf16Le),
        (false, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Whether most bytes beyond ASCII form Arabic letters in UTF-8: then a fault is damage, not another encoding.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let beyond = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = bytes.windows(2).filter(|pair| matches!(pair, [0xd8..=0xdb, 0x80..=0xbf])).count();
    letters * 2 * 2 > beyond
}

/// Whether many words mix Arabic and Latin letters, as ISO-8859-6 decoded as Windows-1256 does (`صواظê` for `صناعي`).
fn mixes_scripts(text: &str) -> bool {
    let is_arabic =
        |c: char| is_letter(c) || matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ہ' | 'ھ' | 'ے');
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.contains(is_arabic));
    let (all, mixed) = words.fold((0, 0), |(all, mixed), word| (all + 1, mixed + u32::from(!word.chars().all(is_arabic))));
    mixed * 10 > all
}

/// Whether a text is mostly Arabic letters, among them enough of the frequent ones.
fn looks_arabic(text: &str) -> bool {
    let letters = text.chars().filter(|c| is_letter(*c)).count();
    let alphabetic = text.chars().filter(|c| c.is_alphabetic()).count();
    let frequent = text.chars().filter(|c| matches!(c, 'ا' | 'ل' | 'ي' | 'م' | 'و' | 'ن' | 'ر' | 'ت')).count();
    letters * 10 >= alphabetic * 8 && frequent * 10 >= letters * 4
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
    fn other_encodings_of_arabic_are_named_and_refused() {
        let iso: Vec<u8> = TEXT
            .chars()
            .map(|c| if c == ' ' { b' ' } else { u8::try_from(u32::from(c) - 0x560).expect("in the table") })
            .collect();
        let fault = decode(&iso, None).expect_err("ISO-8859-6");
        assert_eq!(fault.code, "unknown_encoding");
        assert!(fault.message.contains("ISO-8859-6"), "{}", fault.message);
        let utf32: Vec<u8> =
            [0xff, 0xfe, 0, 0].into_iter().chain(TEXT.chars().flat_map(|c| u32::from(c).to_le_bytes())).collect();
        let fault = decode(&utf32, None).expect_err("UTF-32");
        assert!(fault.message.contains("UTF-32"), "{}", fault.message);
        let french = format!("{TEXT} à la fenêtre élevée {TEXT}");
        let windows = WINDOWS_1256.encode(&french).0.into_owned();
        assert_eq!(decode(&windows, None), Ok((french, Encoding::Windows1256)), "French words beside Arabic ones");
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

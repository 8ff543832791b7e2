//! Decodes bytes to text: UTF-8, UTF-16, Windows-1256 and ISO 8859-6, recognised by their contents (`detection.rs`).
//!
//! In order of trust: a byte order mark of UTF-16, valid UTF-8, then the encoding in which the bytes read most like Arabic. Invariant:
//! nothing is ever replaced by U+FFFD; bytes that cannot be decoded are a fault with their offset.

use engine::document::Encoding;

pub use super::decode_fault::DecodeFault;
use super::detection::{MEND_UTF8, decode_as, detect, utf32};

/// The encoding of all files, as configured or declared by the file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredEncoding(pub Encoding);

/// Decodes a file; returns its text and its encoding.
///
/// # Errors
/// If the bytes are not text in a supported encoding.
pub fn decode(bytes: &[u8], declared: Option<DeclaredEncoding>) -> Result<(String, Encoding), DecodeFault> {
    decode_beside(bytes, declared, None)
}

/// Decodes a file or a record, which has the `likely` encoding of the texts around it unless its bytes say clearly otherwise.
///
/// # Errors
/// If the bytes are not text in a supported encoding.
pub(super) fn decode_beside(
    bytes: &[u8],
    declared: Option<DeclaredEncoding>,
    likely: Option<Encoding>,
) -> Result<(String, Encoding), DecodeFault> {
    // Before the other marks: that of UTF-32 (little endian) begins with that of UTF-16.
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = bytes {
        return Err(utf32());
    }
    let (encoding, body) = match (byte_order_mark(bytes), declared) {
        // A program that marks all its files puts the mark before other bytes, too.
        (Some((Encoding::Utf8, mark)), _) => {
            let body = &bytes[mark..];
            let moved = |fault: DecodeFault| DecodeFault { offset: fault.offset.map(|offset| offset + mark), ..fault };
            (detect(body, likely).map_err(moved)?, body)
        }
        (Some((encoding, mark)), _) => (encoding, &bytes[mark..]),
        (None, Some(DeclaredEncoding(encoding))) => (encoding, bytes),
        (None, None) => (detect(bytes, likely)?, bytes),
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

/// The fault of bytes that are not valid in an encoding, whether it was declared or detected.
fn undecodable(encoding: Encoding, bytes: &[u8], skipped: usize) -> DecodeFault {
    let offset = match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).err().map(|error| error.valid_up_to() + skipped),
        Encoding::Iso8859_6 => bytes.iter().position(|byte| decode_as(encoding, &[*byte]).is_none()),
        _ => None,
    };
    let at = offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default();
    let advice = match detect(bytes, None) {
        Ok(found) if found != encoding => {
            format!("it looks like {}: set ingest.encoding to \"auto\" or \"{}\"", found.name(), found.name())
        }
        _ if encoding == Encoding::Utf8 => MEND_UTF8.to_owned(),
        _ => "restore the file from its source, or convert it to UTF-8".to_owned(),
    };
    DecodeFault { code: "broken_encoding", message: format!("broken {}{at}; {advice}", encoding.name()), offset }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1256;

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

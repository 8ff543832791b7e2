//! Arabic encodings that are recognised in order to be named, and not read.

use encoding_rs::ISO_8859_6;
use engine::arabic::likeness::{reads_as_arabic, unlikeness};
use oem_cp::code_table::DECODING_TABLE_CP720;

/// An Arabic encoding that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherEncoding {
    /// Mac OS Arabic: the letters of ISO 8859-6, and twins of the ASCII signs for text from right to left.
    MacArabic,
    /// Arabic, of DOS.
    Cp720,
}

impl OtherEncoding {
    /// The one in which bytes read as Arabic.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let read = |encoding: Self| {
            let text: String = bytes.iter().map(|byte| encoding.character(*byte)).collect();
            reads_as_arabic(&text).then(|| unlikeness(&text).map(|cost| (cost, encoding))).flatten()
        };
        let found = [Self::MacArabic, Self::Cp720].into_iter().filter_map(read).min_by_key(|(cost, _)| *cost);
        found.map(|(_, encoding)| encoding)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::MacArabic => "Mac Arabic",
            Self::Cp720 => "code page 720",
        }
    }

    /// What to do. Of the usual converters only Python's knows both.
    pub(super) fn advice(self) -> String {
        let codec = match self {
            Self::MacArabic => "mac_arabic",
            Self::Cp720 => "cp720",
        };
        format!(
            "convert it to UTF-8 (python3 -c \"open('NEW', 'w', encoding='utf-8').write(open('OLD', encoding='{codec}').read())\")"
        )
    }

    fn character(self, byte: u8) -> char {
        match (self, byte) {
            (_, ..0x80) => char::from(byte),
            (Self::Cp720, high) => DECODING_TABLE_CP720[usize::from(high - 0x80)],
            // The comma, the semicolon and the question mark are letters' neighbours in both.
            (Self::MacArabic, 0xac | 0xbb | 0xbf | 0xc1..=0xda | 0xe0..=0xf2) => {
                let (text, _) = ISO_8859_6.decode_without_bom_handling(std::slice::from_ref(&byte));
                text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            (Self::MacArabic, 0xa0..=0xbf | 0xdb..=0xdf) => char::from(byte - 0x80),
            (Self::MacArabic, _) => char::REPLACEMENT_CHARACTER,
        }
    }
}

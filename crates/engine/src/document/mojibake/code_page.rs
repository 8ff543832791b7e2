//! The encodings of one byte a character in which text is misread, as tables in both directions.

use std::sync::LazyLock;

use encoding_rs::{MACINTOSH, WINDOWS_1252, WINDOWS_1256};
use oem_cp::code_table::{DECODING_TABLE_CP437, DECODING_TABLE_CP850};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// An encoding of one byte a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodePage {
    /// Windows-1252 (Western European).
    Windows1252,
    /// ISO 8859-1; what Windows-1252 puts in the place of control characters tells the two apart.
    Iso8859_1,
    /// Windows-1256 (Arabic).
    Windows1256,
    /// Mac OS Roman.
    Macintosh,
    /// Code page 437 (DOS, United States).
    Cp437,
    /// Code page 850 (DOS, Western European).
    Cp850,
}

/// From a character beyond ASCII to its byte.
type Bytes = FxHashMap<char, u8>;

static TABLES: LazyLock<[Bytes; 5]> = LazyLock::new(|| {
    let decoded = |encoding: &'static encoding_rs::Encoding| {
        let characters = (0x80..=0xff_u8).map(|byte| encoding.decode_without_bom_handling(&[byte]).0.chars().next());
        characters.map(|character| character.expect("one byte is one character")).collect()
    };
    let tables: [Vec<char>; 5] = [
        decoded(WINDOWS_1252),
        decoded(WINDOWS_1256),
        decoded(MACINTOSH),
        DECODING_TABLE_CP437.to_vec(),
        DECODING_TABLE_CP850.to_vec(),
    ];
    let mut tables = tables.map(|table| table.into_iter().zip(0x80..=0xff).collect::<Bytes>());
    // Readers that take Windows-1252 for ISO 8859-1, and the other way round, make both kinds of characters of these bytes.
    tables[0].extend(('\u{80}'..='\u{9f}').zip(0x80..=0x9f));
    tables
});

impl CodePage {
    /// Those that are told apart by their characters; [`Self::Iso8859_1`] is read as [`Self::Windows1252`].
    pub(super) const ALL: [Self; 5] = [Self::Windows1252, Self::Windows1256, Self::Macintosh, Self::Cp437, Self::Cp850];

    /// The name that tables use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows1252 => "windows-1252",
            Self::Iso8859_1 => "iso-8859-1",
            Self::Windows1256 => "windows-1256",
            Self::Macintosh => "macintosh",
            Self::Cp437 => "cp437",
            Self::Cp850 => "cp850",
        }
    }

    /// The byte of a character beyond ASCII.
    pub(super) fn byte(self, c: char) -> Option<u8> {
        let table = match self {
            Self::Windows1252 | Self::Iso8859_1 => 0,
            Self::Windows1256 => 1,
            Self::Macintosh => 2,
            Self::Cp437 => 3,
            Self::Cp850 => 4,
        };
        TABLES[table].get(&c).copied()
    }

    /// This page, or ISO 8859-1 if the text holds control characters that Windows-1252 does not know as such.
    pub(super) fn named_by(self, text: &str) -> Self {
        // Windows-1252 leaves these five bytes undefined, and its readers, too, make control characters of them.
        let undefined = |c: char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
        let is_latin1 = |c: char| ('\u{80}'..='\u{9f}').contains(&c) && !undefined(c);
        if self == Self::Windows1252 && text.contains(is_latin1) { Self::Iso8859_1 } else { self }
    }
}

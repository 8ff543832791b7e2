//! The encodings of one byte a character in which text is misread, as tables in both directions.

use std::sync::LazyLock;

use encoding_rs::{IBM866, KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1256};
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
    /// Windows-1250 (Central European).
    Windows1250,
    /// Windows-1251 (Cyrillic).
    Windows1251,
    /// Windows-1254 (Turkish).
    Windows1254,
    /// KOI8-R (Russian).
    Koi8R,
    /// Code page 866 (DOS, Cyrillic).
    Cp866,
}

/// From a character beyond ASCII to its byte.
type Bytes = FxHashMap<char, u8>;

static TABLES: LazyLock<[Bytes; 10]> = LazyLock::new(|| CodePage::ALL.map(|page| page.characters().collect()));

/// What a character can be in UTF-8 that was read as one of the pages, a bit for each of [`CodePage::ALL`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles {
    /// The first byte of a letter or a mark of Arabic, or of a character that stands for such a byte in turn.
    pub(super) begins: u16,
    /// A byte that continues a character.
    pub(super) continues: u16,
}

static ROLES: LazyLock<FxHashMap<char, Roles>> = LazyLock::new(|| {
    let mut roles = FxHashMap::<char, Roles>::default();
    for (bit, page) in CodePage::ALL.into_iter().enumerate() {
        for (c, byte) in page.characters() {
            let role = roles.entry(c).or_default();
            role.begins |= u16::from(page.begins_character(byte)) << bit;
            role.continues |= u16::from((0x80..=0xbf).contains(&byte)) << bit;
        }
    }
    roles
});

/// The roles of a character beyond ASCII; `None` if no page has it.
pub(super) fn roles(c: char) -> Option<Roles> {
    ROLES.get(&c).copied()
}

impl CodePage {
    /// Those that are told apart by their characters; [`Self::Iso8859_1`] is read as [`Self::Windows1252`].
    pub(super) const ALL: [Self; 10] = [
        Self::Windows1252,
        Self::Windows1256,
        Self::Macintosh,
        Self::Cp437,
        Self::Cp850,
        Self::Windows1250,
        Self::Windows1251,
        Self::Windows1254,
        Self::Koi8R,
        Self::Cp866,
    ];

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
            Self::Windows1250 => "windows-1250",
            Self::Windows1251 => "windows-1251",
            Self::Windows1254 => "windows-1254",
            Self::Koi8R => "koi8-r",
            Self::Cp866 => "cp866",
        }
    }

    /// Whether the letters of Arabic in Windows-1256 are Cyrillic letters in it.
    pub(super) fn is_cyrillic(self) -> bool {
        matches!(self, Self::Windows1251 | Self::Koi8R)
    }

    /// The byte of a character beyond ASCII.
    pub(super) fn byte(self, c: char) -> Option<u8> {
        let page = if self == Self::Iso8859_1 { Self::Windows1252 } else { self };
        let table = Self::ALL.iter().position(|other| *other == page)?;
        TABLES[table].get(&c).copied()
    }

    /// The characters that readers make of its bytes beyond ASCII.
    fn characters(self) -> impl Iterator<Item = (char, u8)> {
        // Readers that take Windows-1252 for ISO 8859-1, and the other way round, make both kinds of characters of these bytes.
        let controls = ('\u{80}'..='\u{9f}').zip(0x80..=0x9f).filter(move |_| self == Self::Windows1252);
        self.table().into_iter().zip(0x80..=0xff).chain(controls)
    }

    /// The characters of its bytes beyond ASCII.
    fn table(self) -> Vec<char> {
        let encoding = match self {
            Self::Windows1252 | Self::Iso8859_1 => WINDOWS_1252,
            Self::Windows1256 => WINDOWS_1256,
            Self::Macintosh => MACINTOSH,
            Self::Windows1250 => WINDOWS_1250,
            Self::Windows1251 => WINDOWS_1251,
            Self::Windows1254 => WINDOWS_1254,
            Self::Koi8R => KOI8_R,
            Self::Cp866 => IBM866,
            Self::Cp437 => return DECODING_TABLE_CP437.to_vec(),
            Self::Cp850 => return DECODING_TABLE_CP850.to_vec(),
        };
        let characters = (0x80..=0xff_u8).map(|byte| encoding.decode_without_bom_handling(&[byte]).0.chars().next());
        characters.map(|character| character.expect("one byte is one character")).collect()
    }

    fn begins_character(self, byte: u8) -> bool {
        // In Windows-1256 the last two are `ذ` and `ر`, and Arabic is never misread as Cyrillic before it is read so.
        let is_cyrillic = self != Self::Windows1256 && matches!(byte, 0xd0 | 0xd1);
        is_cyrillic || matches!(byte, 0xc2 | 0xc3 | 0xd8..=0xdb | 0xe2 | 0xef)
    }

    /// This page, or ISO 8859-1 if the text holds control characters that Windows-1252 does not know as such.
    pub(super) fn named_by(self, text: &str) -> Self {
        // Windows-1252 leaves these five bytes undefined, and its readers, too, make control characters of them.
        let undefined = |c: char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
        let is_latin1 = |c: char| ('\u{80}'..='\u{9f}').contains(&c) && !undefined(c);
        if self == Self::Windows1252 && text.contains(is_latin1) { Self::Iso8859_1 } else { self }
    }
}

//! The encoding of the names in a zip archive.
//!
//! The format knows UTF-8, which a flag declares, and code page 437. In practice writers use what their system uses: UTF-8 without the
//! flag on Unix, code page 720 (the Explorer) or 1256 (other programs) on an Arabic Windows. One program wrote the archive, so all its
//! names decide together.

use std::cmp::Reverse;

use encoding_rs::WINDOWS_1256;
use oem_cp::code_table::{DECODING_TABLE_CP437, DECODING_TABLE_CP720};

/// An encoding of names that do not declare theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameEncoding {
    /// UTF-8, without the flag.
    Utf8,
    /// The format's own.
    Cp437,
    /// Arabic, of DOS and the Explorer.
    Cp720,
    /// Arabic, of Windows.
    Windows1256,
}

/// Share of the letters beyond ASCII that must be Arabic for an encoding to be that of Arabic names, in percent. Read as another, they
/// are mostly frames, signs, accented letters or Chinese.
const ARABIC_PERCENT: usize = 80;

impl NameEncoding {
    /// A name; `None` if it is none in this encoding.
    pub(super) fn decode(self, raw: &[u8]) -> Option<String> {
        let table = match self {
            Self::Utf8 => return std::str::from_utf8(raw).ok().map(str::to_owned),
            Self::Windows1256 => {
                return WINDOWS_1256.decode_without_bom_handling_and_without_replacement(raw).map(String::from);
            }
            // Single names in UTF-8 occur among others; in this code page one would be frames and signs.
            Self::Cp437 if std::str::from_utf8(raw).is_ok() => return Self::Utf8.decode(raw),
            Self::Cp437 => &DECODING_TABLE_CP437,
            Self::Cp720 => &DECODING_TABLE_CP720,
        };
        Some(
            raw.iter()
                .map(|byte| byte.checked_sub(128).map_or(char::from(*byte), |high| table[usize::from(high)]))
                .collect(),
        )
    }
}

/// How well an encoding fits the names of an archive.
#[derive(Clone, Copy, Debug)]
struct Fit {
    encoding: NameEncoding,
    /// Whether every name is one in this encoding.
    is_valid: bool,
    arabic_letters: usize,
    rare_letters: usize,
    beyond_ascii: usize,
}

impl Fit {
    fn new(encoding: NameEncoding) -> Self {
        Self { encoding, is_valid: true, arabic_letters: 0, rare_letters: 0, beyond_ascii: 0 }
    }

    fn note(&mut self, raw: &[u8]) {
        let Some(name) = self.encoding.decode(raw) else {
            self.is_valid = false;
            return;
        };
        for c in name.chars().filter(|c| !c.is_ascii()) {
            self.beyond_ascii += 1;
            self.arabic_letters += usize::from(matches!(c, 'ء'..='ي'));
            self.rare_letters += usize::from(matches!(c, 'ض' | 'ط' | 'ظ' | 'ع' | 'غ'));
        }
    }

    fn is_arabic(&self) -> bool {
        self.is_valid && self.arabic_letters > 0 && self.arabic_letters * 100 >= self.beyond_ascii * ARABIC_PERCENT
    }
}

/// Names of an archive, as far as they tell their encoding.
#[derive(Debug)]
pub(super) struct NameEncodingGuess {
    utf8: Fit,
    cp720: Fit,
    windows_1256: Fit,
}

impl Default for NameEncodingGuess {
    fn default() -> Self {
        Self {
            utf8: Fit::new(NameEncoding::Utf8),
            cp720: Fit::new(NameEncoding::Cp720),
            windows_1256: Fit::new(NameEncoding::Windows1256),
        }
    }
}

impl NameEncodingGuess {
    pub(super) fn note(&mut self, raw: &[u8]) {
        if !raw.is_ascii() {
            for fit in [&mut self.utf8, &mut self.cp720, &mut self.windows_1256] {
                fit.note(raw);
            }
        }
    }

    /// The encoding of all names. A short name in code page 720 can be valid UTF-8 by chance, but then it is not Arabic.
    pub(super) fn decide(&self) -> NameEncoding {
        let arabic = [self.utf8, self.cp720, self.windows_1256].into_iter().filter(Fit::is_arabic);
        // A short name can be Arabic letters in both, but then in one of them rare ones. The first of those that fit equally well: UTF-8
        // says most about itself, and more archives come from the Explorer.
        let best = arabic.rev().max_by_key(|fit| (fit.arabic_letters, Reverse(fit.rare_letters)));
        let other = if self.utf8.is_valid { NameEncoding::Utf8 } else { NameEncoding::Cp437 };
        best.map_or(other, |fit| fit.encoding)
    }
}

#[cfg(test)]
mod tests {
    use oem_cp::{Cp720, StrExt};
    use proptest::prelude::*;

    use super::*;

    fn cp720(name: &str) -> Vec<u8> {
        name.to_cp::<Cp720>().expect("it has these letters").into_iter().map(u8::from).collect()
    }

    fn guess(raw: &[&[u8]]) -> NameEncoding {
        let mut guess = NameEncodingGuess::default();
        for raw in raw {
            guess.note(raw);
        }
        guess.decide()
    }

    #[test]
    fn all_names_of_an_archive_decide_together() {
        let windows = WINDOWS_1256.encode("رياضة/خبر.txt").0;
        assert_eq!(guess(&[&windows, b"a.txt"]), NameEncoding::Windows1256);
        assert_eq!(guess(&[&cp720("اقتصاد/خبر.txt"), b"a.txt"]), NameEncoding::Cp720);
        assert_eq!(guess(&[b"a.txt"]), NameEncoding::Utf8);
        assert_eq!(guess(&["خبر.txt".as_bytes(), "新闻.txt".as_bytes()]), NameEncoding::Utf8);
        assert_eq!(
            guess(&[&WINDOWS_1256.encode("يومي.txt").0]),
            NameEncoding::Windows1256,
            "letters of both, in one rare ones"
        );
        assert_eq!(guess(&[&WINDOWS_1256.encode("منى.txt").0]), NameEncoding::Windows1256);
        assert_eq!(guess(&[&cp720("كتب/x.txt")]), NameEncoding::Cp720, "valid UTF-8 by chance, and a Chinese letter");
        assert_eq!(guess(&[b"caf\x82.txt", b"na\x8bve.txt"]), NameEncoding::Cp437, "French");
        assert_eq!(guess(&[b"M\x81nchen.txt"]), NameEncoding::Cp437, "German");
    }

    proptest! {
        #[test]
        fn an_arabic_name_is_recognised_in_either(name in "[ابتثجحخدذرزسشصضطظعغفقكلمنهوي]{2,6}[اتر][ابتثجحخدذرزسشصضطظعغفقكلمنهوي]{2,6}\\.txt") {
            let (dos, windows) = (cp720(&name), WINDOWS_1256.encode(&name).0.into_owned());
            prop_assert_eq!(guess(&[&dos]).decode(&dos), Some(name.clone()));
            prop_assert_eq!(guess(&[&windows]).decode(&windows), Some(name));
        }
    }
}

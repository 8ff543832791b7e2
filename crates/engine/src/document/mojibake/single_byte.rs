//! An encoding of one byte a character that was read as another one: `ÃÚáäÊ æÒÇÑÉ`, `صواظê`.
//!
//! Any bytes are valid in such an encoding, so a line is taken for misread only if it is no Arabic as it stands, and is Arabic in all
//! its letters once it is undone.

use super::code_page::CodePage;
use super::misreading::{Misreading, Undone};
use crate::arabic::is_letter;
use crate::arabic::likeness::{reads_as_arabic, unlikeness};
use crate::document::source::Encoding;

/// The fewest letters, and the fewest different ones, of a line that prove a misreading: a row of box-drawing characters has few.
const LETTERS: usize = 3;
const DISTINCT: usize = 3;
/// The same where the characters are none of words: in pages whose letters are signs.
const DISTINCT_IN_SIGNS: usize = 5;
/// Beside Arabic letters the two must differ by more: names and abbreviations in Latin letters are part of many texts.
const LETTERS_IN_ARABIC: usize = 8;
const UNLIKE_ARABIC: u32 = 430;
const GAIN: u32 = 100;
/// One Latin letter in so many letters, at least, where ISO 8859-6 was read as Windows-1256.
const LEAST_LATIN: usize = 20;

/// The encodings that may have been misread, with those in which.
const READINGS: [(Encoding, CodePage); 12] = [
    (Encoding::Windows1256, CodePage::Windows1252),
    (Encoding::Iso8859_6, CodePage::Windows1252),
    (Encoding::Iso8859_6, CodePage::Windows1256),
    (Encoding::Windows1256, CodePage::Macintosh),
    (Encoding::Windows1256, CodePage::Cp437),
    (Encoding::Windows1256, CodePage::Cp850),
    (Encoding::Windows1256, CodePage::Windows1254),
    (Encoding::Windows1256, CodePage::Windows1250),
    (Encoding::Windows1256, CodePage::Windows1251),
    (Encoding::Windows1256, CodePage::Koi8R),
    (Encoding::Windows1256, CodePage::Cp866),
    (Encoding::Iso8859_6, CodePage::Windows1251),
];

/// Undoes one misreading, in each line that was misread so.
pub(super) fn undo(text: &str) -> Option<Undone> {
    let undone = |(written, page)| {
        let mut result = String::with_capacity(text.len() * 2);
        let mut proof = 0;
        for line in text.split_inclusive('\n') {
            match undo_line(line, written, page) {
                Some((restored, letters)) => {
                    proof += letters;
                    result.push_str(&restored);
                }
                None => result.push_str(line),
            }
        }
        (proof > 0).then_some((proof, result, Misreading::Decoded { written, read_as: page }))
    };
    // Of equally good ones the first: they stand in the order of their frequency.
    let best = READINGS.into_iter().rev().filter_map(undone).max_by_key(|(proof, ..)| *proof);
    let (_, result, misreading) = best?;
    let misreading = match misreading {
        Misreading::Decoded { written, read_as } => Misreading::Decoded { written, read_as: read_as.named_by(text) },
        other => other,
    };
    Some((result, misreading))
}

/// A line as it was written, and how many Arabic letters that proves it with, weighed by how likely they are.
fn undo_line(line: &str, written: Encoding, page: CodePage) -> Option<(String, u64)> {
    let has_arabic = line.contains(is_letter);
    if has_arabic != (page == CodePage::Windows1256) || line.is_ascii() {
        return None;
    }
    // Before it is undone, which costs more, for the lines that are Arabic: nearly all of them.
    if has_arabic && unlikeness(line).is_none_or(|cost| cost < UNLIKE_ARABIC) {
        return None;
    }
    if page.is_cyrillic() && !has_odd_case(line) {
        return None;
    }
    let restored = reread(line, written, page)?;
    let letters = restored.chars().filter(|c| is_letter(*c)).count();
    let alphabetic = restored.chars().filter(|c| c.is_alphabetic()).count();
    let needed = if has_arabic { LETTERS_IN_ARABIC } else { LETTERS };
    // `و`, `ه` and `ي` of ISO 8859-6, one letter in six, become Latin letters; without any the text is odd, not misread.
    let latin = line.chars().filter(|c| matches!(c, '\u{c0}'..='\u{17f}')).count();
    if has_arabic && latin * LEAST_LATIN < letters {
        return None;
    }
    let gains = |text: &str| unlikeness(line).zip(unlikeness(text)).is_some_and(|(before, after)| after + GAIN <= before);
    if has_arabic && !gains(&restored) {
        return None;
    }
    if letters < needed || letters * 10 < alphabetic * 8 || !reads_as_arabic(&restored) {
        return None;
    }
    let mut distinct: Vec<char> = restored.chars().filter(|c| is_letter(*c)).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let are_words = !matches!(page, CodePage::Macintosh | CodePage::Cp437 | CodePage::Cp850 | CodePage::Cp866);
    if distinct.len() < if are_words { DISTINCT } else { DISTINCT_IN_SIGNS } {
        return None;
    }
    // A cost of 1,000 is worse than that of any text that reads as Arabic.
    let weight = u64::from(1000 - unlikeness(&restored)?.min(999));
    Some((restored, letters as u64 * weight))
}

/// Whether a capital letter follows a small one (`ЗбУЪПнЙ`), as hardly ever in a word that somebody wrote. Words in capitals, all of which
/// are Arabic letters in Windows-1256, are left alone.
fn has_odd_case(line: &str) -> bool {
    line.chars().zip(line.chars().skip(1)).any(|(before, c)| before.is_lowercase() && c.is_uppercase())
}

/// A text encoded in the page in which it was read, and decoded as it was written; `None` if that would lose anything.
fn reread(text: &str, written: Encoding, page: CodePage) -> Option<String> {
    let byte = |c: char| if c.is_ascii() { u8::try_from(c).ok() } else { page.byte(c) };
    let bytes: Vec<u8> = text.chars().map(byte).collect::<Option<_>>()?;
    let decoder = if written == Encoding::Iso8859_6 { encoding_rs::ISO_8859_6 } else { encoding_rs::WINDOWS_1256 };
    decoder.decode_without_bom_handling_and_without_replacement(&bytes).map(std::borrow::Cow::into_owned)
}

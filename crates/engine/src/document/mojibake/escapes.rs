//! Letters written as numbers in text that is not read as such: character references of HTML (`&#1582;&#1576;&#1585;`), escapes of JSON
//! (`\u062e\u0628\u0631`) and of addresses (`%D8%AE`), quoted-printable (`=D8=AE`).

use super::loss::Loss;
use super::misreading::{Misreading, Undone};
use crate::arabic::is_letter;
use crate::arabic::likeness::reads_as_arabic;

/// Fewest Arabic letters so written that make it no accident, such as an example in a text about HTML.
const FEWEST: usize = 3;

/// How characters are written: what each begins with, and the character of the number with which a text begins, with its length.
struct CharacterNotation {
    start: &'static str,
    read: fn(&str) -> Option<(char, usize)>,
    misreading: Misreading,
}

/// Those that were escaped twice come first.
const CHARACTERS: [CharacterNotation; 6] = [
    CharacterNotation { start: "&amp;#", read: reference, misreading: Misreading::References },
    CharacterNotation { start: "&#", read: reference, misreading: Misreading::References },
    CharacterNotation { start: "\\\\u", read: four_digits, misreading: Misreading::Escapes },
    CharacterNotation { start: "\\u", read: four_digits, misreading: Misreading::Escapes },
    CharacterNotation { start: "%u", read: four_digits, misreading: Misreading::PercentEncoding },
    CharacterNotation { start: "<U+", read: four_digits_in_brackets, misreading: Misreading::REscapes },
];

/// What precedes the two digits of a byte.
const BYTES: [(&str, Misreading); 3] =
    [("%", Misreading::PercentEncoding), ("=", Misreading::QuotedPrintable), ("\\x", Misreading::HexEscapes)];

/// The text with such numbers replaced by their characters, if they write Arabic letters. `Err` if they cannot be read.
pub(super) fn undo(text: &str) -> Result<Option<Undone>, Loss> {
    let of_characters = |notation: &CharacterNotation| Some((replace(text, notation)?, notation.misreading));
    if let Some(undone) = CHARACTERS.iter().find_map(of_characters) {
        return Ok(Some(undone));
    }
    // An address in an Arabic text is no text written as bytes.
    if text.contains("://") || text.contains(is_letter) {
        return Ok(None);
    }
    for (start, misreading) in BYTES {
        let Some(bytes) = bytes_of(text, start, misreading) else { continue };
        match String::from_utf8(bytes) {
            Ok(decoded) if is_proof(&decoded) => return Ok(Some((decoded, misreading))),
            Ok(_) => {}
            Err(error) => {
                let (windows, _) = encoding_rs::WINDOWS_1256.decode_without_bom_handling(error.as_bytes());
                let cut = String::from_utf8_lossy(error.as_bytes());
                if is_proof(&cut) || (is_proof(&windows) && reads_as_arabic(&windows)) {
                    return Err(Loss::Numbered(misreading));
                }
            }
        }
    }
    Ok(None)
}

fn is_proof(text: &str) -> bool {
    text.chars().filter(|c| is_letter(*c)).count() >= FEWEST
}

/// The text with each number of a notation replaced.
fn replace(text: &str, notation: &CharacterNotation) -> Option<String> {
    let start = notation.start;
    let mut result = String::with_capacity(text.len());
    let (mut letters, mut rest) = (0, text);
    while let Some(at) = rest.find(start) {
        result.push_str(&rest[..at]);
        rest = &rest[at + start.len()..];
        if let Some((c, length)) = (notation.read)(rest) {
            letters += usize::from(is_letter(c));
            result.push(c);
            rest = &rest[length..];
        } else {
            result.push_str(start);
        }
    }
    result.push_str(rest);
    (letters >= FEWEST).then_some(result)
}

fn reference(text: &str) -> Option<(char, usize)> {
    /// Longer ones name no character.
    const LONGEST: usize = 8;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let number = &text[..end];
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some((printable(code.ok()?)?, end + 1))
}

fn four_digits(text: &str) -> Option<(char, usize)> {
    const LENGTH: usize = 4;
    let code = u32::from_str_radix(text.get(..LENGTH)?, 16).ok()?;
    Some((printable(code)?, LENGTH))
}

fn four_digits_in_brackets(text: &str) -> Option<(char, usize)> {
    let (c, length) = four_digits(text)?;
    text[length..].starts_with('>').then_some((c, length + 1))
}

/// The character of a code. Half of a surrogate pair is none, and is left as it stands.
fn printable(code: u32) -> Option<char> {
    char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')
}

/// The bytes of a text with those replaced that are written as numbers; `None` if there are too few for Arabic letters.
fn bytes_of(text: &str, start: &str, misreading: Misreading) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut high, mut rest) = (0, text);
    // In a form, a space is a plus sign, and a plus sign is a number.
    let plus_is_space = misreading == Misreading::PercentEncoding && !text.contains(' ') && text.contains('+');
    while let Some(c) = rest.chars().next() {
        let after = rest.strip_prefix(start);
        let digits = after.and_then(|after| u8::from_str_radix(after.get(..2)?, 16).ok());
        if let (Some(byte), Some(after)) = (digits, after) {
            high += usize::from(!byte.is_ascii());
            bytes.push(byte);
            rest = &after[2..];
        } else if let Some(next) = soft_break(rest, misreading) {
            rest = next;
        } else {
            let c_bytes = &rest.as_bytes()[..c.len_utf8()];
            bytes.extend_from_slice(if plus_is_space && c == '+' { b" " } else { c_bytes });
            rest = &rest[c.len_utf8()..];
        }
    }
    (high >= FEWEST).then_some(bytes)
}

/// What follows a line break of quoted-printable that is none of the text.
fn soft_break(text: &str, misreading: Misreading) -> Option<&str> {
    let after = text.strip_prefix('=').filter(|_| misreading == Misreading::QuotedPrintable)?;
    after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).or_else(|| after.is_empty().then_some(after))
}

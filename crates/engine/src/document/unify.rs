//! Unifies the encoding of letters: presentation forms, look-alikes from neighbouring languages, tatweel, invisible characters.
//!
//! Invariant: a token stays one token (never empty, never with white space inside), and diacritics, digits and punctuation
//! are kept. This is not the usual Arabic normaliser: `أ`, `ى` and `ة` are left alone, since telling them apart is what the
//! program is for.

use unicode_normalization::UnicodeNormalization;

use crate::arabic::is_space;

/// Appends the unified form of one token.
///
/// A token that consists of tatweel and invisible characters only is appended as it is: dropping it would shift every index.
pub fn unify_token(token: &str, text: &mut String) {
    let start = text.len();
    for c in token.chars() {
        unify_char(c, start, text);
    }
    if text.len() == start {
        text.push_str(token);
    }
}

fn unify_char(c: char, start: usize, text: &mut String) {
    match c {
        _ if is_invisible(c) => {}
        // Madda and hamza as characters of their own: left so, أ would be a bare alif and a mark.
        '\u{653}' | '\u{654}' | '\u{655}' => compose(c, start, text),
        '\u{fb50}'..='\u{fdfd}' | '\u{fe70}'..='\u{fefc}' => unify_presentation_form(c, text),
        _ => text.push(unify_letter(c)),
    }
}

/// Tatweel, zero-width characters, direction marks, soft hyphen: they affect how text is drawn, not how it is spelt.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// The Arabic letter that a Persian, Urdu or Kurdish look-alike stands for in Arabic text.
fn unify_letter(c: char) -> char {
    match c {
        'ی' | 'ې' | 'ۍ' | 'ے' => 'ي',
        'ک' | 'ڪ' => 'ك',
        'ہ' | 'ھ' | 'ە' => 'ه',
        'ۃ' => 'ة',
        'ٱ' => 'ا',
        other => other,
    }
}

/// Joins a combining hamza or madda with the letter before it, as Unicode's NFC does.
fn compose(mark: char, start: usize, text: &mut String) {
    // Only within this token: a mark at its beginning must not change the last letter of the token before.
    let carrier = text[start..].chars().next_back();
    match carrier.and_then(|carrier| unicode_normalization::char::compose(carrier, mark)) {
        Some(letter) => {
            text.pop();
            text.push(letter);
        }
        None => text.push(mark),
    }
}

/// Appends the letters of a presentation form. A form is kept if it would expand to white space (`ﷺ` is four words) or to
/// anything but letters.
fn unify_presentation_form(form: char, text: &mut String) {
    let letters = || std::iter::once(form).nfkc();
    if letters().any(|c| is_space(c) || !c.is_alphabetic()) {
        text.push(form);
    } else {
        // Again unified, since a presentation form may stand for a Persian or Urdu letter, or hold a tatweel.
        text.extend(letters().map(unify_letter).filter(|c| !is_invisible(*c)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unified(token: &str) -> String {
        let mut text = String::new();
        unify_token(token, &mut text);
        text
    }

    #[test]
    fn encodings_of_one_letter_become_one() {
        for (token, expected, why) in [
            ("ﻣﺪﺭﺳﺔ", "مدرسة", "presentation forms of extracted PDF text"),
            ("ﻻ", "لا", "the lam-alif ligature is two letters"),
            ("کتابی", "كتابي", "Persian kaf and ya"),
            ("كتـــاب", "كتاب", "tatweel only widens"),
            ("می\u{200c}رود", "ميرود", "a zero-width non-joiner spells nothing"),
            ("ا\u{654}حمد", "أحمد", "a decomposed hamza is one letter with its carrier"),
            ("ﷺ", "ﷺ", "expanding it would make four tokens of one"),
            ("\u{200f}\u{640}", "\u{200f}\u{640}", "a token is never dropped"),
            ("مُحَمَّد،", "مُحَمَّد،", "diacritics and punctuation are not touched"),
            ("٣٫٥", "٣٫٥", "digits are not touched"),
            ("أإآىةؤئء", "أإآىةؤئء", "letters that repair restores are never merged"),
        ] {
            assert_eq!(unified(token), expected, "{why}");
        }
    }
}

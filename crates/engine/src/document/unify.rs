//! Unifies the encoding of letters: presentation forms, look-alikes from neighbouring languages, tatweel, invisible characters,
//! and the ways in which Unicode can write one letter with its marks.
//!
//! Invariant: a token stays one token (never empty, never with white space inside), and diacritics, digits and punctuation
//! are kept; canonically equivalent tokens (Unicode's NFC and NFD) become equal ones. This is not the usual Arabic normaliser: `أ`, `ى` and `ة` are left alone, since telling them apart is what the
//! program is for.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::tatweel;
use crate::arabic::{TATWEEL, is_invisible, is_mark, is_space};

/// Appends the unified form of one token.
///
/// A token of nothing but tatweel and invisible characters is appended as it is: dropping it would shift every index.
pub fn unify_token(token: &str, text: &mut String) {
    let start = text.len();
    let mut in_strokes = false;
    for (at, c) in token.char_indices() {
        if c != TATWEEL {
            in_strokes &= is_mark(c) || is_invisible(c);
            unify_char(c, text);
            continue;
        }
        // A run of strokes, with the marks on them, is one stroke that was widened: the first is kept, or none.
        if !std::mem::replace(&mut in_strokes, true) && tatweel::is_kept(&text[start..], &token[at..]) {
            text.push(c);
        }
    }
    if text.len() == start {
        text.push_str(token);
    }
    compose(start, text);
}

fn unify_char(c: char, text: &mut String) {
    match c {
        _ if is_invisible(c) => {}
        '\u{fb50}'..='\u{fdfd}' | '\u{fe70}'..='\u{fefc}' => unify_presentation_form(c, text),
        // Composed look-alikes: their letter is unified as it would be without its hamza.
        'ۓ' => text.push('ئ'),
        'ۀ' | 'ۂ' => text.push_str("ه\u{654}"),
        _ => text.push(unify_letter(c)),
    }
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

/// Brings the text from `start` on into Unicode's composed form: letters joined with their hamza or madda, marks in one order.
///
/// Only after letters were unified: a Persian ya has no composed form with hamza, and the Arabic one that it stands for has.
fn compose(start: usize, text: &mut String) {
    if is_nfc_quick(text[start..].chars()) != IsNormalized::Yes {
        let composed: String = text[start..].nfc().collect();
        text.truncate(start);
        text.push_str(&composed);
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
        text.extend(letters().map(unify_letter).filter(|c| *c != TATWEEL && !is_invisible(*c)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            ("كتـــاب", "كتاب", "tatweel inside a word only widens"),
            ("ـالرحمـٰن", "الرحم\u{670}ن", "also before its first letter, and under a mark"),
            ("الصناعةـ", "الصناعة", "also at the end of a word"),
            ("1445هـ.", "1445هـ.", "the Hijri year is abbreviated with it"),
            ("هــــ", "هـ", "once is enough"),
            ("الـ", "الـ", "an article that waits for a number"),
            ("وبالـCNN", "وبالـCNN", "or for a name in Latin letters"),
            ("لـ«الشـرق", "لـ«الشرق", "or a preposition for a quotation"),
            ("لِـ«", "لِـ«", "a vowel sign lies on the letter"),
            ("«تويتر»ـها", "«تويتر»ـها", "an ending is joined to a quotation"),
            ("1ـ", "1ـ", "a dash after the number of an item"),
            ("می\u{200c}رود", "ميرود", "a zero-width non-joiner spells nothing"),
            ("ا\u{654}حمد", "أحمد", "a decomposed hamza is one letter with its carrier"),
            ("ا\u{64f}\u{654}علن", "أ\u{64f}علن", "a vowel between the letter and its hamza, as NFD orders them"),
            ("ا\u{653}ن", "آن", "madda likewise"),
            ("ی\u{654}", "ئ", "a Persian ya with hamza"),
            ("ا\u{200d}\u{654}", "أ", "nothing invisible comes between"),
            ("مّ\u{64e}ر", "م\u{64e}ّر", "shadda and vowel in one order, whichever was typed first"),
            ("Me\u{301}", "M\u{e9}", "letters of other scripts, too"),
            ("\u{654}ن", "\u{654}ن", "a hamza without a letter stays"),
            ("ﷺ", "ﷺ", "expanding it would make four tokens of one"),
            ("\u{200f}\u{640}", "\u{200f}\u{640}", "a token is never dropped"),
            ("مُحَمَّد،", "مُحَمَّد،", "diacritics and punctuation are not touched"),
            ("٣٫٥", "٣٫٥", "digits are not touched"),
            ("أإآىةؤئء", "أإآىةؤئء", "letters that repair restores are never merged"),
        ] {
            assert_eq!(unified(token), expected, "{why}");
        }
    }

    proptest! {
        #[test]
        fn canonically_equivalent_tokens_become_equal(token in "[ابأإآؤئءويىة\u{64b}-\u{655}\u{670}eéیۀ\u{301}]{1,8}") {
            let decomposed: String = token.nfd().collect();
            prop_assert_eq!(unified(&token), unified(&decomposed));
        }
    }
}

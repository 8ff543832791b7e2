//! The punctuation mark at the end of a token, and whether it ends a sentence.
//!
//! A full stop after a few letters may belong to them (`د.`, `ق.م.`); the words around it tell, or nothing does, and then the encoder
//! decides. A mark may also stand at the wrong end of the space: `أمس .وقال`.

use crate::arabic::abbreviations::{is_dotted_era, is_initials, is_letter_name};
use crate::arabic::{TATWEEL, is_digit, is_letter, is_mark, is_sentence_mark};
use crate::document::Document;

/// What stands at the end of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Ends a sentence.
    Stop,
    /// A full stop that ends a sentence or belongs to a short form.
    Unclear,
    /// A comma, semicolon or colon.
    Pause,
    None,
}

/// Closing quotation marks and brackets. At a token's end, `“` and `"` are closing ones too.
const CLOSING: [char; 13] = ['"', '»', '”', '“', ')', ']', '}', '\'', '’', '›', '″', '﴾', '﴿'];
/// Titles that come before a name, so that a full stop after a number and one of them belongs to it: `30 د. سالم`.
const TITLES: [&str; 3] = ["د", "أ", "ا"];

impl Mark {
    /// The mark after a token of a document.
    pub(super) fn after(document: &Document, token: usize) -> Self {
        let text = document.token_text(token);
        let neighbour = |at: Option<usize>| at.filter(|at| *at < document.tokens().len()).map(|at| document.token_text(at));
        let (before, next) = (neighbour(token.checked_sub(1)), neighbour(Some(token + 1)));
        match Self::at_end(text, before.unwrap_or_default()) {
            Self::None if next.is_some_and(opens_with_stop) && is_whole_word(text) => Self::Stop,
            mark => mark,
        }
    }

    /// The mark at the end of a token that follows the token `before`.
    fn at_end(token: &str, before: &str) -> Self {
        let closed = without_closing(token);
        let form = closed.trim_end_matches(is_sentence_mark);
        match &closed[form.len()..] {
            "" if closed.ends_with(['،', ',', '؛', ';', ':']) => Self::Pause,
            "" => Self::None,
            "." => Self::of_full_stop(form, before),
            // An ellipsis alone goes on.
            marks if marks.contains(['!', '?', '؟']) => Self::Stop,
            _ => Self::None,
        }
    }

    /// What a single full stop after `form` is.
    fn of_full_stop(form: &str, before: &str) -> Self {
        let after_number = before.ends_with(is_digit);
        let parts: Vec<&str> = form.split('.').collect();
        match () {
            () if is_dotted_era(form) || after_number && parts.len() > 1 && is_initials(form) => Self::Unclear,
            // `1950 م.`, `505 هـ.`: units and eras of one letter have no stop of their own.
            () if is_initials(form) && after_number && !TITLES.contains(&form) => Self::Stop,
            () if form == "بد" && before.ends_with("لا") => Self::Stop,
            () if is_initials(form) => Self::None,
            // `جون إف. كينيدي`; but `بي بي سي.` is a name whose letters are apart.
            () if parts.iter().all(|part| is_letter_name(part)) && (parts.len() > 1 || !is_letter_name(before)) => {
                Self::Unclear
            }
            () => Self::Stop,
        }
    }
}

/// A token without closing marks and without the number of a note behind its stop: `أمس.(1)`.
fn without_closing(token: &str) -> &str {
    let closed = token.trim_end_matches(CLOSING);
    let note = closed.trim_end_matches(is_digit);
    match note.strip_suffix(['(', '[']) {
        Some(noted) if note.len() < closed.len() && noted.ends_with(is_sentence_mark) => noted,
        _ => closed,
    }
}

/// Whether a token begins with a stop that belongs to the word before it: `.وقال`.
fn opens_with_stop(token: &str) -> bool {
    let rest = token.strip_prefix(['.', '؟', '!']).unwrap_or_default();
    let word = rest.trim_start_matches(['«', '“', '"', '(', '[']);
    word.chars().take_while(|c| is_letter(*c) || is_mark(*c) || *c == TATWEEL).filter(|c| is_letter(*c)).count() >= 2
}

/// Whether a sentence whose stop is at the wrong end of the space can end with a token: not with an initial, a dash or an ellipsis.
fn is_whole_word(token: &str) -> bool {
    !is_initials(token) && without_closing(token).ends_with(char::is_alphanumeric)
}

/// Whether a token ends as a word does, possibly closed by quotation marks or brackets; one that ends in a dash or opens a bracket does not.
pub(super) fn ends_word(token: &str) -> bool {
    without_closing(token).ends_with(|c: char| c.is_alphanumeric() || is_mark(c) || c == '%' || c == '٪')
}

/// Whether a token begins with a mark that belongs to the word before it: `،وقال`. Numbers and ellipses do too (`.5`, `...`).
pub(super) fn begins_with_mark(token: &str) -> bool {
    token.starts_with(|c| is_sentence_mark(c) || matches!(c, '،' | ',' | '؛' | ';' | ':'))
}

/// Whether a token only closes what is before it: stops, commas, closing marks. A straight quotation mark closes if one is open.
pub(super) fn is_closing(token: &str, quotation_is_open: bool) -> bool {
    let closes = |c: char| is_sentence_mark(c) || CLOSING.contains(&c) || matches!(c, '،' | ',' | '؛' | ';' | ':');
    let opens = token.starts_with(['“', '\'', '…']) || token.starts_with('"') && !quotation_is_open;
    token.chars().all(closes) && !opens && !token.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_with_the_words_around_them() {
        for (text, token, expected, why) in [
            ("هذا العام. ثم", 1, Mark::Stop, "a full stop"),
            ("لماذا؟ قال", 0, Mark::Stop, "an Arabic question mark"),
            ("لماذا؟.. قال", 0, Mark::Stop, "a question mark and an ellipsis"),
            ("لماذا..؟ قال", 0, Mark::Stop, "the other way round"),
            ("عجبا؟! قال", 0, Mark::Stop, "two marks"),
            ("كيف؟؟؟ قال", 0, Mark::Stop, "three"),
            ("قال.» ثم", 0, Mark::Stop, "a closing quotation mark after the stop"),
            ("أمس.(1) ثم", 0, Mark::Stop, "the number of a note after the stop"),
            ("عام 2010. ثم", 1, Mark::Stop, "a full stop after a year"),
            ("أمس .وقال", 0, Mark::Stop, "the stop is at the wrong end of the space"),
            ("أمس ؟وقال", 0, Mark::Stop, "a question mark likewise"),
            ("أمس . وقال", 0, Mark::None, "a stop on its own is another token"),
            ("أمس . وقال", 1, Mark::Stop, "which ends the sentence"),
            ("حضر د .سالم", 1, Mark::None, "a title whose stop is at the wrong end"),
            ("2- .وقال", 0, Mark::None, "a label"),
            ("نحو .5 في", 0, Mark::None, "a number that begins with its point"),
            ("د. سالم", 0, Mark::None, "a title of one letter"),
            ("(د. سالم", 0, Mark::None, "after a bracket"),
            ("أ.د. سالم", 0, Mark::None, "two of them"),
            ("سالم ود. علي", 1, Mark::None, "behind a conjunction"),
            ("سالم وأ.د. علي", 1, Mark::None, "two behind a conjunction"),
            ("قال به. ثم", 1, Mark::Stop, "a preposition and a pronoun"),
            ("لا بد. ثم", 1, Mark::Stop, "no title behind a preposition"),
            ("بعد 5 كم. ثم", 2, Mark::Stop, "a unit of two letters"),
            ("عام 1950 م. ثم", 2, Mark::Stop, "the Christian era"),
            ("سنة ١٣٠٠ هـ. ثم", 2, Mark::Stop, "the Hijri era"),
            ("عام 1950م. ثم", 1, Mark::Stop, "an era glued to its year"),
            ("هـ. ج. ويلز", 0, Mark::None, "an initial, without a year before it"),
            ("سنة 300 ق.م. ثم", 2, Mark::Unclear, "an era with a stop of its own"),
            ("بلغ 100 د.ج. ثم", 2, Mark::Unclear, "a unit with a stop of its own"),
            ("ص.ب. 123", 0, Mark::None, "a post-office box"),
            ("جون إف. كينيدي", 1, Mark::Unclear, "an initial in Arabic letters"),
            ("بي بي سي. ثم", 2, Mark::Stop, "a name of spelt letters"),
            ("ثم... قال", 0, Mark::None, "an ellipsis goes on"),
            ("ثم… قال", 0, Mark::None, "in one character too"),
            ("3.5 قال", 0, Mark::None, "a decimal point"),
            ("U.S. قال", 0, Mark::None, "Latin initials"),
            ("قال: نعم", 0, Mark::Pause, "a colon ends a clause"),
            ("كتاب قال", 0, Mark::None, "no mark"),
        ] {
            assert_eq!(Mark::after(&Document::from_text("t", text), token), expected, "{text}: {why}");
        }
    }

    #[test]
    fn closing_marks_belong_to_the_sentence_before() {
        for (token, open, expected) in [
            ("»", false, true),
            (").", false, true),
            ("\"", true, true),
            ("\"", false, false),
            ("«", false, false),
            ("-", false, false),
            ("...", false, false),
        ] {
            assert_eq!(is_closing(token, open), expected, "{token}");
        }
    }
}

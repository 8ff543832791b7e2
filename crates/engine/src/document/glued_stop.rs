//! Full stops after which the writer left out the space: `أمس.وقال` is two words of two sentences.
//!
//! A sentence ends only at a token's end, so such a run of characters is two tokens. The rule is narrow, because stops stand inside many
//! other runs: `3.5`, `ق.م`, `بي.بي.سي`, `العربية.نت`, `www.example.org`. After question and exclamation marks nothing is cut.

use crate::arabic::abbreviations::{is_initials, is_letter_name};
use crate::arabic::{TATWEEL, is_digit, is_mark};

/// Ends of internet names, as Arabic writes them.
const DOMAINS: [&str; 6] = ["نت", "كوم", "نيت", "اورج", "أورغ", "غوف"];
/// What addresses hold and sentences do not.
const ADDRESS_SIGNS: [&str; 3] = ["://", "www.", "@"];
/// The most bytes of an address; a longer run of characters is text whose spaces are lost.
const LONGEST_ADDRESS: usize = 2048;
/// A shorter number is the number of an item: `1.خفض`.
const LEAST_DIGITS: usize = 3;

/// The byte of `run`, a run of characters without white space, at which a sentence ends before another begins. `in_quotes` says whether
/// a straight quote is open before it.
pub(super) fn sentence_end_inside(run: &str, in_quotes: bool) -> Option<usize> {
    // Counted on from stop to stop: a run may be nothing but stops.
    let (mut in_quotes, mut counted) = (in_quotes, 0);
    let mut end_at = |at: usize| {
        in_quotes ^= has_odd_quote(&run[counted..at]);
        counted = at;
        let closing = end_after(&run[..at], &run[at + 1..], in_quotes)?;
        Some(at + 1 + closing)
    };
    let end = run.match_indices('.').find_map(|(at, _)| end_at(at))?;
    let is_address = run.len() <= LONGEST_ADDRESS && ADDRESS_SIGNS.iter().any(|sign| run.contains(sign));
    (!is_address).then_some(end)
}

/// Whether a text opens or closes a straight quote, all in all.
pub(super) fn has_odd_quote(text: &str) -> bool {
    text.matches('"').count() % 2 == 1
}

/// Whether a full stop between two texts ends a sentence: the length of the closing marks after it, which belong to the sentence.
fn end_after(before: &str, after: &str, in_quotes: bool) -> Option<usize> {
    // Only the one before it tells whether a straight quote closes or opens.
    let quoted = after.strip_prefix('"').filter(|_| in_quotes).unwrap_or(after);
    let rest = quoted.trim_start_matches(['»', '”', ')', ']', '’']);
    (closes(before) && opens(rest)).then_some(after.len() - rest.len())
}

/// Whether a sentence can end with `text`: with a word of several letters, a long number or a percentage.
fn closes(text: &str) -> bool {
    let text = text.trim_end_matches(['»', '”', '"', ')', ']', '’', '؟', '!']);
    if text.ends_with(['%', '٪']) {
        return true;
    }
    let number = text.trim_end_matches(is_digit);
    if number.len() < text.len() {
        // A letter before the digits makes them a name: `م1.كذا`.
        return text[number.len()..].chars().count() >= LEAST_DIGITS && !number.ends_with(char::is_alphabetic);
    }
    let word = &text[text.trim_end_matches(|c: char| c.is_alphabetic() || is_mark(c)).len()..];
    letters(word) >= 2 && !is_initials(word) && !is_letter_name(word)
}

/// Whether a sentence can begin with `text`: with an Arabic word of several letters that ends no internet name.
fn opens(text: &str) -> bool {
    let text = text.trim_start_matches(['«', '“', '"', '(', '[', '‘', '-', '–']);
    let word = &text[..text.find(|c| !is_arabic(c)).unwrap_or(text.len())];
    letters(word) >= 2 && !DOMAINS.contains(&word)
}

fn letters(word: &str) -> usize {
    word.chars().filter(|c| !is_mark(*c) && *c != TATWEEL).count()
}

fn is_arabic(c: char) -> bool {
    is_mark(c) || c.is_alphabetic() && !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stop_between_two_words_ends_a_sentence() {
        for (run, expected, why) in [
            ("أمس.وقال", Some("أمس."), "the space was left out"),
            ("(الوفا).وقال", Some("(الوفا)."), "after a bracket"),
            ("الأمر.»وقال", Some("الأمر.»"), "a closing mark belongs to the sentence before"),
            ("الأمر.«وقال", Some("الأمر."), "an opening one to the sentence after"),
            ("لماذا؟.وقال", Some("لماذا؟."), "a question mark and a stop"),
            ("2010.وقال", Some("2010."), "after a year"),
            ("5%.وقال", Some("5%."), "after a percentage"),
            ("NATO.وقال", Some("NATO."), "after a name in Latin letters"),
            ("أمس.وأ.د.خالد", Some("أمس."), "initials after it"),
            ("1.خفض", None, "the number of an item"),
            ("3.5", None, "a decimal point"),
            ("د.محمد", None, "a title"),
            ("وأ.د.محمد", None, "titles behind a conjunction"),
            ("ود.محمد", None, "one title behind a conjunction"),
            ("ق.م", None, "an era"),
            ("هـ.ش", None, "another"),
            ("بي.بي.سي", None, "names of Latin letters"),
            ("جي.جيمس", None, "an initial in Arabic letters"),
            ("«العربية.نت»", None, "a web site"),
            ("www.موقع.مصر", None, "an address"),
            ("قال...ثم", None, "an ellipsis"),
            ("قال..ثم", None, "a short one"),
            ("لماذا؟وقال", None, "a question mark alone"),
            ("أمس.", None, "nothing follows"),
            (".وقال", None, "nothing precedes"),
        ] {
            assert_eq!(sentence_end_inside(run, false).map(|end| &run[..end]), expected, "{run}: {why}");
        }
    }

    #[test]
    fn a_straight_quote_that_is_open_closes() {
        for (run, in_quotes, expected) in [
            ("غداً.\"وأضاف", true, "غداً.\""),
            ("غداً.\"وأضاف", false, "غداً."),
            ("\"غداً.\"وأضاف", false, "\"غداً.\""),
            ("غداً.\")وأضاف", true, "غداً.\")"),
            ("غداً\".وأضاف", true, "غداً\"."),
        ] {
            assert_eq!(sentence_end_inside(run, in_quotes).map(|end| &run[..end]), Some(expected), "{run}");
        }
    }
}

//! The labels that number the items of a list: `1.`, `(2)`, `٣-`, `أ)`, `ثانيا:`.
//!
//! A label is found by its form alone; whether it numbers an item is for `lists.rs` to say.

use crate::arabic::{TATWEEL, decode_letter, folded_codes, is_digit, is_mark};
use crate::document::Document;

/// The most digits of a number; longer ones are years and quantities.
const DIGITS: usize = 3;
/// The order of letters that numbers items, and that of the dictionary.
const ABJAD: &str = "أبجدهوزحطيكلمن";
const ALPHABET: &str = "أبتثجحخدذرزسشص";
/// The ordinals that open items, folded and without their tanwin's alif.
const ORDINALS: [&str; 10] = ["اول", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر"];

/// How a label is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// `1.`
    Stop,
    /// `1-`, `1ـ`, `1/`
    Dash,
    /// `1)`
    Bracket,
    /// `(1)`
    Brackets,
    /// `أولا:`
    Colon,
    /// `1.2`
    Bare,
}

/// What a label counts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ordinal {
    /// A number, with the numbers of the lists around: `2.1` is item 1 of 2.
    Number {
        parents: Vec<u32>,
        number: u32,
    },
    Letter(char),
    Word(usize),
}

/// A label and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) token: usize,
    /// How many tokens it is made of; 0 if it shares one with the item's first word.
    pub(super) tokens: usize,
    pub(super) ordinal: Ordinal,
    pub(super) closing: Closing,
}

impl Label {
    /// The label that begins at a token.
    pub(super) fn at(document: &Document, token: usize) -> Option<Self> {
        let text = document.token_text(token);
        let next = (token + 1 < document.tokens().len()).then(|| document.token_text(token + 1));
        if let Some(inside) = text.strip_prefix(['(', '[']) {
            let (ordinal, rest) = Ordinal::begins(inside)?;
            let rest = rest.strip_prefix([')', ']'])?;
            return Self::before(rest, token, ordinal, Closing::Brackets);
        }
        let (ordinal, rest) = Ordinal::begins(text)?;
        if let Some((closing, rest)) = Closing::begins(rest, &ordinal) {
            return Self::before(rest, token, ordinal, closing);
        }
        // The number and what closes it can be tokens of their own: `1 - خفض`.
        let apart = next.filter(|_| rest.is_empty()).and_then(|next| Closing::begins(next, &ordinal));
        match apart {
            Some((closing, "")) => Some(Self { token, tokens: 2, ordinal, closing }),
            _ if rest.is_empty() && ordinal.is_nested() => Some(Self { token, tokens: 1, ordinal, closing: Closing::Bare }),
            _ => None,
        }
    }

    /// A label before the rest of its token, which is empty or the item's first word.
    fn before(rest: &str, token: usize, ordinal: Ordinal, closing: Closing) -> Option<Self> {
        let is_word = rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '«' | '"' | '“'));
        // A letter and a stop glued to a word are a title: `د.سالم`.
        let can_share = is_word && !(closing == Closing::Stop && matches!(ordinal, Ordinal::Letter(_)));
        (rest.is_empty() || can_share).then(|| Self { token, tokens: usize::from(rest.is_empty()), ordinal, closing })
    }

    /// Whether this label is the next one of a list after `last`.
    pub(super) fn follows(&self, last: &Self) -> bool {
        self.closing == last.closing && self.ordinal.follows(&last.ordinal)
    }
}

impl Closing {
    /// What closes a label at the beginning of `text`, and the text after it.
    fn begins<'t>(text: &'t str, ordinal: &Ordinal) -> Option<(Self, &'t str)> {
        let marks = text.trim_start_matches(['.', '-', '–', '—', TATWEEL, ')', ':', '/']);
        let closing = match (&text[..text.len() - marks.len()], ordinal) {
            (":" | "-" | "–" | "—" | "ـ" | ".", Ordinal::Word(_)) | (":", _) => Self::Colon,
            (_, Ordinal::Word(_)) => return None,
            (")" | ".)" | ")." | "):", _) => Self::Bracket,
            (".", _) => Self::Stop,
            ("-" | "–" | "—" | "ـ" | "/" | ".-" | ")-" | "-)", _) => Self::Dash,
            _ => return None,
        };
        Some((closing, marks))
    }
}

impl Ordinal {
    /// What a label counts in at the beginning of `text`, and the text after it.
    fn begins(text: &str) -> Option<(Self, &str)> {
        if text.starts_with(is_digit) {
            return Self::number(text);
        }
        let rest = text.trim_start_matches(|c: char| c.is_alphabetic() && c != TATWEEL || is_mark(c));
        let word = &text[..text.len() - rest.len()];
        let mut letters = word.chars();
        let letter = letters.next()?;
        if letters.as_str().is_empty() {
            // `هـ-`: the letter in its joined form.
            let rest = rest.strip_prefix(TATWEEL).filter(|after| letter == 'ه' && !after.is_empty()).unwrap_or(rest);
            let letter = if letter == 'ا' { 'أ' } else { letter };
            return Some((Self::Letter(letter), rest));
        }
        // Cheap, and true of few words: the rest is not done for each word of an article.
        word.trim_end_matches(is_mark).strip_suffix('ا')?;
        let folded: String = folded_codes(word).into_iter().map(decode_letter).collect();
        let stem = folded.strip_prefix('و').unwrap_or(&folded).strip_suffix('ا')?;
        ORDINALS.iter().position(|ordinal| *ordinal == stem).map(|at| (Self::Word(at + 1), rest))
    }

    /// The number, simple or nested, at the beginning of `text`, and the text after it.
    fn number(text: &str) -> Option<(Self, &str)> {
        let mut parents = Vec::new();
        let mut rest = text;
        loop {
            let after = rest.trim_start_matches(is_digit);
            let digits = &rest[..rest.len() - after.len()];
            let number = value(digits)?;
            match after.strip_prefix('.').filter(|next| next.starts_with(is_digit)) {
                Some(next) => {
                    parents.push(number);
                    rest = next;
                }
                None => return Some((Self::Number { parents, number }, after)),
            }
        }
    }

    fn is_nested(&self) -> bool {
        matches!(self, Self::Number { parents, .. } if !parents.is_empty())
    }

    /// Whether a list can begin with it.
    pub(super) fn is_first(&self) -> bool {
        matches!(self, Self::Number { number: 1, .. } | Self::Letter('أ' | 'a' | 'A') | Self::Word(1))
    }

    fn follows(&self, last: &Self) -> bool {
        match (self, last) {
            (Self::Number { parents, number }, Self::Number { parents: same, number: before }) => {
                parents == same && *number == before + 1
            }
            (Self::Letter(letter), Self::Letter(before)) => {
                follows_in(ABJAD, *letter, *before)
                    || follows_in(ALPHABET, *letter, *before)
                    || is_latin_pair(*letter, *before)
            }
            (Self::Word(number), Self::Word(before)) => *number == before + 1,
            _ => false,
        }
    }
}

/// The value of some digits of any kind; `None` if there are none, or too many.
fn value(digits: &str) -> Option<u32> {
    if !(1..=DIGITS).contains(&digits.chars().count()) {
        return None;
    }
    // The three kinds of digits each begin at a multiple of 16.
    Some(digits.chars().fold(0, |value, digit| 10 * value + (u32::from(digit) & 0xf)))
}

fn follows_in(order: &str, letter: char, before: char) -> bool {
    order.chars().zip(order.chars().skip(1)).any(|pair| pair == (before, letter))
}

fn is_latin_pair(letter: char, before: char) -> bool {
    letter.is_ascii_alphabetic() && u32::from(letter) == u32::from(before) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_by_their_form() {
        let number = |number| Ordinal::Number { parents: Vec::new(), number };
        for (text, expected, why) in [
            ("1. خفض", Some((number(1), Closing::Stop, 1)), "a number and a stop"),
            ("١٢- خفض", Some((number(12), Closing::Dash, 1)), "Arabic digits and a dash"),
            ("۳) خفض", Some((number(3), Closing::Bracket, 1)), "Persian digits and a bracket"),
            ("(4) خفض", Some((number(4), Closing::Brackets, 1)), "in brackets"),
            ("5 - خفض", Some((number(5), Closing::Dash, 2)), "two tokens"),
            ("6ـ خفض", Some((number(6), Closing::Dash, 1)), "tatweel for a dash"),
            ("7-خفض", Some((number(7), Closing::Dash, 0)), "glued to the first word"),
            ("8.خفض", Some((number(8), Closing::Stop, 0)), "likewise"),
            ("2.1 خفض", Some((Ordinal::Number { parents: vec![2], number: 1 }, Closing::Bare, 1)), "nested"),
            ("أ- خفض", Some((Ordinal::Letter('أ'), Closing::Dash, 1)), "a letter"),
            ("هـ- خفض", Some((Ordinal::Letter('ه'), Closing::Dash, 1)), "in its joined form"),
            ("a) خفض", Some((Ordinal::Letter('a'), Closing::Bracket, 1)), "a Latin letter"),
            ("أولًا: خفض", Some((Ordinal::Word(1), Closing::Colon, 1)), "an ordinal"),
            ("وثانيا - خفض", Some((Ordinal::Word(2), Closing::Colon, 2)), "behind a conjunction"),
            ("ثالثا خفض", None, "without a mark it is an adverb"),
            ("2010. خفض", None, "a year"),
            (
                "3.5 خفض",
                Some((Ordinal::Number { parents: vec![3], number: 5 }, Closing::Bare, 1)),
                "or a decimal: lists.rs tells",
            ),
            ("2-1 خفض", None, "a score"),
            ("د.سالم خفض", None, "a title glued to a name"),
            ("كتاب: خفض", None, "a word"),
        ] {
            let label = Label::at(&Document::from_text("t", text), 0);
            assert_eq!(label.map(|label| (label.ordinal, label.closing, label.tokens)), expected, "{text}: {why}");
        }
    }

    #[test]
    fn labels_follow_each_other() {
        let label = |text: &str| Label::at(&Document::from_text("t", text), 0).expect("a label");
        for (before, after, expected) in [
            ("1.", "2.", true),
            ("9-", "١٠-", true),
            ("1.", "2-", false),
            ("1.", "3.", false),
            ("1.1.", "1.2.", true),
            ("1.1.", "2.2.", false),
            ("أ-", "ب-", true),
            ("ب-", "ج-", true),
            ("ب-", "ت-", true),
            ("ا)", "ب)", true),
            ("a)", "b)", true),
            ("أولا:", "ثانيا:", true),
        ] {
            assert_eq!(label(after).follows(&label(before)), expected, "{before} {after}");
        }
    }
}

//! The text of a date as numbers, folded words, marks and times of day.
//!
//! Invariant: digits of all three scripts, all dashes, and all spellings of a word that differ in hamza, ta marbuta, final ya or vowel
//! signs give the same tokens, so that the grammar of dates is written once. A time of day is a single token, so its numbers cannot
//! become part of a date.

use unicode_normalization::UnicodeNormalization;

use engine::arabic::{is_mark, is_space};

/// The kind of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of digits.
    Number {
        /// Number of digits.
        digits: usize,
        /// Their value; the largest one if they overflow.
        value: u64,
    },
    /// A run of letters, folded and in lower case.
    Word(String),
    /// A mark: dashes are `-`, slashes `/`, commas `,`.
    Mark(char),
    /// A time of day, with its zone and half of the day.
    Time,
}

/// A token, and whether white space precedes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) spaced: bool,
}

impl Token {
    /// The value of a number whose number of digits fits.
    pub(super) fn number(&self, fits: impl Fn(usize) -> bool) -> Option<u64> {
        match self.kind {
            Kind::Number { digits, value } if fits(digits) => Some(value),
            _ => None,
        }
    }

    pub(super) fn mark(&self) -> Option<char> {
        if let Kind::Mark(mark) = self.kind { Some(mark) } else { None }
    }

    pub(super) fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }
}

/// The tokens of a text.
pub(super) fn tokenise(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    // Whether the last token may grow, and whether white space has followed it.
    let (mut open, mut spaced) = (false, false);
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if is_space(c) {
            (open, spaced) = (false, true);
            continue;
        }
        if is_mark(c) || is_invisible(c) {
            continue;
        }
        if !(open && tokens.last_mut().is_some_and(|last| grow(&mut last.kind, c))) {
            tokens.push(Token { kind: begin(c), spaced });
        }
        (open, spaced) = (true, false);
    }
    join_times(&tokens)
}

/// Tatweel, soft hyphens, and the control characters for direction and joining in right-to-left text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

/// The value of a digit in any of the scripts used in Arabic text.
fn digit(c: char) -> Option<u64> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    Some(u64::from(u32::from(c) - u32::from(zero)))
}

/// The letter that represents all spellings of a letter in the names of months.
fn fold(c: char) -> Option<char> {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => Some('ا'),
        'ة' | 'ە' | 'ہ' => Some('ه'),
        'ى' | 'ئ' | 'ی' => Some('ي'),
        'ؤ' => Some('و'),
        'ک' => Some('ك'),
        'ء' => None,
        other => Some(other),
    }
}

/// A word as tokens hold it.
pub(super) fn fold_word(word: &str) -> String {
    word.chars().filter(|c| !is_mark(*c) && !is_invisible(*c)).filter_map(fold).collect()
}

fn begin(c: char) -> Kind {
    if let Some(value) = digit(c) {
        return Kind::Number { digits: 1, value };
    }
    if c.is_alphabetic() {
        return Kind::Word(fold(c).into_iter().collect());
    }
    Kind::Mark(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        '\\' | '\u{2044}' | '\u{2215}' | '\u{60d}' => '/',
        '،' | '؛' | ';' => ',',
        '\u{66b}' => '.',
        '[' => '(',
        ']' => ')',
        other => other,
    })
}

fn grow(kind: &mut Kind, c: char) -> bool {
    match (kind, digit(c)) {
        (Kind::Number { digits, value }, Some(next)) => {
            *digits += 1;
            // A number of any length may come. The number of digits tells what it can be, so a wrong value does no harm.
            *value = value.saturating_mul(10).saturating_add(next);
            true
        }
        (Kind::Word(word), None) if c.is_alphabetic() => {
            word.extend(fold(c));
            true
        }
        _ => false,
    }
}

/// Replaces the tokens of each time of day by one.
fn join_times(tokens: &[Token]) -> Vec<Token> {
    let mut joined = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = time_end(tokens, at) {
            joined.push(Token { kind: Kind::Time, spaced: tokens[at].spaced });
            at = end;
        } else {
            joined.push(tokens[at].clone());
            at += 1;
        }
    }
    joined
}

/// The end of a time of day that begins at a token.
fn time_end(tokens: &[Token], at: usize) -> Option<usize> {
    let mark_at = |at: usize| tokens.get(at).and_then(Token::mark);
    let number_at = |at: usize, digits: usize| tokens.get(at).is_some_and(|token| token.number(|d| d == digits).is_some());
    let short_at = |at: usize| tokens.get(at).is_some_and(|token| token.number(|digits| digits <= 2).is_some());
    if tokens[at].word().is_some_and(|word| matches!(word, "الساعه" | "ساعه" | "الساع")) {
        let hour = if mark_at(at + 1) == Some(':') { at + 2 } else { at + 1 };
        return short_at(hour).then(|| time_end(tokens, hour).unwrap_or(hour + 1));
    }
    if !short_at(at) || mark_at(at + 1) != Some(':') || !number_at(at + 2, 2) {
        return None;
    }
    let mut end = at + 3;
    if mark_at(end) == Some(':') && number_at(end + 1, 2) {
        end += 2;
        let is_fraction = matches!(mark_at(end), Some('.' | ','))
            && tokens.get(end + 1).is_some_and(|next| !next.spaced && next.number(|digits| digits != 4).is_some());
        end += if is_fraction { 2 } else { 0 };
    }
    Some(zone_end(tokens, end))
}

/// The end of the half of the day and the zone after a time.
fn zone_end(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).and_then(Token::word).is_some_and(|word| {
        matches!(
            word,
            "am" | "pm" | "ص" | "م" | "صباحا" | "مسا" | "ظهرا" | "z" | "utc" | "gmt" | "ast" | "est" | "cet" | "eet"
        )
    }) {
        at += 1;
    }
    let [sign, hours, rest @ ..] = tokens.get(at..).unwrap_or_default() else { return at };
    if !matches!(sign.mark(), Some('+' | '-')) || hours.spaced {
        return at;
    }
    let next = rest.first().and_then(Token::mark);
    if hours.number(|digits| digits == 4).is_some_and(|offset| offset <= 1400) {
        return at + 2;
    }
    match next {
        Some(':') if hours.number(|digits| digits == 2).is_some() => at + 4.min(rest.len() + 2),
        Some('-' | '/' | '.') => at,
        _ if hours.number(|digits| digits == 2).is_some_and(|offset| offset <= 14) => at + 2,
        _ => at,
    }
}

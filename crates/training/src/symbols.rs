//! Symbols: a clean text as words, numbers and punctuation marks.

use unicode_normalization::UnicodeNormalization;

use engine::arabic::{encode_letter, is_digit, is_letter, is_mark};

/// A word of the corpus, or one of the marks below.
pub type Symbol = u32;

/// A number stood here.
pub const NUMBER: Symbol = u32::MAX;
/// A sentence ends here, at a full stop or an exclamation mark.
pub const STOP: Symbol = u32::MAX - 1;
/// A sentence ends here, at a question mark.
pub const QUESTION: Symbol = u32::MAX - 2;
/// A sentence ends here, at the end of a line without a mark that ends one.
pub const BREAK: Symbol = u32::MAX - 3;
/// A colon.
pub const COLON: Symbol = u32::MAX - 4;
/// A semicolon.
pub const SEMICOLON: Symbol = u32::MAX - 5;
/// A comma.
pub const COMMA: Symbol = u32::MAX - 6;
/// An article ends here.
pub const END: Symbol = u32::MAX - 7;

/// Whether a symbol is a word.
#[must_use]
pub fn is_word(symbol: Symbol) -> bool {
    symbol < END
}

/// Whether a sentence ends at a symbol.
#[must_use]
pub fn is_stop(symbol: Symbol) -> bool {
    matches!(symbol, STOP | QUESTION | BREAK)
}

/// Whether a clause ends at a symbol, but no sentence.
#[must_use]
pub fn is_pause(symbol: Symbol) -> bool {
    matches!(symbol, COLON | SEMICOLON | COMMA)
}

/// A piece of a text, before its words are interned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Word(Vec<u8>),
    Mark(Symbol),
}

impl Piece {
    /// The letter codes of a word.
    pub(super) fn word(&self) -> Option<&[u8]> {
        match self {
            Self::Word(word) => Some(word),
            Self::Mark(_) => None,
        }
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | '٫' | '٬' | '/' | ':' | '-')
}

/// Words, numbers and marks of a clean text.
pub(super) fn pieces_of(text: &str) -> Vec<Piece> {
    let chars: Vec<char> = text.nfc().nfkc().filter(|c| !spells_nothing(*c)).collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let letters = rest.iter().take_while(|c| is_letter(**c)).count();
        let number = number_length(rest);
        if letters > 0 {
            pieces.push(Piece::Word(rest[..letters].iter().filter_map(|c| encode_letter(*c)).collect()));
        } else if number > 0 {
            pieces.push(Piece::Mark(NUMBER));
        } else if matches!(rest[0], '.' | '!' | '?' | '؟' | '\n') && ends_sentence(rest[0], &pieces) {
            pieces.push(Piece::Mark(match rest[0] {
                '?' | '؟' => QUESTION,
                '\n' => BREAK,
                _ => STOP,
            }));
        } else if let Some(pause) = pause_of(rest[0]).filter(|_| !has_just_ended(&pieces)) {
            pieces.push(Piece::Mark(pause));
        }
        // At least one: a character that is neither letter nor digit must be passed as well.
        at += letters.max(number).max(1);
    }
    pieces
}

/// Diacritics, tatweel and invisible characters.
fn spells_nothing(c: char) -> bool {
    is_mark(c)
        || matches!(c, '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Length in characters of the number that `rest` begins with: digits, and single separators between digits. A blank may stand before
/// a separator: Al Khaleej writes `3 .5` for 3.5, once in every three hundred words.
fn number_length(rest: &[char]) -> usize {
    let digits = |from: usize| rest[from..].iter().take_while(|c| is_digit(**c)).count();
    let mut length = digits(0);
    while length > 0 {
        let separator = length + usize::from(rest.get(length) == Some(&' '));
        // A separator without a digit after it is punctuation, such as the stop that ends the sentence.
        match rest.get(separator).filter(|c| is_separator(**c)).map_or(0, |_| digits(separator + 1)) {
            0 => break,
            more => length = separator + 1 + more,
        }
    }
    length
}

/// The symbol of a mark that ends a clause but no sentence.
fn pause_of(mark: char) -> Option<Symbol> {
    match mark {
        '،' | ',' => Some(COMMA),
        '؛' | ';' => Some(SEMICOLON),
        ':' => Some(COLON),
        _ => None,
    }
}

/// Whether nothing has begun since the last sentence.
fn has_just_ended(pieces: &[Piece]) -> bool {
    match pieces.last() {
        None => true,
        Some(Piece::Mark(mark)) => is_stop(*mark),
        Some(Piece::Word(_)) => false,
    }
}

/// Whether a mark ends a sentence: not after a single letter (an initial), nor before the first piece of a sentence.
fn ends_sentence(mark: char, pieces: &[Piece]) -> bool {
    match pieces.last() {
        Some(Piece::Word(word)) => !(mark == '.' && word.len() == 1),
        _ => !has_just_ended(pieces),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::arabic::decode_word;

    #[test]
    fn clean_text_becomes_words_numbers_and_stops() {
        let shown: Vec<String> =
            pieces_of("نمت 3.5 أو 3 .5 في عام 2010، ثم 3. قال د. سالم: نعم!! ...\nلماذا؟\nفصل\nأول؛ ثان")
                .into_iter()
                .map(|piece| match piece {
                    Piece::Word(word) => decode_word(&word),
                    Piece::Mark(NUMBER) => "#".to_owned(),
                    Piece::Mark(COLON) => ":".to_owned(),
                    Piece::Mark(COMMA) => ",".to_owned(),
                    Piece::Mark(SEMICOLON) => ";".to_owned(),
                    Piece::Mark(QUESTION) => "?".to_owned(),
                    Piece::Mark(BREAK) => "¶".to_owned(),
                    Piece::Mark(_) => "/".to_owned(),
                })
                .collect();
        assert_eq!(shown.join(" "), "نمت # أو # في عام # , ثم # / قال د سالم : نعم / لماذا ? فصل ¶ أول ; ثان");
    }
}

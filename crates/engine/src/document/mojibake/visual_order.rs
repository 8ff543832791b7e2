//! Text in visual order: its letters stand as they are seen from left to right, so that each line begins with its end (`ةعانصلا ةرازو`).
//! Programs that do not know Arabic need it so, and what is copied from them or from a PDF stays so.
//!
//! Letters that only end a word (`ة`, `ى`), the article and the commonest short words show the direction. A line that shows none has that of
//! the text. Letters, marks and punctuation can be turned round without loss. Numbers and Latin words may have been left as they are or not:
//! nothing tells, and a text with one is lost.

use super::loss::Loss;
use super::misreading::{Misreading, Undone};
use crate::arabic::{is_digit, is_letter, is_mark};

/// What speaks for visual order, in tenths of a nat; the same the other way round speaks against it.
const TA_MARBUTA: i32 = 60;
/// Less, because some writers write it for every `ي`.
const ALIF_MAQSURA: i32 = 40;
const SHORT_WORD: i32 = 35;
/// `وال`, which ends next to no word from the other side; the other clitics end many (`طلاب`, `خلاف`).
const AND_ARTICLE: i32 = 40;
const ARTICLE: i32 = 33;
/// Articles at the ends of words bring no more: rhymes and adverbs end so, too (`قليلا`).
const MOST_BY_ARTICLES: i32 = 40;
/// What a text must bring forward, and so must a line of a text that does not.
const NEEDED: i32 = 60;
/// Enough that a line is not turned round with the others.
const LOGICAL: i32 = -40;
const ARTICLES: [&str; 5] = ["ال", "وال", "بال", "فال", "كال"];
/// How many letters a word must have besides the article.
const STEM: usize = 3;
/// From both sides.
const SHORT_WORDS: [(&str, &str); 13] = [
    ("في", "يف"),
    ("من", "نم"),
    ("على", "ىلع"),
    ("إلى", "ىلإ"),
    ("الى", "ىلا"),
    ("عن", "نع"),
    ("أن", "نأ"),
    ("إن", "نإ"),
    ("هذا", "اذه"),
    ("التي", "يتلا"),
    ("الذي", "يذلا"),
    ("كان", "ناك"),
    ("قال", "لاق"),
];

/// What words say for visual order, and what their articles do.
#[derive(Clone, Copy, Default)]
struct Evidence {
    of_letters: i32,
    of_articles: i32,
}

/// A text in logical order, if it was in visual order. `Err` if it cannot be known how it was.
pub(super) fn undo(text: &str) -> Result<Option<Undone>, Loss> {
    let lines: Vec<(&str, Evidence)> = text.split_inclusive('\n').map(|line| (line, Evidence::of(line))).collect();
    let of_text = lines.iter().fold(Evidence::default(), |sum, (_, evidence)| sum.plus(*evidence)).total();
    let is_visual = |line: &str, evidence: Evidence| match evidence.total() {
        found if of_text >= NEEDED => found > LOGICAL && line.contains(is_letter),
        found => found >= NEEDED,
    };
    if !lines.iter().any(|(line, evidence)| is_visual(line, *evidence)) {
        return Ok(None);
    }
    let mut result = String::with_capacity(text.len());
    for (line, evidence) in lines {
        let content = line.trim_end_matches(['\n', '\r']);
        if !is_visual(content, evidence) {
            result.push_str(line);
            continue;
        }
        if has_other_direction(content) {
            return Err(Loss::VisualOrder);
        }
        push_reversed(content, &mut result);
        result.push_str(&line[content.len()..]);
    }
    Ok(Some((result, Misreading::VisualOrder)))
}

impl Evidence {
    fn of(line: &str) -> Self {
        line.split(|c: char| !c.is_alphabetic() && !is_mark(c)).map(Self::of_word).fold(Self::default(), Self::plus)
    }

    fn of_word(word: &str) -> Self {
        if let Some((logical, _)) = SHORT_WORDS.iter().find(|(logical, visual)| word == *logical || word == *visual) {
            return Self { of_letters: if word == *logical { -SHORT_WORD } else { SHORT_WORD }, of_articles: 0 };
        }
        // Alone such a letter is the end of a word that was torn apart.
        let is_word = word.chars().nth(2).is_some();
        let letter = |c: Option<char>| match c {
            Some('ة') if is_word => TA_MARBUTA,
            Some('ى') if is_word => ALIF_MAQSURA,
            _ => 0,
        };
        let letters = letter(word.chars().next()) - letter(word.chars().next_back());
        let is_stem = |rest: &str| rest.chars().count() >= STEM;
        if word.strip_suffix("لاو").is_some_and(is_stem) {
            return Self { of_letters: letters + AND_ARTICLE, of_articles: 0 };
        }
        let begins = ARTICLES.iter().any(|article| word.strip_prefix(article).is_some_and(is_stem));
        let ends = word.strip_suffix("لا").is_some_and(is_stem);
        Self { of_letters: letters, of_articles: (i32::from(ends) - i32::from(begins)) * ARTICLE }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            of_letters: self.of_letters.saturating_add(other.of_letters),
            of_articles: self.of_articles.saturating_add(other.of_articles),
        }
    }

    fn total(self) -> i32 {
        self.of_letters.saturating_add(self.of_articles.min(MOST_BY_ARTICLES))
    }
}

/// Whether a line holds a number or a word that is written from left to right.
fn has_other_direction(line: &str) -> bool {
    let is_ordered = |c: char| is_digit(c) || (c.is_alphabetic() && c < '\u{590}');
    line.chars().zip(line.chars().skip(1)).any(|(first, second)| is_ordered(first) && is_ordered(second))
}

/// Appends a line turned round. Brackets are turned too if they were: a pair then opens before it closes.
fn push_reversed(line: &str, result: &mut String) {
    let turned: String = line.chars().rev().collect();
    let is_mirrored = turned.chars().find(|c| mirrored(*c) != *c).is_some_and(|c| matches!(c, ')' | ']' | '}' | '»' | '>'));
    result.extend(turned.chars().map(|c| if is_mirrored { mirrored(c) } else { c }));
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '«' => '»',
        '»' => '«',
        '<' => '>',
        '>' => '<',
        other => other,
    }
}

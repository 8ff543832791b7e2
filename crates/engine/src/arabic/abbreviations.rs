//! Short forms whose full stop ends no sentence: initials and titles (`د.`, `وأ.د.`), eras (`ق.م.`), names of Latin letters
//! (`بي.بي.سي`).
//!
//! Invariant: a short form is given without its last full stop. Where a full stop may belong to the form or end the sentence, the form
//! alone does not tell; the caller looks at the words around it.

use super::{TATWEEL, is_mark};

/// Clitics that a title or an initialism takes.
const CLITICS: [char; 5] = ['و', 'ف', 'ب', 'ل', 'ك'];
/// Titles of one letter (`د` doctor, `أ` professor). Behind other clitics than `و`, `م` (engineer) makes a word: `لم`, `كم`, `بم`, `فم`.
const TITLES: [char; 2] = ['د', 'أ'];
const TITLE_AFTER_WAW: char = 'م';
/// Eras whose name has a stop inside: `ق.م` (before Christ), `هـ.ش` (solar Hijri).
const ERAS: [&str; 6] = ["ق.م", "ب.م", "ق.ه", "ه.ش", "ه.ق", "د.ت"];
/// Titles and references in Latin letters.
const LATIN: [&str; 12] = ["Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Jr", "Sr", "vs", "No", "Vol", "Fig"];
/// The names of the Latin letters, with every alif bare; those that are among the commonest words (`في`, `ان`) are left out.
const LETTER_NAMES: [&str; 32] = [
    "ايه",
    "بي",
    "سي",
    "دي",
    "ئي",
    "اف",
    "جي",
    "جيه",
    "اتش",
    "ايتش",
    "جاي",
    "كي",
    "كيه",
    "كاي",
    "ال",
    "ام",
    "كيو",
    "ار",
    "اس",
    "تي",
    "يو",
    "فاي",
    "دبليو",
    "دابليو",
    "اكس",
    "واي",
    "زد",
    "زي",
    "زيد",
    "سيه",
    "تيه",
    "بيه",
];

/// Whether a short form is an initial, or several with stops or slashes between them: `د`, `أ.د`, `U.S`; also behind clitics: `ود`, `وأ.د`.
#[must_use]
pub fn is_initials(form: &str) -> bool {
    let form = bare(form);
    if LATIN.contains(&form.as_str()) {
        return true;
    }
    let parts: Vec<&str> = form.split(['.', '/']).collect();
    let (first, rest) = parts.split_first().expect("a split has at least one part");
    rest.iter().all(|part| single_letter(part).is_some())
        && (single_letter(first).is_some() || has_clitic(first, rest.is_empty()))
}

/// Whether clitics and one letter make up `part`. If it is `alone`, the letter must be a title: `به`, `له` and `لك` are words.
fn has_clitic(part: &str, alone: bool) -> bool {
    let mut letters = part.chars();
    let Some(letter) = letters.next_back().filter(|letter| letter.is_alphabetic()) else { return false };
    let clitics = letters.as_str();
    let is_title = TITLES.contains(&letter) || letter == TITLE_AFTER_WAW && clitics == "و";
    let most = if alone { 1 } else { 2 };
    (1..=most).contains(&clitics.chars().count()) && clitics.chars().all(|c| CLITICS.contains(&c)) && (!alone || is_title)
}

/// Whether a short form names an era and has a stop inside (`ق.م`, `هـ.ش`).
#[must_use]
pub fn is_dotted_era(form: &str) -> bool {
    ERAS.contains(&bare(form).as_str())
}

/// Whether a word is the Arabic name of a Latin letter (`سي`, `إف`), also behind clitics and the article (`والسي`).
#[must_use]
pub fn is_letter_name(word: &str) -> bool {
    let word: String = bare(word).chars().map(|c| if matches!(c, 'أ' | 'إ' | 'آ') { 'ا' } else { c }).collect();
    let is_name = |word: &str| LETTER_NAMES.contains(&word);
    let after_clitic = word.strip_prefix(CLITICS).unwrap_or(&word);
    let after_article = after_clitic.strip_prefix("ال").unwrap_or(after_clitic);
    is_name(&word) || is_name(after_clitic) || is_name(after_article)
}

/// A form without vowel signs, tatweel and what opens it (`(د`).
fn bare(form: &str) -> String {
    let opened = form.trim_start_matches(|c: char| !c.is_alphanumeric());
    opened.chars().filter(|c| !is_mark(*c) && *c != TATWEEL).collect()
}

/// The letter that makes up the whole of `part`.
fn single_letter(part: &str) -> Option<char> {
    let mut letters = part.chars();
    letters.next().filter(|letter| letter.is_alphabetic() && letters.as_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_single_letters_also_behind_clitics() {
        for (form, expected, why) in [
            ("د", true, "a title of one letter"),
            ("أ.د", true, "two of them"),
            ("أ/د", true, "with a slash"),
            ("(د", true, "after a bracket"),
            ("هـ", true, "a letter in its joined form"),
            ("U.S", true, "Latin initials"),
            ("Dr", true, "a Latin title"),
            ("ود", true, "a title after a conjunction"),
            ("ولأ.د", true, "two clitics before two titles"),
            ("وم", true, "an engineer after a conjunction"),
            ("لم", false, "a word that looks like an engineer after a preposition"),
            ("به", false, "a preposition and a pronoun"),
            ("ولد", false, "a word that ends in a title's letter"),
            ("كم", false, "kilometres"),
            ("1950م", false, "an era glued to its year"),
            ("كتاب", false, "a word"),
            ("", false, "nothing"),
        ] {
            assert_eq!(is_initials(form), expected, "{form}: {why}");
        }
    }

    #[test]
    fn names_of_latin_letters_are_known_behind_clitics() {
        for (word, expected) in [("سي", true), ("إف", true), ("والبي", true), ("وفي", false), ("الأمس", false), ("كلا", false)]
        {
            assert_eq!(is_letter_name(word), expected, "{word}");
        }
    }

    #[test]
    fn eras_are_recognised_with_and_without_tatweel() {
        for (form, expected) in [("ق.م", true), ("هـ.ش", true), ("(ق.م", true), ("أ.د", false)] {
            assert_eq!(is_dotted_era(form), expected, "{form}");
        }
    }
}

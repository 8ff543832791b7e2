//! The forms in which a vocabulary's word can stand in a text: clitics before it, pronouns and endings after it.
//!
//! Everything here runs over folded letter codes (see [`crate::arabic::fold_letter`]), on both sides of a comparison, so
//! `ة` is `ه` throughout. Two strengths: [`Inflection::base_forms`] for the word that a term begins with, and [`Inflection::agreement_key`]
//! for the words after it, which agree with the first in number and gender and so lose their endings altogether.

use crate::arabic::{Word, code, encode_letter, fold_letter};

/// Proclitics that can stand before a noun, longest first: conjunction, preposition, article, and their joins.
const PROCLITICS: [&str; 22] = [
    "وبال", "وكال", "فبال", "ولل", "فلل", "وال", "فال", "بال", "كال", "لل", "ال", "وب", "ول", "وك", "فب", "فل", "فك", "و",
    "ف", "ب", "ك", "ل",
];
/// Pronouns that can stand after a noun, longest first.
const PRONOUNS: [&str; 10] = ["هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه", "ك", "ي"];
/// Endings of the dual and the sound plural, with what stands in the singular instead, folded.
const PLURALS: [(&str, &[&str]); 7] =
    [("تان", &["ه"]), ("تين", &["ه"]), ("ات", &["", "ه"]), ("ون", &[""]), ("ين", &[""]), ("ان", &[""]), ("ا", &[""])];
/// Endings that an adjective changes to agree with its noun, longest first, folded.
const AGREEMENT: [&str; 8] = ["تان", "تين", "ات", "ون", "ين", "ان", "ه", "ا"];

const LAM: u8 = code::LAM;
const ARTICLE: [u8; 2] = [code::ALIF, LAM];

/// Letters that must be left of a word when a clitic or an ending is taken off.
const LEAST_LETTERS: usize = 2;
/// Letters that must be left when more than a clitic is taken off.
const LEAST_STEM: usize = 3;

/// The folded letter codes of a word; everything but Arabic letters is left out.
#[must_use]
pub fn folded_codes(text: &str) -> Vec<u8> {
    text.chars().filter_map(encode_letter).map(fold_letter).collect()
}

fn codes(text: &str) -> Vec<u8> {
    Word::new(text).map(|word| word.codes().to_vec()).unwrap_or_default()
}

/// Clitics and endings as letter codes, made once.
#[derive(Debug)]
pub struct Inflection {
    proclitics: Vec<Vec<u8>>,
    pronouns: Vec<Vec<u8>>,
    plurals: Vec<(Vec<u8>, Vec<Vec<u8>>)>,
    agreement: Vec<Vec<u8>>,
}

impl Default for Inflection {
    fn default() -> Self {
        let list = |texts: &[&str]| texts.iter().map(|text| codes(text)).collect();
        Self {
            proclitics: list(&PROCLITICS),
            pronouns: list(&PRONOUNS),
            plurals: PLURALS.iter().map(|(ending, singular)| (codes(ending), list(singular))).collect(),
            agreement: list(&AGREEMENT),
        }
    }
}

/// A base that a word may be a form of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseForm<'a> {
    /// Folded letter codes.
    pub letters: &'a [u8],
    /// Whether an ending or a pronoun was taken off.
    pub lost_ending: bool,
}

impl Inflection {
    /// Calls `each` with every base that a word of the text may be a form of, the word itself first.
    ///
    /// A word with the article takes no pronoun (`الرياضي` is not `الرياض` with one), nor does one that ends in `ة`: `كتابة` is not
    /// `كتاب` with one. `لل` hides an article, so `للاردن` is tried as `الاردن` too.
    pub fn base_forms(&self, text: &str, mut each: impl FnMut(BaseForm<'_>)) {
        let folded = folded_codes(text);
        let word = folded.as_slice();
        let closed = text.chars().rev().find_map(encode_letter) == Some(code::TA_MARBUTA);
        self.without_endings(word, !closed && without_article(word) == word, &mut each);
        for proclitic in &self.proclitics {
            let Some(rest) = word.strip_prefix(proclitic.as_slice()).filter(|rest| rest.len() >= LEAST_LETTERS) else {
                continue;
            };
            let definite = proclitic.ends_with(&ARTICLE) || proclitic.ends_with(&[LAM, LAM]) || rest.starts_with(&ARTICLE);
            self.without_endings(rest, !closed && !definite, &mut each);
            if proclitic.ends_with(&[LAM, LAM]) {
                self.without_endings(&[&ARTICLE, rest].concat(), false, &mut each);
            }
        }
    }

    fn without_endings(&self, word: &[u8], pronouns: bool, each: &mut impl FnMut(BaseForm<'_>)) {
        each(BaseForm { letters: word, lost_ending: false });
        let mut inflected = |letters: &[u8]| each(BaseForm { letters, lost_ending: true });
        self.singulars(word, &mut inflected);
        for pronoun in self.pronouns.iter().filter(|_| pronouns) {
            let Some(stem) = word.strip_suffix(pronoun.as_slice()).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            inflected(stem);
            self.singulars(stem, &mut inflected);
            if let Some((&code::TA, open)) = stem.split_last() {
                inflected(&[open, &[code::HA]].concat());
            }
        }
    }

    fn singulars(&self, word: &[u8], each: &mut impl FnMut(&[u8])) {
        for (ending, singulars) in &self.plurals {
            let Some(stem) = word.strip_suffix(ending.as_slice()).filter(|stem| stem.len() >= LEAST_STEM) else { continue };
            for singular in singulars {
                each(&[stem, singular.as_slice()].concat());
            }
        }
    }

    /// What is left of a later word of a phrase (folded) when its article and the endings that agree are taken off.
    #[must_use]
    pub fn agreement_key(&self, word: &[u8]) -> Vec<u8> {
        let bare = without_article(word);
        let stem = self
            .agreement
            .iter()
            .find_map(|ending| bare.strip_suffix(ending.as_slice()).filter(|stem| stem.len() >= LEAST_STEM));
        stem.unwrap_or(&bare).to_vec()
    }
}

/// A word (folded) without its article; a conjunction or preposition before the article stays.
#[must_use]
pub fn without_article(word: &[u8]) -> Vec<u8> {
    if let Some(rest) = word.strip_prefix(&ARTICLE).filter(|rest| rest.len() >= LEAST_LETTERS) {
        return rest.to_vec();
    }
    match word {
        [clitic, code::ALIF, LAM, rest @ ..] if rest.len() >= LEAST_STEM => [&[*clitic], rest].concat(),
        [LAM, LAM, rest @ ..] if rest.len() >= LEAST_STEM => [&[LAM], rest].concat(),
        _ => word.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_form_of(word: &str, base: &str) -> bool {
        let base = folded_codes(base);
        let mut found = false;
        Inflection::default().base_forms(word, |form| found |= form.letters == base);
        found
    }

    #[test]
    fn a_noun_is_found_in_its_forms() {
        for word in ["صناعة", "الصناعة", "والصناعة", "للصناعة", "صناعتها", "صناعات", "بالصناعات", "وصناعاتهم", "صناعتان"]
        {
            assert!(is_form_of(word, "صناعة"), "{word}");
        }
        assert!(is_form_of("وكتابهم", "كتاب"));
        assert!(is_form_of("مهندسين", "مهندس"));
        assert!(is_form_of("للأردن", "الأردن"), "the article inside لل");
        assert!(!is_form_of("الرياضي", "الرياض"), "no pronoun after an article");
        assert!(!is_form_of("صناعي", "صناعة"), "another word of the same root");
        assert!(!is_form_of("كتابة", "كتاب"), "a word inside another word");
    }

    #[test]
    fn adjectives_agree() {
        let inflection = Inflection::default();
        let key = |word: &str| inflection.agreement_key(&folded_codes(word));
        assert_eq!(key("الصغيرة"), key("صغير"));
        assert_eq!(key("والمتوسطة"), key("ومتوسطة"));
        assert_ne!(key("الكبيرة"), key("الصغيرة"));
    }
}

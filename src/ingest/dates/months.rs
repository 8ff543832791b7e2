//! Names of months: both Gregorian traditions of Arabic, also in Latin letters, those of the Maghreb, English, French, and the Hijri
//! calendar.
//!
//! A name matches as spelled, as spelled without hamza and with `ه` and `ي` for `ة` and `ى`, and with the damaged letters deleted
//! (`ة ى أ إ آ ء ئ ؤ`). Invariant: no text matches the names of two months, so a match is unambiguous; forms of one letter (`ب` for
//! `آب`) match nothing.

use std::sync::LazyLock;

use super::spelling::Spellings;
use super::tokens::Token;

/// A calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    /// Gregorian.
    Gregorian,
    /// Hijri, the Umm al-Qura calendar.
    Hijri,
}

/// A month of a calendar, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Month {
    pub(super) calendar: Calendar,
    pub(super) number: u8,
}

/// Gregorian months with all their names; spellings that differ only in hamza are folded together.
const GREGORIAN: [&[&str]; 12] = [
    &[
        "يناير",
        "كانون الثاني",
        "كانون ثاني",
        "كانون ثان",
        "كانون 2",
        "ك 2",
        "ك . 2",
        "جانفي",
        "ينائر",
        "january",
        "jan",
        "janvier",
        "janv",
        "yanayir",
        "yanayer",
    ],
    &[
        "فبراير",
        "شباط",
        "فيفري",
        "فبرائر",
        "february",
        "feb",
        "février",
        "fevrier",
        "févr",
        "fevr",
        "fév",
        "fibrayir",
        "fabrayer",
        "shubat",
    ],
    &["مارس", "آذار", "march", "mar", "mars", "maris", "adhar"],
    &["أبريل", "إبريل", "نيسان", "أفريل", "april", "apr", "avril", "avr", "abril", "nisan"],
    &["مايو", "أيار", "ماي", "may", "mai", "mayu", "mayo", "ayyar"],
    &["يونيو", "يونية", "حزيران", "جوان", "june", "jun", "juin", "yunyu", "yunyo", "haziran"],
    &["يوليو", "يولية", "تموز", "جويلية", "يوليوز", "july", "jul", "juillet", "juil", "yulyu", "yulyo", "tammuz"],
    &["أغسطس", "أوغسطس", "آب", "أوت", "غشت", "august", "aug", "août", "aout", "aghustus", "aghostos"],
    &["سبتمبر", "أيلول", "شتنبر", "سبتامبر", "september", "sept", "sep", "septembre", "sibtambir", "sebtember", "aylul"],
    &[
        "أكتوبر",
        "أوكتوبر",
        "تشرين الأول",
        "تشرين أول",
        "تشرين 1",
        "ت 1",
        "ت . 1",
        "october",
        "oct",
        "octobre",
        "uktubar",
        "oktobar",
    ],
    &[
        "نوفمبر",
        "تشرين الثاني",
        "تشرين ثاني",
        "تشرين ثان",
        "تشرين 2",
        "ت 2",
        "ت . 2",
        "نونبر",
        "نوفامبر",
        "november",
        "nov",
        "novembre",
        "nufimbir",
        "nofember",
    ],
    &[
        "ديسمبر",
        "كانون الأول",
        "كانون أول",
        "كانون 1",
        "ك 1",
        "ك . 1",
        "دجنبر",
        "دجمبر",
        "ديسامبر",
        "december",
        "dec",
        "décembre",
        "decembre",
        "déc",
        "disimbir",
    ],
];

/// Hijri months with all their names.
const HIJRI: [&[&str]; 12] = [
    &["محرم", "المحرم"],
    &["صفر"],
    &["ربيع الأول", "ربيع أول"],
    &["ربيع الآخر", "ربيع الثاني", "ربيع ثاني", "ربيع ثان", "ربيع آخر"],
    &["جمادى الأولى", "جمادى الأول", "جماد الأول", "جماد الأولى", "جمادى أول", "جماد أول"],
    &[
        "جمادى الآخرة",
        "جمادى الثانية",
        "جمادى الآخر",
        "جمادى الثاني",
        "جماد الآخر",
        "جماد الآخرة",
        "جماد الثاني",
        "جماد الثانية",
        "جمادى ثاني",
        "جماد ثاني",
    ],
    &["رجب"],
    &["شعبان"],
    &["رمضان"],
    &["شوال"],
    &["ذو القعدة", "ذي القعدة", "ذوالقعدة", "ذيالقعدة", "ذا القعدة"],
    &["ذو الحجة", "ذي الحجة", "ذوالحجة", "ذيالحجة", "ذا الحجة"],
];

/// A part of a name: a word, or a number or point between words.
enum Part {
    Word(Spellings),
    Number(u64),
    Point,
}

impl Part {
    fn of(written: &str) -> Self {
        match written.parse() {
            Ok(number) => Self::Number(number),
            Err(_) if written == "." => Self::Point,
            Err(_) => Self::Word(Spellings::of(written)),
        }
    }

    fn matches(&self, token: &Token) -> bool {
        match self {
            Self::Word(word) => token.word().is_some_and(|text| word.matches(text)),
            Self::Number(number) => token.number(|digits| digits == 1) == Some(*number),
            Self::Point => token.mark() == Some('.'),
        }
    }
}

struct Name {
    month: Month,
    parts: Vec<Part>,
}

/// All names, those with more words first, so that the longest match is found first.
static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let mut names = Vec::new();
    for (calendar, months) in [(Calendar::Gregorian, &GREGORIAN), (Calendar::Hijri, &HIJRI)] {
        for (number, spellings) in (1..).zip(months) {
            let month = Month { calendar, number };
            let parts = |name: &&str| name.split(' ').map(Part::of).collect();
            names.extend(spellings.iter().map(|name| Name { month, parts: parts(name) }));
        }
    }
    // Among names of equal length any order will do: no text matches the names of two months.
    names.sort_by_key(|name| std::cmp::Reverse(name.parts.len()));
    names
});

/// The month whose name begins at a token, and the end of the name.
pub(super) fn month_at(tokens: &[Token], at: usize) -> Option<(Month, usize)> {
    // Most tokens are no words; this spares comparing them with every name.
    tokens.get(at)?.word()?;
    let is_at =
        |name: &&Name| (at..).zip(&name.parts).all(|(at, part)| tokens.get(at).is_some_and(|token| part.matches(token)));
    NAMES.iter().find(is_at).map(|name| (name.month, at + name.parts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_matches_names_of_two_months() {
        let forms = |name: &Name| -> Vec<Vec<String>> {
            let both = |part: &Part| match part {
                Part::Word(word) => [word.folded.clone(), word.damaged.clone()],
                Part::Number(number) => [number.to_string(), String::new()],
                Part::Point => [".".to_owned(), String::new()],
            };
            let mut forms = vec![Vec::new()];
            for part in &name.parts {
                forms = forms
                    .into_iter()
                    .flat_map(|form| {
                        both(part)
                            .into_iter()
                            .filter(|text| !text.is_empty())
                            .map(move |text| [form.clone(), vec![text]].concat())
                    })
                    .collect();
            }
            forms
        };
        for (index, one) in NAMES.iter().enumerate() {
            for other in NAMES.iter().skip(index + 1).filter(|other| other.month != one.month) {
                let shared: Vec<_> = forms(one).into_iter().filter(|form| forms(other).contains(form)).collect();
                assert!(shared.is_empty(), "{shared:?} is {:?} and {:?}", one.month, other.month);
            }
        }
    }
}

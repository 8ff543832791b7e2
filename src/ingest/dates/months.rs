//! Names of months: both Gregorian traditions of Arabic, those of the Maghreb, English, and the Hijri calendar.
//!
//! A name matches as spelled, as spelled without hamza and with `ه` and `ي` for `ة` and `ى`, and with the damaged letters deleted
//! (`ة ى أ إ آ ء ئ ؤ`). Invariant: no text matches the names of two months, so a match is unambiguous; forms of one letter (`ب` for
//! `آب`) match nothing.

use std::sync::LazyLock;

use super::tokens::{Token, fold_word};

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
    &["يناير", "كانون الثاني", "كانون ثاني", "كانون ثان", "جانفي", "ينائر", "january", "jan"],
    &["فبراير", "شباط", "فيفري", "فبرائر", "february", "feb"],
    &["مارس", "آذار", "march", "mar"],
    &["أبريل", "إبريل", "نيسان", "أفريل", "april", "apr"],
    &["مايو", "أيار", "ماي", "may"],
    &["يونيو", "يونية", "حزيران", "جوان", "june", "jun"],
    &["يوليو", "يولية", "تموز", "جويلية", "يوليوز", "july", "jul"],
    &["أغسطس", "أوغسطس", "آب", "أوت", "غشت", "august", "aug"],
    &["سبتمبر", "أيلول", "شتنبر", "سبتامبر", "september", "sept", "sep"],
    &["أكتوبر", "أوكتوبر", "تشرين الأول", "تشرين أول", "october", "oct"],
    &["نوفمبر", "تشرين الثاني", "تشرين ثاني", "تشرين ثان", "نونبر", "نوفامبر", "november", "nov"],
    &["ديسمبر", "كانون الأول", "كانون أول", "دجنبر", "دجمبر", "ديسامبر", "december", "dec"],
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

/// A word of a name: folded, and with the damaged letters deleted.
struct Spellings {
    folded: String,
    damaged: String,
}

impl Spellings {
    fn of(word: &str) -> Self {
        let kept: String = word.chars().filter(|c| !matches!(c, 'ة' | 'ى' | 'أ' | 'إ' | 'آ' | 'ء' | 'ئ' | 'ؤ')).collect();
        // A single letter is not enough to identify a month.
        let damaged = if kept.chars().count() > 1 { fold_word(&kept) } else { String::new() };
        Self { folded: fold_word(word), damaged }
    }

    fn matches(&self, word: &str) -> bool {
        word == self.folded || (!self.damaged.is_empty() && word == self.damaged)
    }
}

struct Name {
    month: Month,
    words: Vec<Spellings>,
}

/// All names, those with more words first, so that the longest match is found first.
static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let mut names = Vec::new();
    for (calendar, months) in [(Calendar::Gregorian, &GREGORIAN), (Calendar::Hijri, &HIJRI)] {
        for (number, spellings) in (1..).zip(months) {
            let month = Month { calendar, number };
            let words = |name: &&str| name.split(' ').map(Spellings::of).collect();
            names.extend(spellings.iter().map(|name| Name { month, words: words(name) }));
        }
    }
    // Among names of equal length any order will do: no text matches the names of two months.
    names.sort_by_key(|name| std::cmp::Reverse(name.words.len()));
    names
});

/// The month whose name begins at a token, and the end of the name.
pub(super) fn month_at(tokens: &[Token], at: usize) -> Option<(Month, usize)> {
    // Most tokens are no words; this spares comparing them with every name.
    tokens.get(at)?.word()?;
    let is_at = |name: &&Name| {
        (at..).zip(&name.words).all(|(at, word)| tokens.get(at).and_then(Token::word).is_some_and(|text| word.matches(text)))
    };
    NAMES.iter().find(is_at).map(|name| (name.month, at + name.words.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_matches_names_of_two_months() {
        let forms = |name: &Name| -> Vec<Vec<String>> {
            let both = |word: &Spellings| [word.folded.clone(), word.damaged.clone()];
            let mut forms = vec![Vec::new()];
            for word in &name.words {
                forms = forms
                    .into_iter()
                    .flat_map(|form| {
                        both(word)
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

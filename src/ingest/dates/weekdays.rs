//! Days of the week: they tell which reading of a date is right, or that none is.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};

use super::spelling::Spellings;
use super::tokens::Token;

/// The days of the week with all their names, with and without the article.
const NAMES: [(Weekday, &[&str]); 7] = [
    (Weekday::Sunday, &["الأحد", "أحد", "sunday", "sun", "dimanche", "dim"]),
    (Weekday::Monday, &["الاثنين", "الإثنين", "اثنين", "الاتنين", "monday", "mon", "lundi", "lun"]),
    (Weekday::Tuesday, &["الثلاثاء", "ثلاثاء", "tuesday", "tues", "tue", "mardi"]),
    (Weekday::Wednesday, &["الأربعاء", "أربعاء", "الاربع", "wednesday", "wed", "mercredi", "mer"]),
    (Weekday::Thursday, &["الخميس", "خميس", "thursday", "thurs", "thur", "thu", "jeudi", "jeu"]),
    (Weekday::Friday, &["الجمعة", "جمعة", "friday", "fri", "vendredi", "ven"]),
    (Weekday::Saturday, &["السبت", "سبت", "saturday", "sat", "samedi"]),
];

static SPELLINGS: LazyLock<Vec<(Weekday, Spellings)>> =
    LazyLock::new(|| NAMES.iter().flat_map(|(day, names)| names.iter().map(|name| (*day, Spellings::of(name)))).collect());

/// The days of the week that a text names.
pub(super) struct NamedWeekdays(Vec<Weekday>);

fn day(word: &str) -> Option<Weekday> {
    SPELLINGS.iter().find(|(_, name)| name.matches(word)).map(|(day, _)| *day)
}

/// Whether a word is the name of a day of the week.
pub(crate) fn is_weekday(word: &str) -> bool {
    day(word).is_some()
}

impl NamedWeekdays {
    pub(super) fn of(tokens: &[Token]) -> Self {
        Self(tokens.iter().filter_map(Token::word).filter_map(day).collect())
    }

    /// Whether none is named.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a day falls on one of them, or none is named.
    pub(super) fn allow(&self, day: Date) -> bool {
        self.is_empty() || self.0.contains(&day.weekday())
    }
}

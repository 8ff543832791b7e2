//! Hijri days beside Gregorian ones, and beside days of the week.

use jiff::Unit;
use jiff::civil::Date;

use super::reading::Reading;
use super::weekdays::NamedWeekdays;

/// Farthest that a computed Hijri day is from the announced one, in days.
const HIJRI_SLACK: i32 = 2;

/// What a Gregorian date says beside a Hijri one: the readings that are near it, if any is.
pub(super) fn narrowed(gregorian: Reading, hijri: Reading) -> Reading {
    let is_near = |one: Option<Date>, two: Option<Date>| {
        one.zip(two)
            .and_then(|(one, two)| one.until((Unit::Day, two)).ok())
            .is_some_and(|gap| gap.get_days().abs() <= HIJRI_SLACK)
    };
    let kept = |one: Option<Date>, two: Option<Date>| one.filter(|_| is_near(one, two));
    let near = Reading {
        day_first: kept(gregorian.day_first, hijri.day_first),
        month_first: kept(gregorian.month_first, hijri.month_first),
    };
    // A Hijri date that is far from both is wrong itself; the Gregorian one wins as ever.
    if near.is_empty() { gregorian } else { near }
}

/// A Hijri day by the day of the week: months begin when they are announced, a day before or after the computed one.
pub(super) fn announced(hijri: Reading, weekdays: &NamedWeekdays) -> Reading {
    let exact = hijri.filter(|day| weekdays.allow(day));
    if !exact.is_empty() {
        return exact;
    }
    let neighbour = |day: Option<Date>| {
        let day = day?;
        [day.yesterday().ok(), day.tomorrow().ok()].into_iter().flatten().find(|day| weekdays.allow(*day))
    };
    Reading { day_first: neighbour(hijri.day_first), month_first: neighbour(hijri.month_first) }
}

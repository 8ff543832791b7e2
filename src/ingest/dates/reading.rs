//! What a text says about a day: one day, or one for each order of day and month.

use jiff::civil::Date;

/// Which of the two numbers of `7/3/2016` is the day. One source uses one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// `25/3/2016`, as in all Arab countries.
    DayFirst,
    /// `3/25/2016`, as in America, and as software from there writes it unasked.
    MonthFirst,
}

/// The day that a text gives under each order of day and month. Both are equal where the order does not matter; one is empty where
/// only the other order gives a day that exists and contradicts nothing in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub(super) day_first: Option<Date>,
    pub(super) month_first: Option<Date>,
}

impl Reading {
    /// The same day under either order.
    pub(super) fn of(day: Date) -> Self {
        Self { day_first: Some(day), month_first: Some(day) }
    }

    /// Whether the text gives no day at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether the two orders give different days.
    #[must_use]
    pub fn is_ambiguous(self) -> bool {
        self.day_first.is_some() && self.month_first.is_some() && self.day_first != self.month_first
    }

    /// The order that the text itself shows, for the others of its source.
    #[must_use]
    pub fn shown_order(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// The day; `order` is only asked about a text that leaves it open.
    #[must_use]
    pub fn day(self, order: impl FnOnce() -> Option<DateOrder>) -> Option<Date> {
        if !self.is_ambiguous() {
            return self.day_first.or(self.month_first);
        }
        match order()? {
            DateOrder::DayFirst => self.day_first,
            DateOrder::MonthFirst => self.month_first,
        }
    }

    /// Whether one of its days is this one.
    pub(crate) fn may_be(self, day: Date) -> bool {
        self.day_first == Some(day) || self.month_first == Some(day)
    }

    /// Keeps the days that fit.
    pub(super) fn filter(self, fits: impl Fn(Date) -> bool) -> Self {
        let kept = |day: Option<Date>| day.filter(|day| fits(*day));
        Self { day_first: kept(self.day_first), month_first: kept(self.month_first) }
    }

    /// What two texts say together: the orders under which both give the same day.
    pub(super) fn and(self, other: Self) -> Self {
        let same = |one: Option<Date>, two: Option<Date>| one.filter(|_| one == two);
        Self { day_first: same(self.day_first, other.day_first), month_first: same(self.month_first, other.month_first) }
    }
}

//! Which order of day and month a source uses, learnt from those of its dates that leave no choice.
//!
//! `10/11/2012` is a day in October or in November; `10/13/2012` in the same column says which. The dates of a column of a file vote, or, if
//! none of them tells, those in the files of the same folder, and so on up to the whole input. Invariant: the answer depends on the
//! input alone, not on the order of reading, and memory on the number of files and folders, not on the number of dates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::dates::{DateOrder, Reading};

/// How many dates of one order outweigh one of the other, which is then a slip. Below, the source is mixed, and nothing is decided.
const MAJORITY: u64 = 100;

/// The place of a date in its source: a column, a page, a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum DatePlace {
    /// A column of records, by its name in lower case.
    Column(String),
    /// A web page.
    Page,
    /// A path.
    Path,
}

impl DatePlace {
    pub(super) fn column(name: &str) -> Self {
        Self::Column(name.trim().to_lowercase())
    }
}

/// The dates that show an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Votes {
    day_first: u64,
    month_first: u64,
}

impl Votes {
    fn decide(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (day, month) if day > 0 && month * MAJORITY <= day => Some(DateOrder::DayFirst),
            (day, month) if month > 0 && day * MAJORITY <= month => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// The votes of all sources.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct DateOrders(BTreeMap<DatePlace, BTreeMap<String, Votes>>);

impl DateOrders {
    /// Counts a date, if it shows an order.
    pub(super) fn note(&mut self, source_path: &str, place: &DatePlace, reading: Reading) {
        let Some(order) = reading.shown_order() else { return };
        if !self.0.contains_key(place) {
            self.0.insert(place.clone(), BTreeMap::new());
        }
        let sources = self.0.get_mut(place).expect("just inserted");
        // A page is one date: of single files nothing is learnt that their folder does not say as well.
        let scopes = scopes(source_path).skip(usize::from(!matches!(place, DatePlace::Column(_))));
        for scope in scopes {
            let votes = sources.entry(scope.to_owned()).or_default();
            match order {
                DateOrder::DayFirst => votes.day_first += 1,
                DateOrder::MonthFirst => votes.month_first += 1,
            }
        }
    }

    /// Adds what was learnt from other files.
    pub(super) fn merge(mut self, other: Self) -> Self {
        for (place, sources) in other.0 {
            let known = self.0.entry(place).or_default();
            for (scope, votes) in sources {
                let sum = known.entry(scope).or_default();
                sum.day_first += votes.day_first;
                sum.month_first += votes.month_first;
            }
        }
        self
    }

    /// The order of a source: that of the narrowest scope in which a date shows one.
    pub(super) fn of(&self, source_path: &str, place: &DatePlace) -> Option<DateOrder> {
        let sources = self.0.get(place)?;
        scopes(source_path).find_map(|scope| sources.get(scope))?.decide()
    }
}

/// A path, its folder, the folder above, and so on; the last is empty.
fn scopes(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::dates::read_date;

    fn orders(dates: &[(&str, &str)]) -> DateOrders {
        let mut orders = DateOrders::default();
        for (path, date) in dates {
            orders.note(path, &DatePlace::column("date"), read_date(date));
        }
        orders
    }

    #[test]
    fn the_narrowest_scope_that_tells_decides() {
        let place = DatePlace::column(" DATE");
        let orders = orders(&[
            ("us/a.csv", "10/13/2012"),
            ("us/a.csv", "10/11/2012"),
            ("eg/a.csv", "13/10/2012"),
            ("eg/b.csv", "07/03/2012"),
            ("mixed/a.csv", "13/10/2012"),
            ("mixed/a.csv", "10/13/2012"),
        ]);
        for (path, expected, why) in [
            ("us/a.csv", Some(DateOrder::MonthFirst), "its own dates"),
            ("us/b.csv", Some(DateOrder::MonthFirst), "those of its folder"),
            ("eg/b.csv", Some(DateOrder::DayFirst), "those of its folder"),
            ("mixed/a.csv", None, "they contradict each other"),
            ("other/a.csv", None, "the input as a whole does"),
        ] {
            assert_eq!(orders.of(path, &place), expected, "{path}: {why}");
        }
        assert_eq!(orders.of("us/a.csv", &DatePlace::Page), None, "another place");
    }

    #[test]
    fn a_slip_among_many_does_not_count() {
        let mut dates = vec![("a.csv", "13/10/2012"); 100];
        dates.push(("a.csv", "10/13/2012"));
        assert_eq!(orders(&dates).of("a.csv", &DatePlace::column("date")), Some(DateOrder::DayFirst));
        dates.push(("a.csv", "10/13/2012"));
        assert_eq!(orders(&dates).of("a.csv", &DatePlace::column("date")), None);
    }

    #[test]
    fn what_was_learnt_apart_is_what_is_learnt_together() {
        let (one, two) = (orders(&[("a.csv", "13/10/2012")]), orders(&[("b.csv", "10/13/2012")]));
        let both = one.merge(two);
        assert_eq!(both.of("a.csv", &DatePlace::column("date")), Some(DateOrder::DayFirst));
        assert_eq!(both.of("c.csv", &DatePlace::column("date")), None);
    }
}

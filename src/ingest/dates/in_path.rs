//! The date in a path: in the file's name, or in the folders above it.
//!
//! A name may hold any number, so less counts as a date here than in a text: a year of four digits, month and day with the same mark
//! between them (`2004-05-17_x.txt`, `17.05.2004`) or without any (`20040517-x.html`); in folders nothing but that, or one folder each for
//! year, month and day.

use jiff::civil::Date;

use super::days::existing;
use super::months::Calendar;
use super::named_folders::{date_with_name, is_named_month};
use super::reading::Reading;

/// Years of dates in names. Earlier ones are written with marks only: most numbers of eight digits that begin with 18 are something else.
const YEARS: std::ops::RangeInclusive<u64> = 1800..=2100;
const COMPACT_YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;

/// Longest ending of a file's name, in letters.
const MAX_ENDING: usize = 8;

/// What the numbers in a file's name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameReading {
    /// Whether a number of eight digits may be a date; not so where such numbers are ids.
    pub(crate) compact: bool,
    /// Whether the name must be the date and nothing else, as for a file of many articles: `dump-2020-05-17.jsonl` is no day's issue.
    pub(crate) alone: bool,
}

/// The date in a path; empty if there is none, or there are several.
pub(crate) fn date_in_path(path: &str, name_reading: NameReading) -> Reading {
    // An archive is a folder whose name has an ending.
    let bare = |name: &str| western(name.strip_suffix('!').map_or(name, stem));
    let mut names: Vec<String> = path.split('/').map(bare).collect();
    let Some(file) = names.pop() else { return Reading::default() };
    let in_name = date_in_name(stem(&file), name_reading);
    let in_name = if in_name.is_empty() { date_with_name(&[stem(&file).to_owned()]) } else { in_name };
    if !in_name.is_empty() {
        return in_name;
    }
    // From the file upwards: the nearest folder tells most.
    let ends = (1..=names.len()).rev();
    let read = |end: usize| date_of_folders(&names[..end]);
    ends.map(read).find(|reading| !reading.is_empty()).unwrap_or_default()
}

/// Whether a name has a number of eight digits, and whether all of them can be dates.
pub(crate) fn compact_numbers_are_dates(name: &str) -> Option<bool> {
    let name = western(name);
    let numbers = numbers(&name);
    let mut compact = numbers.iter().filter(|number| number.text.len() == 8).peekable();
    compact.peek()?;
    Some(compact.all(|number| compact_day(number.text).is_some()))
}

/// For each folder of a path, whether its name is a date or a part of one: a year, a month, a day. The name of a month alone is one
/// only where another folder is the year.
pub(crate) fn date_folders(path: &str) -> Vec<bool> {
    let names: Vec<String> = path.split('/').map(western).collect();
    let is_year = |name: &String| {
        let has_year = numbers(name).iter().any(|number| number.text.len() == 4);
        has_year && (is_numeric_date(name) || is_named_month(name))
    };
    let has_year = names.iter().any(is_year);
    names.iter().map(|name| is_numeric_date(name) || (has_year && is_named_month(name))).collect()
}

fn is_numeric_date(name: &str) -> bool {
    let is_part =
        name.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '_' | '.')) && name.len() <= "2004-05-17".len();
    is_part && numbers(name).iter().all(|number| matches!(number.text.len(), 1 | 2 | 4 | 6 | 8))
}

/// A run of digits in a name.
struct Number<'n> {
    text: &'n str,
    /// The one character between it and the number before it, if there is only one.
    mark: Option<char>,
}

fn numbers(name: &str) -> Vec<Number<'_>> {
    let mut numbers = Vec::new();
    let mut end = 0;
    while let Some(start) = name[end..].find(|c: char| c.is_ascii_digit()).map(|at| end + at) {
        let mut between = name[end..start].chars();
        let mark = between.next().filter(|mark| between.next().is_none() && !mark.is_alphanumeric());
        let length = name[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len() - start);
        numbers.push(Number { text: &name[start..start + length], mark });
        end = start + length;
    }
    numbers
}

fn date_in_name(name: &str, reading: NameReading) -> Reading {
    let numbers = numbers(name);
    let mut found: Option<Reading> = None;
    let mut at = 0;
    while at < numbers.len() {
        let (day, length) = match compact_day(numbers[at].text) {
            Some(day) if reading.compact => (Reading::of(day), 1),
            _ => (date_with_marks(&numbers, at), 3),
        };
        if day.is_empty() {
            at += 1;
            continue;
        }
        let is_alone = numbers.len() == length && !name.chars().any(char::is_alphabetic);
        if reading.alone && !is_alone {
            return Reading::default();
        }
        // Two days are the ends of a range, or only one of them is that of the article.
        if found.is_some_and(|known| known != day) {
            return Reading::default();
        }
        found = Some(day);
        at += length;
    }
    found.unwrap_or_default()
}

/// `20040517`, or that with a time: `20040517103000`.
fn compact_day(digits: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u64>().ok();
    let has_time = match digits.len() {
        8 => false,
        12 | 14 => true,
        _ => return None,
    };
    let is_time = !has_time || (number(8..10)? < 24 && number(10..12)? < 60);
    let year = number(0..4).filter(|year| COMPACT_YEARS.contains(year) && is_time)?;
    existing(Calendar::Gregorian, year, number(4..6)?, number(6..8)?)
}

/// Three numbers with the same mark between them, the year at either end.
fn date_with_marks(numbers: &[Number<'_>], at: usize) -> Reading {
    let Some([one, two, three]) = numbers.get(at..at + 3) else { return Reading::default() };
    let is_mark = two.mark.is_some_and(|mark| matches!(mark, '-' | '_' | '.' | ' ')) && two.mark == three.mark;
    let value = |number: &Number<'_>, digits: std::ops::RangeInclusive<usize>| {
        number.text.parse::<u64>().ok().filter(|_| digits.contains(&number.text.len()))
    };
    let year = |number: &Number<'_>| value(number, 4..=4).filter(|year| YEARS.contains(year));
    if !is_mark {
        return Reading::default();
    }
    match (year(one), value(one, 1..=2), value(two, 1..=2), value(three, 1..=2), year(three)) {
        (Some(year), _, Some(month), Some(day), _) => {
            existing(Calendar::Gregorian, year, month, day).map(Reading::of).unwrap_or_default()
        }
        // A number before it would make it part of something longer, such as a telephone number.
        (_, Some(first), Some(second), _, Some(year)) if at == 0 || one.mark.is_none() || one.mark != two.mark => Reading {
            day_first: existing(Calendar::Gregorian, year, second, first),
            month_first: existing(Calendar::Gregorian, year, first, second),
        },
        _ => Reading::default(),
    }
}

/// The date that the last of these folders are: one, or several that are year, month and day.
fn date_of_folders(names: &[String]) -> Reading {
    let alone = NameReading { compact: true, alone: true };
    let last = |count: usize| names.len().checked_sub(count).map(|start| &names[start..]);
    for count in 1..=3 {
        let Some(folders) = last(count) else { break };
        let is_number =
            |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
        let joined = folders.join("-").replace(['_', '.'], "-");
        // Folders go from the whole to its parts, so the year comes first.
        let is_ordered = count == 1 || folders[0].len() >= 4;
        if folders.iter().all(is_number) && is_ordered {
            let day = date_in_name(&joined, alone);
            if !day.is_empty() {
                return day;
            }
        }
    }
    (1..=3).filter_map(last).map(date_with_name).find(|reading| !reading.is_empty()).unwrap_or_default()
}

/// A file's name without its endings.
fn stem(name: &str) -> &str {
    let mut stem = name.split_once(['?', '@']).map_or(name, |(name, _)| name);
    while let Some((rest, ending)) = stem.rsplit_once('.') {
        let is_ending = ending.len() <= MAX_ENDING && ending.chars().any(|c| c.is_ascii_alphabetic());
        if !is_ending || rest.is_empty() {
            break;
        }
        stem = rest;
    }
    stem
}

/// A name with its digits as in ASCII.
fn western(name: &str) -> String {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
        _ => None,
    };
    name.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: NameReading = NameReading { compact: true, alone: false };

    #[test]
    fn paths_give_a_day_or_none() {
        for (path, day, why) in [
            ("2004-05-17_x.txt", "2004-05-17", "at the beginning of the name"),
            ("20040517-x.html", "2004-05-17", "without marks"),
            ("sport_2004_05_17.txt.gz", "2004-05-17", "at its end"),
            ("JA-politics-1-20160307.txt", "2016-03-07", "behind a running number"),
            ("2004.05.17.txt", "2004-05-17", "points"),
            ("17-05-2004.txt", "2004-05-17", "day first"),
            ("٢٠٠٤-٠٥-١٧ خبر.txt", "2004-05-17", "Arabic digits and letters"),
            ("20040517103000.html", "2004-05-17", "with a time"),
            ("2004-05-17-0123.txt", "2004-05-17", "with a running number behind it"),
            ("a/2004/05/17/x.txt", "2004-05-17", "folders"),
            ("2004/5/7/sport/x.txt", "2004-05-07", "folders further up"),
            ("2004/05-17/x.txt", "2004-05-17", "two folders"),
            ("2004/مايو/17/x.txt", "2004-05-17", "the month by its name"),
            ("2004/أيار/17/x.txt", "2004-05-17", "its other name"),
            ("2004/كانون الثاني/17/x.txt", "2004-01-17", "one of two words"),
            ("2004/تشرين_2/17/x.txt", "2004-11-17", "and of a number"),
            ("2004/May/17/x.txt", "2004-05-17", "in English"),
            ("2004/mayu/17/x.txt", "2004-05-17", "in Latin letters"),
            ("2004/05-مايو/17/x.txt", "2004-05-17", "with its number, for sorting"),
            ("2004/17 مايو/x.txt", "2004-05-17", "two folders, one with the day and month"),
            ("مايو 2004/17/x.txt", "2004-05-17", "and with the month and year"),
            ("17 مايو 2004/x.txt", "2004-05-17", "all in one"),
            ("١٧ مايو ٢٠٠٤.txt", "2004-05-17", "a file's name"),
            ("May 17, 2004.txt", "2004-05-17", "the American way"),
            ("خبر 17 مايو 2004/x.txt", "", "a folder's name says more than the date"),
            ("2004/مايو/x.txt", "", "a month"),
            ("2004/رياضة/17/x.txt", "", "a section"),
            ("2004-05-17.tar.gz!/a.txt", "2004-05-17", "an archive is a folder"),
            ("20040517/x.txt", "2004-05-17", "one folder"),
            ("crawl-2020-05-17/x.txt", "", "the day of a crawl is no day of publication"),
            ("2004/05/17.txt", "", "the number of an article"),
            ("2004/x.txt", "", "a year"),
            ("2004-05/x.txt", "", "a month"),
            ("2004-05-01_2004-05-31.txt", "", "a range"),
            ("0501234567.txt", "", "a telephone number"),
            ("050-123-4567.txt", "", "the same with marks"),
            ("1-17-05-2004.txt", "", "four numbers in a row"),
            ("12345678.txt", "", "an id"),
            ("200405171.txt", "", "nine digits"),
            ("20041317.txt", "", "no such month"),
            ("2004-02-30.txt", "", "no such day"),
            ("17000517.txt", "", "no newspaper is that old"),
            ("x.txt", "", "nothing"),
            ("page.html?date=2004-05-17", "", "what follows the question mark is no name"),
        ] {
            let found = date_in_path(path, ARTICLE).day(|| None).map(|day| day.to_string()).unwrap_or_default();
            assert_eq!(found, day, "{path}: {why}");
        }
        assert!(date_in_path("07-03-2016.txt", ARTICLE).is_ambiguous());
    }

    #[test]
    fn folders_are_parts_of_dates() {
        for (path, expected) in [
            ("y/2019/مارس/5", [false, true, true, true]),
            ("y/2019/آذار/05", [false, true, true, true]),
            ("y/2019/03-March/05", [false, true, true, true]),
            ("y/مارس 2019/5/x", [false, true, true, false]),
            ("y/sport/مارس/5", [false, false, false, true]),
            ("2019/مارس/رياضة/May", [true, true, false, true]),
        ] {
            assert_eq!(date_folders(path), expected, "{path}");
        }
    }

    #[test]
    fn the_name_of_a_file_of_many_articles_must_be_a_date_alone() {
        let many = NameReading { compact: true, alone: true };
        assert!(!date_in_path("2004-05-17.jsonl", many).is_empty());
        assert!(date_in_path("dump-2020-05-17.jsonl", many).is_empty());
        assert!(date_in_path("20200517.csv", NameReading { compact: false, alone: true }).is_empty(), "where it is an id");
    }

    #[test]
    fn ids_of_eight_digits_are_recognised_by_those_that_are_no_days() {
        assert_eq!(compact_numbers_are_dates("20040517.txt"), Some(true));
        assert_eq!(compact_numbers_are_dates("20049917.txt"), Some(false));
        assert_eq!(compact_numbers_are_dates("x.txt"), None);
    }
}

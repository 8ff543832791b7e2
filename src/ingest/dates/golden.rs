//! Dates as they are found, with the expected day and the reason.

use jiff::civil::Date;
use proptest::prelude::*;

use super::{DateOrder, read_date};

/// The day of a text in an Arabic newspaper.
fn parse_date(text: &str) -> Option<Date> {
    read_date(text).day(|| Some(DateOrder::DayFirst))
}

/// Text, day (ISO; empty for none), reason.
const CASES: &[(&str, &str, &str)] = &[
    // ISO 8601 and its relatives
    ("2016-03-07", "2016-03-07", "ISO 8601"),
    ("2016-03-07T23:30:00+04:00", "2016-03-07", "the day as written, no shift to another zone"),
    ("2016-03-07T01:30:00.000Z", "2016-03-07", "fractions and Z"),
    ("2016-03-07 10:00:00", "2016-03-07", "SQL"),
    ("2016-03-07T10:00", "2016-03-07", "no seconds"),
    ("2016-03-07-05:00", "2016-03-07", "a zone right after the day"),
    ("20160307", "2016-03-07", "ISO 8601 without dashes"),
    ("20160307T100000Z", "2016-03-07", "the same with a time"),
    ("2016/3/7", "2016-03-07", "year first, no zeros"),
    ("2016.03.07", "2016-03-07", "dots"),
    ("2016-03", "", "no day"),
    ("2016", "", "a year only"),
    ("2016-W10-1", "", "a week is no day that newspapers write; not read"),
    // day first
    ("07/03/2016", "2016-03-07", "day first where the source says so"),
    ("7-3-2016", "2016-03-07", "dashes, no zeros"),
    ("7.3.2016", "2016-03-07", "dots"),
    ("7 / 3 / 2016", "2016-03-07", "spaces round the slashes"),
    ("25/03/2016", "2016-03-25", "only day first exists"),
    ("03/25/2016", "2016-03-25", "only month first exists"),
    ("13/13/2016", "", "neither reading exists"),
    ("31/02/2016", "", "a day that does not exist"),
    ("29/02/2015", "", "no leap year"),
    ("29/02/2016", "2016-02-29", "a leap year"),
    ("07/03/16", "", "a year of two digits is a guess"),
    ("7-3/2016", "", "two different marks"),
    ("1-2-3-2016", "", "four numbers"),
    ("7/3", "", "no year"),
    // digits
    ("٧/٣/٢٠١٦", "2016-03-07", "Arabic-Indic digits"),
    ("۲۰۱۶-۰۳-۰۷", "2016-03-07", "Persian digits"),
    ("\u{200f}٧\u{200f}/٣\u{200f}/٢٠١٦", "2016-03-07", "right-to-left marks between"),
    ("7–3–2016", "2016-03-07", "typographic dashes"),
    // Unix time, mail, English
    ("1457337600", "2016-03-07", "Unix seconds"),
    ("1457337600000", "2016-03-07", "Unix milliseconds"),
    ("145733760000", "", "12 digits are neither"),
    ("Mon, 07 Mar 2016 10:00:00 +0400", "2016-03-07", "RFC 2822"),
    ("Mon Mar  7 10:00:00 2016", "2016-03-07", "C's asctime: the time stands before the year"),
    ("Mon Mar 07 2016 10:00:00 GMT+0400 (GST)", "2016-03-07", "JavaScript"),
    ("March 7, 2016", "2016-03-07", "English, month first"),
    ("7th of March 2016", "2016-03-07", "English ordinals"),
    ("07-MAR-2016", "2016-03-07", "Oracle"),
    ("2016 March 7", "2016-03-07", "year first"),
    ("10 March 7 2016", "", "10 or 7"),
    // Arabic months
    ("7 مارس 2016", "2016-03-07", "Egypt and the Gulf"),
    ("7 آذار 2016", "2016-03-07", "the Levant and Iraq"),
    ("7 آذار/مارس 2016", "2016-03-07", "both names"),
    ("7 مارس (آذار) 2016", "2016-03-07", "both names, one in brackets"),
    ("٧ كانون الثاني (يناير) ٢٠١٦", "2016-01-07", "a name of two words"),
    ("15 كانون الأول 2014", "2014-12-15", "the other month of that name"),
    ("1 تشرين الاول 2014", "2014-10-01", "no hamza"),
    ("12 تشرين الثاني 2014", "2014-11-12", "two words"),
    ("7 مارس/نيسان 2016", "", "names of two months"),
    ("3 جويلية 2012", "2012-07-03", "Algeria and Tunisia"),
    ("3 أوت 2012", "2012-08-03", "the same"),
    ("20 فيفري 2011", "2011-02-20", "the same"),
    ("9 أفريل 1938", "1938-04-09", "the same"),
    ("20 غشت 1953", "1953-08-20", "Morocco"),
    ("8 شتنبر 2021", "2021-09-08", "the same"),
    ("30 يوليوز 1999", "1999-07-30", "the same"),
    ("18 نونبر 1955 - 11:20", "1955-11-18", "the same, with a time"),
    ("4 دجنبر 2020", "2020-12-04", "the same"),
    ("11 ماي 2018", "2018-05-11", "the Maghreb"),
    ("3 ابريل 2016", "2016-04-03", "no hamza"),
    ("3 إبريل 2016", "2016-04-03", "hamza below"),
    ("3 بريل 2016", "2016-04-03", "damage: the alif with hamza is gone"),
    ("3 غسطس 2016", "2016-08-03", "damage"),
    ("3 ب 2016", "", "what is left of آب is too little"),
    ("5 يونيه 1967", "1967-06-05", "Egyptian spelling"),
    ("6 اوكتوبر 1973", "1973-10-06", "a variant"),
    ("مارس 7, 2016", "2016-03-07", "month first"),
    ("مارس 2016", "", "no day"),
    ("7 مارس", "", "no year"),
    ("7مارس2016", "2016-03-07", "no spaces"),
    ("مَارِس 7، 2016", "2016-03-07", "vowel signs, Arabic comma"),
    ("7 من شهر مارس عام 2016", "2016-03-07", "words between"),
    ("31 أبريل 2016", "", "April has 30 days"),
    // numbered months, French
    ("15 كانون 2 2015", "2015-01-15", "a number in place of الثاني"),
    ("15 تشرين 1 2014", "2014-10-15", "a number in place of الأول"),
    ("15 ك2 2015", "2015-01-15", "the short form"),
    ("15 ت١ 2014", "2014-10-15", "in Arabic digits"),
    ("15 ك 1 2014", "2014-12-15", "with a space"),
    ("15 ت.2 2014", "2014-11-15", "with a point"),
    ("15 كانون 3 2015", "", "there is no third"),
    ("15 كانون 2015", "", "which of the two is not said"),
    ("28 avril 2016", "2016-04-28", "French"),
    ("1er août 2016", "2016-08-01", "the first of a month"),
    ("jeudi 28 avr. 2016 à 10h30", "2016-04-28", "short, with a weekday and a time"),
    ("12 decembre 2010", "2010-12-12", "without accents"),
    ("28 حزيران (يونيو) من العام 2016", "2016-06-28", "words between"),
    // days of the week
    ("خميس, 04/07/2016 - 10:30", "2016-04-07", "only the 7 April was a Thursday: Drupal's default"),
    ("الخميس 04/07/2016", "2016-04-07", "the same"),
    ("Thu, 04/07/2016", "2016-04-07", "English"),
    ("الأحد 04/07/2016", "", "neither was a Sunday"),
    ("الأحد 7 مارس 2016", "", "it was a Monday"),
    ("الثلاثا 2016-03-07", "", "it was a Monday; damage"),
    ("الأحد - الاثنين 7 مارس 2016", "2016-03-07", "one of two"),
    ("الثلاثاء 27 جمادى الأولى 1437", "2016-03-08", "the month was announced a day later than computed"),
    ("الجمعة 27 جمادى الأولى 1437", "", "three days off"),
    ("8/7/2016 - 3/10/1437هـ", "2016-07-08", "the other calendar, in the same order"),
    ("7/8/2016 - 10/3/1437هـ", "2016-07-08", "the other order, in both"),
    // timestamps
    ("20160428103000", "2016-04-28", "14 digits"),
    ("20160428103000Z", "2016-04-28", "with a zone"),
    ("201604281030", "2016-04-28", "12 digits"),
    ("42488", "", "a spreadsheet's day only in a column of dates"),
    // words around
    ("الاثنين، 7 مارس 2016 الساعة 10:30 صباحاً", "2016-03-07", "weekday and time"),
    ("الساعة 10 - 7 مارس 2016", "2016-03-07", "the hour is no second day"),
    ("10:30 م - 7/3/2016", "2016-03-07", "time first"),
    ("نشر في: 07/03/2016 - 10:30", "2016-03-07", "label, dash, time"),
    ("بتاريخ 7-3-2016م", "2016-03-07", "the letter that says Gregorian"),
    ("آخر تحديث: الاثنين 7 مارس 2016، 22:15 بتوقيت غرينتش", "2016-03-07", "label and zone"),
    ("العدد 13650 - الاثنين 7 مارس 2016", "2016-03-07", "the number of the issue is no day"),
    ("نشر في 7 مارس 2016، آخر تحديث 8 مارس 2016", "", "two different days"),
    ("7 مارس 2016 (2016/03/07)", "2016-03-07", "the same day twice"),
    ("5-7 مارس 2016", "", "a range"),
    ("5 و7 مارس 2016", "", "two days"),
    ("7 مارس - 9 أبريل 2016", "", "a range over two months"),
    ("2016-03-07/2016-03-09", "", "an ISO interval"),
    ("07 Mar, 2016 | 10:30 AM", "2016-03-07", "a bar before the time"),
    ("2016-03-07 10:00:00 +0400", "2016-03-07", "a zone after a blank"),
    ("2016-03-07T23:00:00-0500", "2016-03-07", "a zone without a colon"),
    ("7/3/2016 12:00:00 م", "2016-03-07", "the letter that says afternoon"),
    ("نشر: 2016-03-07 10:30 آخر تحديث: 2016-03-07 12:30", "2016-03-07", "one day, two times"),
    ("الأحد/ 6 مارس/ 2016", "2016-03-06", "slashes after words"),
    ("https://example.com/2016/03/07/title-12", "2016-03-07", "the path of an address"),
    ("192.168.20.16", "", "four numbers with dots"),
    ("من 1/3/2016 إلى 7/3/2016", "", "a span"),
    ("8-9/3/2016", "", "two days of one month"),
    ("8 - 9/3/2016", "", "the same with spaces"),
    ("8 و9/3/2016", "", "the same with a word"),
    ("April 31, 2016", "", "English, does not exist"),
    ("7 مارس 16", "", "a year of two digits"),
    ("7 مارس 20166", "", "a year of five digits"),
    // Hijri
    ("الاثنين 27/5/1437هـ - الموافق 7/3/2016م", "2016-03-07", "both in numbers, marked"),
    ("1437-05-27 - 2016-03-07", "2016-03-07", "a dash between dates with dashes"),
    ("27 / 05 / 1437 هـ", "2016-03-07", "spaces round the slashes"),
    ("27 جمادى الأولى 1437", "2016-03-07", "month's name"),
    ("27 جمادى الأولى 1437 هـ", "2016-03-07", "marked"),
    ("27 جماد الول 1437", "2016-03-07", "damage"),
    ("1437/5/27 هـ", "2016-03-07", "numeric, year first"),
    ("27-05-1437", "2016-03-07", "a year from 1300 to 1500 is Hijri"),
    ("1 محرم 1400هـ", "1979-11-21", "by the tables; newspapers of the time had the 20th: Hijri days may be off by one"),
    ("1 محرم 1290 هـ", "1873-03-01", "before the tables: the tabular calendar"),
    ("27/5/1290", "", "such a year is Hijri only where the text says so"),
    ("27 رجب - 5 شعبان 1437", "", "a range over two Hijri months"),
    ("1 رمضان المبارك 1445", "2024-03-11", "an honorific"),
    ("9 ذو الحجة 1445 هـ", "2024-06-15", "known: the day of Arafa"),
    ("10 ذي الحجه 1445", "2024-06-16", "known: the feast; other spelling"),
    ("1 شوال 1445", "2024-04-10", "known: the feast"),
    ("12 ربيع الآخر 1440", "2018-12-19", "the fourth month"),
    ("12 ربيع الثاني 1440", "2018-12-19", "its other name"),
    ("1 جمادى الآخرة 1440", "2019-02-06", "the sixth month"),
    ("1 جمادى الثانية 1440", "2019-02-06", "its other name"),
    ("الاثنين 27 جمادى الأولى 1437 هـ الموافق 7 مارس 2016 م", "2016-03-07", "both calendars, the same day"),
    ("28 جمادى الأولى 1437 هـ - 7 مارس 2016 م", "2016-03-07", "they differ by a day: the Gregorian wins"),
    ("1437/5/27 - 2016/3/7", "2016-03-07", "both in numbers"),
    ("1437/5/27 - 2016/2/31", "", "a Gregorian date that does not exist speaks against the text"),
    ("30 صفر 1437", "", "that month had 29 days"),
    ("27 رمضان", "", "no year"),
    ("27 رمضان 2016", "", "a Gregorian year of a Hijri month"),
    ("كتب رجب شعبان: 7 مارس 2016", "2016-03-07", "names of people that are months"),
    ("2016/3/7 هـ", "", "a marker against the year"),
    ("7 مارس 1437", "", "a Gregorian month of a Hijri year"),
    // bounds and rubbish
    ("31 ديسمبر 1799", "", "before 1800"),
    ("1 يناير 1800", "1800-01-01", "the first day"),
    ("31/12/2100", "2100-12-31", "the last day"),
    ("1/1/2101", "", "after 2100"),
    ("0/0/2016", "", "zeros"),
    ("", "", "nothing"),
    ("أمس", "", "relative"),
    ("99999999999999999999999999", "", "more than any number type holds"),
];

#[test]
fn dates_are_read_or_not() {
    for (text, day, why) in CASES {
        let expected = (!day.is_empty()).then(|| day.parse::<Date>().expect("an ISO date in the table"));
        assert_eq!(parse_date(text), expected, "{text}: {why}");
    }
}

#[test]
fn a_date_that_can_be_two_days_needs_its_source() {
    for (text, day_first, month_first) in [
        ("07/03/2016", "2016-03-07", "2016-07-03"),
        ("7-3-2016", "2016-03-07", "2016-07-03"),
        ("10/9/1445 هـ", "2024-03-20", "2024-04-18"),
    ] {
        let reading = read_date(text);
        let day = |order| reading.day(|| order).map(|day| day.to_string());
        assert!(reading.is_ambiguous(), "{text}");
        assert_eq!(day(Some(DateOrder::DayFirst)).as_deref(), Some(day_first), "{text}");
        assert_eq!(day(Some(DateOrder::MonthFirst)).as_deref(), Some(month_first), "{text}");
        assert_eq!(day(None), None, "{text}");
    }
    for (text, order) in [
        ("25/03/2016", Some(DateOrder::DayFirst)),
        ("03/25/2016", Some(DateOrder::MonthFirst)),
        ("خميس, 04/07/2016", Some(DateOrder::MonthFirst)),
        ("7 مارس 2016 (07/03/2016)", Some(DateOrder::DayFirst)),
        ("07/07/2016", None),
        ("2016-03-07", None),
    ] {
        assert_eq!(read_date(text).shown_order(), order, "{text}");
    }
}

#[test]
fn a_long_text_is_no_date() {
    assert_eq!(parse_date(&format!("7 مارس 2016 {}", "كلمة ".repeat(200))), None);
}

fn day() -> impl Strategy<Value = Date> {
    (1800_i16..=2100, 1_i8..=12, 1_i8..=31).prop_filter_map("exists", |(year, month, day)| Date::new(year, month, day).ok())
}

proptest! {
    #[test]
    fn any_text_gives_a_day_in_range_or_none(text in ".{0,60}") {
        prop_assert!(parse_date(&text).is_none_or(|date| (1800..=2100).contains(&date.year())));
    }

    #[test]
    fn rubbish_made_of_dates_gives_a_day_in_range_or_none(text in "([0-9٠-٩]{1,4}|[-/.:،,()+ ]|مارس|آذار|هـ|م|و|رجب|ذو القعدة|T|الساعة|Mar|كانون){0,14}") {
        prop_assert!(parse_date(&text).is_none_or(|date| (1800..=2100).contains(&date.year())));
    }

    #[test]
    fn a_day_is_read_back_in_every_format(day in day()) {
        const WEEKDAYS: [&str; 7] = ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"];
        const NAMES: [&str; 12] = [
            "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
        ];
        let (y, m, d) = (day.year(), day.month(), day.day());
        let name = NAMES[usize::try_from(m).expect("a month") - 1];
        let weekday = WEEKDAYS[usize::try_from(day.weekday().to_monday_zero_offset()).expect("a weekday")];
        for text in [
            format!("{y:04}-{m:02}-{d:02}"), format!("{d}/{m}/{y}"), format!("{y}/{m}/{d} 10:20"), format!("{d} {name} {y}"),
            format!("{weekday} {d} {name}، {y} م"), format!("{name} {d}, {y}"), format!("{y:04}{m:02}{d:02}"),
        ] {
            prop_assert_eq!(parse_date(&text), Some(day), "{}", text);
        }
    }

    #[test]
    fn hijri_days_follow_each_other(year in 1300_i32..=1500, month in 1_u8..=12, day in 2_u8..=30) {
        let read = |day: u8| parse_date(&format!("{day}/{month}/{year} هـ"));
        if let Some(date) = read(day) {
            prop_assert_eq!(read(day - 1), date.yesterday().ok());
        } else {
            prop_assert!(day == 30, "only the 30th may be missing: {}/{}/{}", day, month, year);
        }
    }
}

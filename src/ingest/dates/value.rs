//! Dates in the values of records: text, numbers, and the objects in which databases and programs export them.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::days::{existing, is_possible};
use super::months::Calendar;
use super::numbers::{cell_day, unix_day};
use super::reading::Reading;
use super::text::{MAX_BYTES, read_date};
use super::tokens::tokenise;

/// Names under which objects hold a date as a text or a number, such as `{"date": "2016-04-28 10:20:30.000000", "timezone_type": 3}`.
const HOLDERS: [&str; 6] = ["date", "datetime", "iso", "value", "@value", "#text"];

/// Deepest object that is a date; those that programs write have two levels.
const MAX_DEPTH: usize = 4;

/// Reads the day in a value of a column of dates. The reading is empty if it gives none, or more than one.
pub(crate) fn read_value(value: &Value) -> Reading {
    read_at(value, MAX_DEPTH)
}

fn read_at(value: &Value, depth: usize) -> Reading {
    if depth == 0 {
        return Reading::default();
    }
    match value {
        Value::String(text) => read_cell(text, depth),
        Value::Number(number) => read_cell(&number.to_string(), depth),
        Value::Array(parts) => read_list(parts, depth),
        Value::Object(fields) => read_object(fields, depth),
        Value::Null | Value::Bool(_) => Reading::default(),
    }
}

fn read_cell(text: &str, depth: usize) -> Reading {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return Reading::default();
    }
    // A table made from a database of documents holds them as text.
    if text.starts_with('{')
        && let Ok(object @ Value::Object(_)) = serde_json::from_str(text)
    {
        return read_at(&object, depth - 1);
    }
    if let Some(milliseconds) = dot_net(text) {
        return of(unix_day(milliseconds, 1_000));
    }
    cell_day(&tokenise(text)).map_or_else(|| read_date(text), |day| of(Some(day)))
}

fn of(day: Option<Date>) -> Reading {
    day.filter(|day| is_possible(*day)).map(Reading::of).unwrap_or_default()
}

/// The milliseconds of `/Date(1461838830000+0300)/` or `new Date(1461838830000)`.
fn dot_net(text: &str) -> Option<u64> {
    let (before, within) = text.split_once("Date(")?;
    let within = within.trim_end_matches('/').trim_end_matches('\\').trim_end_matches(';').strip_suffix(')')?;
    let is_wrapper = matches!(before, "/" | "\\/" | "new ");
    within.split(['+', '-']).next()?.parse().ok().filter(|_| is_wrapper)
}

/// The texts of a list, or year, month and day as numbers.
fn read_list(parts: &[Value], depth: usize) -> Reading {
    let numbers: Option<Vec<u64>> = parts.iter().map(Value::as_u64).collect();
    match numbers.as_deref() {
        Some([year, month, day, rest @ ..]) if rest.len() <= 4 => of(existing(Calendar::Gregorian, *year, *month, *day)),
        Some(_) => Reading::default(),
        None if parts.len() == 1 => read_at(&parts[0], depth - 1),
        None => {
            let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            texts.map_or_else(Reading::default, |texts| read_date(&texts.join("، ")))
        }
    }
}

fn read_object(fields: &Map<String, Value>, depth: usize) -> Reading {
    if let Some(date) = fields.get("$date") {
        // MongoDB's extended JSON: a number here counts milliseconds, however few its digits.
        return milliseconds(date).map_or_else(|| read_at(date, depth - 1), |time| of(unix_day(time, 1_000)));
    }
    if let Some(seconds) = ["seconds", "_seconds"].iter().find_map(|name| fields.get(*name)).and_then(Value::as_u64) {
        return of(unix_day(seconds, 1));
    }
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    if let (Some(year), Some(month), Some(day)) = (number("year"), number("month"), number("day")) {
        return of(existing(Calendar::Gregorian, year, month, day));
    }
    let held = ["$numberLong", "$numberInt", "$numberDouble"].iter().chain(&HOLDERS).find_map(|name| fields.get(*name));
    held.map_or_else(Reading::default, |held| read_at(held, depth - 1))
}

fn milliseconds(date: &Value) -> Option<u64> {
    match date {
        Value::Object(fields) => fields.get("$numberLong")?.as_str()?.parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_exports_are_days() {
        for (value, day, why) in [
            (json!("2016-04-28"), "2016-04-28", "a text"),
            (json!(1_461_838_830), "2016-04-28", "Unix time"),
            (json!(1_461_838_830.5), "2016-04-28", "Unix time with a fraction"),
            (json!("1461838830.0"), "2016-04-28", "the same as text"),
            (json!("883612800"), "1998-01-01", "Unix time before September 2001 has 9 digits"),
            (json!(1_461_838_830_000_u64), "2016-04-28", "milliseconds"),
            (json!(1_461_838_830_000_000_u64), "2016-04-28", "microseconds"),
            (json!(1_461_838_830_000_000_000_u64), "2016-04-28", "nanoseconds, as pandas writes them"),
            (json!(42_488), "2016-04-28", "a spreadsheet's day"),
            (json!("42488.4375"), "2016-04-28", "with its time"),
            (json!(20_160_428), "2016-04-28", "year, month and day in one number"),
            (json!(20_160_428.0), "2016-04-28", "a float, because the column has gaps"),
            (json!("20160428103000"), "2016-04-28", "a timestamp of 14 digits"),
            (json!("201604281030"), "2016-04-28", "without seconds"),
            (json!("20160428103000123"), "2016-04-28", "with milliseconds"),
            (json!("20160428103000+0300"), "2016-04-28", "with a zone"),
            (json!("20160428990000"), "", "no such hour"),
            (json!("14370527"), "2016-03-07", "Hijri"),
            (json!({"$date": "2016-04-28T10:20:30Z"}), "2016-04-28", "MongoDB, relaxed"),
            (json!({"$date": {"$numberLong": "1461838830000"}}), "2016-04-28", "MongoDB, canonical"),
            (json!({"$date": 946_684_800_000_u64}), "2000-01-01", "MongoDB, old: milliseconds of 12 digits"),
            (json!("{\"$date\": \"2016-04-28T10:20:30Z\"}"), "2016-04-28", "the same in a cell of a table"),
            (json!("ISODate(\"2016-04-28T10:20:30Z\")"), "2016-04-28", "MongoDB's shell"),
            (json!("/Date(1461838830000+0300)/"), "2016-04-28", ".NET"),
            (json!({"date": "2016-04-28 10:20:30.000000", "timezone_type": 3, "timezone": "UTC"}), "2016-04-28", "PHP"),
            (json!({"__type": "Date", "iso": "2016-04-28T10:20:30.000Z"}), "2016-04-28", "Parse"),
            (json!({"_seconds": 1_461_838_830, "_nanoseconds": 0}), "2016-04-28", "Firestore"),
            (json!({"year": 2016, "month": 4, "day": 28}), "2016-04-28", "parts"),
            (json!([2016, 4, 28, 10, 20]), "2016-04-28", "Java"),
            (json!(["28 أبريل 2016"]), "2016-04-28", "a list of one"),
            (json!(2016), "", "a year"),
            (json!("2016-04"), "", "a month"),
            (json!(7), "", "too little"),
            (json!(99_999), "", "a spreadsheet's day in 2173"),
            (json!(123_456), "", "six digits"),
            (json!(true), "", "no date"),
            (json!({"name": "x"}), "", "no date in it"),
        ] {
            let found = read_value(&value).day(|| None).map(|day| day.to_string()).unwrap_or_default();
            assert_eq!(found, day, "{value}: {why}");
        }
    }
}

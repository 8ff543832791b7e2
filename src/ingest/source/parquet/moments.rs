//! Timestamps and durations of Parquet tables as text: `2016-03-07 22:30:15`, with its zone `2016-03-07 22:30:15 +04`, `1d 2h 30m`.
//!
//! Arrow has its own formats, but its zones need a second time zone database; jiff, which reads the dates of articles, has one.

use std::fmt::Write as _;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A timestamp or a duration in words; `None` if the calendar does not reach as far.
pub(super) fn text_of(array: &dyn Array, row: usize) -> Option<String> {
    match array.data_type() {
        DataType::Timestamp(unit, zone) => {
            let ticks = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
                TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
                TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
                TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
            };
            timestamp(duration(ticks, *unit), zone.as_deref())
        }
        DataType::Date64 => timestamp(duration(array.as_primitive::<Date64Type>().value(row), TimeUnit::Millisecond), None),
        DataType::Duration(unit) => {
            let ticks = match unit {
                TimeUnit::Second => array.as_primitive::<DurationSecondType>().value(row),
                TimeUnit::Millisecond => array.as_primitive::<DurationMillisecondType>().value(row),
                TimeUnit::Microsecond => array.as_primitive::<DurationMicrosecondType>().value(row),
                TimeUnit::Nanosecond => array.as_primitive::<DurationNanosecondType>().value(row),
            };
            Some(if ticks == 0 { zero(*unit).to_owned() } else { units(duration(ticks, *unit)) })
        }
        _ => None,
    }
}

fn duration(ticks: i64, unit: TimeUnit) -> SignedDuration {
    match unit {
        TimeUnit::Second => SignedDuration::from_secs(ticks),
        TimeUnit::Millisecond => SignedDuration::from_millis(ticks),
        TimeUnit::Microsecond => SignedDuration::from_micros(ticks),
        TimeUnit::Nanosecond => SignedDuration::from_nanos(ticks),
    }
}

/// A time since 1970; without a zone it is the time that a clock on the wall showed.
fn timestamp(since_epoch: SignedDuration, zone: Option<&str>) -> Option<String> {
    let moment = Timestamp::from_duration(since_epoch).ok()?;
    let Some(zone) = zone else {
        return Some(date_and_time(TimeZone::UTC.to_datetime(moment)));
    };
    let zone = DateTimeParser::new().parse_time_zone(zone).unwrap_or(TimeZone::UTC);
    let zoned = moment.to_zoned(zone);
    Some(format!("{} {}", date_and_time(zoned.datetime()), zoned.strftime("%Z")))
}

/// The fraction of a second takes as many groups of three digits as it needs.
fn date_and_time(moment: DateTime) -> String {
    let mut text = moment.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let nanoseconds = moment.subsec_nanosecond();
    // Writing to a string cannot fail.
    let _ = match nanoseconds {
        0 => Ok(()),
        _ if nanoseconds % 1_000_000 == 0 => write!(text, ".{:03}", nanoseconds / 1_000_000),
        _ if nanoseconds % 1_000 == 0 => write!(text, ".{:06}", nanoseconds / 1_000),
        _ => write!(text, ".{nanoseconds:09}"),
    };
    text
}

/// As in `3d 22m 55s 1ms`: units that are zero are left out, and the fraction of a second takes the largest unit that holds it.
fn units(duration: SignedDuration) -> String {
    let (seconds, nanoseconds) = (duration.as_secs(), i64::from(duration.subsec_nanos()));
    let (fraction, fraction_unit) = match nanoseconds {
        _ if nanoseconds % 1_000 != 0 => (nanoseconds, "ns"),
        _ if nanoseconds % 1_000_000 != 0 => (nanoseconds / 1_000, "µs"),
        _ => (nanoseconds / 1_000_000, "ms"),
    };
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (fraction, fraction_unit),
    ];
    let held = parts.into_iter().filter(|(count, _)| *count != 0);
    let words: Vec<String> = held.map(|(count, unit)| format!("{count}{unit}")).collect();
    words.join(" ")
}

fn zero(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second | TimeUnit::Millisecond => "0ms",
        TimeUnit::Microsecond => "0µs",
        TimeUnit::Nanosecond => "0ns",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_with_their_zone_and_fraction() {
        let noon = 1_457_352_000;
        for (ticks, unit, zone, expected) in [
            (noon, TimeUnit::Second, None, "2016-03-07 12:00:00"),
            (noon * 1_000 + 500, TimeUnit::Millisecond, None, "2016-03-07 12:00:00.500"),
            (noon * 1_000_000 + 1, TimeUnit::Microsecond, Some("UTC"), "2016-03-07 12:00:00.000001 UTC"),
            (noon * 1_000_000_000 + 1, TimeUnit::Nanosecond, Some("Asia/Dubai"), "2016-03-07 16:00:00.000000001 +04"),
            (noon, TimeUnit::Second, Some("Africa/Cairo"), "2016-03-07 14:00:00 EET"),
            (noon, TimeUnit::Second, Some("+04:00"), "2016-03-07 16:00:00 +04"),
            (-1, TimeUnit::Second, None, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(timestamp(duration(ticks, unit), zone).as_deref(), Some(expected));
        }
        assert_eq!(timestamp(duration(i64::MAX, TimeUnit::Second), None), None, "beyond the calendar");
    }

    #[test]
    fn durations_are_written_in_units() {
        for (ticks, unit, expected) in [
            (93_600_000, TimeUnit::Millisecond, "1d 2h"),
            (3_661_000_001, TimeUnit::Microsecond, "1h 1m 1s 1µs"),
            (-90, TimeUnit::Second, "-1m -30s"),
            (1_500_000_000, TimeUnit::Nanosecond, "1s 500ms"),
        ] {
            assert_eq!(units(duration(ticks, unit)), expected);
        }
    }
}

//! Small frames: what is left of a table when each batch has been reduced to numbers.

use polars::prelude::{
    Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray, PlSmallStr, PolarsResult, StringChunked,
    UInt64Chunked,
};

/// A column of counts.
pub(super) fn counts(name: &str, values: impl Iterator<Item = i64>) -> Column {
    Int64Chunked::from_iter_values(PlSmallStr::from_str(name), values).into_column()
}

/// A column of numbers that may be unknown.
pub(super) fn optional_counts(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    let values: Int64Chunked = values.collect();
    values.with_name(PlSmallStr::from_str(name)).into_column()
}

/// A column of fractions.
pub(super) fn fractions(name: &str, values: impl Iterator<Item = f64>) -> Column {
    Float64Chunked::from_iter_values(PlSmallStr::from_str(name), values).into_column()
}

/// A column of fingerprints.
pub(super) fn fingerprints(name: &str, values: impl Iterator<Item = u64>) -> Column {
    UInt64Chunked::from_iter_values(PlSmallStr::from_str(name), values).into_column()
}

/// A column of texts; null stays null.
pub(super) fn texts<'t>(name: &str, values: impl Iterator<Item = Option<&'t str>>) -> Column {
    let texts: StringChunked = values.collect();
    texts.with_name(PlSmallStr::from_str(name)).into_column()
}

/// The rows of all frames, one after another; an empty frame if there is none.
pub(super) fn stack(frames: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut frames = frames.into_iter();
    let mut all = frames.next().unwrap_or_default();
    for frame in frames {
        all.vstack_mut_owned(frame)?;
    }
    // One chunk per batch would slow down every later step.
    all.rechunk_mut_par();
    Ok(all)
}

/// One row for each value of the columns `keys`, with the sums of all other columns under their own names.
pub(super) fn sum_by(frame: &DataFrame, keys: &[&str]) -> PolarsResult<DataFrame> {
    let is_key = |name: &PlSmallStr| keys.contains(&name.as_str());
    let summed: Vec<PlSmallStr> = frame.get_column_names_owned().into_iter().filter(|name| !is_key(name)).collect();
    #[expect(deprecated, reason = "polars prefers its lazy engine, which would take longer to compile than all else here")]
    let mut sums = frame.group_by(keys.iter().copied())?.select(summed.clone()).sum()?;
    // polars adds a suffix to the names of sums; under their own names, sums can be stacked and summed again.
    let keys: Vec<PlSmallStr> = keys.iter().map(|key| PlSmallStr::from_str(key)).collect();
    sums.set_column_names(&[keys, summed].concat())?;
    Ok(sums)
}

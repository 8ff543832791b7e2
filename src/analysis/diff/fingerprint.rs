//! Fingerprints: rows of any columns as one number each, so that builds are compared without holding their texts.
//!
//! Invariant: equal values have equal fingerprints within one run of the program; different ones share a fingerprint of 64 bits
//! once in 2^64 pairs. Nothing here is written anywhere: the hash may change with the compiler.
//!
//! Lists and structs are hashed column by column, not value by value, since polars makes a series of every list that it hands out.

use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::{
    ChunkExplode, Column, DataType, ExplodeOptions, Expr, Field, IntoColumn, ListNameSpaceImpl, NewChunkedArray, PlSmallStr,
    PolarsResult, Series, UInt64Chunked, col, map_multiple,
};

/// The fingerprint of some text.
#[must_use]
pub(super) fn of_text(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// An expression for the fingerprint of some columns together, in so many bits. Fields of structs that are named in `except` do not
/// count.
pub(super) fn of_columns(columns: &[&str], except: &'static [&'static str], bits: u32) -> Expr {
    let columns: Vec<Expr> = columns.iter().map(|name| col(*name)).collect();
    let hashed = move |columns: &mut [Column]| {
        let mut hashers = vec![DefaultHasher::new(); columns.first().map_or(0, Column::len)];
        for column in columns.iter() {
            feed(column.as_materialized_series(), except, &mut hashers)?;
        }
        let numbers = hashers.iter().map(|hasher| hasher.finish() >> (u64::BITS - bits));
        Ok(UInt64Chunked::from_iter_values(PlSmallStr::EMPTY, numbers).into_column())
    };
    map_multiple(hashed, columns, |_, fields| Ok(Field::new(fields[0].name().clone(), DataType::UInt64)))
}

/// Feeds the values of a column to the hashers of their rows.
fn feed(values: &Series, except: &[&str], hashers: &mut [DefaultHasher]) -> PolarsResult<()> {
    match values.dtype() {
        DataType::List(_) => feed_lists(values, except, hashers),
        DataType::Struct(_) => {
            let fields = values.struct_()?.fields_as_series();
            fields
                .iter()
                .filter(|field| !except.contains(&field.name().as_str()))
                .try_for_each(|field| feed(field, except, hashers))
        }
        DataType::String => {
            values.str()?.iter().zip(hashers).for_each(|(value, hasher)| value.hash(hasher));
            Ok(())
        }
        _ => {
            values.rechunk().iter().zip(hashers).for_each(|(value, hasher)| value.hash(hasher));
            Ok(())
        }
    }
}

/// Feeds lists: the length of each (or that there is none), then what is in it.
fn feed_lists(values: &Series, except: &[&str], hashers: &mut [DefaultHasher]) -> PolarsResult<()> {
    let lists = values.list()?;
    let items = lists.explode(ExplodeOptions { empty_as_null: false, keep_nulls: false })?;
    let mut of_items = vec![DefaultHasher::new(); items.len()];
    feed(&items, except, &mut of_items)?;
    let mut of_items = of_items.iter();
    for (length, hasher) in lists.lst_lengths().iter().zip(hashers) {
        length.hash(hasher);
        let length = usize::try_from(length.unwrap_or(0)).expect("a list is in memory");
        of_items.by_ref().take(length).for_each(|item| item.finish().hash(hasher));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, IntoLazy, NamedFrom};

    use super::*;

    fn fingerprints(columns: Vec<Series>, except: &'static [&'static str]) -> Vec<u64> {
        let names: Vec<String> = columns.iter().map(|column| column.name().to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let height = columns[0].len();
        let frame = DataFrame::new(height, columns.into_iter().map(IntoColumn::into_column).collect()).expect("a frame");
        let frame = frame.lazy().select([of_columns(&names, except, u64::BITS).alias("hash")]).collect().expect("numbers");
        frame.column("hash").expect("a column").u64().expect("of numbers").iter().flatten().collect()
    }

    fn list(items: &[&str]) -> Series {
        Series::new("item".into(), items)
    }

    #[test]
    fn rows_are_told_apart_by_every_value_and_by_where_lists_end() {
        let lists = [list(&["a"]), list(&["a", "b"]), list(&[]), list(&["b"]), list(&["a"])];
        let one = fingerprints(vec![Series::new("x".into(), lists)], &[]);
        assert_eq!(one[0], one[4]);
        let different: std::collections::BTreeSet<u64> = one.iter().copied().collect();
        assert_eq!(different.len(), 4);
        let two = fingerprints(
            vec![Series::new("x".into(), [Some("a"), None, Some("")]), Series::new("y".into(), [1_i32, 1, 1])],
            &[],
        );
        assert!(two[0] != two[1] && two[1] != two[2] && two[0] != two[2]);
    }

    #[test]
    fn a_slice_of_lists_is_hashed_as_the_whole_is() {
        let lists = Series::new("x".into(), [list(&["a"]), list(&["b", "c"]), list(&[]), list(&["d"])]);
        let whole = fingerprints(vec![lists.clone()], &[]);
        assert_eq!(fingerprints(vec![lists.slice(1, 3)], &[]), whole[1..]);
    }

    #[test]
    fn fields_left_out_do_not_count() {
        let structs = |confidence: [f32; 2]| {
            let token = Series::new("token".into(), [1_i32, 2]);
            let confidence = Series::new("confidence".into(), confidence);
            DataFrame::new(2, vec![token.into_column(), confidence.into_column()]).expect("a frame").into_struct("x".into())
        };
        let hashed =
            |confidence, except| fingerprints(vec![polars::prelude::IntoSeries::into_series(structs(confidence))], except);
        assert_ne!(hashed([0.5, 0.5], &[]), hashed([0.5, 0.6], &[]));
        assert_eq!(hashed([0.5, 0.5], &["confidence"]), hashed([0.5, 0.6], &["confidence"]));
        assert_ne!(hashed([0.5, 0.5], &["confidence"])[0], hashed([0.5, 0.6], &["confidence"])[1]);
    }
}

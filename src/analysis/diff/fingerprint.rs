//! Fingerprints: any columns of a row as one number, so that builds are compared without holding their texts.
//!
//! Invariant: equal values have equal fingerprints within one run of the program; two different values share a fingerprint of
//! 64 bits with probability 2^-64. Fingerprints are never stored, because the hash may change with the compiler.
//!
//! Arrow's row format does the hard part: it writes the values of a row, with nulls and the ends of lists, as bytes
//! that are equal exactly if the values are.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};

/// The fingerprint of a text.
#[must_use]
pub(super) fn of_text(text: &str) -> u64 {
    of_bytes(text.as_bytes())
}

fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    // `new` has fixed keys, unlike `RandomState`: both builds must be hashed alike.
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The fingerprints of some columns together, row by row. Fields of structs that are named in `except` do not count.
///
/// # Errors
/// If the batch lacks a column.
pub(super) fn of_columns(batch: &RecordBatch, columns: &[&str], except: &[&str]) -> Result<Vec<u64>, ArrowError> {
    if columns.is_empty() {
        // No column in common is no difference: all rows get the same fingerprint.
        return Ok(vec![0; batch.num_rows()]);
    }
    let column = |name: &&str| without_fields(batch.column(batch.schema().index_of(name)?), except);
    let columns = columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let types = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    let rows = RowConverter::new(types)?.convert_columns(&columns)?;
    Ok(rows.iter().map(|row| of_bytes(row.as_ref())).collect())
}

/// An array without some fields of the structs in it.
fn without_fields(array: &ArrayRef, except: &[&str]) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::List(item) => {
            let lists = array.as_list::<i32>();
            let items = without_fields(lists.values(), except)?;
            let item = Arc::new(Field::new(item.name(), items.data_type().clone(), item.is_nullable()));
            Ok(Arc::new(ListArray::try_new(item, lists.offsets().clone(), items, lists.nulls().cloned())?))
        }
        DataType::Struct(fields) => {
            let structs = array.as_struct();
            let kept = fields.iter().zip(structs.columns()).filter(|(field, _)| !except.contains(&field.name().as_str()));
            let kept = kept.map(|(field, values)| {
                let values = without_fields(values, except)?;
                Ok((Arc::new(Field::new(field.name(), values.data_type().clone(), field.is_nullable())), values))
            });
            let (fields, values): (Vec<_>, Vec<_>) = kept.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
            let nulls = structs.nulls().cloned();
            Ok(Arc::new(StructArray::try_new_with_length(fields.into(), values, nulls, structs.len())?))
        }
        _ => Ok(array.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use arrow::array::{Float32Array, Int32Array, ListBuilder, StringArray, StringBuilder};

    use super::*;

    fn fingerprints(columns: Vec<(&str, ArrayRef)>, except: &[&str]) -> Vec<u64> {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        of_columns(&batch, &names, except).expect("columns of the batch")
    }

    fn lists(lists: &[&[&str]]) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for list in lists {
            builder.append_value(list.iter().map(Some));
        }
        Arc::new(builder.finish())
    }

    #[test]
    fn rows_are_told_apart_by_every_value_and_by_where_lists_end() {
        let one = fingerprints(vec![("x", lists(&[&["a"], &["a", "b"], &[], &["b"], &["a"]]))], &[]);
        assert_eq!(one[0], one[4]);
        assert_eq!(one.iter().collect::<BTreeSet<_>>().len(), 4);
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("")]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 1, 1]));
        let two = fingerprints(vec![("x", texts), ("y", numbers)], &[]);
        assert_eq!(two.iter().collect::<BTreeSet<_>>().len(), 3);
    }

    #[test]
    fn a_slice_of_lists_is_hashed_as_the_whole_is() {
        let lists = lists(&[&["a"], &["b", "c"], &[], &["d"]]);
        let whole = fingerprints(vec![("x", lists.clone())], &[]);
        assert_eq!(fingerprints(vec![("x", lists.slice(1, 3))], &[]), whole[1..]);
    }

    #[test]
    fn fields_left_out_do_not_count() {
        let hashed = |confidences: [f32; 2], except: &[&str]| {
            let tokens: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
            let confidences: ArrayRef = Arc::new(Float32Array::from(confidences.to_vec()));
            let structs = StructArray::try_from(vec![("token", tokens), ("confidence", confidences)]).expect("two fields");
            fingerprints(vec![("x", Arc::new(structs))], except)
        };
        assert_ne!(hashed([0.5, 0.5], &[]), hashed([0.5, 0.6], &[]));
        assert_eq!(hashed([0.5, 0.5], &["confidence"]), hashed([0.5, 0.6], &["confidence"]));
        assert_ne!(hashed([0.5, 0.5], &["confidence"])[0], hashed([0.5, 0.6], &["confidence"])[1]);
    }
}

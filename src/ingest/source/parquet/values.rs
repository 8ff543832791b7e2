//! A cell of a Parquet table as JSON.
//!
//! Values keep their types as far as JSON has them (text, numbers, booleans, lists, objects); everything else, such as days, times
//! and decimals, becomes text.

use arrow::array::{Array, ArrayRef, AsArray, StructArray, downcast_dictionary_array};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

use super::moments;

/// The value in a row of a column.
pub(super) fn json_of(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Utf8 => Value::from(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Value::from(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Value::from(array.as_string_view().value(row)),
        DataType::Binary => json_of_bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => json_of_bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => json_of_bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => json_of_bytes(array.as_fixed_size_binary().value(row)),
        DataType::List(_) => json_of_list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => json_of_list(&array.as_list::<i64>().value(row)),
        DataType::ListView(_) => json_of_list(&array.as_list_view::<i32>().value(row)),
        DataType::LargeListView(_) => json_of_list(&array.as_list_view::<i64>().value(row)),
        DataType::FixedSizeList(..) => json_of_list(&array.as_fixed_size_list().value(row)),
        // The list of its entries: keys of a map need not be strings, as those of a JSON object must be.
        DataType::Map(..) => json_of_entries(&array.as_map().value(row)),
        DataType::Struct(_) => json_of_struct(array.as_struct(), row),
        DataType::Dictionary(..) => json_of_dictionary(array, row),
        DataType::Timestamp(..) | DataType::Date64 | DataType::Duration(_) => {
            moments::text_of(array, row).map_or(Value::Null, Value::String)
        }
        _ => json_of_number(array, row).unwrap_or_else(|| text_of(array, row)),
    }
}

/// Bytes that are UTF-8 are text, because some writers (Spark, Hive) do not mark their strings as such; others are a list of
/// numbers.
fn json_of_bytes(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| Value::from(bytes.to_vec()), Value::from)
}

fn json_of_list(items: &ArrayRef) -> Value {
    Value::Array((0..items.len()).map(|item| json_of(items, item)).collect())
}

fn json_of_entries(entries: &StructArray) -> Value {
    Value::Array((0..entries.len()).map(|entry| json_of_struct(entries, entry)).collect())
}

fn json_of_struct(array: &StructArray, row: usize) -> Value {
    let fields = array.fields().iter().zip(array.columns());
    Value::Object(fields.map(|(field, column)| (field.name().clone(), json_of(column, row))).collect())
}

fn json_of_dictionary(array: &dyn Array, row: usize) -> Value {
    downcast_dictionary_array!(
        array => array.key(row).map_or(Value::Null, |key| json_of(array.values(), key)),
        _ => Value::Null
    )
}

fn json_of_number(array: &dyn Array, row: usize) -> Option<Value> {
    Some(match array.data_type() {
        DataType::Int8 => Value::from(array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => Value::from(array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => Value::from(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => Value::from(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Value::from(array.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => Value::from(array.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => Value::from(array.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt64 => json_of_unsigned(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float16 => Value::from(array.as_primitive::<Float16Type>().value(row).to_f32()),
        DataType::Float32 => Value::from(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Value::from(array.as_primitive::<Float64Type>().value(row)),
        _ => return None,
    })
}

/// Many readers of JSON hold integers in 64 signed bits, so larger ones are text.
fn json_of_unsigned(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::String(number.to_string()), Value::from)
}

/// Days, times of day, decimals and rarer types, as Arrow writes them; null if it cannot (a day beyond the calendar).
fn text_of(array: &dyn Array, row: usize) -> Value {
    let formatter = ArrayFormatter::try_new(array, &FormatOptions::new());
    let text = formatter.and_then(|formatter| formatter.value(row).try_to_string());
    text.map_or(Value::Null, Value::String)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::*;
    use arrow::buffer::OffsetBuffer;
    use arrow::datatypes::{Field, Fields};
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_their_types_as_far_as_json_has_them() {
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["عمان", "دبي"]));
        let fields =
            Fields::from(vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Int32, true)]);
        let entries = StructArray::new(fields, vec![texts.clone(), numbers.clone()], None);
        let entry = Arc::new(Field::new("entries", entries.data_type().clone(), false));
        let map = MapArray::new(entry, OffsetBuffer::from_lengths([2]), entries.clone(), None, false);
        let decimals = Decimal128Array::from(vec![250]).with_precision_and_scale(9, 2).expect("fits");
        for (array, expected) in [
            (texts, json!("عمان")),
            (numbers, json!(1)),
            (Arc::new(StringViewArray::from(vec!["نص"])) as ArrayRef, json!("نص")),
            (Arc::new(BinaryArray::from(vec!["نص".as_bytes()])), json!("نص")),
            (Arc::new(BinaryArray::from(vec![&[0xff, 0][..]])), json!([255, 0])),
            (Arc::new(UInt64Array::from(vec![u64::MAX])), json!("18446744073709551615")),
            (Arc::new(Float64Array::from(vec![0.25])), json!(0.25)),
            (Arc::new(Float64Array::from(vec![f64::NAN])), json!(null)),
            (Arc::new(BooleanArray::from(vec![Some(true)])), json!(true)),
            (Arc::new(Int32Array::from(vec![None])), json!(null)),
            (Arc::new(NullArray::new(1)), json!(null)),
            (Arc::new(["رياضة"].into_iter().collect::<DictionaryArray<Int32Type>>()), json!("رياضة")),
            (Arc::new(decimals), json!("2.50")),
            (Arc::new(Date32Array::from(vec![16_867])), json!("2016-03-07")),
            (Arc::new(Date64Array::from(vec![1_457_308_800_000])), json!("2016-03-07 00:00:00")),
            (Arc::new(Time64MicrosecondArray::from(vec![3_723_500_000])), json!("01:02:03.500")),
            (Arc::new(TimestampSecondArray::from(vec![1_457_352_000])), json!("2016-03-07 12:00:00")),
            (Arc::new(entries), json!({"keys": "عمان", "values": 1})),
            (Arc::new(map), json!([{"keys": "عمان", "values": 1}, {"keys": "دبي", "values": 2}])),
        ] {
            assert_eq!(json_of(&array, 0), expected, "{}", array.data_type());
        }
    }
}

//! A column as the formats see it: its meaning, its type, and the files that hold it.

use arrow::datatypes::{DataType, Field, Fields};

use crate::dataset::manifest::Manifest;
use crate::dataset::part_file::PartFile;
use engine::tables::Table;

/// A column's type with its lists unwrapped.
pub(super) struct Shape<'a> {
    /// The number of lists around the values.
    pub(super) lists: usize,
    /// The fields of the values, if they are structs.
    pub(super) fields: Option<&'a Fields>,
    /// The type of the values.
    pub(super) values: &'a DataType,
}

pub(super) fn shape(data_type: &DataType) -> Shape<'_> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            let inner = shape(item.data_type());
            Shape { lists: inner.lists + 1, ..inner }
        }
        DataType::Struct(fields) => Shape { lists: 0, fields: Some(fields), values: data_type },
        values => Shape { lists: 0, fields: None, values },
    }
}

/// A column's description, with its unit.
pub(super) fn meaning(field: &Field) -> String {
    let metadata = |key: &str| field.metadata().get(key);
    let description = metadata("description").map_or("", String::as_str);
    metadata("unit").map_or_else(|| description.to_owned(), |unit| format!("{description} (unit: {unit})"))
}

/// The files of a table, in order.
pub(super) fn parts(manifest: &Manifest, table: Table) -> &[PartFile] {
    manifest.tables.get(table.name()).map_or(&[], Vec::as_slice)
}

/// Rows and bytes of a table.
pub(super) fn size(manifest: &Manifest, table: Table) -> (usize, u64) {
    parts(manifest, table).iter().fold((0, 0), |(rows, bytes), part| (rows + part.rows, bytes + part.bytes))
}

/// What the rows of a table are, and their order.
pub(super) fn table_meaning(table: Table) -> String {
    format!("{}; {}.", table.rows(), table.order())
}

/// The name of a type, for people.
pub(in crate::dataset) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "text".to_owned(),
        DataType::List(item) => format!("list of {}", type_name(item.data_type())),
        DataType::Struct(_) => "struct".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn lists_are_unwrapped() {
        let list = |item: DataType| DataType::List(Arc::new(Field::new("item", item, false)));
        let record = DataType::Struct(Fields::from(vec![Field::new("a", DataType::Utf8, false)]));
        let cases = [
            (DataType::Int32, 0, false),
            (list(DataType::Utf8), 1, false),
            (list(list(DataType::Utf8)), 2, false),
            (record.clone(), 0, true),
            (list(record), 1, true),
        ];
        for (data_type, lists, of_structs) in cases {
            let shape = shape(&data_type);
            assert_eq!((shape.lists, shape.fields.is_some()), (lists, of_structs), "{data_type}");
        }
    }
}

//! How the formats see a column: its words, its shape, and the files that hold it.

use arrow::datatypes::{DataType, Field, Fields};

use crate::dataset::{Manifest, PartFile};
use engine::tables::schema::Table;

/// What a column holds, lists unwrapped.
pub(super) struct Shape<'a> {
    /// How many lists lie around the values.
    pub(super) lists: usize,
    /// The fields of the structs that it holds, if it holds structs.
    pub(super) fields: Option<&'a Fields>,
    /// The type of the values.
    pub(super) values: &'a DataType,
}

/// The shape of a column.
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

/// What a column means, with its unit.
pub(super) fn meaning(field: &Field) -> String {
    let metadata = |key: &str| field.metadata().get(key);
    let description = metadata("description").map_or("", String::as_str);
    metadata("unit").map_or_else(|| description.to_owned(), |unit| format!("{description} (unit: {unit})"))
}

/// A table's files, in order.
pub(super) fn parts(manifest: &Manifest, table: Table) -> &[PartFile] {
    manifest.tables.get(table.name()).map_or(&[], Vec::as_slice)
}

/// Rows and bytes of a table.
pub(super) fn size(manifest: &Manifest, table: Table) -> (usize, u64) {
    parts(manifest, table).iter().fold((0, 0), |(rows, bytes), part| (rows + part.rows, bytes + part.bytes))
}

/// What a table is.
pub(super) fn table_meaning(table: Table) -> String {
    format!("{}; {}.", table.rows(), table.order())
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

//! The tables' schemas, by table: what the rows' declarations say, for those who know a table only at run time.

use arrow::datatypes::SchemaRef;

use super::articles::ArticleRow;
use super::keywords::KeywordRow;
use super::record::TableRow;
use super::rejects::Reject;
use super::sentences::SentenceRow;
pub use super::table::Table;

/// Version of the tables: the first number changes when a column is removed or changes its meaning.
pub const SCHEMA_VERSION: &str = "1.5";

/// What a row's declaration says about its table.
struct Declaration {
    rows: &'static str,
    sorted_by: &'static [&'static str],
    schema: fn() -> SchemaRef,
}

impl Declaration {
    fn of<R: TableRow>() -> Self {
        Self { rows: R::ROWS, sorted_by: R::SORTED_BY, schema: R::schema }
    }
}

impl Table {
    fn declaration(self) -> Declaration {
        match self {
            Self::Sentences => Declaration::of::<SentenceRow>(),
            Self::Articles => Declaration::of::<ArticleRow>(),
            Self::Keywords => Declaration::of::<KeywordRow>(),
            Self::Rejects => Declaration::of::<Reject>(),
        }
    }

    /// The table's schema.
    #[must_use]
    pub fn schema(self) -> SchemaRef {
        (self.declaration().schema)()
    }

    /// What a row stands for.
    #[must_use]
    pub fn rows(self) -> &'static str {
        self.declaration().rows
    }

    /// The columns that rows are sorted by; rejects come in the order of the sources, which none of their columns shows.
    #[must_use]
    pub fn sorted_by(self) -> &'static [&'static str] {
        self.declaration().sorted_by
    }

    /// The order of the rows, for people.
    #[must_use]
    pub fn order(self) -> String {
        match self.sorted_by() {
            [] => "in the order of the sources".to_owned(),
            columns => format!("sorted by {}", columns.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn check(path: &str, field: &Field) {
        let metadata = |key: &str| field.metadata().get(key).is_some_and(|text| !text.trim().is_empty());
        assert!(metadata("description"), "{path} has no description");
        let is_number = matches!(field.data_type(), DataType::Int32 | DataType::Int64 | DataType::Float32);
        assert!(!is_number || metadata("unit"), "{path} is a number without a unit");
        if let DataType::List(item) = field.data_type()
            && let DataType::Struct(fields) = item.data_type()
        {
            fields.iter().for_each(|inner| check(&format!("{path}.{}", inner.name()), inner));
        }
    }

    #[test]
    fn every_column_has_a_description_and_every_number_a_unit() {
        for table in Table::ALL {
            table.schema().fields().iter().for_each(|field| check(&format!("{}.{}", table.name(), field.name()), field));
        }
    }

    #[test]
    fn declarations_name_their_own_table() {
        let tables = [SentenceRow::TABLE, ArticleRow::TABLE, KeywordRow::TABLE, Reject::TABLE];
        assert_eq!(tables, Table::ALL);
    }
}

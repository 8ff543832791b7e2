//! How the Parquet files of a table are written.

use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use engine::tables::schema::SCHEMA_VERSION;
use engine::tables::{Table, TableRow};

/// The columns of running text. In the file of a huge row they have no smallest and largest value: each is a copy of the text in memory, and
/// tells readers nothing about the only row.
const RUNNING_TEXT: [&str; 3] = ["text", "text_punctuated", "raw_text"];
/// Rows of a row group: `DuckDB` scans groups of this size in parallel.
pub(super) const GROUP_ROWS: usize = 122_880;
const ZSTD_LEVEL: i32 = 3;
/// The writer named in every file. Pinned: by default it is the version of the Parquet library, whose update would change
/// every file.
const CREATED_BY: &str = concat!("tarmim version ", env!("CARGO_PKG_VERSION"));

/// The build that every file names in its metadata.
#[derive(Clone, Debug)]
pub struct BuildStamp {
    /// The build's id.
    pub build_id: String,
    /// The id of the model that repaired it.
    pub model_id: String,
    /// Which part of it these tables are, if several processes write it: it is in the names of the files.
    pub part: Option<usize>,
}

/// The properties of most files.
pub(super) fn properties<R: TableRow>(stamp: &BuildStamp) -> WriterProperties {
    builder::<R>(stamp).build()
}

/// Those of the file of a huge row, in which the columns of running text have no smallest and largest value.
pub(super) fn huge_row_properties<R: TableRow>(stamp: &BuildStamp) -> WriterProperties {
    without_bounds_of_text(builder::<R>(stamp)).build()
}

fn builder<R: TableRow>(stamp: &BuildStamp) -> WriterPropertiesBuilder {
    let sorted = R::SORTED_BY.iter().map(|name| {
        // Sorted columns come before any nested one, so a field's index is that of its leaf in Parquet.
        let index = R::fields().iter().position(|field| field.name() == name).expect("a table is sorted by its own columns");
        SortingColumn { column_idx: i32::try_from(index).expect("few columns"), descending: false, nulls_first: false }
    });
    let sorted: Vec<SortingColumn> = sorted.collect();
    let entry = |key: &str, value: &str| KeyValue::new(format!("tarmim.{key}"), value.to_owned());
    let metadata = vec![
        entry("table", R::TABLE.name()),
        entry("schema_version", SCHEMA_VERSION),
        entry("build_id", &stamp.build_id),
        entry("model_id", &stamp.model_id),
    ];
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).expect("a level of zstd")))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorted).filter(|columns| !columns.is_empty()))
        // Rows are in the order of the sources, not of the ids: the filter tells readers which row groups hold an article.
        .set_column_bloom_filter_enabled(ColumnPath::from("article_id"), R::TABLE != Table::Rejects)
        .set_bloom_filter_for_dictionary_encoded_chunks(true)
        .set_key_value_metadata(Some(metadata))
}

fn without_bounds_of_text(properties: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    let without = |properties: WriterPropertiesBuilder, column: &&str| {
        properties.set_column_statistics_enabled(ColumnPath::from(*column), EnabledStatistics::None)
    };
    RUNNING_TEXT.iter().fold(properties, without)
}

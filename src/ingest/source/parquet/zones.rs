//! Time zones of timestamps in seconds.
//!
//! Parquet has no timestamps in seconds, so writers (pandas among them) store milliseconds and record the real type in the Arrow schema
//! that they embed. The `parquet` crate ignores a recorded type of another unit, and with it the zone, which decides on which day an
//! article was published.

use std::sync::Arc;

use ::parquet::arrow::ARROW_SCHEMA_META_KEY;
use ::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef, TimeUnit};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The schema of a table with the lost zones; `None` if none was lost. Only top-level columns are looked at: no date of publication is
/// inside a list or a struct.
pub(super) fn schema_with_zones(metadata: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let recorded = recorded_schema(metadata)?;
    let with_zone = |field: &FieldRef| {
        let recorded = recorded.field_with_name(field.name()).ok()?;
        match (field.data_type(), recorded.data_type()) {
            (DataType::Timestamp(unit, _), DataType::Timestamp(TimeUnit::Second, Some(zone))) => {
                // The unit stays that of the stored values; only the zone is taken from the recorded type.
                let zoned = DataType::Timestamp(*unit, Some(Arc::clone(zone)));
                Some(Arc::new(field.as_ref().clone().with_data_type(zoned)))
            }
            _ => None,
        }
    };
    let schema = metadata.schema();
    let zoned: Vec<Option<FieldRef>> = schema.fields().iter().map(with_zone).collect();
    if zoned.iter().all(Option::is_none) {
        return None;
    }
    let fields = schema.fields().iter().zip(zoned).map(|(field, zoned)| zoned.unwrap_or_else(|| Arc::clone(field)));
    Some(Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone())))
}

/// The Arrow schema that the writer embedded.
fn recorded_schema(metadata: &ArrowReaderMetadata) -> Option<Schema> {
    let entries = metadata.metadata().file_metadata().key_value_metadata()?;
    let encoded = entries.iter().find(|entry| entry.key == ARROW_SCHEMA_META_KEY)?.value.as_ref()?;
    arrow::ipc::convert::try_schema_from_ipc_buffer(&BASE64_STANDARD.decode(encoded).ok()?).ok()
}

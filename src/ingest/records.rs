//! All records of an input folder, one after the other: what the rest of the program sees of files, archives and tables.
//!
//! Invariant: records come in the order of the files' paths and, in a file, in its own order; a file that changed since the inventory
//! was taken ends the reading, since the build's id would be that of another input.

use std::ops::ControlFlow;

use super::{Inventory, IngestSettings, Origin, Record, Reject, Body, Given};

/// The next thing that a source holds.
#[derive(Clone, Debug)]
pub enum Ingested {
    /// An article.
    Record(Record),
    /// Something that cannot be one.
    Reject(Reject),
}

/// Why reading cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is not what it was when the run began.
    #[error("{path} changed while the build was running; run again")]
    Changed {
        /// Relative to the input root.
        path: String,
    },
}

/// Reads all records of an inventory and hands each on, with the bytes of files that were read until then. `Break` ends it.
///
/// # Errors
/// [`ReadError::Changed`].
pub fn read_records(
    inventory: &Inventory,
    _settings: &IngestSettings,
    emit: &mut dyn FnMut(Ingested, u64) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut read = 0;
    let mut rejects = inventory.rejects.iter().peekable();
    for file in &inventory.files {
        while let Some(reject) = rejects.next_if(|reject| reject.source_path <= file.source_path) {
            if emit(Ingested::Reject(reject.clone()), read).is_break() { return Ok(()); }
        }
        read += file.bytes;
        let ingested = match std::fs::read(&file.path) {
            Ok(bytes) if file.hash.is_some_and(|hash| hash != blake3::hash(&bytes)) => {
                return Err(ReadError::Changed { path: file.source_path.clone() });
            }
            Ok(bytes) => Ingested::Record(Record { origin: Origin { source_path: file.source_path.clone(), record: None }, byte_offset: None, body: Body::Text(bytes), given: Given::default() }),
            Err(error) => Ingested::Reject(Reject::new(&file.source_path, "unreadable", format!("cannot be read: {error}"))),
        };
        if emit(ingested, read).is_break() { return Ok(()); }
    }
    for reject in rejects {
        if emit(Ingested::Reject(reject.clone()), read).is_break() { return Ok(()); }
    }
    Ok(())
}

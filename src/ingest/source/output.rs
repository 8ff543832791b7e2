//! Passes records and rejects to the caller's function, with the path of the file being read.

use std::io;
use std::ops::ControlFlow;

use engine::document::Encoding;
use engine::tables::Reject;

use super::fault::Fault;
use super::found::{Content, Found, RawRecord};
use crate::ingest::decode::DecodeFault;
use crate::ingest::reject::reject;

/// The function that takes whatever is found.
pub(super) type Emit<'e> = dyn FnMut(Found) -> ControlFlow<()> + 'e;

/// The position of a record in its file.
#[derive(Clone, Debug)]
pub(super) struct RecordPlace {
    /// Such as "line 3".
    pub(super) name: String,
    /// Its first byte; `None` in formats whose records are not contiguous.
    pub(super) offset: Option<u64>,
}

/// The output of one file of articles.
pub(super) struct LeafOutput<'o, 'e> {
    /// The file's path.
    pub(super) source_path: &'o str,
    /// Takes whatever is found.
    pub(super) emit: &'o mut Emit<'e>,
}

impl LeafOutput<'_, '_> {
    /// A record of a file that holds several.
    pub(super) fn record(&mut self, place: RecordPlace, encoding: Encoding, content: Content) -> ControlFlow<()> {
        let (source_path, byte_offset) = (self.source_path.to_owned(), place.offset);
        (self.emit)(Found::Record(RawRecord { source_path, place: Some(place.name), byte_offset, encoding, content }))
    }

    /// The whole file, which is one article. `encoding` is that of its fields, if it has any.
    pub(super) fn whole(&mut self, encoding: Encoding, content: Content) -> ControlFlow<()> {
        let source_path = self.source_path.to_owned();
        (self.emit)(Found::Record(RawRecord { source_path, place: None, byte_offset: None, encoding, content }))
    }

    /// What is worth knowing about the file, although it is read.
    pub(super) fn notice(&mut self, message: &str) -> ControlFlow<()> {
        (self.emit)(Found::Notice(format!("{}: {message}", self.source_path)))
    }

    /// The file is an object around a list of articles.
    pub(super) fn opened(&mut self, list: String) -> ControlFlow<()> {
        (self.emit)(Found::Opened(self.source_path.to_owned(), list))
    }

    /// A file that cannot be used.
    pub(super) fn reject(&mut self, code: &'static str, message: String) -> ControlFlow<()> {
        (self.emit)(Found::Reject(reject(self.source_path, code, message)))
    }

    /// The file cannot be read any further, from `offset` on if that is known.
    pub(super) fn read_fault(&mut self, error: &io::Error, offset: Option<u64>) -> ControlFlow<()> {
        let Fault { code, message } = Fault::of_read(error);
        let reject = Reject { byte_offset: offset, ..reject(self.source_path, code, message) };
        (self.emit)(Found::Reject(reject))
    }

    /// A record that does not parse.
    pub(super) fn broken_record(&mut self, place: &RecordPlace, message: String) -> ControlFlow<()> {
        self.reject_record(place, "broken_record", message, place.offset)
    }

    /// A record above the limit, in bytes.
    pub(super) fn too_large_record(&mut self, place: &RecordPlace, limit: u64) -> ControlFlow<()> {
        let message = format!("a record of more than the {limit} bytes of max_file_mib; split it or raise the limit");
        self.reject_record(place, "too_large", message, place.offset)
    }

    /// A record that cannot be decoded.
    pub(super) fn decode_fault(&mut self, place: &RecordPlace, fault: &DecodeFault) -> ControlFlow<()> {
        // A fault counts from the start of its record; a reject counts from the start of the file.
        let offset = place.offset.map(|offset| offset + fault.offset.unwrap_or(0) as u64);
        self.reject_record(place, fault.code, format!("in this record: {}", fault.message), offset)
    }

    fn reject_record(
        &mut self,
        place: &RecordPlace,
        code: &'static str,
        message: String,
        offset: Option<u64>,
    ) -> ControlFlow<()> {
        let (record, byte_offset) = (Some(place.name.clone()), offset);
        (self.emit)(Found::Reject(Reject { record, byte_offset, ..reject(self.source_path, code, message) }))
    }
}

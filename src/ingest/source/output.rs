//! Where records and rejects go: the caller's function, with the place of what is being read.

use engine::document::Encoding;
use engine::tables::Reject;
use std::io;
use std::ops::ControlFlow;

use super::fault::Fault;
use super::{Content, Found, RawRecord};
use crate::ingest::decode::DecodeFault;

/// The function that takes what is found.
pub(super) type Emit<'e> = dyn FnMut(Found) -> ControlFlow<()> + 'e;

/// Where in its file a record stands.
#[derive(Clone, Debug)]
pub(super) struct RecordPlace {
    /// As in "line 3".
    pub(super) name: String,
    /// Its first byte.
    pub(super) offset: u64,
}

/// The output of one file of articles.
pub(super) struct LeafOutput<'o, 'e> {
    /// The file's path.
    pub(super) source_path: &'o str,
    /// Takes what is found.
    pub(super) emit: &'o mut Emit<'e>,
}

impl LeafOutput<'_, '_> {
    /// A record of a file that holds several.
    pub(super) fn record(&mut self, place: RecordPlace, encoding: Encoding, content: Content) -> ControlFlow<()> {
        let (source_path, byte_offset) = (self.source_path.to_owned(), Some(place.offset));
        (self.emit)(Found::Record(RawRecord { source_path, place: Some(place.name), byte_offset, encoding, content }))
    }

    /// An article that is the whole file.
    pub(super) fn whole(&mut self, content: Content) -> ControlFlow<()> {
        let source_path = self.source_path.to_owned();
        (self.emit)(Found::Record(RawRecord {
            source_path,
            place: None,
            byte_offset: None,
            encoding: Encoding::Utf8,
            content,
        }))
    }

    /// The whole file is of no use.
    pub(super) fn reject(&mut self, code: &'static str, message: String) -> ControlFlow<()> {
        (self.emit)(Found::Reject(Reject::new(self.source_path, code, message)))
    }

    /// It cannot be read on, from `offset` if that is known.
    pub(super) fn read_fault(&mut self, error: &io::Error, offset: Option<u64>) -> ControlFlow<()> {
        let Fault { code, message } = Fault::of_read(error);
        let reject = Reject { byte_offset: offset, ..Reject::new(self.source_path, code, message) };
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

    /// A record that is no text.
    pub(super) fn decode_fault(&mut self, place: &RecordPlace, fault: &DecodeFault) -> ControlFlow<()> {
        let offset = place.offset + fault.offset.unwrap_or(0) as u64;
        self.reject_record(place, fault.code, format!("in this record: {}", fault.message), offset)
    }

    fn reject_record(&mut self, place: &RecordPlace, code: &'static str, message: String, offset: u64) -> ControlFlow<()> {
        let (record, byte_offset) = (Some(place.name.clone()), Some(offset));
        (self.emit)(Found::Reject(Reject { record, byte_offset, ..Reject::new(self.source_path, code, message) }))
    }
}

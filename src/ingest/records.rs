//! All records of an input folder, one after the other: what the rest of the program sees of files, archives and tables.
//!
//! Invariant: records come in the order of the files' paths and, in a file, in its own order; all that cannot be one is a
//! [`Reject`] in its place. A file that changed since the inventory was taken ends the reading, since the build's id would be that of
//! another input.

use engine::document::{Encoding, Origin};
use engine::tables::Reject;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::source::{
    Content, Found, MappedRecord, MappingFault, RawRecord, SidecarTable, SourceSettings, read_source, same_name,
};
use super::{Body, Given, IngestSettings, Inventory, Record, SourceFile, parquet};

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
    #[error("{path} changed while the build was running, or can be read no more; run again")]
    Changed {
        /// Relative to the input root.
        path: String,
    },
}

/// Takes what is read, with the bytes of files that were read until then; `Break` ends the reading.
pub(super) type Emit<'e> = dyn FnMut(Ingested, u64) -> ControlFlow<()> + 'e;

/// Reads all records of an inventory and hands each on.
///
/// # Errors
/// [`ReadError::Changed`].
pub fn read_records(inventory: &Inventory, settings: &IngestSettings, emit: &mut Emit<'_>) -> Result<(), ReadError> {
    let wanted = |source_path: &str| settings.select(source_path);
    let source_settings = settings.source_settings(&wanted);
    let (sidecars, mut rejects) = SidecarTable::build(&inventory.sidecar_sources(), &source_settings);
    let changed = |file: &&SourceFile| !file.is_unchanged();
    rejects.extend(inventory.rejects.iter().cloned());
    rejects.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    let mut reader = Reader { settings, source_settings, sidecars: &sidecars, read: Arc::default(), emit };
    if let ControlFlow::Break(Some(error)) = reader.read_all(inventory, rejects) {
        return Err(error);
    }
    match inventory.sidecars.iter().find(changed) {
        Some(file) => Err(ReadError::Changed { path: file.source_path.clone() }),
        None => Ok(()),
    }
}

/// `Break` without an error where nobody takes what is read any more.
type Flow = ControlFlow<Option<ReadError>>;

struct Reader<'r, 'e, 'f> {
    settings: &'r IngestSettings,
    source_settings: SourceSettings<'r>,
    sidecars: &'r SidecarTable,
    /// Bytes of files before the one that is read, and of that one.
    read: Arc<AtomicU64>,
    emit: &'e mut Emit<'f>,
}

impl Reader<'_, '_, '_> {
    fn read_all(&mut self, inventory: &Inventory, rejects: Vec<Reject>) -> Flow {
        let mut rejects = rejects.into_iter().peekable();
        let mut before = 0;
        for file in &inventory.files {
            while let Some(reject) = rejects.next_if(|reject| reject.source_path <= file.source_path) {
                self.reject(reject)?;
            }
            self.read.store(before, Ordering::Relaxed);
            self.read_file(file, before)?;
            before += file.bytes;
        }
        self.read.store(before, Ordering::Relaxed);
        let unused = self.sidecars.unused();
        rejects.chain(unused).try_for_each(|reject| self.reject(reject))
    }

    fn reject(&mut self, reject: Reject) -> Flow {
        let read = self.read.load(Ordering::Relaxed);
        (self.emit)(Ingested::Reject(reject), read).map_break(|()| None)
    }

    fn read_file(&mut self, file: &SourceFile, before: u64) -> Flow {
        let opened = match File::open(&file.path) {
            Ok(opened) => opened,
            // It could be read when the inventory was taken.
            Err(_) if file.hash.is_some() => return changed(file),
            Err(error) => {
                return self.reject(Reject::new(&file.source_path, "unreadable", format!("cannot be read: {error}")));
            }
        };
        let input = Counted { file: opened, before, read: Arc::clone(&self.read) };
        let mut keys = RecordKeys::default();
        let mut seen = Seen::default();
        let source_settings = self.source_settings;
        let mut emit = |found| {
            seen.note(&found);
            self.found(found, &mut keys)
        };
        read_source(input, &file.path, &file.source_path, &source_settings, &mut emit).map_break(|()| None)?;
        if !seen.anything {
            let message = "holds no record; delete it, or add it to skip".to_owned();
            self.reject(Reject::new(&file.source_path, "empty", message))?;
        }
        let is_as_it_was = file.is_unchanged() && !(seen.a_broken_end && file.hash.is_some());
        if is_as_it_was { ControlFlow::Continue(()) } else { changed(file) }
    }

    fn found(&mut self, found: Found, keys: &mut RecordKeys) -> ControlFlow<()> {
        match found {
            Found::Record(raw) => self.record(raw, keys),
            Found::Reject(reject) => self.emit(Ingested::Reject(reject)),
            // It only shows that the file is not empty.
            Found::Skipped => ControlFlow::Continue(()),
            Found::Parquet { source_path, path } => self.parquet(&source_path, parquet::Source::File(&path), keys),
            Found::ParquetBytes { source_path, bytes } => self.parquet(&source_path, parquet::Source::Bytes(bytes), keys),
        }
    }

    fn parquet(&mut self, source_path: &str, table: parquet::Source<'_>, keys: &mut RecordKeys) -> ControlFlow<()> {
        parquet::read_rows(source_path, table, &mut |found| self.found(found, keys))
    }

    fn emit(&mut self, ingested: Ingested) -> ControlFlow<()> {
        let read = self.read.load(Ordering::Relaxed);
        (self.emit)(ingested, read)
    }

    fn record(&mut self, raw: RawRecord, keys: &mut RecordKeys) -> ControlFlow<()> {
        let RawRecord { source_path, place, byte_offset, encoding, content } = raw;
        let sidecar = self.sidecars.lookup(&source_path);
        let ingested = match content {
            Content::Text(bytes) => self.whole(source_path, Body::Text(bytes), sidecar),
            Content::Html(bytes) => self.whole(source_path, Body::Html(bytes), sidecar),
            Content::Fields(fields) => match self.map(fields, sidecar) {
                Ok(mapped) if mapped.text.len() as u64 > self.settings.max_file.bytes() => {
                    let limit = self.settings.max_file.bytes();
                    let message =
                        format!("a text of more than the {limit} bytes of max_file_mib; split it or raise the limit");
                    Ingested::Reject(Reject {
                        record: place,
                        byte_offset,
                        ..Reject::new(&source_path, "too_large", message)
                    })
                }
                Ok(mapped) => keyed(source_path, byte_offset, encoding, mapped, keys),
                Err(fault) => Ingested::Reject(Reject {
                    record: place,
                    byte_offset,
                    ..Reject::new(&source_path, fault.code, fault.message)
                }),
            },
        };
        self.emit(ingested)
    }

    /// A record with what a sidecar says of its file: that holds for every record that does not say it itself.
    fn map(
        &self,
        mut fields: Vec<(String, Value)>,
        sidecar: Option<&[(String, Value)]>,
    ) -> Result<MappedRecord, MappingFault> {
        let is_key = |name: &str| self.settings.fields.id.iter().any(|id| same_name(id, name));
        let is_said = |fields: &[(String, Value)], name: &str| fields.iter().any(|(own, _)| same_name(own, name));
        let said = sidecar.unwrap_or_default().iter().filter(|(name, _)| !is_key(name) && !is_said(&fields, name));
        let said: Vec<(String, Value)> = said.cloned().collect();
        fields.extend(said);
        MappedRecord::new(&fields, &self.settings.fields)
    }

    /// A file that is one article.
    fn whole(&self, source_path: String, body: Body, sidecar: Option<&[(String, Value)]>) -> Ingested {
        let mut mapped = MappedRecord::default();
        if let Some(fields) = sidecar {
            mapped.overlay(fields, &self.settings.fields);
        }
        let (_, mut given) = given(mapped.clone());
        // A file is known by its path; what its sidecar calls it is kept.
        given.extra.extend(mapped.key.map(|key| ("id".to_owned(), key)));
        Ingested::Record(Record { origin: Origin { source_path, record: None }, byte_offset: None, body, given })
    }
}

/// What was come upon in a file.
#[derive(Default)]
struct Seen {
    /// Anything at all, be it passed over on purpose.
    anything: bool,
    /// A place from which on it cannot be read: where the inventory could hash it, it has changed since.
    a_broken_end: bool,
}

impl Seen {
    fn note(&mut self, found: &Found) {
        self.anything = true;
        self.a_broken_end |= matches!(found, Found::Reject(reject) if reject.code == "unreadable");
    }
}

fn changed(file: &SourceFile) -> Flow {
    ControlFlow::Break(Some(ReadError::Changed { path: file.source_path.clone() }))
}

/// A record of a file of many.
fn keyed(
    source_path: String,
    byte_offset: Option<u64>,
    encoding: Encoding,
    mapped: MappedRecord,
    keys: &mut RecordKeys,
) -> Ingested {
    let key = mapped.key.clone().unwrap_or_else(|| keys.key_of_text(&source_path, &mapped.text));
    let (text, given) = given(mapped);
    let origin = Origin { source_path, record: Some(key) };
    Ingested::Record(Record { origin, byte_offset, body: Body::Field(text, encoding), given })
}

fn given(mapped: MappedRecord) -> (String, Given) {
    let MappedRecord { text, title, published, section, byline, key: _, extra } = mapped;
    (text, Given { title, section, byline, published, extra })
}

/// The keys of records that bring none: a hash of their text, so that they stay when records before them go.
#[derive(Default)]
struct RecordKeys {
    /// How often each text has come, by a hash of path and text's hash.
    seen: FxHashMap<u64, u32>,
}

impl RecordKeys {
    fn key_of_text(&mut self, source_path: &str, text: &str) -> String {
        let text = blake3::hash(text.as_bytes());
        let mut place = blake3::Hasher::new();
        place.update(text.as_bytes()).update(source_path.as_bytes());
        let place = u64::from_le_bytes(place.finalize().as_bytes()[..8].try_into().expect("eight bytes"));
        let times = self.seen.entry(place).or_default();
        *times += 1;
        let hash = text.to_hex();
        match *times {
            1 => format!("text:{}", &hash[..16]),
            times => format!("text:{}#{times}", &hash[..16]),
        }
    }
}

/// A file that tells how far it was read.
struct Counted {
    file: File,
    before: u64,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        let place = self.file.stream_position().unwrap_or(0);
        self.read.store(self.before + place, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

impl Inventory {
    /// Every file that may be a sidecar or hold one.
    fn sidecar_sources(&self) -> Vec<(String, std::path::PathBuf)> {
        let all = self.files.iter().chain(&self.sidecars);
        let mut sources: Vec<_> = all.map(|file| (file.source_path.clone(), file.path.clone())).collect();
        sources.sort();
        sources
    }
}

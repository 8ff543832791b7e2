//! The walk through a file: decompresses, descends into archives, and gives each article's bytes to the reader of its format.
//!
//! Invariant: each file inside gives records or a reject, or is counted as skipped; none is ignored silently. Nothing is written to
//! disk, and memory is bounded by the limits, not by what an archive claims or decompresses to.

use std::collections::HashSet;
use std::io::{BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;

use ::zip::ZipReadOptions;
use ::zip::read::{Config, ZipFileEntry};
use ::zip::unstable::read::ZipIterable;
use engine::document::Encoding;

use super::compression::BUFFER_BYTES;
use super::fault::{Fault, Layer};
use super::formats::{Inner, Leaf, Shape, not_read, not_recognised};
use super::found::{Content, Found};
use super::output::{Emit, LeafOutput};
use super::settings::{Selection, SourceSettings};
use super::sgml::{self, Schema};
use super::sidecar_name::metadata_table;
use super::sniff::{found_in, open, read_again, read_head, shape_of_contents};
use super::tar::{self, MemberKind};
use super::{json, parquet, rows, spreadsheet, zip_member};
use crate::ingest::reject::reject;

/// Maximum number of compressions and archives around an article: more than anybody uses, few enough for the stack.
const MAX_DEPTH: usize = 8;

/// The largest `.json` that is looked at as a sidecar. Nobody describes one article at greater length.
const MAX_SIDECAR_BYTES: u64 = 16 << 20;

/// The bytes of a `.json` by which a list is recognised.
const JSON_HEAD_BYTES: u64 = 1 << 10;

/// What to look for in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Its articles.
    Articles,
    /// Files that may be metadata about articles, each as a whole; all others are only listed.
    Sidecars,
}

/// A walk through one file.
pub(super) struct Walk<'w, 'e> {
    settings: &'w SourceSettings<'w>,
    pass: Pass,
    emit: &'w mut Emit<'e>,
    /// Hashes (BLAKE3, cut to 128 bits) of the paths seen: no two members of an archive may have the same path.
    seen: HashSet<[u8; 16]>,
}

impl<'w, 'e> Walk<'w, 'e> {
    /// A walk that passes what it finds to `emit`.
    pub(super) fn new(settings: &'w SourceSettings<'w>, pass: Pass, emit: &'w mut Emit<'e>) -> Self {
        Self { settings, pass, emit, seen: HashSet::new() }
    }

    /// Walks through the outermost file.
    pub(super) fn outer<R: Read + Seek + Send + 'static>(&mut self, input: R, path: &str) -> ControlFlow<()> {
        let mut shape = Shape::of(path);
        if !self.is_selected(path, &shape)? {
            return ControlFlow::Continue(());
        }
        let mut input = Layer::new(input, "unreadable", "file");
        if shape == Shape::unknown()
            && let head = read_head(&mut input)
            && input.rewind().is_ok()
        {
            // Here, while there is a file to seek in: other readers have to hold an archive or table in memory.
            shape = shape_of_contents(&head).unwrap_or(shape);
        }
        match shape.inner {
            // Tables and zip archives have their directory at the end: a plain file can seek there, others go to memory.
            Inner::Leaf(Leaf::Parquet) if shape.compressions.is_empty() => {
                parquet::read(input, &mut LeafOutput { source_path: path, emit: &mut *self.emit })
            }
            Inner::Zip if shape.compressions.is_empty() => self.zip(BufReader::with_capacity(BUFFER_BYTES, input), path, 1),
            _ => self.stream(Box::new(input), path, &shape, 0),
        }
    }

    /// Walks through a file that can only be read from the front.
    fn stream(&mut self, reader: Box<dyn Read + '_>, path: &str, shape: &Shape, depth: usize) -> ControlFlow<()> {
        let is_container = !matches!(shape.inner, Inner::Leaf(_));
        // Checked before anything is opened: each layer is a reader within a reader, and so a level of the stack.
        let depth = depth + shape.compressions.len() + usize::from(is_container);
        if depth > MAX_DEPTH {
            let message = format!("within {depth} archives and compressions, more than {MAX_DEPTH}; unpack it");
            return self.reject(path, "too_deep", message);
        }
        let mut reader = reader;
        for named in &shape.compressions {
            let (opened, notice) = open(reader, *named);
            notice.map_or(ControlFlow::Continue(()), |notice| self.misnamed(path, notice))?;
            reader = match opened {
                Ok(reader) => reader,
                Err(error) => return self.fault(path, Fault::of_read(&error)),
            };
        }
        if let Inner::Leaf(leaf) = shape.inner
            && self.pass == Pass::Articles
        {
            let head = read_head(&mut reader);
            let (found, notice) = found_in(&head, leaf);
            notice.map_or(ControlFlow::Continue(()), |notice| self.misnamed(path, notice))?;
            reader = Box::new(Cursor::new(head).chain(reader));
            if let Some(found) = found.filter(|found| !found.compressions.is_empty() || found.inner != shape.inner) {
                return self.stream(reader, path, &found, depth);
            }
        }
        match shape.inner {
            Inner::Tar => self.tar(&mut reader, path, depth),
            Inner::Zip => match self.read_bounded(&mut reader, path)? {
                Some(bytes) => self.zip(Cursor::new(bytes), path, depth),
                None => ControlFlow::Continue(()),
            },
            Inner::Leaf(leaf) => self.leaf(reader, path, leaf),
        }
    }

    fn leaf(&mut self, mut reader: Box<dyn Read + '_>, path: &str, mut leaf: Leaf) -> ControlFlow<()> {
        let settings = self.settings;
        if self.pass == Pass::Articles && matches!(leaf, Leaf::Text | Leaf::Sgml) {
            let (schema, whole) = match sgml::look(reader, settings) {
                Ok(looked) => looked,
                Err(error) => return self.fault(path, Fault::of_read(&error)),
            };
            match schema {
                Schema::Records(element) => {
                    let mut output = LeafOutput { source_path: path, emit: &mut *self.emit };
                    return sgml::read(whole, &element, settings, &mut output);
                }
                Schema::Unknown(elements) => return self.reject(path, "unknown_markup", sgml::unknown(&elements, settings)),
                Schema::Text if leaf == Leaf::Sgml => {
                    return self.reject(path, "unknown_markup", sgml::unknown("none", settings));
                }
                Schema::Page => leaf = Leaf::Html,
                Schema::Text => {}
            }
            reader = whole;
        }
        let mut output = LeafOutput { source_path: path, emit: &mut *self.emit };
        match leaf {
            Leaf::Json if self.pass == Pass::Sidecars => return self.small_json(&mut reader, path),
            // A table of metadata is handed over whole: the caller cuts it into rows itself.
            _ if self.pass == Pass::Sidecars => {}
            Leaf::Json => return json::read(reader, json::Named::Json, settings, &mut output),
            Leaf::JsonLines => return json::read(reader, json::Named::Lines, settings, &mut output),
            Leaf::Rows(delimiter) => return rows::read(reader, delimiter, settings, &mut output),
            Leaf::Foreign(foreign) => return output.reject("unsupported", foreign.not_read()),
            Leaf::Unknown => {
                // Contents that break off tell nothing about themselves; then the fault does.
                return match read_again(&mut reader) {
                    Ok(()) => output.reject("unsupported", not_recognised()),
                    Err(error) => output.read_fault(&error, None),
                };
            }
            Leaf::Text | Leaf::Html | Leaf::Sgml | Leaf::Parquet | Leaf::Spreadsheet => {}
        }
        let Some(bytes) = self.read_bounded(&mut reader, path)? else { return ControlFlow::Continue(()) };
        let mut output = LeafOutput { source_path: path, emit: &mut *self.emit };
        match leaf {
            Leaf::Html => output.whole(Encoding::Utf8, Content::Html(bytes)),
            Leaf::Parquet if self.pass == Pass::Articles => parquet::read(Cursor::new(bytes), &mut output),
            Leaf::Spreadsheet if self.pass == Pass::Articles => spreadsheet::read(&bytes, settings, &mut output),
            _ => output.whole(Encoding::Utf8, Content::Text(bytes)),
        }
    }

    /// Hands over a file that may describe an article. One that is a list or too large is not read to the end, and its faults are told
    /// when it is read as a file of articles.
    fn small_json(&mut self, reader: &mut dyn Read, path: &str) -> ControlFlow<()> {
        let limit = self.settings.limits.max_leaf_bytes.min(MAX_SIDECAR_BYTES);
        let mut bytes = Vec::new();
        let read = (&mut *reader).take(JSON_HEAD_BYTES).read_to_end(&mut bytes);
        let head = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        if read.is_err() {
            return ControlFlow::Continue(());
        }
        if head.trim_ascii_start().first() == Some(&b'[') {
            return (self.emit)(Found::Listed(path.to_owned()));
        }
        match reader.take(limit).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 <= limit => {
                LeafOutput { source_path: path, emit: &mut *self.emit }.whole(Encoding::Utf8, Content::Text(bytes))
            }
            Ok(_) => (self.emit)(Found::Listed(path.to_owned())),
            Err(_) => ControlFlow::Continue(()),
        }
    }

    /// Reads everything left, up to the limit; `None` if that failed and a reject was given.
    fn read_bounded(&mut self, reader: &mut dyn Read, path: &str) -> ControlFlow<(), Option<Vec<u8>>> {
        let limit = self.settings.limits.max_leaf_bytes;
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file above the limit from one that just reaches it.
        match reader.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            Err(error) => self.fault(path, Fault::of_read(&error))?,
            Ok(count) if count as u64 > limit => {
                let message = format!("more than the {limit} bytes of max_file_mib; split it or raise the limit");
                self.reject(path, "too_large", message)?;
            }
            Ok(_) => return ControlFlow::Continue(Some(bytes)),
        }
        ControlFlow::Continue(None)
    }

    fn tar(&mut self, reader: &mut dyn Read, path: &str, depth: usize) -> ControlFlow<()> {
        let mut archive = tar::Archive::new(reader);
        loop {
            let member = match archive.next_member() {
                Ok(Some(member)) => member,
                Ok(None) => return ControlFlow::Continue(()),
                Err(fault) => return self.fault(path, fault),
            };
            let obstacle = match member.kind {
                MemberKind::Folder => continue,
                MemberKind::File => None,
                MemberKind::Link => Some(("link", "a link, which is not followed; put the file itself there")),
                MemberKind::Sparse => Some(("unsupported", "a sparse file, which is not read; write the archive without")),
                MemberKind::Special => Some(("special_file", "a device, a pipe or the like, not a file; leave it out")),
            };
            let obstacle = obstacle.map(|(code, message)| Fault { code, message: message.to_owned() });
            let name = String::from_utf8(member.name);
            let name = name.map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            if let Some((path, shape)) = self.admit(path, name, obstacle)? {
                // It need not read to the end: `next_member` skips whatever is left.
                self.stream(Box::new(&mut archive), &path, &shape, depth)?;
            }
        }
    }

    fn zip<R: Read + Seek>(&mut self, reader: R, path: &str, depth: usize) -> ControlFlow<()> {
        let mut archive = match ZipIterable::try_new(reader, Config::default()) {
            Ok(archive) => archive,
            Err(error) => return self.fault(path, zip_member::fault(&error)),
        };
        let members = match archive.files() {
            Ok(members) => members,
            Err(error) => return self.fault(path, zip_member::fault(&error)),
        };
        let encoding = self.settings.zip_names.unwrap_or_else(|| zip_member::name_encoding(members));
        let members = match archive.files() {
            Ok(members) => members,
            Err(error) => return self.fault(path, zip_member::fault(&error)),
        };
        while let Some(member) = members.next() {
            match member {
                Ok(member) => {
                    let name = zip_member::name(&member, encoding);
                    self.zip_member(name, member, members.reader_mut(), path, depth)?;
                }
                Err(error) => return self.fault(path, zip_member::fault(&error)),
            }
        }
        ControlFlow::Continue(())
    }

    fn zip_member<R: Read + Seek>(
        &mut self,
        name: Result<String, String>,
        member: ZipFileEntry<'static>,
        archive: &mut R,
        path: &str,
        depth: usize,
    ) -> ControlFlow<()> {
        if name.as_ref().is_ok_and(|name| name.ends_with('/')) {
            return ControlFlow::Continue(());
        }
        let Some((path, shape)) = self.admit(path, name, zip_member::obstacle(&member))? else {
            return ControlFlow::Continue(());
        };
        match member.with_reader(archive, ZipReadOptions::new()) {
            Ok(reader) => {
                self.stream(Box::new(Layer::new(reader, "broken_archive", "member of a zip archive")), &path, &shape, depth)
            }
            Err(error) => self.fault(&path, zip_member::fault(&error)),
        }
    }

    /// The full path and the shape of a member to be read; `None` if it is not read and a reject was given, or it is skipped.
    fn admit(
        &mut self,
        container: &str,
        name: Result<String, String>,
        obstacle: Option<Fault>,
    ) -> ControlFlow<(), Option<(String, Shape)>> {
        let name = match name {
            Ok(name) => name,
            Err(lossy) => {
                let path = format!("{container}!/{lossy}");
                let message = "its name is not UTF-8; rename it and write the archive again, or set ingest.zip_names";
                self.reject(&path, "path", message.to_owned())?;
                return ControlFlow::Continue(None);
            }
        };
        let path = format!("{container}!/{}", without_dots(&name));
        let shape = Shape::of(&path);
        if !self.is_selected(&path, &shape)? {
            return ControlFlow::Continue(None);
        }
        // After the selection: files that are skipped take no name from those that are read.
        if !self.seen.insert(hash(&path)) {
            let message = "a second member with this name; the first was read: give it a different name";
            self.reject(&path, "duplicate_path", message.to_owned())?;
            return ControlFlow::Continue(None);
        }
        if let Some(fault) = obstacle {
            self.fault(&path, fault)?;
            return ControlFlow::Continue(None);
        }
        ControlFlow::Continue(Some((path, shape)))
    }

    /// Whether to read a file; if not, it is reported. Archives are always opened: `wanted` is asked about what is in them.
    fn is_selected(&mut self, path: &str, shape: &Shape) -> ControlFlow<(), bool> {
        let Inner::Leaf(leaf) = shape.inner else {
            // Opened whatever `files` says, which is about what they hold; but not if they are to be skipped.
            let is_skipped = (self.settings.wanted)(path) == Selection::Skip;
            if is_skipped && self.pass == Pass::Articles {
                (self.emit)(Found::Skipped)?;
            }
            return ControlFlow::Continue(!is_skipped);
        };
        let is_table = metadata_table(path).is_some();
        let selection = (self.settings.wanted)(path);
        if self.pass == Pass::Sidecars {
            if selection == Selection::Read && !is_table && !matches!(leaf, Leaf::Json | Leaf::Foreign(_)) {
                (self.emit)(Found::Listed(path.to_owned()))?;
            }
            return ControlFlow::Continue((is_table || leaf == Leaf::Json) && selection != Selection::Skip);
        }
        if is_table || (self.settings.is_sidecar)(path) {
            return ControlFlow::Continue(false);
        }
        match selection {
            Selection::Read => return ControlFlow::Continue(true),
            Selection::Skip => (self.emit)(Found::Skipped)?,
            // It was looked at as a sidecar, which needs no pattern.
            Selection::NotWanted if leaf == Leaf::Json => {}
            Selection::NotWanted => self.reject(path, "unsupported", not_read(path))?,
        }
        ControlFlow::Continue(false)
    }

    fn fault(&mut self, path: &str, fault: Fault) -> ControlFlow<()> {
        self.reject(path, fault.code, fault.message)
    }

    /// Tells that a file is not what its name says.
    fn misnamed(&mut self, path: &str, what: String) -> ControlFlow<()> {
        match self.pass {
            Pass::Sidecars => ControlFlow::Continue(()),
            Pass::Articles => (self.emit)(Found::Misnamed(path.to_owned(), what)),
        }
    }

    /// Passes on a reject. A fault of an archive is reported when its articles are read, not a second time for its sidecars.
    fn reject(&mut self, path: &str, code: &'static str, message: String) -> ControlFlow<()> {
        if self.pass == Pass::Sidecars && metadata_table(path).is_none() {
            return ControlFlow::Continue(());
        }
        (self.emit)(Found::Reject(reject(path, code, message)))
    }
}

/// A member's name without a leading `./`; `..` is harmless, because nothing is written to this path.
fn without_dots(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    name
}

fn hash(path: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(path.as_bytes()).as_bytes()[..16]);
    short
}

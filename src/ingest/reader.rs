//! Reads an input folder as a sequence of records, whatever the files, archives and formats.
//!
//! Invariant: records come in the order of the files' paths and, within a file, in its own order; whatever cannot be a record is a
//! [`Reject`] in its place. A file that changed since the inventory was taken ends the reading, because the build id was computed
//! from what it held before.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::document::{Neighbours, Origin};
use engine::tables::Reject;
use jiff::civil::Date;
use serde_json::Value;

use super::column_name::same_name;
use super::date_orders::{DateOrders, DatePlace};
use super::date_survey::{DateSurvey, numeric_dates};
use super::dates::{DateOrder, Reading};
use super::fields::ArticleFields;
use super::inventory::{Inventory, SourceFile};
use super::path_fields::PathReader;
use super::record::{Body, Record};
use super::record_keys::RecordKeys;
use super::reject::reject;
use super::settings::IngestSettings;
use super::source::{Content, Described, Found, Kind, RawRecord, SidecarTable, SourceSettings, kind_of, read_source};

/// The next thing in the input.
#[derive(Clone, Debug)]
pub enum Ingested {
    /// An article.
    Record(Record),
    /// Something that cannot be one.
    Reject(Reject),
}

/// An error that ends the reading of the input.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is not what it was when the run began.
    #[error("{path} changed while the build was running, or can no longer be read; run again")]
    Changed {
        /// Relative to the input root.
        path: String,
    },
}

/// Takes what was read, with the number of bytes of input read so far; `Break` ends the reading.
pub(super) type Emit<'e> = dyn FnMut(Ingested, u64) -> ControlFlow<()> + 'e;

/// Reads all records of an inventory and passes each to `emit`. Returns what is worth knowing about the input as a whole, a line each.
///
/// # Errors
/// [`ReadError::Changed`].
pub fn read_records(
    inventory: &Inventory,
    settings: &IngestSettings,
    emit: &mut Emit<'_>,
) -> Result<Vec<String>, ReadError> {
    read(inventory, settings, None, emit)
}

/// The same for a part of an input, if the orders of the dates of all parts are known.
///
/// # Errors
/// [`ReadError::Changed`].
pub(super) fn read_part(
    part: &Inventory,
    settings: &IngestSettings,
    dates: &DateOrders,
    emit: &mut Emit<'_>,
) -> Result<Vec<String>, ReadError> {
    read(part, settings, Some(dates), emit)
}

fn read(
    inventory: &Inventory,
    settings: &IngestSettings,
    known_dates: Option<&DateOrders>,
    emit: &mut Emit<'_>,
) -> Result<Vec<String>, ReadError> {
    let wanted = |source_path: &str| settings.select(source_path);
    let is_article = |columns: &[(String, Value)]| settings.fields.have_text(columns);
    let source_settings = settings.source_settings(&wanted, &is_article);
    let (sidecars, mut rejects) = SidecarTable::build(&inventory.sidecar_sources(), &source_settings);
    let is_sidecar = |source_path: &str| sidecars.is_sidecar(source_path);
    let source_settings = SourceSettings { is_sidecar: &is_sidecar, ..source_settings };
    let changed = |file: &&SourceFile| !file.is_unchanged();
    rejects.extend(inventory.rejects.iter().cloned());
    rejects.retain(|reject| inventory.tells_of(&reject.source_path));
    // By path like the files, because `read_all` merges the two lists. The sort is stable: one path keeps its order.
    rejects.sort_by(|a, b| a.source_path.cmp(&b.source_path));
    let paths = PathReader::new(settings, inventory.surroundings().into_iter().map(|file| file.source_path.as_str()));
    let dates = DateSurvey::new(inventory, settings, source_settings, &sidecars, &paths, known_dates);
    let mut reader = Reader {
        settings,
        source_settings,
        sidecars: &sidecars,
        paths: &paths,
        dates: &dates,
        read: Arc::default(),
        keys: RecordKeys::default(),
        notices: Vec::new(),
        opened: None,
        misnamed: BTreeMap::new(),
        emit,
    };
    if let ControlFlow::Break(Some(error)) = reader.read_all(inventory, rejects) {
        return Err(error);
    }
    let mut notices = reader.keys.notices();
    notices.append(&mut reader.notices);
    notices.extend(reader.opened.map(|(count, path, list)| {
        let text = settings.fields.text.first().map(String::as_str).unwrap_or_default();
        format!(
            "{count} .json files (the first: {path}) are objects around lists, whose items are read as articles; if such a file is one article \
             in parts, set fields.text = [\"{list}.{text}\"]"
        )
    }));
    notices.extend(
        reader.misnamed.into_iter().map(|(what, (count, path))| format!("{count} files (the first: {path}): {what}")),
    );
    match inventory.sidecars.iter().find(changed).or_else(|| dates.changed_file()) {
        Some(file) => Err(ReadError::Changed { path: file.source_path.clone() }),
        None => Ok(notices),
    }
}

/// `Break` without an error if `emit` ended the reading.
type Flow = ControlFlow<Option<ReadError>>;

struct Reader<'r, 'e, 'f> {
    settings: &'r IngestSettings,
    source_settings: SourceSettings<'r>,
    sidecars: &'r SidecarTable,
    paths: &'r PathReader<'r>,
    dates: &'r DateSurvey<'r>,
    /// Bytes read so far: of the files before the current one, and of that one.
    read: Arc<AtomicU64>,
    keys: RecordKeys,
    notices: Vec<String>,
    /// How many files are objects around lists of articles, and the first of them, with the name of a list in it.
    opened: Option<(u64, String, String)>,
    /// How many files are not what their names say, and the first of them, by what they are.
    misnamed: BTreeMap<String, (u64, String)>,
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
            if self.sidecars.is_sidecar(&file.source_path) {
                // It was read before, as a sidecar.
                if !file.is_unchanged() {
                    return changed(file);
                }
            } else {
                self.read_file(file, before)?;
            }
            before += file.bytes;
        }
        self.read.store(before, Ordering::Relaxed);
        // Only now: every article has been read, so no entry can still be looked up.
        self.notices.extend(self.sidecars.notices());
        rejects.try_for_each(|reject| self.reject(reject))
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
                return self.reject(reject(&file.source_path, "unreadable", format!("cannot be read: {error}")));
            }
        };
        let input = Counted { file: opened, before, read: Arc::clone(&self.read) };
        self.keys.begin_file();
        let mut seen = Seen::default();
        let source_settings = self.source_settings;
        let mut emit = |found| {
            seen.note(&found);
            self.found(found)
        };
        read_source(input, &file.source_path, &source_settings, &mut emit).map_break(|()| None)?;
        if !seen.anything {
            let message = "holds no record; delete it, or add it to ingest.skip".to_owned();
            self.reject(reject(&file.source_path, "empty", message))?;
        }
        // A file that was hashed could be read; if it breaks off now, somebody has changed it.
        let is_as_before = file.is_unchanged() && !(seen.breaks_off && file.hash.is_some());
        if is_as_before { ControlFlow::Continue(()) } else { changed(file) }
    }

    fn found(&mut self, found: Found) -> ControlFlow<()> {
        let ingested = match found {
            Found::Record(raw) => self.record(raw).map_or_else(Ingested::Reject, Ingested::Record),
            Found::Reject(reject) => Ingested::Reject(reject),
            Found::Opened(path, list) => {
                let (count, _, _) = self.opened.get_or_insert((0, path, list));
                *count += 1;
                return ControlFlow::Continue(());
            }
            Found::Misnamed(path, what) => {
                self.misnamed.entry(what).or_insert((0, path)).0 += 1;
                return ControlFlow::Continue(());
            }
            Found::Notice(notice) => {
                self.notices.push(notice);
                return ControlFlow::Continue(());
            }
            // It only shows that the file is not empty.
            Found::Skipped | Found::Listed(_) => return ControlFlow::Continue(()),
        };
        let read = self.read.load(Ordering::Relaxed);
        (self.emit)(ingested, read)
    }

    fn record(&mut self, raw: RawRecord) -> Result<Record, Reject> {
        let RawRecord { source_path, place, byte_offset, encoding, content } = raw;
        let sidecar = self.sidecars.lookup(&source_path);
        let columns = match content {
            Content::Text(bytes) => return Ok(self.without_fields(source_path, Body::Text(bytes), sidecar)),
            Content::Html(bytes) => return Ok(self.without_fields(source_path, Body::Html(bytes), sidecar)),
            Content::Fields(columns) => columns,
        };
        let is_whole_file = place.is_none();
        let path = self.path_fields(&source_path, is_whole_file);
        let mut fields = self.map(&source_path, columns, sidecar).map_err(|(code, message)| Reject {
            record: place,
            byte_offset,
            ..reject(&source_path, code, message)
        })?;
        let body = Body::Decoded(encoding);
        if is_whole_file {
            return Ok(whole_file(source_path, body, fields, path, None));
        }
        let key = self.keys.key_of(&source_path, fields.key.take(), fields.text.as_deref().unwrap_or_default());
        let origin = Origin { source_path, record: Some(key) };
        Ok(Record {
            origin,
            byte_offset,
            body,
            fields,
            path,
            page_order: None,
            neighbours: Neighbours::Unknown,
            likely_encoding: None,
        })
    }

    /// The fields of a record. Its file's sidecar applies to every record, in the columns that the record does not have.
    fn map(
        &self,
        source_path: &str,
        mut columns: Vec<(String, Value)>,
        sidecar: Option<Described<'_>>,
    ) -> Result<ArticleFields, (&'static str, String)> {
        let names = &self.settings.fields;
        let own: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let is_own = |name: &str| own.iter().any(|own| same_name(own, name));
        if let Some(sidecar) = sidecar {
            // A sidecar's key would be the same for every record of the file, so it is left out.
            let added = sidecar.columns.iter().filter(|(name, _)| !names.is_key(name) && !is_own(name));
            columns.extend(added.cloned());
        }
        let choose_day = |name: &str, reading: Reading| {
            let is_of_record = is_own(name) || is_own(name.split('.').next().unwrap_or(name));
            let file = sidecar.filter(|_| !is_of_record).map_or(source_path, |sidecar| sidecar.source_path);
            self.choose_day(file, &DatePlace::column(name), reading, source_path)
        };
        let fields = names.map_record(columns, &choose_day).map_err(|message| ("no_text", message))?;
        let limit = self.settings.max_file.bytes();
        if fields.text.as_ref().is_some_and(|text| text.len() as u64 > limit) {
            let message = format!("a text of more than the {limit} bytes of max_file_mib; split it or raise the limit");
            return Err(("too_large", message));
        }
        Ok(fields)
    }

    /// A file that is one article and has no fields itself.
    fn without_fields(&self, source_path: String, body: Body, sidecar: Option<Described<'_>>) -> Record {
        let path = self.path_fields(&source_path, true);
        let described = sidecar.map(|sidecar| {
            let choose_day = |name: &str, reading: Reading| {
                self.choose_day(sidecar.source_path, &DatePlace::column(name), reading, &source_path)
            };
            self.settings.fields.map_sidecar(sidecar.columns, &choose_day)
        });
        let page_order = match &body {
            // The page is not read yet; if nothing in it could be such a date, its order need not be known.
            Body::Html(page) if numeric_dates(page).any(Reading::is_ambiguous) => {
                self.dates.order(&source_path, &DatePlace::Page)
            }
            _ => None,
        };
        whole_file(source_path, body, described.unwrap_or_default(), path, page_order)
    }

    fn path_fields(&self, source_path: &str, is_article: bool) -> Box<ArticleFields> {
        let choose_day = |name: &str, reading: Reading| {
            let place = if name.is_empty() { DatePlace::Path } else { DatePlace::column(name) };
            reading.day(|| self.dates.order(source_path, &place))
        };
        Box::new(self.paths.read(source_path, is_article, &choose_day))
    }

    /// The day of a date in a column: where it leaves a choice, that of its source's order, or the one that the path names.
    fn choose_day(&self, file: &str, place: &DatePlace, reading: Reading, article_path: &str) -> Option<Date> {
        // Also the name of a file of many articles, which is not enough to date them by itself.
        let named = || self.paths.date(article_path, true).day(|| None).filter(|day| reading.may_be(*day));
        reading.day(|| self.dates.order(file, place)).or_else(named)
    }
}

/// A file that is one article. Its path identifies it; a key is an ordinary field.
fn whole_file(
    source_path: String,
    body: Body,
    mut fields: ArticleFields,
    path: Box<ArticleFields>,
    page_order: Option<DateOrder>,
) -> Record {
    fields.extra.extend(fields.key.take().map(|key| ("id".to_owned(), key)));
    let origin = Origin { source_path, record: None };
    Record {
        origin,
        byte_offset: None,
        body,
        fields,
        path,
        page_order,
        neighbours: Neighbours::Unknown,
        likely_encoding: None,
    }
}

/// What a file turned out to hold.
#[derive(Default)]
struct Seen {
    /// Anything at all, even if it was skipped on purpose.
    anything: bool,
    /// A point beyond which it cannot be read.
    breaks_off: bool,
}

impl Seen {
    fn note(&mut self, found: &Found) {
        // After these something is still to come.
        self.anything |= !matches!(found, Found::Misnamed(..) | Found::Notice(_) | Found::Opened(..));
        self.breaks_off |= matches!(found, Found::Reject(reject) if reject.code == "unreadable");
    }
}

fn changed(file: &SourceFile) -> Flow {
    ControlFlow::Break(Some(ReadError::Changed { path: file.source_path.clone() }))
}

/// A file that counts how far it has been read.
struct Counted {
    file: File,
    before: u64,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        // The place and not a sum of counts: readers of zip archives and Parquet tables jump back and forth.
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
    /// Every file that may be a sidecar or contain one.
    pub(super) fn sidecar_sources(&self) -> Vec<(String, std::path::PathBuf)> {
        // Sidecars in an archive describe what is in it.
        let elsewhere = self.read_elsewhere().iter().filter(|file| kind_of(&file.source_path) != Kind::Archive);
        let others = if self.read_elsewhere().is_empty() { self.surroundings() } else { self.files.iter().collect() };
        let all = others.into_iter().chain(elsewhere).chain(&self.sidecars);
        let mut sources: Vec<_> = all.map(|file| (file.source_path.clone(), file.path.clone())).collect();
        sources.sort();
        sources
    }
}

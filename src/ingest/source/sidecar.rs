//! Sidecars: metadata in files beside the articles.
//!
//! There are two kinds: tables named `metadata.csv`, `metadata.tsv` or `metadata.xlsx` with one row per article, and JSON files of one object,
//! `x.txt.json` or `x.json` beside `x.txt`. A `.json` may as well be an article, or a list of them: it is a sidecar if an article of its
//! name stands beside it, or its name is that of a text or page (`x.txt.json`) and it has no text itself.
//!
//! Invariant: each entry is used by an article or counted by [`SidecarTable::notices`]. Paths are compared in Unicode normalisation form
//! C: macOS decomposes `أ` in file names, tables rarely do.

use std::collections::btree_map::Entry as MapEntry;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::formats::{Inner, Leaf, Shape, stems};
use super::found::{Content, Found};
use super::json_object::{self, Fields};
use super::output::LeafOutput;
use super::settings::{Selection, SourceSettings};
use super::sidecar_name::{MetadataTable, metadata_table, strip_json};
use super::walk::{Pass, Walk};
use super::{rows, spreadsheet};
use crate::ingest::column_name::same_name;
use crate::ingest::decode::decode;
use crate::ingest::reject::reject;
use engine::tables::Reject;

/// Names of the column that holds the path of a row's article, the most specific first.
const PATH_COLUMNS: [&str; 6] = ["path", "file", "filename", "file_name", "file_path", "source_path"];

/// Metadata by the article's path.
#[derive(Debug, Default)]
pub struct SidecarTable {
    /// Rows of tables, by the path of their article.
    rows: BTreeMap<String, Entry>,
    /// JSON files, by their path without `.json`.
    objects: BTreeMap<String, Entry>,
    /// The paths of these files, and of others of the same names.
    object_paths: HashSet<String>,
    /// JSON files beside an article of their name that have a text themselves.
    with_text: Vec<String>,
    /// JSON files beside an article of their name that hold more than one object.
    lists: Vec<String>,
    /// What was told of tables when they were read.
    told: Vec<String>,
}

/// What a sidecar says about an article.
#[derive(Clone, Copy, Debug)]
pub struct Described<'t> {
    /// Its fields.
    pub columns: &'t [(String, Value)],
    /// The sidecar's own path.
    pub source_path: &'t str,
}

#[derive(Debug)]
struct Entry {
    fields: Fields,
    /// The sidecar's own path.
    source_path: String,
    /// The row in it.
    record: Option<String>,
    byte_offset: Option<u64>,
    used: AtomicBool,
}

/// The names under which the articles of a folder or archive can be described: their paths, with and without endings, hashed.
#[derive(Debug, Default)]
struct ArticleNames(HashSet<[u8; 16]>);

impl ArticleNames {
    fn add(&mut self, source_path: &str) {
        let path = key(source_path);
        let (bare, stem) = stems(&path);
        self.0.extend([path.as_str(), bare, stem].map(hash));
    }

    /// Whether an article has this name, which is the path of a `.json` without that ending.
    fn has(&self, name: &str) -> bool {
        self.0.contains(&hash(name))
    }
}

/// A `.json` that may be a sidecar.
struct Candidate {
    source_path: String,
    fields: Fields,
    has_text: bool,
}

impl SidecarTable {
    /// Reads all sidecars among the files of an input folder and inside its archives, in the order given; each file is its source
    /// path and its place on disk. Also returns rejects for faulty sidecars.
    #[must_use]
    pub fn build(files: &[(String, PathBuf)], settings: &SourceSettings<'_>) -> (Self, Vec<Reject>) {
        let (mut table, mut rejects) = (Self::default(), Vec::new());
        let mut names = ArticleNames::default();
        for (source_path, _) in files {
            if is_article(source_path, settings) {
                names.add(source_path);
            }
        }
        for (source_path, path) in files {
            let is_archive = !matches!(Shape::of(source_path).inner, Inner::Leaf(_));
            let is_candidate = strip_json(source_path).is_some_and(|name| may_describe(name, source_path, &names, settings));
            if !is_archive && !is_candidate && metadata_table(source_path).is_none() {
                continue;
            }
            match File::open(path) {
                Ok(file) => table.add_file(file, source_path, &names, settings, &mut rejects),
                // A file that is also looked at for articles is reported then.
                Err(error) if metadata_table(source_path).is_some() => {
                    rejects.push(reject(source_path, "unreadable", format!("cannot be read: {error}")));
                }
                Err(_) => {}
            }
        }
        (table, rejects)
    }

    /// Adds a file that may be a sidecar, or the sidecars in an archive. `beside` are the articles beside the file.
    fn add_file<R: Read + Seek + Send + 'static>(
        &mut self,
        input: R,
        source_path: &str,
        beside: &ArticleNames,
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let (mut inside, mut candidates, mut lists) = (ArticleNames::default(), Vec::new(), Vec::new());
        let mut emit = |found| {
            match found {
                Found::Record(record) => {
                    if let Content::Text(bytes) = record.content {
                        candidates.extend(self.add_bytes(record.source_path, &bytes, settings, rejects));
                    }
                }
                Found::Reject(reject) => rejects.push(reject),
                Found::Listed(path) if strip_json(&path).is_some() => lists.push(path),
                Found::Listed(path) => inside.add(&path),
                Found::Notice(_) | Found::Misnamed(..) | Found::Opened(..) | Found::Skipped => {}
            }
            ControlFlow::Continue(())
        };
        // `emit` never breaks off, so there is nothing to pass on.
        let _: ControlFlow<()> = Walk::new(settings, Pass::Sidecars, &mut emit).outer(input, source_path);
        // Only now: in an archive, an article may follow its sidecar.
        let names = if matches!(Shape::of(source_path).inner, Inner::Leaf(_)) { beside } else { &inside };
        self.lists.extend(lists.into_iter().filter(|path| strip_json(path).is_some_and(|name| names.has(&key(name)))));
        for candidate in candidates {
            self.settle(candidate, names, settings, rejects);
        }
    }

    /// Adds a table; returns a JSON file that may be a sidecar.
    fn add_bytes(
        &mut self,
        source_path: String,
        bytes: &[u8],
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) -> Option<Candidate> {
        if let Some(table) = metadata_table(&source_path) {
            self.add_table(&source_path, table, bytes, settings, rejects);
            return None;
        }
        let parsed = match decode(bytes, settings.encoding) {
            Ok((text, _)) => json_object::parse(&text).map_err(|fault| ("broken_record", fault.message(1, 0), None)),
            Err(fault) => Err((fault.code, fault.message, fault.offset)),
        };
        match parsed {
            Ok(fields) => {
                let has_text = (settings.is_article)(&fields);
                Some(Candidate { source_path, fields, has_text })
            }
            Err((code, message, offset)) => {
                // Any other is read as a file of articles, and its faults are told then.
                if (settings.wanted)(&source_path) == Selection::NotWanted {
                    let byte_offset = offset.map(|offset| offset as u64);
                    rejects.push(Reject { byte_offset, ..reject(&source_path, code, message) });
                }
                None
            }
        }
    }

    /// Decides whether a JSON file is a sidecar, when the articles beside it are known, and adds it if it is.
    fn settle(
        &mut self,
        candidate: Candidate,
        names: &ArticleNames,
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let Candidate { source_path, fields, has_text } = candidate;
        let Some(name) = strip_json(&source_path).map(key) else { return };
        let is_beside = names.has(&name);
        let is_wanted = (settings.wanted)(&source_path) == Selection::Read;
        if !is_beside && is_wanted && (has_text || !is_article_name(&name)) {
            return;
        }
        if is_beside && has_text {
            self.with_text.push(source_path.clone());
        }
        self.object_paths.insert(source_path.clone());
        insert(&mut self.objects, name, Entry::new(fields, &source_path, None, None), rejects);
    }

    /// Whether a file, by its path, describes articles and so is none itself.
    #[must_use]
    pub fn is_sidecar(&self, source_path: &str) -> bool {
        self.object_paths.contains(source_path)
    }

    fn add_table(
        &mut self,
        source_path: &str,
        table: MetadataTable,
        bytes: &[u8],
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let folder = source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut told = Vec::new();
        let mut emit = |found| {
            match found {
                Found::Record(record) => {
                    let Content::Fields(fields) = record.content else { return ControlFlow::Continue(()) };
                    let Some((path, fields)) = split_path(fields) else {
                        rejects.push(reject(source_path, "broken_header", no_path_column()));
                        return ControlFlow::Break(());
                    };
                    let entry = Entry::new(fields, source_path, record.place, record.byte_offset);
                    insert(&mut self.rows, key(&join(folder, &path)), entry, rejects);
                }
                Found::Reject(reject) => rejects.push(reject),
                Found::Notice(notice) => told.push(notice),
                Found::Misnamed(..) | Found::Opened(..) | Found::Skipped | Found::Listed(_) => {}
            }
            ControlFlow::Continue(())
        };
        let mut output = LeafOutput { source_path, emit: &mut emit };
        // `emit` breaks off to end this table only; other sidecars are still to be read.
        let _: ControlFlow<()> = match table {
            MetadataTable::Rows(by_name) => rows::read(Box::new(bytes), by_name, settings, &mut output),
            MetadataTable::Spreadsheet => {
                let has_path =
                    |names: &[String]| PATH_COLUMNS.iter().any(|path| names.iter().any(|name| same_name(name, path)));
                let limit = settings.limits.max_leaf_bytes;
                spreadsheet::read_with(bytes, limit, &has_path, "holds the path of the row's file (path)", &mut output)
            }
        };
        self.told.append(&mut told);
    }

    /// The metadata of an article's file. If several sidecars describe it, the nearest wins: `x.txt.json`, then `x.json`, then a row
    /// of a table; the others stay unused.
    #[must_use]
    pub fn lookup(&self, source_path: &str) -> Option<Described<'_>> {
        if self.rows.is_empty() && self.objects.is_empty() {
            return None;
        }
        let path = key(source_path);
        let (bare, stem) = stems(&path);
        let names = [path.as_str(), bare, stem];
        let objects = names.into_iter().find_map(|name| self.objects.get(name));
        let entry = objects.or_else(|| names.into_iter().find_map(|name| self.rows.get(name)))?;
        entry.used.store(true, Ordering::Relaxed);
        Some(Described { columns: &entry.fields, source_path: &entry.source_path })
    }

    /// The columns of every entry, with the path of its sidecar.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &[(String, Value)])> {
        self.rows.values().chain(self.objects.values()).map(|entry| (entry.source_path.as_str(), entry.fields.as_slice()))
    }

    /// What is worth knowing: entries that no look-up used, and files that could have been read otherwise. Complete only after all
    /// look-ups.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let mut tables: BTreeMap<&str, (usize, Vec<UnusedRow<'_>>)> = BTreeMap::new();
        for (path, entry) in &self.rows {
            let (rows, unused) = tables.entry(&entry.source_path).or_default();
            *rows += 1;
            if !entry.used.load(Ordering::Relaxed) {
                unused.push((entry.byte_offset.unwrap_or_default(), path, entry));
            }
        }
        let mut notices = self.told.clone();
        notices.extend(tables.into_iter().filter_map(|(table, (rows, unused))| unused_rows(table, rows, &unused)));
        let unused = self.objects.values().filter(|entry| !entry.used.load(Ordering::Relaxed));
        let unused: Vec<&str> = unused.map(|entry| entry.source_path.as_str()).collect();
        notices.extend(told(&unused, "sidecars", "describe no article that was read: none beside them has their name"));
        let with_text: Vec<&str> = self.with_text.iter().map(String::as_str).collect();
        let as_metadata =
            "are metadata of the articles beside them, although they have a text themselves; rename them to read them, too";
        notices.extend(told(&with_text, "files", as_metadata));
        let lists: Vec<&str> = self.lists.iter().map(String::as_str).collect();
        let as_articles =
            "are read as articles, although articles beside them have their names: they hold lists, not metadata";
        notices.extend(told(&lists, "files", as_articles));
        notices
    }
}

/// A row that describes nothing: its offset, the path of its article, and what it says.
type UnusedRow<'r> = (u64, &'r str, &'r Entry);

/// A notice of rows of a table that describe nothing.
fn unused_rows(table: &str, rows: usize, unused: &[UnusedRow<'_>]) -> Option<String> {
    let (_, path, entry) = unused.iter().min_by_key(|(offset, path, _)| (*offset, *path))?;
    let first = format!("the first: {}, {path}", entry.record.as_deref().unwrap_or("a row"));
    Some(if unused.len() == rows {
        format!(
            "{table}: none of its rows ({rows}) describes an article that was read ({first}); paths in it count from the table's folder"
        )
    } else {
        format!(
            "{table}: {} of {rows} rows describe no article that was read, or one that a nearer sidecar describes ({first})",
            unused.len()
        )
    })
}

/// A notice of JSON files.
fn told(paths: &[&str], which: &str, what: &str) -> Option<String> {
    paths.iter().min().map(|first| format!("{} .json {which} (the first: {first}) {what}", paths.len()))
}

/// Whether a file holds articles, by its name; a `.json` is left out, since its name does not tell.
fn is_article(source_path: &str, settings: &SourceSettings<'_>) -> bool {
    is_article_name(source_path)
        && metadata_table(source_path).is_none()
        && (settings.wanted)(source_path) == Selection::Read
}

/// Whether a name says that the file holds articles. One that says nothing does not: there would be no article without a sidecar.
fn is_article_name(name: &str) -> bool {
    matches!(Shape::of(name).inner, Inner::Leaf(leaf) if !matches!(leaf, Leaf::Json | Leaf::Foreign(_) | Leaf::Unknown))
}

/// Whether a `.json` has to be looked at, by its name without that ending. All others are articles, whatever they hold.
fn may_describe(name: &str, source_path: &str, beside: &ArticleNames, settings: &SourceSettings<'_>) -> bool {
    beside.has(&key(name)) || is_article_name(name) || (settings.wanted)(source_path) != Selection::Read
}

impl Entry {
    fn new(fields: Fields, source_path: &str, record: Option<String>, byte_offset: Option<u64>) -> Self {
        Self { fields, source_path: source_path.to_owned(), record, byte_offset, used: AtomicBool::new(false) }
    }
}

fn insert(entries: &mut BTreeMap<String, Entry>, path: String, entry: Entry, rejects: &mut Vec<Reject>) {
    match entries.entry(path) {
        MapEntry::Vacant(vacant) => {
            vacant.insert(entry);
        }
        // Nothing is lost.
        MapEntry::Occupied(first) if first.get().fields == entry.fields => {}
        MapEntry::Occupied(first) => {
            let message = format!(
                "a second entry for {}; the first, in {}, is used: remove one of them",
                first.key(),
                first.get().source_path
            );
            let (record, byte_offset) = (entry.record, entry.byte_offset);
            rejects.push(Reject { record, byte_offset, ..reject(&entry.source_path, "duplicate_path", message) });
        }
    }
}

/// Separates the path in a row from its other fields.
fn split_path(mut fields: Vec<(String, Value)>) -> Option<(String, Vec<(String, Value)>)> {
    let column = PATH_COLUMNS.iter().find_map(|name| fields.iter().position(|(field, _)| same_name(field, name)))?;
    let (_, path) = fields.remove(column);
    Some((path.as_str().unwrap_or_default().trim().to_owned(), fields))
}

fn no_path_column() -> String {
    format!("no column holds the path of the row's file; name it {}", PATH_COLUMNS.join(", or "))
}

/// Resolves a path in a table against the table's folder; `\` counts as `/`.
fn join(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // Above the root it does nothing: the path is only compared with others, never opened.
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn hash(name: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    short
}

/// The form in which paths are compared.
fn key(path: &str) -> String {
    // Some systems store names decomposed, and tables written elsewhere spell them composed.
    path.nfc().collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::super::dialect::DialectSettings;
    use super::super::settings::Limits;
    use super::*;

    const SETTINGS: SourceSettings<'static> = SourceSettings {
        limits: Limits { max_leaf_bytes: 1 << 16 },
        encoding: None,
        text_names: &[],
        dialect: DialectSettings { delimiter: None, quoting: None },
        zip_names: None,
        wanted: &|_| Selection::Read,
        is_sidecar: &|_| false,
        is_article: &|fields| fields.iter().any(|(name, _)| name == "text"),
    };

    /// The sidecars among files, beside articles of which only the paths are given.
    fn table(articles: &[&str], files: &[(&str, &[u8])]) -> (SidecarTable, Vec<Reject>) {
        let (mut table, mut rejects) = (SidecarTable::default(), Vec::new());
        let mut names = ArticleNames::default();
        for path in articles {
            names.add(path);
        }
        for (path, bytes) in files {
            table.add_file(Cursor::new(bytes.to_vec()), path, &names, &SETTINGS, &mut rejects);
        }
        (table, rejects)
    }

    fn titles(table: &SidecarTable, path: &str) -> Vec<String> {
        table
            .lookup(path)
            .into_iter()
            .flat_map(|found| found.columns)
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    #[test]
    fn articles_find_their_metadata() {
        let rows = "title, File \nأ,./a.txt\nب,sub\\b.txt.gz\nج,../c.txt\nد,nowhere.txt\n";
        let (table, rejects) = table(
            &["e/x.html.gz"],
            &[
                ("d/metadata.csv", rows.as_bytes()),
                ("d/a.txt.json", br#"{"title":"nearest"}"#),
                ("e/x.json", br#"{"title":"any ending"}"#),
            ],
        );
        assert_eq!(rejects, []);
        assert_eq!(titles(&table, "d/a.txt"), ["title=\"nearest\""]);
        assert_eq!(titles(&table, "d/sub/b.txt.gz"), ["title=\"ب\""]);
        assert_eq!(titles(&table, "c.txt"), ["title=\"ج\""]);
        assert_eq!(titles(&table, "e/x.html.gz"), ["title=\"any ending\""]);
        assert_eq!(titles(&table, "e/y.txt"), [""; 0]);
        let told = "d/metadata.csv: 2 of 4 rows describe no article that was read, or one that a nearer sidecar describes";
        assert_eq!(table.notices(), [format!("{told} (the first: row 1, d/a.txt)")]);
    }

    #[test]
    fn composed_and_decomposed_names_are_the_same() {
        let (table, _) = table(&[], &[("metadata.csv", "path,n\nأخبار.txt,1\n".as_bytes())]);
        assert_eq!(titles(&table, "ا\u{654}خبار.txt"), ["n=\"1\""]);
    }

    #[test]
    fn archives_hold_sidecars_too() {
        let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("d/metadata.tsv", "path\ttitle\nx.txt\tعنوان\n"), ("d/x.txt", "نص"), ("y.pdf", "")] {
            writer.start_file(name, ::zip::write::SimpleFileOptions::default()).expect("in memory");
            writer.write_all(text.as_bytes()).expect("in memory");
        }
        let zip = writer.finish().expect("in memory").into_inner();
        let (table, rejects) = table(&[], &[("a.zip", &zip)]);
        assert_eq!(rejects, [], "files that are no sidecars are not reported");
        assert_eq!(titles(&table, "a.zip!/d/x.txt"), ["title=\"عنوان\""]);
        assert_eq!(table.notices(), [""; 0]);
    }

    #[test]
    fn faults_of_sidecars_are_reported() {
        let (table, rejects) = table(
            &["c/x.txt"],
            &[
                ("a/metadata.csv", b"title\nx\n"),
                ("b/metadata.csv", b"path,title\nx.txt,1\nx.txt,2\ny.txt\nx.txt,1\n"),
                ("c/x.json", b"[1]"),
            ],
        );
        let reported: Vec<_> = rejects.iter().map(|reject| (reject.source_path.as_str(), reject.code)).collect();
        let expected =
            [("a/metadata.csv", "broken_header"), ("b/metadata.csv", "duplicate_path"), ("b/metadata.csv", "broken_record")];
        assert_eq!(reported, expected);
        assert_eq!(titles(&table, "b/x.txt"), ["title=\"1\""], "the first entry counts");
    }

    #[test]
    fn a_json_is_a_sidecar_if_an_article_of_its_name_is_there() {
        let text = br#"{"text":"x"}"#.as_slice();
        let (table, _) = table(
            &["x.txt", "y.html", "z.csv"],
            &[
                ("x.json", text),
                ("y.html.json.gz", b"no gzip"),
                ("z.json", b"[{}]"),
                ("alone.json", b"{}"),
                ("gone.txt.json", b"{}"),
                ("page.html.json", text),
            ],
        );
        let sidecars =
            ["x.json", "z.json", "alone.json", "gone.txt.json", "page.html.json"].map(|path| table.is_sidecar(path));
        assert_eq!(sidecars, [true, false, false, true, false]);
        let notices = table.notices();
        assert_eq!(notices.len(), 3, "{notices:?}");
        assert!(notices[0].starts_with("2 .json sidecars (the first: gone.txt.json) describe no article"), "{notices:?}");
        assert!(notices[1].starts_with("1 .json files (the first: x.json) are metadata"), "{notices:?}");
        assert!(notices[2].starts_with("1 .json files (the first: z.json) are read as articles"), "{notices:?}");
    }
}

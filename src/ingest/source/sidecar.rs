//! Sidecars: metadata in files beside the articles.
//!
//! There are two kinds: tables named `metadata.csv` or `metadata.tsv` with one row per article, and JSON files of one object,
//! `x.txt.json` or `x.json` beside `x.txt`. Invariant: each entry is used by an article or reported by [`SidecarTable::unused`].
//!
//! Paths are compared in Unicode normalisation form C: macOS decomposes `أ` in file names, tables rarely do.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::formats::{Inner, Shape, stems};
use super::found::{Content, Found};
use super::output::LeafOutput;
use super::settings::SourceSettings;
use super::sidecar_name::{delimiter, is_sidecar, strip_json};
use super::walk::{Pass, Walk};
use super::{json_object, rows};
use crate::ingest::column_name::same_name;
use crate::ingest::decode::decode;
use crate::ingest::reject::reject;
use engine::tables::Reject;

/// Names of the column that holds the path of a row's article, the most specific first.
const PATH_COLUMNS: [&str; 4] = ["path", "file", "filename", "source_path"];

/// Metadata by the article's path.
#[derive(Debug, Default)]
pub struct SidecarTable {
    /// Rows of tables, by the path of their article.
    rows: BTreeMap<String, Entry>,
    /// JSON files, by their path without `.json`.
    objects: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    fields: Vec<(String, Value)>,
    /// The sidecar's own path.
    source_path: String,
    /// The row in it.
    record: Option<String>,
    byte_offset: Option<u64>,
    used: AtomicBool,
}

impl SidecarTable {
    /// Reads all sidecars among the files of an input folder and inside its archives, in the order given; each file is its source
    /// path and its place on disk. Also returns rejects for faulty sidecars.
    #[must_use]
    pub fn build(files: &[(String, PathBuf)], settings: &SourceSettings<'_>) -> (Self, Vec<Reject>) {
        let (mut table, mut rejects) = (Self::default(), Vec::new());
        for (source_path, path) in files {
            let is_archive = !matches!(Shape::of(source_path).inner, Inner::Leaf(_));
            if !is_archive && !is_sidecar(source_path) {
                continue;
            }
            match File::open(path) {
                Ok(file) => table.add_file(file, source_path, settings, &mut rejects),
                // An archive that cannot be opened is reported when its articles are read.
                Err(error) if !is_archive => {
                    rejects.push(reject(source_path, "unreadable", format!("cannot be read: {error}")));
                }
                Err(_) => {}
            }
        }
        (table, rejects)
    }

    /// Adds a file that is a sidecar, or the sidecars in an archive.
    pub fn add_file<R: Read + Seek + Send + 'static>(
        &mut self,
        input: R,
        source_path: &str,
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let mut emit = |found| {
            match found {
                Found::Record(record) => {
                    if let Content::Text(bytes) = record.content {
                        self.add_bytes(&record.source_path, &bytes, settings, rejects);
                    }
                }
                Found::Reject(reject) => rejects.push(reject),
                Found::Skipped => {}
            }
            ControlFlow::Continue(())
        };
        // `emit` never breaks off, so there is nothing to pass on.
        let _: ControlFlow<()> = Walk::new(settings, Pass::Sidecars, &mut emit).outer(input, source_path);
    }

    fn add_bytes(&mut self, source_path: &str, bytes: &[u8], settings: &SourceSettings<'_>, rejects: &mut Vec<Reject>) {
        if let Some(delimiter) = delimiter(source_path) {
            return self.add_table(source_path, delimiter, bytes, settings, rejects);
        }
        let parsed = match decode(bytes, settings.encoding) {
            Ok((text, _)) => json_object::parse(&text).map_err(|message| ("broken_record", message, None)),
            Err(fault) => Err((fault.code, fault.message, fault.offset)),
        };
        match parsed {
            Ok(fields) => {
                let stem = key(strip_json(source_path).unwrap_or(source_path));
                let entry = Entry::new(fields, source_path, None, None);
                insert(&mut self.objects, stem, entry, rejects);
            }
            Err((code, message, offset)) => {
                let byte_offset = offset.map(|offset| offset as u64);
                rejects.push(Reject { byte_offset, ..reject(source_path, code, message) });
            }
        }
    }

    fn add_table(
        &mut self,
        source_path: &str,
        delimiter: u8,
        bytes: &[u8],
        settings: &SourceSettings<'_>,
        rejects: &mut Vec<Reject>,
    ) {
        let folder = source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
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
                Found::Skipped => {}
            }
            ControlFlow::Continue(())
        };
        let mut output = LeafOutput { source_path, emit: &mut emit };
        // `emit` breaks off to end this table only; other sidecars are still to be read.
        let _: ControlFlow<()> = rows::read(Box::new(bytes), delimiter, settings, &mut output);
    }

    /// The metadata of an article's file. If several sidecars describe it, the nearest wins: `x.txt.json`, then `x.json`, then a row
    /// of a table; the others stay unused.
    #[must_use]
    pub fn lookup(&self, source_path: &str) -> Option<&[(String, Value)]> {
        if self.rows.is_empty() && self.objects.is_empty() {
            return None;
        }
        let path = key(source_path);
        let (bare, stem) = stems(&path);
        let objects = [path.as_str(), bare, stem].into_iter().find_map(|name| self.objects.get(name));
        let entry = objects.or_else(|| [path.as_str(), bare].into_iter().find_map(|name| self.rows.get(name)))?;
        entry.used.store(true, Ordering::Relaxed);
        Some(&entry.fields)
    }

    /// The entries that no look-up used, in the order of the paths they describe; complete only after all look-ups.
    #[must_use]
    pub fn unused(&self) -> Vec<Reject> {
        let rows = self.rows.iter().map(|(path, entry)| (path.clone(), entry));
        let objects = self.objects.iter().map(|(stem, entry)| (format!("{stem} (with any ending)"), entry));
        let unused = rows.chain(objects).filter(|(_, entry)| !entry.used.load(Ordering::Relaxed));
        let reject = |(about, entry): (String, &Entry)| {
            let message = format!(
                "metadata of {about}, but no article with this path was read, or a sidecar nearer to it was used; \
                 correct the path, or remove the entry"
            );
            let (record, byte_offset) = (entry.record.clone(), entry.byte_offset);
            Reject { record, byte_offset, ..reject(&entry.source_path, "unmatched_metadata", message) }
        };
        unused.map(reject).collect()
    }
}

impl Entry {
    fn new(fields: Vec<(String, Value)>, source_path: &str, record: Option<String>, byte_offset: Option<u64>) -> Self {
        Self { fields, source_path: source_path.to_owned(), record, byte_offset, used: AtomicBool::new(false) }
    }
}

fn insert(entries: &mut BTreeMap<String, Entry>, path: String, entry: Entry, rejects: &mut Vec<Reject>) {
    match entries.entry(path) {
        MapEntry::Vacant(vacant) => {
            vacant.insert(entry);
        }
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

/// The form in which paths are compared.
fn key(path: &str) -> String {
    // Some systems store names decomposed, and tables written elsewhere spell them composed.
    path.nfc().collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::super::settings::{Limits, Selection};
    use super::*;

    const SETTINGS: SourceSettings<'static> = SourceSettings {
        limits: Limits { max_leaf_bytes: 1 << 16 },
        encoding: None,
        text_names: &[],
        wanted: &|_| Selection::Read,
    };

    fn table(files: &[(&str, &[u8])]) -> (SidecarTable, Vec<Reject>) {
        let (mut table, mut rejects) = (SidecarTable::default(), Vec::new());
        for (path, bytes) in files {
            table.add_file(Cursor::new(bytes.to_vec()), path, &SETTINGS, &mut rejects);
        }
        (table, rejects)
    }

    fn titles(table: &SidecarTable, path: &str) -> Vec<String> {
        table.lookup(path).into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn articles_find_their_metadata() {
        let rows = "title, File \nأ,./a.txt\nب,sub\\b.txt.gz\nج,../c.txt\nد,nowhere.txt\n";
        let (table, rejects) = table(&[
            ("d/metadata.csv", rows.as_bytes()),
            ("d/a.txt.json", br#"{"title":"nearest"}"#),
            ("e/x.json", br#"{"title":"any ending"}"#),
        ]);
        assert_eq!(rejects, []);
        assert_eq!(titles(&table, "d/a.txt"), ["title=\"nearest\""]);
        assert_eq!(titles(&table, "d/sub/b.txt.gz"), ["title=\"ب\""]);
        assert_eq!(titles(&table, "c.txt"), ["title=\"ج\""]);
        assert_eq!(titles(&table, "e/x.html.gz"), ["title=\"any ending\""]);
        assert_eq!(titles(&table, "e/y.txt"), [""; 0]);
        let unused: Vec<_> = table.unused().into_iter().map(|reject| (reject.record, reject.code)).collect();
        let expected = ["row 1", "row 4"].map(|row| (Some(row.to_owned()), "unmatched_metadata"));
        assert_eq!(unused, expected, "the row that a nearer file overrode, and the one whose path is wrong");
    }

    #[test]
    fn composed_and_decomposed_names_are_the_same() {
        let (table, _) = table(&[("metadata.csv", "path,n\nأخبار.txt,1\n".as_bytes())]);
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
        let (table, rejects) = table(&[("a.zip", &zip)]);
        assert_eq!(rejects, [], "files that are no sidecars are not reported");
        assert_eq!(titles(&table, "a.zip!/d/x.txt"), ["title=\"عنوان\""]);
        assert_eq!(table.unused(), []);
    }

    #[test]
    fn faults_of_sidecars_are_reported() {
        let (table, rejects) = table(&[
            ("a/metadata.csv", b"title\nx\n"),
            ("b/metadata.csv", b"path,title\nx.txt,1\nx.txt,2\ny.txt\n"),
            ("c/x.json", b"[1]"),
        ]);
        let reported: Vec<_> = rejects.iter().map(|reject| (reject.source_path.as_str(), reject.code)).collect();
        let expected = [
            ("a/metadata.csv", "broken_header"),
            ("b/metadata.csv", "duplicate_path"),
            ("b/metadata.csv", "broken_record"),
            ("c/x.json", "broken_record"),
        ];
        assert_eq!(reported, expected);
        assert_eq!(titles(&table, "b/x.txt"), ["title=\"1\""], "the first entry counts");
    }
}

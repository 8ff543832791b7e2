//! Taking a build out of Parquet: rows as JSON, or the repaired text, for tools that read neither Arrow nor SQL.
//!
//! Rows are streamed, one batch at a time. Invariant: a file that is exported appears whole or not at all, and nothing that is
//! there already is written over.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrow::json::writer::LineDelimited;
use arrow::json::{Writer, WriterBuilder};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{DatasetError, part_files};
use engine::document::Origin;
use engine::tables::schema::Table;

/// Rows read at once.
const BATCH_ROWS: usize = 4096;

/// Bytes of the longest name of a file or folder.
const LONGEST_NAME: usize = 255;
/// What the name of a file ends with until it is whole.
const PART: &str = ".part";

/// What an export is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// One JSON object a row, one a line.
    Jsonl,
    /// The repaired text, sentences on lines of their own; of articles, with a blank line after each.
    Text,
}

impl ExportFormat {
    /// The ending of a file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Text => "txt",
        }
    }
}

/// Writes all rows of a table of a build to one stream, which messages call `name`.
///
/// # Errors
/// Where a table cannot be read or the stream not be written.
pub fn export_all(
    build: &Path,
    table: Table,
    format: ExportFormat,
    name: &Path,
    out: &mut dyn Write,
) -> Result<(), DatasetError> {
    for batch in batches(build, table)? {
        write_rows(&batch?, table, format, out).map_err(|source| DatasetError::io(name, source))?;
    }
    out.flush().map_err(|source| DatasetError::io(name, source))
}

/// Writes all rows of a table of a build to one file, which must not be there yet.
///
/// # Errors
/// Where it is, a table cannot be read or the file not be written.
pub fn export_to_file(build: &Path, table: Table, format: ExportFormat, file: &Path) -> Result<(), DatasetError> {
    let mut out = NewFile::create(file.to_owned())?;
    export_all(build, table, format, file, &mut out.stream)?;
    out.finish()
}

/// Writes the rows of each article to a file of its own below a folder, and returns how many: named as its source is, or where the
/// source is a file of many articles, by its id in a folder of the source's name. Rejects belong to no article and go by their source.
/// A name that is too long for a file is cut, and ends in a hash of itself.
///
/// # Errors
/// Where such a file is there already, a table cannot be read or a file not be written.
pub fn export_articles(build: &Path, table: Table, format: ExportFormat, folder: &Path) -> Result<usize, DatasetError> {
    let mut open: Option<(PathBuf, NewFile)> = None;
    let mut count = 0;
    for batch in batches(build, table)? {
        let batch = batch?;
        let paths = text_column(&batch, "source_path");
        let ids = (table != Table::Rejects).then(|| text_column(&batch, "article_id"));
        let is_same = |one: usize, other: usize| {
            paths.value(one) == paths.value(other) && ids.is_none_or(|ids| ids.value(one) == ids.value(other))
        };
        let mut start = 0;
        while start < batch.num_rows() {
            let rows = (start..batch.num_rows()).take_while(|row| is_same(*row, start)).count();
            let path = article_file(folder, paths.value(start), ids.map(|ids| ids.value(start)), format)?;
            if open.as_ref().is_none_or(|(open, _)| *open != path) {
                let next = NewFile::create(path.clone())?;
                count += 1;
                if let Some((_, finished)) = open.replace((path, next)) {
                    finished.finish()?;
                }
            }
            let (path, file) = open.as_mut().expect("opened above");
            write_rows(&batch.slice(start, rows), table, format, &mut file.stream)
                .map_err(|source| DatasetError::io(path, source))?;
            start += rows;
        }
    }
    open.map_or(Ok(()), |(_, last)| last.finish())?;
    Ok(count)
}

/// The file of an article. A path that would lead out of the folder is refused.
fn article_file(
    folder: &Path,
    source_path: &str,
    article_id: Option<&str>,
    format: ExportFormat,
) -> Result<PathBuf, DatasetError> {
    let source = Path::new(source_path);
    if !source.components().all(|component| matches!(component, Component::Normal(_))) {
        return Err(DatasetError::Io {
            path: source_path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidInput, "leads out of the folder"),
        });
    }
    let whole = Origin { source_path: source_path.to_owned(), record: None };
    let name = match article_id.filter(|id| *id != whole.article_id()) {
        Some(id) => format!("{source_path}/{id}"),
        None => source_path.to_owned(),
    };
    let ending = format!(".{}", format.extension());
    let (folders, file) = name.rsplit_once('/').map_or((None, name.as_str()), |(folders, file)| (Some(folders), file));
    let folders = folders.into_iter().flat_map(|folders| folders.split('/'));
    let folder = folder.join(folders.map(|name| short_name(name, LONGEST_NAME)).collect::<PathBuf>());
    let file = short_name(file, LONGEST_NAME - PART.len() - ending.len());
    Ok(folder.join(format!("{file}{ending}")))
}

/// A name of no more bytes: of one that is longer the beginning, and a hash of all of it, so that no other name gives the same. Names of
/// sources may be as long as a file system lets them, or longer in an archive, and an ending makes them longer still.
fn short_name(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let hash = &blake3::hash(name.as_bytes()).to_hex()[..16];
    let kept = name.floor_char_boundary(most.saturating_sub(hash.len() + 1));
    format!("{}~{hash}", &name[..kept])
}

/// A batch of rows, or why there is none.
type Batch = Result<RecordBatch, DatasetError>;

/// The batches of a table's files, in order; each file is opened when it is its turn.
fn batches(build: &Path, table: Table) -> Result<impl Iterator<Item = Batch>, DatasetError> {
    let files = part_files(build, table)?;
    let opened = |path: PathBuf| -> Box<dyn Iterator<Item = Batch>> {
        match batches_of(path) {
            Ok(batches) => Box::new(batches),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    };
    Ok(files.into_iter().flat_map(opened))
}

fn batches_of(path: PathBuf) -> Result<impl Iterator<Item = Batch>, DatasetError> {
    let file = File::open(&path).map_err(|source| DatasetError::io(&path, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| failed(&path, source))?;
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(|source| failed(&path, source))?;
    Ok(reader.map(move |batch| batch.map_err(|source| failed(&path, source))))
}

fn failed(place: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DatasetError {
    DatasetError::Io { path: place.display().to_string(), source: std::io::Error::other(source) }
}

fn write_rows(batch: &RecordBatch, table: Table, format: ExportFormat, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        ExportFormat::Jsonl => {
            let mut writer: Writer<_, LineDelimited> = WriterBuilder::new().with_explicit_nulls(true).build(out);
            writer.write(batch).and_then(|()| writer.finish()).map_err(|error| match error {
                // As it came: a reader that has gone away must be known for what it is.
                ArrowError::IoError(_, source) => source,
                error => std::io::Error::other(error),
            })
        }
        ExportFormat::Text => {
            let end = if table == Table::Articles { "\n\n" } else { "\n" };
            let mut texts = text_column(batch, "text").iter().flatten();
            texts.try_for_each(|text| write!(out, "{text}{end}"))
        }
    }
}

fn text_column<'b>(batch: &'b RecordBatch, name: &str) -> &'b StringArray {
    batch.column_by_name(name).expect("a column of the schema").as_string()
}

/// A file that takes its name when it is finished, and is gone where it is not.
pub(crate) struct NewFile {
    path: PathBuf,
    part: PathBuf,
    stream: BufWriter<File>,
}

impl NewFile {
    pub(crate) fn create(path: PathBuf) -> Result<Self, DatasetError> {
        if path.exists() {
            let there = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "is there already; name another place");
            return Err(DatasetError::io(&path, there));
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| DatasetError::io(folder, source))?;
        }
        let mut part = path.clone().into_os_string();
        part.push(PART);
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|source| DatasetError::io(&part, source))?;
        Ok(Self { path, part, stream: BufWriter::new(file) })
    }

    pub(crate) fn finish(mut self) -> Result<(), DatasetError> {
        let written = self.stream.flush().and_then(|()| std::fs::rename(&self.part, &self.path));
        written.map_err(|source| DatasetError::io(&self.path, source))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Renamed away where it was finished; what cannot be removed stays with a name that tells.
        let _ = std::fs::remove_file(&self.part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_stay_apart() {
        let file =
            |source: &str, id| article_file(Path::new("to"), source, id, ExportFormat::Jsonl).expect("within the folder");
        assert_eq!(file("a/b.txt", None), Path::new("to/a/b.txt.jsonl"));
        assert_eq!(file("a/b.csv", Some("0123")), Path::new("to/a/b.csv/0123.jsonl"));
        let longest = "x".repeat(LONGEST_NAME - ".jsonl.part".len());
        assert_eq!(file(&longest, None), Path::new("to").join(format!("{longest}.jsonl")), "what fits is left as it is");
        for name in ["x".repeat(254), "خ".repeat(127), "خ".repeat(900)] {
            let (one, other) = (file(&format!("{name}.txt"), None), file(&format!("{name}.csv"), None));
            assert_ne!(one, other);
            assert_eq!(one, file(&format!("{name}.txt"), None), "the same in every export");
            let inner = file(&format!("{name}!/{name}/{name}"), Some("0123"));
            for component in one.components().chain(other.components()).chain(inner.components()) {
                assert!(component.as_os_str().len() <= LONGEST_NAME, "{}", component.as_os_str().len());
            }
            for path in [&one, &other, &inner] {
                assert!(path.extension().is_some_and(|ending| ending == "jsonl"), "{}", path.display());
                assert!(path.file_name().is_some_and(|name| name.len() + PART.len() <= LONGEST_NAME), "{}", path.display());
            }
        }
    }
}

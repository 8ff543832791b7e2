//! A build without Parquet: rows as JSON, or the repaired text, for tools that read neither Arrow nor SQL.
//!
//! Rows are streamed, one batch at a time. Invariant: an exported file appears whole or not at all, and no existing file is
//! overwritten.

use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrow::json::writer::LineDelimited;
use arrow::json::{Writer, WriterBuilder};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::DatasetError;
use super::new_file::{NewFile, PART};
use super::part_file::part_files;
use engine::document::Origin;
use engine::tables::Table;

/// Rows read at once.
const BATCH_ROWS: usize = 4096;
/// Longest name of a file or folder, in bytes.
const LONGEST_NAME: usize = 255;

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// One JSON object per row and line.
    Jsonl,
    /// The repaired text, one sentence per line; a blank line follows each article.
    Text,
    /// The same with restored punctuation.
    Punctuated,
}

impl ExportFormat {
    /// The extension of a file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Text | Self::Punctuated => "txt",
        }
    }
}

/// Writes all rows of a table of a build to one stream; errors call it `name`.
///
/// # Errors
/// If the table cannot be read, or the stream cannot be written.
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

/// Writes all rows of a table of a build to one new file.
///
/// # Errors
/// If the file exists or cannot be written, or the table cannot be read.
pub fn export_to_file(build: &Path, table: Table, format: ExportFormat, file: &Path) -> Result<(), DatasetError> {
    let mut out = NewFile::create(file.to_owned())?;
    export_all(build, table, format, file, &mut out)?;
    out.finish()
}

/// Writes the rows of each article to its own file below a folder, and returns how many files there are.
///
/// A file is named after its source. If the source holds several articles, each is named after its id, in a folder named
/// after the source. Rejects belong to no article and are grouped by source. A name too long for a file is cut and ends in a
/// hash of the whole.
///
/// # Errors
/// If such a file exists or cannot be written, or the table cannot be read.
pub fn export_articles(build: &Path, table: Table, format: ExportFormat, folder: &Path) -> Result<usize, DatasetError> {
    let mut open: Option<NewFile> = None;
    let mut count = 0;
    for batch in batches(build, table)? {
        let batch = batch?;
        let mut start = 0;
        while start < batch.num_rows() {
            let (source_path, id, rows) = article_at(&batch, table, start)?;
            let path = article_file(folder, source_path, id, format)?;
            // An article whose rows go on in the next batch goes on in the same file.
            if open.as_ref().is_none_or(|open| open.path() != path) {
                let next = NewFile::create(path)?;
                count += 1;
                if let Some(finished) = open.replace(next) {
                    finished.finish()?;
                }
            }
            let file = open.as_mut().expect("opened above");
            let written = write_rows(&batch.slice(start, rows), table, format, file);
            written.map_err(|source| DatasetError::io(file.path(), source))?;
            start += rows;
        }
    }
    open.map_or(Ok(()), NewFile::finish)?;
    Ok(count)
}

/// The article that a row begins: its source, its id (rejects have none), and how many rows of the batch it has.
fn article_at(batch: &RecordBatch, table: Table, start: usize) -> Result<(&str, Option<&str>, usize), DatasetError> {
    let paths = text_column(batch, "source_path")?;
    let ids = if table == Table::Rejects { None } else { Some(text_column(batch, "article_id")?) };
    let key = |row: usize| (paths.value(row), ids.map(|ids| ids.value(row)));
    let (source_path, id) = key(start);
    let rows = (start..batch.num_rows()).take_while(|row| key(*row) == (source_path, id)).count();
    Ok((source_path, id, rows))
}

/// The file of an article. A source path that would lead out of the folder is refused.
fn article_file(
    folder: &Path,
    source_path: &str,
    article_id: Option<&str>,
    format: ExportFormat,
) -> Result<PathBuf, DatasetError> {
    let source = Path::new(source_path);
    // Paths come from the table, which may be anybody's: an absolute one or `..` would write outside the folder.
    if !source.components().all(|component| matches!(component, Component::Normal(_))) {
        return Err(DatasetError::Io {
            path: source_path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidInput, "leads out of the folder"),
        });
    }
    // The id of an article that is a whole file follows from its path alone; any other id is that of a record in the file.
    let whole = Origin { source_path: source_path.to_owned(), record: None };
    let name = match article_id.filter(|id| *id != whole.article_id()) {
        Some(id) => format!("{source_path}/{id}"),
        None => source_path.to_owned(),
    };
    let ending = format!(".{}", format.extension());
    let (folders, file) = name.rsplit_once('/').map_or((None, name.as_str()), |(folders, file)| (Some(folders), file));
    let folders = folders.into_iter().flat_map(|folders| folders.split('/'));
    let folder = folder.join(folders.map(|name| short_name(name, LONGEST_NAME)).collect::<PathBuf>());
    // Until it is finished the file has the part's ending as well, and that longer name must fit too.
    let file = short_name(file, LONGEST_NAME - PART.len() - ending.len());
    Ok(folder.join(format!("{file}{ending}")))
}

/// A name of at most `most` bytes: a longer one is cut and gets a hash of the whole, so that no other name becomes the same.
/// A source's name may be as long as the file system allows, longer in an archive, and the extension comes on top.
fn short_name(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let hash = &blake3::hash(name.as_bytes()).to_hex()[..16];
    let kept = name.floor_char_boundary(most.saturating_sub(hash.len() + 1));
    format!("{}~{hash}", &name[..kept])
}

/// A batch of rows, or the error reading it.
type Batch = Result<RecordBatch, DatasetError>;

/// The batches of a table's files, in order; each file is opened when its turn comes.
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
            // Nulls are written, so that every line has the same keys.
            let mut writer: Writer<_, LineDelimited> = WriterBuilder::new().with_explicit_nulls(true).build(out);
            writer.write(batch).and_then(|()| writer.finish()).map_err(|error| match error {
                // Unwrapped, so that callers recognise a broken pipe.
                ArrowError::IoError(_, source) => source,
                error => std::io::Error::other(error),
            })
        }
        ExportFormat::Text | ExportFormat::Punctuated => {
            let column = if format == ExportFormat::Text { "text" } else { "text_punctuated" };
            let end = if table == Table::Articles { "\n\n" } else { "\n" };
            let texts = text_column(batch, column).map_err(std::io::Error::other)?;
            texts.iter().flatten().try_for_each(|text| write!(out, "{text}{end}"))
        }
    }
}

/// A column of text. By name, since the table is known only at run time.
fn text_column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt());
    column.ok_or_else(|| ArrowError::SchemaError(format!("the table has no column {name} of text")))
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
        assert_eq!(file(&longest, None), Path::new("to").join(format!("{longest}.jsonl")), "a name that fits stays");
        for name in ["x".repeat(254), "خ".repeat(127), "خ".repeat(900)] {
            let (one, other) = (file(&format!("{name}.txt"), None), file(&format!("{name}.csv"), None));
            assert_ne!(one, other);
            assert_eq!(one, file(&format!("{name}.txt"), None), "the same name in every export");
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

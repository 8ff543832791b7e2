//! A build for programs that read no Parquet: as tables, as text, as annotated corpora.
//!
//! ```text
//!                 ┌─ stored: batches ─┬─ whole ─▶ jsonl, text ───────────────────────┐
//! build (Parquet) ┤                   └─ flat ──┬─ cells ─▶ csv, tsv, xlsx, json ────┼─ files ─▶ one, or one for each article or section
//!                 └─ each_item ───────┬─ tokens ┘                                    │
//!                                     └─ documents ─▶ conllu, tei ───────────────────┘
//! ```
//!
//! A walk reads the build an article at a time, turns to the article's file and hands rows to the encoder of that file. Each format has a file here.
//!
//! Invariant: memory does not depend on the size of the build. An exported file appears whole or not at all, and no existing file
//! is overwritten. What articles say is data in every format: no formula, no markup, no border between cells.

mod cell;
mod characters;
mod conllu;
#[cfg(feature = "analysis")]
mod counts;
mod csv;
mod documents;
mod files;
mod flat;
mod format;
mod json;
mod names;
mod pieces;
mod place;
mod stored;
mod tei;
mod tokens;
mod tsv;
mod whole;
mod xlsx;
mod xml;

use std::path::Path;
use std::rc::Rc;

use cell::{Cell, RowEncoder};
use documents::DocumentEncoder;
use files::{Files, Make};
use flat::FlatTable;
use stored::each_run;

use crate::dataset::DatasetError;
use engine::tables::Table;

pub use files::{Exported, Target};
pub use format::{Each, Export, ExportFormat, ExportTable};

/// Writes a table of a build.
///
/// With a file for each article, the file is named after the article's source. If the source holds several articles, each is named
/// after its id, in a folder named after the source. Rejects belong to no article and are grouped by source. A name too long for a
/// file is cut and ends in a hash of the whole.
///
/// # Errors
/// If a file exists or cannot be written, or the tables cannot be read.
pub fn export(build: &Path, export: Export, target: Target<'_>) -> Result<Exported, DatasetError> {
    match (export.format, export.table.stored()) {
        (ExportFormat::Conllu | ExportFormat::Tei, _) => documents::write(build, document_files(build, export, target)?),
        (ExportFormat::Jsonl | ExportFormat::Text | ExportFormat::Punctuated, Some(table)) => {
            whole::export(build, table, export.format, target)
        }
        (_, Some(table)) => export_flat(build, table, export, target),
        #[cfg(feature = "analysis")]
        (_, None) if export.table == ExportTable::Counts => export_counts(build, export, target),
        (_, None) => export_tokens(build, export, target),
    }
}

fn export_flat(build: &Path, table: Table, export: Export, target: Target<'_>) -> Result<Exported, DatasetError> {
    let flat = FlatTable::of(table);
    let mut files = row_files(export, flat.names().collect(), target)?;
    each_run(
        build,
        table,
        flat::is_wanted,
        &mut files,
        |batch| flat.values(batch),
        |values, run, files| {
            for row in run.start..run.end {
                let cells: Vec<Cell<'_>> = values.iter().map(|values| values.cell(row, run.article)).collect();
                files.write(|encoder, out| encoder.row(&cells, out))?;
            }
            Ok(())
        },
    )?;
    files.finish()
}

#[cfg(feature = "analysis")]
fn export_counts(build: &Path, export: Export, target: Target<'_>) -> Result<Exported, DatasetError> {
    let mut files = row_files(export, counts::COLUMNS.map(str::to_owned).into(), target)?;
    counts::write(build, &mut files)?;
    files.finish()
}

fn export_tokens(build: &Path, export: Export, target: Target<'_>) -> Result<Exported, DatasetError> {
    let is_all = export.table == ExportTable::Tokens;
    let columns = if is_all { tokens::TOKENS } else { tokens::REPAIRS };
    let mut files = row_files(export, columns.iter().map(|(name, _)| (*name).to_owned()).collect(), target)?;
    if is_all {
        tokens::write(build, columns, |_| true, &mut files)?;
    } else {
        tokens::write(build, columns, |token| token.is_repaired() || token.is_doubtful, &mut files)?;
    }
    files.finish()
}

/// The files of a flat table.
fn row_files<'t>(
    export: Export,
    columns: Rc<[String]>,
    target: Target<'t>,
) -> Result<Files<'t, dyn RowEncoder>, DatasetError> {
    let Export { format, table, mark, .. } = export;
    let make: Make<'t, dyn RowEncoder> = Box::new(move || {
        let columns = Rc::clone(&columns);
        match format {
            ExportFormat::Csv => Box::new(csv::Csv { columns, mark }),
            ExportFormat::Tsv => Box::new(tsv::Tsv { columns, mark }),
            ExportFormat::Xlsx => Box::new(xlsx::Xlsx::new(columns, table.name())),
            _ => Box::new(json::Objects { columns }),
        }
    });
    Files::new(target, format.extension(), make)
}

/// The files of whole articles.
fn document_files<'t>(
    build: &Path,
    export: Export,
    target: Target<'t>,
) -> Result<Files<'t, dyn DocumentEncoder>, DatasetError> {
    let Export { format, punctuated, .. } = export;
    let is_article = matches!(target, Target::Folder(Each::Article, _));
    let build_id = build.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let make: Make<'t, dyn DocumentEncoder> = Box::new(move || match format {
        ExportFormat::Conllu => Box::new(conllu::Conllu::new(punctuated)),
        _ if is_article => Box::new(tei::Tei::article()),
        _ => Box::new(tei::Tei::corpus(build_id.clone())),
    });
    Files::new(target, format.extension(), make)
}

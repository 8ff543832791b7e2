//! `tarmim export`: a build as JSONL or plain text, in one file or one per article.

use std::path::Path;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::wording::counted;
use crate::cli::ExportArgs;
use crate::dataset::export::{ExportFormat, export_all, export_articles, export_to_file};
use crate::progress::Progress;
use engine::tables::schema::Table;

/// Writes a table of a build.
pub(super) fn export(config: &Path, args: ExportArgs, progress: &Progress) -> Result<(), Error> {
    let ExportArgs { format, to, table, each_article, build, output } = args;
    if format != ExportFormat::Jsonl && !matches!(table, Table::Articles | Table::Sentences) {
        let name = table.name();
        return Err(Error::Usage(format!("--table {name}: only articles and sentences have text; export {name} as jsonl")));
    }
    let build = build_folder(&output_folder(config, output)?, build.as_deref())?;
    if to == Path::new("-") {
        if each_article {
            return Err(Error::Usage("--each-article: name a folder, not standard output".to_owned()));
        }
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        return Ok(export_all(&build, table, format, Path::new("standard output"), &mut out)?);
    }
    if each_article {
        let count = export_articles(&build, table, format, &to)?;
        progress.message(&format!("{} written to {}", counted(count, "file"), to.display()));
        return Ok(());
    }
    export_to_file(&build, table, format, &to)?;
    progress.message(&format!("{} written", to.display()));
    Ok(())
}

//! `tarmim export`: a build as tables, text or an annotated corpus, in one file or several.

use std::path::Path;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::wording::counted;
use crate::cli::ExportArgs;
use crate::export::{Each, Export, ExportFormat, ExportTable, Exported, Target, export as write};
use crate::progress::Progress;
use crate::shown;

/// Writes a table of a build.
pub(super) fn export(config: &Path, args: ExportArgs, progress: &Progress) -> Result<(), Error> {
    let what = checked(&args)?;
    let ExportArgs { to, each, build, output, .. } = args;
    let build = build_folder(&output_folder(config, output)?, build.as_deref())?;
    if to == Path::new("-") {
        return to_standard_output(&build, what, progress);
    }
    let target = each.map_or_else(|| Target::File(to.clone()), |each| Target::Folder(each, to.clone()));
    let exported = write(&build, what, target)?;
    progress.message(&match each {
        Some(_) => format!("{} written to {}", counted(exported.files, "file"), shown::path(&to)),
        None => format!("{} written", shown::path(&to)),
    });
    warn_of_cuts(exported, progress);
    Ok(())
}

fn to_standard_output(build: &Path, what: Export, progress: &Progress) -> Result<(), Error> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let exported = write(build, what, Target::Stream(&mut out, "standard output"))?;
    warn_of_cuts(exported, progress);
    Ok(())
}

fn warn_of_cuts(exported: Exported, progress: &Progress) {
    if exported.cut > 0 {
        let cells = counted(exported.cut, "cell");
        progress
            .message(&format!("warning: {cells} cut to what a spreadsheet can hold; export as jsonl or csv to have all"));
    }
}

/// What the arguments ask for, if it is possible.
fn checked(args: &ExportArgs) -> Result<Export, Error> {
    let ExportArgs { format, table, .. } = *args;
    let name = format.name();
    let impossible = |message: String| Err(Error::Usage(message));
    if let Some(table) = table.filter(|_| format.is_document()) {
        let table = table.name();
        return impossible(format!("--table {table}: {name} writes whole articles; leave it out, or export {table} as csv"));
    }
    let table = table.unwrap_or(ExportTable::Articles);
    if format.is_text() && !matches!(table, ExportTable::Articles | ExportTable::Sentences) {
        let table = table.name();
        return impossible(format!(
            "--table {table}: only articles and sentences have text; export {table} as jsonl or csv"
        ));
    }
    if args.each == Some(Each::Section) && table == ExportTable::Rejects {
        return impossible(
            "--each section: rejects belong to no section; leave --each out, or give --each article".to_owned(),
        );
    }
    if args.each.is_some() && !table.is_of_articles() {
        let table = table.name();
        return impossible(format!("--each: {table} has one row for many articles; leave --each out"));
    }
    if args.each.is_some() && args.to == Path::new("-") {
        return impossible("--each: name a folder, not standard output".to_owned());
    }
    if args.bom && !format.may_have_mark() {
        return impossible(format!("--bom: only csv and tsv may begin with a byte order mark; leave it out for {name}"));
    }
    if args.punctuated && format != ExportFormat::Conllu {
        return impossible(format!(
            "--punctuated: only conllu can be with or without restored marks; leave it out for {name}, or export punctuated"
        ));
    }
    Ok(Export { format, table, punctuated: args.punctuated, mark: args.bom })
}

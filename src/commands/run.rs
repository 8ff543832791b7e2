//! `tarmim run`: builds the dataset and summarises it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::Error;
use super::lineage::Lineage;
use super::metrics;
use super::opening::open_setup;
use super::printing::print;
use super::wording::counted;
use crate::cli::RunArgs;
use crate::config::{NamedFiles, PipelineFile};
use crate::dataset::{Counts, Described, Manifest, ReviewSummary, RollBack};
use crate::interrupt::Interrupt;
use crate::pipeline::{self, RunOptions, RunOutcome};
use crate::progress::Progress;
use crate::shown;
use crate::terminal::Printer;

/// Runs the pipeline, and writes its metrics however it ends.
pub(super) fn run(config: &Path, mut args: RunArgs, progress: &Progress, talk: (bool, Printer)) -> Result<(), Error> {
    let (started, metrics) = (Instant::now(), args.metrics.take());
    let mut output = args.overrides.output.clone();
    let ended = run_pipeline(config, args, progress, talk, &mut output);
    if let Some(file) = metrics {
        // A faulty configuration may still say where the builds are.
        let configured =
            || PipelineFile::open(config, NamedFiles::Ignore).ok().map(|(file, _)| file.settings.dataset.output);
        let output = output.or_else(configured);
        let exit_code = ended.as_ref().err().map_or(0, Error::exit_code);
        if let Err(error) = metrics::write(&file, output.as_deref(), exit_code, started.elapsed().as_secs_f64()) {
            // How the run ended matters more than its metrics.
            progress.message(&format!("warning: the metrics of the run could not be written: {error}"));
        }
    }
    ended
}

/// Runs the pipeline; `place` becomes the output folder once it is known.
fn run_pipeline(
    config: &Path,
    args: RunArgs,
    progress: &Progress,
    (quiet, printer): (bool, Printer),
    place: &mut Option<PathBuf>,
) -> Result<(), Error> {
    let started = Instant::now();
    let interrupt = Interrupt::install().map_err(|source| Error::Io { what: "signal handlers".to_owned(), source })?;
    let options = RunOptions { limit: args.limit.map(NonZeroUsize::get), force: args.force };
    let setup = open_setup(config, args.overrides)?;
    // The pipeline consumes the setup, and the summary still has to name the folder.
    let output = setup.settings.dataset.output.clone();
    *place = Some(output.clone());
    setup.vocabulary.warnings().iter().for_each(|warning| progress.message(&shown::warning(warning)));
    let lineage = args.lineage.map(|log| Lineage::begin(log, &setup)).transpose()?;
    let outcome = pipeline::run(setup, options, progress, &interrupt);
    // How the run ended matters more than its log.
    if let Some(Err(error)) = lineage.map(|lineage| lineage.end(outcome.as_ref())) {
        progress.message(&format!("warning: the end of the run could not be logged: {error}"));
    }
    let outcome = outcome?;
    let (event, summary) = summarised(&outcome, started.elapsed().as_secs_f64());
    let manifest = outcome.manifest();
    let build = output.join("builds").join(&manifest.build_id);
    if matches!(progress, Progress::Json) {
        let data = json!({ "build_id": manifest.build_id, "build": build, "counts": manifest.counts, "run": manifest.run });
        progress.event(event, &summary, &data);
    }
    if quiet {
        return Ok(());
    }
    // A manifest lists the work of the run that published it; a run that found nothing to do must not claim that work.
    let work = matches!(outcome, RunOutcome::Published(_)).then_some(&manifest.run.work);
    print(printer, &describe(&summary, manifest, work, &output))
}

/// The name of the event that ended a run, and its wording for people, which the build's id follows.
fn summarised(outcome: &RunOutcome, seconds: f64) -> (&'static str, String) {
    match outcome {
        RunOutcome::UpToDate(_) => ("up_to_date", "up to date: nothing has changed since".to_owned()),
        RunOutcome::RolledBack(_, RollBack { from, at, .. }) => {
            let from = from.join(", ");
            let why =
                format!("rolled back from {from} on {at}, and nothing has changed since (`run --force` rebuilds); current:");
            ("rolled_back", why)
        }
        RunOutcome::Published(_) => ("published", format!("published in {seconds:.1} s:")),
    }
}

/// The end of a run for people: counts, reasons, and a query to begin with.
fn describe(summary: &str, manifest: &Manifest, work: Option<&BTreeMap<String, usize>>, output: &Path) -> String {
    let Counts {
        inputs,
        articles,
        described,
        rejects,
        dropped,
        sentences,
        keywords,
        tokens,
        repaired,
        unresolved,
        misread,
        foreign,
        corrected,
    } = manifest.counts;
    let current = shown::path(&output.join("current"));
    let mut text = format!("{summary} build {} in {current}\n", manifest.build_id);
    let percent = |part: usize| percent(part, tokens);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  {}, {}, {}, {}",
        counted(articles, "article"),
        counted(sentences, "sentence"),
        counted(tokens, "token"),
        counted(keywords, "keyword hit")
    );
    let _ = writeln!(
        text,
        "  {} repaired ({}), {unresolved} left unexplained ({})",
        counted(repaired, "token"),
        percent(repaired),
        percent(unresolved)
    );
    if let Some(ReviewSummary { corrections, applied, places }) = manifest.review {
        let _ = writeln!(
            text,
            "  {applied} of {} by hand applied at {}, {} decided by them: see {current}/review.csv",
            counted(corrections, "correction"),
            counted(places, "place"),
            counted(corrected, "token")
        );
    }
    if let Some(Described { dates, sections, bylines }) = described {
        let _ = writeln!(text, "  {dates} of the articles with a date, {sections} with a section, {bylines} with an author");
    }
    let _ = match rejects {
        0 => writeln!(text, "  none of {} rejected", counted(inputs, "input")),
        _ => writeln!(text, "  {rejects} of {} rejected: see {current}/rejects/*.parquet", counted(inputs, "input")),
    };
    if misread > 0 {
        let _ = writeln!(
            text,
            "  {} had been read in a wrong encoding (mojibake) and restored: see articles.encoding",
            counted(misread, "article")
        );
    }
    if foreign > 0 {
        let _ =
            writeln!(text, "  {} not in Arabic, left unrepaired: articles.damage = 'foreign'", counted(foreign, "article"));
    }
    if dropped > 0 {
        let _ = writeln!(text, "  {} left out, listed there as well", counted(dropped, "duplicate"));
    }
    if let Some(work) = work {
        let _ = writeln!(text, "  {}", shown_work(work));
    }
    // A file of a partition lies in a folder below that of its table.
    let is_partitioned = manifest.files().any(|file| file.path.matches('/').count() > 1);
    let files = if is_partitioned { "**/*.parquet" } else { "*.parquet" };
    let query = format!("select text, keyword_ids from '{}/sentences/{files}' limit 10", shown::sql_string(&current));
    let _ = write!(text, "look at it:\n  {}", shown::duckdb_command(&query));
    text
}

/// The reasons why articles were processed, the most frequent first.
fn shown_work(work: &BTreeMap<String, usize>) -> String {
    let mut reasons: Vec<(&String, &usize)> = work.iter().collect();
    reasons.sort_by_key(|(_, articles)| Reverse(**articles));
    let shown: Vec<String> = reasons.iter().map(|(reason, articles)| format!("{articles} {reason}")).collect();
    format!("articles: {}", shown.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "for display")]
fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

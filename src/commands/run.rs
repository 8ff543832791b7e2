//! `tarmim run`: builds the dataset, and says what was built.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::Error;
use super::lineage::Lineage;
use super::{open_plan, print};
use crate::cli::RunArgs;
use crate::dataset::{Counts, Manifest, RollBack};
use crate::interrupt::Interrupt;
use crate::pipeline::{self, RunOptions, RunOutcome};
use crate::progress::Progress;

/// Runs the pipeline.
pub(super) fn run(config: &Path, args: RunArgs, progress: Progress, quiet: bool) -> Result<(), Error> {
    let started = Instant::now();
    let interrupt = Interrupt::install().map_err(|source| Error::Io { what: "signal handlers".to_owned(), source })?;
    let options = RunOptions { limit: args.limit.map(NonZeroUsize::get), force: args.force };
    let plan = open_plan(config, args.overrides)?;
    let output = plan.output.clone();
    let lineage = args.lineage.map(|log| Lineage::begin(log, &plan)).transpose()?;
    let outcome = pipeline::run(plan, options, progress, &interrupt);
    // How the run ended counts for more than the record of it.
    if let Some(Err(error)) = lineage.map(|lineage| lineage.end(outcome.as_ref())) {
        progress.message(&format!("warning: no lineage event of the end: {error}"));
    }
    let outcome = outcome?;
    let (event, summary) = match &outcome {
        RunOutcome::UpToDate(_) => ("up_to_date", String::from("up to date: nothing has changed since")),
        RunOutcome::RolledBack(_, RollBack { from, at, .. }) => {
            let from = from.join(", ");
            let why =
                format!("rolled back from {from} on {at}, and nothing has changed since (`run --force` builds anew); kept:");
            ("rolled_back", why)
        }
        RunOutcome::Published(_) => ("published", format!("published in {:.1} s:", started.elapsed().as_secs_f64())),
    };
    let manifest = outcome.manifest();
    let place = output.join("builds").join(&manifest.build_id);
    if progress == Progress::Json {
        let data = json!({ "build_id": manifest.build_id, "build": place, "counts": manifest.counts, "run": manifest.run });
        progress.event(event, &summary, &data);
    }
    if quiet {
        return Ok(());
    }
    // What the run that published the build had to do is no news of one that found nothing to do.
    let work = matches!(outcome, RunOutcome::Published(_)).then_some(&manifest.run.work);
    print(&describe(&summary, manifest, work, &output))
}

fn describe(summary: &str, manifest: &Manifest, work: Option<&BTreeMap<String, usize>>, output: &Path) -> String {
    let Counts { inputs, articles, rejects, dropped, sentences, keywords, tokens, repaired, unresolved } = manifest.counts;
    let current = output.join("current");
    let current = current.display();
    let mut text = format!("{summary} build {} in {current}\n", manifest.build_id);
    let percent = |part: usize| percent(part, tokens);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {articles} articles, {sentences} sentences, {tokens} tokens, {keywords} keyword hits");
    let _ = writeln!(
        text,
        "  {repaired} tokens repaired ({}), {unresolved} left unexplained ({})",
        percent(repaired),
        percent(unresolved)
    );
    let _ = match rejects {
        0 => writeln!(text, "  none of {inputs} inputs rejected"),
        _ => writeln!(text, "  {rejects} of {inputs} inputs rejected: see {current}/rejects/*.parquet"),
    };
    if dropped > 0 {
        let _ = writeln!(text, "  {dropped} copies left out, listed there too");
    }
    if let Some(work) = work {
        let _ = writeln!(text, "  {}", shown_work(work));
    }
    let is_parted = manifest.files().any(|file| file.path.matches('/').count() > 1);
    let files = if is_parted { "**/*.parquet" } else { "*.parquet" };
    let _ =
        write!(text, "look at it:\n  duckdb -c \"select text, keyword_ids from '{current}/sentences/{files}' limit 10\"");
    text
}

/// What was done, the most frequent reason first.
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

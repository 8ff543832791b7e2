//! `tarmim plan`: what a run would do, and why, without doing it.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::Error;
use super::opening::open_setup;
use super::printing::{print, print_data};
use super::remarks::shown_rejects;
use super::wording::counted;
use crate::cache::StageName;
use crate::cli::PlanArgs;
use crate::pipeline::{Preview, PreviewedArticle, preview};
use crate::shown;
use crate::terminal::Printer;

/// Prints what a run would do.
pub(super) fn plan(config: &Path, args: PlanArgs, printer: Printer) -> Result<(), Error> {
    let setup = open_setup(config, args.overrides)?;
    let preview = preview(&setup, args.list)?;
    if args.json { print_data(&as_json(&preview)) } else { print(printer, shown(&preview).trim_end()) }?;
    preview.refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

fn as_json(preview: &Preview) -> String {
    let article = |article: &PreviewedArticle| {
        json!({
            "article_id": article.origin.article_id(), "source_path": article.origin.source_path, "record": article.origin.record,
            "first_stage": article.staleness.first_stage().map(StageName::name), "reason": article.staleness.reason(),
        })
    };
    json!({
        "build_id": preview.build_id, "current": preview.current, "up_to_date": preview.is_up_to_date(),
        "rolled_back": preview.is_rolled_back(), "is_kept": preview.is_kept(), "work": preview.work,
        "rejects": preview.rejects.len(), "gone": preview.gone, "damage": preview.damage().map(ToString::to_string),
        "warnings": preview.warnings, "refusal": preview.refusal.as_ref().map(ToString::to_string),
        "articles": preview.articles.iter().map(article).collect::<Vec<_>>(),
    })
    .to_string()
}

fn shown(preview: &Preview) -> String {
    let mut text = what_would_happen(preview);
    // Writing to a string cannot fail.
    for (reason, articles) in &preview.work {
        let noun = if *articles == 1 { "article " } else { "articles" };
        let _ = writeln!(text, "  {articles:>8} {noun}  {reason}");
    }
    for (count, noun, what) in
        [(preview.gone, "article", "gone from the input"), (preview.rejects.len(), "input", "rejected")]
    {
        if count > 0 {
            let _ = writeln!(text, "           {} {what}", counted(count, noun));
        }
    }
    for line in shown_rejects(&preview.rejects) {
        let _ = writeln!(text, "    {line}");
    }
    for warning in &preview.warnings {
        let _ = writeln!(text, "  {}", shown::warning(warning));
    }
    for PreviewedArticle { origin, staleness } in &preview.articles {
        let record = origin.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
        let place = format!("{}{record}", origin.source_path);
        let _ = writeln!(text, "    {}  {}: {}", origin.article_id(), shown::on_one_line(&place), staleness.reason());
    }
    text
}

/// What becomes of the build, in a line.
fn what_would_happen(preview: &Preview) -> String {
    let Preview { build_id, current, refusal, .. } = preview;
    match (current, preview.damage()) {
        _ if preview.is_up_to_date() => format!("build {build_id} is current: a run would write nothing\n"),
        (Some(current), _) if preview.is_rolled_back() => {
            format!("rolled back from build {build_id}: a run would keep {current}\n")
        }
        _ if refusal.is_some() => format!("a run would not publish build {build_id}\n"),
        (_, Some(damage)) => format!("build {build_id} is current and damaged ({damage}): a run would make it again\n"),
        (Some(current), None) => format!("a run would publish build {build_id}; current is {current}\n"),
        (None, None) => format!("a run would publish build {build_id}, the first one\n"),
    }
}

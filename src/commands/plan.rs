//! `tarmim plan`: what a run would do, and why, without doing it.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::Error;
use super::opening::open_setup;
use super::printing::print;
use super::wording::counted;
use crate::cache::StageName;
use crate::cli::PlanArgs;
use crate::pipeline::{Preview, PreviewedArticle, preview};

/// Prints what a run would do.
pub(super) fn plan(config: &Path, args: PlanArgs) -> Result<(), Error> {
    let setup = open_setup(config, args.overrides)?;
    let preview = preview(&setup, args.list)?;
    if args.json { print(&as_json(&preview)) } else { print(shown(&preview).trim_end()) }
}

fn as_json(preview: &Preview) -> String {
    let article = |article: &PreviewedArticle| {
        json!({
            "article_id": article.origin.article_id(), "source_path": article.origin.source_path, "record": article.origin.record,
            "first_stage": article.staleness.first_stage().map(StageName::name), "reason": article.staleness.reason(),
        })
    };
    let current = preview.current.as_ref().map(|current| &current.build_id);
    json!({
        "build_id": preview.build_id, "current": current, "up_to_date": preview.is_up_to_date(),
        "rolled_back": preview.rolled_back.is_some(), "is_kept": preview.is_kept, "work": preview.work,
        "rejects": preview.rejects, "gone": preview.gone,
        "articles": preview.articles.iter().map(article).collect::<Vec<_>>(),
    })
    .to_string()
}

fn shown(preview: &Preview) -> String {
    let mut text = match (&preview.current, preview.is_up_to_date()) {
        (Some(current), false) if preview.rolled_back.is_some() => {
            format!("rolled back from build {}: a run would keep {}\n", preview.build_id, current.build_id)
        }
        (_, true) => format!("build {} is current: a run would write nothing\n", preview.build_id),
        (Some(current), false) => {
            format!("a run would publish build {}; current is {}\n", preview.build_id, current.build_id)
        }
        (None, false) => format!("a run would publish build {}, the first one\n", preview.build_id),
    };
    // Writing to a string cannot fail.
    for (reason, articles) in &preview.work {
        let noun = if *articles == 1 { "article " } else { "articles" };
        let _ = writeln!(text, "  {articles:>8} {noun}  {reason}");
    }
    for (count, noun, what) in [(preview.gone, "article", "gone from the input"), (preview.rejects, "input", "rejected")] {
        if count > 0 {
            let _ = writeln!(text, "           {} {what}", counted(count, noun));
        }
    }
    for PreviewedArticle { origin, staleness } in &preview.articles {
        let record = origin.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
        let _ = writeln!(text, "    {}  {}{record}: {}", origin.article_id(), origin.source_path, staleness.reason());
    }
    text
}

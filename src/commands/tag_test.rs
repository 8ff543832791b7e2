//! `tarmim tag-test`: what a vocabulary finds in a sentence, and why, for authors of vocabularies.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use super::opening::{RepairSetup, repair_setup};
use super::printing::print;
use super::remarks::shown_notices;
use crate::cli::TagTestArgs;
use crate::config::ConfigFault;
use crate::ingest::table_as_csv;
use crate::progress::Progress;
use crate::terminal::{Printer, isolated};
use engine::document::Document;
use engine::repair::{RepairScratch, Repaired, Repairer};
use engine::tag::{Hit, Layer, TagScratch, TagSettings, Tagger, Vocabulary};

/// Shows the hits in a text, treated as one sentence, and the terms that were dropped for lack of evidence.
pub(super) fn tag_test(
    config: Option<PathBuf>,
    args: &TagTestArgs,
    progress: &Progress,
    printer: Printer,
) -> Result<(), Error> {
    let RepairSetup { model, repair, .. } = repair_setup(config, None)?;
    let vocabulary = open_vocabulary(&args.vocabulary)?;
    for line in shown_notices(vocabulary.notices()) {
        progress.message(&line);
    }
    let repairer = Repairer::new(&model, repair)?;
    let tag_settings = TagSettings { nested: args.nested, expand_broader: false };
    let tagger = Tagger::open(vocabulary, tag_settings, &model, repairer.frequencies())?;
    let document = Document::from_text("tag-test", &text_of(&args.text)?);
    let article = repairer.repair(document, &mut RepairScratch::default());
    let whole = 0..article.document().tokens().len();
    let (hits, unsupported) = tagger.find(&article, std::slice::from_ref(&whole), &mut TagScratch::default());
    let mut lines = vec![article.span_text(whole)];
    lines.extend(hits.iter().map(|hit| hit_line(hit, &article, &tagger)));
    lines.extend(unsupported.iter().map(|hit| unsupported_line(hit, &article, &tagger)));
    if lines.len() == 1 {
        lines.push("    nothing found".to_owned());
    }
    print(printer, &lines.join("\n"))
}

fn open_vocabulary(file: &Path) -> Result<Vocabulary, Error> {
    Vocabulary::read_with(&[file], &table_as_csv)
        .map_err(|faults| Error::Config(faults.into_iter().map(ConfigFault::from).collect()))
}

fn text_of(argument: &str) -> Result<String, Error> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|source| Error::Io { what: "standard input (expected UTF-8 text)".to_owned(), source })?;
    Ok(text)
}

fn hit_line(hit: &Hit, article: &Repaired, tagger: &Tagger) -> String {
    let concept = &tagger.vocabulary().concepts()[hit.concept];
    let why = match hit.layer {
        Layer::Skeleton => format!(" (repair was unsure: {:.2})", hit.confidence),
        Layer::Exact | Layer::Inflected | Layer::Broader | Layer::Hand => String::new(),
    };
    let (surface, term) = (isolated(&article.span_text(hit.tokens.clone())), isolated(tagger.term_text(hit)));
    format!(
        "    {}  «{surface}»  {} «{term}»{why}  tokens {}–{}",
        isolated(&concept.id),
        hit.layer.name(),
        hit.tokens.start,
        hit.tokens.end
    )
}

fn unsupported_line(hit: &Hit, article: &Repaired, tagger: &Tagger) -> String {
    let concept = &tagger.vocabulary().concepts()[hit.concept];
    let (surface, cues) = (isolated(&article.span_text(hit.tokens.clone())), isolated(&concept.cues.join("، ")));
    format!("    {}  «{surface}»  dropped: also a common word, and none of its cues occurs ({cues})", concept.id)
}

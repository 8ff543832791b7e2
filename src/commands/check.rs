//! `tarmim check`: reads and checks everything that a run would, and writes nothing.

use engine::tables::Reject;
use std::ops::ControlFlow;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::Error;
use super::opening::open_setup;
use super::printing::print;
use crate::cli::OverrideArgs;
use crate::config::Setup;
use crate::ingest::{Ingested, Record, read_records};
use crate::pipeline::inventory_of;
use engine::Engine;

/// Checks the configuration, the vocabularies, the model and the inputs.
pub(super) fn check(config: &Path, overrides: OverrideArgs, quiet: bool) -> Result<(), Error> {
    let setup = open_setup(config, overrides)?;
    let inventory = inventory_of(&setup)?;
    let (mut articles, mut rejects) = (FxHashSet::default(), Vec::new());
    read_records(&inventory, &setup.settings.ingest, &mut |ingested, _| {
        rejects.extend(match ingested {
            Ingested::Record(record) => reject_of(record, &setup, &mut articles),
            Ingested::Reject(reject) => Some(reject),
        });
        ControlFlow::Continue(())
    })?;
    let (own, protected) = (setup.settings.repair.lexicon.words().len(), setup.settings.repair.protect.words().len());
    let (files, concepts, model_id) =
        (inventory.files.len(), setup.vocabulary.concepts().len(), setup.model.id().to_owned());
    let notices: Vec<String> = setup.vocabulary.notices().iter().map(|notice| format!("  {notice}")).collect();
    Engine::new(&setup.model, setup.settings.repair, setup.settings.split, setup.settings.tag, setup.vocabulary)?;
    if quiet {
        return Ok(());
    }
    let mut lines = vec![
        format!("configuration sound: {}", config.display()),
        format!("model {model_id}, {concepts} concepts, {own} own words, {protected} protected words"),
        format!(
            "{} articles in {files} files, {} files passed over, {} inputs that would be rejected",
            articles.len(),
            inventory.skipped,
            rejects.len()
        ),
    ];
    lines.extend(rejects.iter().map(shown_reject));
    if !notices.is_empty() {
        lines.push(format!("{} remarks on the vocabulary, none of which stops a run", notices.len()));
        lines.extend(notices);
    }
    print(&lines.join("\n"))
}

/// Why a run would not publish a record, if it would not; `articles` are the numbers of those that it would.
fn reject_of(record: Record, setup: &Setup, articles: &mut FxHashSet<u64>) -> Option<Reject> {
    let (origin, byte_offset) = (record.origin.clone(), record.byte_offset);
    if let Err(reject) = record.read(&setup.settings.ingest) {
        return Some(reject);
    }
    let is_new = articles.insert(origin.article_number());
    (!is_new).then(|| Reject::duplicate_key(&origin.source_path, origin.record.as_deref(), byte_offset))
}

fn shown_reject(reject: &Reject) -> String {
    let record = reject.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
    format!("  {}{record}: {}", reject.source_path, reject.message)
}

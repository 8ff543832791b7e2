//! `tarmim check`: reads and checks everything that a run would read, and writes nothing.

use std::path::Path;

use engine::Engine;
use engine::tables::Reject;

use super::Error;
use super::opening::open_setup;
use super::printing::print;
use super::wording::counted;
use crate::cache::Staleness;
use crate::cli::OverrideArgs;
use crate::pipeline::{Surveyed, inventory_of, survey};

/// Checks the configuration, the vocabularies, the model and the inputs.
pub(super) fn check(config: &Path, overrides: OverrideArgs, quiet: bool) -> Result<(), Error> {
    let setup = open_setup(config, overrides)?;
    let inventory = inventory_of(&setup)?;
    let mut rejects = Vec::new();
    // Every record counts as new, so that each is read.
    let articles = survey(&inventory, &setup.settings.ingest, &|_| Staleness::New, &mut |surveyed| {
        if let Surveyed::Reject(reject) = surveyed {
            rejects.push(reject);
        }
    })?;
    // Taken out for the summary now: making the engine consumes the settings and the vocabulary.
    let (custom, protected) = (setup.settings.repair.lexicon.words().len(), setup.settings.repair.protect.words().len());
    let (concepts, model_id) = (setup.vocabulary.concepts().len(), setup.model.id().to_owned());
    let notices: Vec<String> = setup.vocabulary.notices().iter().map(|notice| format!("  {notice}")).collect();
    // Made only for its errors: a missing or damaged section of the model shows no earlier.
    Engine::new(&setup.model, setup.settings.repair, setup.settings.split, setup.settings.tag, setup.vocabulary)?;
    if quiet {
        return Ok(());
    }
    let mut lines = vec![
        format!("the configuration is valid: {}", config.display()),
        format!(
            "model {model_id}, {}, {}, {}",
            counted(concepts, "concept"),
            counted(custom, "custom word"),
            counted(protected, "protected word")
        ),
        format!(
            "{} in {}, {} skipped; a run would reject {}",
            counted(articles.len(), "article"),
            counted(inventory.files.len(), "file"),
            counted(inventory.skipped, "file"),
            counted(rejects.len(), "input")
        ),
    ];
    lines.extend(rejects.iter().map(shown_reject));
    if !notices.is_empty() {
        lines.push(format!("{} about the vocabulary; none stops a run", counted(notices.len(), "notice")));
        lines.extend(notices);
    }
    print(&lines.join("\n"))
}

fn shown_reject(reject: &Reject) -> String {
    let record = reject.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
    format!("  {}{record}: {}", reject.source_path, reject.message)
}

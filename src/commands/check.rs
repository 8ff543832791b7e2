//! `tarmim check`: reads and checks everything that a run would read, and writes nothing. Ends as a run would, as far as that
//! is known without repairing anything.

use std::path::Path;

use super::Error;
use super::opening::open_setup;
use super::printing::print;
use super::remarks::{shown_notices, shown_rejects};
use super::wording::counted;
use crate::cli::OverrideArgs;
use crate::pipeline::{Foreseen, foresee, inventory_of};
use crate::shown;
use crate::terminal::Printer;
use engine::Engine;

/// Checks the configuration, the vocabularies, the model and the inputs.
pub(super) fn check(config: &Path, overrides: OverrideArgs, quiet: bool, printer: Printer) -> Result<(), Error> {
    let setup = open_setup(config, overrides)?;
    let inventory = inventory_of(&setup)?;
    let Foreseen { articles, rejects, warnings, refusal } = foresee(&setup, &inventory)?;
    // Taken out for the summary now: making the engine consumes the settings and the vocabulary.
    let (custom, protected) = (setup.settings.repair.lexicon.words().len(), setup.settings.repair.protect.words().len());
    let (concepts, model_id) = (setup.vocabulary.concepts().len(), setup.model.id().to_owned());
    let warnings = [setup.vocabulary.warnings(), &warnings].concat();
    let notices = counted(setup.vocabulary.notices().len(), "notice");
    let shown = shown_notices(setup.vocabulary.notices());
    // Made only for its errors: a missing or damaged section of the model shows no earlier.
    Engine::new(&setup.model, setup.settings.repair, setup.settings.split, setup.settings.tag, setup.vocabulary)?;
    if quiet {
        return refusal.map_or(Ok(()), |refusal| Err(refusal.into()));
    }
    let mut lines = vec![
        format!("the configuration is valid: {}", shown::path(config)),
        format!(
            "model {model_id}, {}, {}, {}",
            counted(concepts, "concept"),
            counted(custom, "custom word"),
            counted(protected, "protected word")
        ),
        format!(
            "{} in {}, {} skipped; a run would reject {}",
            counted(articles, "article"),
            counted(inventory.files.len(), "file"),
            counted(inventory.skipped, "file"),
            format_args!("{} of {}", rejects.len(), counted(articles + rejects.len(), "input"))
        ),
    ];
    lines.extend(shown_rejects(&rejects).iter().map(|line| format!("  {line}")));
    lines.extend(warnings.iter().map(|warning| shown::warning(warning)));
    if !shown.is_empty() {
        lines.push(format!("{notices} about the vocabulary; none stops a run"));
        lines.extend(shown.iter().map(|line| format!("  {line}")));
    }
    print(printer, &lines.join("\n"))?;
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

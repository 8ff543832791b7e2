//! `tarmim explain`: every repair of an article or a sentence, with its alternatives and their probabilities.

use std::fmt::Write;
use std::ops::{ControlFlow, Range};
use std::path::Path;

use engine::EngineScratch;
use engine::document::Origin;
use engine::repair::{MIXED, Repaired};
use engine::split::Sentence;
use engine::tag::Tagged;

use super::Error;
use super::opening::open_setup;
use super::printing::print;
use super::wording::counted;
use crate::cli::ExplainArgs;
use crate::config::Setup;
use crate::dataset::OutputFolder;
use crate::ingest::{Ingested, Inventory, Neighbourhood, Record, read_records};
use crate::path_kind::kind_at;
use crate::pipeline::{inventory_of, planned_build_id};
use crate::progress::Progress;
use crate::shown;
use crate::terminal::{Printer, isolated, padded};

/// Separates the path of a member from that of its archive.
const MEMBER: &str = "!/";
/// Width of the column of forms, in characters.
const FORM_WIDTH: usize = 18;

/// Explains an article or one of its sentences.
pub(super) fn explain(config: &Path, args: ExplainArgs, progress: &Progress, printer: Printer) -> Result<(), Error> {
    let setup = open_setup(config, args.overrides)?;
    let (mut record, sentence) = find_target(&setup, &args.target)?;
    let inventory = inventory_around(&setup, &record.origin.source_path)?;
    Neighbourhood::survey(&inventory, &setup.settings.ingest, None, &|| false)?.tell(&mut record);
    let article = record
        .read(&setup.settings.ingest)
        .map_err(|reject| Error::NothingToRead { input: args.target.clone(), what: reject.message })?;
    let current = OutputFolder::new(&setup.settings.dataset.output).current_manifest();
    // Asked now, because the engine takes parts of the setup, and the planned id needs all of it.
    let note = current.filter(|current| current.build_id != planned_build_id(&setup).unwrap_or_default());
    let (stages, settings) = setup.into_engine()?;
    let mut explained = Explained::new(sentence, settings.repair.doubt_threshold);
    stages.process_text(article, &mut EngineScratch::default(), |tagged, _| explained.add(tagged));
    if let Some(index) = sentence.filter(|index| *index >= explained.sentences) {
        return Err(Error::Usage(format!(
            "{}: the article has {}, no sentence {index}",
            args.target,
            counted(explained.sentences, "sentence")
        )));
    }
    if let Some(current) = note {
        let text = "the input, configuration or model has changed since the current build; this is the result of a new one";
        progress.message(&format!("{}: {text}", current.build_id));
    }
    print(printer, &explained.shown())
}

/// Finds the record that a target names, and the index of the sentence if it names one.
fn find_target(setup: &Setup, target: &str) -> Result<(Record, Option<usize>), Error> {
    let path = Path::new(target);
    // Files come first: their names may contain a colon, which would be taken for that of a sentence.
    if path.is_file() {
        let inventory = inventory_with(setup, path)?;
        let nothing = || Error::NothingToRead { input: target.to_owned(), what: "no article in it can be read".to_owned() };
        return Ok((first_record(setup, &inventory, &|_| true)?.ok_or_else(nothing)?, None));
    }
    if let Some((outer, inner)) = target.split_once(MEMBER).filter(|(outer, _)| Path::new(outer).is_file()) {
        let member = format!("{}{MEMBER}{inner}", source_path(Path::new(outer), &setup.settings.ingest.input));
        let inventory = inventory_with(setup, Path::new(outer))?;
        let found = first_record(setup, &inventory, &|origin| origin.source_path == member)?;
        let nothing =
            || Error::NothingToRead { input: target.to_owned(), what: format!("no article {inner} can be read in it") };
        return Ok((found.ok_or_else(nothing)?, None));
    }
    let (article, sentence) = match target.split_once(':') {
        Some((article, index)) => (article, Some(index)),
        None => (target, None),
    };
    let index = sentence.map(str::parse).transpose();
    let index =
        index.map_err(|_| Error::Usage(format!("{target}: expected article_id:index, such as 0123456789abcdef:4")))?;
    let found = first_record(setup, &inventory_of(setup)?, &|origin| origin.article_id() == article)?;
    Ok((found.ok_or_else(|| unknown(setup, target))?, index))
}

/// The error for a target that is neither a file nor the id of an article.
fn unknown(setup: &Setup, target: &str) -> Error {
    Error::Usage(match kind_at(Path::new(target)) {
        Some(kind) => format!("{target} is {kind}; expected a file, an article_id or a sentence_id"),
        None => {
            format!("{target}: no such file, and no article in {} has this id", shown::path(&setup.settings.ingest.input))
        }
    })
}

/// The inventory of one file, with the sidecars of the input folder if the file is in it.
fn inventory_with(setup: &Setup, path: &Path) -> Result<Inventory, Error> {
    let source_path = source_path(path, &setup.settings.ingest.input);
    let mut inventory =
        if setup.settings.ingest.input.join(&source_path).is_file() { inventory_of(setup)? } else { Inventory::default() };
    inventory.keep_file(path, &source_path);
    Ok(inventory)
}

/// The files that a run reads along with an article's: all of the input, if it is among them.
fn inventory_around(setup: &Setup, source_path: &str) -> Result<Inventory, Error> {
    let file = source_path.split(MEMBER).next().unwrap_or(source_path);
    let is_inside = setup.settings.ingest.input.join(file).is_file();
    Ok(if is_inside { inventory_of(setup)? } else { Inventory::default() })
}

/// The first record whose origin is wanted.
fn first_record(setup: &Setup, inventory: &Inventory, wanted: &dyn Fn(&Origin) -> bool) -> Result<Option<Record>, Error> {
    let mut found = None;
    read_records(inventory, &setup.settings.ingest, &mut |ingested, _| match ingested {
        Ingested::Record(record) if wanted(&record.origin) => {
            found = Some(record);
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })?;
    Ok(found)
}

/// A file's path relative to the input folder if it is inside, however the path was typed; otherwise the path as typed.
fn source_path(path: &Path, input: &Path) -> String {
    let (full, root) = (path.canonicalize(), input.canonicalize());
    let inside = full.ok().zip(root.ok()).and_then(|(full, root)| full.strip_prefix(root).map(Path::to_owned).ok());
    inside.unwrap_or_else(|| path.to_owned()).display().to_string()
}

/// The explanation of an article, passage by passage if it is long.
struct Explained {
    /// The sentence to explain; `None` for all.
    wanted: Option<usize>,
    doubt_threshold: f32,
    /// The article's id and path.
    head: String,
    damage: Option<&'static str>,
    body: String,
    /// Sentences so far.
    sentences: usize,
}

impl Explained {
    fn new(wanted: Option<usize>, doubt_threshold: f32) -> Self {
        Self { wanted, doubt_threshold, head: String::new(), damage: None, body: String::new(), sentences: 0 }
    }

    fn add(&mut self, tagged: &Tagged) {
        let (article, damage) = (tagged.article(), tagged.article().damage_name_in(tagged.kept()));
        let document = article.document();
        self.head = format!("{}  {}", document.article_id, isolated(&document.origin.source_path));
        self.damage = Some(self.damage.filter(|before| *before != damage).map_or(damage, |_| MIXED));
        for sentence in tagged.sentences() {
            if self.wanted.is_none_or(|wanted| wanted == self.sentences) {
                write_sentence(&mut self.body, article, sentence, self.sentences, self.doubt_threshold);
            }
            self.sentences += 1;
        }
    }

    fn shown(&self) -> String {
        let text = format!("{}  {}\n{}", self.head, self.damage.unwrap_or_default(), self.body);
        text.trim_end().to_owned()
    }
}

fn write_sentence(text: &mut String, article: &Repaired, sentence: &Sentence, index: usize, doubt_threshold: f32) {
    let (document, tokens) = (article.document(), sentence.tokens.clone());
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n[{index}] raw: {}", isolated(document.span_text(tokens.clone())));
    let _ = writeln!(text, "    repaired: {}", isolated(&article.span_text(tokens.clone())));
    let _ = writeln!(text, "    ends here with a probability of {:.4}", sentence.boundary_confidence);
    for gap in &sentence.number_gaps {
        let _ = writeln!(
            text,
            "    a number is missing after {} ({:.4})",
            isolated(article.token_text(gap.token)),
            gap.confidence
        );
    }
    for restored in &sentence.marks {
        let (word, mark) = (isolated(article.token_text(restored.token)), restored.mark.text());
        let _ = writeln!(text, "    «{mark}» probably stood after {word} ({:.4})", restored.confidence);
    }
    write_readings(text, article, tokens.clone(), doubt_threshold);
    for token in tokens.filter(|token| article.finding(*token).unresolved) {
        let _ =
            writeln!(text, "    ? {}  unresolved: no word of the lexicon explains it", isolated(document.token_text(token)));
    }
}

/// One line for each changed or doubtful token: the form, its probability, its alternatives.
fn write_readings(text: &mut String, article: &Repaired, tokens: Range<usize>, doubt_threshold: f32) {
    for reading in article.token_repairs(tokens) {
        let raw = article.document().token_text(reading.token);
        let mark = match (article.is_change(reading), reading.confidence < doubt_threshold) {
            _ if article.is_by_hand(reading.token) => '!',
            (true, false) => ' ',
            (true, true) => '~',
            (false, _) => '=',
        };
        let rivals: Vec<String> =
            reading.alternatives.iter().map(|a| format!("{} {:.4}", isolated(&a.form), a.confidence)).collect();
        // What was written comes first.
        let shown = padded(&format!("{} → {}", isolated(raw), isolated(&reading.form)), FORM_WIDTH);
        let _ = writeln!(text, "    {mark} {shown} {:.4}   {}", reading.confidence, rivals.join(", "));
    }
}

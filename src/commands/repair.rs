//! `tarmim repair`: a filter. Only words change; white space is kept.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;

use super::Error;
use super::opening::{RepairSetup, repair_setup};
use crate::cli::RepairArgs;
use engine::document::{ArticleText, Encoding, Metadata, Neighbours, Origin};
use engine::passages::{PassageSize, Passages};
use engine::repair::{RepairScratch, RepairSettings, Repairer};
use engine::split::{SplitScratch, Splitter};

/// What repairs a text, and finds the ends of sentences, at which a long one is cut.
struct Stages {
    repairer: Repairer,
    splitter: Splitter,
}

/// Memory that is reused from line to line.
#[derive(Default)]
struct Scratch {
    repair: RepairScratch,
    split: SplitScratch,
}

/// Repairs standard input. A filter works anywhere: it uses a configuration if there is one, and needs none.
pub(super) fn repair(config: Option<PathBuf>, args: &RepairArgs) -> Result<(), Error> {
    let RepairSetup { model, repair: settings, split } = repair_setup(config, args.model.as_deref())?;
    // A filter does not report doubts, and collecting their alternatives takes time.
    let damage = args.damage.unwrap_or(settings.damage);
    let settings = RepairSettings { doubt_threshold: 0.0, damage, ..settings };
    let splitter = Splitter::new(&model, split)?;
    let stages = Stages { repairer: Repairer::new(&model, settings)?, splitter };
    let mut scratch = Scratch::default();
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let reading = |line: usize, source| {
        let place = if args.lines { format!("standard input, line {line}") } else { "standard input".to_owned() };
        Error::Io { what: format!("{place} (expected UTF-8 text)"), source }
    };
    let writing = |source| Error::Io { what: "standard output".to_owned(), source };
    for line in 1.. {
        let mut text = String::new();
        let read = if args.lines { input.read_line(&mut text) } else { input.read_to_string(&mut text) };
        if read.map_err(|source| reading(line, source))? == 0 {
            break;
        }
        write_repaired(text, &stages, &mut scratch, &mut output).map_err(writing)?;
    }
    output.flush().map_err(writing)
}

/// Writes a text with its words repaired and its white space unchanged; a long one passage by passage, as a run repairs it.
fn write_repaired(text: String, stages: &Stages, scratch: &mut Scratch, output: &mut impl Write) -> std::io::Result<()> {
    let origin = Origin { source_path: "standard input".to_owned(), record: None };
    let article = ArticleText {
        origin,
        encoding: Encoding::Utf8,
        misreadings: Vec::new(),
        metadata: Metadata::default(),
        neighbours: Neighbours::Unknown,
        text,
    };
    let size = PassageSize::default().for_sentences(stages.splitter.max_tokens());
    let mut passages = Passages::new(article, size);
    let mut copied = 0;
    while let Some(passage) = passages.next(|document, part| {
        let repaired = stages.repairer.repair(document, &mut scratch.repair);
        let sentences = stages.splitter.split_part(&repaired, part, &mut scratch.split);
        (repaired, sentences)
    }) {
        for token in passage.kept() {
            let source = &passage.article.document().tokens()[token].source;
            let space = passage.offset + source.start - copied;
            output.write_all(&passages.text_from(copied).as_bytes()[..space])?;
            output.write_all(passage.article.token_text(token).as_bytes())?;
            copied = passage.offset + source.end;
        }
    }
    // White space after the last token precedes no token, so the loop has not copied it.
    output.write_all(passages.text_from(copied).as_bytes())
}

//! `tarmim repair`: a filter. Only words change; white space is kept.
//!
//! With `--lines` it is also a coprocess: the answer to a line is written and flushed before the next line is read, so a program that
//! sends a line can wait for its answer.

use std::io::{BufRead, Error as IoError, ErrorKind, Read, Write};
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
    for line in 1.. {
        let mut bytes = Vec::new();
        let read = if args.lines { input.read_until(b'\n', &mut bytes) } else { input.read_to_end(&mut bytes) };
        let place = || if args.lines { format!("standard input, line {line}") } else { "standard input".to_owned() };
        let reading = |source| Error::Io { what: format!("{} (expected UTF-8 text)", place()), source };
        if read.map_err(reading)? == 0 {
            break;
        }
        let text = utf8(bytes).map_err(reading)?;
        // Flushed each time: whoever sent the line may send no other before it has its answer.
        let written = write_repaired(text, &stages, &mut scratch, &mut output).and_then(|()| output.flush());
        written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })?;
    }
    Ok(())
}

/// Bytes as text. A line that is no text ends the stream: an answer that is no repair would be taken for one.
fn utf8(bytes: Vec<u8>) -> Result<String, IoError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        let advice = "convert the text before (iconv -f WINDOWS-1256 -t UTF-8)";
        IoError::new(ErrorKind::InvalidData, format!("byte {} is {byte:#04x}, which is not UTF-8; {advice}", at + 1))
    })
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

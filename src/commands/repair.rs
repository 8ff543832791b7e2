//! `tarmim repair`: a filter. Only words change; white space is kept.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;

use super::Error;
use super::opening::repair_setup;
use crate::cli::RepairArgs;
use engine::document::Document;
use engine::repair::{RepairScratch, RepairSettings, Repairer};

/// Repairs standard input. A filter works anywhere: it uses a configuration if there is one, and needs none.
pub(super) fn repair(config: Option<PathBuf>, args: &RepairArgs) -> Result<(), Error> {
    let (model, settings) = repair_setup(config, args.model.as_deref())?;
    // A filter does not report doubts, and collecting their alternatives takes time.
    let settings = RepairSettings { doubt_threshold: 0.0, ..settings };
    let repairer = Repairer::new(&model, settings)?;
    let mut scratch = RepairScratch::default();
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let reading = |line: usize, source| {
        let place = if args.lines { format!("standard input, line {line}") } else { "standard input".to_owned() };
        Error::Io { what: format!("{place} (expected UTF-8 text)"), source }
    };
    let writing = |source| Error::Io { what: "standard output".to_owned(), source };
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        let read = if args.lines { input.read_line(&mut text) } else { input.read_to_string(&mut text) };
        if read.map_err(|source| reading(line, source))? == 0 {
            break;
        }
        output.write_all(repaired(&text, &repairer, &mut scratch).as_bytes()).map_err(writing)?;
    }
    output.flush().map_err(writing)
}

/// A text with its words repaired and its white space unchanged.
fn repaired(text: &str, repairer: &Repairer, scratch: &mut RepairScratch) -> String {
    let article = repairer.repair(Document::from_text("standard input", text), scratch);
    let mut output = String::with_capacity(text.len() * 9 / 8);
    let mut copied = 0;
    for (index, token) in article.document().tokens().iter().enumerate() {
        output.push_str(&text[copied..token.source.start]);
        output.push_str(article.token_text(index));
        copied = token.source.end;
    }
    // White space after the last token precedes no token, so the loop has not copied it.
    output.push_str(&text[copied..]);
    output
}

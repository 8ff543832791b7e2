//! `tarmim repair`: a filter. Only words change, and with `--punctuate` marks are added; white space is kept.
//!
//! With `--lines` it is also a coprocess: the answer to a line is written and flushed before the next line is read, so a program that
//! sends a line can wait for its answer.

use std::io::{BufRead, Error as IoError, ErrorKind, Read, Write};
use std::path::PathBuf;

use super::Error;
use super::opening::{RepairSetup, repair_setup};
use crate::cli::RepairArgs;
use crate::ingest::decode::decode;
use engine::document::Encoding;
use engine::repair::{RepairSettings, Repairer};
use engine::review::Corrections;
use engine::split::Splitter;
use engine::text_filter::{FilterScratch, TextFilter};

/// What repairs a text, and finds the ends of sentences, at which a long one is cut.
struct Stages {
    repairer: Repairer,
    corrections: Corrections,
    splitter: Splitter,
    /// Whether restored punctuation marks are written.
    punctuate: bool,
}

/// Repairs standard input. A filter works anywhere: it uses a configuration if there is one, and needs none.
pub(super) fn repair(config: Option<PathBuf>, args: &RepairArgs) -> Result<(), Error> {
    let RepairSetup { model, repair: settings, split, corrections } = repair_setup(config, args.model.as_deref())?;
    // A filter does not report doubts, and collecting their alternatives takes time.
    let damage = args.damage.unwrap_or(settings.damage);
    let settings = RepairSettings { doubt_threshold: 0.0, damage, ..settings };
    let splitter = Splitter::new(&model, split)?;
    let stages = Stages { repairer: Repairer::new(&model, settings)?, corrections, splitter, punctuate: args.punctuate };
    let mut scratch = FilterScratch::default();
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for line in 1.. {
        let mut bytes = Vec::new();
        let read = if args.lines { input.read_until(b'\n', &mut bytes) } else { input.read_to_end(&mut bytes) };
        let place = || if args.lines { format!("standard input, line {line}") } else { "standard input".to_owned() };
        let failed = |source| Error::Io { what: format!("{} (expected UTF-8 text)", place()), source };
        if read.map_err(failed)? == 0 {
            break;
        }
        let text = utf8(bytes).map_err(failed)?;
        // Flushed each time: whoever sent the line may send no other before it has its answer.
        let written = write_repaired(text, &stages, &mut scratch, &mut output).and_then(|()| output.flush());
        written.map_err(|source| Error::Io { what: "standard output".to_owned(), source })?;
    }
    Ok(())
}

/// Bytes as text. A line that is no text ends the stream: an answer that is no repair would be taken for one.
fn utf8(bytes: Vec<u8>) -> Result<String, IoError> {
    // Of UTF-16 (little-endian) a line ends within its line feed.
    let whole = if bytes.len().is_multiple_of(2) { &bytes } else { bytes.strip_suffix(b"\n").unwrap_or(&bytes) };
    let found = decode(whole, None);
    let what = match found {
        // Arabic in UTF-16 may be valid UTF-8, of signs and control characters.
        Ok((_, encoding)) if encoding != Encoding::Utf8 => {
            format!("this is {}; convert the text before ({})", encoding.name(), conversion(encoding, &bytes))
        }
        Err(fault) if std::str::from_utf8(&bytes).is_err() => fault.message,
        // A NUL byte, too, is a character that the filter gives back like any other.
        _ => String::new(),
    };
    match String::from_utf8(bytes) {
        Ok(text) if what.is_empty() => Ok(text),
        Ok(_) => Err(IoError::new(ErrorKind::InvalidData, what)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[at];
            Err(IoError::new(ErrorKind::InvalidData, format!("byte {} is {byte:#04x}, which is not UTF-8; {what}", at + 1)))
        }
    }
}

/// The command that converts text to UTF-8.
fn conversion(encoding: Encoding, bytes: &[u8]) -> String {
    let name = match encoding {
        Encoding::Utf8 => "UTF-8",
        // It reads the mark, and leaves it out.
        Encoding::Utf16Le | Encoding::Utf16Be if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) => "UTF-16",
        Encoding::Utf16Le => "UTF-16LE",
        Encoding::Utf16Be => "UTF-16BE",
        Encoding::Windows1256 => "WINDOWS-1256",
        Encoding::Iso8859_6 => "ISO-8859-6",
    };
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { "tail -c +4 | " } else { "" };
    format!("{mark}iconv -f {name} -t UTF-8")
}

/// Writes a text with its words repaired and its white space unchanged; a long one passage by passage, as a run repairs it.
fn write_repaired(
    text: String,
    stages: &Stages,
    scratch: &mut FilterScratch,
    output: &mut impl Write,
) -> std::io::Result<()> {
    let filter = TextFilter { repairer: &stages.repairer, corrections: &stages.corrections, splitter: &stages.splitter };
    let rest = filter.each_token(text, scratch, |token| {
        output.write_all(token.space.as_bytes())?;
        output.write_all(token.form.as_bytes())?;
        match token.mark.filter(|_| stages.punctuate) {
            Some(restored) => output.write_all(restored.mark.text().as_bytes()),
            None => Ok(()),
        }
    })?;
    output.write_all(rest.as_bytes())
}

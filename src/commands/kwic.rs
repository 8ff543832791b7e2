//! `tarmim kwic`: each occurrence of a word or a concept, with the words around it.

use std::path::Path;

use super::Error;
use super::opening::{build_folder, output_folder};
use super::printing::{print, print_data};
use super::trend::unknown_concept;
use super::wording::counted;
use crate::analysis::concordance::{Occurrence, Sought, occurrences};
use crate::analysis::mentions::Mentions;
use crate::cli::KwicArgs;
use crate::progress::Progress;
use crate::terminal::{Printer, isolated_right_to_left, padded, width};

/// Prints a concordance.
pub(super) fn kwic(config: &Path, args: KwicArgs, progress: &Progress, printer: Printer) -> Result<(), Error> {
    let KwicArgs { word, concept, context, limit, json, build, output } = args;
    let impossible = |word: &str| {
        Error::Usage(format!(
            "\"{word}\" cannot be looked for; expected Arabic words, with a star at the beginning or the end of each if need be, or a \
             concept with --concept"
        ))
    };
    let sought = if concept { Sought::Concept(word.clone()) } else { Sought::words(&word).map_err(impossible)? };
    let build = build_folder(&output_folder(config, output)?, build.as_deref())?;
    let (found, count) = occurrences(&build, &sought, limit)?;
    if concept && count == 0 {
        return Err(unknown_concept(&word, &Mentions::read(&build)?));
    }
    if json {
        return print_data(&serde_json::to_string(&found).expect("occurrences are plain data"));
    }
    if !found.is_empty() {
        let lines: Vec<String> = found.iter().map(|occurrence| line(occurrence, context)).collect();
        print(printer, &lines.join("\n"))?;
    }
    let shown = if found.len() < count { format!("; the first {} are shown (--limit)", found.len()) } else { String::new() };
    progress.message(&format!("{}{shown}", counted(count, "occurrence")));
    Ok(())
}

/// A line: where it is, and the words, of which those before stand on the right.
fn line(occurrence: &Occurrence, context: usize) -> String {
    let before = last_words(&occurrence.before, context);
    let after = first_words(&occurrence.after, context);
    let pad = " ".repeat(context.saturating_sub(width(&before)));
    let words = padded(&format!("{pad}{before}  {}  {after}", occurrence.text), 2 * context);
    format!("{:<22} {:.4}  {}", occurrence.sentence_id, occurrence.confidence, isolated_right_to_left(&words))
}

/// The last words of a text that fit into some columns.
fn last_words(text: &str, columns: usize) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut taken = 0;
    for word in text.rsplit(' ') {
        taken += width(word) + 1;
        if taken > columns + 1 {
            break;
        }
        words.push(word);
    }
    words.reverse();
    words.join(" ")
}

/// The first words of a text that fit into some columns.
fn first_words(text: &str, columns: usize) -> String {
    let mut taken = 0;
    let fits = |word: &&str| {
        taken += width(word) + 1;
        taken <= columns + 1
    };
    text.split(' ').take_while(fits).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_not_cut() {
        assert_eq!(last_words("واحد اثنان ثلاثة", 10), "ثلاثة");
        assert_eq!(last_words("واحد اثنان ثلاثة", 11), "اثنان ثلاثة");
        assert_eq!(first_words("واحد اثنان ثلاثة", 11), "واحد اثنان");
        assert_eq!((last_words("", 5), first_words("", 5)), (String::new(), String::new()));
    }
}

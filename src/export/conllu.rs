//! CoNLL-U: a word or a punctuation mark on each line, sentences as blocks, what is known of them as comments.
//!
//! Invariant: the forms of a sentence, with a space after each that does not say otherwise, are its `# text`. Lines are in the normal form
//! NFC, as the format asks, and hold no control character. Head, lemma and tags are left open (`_`).

use std::fmt::Write as _;
use std::io::{self, Write};

use unicode_normalization::UnicodeNormalization;

use super::characters::printable;
use super::documents::DocumentEncoder;
use super::files::Encoder;
use super::pieces::{Piece, parts, pieces};
use crate::dataset::stored::{StoredArticle, StoredSentence, StoredToken};

pub(super) struct Conllu {
    /// Whether restored marks are words of the text.
    punctuated: bool,
    /// The article's comments, which stand before its first sentence.
    head: String,
}

impl Conllu {
    pub(super) fn new(punctuated: bool) -> Self {
        Self { punctuated, head: String::new() }
    }
}

impl Encoder for Conllu {}

impl DocumentEncoder for Conllu {
    fn article(&mut self, article: &StoredArticle, _out: &mut dyn Write) -> io::Result<()> {
        self.head.clear();
        push_comment(&mut self.head, "newdoc id", &article.id);
        push_comment(&mut self.head, "source_path", &article.source_path);
        let known = [
            ("title", &article.title),
            ("section", &article.section),
            ("byline", &article.byline),
            ("published", &article.published),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                push_comment(&mut self.head, name, value);
            }
        }
        Ok(())
    }

    fn sentence(&mut self, sentence: &StoredSentence, out: &mut dyn Write) -> io::Result<()> {
        let mut block = std::mem::take(&mut self.head);
        let lines = self.lines(sentence);
        push_comments(&mut block, sentence, &lines);
        for (id, word) in (1..).zip(&lines.words) {
            word.push_line(&mut block, id);
        }
        block.push('\n');
        out.write_all(block.as_bytes())
    }
}

/// A line of a sentence.
struct Word {
    form: String,
    space_after: bool,
    misc: Vec<String>,
}

impl Word {
    fn push_line(&self, block: &mut String, id: u32) {
        let mut misc = self.misc.clone();
        if !self.space_after {
            misc.push("SpaceAfter=No".to_owned());
        }
        // In the order of the names, as the format asks.
        misc.sort_unstable_by_key(|item| item.to_lowercase());
        let misc = if misc.is_empty() { "_".to_owned() } else { misc.join("|") };
        // Writing to a string cannot fail.
        let _ = writeln!(block, "{id}\t{}\t_\t_\t_\t_\t_\t_\t_\t{misc}", self.form);
    }
}

/// The lines of a sentence, and for each token the numbers of its first and its last.
struct Lines {
    words: Vec<Word>,
    of_tokens: Vec<(usize, usize)>,
}

impl Conllu {
    fn lines(&self, sentence: &StoredSentence) -> Lines {
        let (mut words, mut of_tokens) = (Vec::new(), Vec::new());
        for token in &sentence.tokens {
            let first = words.len() + 1;
            push_token(&mut words, token);
            of_tokens.push((first, words.len()));
            if let Some((mark, confidence)) = token.mark.as_ref().filter(|_| self.punctuated) {
                if let Some(last) = words.last_mut() {
                    last.space_after = false;
                }
                let misc = vec![format!("Confidence={confidence}"), "Restored=Yes".to_owned()];
                words.push(Word { form: mark.clone(), space_after: true, misc });
            }
        }
        if let (Some(gap), Some(first)) = (sentence.gap_before, words.first_mut()) {
            first.misc.push(format!("NumberGapBefore={gap}"));
        }
        Lines { words, of_tokens }
    }
}

/// The words of a token. What is known about the token is said of its first word that is no mark.
fn push_token(words: &mut Vec<Word>, token: &StoredToken) {
    let form = clean(&token.form);
    let pieces = pieces(&form);
    let about = pieces.iter().position(|piece| !piece.is_mark).unwrap_or(0);
    for (index, Piece { text, ends_word, .. }) in pieces.iter().enumerate() {
        let misc = if index == about { findings(token) } else { Vec::new() };
        words.push(Word { form: (*text).to_owned(), space_after: *ends_word, misc });
    }
    if let (Some(gap), Some(last)) = (token.gap, words.last_mut()) {
        last.misc.push(format!("NumberGap={gap}"));
    }
}

/// What was written, how certain the form is, and which others there are; without the marks that are words of their own.
fn findings(token: &StoredToken) -> Vec<String> {
    let mut found = vec![format!("Confidence={}", token.confidence)];
    if token.is_repaired() {
        found.push(format!("Raw={}", escaped(&token.raw)));
        found.push("Repaired=Yes".to_owned());
    }
    if token.is_by_hand {
        found.push("Origin=Hand".to_owned());
    }
    if !token.alternatives.is_empty() {
        let shown = token.alternatives.iter().map(|(form, confidence)| format!("{}:{confidence}", escaped(form)));
        found.push(format!("Alternatives={}", shown.collect::<Vec<_>>().join(",")));
    }
    found
}

/// A form as a value of the last column: without its marks, and with white space, bars and backslashes as escapes.
fn escaped(form: &str) -> String {
    let form = clean(form);
    let (_, stem, _) = parts(&form);
    let stem = if stem.is_empty() { &form } else { stem };
    stem.replace('\\', "\\\\").replace('|', "\\p").replace(' ', "\\s")
}

fn push_comments(block: &mut String, sentence: &StoredSentence, lines: &Lines) {
    push_comment(block, "sent_id", &sentence.id);
    push_comment(block, "kind", &sentence.kind);
    push_comment(block, "repair_confidence", &sentence.confidence.to_string());
    push_comment(block, "boundary_confidence", &sentence.boundary_confidence.to_string());
    for hit in &sentence.hits {
        let number = |token: usize| lines.of_tokens.get(token);
        let (Some((first, _)), Some((_, last))) = (number(hit.tokens.start), number(hit.tokens.end.wrapping_sub(1))) else {
            continue;
        };
        let place = format!("{first}-{last}");
        let values = [&hit.concept, &hit.category, &hit.label, &hit.surface, &place];
        let values = values.map(|value| value.replace('\\', "\\\\").replace('|', "\\p"));
        push_comment(block, "keyword", &values.join(" | "));
    }
    push_comment(block, "raw_text", &sentence.raw_text);
    let spaced = |word: &Word| format!("{}{}", word.form, if word.space_after { " " } else { "" });
    push_comment(block, "text", lines.words.iter().map(spaced).collect::<String>().trim_end_matches(' '));
}

/// A comment on one line.
fn push_comment(block: &mut String, name: &str, value: &str) {
    let value: Vec<_> = clean(value).split_whitespace().map(str::to_owned).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(block, "# {name} = {}", value.join(" "));
}

/// A text in the normal form, with `□` for what is not printable: validators take U+FFFD for a fault of the encoding.
fn clean(text: &str) -> String {
    printable(text).nfc().map(|letter| if letter == char::REPLACEMENT_CHARACTER { '□' } else { letter }).collect()
}

//! Reading files of corrections: tables with the header that `tarmim review export` and `report.html` write.
//!
//! Invariant: every faulty row is reported with its line; reading never stops at the first. A row without a correction was not looked
//! at, and counts as none.

use serde::Deserialize;

use super::correction::{Change, Correction, Scope};
use crate::arabic::{is_letter, is_mark};
use crate::csv_table::{Columns, CsvTable};
use crate::document::unify_token;

/// The columns of a file of corrections, in the order in which they are written. The last five are for people.
pub const COLUMNS: [&str; 13] = [
    "kind",
    "scope",
    "article",
    "before",
    "raw",
    "after",
    "now",
    "correction",
    "confidence",
    "alternatives",
    "sentence",
    "source",
    "title",
];
/// The columns that are read: people's notes are passed over.
pub(super) const READ: [&str; 14] = {
    let mut read = [""; 14];
    let mut at = 0;
    while at < COLUMNS.len() {
        read[at] = COLUMNS[at];
        at += 1;
    }
    read[at] = "note";
    read
};
/// What spreadsheets take for the beginning of a formula; some programs take the full-width forms for the others. A cell that begins so is
/// written with an apostrophe before it.
pub const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What stands for no concept.
const NONE: &str = "none";
/// Hex digits of an `article_id`.
const ID_DIGITS: usize = 16;

/// An error in a file of corrections.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct CorrectionFault {
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, and what was expected.
    pub what: String,
}

#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    article: String,
    #[serde(default)]
    before: String,
    raw: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    now: String,
    correction: String,
}

/// The corrections of a file in UTF-8, in its order, and its faults.
pub(super) fn read(file: &str, bytes: &[u8]) -> (Vec<Correction>, Vec<CorrectionFault>) {
    let (mut corrections, mut faults) = (Vec::new(), Vec::new());
    let mut fault = |line: u64, what: String| faults.push(CorrectionFault { file: file.to_owned(), line, what });
    match CsvTable::open(bytes, Columns { all: &READ, required: &["kind", "raw", "correction"] }) {
        Ok(table) => table.each(|line, row| match row.and_then(|row: Row| row.correction(file, line)) {
            Ok(correction) => corrections.extend(correction),
            Err(what) => fault(line, what),
        }),
        Err(found) => found.into_iter().for_each(|what| fault(1, what)),
    }
    (corrections, faults)
}

/// A cell without the apostrophe that keeps spreadsheets from taking its text for a formula.
#[must_use]
pub fn unquoted(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start().starts_with(FORMULA_STARTS) => rest,
        _ => cell,
    }
}

impl Row {
    /// The correction of the row; `None` if it has none yet.
    fn correction(self, file: &str, line: u64) -> Result<Option<Correction>, String> {
        let said = unquoted(&self.correction);
        if said.is_empty() {
            return Ok(None);
        }
        let change = self.change(said)?;
        let scope = self.scope(&change)?;
        let raw = self.raw_tokens(&change)?;
        // A rule is about the word, whatever marks stand around it here.
        let (raw, change) = if scope == Scope::Here { (raw, change) } else { about_words(raw, change)? };
        let (before, after) = match scope {
            Scope::Here => (tokens(unquoted(&self.before)), tokens(unquoted(&self.after))),
            Scope::Article | Scope::Corpus => (Vec::new(), Vec::new()),
        };
        let article = if scope == Scope::Corpus { String::new() } else { self.article_name().to_owned() };
        if scope != Scope::Corpus && article.is_empty() {
            return Err(
                "the column \"article\" is empty; expected an article_id or a source_path, or the scope corpus".to_owned()
            );
        }
        Ok(Some(Correction { scope, article, before, raw, after, change, file: file.to_owned(), line }))
    }

    /// The article. A spreadsheet takes an id without letters for a number, and rounds it; then the source tells.
    fn article_name(&self) -> &str {
        let (article, source) = (unquoted(&self.article), unquoted(&self.source));
        let is_number =
            |id: &str| id.len() < ID_DIGITS && id.contains(|c: char| c.is_ascii_digit()) && id.parse::<f64>().is_ok();
        if !source.is_empty() && is_number(&article.replace(',', ".")) { source } else { article }
    }

    fn raw_tokens(&self, change: &Change) -> Result<Vec<String>, String> {
        let raw = tokens(unquoted(&self.raw));
        match (raw.len(), change) {
            (0, _) => Err("the column \"raw\" is empty; expected the text as it was found".to_owned()),
            (1, _) | (_, Change::Keyword { .. }) => Ok(raw),
            _ => Err(format!("raw is \"{}\"; expected one token, without a space", self.raw)),
        }
    }

    fn change(&self, said: &str) -> Result<Change, String> {
        match self.kind.trim().to_lowercase().as_str() {
            "form" => form(said).map(Change::Form),
            "sentence_end" => match said.to_lowercase().as_str() {
                "yes" | "true" => Ok(Change::SentenceEnd(true)),
                "no" | "false" => Ok(Change::SentenceEnd(false)),
                _ => Err(format!("the correction of a sentence_end is \"{said}\"; expected yes or no")),
            },
            "keyword" => {
                let id = |text: &str| (!text.is_empty() && !text.eq_ignore_ascii_case(NONE)).then(|| text.to_owned());
                let (drop, add) = (id(unquoted(&self.now)), id(said));
                if drop.is_none() && add.is_none() {
                    return Err("neither now nor correction names a concept; expected its id in one of them".to_owned());
                }
                Ok(Change::Keyword { drop, add })
            }
            other => Err(format!("the kind is \"{other}\"; expected form, sentence_end or keyword")),
        }
    }

    fn scope(&self, change: &Change) -> Result<Scope, String> {
        let name = self.scope.trim().to_lowercase();
        let scope = Scope::ALL.into_iter().find(|scope| scope.name() == name || (name.is_empty() && *scope == Scope::Here));
        match (scope, change) {
            (None, _) => Err(format!("the scope is \"{name}\"; expected here, article or corpus")),
            (Some(Scope::Here), _) | (Some(_), Change::Form(_)) => Ok(scope.unwrap_or(Scope::Here)),
            (Some(_), _) => Err(format!("the scope is \"{name}\"; only the kind form can hold beyond its place")),
        }
    }
}

/// The tokens of a cell, their letters unified as in articles.
fn tokens(cell: &str) -> Vec<String> {
    cell.split_whitespace().map(unified).collect()
}

fn unified(token: &str) -> String {
    let mut text = String::with_capacity(token.len());
    unify_token(token, &mut text);
    text
}

/// A form as it is written into the text.
fn form(said: &str) -> Result<String, String> {
    if let Some(c) = said.chars().find(|c| c.is_control() && !c.is_whitespace()) {
        return Err(format!("the correction has the control character U+{:04X}; expected a word", u32::from(c)));
    }
    let form = tokens(said).join(" ");
    if form.is_empty() { Err("the correction is white space; expected a word".to_owned()) } else { Ok(form) }
}

/// What a rule is about, and what it says, without what stands around the words.
fn about_words(raw: Vec<String>, change: Change) -> Result<(Vec<String>, Change), String> {
    let word = |text: String| match word_of(&text) {
        Some(word) => Ok(word.to_owned()),
        None => Err(format!("\"{text}\" has no letter, and a rule is about a word")),
    };
    let change = match change {
        Change::Form(form) => Change::Form(word(form)?),
        other => other,
    };
    Ok((raw.into_iter().map(word).collect::<Result<_, _>>()?, change))
}

/// A token without what stands around its letters; `None` if it has none.
pub(super) fn word_of(token: &str) -> Option<&str> {
    let word = token.trim_matches(|c: char| !is_letter(c) && !is_mark(c) && !c.is_alphabetic());
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_rows(rows: &str) -> Result<Vec<Correction>, Vec<String>> {
        let text = format!("kind,scope,article,before,raw,after,now,correction\n{rows}\n");
        let (corrections, faults) = read("c.csv", text.as_bytes());
        if faults.is_empty() { Ok(corrections) } else { Err(faults.iter().map(ToString::to_string).collect()) }
    }

    #[test]
    fn a_row_is_a_correction_of_its_kind_and_scope() {
        let read = read_rows(
            "form,,a1,قال,الام,\"عن\",الأمة,الأم\nform,corpus,a1,قال,\"الام،\",عن,الأمة,\"الأم،\"\n\
             sentence_end,here,a1,,قال,,no,YES\nkeyword,,a1,,سعر نفط,,oil,none\nform,here,a1,,x,,,\n",
        )
        .expect("valid");
        let said: Vec<(Scope, &str, usize, &str, &Change)> = read
            .iter()
            .map(|one| {
                (one.scope, one.article.as_str(), one.before.len() + one.after.len(), one.raw[0].as_str(), &one.change)
            })
            .collect();
        let form = Change::Form("الأم".to_owned());
        let drop = Change::Keyword { drop: Some("oil".to_owned()), add: None };
        let expected = [
            (Scope::Here, "a1", 2, "الام", &form),
            (Scope::Corpus, "", 0, "الام", &form),
            (Scope::Here, "a1", 0, "قال", &Change::SentenceEnd(true)),
            (Scope::Here, "a1", 0, "سعر", &drop),
        ];
        assert_eq!(said, expected, "a rule is about the word; a row without a correction is none");
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let found = read_rows(
            "word,,a,,x,,,y\nform,everywhere,a,,x,,,y\nform,,,,x,,,y\nform,,a,,,,,y\nform,,a,,x y,,,z\nsentence_end,,a,,x,,,maybe\n\
             sentence_end,corpus,a,,x,,,yes\nkeyword,,a,,x,,,none\nform,corpus,,,\"،\",,,y",
        )
        .expect_err("faulty");
        for (line, what) in [
            (2, "the kind is \"word\""),
            (3, "the scope is \"everywhere\""),
            (4, "\"article\" is empty"),
            (5, "\"raw\" is empty"),
            (6, "expected one token"),
            (7, "expected yes or no"),
            (8, "only the kind form"),
            (9, "expected its id"),
            (10, "has no letter"),
        ] {
            let place = format!("c.csv:{line}: ");
            assert!(found.iter().any(|fault| fault.starts_with(&place) && fault.contains(what)), "{place}{what}: {found:?}");
        }
    }

    #[test]
    fn text_is_unified_and_loses_the_apostrophe_of_spreadsheets() {
        let read = read_rows("form,,a,,'-5,,,'+5\nform,,a,,عليٰ,,,علی").expect("valid");
        assert_eq!((read[0].raw[0].as_str(), &read[0].change), ("-5", &Change::Form("+5".to_owned())));
        assert_eq!(read[1].change, Change::Form("علي".to_owned()));
        assert_eq!(unquoted("'قال"), "'قال");
    }

    #[test]
    fn what_spreadsheets_do_to_cells_is_undone() {
        let text = "kind,article,raw,correction,source,title\nform,5.97432E+15,x,y,a.txt\nform,\"5,97E+15\",x,y,b.txt,,,\n\
                    form,0123456789012345,x,y,c.txt,t\nsentence_end,2,x,FALSE,d.txt\nform,7e2,x,y,,\n";
        let (corrections, faults) = read("c.csv", text.as_bytes());
        assert_eq!(faults, []);
        let articles: Vec<&str> = corrections.iter().map(|correction| correction.article.as_str()).collect();
        assert_eq!(articles, ["a.txt", "b.txt", "0123456789012345", "d.txt", "7e2"]);
        let (_, faults) = read("c.csv", "kind,article,raw,correction\nform,a,x,y,z\n".as_bytes());
        assert!(faults[0].what.starts_with("5 cells, and the header has 4"), "{faults:?}");
    }
}

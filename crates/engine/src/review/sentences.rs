//! The sentences of a file of corrections, corrected: clean text to learn from.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::reader::unquoted;
use crate::csv_table::{Columns, CsvTable};

/// What stands around the place in the column `sentence`.
const MARKS: [char; 2] = ['⟪', '⟫'];

#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    correction: String,
    #[serde(default)]
    article: String,
    #[serde(default)]
    sentence: String,
}

/// Corrected sentences of a file in UTF-8 that [`super::Corrections`] can read, each once, with all that is said about its words, in the
/// order of the file.
pub(super) fn corrected_sentences(bytes: &[u8], columns: &'static [&'static str]) -> Vec<String> {
    let Ok(table) = CsvTable::open(bytes, Columns { all: columns, required: &[] }) else { return Vec::new() };
    let mut order = Vec::new();
    let mut edits: BTreeMap<SentenceKey, Edits> = BTreeMap::new();
    table.each(|_, row: Result<Row, String>| {
        let Some(Edit { sentence, bytes, form }) = row.ok().and_then(edit) else { return };
        if !edits.contains_key(&sentence) {
            order.push(sentence.clone());
        }
        edits.entry(sentence).or_default().insert(bytes.start, (bytes.end, form));
    });
    order.iter().map(|sentence| corrected(&sentence.1, &edits[sentence])).collect()
}

/// An article and a sentence of it.
type SentenceKey = (String, String);
/// By the first byte, the end and the form of each.
type Edits = BTreeMap<usize, (usize, String)>;

/// What a row says about a sentence.
struct Edit {
    sentence: SentenceKey,
    bytes: Range<usize>,
    form: String,
}

/// The edit of a row; `None` if it gives no word a form.
fn edit(row: Row) -> Option<Edit> {
    let form = unquoted(&row.correction);
    let sentence = unquoted(&row.sentence);
    let (before, rest) = sentence.split_once(MARKS[0])?;
    let (text, after) = rest.split_once(MARKS[1])?;
    let is_form = row.kind.trim().eq_ignore_ascii_case("form") && !form.is_empty();
    let bytes = before.len()..before.len() + text.len();
    is_form.then(|| Edit { sentence: (row.article, format!("{before}{text}{after}")), bytes, form: form.to_owned() })
}

fn corrected(sentence: &str, edits: &Edits) -> String {
    let (mut text, mut from) = (String::with_capacity(sentence.len()), 0);
    for (start, (end, form)) in edits {
        text.push_str(sentence.get(from..*start).unwrap_or_default());
        text.push_str(form);
        from = *end;
    }
    text.push_str(sentence.get(from..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::super::reader::READ;
    use super::*;

    #[test]
    fn what_is_said_about_a_sentence_comes_together() {
        let csv = "kind,article,raw,correction,sentence\n\
                   form,a,x,الأم,قالت ⟪الأمة⟫ إن الولد عاد\n\
                   form,a,x,أن,قالت الأمة ⟪إن⟫ الولد عاد\n\
                   form,a,x,,قالت الأمة إن ⟪الولد⟫ عاد\n\
                   sentence_end,a,x,yes,⟪قالت⟫ الأمة\n\
                   form,b,x,ما قورن,إذا ⟪ماقورن⟫ به\n";
        assert_eq!(corrected_sentences(csv.as_bytes(), &READ), ["قالت الأم أن الولد عاد", "إذا ما قورن به"]);
    }
}

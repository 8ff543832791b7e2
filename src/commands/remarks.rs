//! Remarks about the input, one a line. A fault that a thousand records share is told ten times, and then counted.

use std::collections::HashMap;

use engine::tables::Reject;
use engine::tag::VocabularyNotice;

use crate::shown::on_one_line;

/// How many remarks of one kind are told in full.
const TOLD: usize = 10;

/// The lines of rejects: the first ten of each code, then how many more there are.
pub(super) fn shown_rejects(rejects: &[Reject]) -> Vec<String> {
    let line = |reject: &Reject| {
        let record = reject.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
        format!("{}{record}: {}", reject.source_path, reject.message)
    };
    shown(rejects.iter().map(|reject| (format!("of this kind ({})", reject.code), line(reject))))
}

/// The lines of notices about the vocabulary: the first ten of each kind, then how many more there are.
pub(super) fn shown_notices(notices: &[VocabularyNotice]) -> Vec<String> {
    shown(notices.iter().map(|notice| (notice.kind.plural().to_owned(), notice.to_string())))
}

/// The lines of remarks, each with its kind in words that end "10 more …": the first ten of each kind, then how many more there
/// are.
pub(super) fn shown(remarks: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    // In the order in which they were met, which a map does not keep.
    let mut kinds = Vec::new();
    let mut lines = Vec::new();
    for (kind, line) in remarks {
        let count = counts.entry(kind.clone()).or_insert_with(|| {
            kinds.push(kind);
            0
        });
        *count += 1;
        if *count <= TOLD {
            lines.push(on_one_line(&line).into_owned());
        }
    }
    let more = |kind: &String| Some(counts[kind].saturating_sub(TOLD)).filter(|more| *more > 0);
    lines.extend(kinds.iter().filter_map(|kind| more(kind).map(|more| format!("… and {more} more {kind}"))));
    lines
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn after_the_tenth_remarks_of_a_kind_are_counted() {
        let remark = |index: usize| {
            let kind = if index.is_multiple_of(4) { "in a" } else { "in b" };
            (kind.to_owned(), index.to_string())
        };
        let lines = shown((0..16).map(remark));
        assert_eq!(lines.len(), 4 + 10 + 1);
        assert_eq!(lines[0], "0");
        assert_eq!(lines.last().map(String::as_str), Some("… and 2 more in b"));
    }
}

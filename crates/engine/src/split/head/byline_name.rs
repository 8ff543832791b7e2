//! The name in a byline.

use std::ops::Range;

use crate::arabic::{is_letter, is_mark};
use crate::newswire::{NEWSWIRE, TextWord};

/// What stands between the names of several writers.
const JOINTS: [&str; 5] = [" - ", " – ", " — ", " / ", "/"];

/// The name in a byline, without the cue before it (`كتب`, `من`) and the marks around it; several names have a comma between them.
#[must_use]
pub fn name_of(byline: &str) -> String {
    let words = words(byline);
    // As stripped text too, because repair may have left the cue as it was (`تغطي`).
    let texts = words.iter().map(|word| TextWord::stripped(&byline[word.clone()], &byline[word.clone()]));
    let texts: Vec<TextWord> = texts.collect();
    let cues = [&NEWSWIRE.certain_cues, &NEWSWIRE.byline_cues, &NEWSWIRE.correspondent_cues];
    let cue = cues.iter().map(|cues| cues.longest_at(&texts)).max().unwrap_or(0);
    let (Some(first), Some(last)) = (words.get(cue), words.last()) else { return String::new() };
    let name = byline[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ");
    JOINTS.iter().fold(name, |name, joint| name.replace(joint, "، "))
}

/// The words of a text, in bytes.
fn words(text: &str) -> Vec<Range<usize>> {
    let is_of_word = |c: char| is_letter(c) || is_mark(c) || c.is_alphanumeric();
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_of_word(*c)) {
        match words.last_mut().filter(|word| word.end == at) {
            Some(word) => word.end += c.len_utf8(),
            None => words.push(at..at + c.len_utf8()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_byline_without_its_cue() {
        for (byline, name) in [
            ("كتب سالم الرحبي", "سالم الرحبي"),
            ("من محمد عمر", "محمد عمر"),
            ("-عايدة عبدالحميد:", "عايدة عبدالحميد"),
            ("إعداد:محمد القرق", "محمد القرق"),
            ("تغطي سعيد الشاطر", "سعيد الشاطر"),
            ("بقلم: د. فهد العرابي الحارثي", "د. فهد العرابي الحارثي"),
            ("تحقيق - هناء المداح - سارة جمال:", "هناء المداح، سارة جمال"),
            ("كتب: أحمد علي، محمد سعيد", "أحمد علي، محمد سعيد"),
            ("مرعي عسيري، تصوير: علي الشهري", "مرعي عسيري، تصوير: علي الشهري"),
            ("كتب:", ""),
        ] {
            assert_eq!(name_of(byline), name);
        }
    }
}

//! The head of an article on a page: lines that repeat the title, the author and the date.
//!
//! Invariant: what is cut off is not lost. It is the title, or it is in the author or the date, or it is kept among the other fields.

use engine::arabic::is_sentence_mark;

use super::super::dates::read_date;
use super::blocks::fold;

/// Number of lines at the head of the text that may repeat title, author and date.
const HEAD_LINES: usize = 8;

/// Longest line, in words, that can be just a date.
const MAX_DATE_WORDS: usize = 12;

/// First words of lines that give the date, spelled without hamza.
const DATE_LINE_STARTS: [&str; 20] = [
    "نشر",
    "نشرت",
    "تاريخ",
    "بتاريخ",
    "التاريخ",
    "اخر",
    "تحديث",
    "حدث",
    "يوم",
    "الاحد",
    "الاثنين",
    "الثلاثاء",
    "الاربعاء",
    "الخميس",
    "الجمعه",
    "السبت",
    "date",
    "published",
    "updated",
    "posted",
];

/// Words before the name of an author; those that are also verbs of sentences need their colon.
const AUTHOR_CUES: [&str; 15] = [
    "بقلم",
    "بقلم:",
    "كتب:",
    "كتبت:",
    "كتب/",
    "الكاتب:",
    "الكاتبة:",
    "المحرر:",
    "إعداد:",
    "اعداد:",
    "تقرير:",
    "تحقيق:",
    "حوار:",
    "بواسطة:",
    "بواسطة",
];

/// Most words of an author's name on a line of its own.
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=4;

/// What the head of an article says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The line with the date.
    pub(super) published: Option<String>,
    /// The author's name.
    pub(super) byline: Option<String>,
    /// Number of lines.
    pub(super) lines: usize,
}

impl Head {
    /// Reads the lines at the head of a text, up to the first that is something else.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l str>, title: Option<&str>, byline: Option<&str>) -> Self {
        let (title, byline) = (title.map(fold), byline.map(fold));
        let mut head = Self::default();
        for line in lines.take(HEAD_LINES) {
            let folded = fold(line);
            let is_author = Some(&folded) == byline.as_ref();
            let is_title = title.as_deref().is_some_and(|title| is_nearly(&folded, title));
            if !(is_title || is_author || head.takes(line, byline.as_deref())) {
                break;
            }
            head.lines += 1;
        }
        head
    }

    /// Takes a line that is just a date, an author, or both; another author than the known one is left in the text.
    pub(super) fn takes(&mut self, line: &str, byline: Option<&str>) -> bool {
        let (before, author) = split_author(line);
        let differs = author.as_ref().is_some_and(|author| byline.is_some_and(|known| known != fold(author)));
        let is_date = is_date_line(before);
        if differs || (author.is_none() && !is_date) || (!is_date && !before.trim().is_empty()) {
            return false;
        }
        if is_date {
            self.published.get_or_insert_with(|| before.trim().to_owned());
        }
        self.byline = self.byline.take().or(author);
        true
    }
}

/// Whether a line is the title, or nearly: with the name of the site, or cut short.
pub(super) fn repeats_title(line: &str, title: &str) -> bool {
    is_nearly(&fold(line), &fold(title))
}

/// Whether one of two folded lines is most of the other.
fn is_nearly(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    !short.is_empty() && short.len() * 10 >= long.len() * 7 && long.contains(short)
}

/// A line without the author that it names at its end, and the author.
fn split_author(line: &str) -> (&str, Option<String>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| AUTHOR_CUES.contains(word)) else { return (line, None) };
    let name = words[at + 1..].strip_prefix(&[":"]).unwrap_or(&words[at + 1..]);
    let is_name = NAME_WORDS.contains(&name.len()) && name.iter().all(|word| word.chars().all(char::is_alphabetic));
    if !is_name {
        return (line, None);
    }
    let cue = words[at].as_ptr() as usize - line.as_ptr() as usize;
    (line[..cue].trim_end_matches(|c: char| c.is_whitespace() || "|-–—،".contains(c)), Some(name.join(" ")))
}

/// The author's name without the cue before it; `None` if it cannot be a name.
pub(super) fn author_name(byline: &str) -> Option<String> {
    let words: Vec<&str> = byline.split_whitespace().collect();
    let cue = words.first().filter(|word| AUTHOR_CUES.contains(word) || ["كتب", "كتبت", "by", "By"].contains(word));
    let name = words[usize::from(cue.is_some())..].join(" ");
    let name = name.trim_start_matches([':', ' ']);
    let is_date = !read_date(name).is_empty();
    (!name.is_empty() && !is_date && name.chars().any(char::is_alphabetic)).then(|| name.to_owned())
}

/// Whether a line is just a date. A short sentence may contain a date too, but begins and ends differently.
pub(super) fn is_date_line(line: &str) -> bool {
    // Folded, because the words in the list have no hamza and end in `ه`.
    let first = fold(line.split_whitespace().next().unwrap_or_default());
    let begins = first.starts_with(char::is_numeric) || DATE_LINE_STARTS.contains(&first.as_str());
    let is_sentence = line.ends_with(is_sentence_mark);
    begins && !is_sentence && line.split_whitespace().count() <= MAX_DATE_WORDS && !read_date(line).is_empty()
}

//! Text for people: Arabic that stays in its place within a line, control characters that do nothing, lines that break between words.
//!
//! A terminal orders a line by the bidirectional algorithm (Unicode Standard Annex 9), which moves arrows, numbers and punctuation that stand
//! between Arabic words. So each piece of Arabic stands between FSI and PDI: it is ordered by itself, and moves as one piece.
//!
//! Invariant: isolates are balanced in every line, and text of the data can neither close one nor move the cursor. A line of the data
//! can look like one of ours unless it is put on one line before (`shown.rs`).

use std::io::IsTerminal;

/// First strong isolate.
const FSI: char = '\u{2068}';
/// Right-to-left isolate.
const RLI: char = '\u{2067}';
/// Pop directional isolate.
const PDI: char = '\u{2069}';

/// How text is printed.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// Without the invisible marks, for logs and other programs.
    is_plain: bool,
    /// The width of the terminal; `None` if it is none.
    columns: Option<usize>,
}

impl Printer {
    /// For standard output.
    #[must_use]
    pub fn for_output(is_plain: bool) -> Self {
        let columns = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        let is_terminal = std::io::stdout().is_terminal();
        Self { is_plain, columns: if is_terminal { columns() } else { None } }
    }

    /// For a stream whose lines nobody breaks.
    #[must_use]
    pub fn for_log(is_plain: bool) -> Self {
        Self { is_plain, columns: None }
    }

    /// A text of one or more lines as it is printed.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let lines = text.split('\n').map(|line| {
            let line = with_runs_isolated(&line.replace(char::is_control, "\u{fffd}"));
            let line = self.columns.map_or_else(|| line.clone(), |columns| broken(&line, columns));
            if self.is_plain { without_isolates(&line) } else { line }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A piece of data within a line: isolated if it has letters that run from right to left, its control characters shown.
#[must_use]
pub fn isolated(text: &str) -> String {
    let text = harmless(text);
    if text.chars().any(is_right_to_left) { format!("{FSI}{text}{PDI}") } else { text }
}

/// A piece of data that runs from right to left whatever its first letter: spaces at its beginning stand on the right.
#[must_use]
pub fn isolated_right_to_left(text: &str) -> String {
    format!("{RLI}{}{PDI}", harmless(text))
}

/// A text whose control and formatting characters are shown, not obeyed.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            _ if c.is_control() => shown.push('\u{fffd}'),
            _ if is_bidi_control(c) => {}
            _ => shown.push(c),
        }
    }
    shown
}

/// The columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().filter(|c| !is_bidi_control(*c) && !is_mark(*c)).count()
}

/// A text with spaces behind it, so that it takes a number of columns.
#[must_use]
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Whether a letter runs from right to left: those of Hebrew, Arabic, Syriac, Thaana and `NKo`, and their presentation forms.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}') && c.is_alphabetic()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}')
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn without_isolates(text: &str) -> String {
    text.chars().filter(|c| !is_bidi_control(*c)).collect()
}

/// A line whose Arabic words that stand in no isolate yet are isolated, neighbouring words together.
fn with_runs_isolated(line: &str) -> String {
    let mut shown = String::with_capacity(line.len() + 16);
    let (mut depth, mut run) = (0_usize, String::new());
    // Where the run's last letter ends: spaces after it do not belong to it.
    let mut end = 0;
    let flush = |run: &mut String, end: &mut usize, shown: &mut String| {
        if !run.is_empty() {
            shown.push(FSI);
            shown.push_str(&run[..*end]);
            shown.push(PDI);
            shown.push_str(&run[*end..]);
            run.clear();
            *end = 0;
        }
    };
    for c in line.chars() {
        let is_free = depth == 0;
        match c {
            '\u{2066}'..='\u{2068}' => depth += 1,
            PDI => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_free && (is_right_to_left(c) || (!run.is_empty() && is_mark(c))) {
            run.push(c);
            end = run.len();
        } else if is_free && !run.is_empty() && c == ' ' && !run.ends_with(' ') {
            run.push(c);
        } else {
            flush(&mut run, &mut end, &mut shown);
            shown.push(c);
        }
    }
    flush(&mut run, &mut end, &mut shown);
    shown
}

/// A line broken between words, so that no line is wider; an isolate that goes on is closed at the end of a line and opened again.
fn broken(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let own = line.len() - line.trim_start_matches(' ').len();
    let hanging = if (own + 4) * 2 > columns { 0 } else { own + 4 };
    let (mut lines, mut current, mut taken) = (Vec::new(), " ".repeat(own), own);
    let mut open: Option<char> = None;
    // Several spaces align columns, which a broken line has none of.
    for (number, word) in line.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if number > 0 && taken + 1 + width(word) > columns {
            current.extend(open.map(|_| PDI));
            lines.push(std::mem::take(&mut current));
            current.push_str(&" ".repeat(hanging));
            current.extend(open);
            taken = hanging;
        } else if number > 0 {
            current.push(' ');
            taken += 1;
        }
        current.push_str(word);
        taken += width(word);
        for c in word.chars() {
            match c {
                '\u{2066}'..='\u{2068}' => open = Some(c),
                PDI => open = None,
                _ => {}
            }
        }
    }
    lines.push(current);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOG: Printer = Printer { is_plain: false, columns: None };

    #[test]
    fn arabic_words_are_isolated_together_and_what_stands_between_is_not() {
        assert_eq!(
            LOG.shown("  عل ← على الأرض 0.98, إلى"),
            "  \u{2068}عل\u{2069} ← \u{2068}على الأرض\u{2069} 0.98, \u{2068}إلى\u{2069}"
        );
        let sentence = format!("[3] {}", isolated("قال OPEC إن 5 دول"));
        assert_eq!(LOG.shown(&sentence), sentence, "an isolate is left as it is");
        assert_eq!(Printer { is_plain: true, columns: None }.shown(&sentence), "[3] قال OPEC إن 5 دول");
        assert_eq!(LOG.shown("no Arabic here"), "no Arabic here");
    }

    #[test]
    fn data_can_do_nothing() {
        assert_eq!(isolated("a\u{1b}[31m\nb\u{2069}"), "a\u{fffd}[31m b");
        assert_eq!(isolated("قا\u{202e}ل"), "\u{2068}قال\u{2069}");
    }

    #[test]
    fn lines_break_between_words_and_isolates_go_on() {
        let printer = Printer { is_plain: false, columns: Some(14) };
        let shown = printer.shown(&format!("[0] {}", isolated("كلمة ثم كلمة أخرى")));
        assert_eq!(shown, "[0] \u{2068}كلمة ثم\u{2069}\n    \u{2068}كلمة أخرى\u{2069}");
    }

    proptest! {
        #[test]
        fn isolates_are_balanced_in_every_line(text in "[ابج a1.,\u{2066}\u{2069}\u{64b}-]{0,40}", columns in 4_usize..30) {
            let printer = Printer { is_plain: false, columns: Some(columns) };
            for line in printer.shown(&format!("x {} y", isolated(&text))).split('\n') {
                let opened = line.chars().filter(|c| *c == FSI || *c == RLI).count();
                prop_assert_eq!(opened, line.chars().filter(|c| *c == PDI).count());
                prop_assert!(width(line) <= columns || line.trim_start().split(' ').count() == 1);
            }
        }

        #[test]
        fn nothing_is_lost(text in "[ابج a1.,-]{0,40}", columns in 4_usize..30) {
            let printer = Printer { is_plain: true, columns: Some(columns) };
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&printer.shown(&isolated(&text))), words(&text));
        }
    }
}

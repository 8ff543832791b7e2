//! Lists in surviving text: each item is a sentence of its own and keeps its number or bullet.
//!
//! A label counts if it belongs to a row of labels (`1.` … `2.` …) or if a line that ends with a colon introduces it. A bullet counts at a
//! line's start. A dash there may also be part of a wrapped sentence, so dashes count together: if most of them stand where something has
//! ended, all are bullets.

use super::lines::Lines;
use super::list_labels::{Closing, Label, Ordinal};
use super::marks::Mark;
use crate::arabic::is_digit;
use crate::document::{Document, Gap};

/// Signs that are bullets wherever they stand.
const BULLETS: &str = "•▪■●◦‣►▸➤✓✔◆";
/// Signs that are bullets at a line's start.
const LINE_BULLETS: &str = "*٭·∙□▫○◇♦▶➢✦o";
const DASHES: &str = "-–—−ـ";
/// The most tokens from the label of an item to the next one on the same line.
const LONGEST_ITEM: usize = 200;
/// How many open lists a label is compared with: lists nest a few levels deep.
const OPEN_LISTS: usize = 16;

/// An item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    /// Its first token.
    pub(super) start: usize,
    /// How many tokens its label or bullet is made of; 0 if it shares one with the first word.
    pub(super) label: usize,
}

/// The items of the lists of an article, in order.
pub(super) fn items(document: &Document, lines: &Lines) -> Vec<Item> {
    let mut items = labelled_items(document);
    items.extend(bulleted_items(document, lines));
    items.extend(inline_dashes(document));
    items.sort_unstable();
    items.dedup_by_key(|item| item.start);
    items
}

fn is_at_line_start(document: &Document, token: usize) -> bool {
    token.checked_sub(1).is_none_or(|before| document.tokens()[before].gap.is_break())
}

fn ends_with_colon(document: &Document, token: usize) -> bool {
    document.token_text(token).ends_with(':')
}

/// Whether a label can stand at its place: on a new line, after a mark, or anywhere if nothing but a label looks like it.
fn is_placed(document: &Document, label: &Label, is_first: bool) -> bool {
    let before = label.token.checked_sub(1);
    if is_at_line_start(document, label.token) {
        return true;
    }
    let is_after_mark = before.is_none_or(|before| Mark::after(document, before) != Mark::None);
    let next = label.token + label.tokens.max(1);
    let is_quantity = next < document.tokens().len() && document.token_text(next).starts_with(is_digit);
    match (&label.closing, &label.ordinal) {
        (Closing::Bare, _) => false,
        (Closing::Dash | Closing::Stop, _) if is_quantity && label.tokens > 0 => false,
        (Closing::Dash | Closing::Bracket, _) | (_, Ordinal::Word(_)) => true,
        // A sentence can end with a number, but a list hardly begins with one.
        (Closing::Stop, Ordinal::Number { .. }) => is_after_mark || !is_first,
        _ => is_after_mark,
    }
}

/// The items with labels that belong to a row, or that are introduced.
fn labelled_items(document: &Document) -> Vec<Item> {
    let mut lists: Vec<Vec<Label>> = Vec::new();
    for label in (0..document.tokens().len()).filter_map(|token| Label::at(document, token)) {
        let at_line = is_at_line_start(document, label.token);
        let continues = |list: &&mut Vec<Label>| {
            let last = list.last().expect("no list is empty");
            let is_near = at_line && is_at_line_start(document, last.token) || label.token - last.token <= LONGEST_ITEM;
            is_near && label.follows(last)
        };
        if let Some(list) =
            lists.iter_mut().rev().take(OPEN_LISTS).find(continues).filter(|_| is_placed(document, &label, false))
        {
            list.push(label);
        } else if (at_line || label.ordinal.is_first()) && is_placed(document, &label, true) {
            lists.push(vec![label]);
        }
    }
    let is_list = |list: &Vec<Label>| list.len() > 1 || is_introduced(document, &list[0]);
    let items = lists.into_iter().filter(is_list).flatten();
    items.map(|label| Item { start: label.token, label: label.tokens }).collect()
}

/// Whether a single label at a line's start opens an item: an ordinal does (`أولا:`), and a first number after a colon.
fn is_introduced(document: &Document, label: &Label) -> bool {
    let is_after_colon = label.token.checked_sub(1).is_some_and(|before| ends_with_colon(document, before));
    let is_ordinal = matches!(label.ordinal, Ordinal::Word(_));
    is_at_line_start(document, label.token) && (is_ordinal || label.ordinal.is_first() && is_after_colon)
}

/// The bullet that begins a token, as an item.
fn bullet(document: &Document, token: usize, signs: &str) -> Option<Item> {
    let text = document.token_text(token);
    let mut letters = text.chars();
    let sign = letters.next().filter(|sign| signs.contains(*sign))?;
    let rest = letters.as_str();
    let is_letter = sign.is_ascii_alphabetic();
    let word =
        if rest.is_empty() { document.tokens().get(token + 1).map(|_| document.token_text(token + 1))? } else { rest };
    // Not `-5`, `--` and `***`, nor a letter before other Latin ones.
    let opens = |c: char| c.is_alphanumeric() || matches!(c, '«' | '"' | '“' | '(' | '[');
    let is_bullet = match rest {
        "" => word.starts_with(opens) && !(is_letter && word.is_ascii()),
        _ => word.starts_with(opens) && !word.starts_with(is_digit) && !is_letter,
    };
    is_bullet.then_some(Item { start: token, label: usize::from(rest.is_empty()) })
}

fn bulleted_items(document: &Document, lines: &Lines) -> Vec<Item> {
    let at_lines = |signs: &'static str| lines.starts().filter_map(move |token| bullet(document, token, signs));
    let mut items: Vec<Item> = at_lines(BULLETS).chain(at_lines(LINE_BULLETS)).collect();
    let inside = (0..document.tokens().len()).filter(|token| !is_at_line_start(document, *token));
    let inline: Vec<Item> = inside.filter_map(|token| bullet(document, token, BULLETS)).collect();
    // One alone in a line separates (`القاهرة • رويترز`).
    let is_introduced = inline.first().is_some_and(|item| ends_with_colon(document, item.start - 1));
    if items.len() + inline.len() > 1 || is_introduced {
        items.extend(inline);
    }
    let dashes: Vec<Item> = at_lines(DASHES).collect();
    let follows_end = |item: &&Item| {
        lines.is_after_deliberate_break(item.start)
            || item.start.checked_sub(1).is_none_or(|before| {
                document.tokens()[before].gap == Gap::Paragraph
                    || Mark::after(document, before) == Mark::Stop
                    || ends_with_colon(document, before)
            })
    };
    if 2 * dashes.iter().filter(follows_end).count() >= dashes.len() {
        items.extend(dashes);
    }
    items
}

/// The items of `جاء في البيان: - خفض الضرائب - دعم الصادرات`: a colon, a dash, and at least one more before the line ends.
fn inline_dashes(document: &Document) -> Vec<Item> {
    let mut lists: Vec<Vec<Item>> = Vec::new();
    let mut is_open = false;
    for token in 0..document.tokens().len() {
        is_open &= !is_at_line_start(document, token);
        let Some(item) = bullet(document, token, DASHES).filter(|item| item.label == 1 && token > 0) else { continue };
        if is_open {
            lists.last_mut().expect("an open list").push(item);
        } else if !is_at_line_start(document, token) && ends_with_colon(document, token - 1) {
            lists.push(vec![item]);
            is_open = true;
        }
    }
    lists.into_iter().filter(|list| list.len() > 1).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of the items of a text, each with its label.
    fn found(text: &str) -> Vec<String> {
        let document = Document::from_text("t", text);
        let items = items(&document, &Lines::of(&document));
        items.into_iter().map(|item| document.span_text(item.start..item.start + item.label + 1).to_owned()).collect()
    }

    #[test]
    fn items_are_labelled_in_a_row() {
        for (text, expected, why) in [
            ("شملت ما يلي:\n1. زيادة\n2. خفض", vec!["1. زيادة", "2. خفض"], "by lines"),
            ("شملت ما يلي: 1. زيادة. 2. خفض.", vec!["1. زيادة.", "2. خفض."], "inline, after marks"),
            ("شملت ما يلي: ١- زيادة الرواتب ٢- خفض", vec!["١- زيادة", "٢- خفض"], "inline, without marks"),
            ("حل 1. ثم حل 2. ثم حل", vec![], "sentences that end with numbers"),
            ("ذكره (1) ثم ذكره (2) هناك", vec![], "the numbers of notes"),
            ("بين 1- 2 وبين 2- 3", vec![], "scores"),
            ("1. كذا\nأ- هذا\nب- ذاك\n2. كذا", vec!["1. كذا", "أ- هذا", "ب- ذاك", "2. كذا"], "nested"),
            ("1.1 كذا\n1.2 كذا", vec!["1.1 كذا", "1.2 كذا"], "numbers of two levels"),
            ("أ. سالم\nد. خالد", vec![], "titles are no row"),
            ("وقال:\n1. زيادة الرواتب", vec!["1. زيادة"], "one item, introduced"),
            ("كان ذلك\n5. زيادة الرواتب", vec![], "one number, not introduced"),
            ("أولا: كذا\nثم\nثانيا: كذا", vec!["أولا: كذا", "ثانيا: كذا"], "ordinals"),
        ] {
            assert_eq!(found(text), expected, "{text}: {why}");
        }
    }

    #[test]
    fn bullets_begin_lines() {
        for (text, expected, why) in [
            ("قال:\n- كذا\n- هذا", vec!["- كذا", "- هذا"], "dashes after ends"),
            ("قال:\n-كذا مثلا\n-هذا", vec!["-كذا", "-هذا"], "glued dashes"),
            ("قال فلان وهو وزير النقل في الدولة\n- في الحكومة السابقة - إن كذا", vec![], "a dash in a wrapped sentence"),
            ("كذا\n• هذا\n* ذاك\no ذلك", vec!["• هذا", "* ذاك", "o ذلك"], "other signs"),
            ("كذا\n***\nهذا\n-5 درجات", vec![], "a rule, and a number below zero"),
            ("وهي: • هذا • ذاك", vec!["• هذا", "• ذاك"], "inline"),
            ("القاهرة • رويترز", vec![], "a separator"),
            ("البيان: - زيادة الرواتب - خفض", vec!["- زيادة", "- خفض"], "inline dashes after a colon"),
            ("قال فلان - وهو وزير - إن", vec![], "dashes around an aside"),
        ] {
            assert_eq!(found(text), expected, "{text}: {why}");
        }
    }
}

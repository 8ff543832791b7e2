//! The dateline and the byline of an article, in the order in which they stand.

use super::super::sentence::SentenceKind;
use super::byline::{Byline, byline};
use super::dateline::{Dateline, dateline};
use super::words::HeadWords;
use crate::newswire::NEWSWIRE;

/// The ends, in tokens, of the dateline and the byline, in their order, with their probabilities.
pub(super) fn credits(head: &HeadWords) -> Vec<(usize, SentenceKind, f64)> {
    let of_dateline = |dateline: Dateline| (head.end_token(dateline.end), SentenceKind::Dateline, dateline.confidence);
    let of_byline = |byline: Byline| (head.end_token(byline.end), SentenceKind::Byline, byline.confidence);
    let Some(first) = dateline(head, 0) else {
        let Some(byline) = byline(head, 0, false).or_else(|| byline_above_dateline(head)) else { return Vec::new() };
        let line = head.before(byline.end).contains('\n').then_some(byline.end);
        let dateline = line.and_then(|line| dateline(head, line));
        return [of_byline(byline)].into_iter().chain(dateline.map(of_dateline)).collect();
    };
    let byline = byline(head, first.end, !first.has_agency);
    [of_dateline(first)].into_iter().chain(byline.map(of_byline)).collect()
}

/// The byline with which some agencies begin: `من أحمد الفيشاوي`, and on the next line a dateline.
pub(super) fn byline_above_dateline(head: &HeadWords) -> Option<Byline> {
    byline(head, 0, true).filter(|byline| {
        let is_dateline_next = || dateline(head, byline.end).is_some_and(|dateline| dateline.has_agency);
        head.listed(0, &NEWSWIRE.correspondent_cues) > 0 && head.before(byline.end).contains('\n') && is_dateline_next()
    })
}

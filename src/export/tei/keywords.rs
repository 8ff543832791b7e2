//! The tags of keywords around tokens.
//!
//! Invariant: tags nest, also where keywords overlap: one that goes on after the end of another is cut there, and its rest begins anew.

use crate::dataset::stored::StoredHit;

/// A tag at a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// Before the token: the hit with this number begins, or its rest.
    Start { hit: usize, is_rest: bool },
    /// After the token.
    End,
}

/// The tags at each token of a sentence. Hits that name no token of it are passed over.
pub(super) fn tags(hits: &[StoredHit], tokens: usize) -> Vec<Vec<Tag>> {
    let mut tags = vec![Vec::new(); tokens];
    let mut order: Vec<usize> = (0..hits.len()).filter(|hit| is_within(&hits[*hit], tokens)).collect();
    // Those that begin at one token: the longest first, so that it is around the others.
    order.sort_by_key(|hit| (hits[*hit].tokens.start, std::cmp::Reverse(hits[*hit].tokens.end)));
    let mut next = order.into_iter().peekable();
    let mut open: Vec<usize> = Vec::new();
    let mut cut: Vec<usize> = Vec::new();
    for (token, tags) in tags.iter_mut().enumerate() {
        for hit in cut.drain(..) {
            tags.push(Tag::Start { hit, is_rest: true });
            open.push(hit);
        }
        while let Some(hit) = next.next_if(|hit| hits[*hit].tokens.start == token) {
            tags.push(Tag::Start { hit, is_rest: false });
            open.push(hit);
        }
        let ends = |hit: &usize| hits[*hit].tokens.end == token + 1;
        if let Some(outermost) = open.iter().position(ends) {
            for hit in open.split_off(outermost) {
                tags.push(Tag::End);
                if !ends(&hit) {
                    cut.push(hit);
                }
            }
        }
    }
    tags
}

fn is_within(hit: &StoredHit, tokens: usize) -> bool {
    hit.tokens.start < hit.tokens.end && hit.tokens.end <= tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tags around tokens a, b, c … as text.
    fn shown(ranges: &[(usize, usize)], tokens: usize) -> String {
        let hit = |&(start, end): &(usize, usize)| StoredHit {
            concept: String::new(),
            label: String::new(),
            category: String::new(),
            surface: String::new(),
            layer: String::new(),
            confidence: 1.0,
            tokens: start..end,
        };
        let hits: Vec<_> = ranges.iter().map(hit).collect();
        let mut text = String::new();
        for (letter, tags) in ('a'..).zip(tags(&hits, tokens)) {
            for tag in &tags {
                if let Tag::Start { hit, is_rest } = tag {
                    text.extend(["<", &hit.to_string(), if *is_rest { "…>" } else { ">" }]);
                }
            }
            text.push(letter);
            text += &"</>".repeat(tags.iter().filter(|tag| **tag == Tag::End).count());
        }
        text
    }

    #[test]
    fn tags_nest() {
        assert_eq!(shown(&[], 2), "ab");
        assert_eq!(shown(&[(1, 2), (0, 3), (0, 3)], 3), "<1><2>a<0>b</>c</></>");
        assert_eq!(shown(&[(0, 2), (1, 3)], 4), "<0>a<1>b</></><1…>c</>d");
        assert_eq!(shown(&[(0, 9), (1, 1)], 2), "ab", "no token of the sentence");
    }
}

//! A sentence: its tokens, what was restored in them, and the keywords around them.

use super::header::{PEOPLE, PROGRAM};
use super::keywords::{Tag, tags};
use crate::dataset::stored::{StoredSentence, StoredToken};
use crate::export::xml::{element, escaped, start};

/// The `s` of a sentence.
pub(super) fn sentence_element(sentence: &StoredSentence) -> String {
    let id = sentence_id(&sentence.id);
    let mut s = start("s", &[("xml:id", &id), ("cert", &sentence.boundary_confidence.to_string())]);
    if let Some(confidence) = sentence.gap_before {
        s += &gap(confidence);
    }
    let tags = tags(&sentence.hits, sentence.tokens.len());
    for (index, token) in sentence.tokens.iter().enumerate() {
        if index > 0 {
            s.push(' ');
        }
        for tag in &tags[index] {
            if let Tag::Start { hit, is_rest } = tag {
                s += &keyword_start(sentence, &id, *hit, *is_rest);
            }
        }
        s += &reading(token);
        for _ in tags[index].iter().filter(|tag| matches!(tag, Tag::End)) {
            s += "</rs>";
        }
        push_restored(&mut s, token);
    }
    s + "</s>"
}

/// A sentence's id as XML allows it, where no id begins with a digit or holds a colon.
fn sentence_id(id: &str) -> String {
    format!("s-{}", id.replace(':', "-"))
}

/// What was written and what it is read as.
fn reading(token: &StoredToken) -> String {
    let resp = format!("#{}", if token.is_by_hand { PEOPLE } else { PROGRAM });
    let cert = token.confidence.to_string();
    if !token.is_repaired() {
        if !token.is_doubtful {
            return escaped(&token.form);
        }
        let form = element("unclear", &[("cert", &cert), ("resp", &resp)], &token.form);
        let others = others(token, "unclear", &[]);
        return if others.is_empty() { form } else { format!("<choice>{form}{others}</choice>") };
    }
    let raw = element("sic", &[], &token.raw);
    let form = element("corr", &[("cert", &cert), ("resp", &resp)], &token.form);
    format!("<choice>{raw}{form}{}</choice>", others(token, "corr", &[("type", "alternative")]))
}

/// The other forms, best first.
fn others(token: &StoredToken, tag: &str, attributes: &[(&str, &str)]) -> String {
    let resp = format!("#{PROGRAM}");
    let other = |(form, confidence): &(String, f32)| {
        let cert = confidence.to_string();
        element(tag, &[attributes, &[("cert", cert.as_str()), ("resp", resp.as_str())]].concat(), form)
    };
    token.alternatives.iter().map(other).collect()
}

/// What stood after a token and was deleted: a mark, a number.
fn push_restored(s: &mut String, token: &StoredToken) {
    if let Some((mark, confidence)) = &token.mark {
        let resp = format!("#{PROGRAM}");
        *s += &element("pc", &[("type", "restored"), ("cert", &confidence.to_string()), ("resp", &resp)], mark);
    }
    if let Some(confidence) = token.gap {
        *s += &gap(confidence);
    }
}

/// A number that is missing.
fn gap(confidence: f32) -> String {
    format!("<gap reason=\"deleted\" unit=\"number\" quantity=\"1\" cert=\"{confidence}\" resp=\"#{PROGRAM}\"/>")
}

/// The start of a keyword, or of what is left of one that another keyword's end has cut.
fn keyword_start(sentence: &StoredSentence, sentence_id: &str, hit: usize, is_rest: bool) -> String {
    let found = &sentence.hits[hit];
    let id = format!("{sentence_id}-k{hit}");
    let (before, cert) = (format!("#{id}"), found.confidence.to_string());
    // A category is a word in TEI.
    let category = found.category.split_whitespace().collect::<Vec<_>>().join("_");
    let mut attributes = vec![if is_rest { ("prev", before.as_str()) } else { ("xml:id", id.as_str()) }];
    attributes.extend([("key", found.concept.as_str()), ("subtype", found.layer.as_str()), ("cert", cert.as_str())]);
    if !category.is_empty() {
        attributes.push(("type", &category));
    }
    start("rs", &attributes)
}

//! The article itself.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::language::foreign_runs;
use super::mojibake::Misreading;
use super::packed;
use super::source::{Encoding, Metadata, Neighbours, Origin};
use super::token::{Span, Token, TokenRule, spans_of, unify};
use super::unify::unify_token;

/// A title of more tokens is not treated as one: the text has run into it.
const LONGEST_TITLE: usize = 60;

/// An article as ingested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// See [`Origin::article_id`].
    pub article_id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The encoding of the source.
    pub encoding: Encoding,
    /// How some of its text had been misread before it was saved in that encoding, the last time first; it is undone.
    pub misreadings: Vec<Misreading>,
    /// What the source says about it.
    pub metadata: Metadata,
    /// What the texts around it tell about its state of writing.
    pub neighbours: Neighbours,
    text: String,
    #[serde(with = "packed")]
    tokens: Vec<Token>,
    title_tokens: usize,
    foreign: Vec<Range<usize>>,
}

impl Document {
    /// An article from the decoded text of a source. Its title is put before the text, unless the text begins with it.
    #[must_use]
    pub fn new(origin: Origin, encoding: Encoding, metadata: Metadata, decoded: &str) -> Self {
        let title = metadata.title.as_deref().unwrap_or_default();
        let titled;
        let (mut decoded, mut spans) = (decoded, spans_of(decoded, TokenRule::Text));
        let title_spans = spans_of(title, TokenRule::Text);
        let mut title_tokens = title_spans.len();
        if title_tokens > 0 && !begins_with((decoded, &spans), (title, &title_spans)) {
            // Cut again as one text: the offsets of its tokens must count the title, which precedes the text.
            titled = format!("{title}\n\n{decoded}");
            (decoded, spans) = (&titled, spans_of(&titled, TokenRule::Text));
        } else if title_tokens > 0 && !spans[title_tokens - 1].gap.is_break() {
            // The line continues after the title's words, so they are part of the first sentence.
            title_tokens = 0;
        }
        let foreign = foreign_runs(decoded, &spans);
        let (text, tokens) = unify(decoded, spans, &foreign);
        // A title that is the whole article would leave no text.
        if title_tokens >= tokens.len() || title_tokens > LONGEST_TITLE {
            title_tokens = 0;
        }
        let (article_id, misreadings) = (origin.article_id(), Vec::new());
        let neighbours = Neighbours::Unknown;
        Self { article_id, origin, encoding, misreadings, metadata, neighbours, text, tokens, title_tokens, foreign }
    }

    /// An article given as text, not as a file.
    #[must_use]
    pub fn from_text(name: &str, decoded: &str) -> Self {
        let origin = Origin { source_path: name.to_owned(), record: None };
        Self::new(origin, Encoding::Utf8, Metadata::default(), decoded)
    }

    /// A text whose tokens are given: white space alone separates them. The gold of a benchmark counts its tokens, so none may be cut.
    #[must_use]
    pub fn from_tokens(name: &str, text: &str) -> Self {
        let spans = spans_of(text, TokenRule::WhiteSpace);
        let foreign = foreign_runs(text, &spans);
        let (text, tokens) = unify(text, spans, &foreign);
        Self { text, tokens, foreign, ..Self::from_text(name, "") }
    }

    /// The article with how its text had been misread, and what the texts around it tell.
    #[must_use]
    pub fn with(self, misreadings: Vec<Misreading>, neighbours: Neighbours) -> Self {
        Self { misreadings, neighbours, ..self }
    }

    /// The encoding as tables name it: how the text was misread, if it was.
    #[must_use]
    pub fn encoding_name(&self) -> String {
        if self.misreadings.is_empty() {
            return self.encoding.name().to_owned();
        }
        let mut names: Vec<(String, usize)> = Vec::new();
        for name in self.misreadings.iter().map(|misreading| misreading.name()) {
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, times)) => *times += 1,
                None => names.push((name, 1)),
            }
        }
        let shown = names.into_iter().map(|(name, times)| match times {
            1 => name,
            2 => format!("{name} twice"),
            times => format!("{name} {times} times"),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// The number of leading tokens that are the title supplied by the source.
    #[must_use]
    pub fn title_tokens(&self) -> usize {
        self.title_tokens
    }

    /// The runs of tokens in other languages than Arabic, in order.
    #[must_use]
    pub fn foreign(&self) -> &[Range<usize>] {
        &self.foreign
    }

    /// Whether a token is in another language than Arabic.
    #[must_use]
    pub fn is_foreign(&self, token: usize) -> bool {
        self.foreign.get(self.foreign.partition_point(|run| run.end <= token)).is_some_and(|run| run.contains(&token))
    }

    /// The unified text: the tokens, separated by single spaces.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens, in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The unified text of one token.
    #[must_use]
    pub fn token_text(&self, token: usize) -> &str {
        &self.text[self.tokens[token].text.clone()]
    }

    /// The unified text of a run of tokens, separated by single spaces.
    #[must_use]
    pub fn span_text(&self, tokens: Range<usize>) -> &str {
        if tokens.is_empty() {
            return "";
        }
        &self.text[self.tokens[tokens.start].text.start..self.tokens[tokens.end - 1].text.end]
    }

    /// The bytes of the decoded text from the first to the last token of a run, which must not be empty.
    #[must_use]
    pub fn span_source(&self, tokens: Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].source.start..self.tokens[tokens.end - 1].source.end
    }

    /// 32 hex digits of a hash of the unified text.
    #[must_use]
    pub fn content_hash(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex()[..32].to_owned()
    }
}

/// Whether a text begins with the words of a title, however they are spaced and encoded.
fn begins_with((text, spans): (&str, &[Span]), (title, title_spans): (&str, &[Span])) -> bool {
    let unified = |text: &str, span: &Span| {
        let mut unified = String::new();
        unify_token(&text[span.source.clone()], &mut unified);
        unified
    };
    let mut pairs = spans.iter().zip(title_spans);
    spans.len() >= title_spans.len() && pairs.all(|(span, titles)| unified(text, span) == unified(title, titles))
}

#[cfg(test)]
mod tests {
    use super::super::token::Gap;
    use super::*;
    use crate::arabic::is_space;
    use proptest::prelude::*;

    #[test]
    fn a_glued_stop_ends_a_token_unless_tokens_are_given() {
        let text = "انتهى أمس.وقال د.سالم";
        let document = Document::from_text("t", text);
        let sliced: Vec<&str> = document.tokens().iter().map(|token| &text[token.source.clone()]).collect();
        assert_eq!(sliced, ["انتهى", "أمس.", "وقال", "د.سالم"]);
        assert_eq!((document.text(), document.tokens()[1].gap), ("انتهى أمس. وقال د.سالم", Gap::Nothing));
        let given = Document::from_tokens("t", text);
        assert_eq!((given.text(), given.tokens().len()), (text, 3));
    }

    #[test]
    fn gaps_distinguish_lines_from_paragraphs() {
        let document = Document::from_text("t", "ا ب\r\nج\r\rد\u{2029}ه\u{1c}و");
        let gaps: Vec<Gap> = document.tokens().iter().map(|t| t.gap).collect();
        assert_eq!(gaps, [Gap::Space, Gap::Line, Gap::Paragraph, Gap::Paragraph, Gap::Space, Gap::Paragraph]);
    }

    fn titled(title: &str, text: &str) -> Document {
        let origin = Origin { source_path: "t".to_owned(), record: None };
        let metadata = Metadata { title: Some(title.to_owned()), ..Metadata::default() };
        Document::new(origin, Encoding::Utf8, metadata, text)
    }

    #[test]
    fn a_title_precedes_the_text_once() {
        for (title, text, unified, title_tokens, why) in [
            ("خبر جديد", "وصل الوفد", "خبر جديد وصل الوفد", 2, "it is put before the text"),
            ("خبر جديد", "خبر جديد\nوصل الوفد", "خبر جديد وصل الوفد", 2, "the text has it on a separate line"),
            (
                "خبر جديد",
                "خبر جديد عن الوفد",
                "خبر جديد عن الوفد",
                0,
                "the text's first sentence begins with the same words",
            ),
            ("خبر جديد", "", "خبر جديد", 0, "a title alone is the text"),
            ("", "وصل الوفد", "وصل الوفد", 0, "a title of no words"),
        ] {
            let document = titled(title, text);
            assert_eq!((document.text(), document.title_tokens()), (unified, title_tokens), "{why}");
        }
    }

    proptest! {
        #[test]
        fn a_document_survives_its_packing(source in "[ابجد\\.ﻻﷺ\u{200c}\u{640} \t\r\n\u{1e}ـ1]{0,40}") {
            let document = titled("خبر", &source);
            let bytes = postcard::to_stdvec(&document).expect("packed");
            prop_assert_eq!(postcard::from_bytes::<Document>(&bytes).expect("unpacked"), document);
        }

        #[test]
        fn tokens_cover_the_source_and_nothing_else(source in "[ابجد\\.ﻻﷺ\u{200c}\u{640} \t\r\n\u{1e}ـ1]{0,40}") {
            let document = Document::from_text("t", &source);
            let expected: Vec<&str> = source.split(is_space).filter(|t| !t.is_empty()).collect();
            let mut runs: Vec<Range<usize>> = Vec::new();
            for token in document.tokens() {
                match runs.last_mut().filter(|run| run.end == token.source.start) {
                    Some(run) => {
                        prop_assert!(source[..run.end].ends_with('.'), "only a full stop cuts a run");
                        run.end = token.source.end;
                    }
                    None => runs.push(token.source.clone()),
                }
            }
            let sliced: Vec<&str> = runs.into_iter().map(|run| &source[run]).collect();
            prop_assert_eq!(&sliced, &expected);
            let resplit: Vec<&str> = document.text().split(is_space).filter(|t| !t.is_empty()).collect();
            let texts: Vec<&str> = (0..document.tokens().len()).map(|token| document.token_text(token)).collect();
            prop_assert_eq!(resplit, texts, "no token is empty, and none has white space inside");
        }
    }
}

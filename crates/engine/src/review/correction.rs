//! One correction.

/// Where a correction holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// At one place of an article.
    Here,
    /// For a word throughout an article.
    Article,
    /// For a word everywhere.
    Corpus,
}

impl Scope {
    /// All scopes, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Here, Self::Article, Self::Corpus];

    /// The name in files of corrections.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Article => "article",
            Self::Corpus => "corpus",
        }
    }
}

/// What is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The token, or the word, has this form.
    Form(String),
    /// Whether a sentence ends after the token.
    SentenceEnd(bool),
    /// The tokens do not mention the first concept, and mention the second.
    Keyword {
        /// Id of a concept.
        drop: Option<String>,
        /// Id of a concept.
        add: Option<String>,
    },
}

/// What a person says about a place or a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Where it holds.
    pub scope: Scope,
    /// The `article_id` or the `source_path` of the article; empty if it holds everywhere.
    pub article: String,
    /// The raw tokens before its place.
    pub before: Vec<String>,
    /// The raw tokens that it is about; the word, if it is a rule.
    pub raw: Vec<String>,
    /// The raw tokens after its place.
    pub after: Vec<String>,
    /// What it says.
    pub change: Change,
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
}

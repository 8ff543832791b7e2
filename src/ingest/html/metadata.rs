//! Metadata of a page's article: JSON-LD, Open Graph, `<meta>`, `<time>`.
//!
//! Invariant: values are given as found, with entities resolved and white space collapsed; nothing is interpreted here. JSON-LD is read
//! by `serde_json`, which limits nesting.

use dom_query::Document;
use serde_json::Value;

use super::clean::Label;
use super::parse::{resolve_entities, squeeze};
use crate::ingest::dates::{Reading, read_date};

/// Types of schema.org that are articles although their names do not end with `Article`.
const ARTICLE_TYPES: &[&str] = &["BlogPosting", "LiveBlogPosting", "Report"];

/// Longest text, in bytes, that may be a line with the date.
const MAX_DATE_LINE_BYTES: usize = 160;

/// The values of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) title: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) published: Option<String>,
    pub(super) section: Option<String>,
    /// The article's text, which only JSON-LD has.
    pub(super) body: Option<String>,
}

impl Findings {
    /// The values of this source, the gaps filled from another.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            title: self.title.or(other.title),
            byline: self.byline.or(other.byline),
            published: self.published.or(other.published),
            section: self.section.or(other.section),
            body: self.body.or(other.body),
        }
    }
}

/// The values of the first article in the page's JSON-LD.
pub(super) fn json_ld(document: &Document) -> Findings {
    let scripts = document.select("script[type=\"application/ld+json\"]");
    let mut values =
        scripts.nodes().iter().filter_map(|script| serde_json::from_str(&with_escaped_breaks(&script.text())).ok());
    values.find_map(|value: Value| article_of(&value).map(of_article)).unwrap_or_default()
}

/// Escapes the line breaks and other control characters that careless pages leave bare in JSON strings.
fn with_escaped_breaks(json: &str) -> String {
    let json = json.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
    let mut escaped = String::with_capacity(json.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for c in json.chars() {
        match c {
            // Comes before the arm for control characters, which would make a space of it and lose the line's end.
            '\n' if in_string => escaped.push_str("\\n"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
        // `is_escaped` is still about the character before this one, so it is used here and renewed only after.
        in_string ^= c == '"' && !is_escaped;
        is_escaped = in_string && c == '\\' && !is_escaped;
    }
    escaped
}

/// The first article in a value, its lists and its graphs.
fn article_of(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(values) => values.iter().find_map(article_of),
        Value::Object(fields) if is_article(fields.get("@type")) => Some(value),
        Value::Object(fields) => ["@graph", "mainEntity"].iter().find_map(|name| fields.get(*name).and_then(article_of)),
        _ => None,
    }
}

fn is_article(kind: Option<&Value>) -> bool {
    match kind {
        Some(Value::String(name)) => name.ends_with("Article") || ARTICLE_TYPES.contains(&name.as_str()),
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind.is_string() && is_article(Some(kind))),
        _ => false,
    }
}

fn of_article(article: &Value) -> Findings {
    let text = |name: &str| article.get(name).and_then(Value::as_str).and_then(tidy);
    Findings {
        title: text("headline").or_else(|| text("name")),
        byline: article.get("author").and_then(names),
        published: text("datePublished").or_else(|| text("dateCreated")),
        section: article
            .get("articleSection")
            .and_then(|value| value.as_str().or_else(|| value.get(0)?.as_str()))
            .and_then(tidy),
        body: article.get("articleBody").and_then(Value::as_str).map(str::to_owned),
    }
}

/// The name of a person, or the names of several.
fn names(author: &Value) -> Option<String> {
    match author {
        // Some pages give the address of the author's profile in place of a name.
        Value::String(name) => tidy(name).filter(|name| !is_address(name)),
        Value::Object(person) => person.get("name").filter(|name| !name.is_object()).and_then(names),
        Value::Array(authors) => {
            let known: Vec<String> = authors.iter().filter(|author| !author.is_array()).filter_map(names).collect();
            (!known.is_empty()).then(|| known.join("، "))
        }
        _ => None,
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with("//")
}

/// Resolves entities and collapses white space; `None` if nothing is left.
fn tidy(text: &str) -> Option<String> {
    Some(squeeze(&resolve_entities(text))).filter(|text| !text.is_empty())
}

/// The `<meta>` elements of a page: name or property in lower case, and content.
pub(super) struct Metas(Vec<(String, String)>);

impl Metas {
    pub(super) fn of(document: &Document) -> Self {
        let of_node = |meta: &dom_query::NodeRef| {
            let name = meta.attr("property").or_else(|| meta.attr("name")).or_else(|| meta.attr("itemprop"))?;
            Some((name.trim().to_ascii_lowercase(), tidy(&meta.attr("content")?)?))
        };
        Self(document.select("meta").nodes().iter().filter_map(of_node).collect())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        // `article:author` is often the address of a profile, which is no name.
        let find = |wanted: &&str| self.0.iter().find(|(name, content)| name == wanted && !is_address(content));
        // The order of `names` decides, not the order of the elements in the page.
        names.iter().find_map(find).map(|(_, content)| content.clone())
    }

    /// The name of the site.
    pub(super) fn site(&self) -> Option<String> {
        self.first(&["og:site_name", "application-name"])
    }

    /// Open Graph and its articles.
    pub(super) fn open_graph(&self) -> Findings {
        Findings {
            title: self.first(&["og:title"]),
            byline: self.first(&["article:author", "og:article:author"]),
            published: self.first(&["article:published_time", "og:article:published_time", "og:published_time"]),
            section: self.first(&["article:section", "og:article:section"]),
            body: None,
        }
    }

    /// The older names.
    pub(super) fn plain(&self) -> Findings {
        Findings {
            title: None,
            byline: self.first(&["author", "dc.creator", "dcterms.creator"]),
            published: self.first(&[
                "date",
                "datepublished",
                "pubdate",
                "publishdate",
                "publish-date",
                "publish_date",
                "dc.date",
                "dc.date.issued",
                "dcterms.created",
            ]),
            section: self.first(&["section", "articlesection"]),
            body: None,
        }
    }
}

/// The date that readers see: `<time datetime>`, or else the one line of that class that is a date.
pub(super) fn visible_date(document: &Document) -> Option<String> {
    let times = ["article time[datetime]", "main time[datetime]", "time[datetime]"];
    let time = times.iter().find_map(|selector| document.select(selector).nodes().first()?.attr("datetime"));
    if let Some(time) = time.and_then(|time| tidy(&time)) {
        return Some(time);
    }
    let is_dated = |node: &dom_query::NodeRef| {
        Label::of(node).has(&["date", "published", "pubdate", "publishdate", "time", "posted", "datetime", "dateline"])
    };
    let nodes = document.body()?.descendants();
    let lines =
        nodes.into_iter().filter(|node| node.is_element() && is_dated(node)).filter(|node| node.first_child().is_some());
    let mut dated = lines.filter_map(|node| {
        let line = tidy(&node.text()).filter(|line| line.len() <= MAX_DATE_LINE_BYTES)?;
        Some((read_date(&line), line)).filter(|(date, _): &(Reading, _)| !date.is_empty())
    });
    let (date, line) = dated.next()?;
    // Lists of other articles have dates too, so more than one day is ambiguous.
    dated.all(|(other, _)| other == date).then_some(line)
}

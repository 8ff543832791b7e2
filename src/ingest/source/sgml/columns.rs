//! The fields of an article in SGML or XML: its elements as columns.
//!
//! Columns have the names of their elements, or those that other formats use for the same (`<DOCNO>` is an id), so that `[fields]` finds
//! them. Invariant: no text of the article is lost: what stands in no element of its own becomes the text, or a column.

use serde_json::Value;

use super::names::column_name;
use super::tree::{Element, Node, tree};
use crate::ingest::column_name::same_name;
use crate::ingest::dates::{is_weekday, read_date};
use crate::ingest::markup::resolve;
use crate::ingest::tags::{attribute, attribute_list};

/// Elements of which an article may have several that are one field.
const LISTS: &[&str] = &["author", "category", "byline"];

/// Separates them.
const LIST_SEPARATOR: &str = "، ";

/// Elements that hold a summary: the text of an article that has no other.
const SUMMARIES: &[&str] = &["description", "summary", "abstract"];

/// Attributes that hold the value of an empty element.
const VALUES: &[&str] = &["value", "term", "date"];

/// The columns of an article.
pub(super) fn of_record(record: &str, text_names: &[String]) -> Vec<(String, Value)> {
    let Some(root) = tree(record) else { return Vec::new() };
    let holds_text = |wanted: &&String| root.elements().any(|inner| holds(inner, wanted));
    let mut found = Found { text_name: text_names.iter().find(holds_text), ..Found::default() };
    for (name, value) in attribute_list(root.attributes) {
        found.push(name, resolve(value).into_owned());
    }
    found.read(&root);
    let columns = found.finish(root.name, text_names);
    columns.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

/// Whether an element has a name, or one in it has.
fn holds(element: &Element<'_>, name: &str) -> bool {
    same_name(column_name(element.name), name) || element.elements().any(|inner| holds(inner, name))
}

/// What was found in an article.
#[derive(Default)]
struct Found<'n> {
    /// The name of the elements that hold its text.
    text_name: Option<&'n String>,
    columns: Vec<(String, String)>,
    texts: Vec<String>,
    /// Text in no element of its own.
    loose: Vec<String>,
}

impl Found<'_> {
    fn read(&mut self, element: &Element<'_>) {
        for child in &element.children {
            match child {
                Node::Text(text) if !text.trim().is_empty() => self.loose.push(resolve(text.trim()).into_owned()),
                Node::Data(text) => self.loose.push((*text).to_owned()),
                Node::Text(_) => {}
                Node::Element(inner) => self.read_element(inner, element.name),
            }
        }
    }

    fn read_element(&mut self, element: &Element<'_>, around: &str) {
        if self.text_name.is_some_and(|name| same_name(column_name(element.name), name)) {
            self.texts.push(element.text());
        } else if self.text_name.is_none() && element.is_paragraph() && !element.name.eq_ignore_ascii_case("head") {
            self.loose.push(element.text());
        } else if element.is_leaf() {
            let attribute = |name: &&str| attribute(element.attributes, name).map(|value| resolve(value).into_owned());
            // A date in words is often given in digits too.
            let text = attribute(&"when").unwrap_or_else(|| element.text());
            let text = if text.is_empty() { VALUES.iter().find_map(attribute).unwrap_or_default() } else { text };
            // An author is often an element with the name in another.
            let is_author =
                element.name.eq_ignore_ascii_case("name") && LISTS.iter().any(|list| around.eq_ignore_ascii_case(list));
            self.push(if is_author { around } else { element.name }, text);
        } else {
            self.read(element);
        }
    }

    /// Adds a column, under the name by which it is known.
    fn push(&mut self, name: &str, value: String) {
        let name = column_name(name);
        let is_list = LISTS.iter().any(|list| name.eq_ignore_ascii_case(list));
        match self.columns.iter_mut().find(|(other, _)| is_list && same_name(other, name)) {
            Some((_, values)) if !value.is_empty() => values.extend([LIST_SEPARATOR, &value]),
            Some(_) => {}
            None => self.columns.push((name.to_owned(), value)),
        }
    }

    fn finish(mut self, root: &str, text_names: &[String]) -> Vec<(String, String)> {
        let mut text = self.texts.join("\n\n");
        let loose = self.loose.join("\n\n");
        if self.text_name.is_none() {
            text = loose;
        } else if !loose.is_empty() {
            self.columns.push((root.to_owned(), loose));
        }
        if text.trim().is_empty() {
            let is_summary =
                |(name, _): &(String, String)| SUMMARIES.iter().any(|summary| name.eq_ignore_ascii_case(summary));
            if let Some(at) = self.columns.iter().position(is_summary) {
                text = self.columns.remove(at).1;
            }
        }
        if let Some(at) = self.columns.iter().position(|(name, _)| name.eq_ignore_ascii_case("dateline")) {
            let (_, line) = self.columns.remove(at);
            let is_date = !read_date(&line).is_empty();
            // A dateline opens its text, as an agency's does; in other corpora the element is just the date.
            if !is_date || line.contains('(') || begins_with_place(&line) {
                text = format!("{}\n\n{text}", line.trim());
            }
            if is_date {
                self.columns.push(("datetime".to_owned(), line));
            }
        }
        self.columns.extend(self.day_of_id().map(|day| ("datetime".to_owned(), day)));
        if let Some(name) = text_names.first().filter(|_| !text.trim().is_empty()) {
            self.columns.insert(0, (self.text_name.unwrap_or(name).clone(), text));
        }
        self.columns
    }

    /// The day in an id such as `AFP_ARB_19940513.0001`, if no other column has one.
    fn day_of_id(&self) -> Option<String> {
        let has_day = |(name, value): &(String, String)| !same_name(name, "id") && !read_date(value).is_empty();
        if self.columns.iter().any(has_day) {
            return None;
        }
        let (_, id) = self.columns.iter().find(|(name, _)| same_name(name, "id"))?;
        let digits = id.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 8 && id.contains('_'))?;
        let day = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
        (digits.starts_with("19") || digits.starts_with("20")).then_some(day).filter(|day| !read_date(day).is_empty())
    }
}

/// Whether a line that holds a date begins with something else: with a word that adds nothing to the date.
fn begins_with_place(line: &str) -> bool {
    let Some((first, rest)) = line.trim().split_once(char::is_whitespace) else { return false };
    let first = first.trim_matches(|c: char| !c.is_alphanumeric());
    let is_word = !first.is_empty() && first.chars().all(char::is_alphabetic);
    is_word && !is_weekday(first) && read_date(rest) == read_date(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(record: &str) -> String {
        let names: Vec<String> = ["text", "body", "content", "article"].map(str::to_owned).to_vec();
        let columns = of_record(record, &names);
        columns
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn elements_are_columns() {
        for (record, expected, why) in [
            (
                "<DOC><DOCNO>7</DOCNO><TITLE>ع</TITLE><TEXT>\nنص.\nآخر\n</TEXT></DOC>",
                "text=نص.\nآخر|id=7|TITLE=ع",
                "lines stay",
            ),
            (
                "<DOC id=\"AFP_ARB_19940513.0001\" type=\"story\" >\n<HEADLINE>\nع\n</HEADLINE>\n<DATELINE>\nبيروت 13-5 (اف ب)\n</DATELINE>\n\
                 <TEXT>\n<P>\nأول\nسطر\n</P>\n<P>\nثان\n</P>\n</TEXT>\n</DOC>",
                "text=بيروت 13-5 (اف ب)\n\nأول سطر\n\nثان|id=AFP_ARB_19940513.0001|type=story|HEADLINE=ع|datetime=1994-05-13",
                "an agency's: wrapped lines, a dateline, the day in the id",
            ),
            (
                "<Techreen><ID>T_1</ID><URL>http://x/1</URL><Headline>ع</Headline><Dateline>21/1/2014</Dateline><Text>نص</Text></Techreen>",
                "text=نص|ID=T_1|URL=http://x/1|Headline=ع|datetime=21/1/2014",
                "a dateline that is the date",
            ),
            (
                "<DOC><Dateline>الخميس 28 أبريل 2016</Dateline><Text>نص</Text></DOC>",
                "text=نص|datetime=الخميس 28 أبريل 2016",
                "so is one with a day of the week",
            ),
            (
                "<DOC><Dateline>أبوظبي 28 أبريل 2016</Dateline><Text>نص</Text></DOC>",
                "text=أبوظبي 28 أبريل 2016\n\nنص|datetime=أبوظبي 28 أبريل 2016",
                "a place and a day",
            ),
            (
                "<DOC><DOCNO>1<TITLE>ع<TEXT>نص & غيره <<هنا>> a < b</DOC>",
                "text=نص & غيره <<هنا>> a < b|id=1|TITLE=ع",
                "no end tags",
            ),
            (
                "<DOC><DOCNO>1<TEXT><P>أول<P>ثان<CAT>س</DOC>",
                "text=أول\n\nثان|id=1|category=س",
                "paragraphs without end tags",
            ),
            ("<DOC><TEXT>R&D AT&T a<b c > d</TEXT></DOC>", "text=R&D AT&T a<b c > d", "a comparison"),
            (
                "<nitf><body><hedline><hl1>ع</hl1></hedline><body.content><p>نص</p></body.content></body></nitf>",
                "text=نص|headline=ع",
                "the body is around the text",
            ),
            ("<DOC><BODY><HEADLINE>ع</HEADLINE><TEXT>نص</TEXT></BODY></DOC>", "text=نص|HEADLINE=ع", "nested"),
            ("<DOC><ID>1</ID>\nنص بلا عنصر\n</DOC>", "text=نص بلا عنصر|ID=1", "text in no element"),
            ("<DOC>بقية<TEXT>نص</TEXT></DOC>", "text=نص|DOC=بقية", "text beside the text is kept"),
            ("<doc><p>أول</p><p>ثان</p></doc>", "text=أول\n\nثان", "paragraphs only"),
            (
                "<item><title>ع</title><link>u</link><description>&lt;p&gt;نص&lt;/p&gt;</description><dc:creator>س</dc:creator></item>",
                "text=<p>نص</p>|title=ع|url=u|author=س",
                "a feed; its HTML is resolved later",
            ),
            (
                "<item><description>موجز</description><content:encoded><![CDATA[<p>نص &amp; آخر</p>]]></content:encoded></item>",
                "content=<p>نص &amp; آخر</p>|description=موجز",
                "character data stays as it is",
            ),
            (
                "<entry><author><name>س</name></author><author><name>ع</name></author><updated>2016-03-07</updated><content>نص</content></entry>",
                "content=نص|author=س، ع|datetime=2016-03-07",
                "several authors",
            ),
            (
                "<TEI><teiHeader><title>ع</title><date when=\"2016-03-07\">7 مارس</date></teiHeader><text><body><head>فصل</head><p>نص <hi>ما</hi>ئل</p></body></text></TEI>",
                "text=فصل\n\nنص مائل|title=ع|date=2016-03-07",
                "TEI",
            ),
            ("<doc><text><s><w>قال</w><w>نعم</w></s></text></doc>", "text=قال  نعم", "words as elements are not joined"),
        ] {
            assert_eq!(columns(record), expected, "{why}");
        }
    }
}

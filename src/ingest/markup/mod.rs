//! Tags and entities in texts that are no pages: columns of records, plain text. Also tags in brackets and what an export escaped.
//!
//! Exports hold HTML in the column of the text (`<p>`, `&nbsp;`), sometimes escaped twice, sometimes whole pages. Invariants: what is
//! no markup stays as it is (`a < b`, a lone `&`, text about tags); words are never joined; without `<`, `&`, `[` and `\\` nothing happens.

mod brackets;
mod detect;
mod entities;
mod escapes;

use std::borrow::Cow;

use engine::settings::Choice;

use super::decode::DecodeFault;
use super::fields::{ArticleFields, FieldSource};
use super::html::{self, ends_itself, push_end, squeeze};
use super::tags::{Kind, Tag, tags};
pub(super) use detect::is_element;
use detect::{html_tags, is_about_markup, is_html};
pub(super) use entities::resolve;
use entities::{has_entities, is_escaped_twice};

/// Elements that separate lines or words.
const SEPARATORS: &[&str] = &["p", "br", "div", "li", "td", "th", "tr", "dt", "dd", "option"];

/// Comments in which `WordPress` notes where a text goes on.
const PAGE_MARKS: &[&str] = &["<!--more", "<!--nextpage"];

/// What to do about tags and entities in texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Resolve them where a text is HTML or has entities.
    Auto,
    /// Every text is HTML.
    Html,
    /// Leave them.
    None,
}

impl Choice for Markup {
    const ALL: &'static [Self] = &[Self::Auto, Self::Html, Self::None];

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Html => "html",
            Self::None => "none",
        }
    }
}

impl Markup {
    /// Fields whose text, title, section and byline are free of markup. A text that is a whole page gives its article, and what the page
    /// says about it fills the gaps.
    ///
    /// # Errors
    /// If the HTML would be too expensive to read.
    pub(super) fn resolved(self, mut fields: ArticleFields) -> Result<ArticleFields, DecodeFault> {
        if self == Self::None {
            return Ok(fields);
        }
        for line in [&mut fields.title, &mut fields.section, &mut fields.byline].into_iter().flatten() {
            if let Cow::Owned(resolved) = self.text(line)? {
                *line = squeeze(&resolved);
            }
        }
        let Some(text) = fields.text.take() else { return Ok(fields) };
        if html::is_page(&text) {
            let page = html::read_html(&text)?;
            // Nothing is known of the order of its site's dates: a record is not one of its pages.
            return Ok(fields.or(page, FieldSource::Page, &|reading| reading.day(|| None)));
        }
        let resolved = self.text(&text)?.into_owned();
        Ok(ArticleFields { text: Some(resolved), ..fields })
    }

    /// A text without markup, its paragraphs separated by blank lines.
    fn text(self, text: &str) -> Result<Cow<'_, str>, DecodeFault> {
        if !text.contains(['<', '&', '[', '\\']) {
            return Ok(text.into());
        }
        if is_about_markup(text, &html_tags(text)) {
            return self.html_text(text, true);
        }
        let text = escapes::resolve(text);
        let text = without_data(&text).map_or(text, Cow::Owned);
        let text = brackets::as_html(&text).into_owned();
        Ok(self.html_text(&text, false)?.into_owned().into())
    }

    /// A text without tags and entities; `is_about` says that it speaks of them.
    fn html_text(self, text: &str, is_about: bool) -> Result<Cow<'_, str>, DecodeFault> {
        let tags = html_tags(text);
        if self == Self::Html || is_html(text, &tags) {
            let plain = html_text(text, &tags)?;
            // What is left of tags was escaped once, so the author meant it; only entities can still be escaped twice.
            let once = is_about || !is_escaped_twice(text);
            return Ok(if once { plain } else { resolve(&plain).into_owned() }.into());
        }
        if is_about || !has_entities(text) {
            return Ok(text.into());
        }
        let unescaped = resolve(text);
        let unescaped = if is_escaped_twice(text) { resolve(&unescaped).into_owned() } else { unescaped.into_owned() };
        // Feeds escape the tags of their HTML.
        let tags = html_tags(&unescaped);
        Ok(if is_html(&unescaped, &tags) { html_text(&unescaped, &tags)? } else { unescaped }.into())
    }
}

/// A text whose character data (`<![CDATA[…]]>`) are written as they are, which is how feeds wrap their HTML; `None` if it has none.
fn without_data(text: &str) -> Option<String> {
    let (mut unwrapped, mut at) = (String::new(), 0);
    for data in tags(text).filter(|tag| tag.kind == Kind::Data) {
        unwrapped.push_str(&text[at..data.range.start]);
        unwrapped.push_str(data.name);
        at = data.range.end;
    }
    unwrapped.push_str(&text[at..]);
    (at > 0).then_some(unwrapped)
}

/// The text of HTML whose tags are `tags`; any other `<` is text.
fn html_text(text: &str, tags: &[Tag<'_>]) -> Result<String, DecodeFault> {
    let separates = |tag: &Tag<'_>| SEPARATORS.iter().any(|name| tag.name.eq_ignore_ascii_case(name));
    let has_lines = tags.iter().any(separates);
    let mut html = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        push_text(&mut html, &text[at..tag.range.start], has_lines);
        at = tag.range.end;
        if separates(tag) {
            // A cell without its table is no element for a parser, but it still is where a word ends.
            html.push(' ');
        }
        let source = &text[tag.range.clone()];
        if PAGE_MARKS.iter().any(|mark| source.starts_with(mark)) {
            html.push_str("<br><br>");
        }
        if tag.kind != Kind::Silent {
            html.push_str(source);
        }
        if ends_itself(tag) {
            push_end(&mut html, tag.name);
        }
    }
    push_text(&mut html, &text[at..], has_lines);
    html::text_of(&html)
}

/// Adds text between tags. Where no element separates lines, the line breaks of the source do; a blank line separates paragraphs in any
/// case, as in the drafts of blogs.
fn push_text(html: &mut String, text: &str, has_lines: bool) {
    let text = text.replace('<', "&lt;").replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    // The first and the last line are only parts of lines, on whose other sides are tags.
    let is_blank = |at: usize| at > 0 && at + 1 < lines.len() && lines[at].trim().is_empty();
    for (at, line) in lines.iter().enumerate() {
        html.push_str(line);
        if at + 1 < lines.len() {
            html.push_str(if !has_lines || is_blank(at) || is_blank(at + 1) { "<br>" } else { "\n" });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(markup: Markup, source: &str) -> String {
        markup.text(source).expect("bearable").into_owned()
    }

    #[test]
    fn markup_is_resolved() {
        for (source, expected, why) in [
            ("<p>قال <b>الوزير</b> نعم.</p>\n<p>ثم انصرف.</p>", "قال الوزير نعم.\n\nثم انصرف.", "paragraphs"),
            ("الخطة.<br>وقال<br/><br />نعم", "الخطة.\nوقال\n\nنعم", "line breaks"),
            ("عن <strong>خطة جديدة</strong> لدعم", "عن خطة جديدة لدعم", "emphasis only"),
            ("قبل<script>var a = 1 < 2;</script>بعد", "قبلبعد", "scripts vanish, and a reader sees one word"),
            ("<style>p {}</style><p>نص</p>", "نص", "styles vanish"),
            ("قال: &quot;نعم.&quot; الخطة&nbsp;جاهزة. &#1575;&#x644;", "قال: \"نعم.\" الخطة\u{a0}جاهزة. ال", "entities"),
            ("قال &amp;quot;نعم&amp;quot;", "قال \"نعم\"", "escaped twice"),
            ("<p>قال &amp;quot;نعم&amp;quot; و&amp;nbsp;لا</p>", "قال \"نعم\" و\u{a0}لا", "escaped twice within tags"),
            ("&lt;p&gt;نص&lt;/p&gt;&lt;p&gt;آخر&lt;/p&gt;", "نص\n\nآخر", "escaped tags, as in feeds"),
            ("&amp;lt;p&amp;gt;نص&amp;lt;/p&amp;gt;", "نص", "tags escaped twice"),
            ("أول\nثان <b>غامق</b>\n\nثالث", "أول\nثان غامق\n\nثالث", "lines of a draft"),
            ("<p>أول\nثان</p>", "أول ثان", "a line break in the source of HTML is white space"),
            ("<!-- wp:paragraph --><p>نص</p><!-- /wp:paragraph -->", "نص", "comments"),
            ("<p>إذا كان a < b و<<الخليج>> قالت</p>", "إذا كان a < b و<<الخليج>> قالت", "angle brackets among tags"),
            ("<p class=MsoNormal><o:p>نص</o:p></p>", "نص", "what office programs leave"),
            ("<p>الوسم &lt;br&gt; لكسر السطر.</p>", "الوسم <br> لكسر السطر.", "about markup, in markup"),
            ("<td>أول</td><td>ثان</td>", "أول ثان", "cells without their table"),
            ("<table><tr><td>أول</td><td>ثان</td></tr></table>", "أول ثان", "cells"),
            ("<![CDATA[<p>أول</p><p>ثان &amp; ثالث</p>]]>", "أول\n\nثان & ثالث", "character data"),
            ("<p><![CDATA[أول]]></p> <![CDATA[ثان]]>", "أول\n\nثان", "the same among tags"),
            ("<p>أول.<\\/p><p class=\\\"x\\\">ثان.<\\/p>", "أول.\n\nثان.", "JSON in JSON"),
            ("أول.\\nثان.\\r\\nثالث", "أول.\nثان.\nثالث", "line breaks written as two characters"),
            ("نص.<ref>مصدر</ref> نص<ref name=a/> آخر.<references/>", "نص. نص آخر.", "notes of wikis"),
            ("<nowiki>نص</nowiki> <noinclude>آخر</noinclude>", "نص آخر", "other tags of wikis"),
            ("[caption id=\"1\"]صورة[/caption]\n<p>نص</p>", "نص", "shortcodes of WordPress"),
            ("أول.<!--more-->ثان.", "أول.\n\nثان.", "where WordPress cuts"),
            ("<p><![if !supportLists]>1.<![endif]> نص</p>", "1. نص", "conditions that Word shows"),
            ("<p>أول</p><!--[if gte mso 9]><xml>كلام</xml><![endif]--><p>ثان</p>", "أول\n\nثان", "conditions that it hides"),
            ("<style/><p>نص</p>", "نص", "an element that ends in its own tag"),
        ] {
            assert_eq!(text(Markup::Auto, source), expected, "{source}: {why}");
        }
    }

    #[test]
    fn what_is_no_markup_stays() {
        for source in [
            "إذا كان a < b فإن b > a",
            "a <b وc> d",
            "a<b c > d",
            "قالت <<الخليج>> أمس",
            "شركة AT&T & شركاه، R&D; و&",
            "http://example.org/?a=1&copy=2&lt=3",
            "اكتب إلى <a@b.com>",
            "يستخدم الوسم <br> لكسر السطر، والوسم <p> لفقرة جديدة.",
            "في لغة HTML تكتب <b>نص</b> ليظهر غامقا.",
            "الكيان &nbsp; في HTML يعني مسافة.",
            "<p> هو الوسم الذي يبدأ فقرة",
            "مزج <b> بلا نهاية",
            "<![CDATA[ بلا نهاية",
            "انظر [1] و[المصدر] والملف C:\\news",
            "&#0; و&#xD800; و&foo1;",
        ] {
            assert_eq!(text(Markup::Auto, source), source);
            assert_eq!(text(Markup::None, source), source);
        }
    }

    #[test]
    fn html_can_be_demanded() {
        assert_eq!(text(Markup::Html, "في لغة HTML تكتب <b>نص</b>"), "في لغة HTML تكتب نص");
    }

    #[test]
    fn titles_are_lines_and_pages_are_articles() {
        let some = |text: &str| Some(text.to_owned());
        let fields =
            ArticleFields {
                title: some("وزير &quot;الصناعة&quot;<br>يعلن"), text: some("نص"), ..ArticleFields::default()
            };
        let resolved = Markup::Auto.resolved(fields).expect("bearable");
        assert_eq!(resolved.title, some("وزير \"الصناعة\" يعلن"));
        let sentence = "قال رئيس المجلس في كلمة قصيرة إن المشروع جاء تلبية لمطالب السكان.";
        let page = format!("<!DOCTYPE html><html><head><title>عنوان</title></head><body><p>{sentence}</p></body></html>");
        let resolved = Markup::Auto.resolved(ArticleFields::of_text(page)).expect("bearable");
        assert_eq!((resolved.title, resolved.text), (some("عنوان"), some(sentence)));
    }

    proptest! {
        /// Text without markup is never touched, and words are never joined by taking out markup between them.
        #[test]
        fn plain_text_stays(source in "[<>& a-c=بت\\n.]{0,60}") {
            prop_assume!(html_tags(&source).is_empty());
            prop_assert_eq!(text(Markup::Auto, &source), source);
        }

        #[test]
        fn words_are_not_joined(words in proptest::collection::vec("[ا-ي]{1,5}", 1..20), tags in proptest::collection::vec(
            prop_oneof!["</p><p>", "<br>", " <b>", "</b> ", "</div><div>", "&nbsp;", "\n", " <i> "], 20)
        ) {
            let source = words.iter().zip(&tags).flat_map(|(word, tag)| [word.as_str(), tag]).collect::<String>();
            let found = text(Markup::Html, &format!("<div>{source}</div>"));
            prop_assert_eq!(found.split_whitespace().collect::<Vec<_>>(), words);
        }
    }
}

//! The headers: of a corpus, of an article.

use crate::dataset::stored::StoredArticle;
use crate::export::xml::{element, start};

/// The ids of who is responsible for a form: the program, and the people who corrected it.
pub(super) const PROGRAM: &str = "tarmim";
pub(super) const PEOPLE: &str = "hand";

/// The header of a file with several articles.
pub(super) fn corpus_header(build_id: &str) -> String {
    let title = element("title", &[], &format!("Repaired newspaper articles, build {build_id}"));
    format!(
        "<teiHeader>\n<fileDesc>\n<titleStmt>{title}{}</titleStmt>\n<publicationStmt><p>Exported by tarmim.</p></publicationStmt>\n\
         <sourceDesc><p>The source of each article is in its own header.</p></sourceDesc>\n</fileDesc>\n{}</teiHeader>\n",
        responsibility(),
        encoding()
    )
}

/// The header of an article; `is_alone` if its file holds no other.
pub(super) fn article_header(article: &StoredArticle, is_alone: bool) -> String {
    let title = article.title.as_deref().unwrap_or(&article.source_path);
    let author = article.byline.as_deref().map(|byline| element("author", &[], byline)).unwrap_or_default();
    let (responsibility, encoding) = if is_alone { (responsibility(), encoding()) } else { Default::default() };
    let extent =
        element("measure", &[("unit", "tokens"), ("quantity", &article.tokens.to_string())], &article.tokens.to_string());
    format!(
        "<teiHeader>\n<fileDesc>\n<titleStmt>{}{author}{responsibility}</titleStmt>\n<extent>{extent}</extent>\n\
         <publicationStmt><p>Exported by tarmim.</p></publicationStmt>\n{}<sourceDesc>{}</sourceDesc>\n</fileDesc>\n{encoding}{}</teiHeader>\n",
        element("title", &[], title),
        notes(article),
        source(article),
        profile(article),
    )
}

/// Who is named by `@resp`.
fn responsibility() -> String {
    let who = |id: &str, what: &str, name: &str| {
        let (what, name) = (element("resp", &[], what), element("name", &[], name));
        format!("<respStmt xml:id=\"{id}\">{what}{name}</respStmt>")
    };
    who(PROGRAM, "repair of the text", "tarmim") + &who(PEOPLE, "correction of the repair", "people")
}

/// The program, and what it has done to the text.
fn encoding() -> String {
    let application = [("ident", "tarmim"), ("version", env!("CARGO_PKG_VERSION"))];
    let application = format!("{}<label>tarmim</label></application>", start("application", &application));
    format!(
        "<encodingDesc>\n<editorialDecl><correction><p>Letters that had been deleted are restored. @cert is the probability of a form, of a \
         mark or of a gap, and that of a sentence's end.</p></correction></editorialDecl>\n\
         <appInfo>{application}</appInfo>\n</encodingDesc>\n"
    )
}

/// How the article was written, and which other it repeats.
fn notes(article: &StoredArticle) -> String {
    let mut notes = element("note", &[("type", "damage")], &article.damage);
    let copies = [("duplicate_of", &article.duplicate_of), ("near_duplicate_of", &article.near_duplicate_of)];
    for (kind, of) in copies {
        if let Some(of) = of {
            notes += &element("note", &[("type", kind)], of);
        }
    }
    format!("<notesStmt>{notes}</notesStmt>\n")
}

/// What is known of the article as it was published.
fn source(article: &StoredArticle) -> String {
    let mut known = String::new();
    if let Some(title) = &article.title {
        known += &element("title", &[], title);
    }
    if let Some(byline) = &article.byline {
        known += &element("author", &[], byline);
    }
    if let Some(section) = &article.section {
        known += &element("biblScope", &[("unit", "section")], section);
    }
    if let Some(day) = &article.published {
        known += &element("date", &[("when", day)], day);
    }
    known += &element("idno", &[("type", "source_path")], &article.source_path);
    known += &element("idno", &[("type", "article_id")], &article.id);
    format!("<bibl>{known}</bibl>")
}

/// What the article is about.
fn profile(article: &StoredArticle) -> String {
    if article.keyphrases.is_empty() {
        return String::new();
    }
    let terms: String = article.keyphrases.iter().map(|phrase| element("term", &[], phrase)).collect();
    format!("<profileDesc><textClass><keywords>{terms}</keywords></textClass></profileDesc>\n")
}

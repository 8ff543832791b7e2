//! A record: one article as its source gives it, before any of it is read as text.
//!
//! Invariant: a record's [`Fingerprint`] covers everything that its [`Document`] is made of besides the settings, so equal
//! fingerprints under equal settings mean equal documents.

use super::IngestSettings;
use super::dates::parse_date;
use super::decode::decode;
use super::html::read_page;
use engine::document::{Document, Encoding, Metadata, Origin};
use engine::tables::Reject;

/// A hash of everything in a record.
pub type Fingerprint = [u8; 16];

/// An article's text as it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The bytes of a text file.
    Text(Vec<u8>),
    /// The bytes of a page.
    Html(Vec<u8>),
    /// A field of a record, decoded, and how.
    Field(String, Encoding),
}

/// What is said of an article beside its text: by its own fields, or by a sidecar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Its headline.
    pub title: Option<String>,
    /// Its section.
    pub section: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The day of publication, as written.
    pub published: Option<String>,
    /// Every other field, in the order of the source.
    pub extra: Vec<(String, String)>,
}

/// One article as its source gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub origin: Origin,
    /// Its first byte in the file that it is a record of; `None` where it is the file.
    pub byte_offset: Option<u64>,
    /// Its text.
    pub body: Body,
    /// What is said of it besides.
    pub given: Given,
}

impl Record {
    /// Bytes of its text.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.body {
            Body::Text(bytes) | Body::Html(bytes) => bytes.len(),
            Body::Field(text, _) => text.len(),
        }
    }

    /// Whether it has no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A hash of all that it holds.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        let (kind, body) = match &self.body {
            Body::Text(bytes) => (0, bytes.as_slice()),
            Body::Html(bytes) => (1, bytes.as_slice()),
            Body::Field(text, encoding) => (2 + *encoding as u8, text.as_bytes()),
        };
        hasher.update(&[kind]);
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        part(body);
        part(self.origin.source_path.as_bytes());
        let Given { title, section, byline, published, extra } = &self.given;
        for field in [self.origin.record.as_ref(), title.as_ref(), section.as_ref(), byline.as_ref(), published.as_ref()] {
            part(&[u8::from(field.is_some())]);
            part(field.map_or(&[], |field| field.as_bytes()));
        }
        for (name, value) in extra {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        fingerprint
    }

    /// Reads the record as an article.
    ///
    /// # Errors
    /// Where it is no text in a supported encoding, or holds no word.
    pub fn read(self, settings: &IngestSettings) -> Result<Document, Reject> {
        let reject = |code, message, offset: Option<u64>| Reject {
            source_path: self.origin.source_path.clone(),
            record: self.origin.record.clone(),
            stage: "ingest",
            code,
            message,
            byte_offset: offset.map(|offset| offset + self.byte_offset.unwrap_or(0)).or(self.byte_offset),
        };
        let bytes = self.len();
        let read = match &self.body {
            Body::Text(bytes) => decode(bytes, settings.encoding.0).map(|(text, encoding)| Read::text(text, encoding)),
            Body::Html(bytes) => read_page(bytes, settings.encoding.0).map(Read::page),
            Body::Field(text, encoding) => Ok(Read::text(text.clone(), *encoding)),
        };
        let Read { text, encoding, found } =
            read.map_err(|fault| reject(fault.code, fault.message, fault.offset.map(|offset| offset as u64)))?;
        if let Some(at) = text.find('\0') {
            let message = format!(
                "a NUL character at byte {at} of the text: this is no text, or it is UTF-32 ({} was assumed); convert it to UTF-8, or \
                 add it to skip",
                encoding.name()
            );
            return Err(reject("binary", message, None));
        }
        let metadata = metadata(self.given.clone(), found, &self.origin, settings);
        let document = Document::new(self.origin.clone(), encoding, metadata, &text);
        if document.tokens().is_empty() {
            let message = match self.body {
                Body::Html(_) => format!("no article in {bytes} bytes of HTML; delete the page or add it to skip"),
                _ => format!("no text: {bytes} bytes, all of them white space; delete it or add the file to skip"),
            };
            return Err(reject("empty", message, None));
        }
        Ok(document)
    }
}

/// A record's text, and what the text's own file says of the article.
struct Read {
    text: String,
    encoding: Encoding,
    found: Given,
}

impl Read {
    fn text(text: String, encoding: Encoding) -> Self {
        Self { text, encoding, found: Given::default() }
    }

    fn page(page: super::html::Page) -> Self {
        let super::html::Page { text, title, byline, published, section, encoding } = page;
        Self { text, encoding, found: Given { title, section, byline, published, extra: Vec::new() } }
    }
}

/// What is said beside an article counts before what its page says, and that before what its path says. What a page says otherwise is
/// kept among the other fields, and so is a page's day that cannot be read as one, as it is written.
fn metadata(given: Given, found: Given, origin: &Origin, settings: &IngestSettings) -> Metadata {
    let Given { title, section, byline, published, mut extra } = given;
    let told = settings.path_pattern.read(&origin.source_path);
    let day = |written: &Option<String>| written.as_deref().and_then(parse_date);
    let date = [&published, &found.published, &told.published].into_iter().find_map(day);
    let said_twice = [
        ("page_title", &title, &found.title),
        ("page_section", &section, &found.section),
        ("page_byline", &byline, &found.byline),
        ("page_published", &published, &found.published),
    ];
    for (name, given, found) in said_twice {
        let said_otherwise = found.as_ref().filter(|found| given.as_ref().is_some_and(|given| given != *found));
        extra.extend(said_otherwise.map(|found| (name.to_owned(), found.clone())));
    }
    // What a field says and is no day is among the other fields already.
    let unread = found.published.filter(|written| published.is_none() && parse_date(written).is_none());
    extra.extend(unread.map(|written| ("published".to_owned(), written)));
    extra.extend(found.extra);
    Metadata {
        title: title.or(found.title),
        section: section.or(found.section).or(told.section),
        byline: byline.or(found.byline),
        published: date,
        extra,
    }
}

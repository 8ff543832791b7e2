//! A record: one article as its source gives it, before its bytes are decoded.
//!
//! Invariant: a record's [`Fingerprint`] covers everything that its [`ArticleText`] depends on besides the settings, so equal
//! fingerprints under equal settings mean equal articles.

use engine::document::mojibake::Misreading;
use engine::document::{ArticleText, Encoding, Metadata, Neighbours, Origin, foreign_words};
use engine::tables::Reject;

use super::dates::{DateOrder, Reading};
use super::decode::{DecodeFault, decode_beside};
use super::fields::{ArticleFields, FieldSource};
use super::html::{Page, read_page};
use super::reject::reject;
use super::restoration::restore;
use super::settings::{ForeignPolicy, IngestSettings};

/// A hash of everything in a record, cut to 128 bits.
pub type Fingerprint = [u8; 16];

/// How far an article's text has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The bytes of a text file.
    Text(Vec<u8>),
    /// The bytes of a page.
    Html(Vec<u8>),
    /// Decoded from this encoding; it is among the record's fields.
    Decoded(Encoding),
}

/// One article as its source gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its path and key.
    pub origin: Origin,
    /// Its first byte in its file; `None` if it is the whole file, or the format has no such place.
    pub byte_offset: Option<u64>,
    /// Its text.
    pub body: Body,
    /// What its columns or its sidecar say.
    pub fields: ArticleFields,
    /// What the texts around it tell about its state of writing; set once all of them are known ([`super::Neighbourhood`]).
    pub neighbours: Neighbours,
    /// The encoding of the texts around it, for one too short to show its own; set with the former.
    pub likely_encoding: Option<Encoding>,
    /// What its path says.
    pub path: Box<ArticleFields>,
    /// The order of day and month in its site's dates, if its bytes have one that leaves it open.
    pub page_order: Option<DateOrder>,
}

impl Record {
    /// Size of its text, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text_bytes().len()
    }

    /// Whether it has no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn text_bytes(&self) -> &[u8] {
        match &self.body {
            Body::Text(bytes) | Body::Html(bytes) => bytes,
            Body::Decoded(_) => self.fields.text.as_deref().unwrap_or_default().as_bytes(),
        }
    }

    /// A hash of everything in it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        let kind = match &self.body {
            Body::Text(_) => 0,
            Body::Html(_) => 1,
            Body::Decoded(encoding) => 2 + *encoding as u8,
        };
        hasher.update(&[kind, self.neighbours as u8, self.likely_encoding.map_or(0, |encoding| 1 + encoding as u8)]);
        // Each part is preceded by its length, so that moving a character from one part to the next changes the hash.
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        part(self.text_bytes());
        part(self.origin.source_path.as_bytes());
        part(self.origin.record.as_ref().map_or(&[], |key| key.as_bytes()));
        for ArticleFields { text: _, key: _, title, section, byline, published, extra } in [&self.fields, self.path.as_ref()]
        {
            // Without `..`, so that a new field cannot be forgotten. The text is hashed above; the key is `origin.record`.
            for field in [title, section, byline, published] {
                // Else a field that is absent and one that is empty would give the same hash.
                part(&[u8::from(field.is_some())]);
                part(field.as_ref().map_or(&[], |field| field.as_bytes()));
            }
            // Else the last field of one list could be the first of the next.
            part(&extra.len().to_le_bytes());
            for (name, value) in extra {
                part(name.as_bytes());
                part(value.as_bytes());
            }
        }
        part(&[match self.page_order {
            None => 0,
            Some(DateOrder::DayFirst) => 1,
            Some(DateOrder::MonthFirst) => 2,
        }]);
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        fingerprint
    }

    /// Reads the record as an article.
    ///
    /// # Errors
    /// If it is not text in a supported encoding, or has no words.
    pub fn read(self, settings: &IngestSettings) -> Result<ArticleText, Reject> {
        let bytes = self.len();
        let Self { origin, byte_offset, body, fields, path, page_order, neighbours, likely_encoding } = self;
        let is_page = matches!(body, Body::Html(_));
        let refuse = |code, message, byte_offset| {
            let record = origin.record.clone();
            Reject { record, byte_offset, ..reject(&origin.source_path, code, message) }
        };
        let faulty = |DecodeFault { code, message, offset }| {
            let within = offset.map(|offset| offset as u64 + byte_offset.unwrap_or(0));
            refuse(code, message, within.or(byte_offset))
        };
        let (found, encoding, misread) = found_in(body, likely_encoding, settings).map_err(faulty)?;
        let fields = settings.fields.markup.resolved(fields).map_err(faulty)?;
        let path_day = path.day();
        let choose_day =
            |reading: Reading| reading.day(|| page_order).or_else(|| path_day.filter(|day| reading.may_be(*day)));
        // In order of trust: what the record's source says, then the page itself, then its path.
        let mut fields = fields.or(found, FieldSource::Page, &choose_day).or(*path, FieldSource::Path, &choose_day);
        let text = fields.text.take().unwrap_or_default();
        // Looked for again: `decode` does so only where it guesses the encoding, and JSON can spell a NUL as an escape.
        if let Some(at) = text.find('\0') {
            let message = format!(
                "a NUL character at byte {at} of the text: this is not text, or it is UTF-32 ({} was assumed); convert it to UTF-8, or \
                 add it to ingest.skip",
                encoding.name()
            );
            return Err(refuse("binary", message, byte_offset));
        }
        let (text, misreadings) =
            restore(&mut fields, text, misread).map_err(|loss| refuse(loss.code(), loss.message(), byte_offset))?;
        let metadata = metadata(fields);
        let article = ArticleText { origin: origin.clone(), encoding, misreadings, metadata, neighbours, text };
        if article.is_empty() {
            return Err(refuse("empty", no_text(is_page, bytes, article.metadata.title.as_deref()), byte_offset));
        }
        if let Some(message) = reason_to_refuse(&article.text, settings.foreign) {
            return Err(refuse("foreign", message, byte_offset));
        }
        Ok(article)
    }
}

/// Why an article without a text is refused.
fn no_text(is_page: bool, bytes: usize, title: Option<&str>) -> String {
    let besides = title.map(|title| format!(" besides the title {title:?}")).unwrap_or_default();
    if is_page {
        return format!("no article{besides} in {bytes} bytes of HTML; delete the page or add it to ingest.skip");
    }
    format!("no text{besides}: {bytes} bytes, all of them white space or markup; delete it or add the file to ingest.skip")
}

/// Why a text in another language is refused, if it is.
fn reason_to_refuse(text: &str, policy: ForeignPolicy) -> Option<String> {
    // The words are looked at only if somebody asks.
    let (foreign, all) = (policy == ForeignPolicy::Reject).then(|| foreign_words(text))?;
    (foreign * 2 > all).then(|| {
        format!(
            "not Arabic: {foreign} of {all} words are in another language; set ingest.foreign = \"publish\" to publish such articles \
             unrepaired"
        )
    })
}

/// What a body says about its article, its encoding, and how it had been misread.
fn found_in(
    body: Body,
    likely: Option<Encoding>,
    settings: &IngestSettings,
) -> Result<(ArticleFields, Encoding, Vec<Misreading>), DecodeFault> {
    match body {
        Body::Text(bytes) => {
            let (text, encoding) = decode_beside(&bytes, settings.encoding.0, likely)?;
            Ok((settings.fields.markup.resolved(ArticleFields::of_text(text))?, encoding, Vec::new()))
        }
        Body::Html(bytes) => {
            let Page { fields, encoding, misreadings } = read_page(&bytes, settings.encoding.0)?;
            Ok((fields, encoding, misreadings))
        }
        Body::Decoded(encoding) => Ok((ArticleFields::default(), encoding, Vec::new())),
    }
}

fn metadata(fields: ArticleFields) -> Metadata {
    let published = fields.day();
    let ArticleFields { text: _, key: _, title, section, byline, published: _, extra } = fields;
    // Tags without text leave nothing.
    let filled = |field: Option<String>| field.filter(|value| !value.trim().is_empty());
    Metadata { title: filled(title), section: filled(section), byline: filled(byline), published, extra }
}

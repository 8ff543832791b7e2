//! JSON: one record a line, records one after the other, a list of records, or lists of records inside one object.
//!
//! Which of these a file is, its first line tells, whatever its name: people call all of them `.json`. Invariant: memory depends on
//! the largest record. Only an object that may hold lists of records is looked into further, up to [`LOOK_INTO_BYTES`].

use std::io::{BufRead, Read};
use std::ops::ControlFlow;

use serde_json::Value;

use super::found::Content;
use super::json_cutter::{Cutter, End, ListKind, Place};
use super::json_lines;
use super::json_mistake::mistake;
use super::json_object::{self, Fields};
use super::output::{LeafOutput, RecordPlace};
use super::settings::SourceSettings;
use super::text_stream::{RecordDecoder, TextStream};

/// The bytes at the beginning of a file by which its layout is found.
const HEAD_BYTES: usize = 1 << 20;
/// The bytes of an object after which a list of records inside it proves that it is none itself. A smaller one is seen as a whole first.
const LOOK_INTO_BYTES: usize = 8 << 20;

/// What the name of a file says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `.json`: a single object is the whole file.
    Json,
    /// `.jsonl` and the like.
    Lines,
}

/// Reads every record.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    named: Named,
    settings: &SourceSettings<'_>,
    output: &mut LeafOutput<'_, '_>,
) -> ControlFlow<()> {
    let (mut stream, declared) = match TextStream::open(reader, settings.encoding) {
        Ok(opened) => opened,
        Err(error) => return output.read_fault(&error, None),
    };
    let decoder = RecordDecoder::new(&mut stream, declared);
    let head = stream.peek(HEAD_BYTES);
    if let Some(message) = mistake(&head, head.len() < HEAD_BYTES) {
        return output.reject("broken_record", message);
    }
    if is_lines(&head, named) {
        return json_lines::read(stream, decoder, settings, output);
    }
    let is_utf16 = stream.transcoded().is_some();
    let cutter = Cutter::new(stream.offset(), is_utf16, settings.limits.max_leaf_bytes);
    // A limit on records is none on what holds them.
    let look_into = LOOK_INTO_BYTES.min(usize::try_from(settings.limits.max_leaf_bytes).unwrap_or(usize::MAX));
    Reader { cutter, decoder, settings, named, look_into, held: None, count: 0, output }.read(stream)
}

/// Whether a file is one record a line: its first line is an object, and another line follows, or its name says so.
fn is_lines(head: &[u8], named: Named) -> bool {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    match head.first() {
        Some(b'[') => return false,
        Some(b'{') => {}
        _ => return named == Named::Lines,
    }
    let Some(line) = head.split_inclusive(|byte| *byte == b'\n').next() else { return false };
    let rest = head[line.len()..].trim_ascii();
    let mut cutter = Cutter::new(0, false, 0);
    let ended = line.trim_ascii_end().iter().filter(|byte| cutter.push(**byte).is_some()).count();
    // Objects with commas between them are a list without its brackets.
    if line.trim_ascii_end().ends_with(b"},") {
        return false;
    }
    let is_object = ended == 1 && !cutter.is_in_item();
    match named {
        // A line that is no object is broken, unless the object goes on in the next, as in indented JSON.
        Named::Lines => is_object || !is_indented(rest),
        Named::Json => is_object && !rest.is_empty(),
    }
}

/// Whether the rest of an object's text begins with a member of it.
fn is_indented(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(b'"' | b'}'))
}

struct Reader<'r, 'o, 'e> {
    cutter: Cutter,
    decoder: RecordDecoder,
    settings: &'r SourceSettings<'r>,
    named: Named,
    /// The bytes of an object that are read before lists inside it are taken for lists of records.
    look_into: usize,
    /// The first object of the file, until it is known whether it is the only one.
    held: Option<(Fields, Place)>,
    /// Number of items so far.
    count: u64,
    output: &'r mut LeafOutput<'o, 'e>,
}

impl Reader<'_, '_, '_> {
    fn read(&mut self, mut stream: TextStream<'_>) -> ControlFlow<()> {
        loop {
            let buffer = match stream.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) => {
                    self.flush(false)?;
                    return self.output.read_fault(&error, Some(self.cutter.next_place().offset));
                }
            };
            if buffer.is_empty() {
                return self.end();
            }
            let read = buffer.len();
            if self.feed(buffer)?.is_none() {
                return ControlFlow::Continue(());
            }
            stream.consume(read);
        }
    }

    /// Cuts a piece of the text; `None` if the rest cannot be cut.
    fn feed(&mut self, bytes: &[u8]) -> ControlFlow<(), Option<()>> {
        for byte in bytes {
            match self.cutter.push(*byte) {
                None if self.cutter.item.len() == self.look_into && self.cutter.is_top_object() => {
                    if let Some(list) = self.list_of_records() {
                        self.open_item(list)?;
                    }
                }
                None => {}
                Some(End::Whole) => self.item()?,
                Some(End::TooLong) => {
                    let place = self.next_place();
                    self.output.too_large_record(&place, self.settings.limits.max_leaf_bytes)?;
                }
                Some(End::TooDeep) => {
                    let Place { line, offset } = self.cutter.next_place();
                    let message = format!("line {line}, byte {offset}: brackets within more than 256 others; flatten it");
                    self.flush(false)?;
                    self.output.reject("broken_record", message)?;
                    return ControlFlow::Continue(None);
                }
            }
        }
        ControlFlow::Continue(Some(()))
    }

    /// The name and offset of the item, which gets a number of its own.
    fn next_place(&mut self) -> RecordPlace {
        self.count += 1;
        RecordPlace { name: format!("item {}", self.count), offset: Some(self.cutter.place.offset) }
    }

    /// Passes on an item that has ended.
    fn item(&mut self) -> ControlFlow<()> {
        let bytes = std::mem::take(&mut self.cutter.item);
        let parsed = self.parse(&bytes);
        self.cutter.item = bytes;
        if self.cutter.list == ListKind::Unknown && self.cutter.is_in_list() {
            let are_records = matches!(&parsed, Ok(Some(fields)) if (self.settings.is_article)(fields));
            self.cutter.list = if are_records { ListKind::Items } else { ListKind::Others };
            if !are_records {
                return ControlFlow::Continue(());
            }
        }
        let fields = match parsed {
            Ok(Some(fields)) => fields,
            Ok(None) => return ControlFlow::Continue(()),
            Err(fault) => {
                self.flush(false)?;
                let place = self.next_place();
                return match fault {
                    ItemFault::Encoding(fault) => self.output.decode_fault(&place, &fault),
                    ItemFault::Json(message) => self.output.broken_record(&place, message),
                };
            }
        };
        if self.cutter.is_in_list() || (self.settings.is_article)(&fields) {
            return self.record(fields);
        }
        // An object at the top that is no record itself: are there records in it?
        if let Some(list) = self.list_of_records() {
            return self.open_item(list);
        }
        match records_by_key(&fields, self.settings) {
            Some(records) => records.into_iter().try_for_each(|fields| self.record(fields)),
            None => self.record(fields),
        }
    }

    /// The fields of an item; `Ok(None)` if there is nothing in it.
    fn parse(&mut self, bytes: &[u8]) -> Result<Option<Fields>, ItemFault> {
        let Place { line, offset } = self.cutter.place;
        let (text, _) = self.decoder.decode(bytes).map_err(ItemFault::Encoding)?;
        let text = text.trim_matches(['\u{feff}', '\0', ' ', '\t', '\r', '\n']);
        if text.is_empty() {
            return Ok(None);
        }
        json_object::parse(text).map(Some).map_err(|fault| ItemFault::Json(fault.message(line, offset)))
    }

    /// The number of the first list inside the item that begins with a record.
    fn list_of_records(&mut self) -> Option<usize> {
        let Self { cutter, decoder, settings, .. } = self;
        let is_record = |element: &[u8]| {
            let (text, _) = decoder.decode(element).ok()?;
            Some((settings.is_article)(&json_object::parse(&text).ok()?))
        };
        let mut lists = cutter.first_elements().map(is_record);
        lists.position(|is_record| is_record == Some(true)).filter(|_| cutter.is_top_object())
    }

    /// Reads the item again as a container of records, `list` being the first of its lists that holds some.
    fn open_item(&mut self, list: usize) -> ControlFlow<()> {
        self.flush(false)?;
        self.output.opened(self.cutter.list_name(list))?;
        let bytes = self.cutter.open_item();
        self.feed(&bytes).map_continue(|_| ())
    }

    /// Passes on a record; the first object of the file is held back until a second one comes.
    fn record(&mut self, fields: Fields) -> ControlFlow<()> {
        self.flush(false)?;
        self.count += 1;
        if self.count == 1 && self.named == Named::Json && !self.cutter.is_in_list() {
            self.held = Some((fields, self.cutter.place));
            return ControlFlow::Continue(());
        }
        self.emit(fields, self.cutter.place)
    }

    fn emit(&mut self, fields: Fields, place: Place) -> ControlFlow<()> {
        let place = RecordPlace { name: format!("item {}", self.count), offset: Some(place.offset) };
        self.output.record(place, self.decoder.source_encoding(), Content::Fields(fields))
    }

    /// Passes on the object that was held back: as the whole file, if it is.
    fn flush(&mut self, is_whole_file: bool) -> ControlFlow<()> {
        match self.held.take() {
            None => ControlFlow::Continue(()),
            Some((fields, _)) if is_whole_file => self.output.whole(self.decoder.source_encoding(), Content::Fields(fields)),
            Some((fields, place)) => {
                let place = RecordPlace { name: "item 1".to_owned(), offset: Some(place.offset) };
                self.output.record(place, self.decoder.source_encoding(), Content::Fields(fields))
            }
        }
    }

    /// The end of the file: nothing may be open.
    fn end(&mut self) -> ControlFlow<()> {
        if self.cutter.is_in_item()
            && let Some(list) = self.list_of_records()
        {
            // Cut off, but the records before the end are whole.
            self.open_item(list)?;
        }
        let Place { line: last, .. } = self.cutter.next_place();
        if self.cutter.is_in_item() {
            self.flush(false)?;
            let Place { line, offset } = self.cutter.place;
            let message = format!(
                "line {line}, byte {offset}: what begins here is not closed before the end of the file, in line {last}: it is cut off, or a \
                 quote or bracket is missing; restore the file from its source"
            );
            let place = self.next_place();
            return self.output.broken_record(&place, message);
        }
        let is_open = self.cutter.is_in_list();
        self.flush(!is_open)?;
        if is_open {
            let message = format!("the list is not closed before the end of the file, in line {last}: it is cut off");
            return self.output.reject("broken_record", message);
        }
        ControlFlow::Continue(())
    }
}

/// Why an item is no record.
enum ItemFault {
    Encoding(crate::ingest::decode::DecodeFault),
    Json(String),
}

/// The records of an object whose every member is one, `{"id 1": {…}, "id 2": {…}}`, each with its name as its key.
fn records_by_key(fields: &Fields, settings: &SourceSettings<'_>) -> Option<Vec<Fields>> {
    let record = |(name, value): &(String, Value)| {
        let Value::Object(members) = value else { return None };
        let mut record: Fields = members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if !(settings.is_article)(&record) {
            return None;
        }
        record.push(("key".to_owned(), Value::String(name.clone())));
        Some(record)
    };
    let records: Option<Vec<Fields>> = fields.iter().map(record).collect();
    records.filter(|records| !records.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_layout() {
        for (text, named, expected, why) in [
            ("{\"a\":1}\n{\"a\":2}\n", Named::Json, true, "lines, whatever they are called"),
            ("{\"a\":1}\n", Named::Json, false, "one object"),
            ("{\"a\":1}\n", Named::Lines, true, "one line"),
            ("{\n \"a\":1\n}\n{}", Named::Lines, false, "indented objects"),
            ("{\"a\":\n{}}\n", Named::Lines, true, "a broken line costs no other"),
            ("{\"a\":1}{\"a\":2}\n", Named::Json, false, "two objects in a line"),
            ("[{\"a\":1}]", Named::Lines, false, "a list"),
            ("\u{feff} \n{\"a\":1}\n{}", Named::Json, true, "behind a mark and blank lines"),
            ("{\"a\":1},\n{\"a\":2}", Named::Json, false, "commas between objects"),
            ("text\n{}", Named::Lines, true, "a broken first line"),
            ("text", Named::Json, false, "no JSON at all"),
        ] {
            assert_eq!(is_lines(text.as_bytes(), named), expected, "{text}: {why}");
        }
    }
}

//! Cuts a stream of JSON into its items: the objects at the top, those in a list at the top, or those in lists inside one object.
//!
//! Brackets and strings are all that it knows of JSON: what is between them is parsed item by item, so a faulty item costs no other,
//! and memory holds one. (`serde_json` could read the items of a list one by one, but it cannot go on behind a fault, and neither skips
//! an item above a limit nor tells where one begins.)

use std::ops::Range;

/// The deepest nesting that is followed; `serde_json` gives up at half of it.
const MAX_DEPTH: usize = 256;
/// Lists inside an object that are looked into for items.
const MAX_LISTS: usize = 32;

/// Where an item begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Bytes of the source before it.
    pub(super) offset: u64,
    /// Its line, from 1.
    pub(super) line: u64,
}

/// How an item ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is in [`Cutter::item`].
    Whole,
    /// It is longer than the limit, and was skipped.
    TooLong,
    /// It is nested too deeply to be followed: the rest of the file cannot be cut.
    TooDeep,
}

/// What the objects at the top of the file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Top {
    /// Items.
    Items,
    /// Containers: the lists inside are lists of items.
    Containers,
}

/// What the elements of the list being read are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    /// Items.
    Items,
    /// Known when the first is seen.
    Unknown,
    /// Not items: they are passed over.
    Others,
}

/// Cuts a stream byte by byte.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the place in the text")]
pub(super) struct Cutter {
    /// The brackets that are open.
    open: Vec<u8>,
    in_string: bool,
    is_escaped: bool,
    top: Top,
    /// Kind of the list being read, outside items.
    pub(super) list: ListKind,
    /// Depth at which the item being read began; `None` between items.
    item_depth: Option<usize>,
    /// The bytes of the item.
    pub(super) item: Vec<u8>,
    /// Where it begins.
    pub(super) place: Place,
    /// The first elements of lists inside the item, if it is an object at the top.
    firsts: Vec<Range<usize>>,
    /// Whether the next object in a list of the item is the list's first element, and where that began.
    expects_first: bool,
    first: Option<usize>,
    /// The next byte.
    next: Place,
    limit: usize,
    is_utf16: bool,
}

impl Cutter {
    /// A cutter at a place of its source; of UTF-16, it is given the text as UTF-8 and counts the bytes of the source.
    pub(super) fn new(offset: u64, is_utf16: bool, limit: u64) -> Self {
        Self {
            open: Vec::new(),
            in_string: false,
            is_escaped: false,
            top: Top::Items,
            list: ListKind::Items,
            item_depth: None,
            item: Vec::new(),
            place: Place::default(),
            firsts: Vec::new(),
            expects_first: false,
            first: None,
            next: Place { offset, line: 1 },
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            is_utf16,
        }
    }

    /// The place of the next byte.
    pub(super) fn next_place(&self) -> Place {
        self.next
    }

    /// Whether an item has begun and not ended.
    pub(super) fn is_in_item(&self) -> bool {
        self.item_depth.is_some()
    }

    /// Whether a list or an object around items has not ended.
    pub(super) fn is_in_list(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether the item is an object at the top of the file, which may hold lists of items.
    pub(super) fn is_top_object(&self) -> bool {
        self.place_is_top() && self.item.first() == Some(&b'{')
    }

    fn place_is_top(&self) -> bool {
        self.item_depth.unwrap_or(self.open.len()) == 0
    }

    /// The first elements of the lists inside the item, as far as they are known.
    pub(super) fn first_elements(&self) -> impl Iterator<Item = &[u8]> {
        self.firsts.iter().map(|range| &self.item[range.clone()])
    }

    /// The name of a list inside the item, by the number of its first element.
    pub(super) fn list_name(&self, list: usize) -> String {
        let before = self.firsts.get(list).map_or(&[][..], |first| &self.item[..first.start]);
        // A name ends with a quote, a colon and the bracket of its list.
        let name = before.trim_ascii_end().strip_suffix(b"[").map(<[u8]>::trim_ascii_end);
        let name = name.and_then(|name| name.strip_suffix(b":")).map(<[u8]>::trim_ascii_end);
        let name = name.and_then(|name| name.strip_suffix(b"\"")).unwrap_or_default();
        String::from_utf8_lossy(name.rsplit(|byte| *byte == b'"').next().unwrap_or_default()).into_owned()
    }

    /// Goes back to the beginning of the item and opens it: its lists are lists of items. Returns the bytes to be read again.
    pub(super) fn open_item(&mut self) -> Vec<u8> {
        self.open.clear();
        (self.in_string, self.is_escaped, self.item_depth) = (false, false, None);
        self.top = Top::Containers;
        self.next = self.place;
        self.firsts.clear();
        std::mem::take(&mut self.item)
    }

    /// Takes the next byte; `Some` if an item ends with it, or before it.
    pub(super) fn push(&mut self, byte: u8) -> Option<End> {
        let here = self.next;
        self.count(byte);
        if self.item_depth.is_none() && self.begins_item(byte) {
            (self.item_depth, self.place) = (Some(self.open.len()), here);
            self.item.clear();
            self.firsts.clear();
            self.first = None;
        }
        let Some(depth) = self.item_depth else {
            self.follow(byte);
            return self.end_if_too_deep();
        };
        let is_bare = !self.in_string && self.open.len() == depth;
        // A number or a word ends before what separates it from the next.
        if is_bare && !self.item.is_empty() && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}')) {
            self.item_depth = None;
            self.follow(byte);
            return Some(self.ended());
        }
        self.keep(byte);
        self.follow(byte);
        self.note_first_elements(byte, depth);
        let is_closed = matches!(byte, b'}' | b']' | b'"') && !self.in_string && self.open.len() == depth;
        if is_closed {
            self.item_depth = None;
            return Some(self.ended());
        }
        self.end_if_too_deep()
    }

    fn ended(&mut self) -> End {
        if self.item.len() > self.limit {
            // One long item must not keep its memory while the short ones after it are read.
            self.item = Vec::new();
            return End::TooLong;
        }
        End::Whole
    }

    fn end_if_too_deep(&self) -> Option<End> {
        (self.open.len() > MAX_DEPTH).then_some(End::TooDeep)
    }

    fn count(&mut self, byte: u8) {
        let is_first = byte & 0xc0 != 0x80;
        // In UTF-16 a character takes two bytes, or four from U+10000 on.
        self.next.offset += if self.is_utf16 { 2 * (u64::from(is_first) + u64::from(byte >= 0xf0)) } else { 1 };
        self.next.line += u64::from(byte == b'\n');
    }

    /// Whether an item begins with a byte. Commas between objects at the top and record separators (RFC 7464) are tolerated.
    fn begins_item(&self, byte: u8) -> bool {
        if byte.is_ascii_whitespace() || matches!(byte, b',' | 0x1e) {
            return false;
        }
        match self.open.as_slice() {
            // A second byte order mark, from a file that was converted twice.
            [] if matches!(byte, 0xef | 0xbb | 0xbf) => false,
            [] => byte != b'[' && (byte != b'{' || self.top == Top::Items),
            open => is_list(open) && self.list != ListKind::Others && byte != b']',
        }
    }

    fn keep(&mut self, byte: u8) {
        // One byte above the limit is kept, by which `ended` knows an item that is too long.
        if self.item.len() <= self.limit {
            self.item.push(byte);
        }
    }

    /// Follows strings and brackets.
    fn follow(&mut self, byte: u8) {
        if self.in_string {
            (self.in_string, self.is_escaped) = (byte != b'"' || self.is_escaped, byte == b'\\' && !self.is_escaped);
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => {
                self.open.push(byte);
                if self.item_depth.is_none() && is_list(&self.open) {
                    self.list = if self.open.len() == 1 { ListKind::Items } else { ListKind::Unknown };
                }
            }
            b'}' | b']' => {
                self.open.pop();
                if self.open.is_empty() && self.item_depth.is_none() {
                    self.top = Top::Items;
                }
            }
            _ => {}
        }
    }

    /// Notes the first element of each list inside an object at the top: by it, one sees whether these are the items.
    fn note_first_elements(&mut self, byte: u8, depth: usize) {
        if depth > 0 || self.in_string || self.item.len() > self.limit {
            return;
        }
        let inside_list = self.open.split_last().is_some_and(|(_, lists)| is_list(lists));
        match byte {
            b'[' if is_list(&self.open) => self.expects_first = true,
            b'{' if inside_list && self.expects_first => {
                (self.expects_first, self.first) = (false, Some(self.item.len() - 1));
            }
            b'}' if is_list(&self.open) => {
                if let Some(start) = self.first.take().filter(|_| self.firsts.len() < MAX_LISTS) {
                    self.firsts.push(start..self.item.len());
                }
            }
            _ => {}
        }
    }
}

/// Whether these brackets lead into a list, through objects alone.
fn is_list(open: &[u8]) -> bool {
    open.split_last().is_some_and(|(last, around)| *last == b'[' && around.iter().all(|bracket| *bracket == b'{'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The items of a text, each with its line and offset.
    fn items(text: &str, limit: u64) -> Vec<String> {
        let mut cutter = Cutter::new(0, false, limit);
        let mut found = Vec::new();
        for byte in text.bytes() {
            if let Some(end) = cutter.push(byte) {
                let Place { offset, line } = cutter.place;
                let item =
                    if end == End::Whole { String::from_utf8_lossy(&cutter.item).into_owned() } else { format!("{end:?}") };
                found.push(format!("{line}@{offset} {item}"));
            }
        }
        found
    }

    #[test]
    fn items_are_cut_wherever_they_are() {
        for (text, expected, why) in [
            ("[{\"a\":1},\n {}]", vec!["1@1 {\"a\":1}", "2@11 {}"], "a list at the top"),
            ("{\"a\":[1]}\n{}{}", vec!["1@0 {\"a\":[1]}", "2@10 {}", "2@12 {}"], "objects one after the other"),
            ("{},\n\u{1e}{}", vec!["1@0 {}", "2@5 {}"], "commas and record separators between them"),
            ("[1, \"a]\\\"\", null]", vec!["1@1 1", "1@4 \"a]\\\"\"", "1@12 null"], "what is no object is an item, too"),
            ("[[{}],{}]", vec!["1@1 [{}]", "1@6 {}"], "a list in the list"),
            ("{\"a\":\"}\"}", vec!["1@0 {\"a\":\"}\"}"], "a bracket in a string"),
        ] {
            assert_eq!(items(text, 99), expected, "{text}: {why}");
        }
        assert_eq!(items("[{\"a\":\"long\"},{}]", 9), ["1@1 TooLong", "1@14 {}"]);
    }

    #[test]
    fn an_object_can_be_opened() {
        let text = r#"{"n":1,"tags":[{"t":0}],"d":{"articles":[{"x":1},{"x":2}]}}"#;
        let mut cutter = Cutter::new(0, false, 999);
        let ended = text.bytes().filter_map(|byte| cutter.push(byte)).count();
        assert_eq!((ended, cutter.is_top_object()), (1, true));
        let firsts: Vec<String> = cutter.first_elements().map(|first| String::from_utf8_lossy(first).into_owned()).collect();
        assert_eq!(firsts, [r#"{"t":0}"#, r#"{"x":1}"#]);
        let mut found = Vec::new();
        for byte in cutter.open_item() {
            if cutter.push(byte).is_some() {
                found.push((cutter.place.offset, String::from_utf8_lossy(&cutter.item).into_owned()));
                cutter.list = ListKind::Items;
            }
        }
        let expected = [(15, r#"{"t":0}"#), (41, r#"{"x":1}"#), (49, r#"{"x":2}"#)];
        assert_eq!(found, expected.map(|(offset, item)| (offset, item.to_owned())));
        assert!(!cutter.is_in_list());
    }

    proptest! {
        /// Whatever `serde_json` writes as a list is cut into its elements.
        #[test]
        fn lists_are_cut_into_their_elements(texts in prop::collection::vec("[a\"\\\\{}\\[\\],: \u{628}\n]{0,9}", 0..6)) {
            let elements: Vec<serde_json::Value> =
                texts.iter().map(|text| serde_json::json!({ "a": [text, { text: 1 }] })).collect();
            let list = serde_json::to_string_pretty(&elements).expect("JSON");
            let mut cutter = Cutter::new(0, false, 1 << 10);
            let mut found = Vec::new();
            for byte in list.bytes() {
                if cutter.push(byte).is_some() {
                    found.push(serde_json::from_slice::<serde_json::Value>(&cutter.item).expect("an element"));
                }
            }
            prop_assert_eq!(found, elements);
        }
    }
}

//! The tokens of a sentence, as a column.
//!
//! Millions of tokens wait for their batch to be full, so those of a sentence share one string, and a token that was left as it was is held
//! once.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float32Array, ListArray, StringArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};

use super::cell::{Cell, Lists};
use super::record::{PROBABILITY, Record, record};

record! {
    /// A token of a sentence.
    pub struct Token read as TokenColumns {
        /// The token as ingested
        raw: String,
        /// Its form in `text`, equal to `raw` if it was left unchanged; contains a space if two words had run together
        form: String,
        /// Posterior probability that the form is right
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

/// The tokens of a sentence, in order. Its column is that of `Vec<Token>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentenceTokens {
    /// Of each token its raw text, and then its form if that is another.
    text: String,
    entries: Vec<Entry>,
}

/// Where a token's texts end, in bytes of the common string.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    raw: u32,
    /// That of the raw text if the form is the same.
    form: u32,
    confidence: f32,
}

impl SentenceTokens {
    /// Adds the next token.
    pub(super) fn push(&mut self, raw: &str, form: &str, confidence: f32) {
        self.text.push_str(raw);
        let raw_end = self.end();
        if form != raw {
            self.text.push_str(form);
        }
        self.entries.push(Entry { raw: raw_end, form: self.end(), confidence });
    }

    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).expect("a sentence of less than 4 GiB")
    }

    /// Raw text, form and confidence of each token.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, f32)> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let (raw_end, form_end) = (entry.raw as usize, entry.form as usize);
            let raw = &self.text[start..raw_end];
            let form = if form_end == raw_end { raw } else { &self.text[raw_end..form_end] };
            start = form_end;
            (raw, form, entry.confidence)
        })
    }
}

impl Cell for SentenceTokens {
    type Array = Lists<Token>;

    fn data_type() -> DataType {
        Vec::<Token>::data_type()
    }

    fn encode(values: &[&Self]) -> ArrayRef {
        let tokens = || values.iter().flat_map(|sentence| sentence.iter());
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(tokens().map(|(raw, _, _)| raw))),
            Arc::new(StringArray::from_iter_values(tokens().map(|(_, form, _)| form))),
            Arc::new(Float32Array::from_iter_values(tokens().map(|(_, _, confidence)| confidence))),
        ];
        let structs = StructArray::new(Token::fields().clone(), columns, None);
        let offsets = OffsetBuffer::from_lengths(values.iter().map(|sentence| sentence.entries.len()));
        let item = Arc::new(Field::new("item", Token::data_type(), Token::NULLABLE));
        Arc::new(ListArray::new(item, offsets, Arc::new(structs), None))
    }

    fn text_bytes(&self) -> usize {
        self.text.len()
    }

    fn decode(array: &dyn Array) -> Option<Self::Array> {
        Vec::<Token>::decode(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_that_of_a_list_of_tokens() {
        let rows = [vec![("عل", "على", 0.5), ("قال", "قال", 1.0)], vec![], vec![("ماقورن", "ما قورن", 0.25)]];
        let token = |(raw, form, confidence): &(&str, &str, f32)| Token {
            raw: (*raw).to_owned(),
            form: (*form).to_owned(),
            confidence: *confidence,
        };
        let lists: Vec<Vec<Token>> = rows.iter().map(|row| row.iter().map(token).collect()).collect();
        let compact: Vec<SentenceTokens> = rows
            .iter()
            .map(|row| {
                let mut tokens = SentenceTokens::default();
                for (raw, form, confidence) in row {
                    tokens.push(raw, form, *confidence);
                }
                tokens
            })
            .collect();
        for (row, tokens) in rows.iter().zip(&compact) {
            assert_eq!(&tokens.iter().collect::<Vec<_>>(), row);
        }
        let encoded = SentenceTokens::encode(&compact.iter().collect::<Vec<_>>());
        assert_eq!(&encoded, &Vec::<Token>::encode(&lists.iter().collect::<Vec<_>>()));
    }
}

//! Compact serialisation of tokens: the lengths of tokens and of the gaps between them, instead of offsets.
//!
//! Lengths are small and take a byte each in the cache, where offsets would take two or three.

use serde::{Deserialize, Deserializer, Serializer};

use super::token::{Gap, Token};

pub(super) fn serialize<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
    let mut end = 0;
    serializer.collect_seq(tokens.iter().map(|token| {
        // Cannot go below 0: tokens are in order and do not overlap.
        let before = token.source.start - end;
        end = token.source.end;
        (before, token.source.len(), token.text.len(), token.gap)
    }))
}

pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Vec<Token>, D::Error> {
    let lengths = Vec::<(usize, usize, usize, Gap)>::deserialize(deserializer)?;
    let (mut source, mut text) = (0, 0);
    let token = |(before, length, written, gap)| {
        let start = source + before;
        source = start + length;
        let from = text;
        // In the unified text, one space separates two tokens: where each begins follows from the lengths alone.
        text = from + written + 1;
        Token { source: start..source, text: from..from + written, gap }
    };
    Ok(lengths.into_iter().map(token).collect())
}

//! A hash table from 32-bit tags to the rows of articles: eight bytes per entry, bounded buckets.
//!
//! Open addressing with linear probing. An entry holds its tag beside the row, and its home slot is computed from the tag, so the table
//! can grow without the articles at hand. It grows by a quarter, which wastes less memory than doubling.
//!
//! Invariant: what is found does not depend on the size of the table: the rows of a tag are the first [`BUCKET`] inserted.

/// The most rows per tag. A run of words in more articles than that is a set phrase or a much copied text, which its first copies
/// represent. So a million copies of an article cost no more each than the first few.
pub const BUCKET: usize = 32;
/// Slots of an empty table.
const FIRST_SLOTS: usize = 64;

/// Rows by tag.
#[derive(Clone, Debug)]
pub(super) struct TagTable {
    /// The tag in the high half, the row plus one in the low half; 0 is an empty slot.
    slots: Vec<u64>,
    entries: usize,
}

impl Default for TagTable {
    fn default() -> Self {
        Self { slots: vec![0; FIRST_SLOTS], entries: 0 }
    }
}

impl TagTable {
    /// The rows inserted under a tag, in no particular order.
    pub(super) fn rows(&self, tag: u32) -> impl Iterator<Item = u32> {
        self.chain(tag).filter(move |slot| (slot >> 32) == u64::from(tag)).map(row)
    }

    /// Adds a row to a tag, unless its bucket is full.
    pub(super) fn insert(&mut self, tag: u32, row: u32) {
        // What is dropped is always the latest row: that keeps the result independent of the table's size.
        if self.rows(tag).nth(BUCKET - 1).is_some() {
            return;
        }
        // At most four fifths full: beyond that, linear probing gets slow.
        if self.entries * 5 >= self.slots.len() * 4 {
            self.grow();
        }
        // One is added to the row, or row 0 under tag 0 would look like an empty slot.
        place(&mut self.slots, (u64::from(tag) << 32) | (u64::from(row) + 1));
        self.entries += 1;
    }

    /// Bytes of memory allocated.
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }

    /// The entries from a tag's home slot to the next empty slot, which include all entries of the tag.
    fn chain(&self, tag: u32) -> impl Iterator<Item = u64> {
        let home = home(tag, self.slots.len());
        // Nothing is ever removed, so no gap can open between a home slot and the entries of its tag.
        self.slots[home..].iter().chain(&self.slots[..home]).copied().take_while(|slot| *slot != 0)
    }

    fn grow(&mut self) {
        // Homes depend on the number of slots, so every entry is placed anew; its tag, which it holds, is all that takes.
        let mut wider = vec![0; self.slots.len() / 4 * 5 + 4];
        self.slots.iter().copied().filter(|slot| *slot != 0).for_each(|slot| place(&mut wider, slot));
        self.slots = wider;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is the row")]
fn row(slot: u64) -> u32 {
    (slot as u32) - 1
}

/// The slot where the search for a tag begins: the tag scaled to the number of slots (Lemire's multiply-shift), so that the number need
/// not be a power of two. Tags are uniformly distributed, and so are their homes.
fn home(tag: u32, slots: usize) -> usize {
    ((u128::from(tag) * slots as u128) >> 32) as usize
}

fn place(slots: &mut [u64], entry: u64) {
    let mut at = home((entry >> 32) as u32, slots.len());
    while slots[at] != 0 {
        at = if at + 1 == slots.len() { 0 } else { at + 1 };
    }
    slots[at] = entry;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_holds_the_first_rows_of_each_tag(tags in prop::collection::vec((any::<bool>(), 0u32..12), 0..1000)) {
            let (mut table, mut expected) = (TagTable::default(), BTreeMap::<u32, Vec<u32>>::new());
            for (row, (high, tag)) in (0u32..).zip(tags) {
                // Homes at both ends of the table, so that chains wrap around.
                let tag = if high { u32::MAX - tag } else { tag * 1_000_003 };
                table.insert(tag, row);
                let rows = expected.entry(tag).or_default();
                if rows.len() < BUCKET { rows.push(row); }
            }
            for (tag, rows) in expected {
                let mut found: Vec<u32> = table.rows(tag).collect();
                found.sort_unstable();
                prop_assert_eq!(found, rows);
            }
            prop_assert_eq!(table.rows(77).count(), 0);
        }
    }
}

//! Long articles: taken through the stages a passage at a time, so that memory does not grow with the article.
//!
//! ```text
//! ─────────────────────── article ───────────────────────
//!      [context│       kept       │context]
//!                          [context│       kept       │context]
//!                                 seam
//! ```
//!
//! What the stages say about a token depends on its neighbourhood and, a little, on averages over what they were given. So a
//! passage is repaired and split together with the tokens around it, and only the sentences in its middle are kept. A seam is
//! the end of a sentence that the splitter found, preferably one that the text itself shows; the next passage begins there.
//!
//! Invariant: the kept runs cover the article in order, and are whole sentences. An article that fits into one passage goes
//! through the stages as a whole. In a longer one, what is judged over an article (state of writing, typing profile, recurrence,
//! usual length of a sentence, width of a line, sense of a term) is judged over the passage, which is as long as
//! forty newspaper articles: a text of such length has seldom one writer.

mod cut;
mod reader;
mod size;

pub use reader::{Passage, Passages, each_part};
pub use size::PassageSize;

//! The table `[split]`: where sentences end.

crate::settings! {
    /// How to trade wrong cuts against missed ones.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct SplitSettings in "split" {
        /// Longest sentence, in tokens; a longer one is cut at the most probable place inside it.
        max_tokens: usize = 120 => Split, in 1..=10_000;
        /// Least probability at which a sentence ends; half of it is enough where a question mark is likely. A lower value finds
        /// more sentence ends and more wrong ones, a higher value fewer of both. Both ends of a one-token sentence must be nearly
        /// certain, so 0 cuts the text into pieces of two or three tokens; 1 cuts only at marks in the text and at `max_tokens`.
        cut_confidence: f64 = 0.39 => Split, in 0.0..=1.0;
        /// Least probability at which a punctuation mark is restored (`sentences.marks`, `text_punctuated`); half of it is enough for
        /// a question mark, which is rare. A lower value restores more marks and more wrong ones; 1 restores none. In text that has
        /// kept its marks none is restored.
        mark_confidence: f64 = 0.32 => Split, in 0.0..=1.0;
        /// Weight of the model of sentence lengths; 0 ignores it.
        length_weight: f64 = 0.6 => Split, in 0.0..=10.0;
    }
}

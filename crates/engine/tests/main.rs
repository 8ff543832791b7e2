//! Tests of the engine with the shipped model and vocabulary, in one binary, because each binary embeds the model.

mod decoder;
mod golden;
mod invariants;
mod passages;
mod shipped;

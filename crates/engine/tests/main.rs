//! Tests of the engine with the shipped model and vocabulary, in one binary, since each binary links the model.

mod annotate;
mod decoder;
mod golden;
mod laws;
mod shipped;

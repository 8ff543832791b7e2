//! Tests of the library with the shipped model, in one binary, since each binary links polars.

mod decoder;
mod gates;
mod golden;
mod laws;
mod shipped;

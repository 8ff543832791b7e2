//! Tests of the library, in one binary, since each binary links polars.

mod gates;

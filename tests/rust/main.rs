//! Tests of the library: one binary, because linking each takes long.

mod gates;

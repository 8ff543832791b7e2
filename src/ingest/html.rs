//! stub
use super::decode::{DeclaredEncoding, DecodeFault};
use super::Encoding;
pub struct Page { pub text: String, pub title: Option<String>, pub byline: Option<String>, pub published: Option<String>, pub section: Option<String>, pub encoding: Encoding }
pub fn read_page(_bytes: &[u8], _declared: Option<DeclaredEncoding>) -> Result<Page, DecodeFault> { todo!() }

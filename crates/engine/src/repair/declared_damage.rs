//! States of writing that the user declares, for all articles or by the paths of their files.

use globset::{Glob, GlobMatcher};
use serde_json::{Value as Json, json};

use super::damage::Damage;
use crate::settings::{Choice, Fault, Form, Range, Refusal, Setting, Value};

/// What the user says about the state of writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeclaredDamage {
    /// Nothing: it is recognised.
    #[default]
    Auto,
    /// It is this one.
    Is(Damage),
}

impl DeclaredDamage {
    /// The state, unless it is to be recognised.
    #[must_use]
    pub fn state(self) -> Option<Damage> {
        match self {
            Self::Auto => None,
            Self::Is(damage) => Some(damage),
        }
    }
}

impl Choice for DeclaredDamage {
    const ALL: &'static [Self] = &[
        Self::Auto,
        Self::Is(Damage::Stripped),
        Self::Is(Damage::Normalised),
        Self::Is(Damage::Soft),
        Self::Is(Damage::Intact),
    ];

    fn name(self) -> &'static str {
        self.state().map_or("auto", Damage::name)
    }
}

/// States of writing by patterns of paths; the first pattern that matches counts.
#[derive(Clone, Debug, Default)]
pub struct DamageByPath(Vec<(GlobMatcher, DeclaredDamage)>);

impl DamageByPath {
    /// What is declared for a path; `None` if no pattern matches it.
    #[must_use]
    pub fn of(&self, source_path: &str) -> Option<DeclaredDamage> {
        self.0.iter().find(|(pattern, _)| pattern.is_match(source_path)).map(|(_, declared)| *declared)
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0.iter().map(|(pattern, declared)| (pattern.glob().glob(), declared.name()))
    }
}

impl PartialEq for DamageByPath {
    fn eq(&self, other: &Self) -> bool {
        self.pairs().eq(other.pairs())
    }
}

impl Setting for DamageByPath {
    fn form() -> Form {
        Form::Map
    }

    fn read(value: Value, _: Option<Range>) -> Result<Self, Refusal> {
        let Value::Map(pairs) = value else { return Err(Refusal::Unexpected) };
        let (mut read, mut faults) = (Vec::new(), Vec::new());
        for (pattern, name) in pairs {
            let declared = DeclaredDamage::ALL.iter().find(|declared| declared.name() == name);
            match (Glob::new(&pattern), declared) {
                (Ok(glob), Some(declared)) => read.push((glob.compile_matcher(), *declared)),
                (Err(error), _) => faults.push(format!("{error}; expected a pattern such as \"old/**\"")),
                (_, None) => {
                    let names: Vec<String> =
                        DeclaredDamage::ALL.iter().map(|declared| format!("\"{}\"", declared.name())).collect();
                    faults.push(format!("{pattern:?}: expected one of {}, found {name:?}", names.join(", ")));
                }
            }
        }
        let fault = |what| Fault { file: None, line: 0, what };
        if faults.is_empty() { Ok(Self(read)) } else { Err(Refusal::Faulty(faults.into_iter().map(fault).collect())) }
    }

    fn recorded(&self) -> Option<Json> {
        // Pairs and not an object, which would lose their order.
        Some(self.pairs().map(|(pattern, name)| json!([pattern, name])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn the_first_pattern_that_matches_counts() {
        let by_path = DamageByPath::read(map(&[("old/web/**", "auto"), ("old/**", "stripped")]), None).expect("sound");
        for (path, expected) in [
            ("old/a.txt", Some(DeclaredDamage::Is(Damage::Stripped))),
            ("old/web/a.txt", Some(DeclaredDamage::Auto)),
            ("new/a.txt", None),
        ] {
            assert_eq!(by_path.of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_fault_is_told() {
        let refused = DamageByPath::read(map(&[("old/[", "stripped"), ("a", "broken")]), None);
        let Err(Refusal::Faulty(faults)) = refused else { panic!("{refused:?}") };
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}

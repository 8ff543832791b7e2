//! Settings, each declared once with the macro [`settings!`](crate::settings!).
//!
//! A declaration gives a setting's key, type, default, range and documentation, and its [`Scope`]: which results depend on it.
//! Everything else follows from it: the struct and its `Default`, the list of [`Spec`]s from which `pipeline.toml` and
//! `tarmim settings` are written, how a value from a file or a caller is checked and stored ([`Settings::set`]), and what a
//! build's provenance and the keys of the stage caches say ([`Settings::record`]).
//!
//! Invariant: a setting without a scope does not compile, so no new setting can be left out of the cache keys by mistake,
//! and a rebuild never serves results of other settings.
//!
//! This module knows neither TOML nor the command line: values arrive as a neutral [`Value`], so a configuration file and a
//! Python caller's keyword arguments pass the same checks.

mod fields;
mod spec;
mod value;

pub use fields::{Choice, Fault, Refusal, Setting, Slot};
pub use spec::{Form, Range, Record, Scope, Spec};
pub use value::Value;

/// A struct declared with [`settings!`](crate::settings!), or one that behaves the same.
pub trait Settings: Default {
    /// The declarations, in the order in which they are documented.
    fn specs() -> Vec<Spec>;

    /// The field that holds a setting; `None` for a key that is not declared here.
    fn slot(&mut self, table: &str, key: &str) -> Option<&mut dyn Slot>;

    /// Adds the values that results depend on to a record.
    fn record(&self, record: &mut Record);

    /// Checks a value and stores it. A refused value leaves the setting as it was.
    ///
    /// # Errors
    /// If the value has the wrong form or is out of range, or if a file that it names is faulty.
    ///
    /// # Panics
    /// If the spec is not one of [`Settings::specs`].
    fn set(&mut self, spec: &Spec, value: Value) -> Result<(), Refusal> {
        let slot = self.slot(spec.table, spec.key).expect("a spec of these settings");
        slot.assign(value, spec.range)
    }
}

/// A setting's value when nothing sets it. Defaults go through the same check as values that a user gives.
///
/// # Panics
/// If the declared default breaks the declared range: a mistake in a declaration, which any test of the struct finds.
pub fn default_of<T: Setting>(key: &str, value: impl Into<Value>, range: Option<Range>) -> T {
    T::read(value.into(), range).unwrap_or_else(|refusal| panic!("the default of {key} is refused: {refusal:?}"))
}

/// Declares a struct of settings.
///
/// ```text
/// settings! {
///     /// How sentences are cut.
///     #[derive(Clone, Debug)]
///     pub struct SplitSettings in "split" {           // the table of pipeline.toml
///         /// Longest sentence, in tokens.             // the documentation in pipeline.toml, too
///         max_tokens: usize = 120 => Split, in 1..=10_000;
///     } and {                                         // optional: settings declared elsewhere that belong here
///         lengths: LengthSettings,
///     }
/// }
/// ```
///
/// `=>` names the [`Scope`](crate::settings::Scope). After it may come, in this order: `in LOW..=HIGH`; `key "KEY"`, if the key is not
/// the field's name; `recorded "NAME"`, if the provenance calls it something else; `example "TEXT"`, shown in `pipeline.toml` when
/// there is no default.
#[macro_export]
macro_rules! settings {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident in $table:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr => $scope:ident
                $(, in $low:literal ..= $high:literal)?
                $(, key $key:literal)?
                $(, recorded $recorded:literal)?
                $(, example $example:literal)?
                ;
            )*
        } $(and {
            $( $(#[$group_attribute:meta])* $group:ident: $group_type:ty, )+
        })?
    ) => {
        $(#[$attribute])*
        $visibility struct $name {
            $( $(#[doc = $doc])+ pub $field: $type, )*
            $($( $(#[$group_attribute])* pub $group: $group_type, )+)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $(
                        $field: $crate::settings::default_of(
                            stringify!($field), $default, $crate::settings!(@range $($low, $high)?),
                        ),
                    )*
                    $($( $group: <$group_type>::default(), )+)?
                }
            }
        }

        impl $crate::settings::Settings for $name {
            fn specs() -> Vec<$crate::settings::Spec> {
                #[allow(unused_mut)]
                let mut specs = vec![$(
                    $crate::settings::Spec {
                        table: $table,
                        key: $crate::settings!(@first $($key,)? stringify!($field)),
                        doc: concat!($($doc, "\n"),+).into(),
                        form: <$type as $crate::settings::Setting>::form(),
                        range: $crate::settings!(@range $($low, $high)?),
                        default: $default.into(),
                        example: $crate::settings!(@option $($example)?),
                        scope: $crate::settings::Scope::$scope,
                    },
                )*];
                $($( specs.extend(<$group_type as $crate::settings::Settings>::specs()); )+)?
                specs
            }

            fn slot(&mut self, table: &str, key: &str) -> Option<&mut dyn $crate::settings::Slot> {
                $(
                    if (table, key) == ($table, $crate::settings!(@first $($key,)? stringify!($field))) {
                        return Some(&mut self.$field);
                    }
                )*
                None $($( .or_else(|| $crate::settings::Settings::slot(&mut self.$group, table, key)) )+)?
            }

            fn record(&self, record: &mut $crate::settings::Record) {
                $(
                    record.add(
                        $crate::settings::Scope::$scope,
                        $table,
                        $crate::settings!(@first $($recorded,)? $($key,)? stringify!($field)),
                        $crate::settings::Setting::recorded(&self.$field),
                    );
                )*
                $($( $crate::settings::Settings::record(&self.$group, record); )+)?
            }
        }
    };
    (@range) => { None };
    (@range $low:literal, $high:literal) => { Some((f64::from($low), f64::from($high))) };
    (@option) => { None };
    (@option $value:expr) => { Some($value) };
    (@first $first:expr $(, $other:expr)*) => { $first };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::settings! {
        /// A few settings.
        #[derive(Clone, Debug, PartialEq)]
        struct Few in "few" {
            /// A number.
            weight: f64 = 0.5 => Build, in 0.0..=1.0;
            /// Some words.
            words: Vec<String> = ["a", "b"] => Build, key "list", recorded "listed";
            /// Not recorded.
            threads: usize = 4 => Run, in 1..=64;
        } and {
            /// Others.
            more: More,
        }
    }

    crate::settings! {
        /// Others, of another table.
        #[derive(Clone, Debug, PartialEq)]
        struct More in "more" {
            /// A text that may be missing.
            note: Option<String> = Value::Unset => Split, example "as in";
        }
    }

    fn set(settings: &mut Few, key: &str, value: impl Into<Value>) -> Result<(), Refusal> {
        let spec = Few::specs().into_iter().find(|spec| spec.key == key).expect("a key");
        settings.set(&spec, value.into())
    }

    #[test]
    fn a_declaration_gives_defaults_keys_and_documentation() {
        let few = Few::default();
        assert_eq!((few.weight, few.threads, few.more.note), (0.5, 4, None));
        let keys: Vec<(&str, &str)> = Few::specs().iter().map(|spec| (spec.table, spec.key)).collect();
        assert_eq!(keys, [("few", "weight"), ("few", "list"), ("few", "threads"), ("more", "note")]);
        assert_eq!(Few::specs()[1].doc.trim(), "Some words.");
    }

    #[test]
    fn values_are_checked_and_a_refused_one_changes_nothing() {
        let mut few = Few::default();
        set(&mut few, "weight", 1).expect("whole numbers are numbers");
        assert!(matches!(set(&mut few, "weight", 1.5), Err(Refusal::Unexpected)));
        assert!(matches!(set(&mut few, "threads", "four"), Err(Refusal::Unexpected)));
        set(&mut few, "note", "new").expect("a text");
        assert_eq!((few.weight, few.threads, few.more.note.as_deref()), (1.0, 4, Some("new")));
    }

    #[test]
    fn what_results_depend_on_is_recorded_by_scope() {
        let mut record = Record::default();
        Few::default().record(&mut record);
        let expected = serde_json::json!({
            "few": { "weight": 0.5, "listed": ["a", "b"] },
            "split": { "more": { "note": null } },
        });
        assert_eq!(record.into_json(), expected);
    }
}

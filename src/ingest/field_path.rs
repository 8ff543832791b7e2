//! Fields inside fields, named by their path: `article.body` is the field `body` of the objects in the field `article`.

use serde_json::Value;

use super::column_name::same_name;

/// The columns of a record, of which fields take what they name.
pub(super) type Columns = Vec<(String, Value)>;

/// Takes the first column with a name, or the first field at a path, whose value can be read as wanted. A value that cannot be read stays.
pub(super) fn take(columns: &mut Columns, name: &str, read: impl Fn(&Value) -> Option<String>) -> Option<String> {
    let mut whole = columns.iter().enumerate().filter(|(_, (column, _))| same_name(column, name));
    if let Some((index, text)) = whole.find_map(|(index, (_, value))| Some((index, read(value)?))) {
        columns.remove(index);
        return Some(text);
    }
    for (column, path) in splits(name) {
        let inside = columns.iter().enumerate().filter(|(_, (other, _))| same_name(other, column));
        let mut found = inside.filter_map(|(index, (_, value))| Some((index, read(&find(value, path)?)?)));
        if let Some((index, text)) = found.next() {
            if remove(&mut columns[index].1, path) {
                columns.remove(index);
            }
            return Some(text);
        }
    }
    None
}

/// The paths of fields inside a field that have one of these names and a text in them; `[]` stands behind the name of a list.
pub(super) fn paths_to_text(name: &str, value: &Value, names: &[String]) -> Vec<String> {
    let inside = |prefix: &str, members: &serde_json::Map<String, Value>| -> Vec<String> {
        let below = |(inner, value): (&String, &Value)| {
            let is_text = value.as_str().is_some_and(|text| !text.trim().is_empty());
            if is_text && names.iter().any(|one| same_name(one, inner)) {
                vec![inner.clone()]
            } else {
                paths_to_text(inner, value, names)
            }
        };
        members.iter().flat_map(below).map(|path| format!("{prefix}.{path}")).collect()
    };
    match value {
        Value::Object(members) => inside(name, members),
        // All items are alike.
        Value::Array(items) => match items.first() {
            Some(Value::Object(members)) => inside(&format!("{name}[]"), members),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A path at each of its points: what comes before, and what after.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]))
}

/// The value at a path; of a list, the values in its items.
fn find(value: &Value, path: &str) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let member = |name: &str| members.iter().find(|(other, _)| same_name(other, name)).map(|(_, value)| value);
            member(path).cloned().or_else(|| splits(path).find_map(|(first, rest)| find(member(first)?, rest)))
        }
        Value::Array(items) => {
            let found: Vec<Value> = items.iter().filter_map(|item| find(item, path)).flat_map(flat).collect();
            (!found.is_empty()).then_some(Value::Array(found))
        }
        _ => None,
    }
}

fn flat(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => vec![other],
    }
}

/// Removes what is at a path; true if nothing else is left.
fn remove(value: &mut Value, path: &str) -> bool {
    match value {
        Value::Object(members) => {
            let named = |name: &str| members.keys().find(|other| same_name(other, name)).cloned();
            if let Some(whole) = named(path) {
                members.remove(&whole);
            } else if let Some((first, rest)) = splits(path).find_map(|(first, rest)| Some((named(first)?, rest)))
                && members.get_mut(&first).is_some_and(|inner| remove(inner, rest))
            {
                members.remove(&first);
            }
            members.is_empty()
        }
        // Each of them, even if something is left of one.
        Value::Array(items) => items.iter_mut().filter_map(|item| (!remove(item, path)).then_some(())).count() == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Array(items) => items.iter().map(text).collect::<Option<Vec<_>>>().map(|texts| texts.join("|")),
            _ => None,
        }
    }

    #[test]
    fn a_path_leads_into_objects_and_lists_and_the_rest_is_kept() {
        for (value, path, expected, rest) in [
            (json!({"body": "نص", "n": 1}), "a.body", Some("نص"), json!({"n": 1})),
            (json!({"b": {"Body": "نص"}}), "A.b.body", Some("نص"), Value::Null),
            (json!([{"t": "أ"}, {"t": "ب"}]), "a.t", Some("أ|ب"), Value::Null),
            (json!([{"t": ["أ", "ب"]}, {"t": "ج", "k": 1}]), "a.t", Some("أ|ب|ج"), json!([{}, {"k": 1}])),
            (json!({"b.c": "نص"}), "a.b.c", Some("نص"), Value::Null),
            (json!({"body": 1}), "a.body", None, json!({"body": 1})),
            (json!("نص"), "a.body", None, json!("نص")),
        ] {
            let mut columns = vec![("a".to_owned(), value.clone())];
            assert_eq!(take(&mut columns, path, text).as_deref(), expected, "{value} {path}");
            assert_eq!(columns.pop().map_or(Value::Null, |(_, value)| value), rest, "{value} {path}");
        }
        let mut flat = vec![("a.body".to_owned(), json!("نص"))];
        assert_eq!(take(&mut flat, "a.body", text).as_deref(), Some("نص"), "a column of that very name");
    }

    #[test]
    fn texts_inside_are_found() {
        let names = ["text".to_owned(), "body".to_owned()];
        let value = json!({"properties": {"title": "ع", "body": "نص"}, "parts": [{"text": "x"}], "body": ""});
        assert_eq!(paths_to_text("a", &value, &names), ["a.parts[].text", "a.properties.body"]);
    }
}

//! Which differences between two answers are a matter of time: of several errors that make the same object null, the
//! first ends the work on that object, so that the others may be missing.
//!
//! Used by the comparison when two answers are not the same. It must not accept different data.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whether two answers have the same data, and errors that explain every null in it; errors in different places must
/// be the same.
pub(super) fn differ_by_time_only(one: &str, other: &str) -> bool {
    let read = |body: &str| serde_json::from_str::<Value>(body).ok();
    let (Some(mut one), Some(mut other)) = (read(one), read(other)) else { return false };
    let (errors, others) = (one["errors"].take(), other["errors"].take());
    // As text: values are equal in any order of their keys.
    let (text, other_text) = (one.to_string(), other.to_string());
    if text != other_text {
        return false;
    }
    let (groups, other_groups) = (by_null(&one["data"], &errors), by_null(&one["data"], &others));
    groups.len() == other_groups.len()
        && groups.iter().zip(&other_groups).all(|((place, errors), (other_place, others))| {
            let shared = errors.iter().filter(|error| others.contains(error)).count();
            let same_length = errors.len() == others.len();
            // One error may be missing where another one is told.
            place == other_place && (shared == errors.len() && same_length || shared > 0 && !same_length)
        })
}

/// The errors by the place of the null that each of them causes.
fn by_null(data: &Value, errors: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for error in errors.as_array().into_iter().flatten() {
        let (mut here, mut place) = (data, String::new());
        for segment in error["path"].as_array().into_iter().flatten() {
            if here.is_null() {
                break;
            }
            here = match segment.as_u64() {
                Some(index) => &here[usize::try_from(index).unwrap()],
                None => &here[segment.as_str().unwrap_or_default()],
            };
            place += &format!("{segment} ");
        }
        groups.entry(place).or_default().push(error.clone());
    }
    groups
}

mod tests {
    use serde_json::json;

    use super::*;

    fn answer(data: &Value, paths: &[&Value]) -> String {
        let errors: Vec<Value> = paths.iter().map(|path| json!({ "message": "m", "path": path })).collect();
        json!({ "errors": errors, "data": data }).to_string()
    }

    #[test]
    fn errors_may_be_missing_beside_others_only() {
        let (a, b, c) = (&json!(["a", 0, "x"]), &json!(["a", 1, "y"]), &json!(["b", "z"]));
        let nothing = answer(&Value::Null, &[a, b]);
        assert!(differ_by_time_only(&nothing, &answer(&Value::Null, &[b])));
        assert!(!differ_by_time_only(&nothing, &answer(&json!({ "a": null }), &[b])));
        assert!(!differ_by_time_only(&nothing, &answer(&Value::Null, &[])));
        // Each of two places needs its error.
        let data = json!({ "a": [null, null], "b": { "z": null } });
        let all = answer(&data, &[a, b, c]);
        assert!(!differ_by_time_only(&all, &answer(&data, &[a, c])));
        assert!(!differ_by_time_only(&all, &answer(&data, &[a, b, &json!(["b", "y"])])));
    }
}

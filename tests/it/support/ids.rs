//! What is inside a global id: for tests that look into the database beside the API.

use devarch::ids::{AnyId, GlobalId};
use serde_json::Value;

/// The key of the row that a global id stands for.
pub(crate) fn number(id: &Value) -> i64 {
    match AnyId::decode(id.as_str().unwrap()).unwrap() {
        AnyId::Stack(id) => id.raw(),
        AnyId::Template(id) => id.raw(),
        AnyId::Instance(id) => id.raw(),
    }
}

//! Decodes global ids, for tests that read the database directly.

use devarch::ids::{AnyId, GlobalId};
use serde_json::Value;

/// The primary key of the row of a global id.
pub(crate) fn number(id: &Value) -> i64 {
    match AnyId::decode(id.as_str().unwrap()).unwrap() {
        AnyId::Stack(id) => id.raw(),
        AnyId::Template(id) => id.raw(),
        AnyId::Instance(id) => id.raw(),
    }
}

//! Builds `column IN (…)` conditions whose SQL text does not depend on the number of values.
//!
//! Called by queries for many owners at once. It must not know which table is queried.

use sea_orm::{
    DatabaseBackend, Value,
    sea_query::{ArrayType, Expr, SimpleExpr},
};

/// The condition `column IN ids`, with an array parameter on PostgreSQL and a JSON parameter on SQLite.
pub(in crate::db) fn one_of(backend: DatabaseBackend, column: &str, ids: impl Iterator<Item = i64>) -> SimpleExpr {
    match backend {
        DatabaseBackend::Sqlite => {
            Expr::cust_with_values(format!("\"{column}\" IN (SELECT value FROM json_each(?))"), [json(ids)])
        }
        _ => Expr::cust_with_values(format!("\"{column}\" = ANY($1)"), [array(ids)]),
    }
}

/// The condition without its column, and its parameter, for hand-written SQL with that single parameter. The text may
/// be used several times.
pub(in crate::db) fn parameter(backend: DatabaseBackend, ids: impl Iterator<Item = i64>) -> (&'static str, Value) {
    match backend {
        DatabaseBackend::Sqlite => ("IN (SELECT value FROM json_each(?1))", json(ids)),
        _ => ("= ANY($1)", array(ids)),
    }
}

/// The condition without its column, for hand-written SQL in which the values are the n-th parameter.
pub(in crate::db) fn nth(backend: DatabaseBackend, n: usize) -> String {
    match backend {
        DatabaseBackend::Sqlite => format!("IN (SELECT value FROM json_each(?{n}))"),
        _ => format!("= ANY(${n})"),
    }
}

/// The condition that a text is one of `these`. `text` is SQL that both engines accept.
pub(in crate::db) fn keyed(backend: DatabaseBackend, text: &str, these: &[String]) -> SimpleExpr {
    match backend {
        DatabaseBackend::Sqlite => {
            let sql = format!("CAST({text} AS TEXT) IN (SELECT value FROM json_each(?))");
            Expr::cust_with_values(sql, [texts(backend, these)])
        }
        _ => Expr::cust_with_values(format!("CAST({text} AS TEXT) = ANY($1)"), [texts(backend, these)]),
    }
}

/// The parameter of [`nth`] for numbers.
pub(in crate::db) fn numbers(backend: DatabaseBackend, numbers: impl Iterator<Item = i64>) -> Value {
    parameter(backend, numbers).1
}

/// The parameter of [`nth`] for texts.
pub(in crate::db) fn texts(backend: DatabaseBackend, texts: &[String]) -> Value {
    match backend {
        DatabaseBackend::Sqlite => serde_json::Value::from(texts).to_string().into(),
        _ => Value::Array(ArrayType::String, Some(Box::new(texts.iter().map(Value::from).collect()))),
    }
}

fn array(ids: impl Iterator<Item = i64>) -> Value {
    Value::Array(ArrayType::BigInt, Some(Box::new(ids.map(Value::from).collect())))
}

fn json(ids: impl Iterator<Item = i64>) -> Value {
    serde_json::Value::from(ids.collect::<Vec<_>>()).to_string().into()
}

//! Checks `override_count`: the stored number of overrides of each instance must equal the number of rows.
//!
//! Every test with a database ends with this check. It counts by the names of the tables, independently of the service.

use std::sync::atomic::Ordering;

use devarch::db::entries;
use sea_orm::{
    ConnectionTrait, Statement,
    sea_query::{TableCreateStatement, TableRef},
};

use super::TestApp;

/// SQL that counts the entries of the instance `i`.
fn counted() -> String {
    let name = |table: &TableCreateStatement| match table.get_table_name() {
        Some(TableRef::Table(name, _)) => name.1.to_string(),
        other => panic!("{other:?}"),
    };
    let tables = entries::tables();
    let tables: Vec<String> = tables.iter().map(name).filter(|name| name.starts_with("instance_")).collect();
    assert_eq!(tables.len(), 12, "the kinds of overrides");
    let each = tables.iter().map(|table| format!("(SELECT COUNT(*) FROM {table} e WHERE e.instance_id = i.id)"));
    each.collect::<Vec<_>>().join(" + ")
}

impl TestApp {
    /// Asserts that the stored number of overrides of every instance, deleted or not, is correct.
    pub(super) async fn assert_that_counts_are_kept(&self) {
        if self.broken.load(Ordering::SeqCst) {
            return;
        }
        let db = self.db.writer();
        let counted = counted();
        let sql = format!(
            "SELECT i.instance_id AS name, CAST(i.override_count AS BIGINT) AS kept, {counted} AS counted
             FROM service_instances i WHERE i.override_count <> {counted} ORDER BY i.id"
        );
        let wrong = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        let wrong: Vec<(String, i64, i64)> = wrong
            .iter()
            .map(|row| {
                let number = |column| row.try_get("", column).unwrap();
                (row.try_get("", "name").unwrap(), number("kept"), number("counted"))
            })
            .collect();
        assert_eq!(wrong, [], "instances whose overrides are counted wrong: what they say, and how many there are");
    }

    /// Updates the stored numbers and claims after overrides were written with SQL.
    pub(crate) async fn count_again(&self) {
        let counted = counted().replace("i.id", "service_instances.id");
        self.sql(&format!("UPDATE service_instances SET override_count = {counted}")).await;
        self.keep_claims_again().await;
    }

    /// Drops a table, so that every statement that uses it fails. The final check is skipped from then on.
    pub(crate) async fn break_table(&self, table: &str) {
        self.broken.store(true, Ordering::SeqCst);
        self.sql(&format!("DROP TABLE {table}")).await;
    }
}

//! Checks the kept claims: what the database keeps of each instance must be what merging gives.
//!
//! Every test with a database ends with this check, so every way to write is covered that a test takes. Tests that write
//! rows themselves are left out ([`TestApp::writes_by_hand`]).

use std::{collections::BTreeSet, sync::atomic::Ordering};

use sea_orm::{ConnectionTrait, Statement};

use super::TestApp;

impl TestApp {
    /// What is kept: for each instance whether its claims are, and each claim.
    pub(crate) async fn kept_claims(&self) -> BTreeSet<String> {
        let db = self.db.writer();
        let sql = "SELECT CAST(i.id AS TEXT) || ' ' || CASE WHEN i.claims_kept IS NULL THEN 'unknown' \
                   WHEN i.claims_kept THEN 'kept' ELSE 'inherited' END || CASE WHEN i.in_enabled_stack = s.enabled THEN '' \
                   ELSE ', misled about its stack' END AS line \
                   FROM service_instances AS i JOIN stacks AS s ON s.id = i.stack_id \
                   UNION ALL SELECT CAST(c.instance_id AS TEXT) || ' ' || c.kind || ' ' || c.resource || ' ' || c.extent || ' ' \
                   || CAST(c.state AS TEXT) || CASE WHEN c.created_at = i.created_at THEN '' ELSE ' of another time' END \
                   || CASE WHEN COUNT(*) > 1 THEN ' twice' ELSE '' END \
                   FROM instance_claims AS c JOIN service_instances AS i ON i.id = c.instance_id \
                   GROUP BY c.instance_id, c.kind, c.resource, c.extent, c.state, c.created_at, i.created_at";
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
    }

    /// Notes that rows were written without the service, so that what is kept may be wrong.
    pub(crate) fn writes_by_hand(&self) {
        self.by_hand.store(true, Ordering::SeqCst);
    }

    /// Computes all claims anew, as after an update of the service.
    pub(crate) async fn keep_claims_again(&self) {
        self.db.writer().execute_unprepared("UPDATE service_instances SET claims_kept = NULL").await.unwrap();
        self.app.keep_unknown_claims().await.unwrap();
    }

    /// What is kept wrongly: what merging does not give, and what it gives and is missing. Afterwards nothing is wrong.
    pub(crate) async fn wrong_claims(&self) -> Vec<String> {
        let mut before = self.kept_claims().await;
        if before.iter().any(|line| line.ends_with(" unknown")) {
            // The database was migrated down and up again. A start of the service computes them.
            self.app.keep_unknown_claims().await.unwrap();
            before = self.kept_claims().await;
        }
        self.keep_claims_again().await;
        let computed = self.kept_claims().await;
        let too_much = before.difference(&computed).map(|line| format!("too much: {line}"));
        too_much.chain(computed.difference(&before).map(|line| format!("missing: {line}"))).collect()
    }

    /// Asserts that what is kept is what merging gives.
    pub(crate) async fn assert_that_claims_are_kept(&self) {
        if !self.broken.load(Ordering::SeqCst) && !self.by_hand.load(Ordering::SeqCst) {
            assert_eq!(self.wrong_claims().await, [""; 0]);
        }
    }
}

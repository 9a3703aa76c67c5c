//! Reads and writes that collections of several kinds need, so that few statements do them.
//!
//! Called by `db::entries`. It must not compare entries; `db::entries::difference` does.

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr,
    sea_query::{CommonTableExpression, InsertStatement, WithClause},
};

use crate::{
    access::change::Subject,
    db::{
        Tx,
        change_log::NewEntry,
        entries::batch::{self, Table, TableRows},
    },
    error::Result,
};

/// Rows of several kinds that have to be read.
#[derive(Default)]
pub(super) struct PendingReads(Vec<(Table, Vec<i64>)>);

impl PendingReads {
    /// Adds rows of a table, by their ids. Returns the place of what is read of them.
    pub(super) fn add(&mut self, table: Table, ids: Vec<i64>) -> usize {
        self.0.push((table, ids));
        self.0.len() - 1
    }

    /// Reads them, with one statement on PostgreSQL.
    pub(super) async fn run(self, tx: &Tx) -> Result<Vec<TableRows>, DbErr> {
        let all: Vec<(&Table, &[i64])> = self.0.iter().map(|(table, ids)| (table, ids.as_slice())).collect();
        batch::read(tx, &all).await
    }
}

/// The rows of a kind to delete.
struct Deletion {
    table: Table,
    ids: Vec<i64>,
    /// Logs the rows that were deleted.
    log: LogDeletions,
}

type LogDeletions = Box<dyn FnOnce(&Tx, &TableRows) -> Result<(), DbErr> + Send>;

/// The deletions, the updates and the insertions of several kinds. On PostgreSQL each of the three is one statement.
#[derive(Default)]
pub(super) struct PendingWrites {
    deletes: Vec<Deletion>,
    logged: Vec<(Subject, NewEntry)>,
    updates: Vec<InsertStatement>,
    inserts: Vec<InsertStatement>,
}

impl PendingWrites {
    /// Adds rows to delete, by their ids. `log` is called with the rows as they were.
    pub(super) fn delete(
        &mut self,
        table: Table,
        ids: Vec<i64>,
        log: impl FnOnce(&Tx, &TableRows) -> Result<(), DbErr> + Send + 'static,
    ) {
        self.deletes.push(Deletion { table, ids, log: Box::new(log) });
    }

    /// Adds rows to update: a statement that inserts them and updates those that are there.
    pub(super) fn update(&mut self, rows: InsertStatement) {
        self.updates.push(rows);
    }

    /// Adds rows to insert.
    pub(super) fn insert(&mut self, rows: InsertStatement) {
        self.inserts.push(rows);
    }

    /// Adds what is logged of the updates and of the insertions.
    pub(super) fn log(&mut self, owner: Subject, entries: Vec<NewEntry>) {
        self.logged.extend(entries.into_iter().map(|entry| (owner, entry)));
    }

    /// Writes the rows and logs them. An entry may have the key that another one had before its deletion or its update,
    /// so these precede.
    pub(super) async fn run(self, tx: &Tx) -> Result<()> {
        let deletes: Vec<(&Table, &[i64])> = self.deletes.iter().map(|it| (&it.table, it.ids.as_slice())).collect();
        let deleted = batch::delete(tx, &deletes).await?;
        for (deletion, rows) in self.deletes.into_iter().zip(&deleted) {
            (deletion.log)(tx, rows)?;
        }
        for (subject, entry) in self.logged {
            tx.log().entry(subject, entry);
        }
        for statements in [self.updates, self.inserts] {
            if tx.get_database_backend() == DatabaseBackend::Sqlite {
                for statement in &statements {
                    tx.execute(statement).await?;
                }
            } else {
                at_once(tx, statements).await?;
            }
        }
        Ok(())
    }
}

/// Runs statements that write to different tables as one. Of no kind there are more than `MAX_ENTRIES` rows, so all their values
/// fit into one statement.
async fn at_once(tx: &Tx, statements: Vec<InsertStatement>) -> Result<()> {
    let mut others = WithClause::new();
    let mut statements = statements.into_iter().enumerate().peekable();
    while let Some((number, statement)) = statements.next() {
        if statements.peek().is_some() {
            others.cte(CommonTableExpression::new().query(statement).table_name(format!("w{number}")).to_owned());
        } else if number == 0 {
            tx.execute(&statement).await?;
        } else {
            tx.execute(&statement.with(std::mem::take(&mut others))).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::kinds::{MAX_ENTRIES, OfInstance, Stored, for_each_kind};

    /// PostgreSQL takes that many values in a statement.
    const MAX_VALUES: usize = 65_535;

    #[test]
    fn the_values_of_all_kinds_fit_into_one_statement() {
        let mut columns = 0;
        macro_rules! count {
            ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
                $( columns += <crate::kinds::$kind as Stored<OfInstance>>::COLUMNS.len() + 2; )+
            };
        }
        for_each_kind!(count);
        assert!(columns * MAX_ENTRIES < MAX_VALUES, "{columns} columns");
    }
}

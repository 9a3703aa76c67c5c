//! Integration tests: each uses the real router, on both databases if it needs a database.
//!
//! Run them with `.ci/test`, which starts a PostgreSQL server unless `TEST_DATABASE_URL` names one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod access;
mod affected;
mod apply;
mod architecture;
mod attributes;
mod backup;
mod benches;
mod budget;
mod change_plans;
mod cli;
mod compose;
mod conflicts;
mod connections;
mod copies;
mod dependencies;
mod duplicate;
mod effective;
mod fields;
mod forks;
mod front_ends;
mod generated;
mod hangups;
mod history;
mod hostile;
mod http;
mod idempotency;
mod import;
mod instances;
mod kinds;
mod lifecycle;
mod lists;
mod live;
mod migrations;
mod networks;
mod operations;
mod outages;
mod override_reports;
mod overrides;
mod pages;
mod patch;
mod plan_coverage;
mod plans;
#[cfg(unix)]
mod private_files;
mod races;
mod random;
mod read_plans;
mod references;
mod replica;
mod resource_limits;
mod response_cache;
#[cfg(unix)]
mod run;
mod scale;
mod schema;
mod search;
mod secrets;
mod settings;
mod shapes;
mod shared_vars;
mod stack_lifecycle;
mod stacks;
mod statements;
mod storage;
mod stored;
mod template_instances;
mod template_lifecycle;
mod templates;
mod tour;
mod trash;
mod validation;
mod values;
mod variables;

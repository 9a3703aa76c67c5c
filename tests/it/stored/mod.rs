//! Stored values can be read, shown, exported, imported and reset; unreadable rows can be repaired; writes change only
//! what differs.

mod differences;
mod limits;
mod repair;
mod samples;
mod survives;
mod unreadable;

use serde_json::{Value, json};

use crate::support::TestApp;

/// A row that cannot be read, as an older version or a manual change may have written it.
struct Poison {
    /// The field of the API that shows the kind, the kind, and the field of a key in a step.
    field: &'static str,
    kind: &'static str,
    step: &'static str,
    /// The table without its prefix, its columns and their values.
    table: &'static str,
    columns: &'static str,
    values: String,
    /// The key of the row, as a step takes it; none when it has none.
    key: Option<Value>,
    /// An entry that can be read, with the same key where there is one.
    good: Value,
    /// Whether templates have such rows.
    of_templates: bool,
}

/// Text that must not occur in any message.
const PLANTED: &str = "planted7content";

/// JSON that is nested more deeply than any reader accepts.
fn deep(levels: usize) -> String {
    format!("{}\"{PLANTED}\"{}", "[".repeat(levels), "]".repeat(levels))
}

/// One of every sort.
fn poisons() -> Vec<Poison> {
    let poison = |(field, kind, step), table, columns, values: String, key, good, of_templates| Poison {
        field,
        kind,
        step,
        table,
        columns,
        values,
        key,
        good,
        of_templates,
    };
    vec![
        poison(
            ("attributes", "ATTRIBUTE", "attribute"),
            "attributes",
            "name, value",
            format!("'x-bad', '{}'", deep(140)),
            Some(json!("x-bad")),
            json!({ "name": "x-bad", "value": [1] }),
            true,
        ),
        poison(
            ("attributes", "ATTRIBUTE", "attribute"),
            "attributes",
            "name, value",
            format!("'x-bad', '{{{PLANTED}'"),
            Some(json!("x-bad")),
            json!({ "name": "x-bad", "value": "sound" }),
            true,
        ),
        poison(
            ("networks", "NETWORK", "network"),
            "networks",
            "name, aliases, is_external, options, definition",
            format!("'bad', '[]', FALSE, NULL, '{{{PLANTED}'"),
            Some(json!("bad")),
            json!({ "name": "bad", "definition": { "internal": true } }),
            true,
        ),
        poison(
            ("ports", "PORT", "port"),
            "ports",
            "host_ip, host_port, container_port, protocol",
            "'0.0.0.0', 0, 7777, 'planted7'".to_owned(),
            None,
            json!({ "containerPort": 7777 }),
            true,
        ),
        poison(
            ("volumes", "VOLUME", "volume"),
            "volumes",
            "volume_type, source, target, read_only, is_external",
            format!("'planted7', '{PLANTED}', '/bad', FALSE, FALSE"),
            Some(json!("/bad")),
            json!({ "volumeType": "TMPFS", "target": "/bad" }),
            true,
        ),
        poison(
            ("settings", "SETTING", "setting"),
            "settings",
            "field, value",
            format!("'planted7', '{PLANTED}'"),
            None,
            json!({ "user": "root" }),
            false,
        ),
    ]
}

impl Poison {
    /// Inserts the row for an instance of the shop.
    async fn under_instance(&self, t: &TestApp, name: &str) {
        let Self { table, columns, values, .. } = self;
        t.sql(&format!(
            "INSERT INTO instance_{table} (instance_id, {columns}) SELECT id, {values} FROM service_instances \
             WHERE instance_id = '{name}'"
        ))
        .await;
        t.count_again().await;
        t.new_versions().await;
    }

    /// Inserts the row for a template.
    async fn under_template(&self, t: &TestApp, name: &str) {
        let Self { table, columns, values, .. } = self;
        t.sql(&format!(
            "INSERT INTO service_{table} (service_id, {columns}) SELECT id, {values} FROM services WHERE name = '{name}'"
        ))
        .await;
        t.new_versions().await;
    }

    /// A selection of the kind.
    fn selection(&self) -> String {
        let inside = match self.field {
            "attributes" | "networks" => "name",
            "ports" => "containerPort",
            "volumes" => "target",
            _ => "user",
        };
        format!("{} {{ {inside} }}", self.field)
    }
}

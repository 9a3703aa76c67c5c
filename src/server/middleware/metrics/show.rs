//! `/metrics`: the metrics as text, with those of the database connections and of plans.
//!
//! Requested by a monitor every few seconds. It must not wait for the database.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use crate::{
    app::PlanCounts,
    db::{self, Db},
    server::middleware::metrics::Metrics,
};

const OPEN_METRICS: &str = "application/openmetrics-text";

/// Handler of `/metrics`: OpenMetrics for clients that accept it, otherwise the older Prometheus text format.
pub(in crate::server) async fn show(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    let mut figures = String::new();
    if let Err(cause) = text::encode(&mut figures, &metrics.0.registry) {
        tracing::error!(%cause, "the metrics cannot be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains(OPEN_METRICS) {
        let media_type = format!("{OPEN_METRICS}; version=1.0.0; charset=utf-8");
        return ([(CONTENT_TYPE, media_type)], figures).into_response();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], to_older_format(&figures)).into_response()
}

/// Converts OpenMetrics to the older text format, which declares counters by their full name and has no end marker.
fn to_older_format(figures: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in figures.lines() {
        if let Some(name) = line.strip_prefix("# TYPE ").and_then(|rest| rest.strip_suffix(" counter")) {
            let help = lines.pop().unwrap_or_default();
            lines.push(help.replacen(name, &format!("{name}_total"), 1));
            lines.push(format!("# TYPE {name}_total counter"));
        } else if line != "# EOF" {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

/// Collects the metrics of the database connections and of plans when they are requested.
#[derive(Debug)]
pub(super) struct OfApp {
    pub(super) db: Db,
    pub(super) plans: Arc<PlanCounts>,
}

impl Collector for OfApp {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let pools = self.db.pools();
        let gauge = MetricType::Gauge;
        let help = "Connections to the database";
        let mut open = encoder.encode_descriptor("devarch_database_connections", help, None, gauge)?;
        for pool in &pools {
            for (state, number) in [("in_use", pool.in_use), ("idle", pool.idle)] {
                let labels = [("pool", pool.name), ("state", state)];
                ConstGauge::new(i64::from(number)).encode(open.encode_family(&labels)?)?;
            }
        }
        let help = "Most connections to the database";
        let mut most = encoder.encode_descriptor("devarch_database_connections_max", help, None, gauge)?;
        for pool in &pools {
            ConstGauge::new(i64::from(pool.max)).encode(most.encode_family(&[("pool", pool.name)])?)?;
        }
        let statements = ConstCounter::new(self.db.statements());
        let help = "Statements since the start";
        let all = encoder.encode_descriptor("devarch_database_statements", help, None, MetricType::Counter)?;
        statements.encode(all)?;
        let help = "Statements and transactions that were repeated because another one was in their way";
        let conflicts = encoder.encode_descriptor("devarch_database_conflicts", help, None, MetricType::Counter)?;
        ConstCounter::new(db::conflicts()).encode(conflicts)?;
        let help =
            "Plans by what became of them: made, kept by the change, or changed meanwhile so that it was refused";
        let mut plans = encoder.encode_descriptor("devarch_plans", help, None, MetricType::Counter)?;
        let PlanCounts { made, kept, changed } = &*self.plans;
        for (outcome, count) in [("made", made), ("kept", kept), ("changed", changed)] {
            ConstCounter::new(count.load(Ordering::Relaxed)).encode(plans.encode_family(&[("outcome", outcome)])?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::metrics::show::*;

    #[test]
    fn the_older_format_names_counters_in_full() {
        let newer =
            "# HELP a_b Some a_b.\n# TYPE a_b counter\na_b_total{x=\"1\"} 2\n# HELP c D.\n# TYPE c gauge\nc 1\n# EOF\n";
        let expected = "# HELP a_b_total Some a_b.\n# TYPE a_b_total counter\na_b_total{x=\"1\"} 2\n# HELP c D.\n# TYPE c gauge\nc 1\n";
        assert_eq!(to_older_format(newer), expected);
    }
}

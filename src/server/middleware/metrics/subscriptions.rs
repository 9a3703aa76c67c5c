//! Metrics of subscriptions.
//!
//! Counted by the streams. The labels must be fixed words.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::app::ResyncReason;

/// How events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Transport {
    WebSocket,
    EventStream,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Label {
    transport: &'static str,
}

impl From<Transport> for Label {
    fn from(transport: Transport) -> Self {
        let transport = match transport {
            Transport::WebSocket => "websocket",
            Transport::EventStream => "sse",
        };
        Self { transport }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// The counters of subscriptions. Clones share them.
#[derive(Clone, Default)]
pub(in crate::server) struct SubscriptionFigures {
    open: Family<Label, Gauge>,
    refused: Family<Label, Counter>,
    events: Family<Label, Counter>,
    resyncs: Family<Reason, Counter>,
    executions: Counter,
}

impl SubscriptionFigures {
    /// Registers the metrics, with all labels at zero.
    pub(super) fn register(&self, registry: &mut Registry) {
        for transport in [Transport::WebSocket, Transport::EventStream] {
            drop(self.open.get_or_create(&transport.into()));
            drop(self.events.get_or_create(&transport.into()));
        }
        registry.register("devarch_subscriptions", "Open subscriptions by transport", self.open.clone());
        registry.register(
            "devarch_subscription_refusals",
            "Subscriptions that were refused because too many are open",
            self.refused.clone(),
        );
        registry.register("devarch_subscription_events", "Events that were sent, by transport", self.events.clone());
        registry.register(
            "devarch_subscription_resyncs",
            "Subscribers that were told to fetch anew, by reason",
            self.resyncs.clone(),
        );
        registry.register(
            "devarch_subscription_executions",
            "Events that were executed; subscriptions that are the same share one",
            self.executions.clone(),
        );
    }

    pub(in crate::server) fn opened(&self, transport: Transport) {
        self.open.get_or_create(&transport.into()).inc();
    }

    pub(in crate::server) fn closed(&self, transport: Transport) {
        self.open.get_or_create(&transport.into()).dec();
    }

    pub(in crate::server) fn refused(&self, transport: Transport) {
        self.refused.get_or_create(&transport.into()).inc();
    }

    pub(in crate::server) fn sent(&self, transport: Transport) {
        self.events.get_or_create(&transport.into()).inc();
    }

    pub(in crate::server) fn resynced(&self, reason: ResyncReason) {
        self.resyncs.get_or_create(&Reason { reason: reason.as_str() }).inc();
    }

    pub(in crate::server) fn executed(&self) {
        self.executions.inc();
    }
}

//! Traces for an OpenTelemetry collector, over OTLP/HTTP.
//!
//! Used by the command line, which starts and ends the export, and by the layer of the server that makes the spans. It
//! must not export events, nor spans of other targets than [`SPANS`], which other code and libraries write.

#[cfg(all(test, feature = "otel"))]
pub(crate) use self::export::tests::{SpanData, collected};
#[cfg(feature = "otel")]
pub(crate) use self::export::{Exporter, rename, set_parent};

/// The target of the spans that are exported. The log does not show them.
pub(crate) const SPANS: &str = "devarch::spans";

#[cfg(feature = "otel")]
mod export {
    use std::time::Duration;

    use opentelemetry::{
        KeyValue,
        propagation::{Extractor, TextMapPropagator},
        trace::{TraceContextExt, TracerProvider},
    };
    use opentelemetry_otlp::{SpanExporter, WithExportConfig};
    use opentelemetry_sdk::{
        Resource,
        propagation::TraceContextPropagator,
        trace::{SdkTracerProvider, TracerProviderBuilder},
    };
    use tracing::{Span, level_filters::LevelFilter};
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    use tracing_subscriber::{Layer, Registry, filter::Targets};

    use super::SPANS;
    use crate::{config::Endpoint, telemetry::SpanLayer};

    /// How long a stopping service waits for the collector.
    const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

    /// The running export. The library batches spans and sends them from a thread of its own; what does not fit in its
    /// queue is dropped, so no request ever waits.
    #[derive(Debug)]
    pub(crate) struct Exporter(SdkTracerProvider);

    impl Exporter {
        /// Starts the export. Headers, timeouts, sampling and batching are read from the standard variables `OTEL_…`.
        pub(crate) fn start(endpoint: &Endpoint, service: &str) -> Result<Self, String> {
            // A provider that is installed already, by the database driver or a test, is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
            let exporter = SpanExporter::builder()
                .with_http()
                .with_endpoint(format!("{endpoint}/v1/traces"))
                .build()
                .map_err(|cause| format!("cannot export traces to {endpoint}: {cause}"))?;
            Ok(Self::of(SdkTracerProvider::builder().with_batch_exporter(exporter), service))
        }

        fn of(provider: TracerProviderBuilder, service: &str) -> Self {
            let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
            let resource = Resource::builder().with_service_name(service.to_owned()).with_attribute(version).build();
            Self(provider.with_resource(resource).build())
        }

        /// The layer that hands spans to the export.
        pub(crate) fn layer(&self) -> SpanLayer {
            tracing_opentelemetry::layer::<Registry>()
                .with_tracer(self.0.tracer("devarch"))
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_tracked_inactivity(false)
                .with_filter(Targets::new().with_target(SPANS, LevelFilter::INFO))
                .boxed()
        }

        /// Sends the spans that wait. Blocks until the collector has taken them, for [`SHUTDOWN_TIMEOUT`] at most.
        pub(crate) fn finish(self) {
            if let Err(cause) = self.0.shutdown_with_timeout(SHUTDOWN_TIMEOUT) {
                tracing::warn!(%cause, "the collector did not take the last traces");
            }
        }
    }

    /// The header `traceparent`, and no other: `tracestate` would put what a client sent into spans.
    struct Traceparent<'a>(Option<&'a str>);

    impl Extractor for Traceparent<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            self.0.filter(|_| key == "traceparent")
        }

        fn keys(&self) -> Vec<&str> {
            vec!["traceparent"]
        }
    }

    /// Makes the span of the header `traceparent` the parent of this one. A header that is not in the form of the W3C is
    /// ignored.
    pub(crate) fn set_parent(span: &Span, traceparent: Option<&str>) {
        // A span that is not exported has no parent either.
        drop(span.set_parent(TraceContextPropagator::new().extract(&Traceparent(traceparent))));
    }

    /// Gives a span another name: the field `otel.name` is read only until the span is entered.
    pub(crate) fn rename(span: &Span, name: &'static str) {
        span.context().span().update_name(name);
    }

    #[cfg(test)]
    pub(crate) mod tests {
        use std::sync::{Arc, Mutex};

        pub(crate) use opentelemetry_sdk::trace::SpanData;
        use opentelemetry_sdk::{error::OTelSdkResult, trace::SpanExporter};

        use super::*;

        type Spans = Arc<Mutex<Vec<SpanData>>>;

        #[derive(Debug)]
        struct Collector(Spans);

        impl SpanExporter for Collector {
            async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
                self.0.lock().unwrap().append(&mut batch);
                Ok(())
            }
        }

        /// An export whose spans are kept.
        pub(crate) fn collected() -> (Exporter, Spans) {
            let spans = Spans::default();
            let provider = SdkTracerProvider::builder().with_simple_exporter(Collector(Arc::clone(&spans)));
            (Exporter::of(provider, "devarch"), spans)
        }

        #[test]
        fn an_endpoint_is_the_address_of_a_collector() {
            for (given, shown) in [
                ("http://127.0.0.1:4318", "http://127.0.0.1:4318"),
                ("http://collector/", "http://collector"),
                ("https://collector:4318", "https://collector:4318"),
                ("http://[::1]:4318/otlp/", "http://[::1]:4318/otlp"),
                ("http://[::1]", "http://[::1]"),
            ] {
                assert_eq!(given.parse::<Endpoint>().unwrap().to_string(), shown);
            }
            for wrong in [
                "",
                "127.0.0.1:4318",
                "ftp://collector:4318",
                "http://me:secret@collector:4318",
                "https://me:secret@collector:4318",
                "http://",
                "http://:4318",
                "http://a b:4318",
                "http://a:99999",
                "http://a/x\r\ny: z",
                "http://a/?q",
                "http://::1:4318",
            ] {
                assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
            }
        }
    }
}

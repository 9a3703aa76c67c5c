FROM rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies first, with empty crates around them: this layer lasts until a manifest changes.
# Tests, benchmarks and the example are removed from the manifest, because cargo requires their files.
COPY Cargo.toml Cargo.lock ./
COPY migration/Cargo.toml migration/
COPY tests/ledger/Cargo.toml tests/ledger/
RUN sed -i '/^\[\[\(bench\|example\|test\)\]\]/,/^$/d' Cargo.toml \
    && mkdir -p src migration/src tests/ledger/src \
    && touch src/lib.rs migration/src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs > tests/ledger/src/main.rs \
    && cargo build --profile dist --locked

COPY . .
# cargo compares modification times, and these files may be older than the empty ones.
RUN touch src/lib.rs src/main.rs migration/src/lib.rs \
    && cargo build --profile dist --locked

# Debian slim: the libc of the build stage, and a shell for debugging. Nothing else has to be installed: certificates
# and SQLite are in the binary.
FROM debian:bookworm-slim
RUN install -d -o 65532 -g 65532 /data
COPY --from=build /build/target/dist/devarch /usr/local/bin/devarch

ENV DEVARCH_LISTEN=0.0.0.0:8080 \
    DATABASE_URL=sqlite:///data/devarch.db
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["/usr/local/bin/devarch", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/devarch"]
CMD ["serve"]

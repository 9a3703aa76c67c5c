//! Benchmark of merging a template and the overrides of an instance: `cargo bench --bench merge`.
//!
//! An unusually large size, 100 entries of the template and 100 overrides of which half shadow one of
//! them, has to stay well under 50 µs: lists merge a hundred instances at once.

use devarch::kinds::{
    ConfigFile, EnvVar, HostPort, Label, OverrideKind, Overrides, Port, Protocol, Stamp, diff, merge, stats,
};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// `n` variables from the number `from` on, in an order that is not sorted.
fn env_vars(from: usize, n: usize, value: &str) -> Vec<EnvVar> {
    let numbers = (0..n).map(|i| from + i * 37 % n);
    numbers
        .map(|number| EnvVar {
            key: format!("SERVICE_SETTING_{number:03}"),
            value: format!("{value}-{number}").into(),
            is_secret: false,
            generate: None,
        })
        .collect()
}

fn case(n: usize) -> (Vec<EnvVar>, Overrides<EnvVar>) {
    let own = env_vars(n / 2, n, "instance");
    let removed = (0..n / 10).map(|number| format!("SERVICE_SETTING_{number:03}")).collect();
    (env_vars(0, n, "template"), Overrides { entries: own, removed, replaced: false })
}

#[divan::bench(args = [10, 100, 500])]
fn merge_env_vars(bencher: Bencher<'_, '_>, n: usize) {
    let (template, overrides) = case(n);
    bencher.bench(|| merge(black_box(&template), black_box(&overrides)));
}

#[divan::bench]
fn merge_100_and_100_spread_over_kinds(bencher: Bencher<'_, '_>) {
    let (env, own_env) = case(40);
    let label = |n: usize| Label { key: format!("org.example.label-{n}"), value: n.to_string() };
    let labels: Vec<Label> = (0..30).map(label).collect();
    let own_labels = Overrides { entries: (15..45).map(label).collect(), ..Overrides::default() };
    let port = |n: i32| Port {
        host_ip: "0.0.0.0".to_owned(),
        host_port: HostPort::from(Some(20_000 + n)),
        container_port: 8000 + n,
        protocol: Protocol::Tcp,
    };
    let ports: Vec<Port> = (0..20).map(port).collect();
    let own_ports = Overrides { entries: (10..30).map(port).collect(), ..Overrides::default() };
    let file = |n: usize| ConfigFile {
        file_path: format!("/etc/app/{n}.conf"),
        content: "x".repeat(1024),
        file_mode: "0644".to_owned(),
        is_template: false,
        created_at: Stamp::default(),
        updated_at: Stamp::default(),
    };
    let files: Vec<ConfigFile> = (0..10).map(file).collect();
    let own_files = Overrides { entries: (5..15).map(file).collect(), ..Overrides::default() };
    bencher.bench(|| {
        (
            merge(black_box(&env), black_box(&own_env)),
            merge(black_box(&labels), black_box(&own_labels)),
            merge(black_box(&ports), black_box(&own_ports)),
            merge(black_box(&files), black_box(&own_files)),
        )
    });
}

#[divan::bench]
fn rules_100(bencher: Bencher<'_, '_>) {
    let (_, overrides) = case(1000);
    let rules = overrides.rules(OverrideKind::EnvVar);
    bencher.bench(|| Overrides::<EnvVar>::new(Vec::new(), OverrideKind::EnvVar, black_box(&rules)));
}

#[divan::bench]
fn stats_100_and_100(bencher: Bencher<'_, '_>) {
    let (template, overrides) = case(100);
    bencher.bench(|| stats(black_box(&template), black_box(&overrides)));
}

#[divan::bench]
fn diff_100_and_100(bencher: Bencher<'_, '_>) {
    let (template, overrides) = case(100);
    let before: Vec<&EnvVar> = template.iter().collect();
    bencher.bench(|| {
        let after = merge(black_box(&template), black_box(&overrides)).values();
        diff(&before, &after)
    });
}

//! Benchmark of rendering a stack as a Compose file: `cargo bench --bench compose`.
//!
//! A stack of 100 instances, each with some 22 entries of its own beside as many of the template, has to stay well
//! under 20 ms.

use std::{collections::HashMap, sync::Arc};

use devarch::{
    compose::{Entries, Member, Mode, Secrets, StackNames, render},
    ids::InstanceId,
    kinds::{
        Argv, Attribute, ConfigFile, Domain, EnvVar, Healthcheck, HostPort, JsonValue, Label, Port, Protocol,
        ResourceLimits, Setting, SettingField, Stamp, Volume, VolumeType,
    },
};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Entries of every kind; those with numbers from `own` on differ between owners.
fn entries(own: usize) -> Entries {
    let value = |n: usize| if n < own { format!("template-{n}") } else { format!("instance $x {n}") };
    let ports = (0..4).map(|n| Port {
        host_ip: "127.0.0.1".to_owned(),
        host_port: HostPort::from(Some(20_000 + n)),
        container_port: 8000 + n,
        protocol: Protocol::Tcp,
    });
    let volumes = (0..4).map(|n| Volume {
        volume_type: VolumeType::Volume,
        source: format!("data-{n}"),
        target: format!("/var/lib/data-{n}"),
        read_only: false,
        is_external: false,
        scope: devarch::kinds::VolumeScope::Instance,
        options: None,
        definition: None,
    });
    let files = (0..3).map(|n| ConfigFile {
        file_path: format!("/etc/app/{n}.conf"),
        content: format!("# {}\n{}", value(n), "key = $value\n".repeat(40)),
        file_mode: "0644".to_owned(),
        is_template: false,
        created_at: Stamp::default(),
        updated_at: Stamp::default(),
    });
    let healthcheck = Healthcheck {
        test: Argv(vec!["CMD".to_owned(), "true".to_owned()]),
        interval_seconds: 30,
        timeout_seconds: 10,
        retries: 3,
        start_period_seconds: 0,
        start_interval_seconds: None,
    };
    let attribute = |n: usize| Attribute { name: format!("x-{n}"), value: JsonValue(value(n).into()) };
    let setting = |(field, value): (SettingField, &str)| Setting { field, value: value.to_owned() };
    let settings = [(SettingField::ImageName, "acme/app"), (SettingField::ImageTag, "1.0")];
    let env = |n: usize| EnvVar {
        key: format!("SETTING_{n:02}"),
        value: value(n).into(),
        is_secret: n.is_multiple_of(8),
        generate: None,
    };
    Entries {
        ports: ports.collect(),
        volumes: volumes.collect(),
        env_vars: (0..16).map(env).collect(),
        labels: (0..8).map(|n| Label { key: format!("org.example.label-{n}"), value: value(n) }).collect(),
        domains: vec![Domain { domain: "app.localhost".to_owned(), proxy_port: Some(80) }],
        healthcheck: vec![healthcheck],
        config_files: files.collect(),
        resource_limits: vec![ResourceLimits { cpu: Some("0.5".to_owned()), memory: Some("512m".to_owned()) }],
        attributes: (0..4).map(attribute).collect(),
        networks: Vec::new(),
        settings: settings.map(setting).to_vec(),
        dependencies: Vec::new(),
    }
}

#[divan::bench(args = [Mode::Flat, Mode::Layered])]
fn a_stack_of_100_instances(bencher: Bencher<'_, '_>, mode: Mode) {
    let member = |n: usize| Member {
        name: format!("instance-{n}"),
        container_name: format!("devarch-shop-instance-{n}"),
        storage_name: format!("devarch-shop-instance-{n}"),
        template: entries(usize::MAX),
        effective: entries(2),
    };
    let members: Vec<Member> = (0..100).map(member).collect();
    let stack = StackNames {
        stack: "shop".to_owned(),
        storage_name: "devarch-shop.1".to_owned(),
        network: "devarch-shop-net".to_owned(),
    };
    let known: HashMap<InstanceId, (String, bool)> = HashMap::new();
    let values = Arc::default();
    bencher.bench(|| {
        render(black_box(&stack), black_box(&members), known.clone(), Secrets::Variables, Arc::clone(&values), mode)
    });
}

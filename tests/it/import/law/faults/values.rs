//! Faults in names, references and values of a service.

use super::{Fault, alone, laid, of_texts};

/// The faults of this file.
pub(super) fn faults() -> Vec<Fault> {
    [names(), references(), values(), mounts(), details()].into_iter().flatten().collect()
}

fn names() -> Vec<Fault> {
    vec![
        Fault {
            name: "names that have to change",
            model: alone(
                "services:\n  order_db: { image: 'postgres:16' }\n  web: { image: 'example/web:1', environment: { DSN: \
                 'postgres://order_db:5432/x' } }\n  Upper: { image: 'example/web:1' }\n  a.b: { image: 'example/web:1' }\n",
            ),
            changes: &["services.order_db", "services.Upper", "services.a.b"],
            has: &[
                "          - order_db\n",
                "          - Upper\n",
                "          - a.b\n",
                "  order-db:\n",
                "  upper:\n",
                "  ab:\n",
            ],
            lacks: &["-2:\n"],
            ..Fault::default()
        },
        Fault {
            name: "references to a service that is called otherwise here",
            model: alone(
                "services:\n  side_car: { image: 'example/a:1', build: . }\n  one: { image: 'example/b:1', pid: \
                 'service:side_car', ipc: 'service:side_car', volumes_from: ['side_car:ro'], build: { context: ., \
                 additional_contexts: { base: 'service:side_car' } } }\n  two: { image: 'example/b:1', network_mode: \
                 'service:side_car', build: { context: ., additional_contexts: ['base=service:side_car'] } }\n",
            ),
            changes: &["services.side_car"],
            has: &[
                "          - side_car\n",
                "pid: service:side-car\n",
                "ipc: service:side-car\n",
                "- side-car:ro\n",
                "base: service:side-car\n",
                "network_mode: service:side-car\n",
                "- base=service:side-car\n",
            ],
            lacks: &["service:side_car", "- side_car:ro"],
            ..Fault::default()
        },
        Fault {
            name: "false alarms",
            model: alone(
                "x-log: &log { driver: json-file }\nservices:\n  a: { image: 'example/a:1', logging: *log, scale: 1, \
                 networks: [app] }\n  b: { image: 'example/b:1', logging: *log, networks: [app], deploy: { replicas: 1 } \
                 }\nnetworks: { app: }\n",
            ),
            changes: &["x-log", "networks.app"],
            has: &["driver: json-file\n"],
            ..Fault::default()
        },
        Fault {
            name: "a volume that only the lower file uses",
            model: laid(
                "services:\n  a: { image: 'example/a:1', volumes: ['data:/d'] }\nvolumes: { data: }\n",
                "services:\n  a: { volumes: !override ['./x:/d'] }\n",
            ),
            has: &["source: ./x\n"],
            ..Fault::default()
        },
        Fault {
            name: "names in networks",
            model: alone(
                "services:\n  db: { image: 'postgres:16', networks: { default: { aliases: [pg, postgres.internal], priority: \
                 5 } } }\n  web: { image: 'example/web:1', environment: { PGHOST: pg } }\n",
            ),
            has: &["          - pg\n          - postgres.internal\n", "        priority: 5\n"],
            ..Fault::default()
        },
        Fault {
            name: "several networks",
            model: alone(
                "services:\n  a: { image: 'example/a:1', networks: [front] }\n  b: { image: 'example/b:1', networks: { front: \
                 { aliases: [x] }, back: { ipv4_address: 10.1.0.5 } } }\nnetworks: { front: , back: { internal: true, ipam: { \
                 config: [{ subnet: 10.1.0.0/16 }] } } }\n",
            ),
            has: &[
                "          - x\n",
                "        ipv4_address: 10.1.0.5\n",
                "    internal: true\n",
                "        - subnet: 10.1.0.0/16\n",
                "_back\n",
            ],
            ..Fault::default()
        },
    ]
}

fn references() -> Vec<Fault> {
    vec![
        Fault {
            name: "secrets of a build",
            model: of_texts(
                &[(
                    "compose.yaml",
                    "services:\n  api: { image: 'example/api:1', build: { context: ., secrets: [npm] } }\nsecrets: { npm: { file: ./npmrc } }\n",
                )],
                &[],
                &[("npmrc", "x\n")],
            ),
            losses: &["services.api.build.secrets"],
            has: &["context: .\n"],
            lacks: &["npm"],
            ..Fault::default()
        },
        Fault {
            name: "a credential spec in a config",
            model: alone(
                "services:\n  api: { image: 'example/api:1', credential_spec: { config: gmsa } }\n  other: { image: \
                 'example/api:1', credential_spec: { file: x.json } }\nconfigs: { gmsa: { content: '{}' } }\n",
            ),
            losses: &["services.api.credential_spec.config"],
            has: &["file: x.json\n"],
            lacks: &["gmsa"],
            ..Fault::default()
        },
        Fault {
            name: "references to containers by name",
            model: alone(
                "services:\n  tunnel: { image: 'example/vpn:1', container_name: vpn }\n  client: { image: 'example/c:1', \
                 network_mode: 'container:vpn' }\n  backup: { image: 'example/b:1', volumes_from: ['container:vpn:ro'], pid: \
                 'container:vpn' }\n  stranger: { image: 'example/b:1', pid: 'container:elsewhere', external_links: ['vpn:v'] \
                 }\n",
            ),
            changes: &[
                "services.stranger.external_links.0",
                "services.tunnel.container_name",
                "services.client.network_mode",
                "services.backup.volumes_from.0",
                "services.backup.pid",
            ],
            has: &[
                "network_mode: service:tunnel\n",
                "- tunnel:ro\n",
                "          - vpn\n          - v\n",
                "pid: service:tunnel\n",
                "pid: container:elsewhere\n",
            ],
            lacks: &["container:vpn", "external_links"],
            ..Fault::default()
        },
        Fault {
            name: "no container at all",
            model: alone(
                "services:\n  off: { image: 'example/off:1', scale: 0 }\n  off2: { image: 'example/off:1', deploy: { replicas: \
                 0 } }\n  on: { image: 'example/on:1', depends_on: [off] }\n",
            ),
            changes: &["services.off.scale", "services.off2.deploy.replicas", "services.on.depends_on.off"],
            has: &["  on:\n"],
            lacks: &["  off:\n", "  off2:\n", "depends_on"],
            ..Fault::default()
        },
        Fault {
            name: "the upper layer says how many containers there are",
            model: laid(
                "services:\n  a: { image: 'example/a:1', scale: 0 }\n  b: { image: 'example/b:1', scale: 3 }\n",
                "services:\n  a: { scale: 1 }\n  b: { scale: 0 }\n",
            ),
            changes: &["services.b.scale"],
            has: &["  a:\n"],
            lacks: &["  b:\n"],
            ..Fault::default()
        },
        Fault {
            name: "dependencies on a service that becomes no template",
            model: alone(
                "services:\n  seed: { image: 'Example/Seed:1' }\n  web: { image: 'example/web:1', depends_on: [seed] }\n  \
                 worker: { image: 'example/w:1', depends_on: { seed: { condition: service_completed_successfully } }, links: \
                 [seed] }\n  side: { image: 'example/side:1', network_mode: 'service:seed', volumes_from: [seed] }\n",
            ),
            losses: &[
                "services.seed",
                "services.seed.image",
                "services.web.depends_on.seed",
                "services.worker.depends_on.seed",
                "services.worker.links.0",
                "services.side.network_mode",
                "services.side.volumes_from.0",
            ],
            has: &["  web:\n"],
            lacks: &["seed"],
            ..Fault::default()
        },
    ]
}

fn values() -> Vec<Fault> {
    vec![
        Fault {
            name: "limits, one by one",
            model: alone(
                "services:\n  tiny: { image: 'example/t:1', deploy: { resources: { limits: { cpus: '0.001', memory: 64M } } } \
                 }\n  odd: { image: 'example/o:1', cpus: 1.23456, mem_limit: 65m }\n  small: { image: 'example/s:1', deploy: { \
                 resources: { limits: { cpus: '1', memory: 4M } } } }\n  old: { image: 'example/s:1', cpus: 2, mem_limit: 4m \
                 }\n",
            ),
            losses: &[
                "services.tiny.deploy.resources.limits.cpus",
                "services.small.deploy.resources.limits.memory",
                "services.old.mem_limit",
            ],
            has: &["memory: 64m\n", "cpus: \"1.23456\"\n", "memory: 65m\n", "cpus: \"1\"\n", "cpus: \"2\"\n"],
            ..Fault::default()
        },
        Fault {
            name: "the mode of a port",
            model: alone(
                "services:\n  web: { image: 'example/web:1', ports: [{ target: 80, published: '80', mode: host }, { target: \
                 81, mode: ingress }] }\n",
            ),
            losses: &["services.web.ports.0.mode"],
            ..Fault::default()
        },
        Fault {
            name: "large numbers",
            model: alone(
                "services:\n  app: { image: 'example/app:1', environment: { A: 1000000.0, B: 123456789.0, C: 1.5e7, D: \
                 1000000, E: 0.00001 }, labels: { a: 1e6 }, build: { context: ., args: { F: 1e6 } } }\n",
            ),
            has: &[
                "A: \"1e+06\"\n",
                "B: \"1.23456789e+08\"\n",
                "C: \"1.5e+07\"\n",
                "D: \"1000000\"\n",
                "E: \"1e-05\"\n",
                "a: \"1e+06\"\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "variables in contents",
            model: of_texts(
                &[(
                    "compose.yaml",
                    "services:\n  web: { image: 'example/web:1', configs: [{ source: site, target: /s }, { source: left, \
                     target: /l }, { source: of, target: /o }, { source: none, target: /n }] }\nconfigs:\n  site: { content: \
                     'http://${UPSTREAM:-app} $$x ${COST}' }\n  left: { content: '${OTHER:-app} ${MISSING} \
                     ${FALLBACK:-${UPSTREAM}}' }\n  of: { environment: UPSTREAM }\n  none: { environment: NOTHING }\n",
                )],
                &[],
                &[("a.vars", "UPSTREAM=blue\nCOST='5$'\n")],
            ),
            losses: &["configs.left.content"],
            changes: &["configs.left.content", "configs.none.environment"],
            has: &[
                "content: http://blue $$x 5$$\n",
                "content: \"${OTHER:-app} ${MISSING} ${FALLBACK:-${UPSTREAM}}\"\n",
                "content: blue\n",
                "content: \"${NOTHING}\"\n",
            ],
            ..Fault::default()
        },
    ]
}

fn mounts() -> Vec<Fault> {
    vec![
        Fault {
            name: "paths of Windows",
            model: laid(
                "services:\n  a:\n    image: example/a:1\n    volumes:\n      - 'C:\\work:/work'\n      - 'D:/media:/media:ro'\n      \
                 - { type: bind, source: 'C:\\logs', target: /logs, bind: { create_host_path: true } }\n      - \
                 '\\\\wsl$$\\x:/x'\n      - '//c/Users/x:/u'\n",
                "services:\n  a: { volumes: ['E:/other:/media'] }\n",
            ),
            has: &["source: \"C:\\\\work\"\n", "E:/other", "source: //c/Users/x\n"],
            lacks: &["D:/media", "read_only"],
            ..Fault::default()
        },
        Fault {
            name: "a drive in place of a volume",
            model: alone(
                "services:\n  a: { image: 'example/a:1', volumes: ['d:/data', 'dd:/data2'] }\nvolumes: { d: , dd: }\n",
            ),
            losses: &["services.a.volumes.0", "volumes.d"],
            has: &["source: a_dd\n"],
            ..Fault::default()
        },
        Fault {
            name: "mounts in the long form",
            model: of_texts(
                &[(
                    "compose.yaml",
                    "services:\n  a: { image: 'example/a:1', volumes: [{ type: bind, source: ./x, target: /x }, { type: bind, \
                     source: ./y, target: /y, bind: { create_host_path: false, propagation: rslave } }], secrets: [{ source: \
                     pass, mode: 0400, uid: '5' }] }\nsecrets: { pass: { file: ./pass.txt } }\n",
                )],
                &[],
                &[("pass.txt", "p\n")],
            ),
            changes: &["services.a.secrets.0", "services.a.secrets.0.mode", "services.a.secrets.0.uid"],
            has: &["          create_host_path: false\n          propagation: rslave\n"],
            ..Fault::default()
        },
        Fault {
            name: "dependencies and healthchecks with all that they may say",
            model: alone(
                "services:\n  a: { image: 'example/a:1', depends_on: { b: { condition: service_healthy, required: false, \
                 restart: true } } }\n  b: { image: 'example/b:1', healthcheck: { test: [CMD, x], start_interval: 2s, interval: \
                 1500ms } }\n",
            ),
            changes: &["services.b.healthcheck.interval"],
            has: &["        restart: true\n        required: false\n", "start_interval: 2s\n"],
            ..Fault::default()
        },
    ]
}

fn details() -> Vec<Fault> {
    vec![
        Fault {
            name: "volumes that services share, with names and drivers",
            model: alone(
                "services:\n  a: { image: 'example/a:1', volumes: ['up:/u', 'named:/n', 'own:/o', 'nfs:/r:ro'] }\n  b: { image: \
                 'example/b:1', volumes: ['up:/u2', { type: volume, source: named, target: /n }] }\nvolumes: { up: , own: { \
                 labels: [a=b] }, named: { name: team_data }, nfs: { driver: local, driver_opts: { type: nfs, o: 'addr=$$h' } } }\n",
            ),
            has: &[
                "source: stack.up\n        target: /u\n",
                "source: stack.up\n        target: /u2\n",
                "  host.team_data:\n    name: team_data\n",
                "  a_own:\n    labels:\n      a: b\n",
                "  a_nfs:\n    driver: local\n    driver_opts:\n      o: addr=$$h\n      type: nfs\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "options of mounts",
            model: alone(
                "services:\n  a: { image: 'example/a:1', volumes: ['./x:/x:z,rslave,ro', 'data:/d:nocopy', './c:/c:cached', { type: \
                 volume, source: data, target: /s, volume: { nocopy: 'true', subpath: a/b } }, { type: tmpfs, target: /t, \
                 tmpfs: { size: 64m, mode: 01777 } }, { type: image, source: busybox, target: /i, image: { subpath: bin } }, { \
                 type: bind, source: ./e, target: /e, consistency: cached, bind: { create_host_path: true, recursive: \
                 readonly } }] }\nvolumes: { data: }\n",
            ),
            changes: &["services.a.volumes.2"],
            has: &[
                "          propagation: rslave\n          selinux: z\n",
                "          nocopy: true\n          subpath: a/b\n",
                "          mode: 1023\n          size: 64m\n",
                "      - type: image\n        source: busybox\n",
                "        consistency: cached\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "a tag with a digest, names with colons, secrets of the shell, and models",
            model: alone(
                "services:\n  a: { image: 'example/a:1@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', \
                 environment: ['Logging:LogLevel=x'], secrets: [s, { source: s, target: /x, mode: 0400 }], models: { llm: { \
                 endpoint_var: U } } }\n  b: { image: 'example/b:1', models: [llm] }\nsecrets: { s: { environment: HOME } \
                 }\nmodels: { llm: { model: ai/smollm2, context_size: 1024 } }\n",
            ),
            changes: &["services.a.secrets.0", "services.a.secrets.1"],
            has: &[
                "image: example/a:1@sha256:0a0a",
                "Logging:LogLevel: x\n",
                "content: ${HOME:?the secret s}\n",
                "        target: /run/secrets/s\n        mode: 0444\n",
                "        target: /x\n        mode: 0400\n",
                "        endpoint_var: U\n",
                "models:\n  llm:\n    context_size: 1024\n    model: ai/smollm2\n",
            ],
            lacks: &["x-definition"],
            ..Fault::default()
        },
        Fault {
            name: "several documents in one file",
            model: alone(
                "x-a: &a { image: 'example/a:1' }\nservices:\n  a: { <<: *a, environment: { A: '1', B: '2' }, ports: ['80'] }\n  \
                 b: *a\n---\nservices:\n  a: { environment: { B: '3' }, ports: !override ['81'], volumes: ['data:/d'] }\n  b: \
                 !reset null\n  c: { image: 'example/c:1' }\nvolumes: { data: { labels: { a: b } } }\n",
            ),
            changes: &["x-a"],
            has: &["      A: 1\n      B: 3\n", "- target: 81\n", "      a: b\n", "  c:\n"],
            lacks: &["- target: 80\n", "  b:\n"],
            ..Fault::default()
        },
        Fault {
            name: "several documents in an override file",
            model: laid(
                "services:\n  a: { image: 'example/a:1', ports: ['80'], cap_add: [A], environment: { A: '1', B: '2' }, labels: { x: y } \
                 }\nvolumes: { data: { labels: { a: , b: c } } }\n",
                "services:\n  a: { ports: !reset null, cap_add: !override [B], environment: { A: !reset null } }\n---\nservices:\n  a: \
                 { cap_add: [C], environment: { C: '3' }, labels: !override { z: w }, ports: ['81'], volumes: ['data:/d'] }\n",
            ),
            has: &[
                "- target: 81\n",
                "- B\n      - C\n",
                "      B: 2\n      C: 3\n",
                "      z: w\n",
                "      a: \n      b: c\n",
            ],
            lacks: &["- target: 80\n", "- A\n", "A: 1\n", "x: y\n"],
            ..Fault::default()
        },
    ]
}

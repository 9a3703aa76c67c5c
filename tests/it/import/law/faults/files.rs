//! Faults in how files and layers become one model.

use super::{Fault, alone, laid, of_texts};

/// The faults of this file.
pub(super) fn faults() -> Vec<Fault> {
    [files(), layers(), tags()].into_iter().flatten().collect()
}

fn files() -> Vec<Fault> {
    let conf = [
        ("compose.yaml", "services:\n  shop: { extends: { file: parts/base.yaml, service: shop } }\n"),
        (
            "parts/base.yaml",
            "services:\n  shop:\n    image: example/shop:1\n    env_file: conf/shop.env\n    volumes: ['./data:/data', \
             '../shared:/shared:ro', '/abs:/abs', { type: bind, source: long, target: /long, bind: { create_host_path: \
             true } }]\n    build: ./src\n",
        ),
    ];
    let included = [
        ("compose.yaml", "include: [inc/db.yaml]\nservices:\n  web: { image: 'example/web:1', depends_on: [db] }\n"),
        (
            "inc/db.yaml",
            "services:\n  db:\n    image: postgres:16\n    volumes: ['./init:/init', 'data:/data']\n    build: { target: x \
             }\n    configs: [c]\nvolumes: { data: }\nconfigs: { c: { file: ./c.conf } }\n",
        ),
    ];
    let overridden = [
        ("compose.yaml", "include: [inc/db.yaml]\nservices:\n  db: { environment: { LEVEL: '2' } }\n"),
        ("inc/db.yaml", "services:\n  db: { image: 'postgres:16', environment: { LEVEL: '1', KEPT: k } }\n"),
    ];
    let env = "services:\n  app:\n    image: example/app:1\n    environment: { SELF: '${SELF-unset}', DOLLAR: \
               '${DOLLAR-unset}', LATER: '${LATER-unset}', QUOTED: '${QUOTED-unset}', BARE: }\n";
    vec![
        Fault {
            name: "env files",
            model: of_texts(
                &[("compose.yaml", env)],
                &[],
                &[
                    ("a.vars", "SELF=${SELF:-alpha/beta}\nDOLLAR=ab$$cd\nBASE=/srv\nBARE=given\n"),
                    ("b.vars", "LATER=${BASE}/data\nQUOTED=\"one two\"#note\n"),
                ],
            ),
            has: &[
                "      SELF: alpha/beta\n",
                "DOLLAR: ab$$cd\n",
                "LATER: /srv/data\n",
                "QUOTED: one two\n",
                "BARE: given\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "paths of an extended file",
            model: of_texts(&conf, &[], &[("parts/conf/shop.env", "LEVEL=1\n")]),
            changes: &["services.shop"],
            has: &[
                "source: ./parts/data\n",
                "source: ./shared\n",
                "source: /abs\n",
                "source: ./parts/long\n",
                "build: ./parts/src\n",
                "env_file: ./parts/conf/shop.env\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "paths of an included file",
            model: of_texts(&included, &[], &[("inc/c.conf", "c\n")]),
            has: &["source: ./inc/init\n", "context: ./inc\n", "source: ./inc/c.conf\n", "source: db_data\n"],
            ..Fault::default()
        },
        Fault {
            name: "what is included is overridden",
            model: of_texts(&overridden, &[], &[]),
            has: &["image: postgres:16\n", "LEVEL: \"2\"\n", "KEPT: k\n"],
            is_refused: true,
            ..Fault::default()
        },
    ]
}

fn layers() -> Vec<Fault> {
    let nulls = "services:\n  job: { image: 'example/job:3', restart: always, user: '1000', hostname: worker, init: true, \
                 mem_limit: 256m, working_dir: /w, tty: true, stop_signal: SIGINT }\n";
    let over_nulls = "services:\n  job: { image: , restart: , user: , hostname: , init: , mem_limit: , working_dir: , tty: , \
                      stop_signal: , labels: { tier: back } }\n";
    vec![
        Fault {
            name: "a key without a value over a lower layer",
            model: laid(nulls, over_nulls),
            has: &[
                "image: example/job:3\n",
                "restart: always\n",
                "user: \"1000\"\n",
                "hostname: worker\n",
                "init: true\n",
                "memory: 256m\n",
                "tier: back\n",
                "stop_signal: SIGINT\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "a key without a value over an extended service",
            model: alone(
                "services:\n  base: { image: 'example/a:1', restart: always }\n  app: { extends: base, restart: , image: }\n",
            ),
            has: &["  app:\n    image: example/a:1\n", "restart: always\n"],
            lacks: &["restart: \"no\""],
            ..Fault::default()
        },
        Fault {
            name: "a mapping over a list in build and deploy",
            model: laid(
                "services:\n  web:\n    image: example/web:1\n    build: { context: ., args: [NODE=20, MODE=prod], labels: \
                 [team=a], additional_contexts: [lib=./lib] }\n    deploy: { labels: [zone=eu] }\n",
                "services:\n  web:\n    build: { args: { MODE: dev }, labels: { stage: dev }, additional_contexts: { kit: \
                 ./kit } }\n    deploy: { labels: { rank: '2' } }\n",
            ),
            has: &[
                "NODE: \"20\"\n",
                "MODE: dev\n",
                "team: a\n",
                "stage: dev\n",
                "lib: ./lib\n",
                "kit: ./kit\n",
                "zone: eu\n",
                "rank: \"2\"\n",
            ],
            ..Fault::default()
        },
        Fault {
            name: "definitions of all layers",
            model: of_texts(
                &[(
                    "compose.yaml",
                    "services:\n  web: { image: 'example/web:1', volumes: ['uploads:/up'] }\nvolumes: { uploads: {} }\n",
                )],
                &[(
                    "over.yaml",
                    "services:\n  base: { image: 'postgres:16', volumes: ['records:/data'], configs: [tuning], secrets: \
                     [pass] }\n  copy: { image: 'example/copy:1', volumes: ['uploads:/up'] }\nvolumes: { records: {}, \
                     uploads: { external: true, name: common-uploads } }\nconfigs: { tuning: { content: fsync=off } \
                     }\nsecrets: { pass: { file: ./pass.txt } }\n",
                )],
                &[("pass.txt", "p\n")],
            ),
            changes: &["services.base", "services.base.secrets.0"],
            has: &[
                "source: base_records\n",
                "source: external.common-uploads\n",
                "content: fsync=off\n",
                "target: /run/secrets/pass\n",
            ],
            lacks: &["copy_uploads"],
            ..Fault::default()
        },
    ]
}

fn tags() -> Vec<Fault> {
    vec![
        Fault {
            name: "a service that an override file removes",
            model: laid(
                "services:\n  web: { image: 'example/web:1' }\n  debug: { image: 'example/debug:1', ports: ['9229:9229'] }\n",
                "services:\n  debug: !reset null\n",
            ),
            changes: &["services.debug"],
            has: &["  web:\n"],
            lacks: &["9229", "  debug:\n"],
            ..Fault::default()
        },
        Fault {
            name: "several addresses for one name",
            model: laid(
                "services:\n  web: { image: 'example/web:1', extra_hosts: ['api.test:10.0.0.1', 'b.test:10.0.0.9'] }\n",
                "services:\n  web: { extra_hosts: ['api.test:10.0.0.2', 'b.test:10.0.0.9'] }\n",
            ),
            has: &["api.test:10.0.0.1\n", "api.test:10.0.0.2\n"],
            ..Fault::default()
        },
        Fault {
            name: "tags without a lower file",
            model: alone(
                "services:\n  web: { image: 'example/web:1', environment: { A: !reset null, B: b }, labels: !override { l: \
                 v }, cap_add: [!reset X, Y] }\n",
            ),
            has: &["B: b\n", "l: v\n", "- Y\n"],
            lacks: &["A: ", "- X\n"],
            ..Fault::default()
        },
    ]
}

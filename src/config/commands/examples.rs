//! Examples in the help of the commands.
//!
//! Part of the settings. A test reads each line as a command line, so none can be wrong.

pub(super) const SERVE: &str = "Examples:
  devarch serve --listen 8081 --database-url sqlite://team.db
  devarch serve --listen 0.0.0.0:8080 --database-url postgres://devarch:secret@db.example/devarch";

pub(super) const IMPORT: &str = "Examples:
  devarch import
  devarch import compose.yaml --override compose.dev.yaml --stack shop --var TAG=2
  devarch import --dry-run --server https://devarch.example
  devarch import --plain GRAFANA_ADMIN_PASSWORD";

pub(super) const UP: &str = "Examples:
  devarch up shop
  devarch up shop --engine 'podman compose' -- --build --wait";

pub(super) const DOWN: &str = "Examples:
  devarch down shop
  devarch down shop -- --volumes";

pub(super) const PS: &str = "Examples:
  devarch ps shop
  devarch ps shop -- --all";

pub(super) const LOGS: &str = "Examples:
  devarch logs shop -- --follow db";

pub(super) const PULL: &str = "Examples:
  devarch pull shop";

pub(super) const COMPOSE: &str = "Examples:
  devarch compose shop
  devarch compose shop --layered --output rendered";

pub(super) const STACKS: &str = "Examples:
  devarch stacks
  devarch stacks --server https://devarch.example";

pub(super) const FORK: &str = "Examples:
  devarch fork shop --key /home/me/src/login --write-env .env.ports
  devarch fork shop --name demo --ports 20000-20099 --expires 7d";

pub(super) const FORKS: &str = "Examples:
  devarch forks
  devarch forks shop";

pub(super) const PLAN: &str = "Examples:
  devarch plan stacks --owner git:shop-repo
  devarch plan compose.yaml --stack shop --owner compose --var TAG=2";

pub(super) const APPLY: &str = "Examples:
  devarch apply shop.yaml --owner git:shop-repo --message 'another port'
  devarch apply compose.yaml --stack shop --owner compose --var TAG=2";

pub(super) const LOG: &str = "Examples:
  devarch log shop
  devarch log shop --instance db --key 5432/tcp --limit 5";

pub(super) const SHOW: &str = "Examples:
  devarch show shop --at 2d
  devarch show shop --at 2026-11-27T10:00:00Z";

pub(super) const DIFF: &str = "Examples:
  devarch diff shop shop-login
  devarch diff shop@2d shop
  devarch diff shop ./compose.yaml";

pub(super) const REVERT: &str = "Examples:
  devarch revert Q2hhbmdlOjE --message 'it was a mistake'
  devarch revert Q2hhbmdlOjE --keep env_var/PORT";

pub(super) const KEY_CREATE: &str = "Examples:
  devarch key create --name admin --role admin
  devarch key create --name ci --role editor --stack shop --expires 90d --output ci.key";

pub(super) const BACKUP: &str = "Examples:
  devarch backup backups/monday.db";

pub(super) const RESTORE: &str = "Examples:
  devarch restore backups/monday.db --replace";

pub(super) const SCHEMA: &str = "Examples:
  devarch schema
  devarch schema --check schema.graphql";

pub(super) const COMPLETIONS: &str = "Examples:
  devarch completions bash
  devarch completions zsh

For bash, write it to ~/.local/share/bash-completion/completions/devarch; for zsh, to _devarch in a folder of $fpath; for fish,
to ~/.config/fish/completions/devarch.fish.";

pub(super) const MAN: &str = "Examples:
  devarch man
  devarch man --output man1";

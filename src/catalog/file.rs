//! Reading one catalogue file: a Compose file with one service, in the subset that a template can hold.
//!
//! Called by the use case `load_catalog`. What the subset does not know is an error, never silently dropped.

use std::collections::HashMap;

use serde_saphyr::Spanned;

use super::{
    CatalogError, CatalogFile,
    shape::{File, Mount, Service},
};
use crate::{
    app::CreateTemplate,
    db::templates::TemplateValues,
    error::{Error, Problems},
    kinds::{
        Argv, Collections, ConfigFile, Domain, EnvVar, Healthcheck, HostPort, Label, Port, Stamp, Volume, VolumeType,
    },
};

/// Reads a file into a checked template.
pub fn parse(file: &CatalogFile) -> Result<CreateTemplate, CatalogError> {
    let mut key = None;
    let parsed: Result<File, _> = serde_saphyr::with_deserializer_from_str(&file.text, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            key = Some(error.path().to_string());
            error.into_inner()
        })
    });
    let parsed = parsed.map_err(|error| {
        let text = error.without_snippet().to_string();
        CatalogError {
            file: file.file.clone(),
            line: error.location().map_or(0, |location| location.line()),
            key: key.unwrap_or_else(|| ".".to_owned()),
            message: text.lines().next().unwrap_or_default().to_owned(),
        }
    })?;
    Reader { file, lines: HashMap::new() }.template(parsed)
}

struct Reader<'a> {
    file: &'a CatalogFile,
    /// Lines of entries by the path that their check would report.
    lines: HashMap<String, u64>,
}

fn line<T>(at: &Spanned<T>) -> u64 {
    at.referenced.line()
}

impl Reader<'_> {
    fn fail<T>(&self, line: u64, key: impl Into<String>, message: impl Into<String>) -> Result<T, CatalogError> {
        Err(CatalogError { file: self.file.file.clone(), line, key: key.into(), message: message.into() })
    }

    /// The text that Compose would hand to the container: `$$` is `$`; a single `$` would be a variable.
    fn text(&self, at: &Spanned<String>, key: &str) -> Result<String, CatalogError> {
        let plain = at.value.replace("$$", "");
        if plain.contains('$') {
            return self.fail(line(at), key, "a single `$` would be replaced by Compose; write `$$`");
        }
        Ok(at.value.replace("$$", "$"))
    }

    fn words(&self, words: &[Spanned<String>], key: &str) -> Result<Vec<String>, CatalogError> {
        words.iter().map(|word| self.text(word, key)).collect()
    }

    fn template(mut self, file: File) -> Result<CreateTemplate, CatalogError> {
        let name = self.file.name().to_owned();
        let mut services = file.services.iter();
        let (Some((key, service)), None) = (services.next(), services.next()) else {
            return self.fail(0, "services", "a catalogue file has exactly one service");
        };
        if *key != name {
            return self.fail(
                0,
                format!("services.{key}"),
                format!("the service must be called {name}, like the file"),
            );
        }
        let at = |part: &str| format!("services.{name}.{part}");
        self.lines.insert("imageName".to_owned(), line(&service.image));
        self.lines.insert("imageTag".to_owned(), line(&service.image));
        let (image_name, image_tag) = split_image(&service.image.value);
        let values = TemplateValues {
            name: name.clone(),
            description: file.meta.description.clone(),
            category: file.meta.category.clone(),
            image_name,
            image_tag,
            command: service.command.as_deref().map(|words| self.words(words, &at("command"))).transpose()?.map(Argv),
            entrypoint: service
                .entrypoint
                .as_deref()
                .map(|words| self.words(words, &at("entrypoint")))
                .transpose()?
                .map(Argv),
            user: service.user.clone(),
            working_dir: service.working_dir.clone(),
            restart_policy: service.restart.clone().unwrap_or_else(|| "unless-stopped".to_owned()),
        };
        let collections = Collections {
            ports: Some(self.ports(service, &at("ports"))?),
            volumes: Some(self.volumes(service, &file, &at("volumes"))?),
            env_vars: Some(self.env_vars(service, &at("environment"))?),
            labels: Some(self.labels(service, &at("labels"))?),
            domains: Some(self.domains(service)),
            healthcheck: Some(self.healthcheck(service, &at("healthcheck"))?),
            config_files: Some(self.config_files(service, &file, &at("configs"))?),
            ..Collections::default()
        };
        let mut template = CreateTemplate { values, collections };
        let mut problems = Problems::default();
        template.check(&mut problems);
        let Err(Error::Refused(found)) = problems.finish() else { return Ok(template) };
        let Some(first) = found.first() else { return Ok(template) };
        let path = &first.path[1..];
        let line = (0..=path.len()).rev().find_map(|end| self.lines.get(&path[..end].join("."))).copied();
        self.fail(line.unwrap_or(0), at(&path.join(".")), first.message.clone())
    }

    fn ports(&mut self, service: &Service, key: &str) -> Result<Vec<Port>, CatalogError> {
        let mut ports = Vec::new();
        for (index, written) in service.ports.iter().enumerate() {
            self.lines.insert(format!("ports.{index}"), line(written));
            let (number, protocol) = written.value.split_once('/').unwrap_or((&written.value, "tcp"));
            let (Ok(container_port), Ok(protocol)) = (number.parse(), protocol.parse()) else {
                let message = "a port of the catalogue is CONTAINER or CONTAINER/PROTOCOL, without a host port: two \
                               stacks that use the template must not collide";
                return self.fail(line(written), format!("{key}[{index}]"), message);
            };
            let host_ip = "0.0.0.0".to_owned();
            ports.push(Port { host_ip, host_port: HostPort::default(), container_port, protocol });
        }
        Ok(ports)
    }

    fn volumes(&mut self, service: &Service, file: &File, key: &str) -> Result<Vec<Volume>, CatalogError> {
        let mut volumes = Vec::new();
        for (index, mount) in service.volumes.iter().enumerate() {
            self.lines.insert(format!("volumes.{index}"), line(mount));
            let place = format!("{key}[{index}]");
            let (volume_type, source, target, read_only) = match &mount.value {
                Mount::Short(text) => {
                    let parts: Vec<&str> = text.split(':').collect();
                    let (source, target, read_only) = match parts.as_slice() {
                        [source, target] | [source, target, "rw"] => (*source, *target, false),
                        [source, target, "ro"] => (*source, *target, true),
                        _ => return self.fail(line(mount), place, "a mount is SOURCE:TARGET or SOURCE:TARGET:ro"),
                    };
                    let bind = source.starts_with(['/', '.', '~']);
                    let volume_type = if bind { VolumeType::Bind } else { VolumeType::Volume };
                    (volume_type, source.to_owned(), target.to_owned(), read_only)
                }
                Mount::Long { r#type, source, target, read_only } => match r#type.parse::<VolumeType>() {
                    Ok(volume_type) => (volume_type, source.clone(), target.clone(), *read_only),
                    Err(error) => return self.fail(line(mount), place, error.to_string()),
                },
            };
            let named = volume_type == VolumeType::Volume && !source.is_empty();
            let is_external = match file.volumes.get(&source) {
                Some(definition) => definition.external,
                None if named => {
                    let message = format!("the volume {source} is not declared under the top-level `volumes`");
                    return self.fail(line(mount), place, message);
                }
                None => false,
            };
            volumes.push(Volume { volume_type, source, target, read_only, is_external });
        }
        Ok(volumes)
    }

    fn env_vars(&mut self, service: &Service, key: &str) -> Result<Vec<EnvVar>, CatalogError> {
        for secret in &service.extra.secrets {
            if !service.environment.contains_key(&secret.value) {
                let message = format!("{} is not a variable of this service", secret.value);
                return self.fail(line(secret), "x-devarch.secrets", message);
            }
        }
        let mut env_vars = Vec::new();
        for (index, (name, written)) in service.environment.iter().enumerate() {
            self.lines.insert(format!("envVars.{index}"), line(written));
            let value = written.value.as_ref().map(|value| {
                let spanned =
                    Spanned { value: value.clone(), referenced: written.referenced, defined: written.defined };
                self.text(&spanned, &format!("{key}.{name}"))
            });
            let is_secret = service.extra.secrets.iter().any(|secret| secret.value == *name);
            env_vars.push(EnvVar { key: name.clone(), value: value.transpose()?.into(), is_secret });
        }
        Ok(env_vars)
    }

    fn labels(&mut self, service: &Service, key: &str) -> Result<Vec<Label>, CatalogError> {
        let mut labels = Vec::new();
        for (index, (name, written)) in service.labels.iter().enumerate() {
            self.lines.insert(format!("labels.{index}"), line(written));
            labels.push(Label { key: name.clone(), value: self.text(written, &format!("{key}.{name}"))? });
        }
        Ok(labels)
    }

    fn domains(&mut self, service: &Service) -> Vec<Domain> {
        let mut domains = Vec::new();
        for (index, written) in service.extra.domains.iter().enumerate() {
            self.lines.insert(format!("domains.{index}"), line(&written.domain));
            domains.push(Domain { domain: written.domain.value.clone(), proxy_port: written.proxy_port });
        }
        domains
    }

    fn healthcheck(&mut self, service: &Service, key: &str) -> Result<Option<Healthcheck>, CatalogError> {
        let Some(check) = &service.healthcheck else { return Ok(None) };
        if let Some(word) = check.test.first() {
            self.lines.insert("healthcheck".to_owned(), line(word));
        }
        let seconds = |written: &Option<Spanned<String>>, part: &str, default: i32| match written {
            None => Ok(default),
            Some(written) => seconds(&written.value).map_or_else(
                || {
                    self.fail(
                        line(written),
                        format!("{key}.{part}"),
                        "a duration is whole seconds, such as 10s or 1m30s",
                    )
                },
                Ok,
            ),
        };
        Ok(Some(Healthcheck {
            test: Argv(self.words(&check.test, &format!("{key}.test"))?),
            interval_seconds: seconds(&check.interval, "interval", 30)?,
            timeout_seconds: seconds(&check.timeout, "timeout", 10)?,
            retries: check.retries.unwrap_or(3),
            start_period_seconds: seconds(&check.start_period, "start_period", 0)?,
        }))
    }

    fn config_files(&mut self, service: &Service, file: &File, key: &str) -> Result<Vec<ConfigFile>, CatalogError> {
        let mut config_files = Vec::new();
        for (index, used) in service.configs.iter().enumerate() {
            self.lines.insert(format!("configFiles.{index}"), line(&used.target));
            let source = &used.source.value;
            let Some(definition) = file.configs.get(source) else {
                let message = format!("the config {source} is not declared under the top-level `configs`");
                return self.fail(line(&used.source), format!("{key}[{index}].source"), message);
            };
            config_files.push(ConfigFile {
                file_path: used.target.value.clone(),
                content: self.text(&definition.content, &format!("configs.{source}.content"))?,
                file_mode: used.mode.clone().unwrap_or_else(|| "0444".to_owned()),
                is_template: false,
                created_at: Stamp::default(),
                updated_at: Stamp::default(),
            });
        }
        Ok(config_files)
    }
}

/// `name:tag` or `name@sha256:…`; without a tag `latest`.
fn split_image(image: &str) -> (String, String) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name.to_owned(), digest.to_owned());
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name.to_owned(), tag.to_owned()),
        _ => (image.to_owned(), "latest".to_owned()),
    }
}

/// Whole seconds of a duration such as `90s`, `1m30s` or `1h`.
fn seconds(text: &str) -> Option<i32> {
    let (mut total, mut number) = (0i32, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i32>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && !text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_images_are_taken_apart() {
        assert_eq!(seconds("1m30s"), Some(90));
        assert_eq!(seconds("10s"), Some(10));
        for bad in ["", "10", "ms", "1.5s", "99999999999s"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        let split = |image| {
            let (name, tag) = split_image(image);
            format!("{name} {tag}")
        };
        assert_eq!(split("postgres:17"), "postgres 17");
        assert_eq!(split("reg.example:5000/acme/api"), "reg.example:5000/acme/api latest");
        assert_eq!(split("nginx@sha256:ab"), "nginx sha256:ab");
    }

    #[test]
    fn every_built_in_file_is_a_valid_template() {
        let files = super::super::built_in();
        assert!(files.len() >= 60, "{} templates", files.len());
        for file in files {
            if let Err(error) = parse(&file) {
                panic!("{error}");
            }
        }
    }

    fn refused(text: &str) -> String {
        parse(&CatalogFile { file: "web.yaml".to_owned(), text: text.to_owned() }).unwrap_err().to_string()
    }

    #[test]
    fn a_malformed_file_is_refused_with_file_line_and_key() {
        let head =
            "x-devarch:\n  category: gateway\n  description: A gateway.\nservices:\n  web:\n    image: nginx:1.29\n";
        let cases = [
            ("    ports:\n      - \"8080:80\"\n", 8, "services.web.ports[0]"),
            ("    prots: []\n", 7, "services.web.prots"),
            ("    environment:\n      A: \"$HOME\"\n", 8, "services.web.environment.A"),
            ("    environment:\n      \"1 A\": \"x\"\n", 8, "services.web.envVars.0.key"),
            ("    volumes:\n      - data:/data\n", 8, "services.web.volumes[0]"),
            ("    healthcheck:\n      test: [\"curl\"]\n", 8, "services.web.healthcheck.test"),
            (
                "    healthcheck:\n      test: [\"NONE\"]\n      interval: soon\n",
                9,
                "services.web.healthcheck.interval",
            ),
            ("    x-devarch:\n      secrets: [NOPE]\n", 8, "x-devarch.secrets"),
            ("    command: {}\n", 7, "services.web.command"),
        ];
        for (tail, line, key) in cases {
            let error = refused(&format!("{head}{tail}"));
            assert!(error.starts_with(&format!("catalogue file web.yaml, line {line}, key {key}")), "{error}");
        }
        assert!(refused("services: [").contains("web.yaml, line"), "{}", refused("services: ["));
    }
}

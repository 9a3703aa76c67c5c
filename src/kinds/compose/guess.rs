//! Tells which variables of a Compose file look like secrets although the file does not say so.
//!
//! Asked while files are read. It must not put a value into a message.

use std::collections::{BTreeSet, HashSet};

use crate::yaml::At;

/// Parts of names that are those of secrets.
const PARTS: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "ENCRYPTION_KEY",
    "CREDENTIAL",
];
/// Ends of names that are those of secrets.
const ENDS: [&str; 2] = ["_PASS", "_PWD"];
/// Ends of names that say where something is.
const PLACES: [&str; 2] = ["_FILE", "_PATH"];
/// Values that switch something on or off.
const SWITCHES: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Whether a name looks like that of a secret.
pub fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let is_of_secret = PARTS.iter().any(|part| name.contains(part)) || ENDS.iter().any(|end| name.ends_with(end));
    is_of_secret && !PLACES.iter().any(|end| name.ends_with(end))
}

/// Whether a variable looks like a secret: its name does, and its value is neither empty, nor a number, nor a switch.
pub fn looks_secret(name: &str, value: &str) -> bool {
    names_secret(name) && is_worth_keeping(value)
}

fn is_worth_keeping(value: &str) -> bool {
    let value = value.trim();
    let is_switch = SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch));
    !value.is_empty() && !is_switch && value.parse::<f64>().is_err()
}

/// The variables of services that become secrets although no file says so.
#[derive(Clone, Debug, Default)]
pub struct GuessedSecrets {
    /// The files that are looked at, by their numbers.
    pub files: HashSet<usize>,
    /// The names of variables that stay plain.
    pub plain: BTreeSet<String>,
    /// Variables with the value of another one that looks like a secret, each with its place.
    pub places: HashSet<(At, String)>,
}

impl GuessedSecrets {
    /// Whether a variable of a service becomes a secret.
    pub fn takes(&self, name: &str, value: &str, at: At) -> bool {
        let is_looked_at = self.files.contains(&at.file) && !self.plain.contains(name);
        is_looked_at
            && (looks_secret(name, value) || is_worth_keeping(value) && self.places.contains(&(at, name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_its_name_and_by_its_value() {
        for name in [
            "POSTGRES_PASSWORD",
            "db_passwd",
            "JWT_SECRET",
            "GITHUB_TOKEN",
            "STRIPE_API_KEY",
            "TLS_PRIVATE_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "GOOGLE_CREDENTIALS",
            "spring.datasource.password",
            "DB_PASS",
            "MYSQL_PWD",
        ] {
            assert!(looks_secret(name, "hunter2"), "{name}");
            for value in ["", " ", "yes", "True", "0", "1", "3600", "1.5"] {
                assert!(!looks_secret(name, value), "{name}={value}");
            }
        }
        for name in
            ["POSTGRES_PASSWORD_FILE", "SECRET_PATH", "PWD", "PATH", "POSTGRES_USER", "PASSAGE", "KEY", "COMPASS"]
        {
            assert!(!looks_secret(name, "hunter2"), "{name}");
        }
    }
}

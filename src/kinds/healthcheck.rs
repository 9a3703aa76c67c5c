//! Healthchecks, by which the engine finds out whether a container is healthy.

use std::borrow::Cow;

use super::{
    Argv, Brief, Kind, Only,
    check::{MAX_TEXT, check_text},
    compose::{ReadEntry, Reading, Rendered, duration, seconds},
    kind,
    plain::ResolvedColumn,
};
use crate::{
    error::Problems,
    references::Resolved,
    yaml::{Map, Node, Value},
};

kind! {
    /// How the engine finds out whether the container is healthy.
    pub struct Healthcheck in ("service_healthchecks", "instance_healthchecks"), input "HealthcheckInput" {
        /// The command: `["CMD", program, argument …]`, `["CMD-SHELL", line]`, or `["NONE"]` to switch off the
        /// check that the image brings.
        pub test: Argv,
        /// Seconds between two checks, at least 1.
        #[graphql(default = 30)]
        pub interval_seconds: i32,
        /// Seconds after which a check counts as failed, at least 1.
        #[graphql(default = 10)]
        pub timeout_seconds: i32,
        /// Failures in a row that make the container unhealthy, 0 to 1000. Engines use 3 in place of 0.
        #[graphql(default = 3)]
        pub retries: i32,
        /// Seconds after the start during which failures do not count, at least 0.
        #[graphql(default = 0)]
        pub start_period_seconds: i32,
        /// Seconds between two checks during that time, at least 1; null leaves it to the engine.
        pub start_interval_seconds: Option<i32>,
    }
}

/// The retries that engines use where none are given, and in place of 0.
const DEFAULT_RETRIES: i32 = 3;

impl Kind for Healthcheck {
    const FIELD: &'static str = "healthcheck";
    const KEY_SQL: &'static str = "'*'";
    /// A command that is no JSON, in a row written by hand, is one for the shell.
    const BRIEF_SQL: &'static str = "replace(replace(CASE WHEN test LIKE '[\"CMD\",%' THEN substr(test, 9, length(test) - 10) \
        WHEN test LIKE '[\"CMD-SHELL\",%' THEN substr(test, 15, length(test) - 16) \
        WHEN test LIKE '[\"%' THEN substr(test, 3, length(test) - 4) ELSE test END, '\",\"', ' '), '\\\"', '\"') \
        || CASE WHEN test LIKE '[\"%' AND test NOT LIKE '[\"CMD%' THEN '' \
        ELSE ' every ' || interval_seconds || 's, timeout ' || timeout_seconds || 's, ' || retries || ' retries' \
        || CASE WHEN start_period_seconds > 0 THEN ', after ' || start_period_seconds || 's' ELSE '' END \
        || COALESCE(', every ' || CAST(start_interval_seconds AS TEXT) || 's until then', '') END";
    const LONG_COLUMN: Option<&'static str> = Some("test");
    const REFERENCE_FIELDS: &'static [&'static str] = &["test"];
    type Key = Only;
    type Set = Option<Self>;

    fn long_bytes(&self) -> usize {
        self.test.to_string().len()
    }

    fn key(&self) -> Only {
        Only(true)
    }

    /// The command with its times: `pg_isready every 30s, timeout 10s, 3 retries`.
    fn brief(&self) -> Brief<'_> {
        let command = match self.test.0.split_first() {
            Some((how, words)) if matches!(how.as_str(), "CMD" | "CMD-SHELL") => words.join(" "),
            _ => return Brief::made(self.test.0.join(" ")),
        };
        let (interval, timeout, retries) = (self.interval_seconds, self.timeout_seconds, self.retries);
        let mut text = format!("{command} every {interval}s, timeout {timeout}s, {retries} retries");
        if self.start_period_seconds > 0 {
            text += &format!(", after {}s", self.start_period_seconds);
        }
        if let Some(seconds) = self.start_interval_seconds {
            text += &format!(", every {seconds}s until then");
        }
        Brief::made(text)
    }

    fn validate_key(key: &Only, at: &mut Problems) {
        key.check(at);
    }

    fn validate(&self, at: &mut Problems) {
        let storable: Vec<String> = self.test.0.iter().map(|word| word.replace('\0', "")).collect();
        let words: Vec<&str> = storable.iter().map(String::as_str).collect();
        let fits = matches!(words.as_slice(), ["NONE"] | ["CMD-SHELL", _] | ["CMD", _, ..]);
        if fits && storable != self.test.0 {
            let better = Argv(storable.clone()).to_string();
            at.invalid("test", "A NUL character cannot be stored.", Some(better));
        } else if !fits {
            let better = match words.as_slice() {
                [] => None,
                ["NONE", ..] => Some(vec!["NONE".to_owned()]),
                ["CMD-SHELL", rest @ ..] if !rest.is_empty() => Some(vec!["CMD-SHELL".to_owned(), rest.join(" ")]),
                ["CMD" | "CMD-SHELL", ..] => None,
                [line] => Some(vec!["CMD-SHELL".to_owned(), (*line).to_owned()]),
                all => Some(std::iter::once("CMD").chain(all.iter().copied()).map(str::to_owned).collect()),
            };
            let message = "The test is [\"CMD\", program, argument …], [\"CMD-SHELL\", line] or [\"NONE\"].";
            at.invalid("test", message, better.map(|argv| Argv(argv).to_string()));
        }
        check_text(at, "test", &words.join(" "), MAX_TEXT);
        for (field, seconds, least) in [
            ("intervalSeconds", self.interval_seconds, 1),
            ("timeoutSeconds", self.timeout_seconds, 1),
            ("startPeriodSeconds", self.start_period_seconds, 0),
            ("startIntervalSeconds", self.start_interval_seconds.unwrap_or(1), 1),
        ] {
            if seconds < least {
                let message = format!("{seconds} seconds are too few; at least {least} must be given.");
                at.invalid(field, message, Some(least.to_string()));
            }
        }
        if !(0..=1000).contains(&self.retries) {
            let nearest = self.retries.clamp(0, 1000).to_string();
            at.invalid("retries", "Retries are 0 to 1000.", Some(nearest));
        }
    }

    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        self.test.0.iter().map(|word| ("test", word.as_str().into())).collect()
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        self.test.0.iter_mut().for_each(|word| *word = replace(word));
    }

    fn resolved_columns(text: &str, resolve: &mut dyn FnMut(&str) -> Resolved) -> Vec<(&'static str, ResolvedColumn)> {
        let Ok(Argv(words)) = text.parse();
        let words = Argv(words.iter().map(|word| resolve(word).displayed()).collect());
        vec![("test", ResolvedColumn::Text(Some(words.to_string())))]
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let [check] = entries else { return };
        let mut map = Map::new();
        let words: Vec<Node> = check.test.0.iter().map(|word| to.text(word)).collect();
        map.set("test", words);
        map.set("interval", duration(check.interval_seconds));
        map.set("timeout", duration(check.timeout_seconds));
        if check.retries > 0 {
            map.set("retries", check.retries);
        } else {
            let message = format!(
                "Its healthcheck has 0 retries, in place of which engines use their default, {DEFAULT_RETRIES}."
            );
            to.warn(message);
        }
        map.set("start_period", duration(check.start_period_seconds));
        if let Some(seconds) = check.start_interval_seconds {
            map.set("start_interval", duration(seconds));
        }
        to.service.set("healthcheck", map);
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let Some(node) = from.take("healthcheck") else { return Vec::new() };
        let at = node.at;
        let Value::Map(mut map) = node.value else {
            from.lose("healthcheck", at, "A healthcheck is a mapping.");
            return Vec::new();
        };
        let off = map.take("disable").is_some_and(|node| node.as_bool() == Some(true));
        let test = match map.take("test").map(|node| node.value) {
            _ if off => vec!["NONE".to_owned()],
            Some(Value::List(words)) if !words.is_empty() => words.iter().filter_map(Node::scalar).collect(),
            Some(Value::Text(line)) if !line.is_empty() => vec!["CMD-SHELL".to_owned(), line],
            _ => {
                let reason = "Without a test only the times of the image's own check would change.";
                from.lose("healthcheck", at, reason);
                return Vec::new();
            }
        };
        // The defaults of the engine.
        let mut time = |key: &str, default: i32| {
            let Some(node) = map.take(key) else { return default };
            let part = format!("healthcheck.{key}");
            match node.scalar().as_deref().and_then(seconds) {
                Some((0, _)) if default > 0 => default,
                Some((seconds, true)) => seconds,
                Some((seconds, false)) => {
                    from.change(&part, node.at, format!("Whole seconds are held: {seconds}."));
                    seconds
                }
                None => {
                    from.lose(&part, node.at, "This is not a duration such as 90s or 1m30s.");
                    default
                }
            }
        };
        let interval_seconds = time("interval", 30);
        let timeout_seconds = time("timeout", 30);
        let start_period_seconds = time("start_period", 0);
        // Engines use their default in place of 0.
        let start_interval_seconds = Some(time("start_interval", 0)).filter(|seconds| *seconds > 0);
        let retries = match map.take("retries") {
            None => DEFAULT_RETRIES,
            Some(node) => match node.as_int() {
                Some(0) => {
                    from.change(
                        "healthcheck.retries",
                        node.at,
                        format!("Engines use {DEFAULT_RETRIES} in place of 0."),
                    );
                    DEFAULT_RETRIES
                }
                given => given.and_then(|given| i32::try_from(given).ok()).unwrap_or(-1),
            },
        };
        from.lose_rest("healthcheck", map);
        let test = Argv(test);
        let check =
            Self { test, interval_seconds, timeout_seconds, retries, start_period_seconds, start_interval_seconds };
        vec![from.found("healthcheck", at, check)]
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[a-z]{1,3}", 1..9i32)
            .prop_map(|(line, seconds)| Self {
                test: Argv(vec!["CMD-SHELL".to_owned(), line]),
                interval_seconds: seconds,
                timeout_seconds: 10,
                retries: 3,
                start_period_seconds: 0,
                start_interval_seconds: (seconds > 4).then_some(seconds),
            })
            .boxed()
    }
}

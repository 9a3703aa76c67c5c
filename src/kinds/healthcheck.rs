//! How the engine finds out whether a container is healthy.

use super::{
    Argv, Kind, Only,
    check::{MAX_TEXT, check_text},
    kind,
};
use crate::error::Problems;

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
        /// Failures in a row that make the container unhealthy, 0 to 1000.
        #[graphql(default = 3)]
        pub retries: i32,
        /// Seconds after the start during which failures do not count, at least 0.
        #[graphql(default = 0)]
        pub start_period_seconds: i32,
    }
}

impl Kind for Healthcheck {
    const FIELD: &'static str = "healthcheck";
    type Key = Only;
    type Set = Option<Self>;

    fn key(&self) -> Only {
        Only(true)
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
            })
            .boxed()
    }
}

//! Reading the command line and the environment: all mistakes at once.
//!
//! Used by the command line. It must never show the value of a setting: some hold passwords.

use std::{error::Error as _, ffi::OsString};

use clap::{
    CommandFactory, FromArgMatches,
    builder::{FalseyValueParser, OsStringValueParser},
    error::{ContextKind, ErrorKind},
};

use super::Cli;

/// Why there are no settings.
#[derive(Debug)]
pub enum NoSettings {
    /// Somebody asked for help or the version: the text.
    Asked(String),
    /// Every mistake that was found, in one line.
    Wrong(String),
}

impl Cli {
    /// Reads flags and variables.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, NoSettings> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let mut command = Self::command();
        let mut mistakes = Vec::new();
        loop {
            let error = match command.clone().try_get_matches_from(&arguments) {
                Ok(_) if !mistakes.is_empty() => break,
                Ok(mut matches) => match Self::from_arg_matches_mut(&mut matches) {
                    Ok(cli) => return Ok(cli),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
                return Err(NoSettings::Asked(error.to_string()));
            }
            mistakes.push(sentence(&error));
            // The next round takes whatever this one says, and so comes to the next mistake.
            let wrong = error.get(ContextKind::InvalidArg).map(ToString::to_string);
            // Only a finished command can name its arguments, and only an unfinished one hands changes on to its parts.
            let mut finished = command.clone();
            finished.build();
            let Some(wrong) = finished.get_arguments().find(|argument| Some(argument.to_string()) == wrong) else {
                break;
            };
            let (id, takes_values) = (wrong.get_id().clone(), wrong.get_action().takes_values());
            command = command.mut_arg(id, |argument| {
                if takes_values {
                    argument.value_parser(OsStringValueParser::new())
                } else {
                    argument.value_parser(FalseyValueParser::new())
                }
            });
        }
        mistakes.dedup();
        Err(NoSettings::Wrong(mistakes.join("; ")))
    }
}

/// A mistake in one line.
fn sentence(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a part of the command is missing; `--help` behind it lists what there is".to_owned();
    }
    // The value stays out of the message: that of --database-url holds a password.
    if let (ErrorKind::ValueValidation, Some(cause)) = (error.kind(), error.source())
        && let Some(argument) = error.get(ContextKind::InvalidArg)
    {
        return format!("invalid value for '{argument}': {cause}");
    }
    let text = error.to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first.join(" ");
    message.strip_prefix("error: ").unwrap_or(&message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(arguments: &[&str]) -> Vec<String> {
        match Cli::read(["devarch"].iter().chain(arguments).map(OsString::from)) {
            Err(NoSettings::Wrong(message)) => message.split("; ").map(str::to_owned).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let arguments = [
            "--listen",
            "here",
            "--log",
            "a=loud",
            "--log-format",
            "xml",
            "--database-connections",
            "0",
            "migrate",
            "up",
        ];
        let found = mistakes(&arguments);
        assert_eq!(found.len(), 4, "{found:?}");
        for flag in ["--listen", "--log <", "--log-format", "--database-connections"] {
            assert_eq!(found.iter().filter(|mistake| mistake.contains(flag)).count(), 1, "{flag} {found:?}");
        }
    }

    #[test]
    fn a_mistake_in_the_command_comes_with_those_before_it() {
        let found = mistakes(&["--listen", "here", "--nonsense"]);
        assert!(found.iter().any(|mistake| mistake.contains("--nonsense")), "{found:?}");
    }

    #[test]
    fn settings_without_mistakes_are_read() {
        let cli = Cli::read(["devarch", "--log-format", "json", "--log", "warn"].map(OsString::from)).unwrap();
        assert_eq!(cli.settings.log_format, crate::telemetry::LogFormat::Json);
    }
}

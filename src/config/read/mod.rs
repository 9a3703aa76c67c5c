//! Parses the command line and the environment, and reports all errors together.
//!
//! Called by `cli::run`. Messages must not contain the value of a setting, which may be a password.

mod help;

use std::{
    collections::HashMap,
    error::Error as _,
    ffi::{OsStr, OsString},
};

use clap::{
    Arg, ArgAction, Command, CommandFactory, FromArgMatches, Id,
    builder::{OsStringValueParser, Resettable},
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, Given};
use crate::near::nearest;

/// The maximum number of reported errors, which is greater than the number of settings.
const MAX_MISTAKES: usize = 200;

/// Why parsing returned no settings.
#[derive(Debug)]
pub enum SettingsError {
    /// Help or the version was requested; the text to print.
    Asked(String),
    /// The arguments are invalid; one line for each error.
    Wrong(Vec<String>),
}

impl Cli {
    /// The commands with the options that each of them needs, for completions and manual pages.
    pub fn for_manual() -> Command {
        help::shaped(Self::command())
    }

    /// Parses the flags and the environment variables.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, SettingsError> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let mut command = Self::command();
        let mut mistakes = Vec::new();
        for twice in given_twice(&command, &arguments) {
            mistakes.push(format!("the argument '{twice}' cannot be used multiple times"));
            command = relaxed(command, &twice, &allow_repetition);
        }
        while mistakes.len() < MAX_MISTAKES {
            let error = match command.clone().try_get_matches_from(&arguments) {
                Ok(_) if !mistakes.is_empty() => break,
                Ok(mut matches) => {
                    let given = Given::of(&matches);
                    match Self::from_arg_matches_mut(&mut matches) {
                        Ok(mut cli) => {
                            cli.settings.given = given;
                            return Ok(cli);
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::DisplayHelp => return Err(SettingsError::Asked(help::text(Self::command(), &arguments))),
                ErrorKind::DisplayVersion => return Err(SettingsError::Asked(error.to_string())),
                _ => {}
            }
            let mistake = sentence(&error);
            // The same error again: relaxing the argument did not help, so no further error can be found.
            if mistakes.contains(&mistake) {
                break;
            }
            mistakes.push(mistake);
            // It has told everything that is missing.
            if error.kind() == ErrorKind::MissingRequiredArgument {
                break;
            }
            // The next round accepts any value of this argument, and so finds the next error.
            let Some(wrong) = error.get(ContextKind::InvalidArg).map(ToString::to_string) else { break };
            command = match error.kind() {
                ErrorKind::ArgumentConflict => relaxed(command, &wrong, &allow_repetition),
                _ => relaxed(command, &wrong, &allow_any_value),
            };
        }
        Err(SettingsError::Wrong(mistakes))
    }
}

/// The global arguments with a single value that are given more than once. The parser does not notice this when one is
/// before the subcommand and the other one after it.
fn given_twice(command: &Command, arguments: &[OsString]) -> Vec<String> {
    let mut finished = command.clone();
    finished.build();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for argument in arguments.iter().skip(1).take_while(|argument| *argument != OsStr::new("--")) {
        if let Some(flag) = argument.to_str().and_then(|text| text.strip_prefix("--")) {
            *times.entry(flag.split_once('=').map_or(flag, |(flag, _)| flag)).or_default() += 1;
        }
    }
    let twice = |argument: &&Arg| {
        let single = !matches!(argument.get_action(), ArgAction::Append | ArgAction::Count);
        single && argument.is_global_set() && argument.get_long().is_some_and(|long| times.get(long) > Some(&1))
    };
    finished.get_arguments().filter(twice).map(ToString::to_string).collect()
}

/// Makes an argument accept repetition, and combination with arguments that it conflicts with; the last value counts.
fn allow_repetition(argument: Arg) -> Arg {
    let own = argument.get_id().clone();
    argument.overrides_with(own).conflicts_with(Resettable::<Id>::Reset)
}

/// Makes an argument accept any value, or no value.
fn allow_any_value(argument: Arg) -> Arg {
    let argument = argument.value_parser(OsStringValueParser::new());
    if argument.is_positional() {
        return argument.required(false);
    }
    match argument.get_action() {
        ArgAction::Append => argument.num_args(0..),
        ArgAction::Set => argument.num_args(0..=1),
        // The argument after a flag is not its value.
        _ => argument.action(ArgAction::Set).num_args(0..=1).require_equals(true),
    }
}

/// Changes an argument in a command and its subcommands; `shown` is its name in messages.
fn relaxed(command: Command, shown: &str, change: &dyn Fn(Arg) -> Arg) -> Command {
    // Only a built command has the names of its arguments, and only an unbuilt one passes changes to subcommands.
    let mut finished = command.clone();
    finished.build();
    relaxed_as(command, &finished, shown, change)
}

fn relaxed_as(mut command: Command, finished: &Command, shown: &str, change: &dyn Fn(Arg) -> Arg) -> Command {
    let found = finished.get_arguments().find(|argument| argument.to_string() == shown).map(Arg::get_id);
    if let Some(id) = found.filter(|id| command.get_arguments().any(|own| own.get_id() == *id)) {
        command = command.mut_arg(id, change);
    }
    let parts: Vec<String> = command.get_subcommands().map(|part| part.get_name().to_owned()).collect();
    for part in parts {
        if let Some(finished) = finished.find_subcommand(&part) {
            command = command.mut_subcommand(part, |part| relaxed_as(part, finished, shown, change));
        }
    }
    command
}

/// An error as one line.
fn sentence(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a part of the command is missing; `--help` behind it lists what there is".to_owned();
    }
    // The message does not contain the value: that of --database-url may contain a password.
    if let (ErrorKind::ValueValidation, Some(cause)) = (error.kind(), error.source())
        && let Some(argument) = error.get(ContextKind::InvalidArg)
    {
        return format!("invalid value for '{argument}': {cause}");
    }
    let text = error.to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    // People know these arguments from the engine.
    if error.kind() == ErrorKind::UnknownArgument && text.contains("ENGINE ARGS") {
        return format!("{message}; arguments of the engine come behind `--`, such as `-- --build`");
    }
    match suggestion(error) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

/// What is written nearly like what was given. The parser also suggests options that only have a part in common with it.
fn suggestion(error: &clap::Error) -> Option<String> {
    let kinds = [
        (ContextKind::SuggestedArg, ContextKind::InvalidArg),
        (ContextKind::SuggestedSubcommand, ContextKind::InvalidSubcommand),
        (ContextKind::SuggestedValue, ContextKind::InvalidValue),
    ];
    kinds.into_iter().find_map(|(suggested, given)| {
        let suggested = match error.get(suggested)? {
            ContextValue::String(one) => one,
            ContextValue::Strings(all) => all.last()?,
            _ => return None,
        };
        let ContextValue::String(given) = error.get(given)? else { return None };
        let written = |argument: &str| argument.trim_start_matches('-').to_owned();
        nearest(&written(given), [written(suggested).as_str()].into_iter())?;
        Some(suggested.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(arguments: &[&str]) -> Vec<String> {
        match Cli::read(["devarch"].iter().chain(arguments).map(OsString::from)) {
            Err(SettingsError::Wrong(mistakes)) => mistakes,
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
    fn arguments_of_the_engine_are_told_from_those_of_the_command() {
        for arguments in [["up", "shop", "--build"], ["logs", "shop", "web"], ["logs", "shop", "-f"]] {
            let found = mistakes(&arguments);
            assert!(found[0].contains("come behind `--`"), "{found:?}");
        }
        assert!(!mistakes(&["forks", "--build"])[0].contains("behind"));
    }

    #[test]
    fn only_what_is_written_nearly_alike_is_suggested() {
        for (given, near) in [("--listn=8080", Some("--listen")), ("--name=x", None), ("--address=x", None)] {
            let found = mistakes(&[given]);
            let suggested = found[0].split_once("; did you mean ").map(|(_, near)| near);
            assert_eq!(suggested.map(|it| it.trim_matches(['`', '?'])), near, "{found:?}");
        }
        assert!(mistakes(&["serv"])[0].ends_with("did you mean `serve`?"));
        assert!(!mistakes(&["import", "--name", "x"])[0].contains("did you mean"));
    }

    #[test]
    fn what_is_missing_is_told_once() {
        let found = mistakes(&["show", "shop"]);
        assert!(found.len() == 1 && found[0].contains("--at <POINT>"), "{found:?}");
    }

    #[test]
    fn settings_without_mistakes_are_read() {
        let cli = Cli::read(["devarch", "--log-format", "json", "--log", "warn"].map(OsString::from)).unwrap();
        assert_eq!(cli.settings.log_format, crate::config::LogFormat::Json);
    }
}

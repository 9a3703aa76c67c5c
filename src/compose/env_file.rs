//! Reads `.env` files as Compose does: comments, quotes, escapes and variables, several files one after the other.
//!
//! Called by the command line with the text of the files. It must not read the environment.

use std::collections::BTreeMap;

use super::interpolate::{Missing, interpolate};
use crate::budget::import::ReadBudget;

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct EnvFileError {
    /// The line.
    pub line: usize,
    /// The message.
    pub message: String,
}

/// Variables from files. Later files see the variables of earlier ones, and replace them.
#[derive(Clone, Debug, Default)]
pub struct EnvFiles {
    /// The variables of the files.
    found: BTreeMap<String, String>,
    /// What the files may refer to: the given variables, which files do not replace, and those of the files.
    scope: BTreeMap<String, String>,
    given: BTreeMap<String, String>,
    /// Variables that a file refers to and that nothing defines, each with the variable in whose value they are.
    unset: Vec<(String, String)>,
}

impl EnvFiles {
    /// Starts with the given variables, which take precedence over those of files.
    pub fn new(given: BTreeMap<String, String>) -> Self {
        Self { scope: given.clone(), given, ..Self::default() }
    }

    /// Reads the text of a file.
    pub fn read(&mut self, text: &str) -> Result<(), EnvFileError> {
        let budget = ReadBudget::default();
        let mut parser = Parser { files: self, budget: &budget, line: 1 };
        parser.parse(text.trim_start_matches('\u{feff}'))
    }

    /// All variables: the given ones, and those of the files.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut all = self.found.clone();
        all.extend(self.given.clone());
        all
    }

    /// The variables that files refer to although nothing defines them, each after the variable that refers to it.
    pub fn unset(&self) -> &[(String, String)] {
        &self.unset
    }
}

struct Parser<'a> {
    files: &'a mut EnvFiles,
    budget: &'a ReadBudget,
    line: usize,
}

/// The name at the beginning of a statement.
struct Begin<'t> {
    name: &'t str,
    rest: &'t str,
    /// Whether there is no value: the variable is taken from those that are known.
    is_bare: bool,
}

/// A space that is not the end of a line.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

impl Parser<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, EnvFileError> {
        Err(EnvFileError { line: self.line, message: message.into() })
    }

    fn parse(&mut self, text: &str) -> Result<(), EnvFileError> {
        let mut rest = self.statement(text);
        while !rest.is_empty() {
            let Begin { name, rest: behind, is_bare } = self.name(rest)?;
            if name.contains(' ') {
                // Not the name: what stands there may be a part of a secret.
                return self.fail("the name of the variable contains a space");
            }
            rest = if is_bare {
                if let Some(value) = self.files.scope.get(name).cloned() {
                    self.set(name, value);
                }
                behind
            } else {
                let (value, behind) = self.value(name, behind)?;
                self.set(name, value);
                behind
            };
            rest = self.statement(rest);
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: String) {
        if name.is_empty() {
            return;
        }
        if !self.files.given.contains_key(name) {
            self.files.scope.insert(name.to_owned(), value.clone());
        }
        self.files.found.insert(name.to_owned(), value);
    }

    /// Skips spaces, empty lines and comments.
    fn statement<'t>(&mut self, text: &'t str) -> &'t str {
        let mut rest = text;
        loop {
            let begin = rest.trim_start();
            self.line += rest[..rest.len() - begin.len()].matches('\n').count();
            if !begin.starts_with('#') {
                return begin;
            }
            rest = begin.find('\n').map_or("", |end| &begin[end..]);
        }
    }

    fn name<'t>(&mut self, text: &'t str) -> Result<Begin<'t>, EnvFileError> {
        let mut src = text;
        if let Some(behind) = src.strip_prefix("export")
            && behind.starts_with([' ', '\t', '\n', '\r', '\u{c}'])
        {
            src = behind.trim_start_matches(is_space);
        }
        let (mut name, mut offset, mut is_bare) = ("", 0, false);
        for (place, c) in src.char_indices() {
            match c {
                c if is_space(c) => {}
                '=' | ':' | '\n' => {
                    name = &src[..place];
                    offset = place + 1;
                    is_bare = c == '\n';
                    break;
                }
                '_' | '.' | '-' | '[' | ']' => {}
                c if c.is_alphabetic() || c.is_numeric() => {}
                _ => return self.fail("the line is no `NAME=VALUE`"),
            }
        }
        if src.is_empty() {
            return self.fail("`export` names no variable");
        }
        let name = name.trim_end();
        if is_bare {
            self.line += 1;
        }
        Ok(Begin { name, rest: src[offset..].trim_start_matches(is_space), is_bare })
    }

    /// The value of a variable, and what follows it.
    fn value<'t>(&mut self, name: &str, text: &'t str) -> Result<(String, &'t str), EnvFileError> {
        let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            let (value, rest) = text.split_once('\n').unwrap_or((text, ""));
            let value = value.split_once(" #").map_or(value, |(value, _)| value).trim_end();
            let value = self.filled(name, value)?;
            self.line += 1;
            return Ok((value, rest));
        };
        let begin = self.line;
        let (mut value, mut is_escaped) = (String::new(), false);
        for (place, c) in text.char_indices().skip(1) {
            if c == '\n' {
                self.line += 1;
            }
            if c == quote && !is_escaped {
                if quote == '"' {
                    value = self.filled(name, &unescaped(&value))?;
                }
                return Ok((value, &text[place + 1..]));
            }
            match (is_escaped, c) {
                (false, '\\') => {
                    is_escaped = true;
                    continue;
                }
                (true, c) if c != quote => value.push('\\'),
                _ => {}
            }
            is_escaped = false;
            value.push(c);
        }
        self.line = begin;
        self.fail(format!("the quote of the value of {name} is not closed"))
    }

    fn filled(&mut self, name: &str, value: &str) -> Result<String, EnvFileError> {
        let Some(filled) = interpolate(value, &self.files.scope, self.budget) else {
            return match self.budget.exceeded() {
                Some(why) => self.fail(format!("not read on: {why}")),
                None => {
                    self.fail(format!("a `${{` in the value of {name} names no variable; write `$${{` for the text"))
                }
            };
        };
        for missing in filled.missing {
            match missing {
                Missing::Optional(other) => self.files.unset.push((name.to_owned(), other)),
                Missing::Required(other, why) => {
                    return self.fail(format!("the variable {other} must be given: {why}"));
                }
            }
        }
        Ok(filled.text)
    }
}

/// Replaces the escapes of a value in double quotes.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('\\') {
        out.push_str(&rest[..place]);
        let behind = &rest[place + 1..];
        let (plain, length) = match behind.chars().next() {
            Some('a') => ("\u{7}", 1),
            Some('b') => ("\u{8}", 1),
            Some('f') => ("\u{c}", 1),
            Some('n') => ("\n", 1),
            Some('r') => ("\r", 1),
            Some('t') => ("\t", 1),
            Some('v') => ("\u{b}", 1),
            Some('"') => ("\"", 1),
            Some('\\') => ("\\", 1),
            // A `$` that starts no variable.
            Some('$') => ("$$", 1),
            Some('0') => {
                let digits = behind[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
                let octal = &behind[1..=digits];
                match u8::from_str_radix(octal, 8) {
                    Ok(byte) if digits == 3 => out.push(char::from(byte)),
                    // No character: the digits stay.
                    _ => out.extend(["\\", octal]),
                }
                ("", digits + 1)
            }
            _ => ("\\", 0),
        };
        out.push_str(plain);
        rest = &behind[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<BTreeMap<String, String>, EnvFileError> {
        let mut files = EnvFiles::new(BTreeMap::from([("GIVEN".to_owned(), "g".to_owned())]));
        files.read(text)?;
        Ok(files.found)
    }

    /// What Docker Compose 2.40 makes of each form; a test with Docker Compose itself uses the same list.
    const FORMS: &[(&str, &str)] = include!("../../tests/it/import/env_forms.rs");

    #[test]
    fn every_form_is_read_as_compose_reads_it() {
        for (text, expected) in FORMS {
            let found = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(found.get("V").map_or("(none)", String::as_str), *expected, "{text:?}");
        }
    }

    #[test]
    fn what_compose_refuses_is_refused_with_its_line() {
        for (text, line) in [
            ("A=1\nV='open\n", 2),
            ("V=\"open", 1),
            ("A=1\n\nV=${\n", 3),
            ("V=${X:?give it}\n", 1),
            ("a b=1\n", 1),
            ("A=1\n(x)=1\n", 2),
            ("V=${1}\n", 1),
        ] {
            assert_eq!(read(text).map_err(|error| error.line), Err(line), "{text:?}");
        }
    }

    #[test]
    fn later_files_see_earlier_ones_and_replace_them() {
        let mut files = EnvFiles::new(BTreeMap::from([("GIVEN".to_owned(), "g".to_owned())]));
        files.read("BASE=/srv\nOVER=1\nGIVEN=file\nEARLY=${GIVEN}\n").unwrap();
        files.read("FROM=${BASE}/data\nOVER=${OVER}2\nLOST=$NOWHERE\n").unwrap();
        let found = files.variables();
        let value = |name: &str| found[name].as_str();
        assert_eq!((value("FROM"), value("OVER"), value("EARLY"), value("GIVEN")), ("/srv/data", "12", "g", "g"));
        assert_eq!(files.unset(), [("LOST".to_owned(), "NOWHERE".to_owned())]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_is_too_wild(text in "[aV=:#'\"\\\\$\\{\\}0n \n-]{0,40}") {
            let _ = read(&text);
        }
    }
}

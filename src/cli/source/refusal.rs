//! Errors of inputs in the words of the command line: the option, and the value that would be accepted.
//!
//! Used by commands. It must not change what the API says.

use serde::Deserialize;

/// An error that the user can correct.
#[derive(Deserialize)]
pub(in crate::cli) struct UserError {
    message: String,
    #[serde(default)]
    path: Vec<String>,
    suggestion: Option<String>,
}

/// The options that give the fields of inputs.
const OPTIONS: [(&str, &str); 12] = [
    ("domainSuffix", "--domain-suffix"),
    ("expiresIn", "--expires"),
    ("key", "--key"),
    ("message", "--message"),
    ("name", "--name"),
    ("owner", "--owner"),
    ("planToken", "--plan-token"),
    ("portBlock", "--block"),
    ("portRange", "--ports"),
    ("stack", "--stack"),
    ("templatePrefix", "--prefix"),
    ("variables", "--var"),
];

impl UserError {
    pub(in crate::cli) fn new(message: String, path: Vec<String>, suggestion: Option<String>) -> Self {
        Self { message, path, suggestion }
    }

    /// The message, with the option and the value that would be accepted if there is one.
    pub(in crate::cli) fn text(&self) -> String {
        let message = in_options(&self.message);
        let Some(suggestion) = &self.suggestion else { return message };
        let field = self.path.get(1).map(String::as_str);
        match OPTIONS.iter().find(|(name, _)| field == Some(*name)) {
            Some((_, option)) => format!("{message} Try `{option} {suggestion}`."),
            None => format!("{message} Try `{suggestion}`."),
        }
    }

    /// All errors, one after the other.
    pub(in crate::cli) fn all(errors: &[Self], between: &str) -> String {
        errors.iter().map(Self::text).collect::<Vec<_>>().join(between)
    }
}

/// A message with the options in place of the fields of the API.
pub(in crate::cli) fn in_options(message: &str) -> String {
    message
        .replace("`allowExternalNetworks: true` (--external-networks)", "--external-networks")
        .replace(
            "ask `plan` for the same change, and repeat it with `planToken`",
            "run `devarch plan --token`, and repeat it with --plan-token",
        )
        .replace(
            "with onConflict (--on-conflict skip or --on-conflict update)",
            "with --on-conflict skip or --on-conflict update",
        )
        .replace("with onConflict (--on-conflict skip)", "with --on-conflict skip")
        .replace("with onConflict (--on-conflict update)", "with --on-conflict update")
        .replace("with templatePrefix (--prefix)", "with --prefix")
        .replace("the templatePrefix of its template (--prefix)", "its template another name with --prefix")
        .replace("with `take: true`", "with --take")
        .replace("`plain` (--plain KEY)", "--plain KEY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_name_comes_with_the_option_and_a_better_one() {
        let path = ["input", "stack", "name"].map(str::to_owned).to_vec();
        let error = UserError::new("Names take letters.".to_owned(), path.clone(), Some("my-shop".to_owned()));
        assert_eq!(error.text(), "Names take letters. Try `--stack my-shop`.");
        assert_eq!(UserError::new("No.".to_owned(), path, None).text(), "No.");
    }
}

//! Names of stacks, instances, templates and keys: validation, suggestions for refused names, and container names.
//!
//! Called by every use case for its input. A value of type [`Name`] is valid. It must not access the database, which
//! decides whether a name is free.

use std::fmt;

/// The maximum length of a stack or instance name, in characters.
pub const MAX_NAME: usize = 63;
/// The maximum length of a template name, in characters.
pub const MAX_TEMPLATE_NAME: usize = 64;
/// The maximum length of a container name, which is a DNS label on the container network.
pub const MAX_CONTAINER_NAME: usize = 63;

/// Names that are not allowed for stacks and instances, because users take them for something else or they are routes.
const RESERVED: [&str; 11] =
    ["default", "devarch", "system", "none", "all", "assets", "graphql", "healthz", "metrics", "readyz", "stacks"];

/// Names that are not allowed for instances either, because they mean something else in references.
const RESERVED_IN_REFERENCES: [&str; 2] = ["self", "shared"];

/// The kind of object that a name is for. It decides the length, the reserved names and the fallback of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOf {
    /// A stack.
    Stack,
    /// An instance.
    Instance,
    /// A template.
    Template,
    /// An API key.
    Key,
}

impl NameOf {
    fn word(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Instance => "instance",
            Self::Template => "template",
            Self::Key => "key",
        }
    }

    fn shortest(self) -> usize {
        if self == Self::Template { 2 } else { 1 }
    }

    fn longest(self) -> usize {
        if self == Self::Template { MAX_TEMPLATE_NAME } else { MAX_NAME }
    }

    /// The names that are not allowed.
    fn reserved(self) -> impl Iterator<Item = &'static str> {
        let (everywhere, in_references): (&[&str], &[&str]) = match self {
            Self::Stack => (&RESERVED, &[]),
            Self::Instance => (&RESERVED, &RESERVED_IN_REFERENCES),
            Self::Template | Self::Key => (&[], &[]),
        };
        everywhere.iter().chain(in_references).copied()
    }

    fn reserves(self, name: &str) -> bool {
        self.reserved().any(|word| word.eq_ignore_ascii_case(name))
    }
}

/// A valid name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Parses a name. The checks run in this order: empty, too long, reserved, too short, pattern.
    pub fn parse(of: NameOf, raw: &str) -> Result<Self, NameError> {
        let refuse = |reason| Err(NameError { reason, of, suggestion: suggest(of, raw) });
        if raw.is_empty() {
            return refuse(Reason::Empty);
        }
        if raw.chars().count() > of.longest() {
            return refuse(Reason::TooLong);
        }
        if of.reserves(raw) {
            return refuse(Reason::Reserved);
        }
        if raw.len() < of.shortest() {
            return refuse(Reason::TooShort);
        }
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let bytes = raw.as_bytes();
        let edges = legal(bytes[0]) && legal(bytes[bytes.len() - 1]);
        if !edges || !bytes.iter().all(|c| legal(*c) || *c == b'-') {
            return refuse(Reason::Pattern);
        }
        Ok(Self(raw.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is empty.
    Empty,
    /// It has more characters than allowed.
    TooLong,
    /// It is reserved.
    Reserved,
    /// It has fewer characters than allowed.
    TooShort,
    /// It has illegal characters, or a hyphen at an end.
    Pattern,
}

/// A refused name, with one that would be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", rule(*.of, *.reason))]
pub struct NameError {
    /// The first check that failed.
    pub reason: Reason,
    /// The kind of object that the name was for.
    pub of: NameOf,
    /// A valid name similar to the refused one.
    pub suggestion: String,
}

/// The rule that a name breaks, as a sentence.
fn rule(of: NameOf, reason: Reason) -> String {
    let word = of.word();
    let (shortest, longest) = (of.shortest(), of.longest());
    match reason {
        Reason::Empty => format!("The {word} name is empty; it takes {shortest} to {longest} characters."),
        Reason::TooLong => format!("The {word} name is too long; it takes at most {longest} characters."),
        Reason::Reserved => {
            let all: Vec<&str> = of.reserved().collect();
            format!("This {word} name is reserved, as are all of: {}.", all.join(", "))
        }
        Reason::TooShort => format!("The {word} name is too short; it takes at least {shortest} characters."),
        Reason::Pattern => {
            format!(
                "Names of {word}s take lower-case letters, digits and hyphens, with a letter or digit at both ends."
            )
        }
    }
}

/// Makes a valid name from any text: not empty, not reserved, and not too long.
pub fn suggest(of: NameOf, raw: &str) -> String {
    let mut out = String::new();
    for c in raw.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '-' | '_' | ' ' if !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    let out = cut(out.trim_start_matches('-'), of.longest());
    if of.reserves(out) {
        format!("my-{out}")
    } else if out.is_empty() {
        format!("my-{}", of.word())
    } else if out.len() < of.shortest() {
        format!("{out}-{}", of.word())
    } else {
        out.to_owned()
    }
}

/// The most names that [`free_name`] proposes.
const MAX_PROPOSALS: usize = 100;

/// Returns the first generated name beside `base` that is not taken: `base-2`, `base-3` …
pub fn free_name(base: &str, taken: &[String]) -> Option<String> {
    let proposals = (1..=MAX_PROPOSALS).map_while(|n| numbered(base, "", n, MAX_NAME));
    let mut free = proposals.filter(|proposal| !taken.contains(proposal));
    free.next()
}

/// The prefix of all names that [`free_name`] proposes beside `base`.
pub fn prefix_of_proposals(base: &str) -> &str {
    cut(base, MAX_NAME - "-101".len())
}

/// The first `length` characters of a name, without trailing hyphens.
pub fn cut(name: &str, length: usize) -> &str {
    name[..name.len().min(length)].trim_end_matches('-')
}

/// The maximum length of an instance name in a stack, because the container name contains both.
pub fn room_for_instance(stack: &str) -> usize {
    MAX_CONTAINER_NAME.saturating_sub("devarch--".len() + stack.len())
}

/// The container name of an instance. Check its length with [`room_for_instance`].
pub fn container_name(stack: &str, instance: &str) -> String {
    format!("devarch-{stack}-{instance}")
}

/// The name under which the data of a stack or an instance is stored, from the name that it has when it is made. The id
/// is never used again, so neither is the storage name. A dot is in no other name, so it cannot be one made otherwise.
pub fn storage_name(container_or_project: &str, id: i64) -> String {
    format!("{container_or_project}.{id:x}")
}

/// Whether a name begins as those that the service gives to containers, volumes and networks.
pub fn is_given(name: &str) -> bool {
    name.starts_with("devarch-") || name.starts_with("devarch.")
}

/// The storage name of a row that a server of an earlier version has inserted without one.
pub fn storage_name_of_id(id: i64) -> String {
    format!("devarch.{id}")
}

/// The name of the Compose project of a stack.
pub fn project_name(stack: &str) -> String {
    format!("devarch-{stack}")
}

/// The name of the network of a stack.
pub fn network_name(stack: &str) -> String {
    format!("devarch-{stack}-net")
}

/// The `n`-th generated name (from 1) beside `base`: `base-word`, `base-word-2` …, or with an empty word `base-2`,
/// `base-3` …; shortened to at most `room` characters. `None` if none fits.
pub fn numbered(base: &str, word: &str, n: usize, room: usize) -> Option<String> {
    let suffix = match (word, n) {
        ("", n) => format!("-{}", n + 1),
        (word, 1) => format!("-{word}"),
        (word, n) => format!("-{word}-{n}"),
    };
    let room = room.min(MAX_NAME);
    if suffix.len() < room {
        return Some(format!("{}{suffix}", cut(base, room - suffix.len())));
    }
    // Without room for the suffix, the number alone is still a valid name.
    let bare = n.to_string();
    (bare.len() <= room).then_some(bare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [NameOf; 3] = [NameOf::Stack, NameOf::Instance, NameOf::Template];

    fn reason(of: NameOf, raw: &str) -> Reason {
        Name::parse(of, raw).unwrap_err().reason
    }

    #[test]
    fn checks_run_in_the_promised_order() {
        assert_eq!(reason(NameOf::Stack, ""), Reason::Empty);
        assert_eq!(reason(NameOf::Stack, &"A".repeat(64)), Reason::TooLong);
        assert_eq!(reason(NameOf::Stack, "DevArch"), Reason::Reserved);
        assert_eq!(reason(NameOf::Stack, "Shop"), Reason::Pattern);
        assert_eq!(reason(NameOf::Template, "a"), Reason::TooShort);
        for bad in ["-a", "a-", "a_b", "a b", "ä", "a\n", "-"] {
            assert_eq!(reason(NameOf::Instance, bad), Reason::Pattern, "{bad:?}");
        }
    }

    #[test]
    fn suggestions_read_like_the_refused_name() {
        let cases = [
            ("My Shop_2", "my-shop-2"),
            ("--Órders  DB!--", "rders-db"),
            ("a - b", "a-b"),
            ("DEFAULT", "my-default"),
            ("!!!", "my-stack"),
            ("", "my-stack"),
        ];
        for (raw, expected) in cases {
            assert_eq!(suggest(NameOf::Stack, raw), expected, "{raw:?}");
        }
        assert_eq!(suggest(NameOf::Template, "A"), "a-template");
    }

    #[test]
    fn numbered_names_are_shortened_until_they_fit() {
        assert_eq!(numbered("db", "copy", 1, 63).as_deref(), Some("db-copy"));
        assert_eq!(numbered("db", "copy", 3, 63).as_deref(), Some("db-copy-3"));
        assert_eq!(numbered("ab-cd", "copy", 1, 8).as_deref(), Some("ab-copy"));
        assert_eq!(numbered("db", "", 1, 63).as_deref(), Some("db-2"));
        assert_eq!(numbered("db", "copy", 7, 2).as_deref(), Some("7"));
        assert_eq!(numbered("db", "copy", 1, 0), None);
    }

    #[test]
    fn proposals_start_with_their_prefix() {
        for base in ["db", &"a".repeat(MAX_NAME), &format!("{}-b", "a".repeat(57))] {
            let mut taken = Vec::new();
            while let Some(free) = free_name(base, &taken) {
                assert!(free.starts_with(prefix_of_proposals(base)) && free.len() <= MAX_NAME, "{free}");
                taken.push(free);
            }
            assert_eq!(taken.len(), MAX_PROPOSALS);
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_accepted(raw in any::<String>()) {
            for of in ALL {
                let suggestion = suggest(of, &raw);
                prop_assert!(Name::parse(of, &suggestion).is_ok(), "{raw:?} -> {suggestion:?}");
            }
        }

        #[test]
        fn near_misses_get_accepted_suggestions(raw in "[-_ A-Za-z0-9]{0,80}") {
            for of in ALL {
                prop_assert!(Name::parse(of, &suggest(of, &raw)).is_ok());
            }
        }

        #[test]
        fn a_valid_name_without_doubled_hyphens_is_its_own_suggestion(raw in "[a-z0-9]{1,9}(-[a-z0-9]{1,8}){0,5}") {
            for of in ALL {
                if Name::parse(of, &raw).is_ok() {
                    prop_assert_eq!(suggest(of, &raw), raw.as_str());
                }
            }
        }

        #[test]
        fn what_is_accepted_matches_the_rule(raw in "\\PC{0,70}") {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            let rule = (1..=63).contains(&raw.chars().count())
                && raw.chars().all(|c| legal(c) || c == '-')
                && raw.starts_with(legal) && raw.ends_with(legal)
                && !NameOf::Instance.reserves(&raw);
            prop_assert_eq!(Name::parse(NameOf::Instance, &raw).is_ok(), rule);
        }

        #[test]
        fn numbered_names_are_valid_and_fit(base in "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", n in 1usize..2000, room in 4usize..64) {
            let name = numbered(&base, "copy", n, room).unwrap();
            prop_assert!(name.len() <= room);
            prop_assert!(Name::parse(NameOf::Instance, &name).is_ok(), "{name:?}");
        }
    }
}

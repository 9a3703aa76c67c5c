//! The domains of a fork: those of its source, each with a suffix.
//!
//! Called by the use case that forks a stack. It must not access the database.

use std::collections::HashSet;

use crate::{
    error::{Code, Problem, Problems},
    kinds::{Domain, Kind},
    name::{NameOf, suggest},
};

/// The longest label of a host name.
const MAX_LABEL: usize = 63;

/// Puts a suffix behind the first label of a domain: `api.shop.test` and `x` give `api-x.shop.test`. `None` if that is no
/// host name any more.
pub(super) fn with_suffix(domain: &str, suffix: &str) -> Option<String> {
    let (first, rest) = domain.split_once('.').map_or((domain, None), |(first, rest)| (first, Some(rest)));
    let new = match rest {
        Some(rest) => format!("{first}-{suffix}.{rest}"),
        None => format!("{first}-{suffix}"),
    };
    let mut at = Problems::default();
    Domain::validate_key(&new, &mut at);
    at.is_empty().then_some(new)
}

/// The suffixes to try, in this order: the given one; or the part of the fork's name behind that of its source, and then
/// the whole name.
pub(super) fn suffixes(given: Option<&str>, fork: &str, source: &str) -> Vec<String> {
    if let Some(given) = given {
        return vec![given.to_owned()];
    }
    let short = fork.strip_prefix(source).and_then(|rest| rest.strip_prefix('-'));
    let mut suffixes: Vec<String> = short.into_iter().chain([fork]).map(str::to_owned).collect();
    suffixes.dedup();
    suffixes
}

/// Checks a given suffix.
pub(super) fn check(suffix: &str) -> Option<Problem> {
    let mut at = Problems::default();
    Domain::validate_key(&suffix.to_owned(), &mut at);
    if at.is_empty() && suffix.len() <= MAX_LABEL && !suffix.contains('.') {
        return None;
    }
    let message = "The suffix is put behind the first label of each domain: it takes lower-case letters, digits and \
                   hyphens, with a letter or digit at both ends, 63 characters at most.";
    let problem = Problem::new(Code::InvalidValue, &["input", "domainSuffix"], message);
    Some(problem.suggest(suggest(NameOf::Instance, suffix)))
}

/// Chooses the first domain that nothing has, and takes it; `None` if there is none.
pub(super) fn choose(domain: &str, suffixes: &[String], taken: &mut HashSet<String>) -> Option<String> {
    let mut new = suffixes.iter().filter_map(|suffix| with_suffix(domain, suffix));
    let free = new.find(|new| !taken.contains(new))?;
    taken.insert(free.clone());
    Some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_stands_behind_the_first_label() {
        for (domain, expected) in [
            ("shop.test", "shop-x.test"),
            ("api.shop.test", "api-x.shop.test"),
            ("shop.localhost", "shop-x.localhost"),
            ("localhost", "localhost-x"),
        ] {
            assert_eq!(with_suffix(domain, "x").as_deref(), Some(expected));
        }
        assert_eq!(with_suffix(&format!("{}.test", "a".repeat(62)), "x"), None);
    }

    #[test]
    fn without_a_suffix_the_name_of_the_fork_is_one() {
        assert_eq!(suffixes(None, "shop-feature-x", "shop"), ["feature-x", "shop-feature-x"]);
        assert_eq!(suffixes(None, "lab", "shop"), ["lab"]);
        assert_eq!(suffixes(None, "shopping", "shop"), ["shopping"]);
        assert_eq!(suffixes(Some("y"), "shop-feature-x", "shop"), ["y"]);
    }

    #[test]
    fn what_is_taken_is_not_chosen() {
        let mut taken = HashSet::from(["a-x.test".to_owned()]);
        let suffixes = ["x".to_owned(), "s-x".to_owned()];
        assert_eq!(choose("a.test", &suffixes, &mut taken).as_deref(), Some("a-s-x.test"));
        assert_eq!(choose("a.test", &suffixes, &mut taken), None);
    }

    #[test]
    fn a_suffix_is_a_part_of_a_label() {
        for good in ["x", "feature-x", "1"] {
            assert!(check(good).is_none(), "{good}");
        }
        for bad in ["", "-x", "x-", "a.b", "X", "a_b", "ü", &"a".repeat(64)] {
            let problem = check(bad).unwrap_or_else(|| panic!("{bad}"));
            let suggestion = problem.suggestion.unwrap();
            assert!(check(&suggestion).is_none(), "{suggestion}");
        }
    }
}

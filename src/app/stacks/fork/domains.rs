//! The domains of a fork: those of its source, each with a suffix.
//!
//! Called by the use case that forks a stack. It must not access the database.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    db::entities::InstanceModel,
    error::{Code, Problem, Problems},
    kinds::{Domain, Kind, host_name},
    name::{NameOf, suggest},
    references::{InstanceValues, Resolver, Segment, StackValues, Variable, What, has_references, parse},
};

/// The longest label of a host name.
const MAX_LABEL: usize = 63;

/// Puts a suffix behind the first label of a domain: `api.shop.test` and `x` give `api-x.shop.test`. Of a domain with
/// references the first label is what stands before the first dot outside of them. `None` if that is no domain any more, or if
/// references alone tell where its labels end.
fn with_suffix(domain: &str, suffix: &str) -> Option<String> {
    let (mut new, mut is_put) = (String::with_capacity(domain.len() + suffix.len() + 1), false);
    for segment in parse(domain).0 {
        match segment {
            Segment::Text(plain) => match plain.split_once('.').filter(|_| !is_put) {
                Some((first, rest)) => {
                    is_put = true;
                    new.push_str(&format!("{first}-{suffix}.{rest}"));
                }
                None => new.push_str(&plain),
            },
            Segment::Reference(_, written) => new.push_str(written),
        }
    }
    if !is_put {
        if has_references(domain) {
            return None;
        }
        new.push_str(&format!("-{suffix}"));
    }
    let mut at = Problems::default();
    Domain::validate_key(&new, &mut at);
    at.is_empty().then_some(new)
}

/// A domain that a fork may have.
pub(super) struct Candidate {
    /// As it is written.
    pub(super) text: String,
    /// The host name for which it stands; `None` if a reference has no value.
    pub(super) host: Option<String>,
}

/// The domains that a fork may have in place of one, the first choice first. `host` is the host name for which it stands: if the
/// suffix does not fit into the text of a domain with references, the fork has that name with the suffix.
pub(super) fn candidates(domain: &str, host: Option<&str>, suffixes: &[String]) -> Vec<String> {
    let of = |domain: &str| suffixes.iter().filter_map(|suffix| with_suffix(domain, suffix)).collect::<Vec<_>>();
    let found = of(domain);
    if found.is_empty() { host.map(of).unwrap_or_default() } else { found }
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

/// Chooses the first domain whose host name nothing has, and takes it; `None` if there is none. One that has no host name,
/// because a reference has no value, counts as free.
pub(super) fn choose(candidates: Vec<Candidate>, taken: &mut HashSet<String>) -> Option<String> {
    let is_free = |it: &Candidate| it.host.as_ref().is_none_or(|host| !taken.contains(host));
    let free = candidates.into_iter().find(is_free)?;
    taken.extend(free.host);
    Some(free.text)
}

/// The domains that a fork may have in place of one.
pub(super) struct Offer {
    /// The places of the instance and of the domain.
    pub(super) at: (usize, usize),
    /// The host name for which the domain stands in the source.
    pub(super) host: Option<String>,
    pub(super) candidates: Vec<Candidate>,
}

/// What the instances of a fork offer to references, as far as that is known.
pub(super) struct InFork {
    instances: Vec<InstanceValues>,
    shared: BTreeMap<String, Variable>,
}

/// Whether the domain of an instance is part of a domain.
fn names_a_domain(domain: &str) -> bool {
    let is_one =
        |segment: &Segment<'_>| matches!(segment, Segment::Reference(reference, _) if reference.what == What::Domain);
    parse(domain).0.iter().any(is_one)
}

impl InFork {
    /// The same as in the source, with the names of the new containers.
    pub(super) fn new(source: &StackValues, copies: &[InstanceModel]) -> Self {
        let containers: HashMap<&str, &str> =
            copies.iter().map(|copy| (copy.instance_id.as_str(), copy.container_name.as_str())).collect();
        let mut instances = source.instances().to_vec();
        for instance in &mut instances {
            if let Some(name) = containers.get(instance.name.as_str()) {
                instance.container_name = (*name).to_owned();
            }
        }
        Self { instances, shared: source.shared().clone() }
    }

    /// Notes the domains that are decided. The others are as in the source.
    pub(super) fn decided(&mut self, instances: &[InstanceModel], domains: &[Vec<Option<String>>]) {
        for (instance, domains) in instances.iter().zip(domains) {
            let values = self.instances.iter_mut().find(|values| values.name == instance.instance_id);
            let mut new: Vec<String> = domains.iter().flatten().cloned().collect();
            new.sort_unstable();
            if let Some(values) = values.filter(|_| !new.is_empty()) {
                values.domains = new;
            }
        }
    }

    /// What may replace the effective domains of the instances that name no other domain, or do.
    pub(super) fn offers(
        &self,
        instances: &[InstanceModel],
        effective: &[Vec<&Domain>],
        suffixes: &[String],
        source: &StackValues,
        follows: bool,
    ) -> Vec<Offer> {
        let fork = StackValues::new(self.instances.clone(), self.shared.clone());
        let (here, there) = (Resolver::new(source), Resolver::new(&fork));
        let mut all = Vec::new();
        for (place, (instance, domains)) in instances.iter().zip(effective).enumerate() {
            let name = &instance.instance_id;
            for (nth, Domain { domain, .. }) in domains.iter().enumerate() {
                if names_a_domain(domain) != follows {
                    continue;
                }
                let host = host_name(&here.resolve(name, domain));
                let candidate = |text: String| {
                    let resolved = there.resolve(name, &text);
                    let host = host_name(&resolved);
                    // Without a value it may get one; with one it has to be a host name.
                    (host.is_some() || resolved.shown().is_none()).then_some(Candidate { text, host })
                };
                let same = candidate(domain.clone()).filter(|it| it.host.is_some() && it.host != host);
                let others = candidates(domain, host.as_deref(), suffixes).into_iter().filter_map(candidate);
                all.push(Offer { at: (place, nth), candidates: same.into_iter().chain(others).collect(), host });
            }
        }
        all
    }
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
            ("${{shared.A.B}}.test", "${{shared.A.B}}-x.test"),
            ("api.${{shared.A.B}}", "api-x.${{shared.A.B}}"),
            ("a${{self.B}}c.d.test", "a${{self.B}}c-x.d.test"),
        ] {
            assert_eq!(with_suffix(domain, "x").as_deref(), Some(expected));
        }
        assert_eq!(with_suffix(&format!("{}.test", "a".repeat(62)), "x"), None);
        assert_eq!(with_suffix("${{shared.DOMAIN}}", "x"), None);
    }

    #[test]
    fn where_the_text_has_no_place_for_the_suffix_the_host_name_has_it() {
        let suffixes = ["x".to_owned()];
        assert_eq!(candidates("${{shared.DOMAIN}}", Some("shop.test"), &suffixes), ["shop-x.test"]);
        assert_eq!(candidates("a.${{shared.DOMAIN}}", Some("a.shop.test"), &suffixes), ["a-x.${{shared.DOMAIN}}"]);
        assert!(candidates("${{shared.DOMAIN}}", None, &suffixes).is_empty());
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
        let mut choose = |domain: &str| {
            let host = |text: &str| Some(text.replace("${{self.A}}", "a")).filter(|_| !text.contains("NONE"));
            let texts = candidates(domain, None, &suffixes).into_iter();
            choose(texts.map(|text| Candidate { host: host(&text), text }).collect(), &mut taken)
        };
        assert_eq!(choose("a.test").as_deref(), Some("a-s-x.test"));
        assert_eq!(choose("a.test"), None);
        assert_eq!(choose("${{self.A}}.test"), None);
        assert_eq!(choose("${{self.A}}.b").as_deref(), Some("${{self.A}}-x.b"));
        assert_eq!(choose("a.b").as_deref(), Some("a-s-x.b"));
        assert_eq!(choose("${{self.NONE}}.b").as_deref(), Some("${{self.NONE}}-x.b"));
        assert_eq!(choose("${{self.NONE}}.b").as_deref(), Some("${{self.NONE}}-x.b"));
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

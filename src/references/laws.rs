//! Property tests of references: names do not matter, nothing becomes empty, and a secret stays one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    InstanceValues, Of, PortValue, Reference, Resolver, Segment, StackValues, State, Variable, What, parse, renamed,
};

/// The names of the instances. No text of a variable contains one.
const NAMES: [&str; 3] = ["orders-db", "app", "worker"];
const KEYS: [&str; 4] = ["A", "B", "C", "D"];
/// What only the text of a secret contains.
const SECRET: char = 'Ω';

/// A part of a text: plain text without letters, or a reference.
fn part() -> impl Strategy<Value = String> {
    let of = prop_oneof![
        2 => Just("self".to_owned()),
        2 => Just("shared".to_owned()),
        6 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
        1 => Just("gone".to_owned()),
    ];
    let what = prop_oneof![
        6 => proptest::sample::select(&KEYS[..]).prop_map(|key| format!(".{key}")),
        1 => Just(":host".to_owned()),
        1 => Just(":url(80)".to_owned()),
        1 => Just(":port(80)".to_owned()),
        1 => Just(":hostPort(81)".to_owned()),
        1 => Just(":domain".to_owned()),
    ];
    let reference = (of, what).prop_filter_map("the stack has variables only", |(of, what)| {
        (of != "shared" || what.starts_with('.')).then(|| format!("${{{{{of}{what}}}}}"))
    });
    prop_oneof![2 => "[0-9 $]{0,4}".prop_map(|plain| plain.replace("${{", "")), 3 => reference]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(part(), 0..3).prop_map(|parts| parts.join("-"))
}

fn variable() -> impl Strategy<Value = Variable> {
    (proptest::option::weighted(0.9, text()), proptest::bool::weighted(0.25)).prop_map(|(text, is_secret)| Variable {
        text: text.map(|text| if is_secret { format!("{text}{SECRET}") } else { text }.into()),
        is_secret,
    })
}

fn variables() -> impl Strategy<Value = BTreeMap<String, Variable>> {
    proptest::collection::btree_map(proptest::sample::select(&KEYS[..]).prop_map(str::to_owned), variable(), 0..4)
}

fn instance(name: &'static str) -> impl Strategy<Value = InstanceValues> {
    (variables(), any::<bool>(), any::<bool>()).prop_map(move |(variables, has_port, is_enabled)| InstanceValues {
        id: 1,
        name: name.to_owned(),
        is_enabled,
        container_name: "container".to_owned(),
        variables,
        ports: has_port
            .then_some(PortValue { container_port: 80, protocol: "tcp", host_port: None })
            .into_iter()
            .collect(),
        domains: Vec::new(),
    })
}

/// A stack: its instances and its variables.
fn stack() -> impl Strategy<Value = (Vec<InstanceValues>, BTreeMap<String, Variable>)> {
    (NAMES.map(instance).into_iter().collect::<Vec<_>>(), variables())
}

/// The same stack with another name of one instance, which all texts follow.
fn after_rename(
    (instances, shared): &(Vec<InstanceValues>, BTreeMap<String, Variable>),
    from: &str,
    to: &str,
) -> StackValues {
    let follow = |variables: &BTreeMap<String, Variable>| {
        let followed = variables.iter().map(|(key, variable)| {
            let text = variable.text.as_ref().map(|text| match renamed(text, from, to) {
                Some(text) => text.into(),
                None => text.clone(),
            });
            (key.clone(), Variable { text, is_secret: variable.is_secret })
        });
        followed.collect()
    };
    let instances = instances.iter().map(|instance| InstanceValues {
        name: if instance.name == from { to.to_owned() } else { instance.name.clone() },
        variables: follow(&instance.variables),
        ..instance.clone()
    });
    StackValues::new(instances.collect(), follow(shared))
}

/// The variables that a text leads to, by owner and key: found without resolving anything.
fn reached(values: &StackValues, own: Option<&str>, text: &str, found: &mut BTreeSet<(Option<String>, String)>) {
    for segment in parse(text).0 {
        let Segment::Reference(Reference { of, what: What::Variable(key) }, _) = segment else { continue };
        let owner = match of {
            Of::Shared => None,
            Of::Own => own.map(str::to_owned),
            Of::Instance(name) => Some(name),
        };
        let variables = match &owner {
            None => Some(values.shared()),
            Some(name) => values.instance(name).map(|instance| &instance.variables),
        };
        let Some(variable) = variables.and_then(|variables| variables.get(&key)) else { continue };
        if found.insert((owner.clone(), key))
            && let Some(text) = &variable.text
        {
            reached(values, owner.as_deref(), text, found);
        }
    }
}

fn is_secret(values: &StackValues, (owner, key): &(Option<String>, String)) -> bool {
    let variables = match owner {
        None => Some(values.shared()),
        Some(name) => values.instance(name).map(|instance| &instance.variables),
    };
    variables.and_then(|variables| variables.get(key)).is_some_and(|variable| variable.is_secret)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// resolve ∘ rename = resolve, but for the name itself.
    #[test]
    fn a_rename_changes_nothing_but_the_name(stack in stack(), own in proptest::sample::select(&NAMES[..]), text in text()) {
        let (from, to) = ("orders-db", "main-db");
        let before = StackValues::new(stack.0.clone(), stack.1.clone());
        let after = after_rename(&stack, from, to);
        let new_text = renamed(&text, from, to).unwrap_or_else(|| text.clone());
        let new_own = if own == from { to } else { own };
        let (was, is) = (Resolver::new(&before).resolve(own, &text), Resolver::new(&after).resolve(new_own, &new_text));
        prop_assert_eq!(is.state(), was.state());
        prop_assert_eq!(is.is_hidden(), was.is_hidden());
        prop_assert_eq!(is.shown(), was.shown().map(|text| text.replace(from, to)));
        let revealed = |text: Option<zeroize::Zeroizing<String>>| text.map(|text| text.replace(from, to));
        prop_assert_eq!(revealed(is.revealed()), revealed(was.revealed()));
        // And back again.
        prop_assert_eq!(renamed(&new_text, to, from).unwrap_or(new_text), text);
    }

    /// What has no value is neither shown nor revealed, and every text for people names it.
    #[test]
    fn nothing_without_a_value_is_empty(stack in stack(), own in proptest::sample::select(&NAMES[..]), text in text()) {
        let values = StackValues::new(stack.0, stack.1);
        let resolved = Resolver::new(&values).resolve(own, &text);
        if resolved.state() == State::Unresolved {
            prop_assert_eq!(resolved.shown(), None);
            prop_assert!(resolved.revealed().is_none());
            for (reference, trouble) in resolved.troubles() {
                prop_assert!(resolved.displayed().contains(&reference.to_string()));
                prop_assert!(!trouble.message().is_empty());
            }
        } else {
            prop_assert!(resolved.is_hidden() || resolved.shown().is_some());
        }
    }

    /// A text that leads to a secret, through whatever others, is hidden, and no text for people contains the secret.
    #[test]
    fn what_leads_to_a_secret_is_one(stack in stack(), own in proptest::sample::select(&NAMES[..]), text in text()) {
        let values = StackValues::new(stack.0, stack.1);
        let resolver = Resolver::new(&values);
        let resolved = resolver.resolve(own, &text);
        prop_assert!(!resolved.displayed().contains(SECRET));
        prop_assert!(resolved.shown().is_none_or(|text| !text.contains(SECRET)));
        let mut found = BTreeSet::new();
        reached(&values, Some(own), &text, &mut found);
        if found.iter().any(|variable| is_secret(&values, variable)) {
            prop_assert!(resolved.is_hidden() || resolved.state() == State::Unresolved);
            prop_assert_eq!(resolved.shown(), None);
        }
        for segment in resolver.segments(Some(own), &text) {
            prop_assert!(segment.value.shown().is_none_or(|text| !text.contains(SECRET)));
        }
    }

    /// The answer does not depend on what was asked before.
    #[test]
    fn the_order_of_questions_does_not_matter(stack in stack(), texts in proptest::collection::vec(text(), 1..6)) {
        let values = StackValues::new(stack.0, stack.1);
        let one = Resolver::new(&values);
        for text in texts.iter().rev().chain(&texts) {
            let (warm, cold) = (one.resolve("app", text), Resolver::new(&values).resolve("app", text));
            prop_assert_eq!(warm.state(), cold.state());
            prop_assert_eq!(warm.shown(), cold.shown());
            prop_assert_eq!(warm.is_hidden() || warm.state() == State::Unresolved, cold.is_hidden() || cold.state() == State::Unresolved);
        }
    }
}

/// A chain of variables, each of which contains the next one twice.
fn chain(length: usize) -> StackValues {
    let text = |place: usize| format!("${{{{shared.V{}}}}}${{{{shared.V{}}}}}", place + 1, place + 1);
    let last = (format!("V{length}"), Variable { text: Some(String::new().into()), is_secret: false });
    let others =
        (0..length).map(|place| (format!("V{place}"), Variable { text: Some(text(place).into()), is_secret: false }));
    StackValues::new(Vec::new(), others.chain([last]).collect())
}

#[test]
fn long_ways_end_wherever_they_begin() {
    let values = chain(200);
    let resolver = Resolver::new(&values);
    let state = |place: usize| resolver.resolve("", &format!("${{{{shared.V{place}}}}}")).state();
    assert_eq!(state(0), State::Unresolved);
    assert_eq!(state(199), State::Resolved);
    assert_eq!(state(175), State::Resolved);
    assert_eq!(state(100), State::Unresolved);
}

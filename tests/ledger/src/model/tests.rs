//! Tests of the comparison with journals falsified in every relevant way.

use super::*;
use crate::{kinds::value, operation::Step};

fn operation(name: &str, number: u64, what: What) -> Operation {
    Operation { name: name.into(), number, expected: None, what }
}

fn places() -> Vec<String> {
    ["env/K0", "label/l0", "port/1000"].map(str::to_owned).to_vec()
}

/// As the service would answer.
fn done(model: &mut Model, operation: &Operation) {
    let before = model.things.get(&operation.name).and_then(Thing::state).cloned();
    let shown = match operation.effect(before.as_ref()) {
        Effect::Now(after) => after,
        Effect::Another(copy) => Some(copy),
        Effect::Refused(code) => panic!("refused with {code}"),
    };
    let shown = shown.map(|mut state| {
        state.id.get_or_insert_with(|| format!("id of {}", state.name));
        state.created.get_or_insert_with(|| "now".into());
        Box::new(state)
    });
    assert_eq!(model.judge(operation, &Outcome::Done(shown)), Vec::<String>::new());
}

/// Two instances: one with a history, and its copy.
fn books() -> Model {
    let mut model = Model::default();
    done(&mut model, &operation("a", 1, What::Create { places: places() }));
    done(&mut model, &operation("a", 2, What::Patch { steps: vec![Step::Remove("env/K1".into())] }));
    done(&mut model, &operation("a", 0, What::Duplicate { copy: "b".into(), chosen: false }));
    model
}

fn there(model: &Model) -> Vec<State> {
    model.things.values().filter_map(|thing| thing.state().cloned()).collect()
}

fn only(found: &[String], word: &str) {
    assert!(found.len() == 1 && found[0].contains(word), "{word}: {found:?}");
}

#[test]
fn what_was_acknowledged_and_is_there_is_right() {
    let model = books();
    assert_eq!(model.compare(there(&model)), Vec::<String>::new());
    assert_eq!(model.count(), (2, 0));
}

#[test]
fn a_lost_acknowledgement_is_seen() {
    let model = books();
    let mut seen = there(&model);
    seen.pop();
    only(&model.compare(seen), "b: LOST");
    // Not the whole instance, only its last change.
    let mut seen = there(&model);
    seen[0].says.remove("rule/ENV_VAR/K1");
    seen[0].revision -= 1;
    only(&model.compare(seen), "revision is 1, not 2");
}

#[test]
fn a_torn_duplicate_is_seen_even_when_its_answer_was_lost() {
    let mut model = books();
    let copy = operation("a", 0, What::Duplicate { copy: "c".into(), chosen: false });
    assert_eq!(model.judge(&copy, &Outcome::Unknown("cut".into())), Vec::<String>::new());
    let without = there(&model);
    assert_eq!(model.compare(without.clone()), Vec::<String>::new());
    let Effect::Another(whole) = copy.effect(model.things["a"].state()) else { panic!("no copy") };
    let mut seen = without.clone();
    seen.push(whole.clone());
    assert_eq!(model.compare(seen), Vec::<String>::new());
    for place in whole.says.keys() {
        let mut torn = whole.clone();
        torn.says.remove(place);
        let mut seen = without.clone();
        seen.push(torn);
        only(&model.compare(seen), "c: TORN");
    }
    assert!(model.things["a"].rests, "a change of the source could be in a copy that is made later");
}

#[test]
fn a_ghost_and_a_twin_are_seen() {
    let model = books();
    let mut seen = there(&model);
    seen.push(State::new("x", "", BTreeMap::default()));
    only(&model.compare(seen), "x: GHOST");
    let mut seen = there(&model);
    seen.push(seen[0].clone());
    only(&model.compare(seen), "a: TWICE");
}

#[test]
fn the_unknown_may_be_once_or_not_at_all_but_never_half() {
    let mut model = books();
    let rename = operation("a", 0, What::Rename { to: "z".into() });
    model.judge(&rename, &Outcome::Unknown("cut".into()));
    let b = model.things["b"].state().cloned().unwrap();
    let [Some(before), Some(after)] = model.things["a"].possible.as_slice() else { panic!("two states") };
    let (before, after) = (before.clone(), after.clone());
    for one in [&before, &after] {
        assert_eq!(model.compare(vec![one.clone(), b.clone()]), Vec::<String>::new());
    }
    only(&model.compare(vec![before.clone(), after.clone(), b.clone()]), "TWICE");
    only(&model.compare(vec![b.clone()]), "LOST");
    only(&model.compare(vec![State { revision: before.revision, ..after }, b]), "TORN");
}

#[test]
fn an_impossible_history_is_seen_in_the_answers() {
    let mut model = books();
    let update = operation("a", 9, What::Update { enabled: false });
    let Effect::Now(Some(after)) = update.effect(model.things["a"].state()) else { panic!("no effect") };
    let skipped = Box::new(State { revision: after.revision + 1, ..after.clone() });
    only(&model.judge(&update, &Outcome::Done(Some(skipped))), "revision");
    // A read that shows an older state.
    let look = operation("a", 0, What::Look);
    let stale = Box::new(State { description: "1".into(), ..model.things["a"].state().cloned().unwrap() });
    only(&model.judge(&look, &Outcome::Done(Some(stale))), "description");
    only(&model.judge(&look, &Outcome::Done(None)), "not shown");
    // A refusal without reason, a wrong one, and a missing one.
    only(&model.judge(&operation("b", 0, What::Delete), &Outcome::Refused("NOT_FOUND".into())), "nothing was wrong");
    let stale = Operation { expected: Some(77), ..operation("b", 0, What::Delete) };
    only(&model.judge(&stale, &Outcome::Refused("NOT_FOUND".into())), "not STALE_REVISION");
    only(&model.judge(&stale, &Outcome::Done(None)), "not refused with STALE_REVISION");
    assert_eq!(model.judge(&stale, &Outcome::Refused("STALE_REVISION".into())), Vec::<String>::new());
}

#[test]
fn what_was_not_sent_changes_nothing_and_what_is_purged_is_gone() {
    let mut model = books();
    model.judge(&operation("b", 0, What::Delete), &Outcome::NotSent("refused".into()));
    assert_eq!(model.compare(there(&model)), Vec::<String>::new());
    done(&mut model, &operation("b", 0, What::Delete));
    done(&mut model, &operation("b", 0, What::Purge));
    assert_eq!(model.count(), (1, 0));
    let mut seen = there(&model);
    seen.push(State::new("b", "", [("env/K0".to_owned(), value("env/K0", 1))].into()));
    only(&model.compare(seen), "b: GHOST");
}

//! Makes an operation smaller while it still shows a difference.
//!
//! Called by the comparison before it reports a difference. It must not send a request itself.

use super::generator::{Head, Operation, Selection};

/// The smallest operation that can be reached by removing one part after another while `differs` holds.
pub(super) async fn shrunk(mut operation: Operation, differs: impl AsyncFn(&Operation) -> bool) -> Operation {
    loop {
        let before = operation.body().len();
        let mut part = 0;
        while let Some(smaller) = without(&operation, part) {
            if differs(&smaller).await {
                operation = smaller;
            } else {
                part += 1;
            }
        }
        // What one part needed may be gone now.
        if operation.body().len() >= before {
            return operation;
        }
    }
}

/// The operation without its part of this number; `None` when it has fewer parts.
fn without(operation: &Operation, part: usize) -> Option<Operation> {
    let mut smaller = operation.clone();
    let mut left = part;
    if remove(&mut smaller.roots, &mut left) {
        return Some(smaller);
    }
    for number in operation.used_fragments() {
        if remove(&mut smaller.fragments[number].set, &mut left) {
            return Some(smaller);
        }
    }
    if smaller.beside.is_some() && left == 0 {
        smaller.beside = None;
        return Some(smaller);
    }
    None
}

/// Removes the part with the number `left` in these selections, or subtracts the number of parts that they have.
fn remove(set: &mut Vec<Selection>, left: &mut usize) -> bool {
    for at in 0..set.len() {
        if next(left) {
            set.remove(at);
            return true;
        }
        // A fragment gives its place to its selections.
        if matches!(set[at].head, Head::Inline(_)) && next(left) {
            let inside = set.remove(at).inside;
            set.splice(at..at, inside);
            return true;
        }
        for directive in 0..set[at].directives.len() {
            if next(left) {
                set[at].directives.remove(directive);
                return true;
            }
        }
        if let Head::Field { arguments, alias, .. } = &mut set[at].head {
            for argument in 0..arguments.len() {
                if next(left) {
                    arguments.remove(argument);
                    return true;
                }
            }
            if alias.is_some() && next(left) {
                *alias = None;
                return true;
            }
        }
        if remove(&mut set[at].inside, left) {
            return true;
        }
    }
    false
}

/// Whether the wanted part is reached.
fn next(left: &mut usize) -> bool {
    if *left == 0 {
        return true;
    }
    *left -= 1;
    false
}

mod tests {
    use super::*;
    use crate::generated::generator::Written;

    #[tokio::test]
    async fn what_is_not_needed_is_removed() {
        let name = || Selection::field("Stack", "name", Vec::new());
        let inline =
            Selection { head: Head::Inline(Some("Stack".into())), directives: Vec::new(), inside: vec![name()] };
        let mut stack = Selection::field("Query", "stack", vec![name().under("a"), inline, name().under("b")]);
        stack = stack.with("name", Written { text: "\"x\"".into(), variables: Vec::new() });
        stack.inside[2].directives.push(("skip", Written { text: "false".into(), variables: Vec::new() }));
        let operation = Operation { roots: vec![stack.clone().under("c"), stack], ..Operation::default() };
        let differs = async |smaller: &Operation| smaller.document().contains("@skip(if: false)");
        let smallest = shrunk(operation, differs).await;
        assert_eq!(smallest.document(), "query  { stack { name @skip(if: false) } }");
    }
}

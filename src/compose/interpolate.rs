//! Interpolates variables in text, as Compose does: `${NAME:-default}` and all other forms.
//!
//! Called while files are read. It must not read the environment: the request contains the variables.

use std::collections::BTreeMap;

use crate::budget::import::ReadBudget;

/// Deepest nesting of references in defaults.
const MAX_DEPTH: usize = 8;

/// A variable that is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is replaced by the empty string.
    Optional(String),
    /// The file requires it, with this reason.
    Required(String, String),
}

/// An interpolated text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) missing: Vec<Missing>,
}

/// Interpolates a text. `None` if it contains an invalid or unterminated `${`, or if the budget is exceeded.
pub(super) fn interpolate(text: &str, variables: &BTreeMap<String, String>, budget: &ReadBudget) -> Option<Filled> {
    let mut filler = Filler { variables, budget, filled: Filled::default(), keeps: false, within: Vec::new() };
    filler.fill(text, 0)?;
    Some(filler.filled)
}

/// A text in which the given variables are interpolated, and the others stay for the shell that starts the stack.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// The text, still escaped.
    pub(super) text: String,
    /// The variables without a default that are left.
    pub(super) missing: Vec<Missing>,
    /// Given variables inside the defaults of others, which must be given again.
    pub(super) within: Vec<String>,
}

/// Interpolates only the given variables. `None` as for [`interpolate`].
pub(super) fn interpolate_given(text: &str, variables: &BTreeMap<String, String>, budget: &ReadBudget) -> Option<Kept> {
    let mut filler = Filler { variables, budget, filled: Filled::default(), keeps: true, within: Vec::new() };
    filler.fill(text, 0)?;
    let Filler { filled, within, .. } = filler;
    Some(Kept { text: filled.text, missing: filled.missing, within })
}

/// The variables without which Compose does not interpolate a text. None if it cannot be interpolated at all.
pub(super) fn required(text: &str) -> Vec<String> {
    let filled = interpolate(text, &BTreeMap::new(), &ReadBudget::default());
    let missing = filled.map(|filled| filled.missing).unwrap_or_default().into_iter();
    let name = |missing| match missing {
        Missing::Required(name, _) => Some(name),
        Missing::Optional(_) => None,
    };
    missing.filter_map(name).collect()
}

/// The name of the variable if the whole text is one reference.
pub(super) fn only_variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    (!name.is_empty() && name_length(name) == name.len()).then_some(name)
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count()
}

struct Filler<'a> {
    variables: &'a BTreeMap<String, String>,
    budget: &'a ReadBudget,
    filled: Filled,
    /// Whether variables that are not given stay as they are, and the text stays escaped.
    keeps: bool,
    /// Given variables inside references that stay.
    within: Vec<String>,
}

impl Filler<'_> {
    /// Appends text, and charges it to the budget.
    fn push(&mut self, text: &str) -> Option<()> {
        self.budget.charge(0, text.len()).then(|| self.filled.text.push_str(text))
    }

    fn miss(&mut self, missing: Missing) -> Option<()> {
        let (Missing::Optional(text) | Missing::Required(_, text)) = &missing;
        self.budget.charge(1, text.len()).then(|| self.filled.missing.push(missing))
    }

    fn fill(&mut self, text: &str, depth: usize) -> Option<()> {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            self.push(&rest[..at])?;
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('$') {
                self.push(if self.keeps { "$$" } else { "$" })?;
                rest = behind;
            } else if let Some(inside) = rest.strip_prefix('{') {
                let end = closing(inside)?;
                self.braced(&inside[..end], depth)?;
                rest = &inside[end + 1..];
            } else {
                let length = name_length(rest);
                if length == 0 {
                    // A `$` that is not followed by a name is literal.
                    self.push("$")?;
                    continue;
                }
                let (name, behind) = rest.split_at(length);
                // A value behind the name would continue it.
                let ends = !self.begins_with_value(behind);
                self.plain(name, if ends { format!("${name}") } else { format!("${{{name}}}") })?;
                rest = behind;
            }
        }
        self.push(rest)
    }

    /// Whether a text begins with a reference to a given variable.
    fn begins_with_value(&self, text: &str) -> bool {
        let Some(behind) = text.strip_prefix('$').filter(|_| self.keeps) else { return false };
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        self.variables.contains_key(&behind[..name_length(behind)])
    }

    /// Appends the value of a variable; `reference` is what stays where values that are not given are kept.
    fn plain(&mut self, name: &str, reference: String) -> Option<()> {
        match self.variables.get(name) {
            Some(value) => self.value(value),
            None => {
                if self.keeps {
                    self.push(&reference)?;
                }
                self.miss(Missing::Optional(name.to_owned()))
            }
        }
    }

    /// Appends the value of a variable.
    fn value(&mut self, value: &str) -> Option<()> {
        if self.keeps { self.push(&value.replace('$', "$$")) } else { self.push(value) }
    }

    /// Leaves a reference to a variable that is not given, and notes the given ones in it.
    fn keep(&mut self, name: &str, inside: &str, operand: &str, is_required: bool) -> Option<()> {
        if is_required {
            self.miss(Missing::Required(name.to_owned(), operand.to_owned()))?;
        }
        let given = operand.split('$').skip(1).map(|rest| rest.strip_prefix('{').unwrap_or(rest));
        let given = given.map(|rest| &rest[..name_length(rest)]).filter(|name| self.variables.contains_key(*name));
        let given: Vec<String> = given.map(str::to_owned).collect();
        self.within.extend(given);
        self.push(&format!("${{{inside}}}"))
    }

    /// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?reason`, `NAME?reason`, `NAME:+instead` or `NAME+instead`.
    fn braced(&mut self, inside: &str, depth: usize) -> Option<()> {
        let (name, rest) = inside.split_at(name_length(inside));
        if name.is_empty() || depth > MAX_DEPTH {
            return None;
        }
        if rest.is_empty() {
            return self.plain(name, format!("${{{name}}}"));
        }
        // With a colon an empty value counts as absent.
        let (filled, operator) = match rest.strip_prefix(':') {
            Some(operator) => (self.variables.get(name).filter(|value| !value.is_empty()), operator),
            None => (self.variables.get(name), rest),
        };
        let operand = operator.get(1..)?;
        let kind = operator.as_bytes()[0];
        if self.keeps && !self.variables.contains_key(name) && matches!(kind, b'-' | b'+' | b'?') {
            return self.keep(name, inside, operand, kind == b'?');
        }
        match (kind, filled) {
            (b'-' | b'?', Some(value)) => self.value(value),
            (b'-', None) | (b'+', Some(_)) => self.fill(operand, depth + 1),
            (b'+', None) => Some(()),
            (b'?', None) => self.miss(Missing::Required(name.to_owned(), operand.to_owned())),
            _ => None,
        }
    }
}

/// The position of the closing brace for a `${` before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'$' if bytes.peek().is_some_and(|(_, next)| *next == b'{') => {
                depth += 1;
                bytes.next();
            }
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(text: &str) -> Option<(String, Vec<Missing>)> {
        let variables = [("A", "x"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        interpolate(text, &variables.into(), &ReadBudget::default()).map(|filled| (filled.text, filled.missing))
    }

    #[test]
    fn variables_are_put_in_as_compose_does_it() {
        for (text, expected) in [
            ("a$A-b", "ax-b"),
            ("${A}y", "xy"),
            ("$$A $${A}", "$A ${A}"),
            ("${EMPTY:-d} ${EMPTY-d}|", "d |"),
            ("${NONE:-${A:-b}}", "x"),
            ("${NONE:-a b $A}", "a b x"),
            ("${A:+i}${EMPTY:+i}${EMPTY+j}${NONE+k}", "ij"),
            ("${A:?why}", "x"),
            ("${A}}", "x}"),
            ("$", "$"),
            ("a $ b $(x) $1 $-$A", "a $ b $(x) $1 $-x"),
        ] {
            assert_eq!(with(text), Some((expected.to_owned(), vec![])), "{text}");
        }
        for wrong in ["${", "${A", "${1A}", "${A:}", "${A!b}", "${}"] {
            assert_eq!(with(wrong), None, "{wrong}");
        }
        let optional = Missing::Optional("NONE".to_owned());
        assert_eq!(with("<$NONE>"), Some(("<>".to_owned(), vec![optional])));
        let required = Missing::Required("EMPTY".to_owned(), "say it".to_owned());
        assert_eq!(with("${EMPTY:?say it}"), Some((String::new(), vec![required])));
    }

    #[test]
    fn variables_that_are_not_given_stay() {
        let with = |text: &str| {
            let variables = [("A", "x$y"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let kept = interpolate_given(text, &variables.into(), &ReadBudget::default())?;
            Some((kept.text, kept.missing.len(), kept.within.join(" ")))
        };
        for (text, expected, missing, within) in [
            ("a $A ${A:-b} $$A $", "a x$$y x$$y $$A $", 0, ""),
            ("$NONE-$A", "$NONE-x$$y", 1, ""),
            ("$NONE$A $NONE$OTHER ${NONE}$", "${NONE}x$$y $NONE$OTHER ${NONE}$", 4, ""),
            ("${NONE:-app} ${NONE+x}", "${NONE:-app} ${NONE+x}", 0, ""),
            ("${NONE:-${A}/b}", "${NONE:-${A}/b}", 0, "A"),
            ("${NONE:?why}", "${NONE:?why}", 1, ""),
            ("${EMPTY:-$A}${EMPTY-b}", "x$$y", 0, ""),
        ] {
            assert_eq!(with(text), Some((expected.to_owned(), missing, within.to_owned())), "{text}");
        }
        assert_eq!(with("${"), None);
    }

    #[test]
    fn no_more_is_put_in_than_the_budget_has_room_for() {
        let long = "x".repeat(8 << 20);
        let variables = BTreeMap::from([("A".to_owned(), long)]);
        let budget = ReadBudget::default();
        assert!(interpolate(&"$A".repeat(5), &variables, &budget).is_some());
        assert_eq!(interpolate(&"$A".repeat(2_000), &variables, &budget), None);
        assert!(budget.is_exceeded() && budget.used().1 <= crate::budget::import::MAX_TEXT_BYTES);
    }

    #[test]
    fn a_text_that_is_one_variable_is_seen() {
        assert_eq!(only_variable("$A"), Some("A"));
        assert_eq!(only_variable("${A_1}"), Some("A_1"));
        for other in ["A", "$", "${A", "${A:-b}", "$A ", "x$A"] {
            assert_eq!(only_variable(other), None, "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_escaped_comes_back(text in any::<String>()) {
            let escaped = text.replace('$', "$$");
            prop_assert_eq!(with(&escaped), Some((text, vec![])));
        }

        #[test]
        fn no_text_is_too_wild(text in "[$a{}:?+-]{0,40}") {
            let _ = with(&text);
        }
    }
}

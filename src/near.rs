//! The names that were probably meant, for messages about an unknown one.
//!
//! Pure. It must not know what the names are of.

/// What is longer is near to no name: to compare long texts would take long.
const LONGEST: usize = 255;

/// The first of [`near`].
pub fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    near(written, names).into_iter().next()
}

/// The names that differ from what was written in at most a third of the characters, or in one: those that differ least come
/// first, and of these the one whose length is nearest.
pub fn near<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    if written.len() > LONGEST {
        return Vec::new();
    }
    let length = written.chars().count();
    let tolerance = (length / 3).max(1);
    // A name of one character is near to every other one.
    let is_near = |distance: usize| distance <= tolerance && distance < length;
    let near = names.map(|name| (strsim::osa_distance(written, name), name.chars().count().abs_diff(length), name));
    let mut near: Vec<_> = near.filter(|(distance, ..)| is_near(*distance)).collect();
    near.sort_unstable();
    near.into_iter().map(|(.., name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_little_is_near() {
        let names = ["stack", "stacks", "instances", "id", "name"];
        for (written, expected) in [
            ("stackz", Some("stacks")),
            ("stac", Some("stack")),
            ("nope", None),
            ("instnaces", Some("instances")),
            ("Instance", Some("instances")),
            ("xy", None),
            ("templates", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names.into_iter()), expected, "{written}");
        }
        let long = "n".repeat(LONGEST + 1);
        assert_eq!(nearest(&long, [long.as_str()].into_iter()), None);
    }
}

//! The pages of the repository: every path to a file that they name exists.

use std::{fs, path::Path};

/// Files that the pages tell the reader to create.
const EXAMPLES: [&str; 2] = ["src/kinds/ulimit.rs", "migration/src/m000N_ulimits.rs"];
/// The folders to which paths in the pages are relative.
const ROOTS: [&str; 4] = ["", "src", "tests/it", "docs"];

/// All pages below a folder, without those of other people's packages.
fn pages(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}

/// The paths to files that a page names in backticks: with a folder and an extension, and without placeholders.
fn paths(page: &str) -> impl Iterator<Item = &str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        let extension = Path::new(text).extension().and_then(|extension| extension.to_str());
        let is_known = extension.is_some_and(|known| ["rs", "md", "py", "toml", "graphql", "yml"].contains(&known));
        is_plain && is_known && text.contains('/') && !text.starts_with('/')
    })
}

#[test]
fn the_paths_in_pages_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md"]
        .map(|page| root.join(page).to_str().unwrap().to_owned())
        .to_vec();
    pages(&root.join("docs"), &mut all);
    let (mut named, mut missing) = (0, Vec::new());
    for page in &all {
        // A fence has three backticks, so the pairs stay pairs.
        for path in paths(&fs::read_to_string(page).unwrap()) {
            named += 1;
            let exists = ROOTS.iter().any(|folder| root.join(folder).join(path).is_file());
            if !exists && !EXAMPLES.contains(&path) {
                missing.push(format!("{page}: {path}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(named > 200, "{named} paths");
}

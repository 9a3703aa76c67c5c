//! The pages of the documentation: their links lead somewhere, and the commands in them can be typed.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use devarch::config::{Cli, SettingsError};

/// The README, and all pages of the documentation.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name)).to_vec();
    for folder in ["docs", "docs/decisions"] {
        let files = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    pages
}

/// The lines outside of fenced blocks, and the lines inside.
fn split(text: &str) -> (Vec<&str>, Vec<&str>) {
    let mut is_code = false;
    let (mut prose, mut code) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            code.push(line);
        } else {
            prose.push(line);
        }
    }
    (prose, code)
}

/// The anchors of the headings, as GitHub makes them.
fn anchors(text: &str) -> HashSet<String> {
    let headings = split(text).0.into_iter().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| -> String {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// The targets of the links of a page.
fn links(text: &str) -> Vec<String> {
    let prose = split(text).0.join("\n");
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).filter(|target| !target.contains("://")).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, at)| (file, Some(at)));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let is_there = target.exists()
                && anchor
                    .is_none_or(|anchor| fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor)));
            if !is_there {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A line of a shell as words, without what a shell does with it.
fn words(line: &str) -> Option<Vec<String>> {
    let line = line.split(" #").next().unwrap_or(line).split(['|', '>']).next().unwrap_or(line).replace("|| ", "");
    // Nested commands and placeholders are not read.
    if line.contains("$(") || line.contains('…') || line.contains('[') {
        return None;
    }
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// What is missing where a text only mentions a command or an option, or means another build.
const MENTIONS: [&str; 5] = [
    "required arguments were not provided",
    "a part of the command",
    "a value is required",
    "unrecognized subcommand 'x'",
    "no OpenTelemetry export",
];

#[test]
fn every_command_of_the_documentation_can_be_typed() {
    let (mut wrong, mut read) = (Vec::new(), 0);
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let (prose, code) = split(&text);
        let in_text = prose.iter().flat_map(|line| line.split('`').skip(1).step_by(2));
        let lines = code.into_iter().map(str::trim).chain(in_text);
        for line in lines.filter(|line| line.starts_with("devarch ")) {
            // In running text a command often stands for itself: `devarch up STACK` and `devarch import`.
            let Some(words) = words(line) else { continue };
            let given = words.iter().map(|word| if word.chars().all(|c| c.is_ascii_uppercase()) { "x" } else { word });
            match Cli::read(given.map(Into::into)) {
                Ok(_) | Err(SettingsError::Asked(_)) => read += 1,
                Err(SettingsError::Wrong(mistakes)) => {
                    let is_mention = mistakes.iter().all(|mistake| MENTIONS.iter().any(|part| mistake.contains(part)));
                    if !is_mention {
                        wrong.push(format!("{}: {line}: {mistakes:?}", page.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty() && read > 50, "{read} lines are right, and these are not: {wrong:#?}");
}

#[test]
fn the_readme_is_short() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(text.lines().count() <= 250, "{} lines", text.lines().count());
}

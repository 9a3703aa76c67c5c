//! Settings such as image and command: fields of the template, each of which an instance can override.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{Enum, InputObject, SimpleObject};
use sea_orm::DeriveValueType;

use super::{
    Argv, Brief, Cardinality, Kind, RestartPolicy, Shape,
    compose::{ReadEntry, Reading, Rendered, literal},
    kind,
    values::UnknownWord,
    words,
};
use crate::{
    error::{Code, Problems},
    references::has_references,
    yaml::{Node, Value},
};

/// The maximum size of a command or entrypoint in bytes, with a separator for each argument.
const MAX_ARGUMENTS_BYTES: usize = 65_536;

macro_rules! settings {
    ($( $(#[$doc:meta])* $variant:ident $field:ident $word:literal : $type:ty, )+) => {
        /// A setting of the container.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, DeriveValueType)]
        #[sea_orm(value_type = "String")]
        pub enum SettingField {
            $( $(#[$doc])* $variant, )+
        }

        impl SettingField {
            /// All settings.
            pub const ALL: &[Self] = &[$( Self::$variant ),+];

            /// The column of the template.
            pub fn column(self) -> &'static str {
                match self {
                    $( Self::$variant => stringify!($field), )+
                }
            }

            /// The API field.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        /// Settings of the container that an instance overrides; what is null is inherited from the template.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, SimpleObject, InputObject)]
        #[graphql(input_name = "SettingsInput")]
        pub struct Settings {
            $( $(#[$doc])* pub $field: Option<$type>, )+
        }

        impl Cardinality<Setting> for Settings {
            type Given = Self;
            const SHAPE: Shape = Shape::Fields;
            fn from_entries(entries: Vec<Setting>) -> Self {
                let mut settings = Self::default();
                for Setting { field, value } in entries {
                    match field {
                        $( SettingField::$variant => settings.$field = value.parse().ok(), )+
                    }
                }
                settings
            }
            fn into_entries(self) -> Vec<Setting> {
                let mut entries = Vec::new();
                $( if let Some(value) = self.$field {
                    entries.push(Setting { field: SettingField::$variant, value: value.to_string() });
                } )+
                entries
            }
            fn count(&self) -> usize {
                [$( self.$field.is_some() ),+].into_iter().filter(|set| *set).count()
            }
            fn given(given: Self) -> Vec<Setting> {
                given.into_entries()
            }
        }
    };
}
settings! {
    /// Image without tag, such as `postgres` or `registry.example.com/acme/api`; at most 255 characters.
    ImageName image_name "imageName": String,
    /// Tag of the image, or a digest `sha256:…`.
    ImageTag image_tag "imageTag": String,
    /// Arguments in place of the image's own, one list entry each.
    Command command "command": Argv,
    /// Program in place of the image's own, one list entry each.
    Entrypoint entrypoint "entrypoint": Argv,
    /// User inside the container, by name or number.
    User user "user": String,
    /// Directory in which the program starts; absolute.
    WorkingDir working_dir "workingDir": String,
    /// When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or
    /// `on-failure:TIMES`.
    RestartPolicy restart_policy "restartPolicy": RestartPolicy,
}

impl fmt::Display for SettingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SettingField {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.iter().copied().find(|field| field.as_str() == text);
        found.ok_or_else(|| UnknownWord::new("setting", "one of the template's fields"))
    }
}

kind! {
    /// One setting of the container.
    pub struct Setting in ("instance_settings"), input "SettingInput" {
        /// Which one.
        pub field: SettingField,
        /// Its value; of the command and the entrypoint a JSON array of the arguments.
        pub value: String,
    }
}

impl Setting {
    fn is_arguments(&self) -> bool {
        matches!(self.field, SettingField::Command | SettingField::Entrypoint)
    }
}

impl Kind for Setting {
    const FIELD: &'static str = "settings";
    const KEY_SQL: &'static str = "field";
    const BRIEF_SQL: &'static str = "value";
    const LONG_COLUMN: Option<&'static str> = Some("value");
    type Key = SettingField;
    type Set = Settings;

    fn long_bytes(&self) -> usize {
        self.value.len()
    }

    fn key(&self) -> SettingField {
        self.field
    }

    fn brief(&self) -> Brief<'_> {
        Brief::of(&self.value)
    }

    fn validate_key(_: &SettingField, _: &mut Problems) {}

    fn validate(&self, at: &mut Problems) {
        let problem = match self.field {
            SettingField::ImageName => image_name(&self.value).err(),
            SettingField::ImageTag => (!is_tag(&self.value)).then(|| {
                let message = "A tag takes letters, digits, `_`, `.` and `-`, 128 at most; or a digest sha256:… of \
                               64 hexadecimal digits.";
                (message, Some("latest".to_owned()))
            }),
            SettingField::Command | SettingField::Entrypoint => (!is_arguments(&self.value))
                .then_some(("The arguments have 64 KiB at most in all, and no NUL characters.", None)),
            SettingField::User => (self.value.is_empty() || !is_plain(&self.value, 255))
                .then_some(("The user is a name or number, with `:group` if wanted; null for the image's own.", None)),
            SettingField::WorkingDir => (!self.value.starts_with('/') || !is_plain(&self.value, 4096)).then(|| {
                let absolute = Some(format!("/{}", self.value)).filter(|dir| is_plain(dir, 4096));
                ("The working directory is an absolute path of the container.", absolute)
            }),
            SettingField::RestartPolicy => (!is_restart_policy(&self.value)).then(|| {
                let message = "The restart policy is no, always, unless-stopped, on-failure or on-failure:TIMES.";
                (message, Some("unless-stopped".to_owned()))
            }),
        };
        if let Some((message, suggestion)) = problem {
            at.enter(self.field.as_str(), |at| at.note(Code::InvalidValue, message, suggestion));
        }
    }

    fn refuses_rule(key: Option<&SettingField>) -> Option<&'static str> {
        match key {
            None => Some("Settings are overridden one by one: a container cannot be without an image."),
            Some(SettingField::ImageName | SettingField::ImageTag | SettingField::RestartPolicy) => {
                Some("This setting always has a value; set another one, or reset it.")
            }
            Some(_) => None,
        }
    }

    /// Of the command and the entrypoint: each argument.
    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        if !self.is_arguments() || !has_references(&self.value) {
            return Vec::new();
        }
        let Ok(Argv(words)) = self.value.parse();
        words.into_iter().map(|word| (self.field.as_str(), word.into())).collect()
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        if self.is_arguments() && has_references(&self.value) {
            let Ok(Argv(words)) = self.value.parse();
            self.value = Argv(words.iter().map(|word| replace(word)).collect()).to_string();
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let settings = Settings::from_entries(entries.iter().map(|entry| (*entry).clone()).collect());
        let (name, tag) = (settings.image_name.unwrap_or_default(), settings.image_tag.unwrap_or_default());
        let joint = if tag.starts_with(DIGEST) { '@' } else { ':' };
        to.service.set("image", format!("{name}{joint}{tag}"));
        for (attribute, argv) in [("entrypoint", settings.entrypoint), ("command", settings.command)] {
            if let Some(Argv(words)) = argv {
                let words: Vec<Node> = words.iter().map(|word| to.text(word)).collect();
                to.service.set(attribute, words);
            }
        }
        for (attribute, text) in [("user", settings.user), ("working_dir", settings.working_dir)] {
            if let Some(text) = text {
                to.service.set(attribute, literal(&text));
            }
        }
        to.service.set("restart", settings.restart_policy.map_or_else(|| "no".to_owned(), |policy| policy.0));
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        let mut add = |field, part: &str, at, value: String, from: &Reading<'_>| {
            found.push(from.found(part, at, Self { field, value }));
        };
        let (image, at) = match from.take_text("image") {
            Some(image) => image,
            None => {
                let mut image = from.image.to_owned();
                let at = from.built.unwrap_or(from.at);
                if from.built.is_some() && from.services.images.contains(&image) {
                    let message =
                        format!("What is built is called {image} here, because another service uses that image.");
                    from.change("build", at, message);
                } else if from.built.is_some() {
                    // Without the prefix of templates, so that a rendered file is read as the same.
                    let name = from.services.instances.get(from.name).unwrap_or(&image);
                    image = format!("{UNNAMED_IMAGE}{name}");
                    let message = "What is built has no name: Compose names it after the project of each stack.";
                    from.change("build", at, message);
                } else {
                    from.change("image", at, format!("The file names neither an image nor a build, which Docker Compose refuses; the image is called {image} here."));
                }
                (image, at)
            }
        };
        let (name, tag) = split_image(&image);
        let tag = match (tag, name.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (tag, digest) => digest.or(tag).unwrap_or("latest").to_owned(),
        };
        add(SettingField::ImageName, "image", at, name.name.to_owned(), from);
        add(SettingField::ImageTag, "image", at, tag, from);
        for (field, attribute) in [(SettingField::Entrypoint, "entrypoint"), (SettingField::Command, "command")] {
            let Some(node) = from.take(attribute) else { continue };
            if let Some(words) = argv(&node, attribute, from) {
                add(field, attribute, node.at, Argv(words).to_string(), from);
            }
        }
        for (field, attribute) in [(SettingField::User, "user"), (SettingField::WorkingDir, "working_dir")] {
            if let Some((text, at)) = from.take_text(attribute) {
                add(field, attribute, at, text, from);
            }
        }
        // The default of the engine.
        let (restart, at) = from.take_text("restart").unwrap_or_else(|| ("no".to_owned(), from.at));
        let restart = match restart.as_str() {
            // YAML 1.1 reads a plain `no` as false.
            "false" | "" => "no".to_owned(),
            _ => restart,
        };
        add(SettingField::RestartPolicy, "restart", at, restart, from);
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        (proptest::sample::select(SettingField::ALL), "[a-z]{1,3}")
            .prop_map(|(field, word)| {
                let value = match field {
                    SettingField::Command | SettingField::Entrypoint => Argv(vec![word]).to_string(),
                    SettingField::WorkingDir => format!("/{word}"),
                    SettingField::RestartPolicy => "always".to_owned(),
                    _ => word,
                };
                Self { field, value }
            })
            .boxed()
    }
}

/// How the image of a service begins that is built and has no name. A rendered file leaves such a name out.
pub const UNNAMED_IMAGE: &str = "devarch.built/";

/// Whether an image can be held, so that a service becomes a template.
pub fn holds_image(image: &str) -> bool {
    let (Image { name, .. }, _) = split_image(image);
    image_name(name).is_ok()
}

/// The arguments of a command, which is given as a list or as a command line.
fn argv(node: &Node, attribute: &str, from: &mut Reading<'_>) -> Option<Vec<String>> {
    match &node.value {
        Value::List(list) => Some(list.iter().filter_map(Node::scalar).collect()),
        _ => {
            let line = node.scalar()?;
            let Some(read) = words::split(&line) else {
                from.lose(attribute, node.at, "A quote or bracket of this command line is not closed.");
                return None;
            };
            if !read.rest.is_empty() {
                let reason = format!(
                    "Compose runs no shell and stops reading at `{}`; write [\"sh\", \"-c\", \"…\"].",
                    read.rest.chars().take(40).collect::<String>()
                );
                from.lose(attribute, node.at, reason);
            }
            Some(read.words)
        }
    }
}

/// An image reference without its tag.
struct Image<'a> {
    name: &'a str,
    digest: Option<&'a str>,
}

/// Splits `name`, `name:tag`, `name@sha256:…` or `name:tag@sha256:…`. A colon before a slash belongs to the port of a
/// registry.
fn split_image(image: &str) -> (Image<'_>, Option<&str>) {
    let (named, digest) = image.split_once('@').map_or((image, None), |(named, digest)| (named, Some(digest)));
    let (name, tag) = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    };
    (Image { name, digest }, tag)
}

fn is_plain(text: &str, max: usize) -> bool {
    text.chars().count() <= max && !text.chars().any(char::is_control)
}

fn is_arguments(json: &str) -> bool {
    let Ok(Argv(arguments)) = json.parse();
    arguments.iter().all(|argument| !argument.contains('\0'))
        && arguments.iter().map(|argument| argument.len() + 1).sum::<usize>() <= MAX_ARGUMENTS_BYTES
}

/// Checks an image reference without tag or digest.
fn image_name(name: &str) -> Result<(), (&'static str, Option<String>)> {
    const MESSAGE: &str = "An image is [registry[:port]/]path, lower-case letters, digits, `.`, `_`, `-` and `/`, 255 \
                           characters at most.";
    let path_ok = |path: &str| {
        path.split('/').all(|part| {
            let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
            let bytes = part.as_bytes();
            !bytes.is_empty()
                && legal(bytes[0])
                && legal(bytes[bytes.len() - 1])
                && bytes.iter().all(|c| legal(*c) || matches!(c, b'.' | b'_' | b'-'))
        })
    };
    let registry_ok = |registry: &str| {
        let (host, port) = registry.split_once(':').unwrap_or((registry, "1"));
        !host.is_empty()
            && host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'))
            && (1..=5).contains(&port.len())
            && port.bytes().all(|c| c.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    let whole_ok = |name: &str| {
        name.len() <= 255
            && match name.split_once('/') {
                Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
                    registry_ok(first) && path_ok(rest)
                }
                _ => path_ok(name),
            }
    };
    if whole_ok(name) {
        return Ok(());
    }
    let bare = name.split('@').next().unwrap_or_default();
    let bare = match bare.rsplit_once(':') {
        Some((head, tail)) if !tail.contains('/') => head,
        _ => bare,
    };
    if whole_ok(bare) {
        return Err(("The image's tag or digest belongs into imageTag.", Some(bare.to_owned())));
    }
    Err((MESSAGE, Some(bare.trim().to_lowercase()).filter(|bare| whole_ok(bare))))
}

/// The beginning of a digest.
const DIGEST: &str = "sha256:";

/// Whether a text is a tag, a digest, or a tag with a digest, which then decides.
fn is_tag(tag: &str) -> bool {
    if let Some((tag, digest)) = tag.split_once('@') {
        return !tag.starts_with(DIGEST) && digest.starts_with(DIGEST) && is_tag(tag) && is_tag(digest);
    }
    if let Some(digest) = tag.strip_prefix(DIGEST) {
        return digest.len() == 64 && digest.bytes().all(|c| c.is_ascii_hexdigit());
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=128).contains(&tag.len()) && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_restart_policy(policy: &str) -> bool {
    match policy.strip_prefix("on-failure:") {
        Some(times) => (1..=5).contains(&times.len()) && times.bytes().all(|c| c.is_ascii_digit()),
        None => ["no", "always", "unless-stopped", "on-failure"].contains(&policy),
    }
}

//! The text of references: parsing, and escaping of text that only looks like one.

use std::{borrow::Cow, fmt};

use super::values::PortValue;

/// The beginning of a reference.
const OPEN: &str = "${{";
/// The end of a reference.
const CLOSE: &str = "}}";
/// What stands for the beginning of a reference in text that is none.
const ESCAPED: &str = "$${{";

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment<'t> {
    /// Plain text, with `$${{` replaced by `${{`.
    Text(Cow<'t, str>),
    /// A reference, and how it was written.
    Reference(Reference, &'t str),
}

/// The owner of what a reference names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Of {
    /// The variables of the stack.
    Shared,
    /// The instance that the text belongs to.
    Own,
    /// Another instance of the stack, by its name.
    Instance(String),
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// A variable, by its key.
    Variable(String),
    /// The host name of the instance on the network of its stack.
    Host,
    /// The domain of the instance: the first one, by name.
    Domain,
    /// The name of the container.
    Container,
    /// A port of the container.
    Port(PortRef),
    /// The port of the host that is published for a port of the container.
    HostPort(PortRef),
    /// The URL of a port of the container on the network of the stack.
    Url(PortRef),
}

/// A port of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRef {
    /// The port inside the container.
    pub number: u16,
    /// The protocol in lower case.
    pub protocol: &'static str,
}

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The owner.
    pub of: Of,
    /// What it is.
    pub what: What,
}

/// A reference that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedReference {
    /// The place of its `${{` in the text, in characters from the beginning.
    pub at: usize,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl PortRef {
    /// The port that an instance offers; `None` for a number that is no port.
    pub fn of(port: &PortValue) -> Option<Self> {
        Some(Self { number: u16::try_from(port.container_port).ok()?, protocol: port.protocol })
    }
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            "tcp" => write!(f, "{}", self.number),
            protocol => write!(f, "{}/{protocol}", self.number),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match &self.of {
            Of::Shared => "shared",
            Of::Own => "self",
            Of::Instance(name) => name,
        };
        write!(f, "{OPEN}{of}")?;
        match &self.what {
            What::Variable(key) => write!(f, ".{key}"),
            What::Host => f.write_str(":host"),
            What::Domain => f.write_str(":domain"),
            What::Container => f.write_str(":container"),
            What::Port(port) => write!(f, ":port({port})"),
            What::HostPort(port) => write!(f, ":hostPort({port})"),
            What::Url(port) => write!(f, ":url({port})"),
        }?;
        f.write_str(CLOSE)
    }
}

/// Whether a text contains references or escaped ones. A text without them means itself.
pub fn has_references(text: &str) -> bool {
    text.contains(OPEN)
}

/// Writes a text so that nothing in it is read as a reference.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if has_references(text) { text.replace(OPEN, ESCAPED).into() } else { text.into() }
}

/// A text without its references. What is escaped stays so.
pub fn without_references(text: &str) -> Cow<'_, str> {
    if !has_references(text) {
        return text.into();
    }
    let plain = |segment: &Segment<'_>| match segment {
        Segment::Text(plain) => escaped(plain).into_owned(),
        Segment::Reference(..) => String::new(),
    };
    parse(text).0.iter().map(plain).collect::<String>().into()
}

/// A text in which references to one instance name it otherwise; `None` if there are none.
pub fn renamed(text: &str, from: &str, to: &str) -> Option<String> {
    with_names(text, |name| (name == from).then(|| to.to_owned()))
}

/// A text in which references name instances by other names, those for which there is one; `None` if it stays the same.
pub fn with_names(text: &str, other: impl Fn(&str) -> Option<String>) -> Option<String> {
    if !has_references(text) {
        return None;
    }
    let (mut changed, mut whole) = (false, String::with_capacity(text.len()));
    for segment in parse(text).0 {
        match segment {
            Segment::Text(plain) => whole.push_str(&escaped(&plain)),
            Segment::Reference(Reference { of: Of::Instance(name), what }, written) => match other(&name) {
                Some(name) => {
                    changed = true;
                    whole.push_str(&Reference { of: Of::Instance(name), what }.to_string());
                }
                None => whole.push_str(written),
            },
            Segment::Reference(_, written) => whole.push_str(written),
        }
    }
    changed.then_some(whole)
}

/// Splits a text into its parts. Each malformed reference becomes plain text and is reported.
pub fn parse(text: &str) -> (Vec<Segment<'_>>, Vec<MalformedReference>) {
    let (mut segments, mut malformed) = (Vec::new(), Vec::new());
    let mut plain = Cow::Borrowed("");
    let mut rest = text;
    while let Some(place) = rest.find(OPEN) {
        let (before, from) = rest.split_at(place);
        if let Some(before) = before.strip_suffix('$') {
            append(&mut plain, before);
            append(&mut plain, OPEN);
            rest = &from[OPEN.len()..];
            continue;
        }
        append(&mut plain, before);
        let written = from.find(CLOSE).map(|end| &from[..end + CLOSE.len()]);
        let read = match written {
            Some(written) => reference(&written[OPEN.len()..written.len() - CLOSE.len()]).map(|read| (read, written)),
            None => Err("The reference has no end: `}}` is missing.".to_owned()),
        };
        match read {
            Ok((read, written)) => {
                if !plain.is_empty() {
                    segments.push(Segment::Text(std::mem::take(&mut plain)));
                }
                segments.push(Segment::Reference(read, written));
                rest = &from[written.len()..];
            }
            Err(message) => {
                let before = text.len() - from.len();
                malformed.push(MalformedReference { at: text[..before].chars().count(), message });
                append(&mut plain, OPEN);
                rest = &from[OPEN.len()..];
            }
        }
    }
    append(&mut plain, rest);
    if !plain.is_empty() {
        segments.push(Segment::Text(plain));
    }
    (segments, malformed)
}

/// Appends without a copy where the text was empty.
fn append<'t>(plain: &mut Cow<'t, str>, more: &'t str) {
    if plain.is_empty() {
        *plain = Cow::Borrowed(more);
    } else if !more.is_empty() {
        plain.to_mut().push_str(more);
    }
}

/// Reads what is between the braces.
fn reference(inner: &str) -> Result<Reference, String> {
    const FORMS: &str = "A reference is ${{shared.KEY}}, ${{self.KEY}}, ${{INSTANCE.KEY}}, or ${{INSTANCE:host}}, \
                         :port(N), :hostPort(N), :url(N), :domain or :container; write $${{ for plain text.";
    let inner = inner.trim();
    let Some(place) = inner.find(['.', ':']) else { return Err(FORMS.to_owned()) };
    let (name, rest) = (inner[..place].trim_end(), inner[place + 1..].trim_start());
    let of = match name {
        "shared" => Of::Shared,
        "self" => Of::Own,
        name if is_name(name) => Of::Instance(name.to_owned()),
        _ => return Err(FORMS.to_owned()),
    };
    if inner.as_bytes()[place] == b'.' {
        return match is_key(rest) {
            true => Ok(Reference { of, what: What::Variable(rest.to_owned()) }),
            false => Err(FORMS.to_owned()),
        };
    }
    if of == Of::Shared {
        return Err("The variables of the stack are named as ${{shared.KEY}}.".to_owned());
    }
    let what = match rest {
        "host" => What::Host,
        "domain" => What::Domain,
        "container" => What::Container,
        call => {
            let (function, argument) =
                call.strip_suffix(')').and_then(|call| call.split_once('(')).ok_or_else(|| FORMS.to_owned())?;
            let port = port(argument.trim())
                .ok_or("A port in a reference is a number from 1 to 65535, with /udp or /sctp where it is not tcp.")?;
            match function.trim_end() {
                "port" => What::Port(port),
                "hostPort" => What::HostPort(port),
                "url" => What::Url(port),
                _ => return Err(FORMS.to_owned()),
            }
        }
    };
    Ok(Reference { of, what })
}

fn port(text: &str) -> Option<PortRef> {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = ["tcp", "udp", "sctp"].into_iter().find(|known| known.eq_ignore_ascii_case(protocol))?;
    let is_number = number.bytes().all(|c| c.is_ascii_digit());
    let number = number.parse().ok().filter(|number| is_number && *number > 0)?;
    Some(PortRef { number, protocol })
}

/// Whether this can be the name of an instance: see `name.rs`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

/// Whether this can be the key of a variable.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-' | b':'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Reference {
        let (segments, malformed) = parse(text);
        assert_eq!(malformed, [], "{text}");
        match segments.as_slice() {
            [Segment::Reference(reference, written)] => {
                assert_eq!(*written, text);
                reference.clone()
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_form_is_read_and_written() {
        for text in [
            "${{shared.DOMAIN}}",
            "${{self.PORT}}",
            "${{orders-db.POSTGRES_PASSWORD}}",
            "${{orders-db:host}}",
            "${{orders-db:port(5432)}}",
            "${{dns:port(53/udp)}}",
            "${{orders-db:hostPort(5432)}}",
            "${{self:url(8080)}}",
            "${{web:domain}}",
            "${{web:container}}",
        ] {
            assert_eq!(one(text).to_string(), text);
        }
        assert_eq!(one("${{ orders-db . A }}"), one("${{orders-db.A}}"));
        assert_eq!(one("${{ web : port( 80/TCP ) }}"), one("${{web:port(80)}}"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, at) in [
            ("${{", 0),
            ("é${{a", 1),
            ("x ${{}}", 2),
            ("${{secrets.}}", 0),
            ("${{ a b }}", 0),
            ("${{shared:host}}", 0),
            ("${{a:port(0)}}", 0),
            ("${{a:port(+1)}}", 0),
            ("${{a:port(65536)}}", 0),
            ("${{a:port(80/icmp)}}", 0),
            ("${{a:volume(1)}}", 0),
            ("${{a:host()}}", 0),
        ] {
            let (segments, malformed) = parse(text);
            assert_eq!(malformed.iter().map(|it| it.at).collect::<Vec<_>>(), [at], "{text}");
            assert_eq!(segments, [Segment::Text(text.into())], "{text}");
        }
    }

    #[test]
    fn escapes_are_text() {
        let (segments, malformed) = parse("a$${{b}}$$${{c}} $${HOME} ${{self.A}}");
        assert_eq!(malformed, []);
        assert_eq!(segments[0], Segment::Text("a${{b}}$${{c}} $${HOME} ".into()));
        assert!(matches!(&segments[1], Segment::Reference(..)) && segments.len() == 2);
    }

    proptest! {
        #[test]
        fn escaped_text_means_itself(text in "[a${}. ]{0,12}") {
            let escaped = escaped(&text);
            let (segments, malformed) = parse(&escaped);
            prop_assert_eq!(malformed, []);
            let expected: Vec<Segment<'_>> = Some(Segment::Text(text.as_str().into())).into_iter().filter(|_| !text.is_empty()).collect();
            prop_assert_eq!(segments, expected);
        }

        #[test]
        fn the_parts_are_the_text(text in "([a${}.]|\\$\\{\\{self\\.A\\}\\}){0,12}") {
            let (segments, _) = parse(&text);
            let again: String = segments.iter().map(|segment| match segment {
                Segment::Text(text) => escaped(text).into_owned(),
                Segment::Reference(_, written) => (*written).to_owned(),
            }).collect();
            prop_assert_eq!(parse(&again).0, segments);
        }
    }
}

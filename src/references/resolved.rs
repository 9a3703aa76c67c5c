//! What a text with references stands for: text, secrets, and references without a value.
//!
//! Made by the resolver. It must not resolve anything itself.

use zeroize::Zeroizing;

use super::text::{Of, Reference, What};

/// Whether the references of a text have a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All of them do, or there are none.
    #[default]
    Resolved,
    /// All of them do, and one leads to an instance that is disabled.
    DisabledTarget,
    /// One of them does not.
    Unresolved,
}

/// Why a reference has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such instance, variable, domain or host port; with what was meant instead, if that can be told.
    NotFound(String, Option<String>),
    /// The target does not have the port.
    NoSuchPort(String, Option<String>),
    /// The reference leads back to itself: the circle, beginning and ending with the same variable.
    Cycle(Vec<String>),
    /// The resolved text would be too long, or the way to it is.
    TooLong(String),
}

impl Trouble {
    /// The reason as a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::NotFound(message, _) | Self::NoSuchPort(message, _) | Self::TooLong(message) => message.clone(),
            Self::Cycle(circle) => format!("These values would contain each other: {}.", circle.join(" → ")),
        }
    }

    /// A reference that would have a value.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::NotFound(_, suggestion) | Self::NoSuchPort(_, suggestion) => suggestion.as_deref(),
            Self::Cycle(_) | Self::TooLong(_) => None,
        }
    }
}

/// A part of a resolved text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text that may be shown.
    Text(String),
    /// A secret, or a value that only the user's shell has.
    Hidden {
        /// The instance; `None` for a variable of the stack.
        instance: Option<String>,
        /// The key of the variable.
        key: String,
        /// The text; `None` if only the shell has it.
        text: Option<Zeroizing<String>>,
    },
    /// A reference without a value.
    Missing(Reference, Trouble),
}

/// A part of a text as it was written, with what it stands for.
#[derive(Clone, Debug)]
pub struct ResolvedSegment {
    /// The text as written.
    pub text: String,
    /// The reference; `None` for plain text.
    pub reference: Option<Reference>,
    /// What it stands for.
    pub value: Resolved,
}

/// A text whose references are resolved.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The parts of the text.
    pub pieces: Vec<Piece>,
    /// Whether an instance on the way is disabled.
    pub(super) leads_to_disabled: bool,
}

impl Resolved {
    pub(super) fn of_text(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())], leads_to_disabled: false }
    }

    pub(super) fn missing(reference: &Reference, trouble: Trouble) -> Self {
        Self { pieces: vec![Piece::Missing(reference.clone(), trouble)], leads_to_disabled: false }
    }

    /// The same with its plain text in lower case.
    pub fn in_lower_case(mut self) -> Self {
        for piece in &mut self.pieces {
            if let Piece::Text(text) = piece {
                *text = text.to_lowercase();
            }
        }
        self
    }

    /// Whether the references have a value.
    pub fn state(&self) -> State {
        if self.troubles().next().is_some() {
            State::Unresolved
        } else if self.leads_to_disabled {
            State::DisabledTarget
        } else {
            State::Resolved
        }
    }

    /// Whether the text contains a secret, or a value that only the user's shell has.
    pub fn is_hidden(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hidden { .. }))
    }

    /// The references without a value, and why.
    pub fn troubles(&self) -> impl Iterator<Item = (&Reference, &Trouble)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Missing(reference, trouble) => Some((reference, trouble)),
            _ => None,
        })
    }

    /// The text that may be shown; `None` if it contains a secret or a reference without a value.
    pub fn shown(&self) -> Option<String> {
        self.pieces.iter().map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
    }

    /// The whole text with its secrets; `None` if a part has no value.
    pub fn revealed(&self) -> Option<Zeroizing<String>> {
        let mut whole = Zeroizing::new(String::with_capacity(self.bytes()));
        for piece in &self.pieces {
            whole.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Hidden { text: Some(text), .. } => text,
                Piece::Hidden { text: None, .. } | Piece::Missing(..) => return None,
            });
        }
        Some(whole)
    }

    /// The references without a value, without the text around them.
    pub(super) fn only_troubles(mut self) -> Self {
        self.pieces.retain(|piece| matches!(piece, Piece::Missing(..)));
        self
    }

    /// The text in which hidden parts, and references without a value, are written as references.
    pub fn displayed(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Hidden { instance, key, .. } => {
                let of = instance.clone().map_or(Of::Shared, Of::Instance);
                Reference { of, what: What::Variable(key.clone()) }.to_string()
            }
            Piece::Missing(reference, _) => reference.to_string(),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// The size in bytes.
    pub fn bytes(&self) -> usize {
        let size = |piece: &Piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Hidden { text, .. } => text.as_ref().map_or(0, |text| text.len()),
            Piece::Missing(..) => 0,
        };
        self.pieces.iter().map(size).sum()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.leads_to_disabled |= other.leads_to_disabled;
        for piece in other.pieces {
            match (self.pieces.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (_, piece) => self.pieces.push(piece),
            }
        }
    }
}

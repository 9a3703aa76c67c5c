//! Secrets that are generated: what is asked for, and the value that follows from it for one instance.
//!
//! Used as a field type by [`EnvVar`](crate::kinds::EnvVar). Pure: nothing is drawn while a configuration is read. A value
//! follows from a root, which is drawn when the entry is written and is encrypted as its value, from the seed of the instance,
//! and from the name of the variable.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use async_graphql::{InputObject, SimpleObject};
use hmac::{Hmac, Mac};
use sea_orm::DeriveValueType;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::UnknownWord;
use crate::error::Problems;

/// How many characters a generated secret can have.
const LENGTHS: RangeInclusive<i32> = 8..=128;
/// How many it has where nothing is said.
const LENGTH: i32 = 32;
/// The characters where nothing is said: no shell, URL or file needs quotes for them.
const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Separates these values from all others that may follow from the same key.
const DOMAIN: &[u8] = b"devarch: generated secret";

/// How a secret is generated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, SimpleObject, InputObject, DeriveValueType)]
#[graphql(name = "GeneratedSecret", input_name = "GeneratedSecretInput")]
#[sea_orm(value_type = "String")]
pub struct Generated {
    /// How many characters it has: 8 to 128.
    #[graphql(default_with = "LENGTH")]
    pub length: i32,
    /// The characters of which it consists: at least two of printable ASCII, each once, without space and `$`. A value has at
    /// least one letter of either case, digit and other character, as far as there are such here.
    #[graphql(default_with = "ALPHABET.to_owned()")]
    pub alphabet: String,
}

impl Default for Generated {
    fn default() -> Self {
        Self { length: LENGTH, alphabet: ALPHABET.to_owned() }
    }
}

/// As it is stored.
impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.length, self.alphabet)
    }
}

impl FromStr for Generated {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let (length, alphabet) = text.split_once(':').unwrap_or_default();
        let read = length.parse().ok().map(|length| Self { length, alphabet: alphabet.to_owned() });
        let mut at = Problems::default();
        read.filter(|it| {
            it.check(&mut at);
            at.is_empty()
        })
        .ok_or_else(|| UnknownWord::new("way to generate a secret", "a length and characters"))
    }
}

/// The classes of characters, each of which a value contains.
const CLASSES: [fn(&u8) -> bool; 4] =
    [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit, u8::is_ascii_punctuation];

impl Generated {
    /// Notes what cannot be.
    pub fn check(&self, at: &mut Problems) {
        if !LENGTHS.contains(&self.length) {
            let message = format!("A generated secret has {} to {} characters.", LENGTHS.start(), LENGTHS.end());
            at.invalid("length", &message, Some(self.length.clamp(*LENGTHS.start(), *LENGTHS.end()).to_string()));
        }
        let is_sound =
            |(place, c): (usize, char)| c.is_ascii_graphic() && c != '$' && !self.alphabet[..place].contains(c);
        if self.alphabet.len() < 2 || !self.alphabet.char_indices().all(is_sound) {
            let message = "The characters are at least two of printable ASCII, each once, without space and `$`.";
            at.invalid("alphabet", message, Some(ALPHABET.to_owned()));
        }
    }

    /// The value of a variable of an instance with this seed. All values are equally likely.
    pub fn value(&self, root: &str, seed: &str, key: &str) -> Zeroizing<String> {
        let alphabet = self.alphabet.as_bytes();
        let wanted: Vec<_> = CLASSES.iter().filter(|class| alphabet.iter().any(class)).collect();
        // Other lengths and characters give values that have nothing in common with this one.
        let mut bytes = Bytes::new(root, [seed, key, &self.to_string()]);
        loop {
            let value = self.attempt(alphabet, &mut bytes);
            // With eight characters of four classes every few attempts have all of them; with two characters every 128th
            // has not.
            if wanted.iter().all(|class| value.bytes().any(|byte| class(&byte))) {
                return value;
            }
        }
    }

    fn attempt(&self, alphabet: &[u8], bytes: &mut Bytes) -> Zeroizing<String> {
        let length = usize::try_from(self.length).unwrap_or_default();
        // Bytes from here on would make some characters more frequent.
        let limit = 256 / alphabet.len() * alphabet.len();
        let mut value = Zeroizing::new(String::with_capacity(length));
        while value.len() < length {
            let byte = usize::from(bytes.next());
            if byte < limit {
                value.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
        value
    }
}

/// An endless sequence of bytes that follows from a root and some texts.
struct Bytes {
    mac: Hmac<Sha256>,
    block: Zeroizing<[u8; 32]>,
    taken: usize,
    number: u64,
}

impl Bytes {
    fn new(root: &str, parts: [&str; 3]) -> Self {
        // HMAC takes a key of any length.
        #[expect(clippy::expect_used, reason = "it cannot fail")]
        let mut mac = Hmac::<Sha256>::new_from_slice(root.as_bytes()).expect("a key of any length");
        for part in [DOMAIN].into_iter().chain(parts.map(str::as_bytes)) {
            // With its length, so that no two lists of parts are the same bytes.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Self { mac, block: Zeroizing::new([0; 32]), taken: 32, number: 0 }
    }

    fn next(&mut self) -> u8 {
        if self.taken == self.block.len() {
            let mut mac = self.mac.clone();
            mac.update(&self.number.to_be_bytes());
            self.block.copy_from_slice(&mac.finalize().into_bytes());
            (self.taken, self.number) = (0, self.number + 1);
        }
        self.taken += 1;
        self.block[self.taken - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(length: i32, alphabet: &str) -> Generated {
        Generated { length, alphabet: alphabet.to_owned() }
    }

    #[test]
    fn what_is_asked_for_is_read_as_it_was_stored() {
        for sound in [Generated::default(), asked(8, "01"), asked(128, "abc-:,;{}()_.~")] {
            assert_eq!(sound.to_string().parse(), Ok(sound));
        }
        for text in ["", "32", "32:", "x:ab", "7:ab", "129:ab", "8:a", "8:aba", "8:a b", "8:ü1", "8:a$"] {
            assert!(text.parse::<Generated>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_follows_from_everything_it_is_made_of_and_from_nothing_else() {
        let passwords = Generated::default();
        let value = passwords.value("root", "shop.1", "PASSWORD");
        assert_eq!(value.len(), 32);
        assert_eq!(passwords.value("root", "shop.1", "PASSWORD"), value);
        for (root, seed, key) in [
            ("root", "shop.2", "PASSWORD"),
            ("root", "shop.1", "TOKEN"),
            ("root", "shop.1P", "ASSWORD"),
            ("toor", "shop.1", "PASSWORD"),
        ] {
            assert_ne!(passwords.value(root, seed, key), value, "{root} {seed} {key}");
        }
        // Not even a part of it tells anything about another one.
        let longer = Generated { length: 33, ..passwords.clone() }.value("root", "shop.1", "PASSWORD");
        assert!(!longer.starts_with(&value[..4]), "{} {}", *longer, *value);
    }

    #[test]
    fn a_value_has_its_length_and_every_class_of_its_characters() {
        for asked in [Generated::default(), asked(8, "ab"), asked(8, "aB1-"), asked(8, "0123456789abcdefX%")] {
            for seed in 0..200 {
                let value = asked.value("root", &seed.to_string(), "K");
                assert_eq!(value.len(), asked.length as usize);
                assert!(value.chars().all(|c| asked.alphabet.contains(c)));
                for class in CLASSES {
                    let has = |text: &str| text.bytes().any(|byte| class(&byte));
                    assert_eq!(has(&value), has(&asked.alphabet), "{asked:?} {}", *value);
                }
            }
        }
    }

    #[test]
    fn all_characters_are_equally_frequent() {
        let letters = asked(128, "abcdefghijk");
        let all: String = (0..100).map(|seed| letters.value("root", &seed.to_string(), "K").to_string()).collect();
        for c in "abcdefghijk".chars() {
            let count = all.matches(c).count();
            assert!((1_000..1_330).contains(&count), "{c}: {count} of {}", all.len());
        }
    }
}

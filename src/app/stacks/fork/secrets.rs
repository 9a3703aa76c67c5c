//! New values for the secrets of a fork.
//!
//! Called by the use case that forks a stack. It must not show a secret, neither the old nor the new one.

use std::collections::HashMap;

use zeroize::Zeroizing;

/// The shortest and the longest generated secret. A shorter one could be guessed.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;
/// The shortest secret that is looked for inside of others. Shorter ones would be found by chance.
const SHORTEST_PART: usize = 8;

const DIGITS: &[u8] = b"0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";
const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The new value of each secret of a stack. Equal secrets get equal values, so that instances that share one still do.
/// They are sorted by the length and the text of the old one.
pub(super) struct NewSecrets(Vec<(Zeroizing<String>, Zeroizing<String>)>);

/// A secret, and the new one.
pub(super) type NewValue = (Zeroizing<String>, Zeroizing<String>);

/// The new value of a secret in a sorted list.
fn find<'n>(new: &'n [(Zeroizing<String>, Zeroizing<String>)], secret: &str) -> Option<&'n Zeroizing<String>> {
    let place = new.binary_search_by(|(old, _)| (old.len(), old.as_str()).cmp(&(secret.len(), secret))).ok()?;
    new.get(place).map(|(_, value)| value)
}

/// The characters that a secret consists of.
fn alphabet(secret: &str) -> &'static [u8] {
    let all = |known: &[u8]| secret.bytes().all(|byte| known.contains(&byte));
    [DIGITS, HEXADECIMAL].into_iter().find(|known| all(known)).unwrap_or(LETTERS_AND_DIGITS)
}

/// Draws a secret like the given one: as long, but not too short, and of the same sort of characters.
fn draw<E>(like: &str, fill: &impl Fn(&mut [u8]) -> Result<(), E>) -> Result<Zeroizing<String>, E> {
    let alphabet = alphabet(like);
    let length = like.chars().count().clamp(*LENGTHS.start(), *LENGTHS.end());
    // Bytes from here on would make some characters more frequent.
    let limit = 256 / alphabet.len() * alphabet.len();
    let mut new = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0; 64]);
    while new.len() < length {
        fill(bytes.as_mut_slice())?;
        let usable = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit);
        for byte in usable.take(length - new.len()) {
            new.extend(alphabet.get(byte % alphabet.len()).map(|byte| char::from(*byte)));
        }
    }
    Ok(new)
}

impl NewSecrets {
    /// Draws new values. A secret that contains another one, such as a URL with a password, keeps the rest.
    /// `known` has the new values of those that are not drawn here.
    pub(super) fn draw<'s, E>(
        secrets: impl IntoIterator<Item = &'s str>,
        known: &'s [NewValue],
        fill: impl Fn(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let secrets = secrets.into_iter().filter(|secret| !secret.is_empty());
        let mut old: Vec<&str> = known.iter().map(|(old, _)| old.as_str()).chain(secrets).collect();
        old.sort_unstable_by_key(|secret| (secret.len(), *secret));
        old.dedup();
        let of_known: HashMap<&str, &Zeroizing<String>> =
            known.iter().map(|(old, value)| (old.as_str(), value)).collect();
        let mut new = Vec::with_capacity(old.len());
        for (place, secret) in old.iter().enumerate() {
            if let Some(value) = of_known.get(secret) {
                new.push((Zeroizing::new((*secret).to_owned()), (*value).clone()));
                continue;
            }
            // The longest one first, so that a part of a part is not replaced alone.
            let parts = old[..place].iter().rev().filter(|part| part.len() >= SHORTEST_PART);
            let mut changed = Zeroizing::new((*secret).to_owned());
            for part in parts {
                if let Some(value) = find(&new, part).filter(|_| changed.contains(part)) {
                    changed = Zeroizing::new(changed.replace(*part, value));
                }
            }
            let value = if changed.as_str() == *secret { draw(secret, &fill)? } else { changed };
            new.push((Zeroizing::new((*secret).to_owned()), value));
        }
        Ok(Self(new))
    }

    /// The new value of a secret. An empty one stays empty.
    pub(super) fn of(&self, secret: &str) -> Zeroizing<String> {
        find(&self.0, secret).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, convert::Infallible};

    use super::*;

    fn drawn(secrets: &[&str]) -> NewSecrets {
        let next = Cell::new(0_u8);
        let fill = |bytes: &mut [u8]| {
            for byte in bytes {
                next.set(next.get().wrapping_mul(5).wrapping_add(3));
                *byte = next.get();
            }
            Ok::<(), Infallible>(())
        };
        NewSecrets::draw(secrets.iter().copied(), &[], fill).unwrap()
    }

    #[test]
    fn a_new_secret_is_like_the_old_one() {
        for (old, length, known) in [
            ("devarch", 16, LETTERS_AND_DIGITS),
            ("hunter2hunter2hunter2", 21, LETTERS_AND_DIGITS),
            ("0123456789abcdef0123456789abcdef", 32, HEXADECIMAL),
            ("1234", 16, DIGITS),
            (&"x".repeat(5000), 128, LETTERS_AND_DIGITS),
        ] {
            let new = drawn(&[old]).of(old);
            assert_eq!(new.len(), length, "{old}");
            assert!(new.as_str() != old && new.bytes().all(|byte| known.contains(&byte)), "{new:?}");
        }
        assert_eq!(drawn(&[""]).of("").as_str(), "");
    }

    #[test]
    fn equal_secrets_stay_equal_also_inside_of_others() {
        let (password, url) = ("correct-horse", "postgres://shop:correct-horse@db:5432/shop");
        let new = drawn(&[url, password, password, "other-secret"]);
        let changed = new.of(password);
        assert_eq!(new.of(url).as_str(), url.replace(password, &changed));
        assert_ne!(new.of("other-secret"), changed);
    }
}

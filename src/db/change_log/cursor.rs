//! Cursors of the change log: a position in each part, bound to the history of the database.
//!
//! Used by everything that tells a client where the log ends, and that takes it from there. It must not read the log.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{PART_OF_TEMPLATES, PARTS};

/// The first byte of every cursor.
const FORMAT: u8 = 1;
/// The number of bytes of the epoch in a cursor.
const EPOCH_BYTES: usize = 7;

/// A position in a part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The part.
    pub part: i32,
    /// The last position that has been seen.
    pub seq: i64,
}

/// A cursor: what a reader has seen of some parts of the log. A part that is missing has no changes yet, or is of no
/// interest to the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogCursor {
    /// The epoch of the database.
    pub epoch: i64,
    /// The positions, by part.
    pub positions: Vec<Position>,
}

impl LogCursor {
    /// Encodes the cursor as opaque text of at most about 240 characters.
    pub fn encode(&self) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(self.epoch.to_le_bytes().iter().take(EPOCH_BYTES));
        for position in &self.positions {
            bytes.push(u8::try_from(position.part).unwrap_or_default());
            let mut seq = position.seq.cast_unsigned();
            while seq > 0x7f {
                bytes.push(u8::try_from(seq & 0x7f).unwrap_or_default() | 0x80);
                seq >>= 7;
            }
            bytes.push(u8::try_from(seq).unwrap_or_default());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Decodes a cursor; `None` if the text is not one. Only the spelling that [`LogCursor::encode`] writes is accepted.
    pub fn decode(text: &str) -> Option<Self> {
        // A longer text cannot be a cursor.
        let bytes = URL_SAFE_NO_PAD.decode(text.get(..).filter(|text| text.len() <= 1024)?).ok()?;
        let (format, rest) = bytes.split_first()?;
        if *format != FORMAT {
            return None;
        }
        let (epoch, rest) = rest.split_at_checked(EPOCH_BYTES)?;
        let mut number = [0; 8];
        number.get_mut(..EPOCH_BYTES)?.copy_from_slice(epoch);
        let mut positions: Vec<Position> = Vec::new();
        let mut bytes = rest.iter().copied();
        while let Some(part) = bytes.next() {
            let part = i32::from(part);
            let is_next = positions.last().is_none_or(|last| last.part < part);
            if !(PART_OF_TEMPLATES..PARTS).contains(&part) || !is_next {
                return None;
            }
            let (mut seq, mut shift) = (0_u64, 0_u32);
            loop {
                let byte = bytes.next()?;
                seq |= u64::from(byte & 0x7f).checked_shl(shift)?;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let seq = i64::try_from(seq).ok()?;
            positions.push(Position { part, seq });
        }
        let cursor = Self { epoch: i64::from_le_bytes(number), positions };
        (cursor.encode() == text).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(positions: &[(i32, i64)]) -> LogCursor {
        let positions = positions.iter().map(|(part, seq)| Position { part: *part, seq: *seq }).collect();
        LogCursor { epoch: (1 << 52) + 12345, positions }
    }

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let whole: Vec<(i32, i64)> = (0..PARTS).map(|part| (part, 1_000_000 + i64::from(part))).collect();
        for cursor in [cursor(&[]), cursor(&[(0, 0)]), cursor(&[(3, 127), (31, 128)]), cursor(&whole)] {
            assert_eq!(LogCursor::decode(&cursor.encode()), Some(cursor.clone()));
            assert!(cursor.encode().len() <= 300, "{}", cursor.encode().len());
        }
        assert_eq!(LogCursor::decode(&cursor(&[(1, i64::MAX)]).encode()), Some(cursor(&[(1, i64::MAX)])));
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let text = cursor(&[(1, 5)]).encode();
        let descending = cursor(&[(2, 1), (1, 1)]).encode();
        let outside = cursor(&[(PARTS, 1)]).encode();
        for text in ["", "a", "AQ", &text[..text.len() - 1], &format!("{text}A"), &descending, &outside, "ünïcode"] {
            assert_eq!(LogCursor::decode(text), None, "{text}");
        }
    }
}

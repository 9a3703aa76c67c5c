//! Cursors of the change log: a position in each part, bound to the history of the database.
//!
//! Used by everything that tells a client where the log ends, and that takes it from there. It must not read the log.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{PART_OF_TEMPLATES, PARTS, part_of};
use crate::{access::Scope, ids::StackId};

/// The first byte of a cursor of some parts.
const SOME: u8 = 1;
/// The first byte of a cursor of all parts.
const ALL: u8 = 2;
/// The number of bytes of the epoch in a cursor.
const EPOCH_BYTES: usize = 7;
/// The longest text of a cursor.
const MAX_CHARS: usize = 1024;

/// A position in a part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The part.
    pub part: i32,
    /// The last position that has been seen.
    pub seq: i64,
    /// A number that depends on the change at this position, see [`check_of`]; 0 if it is not known.
    pub check: u16,
}

/// The check number of a change. After a failover to a server that lacks the last changes, other changes take their
/// positions; their check numbers differ, but for one in 65,535.
pub fn check_of(change: i64) -> u16 {
    u16::try_from(change.rem_euclid(i64::from(u16::MAX))).unwrap_or_default().saturating_add(1)
}

/// Which parts a cursor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Those that it has positions of.
    #[default]
    Some,
    /// All of them. A part without a position had no changes yet.
    All,
}

/// A cursor: what a reader has seen of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogCursor {
    /// The epoch of the database.
    pub epoch: i64,
    /// Which parts it is about.
    pub reach: Reach,
    /// The positions, by part.
    pub positions: Vec<Position>,
}

impl LogCursor {
    /// The last position of a part that has been seen; `None` if the cursor is not about the part.
    pub fn seen(&self, part: i32) -> Option<i64> {
        match self.positions.iter().find(|position| position.part == part) {
            Some(position) => Some(position.seq),
            None => (self.reach == Reach::All).then_some(0),
        }
    }

    /// Encodes the cursor as opaque text of at most about 300 characters.
    pub fn encode(&self) -> String {
        let mut bytes = vec![if self.reach == Reach::All { ALL } else { SOME }];
        bytes.extend(self.epoch.to_le_bytes().iter().take(EPOCH_BYTES));
        for position in &self.positions {
            bytes.push(u8::try_from(position.part).unwrap_or_default());
            let mut seq = position.seq.cast_unsigned();
            while seq > 0x7f {
                bytes.push(u8::try_from(seq & 0x7f).unwrap_or_default() | 0x80);
                seq >>= 7;
            }
            bytes.push(u8::try_from(seq).unwrap_or_default());
            bytes.extend(position.check.to_le_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Decodes a cursor; `None` if the text is not one. Only the spelling that [`LogCursor::encode`] writes is accepted.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= MAX_CHARS)?).ok()?;
        let (format, rest) = bytes.split_first()?;
        let reach = match *format {
            SOME => Reach::Some,
            ALL => Reach::All,
            _ => return None,
        };
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
            let check = u16::from_le_bytes([bytes.next()?, bytes.next()?]);
            positions.push(Position { part, seq, check });
        }
        let cursor = Self { epoch: i64::from_le_bytes(number), reach, positions };
        (cursor.encode() == text).then_some(cursor)
    }
}

/// The end of a part of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Head {
    /// The last position.
    pub seq: i64,
    /// The change at that position; 0 if it is not known.
    pub change: i64,
}

/// SQL expression for the end of all parts, as [`LogEnd::read`] takes it.
pub(in crate::db) const END_OF_ALL: &str = "(SELECT e.epoch || '::' || COALESCE((SELECT string_agg(h.part || ',' || h.seq || ',' || h.last_change, ';') \
     FROM change_heads AS h), '') FROM change_epoch AS e)";
/// SQL expression for the end of the log for the stack in row `s`, as [`LogEnd::read`] takes it: its own last change, and
/// the last one of the templates. It does not depend on other stacks.
pub const END_OF_STACK: &str = "(SELECT e.epoch || ':' || (1 + s.id % 30) || ':' || COALESCE((SELECT string_agg(x.head, ';') FROM (SELECT h.part || \
     ',' || h.seq || ',' || h.last_change AS head FROM change_heads AS h WHERE h.part = 0 UNION ALL SELECT z.part || ',' || \
     z.seq || ',0' FROM change_horizons AS z WHERE z.part IN (0, 1 + s.id % 30) UNION ALL SELECT o.head FROM (SELECT l.part \
     || ',' || l.seq || ',' || l.id AS head FROM change_log AS l WHERE l.stack_id = s.id ORDER BY l.seq DESC LIMIT 1) AS o) \
     AS x), '') FROM change_epoch AS e)";

/// SQL expression for the end of the log for a caller, as [`LogEnd::read`] takes it. For some stacks it is that of their own
/// last changes and of the last one of the templates.
pub(in crate::db) fn end_within(scope: &Scope) -> Cow<'static, str> {
    let Scope::Stacks(stacks) = scope else { return Cow::Borrowed(END_OF_ALL) };
    let mut parts: Vec<String> = stacks.iter().map(|stack| part_of(Some(*stack)).to_string()).collect();
    parts.push(PART_OF_TEMPLATES.to_string());
    let own = stacks.iter().map(|stack| {
        format!(
            " UNION ALL SELECT o.head FROM (SELECT l.part || ',' || l.seq || ',' || l.id AS head FROM change_log AS l WHERE \
             l.stack_id = {} ORDER BY l.seq DESC LIMIT 1) AS o",
            stack.0
        )
    });
    Cow::Owned(format!(
        "(SELECT e.epoch || '::' || COALESCE((SELECT string_agg(x.head, ';') FROM (SELECT h.part || ',' || h.seq || ',' || \
         h.last_change AS head FROM change_heads AS h WHERE h.part = {PART_OF_TEMPLATES} UNION ALL SELECT z.part || ',' || \
         z.seq || ',0' FROM change_horizons AS z WHERE z.part IN ({}){}) AS x), '') FROM change_epoch AS e)",
        parts.join(", "),
        own.collect::<String>()
    ))
}

/// The end of the log, or of some parts of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogEnd {
    /// The epoch of the database.
    pub epoch: i64,
    /// The end of each part that has changes.
    pub heads: BTreeMap<i32, Head>,
    /// The part of the only stack that it is about.
    part: Option<i32>,
}

impl LogEnd {
    /// The end of an empty log.
    pub fn empty(epoch: i64) -> Self {
        Self { epoch, ..Self::default() }
    }

    /// Reads the text of [`END_OF_ALL`] or [`END_OF_STACK`].
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = text.splitn(3, ':');
        let epoch = fields.next()?.parse().ok()?;
        let part = fields.next().filter(|part| !part.is_empty()).map(str::parse).transpose().ok()?;
        let mut end = Self { epoch, heads: BTreeMap::new(), part };
        for head in fields.next()?.split(';').filter(|head| !head.is_empty()) {
            let mut numbers = head.split(',');
            let part: i32 = numbers.next()?.parse().ok()?;
            let (seq, change) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
            end.raise(part, Head { seq, change });
        }
        Some(end)
    }

    /// The end of a part.
    pub fn head(&self, part: i32) -> Head {
        self.heads.get(&part).copied().unwrap_or_default()
    }

    /// Raises the end of a part to this one, if it is later.
    pub fn raise(&mut self, part: i32, head: Head) {
        let known = self.heads.entry(part).or_default();
        if head.seq > known.seq {
            *known = head;
        }
    }

    /// The end for one stack.
    #[must_use]
    pub fn for_stack(self, stack: StackId) -> Self {
        Self { part: Some(part_of(Some(stack))), ..self }
    }

    /// The cursor of a reader that has seen everything until here.
    pub fn cursor(&self) -> LogCursor {
        let position = |part: i32| {
            let head = self.head(part);
            Position { part, seq: head.seq, check: if head.change == 0 { 0 } else { check_of(head.change) } }
        };
        let (reach, positions) = match self.part {
            None => (Reach::All, self.heads.keys().map(|part| position(*part)).collect()),
            Some(part) => (Reach::Some, vec![position(PART_OF_TEMPLATES), position(part)]),
        };
        LogCursor { epoch: self.epoch, reach, positions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::change_log::PARTS_OF_STACKS;

    fn cursor(positions: &[(i32, i64)]) -> LogCursor {
        let positions =
            positions.iter().map(|(part, seq)| Position { part: *part, seq: *seq, check: check_of(*seq) }).collect();
        LogCursor { epoch: (1 << 52) + 12345, reach: Reach::All, positions }
    }

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let whole: Vec<(i32, i64)> = (0..PARTS).map(|part| (part, 1_000_000 + i64::from(part))).collect();
        for mut cursor in [cursor(&[]), cursor(&[(0, 0)]), cursor(&[(3, 127), (31, 128)]), cursor(&whole)] {
            assert_eq!(LogCursor::decode(&cursor.encode()), Some(cursor.clone()));
            assert!(cursor.encode().len() <= 300, "{}", cursor.encode().len());
            assert_eq!(cursor.seen(1), cursor.positions.iter().find(|of| of.part == 1).map(|of| of.seq).or(Some(0)));
            cursor.reach = Reach::Some;
            assert_eq!(LogCursor::decode(&cursor.encode()), Some(cursor));
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

    #[test]
    fn the_end_of_the_log_is_read_from_sql() {
        assert!(END_OF_STACK.contains(&format!("% {PARTS_OF_STACKS}")) && part_of(Some(StackId(61))) == 2);
        let all = LogEnd::read("77::3,9,4;0,5,65535").unwrap();
        assert_eq!((all.epoch, all.head(3), all.head(1)), (77, Head { seq: 9, change: 4 }, Head::default()));
        let position = |part, seq, check| Position { part, seq, check };
        assert_eq!(all.cursor().positions, [position(0, 5, 1), position(3, 9, 5)]);
        let of_stack = LogEnd::read("77:4:3,9,4;0,5,65535").unwrap().cursor();
        assert_eq!((of_stack.reach, of_stack.positions), (Reach::Some, vec![position(0, 5, 1), position(4, 0, 0)]));
        let twice = LogEnd::read("77:3:3,9,4;0,5,65535;3,7,0").unwrap();
        assert_eq!(twice.cursor().positions, all.for_stack(StackId(32)).cursor().positions, "the later one counts");
        assert_eq!(
            LogEnd::read("77::").unwrap().cursor(),
            LogCursor { epoch: 77, reach: Reach::All, positions: vec![] }
        );
        for text in ["", "77", "77:", "x::", "77::1", "77::1,2,x"] {
            assert_eq!(LogEnd::read(text), None, "{text}");
        }
    }
}

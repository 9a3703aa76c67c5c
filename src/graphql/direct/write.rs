//! Writes the JSON of a response from the rows of a direct plan.
//!
//! Called for each request that a plan answers. It must fail for a row that the executor could not read, so that the
//! request is left to the executor.

use chrono::SecondsFormat;
use serde_json::Value;

use crate::{
    budget::{Budget, chunks::ChunkWriter},
    db::{
        direct::{Column, Keys, Projection, Row, RowSet, Version},
        queries::{
            instances::ByAge,
            page::{Page, Slice},
        },
    },
    error::{Error, Result},
    graphql::{
        context::int,
        direct::{
            effective,
            plan::{EdgeField, Fields, InstanceField, ListField, PageField, Scalar, StackField},
        },
        lists::connection::OpaqueCursor,
    },
    ids::{InstanceId, opaque},
    kinds::{Argv, Shape, plain::Form},
};

/// The rows of one read, grouped by row set.
pub(super) struct Rows<'a> {
    pub(super) projection: &'a Projection,
    pub(super) stack: Option<&'a Row>,
    instances: Vec<Member<'a>>,
    count: i64,
    /// The entries of each row set, sorted by owner and position.
    entries: Vec<Vec<(i64, i64, &'a Row)>>,
}

/// The row of an instance.
pub(super) struct Member<'a> {
    pub(super) age: ByAge,
    pub(super) row: &'a Row,
}

pub(super) fn malformed_row(what: &str) -> Error {
    Error::Internal(format!("a row has {what}"))
}

impl<'a> Rows<'a> {
    /// Groups the rows by row set, and sorts them.
    pub(super) fn new(projection: &'a Projection, rows: &'a [Row], budget: &Budget) -> Result<Self> {
        budget.charge(size_of_val(rows))?;
        let mut own = Self { projection, stack: None, instances: Vec::new(), count: 0, entries: Vec::new() };
        own.entries.resize_with(projection.parts(), Vec::new);
        for row in rows {
            let part = row.part()?;
            let number = |column| -> Result<i64> { Ok(Row::some(row.number(projection.place(column))?)?) };
            match usize::try_from(part).ok().and_then(|part| projection.part(part)) {
                Some(RowSet::STACK) => own.stack = Some(row),
                Some(RowSet::INSTANCE) => {
                    let created_at = Row::some(row.time(projection.place(Keys::CREATED))?)?;
                    let age = ByAge { created_at, id: InstanceId(number(Keys::INSTANCE)?) };
                    own.instances.push(Member { age, row });
                }
                Some(RowSet::COUNT) => own.count = number(Keys::COUNT)?,
                Some(kind) => {
                    for (column, form) in projection.fallible(kind) {
                        readable(row.text(projection.place(column))?, form)?;
                    }
                    let entry = (number(Keys::owner(kind))?, number(Keys::place(kind))?, row);
                    own.entries[kind.number()].push(entry);
                }
                None => return Err(malformed_row("no part")),
            }
        }
        own.instances.sort_unstable_by_key(|member| (member.age.created_at, member.age.id));
        for entries in &mut own.entries {
            entries.sort_unstable_by_key(|(owner, place, _)| (*owner, *place));
        }
        Ok(own)
    }

    /// The version of the data that was read; `None` if the stack does not exist.
    pub(super) fn version(&self) -> Result<Option<Version>> {
        Ok(self.stack.map(|row| Version::of(self.projection, row)).transpose()?)
    }

    /// Writes the stack, or null.
    pub(super) fn stack(
        mut self,
        fields: &Fields<StackField>,
        slice: Option<&Slice<ByAge>>,
        out: &mut ChunkWriter,
    ) -> Result<()> {
        let Some(stack) = self.stack else {
            out.extend_from_slice(b"null");
            return Ok(());
        };
        let mut members = std::mem::take(&mut self.instances);
        let page = slice.map(|slice| {
            if slice.backwards {
                members.reverse();
            }
            slice.page(members)
        });
        object(out, fields, |out, field| match (field, &page) {
            (StackField::Scalar(scalar), _) => self.scalar(out, stack, scalar),
            (StackField::Instances(fields), Some(page)) => self.list(out, page, fields),
            (StackField::Instances(_), None) => Err(malformed_row("no page")),
        })
    }

    /// Writes the only instance, or null.
    pub(super) fn instance(mut self, fields: &Fields<InstanceField>, out: &mut ChunkWriter) -> Result<()> {
        match std::mem::take(&mut self.instances).first() {
            Some(member) => self.member(out, member, fields),
            None => {
                out.extend_from_slice(b"null");
                Ok(())
            }
        }
    }

    fn list(&self, out: &mut ChunkWriter, page: &Page<Member<'_>>, fields: &Fields<ListField>) -> Result<()> {
        let rows = &page.rows;
        object(out, fields, |out, field| match field {
            ListField::Typename(name) => raw(out, name),
            ListField::TotalCount => json(out, &int(self.count)),
            ListField::PageInfo(fields) => object(out, fields, |out, field| match field {
                PageField::Typename(name) => raw(out, name),
                PageField::HasNext => raw(out, if page.has_next { "true" } else { "false" }),
                PageField::HasPrevious => raw(out, if page.has_previous { "true" } else { "false" }),
                PageField::Start => cursor(out, rows.first()),
                PageField::End => cursor(out, rows.last()),
            }),
            ListField::Nodes(fields) => list(out, rows, |out, member| self.member(out, member, fields)),
            ListField::Edges(fields) => list(out, rows, |out, member| {
                object(out, fields, |out, field| match field {
                    EdgeField::Typename(name) => raw(out, name),
                    EdgeField::Cursor => cursor(out, Some(member)),
                    EdgeField::Node(fields) => self.member(out, member, fields),
                })
            }),
        })
    }

    fn member(&self, out: &mut ChunkWriter, member: &Member<'_>, fields: &Fields<InstanceField>) -> Result<()> {
        out.budget().check_time()?;
        object(out, fields, |out, field| match field {
            InstanceField::Effective(config) => effective::write(self, out, member, config),
            InstanceField::Scalar(scalar) => self.scalar(out, member.row, scalar),
            InstanceField::Template(fields) => self.scalars(out, member.row, fields),
            InstanceField::Stack(fields) => {
                self.scalars(out, self.stack.ok_or_else(|| malformed_row("no stack"))?, fields)
            }
            InstanceField::Entries(part, shape, fields) => match (shape, self.of(*part, member.age.id.0)) {
                (Shape::List, own) => list(out, own, |out, (_, _, row)| self.scalars(out, row, fields)),
                (_, []) => raw(out, "null"),
                (_, [(_, _, row), ..]) => self.scalars(out, row, fields),
            },
        })
    }

    /// The entries of an owner.
    pub(super) fn of(&self, part: RowSet, owner: i64) -> &[(i64, i64, &'a Row)] {
        let entries = &self.entries[part.number()];
        let from = entries.partition_point(|(other, ..)| *other < owner);
        let own = &entries[from..];
        &own[..own.partition_point(|(other, ..)| *other == owner)]
    }

    fn scalars(&self, out: &mut ChunkWriter, row: &Row, fields: &Fields<Scalar>) -> Result<()> {
        object(out, fields, |out, scalar| self.scalar(out, row, scalar))
    }

    fn scalar(&self, out: &mut ChunkWriter, row: &Row, scalar: &Scalar) -> Result<()> {
        match scalar {
            Scalar::Typename(name) => raw(out, name),
            Scalar::Column(column, form) => self.column(out, row, *column, *form),
        }
    }

    /// Writes the value of a column in its format.
    pub(super) fn column(&self, out: &mut ChunkWriter, row: &Row, column: Column, form: Form) -> Result<()> {
        let at = self.projection.place(column);
        match form {
            Form::Text => match row.text(at)? {
                Some(plain) => json(out, plain),
                None => raw(out, "null"),
            },
            Form::Int | Form::Long => match row.number(at)? {
                Some(number) => json(out, &int(number)),
                None => raw(out, "null"),
            },
            Form::NonZero => match row.number(at)? {
                Some(number) if number != 0 => json(out, &int(number)),
                _ => raw(out, "null"),
            },
            Form::Flag => raw(
                out,
                match row.flag(at)? {
                    Some(true) => "true",
                    Some(false) => "false",
                    None => "null",
                },
            ),
            Form::Id(tag) => match row.number(at)? {
                Some(key) => quoted(out, &opaque(tag, key)),
                None => raw(out, "null"),
            },
            Form::Time => match row.time(at)? {
                Some(time) => quoted(out, &time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
                None => raw(out, "null"),
            },
            Form::Word(is) => match row.text(at)? {
                Some(word) if is(word) => quoted(out, &word.to_ascii_uppercase()),
                Some(_) => Err(malformed_row("an unknown word")),
                None => raw(out, "null"),
            },
            Form::Words => match row.text(at)? {
                Some(words) => {
                    let Ok(Argv(words)) = words.parse();
                    json(out, &words)
                }
                None => raw(out, "null"),
            },
            Form::Json => match row.text(at)? {
                Some(value) => json(out, &serde_json::from_str::<Value>(value).map_err(|_| malformed_row("no JSON"))?),
                None => raw(out, "null"),
            },
        }
    }
}

/// Fails if the executor could not read a row with this text, whichever fields are selected.
fn readable(text: Option<&str>, form: Form) -> Result<()> {
    let sound = text.is_none_or(|text| match form {
        Form::Word(is) => is(text),
        // `IgnoredAny` would accept any depth of nesting.
        Form::Json => serde_json::from_str::<Value>(text).is_ok(),
        _ => true,
    });
    if sound { Ok(()) } else { Err(malformed_row("what cannot be read")) }
}

/// Writes an object.
pub(super) fn object<F>(
    out: &mut ChunkWriter,
    fields: &Fields<F>,
    mut value: impl FnMut(&mut ChunkWriter, &F) -> Result<()>,
) -> Result<()> {
    let mut sign = b'{';
    for (key, field) in fields {
        out.push(sign);
        sign = b',';
        out.extend_from_slice(key.as_bytes());
        value(out, field)?;
    }
    out.push(b'}');
    Ok(out.check()?)
}

pub(super) fn list<T>(
    out: &mut ChunkWriter,
    items: &[T],
    mut value: impl FnMut(&mut ChunkWriter, &T) -> Result<()>,
) -> Result<()> {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        value(out, item)?;
    }
    out.push(b']');
    Ok(out.check()?)
}

/// Writes text that is JSON already.
#[expect(clippy::unnecessary_wraps, reason = "an arm of matches whose other arms can fail")]
pub(super) fn raw(out: &mut ChunkWriter, json: &str) -> Result<()> {
    out.extend_from_slice(json.as_bytes());
    Ok(())
}

/// Writes a string that contains nothing to escape.
#[expect(clippy::unnecessary_wraps, reason = "an arm of matches whose other arms can fail")]
fn quoted(out: &mut ChunkWriter, text: &str) -> Result<()> {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

pub(super) fn json(out: &mut ChunkWriter, value: &(impl serde::Serialize + ?Sized)) -> Result<()> {
    let written = serde_json::to_writer(&mut *out, value);
    out.check()?;
    written.map_err(|_| malformed_row("what JSON cannot show"))
}

fn cursor(out: &mut ChunkWriter, member: Option<&Member<'_>>) -> Result<()> {
    match member {
        Some(member) => quoted(out, &member.age.encode()),
        None => raw(out, "null"),
    }
}

//! Finds a text in everything that people look for: names, descriptions, images, and the entries of all kinds.
//!
//! Called by the use cases. It must not read what a secret says, nor what is in the trash.

use std::sync::LazyLock;

use sea_orm::{DatabaseBackend, DbErr, FromQueryResult, Statement, Value};

use crate::{
    db::{
        Session,
        queries::page::{Cursor, Page, Slice, SortValue, folded},
    },
    ids::{AnyId, InstanceId, StackId, TemplateId},
    kinds::{
        Origin, OverrideKind, SettingField,
        plain::{PLAIN_KINDS, PlainKind, SHARED_VARS},
    },
};

/// The most characters of a text that is searched for.
pub const MAX_SEARCHED: usize = 128;
/// The most characters of a text that was found; of a longer one the part around the match.
pub const MAX_EXCERPT: usize = 240;
/// The characters of a long text that are shown before the match.
const LEAD: usize = 80;
/// Where a text was cut.
const CUT: &str = "…";

const _: () = assert!(LEAD + MAX_SEARCHED <= MAX_EXCERPT, "an excerpt shows the whole match");

/// The objects that have what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Stack,
    Instance,
    Template,
}

/// One list of texts that is searched; each row has one text, and may have a key.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The names of objects.
    Name(Of),
    /// The categories of templates, where the name does not match.
    Category,
    /// The descriptions of objects, where nothing before matches.
    Description(Of),
    /// A setting that is a field of templates.
    Field(SettingField),
    /// The entries of a kind, and their table.
    Entries(&'static PlainKind, Of, &'static str),
}

/// All sources, in the order of what is found.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let objects = [Of::Stack, Of::Instance, Of::Template];
    let mut sources: Vec<Source> = objects.map(Source::Name).into();
    sources.push(Source::Category);
    sources.extend(objects.map(Source::Description));
    for kind in PLAIN_KINDS {
        if kind.kind == OverrideKind::Setting {
            // The tag is shown with the image.
            let fields = SettingField::ALL.iter().copied().filter(|field| *field != SettingField::ImageTag);
            sources.extend(fields.map(Source::Field));
        }
        sources.extend(kind.template_table().map(|table| Source::Entries(kind, Of::Template, table)));
        sources.extend(kind.stack_table.map(|table| Source::Entries(&SHARED_VARS, Of::Stack, table)));
        sources.push(Source::Entries(kind, Of::Instance, kind.table));
    }
    sources
});

/// The SQL of a source: of its rows, without the conditions of the search.
struct Rows {
    table: &'static str,
    owner: &'static str,
    key: Option<&'static str>,
    text: String,
    /// SQL of what must not match.
    except: Vec<&'static str>,
    /// The condition of the rows that the caller may see.
    visible: String,
}

impl Of {
    fn table(self) -> &'static str {
        match self {
            Self::Stack => "stacks",
            Self::Instance => "service_instances",
            Self::Template => "services",
        }
    }

    fn name(self) -> &'static str {
        if self == Self::Instance { "instance_id" } else { "name" }
    }

    /// The column by which an entry refers to it.
    fn owner(self) -> &'static str {
        match self {
            Self::Stack => "stack_id",
            Self::Instance => "instance_id",
            Self::Template => "service_id",
        }
    }

    /// The condition that an object is live and within the scope.
    fn visible(self, db: &impl Session) -> String {
        match self {
            Self::Stack => format!("deleted_at IS NULL{}", db.scope().and("id")),
            Self::Instance => format!("deleted_at IS NULL{}", db.scope().and("stack_id")),
            Self::Template => "1 = 1".to_owned(),
        }
    }

    fn id(self, raw: i64) -> AnyId {
        match self {
            Self::Stack => AnyId::Stack(StackId(raw)),
            Self::Instance => AnyId::Instance(InstanceId(raw)),
            Self::Template => AnyId::Template(TemplateId(raw)),
        }
    }

    fn origin(self) -> Origin {
        match self {
            Self::Stack => Origin::Stack,
            Self::Instance => Origin::Instance,
            Self::Template => Origin::Template,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Instance => "instance",
            Self::Template => "template",
        }
    }
}

impl Source {
    fn of(self) -> Of {
        match self {
            Self::Name(of) | Self::Description(of) | Self::Entries(_, of, _) => of,
            Self::Category | Self::Field(_) => Of::Template,
        }
    }

    fn kind(self) -> Option<OverrideKind> {
        match self {
            Self::Name(_) | Self::Category | Self::Description(_) => None,
            Self::Field(_) => Some(OverrideKind::Setting),
            Self::Entries(kind, ..) => Some(kind.kind),
        }
    }

    /// The name of the source in cursors. It stays the same when kinds are added.
    fn word(self) -> String {
        match self {
            Self::Name(of) => format!("name.{}", of.word()),
            Self::Category => "category".to_owned(),
            Self::Description(of) => format!("description.{}", of.word()),
            Self::Field(field) => format!("{field}.template"),
            Self::Entries(kind, of, _) => format!("{}.{}", kind.word, of.word()),
        }
    }

    fn rows(self, db: &impl Session) -> Rows {
        let of = self.of();
        let own = |text: &str, except: &[&'static str]| Rows {
            table: of.table(),
            owner: "id",
            key: None,
            text: text.to_owned(),
            except: except.to_vec(),
            visible: of.visible(db),
        };
        match self {
            Self::Name(of) => own(of.name(), &[]),
            Self::Category => own("category", &["name"]),
            Self::Description(Of::Template) => own("description", &["name", "category"]),
            Self::Description(of) => own("description", &[of.name()]),
            // As Compose writes it.
            Self::Field(SettingField::ImageName) => {
                own("image_name || CASE WHEN image_tag LIKE 'sha256:%' THEN '@' ELSE ':' END || image_tag", &[])
            }
            Self::Field(field) => own(&format!("\"{}\"", field.column()), &[]),
            Self::Entries(kind, of, table) => {
                let text = match kind.refers_by {
                    None => kind.brief.to_owned(),
                    // The other one is looked for by its name.
                    Some(column) => {
                        let name = format!("SELECT o.instance_id FROM service_instances AS o WHERE o.id = {column}");
                        format!("({name}) || ': ' || {}", kind.brief)
                    }
                };
                let visible = format!("{} IN (SELECT id FROM {} WHERE {})", of.owner(), of.table(), of.visible(db));
                Rows { table, owner: of.owner(), key: Some(kind.row_key), text, except: Vec::new(), visible }
            }
        }
    }

    /// Whether the keys of its entries are searched as well. A reference is an id, and the settings of templates are not
    /// called so by their users.
    fn has_keys(self) -> bool {
        matches!(self, Self::Entries(kind, ..) if kind.refers_by.is_none())
    }

    /// The statement of its rows that match: `?1` is the text, `?2` the limit and `?3` the row after which it begins.
    fn select(self, db: &impl Session, place: usize, is_begun: bool) -> String {
        let backend = db.get_database_backend();
        let Rows { table, owner, key, text, except, visible } = self.rows(db);
        let shown_key = key.unwrap_or("NULL");
        let key_at = if self.has_keys() { position(backend, shown_key) } else { "0".to_owned() };
        let text_at = position(backend, &text);
        let mut conditions = visible;
        for other in except {
            conditions += &format!(" AND {} = 0", position(backend, other));
        }
        if is_begun {
            conditions += &format!(" AND id > {}", parameter(backend, 3));
        }
        let limit = parameter(backend, 2);
        // A long text is cut before the rows are sorted.
        format!(
            "SELECT * FROM (SELECT CAST({place} AS BIGINT) AS place, id, owner, entry_key, \
             substr(entry_text, CASE WHEN text_at > {LEAD} THEN text_at - {LEAD} ELSE 1 END, {MAX_EXCERPT}) AS excerpt, \
             CAST(text_at AS BIGINT) AS text_at, CAST(length(entry_text) AS BIGINT) AS size \
             FROM (SELECT id, {owner} AS owner, CAST({shown_key} AS TEXT) AS entry_key, CAST({text} AS TEXT) AS entry_text, \
             {key_at} AS key_at, {text_at} AS text_at FROM {table} WHERE {conditions}) AS r \
             WHERE key_at > 0 OR text_at > 0 ORDER BY id LIMIT {limit}) AS s{place}"
        )
    }
}

/// The placeholder of a parameter.
fn parameter(backend: DatabaseBackend, number: usize) -> String {
    let sign = if backend == DatabaseBackend::Sqlite { '?' } else { '$' };
    format!("{sign}{number}")
}

/// SQL for the position of the text that is searched for, from 1; 0 where it is not found.
fn position(backend: DatabaseBackend, text: &str) -> String {
    match backend {
        DatabaseBackend::Sqlite => format!("COALESCE(instr(LOWER({text}), ?1), 0)"),
        // The collation of the database would also change other letters than `A` to `Z`.
        _ => format!("COALESCE(strpos(LOWER(CAST({text} AS TEXT) COLLATE \"C\"), $1), 0)"),
    }
}

/// The position of a match in the order of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByMatch {
    /// The number of its source.
    place: usize,
    /// The id of its row.
    id: i64,
}

impl ByMatch {
    /// The position as text.
    pub fn text(self) -> String {
        let word = SOURCES.get(self.place).map(|source| source.word()).unwrap_or_default();
        format!("{word}:{}", self.id)
    }

    /// Reads the result of [`ByMatch::text`].
    pub fn read(text: &str) -> Option<Self> {
        let (word, id) = text.split_once(':')?;
        let place = SOURCES.iter().position(|source| source.word() == word)?;
        Some(Self { place, id: id.parse().ok()? })
    }
}

impl Cursor for ByMatch {
    const COLUMNS: &'static [&'static str] = &["place", "id"];

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Number(i64::try_from(self.place).unwrap_or(i64::MAX)), SortValue::Number(self.id)]
    }
}

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Match {
    /// Its position.
    pub at: ByMatch,
    /// The object that it is, or whose entry it is.
    pub owner: AnyId,
    /// The kind of the entry; `None` for an object that was found by a field of its own.
    pub kind: Option<OverrideKind>,
    /// The key of the entry.
    pub key: Option<String>,
    /// Whose entry it is.
    pub origin: Option<Origin>,
    /// The text that was found, or the entry in one line. Empty for a secret.
    pub text: String,
}

#[derive(FromQueryResult)]
struct Found {
    place: i64,
    id: i64,
    owner: i64,
    entry_key: Option<String>,
    excerpt: Option<String>,
    text_at: i64,
    size: Option<i64>,
}

impl Found {
    fn read(self) -> Option<Match> {
        let place = usize::try_from(self.place).ok()?;
        let source = *SOURCES.get(place)?;
        let kind = source.kind();
        let key = match source {
            Source::Field(field) => Some(field.as_str().to_owned()),
            Source::Entries(kind, ..) => self.entry_key.map(|key| (kind.read_key)(&key).unwrap_or(key)),
            _ => None,
        };
        let before = usize::try_from(self.text_at).unwrap_or_default().saturating_sub(LEAD + 1);
        let mut text = self.excerpt.unwrap_or_default();
        if usize::try_from(self.size.unwrap_or_default()).unwrap_or_default() > before + MAX_EXCERPT {
            text += CUT;
        }
        if before > 0 {
            text.insert_str(0, CUT);
        }
        let of = source.of();
        let at = ByMatch { place, id: self.id };
        Some(Match { at, owner: of.id(self.owner), kind, key, origin: kind.map(|_| of.origin()), text })
    }
}

/// A page of what contains a text, in one statement. With `kinds`, only entries of these kinds. `text` is neither empty nor
/// longer than [`MAX_SEARCHED`]. Every source that is left is read until it has given a page; one without matches is read to
/// its end.
pub async fn page(
    db: &impl Session,
    text: &str,
    kinds: Option<&[OverrideKind]>,
    slice: &Slice<ByMatch>,
) -> Result<Page<Match>, DbErr> {
    let first = slice.after.map_or(0, |after| after.place);
    let wanted = |source: &Source| kinds.is_none_or(|kinds| source.kind().is_some_and(|kind| kinds.contains(&kind)));
    let left = SOURCES.iter().enumerate().skip(first).filter(|(_, source)| wanted(source));
    // Of the source of the cursor only the rest, of those behind it everything.
    let after = slice.after.filter(|after| SOURCES.get(after.place).is_some_and(wanted));
    let is_begun = |place: usize| after.is_some_and(|after| after.place == place);
    let selects: Vec<String> = left.map(|(place, source)| source.select(db, place, is_begun(place))).collect();
    if selects.is_empty() {
        return Ok(slice.page(Vec::new()));
    }
    let backend = db.get_database_backend();
    let limit = parameter(backend, 2);
    let sql = format!("SELECT * FROM ({}) AS found ORDER BY place, id LIMIT {limit}", selects.join(" UNION ALL "));
    let fetch = i64::try_from(slice.fetch()).unwrap_or(i64::MAX);
    let mut values: Vec<Value> = vec![folded(text).into(), fetch.into()];
    values.extend(after.map(|after| Value::from(after.id)));
    let rows = Found::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(db).await?;
    Ok(slice.page(rows.into_iter().filter_map(Found::read).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_the_round_trip() {
        let mut words: Vec<String> = Vec::new();
        for place in 0..SOURCES.len() {
            let at = ByMatch { place, id: 7 };
            assert_eq!(ByMatch::read(&at.text()), Some(at));
            words.push(SOURCES[place].word());
        }
        words.sort();
        words.dedup();
        assert_eq!(words.len(), SOURCES.len(), "each source has a word of its own");
        for rubbish in ["", "7", "name.stack", "name.stack:", "name.stack:x", "name:7", "ports.stack:7"] {
            assert_eq!(ByMatch::read(rubbish), None, "{rubbish}");
        }
    }

    #[test]
    fn every_kind_is_searched_wherever_it_is_stored() {
        for kind in PLAIN_KINDS {
            let places = SOURCES.iter().filter(|source| source.kind() == Some(kind.kind)).count();
            let fields = if kind.kind == OverrideKind::Setting { SettingField::ALL.len() - 1 } else { 0 };
            let tables = 1 + usize::from(kind.template_table().is_some()) + usize::from(kind.stack_table.is_some());
            assert_eq!(places, fields + tables, "{}", kind.field);
        }
    }
}

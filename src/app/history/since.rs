//! The change that made an effective value what it is.
//!
//! Called by the resolvers. It must not merge entries.

use std::collections::HashMap;

use crate::{
    access::change::Subject,
    app::App,
    db::change_log::{past::Point, since::LastChanges},
    error::Result,
    ids::{ChangeId, InstanceId, StackId, TemplateId},
    kinds::{Origin, OverrideKind, SettingField},
};

/// The entries of an instance, of its stack and of its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sides {
    /// The instance.
    pub instance: InstanceId,
    /// Its stack.
    pub stack: StackId,
    /// Its template.
    pub template: TemplateId,
    /// The point until which changes count.
    pub point: Point,
}

/// An effective value.
#[derive(Clone, Debug)]
pub struct EffectiveKey {
    /// Its kind.
    pub kind: OverrideKind,
    /// Its key.
    pub key: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl EffectiveKey {
    /// The column of the template that has the value, if it is a setting.
    fn column(&self) -> Option<&'static str> {
        let is_setting = self.kind == OverrideKind::Setting;
        is_setting.then(|| self.key.parse().ok().map(SettingField::column)).flatten()
    }
}

impl App {
    /// The last changes of the entries of many instances, their stacks and their templates, in a constant number of statements for
    /// each point.
    pub async fn last_changes(&self, sides: &[Sides]) -> Result<HashMap<Point, LastChanges>> {
        let mut of_point: HashMap<Point, Vec<Subject>> = HashMap::new();
        for sides in sides {
            let subjects =
                [Subject::Instance(sides.instance), Subject::Stack(sides.stack), Subject::Template(sides.template)];
            of_point.entry(sides.point).or_default().extend(subjects);
        }
        let mut found = HashMap::new();
        for (point, mut subjects) in of_point {
            subjects.sort_unstable();
            subjects.dedup();
            found.insert(point, LastChanges::load(&self.reader(), point, &subjects).await?);
        }
        Ok(found)
    }
}

/// The change that made a value what it is; `None` if that is older than the log.
pub fn since(known: &LastChanges, sides: &Sides, value: &EffectiveKey) -> Option<ChangeId> {
    let (instance, template) = (Subject::Instance(sides.instance), Subject::Template(sides.template));
    let stack = Subject::Stack(sides.stack);
    let kind = value.kind.as_str();
    let own = known.of(instance, kind, Some(&value.key));
    let created = known.created(instance);
    // Ids ascend with time.
    match value.origin {
        Origin::Instance => own.or(created),
        Origin::Template => {
            let replaced = known.of(instance, kind, None);
            let of_template = match value.column() {
                Some(column) => known.of(template, "FIELD", Some(column)),
                None => known.of(template, kind, Some(&value.key)),
            };
            // A variable of the stack may have been there before.
            let of_stack = known.of(stack, kind, Some(&value.key));
            let of_template = of_template.or(known.created(template));
            [own, replaced, of_stack, of_template, created].into_iter().flatten().max()
        }
        Origin::Stack => {
            let replaced = known.of(instance, kind, None);
            let of_stack = known.of(stack, kind, Some(&value.key)).or(known.created(stack));
            [own, replaced, of_stack, created].into_iter().flatten().max()
        }
        // What the service adds depends on names.
        Origin::System => {
            let names = ["instance_id", "container_name"].map(|column| known.of(instance, "FIELD", Some(column)));
            names.into_iter().flatten().chain(created).max()
        }
    }
}

//! Compiles the fields of stacks, instances and templates.
//!
//! Used by the compiler. It must not know how the objects of a node are found.

use apollo_compiler::executable::Field as Selected;

use super::{Compiler, Sets, argument, plain, typename};
use crate::{
    db::{
        change_log::cursor::END_OF_STACK,
        read_model::{Column, NodeId, Source},
    },
    fields::{INSTANCE, STACK, TEMPLATE},
    ids::{GlobalId, StackId, TemplateId},
    kinds::{
        Shape,
        plain::{ColumnFormat, FieldColumn, PLAIN_KINDS, SHARED_VARS},
    },
    read::plan::{Base, DependsOn, Field, Fields, NodeArguments, PreviewField},
};

/// A column of instances that is needed for its id.
const fn id(sql: &'static str, tag: &'static str) -> FieldColumn {
    FieldColumn { field: sql, sql, format: ColumnFormat::Id(tag) }
}

const fn text(sql: &'static str) -> FieldColumn {
    FieldColumn { field: sql, sql, format: ColumnFormat::Text }
}

/// `changeCursor` of a stack.
const CHANGE_CURSOR: FieldColumn =
    FieldColumn { field: "changeCursor", sql: END_OF_STACK, format: ColumnFormat::Cursor };

impl<'a> Compiler<'a> {
    /// The fields of the objects of a node.
    pub(super) fn object(&mut self, of: &str, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<Field>> {
        match of {
            "Stack" => self.stack(node, sets),
            "Instance" => self.instance(node, sets),
            "Template" => self.template(node, sets),
            _ => None,
        }
    }

    pub(super) fn stack(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<Field>> {
        self.fields("Stack", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => Field::Typename(typename("Stack")),
                "instances" => own.members(node, field, sets)?,
                "instance" => {
                    let member = own.tree.named(node);
                    let name = argument(field, "name");
                    own.argue(member, NodeArguments::Name(name));
                    Field::Named(member, own.instance(member, sets)?)
                }
                "compose" => own.computed(node, DependsOn::Stack)?,
                "document" => own.computed(node, DependsOn::Stack)?,
                "instanceCount" => own.computed(node, DependsOn::Stack)?,
                "conflicts" | "conflictCount" => own.computed(node, DependsOn::Everything)?,
                // A change of owners alone is no change of the stack.
                "owners" => own.computed(node, DependsOn::Request)?,
                // A point can be so long ago from now, also far below a change. The lease of a fork depends on the time,
                // and can be asked for below its source.
                "history" | "lastChange" | "version" | "lease" | "forkedFrom" | "forks" | "forkKey" => {
                    own.computed(node, DependsOn::Request)?
                }
                "sharedVars" if own.select(sets, &["usedBy"]) => own.computed(node, DependsOn::Stack)?,
                "sharedVars" => {
                    let (set, fields) = own.entries(node, &SHARED_VARS, sets)?;
                    Field::Entries(set, Shape::List, fields)
                }
                "changeCursor" => Field::Column(own.tree.of_node(node, CHANGE_CURSOR), CHANGE_CURSOR.format),
                _ => own.plain_field(node, field, STACK)?,
            })
        })
    }

    pub(super) fn template(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<Field>> {
        self.fields("Template", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => Field::Typename(typename("Template")),
                "instances" => own.members(node, field, sets)?,
                "affected" => own.computed(node, DependsOn::Everything)?,
                "history" => own.computed(node, DependsOn::Request)?,
                _ => match own.entries_field(node, field, sets) {
                    Some(entries) => entries?,
                    None => own.plain_field(node, field, TEMPLATE)?,
                },
            })
        })
    }

    pub(super) fn instance(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<Field>> {
        self.fields("Instance", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => Field::Typename(typename("Instance")),
                "stack" => {
                    let (stack, key) = own.stack_of(node);
                    Field::Of(stack, key, own.stack(stack, sets)?)
                }
                "template" => {
                    let (template, key) = own.template_of(node);
                    Field::Of(template, key, own.template(template, sets)?)
                }
                // Since when a value is what it is follows from the change log, which is not versioned.
                "effectiveConfig" if own.select(sets, &["since"]) => own.computed(node, DependsOn::Request)?,
                // The service's own labels have the names of stack, instance and template in them.
                "effectiveConfig" if own.select(sets, &["entries"]) => own.computed(node, DependsOn::Everything)?,
                // What references lead to.
                "effectiveConfig" if own.select(sets, &["target", "targetInstance"]) => {
                    own.computed(node, DependsOn::Stack)?
                }
                "references" | "referencedBy" | "endpoints" => own.computed(node, DependsOn::Stack)?,
                "effectiveConfig" => own.effective(node, sets)?,
                "overrideRules" => own.rules(node, sets)?,
                "overrideStats" => own.stats(node, sets)?,
                "overrideDiff" => own.diff(node, sets)?,
                "deletePreview" => own.preview(node, sets)?,
                "conflicts" => own.computed(node, DependsOn::Everything)?,
                // A point can be so long ago from now, also far below a change.
                "history" | "version" => own.computed(node, DependsOn::Request)?,
                _ => match own.entries_field(node, field, sets) {
                    Some(entries) => entries?,
                    None => own.plain_field(node, field, INSTANCE)?,
                },
            })
        })
    }

    fn plain_field(&mut self, node: NodeId, field: &Selected, of: &[FieldColumn]) -> Option<Field> {
        plain(field, of, |shown| self.tree.of_node(node, shown)).map(|(column, format)| Field::Column(column, format))
    }

    /// A field that the executor computes for each object. It finds live objects only.
    fn computed(&mut self, node: NodeId, depends_on: DependsOn) -> Option<Field> {
        let mut above = self.tree.get(node);
        while let Source::Of(parent) | Source::Members(parent) | Source::Named(parent) | Source::Dependencies(parent) =
            above.source
        {
            above = self.tree.get(parent);
        }
        if matches!(above.source, Source::Trash | Source::AnyIds) {
            return None;
        }
        Some(Field::Computed(self.computed_field(Some(node), depends_on)))
    }

    /// A field with the entries of a kind; `None` if there is no such kind.
    fn entries_field(&mut self, node: NodeId, field: &'a Selected, sets: Sets<'_, 'a>) -> Option<Option<Field>> {
        let kind = PLAIN_KINDS.iter().find(|kind| kind.field == field.name.as_str())?;
        Some(match kind.shape {
            Shape::Fields => self.settings(node, kind, sets),
            shape => self.entries(node, kind, sets).map(|(set, fields)| Field::Entries(set, shape, fields)),
        })
    }

    /// The node of the stacks of instances, and the column of the stack's id.
    pub(super) fn stack_of(&mut self, node: NodeId) -> (NodeId, Column) {
        let key = self.tree.of_node(node, id("i.stack_id", StackId::TAG));
        (self.tree.stack_of(node), key)
    }

    /// The node of the templates of instances, and the column of the template's id.
    pub(super) fn template_of(&mut self, node: NodeId) -> (NodeId, Column) {
        let key = self.tree.of_node(node, id("i.template_service_id", TemplateId::TAG));
        (self.tree.template_of(node), key)
    }

    /// The columns of an instance, its stack and its template that merging needs.
    pub(super) fn base(&mut self, node: NodeId) -> Base {
        let rules = self.tree.rules(node);
        let (template, template_id) = self.template_of(node);
        let (stack, stack_id) = self.stack_of(node);
        Base {
            rules,
            template,
            template_id,
            template_name: self.tree.of_node(template, text("t.name")),
            stack,
            stack_id,
            stack_name: self.tree.of_node(stack, text("s.name")),
            instance_name: self.tree.of_node(node, text("i.instance_id")),
        }
    }

    fn preview(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Field> {
        let (template, key) = self.template_of(node);
        let fields = self.fields("InstanceDeletePreview", sets, |own, field, _| {
            let of_instance = match field.name.as_str() {
                "__typename" => return Some(PreviewField::Typename(typename("InstanceDeletePreview"))),
                "templateName" => {
                    return Some(PreviewField::TemplateName(own.tree.of_node(template, text("t.name"))));
                }
                "instanceName" => "name",
                same => same,
            };
            let shown = INSTANCE.iter().find(|shown| shown.field == of_instance)?;
            Some(PreviewField::Column(own.tree.of_node(node, *shown), shown.format))
        });
        Some(Field::Preview(template, key, fields?))
    }
}

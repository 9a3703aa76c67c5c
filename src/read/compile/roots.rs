//! Compiles the root fields.
//!
//! Used by the compiler. It must not compile the fields of objects itself.

use apollo_compiler::executable::Field;

use super::{Compiler, Sets, argument, lists::page, typename};
use crate::{
    db::read_model::{Entity, NodeId, Source},
    read::{
        arguments::Argument,
        plan::{DependsOn, Fields, IdsOf, NodeArguments, NodesShape, Root, TrashField},
    },
};

impl<'a> Compiler<'a> {
    pub(super) fn roots(&mut self, sets: Sets<'_, 'a>) -> Option<Fields<Root>> {
        self.fields("Query", sets, Self::root)
    }

    fn root(&mut self, field: &'a Field, sets: Sets<'_, 'a>) -> Option<Root> {
        Some(match field.name.as_str() {
            "__typename" => Root::Typename(typename("Query")),
            "stack" => {
                self.depends_on_stack = true;
                self.stack_named(argument(field, "name"), sets)?
            }
            "template" => self.template_named(argument(field, "name"), sets)?,
            "instance" => {
                self.depends_on_stack = true;
                self.instance_named(argument(field, "stack"), argument(field, "name"), sets)?
            }
            "stackByRef" => {
                let wanted = argument(field, "ref");
                let node = self.by_id(Entity::Stack, &wanted, IdsOf::Stack);
                let by_id = Root::One(node, self.stack(node, sets)?);
                Root::Either(Box::new([by_id, self.stack_named(wanted.field(&["name"]), sets)?]))
            }
            "templateByRef" => {
                let wanted = argument(field, "ref");
                let node = self.by_id(Entity::Template, &wanted, IdsOf::Template);
                let by_id = Root::One(node, self.template(node, sets)?);
                Root::Either(Box::new([by_id, self.template_named(wanted.field(&["name"]), sets)?]))
            }
            "instanceByRef" => {
                let wanted = argument(field, "ref");
                let node = self.by_id(Entity::Instance, &wanted, IdsOf::Instance);
                let by_id = Root::One(node, self.instance(node, sets)?);
                let (stack, name) = (wanted.field(&["byName", "stack"]), wanted.field(&["byName", "name"]));
                Root::Either(Box::new([by_id, self.instance_named(stack, name, sets)?]))
            }
            "node" => self.nodes(field, "id", NodesShape::One, sets)?,
            "nodes" => self.nodes(field, "ids", NodesShape::Many, sets)?,
            "stacks" => {
                let node = self.tree.root(Entity::Stack, Source::Live);
                let arguments = NodeArguments::Stacks(page(field), argument(field, "enabled"));
                self.argue(node, arguments);
                Root::List(node, self.connection("Stack", node, sets)?)
            }
            "templates" => {
                let node = self.tree.root(Entity::Template, Source::Live);
                let arguments = NodeArguments::Templates(page(field), argument(field, "category"));
                self.argue(node, arguments);
                Root::List(node, self.connection("Template", node, sets)?)
            }
            "trash" => Root::Trash(self.fields("Trash", sets, Self::trash)?),
            "changeCursor" => Root::Cursor(self.tree.log_end()),
            "viewer" | "apiKeys" | "diffStacks" | "plan" => {
                Root::Computed(self.computed_field(None, DependsOn::Request))
            }
            "suggestHostPort" | "categories" | "version" => {
                Root::Computed(self.computed_field(None, DependsOn::Everything))
            }
            // Introspection; and `changes` and `search`, below which anything can be selected.
            _ => return None,
        })
    }

    fn stack_named(&mut self, name: Argument, sets: Sets<'_, 'a>) -> Option<Root> {
        let node = self.by_name(Entity::Stack, name);
        Some(Root::One(node, self.stack(node, sets)?))
    }

    fn template_named(&mut self, name: Argument, sets: Sets<'_, 'a>) -> Option<Root> {
        let node = self.by_name(Entity::Template, name);
        Some(Root::One(node, self.template(node, sets)?))
    }

    fn instance_named(&mut self, stack: Argument, name: Argument, sets: Sets<'_, 'a>) -> Option<Root> {
        let stack = self.by_name(Entity::Stack, stack);
        let node = self.tree.named(stack);
        self.argue(node, NodeArguments::Name(name));
        Some(Root::Named(stack, node, self.instance(node, sets)?))
    }

    fn by_name(&mut self, entity: Entity, name: Argument) -> NodeId {
        let node = self.tree.root(entity, Source::Name);
        self.argue(node, NodeArguments::Name(name));
        node
    }

    /// The object with the id of a reference; none if the reference is a name.
    fn by_id(&mut self, entity: Entity, reference: &Argument, of: IdsOf) -> NodeId {
        let node = self.tree.root(entity, Source::Ids);
        self.argue(node, NodeArguments::Ids(reference.field(&["id"]), of));
        node
    }

    fn nodes(&mut self, field: &'a Field, name: &str, shape: NodesShape, sets: Sets<'_, 'a>) -> Option<Root> {
        let ids = argument(field, name);
        let mut node = |entity, of| {
            let node = self.tree.root(entity, Source::Ids);
            self.argue(node, NodeArguments::Ids(ids.clone(), of));
            node
        };
        let stack = node(Entity::Stack, IdsOf::Stack);
        let instance = node(Entity::Instance, IdsOf::Instance);
        let template = node(Entity::Template, IdsOf::Template);
        let fields = [
            (stack, self.stack(stack, sets)?),
            (instance, self.instance(instance, sets)?),
            (template, self.template(template, sets)?),
        ];
        self.ids.push(ids);
        Some(Root::Nodes(self.ids.len() - 1, shape, fields))
    }

    fn trash(&mut self, field: &'a Field, sets: Sets<'_, 'a>) -> Option<TrashField> {
        let (entity, of) = match field.name.as_str() {
            "__typename" => return Some(TrashField::Typename(typename("Trash"))),
            "stacks" => (Entity::Stack, "TrashedStack"),
            "instances" => (Entity::Instance, "TrashedInstance"),
            _ => return None,
        };
        let node = self.tree.root(entity, Source::Trash);
        let page = page(field);
        self.argue(node, NodeArguments::Trash(page));
        Some(TrashField::List(node, self.trashed(of, node, sets)?))
    }
}

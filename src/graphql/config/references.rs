//! References in effective values: what they resolve to, and the parts of a text.
//!
//! Used by the effective configuration. It must not resolve references itself; `references` does.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, Object, Result, SimpleObject, Union};

use crate::{
    app::{PointRef, ReferenceUse},
    db::entities::InstanceModel,
    error::Error,
    graphql::{
        config::{
            effective::{ConfigOf, EffectiveEnvVar},
            shared::Shared,
            shared_var::LiveSharedVar,
        },
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{InstanceKey, StackVersionOf, ValuesOf},
        types::instance::Instance,
    },
    ids::InstanceId,
    kinds::{EnvVar, Kind, Merged, OfStack, OverrideKind, SharedVar},
    references::{
        Of, PortRef, Reference, ResolvedSegment, Resolver, StackValues, State, Trouble, What, has_references,
    },
};

/// Whether the references in a value have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum ValueState {
    /// All of them do, or there are none.
    Resolved,
    /// One of them does not: what it names is not there, or leads back to itself.
    Unresolved,
    /// All of them do, and one leads to an instance that is disabled.
    DisabledTarget,
}

impl From<State> for ValueState {
    fn from(state: State) -> Self {
        match state {
            State::Resolved => Self::Resolved,
            State::DisabledTarget => Self::DisabledTarget,
            State::Unresolved => Self::Unresolved,
        }
    }
}

/// What the instances of the stack offer, now or then.
pub(in crate::graphql) async fn values(ctx: &Context<'_>, of: &ConfigOf) -> Result<Arc<StackValues>> {
    match of {
        ConfigOf::Now(instance) => {
            let found = ctx.loaders().load(ValuesOf(instance.stack_id)).await.map_err(to_graphql_error)?;
            Ok(found.unwrap_or_default())
        }
        ConfigOf::Past(past) => {
            let key = StackVersionOf { stack: past.row.stack_id, at: PointRef::Positions(past.point) };
            let found = ctx.loaders().load(key).await.map_err(to_graphql_error)?;
            let stack = found.transpose().map_err(to_graphql_error)?;
            Ok(stack.map(|stack| Arc::new(stack.values())).unwrap_or_default())
        }
    }
}

/// The effective entries with their references resolved, in the same order; `None` if there are no references.
pub(in crate::graphql) async fn resolved<K: Kind>(
    ctx: &Context<'_>,
    of: &ConfigOf,
    merged: &Merged<&K>,
) -> Result<Option<Arc<Vec<K>>>> {
    let refers = |entry: &K| entry.reference_texts().iter().any(|(_, text)| has_references(text));
    if !merged.entries.iter().any(|effective| refers(effective.entry)) {
        return Ok(None);
    }
    let values = values(ctx, of).await?;
    let resolver = Resolver::new(&values);
    let resolve = |entry: &K| {
        let mut entry = entry.clone();
        entry.resolve(&mut |text| resolver.resolve(&of.row().instance_id, text));
        // A short text may become a long one.
        let charged = ctx.app().budget().charge(entry.heap_size());
        charged.map_err(|exceeded| to_graphql_error(Error::from(exceeded)))?;
        Ok(entry)
    };
    let resolved = merged.entries.iter().map(|effective| resolve(effective.entry)).collect::<Result<_>>()?;
    Ok(Some(Arc::new(resolved)))
}

/// The text of an effective variable as it was written.
pub(in crate::graphql) struct Written {
    of: ConfigOf,
    /// The entry as stored.
    entry: Shared<EnvVar>,
}

impl Written {
    pub(in crate::graphql) fn new(of: &ConfigOf, entry: Shared<EnvVar>) -> Self {
        Self { of: of.clone(), entry }
    }

    /// The text; `None` if it is a secret.
    fn shown(&self) -> Option<&str> {
        self.entry.value.text().filter(|_| !self.entry.is_secret)
    }

    /// The parts of the text, with the values that they are resolved against.
    async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<ResolvedSegment>> {
        let Some(text) = self.shown() else { return Ok(Vec::new()) };
        let values = if has_references(text) { values(ctx, &self.of).await? } else { Arc::default() };
        Ok(Resolver::new(&values).segments(Some(&self.of.row().instance_id), text))
    }
}

#[Object]
impl Written {
    /// The value as it was written, with its references; null when it is a secret, and when there is no value.
    async fn text(&self) -> Option<&str> {
        self.shown()
    }

    /// The parts of the text: plain text and references. Empty when it is a secret, and when there is no value.
    async fn segments(&self, ctx: &Context<'_>) -> Result<Vec<SegmentShown>> {
        let parts = self.parts(ctx).await?;
        Ok(parts.into_iter().map(|part| SegmentShown::new(&self.of, part)).collect())
    }

    /// Whether the references in it have a value.
    async fn state(&self, ctx: &Context<'_>) -> Result<ValueState> {
        if self.entry.is_secret {
            // Its text is not known here, only what it resolves to.
            let values = values(ctx, &self.of).await?;
            let found = Resolver::new(&values).variable(&self.of.row().instance_id, &self.entry.key);
            return Ok(found.map(|resolved| resolved.state()).unwrap_or_default().into());
        }
        let states = self.parts(ctx).await?.into_iter().map(|part| part.value.state());
        Ok(states.max().unwrap_or_default().into())
    }
}

/// A part of a text.
#[derive(Union)]
#[graphql(name = "Segment")]
pub(in crate::graphql) enum SegmentShown {
    /// Plain text.
    Text(TextSegment),
    /// A reference.
    Reference(ReferenceSegment),
}

impl SegmentShown {
    fn new(of: &ConfigOf, part: ResolvedSegment) -> Self {
        match part.reference {
            None => Self::Text(TextSegment { text: part.text }),
            Some(reference) => Self::Reference(ReferenceSegment {
                value: part.value.shown(),
                is_secret: part.value.is_hidden(),
                reason: part.value.troubles().next().map(|(_, trouble)| trouble.message()),
                text: part.text,
                to: LeadsTo { of: of.clone(), reference },
            }),
        }
    }
}

/// Plain text in a value.
#[derive(SimpleObject)]
pub(in crate::graphql) struct TextSegment {
    /// The text as it is in the value: `$${{` has become `${{`.
    text: String,
}

/// A reference in a value, such as `${{orders-db.POSTGRES_PASSWORD}}`.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(in crate::graphql) struct ReferenceSegment {
    /// The reference as it was written.
    text: String,
    /// What it stands for; null when that contains a secret, and when the reference has no value.
    value: Option<String>,
    /// Whether it stands for something that contains a secret.
    is_secret: bool,
    /// Why the reference has no value; null when it has one.
    reason: Option<String>,
    #[graphql(skip)]
    to: LeadsTo,
}

#[ComplexObject]
impl ReferenceSegment {
    /// What it leads to; null when that is not there. Of a past state, as it is now.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<ReferenceTarget>> {
        self.to.target(ctx).await
    }

    /// The instance that it leads to; null for a variable of the stack, and when the instance is not there.
    async fn target_instance(&self, ctx: &Context<'_>) -> Result<Option<Instance>> {
        self.to.target_instance(ctx).await
    }
}

/// What a reference leads to.
pub(in crate::graphql) struct LeadsTo {
    of: ConfigOf,
    reference: Reference,
}

impl LeadsTo {
    /// Of a reference in an instance as it is.
    pub(in crate::graphql) fn new(instance: &Arc<InstanceModel>, reference: Reference) -> Self {
        Self { of: ConfigOf::Now(Arc::clone(instance)), reference }
    }

    /// The instance that the reference leads to.
    async fn instance(&self, ctx: &Context<'_>) -> Result<Option<Arc<InstanceModel>>> {
        let id = match &self.reference.of {
            Of::Shared => return Ok(None),
            Of::Own => return Ok(Some(Arc::clone(self.of.row()))),
            Of::Instance(name) => values(ctx, &self.of).await?.instance(name).map(|instance| InstanceId(instance.id)),
        };
        match id {
            Some(id) => ctx.loaders().load(InstanceKey(id)).await.map_err(to_graphql_error),
            None => Ok(None),
        }
    }
}

impl LeadsTo {
    /// What it leads to; `None` if that is not there. Of a past state, as it is now.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<ReferenceTarget>> {
        if let (Of::Shared, What::Variable(key)) = (&self.reference.of, &self.reference.what) {
            let stack = self.of.row().stack_id;
            let vars = ctx.loaders().entries::<OfStack, SharedVar>(stack).await.map_err(to_graphql_error)?;
            let found = Shared::all(&vars).into_iter().find(|var| var.key == *key);
            return Ok(found.map(|var| ReferenceTarget::Shared(LiveSharedVar::new(stack, var))));
        }
        let Some(instance) = self.instance(ctx).await? else { return Ok(None) };
        match &self.reference.what {
            What::Variable(key) => {
                let found = EffectiveEnvVar::find(ctx, &ConfigOf::Now(instance), key).await?;
                Ok(found.map(|found| ReferenceTarget::Variable(Box::new(found))))
            }
            what => {
                let ConfigOf::Now(own) = &self.of else { return Ok(None) };
                let values = values(ctx, &ConfigOf::Now(Arc::clone(own))).await?;
                Ok(Endpoint::new(&values, &instance, what.clone()).map(ReferenceTarget::Endpoint))
            }
        }
    }

    /// The instance that it leads to; `None` for a variable of the stack, and if the instance is not there.
    async fn target_instance(&self, ctx: &Context<'_>) -> Result<Option<Instance>> {
        Ok(self.instance(ctx).await?.map(Instance))
    }
}

/// What a reference leads to.
#[derive(Union)]
pub(in crate::graphql) enum ReferenceTarget {
    /// A variable of the stack.
    Shared(LiveSharedVar),
    /// A variable of an instance.
    Variable(Box<EffectiveEnvVar>),
    /// Something else that an instance offers.
    Endpoint(Endpoint),
}

/// The sort of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum EndpointKind {
    /// The host name on the network of the stack: `${{instance:host}}`.
    Host,
    /// The name of the container: `${{instance:container}}`.
    Container,
    /// The domain that comes first in the order of the texts as they are written: `${{instance:domain}}`.
    Domain,
    /// A port of the container: `${{instance:port(5432)}}`.
    Port,
    /// The port of the host that is published for a port of the container: `${{instance:hostPort(5432)}}`.
    HostPort,
    /// The URL of a port on the network of the stack: `${{instance:url(5432)}}`. Its scheme follows from well-known ports, and is
    /// `http` for all others.
    Url,
}

/// Something that an instance offers to references beside its variables.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Endpoint {
    /// What it is.
    kind: EndpointKind,
    /// The port of the container that it belongs to; null for host, container and domain.
    container_port: Option<i32>,
    /// What a reference to it stands for.
    value: String,
    /// The reference by which other instances of the stack name it.
    reference: String,
    /// The instance.
    instance: Instance,
}

impl Endpoint {
    fn new(values: &StackValues, instance: &Arc<InstanceModel>, what: What) -> Option<Self> {
        let (kind, port) = match &what {
            What::Variable(_) => return None,
            What::Host => (EndpointKind::Host, None),
            What::Container => (EndpointKind::Container, None),
            What::Domain => (EndpointKind::Domain, None),
            What::Port(port) => (EndpointKind::Port, Some(port.number)),
            What::HostPort(port) => (EndpointKind::HostPort, Some(port.number)),
            What::Url(port) => (EndpointKind::Url, Some(port.number)),
        };
        let reference = Reference { of: Of::Instance(instance.instance_id.clone()), what }.to_string();
        Some(Self {
            kind,
            container_port: port.map(i32::from),
            value: Resolver::new(values).resolve(&instance.instance_id, &reference).shown()?,
            reference,
            instance: Instance(Arc::clone(instance)),
        })
    }

    /// Everything that an instance offers.
    pub(in crate::graphql) fn all(values: &StackValues, instance: &Arc<InstanceModel>) -> Vec<Self> {
        let Some(offered) = values.instance(&instance.instance_id) else { return Vec::new() };
        let mut ports: Vec<PortRef> = offered.ports.iter().filter_map(PortRef::of).collect();
        ports.dedup();
        let of_ports = ports.into_iter().flat_map(|port| [What::Port(port), What::HostPort(port), What::Url(port)]);
        let all = [What::Host, What::Container, What::Domain].into_iter().chain(of_ports);
        all.filter_map(|what| Self::new(values, instance, what)).collect()
    }
}

/// A reference in the effective configuration of an instance.
#[derive(SimpleObject)]
#[graphql(name = "Reference", complex)]
pub(in crate::graphql) struct UsedReference {
    /// The instance whose configuration contains it.
    instance: Instance,
    /// The kind of the entry that contains it.
    kind: OverrideKind,
    /// The key of this entry.
    key: String,
    /// The reference as it would be written today.
    text: String,
    /// Whether it has a value.
    state: ValueState,
    /// Why it has no value; null when it has one.
    reason: Option<String>,
    /// A reference that would have a value, if one is near.
    suggestion: Option<String>,
    #[graphql(skip)]
    to: LeadsTo,
}

#[ComplexObject]
impl UsedReference {
    /// What it leads to; null when that is not there.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<ReferenceTarget>> {
        self.to.target(ctx).await
    }

    /// The instance that it leads to; null for a variable of the stack, and when the instance is not there.
    async fn target_instance(&self, ctx: &Context<'_>) -> Result<Option<Instance>> {
        self.to.target_instance(ctx).await
    }
}

impl From<&ReferenceUse> for UsedReference {
    fn from(found: &ReferenceUse) -> Self {
        let trouble = found.resolved.troubles().next().map(|(_, trouble)| trouble);
        Self {
            instance: Instance(Arc::clone(&found.instance)),
            kind: found.kind,
            key: found.key.clone(),
            text: found.reference.to_string(),
            state: found.resolved.state().into(),
            reason: trouble.map(Trouble::message),
            suggestion: trouble.and_then(|trouble| trouble.suggestion().map(str::to_owned)),
            to: LeadsTo::new(&found.instance, found.reference.clone()),
        }
    }
}

//! The plain fields of an instance. Its table is `service_instances`, with the alias `i` in read plans.
//!
//! Used through `fields/mod.rs`. It must not contain a field that needs more than the instance's own row.

super::fields! { ($)
    /// The columns of an instance in read plans.
    INSTANCE in "i", instance_fields, InstanceValues, InstanceEdit;
    fields {
        /// Opaque global id; it stays the same for ever, also through a rename.
        id: crate::ids::InstanceId,
        /// Name, unique among the live instances of its stack: 1 to 63 lower-case letters, digits and hyphens.
        instance_id("name"): String,
        /// What the instance is for; free text, at most 4096 characters.
        description: String {
            create(Optional, "What the instance is for; at most 4096 characters."),
            update(NullResets, "What the instance is for; at most 4096 characters. Null empties it."),
            rule(text 4096),
            copied(true),
        },
        /// False when the instance is left out when its stack starts.
        enabled: bool {
            initially(true),
            update(NullRefused, "Whether the instance is enabled. Null is refused."),
            copied(true),
        },
        /// Name of the container, `devarch-{stack}-{instance}`: unique among all live instances of all stacks, at most 63
        /// characters. It follows the name.
        container_name: String,
        /// Beginning of the names of its volumes, `{storageName}_{source}`. It is given once, stays the same through every
        /// rename, and no other instance ever has it, so data follows the instance.
        storage_name: String as String = (
            "CASE WHEN i.storage_name <> '' THEN i.storage_name ELSE 'devarch.' || CAST(i.id AS TEXT) END",
            |row| row.storage_name()
        ) = "",
        /// Raised by one with every change of the instance or of any of its overrides. Give it as `expectedRevision` to
        /// write only when nobody else has written meanwhile.
        revision: i64,
        /// When it was created.
        created_at: crate::fields::Time,
        /// When the instance or any of its overrides was last changed.
        updated_at: crate::fields::Time,
        /// When it went into the trash; null for a live instance.
        deleted_at: Option<crate::fields::Time>,
        /// How many entries it overrides, all kinds together.
        override_count: i32,
    }
    computed {}
    internal {
        /// Shown as the field `stack`.
        stack_id: crate::ids::StackId,
        /// Shown as the field `template`.
        template_service_id: crate::ids::TemplateId,
        /// Decides which instances come back with their stack.
        deleted_with_stack: bool,
        /// From which its generated secrets follow, where that is not its own storage name: it is a copy that has those of its
        /// source.
        secret_seed: String = "",
    }
}

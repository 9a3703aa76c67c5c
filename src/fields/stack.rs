//! The plain fields of a stack. Its table is `stacks`, with the alias `s` in read plans.
//!
//! Used through `fields/mod.rs`. It must not contain a field that needs more than the stack's own row.

super::fields! { ($)
    /// The columns of a stack in read plans.
    STACK in "s", stack_fields, StackValues, StackEdit;
    fields {
        /// Opaque global id; it stays the same for ever.
        id: crate::ids::StackId,
        /// Name, unique among all stacks that are not in the trash: 1 to 63 lower-case letters, digits and hyphens.
        name: String,
        /// What the stack is for; free text, at most 4096 characters.
        description: String {
            create(Optional, "What the stack is for; at most 4096 characters."),
            update(NullResets, "What the stack is for; at most 4096 characters. Null empties it."),
            rule(text 4096),
            copied(true),
        },
        /// Name of the container network that all instances of the stack join, and nobody else.
        network_name: Option<String> as String = (
            "COALESCE(s.network_name, 'devarch-' || s.name || '-net')",
            |row| row.network_name.clone().unwrap_or_else(|| crate::name::network_name(&row.name))
        ),
        /// Beginning of the names of the volumes that its instances share, `{storageName}_{source}`. It is given once,
        /// stays the same through every rename, and no other stack ever has it.
        storage_name: String as String = (
            "CASE WHEN s.storage_name <> '' THEN s.storage_name ELSE 'devarch.' || CAST(s.id AS TEXT) END",
            |row| row.storage_name()
        ) = "",
        /// False when the whole stack is switched off.
        enabled: bool {
            initially(true),
            update(NullRefused, "Whether the stack is enabled. Null is refused."),
            copied(true),
        },
        /// Raised by one with every change of the stack itself.
        revision: i64,
        /// When it was created.
        created_at: crate::fields::Time,
        /// When it was last changed.
        updated_at: crate::fields::Time,
        /// When it went into the trash; null for a live stack.
        deleted_at: Option<crate::fields::Time>,
    }
    computed {}
    internal {}
}

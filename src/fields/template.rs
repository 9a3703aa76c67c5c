//! The plain fields of a template. Its table is `services`, with the alias `t` in read plans.
//!
//! Used through `fields/mod.rs`. It must not contain a field that needs more than the template's own row.

super::fields! { ($)
    /// The columns of a template in read plans.
    TEMPLATE in "t", template_fields, TemplateValues, TemplateEdit;
    fields {
        /// Opaque global id; it stays the same for ever.
        id: crate::ids::TemplateId,
        /// Unique name: 2 to 64 lower-case letters, digits and hyphens.
        name: String {
            create(Required, "Unique name: 2 to 64 lower-case letters, digits and hyphens, a letter or digit at both ends."),
            update(
                NullRefused,
                "Unique name: 2 to 64 lower-case letters, digits and hyphens, a letter or digit at both ends. Null is refused."
            ),
            rule(own),
            copied(false),
        },
        /// What the service is and how it is set up; free text, at most 4096 characters.
        description: String {
            create(Optional, "What the service is and how it is set up; at most 4096 characters."),
            update(NullResets, "What the service is and how it is set up; at most 4096 characters. Null empties it."),
            rule(text 4096),
            copied(false),
        },
        /// Group in the catalogue, such as `database` or `queue`; at most 63 characters.
        category: String {
            create(Optional, "Group in the catalogue; at most 63 characters."),
            update(NullResets, "Group in the catalogue; at most 63 characters. Null empties it."),
            rule(own),
            copied(false),
        },
        /// Image without tag, such as `postgres` or `registry.example.com/acme/api`.
        image_name: String {
            create(
                Required,
                "Image without tag, such as `postgres` or `registry.example.com/acme/api`; at most 255 characters."
            ),
            update(
                NullRefused,
                "Image without tag, such as `postgres` or `registry.example.com/acme/api`; at most 255 characters. Null is\n\
                 refused."
            ),
            rule(own),
            copied(false),
        },
        /// Tag of the image, or a digest `sha256:…`.
        image_tag: String {
            create(Required = "latest" with "crate::fields::TemplateValues::default().image_tag", "Tag of the image, or a digest `sha256:…`."),
            update(NullRefused, "Tag of the image, or a digest `sha256:…`. Null is refused."),
            rule(own),
            copied(false),
        },
        /// Arguments in place of the image's own; null for the image's own.
        command: Option<crate::kinds::Argv> {
            create(Optional, "Arguments in place of the image's own, one list entry each."),
            update(
                NullResets,
                "Arguments in place of the image's own, one list entry each. Null brings back the image's own."
            ),
            rule(own),
            copied(false),
        },
        /// Program in place of the image's own; null for the image's own.
        entrypoint: Option<crate::kinds::Argv> {
            create(Optional, "Program in place of the image's own, one list entry each."),
            update(NullResets, "Program in place of the image's own, one list entry each. Null brings back the image's own."),
            rule(own),
            copied(false),
        },
        /// User inside the container, by name or number; null for the image's own.
        user: Option<String> {
            create(Optional, "User inside the container, by name or number."),
            update(NullResets, "User inside the container, by name or number. Null brings back the image's own."),
            rule(own),
            copied(false),
        },
        /// Directory in which the program starts; null for the image's own.
        working_dir: Option<String> {
            create(Optional, "Directory in which the program starts; absolute."),
            update(NullResets, "Directory in which the program starts; absolute. Null brings back the image's own."),
            rule(own),
            copied(false),
        },
        /// When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or
        /// `on-failure:TIMES`.
        restart_policy: crate::kinds::RestartPolicy {
            create(
                Required = "unless-stopped" with "crate::fields::TemplateValues::default().restart_policy",
                "When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or\n\
                 `on-failure:TIMES`."
            ),
            update(
                NullRefused,
                "When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or\n\
                 `on-failure:TIMES`. Null is refused."
            ),
            rule(own),
            copied(false),
        },
        /// False when the template is not to be offered for new instances.
        enabled: bool,
        /// Raised by one with every change of the template or of any of its entries.
        revision: i64,
        /// When it was created.
        created_at: crate::fields::Time,
        /// When it was last changed.
        updated_at: crate::fields::Time,
    }
    computed {}
    internal {}
}

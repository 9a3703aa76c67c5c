//! The names on which clients rely, with their types.

use super::*;

/// `Type field(argument: Type): Type`, `input Type field: Type`, `enum Type VALUE …`; what there is beyond is ours.
const PROMISED: &str = "
    Query node(id: ID!): Node
    Query nodes(ids: [ID!]!): [Node]!
    Query stack(name: String!): Stack
    Query stackByRef(ref: StackRef!): Stack
    Query stacks(first: Int, after: String, last: Int, before: String, search: String, enabled: Boolean): StackConnection!
    Query template(name: String!): Template
    Query templateByRef(ref: TemplateRef!): Template
    Query templates(first: Int, after: String, last: Int, before: String, search: String, category: String): TemplateConnection!
    Query instance(stack: String!, name: String!): Instance
    Query instanceByRef(ref: InstanceRef!): Instance
    Query trash: Trash!
    Trash stacks(first: Int, after: String, last: Int, before: String): TrashedStackPage!
    Trash instances(first: Int, after: String, last: Int, before: String): TrashedInstancePage!
    TrashedStackPage nodes: [TrashedStack!]!
    TrashedStackPage pageInfo: PageInfo!
    TrashedStackPage totalCount: Int!
    TrashedInstancePage nodes: [TrashedInstance!]!
    TrashedInstancePage pageInfo: PageInfo!
    TrashedInstancePage totalCount: Int!
    TrashedStack stack: Stack!
    TrashedStack instanceCount: Int!
    TrashedStack obstacles: [RestoreObstacle!]!
    TrashedInstance instance: Instance!
    TrashedInstance obstacles: [RestoreObstacle!]!
    RestoreObstacle code: UserErrorCode!
    RestoreObstacle message: String!
    RestoreObstacle holder: Node
    Mutation createStack(input: CreateStackInput!): CreateStackPayload
    Mutation updateStack(input: UpdateStackInput!): UpdateStackPayload
    Mutation duplicateStack(input: DuplicateStackInput!): DuplicateStackPayload
    Mutation forkStack(input: ForkStackInput!): ForkStackPayload
    Mutation applyStack(input: ApplyStackInput!): ApplyStackPayload
    Mutation renewLease(input: RenewLeaseInput!): RenewLeasePayload
    Mutation setSharedVars(input: SetSharedVarsInput!): SetSharedVarsPayload
    Mutation renameStack(input: RenameStackInput!): RenameStackPayload
    Mutation softDeleteStack(input: SoftDeleteStackInput!): SoftDeleteStackPayload
    Mutation restoreStack(input: RestoreStackInput!): RestoreStackPayload
    Mutation purgeStack(input: PurgeStackInput!): PurgeStackPayload
    Mutation createTemplate(input: CreateTemplateInput!): CreateTemplatePayload
    Mutation updateTemplate(input: UpdateTemplateInput!): UpdateTemplatePayload
    Mutation deleteTemplate(input: DeleteTemplateInput!): DeleteTemplatePayload
    Mutation createInstance(input: CreateInstanceInput!): CreateInstancePayload
    Mutation updateInstance(input: UpdateInstanceInput!): UpdateInstancePayload
    Mutation duplicateInstance(input: DuplicateInstanceInput!): DuplicateInstancePayload
    Mutation renameInstance(input: RenameInstanceInput!): RenameInstancePayload
    Mutation softDeleteInstance(input: SoftDeleteInstanceInput!): SoftDeleteInstancePayload
    Mutation restoreInstance(input: RestoreInstanceInput!): RestoreInstancePayload
    Mutation purgeInstance(input: PurgeInstanceInput!): PurgeInstancePayload
    Mutation setInstanceOverrides(input: SetInstanceOverridesInput!): SetInstanceOverridesPayload
    StackConnection edges: [StackEdge!]!
    StackConnection nodes: [Stack!]!
    StackConnection pageInfo: PageInfo!
    StackConnection totalCount: Int!
    StackEdge cursor: String!
    StackEdge node: Stack!
    TemplateConnection nodes: [Template!]!
    TemplateConnection totalCount: Int!
    InstanceConnection edges: [InstanceEdge!]!
    InstanceConnection nodes: [Instance!]!
    InstanceConnection pageInfo: PageInfo!
    InstanceConnection totalCount: Int!
    PageInfo hasNextPage: Boolean!
    PageInfo hasPreviousPage: Boolean!
    PageInfo startCursor: String
    PageInfo endCursor: String
    Node id: ID!
    Stack id: ID!
    Stack name: String!
    Stack description: String!
    Stack networkName: String!
    Stack enabled: Boolean!
    Stack revision: Int!
    Stack createdAt: DateTime!
    Stack updatedAt: DateTime!
    Stack deletedAt: DateTime
    Stack instances(first: Int, after: String, last: Int, before: String, search: String, enabled: Boolean): InstanceConnection!
    Stack instance(name: String!): Instance
    Instance id: ID!
    Instance name: String!
    Instance description: String!
    Instance enabled: Boolean!
    Instance containerName: String!
    Instance revision: Int!
    Instance createdAt: DateTime!
    Instance updatedAt: DateTime!
    Instance deletedAt: DateTime
    Instance stack: Stack!
    Instance template: Template!
    Instance overrideCount: Int!
    Instance ports: [Port!]!
    Instance volumes: [Volume!]!
    Instance envVars: [EnvVar!]!
    Instance labels: [Label!]!
    Instance domains: [Domain!]!
    Instance healthcheck: Healthcheck
    Instance configFiles: [ConfigFile!]!
    Instance deletePreview: InstanceDeletePreview!
    Query plan(change: ChangeInput!): Plan!
    Plan token: String
    Plan validUntil: DateTime!
    Plan destructive: Boolean!
    Plan summary: PlanSummary!
    Plan effects(first: Int, after: String, last: Int, before: String, severity: Severity): EffectConnection!
    Plan newConflicts: [Conflict!]!
    Plan solvedConflicts: [Conflict!]!
    Plan userErrors: [UserError!]!
    PlanChangedError plan: Plan!
    InstanceDeletePreview instanceName: String!
    InstanceDeletePreview templateName: String!
    InstanceDeletePreview overrideCount: Int!
    InstanceDeletePreview containerName: String!
    Template id: ID!
    Template name: String!
    Template description: String!
    Template category: String!
    Template imageName: String!
    Template imageTag: String!
    Template command: [String!]
    Template entrypoint: [String!]
    Template user: String
    Template workingDir: String
    Template restartPolicy: RestartPolicy!
    Template enabled: Boolean!
    Template revision: Int!
    Template ports: [Port!]!
    Template volumes: [Volume!]!
    Template envVars: [EnvVar!]!
    Template labels: [Label!]!
    Template domains: [Domain!]!
    Template healthcheck: Healthcheck
    Template configFiles: [ConfigFile!]!
    Template instances(first: Int, after: String, last: Int, before: String, search: String, enabled: Boolean): InstanceConnection!
    Port hostIp: String!
    Port hostPort: Int
    Port containerPort: Int!
    Port protocol: Protocol!
    Volume volumeType: VolumeType!
    Volume source: String!
    Volume target: String!
    Volume readOnly: Boolean!
    Volume isExternal: Boolean!
    EnvVar key: String!
    EnvVar value: String
    EnvVar isSecret: Boolean!
    EnvVar isSet: Boolean!
    Label key: String!
    Label value: String!
    Domain domain: String!
    Domain proxyPort: Int
    Healthcheck test: [String!]!
    Healthcheck intervalSeconds: Int!
    Healthcheck timeoutSeconds: Int!
    Healthcheck retries: Int!
    Healthcheck startPeriodSeconds: Int!
    ConfigFile filePath: String!
    ConfigFile content: String!
    ConfigFile fileMode: String!
    ConfigFile isTemplate: Boolean!
    CreateStackPayload stack: Stack
    UpdateStackPayload stack: Stack
    DuplicateStackPayload stack: Stack
    DuplicateStackPayload warnings: [Warning!]!
    DuplicateStackPayload userErrors: [UserError!]!
    RenameStackPayload stack: Stack
    RenameStackPayload userErrors: [UserError!]!
    SoftDeleteStackPayload stack: Stack
    RestoreStackPayload stack: Stack
    RestoreStackPayload userErrors: [UserError!]!
    PurgeStackPayload purgedId: ID
    PurgeStackPayload userErrors: [UserError!]!
    PurgeInstancePayload purgedId: ID
    PurgeInstancePayload userErrors: [UserError!]!
    CreateTemplatePayload template: Template
    UpdateTemplatePayload template: Template
    DeleteTemplatePayload template: Template
    CreateInstancePayload instance: Instance
    UpdateInstancePayload instance: Instance
    DuplicateInstancePayload instance: Instance
    DuplicateInstancePayload warnings: [Warning!]!
    RenameInstancePayload instance: Instance
    SoftDeleteInstancePayload instance: Instance
    RestoreInstancePayload instance: Instance
    SetInstanceOverridesPayload instance: Instance
    CreateInstancePayload userErrors: [UserError!]!
    UserError code: UserErrorCode!
    UserError message: String!
    UserError path: [String!]!
    UserError suggestion: String
    InUseError users: [Instance!]!
    InUseError userCount: Int!
    input StackRef id: ID
    input StackRef name: String
    input TemplateRef id: ID
    input TemplateRef name: String
    input InstanceRef id: ID
    input InstanceRef byName: InstanceNameInput
    input CreateStackInput name: String!
    input CreateStackInput description: String
    input UpdateStackInput stack: StackRef!
    input UpdateStackInput description: String
    input UpdateStackInput enabled: Boolean
    input UpdateStackInput expectedRevision: Int
    input DuplicateStackInput stack: StackRef!
    input DuplicateStackInput name: String
    input DuplicateStackInput expectedRevision: Int
    input RenameStackInput stack: StackRef!
    input RenameStackInput name: String!
    input RenameStackInput expectedRevision: Int
    input SoftDeleteStackInput stack: StackRef!
    input SoftDeleteStackInput expectedRevision: Int
    input RestoreStackInput stack: StackRef!
    input RestoreStackInput name: String
    input RestoreStackInput expectedRevision: Int
    input PurgeStackInput stack: StackRef!
    input PurgeStackInput expectedRevision: Int
    input PurgeInstanceInput instance: InstanceRef!
    input PurgeInstanceInput expectedRevision: Int
    input CreateTemplateInput name: String!
    input CreateTemplateInput imageName: String!
    input CreateTemplateInput ports: [PortInput!]
    input CreateTemplateInput healthcheck: HealthcheckInput
    input UpdateTemplateInput template: TemplateRef!
    input UpdateTemplateInput name: String
    input UpdateTemplateInput description: String
    input UpdateTemplateInput category: String
    input UpdateTemplateInput imageName: String
    input UpdateTemplateInput imageTag: String
    input UpdateTemplateInput command: [String!]
    input UpdateTemplateInput entrypoint: [String!]
    input UpdateTemplateInput user: String
    input UpdateTemplateInput workingDir: String
    input UpdateTemplateInput restartPolicy: RestartPolicy
    input UpdateTemplateInput ports: [PortInput!]
    input UpdateTemplateInput volumes: [VolumeInput!]
    input UpdateTemplateInput envVars: [EnvVarInput!]
    input UpdateTemplateInput labels: [LabelInput!]
    input UpdateTemplateInput domains: [DomainInput!]
    input UpdateTemplateInput healthcheck: HealthcheckInput
    input UpdateTemplateInput configFiles: [ConfigFileInput!]
    input UpdateTemplateInput expectedRevision: Int
    input DeleteTemplateInput template: TemplateRef!
    input DeleteTemplateInput expectedRevision: Int
    input CreateInstanceInput stack: StackRef!
    input CreateInstanceInput template: TemplateRef!
    input CreateInstanceInput name: String!
    input CreateInstanceInput description: String
    input CreateInstanceInput overrides: InstanceOverridesInput
    input UpdateInstanceInput instance: InstanceRef!
    input UpdateInstanceInput name: String
    input UpdateInstanceInput description: String
    input UpdateInstanceInput enabled: Boolean
    input UpdateInstanceInput expectedRevision: Int
    input DuplicateInstanceInput instance: InstanceRef!
    input DuplicateInstanceInput name: String
    input DuplicateInstanceInput expectedRevision: Int
    input RenameInstanceInput instance: InstanceRef!
    input RenameInstanceInput name: String!
    input RenameInstanceInput expectedRevision: Int
    input SoftDeleteInstanceInput instance: InstanceRef!
    input SoftDeleteInstanceInput expectedRevision: Int
    input RestoreInstanceInput instance: InstanceRef!
    input RestoreInstanceInput name: String
    input RestoreInstanceInput expectedRevision: Int
    input SetInstanceOverridesInput instance: InstanceRef!
    input SetInstanceOverridesInput overrides: InstanceOverridesInput!
    input SetInstanceOverridesInput expectedRevision: Int
    input InstanceOverridesInput ports: [PortInput!]
    input InstanceOverridesInput volumes: [VolumeInput!]
    input InstanceOverridesInput envVars: [EnvVarInput!]
    input InstanceOverridesInput labels: [LabelInput!]
    input InstanceOverridesInput domains: [DomainInput!]
    input InstanceOverridesInput healthcheck: HealthcheckInput
    input InstanceOverridesInput configFiles: [ConfigFileInput!]
    enum Protocol TCP UDP SCTP
    enum VolumeType BIND VOLUME TMPFS
    enum UserErrorCode NOT_FOUND NAME_INVALID NAME_RESERVED NAME_TAKEN CONTAINER_NAME_TAKEN CONTAINER_NAME_TOO_LONG
    enum UserErrorCode STALE_REVISION INVALID_VALUE DUPLICATE_KEY IN_USE RESERVED_LABEL LIMIT_EXCEEDED
";

pub(super) async fn promised(t: &TestApp) {
    let types = types(t).await;
    let mut there = Vec::new();
    for (name, of) in &types {
        for field in list(of, "fields") {
            let (field_name, of) = (field["name"].as_str().unwrap(), notation(&field["type"]));
            let mut arguments: Vec<String> = list(field, "args")
                .map(|argument| format!("{}: {}", argument["name"].as_str().unwrap(), notation(&argument["type"])))
                .collect();
            arguments.sort();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            there.push(format!("{name} {field_name}{arguments}: {of}"));
        }
        for field in list(of, "inputFields") {
            there.push(format!("input {name} {}: {}", field["name"].as_str().unwrap(), notation(&field["type"])));
        }
        for value in list(of, "enumValues") {
            there.push(format!("enum {name} {}", value["name"].as_str().unwrap()));
        }
    }
    let mut missing = Vec::new();
    for line in PROMISED.lines().map(str::trim).filter(|line| !line.is_empty()) {
        for wanted in wanted(line) {
            if !there.contains(&wanted) {
                missing.push(wanted);
            }
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));

    for one_of in ["StackRef", "TemplateRef", "InstanceRef"] {
        assert_eq!(types[one_of]["isOneOf"], true, "{one_of}");
    }
    for (interface, of) in [
        ("Node", vec!["Change", "Instance", "InstanceVersion", "Stack", "StackVersion", "Template"]),
        (
            "UserError",
            vec![
                "ConflictError",
                "InUseError",
                "InputError",
                "NameTakenError",
                "OwnedByOtherError",
                "PlanChangedError",
                "StaleRevisionError",
            ],
        ),
    ] {
        let mut found: Vec<_> =
            list(&types[interface], "possibleTypes").map(|of| of["name"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, of, "{interface}");
    }
    let defaults = [
        ("PortInput", "hostIp", "\"0.0.0.0\""),
        ("PortInput", "protocol", "TCP"),
        ("VolumeInput", "volumeType", "BIND"),
        ("VolumeInput", "readOnly", "false"),
        ("VolumeInput", "isExternal", "false"),
        ("EnvVarInput", "isSecret", "false"),
        ("HealthcheckInput", "intervalSeconds", "30"),
        ("HealthcheckInput", "timeoutSeconds", "10"),
        ("HealthcheckInput", "retries", "3"),
        ("HealthcheckInput", "startPeriodSeconds", "0"),
        ("ConfigFileInput", "fileMode", "\"0644\""),
        ("ConfigFileInput", "isTemplate", "false"),
        ("CreateTemplateInput", "imageTag", "\"latest\""),
        ("CreateTemplateInput", "restartPolicy", "\"unless-stopped\""),
    ];
    for (input, field, default) in defaults {
        let found = list(&types[input], "inputFields").find(|of| of["name"] == field).unwrap();
        assert_eq!(found["defaultValue"], default, "{input}.{field}");
    }
}

/// One promise a line, arguments in the order of their names; several values of an enum in one line.
fn wanted(line: &str) -> Vec<String> {
    if let Some(values) = line.strip_prefix("enum ") {
        let (name, values) = values.split_once(' ').unwrap();
        return values.split(' ').map(|value| format!("enum {name} {value}")).collect();
    }
    let Some((head, tail)) = line.split_once('(') else { return vec![line.to_owned()] };
    let (arguments, of) = tail.split_once(')').unwrap();
    let mut arguments: Vec<&str> = arguments.split(", ").collect();
    arguments.sort_unstable();
    vec![format!("{head}({}){of}", arguments.join(", "))]
}

-- Runs on H2 (PostgreSQL mode) and on PostgreSQL; ${bytes} is the type of large byte strings of each.

-- The content of a snapshot: a segment's bytes never change once written.
create table snapshot_segment (
    segment_id bigint primary key,
    resource_type varchar(400) not null,
    row_count integer not null,
    content ${bytes} not null
);

-- One row: the snapshot that counts.
create table snapshot_manifest (
    version bigint primary key,
    taken_at timestamp with time zone not null,
    next_ordinal integer not null,
    metadata text not null
);

create table snapshot_entry (
    version bigint not null references snapshot_manifest (version) on delete cascade,
    position integer not null,
    segment_id bigint not null references snapshot_segment (segment_id),
    resource_type varchar(400) not null,
    row_count integer not null,
    deleted ${bytes},
    primary key (version, position)
);

-- Definitions, initiatives, assignments, exemptions, attestations: Azure's own JSON by id.
create table policy_object (
    id varchar(1000) primary key,
    kind varchar(40) not null,
    body text not null,
    changed_at timestamp with time zone not null
);
create index policy_object_kind on policy_object (kind);

create table saved_query (
    id varchar(1000) primary key,
    location varchar(100) not null,
    tags text not null,
    query text not null,
    description text not null,
    etag varchar(64) not null,
    changed_at timestamp with time zone not null
);

-- The verdicts of the latest scan: for each state the ordinals of the resources in it.
create table verdict (
    assignment_id varchar(1000) not null,
    reference_id varchar(400) not null,
    state varchar(40) not null,
    definition_id varchar(1000) not null,
    resources ${bytes} not null,
    primary key (assignment_id, reference_id, state)
);

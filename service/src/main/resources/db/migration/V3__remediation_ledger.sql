-- Remediation tasks as they stand; version counts the changes, so that two processes cannot both change one.
create table remediation_task (
    id varchar(1000) primary key,
    version bigint not null,
    body text not null,
    lease_owner varchar(200),
    lease_until timestamp with time zone
);

-- What was planned, sent and seen, in order. Written before each act.
create table remediation_entry (
    task_id varchar(1000) not null references remediation_task (id) on delete cascade,
    sequence bigint not null,
    resource_key varchar(1000) not null,
    resource_id varchar(1000) not null,
    at timestamp with time zone not null,
    kind varchar(40) not null,
    body text not null,
    primary key (task_id, sequence)
);
create index remediation_entry_resource on remediation_entry (task_id, resource_key, sequence);

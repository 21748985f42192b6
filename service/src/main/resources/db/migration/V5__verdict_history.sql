-- Every verdict that turned: which resources, from which state to which ('' for no record), and why. A step is one re-evaluation.
create table verdict_change (
    step bigint not null,
    position integer not null,
    changed_at timestamp with time zone not null,
    snapshot_version bigint not null,
    assignment_id varchar(1000) not null,
    reference_id varchar(400) not null,
    cause varchar(40) not null,
    from_state varchar(40) not null,
    to_state varchar(40) not null,
    resources ${bytes} not null,
    primary key (step, position)
);
create index verdict_change_at on verdict_change (changed_at);

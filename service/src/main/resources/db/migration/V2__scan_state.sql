-- One row: when the latest scan was, and of which snapshot.
create table scan_state (
    snapshot_version bigint not null,
    scanned_at timestamp with time zone not null
);

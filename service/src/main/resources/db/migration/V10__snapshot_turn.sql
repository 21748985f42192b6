-- Its one row is locked by whoever publishes a snapshot and counts the publications: a node that has not read the last one may not publish, since what it has is
-- not what that one led to, and its new segments would get numbers that are given already.
create table snapshot_turn (
    id integer primary key,
    publication bigint not null
);
insert into snapshot_turn (id, publication) values (1, 0);

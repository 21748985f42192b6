-- Who may write of a task, and the last sequence number that was given. In a row of its own, which each write locks and changes: the task's own is long, and
-- the greatest number of many entries is not found by every database without reading them all.
create table remediation_log (
    task_id varchar(1000) primary key references remediation_task (id) on delete cascade,
    lease_owner varchar(200),
    lease_until timestamp with time zone,
    last_sequence bigint not null
);
insert into remediation_log (task_id, last_sequence)
    select t.id, coalesce((select max(e.sequence) from remediation_entry e where e.task_id = t.id), 0) from remediation_task t;
alter table remediation_task drop column lease_owner;
alter table remediation_task drop column lease_until;

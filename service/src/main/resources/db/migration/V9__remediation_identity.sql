-- Tells a task from a later one of the same name, which counts its versions from one again; null for what was kept before and has not changed since.
alter table remediation_task add column correlation_id varchar(200);

-- How many resources of a subscription were begun when under a rate budget, as far back as a budget looks: shared by all processes.
create table remediation_begun (
    subscription varchar(200) not null,
    at timestamp with time zone not null,
    number integer not null,
    primary key (subscription, at)
);

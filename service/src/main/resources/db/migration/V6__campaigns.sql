-- Campaigns as they stand; version counts the changes, so that two processes cannot both change one.
create table campaign (
    id varchar(1000) primary key,
    version bigint not null,
    body text not null,
    lease_owner varchar(200),
    lease_until timestamp with time zone
);

-- Which machines the plan of a run gave to its rings.
create table campaign_member (
    campaign_id varchar(1000) not null references campaign (id) on delete cascade,
    run integer not null,
    ring integer not null,
    position integer not null,
    resource_id varchar(1000) not null,
    location varchar(200) not null,
    primary key (campaign_id, run, ring, position)
);

-- What happened to a campaign, for people.
create table campaign_event (
    campaign_id varchar(1000) not null references campaign (id) on delete cascade,
    sequence bigint not null,
    at timestamp with time zone not null,
    kind varchar(40) not null,
    message text not null,
    primary key (campaign_id, sequence)
);

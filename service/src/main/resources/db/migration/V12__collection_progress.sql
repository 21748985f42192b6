-- What a collection under way has read of each scope: pages of rows as gzipped NDJSON. Emptied when the collection is published.
create table collection_page (
    source varchar(200) not null,
    scope varchar(400) not null,
    table_name varchar(200) not null,
    run varchar(36) not null,
    position integer not null,
    read_at timestamp with time zone not null,
    is_last boolean not null,
    content ${bytes} not null,
    primary key (source, scope, table_name, run, position)
);

-- Which resources have a record at all: definitions about the same resources share one set, named by the hash of its bytes.
create table verdict_records (
    hash varchar(64) not null primary key,
    resources ${bytes} not null
);

-- For each definition in force a row with the state '' names its set; what is not in a row of another state is Compliant.
alter table verdict add column records_hash varchar(64);

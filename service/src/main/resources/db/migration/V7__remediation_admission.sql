-- Its one row is locked by whoever creates a remediation, so that no two are admitted that exclude each other.
create table remediation_admission (
    id integer primary key
);
insert into remediation_admission (id) values (1);

-- When scans were, for as long as what they turned is kept: a record of the past carries the time of the scan that confirmed it, and before the first scan of all there is none.
create table scan_past (
    scanned_at timestamp with time zone not null primary key,
    is_first boolean not null
);
-- Of a store that was there before nobody knows when its first scan was.
insert into scan_past (scanned_at, is_first) select scanned_at, false from scan_state;

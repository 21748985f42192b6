/// What is kept: an H2 file for one node, PostgreSQL for several, the same tables on both (`db/migration`). Small entities go through
/// Micronaut Data repositories; snapshots and verdicts, which are large, by JDBC in one transaction each. SQL is written here only.
@NullMarked
package io.muster.service.store;

import org.jspecify.annotations.NullMarked;

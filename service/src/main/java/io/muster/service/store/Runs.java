package io.muster.service.store;

import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.CrudRepository;
import java.util.List;

/// Kept runs. The dialect serves H2 too, which runs in PostgreSQL mode.
@JdbcRepository(dialect = Dialect.POSTGRES)
public interface Runs extends CrudRepository<Run, String> {
    List<Run> findTop50OrderByStartedAtDesc();

    List<Run> findByState(String state);
}

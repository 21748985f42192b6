package io.muster.service.store;

import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.CrudRepository;
import java.util.List;
import java.util.Optional;

/// Kept queries. The dialect serves H2 too, which runs in PostgreSQL mode.
@JdbcRepository(dialect = Dialect.POSTGRES)
public interface SavedQueries extends CrudRepository<SavedQuery, String> {
    Optional<SavedQuery> findByIdIgnoreCase(String id);

    List<SavedQuery> findAllOrderById();
}

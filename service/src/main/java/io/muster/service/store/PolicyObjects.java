package io.muster.service.store;

import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.CrudRepository;
import java.util.List;

/// Kept policy objects. The dialect serves H2 too, which runs in PostgreSQL mode.
@JdbcRepository(dialect = Dialect.POSTGRES)
public interface PolicyObjects extends CrudRepository<PolicyObject, String>, KeptPolicyObjects {
    @Override
    List<PolicyObject> findByKindOrderById(String kind);

    /// Those whose id begins so, and perhaps some more: an underscore stands for any character.
    List<PolicyObject> findByIdStartsWith(String beginning);
}

package io.muster.core.column;

import java.util.List;
import java.util.Optional;

/// Something that can be read as a table: a stored [Table], or a virtual one computed when asked. Thread-safe.
public interface TableSource {

    String name();

    Schema schema();

    /// The string column whose text no two live rows share, where there is one: what tells the rows apart.
    default Optional<String> key() {
        return Optional.empty();
    }

    /// The segments that can hold rows wanted. Every segment has all columns of the schema, those not wanted possibly as [NullColumn];
    /// rows need not satisfy the request's filters: it only permits leaving out rows that do not.
    List<Segment> scan(ScanRequest request);

    default List<Segment> scan() {
        return scan(ScanRequest.ALL);
    }
}

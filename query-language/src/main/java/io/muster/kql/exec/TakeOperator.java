package io.muster.kql.exec;

/// `take`: the first rows; nothing further is computed once they are there.
final class TakeOperator {
    private TakeOperator() {}

    static Relation relation(Relation input, long count) {
        return Relation.single(sink -> {
            long[] left = {count};
            boolean[] wanted = {true};
            if (count == 0) {
                return true;
            }
            input.forEach(batch -> {
                var part = batch.rows() <= left[0] ? batch : batch.slice(0, (int) left[0]);
                left[0] -= part.rows();
                wanted[0] = sink.test(part);
                return wanted[0] && left[0] > 0;
            });
            return wanted[0];
        });
    }
}

package io.muster.inventory.derived;

import io.muster.core.column.Codes;
import io.muster.core.column.Dictionary;
import io.muster.core.column.JoinedDictionary;
import io.muster.core.column.StringColumn;

/// The ids of `vmapplications`: `{machine}/VMapplications/{application}`, put together of the machines' own ids when they are read.
final class ApplicationIds {
    private static final String TYPE = "VMapplications";

    private ApplicationIds() {}

    /// @param machines ids of the machines that have rows
    /// @param ofRow which of them each row is of, ascending
    /// @param names of the applications, one a row
    static StringColumn of(StringColumn machines, int[] ofRow, StringColumn names) {
        if (isJoinable(machines, ofRow, names)) {
            var heads =
                    new JoinedDictionary(
                            machines.dictionary(),
                            machines.codes(),
                            (byte) '/',
                            Dictionary.of(TYPE),
                            Codes.of(new int[machines.size()], 1));
            return new StringColumn(
                    Codes.identity(ofRow.length),
                    new JoinedDictionary(
                            heads,
                            Codes.of(ofRow, machines.size()),
                            (byte) '/',
                            names.dictionary(),
                            names.codes()));
        }
        var texts = new TextRows();
        for (int row = 0; row < ofRow.length; row++) {
            texts.add(machines.get(ofRow[row]) + "/" + TYPE + "/" + names.get(row));
        }
        return texts.build();
    }

    /// Whether no two ids are the same, and the last slash stands before the name: a malformed reference is a name with slashes, and two galleries
    /// can have an application of one name.
    private static boolean isJoinable(StringColumn machines, int[] ofRow, StringColumn names) {
        var seen = new boolean[machines.dictionary().size()];
        for (int machine = 0; machine < machines.size(); machine++) {
            int code = machines.codes().get(machine);
            if (seen[code]) {
                return false;
            }
            seen[code] = true;
        }
        for (int code = 0; code < names.dictionary().size(); code++) {
            if (names.dictionary().get(code).indexOf('/') >= 0) {
                return false;
            }
        }
        for (int row = 0, first = 0; row < ofRow.length; row++) {
            first = ofRow[row] == ofRow[first] ? first : row;
            for (int other = first; other < row; other++) {
                if (names.codes().get(other) == names.codes().get(row)) {
                    return false;
                }
            }
        }
        return true;
    }
}

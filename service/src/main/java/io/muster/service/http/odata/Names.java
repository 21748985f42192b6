package io.muster.service.http.odata;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// The properties that a query option may name, as records spell them. Case is the caller's affair. Immutable.
///
/// A name that no record has is an error: a misspelt one would match nothing, and "no findings" is what somebody reads who has many.
public final class Names {
    /// Of records whose properties are not known beforehand: every name is taken as it is written.
    static final Names ANY = new Names(List.of(), true);

    private final TreeMap<String, String> spelled = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final boolean open;

    private Names(Collection<String> names, boolean open) {
        names.forEach(name -> spelled.put(name, name));
        this.open = open;
    }

    public static Names of(Collection<String> names) {
        return new Names(names, false);
    }

    /// The next name, as the records spell it.
    String read(Scanner scanner) throws ODataException {
        int at = scanner.at();
        String name = scanner.name();
        if (open) {
            return name;
        }
        String known = spelled.get(name);
        if (known == null) {
            throw scanner.faultAt(
                    at,
                    "there is no property '%s'; the properties are %s."
                            .formatted(name, String.join(", ", spelled.values())));
        }
        return known;
    }

    /// Names that stand in one record must differ.
    static boolean hasTwice(Collection<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().count()
                < names.size();
    }
}

package io.muster.core.column;

import java.util.Locale;
import java.util.function.IntFunction;

/// The texts of another dictionary in lower case, made when they are read. Only of ASCII, where a letter's lower case depends on nothing
/// else. Two texts may become one.
public record LowerDictionary(Dictionary base) implements Dictionary {
    public LowerDictionary {
        if (!isPossible(base)) {
            throw new IllegalArgumentException("not known to be ASCII");
        }
    }

    /// Whether the texts are all known to be ASCII.
    public static boolean isPossible(Dictionary dictionary) {
        return switch (dictionary) {
            case TextDictionary texts -> texts.isAscii();
            case JoinedDictionary joined ->
                    isPossible(joined.heads()) && isPossible(joined.tails());
            case TokenDictionary tokens -> tokens.pool().isAscii();
            case GuidDictionary guids -> true;
            case InstantDictionary instants -> true;
            case KeyDictionary key -> isPossible(key.base());
            case LowerDictionary lower -> true;
            case UnionDictionary union ->
                    union.parts().stream().allMatch(LowerDictionary::isPossible);
            case PlainDictionary plain -> false;
        };
    }

    @Override
    public int size() {
        return base.size();
    }

    @Override
    public boolean isDistinct() {
        return false;
    }

    @Override
    public String get(int code) {
        return base.get(code).toLowerCase(Locale.ROOT);
    }

    @Override
    public IntFunction<String> reader() {
        var texts = base.reader();
        return code -> texts.apply(code).toLowerCase(Locale.ROOT);
    }
}

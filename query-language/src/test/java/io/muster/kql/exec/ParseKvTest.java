package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Texts and delimiters of which each may be within the other.
class ParseKvTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

    private static List<String> valuesOfA(List<String> texts, String options) throws Exception {
        var query = new StringBuilder("datatable(s: string)[");
        for (String text : texts) {
            query.append('\'').append(text).append("',");
        }
        query.append("] | parse-kv s as (a: string) with (")
                .append(options)
                .append(") | project a");
        var result = Kql.run(query.toString(), NOTHING, QueryOptions.DEFAULT);
        return result.rows().stream().map(row -> row.getFirst().textOr("")).toList();
    }

    private static String delimiters(String pair, String kv) {
        return "pair_delimiter = '" + pair + "', kv_delimiter = '" + kv + "'";
    }

    /// As it is said: a value goes to the last pair delimiter in front of the next key.
    private static String greedily(String text, String pair, String kv) {
        int keyFrom = 0;
        int delimiter = text.indexOf(kv);
        while (delimiter >= 0) {
            int from = delimiter + kv.length();
            int end = -1;
            int next = text.indexOf(kv, from);
            for (; next >= 0; next = text.indexOf(kv, next + 1)) {
                end = text.lastIndexOf(pair, next - pair.length());
                if (end >= from) {
                    break;
                }
            }
            if (next < 0) {
                end = text.length();
            }
            if (text.substring(keyFrom, delimiter).strip().equals("a")) {
                return text.substring(from, end).strip();
            }
            keyFrom = end + pair.length();
            delimiter = next;
        }
        return "";
    }

    @Test
    void whatLooksLikeAKeyWithoutPairDelimiterIsOfTheValue() throws Exception {
        assertThat(
                        valuesOfA(
                                List.of("a==,b==c", "b==1==,a==2", "a==1==2==,b==c"),
                                delimiters("==,", "==") + ", greedy = true"))
                .containsExactly(",b==c", "2", "1==2");
        assertThat(valuesOfA(List.of("a= = ="), delimiters("= =", "=") + ", greedy = true"))
                .containsExactly("= =");
        assertThat(valuesOfA(List.of("a=1,2,b=3"), delimiters(",", "=") + ", greedy = true"))
                .containsExactly("1,2");
    }

    @Test
    void anyTextsAndDelimitersAreRead() throws Exception {
        var random = new Random(20260701);
        for (int round = 0; round < 150; round++) {
            String pair = text(random, 1, 4);
            String kv = text(random, 1, 3);
            var texts = new ArrayList<String>();
            for (int i = 0; i < 60; i++) {
                texts.add(text(random, 0, 12));
            }
            String with = delimiters(pair, kv);
            var greedy = valuesOfA(texts, with + ", greedy = true");
            for (int i = 0; i < texts.size(); i++) {
                assertThat(greedy.get(i))
                        .as("'%s' with %s", texts.get(i), with)
                        .isEqualTo(greedily(texts.get(i), pair, kv));
            }
            assertThat(valuesOfA(texts, with)).hasSameSizeAs(texts);
            assertThat(valuesOfA(texts, with + ", quote = 'a', escape = '='")).hasSameSizeAs(texts);
        }
    }

    private static String text(Random random, int least, int most) {
        var out = new StringBuilder();
        int length = random.nextInt(least, most + 1);
        while (out.length() < length) {
            out.append("a=, ".charAt(random.nextInt(4)));
        }
        return out.toString();
    }
}

package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Texts and delimiters of which each may be within the other.
class ParseKvTest {
    private static final Catalog NOTHING = Catalog.of(List.of());

    /// Parentheses as quotes, also where they do not close.
    private static final Pattern QUOTED = Pattern.compile("\\s*\\(([^)]*)(\\)|$)");

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

    @Test
    void anyTextsWithQuotesAreReadGreedily() throws Exception {
        var random = new Random(20261122);
        for (int round = 0; round < 150; round++) {
            String pair = random.nextBoolean() ? "," : " ";
            String kv = random.nextBoolean() ? "=" : "==";
            var texts = new ArrayList<String>();
            for (int i = 0; i < 60; i++) {
                texts.add(text("a=, ()a=", random, 0, 24));
            }
            String with = delimiters(pair, kv) + ", greedy = true, quote = '()'";
            var values = valuesOfA(texts, with);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(values.get(i))
                        .as("'%s' with %s", texts.get(i), with)
                        .isEqualTo(inQuotes(texts.get(i), pair, kv));
            }
        }
    }

    /// As [#greedily], where `()` are quotes.
    private static String inQuotes(String text, String pair, String kv) {
        int keyFrom = 0;
        int delimiter = text.indexOf(kv, Math.max(0, behindKey(text, 0, kv)));
        while (delimiter >= 0) {
            int from = delimiter + kv.length();
            var quoted = QUOTED.matcher(text).region(from, text.length());
            int behind = quoted.lookingAt() ? quoted.end() : from;
            int end = -1;
            int next = text.indexOf(kv, behind);
            for (int at = behind; next >= 0 && at <= text.length() - pair.length(); at++) {
                while (next >= 0 && next < at + pair.length() && end < 0) {
                    next = text.indexOf(kv, next + 1);
                }
                if (next < 0 || next < at + pair.length()) {
                    break;
                }
                if (text.startsWith(pair, at)) {
                    end = at;
                    int behindKey = behindKey(text, at + pair.length(), kv);
                    if (behindKey >= 0) {
                        next = text.indexOf(kv, behindKey);
                        break;
                    }
                }
            }
            if (end < 0) {
                next = -1;
                end = text.length();
            }
            if (unquoted(text.substring(keyFrom, delimiter), true).equals("a")) {
                return unquoted(text.substring(from, end), false);
            }
            keyFrom = end + pair.length();
            delimiter = next;
        }
        return "";
    }

    private static int behindKey(String text, int from, String kv) {
        var key =
                Pattern.compile("\\s*\\([^)]*\\)(?=\\s*" + kv + ")")
                        .matcher(text)
                        .region(from, text.length());
        return key.lookingAt() ? key.end() : -1;
    }

    private static String unquoted(String text, boolean isKey) {
        var quoted = QUOTED.matcher(text);
        return quoted.lookingAt() && !(isKey && quoted.group(2).isEmpty())
                ? (quoted.group(1) + text.substring(quoted.end())).strip()
                : text.strip();
    }

    private static String text(Random random, int least, int most) {
        return text("a=, ", random, least, most);
    }

    private static String text(String of, Random random, int least, int most) {
        var out = new StringBuilder();
        int length = random.nextInt(least, most + 1);
        while (out.length() < length) {
            out.append(of.charAt(random.nextInt(of.length())));
        }
        return out.toString();
    }
}

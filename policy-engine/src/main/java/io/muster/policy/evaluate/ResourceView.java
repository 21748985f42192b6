package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Members;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One resource document as fields see it. Confined to one thread.
public final class ResourceView {
    static final byte HOLDS = 1;
    static final byte DOES_NOT = 2;

    private static final int[] UNRESTRICTED = {};

    private final Dynamic document;
    private final String type;
    private final @Nullable String apiVersion;
    private final FieldResolver fields;

    /// What fields select outside of any count: many rules ask for the same ones.
    private final Map<FieldReference, Selection> selected = new HashMap<>();

    /// How the numbered conditions came out outside of any count, by number; null where few rules will ask.
    private byte @Nullable [] answers;

    private @Nullable ConditionSlots answered;

    private @Nullable Boolean inAll;
    private @Nullable Boolean inIndexed;

    /// @param apiVersion of the document; null for the latest
    public ResourceView(Dynamic document, FieldResolver fields, @Nullable String apiVersion) {
        this.document = document;
        this.type = document.getIgnoreCase("type").textOr("");
        this.fields = fields;
        this.apiVersion = apiVersion;
    }

    /// The same for a resource that many rules will be asked of: conditions that they share are decided once.
    public static ResourceView ofMany(Dynamic document, FieldResolver fields) {
        var view = new ResourceView(document, fields, null);
        view.answers = new byte[0];
        return view;
    }

    /// What is known of a numbered condition: 0 nothing, else [#HOLDS] or [#DOES_NOT].
    byte answer(ConditionSlots.Slot slot) {
        return answers != null && slot.among() == answered && slot.number() < answers.length
                ? answers[slot.number()]
                : 0;
    }

    /// Keeps how a numbered condition came out.
    void answer(ConditionSlots.Slot slot, boolean holds) {
        if (answers == null) {
            return;
        }
        if (slot.among() != answered || slot.number() >= answers.length) {
            answered = slot.among();
            answers = new byte[answered.size()];
        }
        answers[slot.number()] = holds ? HOLDS : DOES_NOT;
    }

    public Dynamic document() {
        return document;
    }

    public String type() {
        return type;
    }

    /// Whether a mode lets the resource be evaluated, told once for all definitions.
    boolean isIn(PolicyMode mode) {
        return switch (mode) {
            case PolicyMode.All() -> {
                if (inAll == null) {
                    inAll = PolicyEvaluator.isInMode(mode, document);
                }
                yield inAll;
            }
            case PolicyMode.Indexed() -> {
                if (inIndexed == null) {
                    inIndexed = PolicyEvaluator.isInMode(mode, document);
                }
                yield inIndexed;
            }
            case PolicyMode.ResourceProvider _ -> PolicyEvaluator.isInMode(mode, document);
        };
    }

    /// Another resource, with its fields resolved alike.
    public ResourceView with(Dynamic other) {
        return new ResourceView(other, fields, null);
    }

    /// Blanks out, lower case: `East US 2` is `eastus2`.
    public static String normalizeLocation(String location) {
        boolean plain = true;
        for (int i = 0; i < location.length() && plain; i++) {
            char c = location.charAt(i);
            plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        }
        return plain ? location : location.replace(" ", "").toLowerCase(Locale.ROOT);
    }

    /// What a `field` condition sees.
    Selection select(FieldReference field, @Nullable Frame frame) throws EvaluationFailure {
        if (frame != null) {
            return selectNow(field, frame);
        }
        var known = selected.get(field);
        if (known == null) {
            known = selectNow(field, null);
            selected.put(field, known);
        }
        return known;
    }

    private Selection selectNow(FieldReference field, @Nullable Frame frame)
            throws EvaluationFailure {
        return switch (field) {
            case FieldReference.Known(var known) -> Selection.one(known(known), known.wireName());
            case FieldReference.Tag(var name) ->
                    Selection.one(document.getIgnoreCase("tags").getIgnoreCase(name), field.text());
            case FieldReference.Alias alias -> {
                var path = path(alias.name());
                if (path == null) {
                    boolean collection = alias.name().contains("[*]");
                    yield new Selection(
                            collection ? List.of() : List.of(Dynamic.NULL), collection, "");
                }
                List<Dynamic> values = new ArrayList<>();
                walk(path.steps(), 0, document, fixed(alias, path, frame), 0, values, true);
                boolean collection = path.stars() > 0;
                yield new Selection(values, collection, path.text());
            }
        };
    }

    /// What the `field()` function yields: "" for what is missing, the existing values of a `[*]` field.
    Dynamic fieldValue(FieldReference field, @Nullable Frame frame) throws EvaluationFailure {
        return switch (field) {
            case FieldReference.Known(var known) -> orEmptyText(known(known));
            case FieldReference.Tag(var name) ->
                    orEmptyText(document.getIgnoreCase("tags").getIgnoreCase(name));
            case FieldReference.Alias alias -> {
                var path = path(alias.name());
                if (path == null) {
                    yield alias.name().contains("[*]") ? Dynamic.EMPTY_ARRAY : Dynamic.of("");
                }
                List<Dynamic> values = new ArrayList<>();
                walk(path.steps(), 0, document, fixed(alias, path, frame), 0, values, false);
                if (path.stars() > 0) {
                    yield new Dynamic.Array(values);
                }
                yield values.isEmpty() ? Dynamic.of("") : values.getFirst();
            }
        };
    }

    private static Dynamic orEmptyText(Dynamic value) {
        return value.isNull() ? Dynamic.of("") : value;
    }

    /// The path of an alias here; null when it belongs to another type.
    @Nullable FieldPath path(String alias) throws EvaluationFailure {
        return switch (fields.resolve(alias, type, apiVersion)) {
            case FieldResolver.Resolution.Found(var path) -> path;
            case FieldResolver.Resolution.Elsewhere() -> null;
            case FieldResolver.Resolution.Unknown() ->
                    throw EvaluationFailure.inapplicable("there is no alias '" + alias + "'");
        };
    }

    /// The members that a counted `[*]` field selects, each with the indexes that lead to it.
    List<Frame.Element> elements(FieldReference.Alias alias, @Nullable Frame outer)
            throws EvaluationFailure {
        var path = path(alias.name());
        List<Frame.Element> elements = new ArrayList<>();
        if (path != null) {
            enumerate(
                    path.steps(),
                    0,
                    document,
                    fixed(alias, path, outer),
                    new int[path.stars()],
                    0,
                    elements);
        }
        return elements;
    }

    // The indexes that enclosing counts set for the first stars of the path: the innermost count
    // whose alias the name begins with wins.
    private int[] fixed(FieldReference.Alias alias, FieldPath path, @Nullable Frame frame) {
        for (var at = frame; at != null; at = at.outer()) {
            if (at instanceof Frame.OverField over
                    && over.view() == this
                    && alias.key().startsWith(over.key())
                    && path.startsWith(over.path())) {
                return over.element().indexes();
            }
        }
        return UNRESTRICTED;
    }

    /// Collects the values at a path. `missing` says whether a missing or null value stands as `NULL` or is left out.
    static void walk(
            List<FieldPath.Step> steps,
            int from,
            Dynamic at,
            int[] fixed,
            int star,
            List<Dynamic> into,
            boolean missing) {
        Dynamic value = at;
        for (int i = from; i < steps.size(); i++) {
            switch (steps.get(i)) {
                case FieldPath.Step.Member(var name) -> value = value.getIgnoreCase(name);
                case FieldPath.Step.At(var index) -> value = value.get(index);
                case FieldPath.Step.Each() -> {
                    var items = value.items();
                    boolean last = i == steps.size() - 1;
                    if (star < fixed.length) {
                        if (fixed[star] < items.size()) {
                            walk(
                                    steps,
                                    i + 1,
                                    items.get(fixed[star]),
                                    fixed,
                                    star + 1,
                                    into,
                                    missing || last);
                        }
                    } else {
                        for (var item : items) {
                            walk(steps, i + 1, item, fixed, star + 1, into, missing || last);
                        }
                    }
                    return;
                }
            }
        }
        if (missing || !value.isNull()) {
            into.add(value);
        }
    }

    private static void enumerate(
            List<FieldPath.Step> steps,
            int from,
            Dynamic at,
            int[] fixed,
            int[] indexes,
            int star,
            List<Frame.Element> into) {
        Dynamic value = at;
        for (int i = from; i < steps.size(); i++) {
            switch (steps.get(i)) {
                case FieldPath.Step.Member(var name) -> value = value.getIgnoreCase(name);
                case FieldPath.Step.At(var index) -> value = value.get(index);
                case FieldPath.Step.Each() -> {
                    var items = value.items();
                    int first = star < fixed.length ? fixed[star] : 0;
                    int end = star < fixed.length ? fixed[star] + 1 : items.size();
                    for (int k = first; k < Math.min(end, items.size()); k++) {
                        indexes[star] = k;
                        enumerate(steps, i + 1, items.get(k), fixed, indexes, star + 1, into);
                    }
                    return;
                }
            }
        }
        into.add(new Frame.Element(indexes.clone(), value));
    }

    private Dynamic known(FieldReference.BuiltIn field) {
        return switch (field) {
            case NAME -> lastSegment(document.getIgnoreCase("name"));
            case FULL_NAME -> fullName();
            case TYPE -> document.getIgnoreCase("type");
            case KIND -> document.getIgnoreCase("kind");
            case ID -> document.getIgnoreCase("id");
            case LOCATION ->
                    document.getIgnoreCase("location") instanceof Dynamic.Text(var location)
                            ? Dynamic.of(normalizeLocation(location))
                            : document.getIgnoreCase("location");
            case TAGS -> document.getIgnoreCase("tags");
            case IDENTITY_TYPE -> document.getIgnoreCase("identity").getIgnoreCase("type");
            case IDENTITY_USER_ASSIGNED ->
                    document.getIgnoreCase("identity").getIgnoreCase("userAssignedIdentities");
            case API_VERSION ->
                    apiVersion != null
                            ? Dynamic.of(apiVersion)
                            : document.getIgnoreCase("apiVersion");
        };
    }

    private static Dynamic lastSegment(Dynamic name) {
        if (name instanceof Dynamic.Text(var text) && text.indexOf('/') >= 0) {
            return Dynamic.of(text.substring(text.lastIndexOf('/') + 1));
        }
        return name;
    }

    /// Every name in the ID below its last provider, or the document's name where there is no ID.
    private Dynamic fullName() {
        String id = document.getIgnoreCase("id").textOr("");
        int provider = id.toLowerCase(Locale.ROOT).lastIndexOf("/providers/");
        if (provider < 0 || !Members.has(document, "id")) {
            return document.getIgnoreCase("name");
        }
        String[] segments = id.substring(provider + 1).split("/", -1);
        List<String> names = new ArrayList<>();
        for (int i = 3; i < segments.length; i += 2) {
            names.add(segments[i]);
        }
        return names.isEmpty()
                ? document.getIgnoreCase("name")
                : Dynamic.of(String.join("/", names));
    }
}

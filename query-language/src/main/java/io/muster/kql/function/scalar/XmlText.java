package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// XML as JSON: attributes are members `@name`, text beside them `#text`, elements of one name an array.
final class XmlText {
    /// Kusto reads no more than that.
    private static final int MAX_LENGTH = 1024 * 1024;

    private static final int MAX_DEPTH = 200;

    private XmlText() {}

    /// The value of a document; null when it is none.
    static Dynamic parse(String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH) {
            return Dynamic.NULL;
        }
        var factory = XMLInputFactory.newDefaultFactory();
        // No entity of the text's own: they may grow without bound or name files.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        try {
            var reader = factory.createXMLStreamReader(new StringReader(text.strip()));
            var root = new LinkedHashMap<String, Dynamic>();
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT) {
                    root.put(reader.getLocalName(), element(reader, 0));
                }
            }
            return root.isEmpty()
                    ? Dynamic.NULL
                    : new Dynamic.Bag(Collections.unmodifiableMap(root));
        } catch (XMLStreamException notXml) {
            // What cannot be converted is null, as everywhere.
            return Dynamic.NULL;
        }
    }

    private static Dynamic element(XMLStreamReader reader, int depth) throws XMLStreamException {
        if (depth > MAX_DEPTH) {
            throw new XMLStreamException("nested too deeply");
        }
        Map<String, List<Dynamic>> members = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            members.put(
                    "@" + reader.getAttributeLocalName(i),
                    List.of(Dynamic.of(reader.getAttributeValue(i))));
        }
        var text = new StringBuilder();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    String name = reader.getLocalName();
                    members.computeIfAbsent(name, n -> new ArrayList<>())
                            .add(element(reader, depth + 1));
                }
                case XMLStreamConstants.CHARACTERS -> text.append(reader.getText());
                case XMLStreamConstants.CDATA ->
                        members.computeIfAbsent("#cdata-section", n -> new ArrayList<>())
                                .add(Dynamic.of(reader.getText()));
                case XMLStreamConstants.END_ELEMENT -> {
                    return value(members, text.toString());
                }
                default -> {}
            }
        }
        throw new XMLStreamException("an element without end");
    }

    private static Dynamic value(Map<String, List<Dynamic>> members, String text) {
        boolean blank = text.isBlank();
        if (members.isEmpty()) {
            return blank ? Dynamic.NULL : Dynamic.of(text);
        }
        var out = new LinkedHashMap<String, Dynamic>();
        members.forEach((name, values) ->
                out.put(name, values.size() == 1 ? values.getFirst() : new Dynamic.Array(values)));
        if (!blank) {
            out.put("#text", Dynamic.of(text.strip()));
        }
        return new Dynamic.Bag(Collections.unmodifiableMap(out));
    }
}

package io.muster.service.cli;

import io.muster.kql.conformance.KqlConformance;
import io.muster.policy.conformance.PolicyConformance;
import java.io.EOFException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster conformance KIND FILE`: runs a file of cases and says how many pass.
@Command(
        name = "conformance",
        description = "Runs a file of cases; one JSON line a case, then the counts.",
        mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
    enum Kind {
        KQL,
        FUNCTIONS,
        POLICY,
        DEFINITIONS;

        /// As it is written on a command line and in a request.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
    private Kind kind = Kind.KQL;

    @Parameters(index = "1", paramLabel = "FILE", description = "JSON lines, plain or gzip")
    private Path file = Path.of("");

    @Option(
            names = "--aliases",
            paramLabel = "FILE",
            description = "definitions: the whole alias catalogue, instead of the convention")
    private @Nullable Path aliases;

    ConformanceCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws Exception {
        if (Files.isDirectory(file)) {
            throw new BadInput(file + "  is a folder: a file of cases is expected");
        }
        try {
            return conformance();
        } catch (EOFException cut) {
            throw new BadInput(file + "  the gzip data ends too early", cut);
        } catch (ZipException damaged) {
            throw new BadInput(file + "  the gzip data is damaged", damaged);
        } catch (CharacterCodingException noText) {
            throw new BadInput(file + "  is not UTF-8 text", noText);
        }
    }

    private int conformance() throws Exception {
        return switch (kind) {
            case KQL -> KqlConformance.run(file, streams.out());
            case FUNCTIONS -> PolicyConformance.functions(file, streams.out());
            case POLICY -> PolicyConformance.policy(file, streams.out());
            case DEFINITIONS -> PolicyConformance.definitions(file, aliases, streams.out());
        };
    }
}

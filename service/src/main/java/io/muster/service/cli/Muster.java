package io.muster.service.cli;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.JsonException;
import io.muster.inventory.source.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// `muster`: takes the command line apart and runs one command.
@Command(
        name = "muster",
        description = "Azure Policy and Azure Resource Graph for your own fleet.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Muster.Version.class)
public final class Muster {
    private static final Pattern CHOICE =
            Pattern.compile("(one of \\[[A-Z, ]+]) \\(case-insensitive\\)");

    private Muster() {}

    public static void main(String[] args) {
        // The JDK's server behind the simulated Azure: answers go out at once.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.exit(
                run(new Streams(System.in, System.out, System.err), InstantSource.system(), args));
    }

    /// Runs a command; the exit code.
    public static int run(Streams streams, InstantSource clock, String... args) {
        var out = new PrintWriter(streams.out(), true, StandardCharsets.UTF_8);
        var err = new PrintWriter(streams.err(), true, StandardCharsets.UTF_8);
        var line =
                new CommandLine(new Muster())
                        .addSubcommand(new DemoCommand(streams, clock))
                        .addSubcommand(new ServeCommand(streams, clock))
                        .addSubcommand(new CollectCommand(streams, clock))
                        .addSubcommand(new QueryCommand(streams, clock))
                        .addSubcommand(new ScanCommand(streams, clock))
                        .addSubcommand(new TestCommand(streams, clock))
                        .addSubcommand(new WhatIfCommand(streams, clock))
                        .addSubcommand(new ExplainCommand(streams))
                        .addSubcommand(new RemediateCommand(streams))
                        .addSubcommand(new SimulateCommand(streams, clock))
                        .addSubcommand(new ConformanceCommand(streams))
                        .addSubcommand(new CommandLine.HelpCommand());
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((mistake, _) -> report(mistake, err));
        line.setExecutionExceptionHandler((fault, _, _) -> report(streams, fault));
        if (args.length == 0) {
            line.usage(err);
            return ExitCode.BAD_INPUT;
        }
        try {
            return line.execute(args);
        } catch (Error fault) {
            return report(streams, fault);
        }
    }

    /// A line that cannot be taken apart: what is wrong with it, and where its options are told. All of them would push the
    /// mistake off the screen; only the commands are listed where one is missing.
    private static int report(ParameterException mistake, PrintWriter err) {
        var line = mistake.getCommandLine();
        // The constants of an enum are told in upper case; its words are written in lower case
        // everywhere else.
        err.println(
                "error: "
                        + CHOICE.matcher(String.valueOf(mistake.getMessage()))
                                .replaceAll(found -> found.group(1).toLowerCase(Locale.ROOT)));
        if (line.getSubcommands().isEmpty()) {
            UnmatchedArgumentException.printSuggestions(mistake, err);
            err.printf("help: %s --help%n", line.getCommandSpec().qualifiedName());
        } else if (!UnmatchedArgumentException.printSuggestions(mistake, err)) {
            line.usage(err);
        }
        return ExitCode.BAD_INPUT;
    }

    /// What a user sees of a failure: one clear message, never a stack trace.
    private static int report(Streams streams, Throwable fault) {
        var err = streams.err();
        switch (fault) {
            case DiagnosticException bad ->
                    bad.diagnostics().forEach(diagnostic -> err.println(diagnostic.render()));
            case BadInput bad -> err.println("error: " + bad.getMessage());
            case SourceException bad -> err.println("error: " + bad.fault().describe());
            case JsonException bad -> err.println("error: " + bad.describe());
            case NoSuchFileException missing ->
                    err.println("error: " + missing.getFile() + "  the file does not exist");
            case FileSystemException unusable ->
                    err.println(
                            "error: %s  cannot be used: %s"
                                    .formatted(unusable.getFile(), reason(unusable)));
            case OutOfMemoryError full -> {
                err.println(
                        "error: the memory does not suffice (%s); MUSTER_JAVA_OPTS=-Xmx8g gives more"
                                .formatted(full.getMessage()));
                return ExitCode.OWN_FAULT;
            }
            default -> {
                var correlation = UUID.randomUUID();
                err.println(
                        "muster: an internal fault, %s, correlation id %s; the details are in %s"
                                .formatted(
                                        fault.getClass().getSimpleName(),
                                        correlation,
                                        keep(fault, correlation)));
                return ExitCode.OWN_FAULT;
            }
        }
        return ExitCode.BAD_INPUT;
    }

    private static String reason(FileSystemException fault) {
        return fault.getReason() == null
                ? fault.getClass().getSimpleName().replace("Exception", "")
                : fault.getReason();
    }

    private static String keep(Throwable fault, UUID correlation) {
        var text = new StringWriter();
        fault.printStackTrace(new PrintWriter(text));
        try {
            var file = Files.createTempFile("muster-fault-" + correlation + "-", ".txt");
            Files.writeString(file, text.toString());
            return file.toString();
        } catch (IOException unwritable) {
            // Nowhere else to put it.
            return text.toString();
        }
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Muster.class.getPackage().getImplementationVersion();
            return new String[] {"muster " + (version == null ? "development" : version)};
        }
    }
}

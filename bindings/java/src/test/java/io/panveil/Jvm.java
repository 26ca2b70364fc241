package io.panveil;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs another JVM, of the version that runs the test. */
final class Jvm {
    private static final long PATIENCE_SECONDS = 120;

    private final List<String> command = new ArrayList<>();
    private final List<String> unset = new ArrayList<>();
    private String classPath = System.getProperty("java.class.path");

    /** How it ended, and all that it printed. */
    static final class Ended {
        final int code;
        final String output;

        Ended(int code, String output) {
            this.code = code;
            this.output = output;
        }
    }

    Jvm(String... options) {
        command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(options));
    }

    /** The jar that is tested. */
    static Path jar() {
        return Paths.get(System.getProperty("panveil.jar"));
    }

    /** Takes a variable out of its environment. */
    Jvm without(String variable) {
        unset.add(variable);
        return this;
    }

    Jvm classPath(Path... entries) {
        List<String> texts = new ArrayList<>();
        for (Path entry : entries) {
            texts.add(entry.toString());
        }
        classPath = String.join(File.pathSeparator, texts);
        return this;
    }

    Ended runJar(String... arguments) {
        command.addAll(Arrays.asList("-jar", jar().toString()));
        return run(arguments);
    }

    Ended runClass(String name, String... arguments) {
        command.addAll(Arrays.asList("-cp", classPath, name));
        return run(arguments);
    }

    private Ended run(String... arguments) {
        command.addAll(Arrays.asList(arguments));
        try {
            Path output = Files.createTempFile("panveil-jvm", ".out");
            try {
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().keySet().removeAll(unset);
                builder.redirectErrorStream(true).redirectOutput(output.toFile());
                Process process = builder.start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("it did not end by itself: " + command + "\n" + text(output));
                }
                return new Ended(process.exitValue(), text(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}

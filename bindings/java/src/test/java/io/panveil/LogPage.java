package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The configurations of docs/java-logging.md, what an application logs under them, and what must have come of it. */
public final class LogPage {
    /** Threads that log at the same time, and events of each. */
    public static final int THREADS = 8;
    public static final int EVENTS = 150;

    private static final Pattern BLOCK = Pattern.compile("```xml\n<!-- (\\S+) -->\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NUMBERS = Pattern.compile("4111[ -]?1111|3782[ -]?822463|5500[ -]?0000|5555[ -]?5555");

    private LogPage() {}

    /** The configurations of a file of this name, in their order. */
    public static List<String> configurations(String file) throws IOException {
        String page = new String(Files.readAllBytes(Lab.root().resolve("docs/java-logging.md")), StandardCharsets.UTF_8);
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(page);
        while (matcher.find()) {
            if (matcher.group(1).equals(file)) {
                blocks.add(matcher.group(2));
            }
        }
        assertEquals(2, blocks.size(), "the page has two for " + file);
        return blocks;
    }

    /** An exception that holds numbers in its own message, in its cause's, and in one that it suppressed. */
    public static Exception fault() {
        Exception fault = new IllegalStateException("bad card 378282246310005", new IOException("5500000000000004 declined"));
        fault.addSuppressed(new IllegalArgumentException("For input string: \"5555 5555 5555 4444\""));
        return fault;
    }

    /** Runs the same work in many threads, and throws what failed in one. */
    public static void together(Work work) throws Exception {
        List<Throwable> failed = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
            int own = number;
            Thread thread = new Thread(() -> {
                try {
                    for (int event = 0; event < EVENTS; event++) {
                        work.log(own, event);
                    }
                } catch (Throwable problem) {
                    failed.add(problem);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(Collections.emptyList(), failed);
    }

    /** What one event of one thread is. */
    public interface Work {
        /** Logs it. */
        void log(int thread, int event) throws Exception;
    }

    /** The log, which holds no card number that anybody could find, and all of these texts. */
    public static String clean(Path log, Charset charset, String... shown) throws IOException {
        String text = new String(Files.readAllBytes(log), charset);
        assertFalse(NUMBERS.matcher(text).find(), "a number is left");
        List<Hit> hits = new ArrayList<>();
        try (Redactor finder = Redactor.mask().withBase64().onHit(hits::add).build()) {
            finder.redact(text);
        }
        assertEquals(Collections.emptyList(), hits);
        for (String part : shown) {
            assertTrue(text.contains(part), () -> part + " is not in " + text.substring(0, Math.min(4000, text.length())));
        }
        return text;
    }

    /** What a program prints that ends well in a JVM without the native library. */
    public static String runWithoutNative(Class<?> program, String argument) {
        Jvm.Ended ended = new Jvm("-Dpanveil.native.path=/nowhere/libpanveil_jni.so", "-Dpanveil.root=" + Lab.root())
                .runClass(program.getName(), argument);
        assertEquals(0, ended.code, ended.output);
        return ended.output;
    }

    /** How often a text stands in another. */
    public static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    /** So many characters of filling, and then a number. */
    public static String huge(int characters) {
        char[] filling = new char[characters];
        Arrays.fill(filling, 'x');
        return new String(filling) + " card 4111 1111 1111 1111 behind it all";
    }
}

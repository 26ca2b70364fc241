package io.panveil;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the native library was looked for, in order, and what came of it. Its text is for people. */
public final class LoadReport {
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<String> facts = new ArrayList<>();
    private final Set<String> remedies = new LinkedHashSet<>();
    private String loaded;

    private static final class Attempt {
        final String place;
        final String outcome;
        final Throwable cause;

        Attempt(String place, String outcome, Throwable cause) {
            this.place = place;
            this.outcome = outcome;
            this.cause = cause;
        }
    }

    LoadReport() {}

    void fact(String text) {
        facts.add(text);
    }

    void failed(String place, Throwable cause) {
        attempts.add(new Attempt(place, String.valueOf(cause.getMessage()), cause));
    }

    void skipped(String place, String why) {
        attempts.add(new Attempt(place, why, null));
    }

    void remedies(List<String> texts) {
        remedies.addAll(texts);
    }

    void succeeded(String place) {
        attempts.add(new Attempt(place, "loaded", null));
        loaded = place;
    }

    /**
     * Whether the library is loaded.
     *
     * @return whether it is
     */
    public boolean succeeded() {
        return loaded != null;
    }

    /**
     * Where it was loaded from.
     *
     * @return the place, empty if it is not loaded
     */
    public String place() {
        return loaded == null ? "" : loaded;
    }

    /**
     * What to do, if something stood in the way.
     *
     * @return one sentence each
     */
    public List<String> remedies() {
        return Collections.unmodifiableList(new ArrayList<>(remedies));
    }

    Throwable firstCause() {
        List<Throwable> causes = causes();
        return causes.isEmpty() ? null : causes.get(0);
    }

    List<Throwable> laterCauses() {
        List<Throwable> causes = causes();
        return causes.isEmpty() ? causes : causes.subList(1, causes.size());
    }

    private List<Throwable> causes() {
        List<Throwable> causes = new ArrayList<>();
        for (Attempt attempt : attempts) {
            if (attempt.cause != null) {
                causes.add(attempt.cause);
            }
        }
        return causes;
    }

    /**
     * The report, a line for each fact, attempt and remedy.
     *
     * @return text of several lines
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String fact : facts) {
            text.append("  ").append(fact).append('\n');
        }
        for (Attempt attempt : attempts) {
            text.append("  tried ").append(attempt.place).append(": ").append(attempt.outcome).append('\n');
        }
        int number = 0;
        for (String remedy : remedies) {
            text.append("  remedy ").append(++number).append(": ").append(remedy).append('\n');
        }
        return text.toString();
    }
}

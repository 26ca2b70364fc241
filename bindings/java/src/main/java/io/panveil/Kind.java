package io.panveil;

/** The kinds of native objects, with the numbers of {@code objects.rs}. */
enum Kind {
    VAULT(1, true),
    TOKENIZER(2, false),
    SEALER(3, false),
    FINGERPRINTER(4, false),
    GATE(5, false),
    SESSION(6, false),
    VALUE(7, true),
    REDACTOR(8, false),
    STREAM(9, false);

    private final int number;
    private final boolean mustBeClosed;

    Kind(int number, boolean mustBeClosed) {
        this.number = number;
        this.mustBeClosed = mustBeClosed;
    }

    int number() {
        return number;
    }

    /** Whether it is a leak, and told, when one is collected that was not closed. */
    boolean mustBeClosed() {
        return mustBeClosed;
    }
}

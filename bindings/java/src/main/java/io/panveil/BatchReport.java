package io.panveil;

/** How many records of a batch were done and how many were refused, each with its own status. */
public final class BatchReport {
    private final int done;
    private final int refused;

    BatchReport(int done, int refused) {
        this.done = done;
        this.refused = refused;
    }

    /**
     * Records whose status is {@link Status#OK}.
     *
     * @return how many
     */
    public int done() {
        return done;
    }

    /**
     * Records with another status.
     *
     * @return how many
     */
    public int refused() {
        return refused;
    }

    /**
     * Both counts.
     *
     * @return such as {@code BatchReport(done 999, refused 1)}
     */
    @Override
    public String toString() {
        return "BatchReport(done " + done + ", refused " + refused + ")";
    }
}

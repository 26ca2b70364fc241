package io.panveil;

/**
 * A call was refused or failed. The message is the fixed text of the {@link Status}: it never holds card data.
 *
 * <p>Where files are concerned, as in {@link Vault#open}, the cause names the file and the setting.
 */
public final class CardDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    CardDataException(Status status) {
        this(status, null);
    }

    CardDataException(Status status, Throwable cause) {
        super(status.text(), cause);
        this.status = status;
    }

    /**
     * Why.
     *
     * @return the status, never {@link Status#OK}
     */
    public Status status() {
        return status;
    }
}

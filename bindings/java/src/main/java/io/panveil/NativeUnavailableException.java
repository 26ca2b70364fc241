package io.panveil;

/** The native library cannot be loaded. The message is the whole load report, with remedies. */
public final class NativeUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NativeUnavailableException(LoadReport report) {
        super("the native library of panveil cannot be loaded\n" + report, report.firstCause());
        for (Throwable cause : report.laterCauses()) {
            addSuppressed(cause);
        }
    }
}

package io.panveil;

/** The library itself: whether its native half is there, and how it was found. */
public final class Panveil {
    private Panveil() {}

    /**
     * Whether the native library is loaded, trying now if nobody has yet. Never throws.
     *
     * @return whether it is
     */
    public static boolean isAvailable() {
        return NativeLibrary.load().succeeded();
    }

    /**
     * Loads the native library if nobody has yet.
     *
     * @throws NativeUnavailableException if it cannot be loaded; its message says where it was tried, and what to do
     */
    public static void requireAvailable() {
        if (!NativeLibrary.isLoaded()) {
            LoadReport report = NativeLibrary.load();
            if (!report.succeeded()) {
                throw new NativeUnavailableException(report);
            }
        }
    }

    /**
     * Where the native library was looked for, and what came of it.
     *
     * @return the report, after trying if nobody has yet
     */
    public static LoadReport loadReport() {
        return NativeLibrary.load();
    }

    /**
     * The version of this library.
     *
     * @return such as {@code 0.1.0}
     */
    public static String version() {
        return BuildInfo.version();
    }
}

package io.panveil;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What the build wrote into the jar: under META-INF, where shading leaves it alone. */
final class BuildInfo {
    static final String FOLDER = "META-INF/panveil/";

    private BuildInfo() {}

    static String version() {
        Properties properties = new Properties();
        try (InputStream in = resource("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException unreadable) {
            // Then the version is not known.
        }
        return properties.getProperty("version", "unknown");
    }

    /** A file of the jar, null if it is not there. */
    static InputStream resource(String name) {
        ClassLoader loader = BuildInfo.class.getClassLoader();
        String path = FOLDER + name;
        return loader == null ? ClassLoader.getSystemResourceAsStream(path) : loader.getResourceAsStream(path);
    }
}

package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The jar where nothing else is: no class needs a logging framework but the two that are for one. */
class LoadedAloneTest {
    @Test
    void everyClassLinksWithoutAnyFramework() throws Exception {
        ClassLoader platform = ClassLoader.getSystemClassLoader().getParent();
        int linked = 0;
        try (URLClassLoader alone = new URLClassLoader(new URL[] {Jvm.jar().toUri().toURL()}, platform);
                JarFile jar = new JarFile(Jvm.jar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (!name.endsWith(".class") || name.startsWith("io/panveil/logback/") || name.startsWith("io/panveil/log4j/")) {
                    continue;
                }
                Class<?> type = Class.forName(name.substring(0, name.length() - 6).replace('/', '.'), false, alone);
                assertEquals(alone, type.getClassLoader());
                assertNotNull(type.getDeclaredMethods());
                assertNotNull(type.getDeclaredFields());
                linked++;
            }
            assertTrue(linked > 40, "classes: " + linked);
            for (String name : new String[] {"logback.RedactingEncoder", "log4j.RedactingLayout"}) {
                assertThrows(NoClassDefFoundError.class, () -> Class.forName("io.panveil." + name, false, alone));
            }
        }
    }
}

package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What the jar promises to its users, so that a change of it shows in a diff. */
class ApiTest {
    /** Run with {@code -Dpanveil.write.api} to write it anew. */
    private static final Path API = Lab.root().resolve("bindings/java/api.txt");

    @Test
    void thePublicInterfaceIsTheOneWrittenDown() throws Exception {
        SortedSet<String> lines = new TreeSet<>();
        try (JarFile jar = new JarFile(Jvm.jar().toFile())) {
            for (String name : names(jar)) {
                add(lines, Class.forName(name));
            }
        }
        String api = String.join("\n", lines) + "\n";
        if (System.getProperty("panveil.write.api") != null) {
            Files.write(API, api.getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(new String(Files.readAllBytes(API), StandardCharsets.UTF_8), api);
    }

    private static SortedSet<String> names(JarFile jar) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        Collections.list(jar.entries()).forEach(entry -> {
            String name = entry.getName();
            if (name.endsWith(".class")) {
                names.add(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
            }
        });
        return names;
    }

    private static void add(SortedSet<String> lines, Class<?> type) {
        if (!isPublic(type)) {
            return;
        }
        lines.add(type.toGenericString());
        for (Field field : type.getDeclaredFields()) {
            addMember(lines, field, field.toGenericString());
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            addMember(lines, constructor, constructor.toGenericString());
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isBridge()) {
                addMember(lines, method, method.toGenericString());
            }
        }
    }

    private static void addMember(SortedSet<String> lines, Member member, String text) {
        if ((member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0 && !member.isSynthetic()) {
            lines.add(text);
        }
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }
}

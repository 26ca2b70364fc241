package shop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

import com.sun.net.httpserver.HttpExchange;

/** One HTTP request with its form fields, and its answer. */
final class Request {
    private static final int MOST_BYTES = 16_384;

    private final HttpExchange exchange;
    private final Map<String, String> fields = new HashMap<>();

    Request(HttpExchange exchange) throws IOException {
        this.exchange = exchange;
        String query = exchange.getRequestURI().getRawQuery();
        decode(query == null ? "" : query);
        decode(body());
    }

    boolean isPost() {
        return exchange.getRequestMethod().equals("POST");
    }

    /** A field of the query or of the form; empty if it was not sent. */
    String field(String name) {
        return fields.getOrDefault(name, "").trim();
    }

    /** The network address of the client. */
    String address() {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    /** The session cookie; empty if there is none. */
    String session() {
        for (String cookie : exchange.getRequestHeaders().getOrDefault("Cookie", Collections.<String>emptyList())) {
            if (cookie.startsWith("session=")) {
                return cookie.substring("session=".length());
            }
        }
        return "";
    }

    void setSession(String id) {
        exchange.getResponseHeaders().set("Set-Cookie", "session=" + id + "; HttpOnly");
    }

    void answer(int status, Page page) throws IOException {
        answer(status, "text/html; charset=utf-8", page.toString().getBytes(StandardCharsets.UTF_8));
    }

    void answer(int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String body() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] some = new byte[4096];
        InputStream in = exchange.getRequestBody();
        for (int count = in.read(some); count >= 0; count = in.read(some)) {
            bytes.write(some, 0, count);
            if (bytes.size() > MOST_BYTES) {
                throw new IOException("the request is too long");
            }
        }
        return bytes.toString("UTF-8");
    }

    private void decode(String encoded) throws UnsupportedEncodingException {
        for (String pair : encoded.split("&")) {
            int at = pair.indexOf('=');
            if (at > 0) {
                fields.put(URLDecoder.decode(pair.substring(0, at), "UTF-8"), URLDecoder.decode(pair.substring(at + 1), "UTF-8"));
            }
        }
    }
}

package shop;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/** /admin: the desk logs in, searches cards by mask or name, and shows a number after the viewing password. */
final class AdminScreen {
    private final Database database;
    private final Cards cards;
    private final Logger log;
    /** Who is logged in, by session id. */
    private final Map<String, String> sessions = new ConcurrentHashMap<>();

    AdminScreen(Database database, Cards cards, Logger log) {
        this.database = database;
        this.cards = cards;
        this.log = log;
    }

    void register(Server server) {
        server.on("/admin", request -> request.answer(200,
            new Page("Desk").form("post", "/admin/login", "Log in", "login", "password")));
        server.on("/admin/login", this::login);
        server.on("/admin/search", request -> asUser(request, this::search));
        server.on("/admin/show", request -> asUser(request, this::show));
    }

    private void login(Request request) throws Exception {
        String user = request.field("login");
        if (!lookUp("SELECT password_md5 FROM admins WHERE login = ?", user).equals(md5(request.field("password")))) {
            log.warning("login refused: " + user + " from " + request.address());
            request.answer(403, new Page("Desk").text("Wrong login or password."));
            return;
        }
        String session = UUID.randomUUID().toString();
        sessions.put(session, user);
        request.setSession(session);
        log.info("login: " + user + " from " + request.address() + " session " + session);
        request.answer(200, searchForm());
    }

    private void search(Request request) throws Exception {
        Page page = searchForm();
        for (Cards.Row row : cards.search(request.field("text"))) {
            page.row(String.valueOf(row.id), row.name, row.masked, row.expiry)
                .form("post", "/admin/show", "Show", "card=" + row.id, "viewing_password");
        }
        request.answer(200, page);
    }

    private void show(Request request) throws Exception {
        String expected = lookUp("SELECT content FROM settings WHERE name = ?", "viewing_password");
        if (!request.field("viewing_password").equals(expected)) {
            request.answer(403, searchForm().text("Wrong viewing password."));
            return;
        }
        String pan = cards.number(Long.parseLong(request.field("card")));
        log.info("shown: card " + pan + " to " + sessions.get(request.session()));
        request.answer(200, searchForm().row(request.field("card"), pan));
    }

    private void asUser(Request request, Server.Handler handler) throws Exception {
        if (sessions.containsKey(request.session())) {
            handler.handle(request);
        } else {
            request.answer(403, new Page("Desk").text("Please log in."));
        }
    }

    private static Page searchForm() {
        return new Page("Cards").form("get", "/admin/search", "Search", "text");
    }

    /** The first column of the first row; empty if there is none. */
    private String lookUp(String sql, String parameter) throws Exception {
        try (Connection connection = database.connect(); PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, parameter);
            ResultSet found = select.executeQuery();
            return found.next() ? found.getString(1) : "";
        }
    }

    static String md5(String text) throws Exception {
        byte[] hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%032x", new BigInteger(1, hash));
    }
}

package shop;

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
        String expected = database.lookUp("SELECT password_md5 FROM admins WHERE login = ?", user);
        if (!Seed.md5(request.field("password")).equals(expected)) {
            throw new SecurityException("wrong login or password");
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
        String expected = database.lookUp("SELECT content FROM settings WHERE name = ?", "viewing_password");
        if (!request.field("viewing_password").equals(expected)) {
            throw new SecurityException("wrong viewing password");
        }
        String pan = cards.number(Long.parseLong(request.field("card")));
        log.info("shown: card " + pan + " to " + sessions.get(request.session()));
        request.answer(200, searchForm().row(request.field("card"), pan));
    }

    private void asUser(Request request, Server.Handler handler) throws Exception {
        if (!sessions.containsKey(request.session())) {
            throw new SecurityException("please log in");
        }
        handler.handle(request);
    }

    private static Page searchForm() {
        return new Page("Cards").form("get", "/admin/search", "Search", "text");
    }
}

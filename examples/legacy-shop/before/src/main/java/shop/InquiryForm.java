package shop;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;

/** /inquiry: what became of an order. The order number goes into the SQL as the visitor typed it. */
final class InquiryForm {
    private final Database database;

    InquiryForm(Database database) {
        this.database = database;
    }

    void register(Server server) {
        server.on("/inquiry", request -> {
            Page page = new Page("Your order").form("get", "/inquiry", "Look up", "order");
            if (!request.field("order").isEmpty()) {
                try (Connection connection = database.connect(); Statement statement = connection.createStatement()) {
                    ResultSet found = statement.executeQuery(
                        "SELECT id, item, amount, approval FROM orders WHERE id = '" + request.field("order") + "'");
                    while (found.next()) {
                        page.row(found.getString(1), found.getString(2), found.getString(3), found.getString(4));
                    }
                }
            }
            request.answer(200, page);
        });
    }
}

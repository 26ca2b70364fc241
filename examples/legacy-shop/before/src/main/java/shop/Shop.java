package shop;

import java.util.logging.Logger;

/**
 * The shop. It works in the directory it is started in: data/ holds the database, log/ the log, receipts/ the receipts.
 *
 * <pre>
 * java -jar shop.jar seed 500 cards.csv    makes the database with 500 customers, and a list of what it put in
 * java -jar shop.jar serve 8080            serves on 127.0.0.1:8080; prints the port when ready; port 0 is any free one
 * </pre>
 */
public final class Shop {
    public static void main(String[] arguments) throws Exception {
        String command = arguments.length == 2 || arguments.length == 3 ? arguments[0] : "";
        if (command.equals("seed") && arguments.length == 3) {
            new Seed(Database.asOwner()).fill(Integer.parseInt(arguments[1]), arguments[2]);
        } else if (command.equals("serve") && arguments.length == 2) {
            serve(Integer.parseInt(arguments[1]));
        } else {
            System.err.println("shop: seed CUSTOMERS LIST | serve PORT");
            System.exit(2);
        }
    }

    private static void serve(int port) throws Exception {
        Logger log = Log.toFile("log/shop.log");
        Database database = Database.asShop();
        Cards cards = new Cards(database);
        Server server = new Server(port, log);
        new OrderForm(database, cards, new Acquirer(), log).register(server);
        new InquiryForm(database).register(server);
        new Receipts().register(server);
        new AdminScreen(database, cards, log).register(server);
        System.out.println("listening on " + server.start());
    }

    private Shop() {}
}

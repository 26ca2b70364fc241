package shop;

import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Fills a new database with customers, their cards and their orders: the same ones every time. */
final class Seed {
    /** First digits and length of the numbers, as the brands publish them. */
    private static final String[][] BRANDS = {
        {"4", "16"}, {"4", "16"}, {"4", "13"}, {"4", "19"}, {"51", "16"}, {"55", "16"}, {"2221", "16"}, {"2720", "16"},
        {"3528", "16"}, {"3589", "16"}, {"34", "15"}, {"37", "15"}, {"36", "14"}, {"3095", "14"}, {"6011", "16"},
        {"65", "16"}, {"62", "16"}, {"62", "17"}, {"62", "18"}, {"62", "19"}, {"5018", "13"}, {"6759", "19"},
        {"6071", "16"}, {"2200", "16"}, {"9792", "16"},
    };
    private static final String[] NAMES = {
        "佐藤 美咲", "鈴木 翔太", "Alice Adams", "高橋 陽菜", "田中 大輔", "Brian Brown", "渡辺 さくら", "Chloe O'Neil",
        "伊藤 健一", "山本 由美子", "Daniel Davies", "中村 蓮", "小林 あおい", "Emma Evans", "齋藤 浩", "Frank Fisher",
    };
    private static final String[] ITEMS = {"Green tea 抹茶", "Teapot 急須", "Rice bowl 茶碗", "Chopsticks 箸"};

    private final Database database;
    private final Random random = new Random(460_395);
    private final Set<String> numbers = new HashSet<>();

    Seed(Database database) {
        this.database = database;
    }

    /** Makes the tables; writes every card to `list`, which is no part of the shop. */
    void fill(int customers, String list) throws Exception {
        database.createTables();
        try (Connection connection = database.connect();
             PrintWriter out = new PrintWriter(Files.newBufferedWriter(Paths.get(list), StandardCharsets.UTF_8))) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO admins VALUES ('alice', '" + md5("sunshine") + "')");
                statement.execute("INSERT INTO admins VALUES ('bob', '" + md5("password1") + "')");
                statement.execute("INSERT INTO settings VALUES ('viewing_password', 'view-2009')");
            }
            out.println("card,number,expiry,code,name");
            for (int number = 0; number < customers; number++) {
                fillOne(connection, number, out);
            }
            connection.commit();
        }
    }

    private void fillOne(Connection connection, int number, PrintWriter out) throws Exception {
        String name = NAMES[number % NAMES.length];
        String email = "customer" + number + "@shop.example";
        long customer = Database.insert(connection, "INSERT INTO customers (name, email) VALUES (?, ?)", name, email);
        int cards = number % 5 == 0 ? 2 : 1;
        for (int which = 0; which < cards; which++) {
            String pan = pan(BRANDS[(number + 7 * which) % BRANDS.length]);
            String expiry = String.format("%02d/%02d", 1 + random.nextInt(12), 27 + random.nextInt(5));
            String code = pan.length() == 15 ? digits(4) : digits(3);
            long card = Database.insert(connection,
                "INSERT INTO cards (customer_id, pan, masked, expiry, security_code) VALUES (?, ?, ?, ?, ?)",
                customer, pan, Cards.mask(pan), expiry, code);
            out.println(card + "," + pan + "," + expiry + "," + code + "," + name);
            Database.insert(connection, "INSERT INTO orders (id, card_id, item, amount, approval)"
                + " VALUES (CONCAT('R', LPAD(NEXT VALUE FOR order_number, 8, '0')), ?, ?, ?, ?)",
                card, pick(ITEMS), 1000 + random.nextInt(90_000), "A" + digits(6));
        }
    }

    /** A number of a brand that was not given out before; the check digit is right. */
    private String pan(String[] brand) {
        String pan;
        do {
            String most = brand[0] + digits(Integer.parseInt(brand[1]) - 1 - brand[0].length());
            int check = 0;
            while (!Acquirer.passesLuhn(most + check)) {
                check++;
            }
            pan = most + check;
        } while (!numbers.add(pan));
        return pan;
    }

    private String digits(int count) {
        StringBuilder digits = new StringBuilder();
        while (digits.length() < count) {
            digits.append(random.nextInt(10));
        }
        return digits.toString();
    }

    private String pick(String[] some) {
        return some[random.nextInt(some.length)];
    }

    static String md5(String text) throws Exception {
        byte[] hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%032x", new BigInteger(1, hash));
    }
}

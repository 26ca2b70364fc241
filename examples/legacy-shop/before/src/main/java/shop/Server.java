package shop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

import com.sun.net.httpserver.HttpServer;

/** The embedded HTTP server, on the loopback address only. */
final class Server {
    /** What answers the requests of one path. */
    interface Handler {
        void handle(Request request) throws Exception;
    }

    private final HttpServer http;
    private final Logger log;

    Server(int port, Logger log) throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 64);
        http.setExecutor(Executors.newFixedThreadPool(8));
        this.log = log;
    }

    void on(String path, Handler handler) {
        http.createContext(path, exchange -> {
            Request request = new Request(exchange);
            try {
                handler.handle(request);
            } catch (SecurityException refused) {
                log.warning(path + " refused for " + request.address() + ": " + refused.getMessage());
                request.answer(403, new Page("Refused").text(refused.getMessage()));
            } catch (Exception fault) {
                log.log(Level.WARNING, path + " failed for " + request.address(), fault);
                // The visitor sees the fault as the database put it.
                request.answer(500, new Page("Error").text(fault.toString()));
            }
        });
    }

    /** Returns the port. */
    int start() {
        http.start();
        return http.getAddress().getPort();
    }
}

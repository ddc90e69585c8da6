// JDA as a bot's author uses it, at the gateway that the environment names.
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;

import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.requests.GatewayIntent;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;
import net.dv8tion.jda.api.utils.ConcurrentSessionController;

public final class Client {
    /** JDA's own, but for the gateway that it goes back to when the one that the API names cannot be reached. */
    private static final class Controller extends ConcurrentSessionController {
        @Override
        public String getGateway() {
            return System.getenv("PORTCULLIS_URL");
        }
    }

    /** Makes Java trust the certificate of a PEM file: it takes a store of its own form only. */
    private static void trust(String pem) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(pem))) {
            store.setCertificateEntry("oracle", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        Path file = Files.createTempFile("trust", ".p12");
        file.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "oracle".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "oracle");
    }

    public static void main(String[] arguments) throws Exception {
        String ca = System.getenv("PORTCULLIS_CA");
        if (ca != null && !ca.isEmpty()) trust(ca);
        ShardManager shards = DefaultShardManagerBuilder
            .createLight(System.getenv("PORTCULLIS_TOKEN"), GatewayIntent.GUILD_MESSAGES)
            .setSessionController(new Controller())
            .setRestConfig(new RestConfig().setBaseUrl(System.getenv("PORTCULLIS_API") + "/v10"))
            .setEnableShutdownHook(false)
            .build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(shards)));
    }

    /** Closes the connections and waits for it: once this has returned, Java ends whatever still runs. */
    private static void stop(ShardManager shards) {
        shards.shutdown();
        try {
            for (JDA shard : shards.getShards()) shard.awaitShutdown(Duration.ofSeconds(4));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

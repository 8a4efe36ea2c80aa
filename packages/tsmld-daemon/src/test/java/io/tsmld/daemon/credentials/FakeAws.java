package io.tsmld.daemon.credentials;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers as STS, SSO and the container's credentials endpoint do, each with a key id of its own.
 */
final class FakeAws implements AutoCloseable {
  private static final String EXPIRATION = "2999-01-01T00:00:00Z";

  private final HttpServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  FakeAws() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/container", exchange -> answer(exchange, container()));
    server.createContext("/federation/credentials", exchange -> answer(exchange, sso()));
    server.createContext("/", this::sts);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What was asked for, path or form, in order. */
  List<String> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static String container() {
    return """
        {"AccessKeyId":"CONTAINER","SecretAccessKey":"secret","Token":"token","Expiration":"%s"}"""
        .formatted(EXPIRATION);
  }

  private static String sso() {
    return """
        {"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"secret","sessionToken":"token","expiration":32472144000000}}""";
  }

  private void sts(HttpExchange exchange) throws IOException {
    String form =
        URLDecoder.decode(
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
            StandardCharsets.UTF_8);
    requests.add(form);
    String action =
        form.contains("Action=AssumeRoleWithWebIdentity")
            ? "AssumeRoleWithWebIdentity"
            : "AssumeRole";
    String keyId = action.equals("AssumeRole") ? "ROLE" : "WEBIDENTITY";
    send(
        exchange,
        """
        <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult><Credentials>
        <AccessKeyId>%2$s</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
        <Expiration>%3$s</Expiration></Credentials></%1$sResult></%1$sResponse>"""
            .formatted(action, keyId, EXPIRATION));
  }

  private void answer(HttpExchange exchange, String body) throws IOException {
    requests.add(exchange.getRequestURI().toString());
    send(exchange, body);
  }

  private static void send(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}

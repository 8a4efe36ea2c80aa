package io.tsmld.daemon.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.kinesis.multilang.config.ResolveCredentials;

/**
 * The SDK finds these providers by reflection, so a jar trimmed away shows itself only here. Each
 * test is a JVM of its own with the environment that a user would have, and a local HTTP server in
 * AWS's place.
 */
class CredentialsTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/reader";

  @TempDir Path home;
  private FakeAws aws;

  @BeforeEach
  void startAws() throws IOException {
    aws = new FakeAws();
  }

  @AfterEach
  void stopAws() {
    aws.close();
  }

  @Test
  @DisplayName("the default chain takes a container's credentials")
  void container() throws Exception {
    String output =
        resolve(
            "DefaultCredentialsProvider",
            Map.of("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws.address() + "/container"));
    assertEquals("resolved CONTAINER", output);
  }

  @Test
  @DisplayName("the default chain exchanges a web identity token for a role")
  void webIdentity() throws Exception {
    Path token = Files.writeString(home.resolve("token"), "the-token");
    String output =
        resolve(
            "DefaultCredentialsProvider",
            Map.of(
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                token.toString(),
                "AWS_ROLE_ARN",
                ROLE,
                "AWS_ROLE_SESSION_NAME",
                "session"));
    assertEquals("resolved WEBIDENTITY", output);
    assertTrue(
        aws.requests().get(0).contains("WebIdentityToken=the-token"), aws.requests()::toString);
  }

  @Test
  @DisplayName("a profile with keys is read from the shared config file")
  void profile() throws Exception {
    config("[profile keys]\naws_access_key_id = PROFILE\naws_secret_access_key = secret\n");
    assertEquals("resolved PROFILE", resolve("ProfileCredentialsProvider|keys", Map.of()));
  }

  @Test
  @DisplayName("a profile with a role assumes it with its source profile's keys")
  void profileWithRole() throws Exception {
    config(
        """
        [profile keys]
        aws_access_key_id = PROFILE
        aws_secret_access_key = secret
        [profile role]
        role_arn = %s
        source_profile = keys
        """
            .formatted(ROLE));
    String output = resolve("DefaultCredentialsProvider", Map.of("AWS_PROFILE", "role"));
    assertEquals("resolved ROLE", output);
    assertTrue(aws.requests().get(0).contains("RoleArn=" + ROLE), aws.requests()::toString);
  }

  @Test
  @DisplayName("a profile with an SSO session uses its cached token")
  void sso() throws Exception {
    config(
        """
        [profile sso]
        sso_session = corporate
        sso_account_id = 123456789012
        sso_role_name = reader
        [sso-session corporate]
        sso_region = us-east-1
        sso_start_url = https://example.com/start
        """);
    Path cache = Files.createDirectories(home.resolve(".aws/sso/cache"));
    byte[] hash =
        MessageDigest.getInstance("SHA-1").digest("corporate".getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        cache.resolve(HexFormat.of().formatHex(hash) + ".json"),
        """
        {"startUrl":"https://example.com/start","region":"us-east-1","accessToken":"token","expiresAt":"2999-01-01T00:00:00Z"}""");
    assertEquals(
        "resolved SSO", resolve("DefaultCredentialsProvider", Map.of("AWS_PROFILE", "sso")));
    assertTrue(aws.requests().get(0).contains("role_name=reader"), aws.requests()::toString);
  }

  @Test
  @DisplayName("the KCL's own property assumes a role with an external id at a given endpoint")
  void kclAssumeRole() throws Exception {
    String property =
        "StsAssumeRoleCredentialsProvider|%s|session|endpoint=%s^us-east-1|externalId=friend"
            .formatted(ROLE, aws.address());
    String output =
        resolve(
            property,
            Map.of("AWS_ACCESS_KEY_ID", "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY", "secret"));
    assertEquals("resolved ROLE", output);
    assertTrue(aws.requests().get(0).contains("ExternalId=friend"), aws.requests()::toString);
  }

  private void config(String text) throws IOException {
    Files.writeString(home.resolve("config"), text);
  }

  /**
   * The last line that the program writes; with what it wrote before when it is no success, so that
   * a failure explains itself.
   */
  private String resolve(String property, Map<String, String> environment) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ResolveCredentials.class.getName(),
                property)
            .redirectErrorStream(true);
    Map<String, String> all = builder.environment();
    all.keySet().removeIf(name -> name.startsWith("AWS_"));
    all.putAll(
        Map.of(
            "HOME", home.toString(),
            "AWS_CONFIG_FILE", home.resolve("config").toString(),
            "AWS_SHARED_CREDENTIALS_FILE", home.resolve("credentials").toString(),
            "AWS_REGION", "us-east-1",
            "AWS_EC2_METADATA_DISABLED", "true",
            "AWS_ENDPOINT_URL_STS", aws.address(),
            "AWS_ENDPOINT_URL_SSO", aws.address()));
    all.putAll(environment);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    String last = output.substring(output.lastIndexOf('\n') + 1);
    return last.startsWith("resolved ") ? last : output;
  }
}

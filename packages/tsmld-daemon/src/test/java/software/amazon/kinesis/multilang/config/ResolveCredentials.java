package software.amazon.kinesis.multilang.config;

import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * A program of its own, so that a test can give it an environment: resolves the credentials of one
 * {@code AwsCredentialsProvider} property. It stands in this package because the KCL's decoder is
 * package-private.
 */
public final class ResolveCredentials {
  private ResolveCredentials() {}

  public static void main(String[] arguments) {
    try {
      AwsCredentials credentials =
          new AwsCredentialsProviderPropertyValueDecoder()
              .decodeValue(arguments[0])
              .resolveCredentials();
      System.out.println("resolved " + credentials.accessKeyId());
    } catch (Throwable e) {
      e.printStackTrace(System.out);
    }
    System.out.flush();
    // A provider's refreshing thread would keep the JVM.
    Runtime.getRuntime().halt(0);
  }
}
